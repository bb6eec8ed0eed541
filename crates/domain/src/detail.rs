//! Why something was decided about a message.

use std::fmt;
use std::ops::Deref;

use serde_json::{Map, Value};

/// Why something was decided about a message: in words, and with what a rule saw when a rule decided it. Reads as its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// In words, for people.
    pub text: String,
    /// The rule and what it saw; `None` when no rule of the gate decided.
    pub grounds: Option<Box<Grounds>>,
}

/// A rule of the gate, and the values by which it decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// `consent`, `frequency_cap`, `quiet_hours`…
    pub rule: &'static str,
    /// What it saw; instants are RFC 3339, durations as documents write them (`7d`).
    pub values: Map<String, Value>,
}

impl Detail {
    /// What a rule decided by these values, an object.
    #[must_use]
    pub fn of(rule: &'static str, text: impl Into<String>, values: Value) -> Self {
        let values = match values {
            Value::Object(values) => values,
            _ => Map::new(),
        };
        Detail { text: text.into(), grounds: Some(Box::new(Grounds { rule, values })) }
    }

    /// The rule that decided.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        self.grounds.as_ref().map(|grounds| grounds.rule)
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Detail { text, grounds: None }
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Deref for Detail {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
