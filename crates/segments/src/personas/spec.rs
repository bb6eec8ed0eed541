//! The `persona_model` document.

use rapport_domain::Problem;
use rapport_domain::rule::Formula;
use rapport_domain::time::{DAY_MS, parse_duration_ms};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spec::MAX_NAME_CHARS;

/// Features of one model.
pub const MAX_FEATURES: usize = 24;
/// Groups of one model.
pub const MAX_PERSONAS: usize = 12;
/// The shortest time between two scheduled computations.
const MIN_EVERY_MS: i64 = DAY_MS / 24;

/// A persona model as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonaSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What customers are compared by.
    pub features: Vec<Feature>,
    /// Only members of this segment are grouped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// The fewest groups.
    #[serde(default = "two")]
    pub min_personas: usize,
    /// The most groups.
    #[serde(default = "eight")]
    pub max_personas: usize,
    /// Another seed begins the search elsewhere; the same one finds the same groups.
    #[serde(default)]
    pub seed: u64,
    /// Computed anew that often: `7d`; only on demand when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
}

/// One thing customers are compared by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// What people call it: `orders`.
    pub name: String,
    /// Its value in the rule language: `events("Order Completed").within("90d").count()`, `traits.plan`.
    pub value: String,
}

fn two() -> usize {
    2
}

fn eight() -> usize {
    8
}

impl PersonaSpec {
    /// Milliseconds between two scheduled computations.
    #[must_use]
    pub fn every_ms(&self) -> Option<i64> {
        self.every.as_deref().and_then(parse_duration_ms)
    }
}

/// Reads a model's spec and the formulas of its features; every problem names its place.
pub fn validate(spec: &Value) -> Result<(PersonaSpec, Vec<Formula>), Vec<Problem>> {
    let parsed: PersonaSpec =
        serde_json::from_value(spec.clone()).map_err(|e| vec![Problem::new("spec", e.to_string())])?;
    let mut problems = Vec::new();
    let mut refuse = |at: &str, message: String| problems.push(Problem::new(at, message));
    if !(1..=MAX_NAME_CHARS).contains(&parsed.name.trim().chars().count()) {
        refuse("spec.name", format!("expected 1-{MAX_NAME_CHARS} characters"));
    }
    if !(2..=MAX_FEATURES).contains(&parsed.features.len()) {
        refuse("spec.features", format!("expected 2 to {MAX_FEATURES} features"));
    }
    if parsed.min_personas < 2 || parsed.min_personas > parsed.max_personas || parsed.max_personas > MAX_PERSONAS {
        refuse("spec.min_personas", format!("expected 2 <= min_personas <= max_personas <= {MAX_PERSONAS}"));
    }
    if parsed.every.is_some() && parsed.every_ms().is_none_or(|ms| ms < MIN_EVERY_MS) {
        refuse("spec.every", "expected a duration of at least 1h, such as \"7d\"".to_owned());
    }
    let mut formulas = Vec::new();
    for (i, feature) in parsed.features.iter().enumerate() {
        let named = parsed.features[..i].iter().any(|f| f.name == feature.name);
        if feature.name.trim().is_empty() || named {
            let message = "expected a name of its own for each feature";
            problems.push(Problem::new(format!("spec.features[{i}].name"), message));
        }
        match rapport_rules::parse_formula(&feature.value) {
            Ok(formula) => formulas.push(formula),
            Err(errors) => problems
                .extend(errors.into_iter().map(|p| Problem { at: format!("spec.features[{i}].value {}", p.at), ..p })),
        }
    }
    if problems.is_empty() { Ok((parsed, formulas)) } else { Err(problems) }
}

/// The JSON Schema of the spec.
#[must_use]
pub fn schema() -> Value {
    let count = json!({"type": "integer", "minimum": 2, "maximum": MAX_PERSONAS});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "persona_model",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "features"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS},
            "description": {"type": "string"},
            "features": {"type": "array", "minItems": 2, "maxItems": MAX_FEATURES, "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "value"], "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "value": {"type": "string", "description": "A value in the rule language"}
                }
            }},
            "segment": {"type": "string", "description": "Only members of this segment are grouped"},
            "min_personas": count, "max_personas": count,
            "seed": {"type": "integer", "minimum": 0},
            "every": {"type": "string", "description": "How often it is computed anew: 7d"}
        }
    })
}
