//! Steps in order within a time: `sequence(["A", "B"], "3h")`.
//!
//! Events at the same instant may stand in either order; one event serves one step.

use rapport_domain::rule::Sequence;

use crate::limits::{MAX_RECENT, MAX_STEPS};
use crate::state::Inner;

/// A sequence whose steps are numbers of distinct names.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// For each step the number of its name.
    steps: Vec<u8>,
    within_ms: i64,
}

impl Steps {
    /// The compiled sequence and the distinct names that its steps are numbers of.
    pub(crate) fn new(sequence: &Sequence) -> (Steps, Vec<String>) {
        let mut names: Vec<String> = Vec::new();
        let mut steps = Vec::new();
        for step in sequence.steps.iter().flat_map(|s| s.names()).take(MAX_STEPS) {
            let number = names.iter().position(|n| n == step).unwrap_or_else(|| {
                names.push(step.clone());
                names.len() - 1
            });
            steps.push(number as u8);
        }
        (Steps { steps, within_ms: sequence.within_ms }, names)
    }

    /// Notes an event of name number `name`; true when the state changed.
    pub(crate) fn observe(&self, state: &mut Inner, ts: i64, name: u8) -> bool {
        if *state == Inner::Done {
            return false;
        }
        if !matches!(state, Inner::Steps(_)) {
            *state = Inner::Steps(Vec::new());
        }
        let Inner::Steps(list) = state else { return false };
        if !self.insert(list, (ts, name)) {
            return false;
        }
        // Only steps this near can be part of a run with the new one.
        let low = list.partition_point(|e| e.0 < ts.saturating_sub(self.within_ms));
        let high = list.partition_point(|e| e.0 <= ts.saturating_add(self.within_ms));
        if self.complete(&list[low..high]) {
            *state = Inner::Done;
        }
        true
    }

    /// Two states as one.
    pub(crate) fn merge(&self, into: &mut Inner, from: Inner) {
        *into = match (std::mem::take(into), from) {
            (Inner::Done, _) | (_, Inner::Done) => Inner::Done,
            (Inner::Steps(mut list), Inner::Steps(more)) => {
                for entry in more {
                    self.insert(&mut list, entry);
                }
                if self.complete(&list) { Inner::Done } else { Inner::Steps(list) }
            }
            (only @ Inner::Steps(_), _) | (_, only) => only,
        };
    }

    /// Inserts in order; more events of one name at one instant than steps of that name can never serve.
    fn insert(&self, list: &mut Vec<(i64, u8)>, entry: (i64, u8)) -> bool {
        let at = list.partition_point(|e| *e < entry);
        let same = list[at..].iter().take_while(|e| **e == entry).count();
        let useful = self.steps.iter().filter(|s| **s == entry.1).count();
        if same >= useful || (list.len() >= MAX_RECENT && at == 0) {
            return false;
        }
        list.insert(at, entry);
        if list.len() > MAX_RECENT {
            list.remove(0);
        }
        true
    }

    /// Whether the steps occur in order, from the first to the last within the time.
    fn complete(&self, list: &[(i64, u8)]) -> bool {
        let n = self.steps.len();
        // starts[k]: the latest instant at which a run of the first k steps could have begun.
        let mut starts: [Option<i64>; MAX_STEPS + 1] = [None; MAX_STEPS + 1];
        for group in list.chunk_by(|a, b| a.0 == b.0) {
            let ts = group[0].0;
            let mut before = starts;
            before[0] = Some(ts);
            for (done, start) in before.into_iter().enumerate().take(n) {
                let Some(start) = start else { continue };
                for (taken, reached) in (done + 1..=n).enumerate() {
                    if !self.supplies(group, &self.steps[done..=done + taken]) {
                        break;
                    }
                    starts[reached] = starts[reached].max(Some(start));
                }
            }
            if starts[n].is_some_and(|start| ts.saturating_sub(start) <= self.within_ms) {
                return true;
            }
        }
        false
    }

    /// Whether the events of one instant are enough for these steps.
    fn supplies(&self, group: &[(i64, u8)], steps: &[u8]) -> bool {
        steps.iter().all(|s| {
            let wanted = steps.iter().filter(|x| *x == s).count();
            group.iter().filter(|e| e.1 == *s).count() >= wanted
        })
    }
}
