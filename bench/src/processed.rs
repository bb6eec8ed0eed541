//! Fully processed events: identity, profile, live segments, live journeys, lake.

use std::time::{Duration, Instant};

use rapport_domain::time::DAY_MS;
use rapport_domain::{Clock, EventKind, ResourceKind, SystemClock, Timestamp, WorkspaceId};
use rapport_engine::Engine;
use rapport_store::Stores;
use serde_json::{Value, json};

use crate::Row;
use crate::bed::{Bed, feed, publish, scatter};

/// What one run is made of.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Customers.
    pub profiles: u64,
    /// Events measured, after every customer exists.
    pub events: u64,
    /// Live segments.
    pub segments: u64,
    /// Live journeys.
    pub journeys: u64,
}

/// Feeds the log and waits until everything is applied; twice: with segments and journeys, and without.
pub fn measure(load: Load) -> Vec<Row> {
    let full = one(load);
    let bare = one(Load { segments: 0, journeys: 0, ..load });
    let what = format!(
        "processed, {} K profiles, {} segments, {} journeys",
        load.profiles / 1000,
        load.segments,
        load.journeys
    );
    vec![
        Row::new(&what, "events/s", full.per_second)
            .against("the same without segments and journeys", bare.per_second, Some(1.0 / 3.0))
            .at_least("target", 20_000.0),
        Row::new("  memory of the process after it", "MB", full.memory_mb),
        Row::new("  a new segment then, from published to ready", "s", full.segment_s),
    ]
}

struct Outcome {
    per_second: f64,
    memory_mb: f64,
    segment_s: f64,
}

/// How long a new segment may take to be ready.
const SEGMENT_READY: Duration = Duration::from_secs(300);

/// Publishes one more segment and waits until every profile was decided.
fn new_segment(engine: &Engine, stores: &Stores, ws: WorkspaceId) -> f64 {
    let begun = Instant::now();
    let spec =
        json!({"name": "new", "rule": r#"events("event_03").count() >= 2 && events("event_05").sum("amount") > 50"#});
    publish(stores, ws, ResourceKind::Segment, "new", &spec);
    let ready = || rapport_engine::read::segments::standing(engine.shared(), ws, "new").expect("a standing").ready;
    while !ready() {
        assert!(begun.elapsed() < SEGMENT_READY, "the new segment was not ready in time");
        std::thread::sleep(Duration::from_millis(20));
    }
    begun.elapsed().as_secs_f64()
}

fn one(load: Load) -> Outcome {
    let bed = Bed::start(|stores, ws| configure(stores, ws, load));
    let now = SystemClock.now();
    let before = Timestamp(now.0 - 61 * DAY_MS);
    feed(&*bed.log, bed.ws, 0, load.profiles, |n| (EventKind::Identify, n, before, identify(n)));
    bed.settle();
    let start = Instant::now();
    feed(&*bed.log, bed.ws, 1_000_000_000, load.events, |n| {
        let user = scatter(n) % load.profiles;
        let ts = Timestamp(now.0 - (scatter(n) % (60 * DAY_MS as u64)) as i64);
        (EventKind::Track, user, ts, track(n, user))
    });
    bed.settle();
    let took = start.elapsed();
    let memory_mb = crate::memory_mb("self");
    let segment_s = if load.segments > 0 { new_segment(&bed.engine, &bed.stores, bed.ws) } else { 0.0 };
    bed.stop();
    Outcome { per_second: load.events as f64 / took.as_secs_f64(), memory_mb, segment_s }
}

pub(crate) fn configure(stores: &Stores, ws: WorkspaceId, load: Load) {
    for n in 0..load.segments {
        let spec = json!({"name": format!("s{n}"), "rule": rule(n)});
        publish(stores, ws, ResourceKind::Segment, &format!("s{n}"), &spec);
    }
    for n in 0..load.journeys {
        publish(stores, ws, ResourceKind::Journey, &format!("j{n}"), &journey(n));
    }
}

/// Fifty rules of the kinds people write: counts, sums, windows, recency, absence, traits, mixed.
fn rule(n: u64) -> String {
    let event = format!("event_{:02}", n % 20);
    let other = format!("event_{:02}", (n + 7) % 20);
    match n % 6 {
        0 => format!(r#"events("{event}").count() >= {}"#, 3 + n),
        1 => format!(r#"events("{event}").within("30d").count() >= 5"#),
        2 => format!(r#"events("{event}").sum("amount") > 500 && !events("{other}").within("7d").exists()"#),
        3 => format!(
            r#"traits.plan == "pro" && events("{event}").within("90d").filter(e, e.amount > 50.0).count() >= 2"#
        ),
        4 => format!(r#"events("{event}").days() >= 3 || events("{other}").max("amount") > 99"#),
        _ => format!(r#"traits.country in ["C01", "C02"] && events("{event}").exists()"#),
    }
}

fn journey(n: u64) -> Value {
    json!({
        "name": format!("j{n}"),
        "trigger": {"event": {"name": format!("event_{:02}", (10 + n) % 20), "where": "e.amount > 90"}},
        "reentry": "once",
        "steps": [
            {"id": "wait", "wait": "3d"},
            {"id": "check", "branch": [{"when": "traits.plan == \"pro\"", "goto": "done"}], "otherwise": "mark"},
            {"id": "mark", "update": {"set": {"marked": true}}},
            {"id": "done", "exit": "done"}
        ]
    })
}

pub(crate) fn identify(n: u64) -> String {
    let plan = if n.is_multiple_of(3) { "pro" } else { "free" };
    json!({"type": "identify", "userId": format!("u{n}"), "traits": {
        "email": format!("u{n}@example.com"), "plan": plan, "country": format!("C{:02}", n % 30), "name": format!("Customer {n}")}})
    .to_string()
}

pub(crate) fn track(n: u64, user: u64) -> String {
    // Names by Zipf's law, as in real streams: the first few make most events.
    let point = (scatter(n ^ 0x5555) % 10_000) as f64 / 10_000.0;
    let name = ((21f64).powf(point) - 1.0) as u64 % 20;
    let amount = (scatter(n ^ 0xaaaa) % 10_000) as f64 / 100.0;
    json!({"type": "track", "userId": format!("u{user}"), "event": format!("event_{name:02}"),
           "properties": {"amount": amount, "sku": format!("sku-{}", n % 500), "category": "shoes"},
           "context": {"page": {"path": "/shop/shoes", "url": "https://shop.example/shop/shoes"}, "location": {"country": "C07"},
                       "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "locale": "en-GB"}})
    .to_string()
}
