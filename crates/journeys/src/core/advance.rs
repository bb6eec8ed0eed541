//! Taking a run from step to step.

use chrono::{Duration, TimeZone};
use chrono_tz::Tz;
use rapport_domain::message::Origin;
use rapport_domain::time::local_to_instant;
use rapport_domain::{Json, Timestamp};
use serde_json::json;

use super::Conditions;
use super::effect::{Effect, ExitReason};
use super::runs::{Run, Runs};
use super::set::Version;
use crate::spec::{Action, DEFAULT_EXPIRY_MS, END, Send, Wait};

/// Steps a run takes at one go; then it is due again at once, so that a long journey cannot hold a partition.
pub const MAX_STEPS_PER_ADVANCE: usize = 64;

enum Move {
    /// On to another step; `None` is the end.
    To(Option<String>),
    /// On to another step, but not before the effects so far were applied.
    ToLater(Option<String>),
    /// Here until then.
    Stay(Timestamp),
    /// The run is over.
    Over(ExitReason),
}

/// Takes the run at `index` as far as it goes at `now`; it then waits, is due again, or is gone.
pub(super) fn advance(
    version: &Version,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) {
    for _ in 0..MAX_STEPS_PER_ADVANCE {
        let run = &mut runs.active[index];
        let leaves = version.exit_when.as_ref().is_some_and(|k| conditions.holds(k));
        let step =
            if leaves { Move::Over(ExitReason::ExitCondition) } else { take_step(version, run, conditions, now, out) };
        let (target, pause) = match step {
            Move::To(target) => (target, false),
            Move::ToLater(target) => (target, true),
            Move::Stay(until) => {
                run.waiting = true;
                run.due_at = Some(until);
                return;
            }
            Move::Over(reason) => return end(runs, index, reason, out),
        };
        let Some(target) = target else { return end(runs, index, ExitReason::Completed, out) };
        run.step = target;
        run.waiting = false;
        run.step_at = now;
        run.due_at = Some(now);
        if pause {
            return;
        }
    }
}

/// Ends the run at `index`.
pub(super) fn end(runs: &mut Runs, index: usize, reason: ExitReason, out: &mut Vec<Effect>) {
    let run = runs.active.remove(index);
    let past = runs.past_mut(&run.journey, run.key.as_deref(), run.entered_at);
    past.exited = past.exited.saturating_add(1);
    out.push(Effect::Exited { journey: run.journey, version: run.version, run: run.id, step: run.step, reason });
}

fn take_step(version: &Version, run: &Run, conditions: &dyn Conditions, now: Timestamp, out: &mut Vec<Effect>) -> Move {
    // A step that is not in the run's own version cannot be: versions never change. End rather than stand for ever.
    let Some(index) = version.index(&run.step) else { return Move::Over(ExitReason::NotLive) };
    let following = || version.spec.after(index).map(str::to_owned);
    match &version.spec.steps[index].action {
        Action::Wait(_) if run.waiting => Move::To(following()),
        Action::Wait(wait) => Move::Stay(wait_until(*wait, conditions.zone(), now)),
        Action::Branch(arms) => {
            let chosen = version.arms[index].iter().position(|key| conditions.holds(key));
            match chosen.and_then(|i| arms.get(i)) {
                Some(arm) if arm.goto == END => Move::To(None),
                Some(arm) => Move::To(Some(arm.goto.clone())),
                None => Move::To(following()),
            }
        }
        Action::Send(send) => {
            out.push(message(version, run, send, now));
            Move::To(following())
        }
        Action::Update(update) => {
            let (set, unset) = (update.set.clone(), update.unset.clone());
            out.push(Effect::UpdateTraits { origin: origin(run), set, unset });
            match following() {
                None => Move::To(None),
                next => Move::ToLater(next),
            }
        }
        Action::Exit(reason) => Move::Over(ExitReason::Step(reason.clone())),
    }
}

/// The end of a wait that begins at `now`: the duration, then the next time the local clock shows the named minute,
/// always later than `now`, so that a loop of "until 09:00" comes round once a day. A time that a spring change skips is the first instant
/// after the gap; of a time that an autumn change repeats, the first.
fn wait_until(wait: Wait, zone: Tz, now: Timestamp) -> Timestamp {
    let from = now.plus_ms(wait.for_ms);
    let Some(minute) = wait.until_minute else { return from };
    let today = zone.from_utc_datetime(&from.to_utc().naive_utc()).date_naive();
    let clock = Duration::minutes(i64::from(minute));
    // Today's time may be past, and a zone may skip a whole day when it changes sides of the date line.
    for day in 0..4 {
        let local = today.and_time(chrono::NaiveTime::MIN) + Duration::days(day) + clock;
        let at = local_to_instant(zone, local);
        if at >= from && at > now {
            return at;
        }
    }
    from
}

fn origin(run: &Run) -> Origin {
    Origin { journey: run.journey.clone(), version: run.version, run: run.id, step: run.step.clone() }
}

fn message(version: &Version, run: &Run, send: &Send, now: Timestamp) -> Effect {
    let mut data = run.trigger.map().clone();
    let about = json!({
        "id": run.journey,
        "name": version.spec.name,
        "version": run.version,
        "run": run.id,
        "step": run.step,
        "entered_at": run.entered_at.to_rfc3339(),
    });
    data.insert("journey".into(), about);
    Effect::Send {
        origin: origin(run),
        channel: send.channel.clone(),
        template: send.template.clone(),
        topic: send.topic.clone(),
        transactional: send.transactional,
        data: Json::from(data),
        expires_at: now.plus_ms(send.expires_ms.unwrap_or(DEFAULT_EXPIRY_MS)),
    }
}
