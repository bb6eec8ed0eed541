//! Messages after they were decided: what became of each, how a campaign fared, and trying again what was given up.

use axum::Json;
use axum::extract::State;
use rapport_delivery::repo::LedgerFilter;
use rapport_delivery::repo::MessageStatus;
use rapport_domain::record::LetterBody;
use rapport_domain::time::DAY_MS;
use rapport_engine::read;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// How long a message that is tried again is worth sending, milliseconds.
const EXPIRES_MS: i64 = 3 * DAY_MS;
/// Messages that one call tries again.
const MAX_REPLAYED: usize = 500;

/// A point on a message's way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelinePoint {
    /// `queued`, `sent`, `skipped`, `failed`, `deferred`, `delivered`, `opened`, `clicked`, `dismissed`, `replied`, `bounced`,
    /// `complained`, `converted`.
    what: &'static str,
    /// When.
    at: Time,
    /// Why, in whose words, or which link.
    detail: Option<String>,
}

/// `GET /api/v1/messages/{id}/timeline`.
pub(crate) async fn timeline(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<Paged<TimelinePoint>> {
    let missing = || ApiError::not_found(format!("message {id}"));
    let (wanted, ws) = (id.parse().map_err(|_| missing())?, caller.workspace);
    let found = state
        .run(move |state| {
            let shared = state.engine.shared();
            let entry = read::messages::get(shared, ws, wanted)?;
            Ok::<_, ApiError>(entry.map(|e| read::messages::marks(shared, ws, wanted).map(|m| (e, m))).transpose()?)
        })
        .await?;
    let (entry, marks) = found.ok_or_else(missing)?;
    let mut points = vec![TimelinePoint { what: "queued", at: entry.created_at.into(), detail: None }];
    if entry.status != MessageStatus::Queued {
        let detail = entry.reason.map(|r| format!("{r}: ")).unwrap_or_default() + entry.detail.as_deref().unwrap_or("");
        let detail = Some(detail).filter(|d| !d.is_empty());
        points.push(TimelinePoint { what: entry.status.as_str(), at: entry.changed_at.into(), detail });
    }
    points.extend(marks.into_iter().map(|m| TimelinePoint {
        what: m.mark.as_str(),
        at: m.at.into(),
        detail: m.detail,
    }));
    Ok(Json(Paged::whole(points)))
}

/// Whose numbers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportQuery {
    /// Only of this journey.
    journey: Option<String>,
    /// Only of this template.
    template: Option<String>,
}

/// How the messages of a template in a journey fared.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ReportLine {
    /// The template's id.
    template: String,
    /// The journey's id; null for messages asked for through the API.
    journey: Option<String>,
    /// Decided and not finished.
    pending: u64,
    /// Taken by the provider.
    sent: u64,
    /// Not sent because the customer is in a control group: what the others are compared with.
    held_back: u64,
    /// Not sent for another reason.
    skipped: u64,
    /// Given up.
    failed: u64,
    /// Messages that reached their place.
    delivered: u64,
    /// Messages that were seen.
    opened: u64,
    /// Messages in which a link or button was used.
    clicked: u64,
    /// Messages that were answered.
    replied: u64,
    /// Messages that came back.
    bounced: u64,
    /// Messages that were called spam.
    complained: u64,
    /// Messages whose customer did what the journey is for.
    converted: u64,
}

/// `GET /api/v1/messages/report`: every template of every journey, what was sent and what became of it.
pub(crate) async fn report(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<ReportQuery>,
) -> Reply<Paged<ReportLine>> {
    use rapport_delivery::core::mark::Mark;
    let ws = caller.workspace;
    let (counts, marks) = state
        .run(move |state| {
            let shared = state.engine.shared();
            Ok::<_, ApiError>((read::messages::count_lines(shared, ws)?, read::messages::mark_counts(shared, ws)?))
        })
        .await?;
    let mut lines: Vec<ReportLine> = Vec::new();
    let wanted = |template: &str, journey: Option<&str>| {
        query.template.as_deref().is_none_or(|t| t == template)
            && query.journey.as_deref().is_none_or(|j| journey == Some(j))
    };
    let mut with = |template: &str, journey: Option<&str>, change: &mut dyn FnMut(&mut ReportLine)| {
        if !wanted(template, journey) {
            return;
        }
        let at = lines.iter().position(|l| l.template == template && l.journey.as_deref() == journey);
        let at = at.unwrap_or_else(|| {
            let (template, journey) = (template.to_owned(), journey.map(str::to_owned));
            lines.push(ReportLine { template, journey, ..ReportLine::default() });
            lines.len() - 1
        });
        change(&mut lines[at]);
    };
    for c in &counts {
        with(&c.template, c.journey.as_deref(), &mut |line| {
            *match (c.status, c.reason.as_deref()) {
                (MessageStatus::Queued | MessageStatus::Deferred, _) => &mut line.pending,
                (MessageStatus::Sent, _) => &mut line.sent,
                (MessageStatus::Skipped, Some("control_group")) => &mut line.held_back,
                (MessageStatus::Skipped, _) => &mut line.skipped,
                (MessageStatus::Failed, _) => &mut line.failed,
            } += c.messages;
        });
    }
    for m in &marks {
        with(&m.template, Some(m.journey.as_str()).filter(|j| !j.is_empty()), &mut |line| {
            let place = match m.mark {
                Mark::Delivered => &mut line.delivered,
                Mark::Opened => &mut line.opened,
                Mark::Clicked => &mut line.clicked,
                Mark::Replied => &mut line.replied,
                Mark::Bounced => &mut line.bounced,
                Mark::Complained => &mut line.complained,
                Mark::Converted => &mut line.converted,
                Mark::Dismissed => return,
            };
            *place += m.messages;
        });
    }
    lines.sort_by(|a, b| (&a.journey, &a.template).cmp(&(&b.journey, &b.template)));
    Ok(Json(Paged::whole(lines)))
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// Messages that are tried again.
    messages: usize,
}

/// `POST /api/v1/messages/{id}/replay`: tries a message again that was given up.
pub(crate) async fn replay(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<Replayed> {
    let missing = || ApiError::not_found(format!("message {id}"));
    let (wanted, ws) = (id.parse().map_err(|_| missing())?, caller.workspace);
    let entry = state.run(move |state| read::messages::get(state.engine.shared(), ws, wanted)).await?;
    let entry = entry.ok_or_else(missing)?;
    if entry.status != MessageStatus::Failed {
        let detail = format!("only a message that failed can be tried again; this one is {}", entry.status.as_str());
        return Err(ApiError::new(rapport_domain::ErrorClass::Conflict, "not_failed", detail));
    }
    again(&state, &caller, vec![wanted]).await
}

/// Which messages to try again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayInput {
    /// Only of this template.
    template: Option<String>,
    /// Only of this journey.
    journey: Option<String>,
}

/// `POST /api/v1/messages/replay`: tries messages again that were given up, at most 500 at once.
pub(crate) async fn replay_all(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<ReplayInput>,
) -> Reply<Replayed> {
    let ws = caller.workspace;
    let filter = LedgerFilter {
        status: Some(MessageStatus::Failed),
        template: input.template,
        journey: input.journey,
        ..LedgerFilter::default()
    };
    let found =
        state.run(move |state| read::messages::list(state.engine.shared(), ws, &filter, None, MAX_REPLAYED)).await?;
    again(&state, &caller, found.items.into_iter().map(|e| e.id).collect()).await
}

async fn again(state: &ApiState, caller: &Caller, ids: Vec<rapport_domain::OutboxId>) -> Reply<Replayed> {
    let (ws, now, count) = (caller.workspace, state.now(), ids.len());
    let (noted, detail) = (caller.clone(), json!({"messages": count}));
    state.write(move |tx| noted.audit(tx, now, "message.replay", "messages", &detail)).await?;
    let expires_at = now.plus_ms(EXPIRES_MS);
    for message in ids {
        events::send(state, ws, message.partition, LetterBody::Replay { message, expires_at }, false).await?;
    }
    Ok(Json(Replayed { messages: count }))
}
