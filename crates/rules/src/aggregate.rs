//! One aggregate over a profile's events: how it takes an event in, joins two states, forgets, and answers.

use rapport_domain::Timestamp;
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::hash::hash64;
use rapport_domain::rule::{EventQuery, Measure, Sequence};

use crate::compile::{Needs, Node, Source};
use crate::eval::Scope;
use crate::limits::MAX_RECENT;
use crate::print;
use crate::sequence::Steps;
use crate::state::{self, AggState, Inner};
use crate::value::{MICROS, Value, micros};

/// One aggregate of a rule. Rules that ask the same share its state: see [`Aggregate::key`].
#[derive(Clone, Debug)]
pub struct Aggregate {
    key: String,
    names: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Query(Query),
    Steps(Steps),
}

#[derive(Clone, Debug)]
struct Query {
    from: i64,
    until: i64,
    within_ms: Option<i64>,
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
}

impl Aggregate {
    /// The aggregate of a query. A count is kept up to `limit`, where the rule's comparison is decided.
    pub(crate) fn of_query(query: &EventQuery, limit: Option<u64>) -> Aggregate {
        let (tally, path) = match &query.measure {
            Measure::Count | Measure::Exists => (Tally::Count, None),
            Measure::Sum(p) => (Tally::Sum, Some(p)),
            Measure::Min(p) => (Tally::Min, Some(p)),
            Measure::Max(p) => (Tally::Max, Some(p)),
            Measure::Avg(p) => (Tally::Avg, Some(p)),
            Measure::First => (Tally::First, None),
            Measure::Last => (Tally::Last, None),
            Measure::Distinct(p) => (Tally::Distinct, Some(p)),
            Measure::Days => (Tally::Days, None),
        };
        let mut normal = query.clone();
        normal.names.sort_unstable();
        normal.names.dedup();
        if tally == Tally::Count {
            normal.measure = Measure::Count;
        }
        let mut key = print::query(&normal);
        if let Some(limit) = limit {
            key.push_str(&format!("#{limit}"));
        }
        let kind = Kind::Query(Query {
            from: query.window.from.map_or(i64::MIN, |t| t.0),
            until: query.window.until.map_or(i64::MAX, |t| t.0),
            within_ms: query.window.within_ms,
            filter: query.filter.as_ref().map(|f| Needs::default().condition(f)),
            tally,
            source: path.map(|p| Source::of_event(p)),
            limit: limit.unwrap_or(u64::MAX),
        });
        Aggregate { key, names: normal.names, kind }
    }

    /// The aggregate of a sequence.
    pub(crate) fn of_sequence(sequence: &Sequence) -> Aggregate {
        let (steps, names) = Steps::new(sequence);
        Aggregate { key: print::sequence(sequence), names, kind: Kind::Steps(steps) }
    }

    /// The canonical text of what is asked. Equal keys mean equal states: rules share them by it. `#n` at the end says
    /// that counting stops at `n`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether events of that name can change the state.
    #[must_use]
    pub fn listens_to(&self, event_name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|n| n == event_name)
    }

    /// Names of the events that can change the state; `None` for any.
    #[must_use]
    pub fn event_names(&self) -> Option<&[String]> {
        (!self.names.is_empty()).then_some(&self.names)
    }

    /// Takes an event in; true when the state changed. Every event counts: duplicates are the caller's to drop.
    pub fn observe(&self, state: &mut AggState, event: &dyn EventView) -> bool {
        match &self.kind {
            Kind::Query(query) => self.listens_to(event.name()) && query.observe(&mut state.0, event),
            Kind::Steps(steps) => match self.names.iter().position(|n| n == event.name()) {
                Some(number) => steps.observe(&mut state.0, event.ts().0, number as u8),
                None => false,
            },
        }
    }

    /// Joins the state of another part of the same profile's events.
    pub fn merge(&self, into: &mut AggState, from: AggState) {
        match &self.kind {
            Kind::Query(query) => query.merge(&mut into.0, from.0),
            Kind::Steps(steps) => steps.merge(&mut into.0, from.0),
        }
    }

    /// Drops what no window can see at `now` or later; answers from `now` on stay the same.
    pub fn prune(&self, state: &mut AggState, now: Timestamp) {
        let Kind::Query(Query { within_ms: Some(within_ms), .. }) = &self.kind else { return };
        let horizon = now.0.saturating_sub(*within_ms);
        let emptied = match &mut state.0 {
            Inner::Recent(list) => {
                list.drain(..list.partition_point(|e| e.0 <= horizon));
                list.is_empty()
            }
            Inner::Latest(list) => {
                list.retain(|e| e.1 > horizon);
                list.is_empty()
            }
            _ => false,
        };
        if emptied {
            state.0 = Inner::Empty;
        }
    }

    /// The answer at `now` and when time alone may change it.
    pub(crate) fn value(&self, state: &AggState, now: Timestamp) -> (Value<'static>, Option<Timestamp>) {
        match &self.kind {
            Kind::Query(query) => query.value(&state.0, now),
            Kind::Steps(_) => (Value::Scalar(Scalar::Bool(state.0 == Inner::Done)), None),
        }
    }
}

impl Query {
    fn observe(&self, state: &mut Inner, event: &dyn EventView) -> bool {
        let ts = event.ts().0;
        if ts < self.from || ts >= self.until {
            return false;
        }
        let scope = Scope::Event(event);
        if self.filter.as_ref().is_some_and(|f| !scope.condition(f).0) {
            return false;
        }
        let scalar = self.source.as_ref().map_or(Scalar::Null, |s| scope.read(s));
        let number = match self.tally {
            Tally::Sum | Tally::Min | Tally::Max | Tally::Avg => match micros(&scalar) {
                Some(number) => number,
                None => return false,
            },
            _ => 0,
        };
        let key = match self.tally {
            Tally::Distinct => match key_of(&scalar) {
                Some(key) => key,
                None => return false,
            },
            Tally::Days => (event.ts().utc_day() + DAY_OFFSET) as u64,
            _ => 0,
        };
        self.take(state, ts, number, key)
    }

    /// Adds one event's part to the state.
    fn take(&self, state: &mut Inner, ts: i64, number: i64, key: u64) -> bool {
        self.prepare(state);
        match state {
            Inner::Recent(list) => state::add_recent(list, (ts, number), self.keep()),
            Inner::Latest(list) => state::add_latest(list, key, ts),
            Inner::Set(set) => state::add_key(set, key),
            Inner::Count(n) => state::add_count(n, 1, self.limit),
            Inner::Total { n, sum } => {
                *n = n.saturating_add(1);
                *sum = sum.saturating_add(i128::from(number));
                true
            }
            Inner::Least(least) => {
                let new = if self.tally == Tally::First { ts } else { number };
                let before = *least;
                *least = new.min(before);
                *least != before
            }
            Inner::Greatest(greatest) => {
                let new = if self.tally == Tally::Last { ts } else { number };
                let before = *greatest;
                *greatest = new.max(before);
                *greatest != before
            }
            Inner::Empty | Inner::Steps(_) | Inner::Done => false,
        }
    }

    /// Gives the state the form this query needs; a state of another form belongs to another query and is dropped.
    fn prepare(&self, state: &mut Inner) {
        let rolling = self.within_ms.is_some();
        let fits = match (&*state, self.tally) {
            (Inner::Latest(_), Tally::Distinct | Tally::Days) => rolling,
            (Inner::Set(_), Tally::Distinct | Tally::Days) => !rolling,
            (Inner::Recent(_), _) => rolling,
            (Inner::Count(_), Tally::Count) | (Inner::Total { .. }, Tally::Sum | Tally::Avg) => !rolling,
            (Inner::Least(_), Tally::Min | Tally::First) | (Inner::Greatest(_), Tally::Max | Tally::Last) => !rolling,
            _ => false,
        };
        if fits {
            return;
        }
        *state = match self.tally {
            Tally::Distinct | Tally::Days if rolling => Inner::Latest(Vec::new()),
            Tally::Distinct | Tally::Days => Inner::Set(Vec::new()),
            _ if rolling => Inner::Recent(Vec::new()),
            Tally::Count => Inner::Count(0),
            Tally::Sum | Tally::Avg => Inner::Total { n: 0, sum: 0 },
            Tally::Min | Tally::First => Inner::Least(i64::MAX),
            Tally::Max | Tally::Last => Inner::Greatest(i64::MIN),
        };
    }

    /// How many events of a rolling window can matter.
    fn keep(&self) -> usize {
        match self.tally {
            Tally::Last => 1,
            Tally::Count => usize::try_from(self.limit).unwrap_or(usize::MAX).min(MAX_RECENT),
            _ => MAX_RECENT,
        }
    }

    fn merge(&self, into: &mut Inner, from: Inner) {
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
            _ => {}
        }
    }

    fn value(&self, state: &Inner, now: Timestamp) -> (Value<'static>, Option<Timestamp>) {
        let within_ms = self.within_ms.unwrap_or(i64::MAX);
        // An event lies in the window while `now < ts + within`.
        let leaves = |ts: i64| Some(Timestamp(ts.saturating_add(within_ms)));
        let horizon = now.0.saturating_sub(within_ms);
        match state {
            Inner::Recent(list) => {
                let live = &list[list.partition_point(|e| e.0 <= horizon)..];
                (self.of_list(live), live.first().and_then(|e| leaves(e.0)))
            }
            Inner::Latest(list) => {
                let live = list.iter().filter(|e| e.1 > horizon);
                let next = live.clone().map(|e| e.1).min().and_then(leaves);
                (Value::number(live.count() as f64), next)
            }
            Inner::Set(set) => (Value::number(set.len() as f64), None),
            Inner::Count(n) => (Value::number(*n as f64), None),
            Inner::Total { n, sum } => (self.of_total(*n, *sum), None),
            Inner::Least(x) | Inner::Greatest(x) => (self.of_extreme(*x), None),
            Inner::Empty | Inner::Steps(_) | Inner::Done => (self.of_list(&[]), None),
        }
    }

    fn of_list(&self, live: &[(i64, i64)]) -> Value<'static> {
        let numbers = live.iter().map(|e| e.1);
        let extreme = |x: Option<i64>| x.map_or(Value::NULL, |x| self.of_extreme(x));
        match self.tally {
            Tally::Count | Tally::Distinct | Tally::Days => Value::number(live.len() as f64),
            Tally::Sum | Tally::Avg => self.of_total(live.len() as u64, numbers.map(i128::from).sum()),
            Tally::Min => extreme(numbers.min()),
            Tally::Max => extreme(numbers.max()),
            Tally::First => extreme(live.first().map(|e| e.0)),
            Tally::Last => extreme(live.last().map(|e| e.0)),
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

/// Makes days since 1970 positive from year 0 on.
const DAY_OFFSET: i64 = 1_000_000;

/// What makes a value different from others: its type and content. Lists and objects are no values here.
fn key_of(scalar: &Scalar<'_>) -> Option<u64> {
    match scalar {
        Scalar::Bool(b) => Some(hash64(1, &[u8::from(*b)])),
        Scalar::Number(n) if n.is_finite() => Some(hash64(2, &(n + 0.0).to_le_bytes())),
        Scalar::Text(t) => Some(hash64(3, t.as_bytes())),
        _ => None,
    }
}
