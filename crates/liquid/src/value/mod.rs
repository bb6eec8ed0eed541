//! Values: borrowed from the caller's data where possible, shared where a filter made them.

mod number;
mod ops;
mod show;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

pub(crate) use number::{Number, parse_int};
pub(crate) use ops::{Ordering3, Seq, flatten, order};

/// Something a template can look into without its being built beforehand: a profile whose events are read when they are
/// mentioned, for example.
pub trait Object: Sync {
    /// The member `key`; `None` when there is none.
    fn get(&self, key: &str) -> Option<Value<'_>>;

    /// All members, for loops over the object and for printing it. By default it shows none.
    fn entries(&self) -> Vec<(Arc<str>, Value<'_>)> {
        Vec::new()
    }
}

/// A value. Cloning one never copies text or members.
#[derive(Clone)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Nothing, or something missing.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Float(f64),
    /// Borrowed text.
    Str(&'a str),
    /// Shared text.
    Text(Arc<str>),
    /// A borrowed JSON array.
    JsonArray(&'a [Json]),
    /// A borrowed JSON object.
    JsonMap(&'a serde_json::Map<String, Json>),
    /// A shared list.
    Array(Arc<Vec<Value<'a>>>),
    /// A shared object, in its own order.
    Map(Arc<Vec<(Arc<str>, Value<'a>)>>),
    /// The whole numbers from the first to the second, both included.
    Range(i64, i64),
    /// An object that answers when it is asked.
    Object(&'a dyn Object),
    /// The word `empty`.
    Empty,
    /// The word `blank`.
    Blank,
    /// `forloop` and `tablerowloop`.
    #[doc(hidden)]
    Loop(LoopId),
}

/// Which loop of the current rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopId(pub(crate) u32);

impl<'a> Value<'a> {
    /// Shared text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Value::Text(text.into())
    }

    /// A shared list.
    #[must_use]
    pub fn array(items: Vec<Value<'a>>) -> Self {
        Value::Array(Arc::new(items))
    }

    /// A shared object, in the order given.
    #[must_use]
    pub fn map(members: Vec<(Arc<str>, Value<'a>)>) -> Self {
        Value::Map(Arc::new(members))
    }

    /// The value as text, as it would be rendered.
    #[must_use]
    pub fn to_str(&self) -> Cow<'_, str> {
        match self {
            Value::Str(s) => Cow::Borrowed(s),
            Value::Text(s) => Cow::Borrowed(s),
            Value::Nil | Value::Empty | Value::Blank => Cow::Borrowed(""),
            Value::Bool(true) => Cow::Borrowed("true"),
            Value::Bool(false) => Cow::Borrowed("false"),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            Value::Text(s) => Some(s),
            _ => None,
        }
    }

    /// What it is, in words, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Bool(_) => "a truth value",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Str(_) | Value::Text(_) => "text",
            Value::JsonArray(_) | Value::Array(_) => "a list",
            Value::JsonMap(_) | Value::Map(_) | Value::Object(_) | Value::Loop(_) => "an object",
            Value::Range(..) => "a range",
            Value::Empty => "`empty`",
            Value::Blank => "`blank`",
        }
    }
}

impl<'a> From<&'a Json> for Value<'a> {
    #[inline]
    fn from(json: &'a Json) -> Self {
        match json {
            Json::Null => Value::Nil,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => match n.as_i64() {
                Some(whole) => Value::Int(whole),
                // A whole number beyond 64 bits keeps its digits; it is an identifier, not a quantity.
                None if n.is_u64() => Value::text(n.to_string()),
                None => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(s) => Value::Str(s),
            Json::Array(items) => Value::JsonArray(items),
            Json::Object(map) => Value::JsonMap(map),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Str(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::text(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl<'a> FromIterator<Value<'a>> for Value<'a> {
    fn from_iter<T: IntoIterator<Item = Value<'a>>>(items: T) -> Self {
        Value::array(items.into_iter().collect())
    }
}

/// Reads any format of `serde`, keeping the order of members.
impl<'de> Deserialize<'de> for Value<'static> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Value::Int(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(v).map_or_else(|_| Value::text(v.to_string()), Value::Int))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Value::Float(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Value::text(v))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Nil)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Nil)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        Value::deserialize(from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Value<'static>>()? {
            members.push((Arc::from(key), value));
        }
        Ok(Value::map(members))
    }
}
