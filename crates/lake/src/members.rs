//! The members of a JSON object, read in one pass without building a tree: nested values stay text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// More members than this are checked for repeated keys by way of a map.
const FEW: usize = 24;

/// Up to so many brackets cannot lie too deep in each other.
const MAX_PLAIN_BRACKETS: u32 = 100;
/// Stands for any digit; no byte of UTF-8.
const DIGIT: u8 = 0xff;
/// Up to so many digits are no number out of range.
const MAX_PLAIN_DIGITS: u32 = 300;

/// A member's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Member<'a> {
    /// A number; `exact` when a double gives back what was written.
    Number {
        value: f64,
        exact: bool,
    },
    Text(Cow<'a, str>),
    Bool(bool),
    Null,
    /// A list or an object.
    Nested,
}

/// Key, value, and the value's own text.
pub(crate) type Read<'a> = (Cow<'a, str>, Member<'a>, &'a str);

/// Calls `each` with every member of the object in `text`, each key once, of a repeated key the last. False when `text` is
/// no JSON object; `each` was not called then.
pub(crate) fn each(text: &str, mut each: impl FnMut(&Read<'_>)) -> bool {
    match list(text) {
        None => false,
        Some(members) if has_repeats(&members) => {
            let map: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
            let once = Value::Object(map).to_string();
            list(&once).into_iter().flatten().for_each(|member| each(&member));
            true
        }
        Some(members) => {
            members.iter().for_each(each);
            true
        }
    }
}

fn has_repeats(members: &[Read<'_>]) -> bool {
    let repeats = |(at, (key, ..)): (usize, &Read<'_>)| members[..at].iter().any(|(other, ..)| other == key);
    if members.len() <= FEW {
        return members.iter().enumerate().any(repeats);
    }
    let mut keys: Vec<&str> = members.iter().map(|(key, ..)| &**key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

fn list(text: &str) -> Option<Vec<Read<'_>>> {
    if text == "{}" {
        return Some(Vec::new());
    }
    let mut source = serde_json::Deserializer::from_str(text);
    let members = source.deserialize_map(Members).ok()?;
    source.end().ok()?;
    Some(members)
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<Read<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(Key(key)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            let text = raw.get();
            let member = read(text).ok_or_else(|| serde::de::Error::custom("a value out of range"))?;
            members.push((key, member, text));
        }
        Ok(members)
    }
}

/// A key, borrowed when it can be.
struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;
        impl<'de> Visitor<'de> for Borrow {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrow)
    }
}

/// A valid value's text, read; `None` for what the parser of later stages would refuse.
fn read(text: &str) -> Option<Member<'_>> {
    Some(match text.as_bytes().first()? {
        b'"' => {
            let inner = &text[1..text.len() - 1];
            match inner.contains('\\') {
                false => Member::Text(Cow::Borrowed(inner)),
                true => Member::Text(Cow::Owned(serde_json::from_str(text).ok()?)),
            }
        }
        b't' => Member::Bool(true),
        b'f' => Member::Bool(false),
        b'n' => Member::Null,
        b'{' | b'[' if is_plain(text) => Member::Nested,
        b'{' | b'[' => serde_json::from_str::<Value>(text).ok().map(|_| Member::Nested)?,
        _ => {
            let value: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
            Member::Number { value, exact: is_exact(text) }
        }
    })
}

/// Whether valid nested text is surely understood by the parser of later stages, which also refuses great depth, numbers
/// out of range and halves of surrogate pairs.
fn is_plain(text: &str) -> bool {
    let (mut brackets, mut digits, mut before) = (0, 0, 0);
    for byte in text.bytes() {
        let doubtful = match byte {
            b'{' | b'[' => {
                brackets += 1;
                brackets > MAX_PLAIN_BRACKETS
            }
            b'e' | b'E' => before == DIGIT,
            b'u' => before == b'\\',
            _ => false,
        };
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        if doubtful || digits > MAX_PLAIN_DIGITS {
            return false;
        }
        before = if byte.is_ascii_digit() { DIGIT } else { byte };
    }
    true
}

/// Whether a number is what a double gives back. A whole number beyond 64 bits is a double for every reader.
fn is_exact(text: &str) -> bool {
    if text.len() < 16 || text.contains(['.', 'e', 'E']) {
        return true;
    }
    let whole = text.parse::<i128>().ok().filter(|n| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(n));
    whole.is_none_or(|n| n.unsigned_abs() <= 1 << 53)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Vec<String>> {
        let mut list = Vec::new();
        each(text, |(key, member, text)| list.push(format!("{key} {member:?} {text}"))).then_some(list)
    }

    #[test]
    fn members_are_what_the_parser_says() {
        let text =
            r#" {"a":1.50, "b" : "x\n", "c":[1, 2],"d":null,"e":true,"f\u0041":"t","g":9007199254740993,"h":-0} "#;
        let expected = [
            "a Number { value: 1.5, exact: true } 1.50",
            "b Text(\"x\\n\") \"x\\n\"",
            "c Nested [1, 2]",
            "d Null null",
            "e Bool(true) true",
            "fA Text(\"t\") \"t\"",
            "g Number { value: 9007199254740992.0, exact: false } 9007199254740993",
            "h Number { value: -0.0, exact: true } -0",
        ];
        assert_eq!(found(text).unwrap(), expected);
        assert_eq!(found("{}").unwrap(), [""; 0]);
    }

    #[test]
    fn of_a_repeated_key_the_last_counts() {
        assert_eq!(
            found(r#"{"a":1,"b":2,"a":"x"}"#).unwrap(),
            ["a Text(\"x\") \"x\"", "b Number { value: 2.0, exact: true } 2"]
        );
        let many: Vec<String> = (0..100).map(|n| format!(r#""k{}":{n}"#, n % 60)).collect();
        assert_eq!(found(&format!("{{{}}}", many.join(","))).unwrap().len(), 60);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in [
            "",
            "[1]",
            "7",
            "{\"a\":}",
            "{\"a\":1} x",
            "{\"a\":1e999}",
            "{\"a\":[1e999]}",
            "{\"a\":[\"\\udc00\"]}",
            "{\"a\":\"\\ud800\"}",
        ] {
            assert_eq!(found(text), None, "{text}");
            assert!(serde_json::from_str::<Map<String, Value>>(text).is_err(), "{text}");
        }
    }
}
