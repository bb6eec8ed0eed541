//! Goals: what a journey is meant to bring about.

use rapport_domain::{Event, Timestamp};

use super::effect::{Effect, ExitReason};
use super::runs::Runs;
use super::set::JourneySet;
use super::version::Version;
use super::{Conditions, act, advance, wake};
use crate::spec::{Became, GoalBy};

impl JourneySet {
    /// Notes the goals that the event reaches, of runs that what happened before it began.
    pub(super) fn goals(&self, runs: &mut Runs, event: &Event, now: Timestamp, out: &mut Vec<Effect>) {
        let mut index = 0;
        while index < runs.active.len() {
            let run = &runs.active[index];
            let version = self.version(event.workspace, &run.journey, run.version);
            let reached = version.is_some_and(|version| {
                let Some(goal) = &version.spec.goal else { return false };
                let GoalBy::Event { name, same, .. } = &goal.by else { return false };
                let meant =
                    **name == *event.name && event.ts >= run.since && wake::is_about(same.as_deref(), run, event);
                meant && version.goal_filter.as_ref().is_none_or(|filter| filter.matches(event))
            });
            match version {
                Some(version) if reached && reach(version, runs, index, now, out) => {}
                _ => index += 1,
            }
        }
    }
}

/// Notes the goal of a run when its rule holds; answers whether that ended the run.
pub(super) fn by_rule(
    version: &Version,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) -> bool {
    let holds = version.goal_when.as_ref().is_some_and(|rule| conditions.holds(rule));
    holds && reach(version, runs, index, now, out)
}

fn reach(version: &Version, runs: &mut Runs, index: usize, now: Timestamp, out: &mut Vec<Effect>) -> bool {
    let run = &mut runs.active[index];
    if run.goal_at.is_some() {
        return false;
    }
    run.goal_at = Some(now);
    let left = run.messages.iter().filter(|message| message.is >= Became::Sent);
    let after = left.map(|message| message.step.clone()).collect();
    out.push(Effect::Goal { origin: act::origin(run), group: run.group, after });
    let exits = version.spec.goal.as_ref().is_some_and(|goal| goal.exits);
    if exits {
        advance::end(runs, index, ExitReason::Goal, out);
    }
    exits
}
