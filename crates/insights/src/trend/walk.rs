//! One profile's events by series, line and bucket.

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use super::Measure;
use crate::breakdown::{Breakdown, Lines};
use crate::core::buckets::Buckets;
use crate::core::numbers::{Numbers, number};
use crate::select::Matchers;
use crate::walk::{Names, Walk};

/// What a series counts, checked.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) measure: Measure,
    /// The property; with `true` of the context.
    pub(super) property: Option<(bool, String)>,
}

/// The whole trend of one profile.
pub(super) struct TrendWalk<'a> {
    pub(super) matchers: &'a Matchers,
    pub(super) plans: &'a [Plan],
    /// The buckets of the report, after `lead` days that only trailing measures look at.
    pub(super) buckets: Buckets,
    pub(super) lead: usize,
    pub(super) range: (Timestamp, Timestamp),
    pub(super) breakdown: Option<&'a Breakdown>,
    pub(super) lines: &'a Lines,
}

/// Events of one series and line in one bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) row: u16,
    pub(super) bucket: u16,
    pub(super) events: u32,
}

/// One profile's hits; those of a row climb in buckets.
#[derive(Debug)]
pub(super) struct Hits {
    pub(super) list: Vec<Hit>,
    /// By row: place in `list` of the newest hit plus one.
    newest: Vec<u32>,
    values: Vec<(u16, u16, f64)>,
}

impl TrendWalk<'_> {
    pub(super) fn rows(&self) -> usize {
        self.plans.len() * self.lines.len()
    }

    /// The series of a row.
    fn plan(&self, row: u16) -> &Plan {
        &self.plans[usize::from(row) / self.lines.len()]
    }

    fn hit(&self, state: &mut Hits, row: usize, bucket: usize) {
        let newest = &mut state.newest[row];
        match (*newest as usize).checked_sub(1).map(|at| &mut state.list[at]) {
            Some(hit) if usize::from(hit.bucket) == bucket => hit.events = hit.events.saturating_add(1),
            _ => {
                state.list.push(Hit { row: row as u16, bucket: bucket as u16, events: 1 });
                *newest = state.list.len() as u32;
            }
        }
    }
}

impl Walk for TrendWalk<'_> {
    type State = Hits;
    type End = Hits;

    fn begin(&self, _: ProfileId) -> Hits {
        Hits { list: Vec::new(), newest: vec![0; self.rows()], values: Vec::new() }
    }

    fn step(&self, state: &mut Hits, event: &EventRef<'_>) {
        let Some(bucket) = self.buckets.index(event.ts()) else { return };
        let mut line = None;
        self.matchers.matching(event, |series| {
            let plan = &self.plans[series];
            if plan.measure.trailing_days() == 1 && event.ts() < self.range.0 {
                return;
            }
            let number = match &plan.property {
                None => None,
                Some((of_context, path)) => {
                    let scalar: Scalar<'_> = if *of_context { event.context(path) } else { event.property(path) };
                    match number(&scalar) {
                        None => return,
                        found => found,
                    }
                }
            };
            let line = *line.get_or_insert_with(|| self.breakdown.map_or(0, |b| self.lines.line(&b.value(event))));
            let row = series * self.lines.len() + line;
            self.hit(state, row, bucket);
            if let Some(number) = number {
                state.values.push((row as u16, bucket as u16, number));
            }
        });
    }

    fn end(&self, _: ProfileId, state: Hits) -> Option<Hits> {
        Some(state)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        let first = if self.lead > 0 { self.buckets.range().0 } else { self.range.0 };
        Some((first, self.range.1))
    }
}

/// One number in the making.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) events: u64,
    pub(super) profiles: u64,
    pub(super) numbers: Option<Box<Numbers>>,
}

impl Cell {
    fn add(&mut self, from: Cell) {
        self.events += from.events;
        self.profiles += from.profiles;
        if let Some(more) = from.numbers {
            self.numbers.get_or_insert_default().merge(*more);
        }
    }

    /// The number of a measure.
    pub(super) fn value(&self, measure: Measure) -> Option<f64> {
        let numbers = self.numbers.as_deref();
        match measure {
            Measure::Events => Some(self.events as f64),
            Measure::Profiles | Measure::WeeklyActive | Measure::MonthlyActive => Some(self.profiles as f64),
            Measure::EventsPerProfile => (self.profiles > 0).then(|| self.events as f64 / self.profiles as f64),
            Measure::Sum => Some(numbers.map_or(0.0, Numbers::sum)),
            Measure::Average => numbers?.average(),
            Measure::Minimum => numbers?.min(),
            Measure::Maximum => numbers?.max(),
            Measure::Median => numbers?.quantile(0.5),
            Measure::P90 => numbers?.quantile(0.9),
            Measure::P99 => numbers?.quantile(0.99),
        }
    }
}

/// What a trend adds up: by row, each bucket and then the whole period.
#[derive(Debug, Default)]
pub(super) struct TrendOut {
    pub(super) rows: Vec<Vec<Cell>>,
}

impl TrendOut {
    pub(super) fn grow(&mut self, rows: usize, buckets: usize) {
        if self.rows.is_empty() {
            self.rows.resize_with(rows, || std::iter::repeat_with(Cell::default).take(buckets + 1).collect());
        }
    }

    pub(super) fn merge(&mut self, from: TrendOut) {
        if self.rows.is_empty() {
            *self = from;
            return;
        }
        for (all, more) in self.rows.iter_mut().zip(from.rows) {
            all.iter_mut().zip(more).for_each(|(a, b)| a.add(b));
        }
    }
}

impl TrendWalk<'_> {
    /// Adds one profile. With `cumulative` a profile is counted in its first bucket only.
    pub(super) fn add(&self, state: &Hits, cumulative: bool, out: &mut TrendOut) {
        let buckets = self.buckets.len() - self.lead;
        out.grow(self.rows(), buckets);
        // By row: the first bucket that does not count the profile yet, and whether it was counted in the total.
        let mut reached = vec![(self.lead, false); self.rows()];
        for hit in &state.list {
            let (cells, (next, counted)) = (&mut out.rows[usize::from(hit.row)], &mut reached[usize::from(hit.row)]);
            let (bucket, measure) = (usize::from(hit.bucket), self.plan(hit.row).measure);
            let end = (bucket + measure.trailing_days()).min(self.buckets.len());
            let first = bucket.max(*next);
            if !(cumulative && *counted) {
                cells.iter_mut().take(end - self.lead.min(end)).skip(first - self.lead).for_each(|c| c.profiles += 1);
            }
            *next = end.max(*next);
            if bucket >= self.lead {
                cells[bucket - self.lead].events += u64::from(hit.events);
                cells[buckets].events += u64::from(hit.events);
                cells[buckets].profiles += u64::from(!*counted);
                *counted = true;
            }
        }
        for (row, bucket, value) in &state.values {
            let spread = self.plan(*row).measure.needs_spread();
            let cells = &mut out.rows[usize::from(*row)];
            for at in [usize::from(*bucket) - self.lead, buckets] {
                cells[at].numbers.get_or_insert_default().add(*value, spread);
            }
        }
    }
}
