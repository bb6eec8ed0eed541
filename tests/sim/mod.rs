//! Seeded simulation: random customers, duplicates, late events, merges, crashes between any two batches, and a clock that
//! jumps; then everything the product says is compared with what a plain recomputation over the events says.
//!
//! `RAPPORT_SEED=n` repeats one run, `RAPPORT_SIM_RUNS=n` makes more of them.

mod places;

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use rapport_domain::{EventKind, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_testkit::World;
use rapport_testkit::world::{Now, START};
use serde_json::{Value, json};

/// Segments under test: counts, sums, windows, recency, absence, traits, nesting.
const RULES: &[(&str, &str)] = &[
    ("buyers", r#"events("Order Completed").count() >= 2"#),
    ("recent", r#"events("Order Completed").within("7d").count() >= 1"#),
    ("big", r#"events("Order Completed").within("30d").sum("total") > 100"#),
    ("browsers", r#"events("Page Viewed").days() >= 2 && !events("Order Completed").exists()"#),
    ("pro", r#"traits.plan == "pro""#),
    ("pro-buyers", r#"in_segment("pro") && in_segment("buyers")"#),
    ("told", r#"events("Message Queued").exists()"#),
    // What an anonymous profile brings into a merge decides these.
    ("viewers", r#"events("Page Viewed").count() >= 3"#),
    ("spenders", r#"events("Order Completed").sum("total") >= 150"#),
    ("looked-then-bought", r#"sequence(["Page Viewed", "Order Completed"], "2d")"#),
    // Decided in the partitions of members by what the account's partition tells them.
    ("pro-account", r#"account.plan == "pro""#),
    ("teams", r#"account_members() >= 3 && !(account.plan == "free")"#),
    ("consultants", r#"accounts() > 1 && in_segment("buyers")"#),
];

/// A small generator, the same on every machine (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What was sent, for the plain recomputation.
#[derive(Default)]
struct Sent {
    /// Message id → (kind, body, ts); each counts once however often it was sent.
    events: BTreeMap<String, (EventKind, Value, Timestamp)>,
}

fn journey() -> Value {
    json!({
        "name": "Second order",
        "trigger": {"event": {"name": "Order Completed"}},
        "reentry": {"after": "30d"},
        "exit_when": "events(\"Order Refunded\").exists()",
        "steps": [
            {"id": "wait", "wait": "2d"},
            {"id": "check", "branch": [{"when": "events(\"Order Completed\").within(\"2d\").count() >= 2", "goto": "done"}], "otherwise": "nudge"},
            {"id": "nudge", "send": {"channel": "email", "template": "nudge"}, "next": "end"},
            {"id": "done", "exit": "ordered again"}
        ]
    })
}

fn random_event(random: &mut Random) -> (EventKind, Value) {
    let person = random.below(12);
    let device = format!("a{}", random.below(10));
    let user = format!("u{person}");
    match random.below(10) {
        0..=2 => (EventKind::Page, json!({"anonymousId": device, "name": "Home"})),
        3 => {
            let plan = if random.chance(50) { "pro" } else { "free" };
            // A device belongs to one person here: the shared-device rule has tests of its own, and with it the
            // plain recomputation would have to repeat the order in which letters arrived.
            let own = format!("a{}", person % 10);
            let body = json!({"anonymousId": own, "userId": format!("u{}", person % 10), "traits": {"plan": plan}});
            (EventKind::Identify, body)
        }
        4..=7 => {
            let mut order = json!({"event": "Order Completed", "properties": {"total": random.below(80)}});
            let (id, value) = if random.chance(35) { ("anonymousId", device) } else { ("userId", user) };
            order[id] = json!(value);
            (EventKind::Track, order)
        }
        8 if random.chance(60) => {
            let plan = if random.chance(50) { "pro" } else { "free" };
            let traits = if random.chance(50) { json!({"plan": plan}) } else { json!({}) };
            let id = if random.chance(30) { ("anonymousId", device) } else { ("userId", user) };
            let mut call = json!({"groupId": format!("g{}", random.below(3)), "traits": traits});
            call[id.0] = json!(id.1);
            (EventKind::Group, call)
        }
        8 => (EventKind::Track, json!({"userId": user, "event": "Order Refunded"})),
        _ => (EventKind::Track, json!({"userId": user, "event": "Product Viewed"})),
    }
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let mut world = World::new(1 + random.below(6) as u16);
    let mut sent = Sent::default();
    let mut resendable: Vec<(String, Timestamp)> = Vec::new();
    let late_rules = random.below(RULES.len() as u64) as usize;
    for (id, rule) in &RULES[..late_rules] {
        world.segment(id, rule);
    }
    world.publish(ResourceKind::Journey, "second-order", &journey());
    world.settle();
    for step in 0..120 {
        if step == 60 {
            // The rest of the rules arrive in the middle and must catch up from the lake.
            for (id, rule) in &RULES[late_rules..] {
                world.segment(id, rule);
            }
        }
        let (kind, body) = random_event(&mut random);
        let now = world.clock.now_ts();
        let late = if random.chance(20) { (random.below(10) * DAY_MS as u64) as i64 } else { 0 };
        let ts = Timestamp((now.0 - late).max(START.0 - 40 * DAY_MS));
        let id = format!("e{step}");
        world.send_as(kind, &id, ts, false, &body);
        sent.events.insert(id.clone(), (kind, body, ts));
        resendable.push((id, now));
        // A message id is remembered for seven days; clients give up long before.
        resendable.retain(|(_, at)| now.since_ms(*at) < 6 * DAY_MS);
        if random.chance(15) {
            let (id, _) = &resendable[random.below(resendable.len() as u64) as usize];
            let (kind, body, ts) = sent.events[id].clone();
            world.send_as(kind, id, ts, false, &body);
        }
        if random.chance(40) {
            world.step_some(random.below(4) as usize);
        }
        if random.chance(8) {
            world.crash();
        }
        if random.chance(30) {
            world.settle();
            world.clock.advance_ms((random.below(20) as i64) * HOUR_MS + MINUTE_MS);
        }
    }
    world.settle();
    check(&mut world, &sent, seed);
    world.crash();
    world.advance_ms(11 * DAY_MS);
    check(&mut world, &sent, seed);
}

fn check(world: &mut World, sent: &Sent, seed: u64) {
    let mut in_lake = BTreeSet::new();
    let mut messages = BTreeMap::new();
    for profile in world.profiles() {
        for row in world.rows(profile) {
            if row.event.source.0 != 0 {
                assert!(
                    in_lake.insert(row.event.message_id.to_string()),
                    "seed {seed}: {} twice",
                    row.event.message_id
                );
            }
            if &*row.event.name == "Message Queued" {
                let run = row.event.properties.get("run").cloned();
                // Runs are numbered by profile: one that was absorbed later had a first run of its own.
                let key = (row.profile, run.map(|r| r.to_string()));
                *messages.entry(key).or_insert(0) += 1;
            }
        }
    }
    let counts = read::stats::events(&world.shared, world.ws).expect("counts");
    assert_eq!(counts.processed, sent.events.len() as u64, "seed {seed}: every event once ({counts:?})");
    let all: BTreeSet<String> = sent.events.keys().cloned().collect();
    assert_eq!(in_lake, all, "seed {seed}: what was accepted is on the timelines");
    assert!(messages.values().all(|n| *n == 1), "seed {seed}: one message a run, {messages:?}");
    for (segment, rule) in RULES {
        let (live, bulk) = (world.member_ids(segment), world.preview_ids(rule));
        assert_eq!(live, bulk, "seed {seed}: segment {segment}: members (left) and its recomputation (right)");
        assert_eq!(world.members(segment), live.len() as u64, "seed {seed}: segment {segment} is counted");
    }
    check_identities(world, sent, seed);
}

/// Devices and users that were seen together are one profile, and no two users share one.
fn check_identities(world: &World, sent: &Sent, seed: u64) {
    let mut homes = BTreeMap::new();
    for (kind, body, _) in sent.events.values() {
        if let Some(user) = body["userId"].as_str() {
            let profile = world.profile("user_id", user).unwrap_or_else(|| panic!("seed {seed}: {user} is nobody"));
            homes.insert(user.to_owned(), profile.id);
            if let (EventKind::Identify, Some(device)) = (kind, body["anonymousId"].as_str()) {
                let of_device = world.profile("anonymous_id", device).map(|p| p.id);
                assert_eq!(of_device, Some(profile.id), "seed {seed}: {device} belongs to {user}");
            }
        }
    }
    let distinct: BTreeSet<_> = homes.values().collect();
    assert_eq!(distinct.len(), homes.len(), "seed {seed}: two users became one profile");
}

#[test]
fn seeded_runs_agree_with_recomputation() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    if let Some(seed) = number("RAPPORT_SEED") {
        return run(seed);
    }
    let first = START.0 as u64 ^ u64::from(std::process::id());
    let runs = number("RAPPORT_SIM_RUNS").unwrap_or(20);
    println!("simulation: {runs} runs from seed {first}; repeat one with RAPPORT_SEED=<seed>");
    for seed in first..first + runs {
        println!("seed {seed}");
        run(seed);
    }
}
