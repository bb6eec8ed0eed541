//! Topics: subjects customers can subscribe to or leave.

use std::collections::BTreeMap;

use rapport_domain::{Problem, kinds};
use serde_json::{Value, json};

use super::confirm::{self, DoubleOptIn};
use super::fields::Fields;
use super::settings::{CONSENT_CHOICES, ConsentPolicy};
use crate::core::locale::chain;

/// Bytes of a name, of a description, and languages of one topic.
const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 1000;
const MAX_LANGUAGES: usize = 100;

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
    /// Name and description in other languages, by tag in lower case; what one leaves out is as above.
    pub translations: BTreeMap<String, (Option<String>, Option<String>)>,
}

impl TopicSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", &["name", "description", "default", "double_opt_in", "translations"]);
        let mut translations = BTreeMap::new();
        for (tag, value) in f.members("translations", MAX_LANGUAGES) {
            let Some(language) = chain(tag).into_iter().next() else {
                f.fault("translations", kinds::NOT_A_LANGUAGE, &[("found", &tag)]);
                continue;
            };
            let mut inner = Fields::open(value, &format!("spec.translations.{tag}"), &["name", "description"]);
            translations.insert(language, (inner.text("name", MAX_NAME), inner.text("description", MAX_DESCRIPTION)));
            f.close(inner);
        }
        let topic = TopicSpec {
            name: f.required("name", MAX_NAME),
            description: f.text("description", MAX_DESCRIPTION).unwrap_or_default(),
            default: f.choice("default", CONSENT_CHOICES, Some(ConsentPolicy::OptIn)).unwrap_or(ConsentPolicy::OptIn),
            double_opt_in: confirm::read(&mut f),
            translations,
        };
        f.finish(topic)
    }

    /// Name and description in a language: of its most exact tag, else as the topic has them.
    #[must_use]
    pub fn called(&self, language: &str) -> (&str, &str) {
        let tags = chain(language);
        let said: Vec<_> = tags.iter().filter_map(|tag| self.translations.get(tag)).collect();
        let name = said.iter().find_map(|(name, _)| name.as_deref());
        let description = said.iter().find_map(|(_, description)| description.as_deref());
        (name.unwrap_or(&self.name), description.unwrap_or(&self.description))
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let text = |most: usize| json!({"type": "string", "minLength": 1, "maxLength": most});
        let translation = json!({
            "type": "object", "additionalProperties": false,
            "properties": {"name": text(MAX_NAME), "description": text(MAX_DESCRIPTION)},
        });
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Topic", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": {"type": "string", "maxLength": 1000},
                "default": {"enum": ["opt_in", "opt_out"], "default": "opt_in"},
                "double_opt_in": confirm::schema(),
                "translations": {
                    "type": "object", "maxProperties": MAX_LANGUAGES, "additionalProperties": translation,
                    "description": "Name and description in other languages, for the pages customers see: {\"de\": {\"name\": \"Neues\"}}.",
                },
            },
        })
    }
}
