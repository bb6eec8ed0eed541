//! The schema of a step.

use serde_json::{Map, Value, json};

use super::actions;

pub(super) fn schema() -> Value {
    let target = json!({ "$ref": "#/$defs/target" });
    let actions = actions::all();
    let one_of: Vec<Value> = actions.iter().map(|(name, _)| json!({ "required": [name] })).collect();
    let mut properties = Map::new();
    properties.insert("id".into(), json!({ "$ref": "#/$defs/slug" }));
    properties.insert("note".into(), json!({ "$ref": "#/$defs/text" }));
    let position = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["x", "y"],
        "properties": { "x": { "type": "integer" }, "y": { "type": "integer" } }
    });
    properties.insert("position".into(), position);
    properties.insert("next".into(), target.clone());
    let otherwise = json!({
        "$ref": "#/$defs/target",
        "description": "Of a branch: when no arm holds. Of a wait for an event or a rule: when it did not come in time. Of a wait for a date: when there is none or it is over. Of a webhook: when every attempt failed. Of a question about a message: when it did not come so far."
    });
    properties.insert("otherwise".into(), otherwise);
    for (name, schema) in actions {
        properties.insert(name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id"],
        "oneOf": one_of,
        "properties": properties
    })
}
