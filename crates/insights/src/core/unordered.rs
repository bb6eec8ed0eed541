//! How far one profile got in a funnel whose steps may come in any order.
//!
//! A set of `k` events is worth `k` steps when each can be a step of its own and none is later than the first of them plus
//! the window. A profile reaches `k` when there is such a set whose first event lies inside the period, and no excluded
//! event between its first and its last.

use std::collections::BTreeMap;

use super::chain::{MAX_STEPS, Reach};

/// An event that can be one or more steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// When, ms.
    pub ts: i64,
    /// A bit for each step it can be; none for an excluded event.
    pub steps: u32,
    /// Its value of the breakdown.
    pub value: u32,
}

/// How each number of steps was reached first: the event that completed it, and the latest anchor that leads there.
/// `last_value` takes the value from that event, otherwise it is the anchor's.
#[must_use]
pub fn reached(
    events: &[Candidate],
    steps: usize,
    window_ms: i64,
    entry: (i64, i64),
    last_value: bool,
) -> [Option<Reach>; MAX_STEPS] {
    let mut best: [Option<(usize, usize)>; MAX_STEPS] = [None; MAX_STEPS];
    // From the last event to the first: the next event of each kind, and the next of the same kind after each.
    let mut heads: BTreeMap<u32, usize> = BTreeMap::new();
    let mut following: Vec<Option<usize>> = vec![None; events.len()];
    let mut excluded = events.len();
    for anchor in (0..events.len()).rev() {
        let event = events[anchor];
        if event.steps == 0 {
            excluded = anchor;
            continue;
        }
        following[anchor] = heads.insert(event.steps, anchor);
        if event.ts < entry.0 || event.ts >= entry.1 {
            continue;
        }
        let mut near: Vec<usize> = Vec::new();
        for head in heads.values() {
            let chain = std::iter::successors(Some(*head), |at| following[*at]).take(steps);
            near.extend(chain.take_while(|at| *at < excluded && events[*at].ts - event.ts <= window_ms));
        }
        near.sort_unstable();
        let mut matching = [usize::MAX; MAX_STEPS];
        let mut size = 0;
        for at in near {
            if size < steps && augment(events, at, steps, &mut matching, &mut 0) {
                if best[size].is_none_or(|(end, _)| at < end) {
                    best[size] = Some((at, anchor));
                }
                size += 1;
            }
        }
    }
    let reach = |(end, anchor): (usize, usize)| Reach {
        at: events[end].ts,
        anchor: events[anchor].ts,
        value: events[if last_value { end } else { anchor }].value,
        continued: end != anchor,
    };
    best.map(|found| found.map(reach))
}

/// Gives event `at` a step of its own, moving others where needed (Kuhn's augmenting path).
fn augment(events: &[Candidate], at: usize, steps: usize, matching: &mut [usize; MAX_STEPS], seen: &mut u32) -> bool {
    for step in 0..steps {
        if events[at].steps & (1 << step) == 0 || *seen & (1 << step) != 0 {
            continue;
        }
        *seen |= 1 << step;
        if matching[step] == usize::MAX || augment(events, matching[step], steps, matching, seen) {
            matching[step] = at;
            return true;
        }
    }
    false
}
