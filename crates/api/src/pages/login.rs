//! Signing in and out by forms.

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::{e, page};
use crate::auth::{Caller, cookie, sign_in};
use crate::error::ApiError;
use crate::guard::{csrf_missing, is_csrf};
use crate::routes::collect::client_ip;
use crate::routes::customer::form;
use crate::routes::session;
use crate::state::ApiState;

fn shown(state: &ApiState, email: &str, problem: Option<&str>) -> Response {
    let problem = problem.map_or_else(String::new, |p| format!("<p class=\"bad\" role=\"alert\">{}</p>", e(p)));
    let hint = state.config.sign_in_hint.as_deref();
    let hint = hint.map_or_else(String::new, |h| format!("<p class=\"box soft\">{}</p>", e(h)));
    let content = format!(
        "{problem}<form class=\"sign-in\" method=\"post\"><label>E-mail address\
         <input name=\"email\" type=\"email\" autocomplete=\"username\" required autofocus value=\"{}\"></label>\
         <label>Password<input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label>\
         <button>Sign in</button></form>{hint}",
        e(email)
    );
    page("Sign in", None, "", false, &content)
}

/// `GET /login`.
pub(crate) async fn show(State(state): State<ApiState>) -> Response {
    shown(&state, "", None)
}

/// A form of another site must not sign anybody in: the browser tells where a form came from.
fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|v: &axum::http::HeaderValue| v.to_str().ok());
    let Some(origin) = text(ORIGIN) else { return true };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    origin == public_url || text(HOST).is_some_and(|h| h == host)
}

/// `POST /login`.
pub(crate) async fn submit(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    if !is_ours(request.headers(), &state.config.public_url) {
        return Err(csrf_missing());
    }
    let ip = client_ip(&state.config, request.extensions(), request.headers());
    let fields = form(request).await?;
    let field = |name: &str| fields.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let email = field("email");
    match sign_in::sign_in(&state, email.clone(), field("password"), ip).await {
        Ok(begun) => {
            let mut response = Redirect::to("/ui").into_response();
            let seconds = state.config.session_ms / 1_000;
            cookie::set(response.headers_mut(), &state.config, &begun.secret.text, seconds)?;
            Ok(response)
        }
        Err(error) if matches!(error.status.as_u16(), 401 | 429) => {
            let mut response = shown(&state, &email, Some(&error.detail));
            *response.status_mut() = if error.status == 401 { StatusCode::UNPROCESSABLE_ENTITY } else { error.status };
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// `POST /logout`.
pub(crate) async fn leave(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let fields = form(request).await?;
    let sent = fields.iter().find(|(k, _)| k == "csrf").map_or("", |(_, v)| v.as_str());
    if caller.csrf.as_deref().is_none_or(|csrf| !is_csrf(csrf, sent)) {
        return Err(csrf_missing());
    }
    session::end(&state, &caller, &headers).await?;
    let mut response = Redirect::to("/login").into_response();
    cookie::set(response.headers_mut(), &state.config, "", 0)?;
    Ok(response)
}
