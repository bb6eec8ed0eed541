//! Conditions on events that the lake can test on columns.
//!
//! Every test looks at one field, so it is a function of one scalar ([`Test::holds`]), with the coercions of
//! [`rapport_domain::compare`]. Where a field has a column, the function is worked out once for each different text of a
//! row group and on bare numbers; where a value is in the JSON only, on that. Conditions on two fields, or arithmetic, are
//! not for the lake: the fold asks for their fields itself.

use std::borrow::Cow;

use rapport_domain::Timestamp;
use rapport_domain::compare::{Relation, instant, relate, size};
use rapport_domain::event::Scalar;
use rapport_domain::rule::{CompareOp, Literal};
use regex::Regex;

/// A condition on one event.
#[derive(Clone, Debug)]
pub enum Filter {
    /// Every part holds; always, without parts.
    All(Vec<Filter>),
    /// A part holds; never, without parts.
    Any(Vec<Filter>),
    /// The part does not hold.
    Not(Box<Filter>),
    /// The field's value passes.
    Test(Field, Test),
}

/// What a test looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// A property, by dotted path.
    Property(String),
    /// A context field, by dotted path.
    Context(String),
    /// The event's name, a text.
    Event,
    /// The number of the source it came from.
    Source,
}

/// A test of one value.
#[derive(Clone, Debug)]
pub enum Test {
    /// `value op literal`.
    Compare(CompareOp, Literal),
    /// `date(value) op instant`: texts and numbers are read as instants; anything else is only `!=`.
    Date(CompareOp, Timestamp),
    /// The value equals a member.
    In(Vec<Literal>),
    /// The text contains it, or the list has an equal member.
    Contains(String),
    /// The text begins with it.
    StartsWith(String),
    /// The text ends with it.
    EndsWith(String),
    /// The expression is found in the text.
    Matches(Regex),
    /// It is there and not null.
    Has,
    /// `size(value) op number`: characters of a text, members of a list or object.
    Size(CompareOp, f64),
}

impl Test {
    /// Whether a value passes.
    #[must_use]
    pub fn holds(&self, value: &Scalar<'_>) -> bool {
        match (self, value) {
            (Test::Compare(op, literal), _) => relate(value, &scalar(literal)).satisfies(*op),
            (Test::Date(op, at), _) => {
                let relation = instant(value).map_or(Relation::Apart, |ts| Relation::Ordered(ts.cmp(at)));
                relation.satisfies(*op)
            }
            (Test::In(list), _) => list.iter().any(|literal| relate(value, &scalar(literal)).is_equal()),
            (Test::Has, _) => *value != Scalar::Null,
            (Test::Size(op, n), _) => {
                let size = size(value).map_or(Scalar::Null, |s| Scalar::Number(s as f64));
                relate(&size, &Scalar::Number(*n)).satisfies(*op)
            }
            (Test::Contains(part), Scalar::Text(text)) => text.contains(part.as_str()),
            (Test::Contains(member), Scalar::Json(json)) => {
                let member = Scalar::Text(Cow::Borrowed(member));
                let equal = |v| relate(&Scalar::of(Some(v)), &member).is_equal();
                json.as_array().is_some_and(|list| list.iter().any(equal))
            }
            (Test::StartsWith(part), Scalar::Text(text)) => text.starts_with(part.as_str()),
            (Test::EndsWith(part), Scalar::Text(text)) => text.ends_with(part.as_str()),
            (Test::Matches(expression), Scalar::Text(text)) => expression.is_match(text),
            _ => false,
        }
    }

    /// Whether a number between `least` and `greatest` may pass. Never says no wrongly.
    pub(crate) fn may_hold(&self, least: f64, greatest: f64) -> bool {
        let limit = |literal: &Literal| match literal {
            Literal::Number(n) => Some(*n),
            _ => None,
        };
        match self {
            Test::Compare(op, literal) => limit(literal).is_none_or(|n| match op {
                CompareOp::Equal => least <= n && n <= greatest,
                CompareOp::NotEqual => true,
                CompareOp::Less => least < n,
                CompareOp::LessEqual => least <= n,
                CompareOp::Greater => greatest > n,
                CompareOp::GreaterEqual => greatest >= n,
            }),
            Test::In(list) => list.iter().any(|l| limit(l).is_none_or(|n| least <= n && n <= greatest)),
            Test::StartsWith(_) | Test::EndsWith(_) | Test::Matches(_) | Test::Contains(_) => false,
            Test::Date(..) | Test::Has | Test::Size(..) => true,
        }
    }
}

impl Filter {
    /// Whether an event passes whose fields `read` tells: the same answer as on columns.
    pub fn matches<'v>(&self, read: &dyn Fn(&Field) -> Scalar<'v>) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.matches(read)),
            Filter::Any(parts) => parts.iter().any(|part| part.matches(read)),
            Filter::Not(part) => !part.matches(read),
            Filter::Test(field, test) => test.holds(&read(field)),
        }
    }
}

/// A filter for some of a fold's events.
#[derive(Clone, Debug)]
pub struct EventFilter {
    /// The place in the fold's `event_names` of the events it is for; `None` for all of them.
    pub event: Option<usize>,
    /// The condition.
    pub filter: Filter,
}

fn scalar(literal: &Literal) -> Scalar<'_> {
    match literal {
        Literal::Null => Scalar::Null,
        Literal::Bool(b) => Scalar::Bool(*b),
        Literal::Number(n) => Scalar::Number(*n),
        Literal::Text(t) => Scalar::Text(Cow::Borrowed(t)),
    }
}
