//! What the language asks of values: truth, equality, order, membership, members.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value as Json;

use super::Value;

/// A list that can be read by position without being copied.
pub(crate) enum Seq<'v, 'a> {
    Json(&'a [Json]),
    Values(&'v [Value<'a>]),
    Range(i64, i64),
    One(&'v Value<'a>),
}

impl<'v, 'a> Seq<'v, 'a> {
    /// The members of a list or range, nothing for nil, and anything else as its own only member.
    pub(crate) fn of(value: &'v Value<'a>) -> Self {
        match value {
            Value::JsonArray(items) => Seq::Json(items),
            Value::Array(items) => Seq::Values(items),
            Value::Range(from, to) => Seq::Range(*from, *to),
            Value::Nil | Value::Empty | Value::Blank => Seq::Values(&[]),
            other => Seq::One(other),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Seq::Json(items) => items.len(),
            Seq::Values(items) => items.len(),
            Seq::Range(from, to) => range_len(*from, *to),
            Seq::One(_) => 1,
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Seq::Json(items) => items.get(index).map(Value::from),
            Seq::Values(items) => items.get(index).cloned(),
            Seq::Range(from, to) => {
                (index < range_len(*from, *to)).then(|| Value::Int(from.saturating_add(index as i64)))
            }
            Seq::One(value) => (index == 0).then(|| (*value).clone()),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).map_while(|i| self.get(i))
    }
}

fn range_len(from: i64, to: i64) -> usize {
    if to < from { 0 } else { usize::try_from(to.abs_diff(from)).unwrap_or(usize::MAX).saturating_add(1) }
}

/// All members of nested lists, in order.
pub(crate) fn flatten<'a>(value: &Value<'a>, into: &mut Vec<Value<'a>>) {
    for item in Seq::of(value).iter() {
        match item {
            Value::JsonArray(_) | Value::Array(_) => flatten(&item, into),
            other => into.push(other),
        }
    }
}

/// The answer of an order comparison.
pub(crate) enum Ordering3 {
    /// There is an order.
    Some(Ordering),
    /// There is none, which makes every comparison false.
    None,
    /// The two can never be compared, which is a mistake in the template.
    Mistake,
}

/// How two values compare.
pub(crate) fn order(a: &Value<'_>, b: &Value<'_>) -> Ordering3 {
    use Value::{Float, Int};
    let number = |v: &Value<'_>| matches!(v, Int(_) | Float(_));
    match (a, b) {
        (Int(x), Int(y)) => Ordering3::Some(x.cmp(y)),
        _ if number(a) && number(b) => {
            let (x, y) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            x.partial_cmp(&y).map_or(Ordering3::None, Ordering3::Some)
        }
        _ => match (a.as_str(), b.as_str()) {
            (Some(x), Some(y)) => Ordering3::Some(x.cmp(y)),
            (Some(_), None) if number(b) => Ordering3::Mistake,
            (None, Some(_)) if number(a) => Ordering3::Mistake,
            _ => Ordering3::None,
        },
    }
}

impl<'a> Value<'a> {
    /// Everything but nil and false is true.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    /// Nil, false, text of white space, a list or object without members.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Nil | Value::Bool(false) | Value::Blank => true,
            other => other.as_str().map_or_else(|| other.is_empty(), |s| s.trim().is_empty()),
        }
    }

    /// Text, a list or an object without anything in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Str(s) => s.is_empty(),
            Value::Text(s) => s.is_empty(),
            Value::JsonArray(items) => items.is_empty(),
            Value::JsonMap(map) => map.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Map(members) => members.is_empty(),
            Value::Empty => true,
            _ => false,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(n) => Some(*n as f64),
            Value::Float(x) => Some(*x),
            _ => None,
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Value::JsonMap(_) | Value::Map(_) | Value::Object(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Value::JsonArray(_) | Value::Array(_))
    }

    /// How many members a list has.
    pub(crate) fn list_len(&self) -> usize {
        if self.is_list() { Seq::of(self).len() } else { 0 }
    }

    /// How many members or characters it has.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Value::Str(s) => s.chars().count(),
            Value::Text(s) => s.chars().count(),
            Value::JsonMap(map) => map.len(),
            Value::Map(members) => members.len(),
            Value::Object(object) => object.entries().len(),
            Value::JsonArray(_) | Value::Array(_) | Value::Range(..) => Seq::of(self).len(),
            _ => 0,
        }
    }

    /// The members of an object, in order.
    pub(crate) fn members(&self) -> Vec<(Cow<'a, str>, Value<'a>)> {
        match self {
            Value::JsonMap(map) => map.iter().map(|(k, v)| (Cow::Borrowed(k.as_str()), Value::from(v))).collect(),
            Value::Map(members) => members.iter().map(|(k, v)| (Cow::Owned(k.to_string()), v.clone())).collect(),
            Value::Object(object) => {
                object.entries().into_iter().map(|(k, v)| (Cow::Owned(k.to_string()), v)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The members of an object as lists of name and value.
    pub(crate) fn pairs(&self) -> Vec<Value<'a>> {
        let pair = |k: Value<'a>, v: Value<'a>| Value::array(vec![k, v]);
        match self {
            Value::JsonMap(map) => map.iter().map(|(k, v)| pair(Value::Str(k), Value::from(v))).collect(),
            Value::Map(members) => members.iter().map(|(k, v)| pair(Value::Text(Arc::clone(k)), v.clone())).collect(),
            Value::Object(object) => object.entries().into_iter().map(|(k, v)| pair(Value::Text(k), v)).collect(),
            _ => Vec::new(),
        }
    }

    /// The member `key` of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        match self {
            Value::JsonMap(map) => map.get(key).map(Value::from),
            Value::Map(members) => members.iter().find(|(k, _)| &**k == key).map(|(_, v)| v.clone()),
            Value::Object(object) => object.get(key),
            _ => None,
        }
    }

    /// The member at `index`, from the end when negative.
    #[must_use]
    pub fn at(&self, index: i64) -> Option<Value<'a>> {
        if !(self.is_list() || matches!(self, Value::Range(..))) {
            return None;
        }
        let seq = Seq::of(self);
        let index = if index < 0 {
            seq.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
        } else {
            usize::try_from(index).ok()?
        };
        seq.get(index)
    }

    /// The first member or character.
    #[must_use]
    pub fn first(&self) -> Option<Value<'a>> {
        match self {
            Value::JsonMap(_) | Value::Map(_) | Value::Object(_) => self.pairs().into_iter().next(),
            Value::Str(s) => s.chars().next().map(|c| Value::Str(&s[..c.len_utf8()])),
            Value::Text(s) => s.chars().next().map(|c| Value::text(c.to_string())),
            other => other.at(0),
        }
    }

    /// The last member or character; objects have none.
    #[must_use]
    pub fn last(&self) -> Option<Value<'a>> {
        match self {
            Value::Str(s) => s.chars().next_back().map(|c| Value::Str(&s[s.len() - c.len_utf8()..])),
            Value::Text(s) => s.chars().next_back().map(|c| Value::text(c.to_string())),
            other => other.at(-1),
        }
    }

    /// Whether the text, list, range or object has `other` in it.
    #[must_use]
    pub fn contains(&self, other: &Value<'_>) -> bool {
        if !other.is_truthy() {
            return false;
        }
        match self {
            Value::Str(s) => s.contains(&*other.to_str()),
            Value::Text(s) => s.contains(&*other.to_str()),
            Value::Range(from, to) => other.as_f64().is_some_and(|x| *from as f64 <= x && x <= *to as f64),
            Value::JsonMap(_) | Value::Map(_) | Value::Object(_) => {
                other.as_str().is_some_and(|key| self.get(key).is_some())
            }
            Value::JsonArray(_) | Value::Array(_) => Seq::of(self).iter().any(|item| item == *other),
            _ => false,
        }
    }
}

/// Equality as templates have it: numbers by value, nothing across types, `empty` and `blank` as tests.
impl PartialEq<Value<'_>> for Value<'_> {
    fn eq(&self, other: &Value<'_>) -> bool {
        use Value::{Blank, Bool, Empty, Float, Int, Loop, Nil, Object, Range};
        match (self, other) {
            (Nil, Nil) | (Empty, Empty) | (Blank, Blank) => true,
            (Empty, Blank) | (Blank, Empty) => false,
            (Empty, v) | (v, Empty) => v.is_empty(),
            (Blank, v) | (v, Blank) => v.is_blank(),
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (Int(_) | Float(_), Int(_) | Float(_)) => self.as_f64() == other.as_f64(),
            (Range(a, b), Range(c, d)) => a == c && b == d,
            (Loop(a), Loop(b)) => a == b,
            (Object(a), Object(b)) => std::ptr::addr_eq(*a, *b),
            _ => match (self.as_str(), other.as_str()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => same_members(self, other),
                _ => false,
            },
        }
    }
}

fn same_members(a: &Value<'_>, b: &Value<'_>) -> bool {
    if a.is_list() && b.is_list() {
        let (a, b) = (Seq::of(a), Seq::of(b));
        return a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x == y);
    }
    if a.is_map() && b.is_map() {
        let (left, right) = (a.members(), b.members());
        return left.len() == right.len() && left.iter().all(|(k, v)| b.get(k).is_some_and(|w| *v == w));
    }
    false
}
