//! What the partition loop does with events: identity, segments, journeys, exactly once.

mod accounts;
mod activation;
mod campaigns;
mod explain;
mod exports;
mod handovers;
pub(crate) mod journeys;
mod just_live;
mod merges;
mod pauses;
pub(crate) mod played;
mod simulate;
mod taking_turns;
mod throttle;
mod waits;
mod ways_in;
mod window;

use rapport_delivery::repo::{LedgerFilter, is_withdrawn};
use rapport_domain::record::LetterBody;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{EventKind, ResourceKind};
use rapport_testkit::world::{START, World};
use serde_json::json;

#[test]
fn anonymous_browsing_joins_the_known_profile() {
    let mut world = World::new(4);
    for page in ["Home", "Shoes"] {
        world.send(EventKind::Page, json!({"anonymousId": "a1", "name": page}));
    }
    world.settle();
    let anonymous = world.profile("anonymous_id", "a1").expect("an anonymous profile");
    assert!(!anonymous.known);

    world.send(
        EventKind::Identify,
        json!({"anonymousId": "a1", "userId": "u1", "traits": {"email": "A@b.c", "plan": "pro"}}),
    );
    world.send(EventKind::Track, json!({"anonymousId": "a1", "event": "Product Viewed"}));
    world.settle();
    let known = world.profile("user_id", "u1").expect("a known profile");
    assert!(known.known && known.trait_value("plan") == Some(&json!("pro")));
    for (namespace, value) in [("anonymous_id", "a1"), ("email", "a@b.c")] {
        assert_eq!(world.profile(namespace, value).expect(namespace).id, known.id, "{namespace}");
    }
    let timeline = world.timeline(known.id);
    let count = |name: &str| timeline.iter().filter(|n| *n == name).count();
    assert_eq!((count("Page Viewed"), count("Identified"), count("Product Viewed")), (2, 1, 1), "{timeline:?}");
    assert_eq!(count("Profile Merged"), 1);
    // Later anonymous events go straight to the known profile, from a cold start too.
    world.crash();
    world.send(EventKind::Page, json!({"anonymousId": "a1", "name": "Later"}));
    world.settle();
    assert_eq!(world.timeline(known.id).iter().filter(|n| *n == "Page Viewed").count(), 3);
    assert_eq!(rapport_engine::read::profiles::count(&world.shared, world.ws).unwrap(), 1);
}

#[test]
fn two_users_of_one_device_stay_two_people() {
    let mut world = World::new(4);
    for user in ["u1", "u2"] {
        world.send(EventKind::Identify, json!({"anonymousId": "tablet", "userId": user, "traits": {"n": user}}));
        world.settle();
    }
    let (one, two) = (world.profile("user_id", "u1").unwrap(), world.profile("user_id", "u2").unwrap());
    assert_ne!(one.id, two.id);
    assert_eq!(world.profile("anonymous_id", "tablet").unwrap().id, one.id, "the device stays with who had it first");
    assert!(world.timeline(two.id).contains(&"Identifier Refused".to_owned()));
}

#[test]
fn the_same_message_has_one_effect() {
    let mut world = World::new(2);
    for _ in 0..3 {
        world.send_as(EventKind::Track, "same", START, false, &json!({"userId": "u", "event": "Order Completed"}));
    }
    world.settle();
    world.send_as(EventKind::Track, "same", START, false, &json!({"userId": "u", "event": "Order Completed"}));
    world.crash();
    world.settle();
    let counts = rapport_engine::read::stats::events(&world.shared, world.ws).unwrap();
    assert_eq!((counts.processed, counts.duplicates), (1, 3));
    let id = world.profile("user_id", "u").unwrap().id;
    assert_eq!(world.timeline(id), ["Order Completed"]);
}

#[test]
fn segments_follow_events_time_and_history() {
    let mut world = World::new(2);
    world.segment("buyers", r#"events("Order Completed").within("30d").count() >= 2"#);
    for day in 0..2 {
        world.clock.set(START.plus_ms(day * DAY_MS));
        world.send(EventKind::Track, json!({"userId": "u", "event": "Order Completed", "properties": {"total": 60}}));
        world.settle();
    }
    assert_eq!(world.members("buyers"), 1);
    // A new segment finds its history in the lake, and tells it as history.
    world.segment("big", r#"events("Order Completed").sum("total") > 100 && events("Segment Entered").exists()"#);
    world.settle();
    assert_eq!(world.members("big"), 1);
    assert_eq!(world.preview(r#"events("Order Completed").sum("total") > 100"#), 1);
    // The first order leaves the window: nobody sends anything, and the profile leaves.
    world.advance_ms(29 * DAY_MS + 1);
    assert_eq!(world.members("buyers"), 0);
    let id = world.profile("user_id", "u").unwrap().id;
    assert!(world.timeline(id).contains(&"Segment Exited".to_owned()));
    // An edit takes effect on everybody.
    world.segment("buyers", r#"events("Order Completed").count() >= 1"#);
    world.settle();
    assert_eq!(world.members("buyers"), 1);
}

#[test]
fn a_journey_waits_branches_and_decides_a_message_once() {
    let mut world = World::new(2);
    world.publish(
        ResourceKind::Journey,
        "second-order",
        &json!({
            "name": "Second order",
            "trigger": {"event": {"name": "Order Completed"}},
            "reentry": "once",
            "steps": [
                {"id": "wait", "wait": "3d"},
                {"id": "check", "branch": [{"when": "events(\"Order Completed\").count() >= 2", "goto": "loyal"}], "otherwise": "nudge"},
                {"id": "nudge", "send": {"channel": "email", "template": "second-order"}, "next": "end"},
                {"id": "loyal", "update": {"set": {"loyal": true}}}
            ]
        }),
    );
    world.settle();
    for user in ["one", "two"] {
        world.send(EventKind::Track, json!({"userId": user, "event": "Order Completed"}));
    }
    world.send_as(EventKind::Track, "old", START, true, &json!({"userId": "past", "event": "Order Completed"}));
    world.settle();
    world.clock.advance_ms(DAY_MS);
    world.send(EventKind::Track, json!({"userId": "two", "event": "Order Completed"}));
    world.settle();
    world.crash();
    world.advance_ms(2 * DAY_MS + HOUR_MS);
    world.crash();
    world.settle();
    let stats = rapport_engine::read::journeys::stats(&world.shared, world.ws, "second-order").unwrap();
    assert_eq!((stats.entered, stats.active), (2, 0), "{stats:?}");
    let messages = rapport_engine::read::messages::counts(&world.shared, world.ws).unwrap();
    assert_eq!(messages.pending, 1, "one message was decided, for the one who did not come back");
    let loyal = world.profile("user_id", "two").unwrap();
    assert_eq!(loyal.trait_value("loyal"), Some(&json!(true)));
    let one = world.timeline(world.profile("user_id", "one").unwrap().id);
    assert_eq!(one, ["Order Completed", "Journey Entered", "Message Queued", "Journey Exited"]);
    assert_eq!(world.timeline(world.profile("user_id", "past").unwrap().id), ["Order Completed"]);
}

#[test]
fn erasure_leaves_nothing_and_nobody_comes_back() {
    let mut world = World::new(4);
    world.segment("everybody", r#"events().exists()"#);
    world.send(EventKind::Page, json!({"anonymousId": "a1"}));
    world.send(EventKind::Identify, json!({"anonymousId": "a1", "userId": "u1", "traits": {"email": "a@b.c"}}));
    world.send(EventKind::Track, json!({"userId": "other", "event": "Seen"}));
    world.settle();
    let id = world.profile("user_id", "u1").unwrap().id;
    let before = world.shared.lake().count(world.ws);
    world.letter(id.home(), LetterBody::Erase { profile: id, reason: "asked".into() });
    world.settle();
    for crashed in [false, true] {
        for (namespace, value) in [("user_id", "u1"), ("anonymous_id", "a1"), ("email", "a@b.c")] {
            assert!(world.profile(namespace, value).is_none(), "{namespace} after crash {crashed}");
        }
        assert!(world.timeline(id).is_empty());
        assert_eq!(world.members("everybody"), 1);
        assert!(world.shared.lake().count(world.ws) < before);
        world.crash();
        world.settle();
    }
    // The same business id later is a new customer.
    world.send(EventKind::Track, json!({"userId": "u1", "event": "Back"}));
    world.settle();
    assert_ne!(world.profile("user_id", "u1").unwrap().id, id);
}

#[test]
fn a_merge_can_be_undone() {
    let mut world = World::new(4);
    world.segment("viewers", r#"events("Page Viewed").count() >= 2"#);
    for _ in 0..2 {
        world.send(EventKind::Page, json!({"anonymousId": "a1"}));
    }
    world.settle();
    let from = world.profile("anonymous_id", "a1").unwrap().id;
    assert_eq!(world.members("viewers"), 1);
    world.send(EventKind::Identify, json!({"anonymousId": "a1", "userId": "u1"}));
    world.settle();
    let into = world.profile("user_id", "u1").unwrap().id;
    assert_eq!(world.profile("anonymous_id", "a1").unwrap().id, into);
    assert_eq!(world.members("viewers"), 1, "the membership moved along");
    world.letter(into.home(), LetterBody::UndoMerge { from, into });
    world.settle();
    assert_eq!(world.profile("anonymous_id", "a1").unwrap().id, from);
    assert_eq!(world.timeline(from).iter().filter(|n| *n == "Page Viewed").count(), 2);
    assert_eq!(world.timeline(into).iter().filter(|n| *n == "Page Viewed").count(), 0);
    assert_eq!(world.members("viewers"), 1, "the one who viewed");
}

#[test]
fn an_exit_rule_ends_a_waiting_journey_at_once() {
    let mut world = World::new(2);
    let journey = |exit: &str| {
        json!({
            "name": "J",
            "trigger": {"event": {"name": "Order Completed"}},
            "reentry": "once",
            "exit_when": exit,
            "steps": [
                {"id": "thanks", "send": {"channel": "email", "template": "thanks"}},
                {"id": "wait", "wait": "7d"},
                {"id": "nudge", "send": {"channel": "email", "template": "nudge"}}
            ]
        })
    };
    world.publish(ResourceKind::Journey, "by-event", &journey("events(\"Order Refunded\").exists()"));
    world.publish(ResourceKind::Journey, "by-time", &journey("!events(\"Page Viewed\").within(\"2d\").exists()"));
    world.settle();
    world.send(EventKind::Page, json!({"userId": "u"}));
    world.send(EventKind::Track, json!({"userId": "u", "event": "Order Completed"}));
    world.settle();
    let id = world.profile("user_id", "u").unwrap().id;
    let stats =
        |world: &World, journey: &str| rapport_engine::read::journeys::stats(&world.shared, world.ws, journey).unwrap();
    assert_eq!((stats(&world, "by-event").active, stats(&world, "by-time").active), (1, 1));
    let pending = rapport_engine::read::messages::list(&world.shared, world.ws, &LedgerFilter::default(), None, 10);
    let pending = pending.unwrap().items;
    assert_eq!(pending.len(), 2);
    let withdrawn = |world: &World| {
        let db = world.shared.stores().partition(id.home()).unwrap();
        pending.iter().filter(|m| db.read(|q| is_withdrawn(q, world.ws, m.id)).unwrap()).count()
    };
    assert_eq!(withdrawn(&world), 0);
    // What the customer does ends one at once, while it waits, and takes back what was not sent yet.
    world.send(EventKind::Track, json!({"userId": "u", "event": "Order Refunded"}));
    world.settle();
    assert_eq!((stats(&world, "by-event").active, stats(&world, "by-time").active), (0, 1));
    assert_eq!(withdrawn(&world), 1);
    // Time alone ends the other, from a cold start too.
    world.crash();
    world.advance_ms(2 * DAY_MS + HOUR_MS);
    assert_eq!(stats(&world, "by-time").active, 0);
    assert_eq!(withdrawn(&world), 2);
    world.advance_ms(7 * DAY_MS);
    let messages = rapport_engine::read::messages::counts(&world.shared, world.ws).unwrap();
    assert_eq!(messages.pending, 2, "no nudge was decided");
}

#[test]
fn an_undone_merge_stays_undone_and_keeps_what_journeys_did() {
    let mut world = World::new(4);
    let journey = json!({
        "name": "Once",
        "trigger": {"event": {"name": "Page Viewed"}},
        "reentry": "once",
        "steps": [{"id": "hello", "send": {"channel": "email", "template": "hello"}}]
    });
    world.publish(ResourceKind::Journey, "once", &journey);
    world.settle();
    world.send(EventKind::Page, json!({"anonymousId": "a1"}));
    world.settle();
    let from = world.profile("anonymous_id", "a1").unwrap().id;
    let link = json!({"anonymousId": "a1", "userId": "u1"});
    world.send(EventKind::Identify, link.clone());
    world.settle();
    let into = world.profile("user_id", "u1").unwrap().id;
    world.letter(into.home(), LetterBody::UndoMerge { from, into });
    world.settle();
    // Who got the hello does not get it again, and neither does a crash forget what was undone.
    for crashed in [false, true] {
        world.send(EventKind::Page, json!({"anonymousId": "a1"}));
        world.send(EventKind::Identify, link.clone());
        world.settle();
        assert_eq!(world.profile("anonymous_id", "a1").unwrap().id, from, "after crash {crashed}");
        assert_eq!(world.profile("user_id", "u1").unwrap().id, into, "after crash {crashed}");
        let stats = rapport_engine::read::journeys::stats(&world.shared, world.ws, "once").unwrap();
        assert_eq!(stats.entered, 1);
        world.crash();
        world.settle();
    }
}
