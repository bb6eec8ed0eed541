//! What happens now, and what was ever seen.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use rapport_domain::{Timestamp, WorkspaceId};
use rapport_engine::read::{self, recent::RecentEvent};
use rapport_store::partition::observed::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;
use crate::view::{EventView, ProfileSummary};

/// How long the feed of a workspace is answered from memory: many browsers look at one feed.
const FEED_AGE_MS: i64 = 1_000;
/// Events kept of a feed.
const FEED_EVENTS: usize = 500;
/// Workspaces whose feed is kept.
const MAX_FEEDS: usize = 256;

/// The feeds read lately.
pub(crate) type RecentCache = HashMap<WorkspaceId, (Timestamp, Arc<Vec<RecentEvent>>)>;

/// The latest events of a workspace, at most a second old.
pub(crate) async fn feed(state: &ApiState, ws: WorkspaceId) -> Result<Arc<Vec<RecentEvent>>, ApiError> {
    let now = state.now();
    if let Some((at, rows)) = state.shared().recent.lock().get(&ws)
        && now.since_ms(*at) < FEED_AGE_MS
    {
        return Ok(Arc::clone(rows));
    }
    let rows = state
        .query(move |state, cancel| {
            let shared = state.engine.shared();
            // A busy workspace fills the feed from the last minutes; a quiet one is small enough for a longer look.
            for period in [10 * MINUTE_MS, 6 * HOUR_MS, 7 * DAY_MS] {
                let rows = read::recent::events(shared, ws, now.plus_ms(-period), FEED_EVENTS, cancel)?;
                if rows.len() >= 50 || period == 7 * DAY_MS {
                    return Ok(rows);
                }
            }
            Ok::<_, ApiError>(Vec::new())
        })
        .await?;
    let rows = Arc::new(rows);
    let mut feeds = state.shared().recent.lock();
    if feeds.len() >= MAX_FEEDS {
        feeds.retain(|_, (at, _)| now.since_ms(*at) < FEED_AGE_MS);
        if feeds.len() >= MAX_FEEDS {
            feeds.clear();
        }
    }
    feeds.insert(ws, (now, Arc::clone(&rows)));
    Ok(rows)
}

/// An event of the live feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedEvent {
    /// When it happened.
    pub(crate) timestamp: Time,
    /// What happened.
    pub(crate) event: String,
    /// Whose it is.
    pub(crate) profile: ProfileSummary,
    /// The event as it was recorded, when details are asked for.
    pub(crate) recorded: Option<EventView>,
}

/// Which events of the feed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedQuery {
    /// Only events whose name holds this text.
    pub(crate) q: Option<String>,
    /// With each event as it was recorded; at most 100 rows then.
    #[serde(default)]
    pub(crate) details: bool,
    /// Rows, 1 to 500; 50 when absent.
    pub(crate) limit: Option<usize>,
}

/// Rows with details at most: each is looked up.
const MAX_DETAILS: usize = 100;

/// A row of the feed as it was recorded; `None` when it is gone, as after an erasure.
fn recorded(state: &ApiState, ws: WorkspaceId, row: &RecentEvent) -> Result<Option<EventView>, ApiError> {
    let after = row.ts.plus_ms(1);
    let before = Some((after, ""));
    // More than one event of a moment: the name tells which, and those of one name are alike enough to look at.
    let found = read::profiles::timeline(state.engine.shared(), ws, row.profile, before, None, 20)?;
    Ok(found.iter().find(|e| e.event.ts == row.ts && *e.event.name == *row.name).map(EventView::from))
}

/// The feed with whose events they are.
pub(crate) async fn named(state: &ApiState, ws: WorkspaceId, query: FeedQuery) -> Result<Vec<FeedEvent>, ApiError> {
    let details = query.details;
    let limit = limit(query.limit)?.min(if details { MAX_DETAILS } else { usize::MAX });
    let rows = feed(state, ws).await?;
    let wanted = query.q.unwrap_or_default().to_lowercase();
    state
        .run(move |state| {
            let mut out = Vec::new();
            for row in rows.iter().filter(|r| r.name.to_lowercase().contains(&wanted)).take(limit) {
                if let Some(profile) = read::profiles::get(state.engine.shared(), ws, row.profile)? {
                    let profile = ProfileSummary::from(&profile);
                    let recorded = if details { recorded(state, ws, row)? } else { None };
                    out.push(FeedEvent { timestamp: row.ts.into(), event: row.name.clone(), profile, recorded });
                }
            }
            Ok::<_, ApiError>(out)
        })
        .await
}

/// `GET /api/v1/events`: the latest of the last seven days, by event time.
pub(crate) async fn recent(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<FeedQuery>,
) -> Reply<Paged<FeedEvent>> {
    Ok(Json(Paged::whole(named(&state, caller.workspace, query).await?)))
}

/// An event's name with what was seen of it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct EventEntry {
    /// The event's name.
    name: String,
    /// How often it is in the lake; exact.
    count: u64,
    /// The earliest event time.
    first_seen: Option<Time>,
    /// The latest event time.
    last_seen: Option<Time>,
    /// Its properties by dotted path, each with the types seen.
    properties: BTreeMap<String, Vec<String>>,
}

/// What was ever seen.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CatalogueView {
    /// Events, most frequent first.
    events: Vec<EventEntry>,
    /// Traits by dotted path, each with the types seen.
    traits: BTreeMap<String, Vec<String>>,
}

/// `GET /api/v1/events/catalogue`.
pub(crate) async fn catalogue(State(state): State<ApiState>, caller: Caller) -> Reply<CatalogueView> {
    let (seen, counts) = state
        .run(move |state| {
            let ws = caller.workspace;
            let seen = read::stats::catalogue(state.engine.shared(), ws, crate::rules::MAX_OBSERVED)?;
            Ok::<_, ApiError>((seen, state.lake.snapshot(ws).event_names()))
        })
        .await?;
    // The lake counts exactly; what was observed is written down every few seconds.
    let counts: HashMap<String, u64> = counts.into_iter().collect();
    let mut out = CatalogueView::default();
    let mut events: BTreeMap<String, EventEntry> = BTreeMap::new();
    for entry in seen {
        let named = |name: &str| EventEntry { name: name.to_owned(), ..EventEntry::default() };
        match entry.scope {
            Scope::Event => {
                let event = events.entry(entry.event.clone()).or_insert_with(|| named(&entry.event));
                event.count = counts.get(&entry.event).copied().unwrap_or(0);
                event.first_seen = Some(entry.first_seen.into());
                event.last_seen = Some(entry.last_seen.into());
            }
            Scope::Property => {
                let event = events.entry(entry.event.clone()).or_insert_with(|| named(&entry.event));
                event.properties.entry(entry.key).or_default().push(entry.kind);
            }
            Scope::Trait => out.traits.entry(entry.key).or_default().push(entry.kind),
        }
    }
    out.events = events.into_values().collect();
    out.events.sort_by_key(|e| std::cmp::Reverse(e.count));
    Ok(Json(out))
}
