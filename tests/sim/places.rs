//! The machine stops at every place between two effects of which one could be durable without the other: before, within and
//! after the transaction of a batch, before rows are in the lake, after letters are in the log and before that is noted.
//! Wherever it was, everything that follows is as if it had not stopped.
//!
//! `RAPPORT_SIM_PLACES=n` tries every n-th place (1: all); `RAPPORT_SEED=n` repeats one run.

use rapport_domain::EventKind;
use rapport_domain::time::{HOUR_MS, MINUTE_MS};
use rapport_engine::read;
use rapport_testkit::World;
use serde_json::json;

use crate::flow::journeys::{end_pause, pause};
use crate::flow::played::{Story, happened, journeys, play_events};

const EVENTS: usize = 24;

/// What is compared: numbers and story of each journey, members of segments, everybody's timeline.
#[derive(Debug, PartialEq)]
struct Outcome {
    numbers: Vec<rapport_journeys::repo::Stats>,
    stories: Vec<Story>,
    members: Vec<Vec<rapport_domain::ProfileId>>,
    timelines: Vec<Vec<String>>,
    processed: u64,
}

fn outcome(world: &World) -> Outcome {
    let ids = journeys().map(|(id, ..)| id);
    let stats = |id: &&str| read::journeys::stats(&world.shared, world.ws, id).expect("numbers");
    Outcome {
        numbers: ids.iter().map(stats).collect(),
        stories: ids.iter().map(|id| happened(world, id)).collect(),
        members: ["buyers", "carters"].iter().map(|id| world.member_ids(id)).collect(),
        timelines: world.profiles().into_iter().map(|id| world.timeline(id)).collect(),
        processed: read::stats::events(&world.shared, world.ws).expect("counts").processed,
    }
}

/// A shop's day, at the end of which one journey is paused and goes on while its customers are about.
fn play(world: World, seed: u64) -> World {
    let mut world = play_events(world, seed, false, EVENTS);
    let visit = |world: &mut World| {
        for n in 0..10 {
            let (user, properties) = (format!("u{n}"), json!({"cart_id": "c9", "price": 20}));
            let event = json!({"userId": user, "event": "Product Added", "properties": properties});
            world.send(EventKind::Track, event);
        }
    };
    visit(&mut world);
    world.settle();
    world.advance_ms(30 * MINUTE_MS);
    pause(&mut world, "second");
    world.advance_ms(2 * HOUR_MS);
    end_pause(&world, "second", "shift");
    world.shared.refresh().expect("refreshed");
    visit(&mut world);
    world.settle();
    world.advance_ms(HOUR_MS);
    world
}

#[test]
fn stopping_at_any_place_changes_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let seed = number("RAPPORT_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let calm = play(World::new(3), seed);
    let (expected, places) = (outcome(&calm), calm.places());
    assert!(places > 500, "{places} places");
    // An odd step, and a beginning by the seed: in time every place is met.
    let every = number("RAPPORT_SIM_PLACES").unwrap_or((places / 40) | 1);
    println!("places: RAPPORT_SEED={seed}, every {every}th of {places}");
    let mut place = 1 + seed % every;
    while place < places {
        let mut world = World::new(3);
        world.stumble_at(place);
        let world = play(world, seed);
        assert_eq!(outcome(&world), expected, "seed {seed}, place {place} of {places}");
        place += every;
    }
}
