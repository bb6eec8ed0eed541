//! Explanations: why somebody is, was or was not in a journey, and what was decided about each message.

use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{EventKind, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_engine::simulate::{self, Explanation, Request};
use rapport_journeys::campaign::journey_id;
use rapport_lake::CancelFlag;
use rapport_testkit::world::{Now, START, World};
use serde_json::{Map, Value, json};

use super::journeys::{id_of, identify, journey, mail, track};
use super::played::live_world;

fn explained(world: &World, id: &str, user: &str) -> Explanation {
    simulate::explain(&world.shared, world.ws, id, id_of(world, user)).expect("read").expect("known")
}

#[test]
fn every_decision_of_a_profile_is_found_again() {
    let world = live_world(START.0 as u64 ^ 42);
    let mut seen = 0;
    for profile in world.profiles() {
        let explained = simulate::explain(&world.shared, world.ws, "rich", profile).expect("read").expect("known");
        let count = |what: &str| explained.decisions.iter().filter(|d| d.what == what).count();
        let facts = |name: &str| explained.facts.iter().filter(|f| f.event == name).count();
        assert_eq!(count("entered"), facts("Journey Entered"), "{explained:#?}");
        assert_eq!(count("exited"), facts("Journey Exited"));
        assert_eq!(count("message"), facts("Message Queued"));
        for decision in explained.decisions.iter().filter(|d| d.what == "refused") {
            assert!(decision.detail.is_string(), "a refusal has its reason: {decision:?}");
        }
        seen += count("entered") + count("refused");
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn an_entry_rule_is_explained_with_the_values_it_saw() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "entry": {"when": "traits.plan == \"pro\""},
        "steps": [{"id": "rest", "wait": "1d"}]
    });
    world.publish(ResourceKind::Journey, "j", &spec);
    world.settle();
    world.send(EventKind::Identify, json!({"userId": "u", "traits": {"plan": "free"}}));
    world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
    world.settle();
    let explained = explained(&world, "j", "u");
    let [refused] = &explained.decisions[..] else { panic!("{explained:#?}") };
    assert_eq!((refused.what, refused.detail.as_str()), ("refused", Some("entry_condition")));
    assert_eq!(refused.rule.as_deref(), Some("traits.plan == \"pro\""));
    assert_eq!(refused.values.get("plan"), Some(&json!("free")));
}

#[test]
fn a_rule_that_counts_is_explained_with_the_events_it_counted() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "entry": {"when": "events(\"Order Completed\").filter(e, e.total > 10).count() >= 2 && traits.plan == \"pro\""},
        "steps": [{"id": "rest", "wait": "1h"}]
    });
    world.publish(ResourceKind::Journey, "j", &spec);
    world.send(EventKind::Identify, json!({"userId": "u", "traits": {"plan": "pro"}}));
    for total in [5, 20, 30] {
        let order = json!({"userId": "u", "event": "Order Completed", "properties": {"total": total}});
        world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
        world.send(EventKind::Track, order);
        world.settle();
        world.advance_ms(HOUR_MS);
    }
    world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
    world.settle();
    let explained = explained(&world, "j", "u");
    let refused: Vec<_> = explained.decisions.iter().filter(|d| d.what == "refused").collect();
    // Newest first: with one large order, with none, with none.
    let counted: Vec<&Value> = refused.iter().map(|d| &d.proof.as_ref().unwrap()["parts"][0]).collect();
    assert_eq!(counted.iter().map(|c| c["matching_events"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(counted[0]["events"][0]["event"], "Order Completed");
    assert_eq!(counted[0]["events"][0]["timestamp"], START.plus_ms(HOUR_MS).to_rfc3339());
    assert_eq!(
        (&counted[0]["holds"], counted[0]["values"].as_object().unwrap().values().next()),
        (&json!(false), Some(&json!(1)))
    );
    assert_eq!(refused[0].proof.as_ref().unwrap()["parts"][1]["values"], json!({"traits.plan": "pro"}));
    assert!(explained.decisions.iter().any(|d| d.what == "entered"));
}

#[test]
fn everybody_is_explained_by_the_version_they_ran_on() {
    let mut world = World::new(2);
    let version = |rule: &str, template: &str| {
        json!({
            "name": "J", "trigger": {"event": {"name": "Ping"}}, "entry": {"when": rule},
            "steps": [
                {"id": "fork", "branch": [{"when": rule, "goto": "mail"}], "otherwise": "end"},
                {"id": "mail", "send": {"channel": "email", "template": template}}, {"id": "rest", "wait": "9d"}
            ]
        })
    };
    for user in ["early", "late", "poor"] {
        identify(&mut world, user, json!({"plan": if user == "poor" { "free" } else { "pro" }, "score": 7}));
    }
    journey(&mut world, "j", &version("traits.plan == \"pro\"", "old"));
    track(&mut world, "early", "Ping", json!({}));
    track(&mut world, "poor", "Ping", json!({}));
    world.advance_ms(DAY_MS);
    journey(&mut world, "j", &version("traits.score > 5", "new"));
    for user in ["early", "late", "poor"] {
        track(&mut world, user, "Ping", json!({}));
    }
    world.crash();
    world.advance_ms(HOUR_MS);
    let told = |user: &str| -> Vec<(u32, &'static str)> {
        let of = |d: simulate::Decision| (d.version, d.what);
        let decisions = explained(&world, "j", user).decisions.into_iter().rev();
        decisions.filter(|d| ["entered", "refused", "message"].contains(&d.what)).map(of).collect()
    };
    assert_eq!(told("early"), [(1, "entered"), (1, "message"), (2, "refused")], "she is inside, on the first");
    assert_eq!(told("late"), [(2, "entered"), (2, "message")]);
    assert_eq!(told("poor"), [(2, "entered"), (2, "message")], "the first was never his");
    let branch = explained(&world, "j", "early").decisions.into_iter().find(|d| d.what == "passed" && d.rule.is_some());
    let branch = branch.map(|d| (d.version, d.rule.unwrap_or_default(), d.values));
    assert_eq!(
        branch,
        Some((1, "traits.plan == \"pro\"".to_owned(), json!({"plan": "pro"}).as_object().unwrap().clone()))
    );
}

#[test]
fn an_explanation_is_narrowed_to_one_message() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Product Added", "key": "cart"}}, "reentry": "always",
        "steps": [{"id": "rest", "wait": "1h"}, mail("nudge")]
    });
    journey(&mut world, "j", &spec);
    for cart in ["a", "b"] {
        track(&mut world, "u", "Product Added", json!({"cart": cart}));
        world.advance_ms(HOUR_MS / 6);
    }
    world.advance_ms(2 * HOUR_MS);
    let all = explained(&world, "j", "u");
    assert_eq!((all.messages.len(), all.decisions.iter().filter(|d| d.what == "entered").count()), (2, 2));
    let of_cart = |d: &simulate::Decision| d.detail["key"].as_str().map(str::to_owned);
    for (index, cart) in [(1, "a"), (0, "b")] {
        let mut narrow = explained(&world, "j", "u");
        let message = narrow.messages[index].message.clone();
        assert!(narrow.narrow(&message));
        assert_eq!(narrow.messages.iter().map(|m| m.message.as_str()).collect::<Vec<_>>(), [message.as_str()]);
        let entered = narrow.decisions.iter().find(|d| d.what == "entered").unwrap();
        assert_eq!(of_cart(entered).as_deref(), Some(cart), "{narrow:#?}");
        let what: Vec<&str> = narrow.decisions.iter().rev().map(|d| d.what).collect();
        assert_eq!(what, ["entered", "passed", "message", "passed", "exited"], "of one run only");
        let names: Vec<&str> = narrow.facts.iter().rev().map(|f| f.event.as_str()).collect();
        assert_eq!(names, ["Journey Entered", "Message Queued", "Journey Exited"]);
    }
    assert!(!explained(&world, "j", "u").narrow("m0001.999"), "a message of another journey");
}

#[test]
fn what_the_gate_decided_is_told_with_what_it_saw() {
    let mut world = World::new(2);
    journey(&mut world, "j", &json!({"name": "J", "trigger": {"event": {"name": "Ping"}}, "steps": [mail("hello")]}));
    track(&mut world, "u", "Ping", json!({}));
    let told = explained(&world, "j", "u").messages;
    assert_eq!((told.len(), told[0].step.as_deref(), told[0].decisions.len()), (1, Some("hello"), 0), "{told:?}");
    let id: rapport_domain::OutboxId = told[0].message.parse().unwrap();
    let db = world.shared.stores().partition(id.partition).unwrap();
    let detail =
        rapport_domain::Detail::of("frequency_cap", "2 messages within 7d", json!({"counted": 2, "allowed": 2}));
    let skipped =
        rapport_domain::message::MessageOutcome::Skipped { reason: rapport_domain::SkipReason::FrequencyCap, detail };
    let at = world.clock.now_ts();
    db.write(|tx| rapport_delivery::repo::record_outcome(tx, world.ws, id, &skipped, at)).unwrap();
    let told = explained(&world, "j", "u").messages;
    let [decided] = &told[0].decisions[..] else { panic!("{told:?}") };
    assert_eq!((decided.at, decided.what, decided.reason.as_deref()), (at, "skipped", Some("frequency_cap")));
    assert_eq!(decided.rule.as_deref(), Some("frequency_cap"));
    assert_eq!(decided.values, *json!({"counted": 2, "allowed": 2}).as_object().unwrap());
}

#[test]
fn campaigns_are_simulated_tried_and_explained() {
    let mut world = World::new(3);
    for (user, plan) in [("ann", "pro"), ("bob", "pro"), ("cid", "free")] {
        identify(&mut world, user, json!({"plan": plan, "email": format!("{user}@example.com")}));
    }
    let spec = json!({
        "name": "News", "audience": {"rule": "traits.plan == \"pro\""}, "template": "news",
        "schedule": {"at": "2026-03-04T09:00"}, "resend": {"after": "2d"}
    });
    let id = journey_id("news");
    let read = |spec: &Value| simulate::journey_of(ResourceKind::Campaign, spec);
    assert_eq!(simulate::document_of(&id), (ResourceKind::Campaign, "news"));
    let mut wrong = spec.clone();
    wrong["audience"] = json!({"rule": "traits.plan =="});
    let problems = read(&wrong).expect_err("a rule that cannot be read");
    assert!(problems.iter().all(|p| p.at.starts_with("spec.audience")), "{problems:?}");
    world.publish(ResourceKind::Campaign, "news", &spec);
    world.settle();
    let trying = Request {
        journey: id.clone(),
        spec: read(&spec).expect("a campaign"),
        since: START,
        until: Timestamp::MAX,
        flood_limit: 9,
        compare: true,
        people: 10,
    };
    let tried = simulate::dry_run(&world.shared, world.ws, &trying, id_of(&world, "ann"), &Map::new(), [].into());
    let tried = tried.expect("read").expect("known");
    let what: Vec<&str> = tried.steps.iter().map(|s| s.what).collect();
    assert_eq!(what[..2], ["entered", "message"], "{tried:?}");
    for _ in 0..24 * 6 {
        world.advance_ms(HOUR_MS);
    }
    let numbers = read::journeys::stats(&world.shared, world.ws, &id).expect("numbers");
    let until = world.clock.now_ts();
    let simulation =
        simulate::run(&world.shared, world.ws, &Request { until, ..trying }, &CancelFlag::default()).expect("played");
    assert_eq!((simulation.journey.entered, numbers.entered), (2, 2), "{simulation:#?}");
    assert_eq!(simulation.live.as_ref(), Some(&simulation.journey), "the draft is what is live");
    let mut people: Vec<&str> = simulation.people.iter().map(|p| p.profile.as_str()).collect();
    people.sort_unstable();
    let mut expected = ["ann", "bob"].map(|user| id_of(&world, user).to_string());
    expected.sort_unstable();
    assert_eq!(people, expected);
    let why = explained(&world, &id, "ann");
    let entered = why.decisions.iter().find(|d| d.what == "entered").expect("she entered");
    assert_eq!(entered.at, Timestamp::parse("2026-03-04T08:00:00Z").unwrap());
    assert_eq!(why.messages.len(), 1, "{:?}", why.messages);
    let not = explained(&world, &id, "cid");
    assert!(not.decisions.iter().all(|d| d.what != "message") && not.messages.is_empty(), "{not:?}");
}
