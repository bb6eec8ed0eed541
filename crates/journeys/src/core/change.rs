//! What operators do to people inside a journey: resuming after a pause, moving them to another version.

use std::collections::BTreeMap;

use rapport_domain::{Timestamp, WorkspaceId};

use super::effect::{Effect, ExitReason};
use super::runs::{Run, Runs};
use super::set::JourneySet;
use super::version::Version;
use super::{Conditions, advance, calendar, dates, turns};
use crate::spec::{Action, EventWait, JourneySpec, Limit, Step, Wait, WhenWait};

/// What happens to what fell due during a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// It happens now.
    Run,
    /// Waits go on for as long as they had left.
    Shift,
    /// Those runs end with `paused`.
    Exit,
}

impl Overdue {
    /// Its name in requests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Shift => "shift",
            Self::Exit => "exit",
        }
    }

    /// The choice of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Run, Self::Shift, Self::Exit].into_iter().find(|o| o.as_str() == text)
    }
}

/// A pause that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When it began.
    pub since: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// What happens to what fell due in between.
    pub overdue: Overdue,
}

impl Pause {
    /// Whether a run of the paused journey stood where it stands when the pause ended.
    #[must_use]
    pub fn concerns(&self, run: &Run) -> bool {
        run.step_at < self.until
    }
}

/// How people move from one version to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration<'a> {
    /// The journey.
    pub journey: &'a str,
    /// From this version.
    pub from: u32,
    /// To this one.
    pub to: u32,
    /// Step of the old version → step of the new one, or `end`. A step that both have needs no mention.
    pub steps: &'a BTreeMap<String, String>,
    /// Whether people at a step that is neither named nor in the new version leave; else they finish on the old one.
    pub exit_others: bool,
}

impl JourneySet {
    /// Brings a run back after a pause of its journey; every run of the journey without `run`. What it waited for and came
    /// during the pause is not put off any further.
    pub fn resume(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        journey: &str,
        run: Option<u64>,
        pause: &Pause,
        out: &mut Vec<Effect>,
    ) {
        let mut index = 0;
        while index < runs.active.len() {
            let held = &mut runs.active[index];
            // Whoever missed a place at a limiter asks for another; the others keep theirs.
            let has_place = self.limit_of(workspace, held).is_some();
            let meant = held.journey == journey && run.is_none_or(|id| id == held.id) && pause.concerns(held);
            let due = held.due_at.filter(|due| meant && *due >= pause.since);
            match (pause.overdue, due) {
                (Overdue::Shift, Some(due)) if held.wake.is_none() && !has_place => {
                    let since = pause.since.max(held.step_at);
                    // As if it had come to its step so much later.
                    let held_ms = pause.until.since_ms(since).max(0);
                    (held.due_at, held.step_at) = (Some(due.plus_ms(held_ms)), held.step_at.plus_ms(held_ms));
                }
                (Overdue::Exit, Some(due)) if due <= pause.until => {
                    advance::end(runs, index, ExitReason::Paused, out);
                    continue;
                }
                _ => {}
            }
            index += 1;
        }
    }

    /// A run that has a place at one of these limiters ([`turns::key`] without the pace) asks for another: the pace changed.
    pub fn ask_again(&self, workspace: WorkspaceId, runs: &mut Runs, run: u64, limiters: &[String], now: Timestamp) {
        let Some(index) = runs.active.iter().position(|r| r.id == run && r.waiting) else { return };
        let run = &mut runs.active[index];
        let Some(limit) = self.limit_of(workspace, run) else { return };
        if limiters.iter().any(|of| of == turns::without_pace(&turns::key(&run.step, limit))) {
            (run.waiting, run.due_at) = (false, Some(now));
        }
    }

    /// The limiters of all versions of a workspace's journeys: the journey, and under what places are counted.
    pub fn limits(&self, workspace: WorkspaceId) -> impl Iterator<Item = (&str, String)> {
        let limit = |step: &Step| match &step.action {
            Action::Limit(limit) => Some(turns::key(&step.id, limit)),
            _ => None,
        };
        self.versions_of(workspace).flat_map(move |v| v.spec.steps.iter().filter_map(limit).map(|key| (&*v.id, key)))
    }

    fn limit_of(&self, workspace: WorkspaceId, run: &Run) -> Option<&Limit> {
        let version = self.version(workspace, &run.journey, run.version)?;
        match &version.spec.steps[version.index(&run.step)?].action {
            Action::Limit(limit) => Some(limit),
            _ => None,
        }
    }

    /// Moves runs to another version. A run comes to its new step as if it had come there when it came to its old one: of a
    /// wait, what has been waited counts. What the new step does happens anew.
    pub fn migrate(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        migration: &Migration<'_>,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let Some(target) = self.version(workspace, migration.journey, migration.to) else { return };
        let mut index = 0;
        while index < runs.active.len() {
            let run = &mut runs.active[index];
            if run.journey != migration.journey || run.version != migration.from {
                index += 1;
                continue;
            }
            let named = migration.steps.get(&run.step).cloned();
            let step = named.or_else(|| target.index(&run.step).map(|_| run.step.clone()));
            let Some(step) = step.filter(|s| s == crate::spec::END || target.index(s).is_some()) else {
                if migration.exit_others {
                    advance::end(runs, index, ExitReason::NotMigrated, out);
                } else {
                    index += 1;
                }
                continue;
            };
            if step == crate::spec::END {
                advance::end(runs, index, ExitReason::Completed, out);
                continue;
            }
            let from = self.version(workspace, migration.journey, migration.from);
            let before = from.and_then(|v| v.index(&run.step).map(|at| &v.spec.steps[at].action));
            let is_same_step = run.step == step;
            run.version = migration.to;
            run.step = step.clone();
            arrive(target, run, (before, is_same_step), conditions, now);
            let (journey, run) = (migration.journey.to_owned(), run.id);
            out.push(Effect::Migrated { journey, from: migration.from, to: migration.to, run, step });
            index += 1;
        }
    }
}

/// Gives the limiters of a version the pace of those of the same name, or else step, in the live one: how fast it goes is said
/// for everybody inside.
pub(super) fn keep_pace(spec: &mut JourneySpec, live: &JourneySpec) {
    for step in &mut spec.steps {
        let Action::Limit(limit) = &mut step.action else { continue };
        let same = live.steps.iter().find_map(|other| match &other.action {
            Action::Limit(l) if l.name == limit.name && (l.name.is_some() || other.id == step.id) => Some(l),
            _ => None,
        });
        if let Some(same) = same {
            (limit.count, limit.per_ms) = (same.count, same.per_ms);
        }
    }
}

/// The run stands at a step of another version, and stood at one that did `before`: when it goes on from there, what it has
/// waited so far counted. What only the old step began (events collected, a place in a queue, the hour it waits for, a
/// call under way) goes on when the new one does the same; the answer of a call is told to the step of that name.
fn arrive(
    version: &Version,
    run: &mut Run,
    (before, is_same_step): (Option<&Action>, bool),
    conditions: &dyn Conditions,
    now: Timestamp,
) {
    let Some(index) = version.index(&run.step) else { return };
    let (since, zone) = (run.step_at, conditions.zone());
    let until = match (&version.spec.steps[index].action, before) {
        (Action::Wait(Wait::Time(wait)), _) => Some(calendar::wait_until(*wait, zone, since)),
        (Action::Wait(Wait::Event(EventWait { timeout_ms, .. }) | Wait::When(WhenWait { timeout_ms, .. })), _) => {
            Some(since.plus_ms(*timeout_ms))
        }
        (Action::Wait(Wait::Date(of)), _) => dates::day_of(of, conditions, now),
        (Action::Wait(Wait::BestHour { .. }), Some(Action::Wait(Wait::BestHour { .. }))) => run.due_at,
        (Action::Digest(digest), Some(Action::Digest(_))) => Some(calendar::wait_until(digest.time, zone, since)),
        (Action::Limit(limit), Some(Action::Limit(old)))
            if run.waiting && (limit.count, limit.per_ms) == (old.count, old.per_ms) =>
        {
            return;
        }
        (Action::Webhook(_), Some(Action::Webhook(_))) if run.waiting && is_same_step => return,
        _ => None,
    };
    run.waiting = run.waiting && until.is_some();
    run.due_at = Some(if run.waiting { until.unwrap_or(now).max(now) } else { now });
}
