//! A shop's journeys of every kind, played live by random events, and what happened to each customer.

use std::collections::BTreeMap;

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{EventKind, ResourceKind, Timestamp};
use rapport_journeys::repo::calls;
use rapport_testkit::world::{Now, World};
use serde_json::{Value, json};

/// A small generator, the same on every machine (SplitMix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// Steps of every kind whose simulation is exact; the webhook is answered with success and an empty body, as simulations take it.
pub(super) fn rich() -> Value {
    json!({
        "name": "Rich",
        "trigger": {"event": {"name": "Product Added", "where": "e.price > 10", "key": "cart_id"}},
        "reentry": {"after": "5d", "concurrent": 3},
        "entry": {"when": "!(traits.plan == \"blocked\")"},
        "exit_when": "events(\"Refunded\").within(\"3d\").exists()",
        "goal": {"event": {"name": "Order Completed"}, "exit": false},
        "holdout": 20,
        "steps": [
            {"id": "wait", "wait": {"event": {"name": "Order Completed", "same": "cart_id"}, "for": "3d"}, "next": "mark", "otherwise": "split"},
            {"id": "split", "split": [{"name": "a", "percent": 50, "goto": "mail"}, {"name": "b", "percent": 50, "goto": "morning"}]},
            {"id": "morning", "wait": {"until": "09:00", "weekdays": ["mon", "wed", "fri"]}},
            {"id": "check", "branch": [{"when": "in_segment(\"buyers\")", "goto": "end"}], "otherwise": "mail"},
            {"id": "mail", "send": {"channel": "email", "template": "cart"}},
            {"id": "hour", "wait": {"best_hour": "24h"}},
            {"id": "collect", "digest": {"event": "Page Viewed", "for": "1d"}, "next": "end"},
            {"id": "mark", "update": {"set": {"last_cart": "{{ journey.key }}", "plan": "pro"}}},
            {"id": "list", "list": {"add": "carts"}},
            {"id": "calm", "stop": {"journey": "second"}},
            {"id": "told", "emit": {"event": "Cart Bought", "properties": {"cart": "{{ journey.key }}"}}},
            {"id": "ask", "webhook": {"url": "https://scores.example/{{ journey.key }}", "body": {"plan": "{{ traits.plan | default: 'none' | upcase }}"}, "save": {"score": "result.score"}},
             "otherwise": "end"},
            {"id": "fork", "branch": [{"when": "traits.score > 0.5", "goto": "end"}], "otherwise": "care"},
            {"id": "care", "start": {"journey": "care", "data": {"cart": "{{ journey.key }}"}}, "next": "end"}
        ]
    })
}

fn second() -> Value {
    json!({
        "name": "Second", "trigger": {"segment": {"id": "carters", "on": "entered"}}, "reentry": "always",
        "steps": [
            {"id": "rest", "wait": "1h"},
            {"id": "experiment", "experiment": {"id": "x", "arms": [{"name": "a", "percent": 30, "goto": "mail"}, {"name": "b", "percent": 70, "goto": "end"}]}},
            {"id": "mail", "send": {"channel": "email", "template": "second"}}
        ]
    })
}

fn birthday() -> Value {
    json!({
        "name": "Birthday", "trigger": {"date": {"trait": "birthday", "repeat": "yearly"}}, "reentry": "always",
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "birthday"}}]
    })
}

fn weekly() -> Value {
    json!({
        "name": "Weekly", "trigger": {"schedule": {"cron": "30 7 * * 1,4", "zone": "profile", "audience": {"rule": "traits.plan == \"pro\""}}},
        "reentry": "always",
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "news"}}]
    })
}

fn care() -> Value {
    json!({
        "name": "Care", "trigger": {"journey": {}}, "reentry": "always",
        "steps": [{"id": "rest", "wait": "2h"}, {"id": "mail", "send": {"channel": "email", "template": "care"}}]
    })
}

/// A limiter, which lets people pass within a second here and at once in simulations.
fn paced() -> Value {
    json!({
        "name": "Paced", "trigger": {"event": {"name": "Page Viewed"}}, "reentry": "always",
        "steps": [
            {"id": "limit", "limit": {"count": 600, "per": "1m"}},
            {"id": "mail", "send": {"channel": "email", "template": "paced"}},
            {"id": "rest", "wait": "90m"}
        ]
    })
}

/// A comparison of too few messages to tell, so that the first arm wins, as simulations take it; live, who waits for it looks
/// once a minute.
fn contest() -> Value {
    let send = |id: &str, next: &str| json!({"id": id, "send": {"channel": "email", "template": id}, "next": next});
    let arm = |name: &str, percent: u32, to: &str| json!({"name": name, "percent": percent, "goto": to});
    json!({
        "name": "Contest", "reentry": "always",
        "trigger": {"schedule": {"cron": "0 10 * * 2,5", "audience": {"rule": "traits.plan == \"pro\""}}},
        "steps": [
            {"id": "fork", "experiment": {"id": "subject", "arms": [arm("a", 30, "a"), arm("b", 30, "b"), arm("rest", 40, "rest")]}},
            send("a", "end"), send("b", "end"),
            {"id": "rest", "wait": "4h"},
            {"id": "best", "winner": {"metric": "opens", "minimum": 20, "arms": [{"step": "a", "goto": "best-a"}, {"step": "b", "goto": "best-b"}]}},
            send("best-a", "end"), send("best-b", "end")
        ]
    })
}

/// Every journey that is played, by id, and how much later than in a simulation its steps may be, milliseconds.
pub(crate) fn journeys() -> [(&'static str, Value, i64); 7] {
    [
        ("rich", rich(), 0),
        ("second", second(), 0),
        ("birthday", birthday(), 0),
        ("weekly", weekly(), 0),
        ("care", care(), 0),
        ("paced", paced(), SECOND_MS),
        ("contest", contest(), MINUTE_MS),
    ]
}

/// What happened: numbers, and each profile's entries, exits and messages with their instants.
pub(crate) type Story = BTreeMap<(String, String), Vec<(i64, String)>>;

pub(crate) fn happened(world: &World, journey: &str) -> Story {
    let mut story = Story::new();
    for profile in world.profiles() {
        let rows = world.rows(profile);
        for row in rows.iter().rev() {
            let of = row.event.properties.get("journey").and_then(Value::as_str);
            let name = &*row.event.name;
            let what = match name {
                "Journey Entered" | "Message Queued" => name.to_owned(),
                "Journey Exited" => format!("Exited {}", row.event.properties.get("reason").unwrap()),
                "Message Skipped" => "Skipped".to_owned(),
                _ => continue,
            };
            if of == Some(journey) {
                story.entry((journey.to_owned(), profile.to_string())).or_default().push((row.event.ts.0, what));
            }
        }
    }
    story
}

pub(super) fn live_world(seed: u64) -> World {
    play_live(seed, false)
}

/// The same events at the same instants; with `crashing` the owners end anywhere in between.
pub(super) fn play_live(seed: u64, crashing: bool) -> World {
    play_events(World::new(1 + Random(seed).below(4) as u16), seed, crashing, 160)
}

/// Plays that many random events of ten customers through the journeys.
pub(crate) fn play_events(mut world: World, seed: u64, crashing: bool, events: usize) -> World {
    let mut random = Random(seed.rotate_left(7));
    let mut crashes = Random(!seed);
    world.segment("buyers", r#"events("Order Completed").within("10d").count() >= 2"#);
    world.segment("carters", r#"events("Product Added").within("2d").count() >= 2"#);
    for (id, spec, _) in journeys() {
        world.publish(ResourceKind::Journey, id, &spec);
    }
    world.settle();
    for n in 0..10 {
        let zone = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"][n % 3];
        let plan = if n % 2 == 0 { "pro" } else { "free" };
        let birthday = format!("1980-03-{:02}", 3 + n * 2);
        let traits =
            json!({"timezone": zone, "plan": plan, "birthday": birthday, "email": format!("u{n}@example.com")});
        world.send(EventKind::Identify, json!({"userId": format!("u{n}"), "traits": traits}));
        world.settle();
        world.advance_ms(MINUTE_MS);
    }
    for n in 0..events {
        if n % 40 == 39 {
            // Somebody travels, whatever they wait for.
            let zone = ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu"][n / 40 % 3];
            let traveller = format!("u{}", (n * 7) % 10);
            world.send(EventKind::Identify, json!({"userId": traveller, "traits": {"timezone": zone}}));
        }
        let user = format!("u{}", random.below(10));
        let cart = format!("c{}", random.below(2));
        let (event, properties) = match random.below(8) {
            0..=3 => ("Product Added", json!({"cart_id": cart, "price": random.below(40)})),
            4 | 5 => ("Order Completed", json!({"cart_id": cart, "total": random.below(90)})),
            6 => ("Refunded", json!({})),
            _ => ("Page Viewed", json!({"path": "/"})),
        };
        world.send(EventKind::Track, json!({"userId": user, "event": event, "properties": properties}));
        if crashing {
            world.step_some(crashes.below(5) as usize);
            if crashes.below(3) == 0 {
                world.crash();
            }
        }
        come_to_rest(&mut world);
        // The clock stops at every instant at which something is due, as an owner that is never late.
        let until = world.clock.now_ts().plus_ms((1 + random.below(6)) as i64 * HOUR_MS + random.below(997) as i64);
        while let Some(due) = next_due(&world).filter(|due| *due < until) {
            world.clock.set(due);
            if crashing && crashes.below(4) == 0 {
                world.step_some(crashes.below(4) as usize);
                world.crash();
            }
            come_to_rest(&mut world);
        }
        world.clock.set(until);
        come_to_rest(&mut world);
    }
    world
}

/// Works everything off: calls of other systems are answered, and comparisons that can be are decided.
fn come_to_rest(world: &mut World) {
    world.settle();
    let _ = world.shared.decide_winners().expect("winners");
    loop {
        let now = world.clock.now_ts();
        let due = |db: &rapport_store::Db| db.read(|q| calls::due(q, now, |_| 100, |_| false)).expect("calls");
        let waiting: Vec<calls::PendingCall> = world.shared.stores().partitions().flat_map(|(_, db)| due(db)).collect();
        for call in &waiting {
            let (number, profile, origin) = (call.number, call.profile, call.origin.clone());
            let answer = JourneyOrder::Answer { call: number, profile, origin, status: 200, body: "{}".to_owned() };
            world.letter(profile.home(), LetterBody::Journey(answer));
        }
        world.settle();
        if waiting.is_empty() {
            return;
        }
    }
}

fn next_due(world: &World) -> Option<Timestamp> {
    let now = world.clock.now_ts();
    let timers = world
        .shared
        .stores()
        .partitions()
        .filter_map(|(_, db)| db.read(rapport_store::partition::timers::next_due).expect("timers"));
    // Calendars come round at half hours here, whatever the zone.
    let half = 30 * MINUTE_MS;
    let calendar = Timestamp((now.0 / half + 1) * half);
    timers.filter(|due| *due > now).chain([calendar]).min()
}
