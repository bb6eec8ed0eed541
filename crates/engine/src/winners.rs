//! Comparisons of messages: which send step did best is decided once, over all partitions, when somebody waits to know.

use rapport_domain::WorkspaceId;
use rapport_journeys::repo::Stats;
use rapport_journeys::spec::{Action, Winner};
use rapport_store::control::journey_states;

use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Decides every comparison that somebody waits for and that is open. Answers whether one was.
pub(crate) fn decide(shared: &Shared) -> Result<bool, EngineError> {
    let live = shared.live();
    let mut decided = false;
    for (ws, workspace) in &live.workspaces {
        for (id, _, paused, spec) in live.journeys.live_all(*ws) {
            let comparisons = spec.steps.iter().filter_map(|step| match &step.action {
                Action::Winner(winner) => Some((step.id.as_str(), winner)),
                _ => None,
            });
            for (step, winner) in comparisons.filter(|_| !paused) {
                let stats = read::journeys::stats(shared, *ws, id)?;
                let waiting = stats.steps.iter().filter(|(_, steps)| steps.get(step).is_some_and(|n| *n > 0));
                let versions: Vec<u32> = waiting.map(|(version, _)| *version).collect();
                for version in versions {
                    if !workspace.winners.contains_key(&(id.to_owned(), version, step.to_owned())) {
                        decided |= record(shared, *ws, (id, version, step), &best(winner, &stats, version))?;
                    }
                }
            }
        }
    }
    Ok(decided)
}

/// The send step with the highest rate of messages sent; of equals the first.
fn best(winner: &Winner, stats: &Stats, version: u32) -> String {
    let reactions = if winner.metric == "clicks" { &stats.clicked } else { &stats.opened };
    let of = |by: &std::collections::BTreeMap<u32, std::collections::BTreeMap<String, u64>>, step: &str| {
        by.get(&version).and_then(|steps| steps.get(step)).copied().unwrap_or(0) as f64
    };
    let rate = |step: &str| of(reactions, step) / of(&stats.sent, step).max(1.0);
    let mut arms = winner.arms.iter().map(|arm| arm.step.as_str());
    let first = arms.next().unwrap_or_default();
    arms.fold(first, |best, step| if rate(step) > rate(best) { step } else { best }).to_owned()
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

    use rapport_journeys::spec::WinnerArm;

    use super::*;

    #[test]
    fn the_best_rate_wins_and_the_first_of_equals() {
        let arm = |step: &str| WinnerArm { step: step.to_owned(), goto: "end".to_owned() };
        let winner = |metric: &str| Winner { metric: metric.to_owned(), arms: vec![arm("a"), arm("b"), arm("c")] };
        let counts = |of: &[(&str, u64)]| -> BTreeMap<u32, BTreeMap<String, u64>> {
            BTreeMap::from([(1, of.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect())])
        };
        let stats = Stats {
            sent: counts(&[("a", 100), ("b", 50), ("c", 100)]),
            opened: counts(&[("a", 30), ("b", 20), ("c", 20)]),
            clicked: counts(&[("a", 5), ("c", 5)]),
            ..Stats::default()
        };
        assert_eq!(best(&winner("opens"), &stats, 1), "b");
        assert_eq!(best(&winner("clicks"), &stats, 1), "a");
        assert_eq!(best(&winner("opens"), &Stats::default(), 1), "a");
    }
}
