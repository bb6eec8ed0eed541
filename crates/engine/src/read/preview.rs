//! Previews: who a rule would hold that nobody saved.

use std::collections::BTreeSet;

use rapport_domain::rule::Rule;
use rapport_domain::{Partition, Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventRef, Fold};
use rapport_profiles::repo as profiles;
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::{Binding, RuleDef, RuleSet, SegmentState, repo};

use crate::error::EngineError;
use crate::live::Live;
use crate::shared::Shared;

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

impl Preview {
    fn add(&mut self, profile: ProfileId, most: usize) {
        self.count += 1;
        self.sample.push(profile);
        // Sorted now and then, so that only the lowest ids are kept.
        if self.sample.len() > 2 * most {
            self.keep(most);
        }
    }

    fn keep(&mut self, most: usize) {
        self.sample.sort_unstable();
        self.sample.truncate(most);
    }

    fn merge(&mut self, from: Preview) {
        self.count += from.count;
        self.sample.extend(from.sample);
    }
}

/// Evaluates a rule over everything: the lake's events folded by the same aggregates, and the traits of every profile whose
/// events do not settle the answer.
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
    let traits = rules.traits_read(probe);
    let asks = Asks { rules: &rules, probe, binding: &binding, traits, zone, now: shared.clock.now(), sample };
    let mut out = Preview::default();
    if rules.needs_only_events(probe) && !asks.holds_without_events() {
        // Nobody without events holds, and nothing else of a profile is asked: decided as its events end.
        out = snapshot.run(&EventsAlone { fold, asks: &asks }, cancel)?;
    } else {
        let mut asked = Asked { rest: rules.may_hold_without_events(probe), ..Asked::default() };
        if !wanted.is_empty() {
            let found = snapshot.run(&Candidates { fold, asks: &asks, keeps_out: asked.rest }, cancel)?;
            (asked.these, asked.out) = (found.these, found.out);
            asked.these.sort_unstable_by_key(|(profile, _)| *profile);
            asked.out.sort_unstable();
        }
        let partitions: Vec<Partition> = shared.stores.partitions().map(|(partition, _)| partition).collect();
        let parts = shared.lake.in_parallel(partitions.len(), |at| {
            cancel.check()?;
            asks.over_profiles(shared, ws, partitions[at], &asked)
        })?;
        parts.into_iter().for_each(|part| out.merge(part));
    }
    out.keep(sample);
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
    probe: usize,
    binding: &'a Binding,
    /// The traits it reads, by top-level name.
    traits: BTreeSet<&'a str>,
    zone: chrono_tz::Tz,
    now: Timestamp,
    sample: usize,
}

/// Whose profiles are asked about, each in order of id.
#[derive(Default)]
struct Asked {
    /// For whom the rule may hold by their events.
    these: Vec<(ProfileId, History)>,
    /// For whom it cannot, by their events; kept only when `rest`.
    out: Vec<ProfileId>,
    /// Whether those are asked about, too, who have no events that it counts.
    rest: bool,
}

impl Asked {
    /// The part of a partition; ids begin with their home.
    fn of(&self, home: Partition) -> (&[(ProfileId, History)], &[ProfileId]) {
        (within(&self.these, home, |(id, _)| *id), within(&self.out, home, |id| *id))
    }
}

fn within<T>(sorted: &[T], home: Partition, id: impl Fn(&T) -> ProfileId) -> &[T] {
    let first = sorted.partition_point(|entry| id(entry).home() < home);
    let here = sorted[first..].partition_point(|entry| id(entry).home() == home);
    &sorted[first..first + here]
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
            let someone = Profile::new(WorkspaceId(0), profile, false, self.asks.now);
            if self.asks.holds(&self.asks.state(Some(history)), &someone) {
                out.add(profile, self.asks.sample);
            }
        }
    }

    fn merge(&self, into: &mut Preview, from: Preview) {
        into.merge(from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.fold.event_names()
    }
}

/// The histories of those for whom a rule may hold, by their events; and for whom it cannot.
struct Candidates<'a> {
    fold: AggregateFold<'a>,
    asks: &'a Asks<'a>,
    keeps_out: bool,
}

#[derive(Default)]
struct Found {
    these: Vec<(ProfileId, History)>,
    out: Vec<ProfileId>,
}

impl Fold for Candidates<'_> {
    type State = <AggregateFold<'static> as Fold>::State;
    type Out = Found;

    fn begin(&self, profile: ProfileId) -> Self::State {
        self.fold.begin(profile)
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        self.fold.step(state, event);
    }

    fn finish(&self, profile: ProfileId, state: Self::State, found: &mut Found) {
        let Asks { rules, probe, binding, now, .. } = *self.asks;
        let first = found.these.len();
        self.fold.finish(profile, state, &mut found.these);
        let may = |history: &History| {
            rules.may_hold_for(binding, &self.asks.state(Some(history.clone())), probe, profile, now)
        };
        if found.these.get(first).is_some_and(|(_, history)| !may(history)) {
            found.these.truncate(first);
            found.out.extend(self.keeps_out.then_some(profile));
        }
    }

    fn merge(&self, into: &mut Found, from: Found) {
        into.these.extend(from.these);
        into.out.extend(from.out);
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

    fn holds(&self, state: &SegmentState, profile: &Profile) -> bool {
        self.rules.ask(self.binding, state, PROBE, profile, self.zone, self.now).is_some_and(|v| v.holds)
    }

    fn holds_without_events(&self) -> bool {
        let nobody = Profile::new(WorkspaceId(0), ProfileId(0), false, self.now);
        self.holds(&SegmentState::default(), &nobody)
    }

    fn over_profiles(
        &self,
        shared: &Shared,
        ws: WorkspaceId,
        partition: Partition,
        asked: &Asked,
    ) -> Result<Preview, EngineError> {
        let mut out = Preview::default();
        shared.stores.partition(partition)?.read(|q| {
            let memberships = repo::memberships_in(q, ws, self.rules.segments_asked())?;
            let accounts = super::accounts::for_rules(q, ws, self.rules)?;
            let (these, ruled_out) = asked.of(partition);
            let history = |id: ProfileId| Some(&these[these.binary_search_by_key(&id, |(id, _)| *id).ok()?].1);
            let is_asked = |id: ProfileId| match history(id) {
                Some(_) => true,
                None => asked.rest && ruled_out.binary_search(&id).is_err(),
            };
            let mut ask = |mut profile: Profile| {
                profile.account = profile.account_id().and_then(|id| accounts.get(id).cloned());
                let mut state = self.state(history(profile.id).cloned());
                for (segment, since) in memberships.get(&profile.id).into_iter().flatten() {
                    self.rules.set_membership(self.binding, &mut state, segment, *since);
                }
                if self.holds(&state, &profile) {
                    out.add(profile.id, self.sample);
                }
            };
            if self.rules.needs_only_events(self.probe) {
                let someone = |id| Profile::new(ws, id, false, self.now);
                profiles::ids(q, ws, |id| {
                    if is_asked(id) {
                        ask(someone(id));
                    }
                })?;
            } else if asked.rest || !these.is_empty() {
                let reads = |name: &str| self.traits.contains(name.split('.').next().unwrap_or(name));
                profiles::glance(q, ws, is_asked, reads, ask)?;
            }
            Ok::<_, EngineError>(())
        })?;
        Ok(out)
    }
}
