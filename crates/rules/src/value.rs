//! Values and how they compare: the coercion rules of `docs/specs/rules.md`, in one place.

use std::cmp::Ordering;

use rapport_domain::Timestamp;
use rapport_domain::event::Scalar;
use rapport_domain::rule::{CompareOp, Literal};
use serde_json::Value as JsonValue;

/// Millionths: aggregates keep numbers as integers of them, so that sums do not depend on the order of events.
pub(crate) const MICROS: f64 = 1e6;

/// A quantity of milliseconds that may move with time: `base + slope * now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    base: i128,
    slope: i128,
}

impl Moving {
    /// The instant of evaluation itself.
    pub(crate) const NOW: Moving = Moving { base: 0, slope: 1 };

    /// A quantity that stands still.
    pub(crate) fn fixed(ms: i64) -> Self {
        Moving { base: i128::from(ms), slope: 0 }
    }

    pub(crate) fn plus(self, other: Moving) -> Self {
        Moving { base: self.base + other.base, slope: self.slope + other.slope }
    }

    pub(crate) fn minus(self, other: Moving) -> Self {
        Moving { base: self.base - other.base, slope: self.slope - other.slope }
    }

    fn at(self, now: Timestamp) -> i128 {
        self.base + self.slope * i128::from(now.0)
    }

    /// The first instant after `now` at which the sign of this quantity may be another.
    pub(crate) fn sign_change(self, now: Timestamp) -> Option<Timestamp> {
        if self.slope == 0 {
            return None;
        }
        // The zero lies at -base/slope; the sign may change on the integer there and on the next one.
        let zero = (-self.base * self.slope.signum()).div_euclid(self.slope.abs());
        [zero, zero + 1].into_iter().find(|t| *t > i128::from(now.0)).and_then(|t| i64::try_from(t).ok()).map(Timestamp)
    }
}

/// A value during evaluation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// What JSON knows.
    Scalar(Scalar<'a>),
    /// An instant.
    Time(Moving),
    /// A length of time.
    Span(Moving),
}

impl Value<'_> {
    pub(crate) const NULL: Value<'static> = Value::Scalar(Scalar::Null);

    pub(crate) fn number(n: f64) -> Value<'static> {
        Value::Scalar(Scalar::Number(n))
    }

    pub(crate) fn time(ts: i64) -> Value<'static> {
        Value::Time(Moving::fixed(ts))
    }
}

/// How two values relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// They have an order.
    Ordered(Ordering),
    /// Equal, without an order.
    Same,
    /// Neither equal nor ordered.
    Apart,
}

/// Whether `left op right` holds at `now`, and when time alone may change that.
pub(crate) fn compare(left: &Value<'_>, op: CompareOp, right: &Value<'_>, now: Timestamp) -> (bool, Option<Timestamp>) {
    let (relation, next) = relate(left, right, now);
    let holds = match (op, relation) {
        (CompareOp::Equal, r) => matches!(r, Relation::Same | Relation::Ordered(Ordering::Equal)),
        (CompareOp::NotEqual, r) => !matches!(r, Relation::Same | Relation::Ordered(Ordering::Equal)),
        (CompareOp::Less, Relation::Ordered(o)) => o.is_lt(),
        (CompareOp::LessEqual, Relation::Ordered(o)) => o.is_le(),
        (CompareOp::Greater, Relation::Ordered(o)) => o.is_gt(),
        (CompareOp::GreaterEqual, Relation::Ordered(o)) => o.is_ge(),
        _ => false,
    };
    (holds, next)
}

fn relate(left: &Value<'_>, right: &Value<'_>, now: Timestamp) -> (Relation, Option<Timestamp>) {
    let (a, b) = match (left, right) {
        (Value::Scalar(a), Value::Scalar(b)) => return (relate_scalars(a, b), None),
        (Value::Span(a), Value::Span(b)) | (Value::Time(a), Value::Time(b)) => (*a, *b),
        (Value::Time(a), Value::Scalar(s)) => match instant(s) {
            Some(ts) => (*a, Moving::fixed(ts.0)),
            None => return (Relation::Apart, None),
        },
        (Value::Scalar(s), Value::Time(b)) => match instant(s) {
            Some(ts) => (Moving::fixed(ts.0), *b),
            None => return (Relation::Apart, None),
        },
        _ => return (Relation::Apart, None),
    };
    let difference = a.minus(b);
    (Relation::Ordered(difference.at(now).cmp(&0)), difference.sign_change(now))
}

/// How two scalars relate, with the coercions between text, numbers and booleans.
fn relate_scalars(left: &Scalar<'_>, right: &Scalar<'_>) -> Relation {
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

/// Whether two scalars are equal under the coercions.
pub(crate) fn equal(left: &Scalar<'_>, right: &Scalar<'_>) -> bool {
    matches!(relate_scalars(left, right), Relation::Same | Relation::Ordered(Ordering::Equal))
}

/// The number a text stands for: decimal, surrounding blanks allowed, finite.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The boolean a text stands for, in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
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
pub(crate) fn instant(scalar: &Scalar<'_>) -> Option<Timestamp> {
    match scalar {
        Scalar::Text(t) if t.len() <= 64 => Timestamp::parse(t),
        Scalar::Number(n) => Timestamp::from_number(*n),
        _ => None,
    }
}

/// The number an aggregate takes from a scalar, in millionths.
pub(crate) fn micros(scalar: &Scalar<'_>) -> Option<i64> {
    let n = match scalar {
        Scalar::Number(n) if n.is_finite() => *n,
        Scalar::Text(t) => number(t)?,
        _ => return None,
    };
    let bounded = n.clamp(-crate::limits::MAX_NUMBER, crate::limits::MAX_NUMBER);
    Some((bounded * MICROS).round() as i64)
}

/// Members of a list or object, characters of a text; missing for anything else.
pub(crate) fn size(scalar: &Scalar<'_>) -> Value<'static> {
    let n = match scalar {
        Scalar::Text(t) => t.chars().count(),
        Scalar::Json(j) => match j.as_ref() {
            JsonValue::Array(a) => a.len(),
            JsonValue::Object(o) => o.len(),
            _ => return Value::NULL,
        },
        _ => return Value::NULL,
    };
    Value::number(n as f64)
}

/// A constant as a scalar that borrows nothing.
pub(crate) fn scalar_of(literal: &Literal) -> Scalar<'static> {
    match literal {
        Literal::Null => Scalar::Null,
        Literal::Bool(b) => Scalar::Bool(*b),
        Literal::Number(n) => Scalar::Number(*n),
        Literal::Text(t) => Scalar::Text(std::borrow::Cow::Owned(t.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn text(t: &str) -> Scalar<'_> {
        Scalar::Text(Cow::Borrowed(t))
    }

    #[test]
    fn coercions() {
        use CompareOp::{Equal, Greater, Less, LessEqual, NotEqual};
        let list = serde_json::json!([1]);
        let list = Scalar::of(Some(&list));
        for (left, op, right, expected) in [
            (Scalar::Number(5.0), Equal, text(" 5.0 "), true),
            (text("10"), Greater, Scalar::Number(9.0), true),
            (text("10"), Greater, text("9"), false),
            (text("abc"), NotEqual, Scalar::Number(1.0), true),
            (text("inf"), Greater, Scalar::Number(1.0), false),
            (Scalar::Bool(true), Equal, text("True"), true),
            (Scalar::Bool(true), LessEqual, Scalar::Bool(true), false),
            (Scalar::Bool(true), Equal, Scalar::Number(1.0), false),
            (Scalar::Null, Equal, Scalar::Null, true),
            (Scalar::Null, LessEqual, Scalar::Null, false),
            (Scalar::Null, NotEqual, Scalar::Number(0.0), true),
            (Scalar::Null, Less, Scalar::Number(1.0), false),
            (Scalar::Number(f64::NAN), NotEqual, Scalar::Number(f64::NAN), true),
            (list.clone(), Equal, list, false),
        ] {
            let got = compare(&Value::Scalar(left.clone()), op, &Value::Scalar(right.clone()), Timestamp(0)).0;
            assert_eq!(got, expected, "{left:?} {op:?} {right:?}");
        }
    }

    #[test]
    fn moving_quantities_say_when_they_cross() {
        // now - 100 against 30: smaller until 129, equal at 130, greater from 131.
        let age = Value::Span(Moving::NOW.minus(Moving::fixed(100)));
        let limit = Value::Span(Moving::fixed(30));
        for (now, op, holds, next) in [
            (120, CompareOp::Greater, false, Some(130)),
            (130, CompareOp::Greater, false, Some(131)),
            (130, CompareOp::Equal, true, Some(131)),
            (131, CompareOp::Greater, true, None),
        ] {
            assert_eq!(compare(&age, op, &limit, Timestamp(now)), (holds, next.map(Timestamp)), "{now}");
            let (mirrored, next_mirrored) = compare(&limit, op, &age, Timestamp(now));
            assert_eq!(next_mirrored, next.map(Timestamp));
            assert_eq!(mirrored, now == 120 && op == CompareOp::Greater || op == CompareOp::Equal && now == 130);
        }
    }
}
