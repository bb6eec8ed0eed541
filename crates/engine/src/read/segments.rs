//! Segments: who is in them, and previews of rules nobody saved.

use std::collections::HashMap;

use rapport_domain::rule::Rule;
use rapport_domain::{Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventRef, Fold};
use rapport_profiles::repo as profiles;
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::{Binding, RuleDef, RuleSet, SegmentState, repo};
use serde::Serialize;

use crate::error::EngineError;
use crate::live::Live;
use crate::shared::Shared;

/// A segment as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// Members now.
    pub count: u64,
    /// Whether every partition has decided every profile; if not, the count still grows.
    pub ready: bool,
}

/// Members of a segment, counted over all partitions.
pub fn standing(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<Standing, EngineError> {
    let mut out = Standing { count: 0, ready: is_ready(shared, ws, segment)? };
    for (_, db) in shared.stores.partitions() {
        out.count += db.read(|q| repo::member_count(q, ws, segment))?;
    }
    Ok(out)
}

/// Whether every partition has decided a live segment for all its profiles.
pub fn is_ready(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<bool, EngineError> {
    let key = rapport_segments::segment_rule_key(segment);
    for (_, db) in shared.stores.partitions() {
        let rules = db.read(|q| repo::rules(q, ws))?;
        if !rules.iter().any(|rule| rule.key == key && rule.phase == repo::Phase::Ready) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A page of members by id, with the instant since when.
pub fn members(
    shared: &Shared,
    ws: WorkspaceId,
    segment: &str,
    after: ProfileId,
    limit: usize,
) -> Result<Vec<(ProfileId, Timestamp)>, EngineError> {
    let mut rows = Vec::new();
    for (partition, db) in shared.stores.partitions() {
        // Ids order by home first: partitions before the cursor's have nothing more.
        if partition < after.home() || rows.len() >= limit {
            continue;
        }
        rows.extend(db.read(|q| repo::members(q, ws, segment, after, limit - rows.len()))?);
    }
    Ok(rows)
}

/// Names of the profile's traits that are computed.
#[must_use]
pub fn computed_traits(shared: &Shared, ws: WorkspaceId, profile: &rapport_domain::Profile) -> Vec<String> {
    let live = shared.live();
    let Some(workspace) = live.workspaces.get(&ws) else { return Vec::new() };
    let has = |name: &&str| profile.traits.get(*name).is_some_and(|t| !t.value.is_null());
    let mut names: Vec<String> = workspace.rules.computed_traits().filter(has).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// Everybody in a segment, by id.
pub fn member_ids(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<Vec<ProfileId>, EngineError> {
    let mut all = Vec::new();
    for (_, db) in shared.stores.partitions() {
        let rows = db.read(|q| repo::members(q, ws, segment, ProfileId(0), usize::MAX >> 1))?;
        all.extend(rows.into_iter().map(|(id, _)| id));
    }
    all.sort_unstable();
    Ok(all)
}

/// The segments a profile is in, with the instant since when.
pub fn of_profile(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
) -> Result<Vec<(String, Timestamp)>, EngineError> {
    let db = shared.stores.partition(profile.home())?;
    Ok(db.read(|q| repo::memberships(q, ws, profile))?)
}

/// Who a rule would hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many profiles.
    pub count: u64,
    /// Some of them, lowest ids first.
    pub sample: Vec<ProfileId>,
    /// What the count leaves out: damaged files, by name.
    pub warnings: Vec<String>,
}

/// Evaluates a rule over everything: the lake's events folded by the same aggregates, every profile's traits.
pub fn preview(
    shared: &Shared,
    ws: WorkspaceId,
    rule: &Rule,
    sample: usize,
    cancel: &CancelFlag,
) -> Result<Preview, EngineError> {
    let live = shared.live();
    let zone = live.workspaces.get(&ws).map_or(chrono_tz::Tz::UTC, |w| w.zone);
    let (rules, probe) = with_live_segments(&live, ws, rule);
    let binding = super::formulas::whole(&rules);
    let wanted: Vec<u32> = rules.aggregates_of(probe).to_vec();
    let fold = AggregateFold::new(wanted.iter().map(|i| (*i, &rules.aggregates()[*i as usize])).collect());
    let snapshot = shared.lake.snapshot(ws);
    let now = shared.clock.now();
    let asks = Asks { rules: &rules, binding: &binding, zone, now, sample };
    let mut out = Preview::default();
    if rules.needs_only_events(probe) && !asks.holds_without_events() {
        // Nobody without events holds, and nothing else of a profile is asked: decided as its events end.
        out = snapshot.run(&EventsAlone { fold, asks: &asks }, cancel)?;
    } else {
        let histories: HashMap<ProfileId, History> =
            if wanted.is_empty() { HashMap::new() } else { snapshot.run(&fold, cancel)?.into_iter().collect() };
        for (partition, _) in shared.stores.partitions() {
            cancel.check()?;
            asks.over_profiles(shared, ws, partition, &histories, &mut out)?;
        }
    }
    out.sample.sort_unstable();
    out.sample.truncate(sample);
    out.warnings = if wanted.is_empty() { Vec::new() } else { snapshot.warnings() };
    Ok(out)
}

/// The name of the rule being previewed within its set; no segment's key looks like it.
const PROBE: &str = "preview";

/// The probe's rule, compiled alone; `in_segment` inside it asks the stored memberships.
fn with_live_segments(live: &Live, ws: WorkspaceId, rule: &Rule) -> (RuleSet, usize) {
    let mut defs = vec![RuleDef::condition(PROBE, rule.clone())];
    // Segments the rule names are asked for by stored membership, so the set needs their names, not their rules.
    if let Some(workspace) = live.workspaces.get(&ws) {
        defs.extend(workspace.rules.placeholders());
    }
    let (set, _) = RuleSet::compile(defs);
    let probe = set.rule_index(PROBE).unwrap_or(0);
    (set, probe)
}

struct Asks<'a> {
    rules: &'a RuleSet,
    binding: &'a Binding,
    zone: chrono_tz::Tz,
    now: Timestamp,
    sample: usize,
}

/// A rule about events alone, asked of each profile that has some.
struct EventsAlone<'a> {
    fold: AggregateFold<'a>,
    asks: &'a Asks<'a>,
}

impl Fold for EventsAlone<'_> {
    type State = <AggregateFold<'static> as Fold>::State;
    type Out = Preview;

    fn begin(&self, profile: ProfileId) -> Self::State {
        self.fold.begin(profile)
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        self.fold.step(state, event);
    }

    fn finish(&self, profile: ProfileId, state: Self::State, out: &mut Preview) {
        let mut histories = Vec::new();
        self.fold.finish(profile, state, &mut histories);
        for (profile, history) in histories {
            let someone = rapport_domain::Profile::new(WorkspaceId(0), profile, false, self.asks.now);
            if self.asks.holds(&self.asks.state(Some(history)), &someone) {
                out.count += 1;
                out.sample.push(profile);
                // Sorted now and then, so that only the lowest ids are kept.
                if out.sample.len() > 2 * self.asks.sample {
                    out.sample.sort_unstable();
                    out.sample.truncate(self.asks.sample);
                }
            }
        }
    }

    fn merge(&self, into: &mut Preview, from: Preview) {
        into.count += from.count;
        into.sample.extend(from.sample);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.fold.event_names()
    }
}

impl Asks<'_> {
    fn state(&self, history: Option<History>) -> SegmentState {
        let mut state = SegmentState::default();
        if let Some(history) = history {
            self.rules.add_history(self.binding, &mut state, history);
        }
        state
    }

    fn holds(&self, state: &SegmentState, profile: &rapport_domain::Profile) -> bool {
        self.rules.ask(self.binding, state, PROBE, profile, self.zone, self.now).is_some_and(|v| v.holds)
    }

    fn holds_without_events(&self) -> bool {
        let nobody = rapport_domain::Profile::new(WorkspaceId(0), ProfileId(0), false, self.now);
        self.holds(&SegmentState::default(), &nobody)
    }

    fn over_profiles(
        &self,
        shared: &Shared,
        ws: WorkspaceId,
        partition: Partition,
        histories: &HashMap<ProfileId, History>,
        out: &mut Preview,
    ) -> Result<(), EngineError> {
        let db = shared.stores.partition(partition)?;
        let memberships =
            if self.rules.rules().count() > 1 { db.read(|q| repo::all_memberships(q, ws))? } else { HashMap::new() };
        db.read(|q| {
            let accounts = super::accounts::for_rules(q, ws, self.rules)?;
            profiles::iterate(q, ws, |mut profile| {
                profile.account = profile.account_id().and_then(|id| accounts.get(id).cloned());
                let mut state = self.state(histories.get(&profile.id).cloned());
                for (segment, since) in memberships.get(&profile.id).into_iter().flatten() {
                    self.rules.set_membership(self.binding, &mut state, segment, *since);
                }
                if self.holds(&state, &profile) {
                    out.count += 1;
                    if out.sample.len() < self.sample {
                        out.sample.push(profile.id);
                    }
                }
                std::ops::ControlFlow::Continue(())
            })?;
            Ok::<_, EngineError>(())
        })?;
        Ok(())
    }
}
