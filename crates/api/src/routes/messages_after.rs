//! Messages after they were decided: what became of each, how a campaign fared, and trying again what was given up.

use axum::Json;
use axum::extract::State;
use rapport_delivery::repo::dead::MENDABLE;
use rapport_delivery::repo::decisions::Decided;
use rapport_delivery::repo::{LedgerEntry, LedgerFilter, MessageStatus};
use rapport_domain::record::LetterBody;
use rapport_domain::time::DAY_MS;
use rapport_domain::{ErrorClass, OutboxId, Problem, SkipReason};
use rapport_engine::read;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query, instant, nearest};
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
    /// Why a message was skipped, of the closed list.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The rule that decided: `consent`, `frequency_cap`, `pressure`, `quiet_hours`, `journey`…
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// What the rule saw; of a message that was sent, what every rule saw: consent, caps, pressure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    values: Option<Value>,
}

impl TimelinePoint {
    fn bare(what: &'static str, at: Time, detail: Option<String>) -> Self {
        TimelinePoint { what, at, detail, reason: None, rule: None, values: None }
    }

    /// That a message was decided, by a step of a journey or by a call.
    fn queued(entry: &LedgerEntry) -> Self {
        let (LedgerEntry { journey, version, run, step, .. }, at) = (entry, entry.created_at.into());
        let by = journey.as_ref().map(|journey| {
            let values = json!({"journey": journey, "version": version, "run": run, "step": step});
            ("journey".to_owned(), values)
        });
        let (rule, values) = by.unzip();
        TimelinePoint { rule, values, ..TimelinePoint::bare("queued", at, None) }
    }
}

impl From<Decided> for TimelinePoint {
    fn from(decided: Decided) -> Self {
        let Decided { at, status, reason, detail, rule, values } = decided;
        let words = reason.as_ref().map(|r| format!("{r}: ")).unwrap_or_default() + detail.as_deref().unwrap_or("");
        let seen = (!values.is_empty()).then(|| Value::Object(values.map().clone()));
        let bare = TimelinePoint::bare(status.as_str(), at.into(), Some(words).filter(|d| !d.is_empty()));
        TimelinePoint { reason, rule, values: seen, ..bare }
    }
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
            let Some(entry) = entry else { return Ok(None) };
            let decided = read::messages::decisions(shared, ws, wanted)?;
            Ok::<_, ApiError>(Some((entry, decided, read::messages::marks(shared, ws, wanted)?)))
        })
        .await?;
    let (entry, decided, marks) = found.ok_or_else(missing)?;
    let mut points = vec![TimelinePoint::queued(&entry)];
    points.extend(decided.into_iter().map(TimelinePoint::from));
    points.extend(marks.into_iter().map(|m| TimelinePoint::bare(m.mark.as_str(), m.at.into(), m.detail)));
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
    /// Messages that ended so and are not kept any more: the latest 20,000 of a partition are.
    gone: usize,
}

/// `POST /api/v1/messages/{id}/replay`: tries a message again that was given up, that the provider refused, or whose template
/// was at fault.
pub(crate) async fn replay(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<Replayed> {
    let missing = || ApiError::not_found(format!("message {id}"));
    let (wanted, ws) = (id.parse().map_err(|_| missing())?, caller.workspace);
    let entry = state.run(move |state| read::messages::get(state.engine.shared(), ws, wanted)).await?;
    let entry = entry.ok_or_else(missing)?;
    if !entry.can_be_replayed() {
        let status = entry.status.as_str();
        let detail = format!(
            "only a message that failed, that the provider refused or whose template was at fault can be tried again; this one is {status}"
        );
        return Err(ApiError::new(ErrorClass::Conflict, "not_failed", detail));
    }
    let done = again(&state, &caller, vec![wanted]).await?;
    if done.messages == 0 {
        let detail = "the message is not kept any more: its address does not work, or too many ended so since";
        return Err(ApiError::new(ErrorClass::Conflict, "not_kept", detail));
    }
    Ok(Json(done))
}

/// Which messages to try again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayInput {
    /// Only of this template.
    template: Option<String>,
    /// Only of this journey; `campaign/ID` for those of a campaign.
    journey: Option<String>,
    /// Those skipped for this reason (`provider_rejected`, `invalid_template`) instead of those that failed.
    reason: Option<String>,
    /// Only of this channel.
    channel: Option<String>,
    /// Only those decided at or after this time.
    from: Option<String>,
    /// Only those decided before this time.
    to: Option<String>,
    /// Text to find in id, subject, template or journey.
    q: Option<String>,
}

/// `POST /api/v1/messages/replay`: tries messages again that were given up, at most 500 at once.
pub(crate) async fn replay_all(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<ReplayInput>,
) -> Reply<Replayed> {
    let ws = caller.workspace;
    let reason = input.reason.as_deref().map(mendable).transpose()?;
    let status = if reason.is_some() { MessageStatus::Skipped } else { MessageStatus::Failed };
    let filter = LedgerFilter {
        status: Some(status),
        reason,
        template: input.template,
        journey: input.journey,
        channel: input.channel,
        from: instant("from", input.from.as_deref())?,
        to: instant("to", input.to.as_deref())?,
        q: input.q,
        ..LedgerFilter::default()
    };
    let found =
        state.run(move |state| read::messages::list(state.engine.shared(), ws, &filter, None, MAX_REPLAYED)).await?;
    Ok(Json(again(&state, &caller, found.items.into_iter().map(|e| e.id).collect()).await?))
}

/// A reason for which skipped messages can be tried again.
fn mendable(name: &str) -> Result<SkipReason, ApiError> {
    let found = MENDABLE.into_iter().find(|reason| reason.as_str() == name);
    found.ok_or_else(|| {
        let known = MENDABLE.map(SkipReason::as_str);
        let problem = Problem::new("reason", format!("expected one of {}", known.join(", ")));
        ApiError::invalid(vec![problem.with_suggestion(nearest(name, known))])
    })
}

/// Puts those of the messages that are kept back into their queues.
async fn again(state: &ApiState, caller: &Caller, ids: Vec<OutboxId>) -> Result<Replayed, ApiError> {
    let (ws, now, count) = (caller.workspace, state.now(), ids.len());
    let kept = state.run(move |state| read::messages::replayable(state.engine.shared(), ws, &ids)).await?;
    let done = Replayed { messages: kept.len(), gone: count - kept.len() };
    let (noted, detail) = (caller.clone(), json!({"messages": done.messages}));
    state.write(move |tx| noted.audit(tx, now, "message.replay", "messages", &detail)).await?;
    let expires_at = now.plus_ms(EXPIRES_MS);
    for message in kept {
        events::send(state, ws, message.partition, LetterBody::Replay { message, expires_at }, false).await?;
    }
    Ok(done)
}
