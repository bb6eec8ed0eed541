//! The schemas of what steps do.

use serde_json::{Value, json};

use crate::spec::{Became, DEFAULT_MINIMUM, MAX_ARMS, MAX_TRAITS, METRICS};

fn target() -> Value {
    json!({ "$ref": "#/$defs/target" })
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// What an arm is called.
fn name() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 64 })
}

fn arms(item: Value) -> Value {
    json!({ "type": "array", "minItems": 1, "maxItems": MAX_ARMS, "items": item })
}

/// Every action with the schema of its value, in the order of the palette.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let text = json!({ "$ref": "#/$defs/text" });
    let slug = json!({ "$ref": "#/$defs/slug" });
    let rule = json!({ "$ref": "#/$defs/rule" });
    let values = json!({ "$ref": "#/$defs/values" });
    vec![
        ("wait", wait()),
        ("branch", arms(object(&["when", "goto"], json!({ "name": name(), "when": rule, "goto": target() })))),
        ("split", shares()),
        ("experiment", object(&["id", "arms"], json!({ "id": slug, "arms": shares() }))),
        ("send", send()),
        ("update", update()),
        ("emit", object(&["event"], json!({ "event": text, "properties": values }))),
        ("webhook", webhook()),
        ("list", list()),
        ("limit", limit()),
        ("digest", digest()),
        ("jump", target()),
        ("start", object(&["journey"], json!({ "journey": slug, "data": values }))),
        ("stop", object(&["journey"], json!({ "journey": slug }))),
        ("winner", winner()),
        ("message", message()),
        ("exit", json!({ "type": "string", "minLength": 1, "maxLength": 64 })),
    ]
}

fn shares() -> Value {
    let share = json!({
        "name": name(),
        "percent": { "type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01, "description": "All arms together 100." },
        "goto": target()
    });
    arms(object(&["percent", "goto"], share))
}

pub(super) fn weekdays() -> Value {
    json!({
        "type": "array", "minItems": 1, "maxItems": 7, "uniqueItems": true,
        "items": { "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }
    })
}

fn wait() -> Value {
    let days = json!({ "$ref": "#/$defs/days" });
    let date = json!({
        "trait": { "$ref": "#/$defs/text" }, "before": days, "after": days,
        "at": { "$ref": "#/$defs/clock", "default": "09:00" }
    });
    let event = json!({
        "name": { "$ref": "#/$defs/text" },
        "where": { "$ref": "#/$defs/rule", "description": "A predicate on the event `e`." },
        "same": { "$ref": "#/$defs/text", "description": "A property that must equal the run's key, or what the triggering event had under this name.", "examples": ["cart_id"] }
    });
    json!({
        "oneOf": [
            { "$ref": "#/$defs/duration" },
            {
                "type": "object",
                "additionalProperties": false,
                "minProperties": 1,
                "properties": {
                    "for": { "$ref": "#/$defs/duration", "description": "How long; with event and when, how long to wait for it." },
                    "until": { "$ref": "#/$defs/clock" },
                    "weekdays": weekdays(),
                    "best_hour": { "$ref": "#/$defs/duration", "description": "Until the customer's best hour, at most so far ahead." },
                    "date": object(&["trait"], date),
                    "event": object(&["name"], event),
                    "when": { "$ref": "#/$defs/rule", "description": "Until the rule holds; at once when it does already." }
                }
            }
        ]
    })
}

fn send() -> Value {
    object(
        &["channel", "template"],
        json!({
            "channel": { "$ref": "#/$defs/slug", "examples": ["email"] },
            "template": { "$ref": "#/$defs/slug" },
            "topic": { "$ref": "#/$defs/slug" },
            "transactional": { "type": "boolean", "default": false },
            "expires": { "$ref": "#/$defs/duration", "default": "3d", "description": "How long it is worth sending; counted from when the window opens." },
            "window": { "$ref": "#/$defs/window" },
            "data": { "$ref": "#/$defs/values", "description": "More values for the template, beside event and journey." }
        }),
    )
}

fn update() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
            "set": { "type": "object", "maxProperties": MAX_TRAITS },
            "unset": { "type": "array", "maxItems": MAX_TRAITS, "items": { "type": "string", "minLength": 1 } }
        }
    })
}

fn webhook() -> Value {
    object(
        &["url"],
        json!({
            "url": { "type": "string", "pattern": "^https?://", "maxLength": 2000, "description": "Path and query may hold {{ path }} and Liquid; values are percent-encoded." },
            "method": { "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"], "default": "POST" },
            "headers": { "type": "object", "maxProperties": 20, "additionalProperties": { "type": "string" }, "description": "Values may hold {{ path }} and Liquid." },
            "body": { "description": "JSON; texts may hold {{ path }}, which keeps its type when it is the whole text, and Liquid. What the run knows when absent." },
            "timeout": { "$ref": "#/$defs/duration", "default": "10s", "description": "Of one attempt, a minute at most." },
            "attempts": { "type": "integer", "minimum": 1, "maximum": 10, "default": 3 },
            "save": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Traits to set from the answer: trait to dotted path." }
        }),
    )
}

fn list() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        "properties": { "add": { "$ref": "#/$defs/slug" }, "remove": { "$ref": "#/$defs/slug" } }
    })
}

fn limit() -> Value {
    object(
        &["count"],
        json!({
            "name": { "$ref": "#/$defs/slug", "description": "Limiters of one name let so many pass together." },
            "count": { "type": "integer", "minimum": 1, "maximum": 1_000_000 },
            "per": { "$ref": "#/$defs/duration", "default": "1m" }
        }),
    )
}

fn digest() -> Value {
    object(
        &["event"],
        json!({
            "event": { "$ref": "#/$defs/text" },
            "where": { "$ref": "#/$defs/rule" },
            "for": { "$ref": "#/$defs/duration" },
            "until": { "$ref": "#/$defs/clock" },
            "weekdays": weekdays(),
            "keep": { "type": "integer", "minimum": 1, "maximum": 100, "default": 20, "description": "Events kept in the list; all are counted." }
        }),
    )
}

fn winner() -> Value {
    let arm = object(&["step", "goto"], json!({ "step": { "$ref": "#/$defs/slug" }, "goto": target() }));
    let metric = json!({ "enum": METRICS, "default": "opens", "description": "What is compared; goals are those of the journey, reached after the message left." });
    let minimum = json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000, "default": DEFAULT_MINIMUM, "description": "Messages of each arm that have to be sent before any can win." });
    object(&["arms"], json!({ "metric": metric, "minimum": minimum, "arms": arms(arm) }))
}

fn message() -> Value {
    let step = json!({ "$ref": "#/$defs/slug", "description": "The send step; any message of the run when absent." });
    let is = json!({ "enum": Became::ALL.map(Became::as_str), "description": "How far it came; each includes those before it." });
    object(&["is"], json!({ "step": step, "is": is }))
}
