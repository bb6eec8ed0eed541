//! Journeys that start by a date in a trait: planned whenever the profile changes, fired when the day comes. Runs that wait for
//! a day or by the clock follow both when they change.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use rapport_domain::time::local_to_instant;
use rapport_domain::{Json, Timestamp, WorkspaceId};
use serde_json::{Map, json};

use super::effect::Effect;
use super::enter::{self, Call, CalledBy, Cause};
use super::runs::{DatePlan, Runs, Wake};
use super::set::JourneySet;
use super::{Conditions, calendar, habits};
use crate::spec::{Action, DateOf, Digest, ScheduleTrigger, TimeWait, Trigger, Wait, ZoneChoice};

/// The instant a date in a trait means, when it is still to come.
pub(super) fn day_of(of: &DateOf, conditions: &dyn Conditions, now: Timestamp) -> Option<Timestamp> {
    let zone = conditions.zone();
    let date = calendar::date_in(&conditions.trait_value(&of.path)?, zone)?;
    calendar::day_at(date, of.offset_days, of.minute, zone).filter(|at| *at > now)
}

/// When a wait by the clock that began at `since` ends in another zone: always to come. `None` for a mere duration, which is
/// the same everywhere.
fn by_new_clock(wait: TimeWait, zone: Tz, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if wait.until_minute.is_none() && wait.weekdays == 0 {
        return None;
    }
    let at = calendar::wait_until(wait, zone, since);
    // The new clock is past it already: the next time it shows it.
    Some(if at > now { at } else { calendar::wait_until(TimeWait { for_ms: 0, ..wait }, zone, now) })
}

/// The local time for which a calendar began a run, when that is by the profile's own clock.
fn scheduled_for(trigger: &Trigger, data: &Json) -> Option<NaiveDateTime> {
    if !matches!(trigger, Trigger::Schedule(ScheduleTrigger { zone: ZoneChoice::Profile, .. })) {
        return None;
    }
    data.get("data.scheduled_for")?.as_str()?.parse().ok()
}

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
    /// one that is over or gone ends the wait by its second exit. With `is_elsewhere` the profile's zone may have changed: what
    /// is waited for by its clock is waited for by the new one. What is due already stays.
    pub fn move_dates(
        &self,
        workspace: WorkspaceId,
        runs: &mut Runs,
        is_elsewhere: bool,
        conditions: &dyn Conditions,
        now: Timestamp,
    ) {
        let Runs { active, habits, .. } = runs;
        for run in active.iter_mut().filter(|r| r.wake.is_none() && r.due_at > Some(now)) {
            let Some(version) = self.version(workspace, &run.journey, run.version) else { continue };
            let action = version.index(&run.step).map(|at| &version.spec.steps[at].action);
            match action.filter(|_| run.waiting) {
                Some(Action::Wait(Wait::Date(of))) => match day_of(of, conditions, now) {
                    Some(at) => run.due_at = Some(at),
                    None => (run.wake, run.due_at) = (Some(Wake::Failed), Some(now)),
                },
                _ if !is_elsewhere => {}
                Some(Action::Wait(Wait::Time(wait)) | Action::Digest(Digest { time: wait, .. })) => {
                    if let Some(at) = by_new_clock(*wait, conditions.zone(), run.step_at, now) {
                        run.due_at = Some(at);
                    }
                }
                Some(Action::Wait(Wait::BestHour { within_ms })) => {
                    // From now on: what is left of its span may be but their night.
                    let scores = habits::hour_scores(habits, &conditions.population());
                    run.due_at = Some(habits::next_best(&scores, conditions.zone(), now, *within_ms));
                }
                Some(_) => {}
                None if run.path.is_empty() => {
                    if let Some(local) = scheduled_for(&version.spec.trigger, &run.trigger) {
                        run.due_at = Some(local_to_instant(conditions.zone(), local).max(now));
                    }
                }
                None => {}
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
