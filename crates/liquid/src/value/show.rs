//! Values as text and as JSON.

use std::fmt::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Value;
use super::ops::Seq;

/// As rendered: lists are their members in a row, objects are shown as Ruby shows them.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil | Value::Empty | Value::Blank | Value::Loop(_) => Ok(()),
            Value::Bool(b) => f.write_str(if *b { "true" } else { "false" }),
            Value::Int(n) => n.fmt(f),
            Value::Float(x) => float(f, *x),
            Value::Str(s) => f.write_str(s),
            Value::Text(s) => f.write_str(s),
            Value::JsonArray(items) => items.iter().try_for_each(|i| Value::from(i).fmt(f)),
            Value::Array(items) => items.iter().try_for_each(|i| i.fmt(f)),
            Value::Range(from, to) => write!(f, "{from}..{to}"),
            Value::JsonMap(_) | Value::Map(_) | Value::Object(_) => inspect(self, f),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Empty => f.write_str("empty"),
            Value::Blank => f.write_str("blank"),
            Value::Loop(id) => id.fmt(f),
            other => inspect(other, f),
        }
    }
}

/// A number as Ruby writes it: always with a fraction, with an exponent only when very large or small.
fn float(f: &mut impl Write, x: f64) -> fmt::Result {
    if x.is_nan() {
        return f.write_str("NaN");
    }
    if x.is_infinite() {
        return f.write_str(if x > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let magnitude = x.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return write!(f, "{x:?}");
    }
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    f.write_str(mantissa)?;
    if !mantissa.contains('.') {
        f.write_str(".0")?;
    }
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |d| ('-', d));
    write!(f, "e{sign}{digits:0>2}")
}

fn inspect(value: &Value<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::Nil => f.write_str("nil"),
        Value::Str(s) => write!(f, "{s:?}"),
        Value::Text(s) => write!(f, "{s:?}"),
        Value::JsonArray(_) | Value::Array(_) => {
            f.write_char('[')?;
            for (i, item) in Seq::of(value).iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                inspect(&item, f)?;
            }
            f.write_char(']')
        }
        Value::JsonMap(_) | Value::Map(_) | Value::Object(_) => {
            f.write_char('{')?;
            for (i, (key, item)) in value.members().into_iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{key:?}=>")?;
                inspect(&item, f)?;
            }
            f.write_char('}')
        }
        other => write!(f, "{other}"),
    }
}

/// As the filter `json` writes it.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Nil | Value::Empty | Value::Blank | Value::Loop(_) => to.serialize_unit(),
            Value::Bool(b) => to.serialize_bool(*b),
            Value::Int(n) => to.serialize_i64(*n),
            Value::Float(x) => to.serialize_f64(*x),
            Value::Str(s) => to.serialize_str(s),
            Value::Text(s) => to.serialize_str(s),
            Value::JsonArray(items) => items.serialize(to),
            Value::JsonMap(map) => map.serialize(to),
            Value::Range(..) => to.collect_str(self),
            Value::Array(items) => {
                let mut seq = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|i| seq.serialize_element(i))?;
                seq.end()
            }
            Value::Map(_) | Value::Object(_) => {
                let mut map = to.serialize_map(None)?;
                self.members().iter().try_for_each(|(k, v)| map.serialize_entry(&**k, v))?;
                map.end()
            }
        }
    }
}
