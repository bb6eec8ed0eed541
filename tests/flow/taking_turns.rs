//! Work on many people is done in portions, and whoever has less of it does not wait for whoever has more.

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::HOUR_MS;
use rapport_domain::{EventKind, Partition, ResourceKind};
use rapport_journeys::repo::tasks;
use rapport_testkit::world::World;
use serde_json::json;

use super::journeys::{journey, mail, stats};

const PEOPLE: usize = 640;
const FEW: u64 = 10;

/// One partition with ten portions of people, of whom a few are VIPs.
fn world() -> World {
    let mut world = World::new(1);
    for n in 0..PEOPLE {
        let traits = json!({"plan": if (n as u64) < FEW { "vip" } else { "free" }});
        world.send(EventKind::Identify, json!({"userId": format!("u{n}"), "traits": traits}));
    }
    world.segment("vips", "traits.plan == \"vip\"");
    world.settle();
    world
}

fn tasks_left(world: &World) -> u64 {
    world.shared.stores().partition(Partition(0)).unwrap().read(tasks::count).unwrap()
}

#[test]
fn a_small_audience_does_not_wait_for_a_large_one() {
    let mut world = world();
    for id in ["big", "small"] {
        journey(&mut world, id, &json!({"name": id, "trigger": {"manual": {}}, "steps": [mail("hello")]}));
    }
    let everybody = world.profiles();
    let vips = world.member_ids("vips");
    for (id, profiles) in [("big", everybody), ("small", vips)] {
        let order = JourneyOrder::Enter { journey: id.into(), profiles, data: "{}".into() };
        world.letter(Partition(0), LetterBody::Journey(order));
    }
    world.step_some(3);
    assert_eq!(stats(&world, "small").entered, FEW);
    assert!((64..=192).contains(&stats(&world, "big").entered), "{}", stats(&world, "big").entered);
    world.crash();
    world.settle();
    assert_eq!((stats(&world, "big").entered, stats(&world, "small").entered), (PEOPLE as u64, FEW));
    assert_eq!(tasks_left(&world), 0);
}

#[test]
fn a_calendar_for_a_segment_goes_through_its_members() {
    for (audience, is_short) in [(json!({"segment": "vips"}), true), (json!({"rule": "in_segment(\"vips\")"}), false)] {
        let mut world = world();
        // 2026-03-01T12:00Z is one o'clock in Berlin.
        let schedule = json!({"at": "2026-03-01T14:00", "audience": audience});
        let spec = json!({"name": "J", "trigger": {"schedule": schedule}, "steps": [mail("hello")]});
        world.publish(ResourceKind::Journey, "j", &spec);
        world.settle();
        world.clock.advance_ms(HOUR_MS);
        world.step_some(2);
        assert_eq!(tasks_left(&world) == 0, is_short, "{spec}");
        world.settle();
        assert_eq!((tasks_left(&world), stats(&world, "j").entered), (0, FEW), "{spec}");
    }
}

#[test]
fn a_calendar_for_a_segment_that_is_still_being_found_misses_nobody() {
    let mut world = world();
    let schedule = json!({"at": "2026-03-01T14:00", "audience": {"segment": "late"}});
    let spec = json!({"name": "J", "trigger": {"schedule": schedule}, "steps": [mail("hello")]});
    world.publish(ResourceKind::Journey, "j", &spec);
    world.settle();
    // It comes round in the very batch in which the first members are found.
    world.clock.advance_ms(HOUR_MS);
    world.segment("late", "traits.plan == \"free\"");
    world.settle();
    assert_eq!(stats(&world, "j").entered, PEOPLE as u64 - FEW);
}
