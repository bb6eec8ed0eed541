//! Documents that cannot work, and what is said about them.

mod common;

use common::second_order;
use rapport_domain::ResourceKind;
use rapport_journeys::{AnyCatalogue, Catalogue, JourneySpec, schema, validate};
use serde_json::{Value, json};

struct Known;

impl Catalogue for Known {
    fn ids(&self, kind: ResourceKind) -> Option<Vec<String>> {
        let ids: &[&str] = match kind {
            ResourceKind::Template => &["second-order", "welcome"],
            ResourceKind::Topic => &["offers"],
            ResourceKind::Channel => &["email"],
            ResourceKind::Segment => &["lapsed"],
            _ => return None,
        };
        Some(ids.iter().map(|s| (*s).to_owned()).collect())
    }
}

/// The document with one value replaced (JSON pointer); `null` removes it.
fn with(pointer: &str, value: Value) -> Value {
    let mut doc = second_order();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = doc.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(map), Value::Null) => drop(map.remove(name)),
        (Value::Object(map), value) => drop(map.insert(name.to_owned(), value)),
        (Value::Array(items), value) => match name.parse::<usize>() {
            Ok(i) => items[i] = value,
            Err(_) => items.push(value),
        },
        _ => panic!("{pointer}"),
    }
    doc
}

fn problems(doc: &Value) -> Vec<String> {
    validate(doc, &Known).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn every_problem_names_its_place() {
    let step = |s: Value| with("/steps/-", s);
    for (doc, expected) in [
        (
            json!(7),
            "spec: expected an object with name, description, trigger, entry, reentry, exit_when, steps, found a number",
        ),
        (with("/name", json!(null)), "spec.name: is missing"),
        (with("/name", json!("  ")), "spec.name: expected text, found an empty one"),
        (
            with("/exit_wen", json!("x")),
            r#"spec.exit_wen: unknown member; expected one of name, description, trigger, entry, reentry, exit_when, steps (did you mean "exit_when"?)"#,
        ),
        (with("/trigger", json!({})), "spec.trigger: expected exactly one of event, segment"),
        (
            with("/trigger/segment", json!({ "id": "lapsed", "on": "entered" })),
            "spec.trigger: expected exactly one of event, segment",
        ),
        (
            with("/trigger", json!({ "segment": { "id": "lapsed", "on": "enter" } })),
            r#"spec.trigger.segment.on: expected entered or exited (did you mean "entered"?)"#,
        ),
        (
            with("/trigger", json!({ "segment": { "id": "lapse", "on": "entered" } })),
            r#"spec.trigger.segment.id: there is no segment "lapse" (did you mean "lapsed"?)"#,
        ),
        (with("/trigger/event/where", json!("((")), "spec.trigger.event.where 1:"),
        (with("/exit_when", json!("((")), "spec.exit_when 1:"),
        (
            with("/reentry", json!("onze")),
            r#"spec.reentry: expected once, always or {after: 30d} (did you mean "once"?)"#,
        ),
        (
            with("/reentry", json!({ "after": "soon" })),
            r#"spec.reentry.after: expected a duration such as 30m, 12h or 3d, found "soon""#,
        ),
        (with("/steps", json!([])), "spec.steps: expected 1 to 200 steps, found 0"),
        (with("/steps/0/wait", json!("0s")), "spec.steps[0].wait: expected a duration from 1s to 731d"),
        (
            with("/steps/0/wait", json!({ "until": "25:00" })),
            r#"spec.steps[0].wait.until: expected a time of day such as 09:00, found "25:00""#,
        ),
        (with("/steps/0/wait", json!({})), "spec.steps[0].wait: expected for, until or both"),
        (with("/steps/0/id", json!("check")), r#"spec.steps[1].id: the id "check" is taken by spec.steps[0]"#),
        (
            with("/steps/0/id", json!("end")),
            "spec.steps[0].id: `end` is the end of the journey and cannot be a step's id",
        ),
        (
            with("/steps/0/id", json!("Wait here")),
            "spec.steps[0].id: expected 1-64 lower-case letters, digits, - and _, beginning with a letter or digit",
        ),
        (
            with("/steps/1/branch/0/goto", json!("thank")),
            r#"spec.steps[1].branch[0].goto: there is no step "thank" (did you mean "thanks"?)"#,
        ),
        (with("/steps/1/branch/0/when", json!("((")), "spec.steps[1].branch[0].when 1:"),
        (
            with("/steps/1/otherwise", json!("nowhere-near")),
            r#"spec.steps[1].otherwise: there is no step "nowhere-near""#,
        ),
        (with("/steps/1/next", json!("done")), "spec.steps[1].next: branch continues with `otherwise`"),
        (with("/steps/4/next", json!("wait")), "spec.steps[4].next: nothing follows an exit"),
        (
            with("/steps/2/send/template", json!("second-ordr")),
            r#"spec.steps[2].send.template: there is no template "second-ordr" (did you mean "second-order"?)"#,
        ),
        (
            with("/steps/2/send/channel", json!("emal")),
            r#"spec.steps[2].send.channel: there is no channel "emal" (did you mean "email"?)"#,
        ),
        (with("/steps/2/send/topic", json!("news")), r#"spec.steps[2].send.topic: there is no topic "news""#),
        (with("/steps/2/send/template", json!(null)), "spec.steps[2].send.template: is missing"),
        (
            with("/steps/2/send/transactional", json!("yes")),
            "spec.steps[2].send.transactional: expected true or false, found text",
        ),
        (with("/steps/3/update", json!({})), "spec.steps[3].update: expected 1 to 50 traits in set and unset"),
        (
            with("/steps/3/update/unset", json!(["loyal"])),
            "spec.steps[3].update.unset[0]: the same trait is set and removed",
        ),
        (
            with("/steps/3/wait", json!("1d")),
            "spec.steps[3]: expected exactly one of wait, branch, send, update, exit, found 2",
        ),
        (step(json!({ "id": "lost", "wait": "1d" })), r#"spec.steps[5]: nothing leads to step "lost""#),
        (
            step(json!({ "id": "odd", "wiat": "1d" })),
            "spec.steps[5].wiat: unknown member; expected one of id, wait, branch, send, update, exit, next, otherwise, note, position (did you mean \"wait\"?)",
        ),
        (
            with("/steps/3/next", json!("check")),
            r#"spec.steps[3]: the way back to step "check" has no wait: it would run for ever"#,
        ),
    ] {
        let found = problems(&doc);
        assert!(found.iter().any(|p| p.starts_with(expected)), "expected {expected}\nfound {found:#?}");
    }
}

#[test]
fn all_problems_come_at_once() {
    let mut doc = second_order();
    doc["steps"][2]["send"]["template"] = json!("nope");
    doc["steps"][1]["branch"][0]["when"] = json!("((");
    doc["exit_when"] = json!("((");
    assert_eq!(problems(&doc).len(), 3);
    let mut doc = second_order();
    doc["name"] = json!(3);
    doc["steps"][0]["wait"] = json!("x");
    doc["reentry"] = json!([]);
    assert_eq!(problems(&doc).len(), 3);
}

#[test]
fn cycles_with_a_wait_are_fine() {
    let doc = json!({
        "name": "Loop", "trigger": { "event": { "name": "Ping" } },
        "steps": [
            { "id": "ask", "branch": [{ "when": "traits.done == true", "goto": "end" }], "otherwise": "rest" },
            { "id": "rest", "wait": { "until": "09:00" }, "next": "ask" },
        ]
    });
    assert_eq!(problems(&doc), [""; 0]);
}

#[test]
fn documents_survive_reading_and_writing() {
    let full = json!({
        "name": "Full", "description": "Everything once.",
        "trigger": { "event": { "name": "Product Added", "where": "e.price > 5", "key": "cart_id" } },
        "entry": { "when": "traits.vip == true" },
        "reentry": { "after": "30d" },
        "exit_when": "traits.gone == true",
        "steps": [
            { "id": "a", "note": "first", "wait": "1d12h", "position": { "x": 10, "y": -20 } },
            { "id": "b", "wait": { "until": "09:00" } },
            { "id": "c", "wait": { "for": "2h", "until": "17:30" } },
            { "id": "d", "branch": [{ "when": "traits.x == 1", "goto": "end" }], "otherwise": "f" },
            { "id": "f", "send": { "channel": "email", "template": "welcome", "topic": "offers", "transactional": true, "expires": "6h" } },
            { "id": "g", "update": { "set": { "n": 1, "tags": ["a"] }, "unset": ["old"] } },
            { "id": "h", "exit": "all done" },
        ]
    });
    for doc in [full, second_order()] {
        let spec = validate(&doc, &Known).unwrap();
        assert_eq!(serde_json::to_value(&spec).unwrap(), doc);
        assert_eq!(serde_json::from_value::<JourneySpec>(doc).unwrap(), spec);
    }
    let wrong = serde_json::from_value::<JourneySpec>(json!({ "name": "x" })).unwrap_err().to_string();
    assert!(wrong.contains("spec.trigger: is missing"), "{wrong}");
}

#[test]
fn names_are_not_checked_without_a_catalogue() {
    let doc = with("/steps/2/send/template", json!("not-written-yet"));
    assert!(validate(&doc, &AnyCatalogue).is_ok());
}

#[test]
fn the_schema_names_what_the_reader_knows() {
    let schema = schema();
    let names = |pointer: &str| {
        let map = schema.pointer(pointer).and_then(Value::as_object).unwrap();
        map.keys().cloned().collect::<Vec<_>>().join(", ")
    };
    let listed = |at: &str| {
        let doc = if at == "spec" { with("/zzz", json!(1)) } else { with("/steps/0/zzz", json!(1)) };
        let text = problems(&doc).remove(0);
        let mut names: Vec<String> = text.rsplit("one of ").next().unwrap().split(", ").map(str::to_owned).collect();
        names.sort();
        names.join(", ")
    };
    assert_eq!(names("/properties"), listed("spec"));
    assert_eq!(names("/properties/steps/items/properties"), listed("step"));
}

/// The demo's journeys are documents like any other; their crate does not know this one, so they are checked here.
#[test]
fn the_demo_journeys_are_valid() {
    use serde::Deserialize;
    let text = include_str!("../../rapport/src/demo/resources/journeys.yaml");
    let documents: Vec<Value> =
        serde_norway::Deserializer::from_str(text).map(|d| Value::deserialize(d).unwrap()).collect();
    assert!(documents.len() >= 4);
    for document in documents {
        assert_eq!(validate(&document["spec"], &AnyCatalogue).err(), None, "{}", document["id"]);
    }
}
