//! Comparisons of messages: which send step did best is decided once, over all partitions, when somebody waits to know.

use rapport_domain::WorkspaceId;
use rapport_journeys::JourneySpec;
use rapport_journeys::repo::Stats;
use rapport_journeys::spec::{Action, GOALS, Trigger, Winner};
use rapport_store::control::journey_states;

use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Decides every comparison that somebody waits for and that is open. Answers whether one was.
pub(crate) fn decide(shared: &Shared) -> Result<bool, EngineError> {
    let live = shared.live();
    let mut decided = false;
    for (ws, workspace) in &live.workspaces {
        // People finish on the version they began: its own steps and arms are compared.
        for (id, version, paused, spec) in live.journeys.all_versions(*ws) {
            let comparisons = spec.steps.iter().filter_map(|step| match &step.action {
                Action::Winner(winner) => Some((step.id.as_str(), winner)),
                _ => None,
            });
            let is_open = |step: &str| !workspace.winners.contains_key(&(id.to_owned(), version, step.to_owned()));
            let open: Vec<_> = comparisons.filter(|(step, _)| !paused && is_open(step)).collect();
            if open.is_empty() {
                continue;
            }
            let stats = read::journeys::stats(shared, *ws, id)?;
            let waits =
                |step: &str| stats.steps.get(&version).and_then(|steps| steps.get(step)).is_some_and(|n| *n > 0);
            for (step, winner) in open.into_iter().filter(|(step, _)| waits(step)) {
                let Some(best) = best(spec, (step, winner), &stats, version) else { continue };
                decided |= record(shared, *ws, (id, version, step), &best)?;
            }
        }
    }
    Ok(decided)
}

/// The send step with the highest rate of messages sent, of equals the first. It is chosen once [`Winner::minimum`] messages
/// of each left. Where an audience is sent through together, everybody has to have come to the comparison or past it, so
/// that those whose clocks are last count as long as the first; fewer messages than the minimum are then all there will
/// be, and the first arm stands. `None` while it is too early; runs wait
/// [`WINNER_PATIENCE_MS`](rapport_journeys::core::advance::WINNER_PATIENCE_MS) at most.
fn best(spec: &JourneySpec, (step, winner): (&str, &Winner), stats: &Stats, version: u32) -> Option<String> {
    let compared: Vec<&str> = winner.arms.iter().map(|arm| arm.step.as_str()).collect();
    let first = (*compared.first()?).to_owned();
    let is_one_audience = matches!(spec.trigger, Trigger::Schedule(_) | Trigger::Manual);
    let ahead: Vec<&str> = compared.iter().copied().chain([step]).collect();
    let standing = stats.steps.get(&version).into_iter().flatten().filter(|(at, n)| **n > 0 && *at != step);
    if is_one_audience && standing.into_iter().any(|(at, _)| spec.may_reach(at, &ahead)) {
        return None;
    }
    let sent = |step: &str| stats.sent.get(&version).and_then(|steps| steps.get(step)).copied().unwrap_or(0);
    if compared.iter().any(|step| sent(step) < u64::from(winner.minimum)) {
        return is_one_audience.then_some(first);
    }
    let reactions = match winner.metric.as_str() {
        "clicks" => &stats.clicked,
        GOALS => &stats.converted,
        _ => &stats.opened,
    };
    let reacted = |step: &str| reactions.get(&version).and_then(|steps| steps.get(step)).copied().unwrap_or(0);
    // Of whole numbers, so that equals are equal.
    let beats =
        |a: &str, b: &str| u128::from(reacted(a)) * u128::from(sent(b)) > u128::from(reacted(b)) * u128::from(sent(a));
    Some(compared.into_iter().fold(first, |best, step| if beats(step, &best) { step.to_owned() } else { best }))
}

fn record(
    shared: &Shared,
    ws: WorkspaceId,
    (id, version, step): (&str, u32, &str),
    winner: &str,
) -> Result<bool, EngineError> {
    let now = shared.clock.now();
    let control = shared.stores.control();
    let fresh = control.write(|tx| journey_states::set_winner(tx, ws, (id, version, step), winner, now))?;
    tracing::info!(workspace.id = ws.0, journey.id = id, winner, "a comparison was decided");
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rapport_journeys::AnyCatalogue;
    use serde_json::json;

    use super::*;

    fn spec(trigger: &serde_json::Value, metric: &str, minimum: u32) -> JourneySpec {
        let send = |id: &str| json!({"id": id, "send": {"channel": "email", "template": id}, "next": "watch"});
        let split = ["a", "b", "c", "rest"].map(|to| json!({"name": to, "percent": 25, "goto": to}));
        let arms = ["a", "b", "c"].map(|step| json!({"step": step, "goto": "end"}));
        let document = json!({
            "name": "J", "trigger": trigger, "reentry": "always", "goal": {"event": {"name": "Order Completed"}},
            "steps": [
                {"id": "split", "split": split}, send("a"), send("b"), send("c"),
                {"id": "watch", "wait": "1h", "next": "end"},
                {"id": "rest", "wait": "1h"},
                {"id": "best", "winner": {"metric": metric, "minimum": minimum, "arms": arms}}
            ]
        });
        rapport_journeys::validate(&document, &AnyCatalogue).unwrap()
    }

    fn counts(of: &[(&str, u64)]) -> BTreeMap<u32, BTreeMap<String, u64>> {
        BTreeMap::from([(1, of.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect())])
    }

    fn chosen(spec: &JourneySpec, stats: &Stats) -> Option<String> {
        let Some(Action::Winner(winner)) = spec.step("best").map(|s| &s.action) else { panic!("a winner") };
        best(spec, ("best", winner), stats, 1)
    }

    #[test]
    fn the_best_rate_wins_and_the_first_of_equals() {
        let by_hand = json!({"manual": {}});
        let mut stats = Stats {
            sent: counts(&[("a", 100), ("b", 50), ("c", 100)]),
            opened: counts(&[("a", 30), ("b", 20), ("c", 20)]),
            clicked: counts(&[("a", 4), ("b", 2), ("c", 4)]),
            converted: counts(&[("a", 2), ("b", 1), ("c", 3)]),
            ..Stats::default()
        };
        assert_eq!(chosen(&spec(&by_hand, "opens", 20), &stats).as_deref(), Some("b"));
        assert_eq!(chosen(&spec(&by_hand, "clicks", 20), &stats).as_deref(), Some("a"), "of equals the first");
        assert_eq!(chosen(&spec(&by_hand, "goals", 20), &stats).as_deref(), Some("c"), "3 of 100 against 1 of 50");
        assert_eq!(chosen(&spec(&by_hand, "opens", 51), &stats).as_deref(), Some("a"), "too few to tell");
        let nothing = Stats { sent: stats.sent.clone(), ..Stats::default() };
        assert_eq!(chosen(&spec(&by_hand, "opens", 20), &nothing).as_deref(), Some("a"), "nobody opened anything");
        for (at, expected) in [("watch", Some("b")), ("split", None), ("rest", None), ("a", None), ("best", Some("b"))]
        {
            stats.steps = counts(&[("best", 5), (at, 1)]);
            assert_eq!(chosen(&spec(&by_hand, "opens", 20), &stats).as_deref(), expected, "somebody is at {at}");
        }
    }

    #[test]
    fn where_people_keep_coming_the_minimum_is_waited_for() {
        let by_event = json!({"event": {"name": "Signed Up"}});
        let stats = Stats {
            sent: counts(&[("a", 100), ("b", 19), ("c", 100)]),
            opened: counts(&[("b", 10)]),
            steps: counts(&[("split", 3), ("best", 1)]),
            ..Stats::default()
        };
        assert_eq!(chosen(&spec(&by_event, "opens", 20), &stats), None);
        assert_eq!(chosen(&spec(&by_event, "opens", 19), &stats).as_deref(), Some("b"));
    }
}
