//! Segments, journeys and messages.

use axum::extract::State;
use axum::response::Response;

use super::{ago, e, next, number, page, table, url};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::routes::messages::MessageQuery;
use crate::routes::{journeys as journey_data, members::PageQuery, messages as message_data, segments as segment_data};
use crate::state::ApiState;

/// Rows of a page.
const ROWS: usize = 50;

/// `GET /ui/segments`.
pub(crate) async fn segments(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    let ws = caller.workspace;
    let found = state.run(move |state| segment_data::standings(state, ws)).await?;
    let rows: Vec<String> = found
        .iter()
        .map(|s| {
            let wait = if s.ready { "" } else { " <span class=\"soft\">(still counting)</span>" };
            format!(
                "<tr><td><a href=\"/ui/segments/{}\">{}</a></td><td class=\"num\">{}{wait}</td><td><code>{}</code></td></tr>",
                url(&s.id),
                e(&s.name),
                number(s.count),
                e(&s.rule)
            )
        })
        .collect();
    let table = table(&["Segment", "Customers", "Rule"], &rows, "No segment is live.");
    let content = format!("<section id=\"segments\" data-refresh>{table}</section>");
    Ok(page("Segments", Some(&caller), "/ui/segments", state.catcher.is_some(), &content))
}

/// `GET /ui/segments/{id}`.
pub(crate) async fn segment(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, ApiError> {
    let (ws, wanted, now) = (caller.workspace, id.clone(), state.now());
    let (found, members) = state
        .run(move |state| {
            let all = segment_data::standings(state, ws)?;
            let found = all.into_iter().find(|s| s.id == wanted);
            let found = found.ok_or_else(|| ApiError::not_found(format!("live segment {wanted}")))?;
            let members = segment_data::page(state, ws, &wanted, query.cursor.as_deref(), ROWS)?;
            Ok::<_, ApiError>((found, members))
        })
        .await?;
    let rows: Vec<String> = members
        .items
        .iter()
        .map(|m| {
            let (id, label) = (e(&m.profile.id), e(&m.profile.label));
            format!("<tr><td><a href=\"/ui/profiles/{id}\">{label}</a></td><td>{}</td></tr>", ago(m.since.0, now))
        })
        .collect();
    let content = format!(
        "<p><code>{}</code></p><p>{} customers</p>{}{}",
        e(&found.rule),
        number(found.count),
        table(&["Customer", "Since"], &rows, "Nobody is in it."),
        next(&format!("/ui/segments/{}?", url(&id)), members.next_cursor.as_deref())
    );
    Ok(page(&found.name, Some(&caller), "/ui/segments", state.catcher.is_some(), &content))
}

/// `GET /ui/journeys`.
pub(crate) async fn journeys(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    let ws = caller.workspace;
    let found = state.run(move |state| journey_data::standings(state, ws)).await?;
    let rows: Vec<String> = found
        .iter()
        .map(|j| {
            let counted = |map: &std::collections::BTreeMap<String, u64>| {
                let tags = map.iter().filter(|(_, n)| **n > 0);
                tags.map(|(k, n)| format!("<span class=\"tag\">{} {}</span>", e(k), number(*n))).collect::<String>()
            };
            let steps: String = j.steps.values().map(counted).collect();
            format!(
                "<tr><td>{} <span class=\"soft\">v{}</span></td><td class=\"num\">{}</td><td class=\"num\">{}</td>\
                 <td>{steps}</td><td>{}</td></tr>",
                e(&j.name),
                j.version,
                number(j.entered),
                number(j.active),
                counted(&j.exited)
            )
        })
        .collect();
    let heads = ["Journey", "Entered", "Active", "At a step", "Ended"];
    let table = table(&heads, &rows, "No journey is live.");
    let content = format!("<section id=\"journeys\" data-refresh>{table}</section>");
    Ok(page("Journeys", Some(&caller), "/ui/journeys", state.catcher.is_some(), &content))
}

/// `GET /ui/messages`.
pub(crate) async fn messages(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<MessageQuery>,
) -> Result<Response, ApiError> {
    let (now, status) = (state.now(), query.status.clone().unwrap_or_default());
    let found = message_data::page(&state, &caller, MessageQuery { limit: Some(ROWS), ..query }).await?;
    let rows: Vec<String> = found
        .items
        .iter()
        .map(|m| {
            let class = match m.status {
                "sent" => "good",
                "failed" => "bad",
                _ => "soft",
            };
            let why = [m.reason.as_deref(), m.detail.as_deref()].into_iter().flatten().map(e).collect::<Vec<_>>();
            format!(
                "<tr><td>{}</td><td class=\"{class}\">{}</td><td>{}<br><span class=\"soft\">{} {}</span></td>\
                 <td><a href=\"/ui/profiles/{}\">{}</a></td><td class=\"soft\">{}</td></tr>",
                ago(m.created_at.0, now),
                m.status,
                e(m.subject.as_deref().unwrap_or("")),
                e(m.journey.as_deref().unwrap_or("")),
                e(&m.template),
                e(&m.profile),
                e(&m.profile),
                why.join(": ")
            )
        })
        .collect();
    let choices = ["", "queued", "deferred", "sent", "skipped", "failed"].map(|s| {
        let current = if s == status { " aria-current=\"page\"" } else { "" };
        let name = if s.is_empty() { "all" } else { s };
        format!(
            "<a href=\"/ui/messages{}\"{current}>{name}</a>",
            if s.is_empty() { String::new() } else { format!("?status={s}") }
        )
    });
    let base =
        if status.is_empty() { "/ui/messages?".to_owned() } else { format!("/ui/messages?status={}&", url(&status)) };
    let content = format!(
        "<nav aria-label=\"Status\">{}</nav>{}{}",
        choices.concat(),
        table(&["When", "Status", "Message", "To", "Why"], &rows, "No messages."),
        next(&base, found.next_cursor.as_deref())
    );
    Ok(page("Messages", Some(&caller), "/ui/messages", state.catcher.is_some(), &content))
}
