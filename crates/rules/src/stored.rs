//! Values that a state remembers as they were: of first and last events, and counted by value.

use std::borrow::Cow;

use rapport_domain::event::Scalar;
use rapport_domain::hash::hash64;
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_TALLIES, MAX_VALUE_BYTES};

/// A value in a state. Its order breaks ties between events of one instant, so that no order of arrival does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Stored {
    Bool(bool),
    /// A number by [`ordered`] bits.
    Number(u64),
    Text(String),
}

impl Stored {
    /// The value of a scalar; null, lists and objects are none. A long text is cut.
    pub(crate) fn of(scalar: &Scalar<'_>) -> Option<Stored> {
        match scalar {
            Scalar::Bool(b) => Some(Stored::Bool(*b)),
            Scalar::Number(n) if n.is_finite() => Some(Stored::Number(ordered(*n + 0.0))),
            Scalar::Text(text) => {
                let end = text.floor_char_boundary(MAX_VALUE_BYTES);
                Some(Stored::Text(text[..end].to_owned()))
            }
            _ => None,
        }
    }

    pub(crate) fn scalar(&self) -> Scalar<'static> {
        match self {
            Stored::Bool(b) => Scalar::Bool(*b),
            Stored::Number(bits) => Scalar::Number(number(*bits)),
            Stored::Text(text) => Scalar::Text(Cow::Owned(text.clone())),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Stored::Bool(b) => (*b).into(),
            Stored::Number(bits) => json_number(number(*bits)),
            Stored::Text(text) => text.as_str().into(),
        }
    }

    /// Bytes of the value as JSON, about.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Stored::Bool(_) | Stored::Number(_) => 8,
            Stored::Text(text) => text.len() + 3,
        }
    }

    fn hash(&self) -> u64 {
        match self {
            Stored::Bool(b) => hash64(1, &[u8::from(*b)]),
            Stored::Number(bits) => hash64(2, &bits.to_le_bytes()),
            Stored::Text(text) => hash64(3, text.as_bytes()),
        }
    }
}

/// A number as JSON: whole ones without a fraction.
pub(crate) fn json_number(n: f64) -> serde_json::Value {
    if n.fract() == 0.0 && n.abs() < 9e15 { (n as i64).into() } else { n.into() }
}

/// The bits of a number, in the order of numbers.
fn ordered(n: f64) -> u64 {
    let bits = n.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn number(ordered: u64) -> f64 {
    f64::from_bits(if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered })
}

/// How often each value was seen, ascending by hash; the [`MAX_TALLIES`] of the smallest hashes are kept. A value that is
/// kept was kept from its first event on, so its count is exact.
pub(crate) type Tallies = Vec<(u64, Stored, u64)>;

/// Counts a value; true when that changed something.
pub(crate) fn add_tally(tallies: &mut Tallies, value: Stored, by: u64) -> bool {
    let key = (value.hash(), value);
    match tallies.binary_search_by(|t| (t.0, &t.1).cmp(&(key.0, &key.1))) {
        Ok(at) => tallies[at].2 = tallies[at].2.saturating_add(by),
        Err(at) if at >= MAX_TALLIES => return false,
        Err(at) => {
            tallies.insert(at, (key.0, key.1, by));
            tallies.truncate(MAX_TALLIES);
        }
    }
    true
}

/// The counted values, the most frequent first, equal ones in their order.
pub(crate) fn most_frequent(tallies: &Tallies) -> Vec<&Stored> {
    let mut all: Vec<&(u64, Stored, u64)> = tallies.iter().collect();
    all.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
    all.into_iter().map(|t| &t.1).collect()
}

/// Which end of a list of values is kept when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Oldest(usize),
    Newest(usize),
}

/// Adds a value to a list in order of time; true when that changed something.
pub(crate) fn add_value(list: &mut Vec<(i64, Stored)>, entry: (i64, Stored), keep: Keep) -> bool {
    let at = list.partition_point(|e| *e < entry);
    match keep {
        // One that equals the last of a full list would only push that one out.
        Keep::Oldest(most) if list.len() >= most && list.last().is_none_or(|last| *last <= entry) => false,
        Keep::Newest(most) if list.len() >= most && at == 0 => false,
        _ => {
            list.insert(at, entry);
            trim(list, keep);
            true
        }
    }
}

/// Two lists as one.
pub(crate) fn merge_values(into: &mut Vec<(i64, Stored)>, from: Vec<(i64, Stored)>, keep: Keep) {
    into.extend(from);
    into.sort_unstable();
    trim(into, keep);
}

fn trim(list: &mut Vec<(i64, Stored)>, keep: Keep) {
    match keep {
        Keep::Oldest(most) => list.truncate(most),
        Keep::Newest(most) => {
            let surplus = list.len().saturating_sub(most);
            list.drain(..surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order_and_value() {
        let numbers = [f64::MIN, -2.5, -0.0, 1e-300, 0.1, 7.0, f64::MAX];
        let bits: Vec<u64> = numbers.iter().map(|n| ordered(n + 0.0)).collect();
        assert!(bits.windows(2).all(|w| w[0] < w[1]), "{bits:?}");
        assert!(bits.iter().zip(numbers).all(|(b, n)| number(*b) == n));
    }

    #[test]
    fn tallies_do_not_depend_on_order() {
        let value = |i: u64| Stored::Text(format!("v{}", (i * 7_919) % 1_301));
        let (mut forward, mut backward, mut halves) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        for i in 0..4_000 {
            add_tally(&mut forward, value(i), 1);
            add_tally(&mut halves[(i % 2) as usize], value(i), 1);
            add_tally(&mut backward, value(3_999 - i), 1);
        }
        let [mut merged, other] = halves;
        for (_, value, n) in other {
            add_tally(&mut merged, value, n);
        }
        assert_eq!(forward.len(), MAX_TALLIES);
        assert_eq!((&forward, &forward), (&backward, &merged));
    }

    #[test]
    fn the_wanted_end_is_kept_in_any_order() {
        let entries: Vec<(i64, Stored)> = (0..300).map(|i| ((i * 37) % 101, Stored::Bool(i % 3 == 0))).collect();
        for keep in [Keep::Oldest(20), Keep::Newest(20)] {
            let (mut forward, mut backward) = (Vec::new(), Vec::new());
            for (a, b) in entries.iter().zip(entries.iter().rev()) {
                add_value(&mut forward, a.clone(), keep);
                add_value(&mut backward, b.clone(), keep);
            }
            let mut merged = Vec::new();
            entries.chunks(77).for_each(|part| merge_values(&mut merged, part.to_vec(), keep));
            assert_eq!((&forward, &forward), (&backward, &merged), "{keep:?}");
            assert_eq!(forward.len(), 20);
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "é".repeat(MAX_VALUE_BYTES);
        let Some(Stored::Text(cut)) = Stored::of(&Scalar::Text(text.into())) else { panic!("a text") };
        assert_eq!(cut, "é".repeat(MAX_VALUE_BYTES / 2));
    }
}
