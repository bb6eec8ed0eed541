//! The `computed_trait` document: a trait that Rapport keeps by itself.

use rapport_domain::rule::Formula;
use rapport_domain::{Problem, kinds};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spec::MAX_NAME_CHARS;

/// A computed trait as people write it. The document's id is the trait's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputedTraitSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its value in the rule language: `events("Order Completed").sum("total")`, `traits.revenue / traits.orders`, or a
    /// condition.
    pub value: String,
}

/// Reads a computed trait's spec and its formula; every problem names its place.
pub fn validate(spec: &Value) -> Result<(ComputedTraitSpec, Formula), Vec<Problem>> {
    let parsed: ComputedTraitSpec =
        serde_json::from_value(spec.clone()).map_err(|e| vec![Problem::new("spec", e.to_string())])?;
    let mut problems = Vec::new();
    let name_chars = parsed.name.trim().chars().count();
    if name_chars == 0 || name_chars > MAX_NAME_CHARS {
        problems.push(Problem::of("spec.name", kinds::NAME_LENGTH, &[("max", &MAX_NAME_CHARS)]));
    }
    match rapport_rules::parse_formula(&parsed.value) {
        Ok(formula) if problems.is_empty() => Ok((parsed, formula)),
        Ok(_) => Err(problems),
        Err(errors) => {
            problems.extend(errors.into_iter().map(|p| Problem { at: format!("spec.value {}", p.at), ..p }));
            Err(problems)
        }
    }
}

/// The JSON Schema of the spec.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "computed_trait",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "value"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS},
            "description": {"type": "string"},
            "value": {"type": "string", "description": "The value, e.g. events(\"Order Completed\").sum(\"total\")"}
        }
    })
}
