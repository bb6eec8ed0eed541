//! Journeys that start each other, and those that only look like it.

use rapport_journeys::spec::chain::{Link, circle};
use rapport_journeys::{AnyCatalogue, JourneySpec, validate};
use serde_json::{Value, json};

/// `welcomed` moves the segment `fresh`; the list `vips` moves `buying-vips`.
struct Rules;

impl Link for Rules {
    fn list_moves(&self, list: &str, segment: &str) -> bool {
        (list, segment) == ("vips", "buying-vips")
    }

    fn trait_moves(&self, name: &str, segment: &str) -> bool {
        (name, segment) == ("welcomed", "fresh")
    }
}

fn journey(id: &str, trigger: Value, reentry: Value, steps: Value) -> (String, JourneySpec) {
    let spec = json!({"name": id, "trigger": trigger, "reentry": reentry, "steps": steps});
    (id.to_owned(), validate(&spec, &AnyCatalogue).unwrap_or_else(|p| panic!("{p:?}")))
}

fn on(event: &str) -> Value {
    json!({"event": {"name": event}})
}

fn segment(id: &str, on: &str) -> Value {
    json!({"segment": {"id": id, "on": on}})
}

fn emit(event: &str) -> Value {
    json!({"id": "tell", "emit": {"event": event}})
}

/// The first journey's circle: whether it is endless, where, and what is said.
fn found(journeys: &[(String, JourneySpec)]) -> Option<(bool, String, String)> {
    circle(&journeys[0].0, journeys, &Rules).map(|c| (c.endless, c.at, c.message))
}

#[test]
fn a_circle_of_events_is_endless_and_named() {
    let round = |reentry: Value| {
        let rest = json!({"id": "note", "update": {"set": {"seen": true}}});
        [
            journey("a", on("Ping"), json!("always"), json!([rest, emit("Pong")])),
            journey("b", on("Pong"), reentry, json!([emit("Ping")])),
        ]
    };
    let way = r#"journeys start each other without end: "a" step "tell" records "Pong" → "b" step "tell" records "Ping" → "a""#;
    assert_eq!(found(&round(json!("always"))), Some((true, "spec.steps[1]".to_owned(), way.to_owned())));
    assert_eq!(found(&round(json!("once"))), None, "who was there once does not come again");
    let paused = found(&round(json!({"after": "30d"}))).unwrap();
    assert!(!paused.0 && paused.2.starts_with("journeys may start each other again and again: "), "{paused:?}");
}

#[test]
fn what_depends_on_rules_or_time_is_only_possible() {
    let back = journey("b", on("Pong"), json!("always"), json!([emit("Ping")]));
    let always = json!("always");
    let wait = json!({"id": "rest", "wait": "1d"});
    let branch = json!({"id": "fork", "branch": [{"when": "traits.go == true", "goto": "tell"}], "otherwise": "end"});
    let filtered = json!({"event": {"name": "Ping", "where": "e.n > 1"}});
    let keyed = json!({"event": {"name": "Ping", "key": "cart"}});
    for (trigger, steps) in [
        (on("Ping"), json!([wait, emit("Pong")])),
        (on("Ping"), json!([branch, emit("Pong")])),
        (filtered, json!([emit("Pong")])),
        (keyed, json!([emit("Pong")])),
    ] {
        let (endless, ..) = found(&[journey("a", trigger, always.clone(), steps), back.clone()]).unwrap();
        assert!(!endless);
    }
}

#[test]
fn lists_and_traits_go_round_only_when_they_are_changed_both_ways() {
    let always = json!("always");
    let list = |id: &str, change: Value| json!({"id": id, "list": change});
    let a = journey("a", segment("x", "entered"), always.clone(), json!([list("put", json!({"add": "y"}))]));
    let b = journey("b", segment("y", "entered"), always.clone(), json!([list("put", json!({"add": "x"}))]));
    assert_eq!(found(&[a, b]), None, "on both lists nothing changes any more");
    let off = journey("off", segment("x", "entered"), always.clone(), json!([list("take", json!({"remove": "x"}))]));
    let on_again = journey("on", segment("x", "exited"), always.clone(), json!([list("put", json!({"add": "x"}))]));
    let (endless, _, text) = found(&[off, on_again]).unwrap();
    assert!(endless && text.contains(r#""off" step "take" removes from "x" (moves out of "x")"#), "{text}");
    // A trait that is set to one value comes to rest; set to two it does not.
    let set = |value: Value| json!([{"id": "set", "update": {"set": {"welcomed": value}}}]);
    let welcome = journey("w", segment("fresh", "entered"), always.clone(), set(json!(true)));
    assert_eq!(found(std::slice::from_ref(&welcome)), None);
    let forget = journey("f", segment("fresh", "exited"), always.clone(), set(json!(false)));
    let (endless, _, text) = found(&[welcome.clone(), forget]).unwrap();
    assert!(!endless && text.contains(r#"sets "welcomed" (moves into "fresh")"#), "{text}");
    let open = journey("t", segment("fresh", "exited"), always, set(json!("{{ event.properties.x }}")));
    assert!(found(&[welcome, open]).is_some());
}

#[test]
fn starts_and_what_rapport_records_count_too() {
    let always = json!("always");
    let a = journey("a", json!({"journey": {}}), always.clone(), json!([{"id": "go", "start": {"journey": "b"}}]));
    let b = journey("b", json!({"journey": {}}), always.clone(), json!([{"id": "go", "start": {"journey": "a"}}]));
    assert!(found(&[a, b]).unwrap().0);
    let identified =
        journey("i", on("Identified"), always.clone(), json!([{"id": "set", "update": {"set": {"n": 1}}}]));
    assert!(found(&[identified]).unwrap().0, "every update is an identify");
    let updated = |value: Value| {
        let steps = json!([{"id": "set", "update": {"set": {"n": value}}}]);
        journey("u", on("Profile Updated"), json!("always"), steps)
    };
    assert_eq!(found(&[updated(json!(1))]), None);
    assert!(found(&[updated(json!("{{ event.timestamp }}"))]).is_some());
    let send = json!([{"id": "mail", "send": {"channel": "email", "template": "t"}}]);
    let nested = journey("l", segment("buying-vips", "entered"), always.clone(), send);
    assert_eq!(found(&[nested]), None);
    let apart = journey("apart", on("Order Completed"), always, json!([emit("Thanked")]));
    assert_eq!(found(&[apart]), None);
}
