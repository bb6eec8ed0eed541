//! Fully processed events: identity, profile, live segments, live journeys, lake.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rapport_domain::record::{AcceptedEvent, Record};
use rapport_domain::time::DAY_MS;
use rapport_domain::{Clock, EventKind, Partition, ResourceKind, SourceId, SystemClock, Timestamp, WorkspaceId, hash};
use rapport_engine::{Engine, EngineConfig, Parts};
use rapport_lake::{Lake, LakeConfig};
use rapport_log::{AppendBatch, Log, LogConfig, SegmentLog};
use rapport_store::control::resources::{self, Change};
use rapport_store::control::workspaces;
use rapport_store::{DbOptions, Stores};
use serde_json::{Value, json};

use crate::Row;

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
            .against("the same without segments and journeys", bare.per_second, None)
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
    let dir = tempfile::tempdir().expect("a temporary directory");
    let log: Arc<dyn Log> = Arc::new(SegmentLog::open(&LogConfig::new(dir.path().join("log"))).expect("a log"));
    let partitions = log.partitions();
    let stores = Arc::new(Stores::open(dir.path(), partitions, &DbOptions::default()).expect("stores"));
    let lake = Lake::open(&dir.path().join("lake"), partitions, LakeConfig::default()).expect("a lake");
    let ws = configure(&stores, load);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let parts =
        Parts { config: EngineConfig::default(), log: log.clone(), stores: stores.clone(), lake: lake.clone(), clock };
    let engine = Engine::start(parts).expect("an engine");
    let settle = |engine: &Engine| assert!(engine.settle(Duration::from_secs(600)), "not settled in ten minutes");

    feed(&*log, ws, 0, load.profiles, |n| (EventKind::Identify, n, identify(n)));
    settle(&engine);
    let start = Instant::now();
    feed(&*log, ws, 1_000_000_000, load.events, |n| {
        let user = scatter(n) % load.profiles;
        (EventKind::Track, user, track(n, user))
    });
    settle(&engine);
    let took = start.elapsed();
    let memory_mb = crate::memory_mb("self");
    let segment_s = if load.segments > 0 { new_segment(&engine, &stores, ws) } else { 0.0 };
    let outcome = Outcome { per_second: load.events as f64 / took.as_secs_f64(), memory_mb, segment_s };
    engine.stop();
    drop(engine);
    lake.shutdown().expect("the lake stops");
    outcome
}

fn configure(stores: &Stores, load: Load) -> WorkspaceId {
    let now = SystemClock.now();
    let control = stores.control();
    let ws = control.write(|tx| workspaces::create(tx, "bench", "Bench", "UTC", now)).expect("a workspace").id;
    for n in 0..load.segments {
        let spec = json!({"name": format!("s{n}"), "rule": rule(n)});
        publish(stores, ws, ResourceKind::Segment, &format!("s{n}"), &spec);
    }
    for n in 0..load.journeys {
        publish(stores, ws, ResourceKind::Journey, &format!("j{n}"), &journey(n));
    }
    ws
}

fn publish(stores: &Stores, ws: WorkspaceId, kind: ResourceKind, id: &str, spec: &Value) {
    let change = Change { by: "bench", at: SystemClock.now() };
    let published = stores.control().write(|tx| {
        let put = resources::put(tx, ws, kind, id, spec, change, None)?;
        resources::publish(tx, ws, kind, id, Some(put.version), change)
    });
    published.expect("published");
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
        "trigger": {"event": {"name": format!("event_{:02}", 10 + n), "where": "e.amount > 90"}},
        "reentry": "once",
        "steps": [
            {"id": "wait", "wait": "3d"},
            {"id": "check", "branch": [{"when": "traits.plan == \"pro\"", "goto": "done"}], "otherwise": "mark"},
            {"id": "mark", "update": {"set": {"marked": true}}},
            {"id": "done", "exit": "done"}
        ]
    })
}

fn scatter(n: u64) -> u64 {
    hash::hash64(11, &n.to_le_bytes())
}

fn identify(n: u64) -> String {
    let plan = if n.is_multiple_of(3) { "pro" } else { "free" };
    json!({"type": "identify", "userId": format!("u{n}"), "traits": {
        "email": format!("u{n}@example.com"), "plan": plan, "country": format!("C{:02}", n % 30), "name": format!("Customer {n}")}})
    .to_string()
}

fn track(n: u64, user: u64) -> String {
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

/// Appends `count` events in batches of 1,000, as fast as the log takes them.
fn feed(log: &dyn Log, ws: WorkspaceId, base: u64, count: u64, make: impl Fn(u64) -> (EventKind, u64, String)) {
    let now = SystemClock.now();
    let mut acks = std::collections::VecDeque::new();
    let mut batch = AppendBatch::new();
    for n in 0..count {
        let (kind, user, body) = make(n);
        let ts = Timestamp(now.0 - (scatter(n) % (60 * DAY_MS as u64)) as i64);
        let ts = if kind == EventKind::Identify { Timestamp(now.0 - 61 * DAY_MS) } else { ts };
        let message_id = format!("m{}", base + n);
        let record = Record::Event(AcceptedEvent {
            workspace: ws,
            source: SourceId(1),
            kind,
            received_at: now,
            ts,
            message_id: &message_id,
            historical: false,
            profile: None,
            hops: 0,
            ip: None,
            shared_context: None,
            body: &body,
        });
        let target: Partition = hash::partition_of(ws, "user_id", &format!("u{user}"), log.partitions());
        batch.push_bytes(target, &record.encode().expect("encodable"));
        if batch.len() == 1_000 || n + 1 == count {
            acks.push_back(append(log, std::mem::take(&mut batch)));
            while acks.len() > 16 {
                acks.pop_front().expect("an ack").wait_blocking().expect("appended");
            }
        }
    }
    acks.into_iter().for_each(|ack| ack.wait_blocking().expect("appended"));
}

fn append(log: &dyn Log, batch: AppendBatch) -> rapport_log::Ack {
    loop {
        match log.append(batch.clone()) {
            Ok(ack) => return ack,
            Err(rapport_log::LogError::Overloaded { retry_after_ms }) => {
                std::thread::sleep(Duration::from_millis(retry_after_ms));
            }
            Err(error) => panic!("the log refused: {error}"),
        }
    }
}
