//! Compiled journeys of every workspace, found by what starts them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rapport_domain::{Event, Problem, Timestamp, WorkspaceId};

use super::effect::{Effect, ExitReason};
use super::enter::{self, Call, Cause};
use super::runs::{Run, Runs, Wake};
use super::version::Version;
use super::{ConditionKey, Conditions, advance, change, goal};
use crate::rules::Rule;
use crate::spec::{Action, JourneySpec, Trigger};

/// One published version of a journey. The engine gives every version that is live or that runs may still be on.
#[derive(Clone, Debug)]
pub struct JourneyDef {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The journey's id.
    pub id: String,
    /// This version.
    pub version: u32,
    /// Whether this version takes new entries. Of several live versions of one journey the highest does.
    pub live: bool,
    /// Whether it is paused: nobody enters, and nobody goes on. Exit rules and goals still count.
    pub paused: bool,
    /// Hundredths of a percent of the workspace's customers that no journey has effects on.
    pub global_holdout: u32,
    /// What it says.
    pub spec: JourneySpec,
}

#[derive(Debug, Default)]
struct Workspace {
    /// Live versions by the event that starts them, by priority, then id.
    by_event: HashMap<String, Vec<Arc<Version>>>,
    /// Live versions by segment and direction (true: entered).
    by_segment: HashMap<String, Vec<(bool, Arc<Version>)>>,
    /// Live versions by id.
    live: BTreeMap<String, Arc<Version>>,
    /// Live versions that start by a date in a trait.
    by_date: Vec<Arc<Version>>,
    /// Every version, of journeys that are live in some version.
    versions: HashMap<String, BTreeMap<u32, Arc<Version>>>,
}

/// Every journey that runs. Immutable; a change of documents makes a new one.
#[derive(Debug, Default)]
pub struct JourneySet {
    workspaces: HashMap<WorkspaceId, Workspace>,
    conditions: Vec<(WorkspaceId, ConditionKey, Rule)>,
}

/// A version that cannot run, because its rules do not read. The others run.
#[derive(Clone, Debug, PartialEq)]
pub struct RejectedVersion {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The journey's id.
    pub id: String,
    /// The version.
    pub version: u32,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The answer of [`JourneySet::compile`].
#[derive(Debug, Default)]
pub struct Compiled {
    /// What runs.
    pub set: JourneySet,
    /// What does not. Runs on such a version exit with `not_live`; validated documents are never here.
    pub rejected: Vec<RejectedVersion>,
}

impl JourneySet {
    /// Compiles documents. The order of `defs` does not matter.
    #[must_use]
    pub fn compile(mut defs: Vec<JourneyDef>) -> Compiled {
        defs.sort_by(|a, b| (a.workspace, &a.id, a.version).cmp(&(b.workspace, &b.id, b.version)));
        let mut out = Compiled::default();
        let mut conditions: BTreeMap<(WorkspaceId, ConditionKey), Rule> = BTreeMap::new();
        let mut live: BTreeMap<(WorkspaceId, String), u32> = BTreeMap::new();
        for def in defs.iter().filter(|d| d.live) {
            live.insert((def.workspace, def.id.clone()), def.version); // ascending: the highest stays
        }
        let is_live = |def: &JourneyDef| live.get(&(def.workspace, def.id.clone())) == Some(&def.version);
        let paces: BTreeMap<(WorkspaceId, String), JourneySpec> = defs
            .iter()
            .filter(|def| is_live(def) && def.spec.steps.iter().any(|s| matches!(s.action, Action::Limit(_))))
            .map(|def| ((def.workspace, def.id.clone()), def.spec.clone()))
            .collect();
        for mut def in defs {
            let Some(live_version) = live.get(&(def.workspace, def.id.clone())).copied() else { continue };
            if let Some(live) = paces.get(&(def.workspace, def.id.clone())) {
                change::keep_pace(&mut def.spec, live);
            }
            let (workspace, id, number) = (def.workspace, def.id.clone(), def.version);
            let mut register = |key: ConditionKey, rule: Rule| {
                conditions.entry((workspace, key)).or_insert(rule);
            };
            match Version::compile(def, &mut register) {
                Ok(version) => {
                    let into = out.set.workspaces.entry(workspace).or_default();
                    into.add(Arc::new(version), number == live_version);
                }
                Err(problems) => out.rejected.push(RejectedVersion { workspace, id, version: number, problems }),
            }
        }
        out.set.workspaces.values_mut().for_each(Workspace::order);
        out.set.conditions = conditions.into_iter().map(|((ws, key), rule)| (ws, key, rule)).collect();
        out
    }

    /// The rules to register with the engine's shared rule set, each once per workspace.
    #[must_use]
    pub fn conditions(&self) -> &[(WorkspaceId, ConditionKey, Rule)] {
        &self.conditions
    }

    /// Whether an event of that name can start a journey: a cheap way to skip everything else.
    #[must_use]
    pub fn listens(&self, workspace: WorkspaceId, event_name: &str) -> bool {
        self.workspaces.get(&workspace).is_some_and(|w| w.by_event.contains_key(event_name))
    }

    /// Whether an edge of that segment can start a journey.
    #[must_use]
    pub fn listens_segment(&self, workspace: WorkspaceId, segment: &str) -> bool {
        self.workspaces.get(&workspace).is_some_and(|w| w.by_segment.contains_key(segment))
    }

    /// Whether the workspace has any live journey.
    #[must_use]
    pub fn is_empty(&self, workspace: WorkspaceId) -> bool {
        self.workspaces.get(&workspace).is_none_or(|w| w.versions.is_empty())
    }

    /// Ends runs whose `exit_when` holds, notes goals that a rule reaches, wherever they stand, and wakes runs whose awaited
    /// rule holds: they are due at once. Every other entry point does it first; the engine also calls when time alone may have made a rule true ([`JourneySet::exit_rules`]).
    pub fn leave(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let mut index = 0;
        while index < runs.active.len() {
            let run = &runs.active[index];
            let Some(version) = self.version(workspace, &run.journey, run.version) else {
                index += 1;
                continue;
            };
            if version.exit_when.as_ref().is_some_and(|rule| conditions.holds(rule)) {
                advance::end(runs, index, ExitReason::ExitCondition, out);
            } else if !goal::by_rule(version, runs, index, conditions, now, out) {
                let run = &mut runs.active[index];
                if version.waits_for(run).is_some_and(|rule| conditions.holds(rule)) {
                    (run.wake, run.due_at) = (Some(Wake::Event), Some(now));
                }
                index += 1;
            }
        }
    }

    /// Ends the runs of a journey, whatever their keys and versions.
    pub fn stop(runs: &mut Runs, journey: &str, out: &mut Vec<Effect>) {
        while let Some(index) = runs.active.iter().position(|run| run.journey == journey) {
            advance::end(runs, index, ExitReason::Stopped, out);
        }
    }

    /// The exit and goal rules of the runs that go on, and those they wait for: the engine sees to it that they are looked at
    /// when time can change them.
    pub fn exit_rules<'a>(&'a self, workspace: WorkspaceId, runs: &'a Runs) -> impl Iterator<Item = &'a ConditionKey> {
        let rules = move |run: &Run| {
            let version = self.version(workspace, &run.journey, run.version)?;
            let goal = version.goal_when.as_ref().filter(|_| run.goal_at.is_none());
            Some(version.exit_when.iter().chain(goal).chain(version.waits_for(run)))
        };
        runs.active.iter().filter_map(rules).flatten()
    }

    /// Starts what the event starts. Imported history starts nothing.
    pub fn on_event(
        &self,
        runs: &mut Runs,
        event: &Event,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        self.sweep(event.workspace, runs, out);
        self.leave(event.workspace, runs, conditions, now, out);
        if event.historical {
            return;
        }
        self.goals(runs, event, now, out);
        self.wake(runs, event, conditions, now, out);
        let Some(workspace) = self.workspaces.get(&event.workspace) else { return };
        for version in workspace.by_event.get(&*event.name).into_iter().flatten() {
            enter::enter(version, runs, &Cause::Event(event), conditions, now, out);
        }
    }

    /// Starts what the segment's edge starts; what moved it happened at `since`. Edges of a backfill start nothing.
    #[allow(clippy::too_many_arguments)] // an edge has that many parts, and a struct for one caller would hide them
    pub fn on_segment(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        (segment, entered, since): (&str, bool, Timestamp),
        backfill: bool,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        self.sweep(workspace, runs, out);
        self.leave(workspace, runs, conditions, now, out);
        if backfill {
            return;
        }
        let Some(journeys) = self.workspaces.get(&workspace) else { return };
        for (on, version) in journeys.by_segment.get(segment).into_iter().flatten() {
            if *on == entered {
                enter::enter(version, runs, &Cause::Segment { id: segment, entered, since }, conditions, now, out);
            }
        }
    }

    /// Takes every run further that is due at `now`, in order of due time, then run number. A run may be due again at
    /// the same `now` afterwards (after an `update`, which the next step must see, or after
    /// [`advance::MAX_STEPS_PER_ADVANCE`] steps): the engine applies the effects and calls again.
    pub fn on_timer(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        self.sweep(workspace, runs, out);
        self.leave(workspace, runs, conditions, now, out);
        self.fire_dates(workspace, runs, conditions, now, out);
        let mut due: Vec<(Timestamp, u64)> =
            runs.active.iter().filter_map(|r| r.due_at.filter(|at| *at <= now).map(|at| (at, r.id))).collect();
        due.sort_unstable();
        for (_, id) in due {
            let Some(index) = runs.active.iter().position(|r| r.id == id) else { continue };
            let run = &runs.active[index];
            let Some(version) = self.version(workspace, &run.journey, run.version) else { continue };
            if version.paused || conditions.is_held(run) {
                continue;
            }
            advance::advance(version, runs, index, conditions, now, out);
        }
    }

    /// When the profile's next run is due or a date starts a journey: the timer to set. Runs of paused journeys are not due.
    #[must_use]
    pub fn next_due(&self, workspace: WorkspaceId, runs: &Runs) -> Option<Timestamp> {
        self.next_due_unless(workspace, runs, |_| false)
    }

    /// The same, without runs that are `held` ([`Conditions::is_held`]).
    pub fn next_due_unless(
        &self,
        workspace: WorkspaceId,
        runs: &Runs,
        held: impl Fn(&Run) -> bool,
    ) -> Option<Timestamp> {
        let paused = |run: &Run| self.version(workspace, &run.journey, run.version).is_some_and(|v| v.paused);
        let goes_on = |run: &&Run| run.due_at.is_some() && !paused(run) && !held(run);
        let due = runs.active.iter().filter(goes_on).filter_map(|run| run.due_at);
        due.chain(runs.dates.iter().map(|d| d.due_at)).min()
    }

    /// Starts the journey that is called, if it is live and takes such calls. Answers whether there is such a journey.
    pub fn on_call(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        call: &Call<'_>,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> bool {
        self.sweep(workspace, runs, out);
        self.leave(workspace, runs, conditions, now, out);
        let Some(version) = self.live(workspace, call.journey).filter(|v| call.by.fits(&v.spec.trigger)) else {
            return false;
        };
        enter::enter(version, runs, &Cause::Call(call), conditions, now, out);
        true
    }

    /// What the live version of a journey says.
    #[must_use]
    pub fn live_spec(&self, workspace: WorkspaceId, journey: &str) -> Option<&JourneySpec> {
        self.live(workspace, journey).map(|v| &v.spec)
    }

    /// The live versions of a workspace: id, version, whether it is paused, and what it says.
    pub fn live_all(&self, workspace: WorkspaceId) -> impl Iterator<Item = (&str, u32, bool, &JourneySpec)> {
        let live = self.workspaces.get(&workspace).into_iter().flat_map(|w| w.live.values());
        live.map(|v| (v.id.as_str(), v.version, v.paused, &v.spec))
    }

    /// Every version of the live journeys of a workspace that runs may be on: id, version, whether the journey is paused, and what
    /// it says.
    pub fn all_versions(&self, workspace: WorkspaceId) -> impl Iterator<Item = (&str, u32, bool, &JourneySpec)> {
        let versions = self.workspaces.get(&workspace).into_iter().flat_map(|w| w.versions.values());
        versions.flat_map(|of| of.values()).map(|v| (v.id.as_str(), v.version, v.paused, &v.spec))
    }

    /// Whether a live journey is paused.
    #[must_use]
    pub fn is_paused(&self, workspace: WorkspaceId, journey: &str) -> bool {
        self.live(workspace, journey).is_some_and(|version| version.paused)
    }

    /// The condition under which an audience of a journey's calendar is asked; `None` when it has none.
    #[must_use]
    pub fn audience(&self, workspace: WorkspaceId, journey: &str) -> Option<&ConditionKey> {
        self.live(workspace, journey)?.audience.as_ref()
    }

    /// Every condition of a journey's live version: of its audience, entry, exit, goal and branches.
    pub fn rules_of<'a>(&'a self, workspace: WorkspaceId, journey: &str) -> impl Iterator<Item = &'a ConditionKey> {
        let version = self.live(workspace, journey).into_iter();
        version.flat_map(|v| {
            let single = [&v.audience, &v.entry_when, &v.exit_when, &v.goal_when].into_iter().flatten();
            single.chain(v.arms.iter().flatten())
        })
    }

    pub(super) fn live(&self, workspace: WorkspaceId, journey: &str) -> Option<&Arc<Version>> {
        self.workspaces.get(&workspace)?.live.get(journey)
    }

    pub(super) fn versions_of(&self, workspace: WorkspaceId) -> impl Iterator<Item = &Arc<Version>> {
        self.workspaces.get(&workspace).into_iter().flat_map(|w| w.versions.values().flat_map(BTreeMap::values))
    }

    pub(super) fn dated(&self, workspace: WorkspaceId) -> &[Arc<Version>] {
        self.workspaces.get(&workspace).map_or(&[], |w| w.by_date.as_slice())
    }

    /// Ends runs whose journey is live in no version, or whose version does not exist here. Every other entry point
    /// does it first; the engine may call it for the profiles of [`crate::repo::active_profiles`] after archiving.
    pub fn sweep(&self, workspace: WorkspaceId, runs: &mut Runs, out: &mut Vec<Effect>) {
        let alive = |run: &Run| self.version(workspace, &run.journey, run.version).is_some();
        while let Some(index) = runs.active.iter().position(|run| !alive(run)) {
            advance::end(runs, index, ExitReason::NotLive, out);
        }
    }

    pub(super) fn version(&self, workspace: WorkspaceId, journey: &str, version: u32) -> Option<&Arc<Version>> {
        self.workspaces.get(&workspace)?.versions.get(journey)?.get(&version)
    }
}

impl Workspace {
    fn add(&mut self, version: Arc<Version>, live: bool) {
        if live {
            match &version.spec.trigger {
                Trigger::Event(event) => {
                    self.by_event.entry(event.name.clone()).or_default().push(version.clone());
                }
                Trigger::Segment(segment) => {
                    let edge = (segment.entered, version.clone());
                    self.by_segment.entry(segment.id.clone()).or_default().push(edge);
                }
                Trigger::Date(_) => self.by_date.push(version.clone()),
                Trigger::Schedule(_) | Trigger::Api { .. } | Trigger::Journey | Trigger::Manual => {}
            }
            self.live.insert(version.id.clone(), version.clone());
        }
        self.versions.entry(version.id.clone()).or_default().insert(version.version, version);
    }

    /// By priority, then id.
    fn order(&mut self) {
        let rank = |v: &Arc<Version>| (std::cmp::Reverse(v.spec.priority), v.id.clone());
        self.by_event.values_mut().for_each(|list| list.sort_by_key(&rank));
        self.by_segment.values_mut().for_each(|list| list.sort_by_key(|(_, v)| rank(v)));
        self.by_date.sort_by_key(&rank);
    }
}
