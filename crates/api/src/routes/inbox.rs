//! What the built-in mail server of the demo caught. It serves the whole installation, so only mail of the caller's
//! workspace is shown; a message's id says whose it is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use rapport_delivery::catcher::{Catcher, CaughtMail};
use rapport_domain::WorkspaceId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// Mails read at once while those of a workspace are looked for.
const ROWS: usize = 50;

/// A caught mail's HTML runs nothing and reaches nothing but pictures; its links open beside it.
const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                      style-src 'unsafe-inline'; img-src 'self' https: http: data:; frame-ancestors 'self'";

/// Headers shown of a mail.
const HEADERS: [&str; 6] = ["From", "To", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"];

/// What of the mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboxQuery {
    /// Only mails with this in a recipient's address or in the subject; upper and lower case are one.
    q: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// A caught mail in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaughtView {
    /// Its number.
    id: u64,
    /// When it came.
    at: Time,
    /// The addresses of its envelope.
    to: Vec<String>,
    /// Its subject.
    subject: Option<String>,
}

/// A caught mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaughtMailView {
    /// What lists show of it.
    #[serde(flatten)]
    mail: CaughtView,
    /// Its headers worth reading.
    headers: Vec<HeaderView>,
    /// Whether `/api/v1/inbox/{id}/html` has something to show.
    has_html: bool,
    /// Its text part.
    text: Option<String>,
}

/// A header.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeaderView {
    /// Its name.
    name: &'static str,
    /// Its value, decoded.
    value: String,
}

impl From<&CaughtMail> for CaughtView {
    fn from(mail: &CaughtMail) -> Self {
        CaughtView { id: mail.id, at: mail.at.into(), to: mail.to.clone(), subject: mail.subject() }
    }
}

/// Whose mail it is: `Message-ID: <m0a1f.{workspace}@…>`.
fn workspace_of(mail: &CaughtMail) -> Option<WorkspaceId> {
    let id = mail.header("Message-ID")?;
    let local = id.trim_start_matches('<').split('@').next()?;
    local.rsplit_once('.')?.1.parse().ok().map(WorkspaceId)
}

fn catcher(state: &ApiState) -> Result<&Arc<Catcher>, ApiError> {
    state.catcher.as_ref().ok_or_else(|| ApiError::not_found("built-in mail server"))
}

/// Whether a mail has the text, in lower case, where people would look for it.
fn has(mail: &CaughtMail, text: &str) -> bool {
    let found = |s: &str| s.to_lowercase().contains(text);
    mail.to.iter().any(|to| found(to)) || mail.subject().is_some_and(|s| found(&s))
}

/// Up to `limit` mails of a workspace that are `wanted`, newest first, and where to go on.
fn pages(
    catcher: &Catcher,
    wanted: impl Fn(&CaughtMail) -> bool,
    mut before: Option<u64>,
    limit: usize,
) -> (Vec<Arc<CaughtMail>>, Option<u64>) {
    let mut out: Vec<Arc<CaughtMail>> = Vec::new();
    loop {
        let some = catcher.page(before, ROWS);
        let Some(last) = some.last().map(|m| m.id) else { return (out, None) };
        for mail in some.into_iter().filter(|m| wanted(m)) {
            if out.len() == limit {
                let next = out.last().map(|m| m.id);
                return (out, next);
            }
            out.push(mail);
        }
        before = Some(last);
    }
}

/// `GET /api/v1/inbox`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<InboxQuery>,
) -> Reply<Paged<CaughtView>> {
    let (catcher, limit) = (Arc::clone(catcher(&state)?), limit(query.limit)?);
    let bad = |_| ApiError::invalid_at("cursor", "expected the next_cursor of this list");
    let before = query.cursor.as_deref().map(str::parse).transpose().map_err(bad)?;
    let ws = caller.workspace;
    let text = query.q.map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty());
    let wanted = move |m: &CaughtMail| workspace_of(m) == Some(ws) && text.as_ref().is_none_or(|text| has(m, text));
    let (mails, next) = state.run(move |_| Ok::<_, ApiError>(pages(&catcher, wanted, before, limit))).await?;
    let items = mails.iter().map(|m| CaughtView::from(&**m)).collect();
    Ok(Json(Paged { items, next_cursor: next.map(|id| id.to_string()) }))
}

fn own(state: &ApiState, caller: &Caller, id: &str) -> Result<Arc<CaughtMail>, ApiError> {
    let missing = || ApiError::not_found(format!("caught mail {id}"));
    let number = id.parse().map_err(|_| missing())?;
    let mail = catcher(state)?.mail(number).filter(|m| workspace_of(m) == Some(caller.workspace));
    mail.ok_or_else(missing)
}

/// `GET /api/v1/inbox/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<CaughtMailView> {
    let mail = own(&state, &caller, &id)?;
    let headers = HEADERS.into_iter().filter_map(|name| Some(HeaderView { name, value: mail.header(name)? }));
    Ok(Json(CaughtMailView {
        headers: headers.collect(),
        has_html: mail.html().is_some(),
        text: mail.text(),
        mail: CaughtView::from(&*mail),
    }))
}

/// `GET /api/v1/inbox/{id}/html`.
pub(crate) async fn html(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Result<Response, ApiError> {
    let html = own(&state, &caller, &id)?.html().ok_or_else(|| ApiError::not_found("HTML part"))?;
    let body = format!("<base target=\"_blank\">{html}");
    let headers = [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, Html(body)).into_response())
}
