//! Messages without a bound: ways to a send step that nothing slows, and ways round through one that are short.

use std::fmt::Display;

use rapport_domain::time::DAY_MS;
use rapport_domain::{MessageChannel, Problem, Resource, ResourceKind, kinds};
use rapport_journeys::JourneySpec;
use rapport_journeys::spec::{Action, Reentry, Send, TimeWait, Trigger, Wait};

/// A way round through a send step that takes less looks like a mistake: a day.
const SHORT_ROUND_MS: i64 = DAY_MS;

/// Every send step that could go on and on; transactional ones are what customers asked for.
pub(super) fn check(journey: &JourneySpec, live: &[Resource]) -> Vec<Problem> {
    // An in-app message goes when its journey is left: there is never more than one.
    let stands = |send: &Send| send.channel == MessageChannel::InApp.as_str() && journey.exit_when.is_some();
    let counts = |action: &Action| matches!(action, Action::Send(send) if !send.transactional && !stands(send));
    let sends = journey.steps.iter().enumerate().filter(|(_, step)| counts(&step.action));
    let again = comes_again(journey, live);
    let at_once =
        journey.reached(0, |action| action.takes_time() || matches!(action, Action::Limit(_) | Action::Branch(_)));
    let mut problems = Vec::new();
    for (i, step) in sends {
        let at = format!("spec.steps[{i}]");
        if let Some(cause) = again.as_ref().filter(|_| at_once[i]) {
            let values: &[(&str, &dyn Display)] = &[("step", &step.id), ("cause", cause)];
            problems.push(Problem::of(at.clone(), kinds::SENDS_UNBOUNDED, values));
        }
        if let Some(ms) = round_ms(journey, i).filter(|ms| *ms < SHORT_ROUND_MS) {
            let duration = rapport_domain::time::format_duration_ms(ms);
            problems.push(Problem::of(at, kinds::SENDS_AGAIN, &[("step", &step.id), ("duration", &duration)]));
        }
    }
    problems
}

/// What starts the journey for one customer as often as it likes; `None` when something bounds that.
fn comes_again(journey: &JourneySpec, live: &[Resource]) -> Option<String> {
    if journey.reentry != Reentry::Always || journey.concurrent.is_some() {
        return None;
    }
    match &journey.trigger {
        Trigger::Event(event) if event.key.is_none() => Some(format!("{:?} of a customer", event.name)),
        Trigger::Segment(segment) => {
            // Lists change by hand or by steps, which are judged as circles.
            let found = live.iter().find(|r| r.kind == ResourceKind::Segment && r.id == segment.id);
            let list = found.is_some_and(|r| r.spec["kind"] == "list");
            let crossing = if segment.entered { "entering" } else { "leaving" };
            (!list).then(|| format!("{crossing} of {:?}, in and out as its rule changes its mind", segment.id))
        }
        _ => None,
    }
}

/// The least time a way from a step back to it takes; `None` when there is no such way.
fn round_ms(journey: &JourneySpec, start: usize) -> Option<i64> {
    let mut least: Vec<Option<i64>> = vec![None; journey.steps.len()];
    let mut queue: Vec<(usize, i64)> = journey.ways(start).into_iter().map(|to| (to, 0)).collect();
    while let Some((i, ms)) = queue.pop() {
        if least[i].is_some_and(|known| known <= ms) {
            continue;
        }
        least[i] = Some(ms);
        if i != start {
            let through = ms.saturating_add(least_ms(&journey.steps[i].action));
            queue.extend(journey.ways(i).into_iter().map(|to| (to, through)));
        }
    }
    least[start]
}

/// The least time a step takes, as a rule: a time of day comes round once a day.
fn least_ms(action: &Action) -> i64 {
    match action {
        Action::Wait(Wait::Time(time)) => time_ms(time),
        Action::Wait(Wait::BestHour { .. }) => DAY_MS,
        Action::Digest(digest) => time_ms(&digest.time),
        Action::Limit(limit) => limit.per_ms / i64::from(limit.count.max(1)),
        _ => 0,
    }
}

fn time_ms(time: &TimeWait) -> i64 {
    if time.until_minute.is_some() || time.weekdays != 0 { time.for_ms.max(DAY_MS) } else { time.for_ms }
}
