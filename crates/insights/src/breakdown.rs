//! One line for each of the largest values of a property, a context field, a trait or a segment.

use std::borrow::Cow;
use std::collections::HashMap;

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::hash::hash64;
use rapport_lake::EventRef;

use crate::people::Column;

/// Different values that are counted while the largest are found: 40 bytes each.
pub(crate) const MAX_VALUES: usize = 1_000_000;
/// Values whose text is kept while they are counted; if a larger one is among the rest, it is looked up again.
const MAX_TEXTS: usize = 10_000;
/// The longest text of a value; longer ones are cut.
const MAX_VALUE_CHARS: usize = 200;
/// The value of what has none.
pub(crate) const NONE: &str = "(none)";
/// The name of the line of all values without one of their own.
pub(crate) const OTHER: &str = "(other)";

/// Where a breakdown's value is.
#[derive(Debug)]
pub(crate) enum Breakdown {
    /// A property of the event.
    Property(String),
    /// A context field of the event.
    Context(String),
    /// One value for each profile; the second is for those without.
    Profile(Column, String),
}

impl Breakdown {
    /// Whether every event of a profile has the same value.
    pub(crate) fn is_of_profile(&self) -> bool {
        matches!(self, Breakdown::Profile(..))
    }

    /// An event's value as text.
    pub(crate) fn value<'e>(&'e self, event: &'e EventRef<'_>) -> Cow<'e, str> {
        let scalar = match self {
            Breakdown::Property(path) => event.property(path),
            Breakdown::Context(path) => event.context(path),
            Breakdown::Profile(column, none) => return column.get(event.profile()).unwrap_or(none).into(),
        };
        text(scalar)
    }
}

/// A value as breakdowns show it: numbers as digits, `(none)` for nothing, long texts cut.
#[must_use]
pub fn text(scalar: Scalar<'_>) -> Cow<'_, str> {
    let text = match scalar {
        Scalar::Null => return NONE.into(),
        Scalar::Bool(b) => b.to_string().into(),
        Scalar::Number(n) => n.to_string().into(),
        Scalar::Text(t) => t,
        Scalar::Json(value) => value.to_string().into(),
    };
    cut(text)
}

/// The text of a value, not longer than a value may be.
pub(crate) fn cut(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => text[..end].to_owned().into(),
        None => text,
    }
}

/// Stands for a value's text.
pub(crate) fn code(text: &str) -> u64 {
    hash64(0, text.as_bytes())
}

/// Values and how often each came.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    counts: HashMap<u64, u64>,
    texts: HashMap<u64, Box<str>>,
    pub(crate) overflowed: bool,
}

impl Ranking {
    pub(crate) fn add(&mut self, text: &str, n: u64) {
        let code = code(text);
        if let Some(count) = self.counts.get_mut(&code) {
            *count += n;
        } else if self.counts.len() < MAX_VALUES {
            self.counts.insert(code, n);
        } else {
            self.overflowed = true;
            return;
        }
        if self.texts.len() < MAX_TEXTS && !self.texts.contains_key(&code) {
            self.texts.insert(code, text.into());
        }
    }

    pub(crate) fn merge(&mut self, from: Ranking) {
        self.overflowed |= from.overflowed;
        for (code, n) in from.counts {
            if let Some(count) = self.counts.get_mut(&code) {
                *count += n;
            } else if self.counts.len() < MAX_VALUES {
                self.counts.insert(code, n);
            } else {
                self.overflowed = true;
            }
        }
        for (code, text) in from.texts {
            if self.texts.len() < MAX_TEXTS {
                self.texts.entry(code).or_insert(text);
            }
        }
    }

    /// The values that may be among the `top` largest: those, and all that are as large as the last of them.
    pub(crate) fn candidates(&self, top: usize) -> Vec<(u64, u64)> {
        let mut all: Vec<(u64, u64)> = self.counts.iter().map(|(code, n)| (*code, *n)).collect();
        all.sort_unstable_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
        let least = all.get(top.saturating_sub(1)).map_or(0, |(_, n)| *n);
        all.truncate(all.partition_point(|(_, n)| *n >= least).min(MAX_TEXTS));
        all
    }

    pub(crate) fn text(&self, code: u64) -> Option<&str> {
        self.texts.get(&code).map(|t| &**t)
    }
}

/// The lines of a report: those of the largest values, and one for the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    /// The values with a line of their own; `None` without breakdown.
    pub(crate) values: Option<Vec<String>>,
    by_code: HashMap<u64, u16>,
}

impl Lines {
    pub(crate) fn of(values: Vec<String>) -> Self {
        let by_code = values.iter().zip(0..).map(|(v, at)| (code(v), at)).collect();
        Lines { values: Some(values), by_code }
    }

    /// How many lines, that of the rest included.
    pub(crate) fn len(&self) -> usize {
        self.values.as_ref().map_or(0, Vec::len) + 1
    }

    /// The line of a value.
    pub(crate) fn line(&self, text: &str) -> usize {
        let rest = self.by_code.len();
        self.by_code.get(&code(text)).map_or(rest, |at| usize::from(*at))
    }

    /// The value of a line; `None` without breakdown.
    pub(crate) fn name(&self, line: usize) -> Option<String> {
        let values = self.values.as_ref()?;
        Some(values.get(line).cloned().unwrap_or_else(|| OTHER.to_owned()))
    }

    /// The line that is called so.
    pub(crate) fn named(&self, name: Option<&str>) -> Option<usize> {
        match (&self.values, name) {
            (None, None) => Some(0),
            (Some(values), Some(OTHER)) => Some(values.len()),
            (Some(values), Some(name)) => values.iter().position(|v| v == name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_values_are_bounded_and_the_largest_found() {
        let mut ranking = Ranking::default();
        for value in 0..=MAX_VALUES {
            ranking.add(&value.to_string(), 1);
        }
        assert!(ranking.overflowed);
        assert_eq!((ranking.counts.len(), ranking.texts.len()), (MAX_VALUES, MAX_TEXTS));
        let mut late = Ranking::default();
        late.add("999999", 5);
        late.add("3", 4);
        ranking.merge(late);
        let largest = ranking.candidates(2);
        assert_eq!(largest, [(code("999999"), 6), (code("3"), 5)]);
        assert_eq!((ranking.text(largest[0].0), ranking.text(largest[1].0)), (None, Some("3")));
        assert_eq!(ranking.candidates(3).len(), MAX_TEXTS, "ties are candidates too, up to a limit");
    }
}
