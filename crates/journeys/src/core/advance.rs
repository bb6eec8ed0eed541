//! Taking a run from step to step.

use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, MINUTE_MS};

use super::act::{act, origin, viewed};
use super::dates::day_of;
use super::effect::{Effect, ExitReason};
use super::runs::{Group, Runs, Wake};
use super::version::{self, Version};
use super::wake::{begin_digest, fail};
use super::{Conditions, calendar, call, habits, messages, turns};
use crate::spec::{Action, END, EventWait, Share, Wait, WhenWait, Winner};

/// Steps a run takes at one go; then it is due again at once, so that a long journey cannot hold a partition.
pub const MAX_STEPS_PER_ADVANCE: usize = 64;
/// How often a run at a comparison looks whether there is a winner.
const WINNER_LOOK_MS: i64 = MINUTE_MS;
/// How long a run waits at a comparison that is not decided; then it goes by the first arm.
pub const WINNER_PATIENCE_MS: i64 = 7 * DAY_MS;

enum Move {
    /// On to another step (`None` is the end) by the exit of that name.
    To(Option<String>, String),
    /// The same, but not before the effects so far were applied.
    ToLater(Option<String>, String),
    /// Here until then, or until something comes.
    Stay(Option<Timestamp>),
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
        let leaves = version.exit_when.as_ref().is_some_and(|k| conditions.holds(k));
        let step = if leaves {
            Move::Over(ExitReason::ExitCondition)
        } else {
            take_step(version, runs, index, conditions, now, out)
        };
        let run = &mut runs.active[index];
        run.wake = None;
        let pause = matches!(step, Move::ToLater(..));
        let (target, exit) = match step {
            Move::To(target, exit) | Move::ToLater(target, exit) => (target, exit),
            Move::Stay(until) => {
                run.waiting = true;
                run.due_at = until;
                return;
            }
            Move::Over(reason) => return end(runs, index, reason, out),
        };
        run.passed(&exit, now);
        let (journey, step) = (run.journey.clone(), run.step.clone());
        out.push(Effect::Passed { journey, version: run.version, run: run.id, step, exit });
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
    out.push(Effect::Exited {
        journey: run.journey,
        version: run.version,
        run: run.id,
        step: run.step,
        reason,
        group: run.group,
        path: run.path,
        former: run.former,
    });
}

fn take_step(
    version: &Version,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) -> Move {
    let run = &mut runs.active[index];
    // A step that is not in the run's own version cannot be: versions never change. End rather than stand for ever.
    let Some(at) = version.index(&run.step) else { return Move::Over(ExitReason::NotLive) };
    let spec = &version.spec;
    let next = || Move::To(spec.after(at).map(str::to_owned), "next".to_owned());
    let second = |exit: &str| Move::To(spec.otherwise(at).map(str::to_owned), exit.to_owned());
    match &spec.steps[at].action {
        Action::Wait(Wait::When(_)) if !run.waiting && version.arms[at].iter().any(|rule| conditions.holds(rule)) => {
            next()
        }
        Action::Wait(wait) => take_wait(wait, runs, index, conditions, now, next, second),
        Action::Digest(digest) => {
            if run.waiting {
                return next();
            }
            begin_digest(digest, version.filters[at].as_ref(), run);
            Move::Stay(Some(calendar::wait_until(digest.time, conditions.zone(), now)))
        }
        Action::Branch(arms) => {
            let chosen = version.arms[at].iter().position(|key| conditions.holds(key));
            match chosen.and_then(|i| Some((i, arms.get(i)?))) {
                Some((i, arm)) => Move::To(target(&arm.goto), format!("arm {}", i + 1)),
                None => Move::To(spec.after(at).map(str::to_owned), "otherwise".to_owned()),
            }
        }
        Action::Split(arms) => {
            let salt = format!("{}/{}", run.journey, run.step);
            by_arm(version::arm(&salt, arms, conditions.profile()))
        }
        Action::Experiment(experiment) => {
            let chosen = version::arm(&format!("experiment/{}", experiment.id), &experiment.arms, conditions.profile());
            if let (Some(arm), Group::Treatment) = (chosen, run.group) {
                out.push(viewed(run, experiment, arm));
            }
            by_arm(chosen)
        }
        Action::Winner(winner) => {
            // A pause or an outage, in which nobody could look, is no waiting.
            let late_ms = run.due_at.filter(|_| run.waiting).map_or(0, |due| now.since_ms(due).max(0));
            run.step_at = run.step_at.plus_ms(late_ms);
            choose(winner, conditions.winner(&run.journey, run.version, &run.step), run.step_at, now)
        }
        Action::Message(test) => {
            if messages::became(run, test.step.as_deref()) >= Some(test.is) {
                next()
            } else {
                second("not")
            }
        }
        Action::Limit(limit) => {
            if run.waiting && run.due_at.is_none() {
                return Move::Stay(None);
            }
            let limiter = turns::key(&run.step, limit);
            let pace = (limit.count, limit.per_ms);
            // Its place has come; whoever missed it, because of a pause or an outage, asks anew.
            let passes = run.waiting && conditions.has_room(&run.journey, &limiter, pace);
            out.push(Effect::Turn { origin: origin(run), limiter, pace, passes });
            if passes { next() } else { Move::Stay(None) }
        }
        Action::Webhook(webhook) => match (run.group, run.waiting, run.wake) {
            (Group::Control, ..) | (_, true, Some(Wake::Answered)) => next(),
            // The deadline, or word that there is no answer.
            (_, true, _) => second("failed"),
            (_, false, _) => match call::request((webhook, &version.texts[at]), version, run, conditions, now) {
                Ok(request) => {
                    let until = request.expires_at;
                    out.push(Effect::Webhook { origin: origin(run), request });
                    Move::Stay(Some(until))
                }
                Err(detail) => {
                    fail(run, &detail, out);
                    second("failed")
                }
            },
        },
        Action::Jump(to) => Move::To(target(to), "next".to_owned()),
        Action::Exit(reason) => Move::Over(ExitReason::Step(reason.clone())),
        action => {
            let pause = act(action, version, run, conditions, now, out);
            match next() {
                Move::To(Some(to), exit) if pause => Move::ToLater(Some(to), exit),
                other => other,
            }
        }
    }
}

fn take_wait(
    wait: &Wait,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    next: impl Fn() -> Move,
    second: impl Fn(&str) -> Move,
) -> Move {
    let run = &runs.active[index];
    match wait {
        Wait::Event(_) | Wait::When(_) if run.waiting && run.wake == Some(Wake::Event) => next(),
        Wait::Event(_) | Wait::When(_) if run.waiting => second("timed_out"),
        Wait::Date(_) if run.waiting && run.wake == Some(Wake::Failed) => second("no_date"),
        _ if run.waiting => next(),
        Wait::Time(wait) => Move::Stay(Some(calendar::wait_until(*wait, conditions.zone(), now))),
        Wait::BestHour { within_ms } => {
            let scores = habits::hour_scores(&runs.habits, &conditions.population());
            Move::Stay(Some(habits::next_best(&scores, conditions.zone(), now, *within_ms)))
        }
        Wait::Date(of) => match day_of(of, conditions, now) {
            Some(at) => Move::Stay(Some(at)),
            None => second("no_date"),
        },
        Wait::Event(EventWait { timeout_ms, .. }) | Wait::When(WhenWait { timeout_ms, .. }) => {
            Move::Stay(Some(now.plus_ms(*timeout_ms)))
        }
    }
}

fn target(goto: &str) -> Option<String> {
    (goto != END).then(|| goto.to_owned())
}

fn by_arm(arm: Option<&Share>) -> Move {
    match arm {
        Some(arm) => Move::To(target(&arm.goto), arm.name.clone()),
        None => Move::Over(ExitReason::Completed),
    }
}

fn choose(winner: &Winner, won: Option<String>, since: Timestamp, now: Timestamp) -> Move {
    if won.is_none() && now < since.plus_ms(WINNER_PATIENCE_MS) {
        return Move::Stay(Some(now.plus_ms(WINNER_LOOK_MS)));
    }
    let chosen = won.and_then(|step| winner.arms.iter().find(|arm| arm.step == step));
    match chosen.or_else(|| winner.arms.first()) {
        Some(arm) => Move::To(target(&arm.goto), arm.step.clone()),
        None => Move::Over(ExitReason::Completed),
    }
}
