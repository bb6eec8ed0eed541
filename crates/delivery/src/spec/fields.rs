//! Reading the members of a JSON object one by one, collecting what is wrong instead of stopping at the first problem.

use std::collections::BTreeMap;
use std::fmt::Display;

use rapport_domain::{Kind, Problem, kinds};
use serde_json::{Map, Value};

use crate::core::address::parse_email;
use crate::core::nearest::nearest;

static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

/// A reader of one object.
pub(crate) struct Fields<'a> {
    at: String,
    map: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl<'a> Fields<'a> {
    /// Opens the object `value` at path `at`; members not in `known` are problems.
    pub(crate) fn open(value: &'a Value, at: &str, known: &[&str]) -> Self {
        let mut fields = Fields { at: at.to_owned(), map: &EMPTY, problems: Vec::new() };
        match value {
            Value::Object(map) => fields.map = map,
            other => {
                let values: &[(&str, &dyn Display)] = &[("expected", &"an object"), ("found", &kind_of(other))];
                fields.problems.push(Problem::of(at, kinds::WRONG_TYPE, values));
                return fields;
            }
        }
        for name in fields.map.keys().filter(|k| !known.contains(&k.as_str())) {
            let problem = Problem::of(format!("{at}.{name}"), kinds::UNKNOWN_MEMBER, &[("known", &known.join(", "))]);
            fields.problems.push(problem.with_suggestion(nearest(name, known)));
        }
        fields
    }

    /// Notes a problem with member `key`.
    pub(crate) fn problem(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(format!("{}.{key}", self.at), message));
    }

    /// Notes a problem of a known kind with member `key`.
    pub(crate) fn fault(&mut self, key: &str, kind: Kind, values: &[(&'static str, &dyn Display)]) {
        self.problems.push(Problem::of(format!("{}.{key}", self.at), kind, values));
    }

    /// Takes over problems found elsewhere.
    pub(crate) fn absorb(&mut self, problems: Vec<Problem>) {
        self.problems.extend(problems);
    }

    /// The value if nothing was wrong, else everything that was.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Vec<Problem>> {
        if self.problems.is_empty() { Ok(value) } else { Err(self.problems) }
    }

    /// A nested object, if present.
    pub(crate) fn object(&mut self, key: &str, known: &[&str]) -> Option<Fields<'a>> {
        let value = self.value(key)?;
        Some(Fields::open(value, &format!("{}.{key}", self.at), known))
    }

    /// Ends a nested reader, taking over its problems.
    pub(crate) fn close(&mut self, inner: Fields<'a>) {
        self.problems.extend(inner.problems);
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|v| !v.is_null())
    }

    fn expected(&mut self, key: &str, what: &str, found: &Value) {
        self.fault(key, kinds::WRONG_TYPE, &[("expected", &what), ("found", &kind_of(found))]);
    }

    /// Text of at most `max_bytes`, if present.
    pub(crate) fn text(&mut self, key: &str, max_bytes: usize) -> Option<String> {
        match self.value(key)? {
            Value::String(s) if s.len() > max_bytes => {
                self.fault(key, kinds::TOO_LONG, &[("max", &max_bytes), ("found", &s.len())]);
                None
            }
            Value::String(s) => Some(s.clone()),
            other => {
                self.expected(key, "text", other);
                None
            }
        }
    }

    /// Text that must be there and not be blank.
    pub(crate) fn required(&mut self, key: &str, max_bytes: usize) -> String {
        let Some(found) = self.value(key) else {
            self.fault(key, kinds::REQUIRED, &[]);
            return String::new();
        };
        if found.as_str().is_some_and(|s| s.trim().is_empty()) {
            self.fault(key, kinds::EMPTY, &[]);
        }
        self.text(key, max_bytes).unwrap_or_default()
    }

    /// Text on one line: no control characters, so that it can stand in a header.
    pub(crate) fn line(&mut self, key: &str, max_bytes: usize) -> Option<String> {
        let text = self.text(key, max_bytes)?;
        if text.chars().any(char::is_control) {
            self.fault(key, kinds::NOT_ONE_LINE, &[]);
        }
        Some(text)
    }

    /// True or false, `default` when absent.
    pub(crate) fn flag(&mut self, key: &str, default: bool) -> bool {
        match self.value(key) {
            None => default,
            Some(Value::Bool(b)) => *b,
            Some(other) => {
                self.expected(key, "true or false", other);
                default
            }
        }
    }

    /// A whole number within `range`, `default` when absent.
    pub(crate) fn whole(&mut self, key: &str, range: std::ops::RangeInclusive<u32>, default: u32) -> u32 {
        let Some(value) = self.value(key) else { return default };
        match value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n)) {
            Some(n) => n,
            None => {
                self.fault(key, kinds::NOT_WHOLE, &[("from", range.start()), ("to", range.end()), ("found", value)]);
                default
            }
        }
    }

    /// One of `choices` by name, `default` when absent.
    pub(crate) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)], default: Option<T>) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|c| c.0).collect();
        match self.value(key) {
            None => {
                if default.is_none() {
                    self.fault(key, kinds::REQUIRED_ONE_OF, &[("known", &names.join(", "))]);
                }
                default
            }
            Some(Value::String(s)) => {
                let found = choices.iter().find(|c| c.0 == s).map(|c| c.1);
                if found.is_none() {
                    let values: &[(&str, &dyn Display)] = &[("known", &names.join(", ")), ("found", s)];
                    let problem = Problem::of(format!("{}.{key}", self.at), kinds::NOT_ONE_OF, values);
                    self.problems.push(problem.with_suggestion(nearest(s, &names)));
                }
                found
            }
            Some(other) => {
                self.expected(key, &format!("one of {}", names.join(", ")), other);
                None
            }
        }
    }

    /// An e-mail address, if present.
    pub(crate) fn email(&mut self, key: &str) -> Option<String> {
        let text = self.text(key, 320)?;
        match parse_email(&text) {
            Some(address) => Some(address.to_string()),
            None => {
                self.fault(key, kinds::NOT_AN_EMAIL, &[("found", &text)]);
                None
            }
        }
    }

    /// An absolute `https://` (or `http://`) address, if present; a trailing slash is taken off.
    pub(crate) fn url(&mut self, key: &str) -> Option<String> {
        let text = self.text(key, 2048)?;
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\'');
        if host.is_none_or(|h| h.is_empty() || h.starts_with('/')) || text.contains(bad) {
            self.fault(key, kinds::NOT_AN_ADDRESS, &[("found", &text)]);
            return None;
        }
        Some(text.trim_end_matches('/').to_owned())
    }

    /// Whether the member is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// An object of at most `max` texts of at most `max_bytes` each, empty when absent.
    pub(crate) fn named_texts(&mut self, key: &str, max: usize, max_bytes: usize) -> BTreeMap<String, String> {
        let map = match self.value(key) {
            None => return BTreeMap::new(),
            Some(Value::Object(map)) if map.len() <= max => map,
            Some(_) => {
                self.fault(key, kinds::TOO_MANY_MEMBERS, &[("max", &max)]);
                return BTreeMap::new();
            }
        };
        let mut out = BTreeMap::new();
        for (name, value) in map {
            match value.as_str().filter(|text| text.len() <= max_bytes) {
                Some(text) => {
                    out.insert(name.clone(), text.to_owned());
                }
                None => self.problem(&format!("{key}.{name}"), format!("expected text of at most {max_bytes} bytes")),
            }
        }
        out
    }

    /// The members of an object, if present.
    pub(crate) fn members(&mut self, key: &str, max: usize) -> Vec<(&'a str, &'a Value)> {
        match self.value(key) {
            None => Vec::new(),
            Some(Value::Object(map)) if map.len() <= max => map.iter().map(|(k, v)| (k.as_str(), v)).collect(),
            Some(_) => {
                self.fault(key, kinds::TOO_MANY_MEMBERS, &[("max", &max)]);
                Vec::new()
            }
        }
    }

    /// A list of texts, empty when absent.
    pub(crate) fn texts(&mut self, key: &str, max: usize) -> Vec<String> {
        match self.value(key) {
            None => Vec::new(),
            Some(Value::Array(items)) if items.len() <= max && items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                self.fault(key, kinds::TOO_MANY_TEXTS, &[("max", &max)]);
                Vec::new()
            }
        }
    }
}
