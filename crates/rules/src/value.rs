//! Values during evaluation, and how they compare where time moves. Coercions are in [`rapport_domain::compare`].

use rapport_domain::Timestamp;
pub(crate) use rapport_domain::compare::instant;
use rapport_domain::compare::{self, Relation, number, relate as scalar_relation};
use rapport_domain::event::Scalar;
use rapport_domain::rule::{CompareOp, Literal};

use crate::version::Version;

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

    /// The quantity at `now`.
    pub(crate) fn at_ms(self, now: Timestamp) -> i64 {
        i64::try_from(self.at(now)).unwrap_or(i64::MAX)
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
    /// A version.
    Version(Version),
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

/// Whether `left op right` holds at `now`, and when time alone may change that.
pub(crate) fn compare(left: &Value<'_>, op: CompareOp, right: &Value<'_>, now: Timestamp) -> (bool, Option<Timestamp>) {
    let (relation, next) = relate(left, right, now);
    (relation.satisfies(op), next)
}

fn relate(left: &Value<'_>, right: &Value<'_>, now: Timestamp) -> (Relation, Option<Timestamp>) {
    let (a, b) = match (left, right) {
        (Value::Scalar(a), Value::Scalar(b)) => return (scalar_relation(a, b), None),
        (Value::Version(a), Value::Version(b)) => return (Relation::Ordered(a.cmp(b)), None),
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

/// Whether two scalars are equal under the coercions.
pub(crate) fn equal(left: &Scalar<'_>, right: &Scalar<'_>) -> bool {
    scalar_relation(left, right).is_equal()
}

/// The number a value stands for in arithmetic.
pub(crate) fn numeric(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Scalar(Scalar::Number(n)) if n.is_finite() => Some(*n),
        Value::Scalar(Scalar::Text(t)) => number(t),
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
    compare::size(scalar).map_or(Value::NULL, |n| Value::number(n as f64))
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
