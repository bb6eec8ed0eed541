//! The JSON Schema of a journey's document, for editors and the published API.

mod actions;
mod step;

use serde_json::{Value, json};

use crate::spec::{DEFAULT_PRIORITY, MAX_RULE_CHARS, MAX_STEPS, MAX_TEXT_CHARS, MAX_TRAITS};

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
                        "minProperties": 1,
                        "properties": {
                            "after": { "$ref": "#/$defs/duration", "description": "Not before so long after the last entry." },
                            "concurrent": { "type": "integer", "minimum": 1, "maximum": 64, "description": "Runs of different keys at once." }
                        }
                    }
                ]
            },
            "exit_when": { "$ref": "#/$defs/rule", "description": "Ends a run as soon as it holds, also while it waits." },
            "goal": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "event": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["name"],
                        "properties": {
                            "name": { "$ref": "#/$defs/text" },
                            "where": { "$ref": "#/$defs/rule" },
                            "same": { "$ref": "#/$defs/text", "description": "A property that must equal the run's key." }
                        }
                    },
                    "when": { "$ref": "#/$defs/rule" },
                    "exit": { "type": "boolean", "default": true, "description": "Whether reaching it ends the run." }
                },
                "oneOf": [{ "required": ["event"] }, { "required": ["when"] }],
                "description": "What the journey is meant to bring about; recorded once a run."
            },
            "holdout": { "type": "number", "minimum": 0, "maximum": 100, "default": 0, "description": "Percent of customers who go through without any effect, to measure lift." },
            "priority": { "type": "integer", "minimum": 0, "maximum": 100, "default": DEFAULT_PRIORITY },
            "starts_at": { "type": "string", "format": "date-time", "description": "Nobody enters before." },
            "stops_at": { "type": "string", "format": "date-time", "description": "Nobody enters from then on; who is inside goes on." },
            "steps": { "type": "array", "minItems": 1, "maxItems": MAX_STEPS, "items": step::schema() }
        },
        "$defs": {
            "text": { "type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARS },
            "slug": { "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" },
            "target": { "type": "string", "description": "A step's id, or `end`.", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" },
            "clock": { "type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$", "description": "A time of day in the customer's zone.", "examples": ["09:00"] },
            "window": {
                "type": "object", "additionalProperties": false, "minProperties": 1,
                "properties": {
                    "from": { "$ref": "#/$defs/clock" },
                    "to": { "$ref": "#/$defs/clock", "description": "Before `from` means the next morning." },
                    "weekdays": actions::weekdays(),
                    "zone": { "type": "string", "default": "profile", "description": "profile, or an IANA zone." }
                },
                "dependentRequired": { "from": ["to"], "to": ["from"] },
                "description": "The hours of the week in which a message may leave; it waits until then."
            },
            "days": { "type": "string", "pattern": "^\\d+[dw]$", "examples": ["7d"] },
            "local_time": { "type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?$", "examples": ["2026-12-01T09:00"] },
            "values": { "type": "object", "maxProperties": MAX_TRAITS, "description": "A text {{ path }} becomes what is found there: event.properties.total, traits.plan, data.order_id." },
            "rule": { "type": "string", "minLength": 1, "maxLength": MAX_RULE_CHARS, "description": "A rule, CEL syntax." },
            "duration": { "type": "string", "pattern": "^(\\d+(ms|s|m|min|h|d|w))+$", "examples": ["30m", "12h", "3d"] }
        }
    })
}

fn trigger() -> Value {
    let segment = json!({ "$ref": "#/$defs/slug" });
    let event = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
            "name": { "$ref": "#/$defs/text", "examples": ["Order Completed"] },
            "where": { "$ref": "#/$defs/rule", "description": "A predicate on the event `e`.", "examples": ["e.total > 50"] },
            "key": { "$ref": "#/$defs/text", "description": "A property that names what a run is about; runs of different values go side by side.", "examples": ["cart_id"] },
            "within": { "$ref": "#/$defs/duration", "description": "How long ago it may have happened when it comes, for events that are told late.", "examples": ["1d"] }
        }
    });
    let date = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["trait"],
        "properties": {
            "trait": { "$ref": "#/$defs/text", "examples": ["renewal"] },
            "before": { "$ref": "#/$defs/days" },
            "after": { "$ref": "#/$defs/days" },
            "at": { "$ref": "#/$defs/clock", "default": "09:00" },
            "repeat": { "enum": ["never", "yearly"], "default": "never" }
        }
    });
    let schedule = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["audience"],
        "oneOf": [{ "required": ["at"] }, { "required": ["cron"] }, { "required": ["rrule", "start"] }],
        "properties": {
            "at": { "$ref": "#/$defs/local_time" },
            "cron": { "$ref": "#/$defs/text", "examples": ["0 9 * * 1"] },
            "rrule": { "$ref": "#/$defs/text", "examples": ["FREQ=MONTHLY;BYDAY=1MO"] },
            "start": { "$ref": "#/$defs/local_time", "description": "The first possible occurrence of rrule." },
            "zone": { "type": "string", "default": "workspace", "description": "workspace, profile or an IANA zone." },
            "audience": {
                "oneOf": [
                    { "type": "object", "additionalProperties": false, "required": ["rule"], "properties": { "rule": { "$ref": "#/$defs/rule" } } },
                    { "type": "object", "additionalProperties": false, "required": ["segment"], "properties": { "segment": segment } }
                ]
            }
        }
    });
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "event": event,
            "segment": {
                "type": "object",
                "additionalProperties": false,
                "required": ["id", "on"],
                "properties": { "id": segment, "on": { "enum": ["entered", "exited"] } }
            },
            "date": date,
            "schedule": schedule,
            "api": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "key": { "$ref": "#/$defs/text", "description": "A member of the call's data that names what a run is about." } }
            },
            "journey": { "type": "object", "additionalProperties": false, "description": "A start step of another journey." },
            "manual": { "type": "object", "additionalProperties": false, "description": "An audience sent through by hand." }
        }
    })
}
