//! The `segment` document.

use rapport_domain::Problem;
use rapport_domain::rule::Rule;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A segment as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who belongs to it, in the rule language.
    pub rule: String,
}

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 120;

/// Reads a segment's spec and its rule; every problem names its place.
pub fn validate(spec: &Value) -> Result<(SegmentSpec, Rule), Vec<Problem>> {
    let parsed: SegmentSpec =
        serde_json::from_value(spec.clone()).map_err(|e| vec![Problem::new("spec", e.to_string())])?;
    let mut problems = Vec::new();
    let name_chars = parsed.name.trim().chars().count();
    if name_chars == 0 || name_chars > MAX_NAME_CHARS {
        problems.push(Problem::new("spec.name", format!("expected 1-{MAX_NAME_CHARS} characters")));
    }
    match rapport_rules::parse(&parsed.rule) {
        Ok(rule) if problems.is_empty() => Ok((parsed, rule)),
        Ok(_) => Err(problems),
        Err(errors) => {
            problems.extend(errors.into_iter().map(|p| Problem { at: format!("spec.rule {}", p.at), ..p }));
            Err(problems)
        }
    }
}

/// The JSON Schema of the spec.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "segment",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "rule"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS},
            "description": {"type": "string"},
            "rule": {"type": "string", "description": "A rule, e.g. events(\"Order Completed\").count() >= 5"}
        }
    })
}
