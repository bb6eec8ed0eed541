//! The JSON Schema of a journey's document, for editors and the published API.

use serde_json::{Value, json};

use crate::spec::{MAX_ARMS, MAX_RULE_CHARS, MAX_STEPS, MAX_TEXT_CHARS, MAX_TRAITS};

/// JSON Schema (draft 2020-12) of the `spec` of a `journey` resource. What it cannot say (graphs, rules, names of
/// other documents) [`crate::validate`] checks.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Journey",
        "description": "A multi-step workflow that customers enter one by one.",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "trigger", "steps"],
        "properties": {
            "name": { "$ref": "#/$defs/text", "description": "For people." },
            "description": { "$ref": "#/$defs/text" },
            "trigger": trigger(),
            "entry": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "when": { "$ref": "#/$defs/rule" } },
                "description": "A rule that must hold when the trigger fires."
            },
            "reentry": {
                "description": "Whether a customer may enter again. Never while a run is active.",
                "default": "once",
                "oneOf": [
                    { "enum": ["once", "always"] },
                    {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["after"],
                        "properties": { "after": { "$ref": "#/$defs/duration" } }
                    }
                ]
            },
            "exit_when": { "$ref": "#/$defs/rule", "description": "Ends a run as soon as it holds, also while it waits." },
            "steps": { "type": "array", "minItems": 1, "maxItems": MAX_STEPS, "items": step() }
        },
        "$defs": {
            "text": { "type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARS },
            "slug": { "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" },
            "target": { "type": "string", "description": "A step's id, or `end`.", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" },
            "rule": { "type": "string", "minLength": 1, "maxLength": MAX_RULE_CHARS, "description": "A rule, CEL syntax." },
            "duration": { "type": "string", "pattern": "^(\\d+(ms|s|m|min|h|d|w))+$", "examples": ["30m", "12h", "3d"] }
        }
    })
}

fn trigger() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "event": {
                "type": "object",
                "additionalProperties": false,
                "required": ["name"],
                "properties": {
                    "name": { "$ref": "#/$defs/text", "examples": ["Order Completed"] },
                    "where": { "$ref": "#/$defs/rule", "description": "A predicate on the event `e`.", "examples": ["e.total > 50"] },
                    "key": { "$ref": "#/$defs/text", "description": "A property that names what a run is about; runs of different values go side by side.", "examples": ["cart_id"] }
                }
            },
            "segment": {
                "type": "object",
                "additionalProperties": false,
                "required": ["id", "on"],
                "properties": { "id": { "$ref": "#/$defs/slug" }, "on": { "enum": ["entered", "exited"] } }
            }
        }
    })
}

fn step() -> Value {
    let target = json!({ "$ref": "#/$defs/target" });
    let arm = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["when", "goto"],
        "properties": { "when": { "$ref": "#/$defs/rule" }, "goto": target }
    });
    let wait = json!({
        "oneOf": [
            { "$ref": "#/$defs/duration" },
            {
                "type": "object",
                "additionalProperties": false,
                "minProperties": 1,
                "properties": {
                    "for": { "$ref": "#/$defs/duration" },
                    "until": { "type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$", "description": "A time of day in the customer's zone." }
                }
            }
        ]
    });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id"],
        "oneOf": [
            { "required": ["wait"] }, { "required": ["branch"] }, { "required": ["send"] },
            { "required": ["update"] }, { "required": ["exit"] }
        ],
        "properties": {
            "id": { "$ref": "#/$defs/slug" },
            "note": { "$ref": "#/$defs/text" },
            "position": {
                "type": "object",
                "additionalProperties": false,
                "required": ["x", "y"],
                "properties": { "x": { "type": "integer" }, "y": { "type": "integer" } }
            },
            "next": target,
            "wait": wait,
            "branch": { "type": "array", "minItems": 1, "maxItems": MAX_ARMS, "items": arm },
            "otherwise": target,
            "send": {
                "type": "object",
                "additionalProperties": false,
                "required": ["channel", "template"],
                "properties": {
                    "channel": { "$ref": "#/$defs/slug", "examples": ["email"] },
                    "template": { "$ref": "#/$defs/slug" },
                    "topic": { "$ref": "#/$defs/slug" },
                    "transactional": { "type": "boolean", "default": false },
                    "expires": { "$ref": "#/$defs/duration", "default": "3d" }
                }
            },
            "update": {
                "type": "object",
                "additionalProperties": false,
                "minProperties": 1,
                "properties": {
                    "set": { "type": "object", "maxProperties": MAX_TRAITS },
                    "unset": { "type": "array", "maxItems": MAX_TRAITS, "items": { "type": "string", "minLength": 1 } }
                }
            },
            "exit": { "type": "string", "minLength": 1, "maxLength": 64 }
        }
    })
}
