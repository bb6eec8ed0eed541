//! Tracking plans: which events a team means to send, with which properties. A plan says what is meant; the catalogue of
//! events says what came; the difference is for people to read. Nothing is refused because of a plan.

use std::collections::BTreeSet;

use rapport_domain::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest name, characters.
const MAX_NAME_CHARS: usize = 200;
/// Events of a plan, at most.
const MAX_EVENTS: usize = 500;
/// Properties of an event, at most.
const MAX_PROPERTIES: usize = 200;
/// Values a property may be limited to, at most.
const MAX_VALUES: usize = 100;

/// What a value may be, as the catalogue names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A list.
    List,
    /// An object.
    Object,
}

/// A plan as people write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The events meant.
    pub events: Vec<PlannedEvent>,
}

/// An event that is meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedEvent {
    /// Its name, as it is sent.
    pub name: String,
    /// When it is sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its properties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PlannedProperty>,
}

/// A property that is meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedProperty {
    /// Its dotted path: `total`, `products.sku`.
    pub name: String,
    /// What it is; anything when absent.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Type>,
    /// Whether every event has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The only values it has; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// Reads and checks a plan.
///
/// # Errors
/// Everything that is wrong with it, by path.
pub fn validate(spec: &Value) -> Result<PlanSpec, Vec<Problem>> {
    let plan: PlanSpec = serde_json::from_value(spec.clone()).map_err(|e| vec![Problem::new("spec", e.to_string())])?;
    let mut problems = Vec::new();
    named(&plan.name, "spec.name", &mut problems);
    bounded(plan.events.len(), MAX_EVENTS, "spec.events", &mut problems);
    unique(plan.events.iter().map(|e| e.name.as_str()), "spec.events", &mut problems);
    for (i, event) in plan.events.iter().enumerate() {
        let at = format!("spec.events[{i}]");
        named(&event.name, &format!("{at}.name"), &mut problems);
        let place = format!("{at}.properties");
        bounded(event.properties.len(), MAX_PROPERTIES, &place, &mut problems);
        unique(event.properties.iter().map(|p| p.name.as_str()), &place, &mut problems);
        for (j, property) in event.properties.iter().enumerate() {
            named(&property.name, &format!("{place}[{j}].name"), &mut problems);
            bounded(property.values.len(), MAX_VALUES, &format!("{place}[{j}].values"), &mut problems);
        }
    }
    if problems.is_empty() { Ok(plan) } else { Err(problems) }
}

fn named(name: &str, at: &str, problems: &mut Vec<Problem>) {
    let chars = name.trim().chars().count();
    if chars == 0 || chars > MAX_NAME_CHARS {
        problems.push(Problem::new(at, format!("expected 1-{MAX_NAME_CHARS} characters")));
    }
}

fn bounded(found: usize, most: usize, at: &str, problems: &mut Vec<Problem>) {
    if found > most {
        problems.push(Problem::new(at, format!("expected at most {most}, found {found}")));
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, at: &str, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (i, name) in names.enumerate() {
        if !seen.insert(name) {
            problems.push(Problem::new(format!("{at}[{i}].name"), format!("{name:?} is named before")));
        }
    }
}

/// The document's JSON Schema.
#[must_use]
pub fn schema() -> Value {
    let name = json!({"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS});
    let text = json!({"type": "string"});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tracking plan", "type": "object", "additionalProperties": false, "required": ["name", "events"],
        "properties": {
            "name": name, "description": text,
            "events": {"type": "array", "maxItems": MAX_EVENTS, "items": {
                "type": "object", "additionalProperties": false, "required": ["name"], "properties": {
                    "name": name, "description": text,
                    "properties": {"type": "array", "maxItems": MAX_PROPERTIES, "items": {
                        "type": "object", "additionalProperties": false, "required": ["name"], "properties": {
                            "name": name, "description": text,
                            "type": {"enum": ["string", "number", "bool", "list", "object"]},
                            "required": {"type": "boolean", "default": false},
                            "values": {"type": "array", "maxItems": MAX_VALUES},
                        },
                    }},
                },
            }},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(spec: Value) -> String {
        let found = validate(&spec).err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_plan_names_each_event_and_property_once() {
        let order =
            json!({"name": "Order Completed", "properties": [{"name": "total", "type": "number", "required": true}]});
        assert_eq!(faults(json!({"name": "Shop", "events": [order]})), "");
        let twice = json!({"name": "Shop", "events": [order, order]});
        assert!(faults(twice).contains("spec.events[1].name"));
        let property = json!({"name": "A", "properties": [{"name": "x"}, {"name": "x"}]});
        assert!(faults(json!({"name": "Shop", "events": [property]})).contains("spec.events[0].properties[1].name"));
    }

    #[test]
    fn what_is_wrong_is_named_where_it_stands() {
        for (spec, part) in [
            (json!({"events": []}), "name"),
            (json!({"name": " ", "events": []}), "spec.name"),
            (json!({"name": "A", "events": [{"name": ""}]}), "spec.events[0].name"),
            (json!({"name": "A", "events": [{"name": "B", "properties": [{"name": "x", "type": "money"}]}]}), "money"),
            (json!({"name": "A", "events": [], "evnts": 1}), "evnts"),
            (json!({"name": "A", "events": vec![json!({"name": "B"}); MAX_EVENTS + 1]}), "at most 500"),
        ] {
            let found = faults(spec.clone());
            assert!(found.contains(part), "{spec} gives {found:?}");
        }
    }

    #[test]
    fn the_schema_names_every_member() {
        let schema = schema();
        let event = &schema["properties"]["events"]["items"]["properties"];
        for member in ["name", "type", "required", "description", "values"] {
            assert!(event["properties"]["items"]["properties"].get(member).is_some(), "{member}");
        }
    }
}
