//! Questions about segments beyond who is in them: why somebody is, how segments overlap, who came and went.

use std::collections::HashMap;

use rapport_domain::event::{EventView, Scalar, names};
use rapport_domain::rule::Rule;
use rapport_domain::{Event, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventRef, Fold, TimelineFilter};
use rapport_rules::{Clause, Plan};
use rapport_segments::core::facts::ProfileFacts;
use rapport_segments::{RuleSet, SegmentState, repo};

use super::formulas::whole;
use crate::error::EngineError;
use crate::shared::Shared;

/// Why a rule holds for a profile or does not.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The rule taken apart.
    pub clause: Clause,
    /// The profile's events in order of time; clauses name them by place.
    pub events: Vec<Event>,
    /// When it was decided.
    pub at: Timestamp,
}

/// Takes a rule apart for one profile, by all of its events and its present traits and memberships.
pub fn explain(
    shared: &Shared,
    ws: WorkspaceId,
    profile: &rapport_domain::Profile,
    rule: &Rule,
) -> Result<Explanation, EngineError> {
    let timeline = shared.lake.timeline(ws, profile.id, None, &TimelineFilter::default(), usize::MAX)?;
    let mut events: Vec<Event> = timeline.into_iter().map(|e| e.event).collect();
    events.sort_by_key(|e| e.ts);
    let at = shared.clock.now();
    let clause = with_facts(shared, ws, profile, |facts| rapport_rules::explain(rule, facts, &events, at))?;
    Ok(Explanation { clause, events, at })
}

/// Whether a rule holds for a profile that asks nothing about events: by its present traits, consents and memberships. Questions about
/// events have no answer here.
pub fn holds_now(
    shared: &Shared,
    ws: WorkspaceId,
    profile: &rapport_domain::Profile,
    rule: &Rule,
) -> Result<bool, EngineError> {
    let plan = Plan::new(rule);
    with_facts(shared, ws, profile, |facts| plan.evaluate(facts, &|_| None, shared.clock.now()).holds)
}

/// Hands over what is known of a profile at present, beside its events.
fn with_facts<T>(
    shared: &Shared,
    ws: WorkspaceId,
    profile: &rapport_domain::Profile,
    ask: impl FnOnce(&ProfileFacts<'_>) -> T,
) -> Result<T, EngineError> {
    let live = shared.live();
    let workspace = live.workspaces.get(&ws);
    let (set, _) = RuleSet::compile(workspace.map(|w| w.rules.placeholders()).unwrap_or_default());
    let binding = whole(&set);
    let mut state = SegmentState::default();
    let db = shared.stores.partition(profile.id.home())?;
    for (segment, since) in db.read(|q| repo::memberships(q, ws, profile.id))? {
        set.set_membership(&binding, &mut state, &segment, since);
    }
    let default_zone = workspace.map_or(chrono_tz::Tz::UTC, |w| w.zone);
    let mut profile = profile.clone();
    super::accounts::attach(shared, &mut profile)?;
    Ok(ask(&ProfileFacts { set: &set, binding: &binding, profile: &profile, state: &state, default_zone }))
}

/// The most segments whose overlap is counted.
pub const MAX_OVERLAP: usize = 5;

/// How many profiles are in exactly these segments and in none of the others asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intersection {
    /// Places of the segments in the question.
    pub segments: Vec<usize>,
    /// How many profiles.
    pub count: u64,
}

/// Every combination of up to [`MAX_OVERLAP`] segments that has a profile, the largest first: what an UpSet plot shows.
pub fn overlap(shared: &Shared, ws: WorkspaceId, segments: &[String]) -> Result<Vec<Intersection>, EngineError> {
    let mut counts = [0u64; 1 << MAX_OVERLAP];
    for (_, db) in shared.stores.partitions() {
        let mut masks: HashMap<ProfileId, usize> = HashMap::new();
        for (i, segment) in segments.iter().take(MAX_OVERLAP).enumerate() {
            for (profile, _) in db.read(|q| repo::members(q, ws, segment, ProfileId(0), usize::MAX >> 1))? {
                *masks.entry(profile).or_default() |= 1 << i;
            }
        }
        masks.into_values().for_each(|mask| counts[mask] += 1);
    }
    let places = |mask: usize| (0..MAX_OVERLAP).filter(|i| mask & (1 << i) != 0).collect();
    let mut all: Vec<Intersection> = (1..counts.len())
        .filter(|mask| counts[*mask] > 0)
        .map(|mask| Intersection { segments: places(mask), count: counts[mask] })
        .collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.segments.cmp(&b.segments)));
    Ok(all)
}

/// Somebody entered or left a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub profile: ProfileId,
    /// Entered or left.
    pub entered: bool,
    /// It was found out later, when the rule was made or changed: it tells history.
    pub backfill: bool,
}

struct Crossings<'a> {
    segment: &'a str,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
}

fn keep(out: &mut Vec<Crossing>, limit: usize) {
    if out.len() > 2 * limit {
        out.sort_by_key(|c| std::cmp::Reverse((c.at, c.profile)));
        out.truncate(limit);
    }
}

impl Fold for Crossings<'_> {
    type State = Vec<Crossing>;
    type Out = Vec<Crossing>;

    fn begin(&self, _: ProfileId) -> Self::State {
        Vec::new()
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        if !matches!(event.property("segment"), Scalar::Text(id) if id == self.segment) {
            return;
        }
        state.push(Crossing {
            at: event.ts(),
            profile: event.profile(),
            entered: event.name() == names::SEGMENT_ENTERED,
            backfill: event.property("backfill") == Scalar::Bool(true),
        });
        keep(state, self.limit);
    }

    fn finish(&self, _: ProfileId, state: Self::State, out: &mut Self::Out) {
        out.extend(state);
        keep(out, self.limit);
    }

    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
        keep(into, self.limit);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        Some(vec![names::SEGMENT_ENTERED.to_owned(), names::SEGMENT_EXITED.to_owned()])
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.from, self.to))
    }
}

/// Who entered and left a segment in `from..to`, newest first, at most `limit`.
pub fn crossings(
    shared: &Shared,
    ws: WorkspaceId,
    segment: &str,
    (from, to): (Timestamp, Timestamp),
    limit: usize,
    cancel: &CancelFlag,
) -> Result<Vec<Crossing>, EngineError> {
    let fold = Crossings { segment, from, to, limit: limit.max(1) };
    let mut rows = shared.lake.snapshot(ws).run(&fold, cancel)?;
    rows.sort_by_key(|c| std::cmp::Reverse((c.at, c.profile)));
    rows.truncate(limit);
    Ok(rows)
}

/// Of each profile its latest edge of a segment before an instant.
struct Standing<'a> {
    segment: &'a str,
    before: Timestamp,
}

impl Fold for Standing<'_> {
    type State = Option<(Timestamp, bool)>;
    type Out = Vec<(ProfileId, Timestamp)>;

    fn begin(&self, _: ProfileId) -> Self::State {
        None
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        let ours = matches!(event.property("segment"), Scalar::Text(id) if id == self.segment);
        if ours && state.is_none_or(|(at, _)| at <= event.ts()) {
            *state = Some((event.ts(), event.name() == names::SEGMENT_ENTERED));
        }
    }

    fn finish(&self, profile: ProfileId, state: Self::State, out: &mut Self::Out) {
        if let Some((at, true)) = state {
            out.push((profile, at));
        }
    }

    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        Some(vec![names::SEGMENT_ENTERED.to_owned(), names::SEGMENT_EXITED.to_owned()])
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp(i64::MIN), self.before))
    }
}

/// Who was in a segment at an instant, with since when, by profile. What was found out later (by a new or edited rule) counts
/// from when it was found out, as its events do.
pub fn members_at(
    shared: &Shared,
    ws: WorkspaceId,
    segment: &str,
    at: Timestamp,
    cancel: &CancelFlag,
) -> Result<Vec<(ProfileId, Timestamp)>, EngineError> {
    let fold = Standing { segment, before: at.plus_ms(1) };
    let mut members = shared.lake.snapshot(ws).run(&fold, cancel)?;
    members.sort_unstable();
    Ok(members)
}
