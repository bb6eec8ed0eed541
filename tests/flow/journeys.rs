//! Journeys in the partition loop: the pains other tools are known for, every way in, and what operators do to people
//! inside.

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{EventKind, Partition, ProfileId, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_log::Log;
use rapport_store::control::journey_states;
use rapport_testkit::world::{Now, World};
use serde_json::{Value, json};

pub(super) fn journey(world: &mut World, id: &str, spec: &Value) {
    world.publish(ResourceKind::Journey, id, spec);
    world.settle();
}

pub(super) fn track(world: &mut World, user: &str, event: &str, properties: Value) {
    world.send(EventKind::Track, json!({"userId": user, "event": event, "properties": properties}));
    world.settle();
}

pub(super) fn identify(world: &mut World, user: &str, traits: Value) {
    world.send(EventKind::Identify, json!({"userId": user, "traits": traits}));
    world.settle();
}

pub(super) fn stats(world: &World, id: &str) -> rapport_journeys::repo::Stats {
    read::journeys::stats(&world.shared, world.ws, id).expect("numbers")
}

pub(super) fn id_of(world: &World, user: &str) -> ProfileId {
    world.profile("user_id", user).unwrap_or_else(|| panic!("{user} is nobody")).id
}

/// When which template was decided for somebody, oldest first.
pub(super) fn messages(world: &World, user: &str) -> Vec<(Timestamp, String)> {
    let rows = world.rows(id_of(world, user));
    let queued = rows.iter().rev().filter(|r| &*r.event.name == "Message Queued");
    let template = |r: &rapport_domain::event::ProcessedEvent| r.event.properties.get("template").cloned();
    queued.map(|r| (r.event.ts, template(r).and_then(|t| t.as_str().map(str::to_owned)).unwrap_or_default())).collect()
}

pub(super) fn templates(world: &World, user: &str) -> Vec<String> {
    messages(world, user).into_iter().map(|m| m.1).collect()
}

/// An order to every partition, as the API gives it.
pub(super) fn order(world: &mut World, make: impl Fn() -> JourneyOrder) {
    for partition in 0..world.log.partitions() {
        world.letter(Partition(partition), LetterBody::Journey(make()));
    }
    world.settle();
}

pub(crate) fn pause(world: &mut World, id: &str) {
    let now = world.clock.now_ts();
    world.shared.stores().control().write(|tx| journey_states::set_pause(tx, world.ws, id, now)).expect("paused");
    world.shared.refresh().expect("refreshed");
    world.settle();
}

pub(super) fn resume(world: &mut World, id: &str, overdue: &str) {
    end_pause(world, id, overdue);
    world.shared.refresh().expect("refreshed");
    world.settle();
}

/// What the API writes when a journey is resumed; the machine may stop right after it.
pub(crate) fn end_pause(world: &World, id: &str, overdue: &str) {
    let (control, now) = (world.shared.stores().control(), world.clock.now_ts());
    let since = control.write(|tx| journey_states::end_pause(tx, world.ws, id, overdue, now)).expect("written");
    assert!(since.is_some(), "it was paused");
}

pub(super) fn mail(id: &str) -> Value {
    json!({"id": id, "send": {"channel": "email", "template": id}, "next": "end"})
}

pub(super) fn cart() -> Value {
    json!({
        "name": "Abandoned cart",
        "trigger": {"event": {"name": "Product Added", "key": "cart_id"}},
        "reentry": {"after": "30d"},
        "steps": [
            {"id": "wait", "wait": {"event": {"name": "Order Completed", "same": "cart_id"}, "for": "3h"},
             "next": "end", "otherwise": "nudge"},
            {"id": "nudge", "send": {"channel": "email", "template": "cart", "data": {"cart": "{{ journey.key }}"}}}
        ]
    })
}

#[test]
fn an_abandoned_cart_is_nudged_and_two_carts_do_not_mix() {
    let mut world = World::new(3);
    journey(&mut world, "cart", &cart());
    for cart in ["c1", "c2"] {
        track(&mut world, "u", "Product Added", json!({"cart_id": cart, "sku": "a"}));
    }
    track(&mut world, "u", "Product Added", json!({"cart_id": "c1", "sku": "b"}));
    world.crash();
    world.advance_ms(HOUR_MS);
    track(&mut world, "u", "Order Completed", json!({"cart_id": "c2"}));
    world.advance_ms(3 * HOUR_MS);
    assert_eq!(templates(&world, "u"), ["cart"], "only the cart that was left");
    let numbers = stats(&world, "cart");
    assert_eq!((numbers.entered, numbers.active, numbers.refused["active"]), (2, 0, 1));
    let waited = &numbers.passed[&1]["wait"];
    assert_eq!((waited["next"], waited["timed_out"]), (1, 1), "each way out is counted");
    assert_eq!(numbers.decided[&1]["nudge"], 1);
}

#[test]
fn re_entry_after_thirty_days() {
    let mut world = World::new(2);
    journey(&mut world, "cart", &cart());
    for (days, expected) in [(0, 1), (29, 1), (1, 2), (29, 2), (2, 3)] {
        world.advance_ms(days * DAY_MS);
        track(&mut world, "u", "Product Added", json!({"cart_id": "c1"}));
        world.advance_ms(4 * HOUR_MS);
        assert_eq!(templates(&world, "u").len(), expected, "after {days} more days");
    }
}

#[test]
fn entering_and_leaving_within_a_second() {
    let mut world = World::new(2);
    let mut spec = cart();
    spec["exit_when"] = json!(r#"events("Order Completed").within("1d").exists()"#);
    spec["steps"] = json!([{"id": "rest", "wait": "1s"}, mail("nudge")]);
    journey(&mut world, "cart", &spec);
    // All in one batch, as a fast client sends it.
    world.send(EventKind::Track, json!({"userId": "u", "event": "Product Added", "properties": {"cart_id": "c"}}));
    world.send(EventKind::Track, json!({"userId": "u", "event": "Order Completed", "properties": {"cart_id": "c"}}));
    world.settle();
    world.advance_ms(5 * SECOND_MS);
    assert_eq!(templates(&world, "u"), [""; 0]);
    let timeline = world.timeline(id_of(&world, "u"));
    let count = |name: &str| timeline.iter().filter(|n| *n == name).count();
    assert_eq!((count("Journey Entered"), count("Journey Exited")), (1, 1), "{timeline:?}");
    assert_eq!(stats(&world, "cart").exited["exit_condition"], 1);
}

/// When each got the mail of a journey that waits until `until`, having pinged at `ping` in their zones, two days on.
fn sent_at(until: &str, ping: &str, people: &[(&str, &str)]) -> Vec<String> {
    let mut world = World::new(2);
    let spec = json!({
        "name": "Morning", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [{"id": "wait", "wait": {"until": until}}, mail("hello")]
    });
    journey(&mut world, "morning", &spec);
    for (user, zone) in people {
        identify(&mut world, user, json!({"timezone": zone}));
    }
    world.clock.set(Timestamp::parse(ping).unwrap());
    for (user, _) in people {
        track(&mut world, user, "Ping", json!({}));
    }
    for _ in 0..2 * 24 * 4 {
        world.advance_ms(15 * MINUTE_MS);
    }
    let one = |(user, _): &(&str, &str)| match messages(&world, user).as_slice() {
        [(at, template)] if template == "hello" => at.to_rfc3339(),
        other => panic!("{user}: {other:?}"),
    };
    people.iter().map(one).collect()
}

const WHO: [(&str, &str); 3] = [("berlin", "Europe/Berlin"), ("york", "America/New_York"), ("tokyo", "Asia/Tokyo")];

#[test]
fn nine_o_clock_is_nine_o_clock_across_summer_time() {
    // The evening before Berlin's clocks go forward; New York's did three weeks earlier.
    let found = sent_at("09:00", "2026-03-28T20:00:00Z", &WHO);
    assert_eq!(found, ["2026-03-29T07:00:00.000Z", "2026-03-29T13:00:00.000Z", "2026-03-29T00:00:00.000Z"]);
}

#[test]
fn nine_o_clock_is_nine_o_clock_when_summer_time_ends() {
    // The evening before Berlin's clocks go back: that night has an hour more. New York's go back a week later.
    let found = sent_at("09:00", "2026-10-24T20:00:00Z", &WHO);
    assert_eq!(found, ["2026-10-25T08:00:00.000Z", "2026-10-25T13:00:00.000Z", "2026-10-25T00:00:00.000Z"]);
}

#[test]
fn an_hour_that_comes_twice_or_never_is_answered_once() {
    let berlin = &WHO[..1];
    // 02:30 comes twice: the first, in summer time, counts, and the second sends nothing more.
    assert_eq!(sent_at("02:30", "2026-10-24T20:00:00Z", berlin), ["2026-10-25T00:30:00.000Z"]);
    // 02:30 never comes: the first instant after the gap, 03:00 in summer time.
    assert_eq!(sent_at("02:30", "2026-03-28T20:00:00Z", berlin), ["2026-03-29T01:00:00.000Z"]);
}

#[test]
fn an_edit_while_ten_thousand_wait() {
    const PEOPLE: usize = 10_000;
    let mut world = World::new(4);
    let version = |template: &str, wait: &str| {
        json!({
            "name": "Wait", "trigger": {"event": {"name": "Ping"}},
            "steps": [{"id": "wait", "wait": wait}, {"id": "mail", "send": {"channel": "email", "template": template}}]
        })
    };
    journey(&mut world, "j", &version("old", "2d"));
    for n in 0..PEOPLE {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Ping"}));
    }
    world.settle();
    assert_eq!(stats(&world, "j").steps[&1]["wait"], PEOPLE as u64);
    // The edit: who is inside finishes on the version they began.
    journey(&mut world, "j", &version("new", "4d"));
    track(&mut world, "late", "Ping", json!({}));
    let numbers = stats(&world, "j");
    assert_eq!((numbers.steps[&1]["wait"], numbers.steps[&2]["wait"]), (PEOPLE as u64, 1));
    // A part of them is moved by hand to the new version, a crash in the middle of it.
    for partition in 0..world.log.partitions() {
        let order =
            JourneyOrder::Migrate { journey: "j".to_owned(), from: 1, to: 2, steps: Vec::new(), exit_others: false };
        if partition % 2 == 0 {
            world.letter(Partition(partition), LetterBody::Journey(order));
        }
    }
    world.step_some(9);
    world.crash();
    world.settle();
    let numbers = stats(&world, "j");
    let (left, moved) = (numbers.steps[&1]["wait"], numbers.steps[&2]["wait"]);
    assert_eq!(left + moved, PEOPLE as u64 + 1);
    assert!(left > 1_000 && moved > 1_000, "{left} stayed, {moved} moved");
    world.advance_ms(2 * DAY_MS + HOUR_MS);
    assert_eq!(stats(&world, "j").decided[&1]["mail"], left);
    assert!(!stats(&world, "j").decided.contains_key(&2), "the others wait the four days of their new version");
    world.advance_ms(2 * DAY_MS);
    let numbers = stats(&world, "j");
    assert_eq!((numbers.decided[&2]["mail"], numbers.active), (moved, 0));
    assert_eq!(numbers.entered, PEOPLE as u64 + 1);
}

#[test]
fn pause_and_resume() {
    for (overdue, at_resume, later) in [("run", 1, 1), ("shift", 0, 1), ("exit", 0, 0)] {
        let mut world = World::new(2);
        let spec = json!({
            "name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
            "steps": [{"id": "wait", "wait": "2h"}, mail("hello")]
        });
        journey(&mut world, "j", &spec);
        track(&mut world, "u", "Ping", json!({}));
        world.advance_ms(HOUR_MS);
        pause(&mut world, "j");
        track(&mut world, "other", "Ping", json!({}));
        world.advance_ms(DAY_MS);
        world.crash();
        world.settle();
        assert_eq!(templates(&world, "u"), [""; 0], "{overdue}: nobody goes on");
        assert_eq!(stats(&world, "j").refused["paused"], 1, "{overdue}: nobody enters");
        assert_eq!(stats(&world, "j").active, 1);
        resume(&mut world, "j", overdue);
        assert_eq!(templates(&world, "u").len(), at_resume, "{overdue}");
        world.crash();
        world.advance_ms(90 * MINUTE_MS);
        assert_eq!(templates(&world, "u").len(), later, "{overdue}");
        assert_eq!(stats(&world, "j").active, 0);
        track(&mut world, "other", "Ping", json!({}));
        assert_eq!(stats(&world, "j").active, 1, "{overdue}: people enter again");
    }
}

#[test]
fn two_profiles_that_become_one_get_one_message() {
    let mut world = World::new(4);
    let spec = json!({
        "name": "Welcome", "trigger": {"event": {"name": "Ping"}},
        "steps": [{"id": "wait", "wait": "1d"}, mail("welcome")]
    });
    journey(&mut world, "j", &spec);
    world.send(EventKind::Track, json!({"anonymousId": "a1", "event": "Ping"}));
    world.settle();
    world.advance_ms(HOUR_MS);
    track(&mut world, "u", "Ping", json!({}));
    assert_eq!(stats(&world, "j").active, 2);
    world.send(EventKind::Identify, json!({"anonymousId": "a1", "userId": "u"}));
    world.settle();
    world.crash();
    world.advance_ms(2 * DAY_MS);
    assert_eq!(templates(&world, "u"), ["welcome"]);
    let numbers = stats(&world, "j");
    assert_eq!((numbers.entered, numbers.active, numbers.exited["merged"], numbers.exited["completed"]), (2, 0, 1, 1));
}
