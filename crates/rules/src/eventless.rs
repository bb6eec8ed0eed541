//! What a rule can say of somebody without any event, whatever else is known of them and whatever the time is. Who has no
//! event that a rule counts need not be looked at when the answer is settled by that.

use rapport_domain::rule::CompareOp;
use rapport_domain::{ProfileId, Timestamp};

use crate::aggregate::Aggregate;
use crate::compile::{Node, Term};
use crate::eval::{ProfileScope, Scope};
use crate::plan::EventsOnly;

/// Whether the condition can come to `wanted` for somebody without events.
pub(crate) fn may(node: &Node, wanted: bool, aggregates: &[Aggregate]) -> bool {
    let may_all = |parts: &[Node], each: bool| parts.iter().all(|part| may(part, each, aggregates));
    let may_any = |parts: &[Node], each: bool| parts.iter().any(|part| may(part, each, aggregates));
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
        Node::Not(part) => may(part, !wanted, aggregates),
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
