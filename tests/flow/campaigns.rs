//! Campaigns: an audience, a throttle, variants with a winner, sending again, pausing and cancelling.

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{EventKind, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_journeys::campaign::{self, journey_id};
use rapport_journeys::{AnyCatalogue, repo::Stats};
use rapport_testkit::world::World;
use serde_json::{Value, json};

const PEOPLE: usize = 120;

fn world(spec: &Value) -> World {
    let mut world = World::new(4);
    for n in 0..PEOPLE {
        let zone = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"][n % 3];
        let plan = if n < 100 { "pro" } else { "free" };
        let traits = json!({"plan": plan, "email": format!("u{n}@example.com"), "timezone": zone});
        world.send(EventKind::Identify, json!({"userId": format!("u{n}"), "traits": traits}));
    }
    world.settle();
    world.publish(ResourceKind::Campaign, "news", spec);
    world.settle();
    world
}

fn news() -> Value {
    json!({"name": "News", "audience": {"rule": "traits.plan == \"pro\""}, "template": "news"})
}

/// Starts the campaign as the API does: for the audience as it is now.
fn start(world: &mut World, spec: &Value) {
    let campaign = campaign::validate(spec, &AnyCatalogue).expect("a campaign");
    let mut people = world.preview_ids(&campaign::audience(&campaign));
    people.sort();
    for id in people {
        let order = JourneyOrder::Enter { journey: journey_id("news"), profiles: vec![id], data: "{}".into() };
        world.letter(id.home(), LetterBody::Journey(order));
    }
    world.settle();
}

fn stats(world: &World) -> Stats {
    read::journeys::stats(&world.shared, world.ws, &journey_id("news")).expect("numbers")
}

fn decided(world: &World) -> u64 {
    stats(world).decided.values().flat_map(|steps| steps.values()).sum()
}

/// What is told of each message decided so far by a step: sent to some, and opened by some, who load its picture twice.
fn respond(world: &mut World, step: &str, sent: impl Fn(usize) -> bool, opens: impl Fn(usize) -> bool) {
    for n in 0..PEOPLE {
        let Some(profile) = world.profile("user_id", &format!("u{n}")) else { continue };
        let rows = read::profiles::timeline(&world.shared, world.ws, profile.id, None, None, 1_000).expect("timeline");
        for row in rows.iter().filter(|r| &*r.event.name == "Message Queued") {
            let properties = Value::Object(row.event.properties.map().clone());
            if properties["step"] != step || !sent(n) {
                continue;
            }
            world.report(profile.id, "Message Sent", &properties);
            // As the API tells it: with nothing of the run.
            let about = json!({"message_id": properties["message_id"], "journey": properties["journey"], "step": step});
            for _ in 0..if opens(n) { 2 } else { 0 } {
                world.report(profile.id, "Email Opened", &about);
            }
        }
    }
    world.settle();
}

#[test]
fn a_campaign_reaches_its_audience_once() {
    let spec = news();
    let mut world = world(&spec);
    assert_eq!(decided(&world), 0, "it waits to be started");
    start(&mut world, &spec);
    assert_eq!(decided(&world), 100);
    start(&mut world, &spec);
    assert_eq!(decided(&world), 100, "nobody gets it twice");
    world.send(EventKind::Identify, json!({"userId": "u119", "traits": {"plan": "pro"}}));
    world.settle();
    start(&mut world, &spec);
    assert_eq!(decided(&world), 101, "who came to the audience since");
}

#[test]
fn seeds_get_every_variant_beside_the_campaign() {
    let mut spec = news();
    // One is not of the audience, one is, one is nobody.
    spec["seeds"] = json!(["u110@example.com", "u7@example.com", "nobody@example.com"]);
    spec["schedule"] = json!({"at": "2026-03-04T09:00"});
    spec["holdout"] = json!(100);
    spec["compare"] = json!({"variants": [
        {"name": "a", "template": "news", "data": {"subject": "Hello"}}, {"name": "b", "template": "other"}
    ]});
    let mut world = world(&spec);
    world.advance_ms(DAY_MS);
    assert_eq!(read::messages::counts(&world.shared, world.ws).unwrap().pending, 0, "it has not begun");
    world.advance_ms(3 * DAY_MS);
    for user in ["u110", "u7"] {
        let id = world.profile("user_id", user).unwrap().id;
        let rows = read::profiles::timeline(&world.shared, world.ws, id, None, None, 100).expect("timeline");
        let of = |name: &str| rows.iter().filter(|r| &*r.event.name == name).count();
        assert_eq!(of("Message Queued"), 2, "{user} gets both, though everybody is in the control group");
    }
    assert_eq!(read::messages::counts(&world.shared, world.ws).unwrap().pending, 4);
    assert_eq!((stats(&world).entered, decided(&world)), (100, 0), "they are in no count");
}

#[test]
fn a_schedule_sends_at_nine_by_everybody_s_own_clock() {
    let mut spec = news();
    spec["schedule"] = json!({"at": "2026-03-04T09:00", "zone": "profile"});
    let mut world = world(&spec);
    let mut at = Vec::new();
    for _ in 0..24 * 5 {
        let before = decided(&world);
        world.advance_ms(HOUR_MS);
        let now = rapport_testkit::world::Now::now_ts(&world.clock);
        if decided(&world) > before {
            at.push((now.to_rfc3339(), decided(&world) - before));
        }
    }
    let hours: Vec<(&str, u64)> = at.iter().map(|(t, n)| (&t[..16], *n)).collect();
    assert_eq!(hours, [("2026-03-04T00:00", 33), ("2026-03-04T08:00", 34), ("2026-03-04T14:00", 33)]);
}

#[test]
fn a_throttle_spreads_it_and_a_pause_holds_it() {
    let mut spec = news();
    spec["throttle"] = json!(20);
    let mut world = world(&spec);
    start(&mut world, &spec);
    let mut counts = Vec::new();
    for minute in 0..8 {
        if minute == 2 {
            world.crash();
        }
        for _ in 0..12 {
            world.advance_ms(5 * SECOND_MS);
        }
        counts.push(decided(&world));
    }
    assert!(counts[0] <= 21 && counts.windows(2).all(|w| w[1] - w[0] <= 21), "{counts:?}");
    assert_eq!(counts.last(), Some(&100), "{counts:?}");
}

#[test]
fn the_better_subject_goes_to_the_rest_and_those_who_did_not_open_get_it_again() {
    let mut spec = news();
    spec["compare"] = json!({
        "variants": [
            {"name": "dull", "template": "news", "data": {"subject": "News"}},
            {"name": "bright", "template": "news", "data": {"subject": "You will like this"}}
        ],
        "sample": 40, "wait": "4h", "metric": "opens", "minimum": 8
    });
    spec["resend"] = json!({"after": "2d", "template": "news-again"});
    let mut world = world(&spec);
    start(&mut world, &spec);
    let of = |world: &World, step: &str| stats(world).decided.get(&1).and_then(|s| s.get(step)).copied().unwrap_or(0);
    let (dull, bright) = (of(&world, "try-dull"), of(&world, "try-bright"));
    assert!((8..35).contains(&dull) && (8..35).contains(&bright), "{dull} and {bright} of 100 are the sample");
    respond(&mut world, "try-dull", |_| true, |n| n % 5 == 0);
    respond(&mut world, "try-bright", |_| true, |_| true);
    assert_eq!(stats(&world).opened[&1]["try-bright"], bright, "everybody counts once");
    assert!(!world.shared.decide_winners().unwrap(), "nobody waits to know yet");
    world.advance_ms(5 * HOUR_MS);
    assert_eq!(of(&world, "best-dull") + of(&world, "best-bright"), 0, "the rest waits for the decision");
    assert!(world.shared.decide_winners().unwrap());
    assert!(!world.shared.decide_winners().unwrap(), "it is decided once");
    world.crash();
    world.advance_ms(2 * MINUTE_MS);
    assert_eq!((of(&world, "best-dull"), of(&world, "best-bright")), (0, 100 - dull - bright));
    respond(&mut world, "best-bright", |n| n % 3 != 0, |n| n % 2 == 0);
    world.advance_ms(3 * DAY_MS);
    let again = of(&world, "again");
    let all = |by: &std::collections::BTreeMap<u32, std::collections::BTreeMap<String, u64>>| -> u64 {
        by[&1].values().sum()
    };
    let (sent, opened) = (all(&stats(&world).sent), all(&stats(&world).opened));
    assert!(sent < 100 && opened < sent, "{sent} sent, {opened} opened");
    assert_eq!(again, sent - opened, "everybody who got it and opened nothing gets it again");
    assert_eq!(stats(&world).active, 0);
    // The template sees the subject of its variant.
    let messages = read::messages::counts(&world.shared, world.ws).unwrap();
    assert_eq!(messages.pending, 100 + again);
}

#[test]
fn every_occurrence_is_sent_again_by_its_own_message() {
    let mut spec = news();
    spec["schedule"] = json!({"cron": "0 9 * * 1"});
    spec["resend"] = json!({"after": "2d"});
    let mut world = world(&spec);
    // 2026-03-02 is a Monday: everybody gets it and opens it.
    world.advance_ms(DAY_MS);
    respond(&mut world, "send", |_| true, |_| true);
    world.advance_ms(3 * DAY_MS);
    let of = |world: &World, step: &str| stats(world).decided.get(&1).and_then(|s| s.get(step)).copied().unwrap_or(0);
    assert_eq!((of(&world, "send"), of(&world, "again")), (100, 0));
    // The Monday after nobody does, though everybody opened the first.
    world.advance_ms(4 * DAY_MS);
    assert_eq!(of(&world, "send"), 200);
    respond(&mut world, "send", |_| true, |_| false);
    world.advance_ms(3 * DAY_MS);
    assert_eq!(of(&world, "again"), 100);
}

#[test]
fn a_throttle_holds_for_a_sample_and_those_who_get_the_best() {
    let mut spec = news();
    spec["throttle"] = json!(5);
    let variant = |name: &str| json!({"name": name, "template": "news"});
    spec["compare"] = json!({"variants": [variant("a"), variant("b")], "sample": 60, "wait": "1m"});
    let mut world = world(&spec);
    start(&mut world, &spec);
    let mut counts = vec![0];
    for _ in 0..40 {
        for _ in 0..12 {
            world.advance_ms(5 * SECOND_MS);
        }
        let _ = world.shared.decide_winners().unwrap();
        counts.push(decided(&world));
    }
    assert!(counts.windows(2).all(|w| w[1] - w[0] <= 6), "{counts:?}");
    assert_eq!(counts.last(), Some(&100), "{counts:?}");
}

#[test]
fn what_is_cancelled_goes_to_nobody_else() {
    let mut spec = news();
    spec["throttle"] = json!(10);
    let mut world = world(&spec);
    start(&mut world, &spec);
    world.advance_ms(MINUTE_MS);
    let before = decided(&world);
    assert!(before < 30);
    let change = rapport_store::control::resources::Change { by: "test", at: Timestamp(0) };
    let control = world.shared.stores().control();
    control
        .write(|tx| rapport_store::control::resources::archive(tx, world.ws, ResourceKind::Campaign, "news", change))
        .unwrap();
    world.shared.refresh().unwrap();
    world.advance_ms(DAY_MS);
    assert_eq!(decided(&world), before);
    assert_eq!(stats(&world).exited["not_live"], 100 - before);
}
