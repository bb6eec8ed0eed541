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
            "spec: expected an object with name, description, trigger, entry, reentry, exit_when, goal, holdout, priority, starts_at, stops_at, steps, found a number",
        ),
        (with("/name", json!(null)), "spec.name: is required"),
        (with("/name", json!("  ")), "spec.name: must not be empty"),
        (
            with("/exit_wen", json!("x")),
            r#"spec.exit_wen: unknown field; expected one of name, description, trigger, entry, reentry, exit_when, goal, holdout, priority, starts_at, stops_at, steps (did you mean "exit_when"?)"#,
        ),
        (
            with("/trigger", json!({})),
            "spec.trigger: expected exactly one of event, segment, date, schedule, api, journey, manual",
        ),
        (
            with("/trigger/segment", json!({ "id": "lapsed", "on": "entered" })),
            "spec.trigger: expected exactly one of event, segment, date, schedule, api, journey, manual",
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
        (
            with("/trigger/event/within", json!("soon")),
            "spec.trigger.event.within: expected a duration such as 30m, 12h or 3d, found \"soon\"",
        ),
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
        (with("/steps/1/branch/0/name", json!(7)), "spec.steps[1].branch[0].name: "),
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
        (with("/steps/2/send/template", json!(null)), "spec.steps[2].send.template: is required"),
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
            "spec.steps[3]: expected exactly one of wait, branch, split, experiment, send, update, emit, webhook, list, limit, digest, jump, start, stop, winner, message, exit",
        ),
        (step(json!({ "id": "lost", "wait": "1d" })), r#"spec.steps[5]: nothing leads to step "lost""#),
        (
            step(json!({ "id": "odd", "wiat": "1d" })),
            "spec.steps[5].wiat: unknown field; expected one of id, wait, branch, split, experiment, send, update, emit, webhook, list, limit, digest, jump, start, stop, winner, message, exit, next, otherwise, note, position (did you mean \"wait\"?)",
        ),
        (
            with("/steps/3/next", json!("check")),
            r#"spec.steps[3]: the way back to step "check" has no wait: it would run for ever"#,
        ),
        (
            with("/trigger", json!({ "date": { "trait": "renewal", "before": "36h" } })),
            r#"spec.trigger.date.before: expected whole days such as 7d, 731d at most, found "36h""#,
        ),
        (
            with("/trigger", json!({ "date": { "trait": "renewal", "before": "7d", "after": "7d" } })),
            "spec.trigger.date: expected before or after, not both",
        ),
        (
            with("/trigger", json!({ "schedule": { "cron": "0 9 * *", "audience": { "segment": "lapsed" } } })),
            "spec.trigger.schedule.cron: is not a cron pattern",
        ),
        (
            with("/trigger", json!({ "schedule": { "rrule": "FREQ=WEEKLY", "audience": { "segment": "lapsed" } } })),
            "spec.trigger.schedule.start: is missing",
        ),
        (
            with("/trigger", json!({ "schedule": { "at": "tomorrow", "audience": { "segment": "lapsed" } } })),
            "spec.trigger.schedule.at: expected a local time such as 2026-12-01T09:00",
        ),
        (
            with(
                "/trigger",
                json!({ "schedule": { "at": "2026-12-01T09:00", "zone": "Berlin", "audience": { "rule": "((" } } }),
            ),
            "spec.trigger.schedule.zone: expected workspace, profile or an IANA zone",
        ),
        (
            with("/trigger", json!({ "schedule": { "at": "2026-12-01T09:00", "audience": { "rule": "((" } } })),
            "spec.trigger.schedule.audience.rule 1:",
        ),
        (
            with("/trigger", json!({ "schedule": { "at": "2026-12-01T09:00", "audience": { "segment": "lapse" } } })),
            r#"spec.trigger.schedule.audience.segment: there is no segment "lapse""#,
        ),
        (with("/goal", json!({ "when": "((" })), "spec.goal.when 1:"),
        (with("/goal", json!({})), "spec.goal: expected exactly one of event, when"),
        (with("/holdout", json!(100.5)), "spec.holdout: expected a percentage from 0 to 100"),
        (with("/priority", json!(101)), "spec.priority: expected a whole number from 0 to 100"),
        (with("/starts_at", json!("monday")), "spec.starts_at: expected an instant such as"),
        (
            with("/reentry", json!({ "after": "1d", "concurrent": 0 })),
            "spec.reentry.concurrent: expected a whole number from 1 to 64",
        ),
        (
            step(json!({ "id": "s", "split": [{ "percent": 50, "goto": "end" }] })),
            "spec.steps[5].split: the percentages make 50, not 100",
        ),
        (
            step(json!({ "id": "s", "split": [{ "percent": 100, "goto": "nowhere" }] })),
            r#"spec.steps[5].split[0].goto: there is no step "nowhere""#,
        ),
        (
            step(
                json!({ "id": "s", "experiment": { "id": "e", "arms": [{ "name": "a", "percent": 50, "goto": "end" }, { "name": "a", "percent": 50, "goto": "end" }] } }),
            ),
            r#"spec.steps[5].experiment.arms[1].name: the name "a" is taken by another arm"#,
        ),
        (step(json!({ "id": "s", "jump": "nowhere" })), r#"spec.steps[5].jump: there is no step "nowhere""#),
        (
            step(json!({ "id": "s", "jump": "end", "next": "check" })),
            "spec.steps[5].next: jump names itself where it leads",
        ),
        (
            step(json!({ "id": "s", "wait": { "event": { "name": "Ping" } } })),
            "spec.steps[5].wait.for: is missing: how long to wait",
        ),
        (
            step(json!({ "id": "s", "wait": { "event": { "name": "Ping", "where": "((" }, "for": "1d" } })),
            "spec.steps[5].wait.event.where 1:",
        ),
        (
            step(json!({ "id": "s", "wait": { "until": "09:00", "weekdays": ["monday"] } })),
            "spec.steps[5].wait.weekdays: expected mon, tue",
        ),
        (
            step(json!({ "id": "s", "wait": { "best_hour": "30d" } })),
            "spec.steps[5].wait.best_hour: expected how far ahead",
        ),
        (
            step(json!({ "id": "s", "wait": "1d", "otherwise": "end" })),
            "spec.steps[5].otherwise: wait continues with `next`",
        ),
        (step(json!({ "id": "s", "webhook": { "url": "ftp://x" } })), "spec.steps[5].webhook.url: expected an address"),
        (
            step(json!({ "id": "s", "webhook": { "url": "https://x", "method": "post" } })),
            "spec.steps[5].webhook.method: expected one of GET, POST",
        ),
        (
            step(json!({ "id": "s", "webhook": { "url": "https://x", "timeout": "2m" } })),
            "spec.steps[5].webhook.timeout: expected a minute",
        ),
        (
            step(json!({ "id": "s", "list": { "add": "lapse" } })),
            r#"spec.steps[5].list.add: there is no segment "lapse""#,
        ),
        (
            step(json!({ "id": "s", "limit": { "count": 0 } })),
            "spec.steps[5].limit.count: expected a whole number from 1",
        ),
        (
            step(json!({ "id": "s", "digest": { "event": "Ping" } })),
            "spec.steps[5].digest: expected for, until or both",
        ),
        (
            step(json!({ "id": "s", "emit": { "event": "Added to List" } })),
            r#"spec.steps[5].emit.event: "Added to List" is recorded by what it tells"#,
        ),
        (
            step(json!({ "id": "s", "emit": { "event": "x", "properties": 3 } })),
            "spec.steps[5].emit.properties: expected an object",
        ),
        (
            step(json!({ "id": "s", "winner": { "metric": "luck", "arms": [{ "step": "nudge", "goto": "end" }] } })),
            "spec.steps[5].winner.metric: expected one of opens, clicks",
        ),
        (
            step(json!({ "id": "s", "message": { "step": "nudge", "is": "read" } })),
            "spec.steps[5].message.is: expected one of decided, sent, opened, clicked",
        ),
        (
            step(json!({ "id": "s", "message": { "step": "nowhere", "is": "sent" } })),
            "spec.steps[5].message.step: there is no step",
        ),
        (step(json!({ "id": "s", "wait": { "when": "traits.x ==", "for": "1h" } })), "spec.steps[5].wait.when"),
        (step(json!({ "id": "s", "wait": { "when": "traits.x == 1" } })), "spec.steps[5].wait.for: is missing"),
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

/// Ways that take no time: a jump, a split, a date that is over.
#[test]
fn cycles_are_found_through_every_kind_of_step() {
    let doc = |step: Value| {
        json!({
            "name": "Loop", "trigger": { "event": { "name": "Ping" } },
            "steps": [{ "id": "a", "update": { "set": { "n": 1 } } }, step, { "id": "z", "jump": "a" }]
        })
    };
    let arms = json!([{ "percent": 50, "goto": "a" }, { "percent": 50, "goto": "z" }]);
    for (step, found) in [
        (json!({ "id": "b", "split": arms }), 2),
        (json!({ "id": "b", "wait": { "date": { "trait": "d" } } }), 1),
        (json!({ "id": "b", "limit": { "count": 5 } }), 1),
        (json!({ "id": "b", "wait": { "event": { "name": "Pong" }, "for": "1h" } }), 0),
        (json!({ "id": "b", "wait": { "best_hour": "24h" } }), 0),
        (json!({ "id": "b", "digest": { "event": "Ping", "for": "1h" } }), 0),
    ] {
        let all = problems(&doc(step.clone()));
        let cycles = all.iter().filter(|p| p.contains("has no wait")).count();
        assert_eq!(cycles, found, "{step}: {all:#?}");
    }
}

#[test]
fn a_journey_that_starts_itself_is_refused_at_the_step() {
    let doc = |trigger: &str, reentry: &str, step: Value| {
        json!({
            "name": "Echo", "trigger": { "event": { "name": trigger } }, "reentry": reentry,
            "steps": [{ "id": "rest", "wait": "1s" }, step]
        })
    };
    let emit = json!({ "id": "again", "emit": { "event": "Ping" } });
    let send = json!({ "id": "mail", "send": { "channel": "email", "template": "welcome" } });
    let endless = "spec.steps[1]: step";
    assert!(problems(&doc("Ping", "always", emit.clone()))[0].starts_with(endless));
    assert!(problems(&doc("Message Sent", "always", send.clone()))[0].starts_with(endless));
    assert_eq!(problems(&doc("Ping", "once", emit.clone())), [""; 0]);
    assert_eq!(problems(&doc("Pong", "always", emit)), [""; 0]);
    assert_eq!(problems(&doc("Email Opened", "always", send)), [""; 0]);
}

#[test]
fn every_step_and_trigger_survives_reading_and_writing() {
    let everything = json!({
        "name": "Everything",
        "trigger": { "api": { "key": "order_id" } },
        "reentry": { "after": "1d", "concurrent": 3 },
        "goal": { "event": { "name": "Order Completed", "where": "e.total > 5", "same": "order_id" }, "exit": false },
        "holdout": 12.5,
        "priority": 80,
        "starts_at": "2026-12-01T08:00:00.000Z",
        "stops_at": "2027-01-01T08:00:00.000Z",
        "steps": [
            { "id": "a", "wait": { "until": "09:00", "weekdays": ["mon", "fri"] } },
            { "id": "b", "wait": { "best_hour": "1d" } },
            { "id": "c", "wait": { "date": { "trait": "renewal", "before": "3d", "at": "08:30" } }, "otherwise": "end" },
            { "id": "d", "wait": { "event": { "name": "Order Completed", "where": "e.total > 1", "same": "cart_id" }, "for": "2h" }, "next": "e", "otherwise": "f" },
            { "id": "e", "split": [{ "name": "one", "percent": 12.25, "goto": "f" }, { "name": "two", "percent": 87.75, "goto": "g" }] },
            { "id": "f", "experiment": { "id": "exp", "arms": [{ "name": "a", "percent": 50, "goto": "g" }, { "name": "b", "percent": 50, "goto": "end" }] } },
            { "id": "g", "send": { "channel": "sms", "template": "welcome", "window": { "from": "22:00", "to": "06:00", "weekdays": ["sat"] }, "data": { "total": "{{ data.total }}" } } },
            { "id": "h", "emit": { "event": "Nudged", "properties": { "by": "{{ traits.plan }}" } } },
            { "id": "i", "webhook": { "url": "https://example.com/{{ profile.id }}", "method": "PUT", "headers": { "x-key": "1" }, "body": { "a": [1] }, "timeout": "5s", "attempts": 5, "save": { "score": "result.score" } }, "otherwise": "k" },
            { "id": "j", "list": { "add": "lapsed" } },
            { "id": "k", "limit": { "name": "all", "count": 100, "per": "1m" } },
            { "id": "r", "wait": { "when": "traits.x == 1", "for": "2h" }, "otherwise": "s" },
            { "id": "s", "message": { "step": "g", "is": "opened" }, "next": "l", "otherwise": "end" },
            { "id": "l", "digest": { "event": "Comment Added", "for": "1d", "until": "17:00", "keep": 10 } },
            { "id": "m", "start": { "journey": "other", "data": { "a": 1 } } },
            { "id": "q", "stop": { "journey": "other" } },
            { "id": "n", "winner": { "metric": "clicks", "minimum": 5, "arms": [{ "step": "g", "goto": "o" }] } },
            { "id": "o", "list": { "remove": "lapsed" } },
            { "id": "p", "jump": "a" },
        ]
    });
    let triggers = [
        json!({ "date": { "trait": "birthday", "after": "1d", "at": "10:00", "repeat": "yearly" } }),
        json!({ "schedule": { "at": "2026-12-01T09:00", "zone": "profile", "audience": { "rule": "traits.x == 1" } } }),
        json!({ "schedule": { "cron": "0 9 * * 1", "zone": "Europe/Berlin", "audience": { "segment": "lapsed" } } }),
        json!({ "schedule": { "rrule": "FREQ=WEEKLY;BYDAY=MO", "start": "2026-12-01T09:00:30", "audience": { "segment": "lapsed" } } }),
        json!({ "event": { "name": "Ping", "where": "e.total > 5", "key": "cart_id", "within": "1d" } }),
        json!({ "journey": {} }),
        json!({ "manual": {} }),
    ];
    let mut docs = vec![everything];
    for trigger in triggers {
        docs.push(
            json!({ "name": "T", "trigger": trigger, "reentry": "once", "steps": [{ "id": "a", "wait": "1d" }] }),
        );
    }
    for doc in docs {
        let spec = validate(&doc, &Known2).unwrap_or_else(|p| panic!("{p:#?}"));
        assert_eq!(serde_json::to_value(&spec).unwrap(), doc);
        assert_eq!(serde_json::from_value::<JourneySpec>(doc).unwrap(), spec);
    }
}

/// Other channels, and another journey.
struct Known2;

impl Catalogue for Known2 {
    fn ids(&self, kind: ResourceKind) -> Option<Vec<String>> {
        match kind {
            ResourceKind::Channel => Some(vec!["email".to_owned(), "sms".to_owned()]),
            ResourceKind::Journey => Some(vec!["other".to_owned()]),
            _ => Known.ids(kind),
        }
    }
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
    assert!(wrong.contains("spec.trigger: is required"), "{wrong}");
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
