//! What is remembered of one profile's events for one aggregate: a commutative monoid, so that late events, merged
//! profiles and backfill all come to the same answer in whatever order they arrive.

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_DISTINCT, MAX_RECENT};
use crate::stored::{Stored, Tallies};

/// The state of one [`Aggregate`](crate::Aggregate) of one profile. Its encoding (postcard) is a stored format:
/// variants are only added at the end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AggState(pub(crate) Inner);

impl AggState {
    /// True when nothing was observed yet, or nothing is left after pruning: such a state need not be stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == Inner::Empty
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Inner {
    /// Nothing yet.
    #[default]
    Empty,
    /// How many events, up to the number that can matter.
    Count(u64),
    /// How many numbers and their sum in millionths.
    Total { n: u64, sum: i128 },
    /// The smallest number or instant.
    Least(i64),
    /// The largest number or instant.
    Greatest(i64),
    /// Different keys, ascending; the smallest [`MAX_DISTINCT`] are kept.
    Set(Vec<u64>),
    /// Instants and numbers, ascending; the newest are kept.
    Recent(Vec<(i64, i64)>),
    /// The newest instant of each key, ascending by key; the newest [`MAX_RECENT`] keys are kept.
    Latest(Vec<(u64, i64)>),
    /// Instants and step names of a sequence that is not complete, ascending; the newest [`MAX_RECENT`] are kept.
    Steps(Vec<(i64, u8)>),
    /// The sequence is complete.
    Done,
    /// Instants and the steps an event can serve as bits, ascending; the newest [`MAX_MARKS`] are kept.
    ///
    /// [`MAX_MARKS`]: crate::limits::MAX_MARKS
    Marks(Vec<(i64, u8)>),
    /// Instants and values, ascending.
    Values(Vec<(i64, Stored)>),
    /// How often each value was seen.
    Tallies(Tallies),
}

/// Adds to a count that is of interest up to `limit` only.
pub(crate) fn add_count(count: &mut u64, more: u64, limit: u64) -> bool {
    let before = *count;
    *count = count.saturating_add(more).min(limit);
    *count != before
}

/// Adds a key to a set.
pub(crate) fn add_key(set: &mut Vec<u64>, key: u64) -> bool {
    match set.binary_search(&key) {
        Ok(_) => false,
        Err(at) if at >= MAX_DISTINCT => false,
        Err(at) => {
            set.insert(at, key);
            set.truncate(MAX_DISTINCT);
            true
        }
    }
}

/// The union of two sets.
pub(crate) fn union(into: &mut Vec<u64>, from: Vec<u64>) {
    into.extend(from);
    into.sort_unstable();
    into.dedup();
    into.truncate(MAX_DISTINCT);
}

/// Adds an entry to a list that keeps the newest `keep`; equal entries are different events and all count.
pub(crate) fn add_recent(list: &mut Vec<(i64, i64)>, entry: (i64, i64), keep: usize) -> bool {
    let at = list.partition_point(|e| *e < entry);
    if list.len() >= keep {
        if at == 0 {
            return false;
        }
        list.insert(at, entry);
        list.remove(0);
        return true;
    }
    list.insert(at, entry);
    true
}

/// Two lists as one.
pub(crate) fn merge_recent(into: &mut Vec<(i64, i64)>, from: Vec<(i64, i64)>, keep: usize) {
    into.extend(from);
    into.sort_unstable();
    let surplus = into.len().saturating_sub(keep);
    into.drain(..surplus);
}

/// Notes that `key` was seen at `ts`.
pub(crate) fn add_latest(list: &mut Vec<(u64, i64)>, key: u64, ts: i64) -> bool {
    match list.binary_search_by_key(&key, |e| e.0) {
        Ok(at) if list[at].1 >= ts => false,
        Ok(at) => {
            list[at].1 = ts;
            true
        }
        Err(at) => {
            list.insert(at, (key, ts));
            if list.len() <= MAX_RECENT {
                return true;
            }
            let oldest = list.iter().enumerate().min_by_key(|(_, e)| (e.1, e.0)).map_or(0, |(i, _)| i);
            list.remove(oldest);
            oldest != at
        }
    }
}

/// Two lists of newest instants as one.
pub(crate) fn merge_latest(into: &mut Vec<(u64, i64)>, from: Vec<(u64, i64)>) {
    into.extend(from);
    into.sort_unstable_by_key(|e| (e.0, std::cmp::Reverse(e.1)));
    into.dedup_by_key(|e| e.0);
    if into.len() > MAX_RECENT {
        into.sort_unstable_by_key(|e| std::cmp::Reverse((e.1, e.0)));
        into.truncate(MAX_RECENT);
        into.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_do_not_depend_on_order() {
        let entries: Vec<(u64, i64)> = (0..6_000).map(|i| (i % 4_700, (i as i64 * 7_919) % 10_007)).collect();
        let (mut forward, mut backward, mut halves) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
        for (i, (key, ts)) in entries.iter().enumerate() {
            add_latest(&mut forward, *key, *ts);
            add_latest(if i % 3 == 0 { &mut halves.0 } else { &mut halves.1 }, *key, *ts);
        }
        for (key, ts) in entries.iter().rev() {
            add_latest(&mut backward, *key, *ts);
        }
        assert_eq!(forward.len(), MAX_RECENT);
        assert_eq!(forward, backward);
        merge_latest(&mut halves.0, halves.1);
        assert_eq!(forward, halves.0);
    }

    #[test]
    fn recent_keeps_the_newest_in_any_order() {
        let entries: Vec<(i64, i64)> = (0..500).map(|i| ((i * 37) % 101, i % 3)).collect();
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        for e in &entries {
            add_recent(&mut forward, *e, 50);
        }
        for e in entries.iter().rev() {
            add_recent(&mut backward, *e, 50);
        }
        let mut merged = Vec::new();
        for part in entries.chunks(77) {
            let mut list = Vec::new();
            for e in part {
                add_recent(&mut list, *e, 50);
            }
            merge_recent(&mut merged, list, 50);
        }
        assert_eq!(forward, backward);
        assert_eq!(forward, merged);
        assert!(!add_recent(&mut forward, (0, 0), 50));
    }

    #[test]
    fn sets_keep_the_smallest() {
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let keys: Vec<u64> = (0..12_000u64).map(|i| (i * 7_919) % 11_003).collect();
        for (k, l) in keys.iter().zip(keys.iter().rev()) {
            add_key(&mut forward, *k);
            add_key(&mut backward, *l);
        }
        let mut merged = keys[..5_000].to_vec();
        merged.sort_unstable();
        union(&mut merged, keys[5_000..].to_vec());
        assert_eq!(forward.len(), MAX_DISTINCT);
        assert_eq!((&forward, &forward), (&backward, &merged));
    }

    #[test]
    fn stored_form_never_changes() {
        let state = AggState(Inner::Recent(vec![(1, 2), (-3, 4)]));
        let bytes = postcard::to_stdvec(&state).unwrap();
        assert_eq!(bytes, [6, 2, 2, 4, 5, 8]);
        assert_eq!(postcard::from_bytes::<AggState>(&bytes).unwrap(), state);
        assert_eq!(postcard::to_stdvec(&AggState::default()).unwrap(), [0]);
        for (inner, stored) in [
            (Inner::Done, vec![9]),
            (Inner::Marks(vec![(1, 3)]), vec![10, 1, 2, 3]),
            (Inner::Values(vec![(1, Stored::Text("a".into()))]), vec![11, 1, 2, 2, 1, 97]),
            (Inner::Tallies(vec![(5, Stored::Bool(true), 7)]), vec![12, 1, 5, 0, 1, 7]),
        ] {
            assert_eq!(postcard::to_stdvec(&AggState(inner)).unwrap(), stored);
        }
    }
}
