//! Exact counts.

use axum::Json;
use axum::extract::State;
use rapport_domain::event::names;
use rapport_domain::time::DAY_MS;
use rapport_domain::{Partition, Problem, Record, ResourceKind};
use rapport_engine::read;
use rapport_store::control::{quality, resources};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::problem::ProblemItem;
use crate::reply::{Paged, Reply};
use crate::state::ApiState;

/// Counts of a workspace.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    /// Events of clients.
    pub(crate) events: Events,
    /// Customers.
    pub(crate) profiles: u64,
    /// Live segments.
    pub(crate) segments: u64,
    /// Messages by how they ended.
    pub(crate) messages: Messages,
    /// How long the oldest record that is not applied yet has waited, milliseconds; 0 when nothing waits.
    pub(crate) lag_ms: u64,
}

/// Counts of clients' events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Events {
    /// Durable in the log: processed, duplicates, dropped, and those not applied yet.
    pub(crate) accepted: u64,
    /// Came again and had no effect.
    pub(crate) duplicates: u64,
    /// Not accepted; the data-quality view says why.
    pub(crate) rejected: u64,
    /// Applied, each once.
    pub(crate) processed: u64,
    /// In the lake, visible to queries.
    pub(crate) in_lake: u64,
}

/// Counts of messages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Messages {
    /// The provider took them.
    pub(crate) sent: u64,
    /// Not sent, for a reason of the closed list.
    pub(crate) skipped: u64,
    /// Given up after every retry.
    pub(crate) failed: u64,
}

/// How long the oldest record that is not applied yet has waited, milliseconds.
fn lag_ms(state: &ApiState) -> Result<u64, ApiError> {
    let mut oldest = None;
    for partition in (0..state.log.partitions()).map(Partition) {
        let from = state.engine.shared().status(partition).offset();
        if from >= state.log.head(partition) {
            continue;
        }
        let batch = match state.log.read(partition, from, 1, 1) {
            Ok(batch) => batch,
            // Applied and released meanwhile.
            Err(rapport_log::LogError::Trimmed { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let at = batch.iter().next().and_then(|(_, bytes)| match Record::decode(bytes) {
            Ok(Record::Event(event)) => Some(event.received_at),
            Ok(Record::Letter(letter)) => Some(letter.at),
            Err(_) => None,
        });
        oldest = oldest.into_iter().chain(at).min();
    }
    Ok(oldest.map_or(0, |at| state.now().since_ms(at).max(1).unsigned_abs()))
}

/// The counts, read now.
pub(crate) fn read(state: &ApiState, ws: rapport_domain::WorkspaceId) -> Result<Stats, ApiError> {
    let shared = state.engine.shared();
    // In this order: what is applied meanwhile is counted at most as lag, never lost.
    let lag = state.engine.lag_records();
    let counts = read::stats::events(shared, ws)?;
    let messages = read::messages::counts(shared, ws)?;
    let (rejected, segments) = state.stores.control().read(|q| {
        let segments = resources::live(q, ws, ResourceKind::Segment)?.len() as u64;
        Ok::<_, ApiError>((quality::total(q, ws)?, segments))
    })?;
    Ok(Stats {
        events: Events {
            accepted: counts.processed + counts.duplicates + counts.dropped + lag,
            duplicates: counts.duplicates,
            rejected,
            processed: counts.processed,
            in_lake: state.lake.count(ws).saturating_sub(counts.derived),
        },
        profiles: read::profiles::count(shared, ws)?,
        segments,
        messages: Messages { sent: messages.sent, skipped: messages.skipped, failed: messages.failed },
        lag_ms: lag_ms(state)?,
    })
}

/// `GET /api/v1/stats`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller) -> Reply<Stats> {
    let stats = state.run(move |state| read(state, caller.workspace)).await?;
    Ok(Json(stats))
}

/// How long a chain that was cut is told, days.
const CUT_TOLD_DAYS: i64 = 7;

/// `GET /api/v1/problems`.
pub(crate) async fn problems(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<ProblemItem>> {
    let now = state.now();
    let found = state
        .run(move |state| {
            let (shared, ws) = (state.engine.shared(), caller.workspace);
            let live = shared.live();
            let mut found: Vec<Problem> = live.workspaces.get(&ws).map(|w| w.problems.clone()).unwrap_or_default();
            let cut = read::stats::seen(shared, ws, names::CHAIN_CUT)?;
            if let Some(cut) = cut.filter(|cut| now.since_ms(cut.last_seen) < CUT_TOLD_DAYS * DAY_MS) {
                let message = format!(
                    "journeys or segments set each other off without end and were cut, {} times so far, last {}; \
                     {:?} on the customers' timelines says by what",
                    cut.count,
                    cut.last_seen.to_rfc3339(),
                    names::CHAIN_CUT
                );
                found.push(Problem::new(format!("event {}", names::CHAIN_CUT), message));
            }
            Ok::<_, ApiError>(found)
        })
        .await?;
    Ok(Json(Paged::whole(found.into_iter().map(Into::into).collect())))
}
