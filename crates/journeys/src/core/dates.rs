//! Journeys that start by a date in a trait: planned whenever the profile changes, fired when the day comes.

use rapport_domain::{Timestamp, WorkspaceId};
use serde_json::{Map, json};

use super::effect::Effect;
use super::enter::{self, Call, CalledBy, Cause};
use super::runs::{DatePlan, Runs, Wake};
use super::set::JourneySet;
use super::{Conditions, advance, calendar};
use crate::spec::{Action, Trigger, Wait};

impl JourneySet {
    /// Whether any live journey of the workspace starts by a date.
    #[must_use]
    pub fn has_dates(&self, workspace: WorkspaceId) -> bool {
        !self.dated(workspace).is_empty()
    }

    /// Plans anew when dates start journeys: after a change of traits, and when such a journey goes live. A day that was
    /// over before it was known starts nothing.
    pub fn plan_dates(&self, workspace: WorkspaceId, runs: &mut Runs, conditions: &dyn Conditions, now: Timestamp) {
        let dated = self.dated(workspace);
        if dated.is_empty() && runs.dates.is_empty() {
            return;
        }
        let mut plans = Vec::new();
        for version in dated {
            let Trigger::Date(trigger) = &version.spec.trigger else { continue };
            // What is due and has not been fired yet stays planned: this may run before the timer does.
            if let Some(due) = runs.dates.iter().find(|p| p.journey == version.id && p.due_at <= now) {
                plans.push(due.clone());
                continue;
            }
            let Some(value) = conditions.trait_value(&trigger.path) else { continue };
            if let Some(due_at) = calendar::next_date(trigger, &value, conditions.zone(), now) {
                plans.push(DatePlan { journey: version.id.clone(), due_at });
            }
        }
        runs.dates = plans;
    }

    /// Looks again at the days that runs wait for: after a change of traits. A day that moved is waited for where it is now;
    /// one that is over or gone ends the wait by its second exit. What is due already stays.
    pub fn move_dates(&self, workspace: WorkspaceId, runs: &mut Runs, conditions: &dyn Conditions, now: Timestamp) {
        for run in runs.active.iter_mut().filter(|r| r.waiting && r.wake.is_none() && r.due_at > Some(now)) {
            let version = self.version(workspace, &run.journey, run.version);
            let step = version.and_then(|v| Some(&v.spec.steps[v.index(&run.step)?].action));
            let Some(Action::Wait(Wait::Date(of))) = step else { continue };
            match advance::day_of(of, conditions, now) {
                Some(at) => run.due_at = Some(at),
                None => (run.wake, run.due_at) = (Some(Wake::Failed), Some(now)),
            }
        }
    }

    /// Starts the journeys whose day has come, then plans the next.
    pub(super) fn fire_dates(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if runs.dates.iter().all(|plan| plan.due_at > now) {
            return;
        }
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut runs.dates).into_iter().partition(|p| p.due_at <= now);
        runs.dates = later;
        for plan in due {
            let Some(version) = self.live(workspace, &plan.journey) else { continue };
            let Trigger::Date(trigger) = &version.spec.trigger else { continue };
            // The date may have moved in the very batch in which the day came.
            let value = conditions.trait_value(&trigger.path);
            let before = plan.due_at.plus_ms(-1);
            let still = value.as_ref().and_then(|v| calendar::next_date(trigger, v, conditions.zone(), before));
            if still != Some(plan.due_at) {
                continue;
            }
            let mut data = Map::new();
            data.insert("trait".into(), json!(trigger.path));
            data.insert("date".into(), value.unwrap_or_default());
            let call = Call { journey: &plan.journey, by: CalledBy::Date, data: &data, begin_at: None };
            enter::enter(version, runs, &Cause::Call(&call), conditions, now, out);
        }
        self.plan_dates(workspace, runs, conditions, now);
    }
}
