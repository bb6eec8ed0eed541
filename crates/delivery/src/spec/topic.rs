//! Topics: subjects customers can subscribe to or leave.

use rapport_domain::Problem;
use serde_json::{Value, json};

use super::confirm::{self, DoubleOptIn};
use super::fields::Fields;
use super::settings::{CONSENT_CHOICES, ConsentPolicy};

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// What the preference page calls it.
    pub name: String,
    /// One sentence about what it brings.
    pub description: String,
    /// What silence means.
    pub default: ConsentPolicy,
    /// Which subscriptions to it have to be confirmed; the workspace's word when absent.
    pub double_opt_in: Option<DoubleOptIn>,
}

impl TopicSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", &["name", "description", "default", "double_opt_in"]);
        let topic = TopicSpec {
            name: f.required("name", 200),
            description: f.text("description", 1000).unwrap_or_default(),
            default: f.choice("default", CONSENT_CHOICES, Some(ConsentPolicy::OptIn)).unwrap_or(ConsentPolicy::OptIn),
            double_opt_in: confirm::read(&mut f),
        };
        f.finish(topic)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Topic", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": {"type": "string", "maxLength": 1000},
                "default": {"enum": ["opt_in", "opt_out"], "default": "opt_in"},
                "double_opt_in": confirm::schema(),
            },
        })
    }
}
