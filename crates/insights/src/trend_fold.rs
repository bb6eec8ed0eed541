//! The trend as two folds: one that finds a breakdown's largest values, one that counts by day.

use std::collections::HashMap;

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventRef, Fold};
use rapport_rules::Predicate;

use crate::core::days::Days;
use crate::request::MAX_TOP;
use crate::trend::Measure;

/// Different values of a breakdown that are counted while the largest are found. Bounds memory.
pub(crate) const MAX_VALUES: usize = 100_000;
/// The longest text of a value; longer ones are cut.
const MAX_VALUE_CHARS: usize = 200;

/// Where a breakdown's value is.
#[derive(Debug)]
pub(crate) enum Path {
    Property(String),
    Context(String),
}

impl Path {
    pub(crate) fn parse(text: &str) -> Path {
        match text.strip_prefix("context.") {
            Some(rest) => Path::Context(rest.to_owned()),
            None => Path::Property(text.to_owned()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        let (Path::Property(path) | Path::Context(path)) = self;
        path.is_empty()
    }

    /// An event's value as text.
    fn value(&self, event: &EventRef<'_>) -> String {
        let scalar = match self {
            Path::Property(path) => event.property(path),
            Path::Context(path) => event.context(path),
        };
        let text = match scalar {
            Scalar::Null => "(none)".to_owned(),
            Scalar::Bool(b) => b.to_string(),
            Scalar::Number(n) => n.to_string(),
            Scalar::Text(t) => t.into_owned(),
            Scalar::Json(value) => value.to_string(),
        };
        match text.char_indices().nth(MAX_VALUE_CHARS) {
            Some((end, _)) => text[..end].to_owned(),
            None => text,
        }
    }
}

/// Which events count.
#[derive(Debug)]
pub(crate) struct Matcher {
    pub(crate) event: Option<String>,
    pub(crate) filter: Option<Predicate>,
    pub(crate) range: (Timestamp, Timestamp),
    pub(crate) path: Option<Path>,
}

impl Matcher {
    fn takes(&self, event: &EventRef<'_>) -> bool {
        self.filter.as_ref().is_none_or(|f| f.matches(event))
    }

    fn names(&self) -> Option<Vec<String>> {
        self.event.clone().map(|e| vec![e])
    }
}

/// Counts each value of a breakdown over the whole period.
#[derive(Debug)]
pub(crate) struct RankFold<'a> {
    pub(crate) matcher: &'a Matcher,
    pub(crate) measure: Measure,
}

/// Values and how often.
#[derive(Debug, Default)]
pub(crate) struct Ranks {
    pub(crate) counts: HashMap<String, u64>,
    pub(crate) overflowed: bool,
}

impl Ranks {
    fn add(&mut self, value: String, n: u64) {
        if let Some(count) = self.counts.get_mut(&value) {
            *count += n;
        } else if self.counts.len() < MAX_VALUES {
            self.counts.insert(value, n);
        } else {
            self.overflowed = true;
        }
    }
}

impl Fold for RankFold<'_> {
    type State = HashMap<String, u64>;
    type Out = Ranks;

    fn begin(&self, _profile: ProfileId) -> Self::State {
        HashMap::new()
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        if let Some(path) = self.matcher.path.as_ref().filter(|_| self.matcher.takes(event)) {
            let value = path.value(event);
            if state.len() < MAX_VALUES || state.contains_key(&value) {
                *state.entry(value).or_default() += 1;
            }
        }
    }

    fn finish(&self, _profile: ProfileId, state: Self::State, out: &mut Ranks) {
        // In order, so that which values fit under the limit does not depend on chance.
        let mut values: Vec<(String, u64)> = state.into_iter().collect();
        values.sort_unstable();
        out.overflowed |= values.len() >= MAX_VALUES;
        for (value, events) in values {
            out.add(value, if self.measure == Measure::Events { events } else { 1 });
        }
    }

    fn merge(&self, into: &mut Ranks, from: Ranks) {
        into.overflowed |= from.overflowed;
        let mut values: Vec<(String, u64)> = from.counts.into_iter().collect();
        values.sort_unstable();
        values.into_iter().for_each(|(value, n)| into.add(value, n));
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.matcher.names()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.matcher.range)
    }
}

/// Counts by day and by value.
#[derive(Debug)]
pub(crate) struct TrendFold {
    matcher: Matcher,
    pub(crate) days: Days,
    measure: Measure,
    /// The values with a line of their own; the line after them is for the rest.
    pub(crate) values: Option<Vec<String>>,
    lines: HashMap<String, u16>,
}

/// One profile's hits: line, day, how many. Days climb within a line.
#[derive(Debug)]
pub(crate) struct Hits {
    list: Vec<(u16, u16, u32)>,
    /// By line: place in `list` of the newest hit plus one.
    newest: [u32; MAX_TOP + 1],
}

/// What a trend adds up, by line.
#[derive(Debug, Default)]
pub(crate) struct TrendOut {
    pub(crate) counts: Vec<Vec<u64>>,
    pub(crate) totals: Vec<u64>,
}

impl TrendOut {
    pub(crate) fn grow(&mut self, lines: usize, days: usize) {
        if self.counts.is_empty() {
            self.counts = vec![vec![0; days]; lines];
            self.totals = vec![0; lines];
        }
    }
}

impl TrendFold {
    pub(crate) fn new(matcher: Matcher, days: Days, measure: Measure, values: Option<Vec<String>>) -> Self {
        let lines = values.iter().flatten().enumerate().map(|(at, v)| (v.clone(), at as u16)).collect();
        TrendFold { matcher, days, measure, values, lines }
    }

    pub(crate) fn lines(&self) -> usize {
        self.values.as_ref().map_or(0, Vec::len) + 1
    }
}

impl Fold for TrendFold {
    type State = Hits;
    type Out = TrendOut;

    fn begin(&self, _profile: ProfileId) -> Hits {
        Hits { list: Vec::new(), newest: [0; MAX_TOP + 1] }
    }

    fn step(&self, state: &mut Hits, event: &EventRef<'_>) {
        let Some(day) = self.days.index(event.ts()).filter(|_| self.matcher.takes(event)) else { return };
        let line = match &self.matcher.path {
            Some(path) => self.lines.get(&path.value(event)).copied().unwrap_or(self.lines.len() as u16),
            None => 0,
        };
        let newest = &mut state.newest[usize::from(line)];
        match (*newest as usize).checked_sub(1).map(|at| &mut state.list[at]) {
            Some(hit) if usize::from(hit.1) == day => hit.2 = hit.2.saturating_add(1),
            _ => {
                state.list.push((line, day as u16, 1));
                *newest = state.list.len() as u32;
            }
        }
    }

    fn finish(&self, _profile: ProfileId, state: Hits, out: &mut TrendOut) {
        out.grow(self.lines(), self.days.len());
        for (line, day, events) in &state.list {
            let n = if self.measure == Measure::Events { u64::from(*events) } else { 1 };
            out.counts[usize::from(*line)][usize::from(*day)] += n;
            if self.measure == Measure::Events {
                out.totals[usize::from(*line)] += n;
            }
        }
        if self.measure == Measure::Profiles {
            for (total, newest) in out.totals.iter_mut().zip(&state.newest) {
                *total += u64::from(*newest > 0);
            }
        }
    }

    fn merge(&self, into: &mut TrendOut, from: TrendOut) {
        into.grow(self.lines(), self.days.len());
        for (all, more) in into.counts.iter_mut().zip(&from.counts) {
            all.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        into.totals.iter_mut().zip(&from.totals).for_each(|(a, b)| *a += b);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.matcher.names()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.matcher.range)
    }
}
