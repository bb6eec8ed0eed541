//! The JSON Schema of a campaign's document.

use serde_json::{Value, json};

use super::{MAX_SEEDS, MAX_VARIANTS};

/// JSON Schema (draft 2020-12) of the `spec` of a `campaign` resource.
#[must_use]
pub fn schema() -> Value {
    let journey = crate::schema();
    let audience = journey.pointer("/properties/trigger/properties/schedule/properties/audience").cloned();
    let mut goal = journey.pointer("/properties/goal").cloned().unwrap_or_default();
    goal["properties"]["within"] = json!({
        "$ref": "#/$defs/duration", "default": "7d",
        "description": "How long it counts after the last message; nothing is the default where a schedule comes round."
    });
    let slug = json!({ "$ref": "#/$defs/slug" });
    let event = json!({
        "type": "object", "additionalProperties": false, "required": ["name"],
        "properties": { "name": { "$ref": "#/$defs/text" }, "where": { "$ref": "#/$defs/rule", "description": "A predicate on the event `e`." } }
    });
    let data = json!({ "$ref": "#/$defs/values", "description": "Values the template sees, such as a subject." });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Campaign",
        "description": "One message to an audience.",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "audience", "template"],
        "properties": {
            "name": { "$ref": "#/$defs/text" },
            "description": { "$ref": "#/$defs/text" },
            "audience": audience,
            "seeds": {
                "type": "array", "maxItems": MAX_SEEDS, "items": { "type": "string", "format": "email" },
                "description": "Colleagues who get every variant when it begins, when a profile has the address; they are in no count."
            },
            "channel": { "$ref": "#/$defs/slug", "default": "email" },
            "template": slug,
            "data": data,
            "topic": slug,
            "schedule": {
                "type": "object",
                "additionalProperties": false,
                "oneOf": [{ "required": ["at"] }, { "required": ["cron"] }, { "required": ["rrule", "start"] }],
                "properties": {
                    "at": { "$ref": "#/$defs/local_time" },
                    "cron": { "$ref": "#/$defs/text" },
                    "rrule": { "$ref": "#/$defs/text" },
                    "start": { "$ref": "#/$defs/local_time" },
                    "zone": { "type": "string", "default": "workspace", "description": "workspace, profile or an IANA zone." }
                },
                "description": "When; without it the campaign begins when somebody says so."
            },
            "window": { "$ref": "#/$defs/window" },
            "throttle": { "type": "integer", "minimum": 1, "maximum": 1_000_000, "description": "Messages a minute at most." },
            "best_hour": { "$ref": "#/$defs/duration", "description": "Everybody gets it at their best hour, at most so far ahead of when it is their turn." },
            "priority": journey.pointer("/properties/priority").cloned(),
            "compare": {
                "type": "object",
                "additionalProperties": false,
                "required": ["variants"],
                "properties": {
                    "variants": {
                        "type": "array", "minItems": 2, "maxItems": MAX_VARIANTS,
                        "items": {
                            "type": "object", "additionalProperties": false, "required": ["name", "template"],
                            "properties": { "name": slug, "template": slug, "data": data }
                        }
                    },
                    "sample": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100, "default": 20 },
                    "wait": { "$ref": "#/$defs/duration", "default": "4h" },
                    "metric": {
                        "oneOf": [
                            { "enum": crate::spec::METRICS },
                            { "type": "object", "additionalProperties": false, "required": ["event"], "properties": { "event": event } }
                        ],
                        "default": "opens",
                        "description": "What the best has more of: opens, clicks, goals of the campaign, or an event within `wait` of the message."
                    },
                    "minimum": { "type": "integer", "minimum": 1, "maximum": 1_000_000, "default": crate::spec::DEFAULT_MINIMUM, "description": "Messages of each variant that have to be sent before any can win." }
                }
            },
            "resend": {
                "type": "object",
                "additionalProperties": false,
                "required": ["after"],
                "properties": { "after": { "$ref": "#/$defs/duration" }, "template": slug, "data": data },
                "description": "Once more to those who did not open; e-mail only."
            },
            "exit_when": { "$ref": "#/$defs/rule" },
            "goal": goal,
            "holdout": { "type": "number", "minimum": 0, "maximum": 100, "default": 0 }
        },
        "$defs": journey["$defs"].clone()
    })
}
