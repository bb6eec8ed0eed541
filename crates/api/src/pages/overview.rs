//! The start page: counts and the live feed.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::{ago, e, number, page, table};
use crate::auth::{self, Caller};
use crate::error::ApiError;
use crate::routes::events::{FeedQuery, named};
use crate::routes::stats;
use crate::state::ApiState;

/// Events shown of the feed.
const SHOWN: usize = 30;

/// `GET /`: to the pages for who is signed in, else what this is.
pub(crate) async fn start(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    if auth::identify(&state, &headers).await.is_ok() {
        return Redirect::to("/ui").into_response();
    }
    let content = "<p>Rapport collects events, knows each customer as one profile, keeps segments live, runs journeys, \
                   delivers mail and measures.</p><p><a href=\"/login\">Sign in</a> · \
                   <a href=\"/api/openapi.json\">API description</a></p>";
    page("Start", None, "", false, content)
}

/// `GET /ui`.
pub(crate) async fn show(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    let ws = caller.workspace;
    let stats = state.run(move |state| stats::read(state, ws)).await?;
    let feed = named(&state, ws, FeedQuery { q: None, limit: Some(SHOWN) }).await?;
    let card = |name: &str, n: u64| format!("<div><dt>{name}</dt><dd>{}</dd></div>", number(n));
    let cards = [
        card("Events processed", stats.events.processed),
        card("Customers", stats.profiles),
        card("Segments", stats.segments),
        card("Messages sent", stats.messages.sent),
        card("Skipped", stats.messages.skipped),
        card("Failed", stats.messages.failed),
        card("Duplicates", stats.events.duplicates),
        card("Rejected", stats.events.rejected),
    ]
    .concat();
    let now = state.now();
    let rows: Vec<String> = feed
        .iter()
        .map(|row| {
            let (id, label) = (e(&row.profile.id), e(&row.profile.label));
            let when = ago(row.timestamp.0, now);
            format!(
                "<tr><td>{when}</td><td>{}</td><td><a href=\"/ui/profiles/{id}\">{label}</a></td></tr>",
                e(&row.event)
            )
        })
        .collect();
    let feed = table(&["When", "What", "Who"], &rows, "No events in the last seven days.");
    let content = format!(
        "<section id=\"counts\" data-refresh><dl class=\"cards\">{cards}</dl></section><h2>Live</h2>\
         <section id=\"feed\" data-refresh>{feed}</section>"
    );
    Ok(page("Now", Some(&caller), "/ui", state.catcher.is_some(), &content))
}
