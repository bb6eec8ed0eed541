//! Ends of pauses: kept with the pause itself, done once in each partition whatever stops in between, and decided by what was
//! chosen rather than by who comes first.

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{EventKind, Timestamp};
use rapport_testkit::world::{START, World};
use serde_json::{Value, json};

use super::journeys::{end_pause, id_of, journey, mail, messages, pause, resume, stats, templates, track};

/// More than two portions in one partition.
const PEOPLE: usize = 150;

fn wait_and_mail() -> Value {
    json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [{"id": "wait", "wait": "2h"}, mail("hello")]
    })
}

/// People who wait two hours; so long after they began a pause begins, and lasts so long.
fn paused(partitions: u16, people: usize, after_ms: i64, lasts_ms: i64) -> World {
    let mut world = World::new(partitions);
    journey(&mut world, "j", &wait_and_mail());
    for n in 0..people {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Ping", "properties": {}}));
    }
    world.settle();
    world.advance_ms(after_ms);
    pause(&mut world, "j");
    world.advance_ms(lasts_ms);
    world
}

fn everybody_does_something(world: &mut World, people: usize) {
    for n in 0..people {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Looked", "properties": {}}));
    }
}

fn at(hours: i64) -> Timestamp {
    START.plus_ms(hours * HOUR_MS)
}

#[test]
fn it_is_done_once_although_the_machine_stops_anywhere() {
    const FEW: usize = 12;
    let play = |stop: Option<u64>| {
        let mut world = paused(3, FEW, HOUR_MS, 24 * HOUR_MS);
        let before = world.places();
        end_pause(&world, "j", "shift");
        match stop {
            // Nobody is told: whoever asked is gone, and what was read of the configuration with them.
            None => world.crash(),
            Some(place) => {
                world.stumble_at(before + place);
                world.shared.refresh().expect("refreshed");
            }
        }
        world.settle();
        let places = world.places() - before;
        // A second pause, resumed while others are still brought back, is one of its own.
        world.advance_ms(10 * MINUTE_MS);
        pause(&mut world, "j");
        world.advance_ms(HOUR_MS);
        resume(&mut world, "j", "shift");
        world.advance_ms(3 * HOUR_MS);
        let told: Vec<_> = (0..FEW).map(|n| messages(&world, &format!("u{n}"))).collect();
        (told, stats(&world, "j"), places)
    };
    let (expected, numbers, places) = play(None);
    assert!(expected.iter().all(|of| of.len() == 1) && numbers.active == 0, "{expected:?}");
    assert!(places > 10, "{places} places");
    for place in 1..=places {
        let (told, numbers, _) = play(Some(place));
        assert_eq!((told, numbers.exited["completed"]), (expected.clone(), FEW as u64), "stopped at place {place}");
    }
}

#[test]
fn nobody_goes_on_before_the_end_of_the_pause_has_come_to_them() {
    for (overdue, when) in [("run", Some(25)), ("shift", Some(26)), ("exit", None)] {
        let mut world = paused(1, PEOPLE, HOUR_MS, 24 * HOUR_MS);
        let other = json!({"name": "Other", "trigger": {"manual": {}}, "steps": [mail("other")]});
        world.publish(rapport_domain::ResourceKind::Journey, "other", &other);
        world.settle();
        // The audience of another journey is being taken in, and everybody does something.
        let profiles: Vec<_> = (0..PEOPLE).map(|n| id_of(&world, &format!("u{n}"))).collect();
        let home = profiles[0].home();
        let enter = JourneyOrder::Enter { journey: "other".into(), profiles, data: "{}".into() };
        world.letter(home, LetterBody::Journey(enter));
        world.step_some(1);
        end_pause(&world, "j", overdue);
        world.shared.refresh().expect("refreshed");
        for _ in 0..4 {
            everybody_does_something(&mut world, PEOPLE);
            world.step_some(1);
        }
        world.settle();
        for _ in 0..60 {
            world.advance_ms(2 * MINUTE_MS);
        }
        for n in 0..PEOPLE {
            let told = messages(&world, &format!("u{n}"));
            let told: Vec<_> = told.into_iter().filter(|m| m.1 == "hello").map(|m| m.0).collect();
            assert_eq!(told, when.map(at).into_iter().collect::<Vec<_>>(), "{overdue}: u{n}");
        }
        let ended = stats(&world, "j").exited.get("paused").copied().unwrap_or(0);
        assert_eq!(ended, if overdue == "exit" { PEOPLE as u64 } else { 0 }, "{overdue}");
    }
}

#[test]
fn what_comes_after_the_pause_is_not_what_fell_due_in_it() {
    // Resumed a second before their time; the second passes while they are being brought back.
    let mut world = paused(1, PEOPLE, HOUR_MS, HOUR_MS - SECOND_MS);
    end_pause(&world, "j", "exit");
    world.shared.refresh().expect("refreshed");
    world.step_some(2);
    world.clock.advance_ms(2 * SECOND_MS);
    track(&mut world, "new", "Ping", json!({}));
    world.settle();
    assert!(!stats(&world, "j").exited.contains_key("paused"));
    assert!((0..PEOPLE).all(|n| templates(&world, &format!("u{n}")) == ["hello"]));
    assert_eq!(stats(&world, "j").active, 1, "who entered meanwhile");
    world.advance_ms(2 * HOUR_MS);
    assert_eq!(templates(&world, "new"), ["hello"]);
}
