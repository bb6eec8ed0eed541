//! One aggregate over a profile's events: how it takes an event in, joins two states, forgets, and answers.

mod frame;
mod query;

use rapport_domain::Timestamp;
use rapport_domain::event::{EventView, Scalar, names};
use rapport_domain::rule::{EventQuery, Measure, Sequence};

use crate::pattern::Pattern;
use crate::plan::Facts;
use crate::print;
use crate::sequence::Steps;
use crate::state::{AggState, Inner};
use crate::value::Value;
use query::Query;

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
    Pattern(Pattern),
}

impl Aggregate {
    /// The aggregate of a query. A count is kept up to `limit`, where the rule's comparison is decided.
    pub(crate) fn of_query(query: &EventQuery, limit: Option<u64>) -> Aggregate {
        let mut normal = query.clone();
        normal.names.sort_unstable();
        normal.names.dedup();
        if normal.measure == Measure::Exists {
            normal.measure = Measure::Count;
        }
        let mut key = print::query(&normal);
        if let Some(limit) = limit {
            key.push_str(&format!("#{limit}"));
        }
        Aggregate { key, names: normal.names, kind: Kind::Query(Query::new(query, limit)) }
    }

    /// The aggregate of a sequence.
    pub(crate) fn of_sequence(sequence: &Sequence) -> Aggregate {
        let key = print::sequence(sequence);
        if sequence.is_plain() {
            let (steps, names) = Steps::new(sequence);
            return Aggregate { key, names, kind: Kind::Steps(steps) };
        }
        let (pattern, names) = Pattern::new(sequence);
        Aggregate { key, names, kind: Kind::Pattern(pattern) }
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
        names::mean(&self.names, event_name)
    }

    /// Names of the events that can change the state; `None` where they are not told one by one.
    #[must_use]
    pub fn event_names(&self) -> Option<&[String]> {
        match self.names.as_slice() {
            [] => None,
            [every] if every == names::EVERY => None,
            names => Some(names),
        }
    }

    /// The most entries its state can have for one profile.
    #[must_use]
    pub fn most_entries(&self) -> usize {
        match &self.kind {
            Kind::Query(query) => query.most_entries(),
            Kind::Steps(_) => crate::limits::MAX_RECENT,
            Kind::Pattern(_) => crate::limits::MAX_MARKS,
        }
    }

    /// Whether its answer can change by time alone.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        match &self.kind {
            Kind::Query(query) => query.is_timed(),
            Kind::Steps(_) => false,
            Kind::Pattern(pattern) => pattern.is_timed(),
        }
    }

    /// Whether the answer at `now` counts this event.
    pub(crate) fn concerns(&self, event: &dyn EventView, facts: &dyn Facts, now: Timestamp) -> bool {
        match &self.kind {
            Kind::Query(query) => self.listens_to(event.name()) && query.concerns(event, facts, now),
            Kind::Steps(_) => self.listens_to(event.name()),
            Kind::Pattern(pattern) => pattern.concerns(event),
        }
    }

    /// Takes an event in; true when the state changed. Every event counts: duplicates are the caller's to drop.
    pub fn observe(&self, state: &mut AggState, event: &dyn EventView) -> bool {
        match &self.kind {
            Kind::Query(query) => self.listens_to(event.name()) && query.observe(&mut state.0, event),
            Kind::Steps(steps) => match self.names.iter().position(|n| n == event.name()) {
                Some(number) => steps.observe(&mut state.0, event.ts().0, number as u8),
                None => false,
            },
            Kind::Pattern(pattern) => pattern.observe(&mut state.0, event),
        }
    }

    /// Joins the state of another part of the same profile's events.
    pub fn merge(&self, into: &mut AggState, from: AggState) {
        match &self.kind {
            Kind::Query(query) => query.merge(&mut into.0, from.0),
            Kind::Steps(steps) => steps.merge(&mut into.0, from.0),
            Kind::Pattern(pattern) => pattern.merge(&mut into.0, from.0),
        }
    }

    /// Drops what no window can see at `now` or later; answers from `now` on stay the same.
    pub fn prune(&self, state: &mut AggState, now: Timestamp) {
        match &self.kind {
            Kind::Query(query) => query.prune(&mut state.0, now),
            Kind::Steps(_) => {}
            Kind::Pattern(pattern) => pattern.prune(&mut state.0, now),
        }
    }

    /// The answer at `now` and when time alone may change it.
    pub(crate) fn value(
        &self,
        state: &AggState,
        facts: &dyn Facts,
        now: Timestamp,
    ) -> (Value<'static>, Option<Timestamp>) {
        let truth = |holds| Value::Scalar(Scalar::Bool(holds));
        match &self.kind {
            Kind::Query(query) => query.value(&state.0, facts, now),
            Kind::Steps(_) => (truth(state.0 == Inner::Done), None),
            Kind::Pattern(pattern) => {
                let (holds, next) = pattern.holds(&state.0, now);
                (truth(holds), next)
            }
        }
    }
}
