//! References in documents: a text `{{ path }}` becomes what is found there.

use rapport_domain::json::lookup;
use serde_json::{Map, Value};

use super::Conditions;
use crate::spec::MAX_NESTING;

/// Characters of a text after its references were filled in.
const MAX_TEXT: usize = 4_000;

/// What references are looked up in.
pub(super) struct Sources<'a> {
    /// What the run knows: `event`, `segment`, `data`, `waited`, `digest`, `webhook`, `journey`.
    pub(super) values: &'a Map<String, Value>,
    /// `traits.…` of the profile.
    pub(super) conditions: &'a dyn Conditions,
}

impl Sources<'_> {
    /// The value with its references filled in. A text that is one reference takes the type of what it names; inside
    /// longer texts it is written out. What is not found is null, or nothing within a text.
    pub(super) fn fill(&self, value: &Value) -> Value {
        self.fill_at(value, 0)
    }

    /// Every member filled.
    pub(super) fn fill_all(&self, map: &Map<String, Value>) -> Map<String, Value> {
        map.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect()
    }

    fn fill_at(&self, value: &Value, depth: usize) -> Value {
        match value {
            Value::String(text) if text.contains("{{") => self.text(text),
            Value::Array(items) if depth < MAX_NESTING => items.iter().map(|v| self.fill_at(v, depth + 1)).collect(),
            Value::Object(map) if depth < MAX_NESTING => {
                Value::Object(map.iter().map(|(k, v)| (k.clone(), self.fill_at(v, depth + 1))).collect())
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> Value {
        let whole = text.trim();
        if let Some(path) = whole.strip_prefix("{{").and_then(|t| t.strip_suffix("}}"))
            && !path.contains("{{")
        {
            return self.find(path.trim()).unwrap_or(Value::Null);
        }
        Value::String(self.written(text, str::to_owned))
    }

    /// A text with its references written out, each after `escape`.
    pub(super) fn written(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            let Some((path, behind)) = after.split_once("}}") else {
                rest = "";
                break;
            };
            match self.find(path.trim()) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => out.push_str(&escape(&text)),
                Some(other) => out.push_str(&escape(&other.to_string())),
            }
            rest = behind;
        }
        out.push_str(rest);
        out.chars().take(MAX_TEXT).collect()
    }

    fn find(&self, path: &str) -> Option<Value> {
        match path.split_once('.') {
            Some(("traits", name)) => self.conditions.trait_value(name),
            Some(("profile", "id")) => Some(Value::from(self.conditions.profile().to_string())),
            Some(("profile", of)) if of.starts_with("traits.") => self.find(of),
            _ => lookup(self.values, path).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::ConditionKey;

    struct Traits;

    impl Conditions for Traits {
        fn holds(&self, _: &ConditionKey) -> bool {
            false
        }

        fn trait_value(&self, path: &str) -> Option<Value> {
            (path == "plan").then(|| json!("pro"))
        }
    }

    #[test]
    fn references_keep_types_and_fill_texts() {
        let values = json!({ "event": { "properties": { "total": 9.5, "items": [1, 2] } } });
        let sources = Sources { values: values.as_object().unwrap(), conditions: &Traits };
        for (given, expected) in [
            (json!("plain"), json!("plain")),
            (json!("{{ event.properties.total }}"), json!(9.5)),
            (json!("{{event.properties.items}}"), json!([1, 2])),
            (json!("{{ traits.plan }}"), json!("pro")),
            (json!("{{ profile.traits.plan }}"), json!("pro")),
            (json!("{{ traits.none }}"), json!(null)),
            (json!("{{ traits.plan }}: {{ event.properties.total }} EUR"), json!("pro: 9.5 EUR")),
            (json!("a {{ nothing }}b"), json!("a b")),
            (json!("open {{ event"), json!("open ")),
            (json!({ "a": ["{{ traits.plan }}"] }), json!({ "a": ["pro"] })),
            (json!(7), json!(7)),
        ] {
            assert_eq!(sources.fill(&given), expected, "{given}");
        }
        assert_eq!(sources.written("{{ traits.plan }}/{{ event.properties.items }}", str::to_uppercase), "PRO/[1,2]");
    }
}
