//! The style and the script of the pages.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

fn asset(media: &'static str, text: &'static str) -> Response {
    let age = HeaderValue::from_static("public, max-age=300");
    ([(CONTENT_TYPE, HeaderValue::from_static(media)), (CACHE_CONTROL, age)], text).into_response()
}

/// `GET /ui/app.css`.
pub(crate) async fn css() -> Response {
    asset("text/css; charset=utf-8", include_str!("app.css"))
}

/// `GET /ui/app.js`.
pub(crate) async fn js() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("app.js"))
}
