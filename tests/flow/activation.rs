//! From publishing on: what was before is history, what comes after is news, and both are told by complete rules, however
//! long history takes and wherever the machine stops.

use rapport_domain::event::ProcessedEvent;
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{EventKind, Partition, ResourceKind};
use rapport_engine::read;
use rapport_testkit::World;
use serde_json::{Value, json};

use super::journeys::{id_of, stats};

/// Somebody buys; nothing is applied yet.
fn buy(world: &mut World, user: &str, total: usize) {
    let properties = json!({"total": total});
    world.send(EventKind::Track, json!({"userId": user, "event": "Order Completed", "properties": properties}));
}

/// Customers `u0`… of whom every third has bought once, every third twice; more than one portion.
fn shop(customers: usize) -> World {
    let mut world = World::new(1);
    for n in 0..customers {
        let plan = if n % 2 == 0 { "pro" } else { "free" };
        world.send(EventKind::Identify, json!({"userId": format!("u{n}"), "traits": {"plan": plan, "n": n}}));
        for _ in 0..n % 3 {
            buy(&mut world, &format!("u{n}"), n % 50);
        }
    }
    world.settle();
    world
}

/// How a customer's entries into a segment were told: `backfill` or not, oldest first.
fn entries(world: &World, user: &str, segment: &str) -> Vec<bool> {
    let rows = world.rows(id_of(world, user));
    let of = |row: &&ProcessedEvent| {
        &*row.event.name == "Segment Entered" && row.event.properties.get("segment") == Some(&json!(segment))
    };
    let told = |row: &ProcessedEvent| row.event.properties.get("backfill") == Some(&json!(true));
    rows.iter().rev().filter(of).map(told).collect()
}

fn welcome(segment: &str) -> Value {
    json!({
        "name": "Welcome", "trigger": {"segment": {"id": segment, "on": "entered"}},
        "steps": [
            {"id": "check", "branch": [{"when": r#"events("Order Completed").count() >= 3"#, "goto": "often"}], "otherwise": "some"},
            {"id": "often", "exit": "often"},
            {"id": "some", "exit": "some"}
        ]
    })
}

const BUYERS: &str = r#"events("Order Completed").count() >= 2"#;

#[test]
fn what_happens_while_history_is_read_waits_for_it_and_is_news() {
    // Whatever held the partition up, a crash forgets it and begins again.
    for crashes in [false, true] {
        waited_for(crashes);
    }
}

fn waited_for(crashes: bool) {
    let mut world = shop(6);
    world.shared.hold_background(true);
    world.segment("buyers", BUYERS);
    world.publish(ResourceKind::Journey, "welcome", &welcome("buyers"));
    let counted = json!({
        "name": "Third", "trigger": {"event": {"name": "Order Completed"}},
        "entry": {"when": r#"events("Order Completed").count() == 2"#},
        "steps": [{"id": "rest", "wait": "1d"}]
    });
    world.publish(ResourceKind::Journey, "second", &counted);
    // One who has bought once before, one who is new, and one who is a member by history.
    for user in ["u1", "new", "new", "u2"] {
        buy(&mut world, user, 1);
    }
    world.settle();
    assert!(world.profile("user_id", "new").is_none(), "nothing is applied before history is there");
    assert!(world.shared.status(Partition(0)).is_activating());
    // Another rule in the meantime: what is read for the first binding is not taken for the second.
    world.segment("once", r#"events("Order Completed").exists()"#);
    world.settle();
    if crashes {
        world.crash();
    } else {
        world.shared.hold_background(false);
    }
    world.settle();
    assert!(!world.shared.status(Partition(0)).is_activating());
    for (user, told) in [("u2", vec![true]), ("u5", vec![true]), ("u1", vec![false]), ("new", vec![false])] {
        assert_eq!(entries(&world, user, "buyers"), told, "{user}");
    }
    for (user, told) in [("u1", vec![true]), ("u2", vec![true]), ("new", vec![false])] {
        assert_eq!(entries(&world, user, "once"), told, "{user}");
    }
    assert_eq!((world.members("buyers"), world.members("once")), (4, 5));
    let exits = stats(&world, "welcome").exited;
    assert_eq!((stats(&world, "welcome").entered, exits.values().sum::<u64>()), (2, 2), "{exits:?}");
    assert_eq!(stats(&world, "second").entered, 2, "both had one order before their second");
}

#[test]
fn everybody_is_decided_once_wherever_it_stops() {
    for steps in 1..12 {
        let mut world = shop(700);
        world.segment("buyers", BUYERS);
        world.publish(ResourceKind::Journey, "welcome", &welcome("buyers"));
        // The last of the first portion and the last of all buy once more at once.
        for user in ["u490", "u697", "u698", "fresh", "fresh"] {
            buy(&mut world, user, 1);
        }
        world.step_some(steps);
        world.crash();
        buy(&mut world, "u694", 1);
        world.settle();
        assert_eq!(world.member_ids("buyers"), world.preview_ids(BUYERS), "{steps} steps");
        for n in 0..700 {
            let told = match n {
                490 | 694 | 697 => vec![false],
                _ if n % 3 == 2 => vec![true],
                _ => vec![],
            };
            assert_eq!(entries(&world, &format!("u{n}"), "buyers"), told, "u{n} after {steps} steps");
        }
        assert_eq!(entries(&world, "fresh", "buyers"), [false]);
        assert_eq!(stats(&world, "welcome").entered, 4, "{steps} steps");
    }
}

#[test]
fn a_call_is_decided_at_once_by_rules_whose_turn_is_later() {
    let mut world = shop(700);
    world.segment("buyers", BUYERS);
    let rest = json!({
        "name": "Now", "trigger": {"api": {}}, "entry": {"when": r#"in_segment("buyers") && traits.n > 600"#},
        "steps": [{"id": "rest", "wait": "1d"}]
    });
    world.publish(ResourceKind::Journey, "now", &rest);
    let profile = id_of(&world, "u698");
    let called = JourneyOrder::Trigger { profile, journey: "now".to_owned(), data: "{}".to_owned() };
    world.letter(Partition(0), LetterBody::Journey(called));
    while stats(&world, "now").entered == 0 {
        assert!(!read::segments::standing(&world.shared, world.ws, "buyers").unwrap().ready, "it was decided before");
        world.step_some(1);
    }
    world.settle();
    let told = stats(&world, "now");
    assert_eq!((told.entered, told.refused.values().sum::<u64>()), (1, 0), "{told:?}");
}

#[test]
fn events_go_on_when_history_takes_too_long() {
    let mut world = shop(6);
    world.shared.hold_background(true);
    world.segment("buyers", BUYERS);
    world.segment("pros", r#"traits.plan == "pro""#);
    buy(&mut world, "u1", 1);
    buy(&mut world, "late", 1);
    world.settle();
    assert!(world.profile("user_id", "late").is_none());
    world.advance_ms(HOUR_MS);
    assert!(world.profile("user_id", "late").is_some(), "nothing waits for ever");
    // Whoever is sent in waits for rules that can be asked.
    let rest = json!({
        "name": "Now", "trigger": {"api": {}}, "entry": {"when": r#"events("Order Completed").within("30d").count() == 2"#},
        "steps": [{"id": "rest", "wait": "1d"}]
    });
    world.publish(ResourceKind::Journey, "now", &rest);
    world.settle();
    world.advance_ms(HOUR_MS);
    let profile = id_of(&world, "u1");
    let called = JourneyOrder::Trigger { profile, journey: "now".to_owned(), data: "{}".to_owned() };
    world.letter(Partition(0), LetterBody::Journey(called));
    world.settle();
    assert_eq!((world.members("buyers"), world.members("pros")), (0, 3), "a rule without history needs none");
    assert!(world.shared.status(Partition(0)).is_activating());
    // What happened until history came is part of it.
    world.shared.hold_background(false);
    buy(&mut world, "late", 1);
    world.settle();
    assert_eq!(world.member_ids("buyers"), world.preview_ids(BUYERS));
    for (user, told) in [("u1", vec![true]), ("u2", vec![true]), ("late", vec![false])] {
        assert_eq!(entries(&world, user, "buyers"), told, "{user}");
    }
    let told = stats(&world, "now");
    assert_eq!((told.entered, told.refused.values().sum::<u64>()), (1, 0), "{told:?}");
}

#[test]
fn time_moves_whom_history_alone_decided() {
    // Nothing else ever touches these customers, so that no other rule sets their timers.
    for (rule, at_first, later) in [
        (r#"events("Order Completed").within("2d").exists()"#, 20, 0),
        (r#"!events("Order Completed").within("2d").exists()"#, 10, 30),
    ] {
        let mut world = shop(30);
        world.segment("timed", rule);
        world.settle();
        assert_eq!(world.members("timed"), at_first, "{rule}");
        world.crash();
        world.advance_ms(2 * DAY_MS + HOUR_MS);
        assert_eq!(world.members("timed"), later, "{rule}");
        assert_eq!(world.member_ids("timed"), world.preview_ids(rule));
    }
}

/// Rules of every kind a new segment may have, and how each may be brought up to date: by history alone, by documents, by
/// whole profiles.
const RULES: &[&str] = &[
    BUYERS,
    r#"events("Order Completed").within("7d").sum("total") > 60"#,
    r#"events("Order Completed").exists() && traits.plan == "pro""#,
    r#"!events("Order Completed").exists()"#,
    r#"!events("Order Completed").within("3d").exists() && traits.n < 400"#,
    r#"traits.plan == "free" && traits.n > 500"#,
    r#"traits.plan == "pro" || events("Order Completed").count() >= 2"#,
    r#"in_segment("r0") && traits.plan == "pro""#,
    r#"events("Segment Entered").count() >= 2"#,
    r#"events().within("2d").count() >= 3"#,
    r#"bucket("half", 0, 50) && events("Order Completed").count() >= 1"#,
    r#"events("Order Completed").within_days(2).exists()"#,
];

#[test]
fn every_kind_of_rule_equals_its_recomputation_from_the_first_moment_to_the_last() {
    // One after the other, so that later ones find what earlier ones left; and all at once.
    for together in [false, true] {
        let mut world = shop(600);
        let names: Vec<String> = (0..RULES.len()).map(|n| format!("r{n}")).collect();
        for (name, rule) in names.iter().zip(RULES) {
            world.segment(name, rule);
            if !together {
                world.settle();
            }
        }
        world.settle();
        let check = |world: &World, when: &str| {
            for (name, rule) in names.iter().zip(RULES) {
                let (live, bulk) = (world.member_ids(name), world.preview_ids(rule));
                assert_eq!(live.len(), bulk.len(), "{rule} {when}, together {together}");
                assert_eq!(live, bulk, "{rule} {when}, together {together}");
                assert_eq!(world.members(name), live.len() as u64);
            }
        };
        check(&world, "at first");
        for user in ["u3", "u4", "u599", "new"] {
            buy(&mut world, user, 70);
        }
        world.send(EventKind::Identify, json!({"userId": "u5", "traits": {"plan": "pro"}}));
        world.settle();
        check(&world, "after events");
        for days in [2, 2, 4] {
            world.advance_ms(days * DAY_MS);
            check(&world, "later");
            world.crash();
            world.settle();
        }
        // An edit, back and forth.
        for rule in [r#"events("Order Completed").count() >= 1"#, BUYERS] {
            world.segment("r0", rule);
            buy(&mut world, "u6", 70);
            world.settle();
            assert_eq!(world.member_ids("r0"), world.preview_ids(rule));
        }
        check(&world, "after edits");
    }
}
