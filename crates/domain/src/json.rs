//! A JSON object kept as the text it came in, parsed only when somebody looks inside.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A JSON object: cheap to clone, carried as text, parsed when it is first looked into.
#[derive(Clone, Debug)]
pub struct Json {
    text: Arc<str>,
    parsed: OnceLock<Arc<Map<String, Value>>>,
}

impl Json {
    /// An object from its text. Anything that is not an object (including malformed text) reads as an empty object.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let text = if text.is_empty() || text == "null" { "{}" } else { text };
        Json { text: Arc::from(text), parsed: OnceLock::new() }
    }

    /// The JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The members.
    #[must_use]
    pub fn map(&self) -> &Map<String, Value> {
        self.parsed.get_or_init(|| Arc::new(serde_json::from_str(&self.text).unwrap_or_default()))
    }

    /// Lets go of the members read so far, which take several times the room of the text.
    pub fn forget(&mut self) {
        self.parsed.take();
    }

    /// The member at a dotted path: `get("product.sku")`. A member whose name contains the dots wins over a nested one.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        lookup(self.map(), path)
    }

    /// True without parsing for `{}`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        &*self.text == "{}" || self.map().is_empty()
    }
}

/// The member of `map` at a dotted path.
#[must_use]
pub fn lookup<'a>(map: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = map.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    match map.get(head)? {
        Value::Object(inner) => lookup(inner, rest),
        _ => None,
    }
}

impl Default for Json {
    fn default() -> Self {
        Json::from_text("{}")
    }
}

impl From<Map<String, Value>> for Json {
    fn from(map: Map<String, Value>) -> Self {
        let text = Arc::from(serde_json::to_string(&map).unwrap_or_else(|_| "{}".to_owned()));
        Json { text, parsed: OnceLock::from(Arc::new(map)) }
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text || self.map() == other.map()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            match serde_json::from_str::<&RawValue>(&self.text) {
                Ok(raw) => raw.serialize(serializer),
                Err(_) => self.map().serialize(serializer),
            }
        } else {
            serializer.serialize_str(&self.text)
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let map: Option<Map<String, Value>> = Option::deserialize(deserializer)?;
            Ok(Json::from(map.unwrap_or_default()))
        } else {
            Ok(Json::from_text(&String::deserialize(deserializer)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_nested_and_dotted_members() {
        let json = Json::from_text(r#"{"a":{"b":{"c":1}},"x.y":2,"n":null}"#);
        assert_eq!(json.get("a.b.c"), Some(&Value::from(1)));
        assert_eq!(json.get("x.y"), Some(&Value::from(2)));
        assert_eq!(json.get("a.z"), None);
        assert_eq!(json.get("n"), Some(&Value::Null));
        assert!(Json::from_text("null").is_empty());
        assert!(Json::from_text("[1]").is_empty());
    }

    #[test]
    fn survives_both_kinds_of_serialisation() {
        let json = Json::from_text(r#"{"a":1}"#);
        let text = serde_json::to_string(&json).unwrap();
        assert_eq!(text, r#"{"a":1}"#);
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), json);
        let bytes = postcard::to_stdvec(&json).unwrap();
        assert_eq!(postcard::from_bytes::<Json>(&bytes).unwrap(), json);
    }
}
