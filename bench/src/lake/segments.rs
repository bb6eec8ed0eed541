//! Rules over the whole lake: a preview, and the history of a new segment as the engine folds it, partition by partition.

use rapport_domain::{Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, Lake};
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::{Binding, RuleDef, RuleSet, SegmentState};

use super::data::{PARTITIONS, WS};
use super::timed;
use crate::Row;

/// A rule of the kind people write.
const RULE: &str = r#"events("event_02").count() >= 3 && events("event_05").sum("amount") > 50"#;
const ROUNDS: usize = 5;

struct Probe {
    rules: RuleSet,
    binding: Binding,
}

impl Probe {
    fn new() -> Self {
        let rule = rapport_rules::parse(RULE).expect("a rule");
        let (rules, problems) = RuleSet::compile(vec![RuleDef::condition("probe", rule)]);
        assert!(problems.is_empty(), "{problems:?}");
        let binding = Binding {
            aggregates: (0..rules.aggregates().len() as u64).map(|i| (i, true)).collect(),
            rules: vec![(0, true)],
        };
        Probe { rules, binding }
    }

    fn fold(&self) -> AggregateFold<'_> {
        AggregateFold::new((0..).zip(self.rules.aggregates()).collect())
    }

    fn holds(&self, profile: ProfileId, history: History) -> bool {
        let now = Timestamp(1_790_000_000_000);
        let mut state = SegmentState::default();
        self.rules.add_history(&self.binding, &mut state, history);
        let someone = rapport_domain::Profile::new(WorkspaceId(0), profile, false, now);
        self.rules.ask(&self.binding, &state, "probe", &someone, chrono_tz::Tz::UTC, now).is_some_and(|v| v.holds)
    }

    fn preview(&self, lake: &Lake) -> usize {
        let histories = lake.snapshot(WS).run(&self.fold(), &CancelFlag::new()).expect("histories");
        histories.into_iter().filter(|(profile, history)| self.holds(*profile, history.clone())).count()
    }

    fn backfill(&self, lake: &Lake) -> usize {
        let one = |partition| {
            let snapshot = lake.snapshot_partition(WS, Partition(partition));
            let mut histories = snapshot.run(&self.fold(), &CancelFlag::new()).expect("histories");
            histories.sort_unstable_by_key(|(profile, _)| *profile);
            histories.len()
        };
        (0..PARTITIONS).map(one).sum()
    }
}

/// The rows of the table.
pub(super) fn measure(lake: &Lake) -> Vec<Row> {
    let probe = Probe::new();
    let best = |work: &dyn Fn() -> usize| {
        work();
        (0..ROUNDS).map(|_| timed(work).0).fold(f64::INFINITY, f64::min) * 1e3
    };
    vec![
        Row::new("segment preview, counts and sums of two events", "ms", best(&|| probe.preview(lake)))
            .at_most("ms", 300.0),
        Row::new("history of a new segment, folded for all partitions", "ms", best(&|| probe.backfill(lake)))
            .at_most("ms", 3_000.0),
    ]
}
