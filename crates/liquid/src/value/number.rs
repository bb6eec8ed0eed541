//! Numbers as filters see them: whole or decimal, with decimal (not binary) arithmetic.

use std::fmt::{self, Write};

use super::Value;

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

/// The whole number a text begins with: sign and digits after white space; 0 when it begins with none.
pub(crate) fn parse_int(text: &str) -> i64 {
    let text = text.trim_start();
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    let mut n = 0i64;
    for digit in digits.bytes().take_while(u8::is_ascii_digit) {
        n = n.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    }
    n * sign
}

/// Whether a text is a decimal number with a fraction: `-?digits.digits`.
fn is_decimal(text: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix('-').unwrap_or(text).split_once('.').is_some_and(|(a, b)| digits(a) && digits(b))
}

impl Number {
    /// What a value counts as: text by what it spells, anything else as 0.
    pub(crate) fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Int(n) => Number::Int(*n),
            Value::Float(x) => Number::Float(*x),
            other => match other.as_str() {
                Some(s) if is_decimal(s.trim()) => Number::Float(s.trim().parse().unwrap_or(0.0)),
                Some(s) => Number::Int(parse_int(s)),
                None => Number::Int(0),
            },
        }
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Float(x) => x,
        }
    }

    fn combine(
        self,
        other: Number,
        whole: fn(i64, i64) -> Option<i64>,
        exact: fn(Decimal, Decimal) -> Option<Decimal>,
        rough: fn(f64, f64) -> f64,
    ) -> Number {
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && let Some(n) = whole(a, b)
        {
            return Number::Int(n);
        }
        let decimal = Decimal::of(self).zip(Decimal::of(other)).and_then(|(a, b)| exact(a, b));
        Number::Float(decimal.map_or_else(|| rough(self.as_f64(), other.as_f64()), Decimal::as_f64))
    }

    pub(crate) fn plus(self, other: Number) -> Number {
        self.combine(other, i64::checked_add, |a, b| a.aligned(b, i128::checked_add), |a, b| a + b)
    }

    pub(crate) fn minus(self, other: Number) -> Number {
        self.combine(other, i64::checked_sub, |a, b| a.aligned(b, i128::checked_sub), |a, b| a - b)
    }

    pub(crate) fn times(self, other: Number) -> Number {
        let exact = |a: Decimal, b: Decimal| {
            Some(Decimal { digits: a.digits.checked_mul(b.digits)?, scale: a.scale.checked_add(b.scale)? })
        };
        self.combine(other, i64::checked_mul, exact, |a, b| a * b)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.as_f64() == 0.0
    }

    /// Division towards negative infinity for two whole numbers. `other` is not zero.
    pub(crate) fn divided_by(self, other: Number) -> Number {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) if b != 0 && !(a == i64::MIN && b == -1) => {
                Number::Int(a.div_euclid(b) - i64::from(b < 0 && a.rem_euclid(b) != 0))
            }
            _ => Number::Float(self.as_f64() / other.as_f64()),
        }
    }

    /// The remainder with the sign of the divisor. `other` is not zero.
    pub(crate) fn modulo(self, other: Number) -> Number {
        let whole = |a: i64, b: i64| {
            let r = a.checked_rem(b)?;
            Some(if r != 0 && (r < 0) != (b < 0) { r + b } else { r })
        };
        let exact = |a: Decimal, b: Decimal| {
            a.aligned(b, |x, y| {
                let r = x.checked_rem(y)?;
                Some(if r != 0 && (r < 0) != (y < 0) { r + y } else { r })
            })
        };
        self.combine(other, whole, exact, |a, b| a - b * (a / b).floor())
    }

    pub(crate) fn abs(self) -> Number {
        match self {
            Number::Int(n) => n.checked_abs().map_or(Number::Float(-(n as f64)), Number::Int),
            Number::Float(x) => Number::Float(x.abs()),
        }
    }

    /// The whole number that `how` makes of it.
    pub(crate) fn whole(self, how: fn(f64) -> f64) -> Number {
        match self {
            Number::Int(n) => Number::Int(n),
            Number::Float(x) => {
                let x = how(x);
                // Beyond 2^63 there is no whole number of ours; the cast would saturate silently.
                if x.abs() < 9.2e18 { Number::Int(x as i64) } else { Number::Float(x) }
            }
        }
    }

    /// Rounded to `places` after the point, halves away from zero.
    pub(crate) fn round(self, places: i64) -> Number {
        let Some(decimal) = Decimal::of(self) else { return self };
        let places = places.clamp(-30, 30);
        let drop = i64::from(decimal.scale) - places;
        if drop <= 0 {
            return self;
        }
        let digits = match u32::try_from(drop).ok().and_then(|d| 10i128.checked_pow(d)) {
            Some(unit) => {
                let (q, r) = (decimal.digits / unit, decimal.digits % unit);
                if r.abs() >= unit - r.abs() { q + decimal.digits.signum() } else { q }
            }
            None => 0,
        };
        if places > 0 {
            let rounded = Decimal { digits, scale: places as u32 }.as_f64();
            return if matches!(self, Number::Int(_)) { self } else { Number::Float(rounded) };
        }
        let whole = 10i128.checked_pow(places.unsigned_abs() as u32).and_then(|unit| digits.checked_mul(unit));
        match whole.and_then(|w| i64::try_from(w).ok()) {
            Some(n) => Number::Int(n),
            None => self.whole(f64::round),
        }
    }

    pub(crate) fn greater(self, other: Number) -> bool {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a > b,
            _ => self.as_f64() > other.as_f64(),
        }
    }
}

impl From<Number> for Value<'_> {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(n) => Value::Int(n),
            Number::Float(x) => Value::Float(x),
        }
    }
}

/// `digits / 10^scale`, for what fits.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: u32,
}

/// The digits a number may have before and after the point to be calculated with exactly.
const MAX_DIGITS: usize = 18;

/// The shortest text of a number, if it is short.
struct Short {
    bytes: [u8; 2 * MAX_DIGITS + 2],
    len: usize,
}

impl Write for Short {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + s.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(s.as_bytes());
        self.len += s.len();
        Ok(())
    }
}

impl Decimal {
    fn of(number: Number) -> Option<Self> {
        let x = match number {
            Number::Int(n) => return Some(Decimal { digits: i128::from(n), scale: 0 }),
            Number::Float(x) => x,
        };
        let mut short = Short { bytes: [0; 2 * MAX_DIGITS + 2], len: 0 };
        // The plain form has no exponent; what does not fit is not calculated exactly.
        write!(short, "{x}").ok()?;
        let (mut digits, mut scale, mut point) = (0i128, 0, false);
        for byte in &short.bytes[..short.len] {
            match byte {
                b'-' => {}
                b'.' => point = true,
                b'0'..=b'9' => {
                    digits = digits * 10 + i128::from(byte - b'0');
                    scale += u32::from(point);
                }
                _ => return None,
            }
        }
        Some(Decimal { digits: if x < 0.0 { -digits } else { digits }, scale })
    }

    fn aligned(self, other: Decimal, f: impl Fn(i128, i128) -> Option<i128>) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let to = |d: Decimal| d.digits.checked_mul(10i128.checked_pow(scale - d.scale)?);
        Some(Decimal { digits: f(to(self)?, to(other)?)?, scale })
    }

    fn as_f64(self) -> f64 {
        // Reading the decimal text rounds once, which arithmetic on binary numbers would not.
        format!("{}e-{}", self.digits, self.scale).parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_decimal() {
        let f = Number::Float;
        for (result, expected) in [
            (f(0.1).plus(f(0.2)), f(0.3)),
            (f(10.1).minus(f(2.2)), f(7.9)),
            (f(1.1).times(Number::Int(3)), f(3.3)),
            (f(10.1).modulo(f(7.0)), f(3.1)),
            (Number::Int(-7).modulo(Number::Int(3)), Number::Int(2)),
            (Number::Int(7).modulo(Number::Int(-3)), Number::Int(-2)),
            (Number::Int(-7).divided_by(Number::Int(2)), Number::Int(-4)),
            (Number::Int(7).divided_by(Number::Int(-2)), Number::Int(-4)),
            (Number::Int(-7).divided_by(Number::Int(-2)), Number::Int(3)),
            (Number::Int(i64::MAX).plus(Number::Int(1)), f(9.223372036854776e18)),
            (f(1e300).times(f(10.0)), f(1e301)),
            (f(2.675).round(2), f(2.68)),
            (f(-2.5).round(0), Number::Int(-3)),
            (f(1234.5).round(-2), Number::Int(1200)),
            (Number::Int(1250).round(-2), Number::Int(1300)),
            (Number::Int(5).round(2), Number::Int(5)),
            (Number::Int(i64::MIN).abs(), f(9.223372036854776e18)),
        ] {
            assert_eq!(result, expected);
        }
    }

    #[test]
    fn texts_count_as_what_they_spell() {
        for (text, expected) in [
            ("12", Number::Int(12)),
            (" -3 apples", Number::Int(-3)),
            ("1.50", Number::Float(1.5)),
            ("1.", Number::Int(1)),
            (".5", Number::Int(0)),
            ("1e5", Number::Int(1)),
            ("", Number::Int(0)),
            ("99999999999999999999", Number::Int(i64::MAX)),
        ] {
            assert_eq!(Number::of(&Value::Str(text)), expected, "{text}");
        }
    }
}
