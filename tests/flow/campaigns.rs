//! Campaigns: an audience, a throttle, variants with a winner, sending again, pausing and cancelling.

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{EventKind, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_journeys::campaign::{self, journey_id};
use rapport_journeys::{AnyCatalogue, repo::Stats};
use rapport_testkit::world::World;
use serde_json::{Value, json};

use super::journeys::{journey, mail, pause, resume};

const PEOPLE: usize = 120;

pub(super) fn world(spec: &Value) -> World {
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

pub(super) fn news() -> Value {
    json!({"name": "News", "audience": {"rule": "traits.plan == \"pro\""}, "template": "news"})
}

/// Starts the campaign as the API does: for the audience as it is now.
pub(super) fn start(world: &mut World, spec: &Value) {
    let campaign = campaign::validate(spec, &AnyCatalogue).expect("a campaign");
    let mut people = world.preview_ids(&campaign::audience(&campaign));
    people.sort();
    for id in people {
        let order = JourneyOrder::Enter { journey: journey_id("news"), profiles: vec![id], data: "{}".into() };
        world.letter(id.home(), LetterBody::Journey(order));
    }
    world.settle();
}

pub(super) fn stats(world: &World) -> Stats {
    read::journeys::stats(&world.shared, world.ws, &journey_id("news")).expect("numbers")
}

pub(super) fn decided(world: &World) -> u64 {
    stats(world).decided.values().flat_map(|steps| steps.values()).sum()
}

/// What is told of each message decided so far by a step: sent to some, and opened by some, who load its picture twice.
fn respond(world: &mut World, step: &str, sent: impl Fn(usize) -> bool, opens: impl Fn(usize) -> bool) {
    for n in 0..PEOPLE {
        let Some(profile) = world.profile("user_id", &format!("u{n}")) else { continue };
        let rows = world.rows(profile.id);
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
        let rows = world.rows(id);
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

/// A day, in which everybody opens something at nine by their own clock.
fn open_at_nine(world: &mut World) {
    for hour in 0..24 {
        let zone = [(20, 0), (2, 1), (12, 2)].iter().find(|(at, _)| *at == hour).map(|(_, zone)| *zone);
        for n in (0..PEOPLE).filter(|n| Some(n % 3) == zone) {
            let profile = world.profile("user_id", &format!("u{n}")).expect("a customer").id;
            world.report(profile, "Email Opened", &json!({"message_id": "0-1"}));
        }
        world.settle();
        world.advance_ms(HOUR_MS);
    }
}

#[test]
fn everybody_gets_it_at_their_best_hour() {
    let variant = |name: &str| json!({"name": name, "template": "news"});
    let compare = json!({"variants": [variant("a"), variant("b")], "sample": 50, "wait": "1h"});
    for compare in [None, Some(compare)] {
        let mut spec = news();
        spec["best_hour"] = json!("1d");
        if let Some(compare) = &compare {
            spec["compare"] = compare.clone();
        }
        let mut world = world(&spec);
        open_at_nine(&mut world);
        start(&mut world, &spec);
        let mut at = Vec::new();
        for _ in 0..24 * 3 {
            let before = decided(&world);
            world.advance_ms(HOUR_MS);
            let _ = world.shared.decide_winners().unwrap();
            let now = rapport_testkit::world::Now::now_ts(&world.clock).to_rfc3339();
            if decided(&world) > before {
                at.push((now[..16].to_owned(), decided(&world) - before));
            }
        }
        // Nine in the morning in New York, Tokyo and Berlin.
        assert!(at.iter().all(|(at, _)| ["14:00", "00:00", "08:00"].contains(&&at[11..])), "{at:?}");
        assert_eq!(at.iter().map(|(_, n)| n).sum::<u64>(), 100, "{at:?}");
        if compare.is_none() {
            let first = [("2026-03-02T14:00", 33), ("2026-03-03T00:00", 33), ("2026-03-03T08:00", 34)];
            assert_eq!(at, first.map(|(at, n)| (at.to_owned(), n)));
        } else {
            assert!(at.len() > 3, "the rest comes after those who tried: {at:?}");
        }
    }
}

#[test]
fn whoever_a_pause_finds_outside_is_taken_in_after_it() {
    let spec = news();
    let mut world = world(&spec);
    let id = journey_id("news");
    let people = world.preview_ids("traits.plan == \"pro\"");
    let home = people[0].home();
    let here: Vec<_> = people.iter().copied().filter(|p| p.home() == home).collect();
    let enter = |world: &mut World, profiles: Vec<_>| {
        let order = JourneyOrder::Enter { journey: journey_id("news"), profiles, data: "{}".into() };
        world.letter(home, LetterBody::Journey(order));
        world.settle();
    };
    enter(&mut world, here[..5].to_vec());
    pause(&mut world, &id);
    enter(&mut world, here[5..].to_vec());
    let left = here.len() as u64 - 5;
    let taken_in = |world: &World| {
        (stats(world).entered, read::journeys::entering(&world.shared, world.ws, &id).expect("a number"))
    };
    assert_eq!(taken_in(&world), (5, Some(left)));
    world.crash();
    world.advance_ms(DAY_MS);
    assert_eq!(taken_in(&world), (5, Some(left)), "nobody enters during the pause");
    let other = json!({"name": "Other", "trigger": {"manual": {}}, "steps": [mail("hello")]});
    journey(&mut world, "other", &other);
    let order = JourneyOrder::Enter { journey: "other".into(), profiles: here.clone(), data: "{}".into() };
    world.letter(home, LetterBody::Journey(order));
    world.settle();
    let entered = read::journeys::stats(&world.shared, world.ws, "other").expect("numbers").entered;
    assert_eq!(entered, here.len() as u64, "it holds up no other journey");
    resume(&mut world, &id, "run");
    assert_eq!(taken_in(&world), (5 + left, None));
}

#[test]
fn a_throttle_spreads_it() {
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

/// Those whose message a step decided.
fn got(world: &World, step: &str) -> Vec<usize> {
    let is_of = |n: &usize| {
        let Some(profile) = world.profile("user_id", &format!("u{n}")) else { return false };
        let rows = world.rows(profile.id);
        rows.iter().any(|r| {
            &*r.event.name == "Message Queued" && r.event.properties.get("step").and_then(Value::as_str) == Some(step)
        })
    };
    (0..PEOPLE).filter(is_of).collect()
}

fn order(world: &mut World, people: &[usize], total: u32) {
    for n in people {
        let properties = json!({"total": total});
        let body = json!({"userId": format!("u{n}"), "event": "Order Completed", "properties": properties});
        world.send(EventKind::Track, body);
    }
    world.settle();
}

#[test]
fn the_subject_that_leads_to_orders_goes_to_the_rest_whatever_was_opened() {
    let event = json!({"event": {"name": "Order Completed", "where": "e.total > 50"}});
    for (metric, goal) in [(event.clone(), None), (json!("goals"), Some(event))] {
        let mut spec = news();
        let variants = ["dull", "bright"].map(|name| json!({"name": name, "template": "news"}));
        spec["compare"] = json!({"variants": variants, "sample": 40, "wait": "4h", "metric": metric, "minimum": 8});
        if let Some(goal) = &goal {
            spec["goal"] = goal.clone();
        }
        let mut world = world(&spec);
        start(&mut world, &spec);
        let (dull, bright) = (got(&world, "try-dull"), got(&world, "try-bright"));
        // Everybody opens the one, and orders after the other; twice is once, and small orders are none.
        order(&mut world, &dull, 60);
        respond(&mut world, "try-dull", |_| true, |_| true);
        respond(&mut world, "try-bright", |_| true, |_| false);
        world.advance_ms(HOUR_MS);
        order(&mut world, &bright[1..], 60);
        order(&mut world, &bright, 40);
        order(&mut world, &bright[1..], 60);
        let counted = stats(&world).converted[&1].clone();
        assert_eq!(counted.get("try-dull"), None, "they ordered before it left");
        assert_eq!(counted["try-bright"], bright.len() as u64 - 1);
        world.advance_ms(4 * HOUR_MS);
        assert!(world.shared.decide_winners().unwrap());
        world.crash();
        world.advance_ms(2 * MINUTE_MS);
        let rest = 100 - dull.len() - bright.len();
        assert_eq!((got(&world, "best-dull").len(), got(&world, "best-bright").len()), (0, rest), "{goal:?}");
        world.advance_ms(8 * DAY_MS);
        assert_eq!(stats(&world).active, 0, "nobody stays for ever");
    }
}

#[test]
fn who_got_it_may_reach_the_goal_for_as_long_as_it_counts() {
    let mut spec = news();
    spec["goal"] = json!({"event": {"name": "Order Completed"}, "within": "2d"});
    let mut world = world(&spec);
    start(&mut world, &spec);
    respond(&mut world, "send", |n| n != 3, |_| false);
    assert_eq!(stats(&world).steps[&1]["watch"], 100);
    world.advance_ms(DAY_MS);
    order(&mut world, &[1, 2, 3], 10);
    world.advance_ms(DAY_MS + HOUR_MS);
    order(&mut world, &[4], 10);
    let stats = stats(&world);
    assert_eq!((stats.goals["treatment"], stats.converted[&1]["send"], stats.active), (3, 2, 0));
}

#[test]
fn a_comparison_is_judged_by_the_version_whose_people_wait() {
    let spec = |names: [&str; 2]| {
        let mut spec = news();
        let variants = names.map(|name| json!({"name": name, "template": "news"}));
        spec["compare"] = json!({"variants": variants, "sample": 40, "wait": "4h", "metric": "opens", "minimum": 8});
        spec
    };
    let first = spec(["dull", "bright"]);
    let mut world = world(&first);
    start(&mut world, &first);
    respond(&mut world, "try-dull", |_| true, |n| n % 5 == 0);
    respond(&mut world, "try-bright", |_| true, |_| true);
    world.publish(ResourceKind::Campaign, "news", &spec(["grey", "loud"]));
    world.settle();
    world.advance_ms(5 * HOUR_MS);
    assert!(world.shared.decide_winners().unwrap(), "by steps that the live version has not");
    world.advance_ms(2 * MINUTE_MS);
    let decided = stats(&world).decided[&1].clone();
    let of = |step: &str| decided.get(step).copied().unwrap_or(0);
    let sample = of("try-dull") + of("try-bright");
    assert_eq!((of("best-dull"), of("best-bright"), stats(&world).active), (0, 100 - sample, 0), "{decided:?}");
}

#[test]
fn a_pause_longer_than_anybody_s_patience_leaves_the_comparison_open() {
    for overdue in ["run", "shift"] {
        let mut spec = news();
        let variants = ["dull", "bright"].map(|name| json!({"name": name, "template": "news"}));
        spec["compare"] = json!({"variants": variants, "sample": 40, "wait": "4h", "metric": "opens", "minimum": 8});
        let mut world = world(&spec);
        start(&mut world, &spec);
        respond(&mut world, "try-dull", |_| true, |n| n % 5 == 0);
        respond(&mut world, "try-bright", |_| true, |_| true);
        world.advance_ms(5 * HOUR_MS);
        let id = journey_id("news");
        pause(&mut world, &id);
        world.advance_ms(9 * DAY_MS);
        resume(&mut world, &id, overdue);
        world.advance_ms(2 * MINUTE_MS);
        let of = |world: &World, step: &str| stats(world).decided[&1].get(step).copied().unwrap_or(0);
        assert_eq!(of(&world, "best-dull") + of(&world, "best-bright"), 0, "{overdue}: nobody takes the first arm");
        assert!(world.shared.decide_winners().unwrap(), "{overdue}");
        world.advance_ms(2 * MINUTE_MS);
        let sample = of(&world, "try-dull") + of(&world, "try-bright");
        assert_eq!(of(&world, "best-bright"), 100 - sample, "{overdue}");
    }
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
