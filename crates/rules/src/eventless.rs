//! What a rule can say of somebody of whom only the events are known. Whoever it cannot hold for need not be looked at: those
//! without any event it counts, whatever the time is, and those whose events settle the answer at an instant.

use std::cell::Cell;

use rapport_domain::rule::CompareOp;
use rapport_domain::{ConsentState, ProfileId, Timestamp};

use crate::aggregate::Aggregate;
use crate::compile::{Node, Term};
use crate::eval::{ProfileScope, Scope};
use crate::plan::{EventsOnly, Facts};
use crate::state::AggState;

/// Whether the condition can come to `wanted` for somebody without events.
pub(crate) fn may(node: &Node, wanted: bool, aggregates: &[Aggregate]) -> bool {
    can_be(node, wanted, &|leaf, wanted| leaf_may(leaf, wanted, aggregates))
}

/// Whether the condition can hold at `now` for somebody with these aggregates, whatever else is so about them.
pub(crate) fn may_hold_for<'s>(
    node: &Node,
    profile: ProfileId,
    aggregates: &[Aggregate],
    state: &dyn Fn(usize) -> Option<&'s AggState>,
    now: Timestamp,
) -> bool {
    let facts = Unknown { profile, was_asked: Cell::new(false) };
    let scope = Scope::Profile(ProfileScope { facts: &facts, aggregates, state, now });
    can_be(node, true, &|leaf, wanted| {
        facts.was_asked.set(false);
        let (holds, _) = scope.condition(leaf);
        facts.was_asked.get() || holds == wanted
    })
}

/// Whether the condition can come to `wanted` when each of its leaves can come to what `leaf` says of it.
fn can_be(node: &Node, wanted: bool, leaf: &dyn Fn(&Node, bool) -> bool) -> bool {
    let may_all = |parts: &[Node], each: bool| parts.iter().all(|part| can_be(part, each, leaf));
    let may_any = |parts: &[Node], each: bool| parts.iter().any(|part| can_be(part, each, leaf));
    match node {
        Node::Const(b) => *b == wanted,
        Node::All(parts) => {
            if wanted {
                may_all(parts, true)
            } else {
                may_any(parts, false)
            }
        }
        Node::Any(parts) => {
            if wanted {
                may_any(parts, true)
            } else {
                may_all(parts, false)
            }
        }
        Node::Not(part) => can_be(part, !wanted, leaf),
        _ => leaf(node, wanted),
    }
}

fn leaf_may(node: &Node, wanted: bool, aggregates: &[Aggregate]) -> bool {
    match node {
        Node::Aggregate(_) => settled(node, aggregates).is_none_or(|holds| holds == wanted),
        Node::Compare(left, _, right) if asks_events_alone(left) && asks_events_alone(right) => {
            settled(node, aggregates).is_none_or(|holds| holds == wanted)
        }
        // What is missing is neither less nor more than anything.
        Node::Compare(left, op, right) if !matches!(op, CompareOp::Equal | CompareOp::NotEqual) => {
            !(wanted && (is_missing(left, aggregates) || is_missing(right, aggregates)))
        }
        Node::In(term, _) if asks_events_alone(term) => settled(node, aggregates).is_none_or(|holds| holds == wanted),
        _ => true,
    }
}

/// The answer of a condition about events and constants; `None` when time alone may change it.
fn settled(node: &Node, aggregates: &[Aggregate]) -> Option<bool> {
    match nobody(aggregates).condition(node) {
        (holds, None) => Some(holds),
        (_, Some(_)) => None,
    }
}

/// A value that rests on events and constants, not on the profile or the time.
fn asks_events_alone(term: &Term) -> bool {
    match term {
        Term::Literal(_) | Term::Instant(_) | Term::Span(_) | Term::VersionLiteral(_) | Term::Aggregate(_) => true,
        Term::Arithmetic(_, a, b) => asks_events_alone(a) && asks_events_alone(b),
        _ => false,
    }
}

/// Whether a value is missing without events, whatever else it rests on.
fn is_missing(term: &Term, aggregates: &[Aggregate]) -> bool {
    match term {
        Term::Aggregate(_) => nobody(aggregates).json(term).0.is_null(),
        Term::Arithmetic(_, a, b) => is_missing(a, aggregates) || is_missing(b, aggregates),
        _ => false,
    }
}

/// Nothing here asks for more: an aggregate of no events is the same whoever has none.
const NOBODY: EventsOnly = EventsOnly(ProfileId(0), chrono_tz::Tz::UTC);

fn nobody(aggregates: &[Aggregate]) -> Scope<'_, 'static> {
    Scope::Profile(ProfileScope { facts: &NOBODY, aggregates, state: &|_| None, now: Timestamp(0) })
}

/// A profile of which nothing is known but its id: it notes that it was asked for more.
struct Unknown {
    profile: ProfileId,
    was_asked: Cell<bool>,
}

impl Unknown {
    fn asked<T>(&self, nothing: T) -> T {
        self.was_asked.set(true);
        nothing
    }
}

impl Facts for Unknown {
    fn profile(&self) -> ProfileId {
        self.profile
    }

    fn trait_value(&self, _: &str) -> Option<&serde_json::Value> {
        self.asked(None)
    }

    fn account_value(&self, _: &str) -> Option<&serde_json::Value> {
        self.asked(None)
    }

    fn account_members(&self) -> Option<u64> {
        self.asked(None)
    }

    fn accounts(&self) -> u64 {
        self.asked(0)
    }

    fn in_segment(&self, _: &str) -> bool {
        self.asked(false)
    }

    fn segment_since(&self, _: &str) -> Option<Timestamp> {
        self.asked(None)
    }

    fn consent(&self, _: &str, _: Option<&str>) -> ConsentState {
        self.asked(ConsentState::Unknown)
    }

    fn score(&self, _: &str) -> Option<f64> {
        self.asked(None)
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.asked(chrono_tz::Tz::UTC)
    }
}
