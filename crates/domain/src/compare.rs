//! How values compare: the coercion rules of `docs/specs/rules.md`, in one place. Rules use them on profiles and events,
//! the lake on columns.

use std::cmp::Ordering;

use crate::event::Scalar;
use crate::rule::CompareOp;
use crate::time::Timestamp;

/// How two values relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They have an order.
    Ordered(Ordering),
    /// Equal, without an order.
    Same,
    /// Neither equal nor ordered.
    Apart,
}

impl Relation {
    /// Whether `left op right` holds for two values that relate so.
    #[must_use]
    pub fn satisfies(self, op: CompareOp) -> bool {
        match (op, self) {
            (CompareOp::Equal, r) => r.is_equal(),
            (CompareOp::NotEqual, r) => !r.is_equal(),
            (CompareOp::Less, Relation::Ordered(o)) => o.is_lt(),
            (CompareOp::LessEqual, Relation::Ordered(o)) => o.is_le(),
            (CompareOp::Greater, Relation::Ordered(o)) => o.is_gt(),
            (CompareOp::GreaterEqual, Relation::Ordered(o)) => o.is_ge(),
            _ => false,
        }
    }

    /// Whether the values are equal.
    #[must_use]
    pub fn is_equal(self) -> bool {
        matches!(self, Relation::Same | Relation::Ordered(Ordering::Equal))
    }
}

/// How two scalars relate, with the coercions between text, numbers and booleans.
#[must_use]
pub fn relate(left: &Scalar<'_>, right: &Scalar<'_>) -> Relation {
    let numbers = |a: f64, b: f64| a.partial_cmp(&b).map_or(Relation::Apart, Relation::Ordered);
    let same = |yes: bool| if yes { Relation::Same } else { Relation::Apart };
    match (left, right) {
        (Scalar::Null, Scalar::Null) => Relation::Same,
        (Scalar::Bool(a), Scalar::Bool(b)) => same(a == b),
        (Scalar::Bool(a), Scalar::Text(t)) | (Scalar::Text(t), Scalar::Bool(a)) => same(boolean(t) == Some(*a)),
        (Scalar::Number(a), Scalar::Number(b)) => numbers(*a, *b),
        (Scalar::Number(a), Scalar::Text(t)) => number(t).map_or(Relation::Apart, |b| numbers(*a, b)),
        (Scalar::Text(t), Scalar::Number(b)) => number(t).map_or(Relation::Apart, |a| numbers(a, *b)),
        (Scalar::Text(a), Scalar::Text(b)) => Relation::Ordered(a.as_bytes().cmp(b.as_bytes())),
        _ => Relation::Apart,
    }
}

/// The number a text stands for: decimal, surrounding blanks allowed, finite.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The boolean a text stands for, in any case.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The instant a scalar stands for.
#[must_use]
pub fn instant(scalar: &Scalar<'_>) -> Option<Timestamp> {
    match scalar {
        Scalar::Text(t) if t.len() <= 64 => Timestamp::parse(t),
        Scalar::Number(n) => Timestamp::from_number(*n),
        _ => None,
    }
}

/// Members of a list or object, characters of a text; `None` for anything else.
#[must_use]
pub fn size(scalar: &Scalar<'_>) -> Option<usize> {
    match scalar {
        Scalar::Text(t) => Some(t.chars().count()),
        Scalar::Json(j) => j.as_array().map(Vec::len).or_else(|| j.as_object().map(serde_json::Map::len)),
        _ => None,
    }
}
