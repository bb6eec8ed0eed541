//! Throttles hold whatever happens: pauses, outages, and another pace while people wait.

use rapport_domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{ResourceKind, Timestamp};
use rapport_journeys::campaign::journey_id;
use rapport_journeys::repo::tasks;
use rapport_testkit::world::World;
use serde_json::{Value, json};

use super::campaigns::{decided, news, start, stats, world};
use super::journeys::{pause, resume};

fn throttled(a_minute: u32) -> Value {
    let mut spec = news();
    spec["throttle"] = json!(a_minute);
    spec
}

/// How many are decided in the next minutes, looked at so often that nobody is late; no minute has more than so many.
fn watch(world: &mut World, minutes: usize, most: u64) -> Vec<u64> {
    let every_s = if most > 21 { 1 } else { 3 };
    let mut counts = vec![decided(world)];
    for _ in 0..minutes * 60 / every_s {
        world.advance_ms(every_s as i64 * SECOND_MS);
        counts.push(decided(world));
        if let Some(before) = counts.len().checked_sub(60 / every_s + 1) {
            let now = counts[counts.len() - 1];
            assert!(now - counts[before] <= most, "{} in a minute, at most {most}: {counts:?}", now - counts[before]);
        }
    }
    counts
}

#[test]
fn a_pause_gives_nobody_a_place_twice() {
    for (overdue, reached) in [("run", 100), ("shift", 100), ("exit", 0)] {
        let spec = throttled(20);
        let mut world = world(&spec);
        start(&mut world, &spec);
        watch(&mut world, 2, 21);
        let before = decided(&world);
        assert!((30..=42).contains(&before), "{before}");
        pause(&mut world, &journey_id("news"));
        watch(&mut world, 2, 0);
        world.crash();
        world.advance_ms(HOUR_MS);
        assert_eq!(decided(&world), before, "{overdue}: nobody goes on");
        resume(&mut world, &journey_id("news"), overdue);
        let at_once = decided(&world) - before;
        assert!(at_once <= 21, "{overdue}: {at_once} at once");
        let counts = watch(&mut world, 5, 21);
        let expected = if reached == 0 { before } else { reached };
        assert_eq!(counts.last(), Some(&expected), "{overdue}: {counts:?}");
        let left = stats(&world).exited.get("paused").copied().unwrap_or(0);
        assert_eq!(left, 100 - expected, "{overdue}");
    }
}

#[test]
fn a_pause_that_ends_before_their_places_leaves_them_their_places() {
    let spec = throttled(20);
    let mut world = world(&spec);
    start(&mut world, &spec);
    watch(&mut world, 1, 21);
    pause(&mut world, &journey_id("news"));
    watch(&mut world, 1, 0);
    resume(&mut world, &journey_id("news"), "shift");
    // Twenty missed theirs and come last; the others go on with the next second.
    let counts = watch(&mut world, 5, 21);
    assert!(counts[20] >= 30, "{counts:?}");
    assert_eq!(counts.last(), Some(&100), "{counts:?}");
}

#[test]
fn an_outage_gives_nobody_a_place_twice() {
    let spec = throttled(20);
    let mut world = world(&spec);
    start(&mut world, &spec);
    watch(&mut world, 2, 21);
    let before = decided(&world);
    world.clock.advance_ms(HOUR_MS);
    world.crash();
    world.settle();
    let at_once = decided(&world) - before;
    assert!((1..=4).contains(&at_once), "{at_once} at once of {before}");
    let counts = watch(&mut world, 5, 21);
    assert_eq!(counts.last(), Some(&100), "{counts:?}");
}

#[test]
fn another_pace_holds_for_everybody_who_waits() {
    for (first, second, minutes, most) in [(2, 60, 3, 61), (60, 20, 6, 21)] {
        let spec = throttled(first);
        let mut world = world(&spec);
        start(&mut world, &spec);
        world.advance_ms(SECOND_MS);
        let mut other = throttled(second);
        other["name"] = json!("News, at another pace");
        world.publish(ResourceKind::Campaign, "news", &other);
        world.crash();
        world.settle();
        let counts = watch(&mut world, minutes, most);
        assert_eq!(counts.last(), Some(&100), "from {first} to {second}: {counts:?}");
        let of_both: Vec<_> = grids(&world);
        assert!(!of_both.is_empty() && of_both.iter().all(|of| of == &format!("limit throttle {second}/60000")));
    }
}

#[test]
fn a_campaign_that_is_called_off_leaves_no_limiter() {
    let spec = throttled(20);
    let mut world = world(&spec);
    start(&mut world, &spec);
    world.advance_ms(MINUTE_MS);
    assert!(!grids(&world).is_empty());
    let change = rapport_store::control::resources::Change { by: "test", at: Timestamp(0) };
    let control = world.shared.stores().control();
    control
        .write(|tx| rapport_store::control::resources::archive(tx, world.ws, ResourceKind::Campaign, "news", change))
        .unwrap();
    world.shared.refresh().unwrap();
    world.settle();
    assert_eq!(grids(&world), [""; 0]);
}

/// The limiters that partitions remember.
fn grids(world: &World) -> Vec<String> {
    let of = |db: &rapport_store::Db| db.read(|q| tasks::grids(q, world.ws)).expect("grids");
    world.shared.stores().partitions().flat_map(|(_, db)| of(db)).map(|(_, limiter, _)| limiter).collect()
}
