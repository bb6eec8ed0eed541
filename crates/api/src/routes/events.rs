//! What happens now, and what was ever seen.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use rapport_domain::{SourceId, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_engine::read::recent::{RecentEvent, Wanted};
use rapport_lake::TimelineFilter;
use rapport_store::partition::observed::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;
use crate::view::{EventView, ProfileSummary};

/// How long a feed of a workspace is answered from memory: many browsers look at one feed.
const FEED_AGE_MS: i64 = 1_000;
/// Events kept of a feed.
const FEED_EVENTS: usize = 500;
/// Feeds kept.
const MAX_FEEDS: usize = 256;
/// How far back the feed reaches.
const FEED_REACH_MS: i64 = 7 * DAY_MS;

/// Events of one instant that pages may go through; beyond them the list ends.
const MAX_OF_INSTANT: usize = 100_000;

/// What was read of a feed: its events, and whether there are no more of them.
type Feed = Arc<(Vec<RecentEvent>, bool)>;

/// The feeds read lately, by what was wanted and how many events of it.
pub(crate) type RecentCache = HashMap<(WorkspaceId, Wanted, usize), (Timestamp, Feed)>;

/// The latest events of a workspace that are wanted, `least` of them when there are so many; at most a second old.
async fn feed(state: &ApiState, ws: WorkspaceId, wanted: &Wanted, least: usize) -> Result<Feed, ApiError> {
    let now = state.now();
    // Requests for a few rows more or less share what was read.
    let least = least.max(64).next_power_of_two();
    let key = (ws, wanted.clone(), least);
    if let Some((at, rows)) = state.shared().recent.lock().get(&key)
        && now.since_ms(*at) < FEED_AGE_MS
    {
        return Ok(Arc::clone(rows));
    }
    let wanted = wanted.clone();
    let rows = state
        .query(move |state, cancel| {
            let shared = state.engine.shared();
            let (end, earliest) = (wanted.until.unwrap_or(now).min(now), now.plus_ms(-FEED_REACH_MS));
            // What is frequent fills the feed from the last minutes; what is rare is small enough for a longer look.
            for period in [10 * MINUTE_MS, 6 * HOUR_MS, FEED_REACH_MS] {
                let from = end.plus_ms(-period).max(earliest);
                let most = least.max(FEED_EVENTS);
                let rows = read::recent::events(shared, ws, from, &wanted, most, cancel)?;
                if rows.len() >= least || from == earliest {
                    let is_whole = from == earliest && rows.len() < most;
                    return Ok((rows, is_whole));
                }
            }
            Ok::<_, ApiError>((Vec::new(), true))
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
    feeds.insert(key, (now, Arc::clone(&rows)));
    Ok(rows)
}

/// A place in the feed: the instant of the last row shown, and how many rows of that instant were shown.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    at: Timestamp,
    shown: usize,
}

impl Place {
    fn read(text: &str) -> Result<Place, ApiError> {
        let read = || {
            let (at, shown) = text.split_once('~')?;
            Some(Place { at: Timestamp(at.parse().ok()?), shown: shown.parse().ok()? })
        };
        let found = read().filter(|place| place.shown <= MAX_OF_INSTANT);
        found.ok_or_else(|| ApiError::invalid_at("cursor", "expected the next_cursor of this list"))
    }

    /// The place after the last of `rows`, the first of which followed `before`.
    fn after(rows: &[RecentEvent], before: Option<Place>) -> Option<Place> {
        let at = rows.last()?.ts;
        let here = rows.iter().rev().take_while(|row| row.ts == at).count();
        let earlier = before.filter(|before| before.at == at).map_or(0, |before| before.shown);
        Some(Place { at, shown: here + earlier })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.at.0, self.shown)
    }
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
    /// Only events of the source with this id; 0 is Rapport itself.
    pub(crate) source: Option<u32>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// With each event as it was recorded; at most 100 rows then.
    #[serde(default)]
    pub(crate) details: bool,
    /// Rows, 1 to 500; 50 when absent.
    pub(crate) limit: Option<usize>,
}

/// Rows with details at most: each is looked up.
const MAX_DETAILS: usize = 100;

/// A row of the feed as it was recorded; `None` when it is gone, as after an erasure.
fn recorded(
    state: &ApiState,
    ws: WorkspaceId,
    row: &RecentEvent,
    source: Option<SourceId>,
) -> Result<Option<EventView>, ApiError> {
    // More than one event of a moment: the name tells which, and those of one name are alike enough to look at.
    let moment = Some(row.ts);
    let filter = TimelineFilter {
        names: vec![row.name.clone()],
        from: moment,
        until: moment,
        source,
        ..TimelineFilter::default()
    };
    let found = read::profiles::timeline(state.engine.shared(), ws, row.profile, None, &filter, 1)?;
    Ok(found.first().map(EventView::from))
}

/// The feed with whose events they are.
async fn named(state: &ApiState, ws: WorkspaceId, query: FeedQuery) -> Result<Paged<FeedEvent>, ApiError> {
    let details = query.details;
    let limit = limit(query.limit)?.min(if details { MAX_DETAILS } else { usize::MAX });
    let before = query.cursor.as_deref().map(Place::read).transpose()?;
    let (source, until) = (query.source.map(SourceId), before.map(|place| place.at));
    let skipped = before.map_or(0, |place| place.shown);
    let wanted = Wanted { source, text: query.q.unwrap_or_default(), until };
    let found = feed(state, ws, &wanted, skipped + limit + 1).await?;
    state
        .run(move |state| {
            let (rows, is_whole) = &*found;
            let rest = rows.get(skipped..).unwrap_or_default();
            let shown = &rest[..rest.len().min(limit)];
            let is_last = *is_whole && rest.len() == shown.len();
            let next = if is_last { None } else { Place::after(shown, before) };
            let mut items = Vec::new();
            for row in shown {
                if let Some(profile) = read::profiles::get(state.engine.shared(), ws, row.profile)? {
                    let profile = ProfileSummary::from(&profile);
                    let recorded = if details { recorded(state, ws, row, source)? } else { None };
                    items.push(FeedEvent { timestamp: row.ts.into(), event: row.name.clone(), profile, recorded });
                }
            }
            Ok::<_, ApiError>(Paged { items, next_cursor: next.map(|place| place.to_string()) })
        })
        .await
}

/// `GET /api/v1/events`: the latest of the last seven days, by event time.
pub(crate) async fn recent(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<FeedQuery>,
) -> Reply<Paged<FeedEvent>> {
    Ok(Json(named(&state, caller.workspace, query).await?))
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

#[cfg(test)]
mod tests {
    use rapport_domain::ProfileId;

    use super::*;

    #[test]
    fn a_place_counts_what_was_shown_of_its_instant() {
        let row = |ts: i64| RecentEvent { ts: Timestamp(ts), profile: ProfileId(1), name: "Visited".into() };
        let first = Place::after(&[row(9), row(7), row(7)], None).unwrap();
        assert_eq!(first, Place { at: Timestamp(7), shown: 2 });
        assert_eq!(Place::read(&first.to_string()).unwrap(), first);
        // The next page still holds that instant only.
        assert_eq!(Place::after(&[row(7)], Some(first)).unwrap().shown, 3);
        assert_eq!(Place::after(&[row(7), row(5)], Some(first)).unwrap(), Place { at: Timestamp(5), shown: 1 });
        assert_eq!(Place::after(&[], Some(first)), None);
        assert!(Place::read("yesterday").is_err());
    }
}
