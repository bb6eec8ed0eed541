//! What the built-in mail server of the demo caught. It serves the whole installation, so only mail of the caller's
//! workspace is shown; a message's id says whose it is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::response::{Html, IntoResponse, Response};
use rapport_delivery::catcher::{Catcher, CaughtMail};
use rapport_domain::WorkspaceId;

use super::{ago, e, next, page, table};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::routes::members::PageQuery;
use crate::state::ApiState;

/// Rows of a page.
const ROWS: usize = 50;

/// A caught mail's HTML runs nothing and reaches nothing but pictures; its links open beside it.
const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                      style-src 'unsafe-inline'; img-src 'self' https: http: data:; frame-ancestors 'self'";

/// Whose mail it is: `Message-ID: <m0a1f.{workspace}@…>`.
fn workspace_of(mail: &CaughtMail) -> Option<WorkspaceId> {
    let id = mail.header("Message-ID")?;
    let local = id.trim_start_matches('<').split('@').next()?;
    local.rsplit_once('.')?.1.parse().ok().map(WorkspaceId)
}

fn catcher(state: &ApiState) -> Result<&Arc<Catcher>, ApiError> {
    state.catcher.as_ref().ok_or_else(|| ApiError::not_found("built-in mail server"))
}

/// Up to `limit` mails of a workspace, newest first, and where to go on.
fn pages(catcher: &Catcher, ws: WorkspaceId, before: Option<u64>, limit: usize) -> (Vec<Arc<CaughtMail>>, Option<u64>) {
    let (mut out, mut before): (Vec<Arc<CaughtMail>>, Option<u64>) = (Vec::new(), before);
    loop {
        let some = catcher.page(before, ROWS);
        let Some(last) = some.last().map(|m| m.id) else { return (out, None) };
        for mail in some.into_iter().filter(|m| workspace_of(m) == Some(ws)) {
            if out.len() == limit {
                return (out.clone(), out.last().map(|m| m.id));
            }
            out.push(mail);
        }
        before = Some(last);
    }
}

/// `GET /ui/inbox`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, ApiError> {
    let catcher = Arc::clone(catcher(&state)?);
    let bad = |_| ApiError::invalid_at("cursor", "expected the next page's link");
    let before = query.cursor.as_deref().map(str::parse).transpose().map_err(bad)?;
    let (ws, now) = (caller.workspace, state.now());
    let (mails, cursor) = state.run(move |_| Ok::<_, ApiError>(pages(&catcher, ws, before, ROWS))).await?;
    let rows: Vec<String> = mails
        .iter()
        .map(|m| {
            let subject = m.subject().unwrap_or_else(|| "(no subject)".to_owned());
            format!(
                "<tr><td>{}</td><td>{}</td><td><a href=\"/ui/inbox/{}\">{}</a></td></tr>",
                ago(m.at, now),
                e(&m.to.join(", ")),
                m.id,
                e(&subject)
            )
        })
        .collect();
    let content = format!(
        "<p class=\"soft\">Mail the built-in server caught. Nothing of it left this machine.</p>\
         <section id=\"mails\" data-refresh>{}</section>{}",
        table(&["When", "To", "Subject"], &rows, "No mail yet."),
        next("/ui/inbox?", cursor.map(|c| c.to_string()).as_deref())
    );
    Ok(page("Inbox", Some(&caller), "/ui/inbox", true, &content))
}

fn own(state: &ApiState, caller: &Caller, id: u64) -> Result<Arc<CaughtMail>, ApiError> {
    let mail = catcher(state)?.mail(id).filter(|m| workspace_of(m) == Some(caller.workspace));
    mail.ok_or_else(|| ApiError::not_found(format!("caught mail {id}")))
}

/// `GET /ui/inbox/{id}`.
pub(crate) async fn show(State(state): State<ApiState>, caller: Caller, At(id): At<u64>) -> Result<Response, ApiError> {
    let mail = own(&state, &caller, id)?;
    let subject = mail.subject().unwrap_or_else(|| "(no subject)".to_owned());
    let heads = ["From", "To", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"].map(|name| {
        let value = mail.header(name)?;
        Some(format!("<dt>{name}</dt><dd><code>{}</code></dd>", e(&value)))
    });
    let heads: String = heads.into_iter().flatten().collect();
    let frame = mail.html().map_or_else(String::new, |_| {
        format!("<h2>HTML</h2><iframe title=\"The mail\" src=\"/ui/inbox/{id}/html\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>")
    });
    let text = mail.text().map_or_else(String::new, |t| format!("<h2>Text</h2><pre class=\"box\">{}</pre>", e(&t)));
    let content = format!("<dl class=\"pairs\">{heads}</dl>{frame}{text}");
    Ok(page(&subject, Some(&caller), "/ui/inbox", true, &content))
}

/// `GET /ui/inbox/{id}/html`.
pub(crate) async fn html(State(state): State<ApiState>, caller: Caller, At(id): At<u64>) -> Result<Response, ApiError> {
    let mail = own(&state, &caller, id)?;
    let html = mail.html().ok_or_else(|| ApiError::not_found("HTML part"))?;
    let body = format!("<base target=\"_blank\">{html}");
    Ok(([(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))], Html(body)).into_response())
}
