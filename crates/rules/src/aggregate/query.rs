//! A question about events, answered from a state.

use rapport_domain::Timestamp;
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::hash::hash64;
use rapport_domain::rule::{CalendarUnit, EventQuery, Measure};
use rapport_domain::time::MINUTE_MS;

use super::frame::{Frame, Span};
use crate::calendar;
use crate::compile::{Needs, Node, Source};
use crate::eval::Scope;
use crate::limits::{MAX_LIST_BYTES, MAX_LISTED, MAX_RECENT, MAX_VALUES};
use crate::plan::Facts;
use crate::state::{self, Inner};
use crate::stored::{self, Keep, Stored};
use crate::value::{MICROS, Value, micros};

#[derive(Clone, Debug)]
pub(super) struct Query {
    from: i64,
    until: i64,
    frame: Option<Frame>,
    filter: Option<Node>,
    tally: Tally,
    /// The property the tally is about, if it is about one.
    source: Option<Source>,
    /// Counting further than this changes nothing.
    limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tally {
    Count,
    Sum,
    Min,
    Max,
    Avg,
    First,
    Last,
    Distinct,
    Days,
    LocalDays,
    FirstValue,
    LastValue,
    MostFrequent,
    Values,
}

/// What one event adds.
enum Part {
    /// A number in millionths, or nothing but that it happened.
    Number(i64),
    /// What makes it different from others.
    Key(u64),
    Value(Stored),
}

impl Tally {
    fn of(measure: &Measure) -> (Tally, Option<&String>) {
        match measure {
            Measure::Count | Measure::Exists => (Tally::Count, None),
            Measure::Sum(p) => (Tally::Sum, Some(p)),
            Measure::Min(p) => (Tally::Min, Some(p)),
            Measure::Max(p) => (Tally::Max, Some(p)),
            Measure::Avg(p) => (Tally::Avg, Some(p)),
            Measure::First => (Tally::First, None),
            Measure::Last => (Tally::Last, None),
            Measure::Distinct(p) => (Tally::Distinct, Some(p)),
            Measure::Days => (Tally::Days, None),
            Measure::LocalDays => (Tally::LocalDays, None),
            Measure::FirstValue(p) => (Tally::FirstValue, Some(p)),
            Measure::LastValue(p) => (Tally::LastValue, Some(p)),
            Measure::MostFrequent(p) => (Tally::MostFrequent, Some(p)),
            Measure::Values(p) => (Tally::Values, Some(p)),
        }
    }
}

impl Query {
    pub(super) fn new(query: &EventQuery, limit: Option<u64>) -> Query {
        let (tally, path) = Tally::of(&query.measure);
        Query {
            from: query.window.from.map_or(i64::MIN, |t| t.0),
            until: query.window.until.map_or(i64::MAX, |t| t.0),
            frame: Frame::of(&query.window),
            filter: query.filter.as_ref().map(|f| Needs::default().condition(f)),
            tally,
            source: path.map(|p| Source::of_event(p)),
            limit: limit.unwrap_or(u64::MAX),
        }
    }

    /// The most that is remembered of one profile: entries, each of some bytes.
    pub(super) fn most_entries(&self) -> usize {
        match self.empty() {
            Inner::Recent(_) => self.keep(),
            Inner::Latest(_) => MAX_RECENT,
            Inner::Set(_) => crate::limits::MAX_DISTINCT,
            Inner::Values(_) => match self.keep_values() {
                Keep::Oldest(n) | Keep::Newest(n) => n,
            },
            Inner::Tallies(_) => crate::limits::MAX_TALLIES,
            _ => 1,
        }
    }

    /// Whether its answer can change by time alone.
    pub(super) fn is_timed(&self) -> bool {
        self.frame.is_some()
    }

    pub(super) fn observe(&self, state: &mut Inner, event: &dyn EventView) -> bool {
        self.part(event).is_some_and(|part| self.take(state, event.ts().0, part))
    }

    /// Whether the answer at `now` counts this event.
    pub(super) fn concerns(&self, event: &dyn EventView, facts: &dyn Facts, now: Timestamp) -> bool {
        let inside = match &self.frame {
            None => true,
            Some(frame) => frame.span(facts, now).is_some_and(|span| span.holds(event.ts().0)),
        };
        inside && self.part(event).is_some()
    }

    /// What the event adds, if it belongs to what is asked.
    fn part(&self, event: &dyn EventView) -> Option<Part> {
        let ts = event.ts().0;
        if ts < self.from || ts >= self.until {
            return None;
        }
        let scope = Scope::Event(event);
        if self.filter.as_ref().is_some_and(|f| !scope.condition(f).0) {
            return None;
        }
        let scalar = self.source.as_ref().map_or(Scalar::Null, |s| scope.read(s));
        match self.tally {
            Tally::Sum | Tally::Min | Tally::Max | Tally::Avg => micros(&scalar).map(Part::Number),
            Tally::Count | Tally::First | Tally::Last => Some(Part::Number(0)),
            Tally::Distinct => key_of(&scalar).map(Part::Key),
            Tally::Days => Some(Part::Key((event.ts().utc_day() + DAY_OFFSET) as u64)),
            Tally::LocalDays => Some(Part::Key((ts.div_euclid(QUARTER_MS) + QUARTER_OFFSET) as u64)),
            Tally::FirstValue | Tally::LastValue | Tally::MostFrequent | Tally::Values => {
                Stored::of(&scalar).map(Part::Value)
            }
        }
    }

    /// Adds one event's part to the state.
    fn take(&self, state: &mut Inner, ts: i64, part: Part) -> bool {
        self.prepare(state);
        match (state, part) {
            (Inner::Values(list), Part::Value(value)) => stored::add_value(list, (ts, value), self.keep_values()),
            (Inner::Tallies(tallies), Part::Value(value)) => stored::add_tally(tallies, value, 1),
            (Inner::Recent(list), Part::Number(number)) => state::add_recent(list, (ts, number), self.keep()),
            // Only different keys matter, so their bits may stand for a number.
            (Inner::Recent(list), Part::Key(key)) => state::add_recent(list, (ts, key as i64), self.keep()),
            (Inner::Latest(list), Part::Key(key)) => state::add_latest(list, key, ts),
            (Inner::Set(set), Part::Key(key)) => state::add_key(set, key),
            (Inner::Count(n), _) => state::add_count(n, 1, self.limit),
            (Inner::Total { n, sum }, Part::Number(number)) => {
                *n = n.saturating_add(1);
                *sum = sum.saturating_add(i128::from(number));
                true
            }
            (Inner::Least(least), Part::Number(number)) => {
                let new = if self.tally == Tally::First { ts } else { number };
                let before = *least;
                *least = new.min(before);
                *least != before
            }
            (Inner::Greatest(greatest), Part::Number(number)) => {
                let new = if self.tally == Tally::Last { ts } else { number };
                let before = *greatest;
                *greatest = new.max(before);
                *greatest != before
            }
            _ => false,
        }
    }

    /// The state before the first event: its shape is the query's.
    fn empty(&self) -> Inner {
        let moving = self.frame.is_some();
        let has_end = self.frame.as_ref().is_some_and(Frame::has_end);
        match self.tally {
            Tally::FirstValue | Tally::LastValue => Inner::Values(Vec::new()),
            Tally::MostFrequent | Tally::Values if moving => Inner::Values(Vec::new()),
            Tally::MostFrequent | Tally::Values => Inner::Tallies(Vec::new()),
            // Behind an end the newest instant of a key may be outside while an older one is inside.
            Tally::Distinct | Tally::Days | Tally::LocalDays if has_end => Inner::Recent(Vec::new()),
            Tally::LocalDays => Inner::Latest(Vec::new()),
            Tally::Distinct | Tally::Days if moving => Inner::Latest(Vec::new()),
            Tally::Distinct | Tally::Days => Inner::Set(Vec::new()),
            _ if moving => Inner::Recent(Vec::new()),
            Tally::Count => Inner::Count(0),
            Tally::Sum | Tally::Avg => Inner::Total { n: 0, sum: 0 },
            Tally::Min | Tally::First => Inner::Least(i64::MAX),
            Tally::Max | Tally::Last => Inner::Greatest(i64::MIN),
        }
    }

    /// A state of another shape, from a damaged store, starts anew.
    fn prepare(&self, state: &mut Inner) {
        let empty = self.empty();
        if std::mem::discriminant(state) != std::mem::discriminant(&empty) {
            *state = empty;
        }
    }

    /// How many events of a moving window can matter.
    fn keep(&self) -> usize {
        if self.frame.as_ref().is_some_and(Frame::has_end) {
            return MAX_RECENT;
        }
        match self.tally {
            Tally::Last => 1,
            Tally::Count => usize::try_from(self.limit).unwrap_or(usize::MAX).min(MAX_RECENT),
            _ => MAX_RECENT,
        }
    }

    fn keep_values(&self) -> Keep {
        match (&self.frame, self.tally) {
            (None, Tally::FirstValue) => Keep::Oldest(1),
            (None, _) => Keep::Newest(1),
            (Some(frame), Tally::LastValue) if !frame.has_end() => Keep::Newest(1),
            (Some(_), _) => Keep::Newest(MAX_VALUES),
        }
    }

    pub(super) fn merge(&self, into: &mut Inner, from: Inner) {
        if *into == Inner::Empty {
            *into = from;
            return;
        }
        match (into, from) {
            (Inner::Recent(list), Inner::Recent(more)) => state::merge_recent(list, more, self.keep()),
            (Inner::Latest(list), Inner::Latest(more)) => state::merge_latest(list, more),
            (Inner::Set(set), Inner::Set(more)) => state::union(set, more),
            (Inner::Count(n), Inner::Count(more)) => {
                state::add_count(n, more, self.limit);
            }
            (Inner::Total { n, sum }, Inner::Total { n: m, sum: more }) => {
                *n = n.saturating_add(m);
                *sum = sum.saturating_add(more);
            }
            (Inner::Least(a), Inner::Least(b)) => *a = b.min(*a),
            (Inner::Greatest(a), Inner::Greatest(b)) => *a = b.max(*a),
            (Inner::Values(list), Inner::Values(more)) => stored::merge_values(list, more, self.keep_values()),
            (Inner::Tallies(tallies), Inner::Tallies(more)) => {
                for (_, value, n) in more {
                    stored::add_tally(tallies, value, n);
                }
            }
            _ => {}
        }
    }

    /// Drops what the window can never see again.
    pub(super) fn prune(&self, state: &mut Inner, now: Timestamp) {
        let Some(horizon) = self.frame.as_ref().and_then(|f| f.horizon(now)) else { return };
        let emptied = match state {
            Inner::Recent(list) => {
                list.drain(..list.partition_point(|e| e.0 <= horizon));
                list.is_empty()
            }
            Inner::Latest(list) => {
                list.retain(|e| e.1 > horizon);
                list.is_empty()
            }
            Inner::Values(list) => {
                list.retain(|e| e.0 > horizon);
                list.is_empty()
            }
            _ => false,
        };
        if emptied {
            *state = Inner::Empty;
        }
    }

    pub(super) fn value(
        &self,
        state: &Inner,
        facts: &dyn Facts,
        now: Timestamp,
    ) -> (Value<'static>, Option<Timestamp>) {
        let all = Span { from: i64::MIN, until: i64::MAX };
        let span = match &self.frame {
            None => all,
            Some(frame) => match frame.span(facts, now) {
                Some(span) => span,
                None => return (self.of_list(&[], facts), None),
            },
        };
        let leaves = |ts: i64| self.frame.as_ref().and_then(|f| f.leaves(facts, ts));
        match state {
            Inner::Recent(list) => {
                let live = within(list, span, |e| e.0);
                (self.of_list(live, facts), live.first().and_then(|e| leaves(e.0)))
            }
            Inner::Values(list) => {
                let live = within(list, span, |e| e.0);
                (self.of_values(live), live.first().and_then(|e| leaves(e.0)))
            }
            Inner::Latest(list) => {
                let live: Vec<&(u64, i64)> = list.iter().filter(|e| span.holds(e.1)).collect();
                let next = live.iter().map(|e| e.1).min().and_then(leaves);
                let count = if self.tally == Tally::LocalDays {
                    local_days(live.iter().map(|e| e.1), facts)
                } else {
                    live.len()
                };
                (Value::number(count as f64), next)
            }
            Inner::Tallies(tallies) => (self.of_ranked(&stored::most_frequent(tallies)), None),
            Inner::Set(set) => (Value::number(set.len() as f64), None),
            Inner::Count(n) => (Value::number(*n as f64), None),
            Inner::Total { n, sum } => (self.of_total(*n, *sum), None),
            Inner::Least(x) | Inner::Greatest(x) => (self.of_extreme(*x), None),
            Inner::Empty | Inner::Steps(_) | Inner::Done | Inner::Marks(_) => (self.of_list(&[], facts), None),
        }
    }

    fn of_list(&self, live: &[(i64, i64)], facts: &dyn Facts) -> Value<'static> {
        let numbers = live.iter().map(|e| e.1);
        let extreme = |x: Option<i64>| x.map_or(Value::NULL, |x| self.of_extreme(x));
        match self.tally {
            Tally::Count => Value::number(live.len() as f64),
            Tally::Distinct | Tally::Days => {
                let mut keys: Vec<i64> = numbers.collect();
                keys.sort_unstable();
                keys.dedup();
                Value::number(keys.len() as f64)
            }
            Tally::LocalDays => Value::number(local_days(live.iter().map(|e| e.0), facts) as f64),
            Tally::Sum | Tally::Avg => self.of_total(live.len() as u64, numbers.map(i128::from).sum()),
            Tally::Min => extreme(numbers.min()),
            Tally::Max => extreme(numbers.max()),
            Tally::First => extreme(live.first().map(|e| e.0)),
            Tally::Last => extreme(live.last().map(|e| e.0)),
            Tally::FirstValue | Tally::LastValue | Tally::MostFrequent | Tally::Values => self.of_ranked(&[]),
        }
    }

    fn of_values(&self, live: &[(i64, Stored)]) -> Value<'static> {
        match self.tally {
            Tally::FirstValue => self.of_ranked(&live.first().map(|e| &e.1).into_iter().collect::<Vec<_>>()),
            Tally::LastValue => self.of_ranked(&live.last().map(|e| &e.1).into_iter().collect::<Vec<_>>()),
            _ => {
                let mut tallies = Vec::new();
                for (_, value) in live {
                    stored::add_tally(&mut tallies, value.clone(), 1);
                }
                self.of_ranked(&stored::most_frequent(&tallies))
            }
        }
    }

    /// The answer from the values in the order they matter.
    fn of_ranked(&self, ranked: &[&Stored]) -> Value<'static> {
        match (self.tally, ranked.first()) {
            (Tally::Values, _) => {
                let mut bytes = 0;
                let fits = |v: &&&Stored| {
                    bytes += v.bytes();
                    bytes <= MAX_LIST_BYTES
                };
                let list = ranked.iter().take(MAX_LISTED).take_while(fits).map(|v| v.json()).collect();
                Value::Scalar(Scalar::Json(std::borrow::Cow::Owned(serde_json::Value::Array(list))))
            }
            (_, Some(value)) => Value::Scalar(value.scalar()),
            (_, None) => Value::NULL,
        }
    }

    fn of_total(&self, n: u64, sum: i128) -> Value<'static> {
        let total = sum as f64 / MICROS;
        match self.tally {
            Tally::Sum => Value::number(total),
            _ if n == 0 => Value::NULL,
            _ => Value::number(total / n as f64),
        }
    }

    fn of_extreme(&self, x: i64) -> Value<'static> {
        match self.tally {
            Tally::First | Tally::Last => Value::time(x),
            _ => Value::number(x as f64 / MICROS),
        }
    }
}

/// The part of an ascending list that lies in the span.
fn within<T>(list: &[T], span: Span, ts: impl Fn(&T) -> i64) -> &[T] {
    let from = list.partition_point(|e| ts(e) < span.from);
    let until = list.partition_point(|e| ts(e) < span.until);
    list.get(from..until).unwrap_or(&[])
}

/// On how many days of the profile's zone these instants lie.
fn local_days(instants: impl Iterator<Item = i64>, facts: &dyn Facts) -> usize {
    let zone = facts.zone();
    let mut days: Vec<i64> = instants.map(|ts| calendar::index(zone, CalendarUnit::Day, Timestamp(ts))).collect();
    days.sort_unstable();
    days.dedup();
    days.len()
}

/// Makes days since 1970 positive from year 0 on.
const DAY_OFFSET: i64 = 1_000_000;
/// Zones differ by quarters of an hour, so all of one lies on one day of any zone.
const QUARTER_MS: i64 = 15 * MINUTE_MS;
/// Makes quarters of an hour since 1970 positive from year 0 on.
const QUARTER_OFFSET: i64 = DAY_OFFSET * 96;

/// What makes a value different from others: its type and content. Lists and objects are no values here.
fn key_of(scalar: &Scalar<'_>) -> Option<u64> {
    match scalar {
        Scalar::Bool(b) => Some(hash64(1, &[u8::from(*b)])),
        Scalar::Number(n) if n.is_finite() => Some(hash64(2, &(n + 0.0).to_le_bytes())),
        Scalar::Text(t) => Some(hash64(3, t.as_bytes())),
        _ => None,
    }
}
