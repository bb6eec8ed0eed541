//! A mail in the browser, for those whose mail program does not show it well.

use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use rapport_delivery::channels::Content;
use rapport_delivery::channels::compose::Composition;
use rapport_delivery::tracking::links::Links;
use rapport_delivery::tracking::pages;
use rapport_delivery::{ComposeFault, Purpose};
use rapport_engine::read;

use crate::customer::{Accepts, Visit, answer};
use crate::error::ApiError;
use crate::extract::At;
use crate::state::ApiState;

/// A mail has pictures, styles and fonts from elsewhere, and nothing that runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline' https:; img-src https: http: data:; \
                      font-src https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// `GET /v/{token}`.
pub(crate) async fn show(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
) -> Result<Response, ApiError> {
    let visit = accepts.visit(&state, &token).await?.filter(|v| v.claim.purpose == Purpose::View);
    let Some(visit) = visit else { return Ok(accepts.invalid_link()) };
    let theme = visit.theme.clone();
    let html = state.run(move |state| made(state, &visit)).await?;
    let Some(html) = html else { return Ok(answer(pages::not_kept(&theme))) };
    let headers: [(HeaderName, HeaderValue); 6] = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((headers, html).into_response())
}

/// The mail's HTML as of when it was sent, by the template as it is now; `None` when it cannot be made any more.
fn made(state: &ApiState, visit: &Visit) -> Result<Option<String>, ApiError> {
    let (ws, id) = (visit.claim.workspace, visit.claim.message);
    let kept = read::messages::kept(state.engine.shared(), ws, id)?;
    let (Some(message), Some(profile), Some(entry)) = (kept, &visit.profile, &visit.message) else { return Ok(None) };
    let deps = state.engine.delivery_deps();
    let Some(template) = deps.catalog.template(ws, &message.template)? else { return Ok(None) };
    let settings = deps.catalog.settings(ws)?;
    let base = settings.public_url.as_deref().unwrap_or(&state.config.public_url);
    let links = Links { tokens: &state.tokens, base, workspace: ws, message: id, profile: visit.claim.profile };
    let composition = Composition {
        template: &template,
        message: &message,
        profile,
        settings: &settings,
        links: &links,
        now: entry.changed_at,
        sources: &*deps.sources,
        notes_missing: false,
    };
    match composition.compose() {
        Ok(Content::Email(mail)) => Ok(Some(mail.html)),
        Ok(Content::Other(_)) => Ok(None),
        Err(ComposeFault::Content(error)) => {
            tracing::info!(workspace.id = ws.0, message.id = %id, %error, "a mail cannot be shown in the browser any more");
            Ok(None)
        }
        Err(ComposeFault::Unavailable(error)) => Err(error.into()),
    }
}
