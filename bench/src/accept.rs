//! Accepting events over HTTP: durable against parse-and-discard in batches, and single events against an empty handler.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rapport_domain::hash;
use serde_json::{Value, json};

use crate::load::{self, ID_MARK, Outcome, Request};
use crate::peer::Peer;
use crate::server::Server;
use crate::{Row, Scale};

/// Events in one batch, as performance targets name it.
const BATCH: usize = 100;
/// Connections of single events, likewise.
const CONNECTIONS: usize = 64;
/// Connections of batches: as many as a few busy servers keep open.
const BATCH_CONNECTIONS: usize = 16;
/// Queries asked at once while accepting is measured under them.
const QUERIES: usize = 2;
/// How the names of the threads begin that apply what was accepted.
const OWNERS: [&str; 2] = ["rapport-", "lake-"];
/// Different bodies, so that no cache of the processor knows them all.
const BODIES: usize = 32;

/// One event as a server-side SDK sends it; its message id is replaced at each sending.
fn event(n: u64) -> String {
    let user = hash::hash64(5, &n.to_le_bytes()) % 5_000;
    format!(
        r#"{{"type":"track","event":"Order Completed","messageId":"node-next-{ID_MARK}-dcbe2a6e-051c-4a6c-8297","userId":"user-{user}","timestamp":"2026-11-21T19:18:20.765Z","properties":{{"revenue":{}.5,"currency":"EUR","products":[{{"sku":"A-{}","quantity":2}}]}},"context":{{"library":{{"name":"@segment/analytics-node","version":"3.1.0"}}}},"integrations":{{}}}}"#,
        n % 90,
        n % 500
    )
}

fn batches(path: &str, key: &str) -> Vec<Request> {
    let body = |at: usize| {
        let items: Vec<String> = (0..BATCH).map(|i| event((at * BATCH + i) as u64)).collect();
        format!(r#"{{"batch":[{}],"sentAt":"2026-11-21T19:18:20.768Z"}}"#, items.join(","))
    };
    (0..BODIES).map(|at| Request::post(path, key, &body(at))).collect()
}

fn singles(path: &str, key: &str) -> Vec<Request> {
    (0..BODIES as u64).map(|n| Request::post(path, key, &event(n))).collect()
}

/// What a run came to, with the processor time of the server: of the threads that read, check, write and answer, not of
/// those that apply events afterwards.
struct Measured {
    outcome: Outcome,
    processor_us: f64,
}

fn measured(process: u32, address: SocketAddr, requests: &[Request], connections: usize, time: Duration) -> Measured {
    let _ = load::run(address, requests, connections, time / 4);
    let before = crate::processor_s(process, &OWNERS);
    let outcome = load::run(address, requests, connections, time);
    let used = crate::processor_s(process, &OWNERS) - before;
    let processor_us = used * 1e6 / outcome.latencies.len() as f64;
    Measured { outcome, processor_us }
}

fn time(scale: Scale) -> Duration {
    Duration::from_secs_f64(8.0 * scale.0.clamp(0.1, 4.0))
}

/// The rows of batches.
#[must_use]
pub fn batched(scale: Scale) -> Vec<Row> {
    let time = time(scale);
    let mut rows = Vec::new();
    let (peer, server) = (Peer::start(), Server::start(&[]));
    let run = |process, address, requests: &[Request]| measured(process, address, requests, BATCH_CONNECTIONS, time);
    let floor = run(peer.process(), peer.address, &batches("/v1/batch", "k"));
    let ours = run(server.process(), server.address, &batches("/v1/batch", &server.write_key));
    let events = |m: &Measured| m.outcome.per_second * BATCH as f64;
    let row = Row::new("accept, batches of 100, durable", "events/s", events(&ours)).at_least("target", 100_000.0);
    rows.push(row.against("parse and discard", events(&floor), Some(0.5)));
    rows.push(processor("  processor time of a batch", &ours, "parse and discard", &floor, 2.0));
    rows.push(Row::new("  answer, p99", "ms", ours.outcome.percentile_ms(0.99)));
    rows.push(Row::new("  told to come back later (429)", "requests", ours.outcome.refused as f64));
    rows.extend(under_queries(&server, events(&ours), &|| {
        run(server.process(), server.address, &batches("/v1/batch", &server.write_key))
    }));
    rows.push(Row::new("  accepted and not yet applied at the end", "s of lag", server.lag_s()));
    rows.push(Row::new("  memory of the server then", "MB", server.memory_mb()));
    rows
}

/// The rows of single events.
#[must_use]
pub fn single(scale: Scale) -> Vec<Row> {
    let time = time(scale);
    let mut rows = Vec::new();
    let (peer, server) = (Peer::start(), Server::start(&[]));
    let run = |process, address, requests: &[Request]| measured(process, address, requests, CONNECTIONS, time);
    let floor = run(peer.process(), peer.address, &singles("/empty", "k"));
    let ours = run(server.process(), server.address, &singles("/v1/track", &server.write_key));
    let row = Row::new("accept, one event a request, 64 connections", "events/s", ours.outcome.per_second);
    rows.push(row.against("an empty handler", floor.outcome.per_second, Some(0.6)));
    rows.push(processor("  processor time of a request", &ours, "an empty handler", &floor, 1.0 / 0.6));
    rows.push(Row::new("  answer, p99", "ms", ours.outcome.percentile_ms(0.99)));
    rows
}

/// Accepting while reports are asked for without a pause, against the same before and after.
fn under_queries(server: &Server, before: f64, run: &dyn Fn() -> Measured) -> Vec<Row> {
    let (done, answered, refused) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let trend = json!({"series": [{"event": "Order Completed", "measure": "profiles"}], "from": "2026-01-01", "to": "2026-12-31"});
    let funnel = json!({"steps": [{"event": "Order Completed"}, {"event": "Order Completed"}], "from": "2026-01-01", "to": "2026-12-31"});
    let ask = |path: &str, body: &Value| {
        while !done.load(Ordering::Relaxed) {
            match server.try_call("POST", path, body) {
                Ok(_) => answered.fetch_add(1, Ordering::Relaxed),
                Err(_) => refused.fetch_add(1, Ordering::Relaxed),
            };
        }
    };
    let under = std::thread::scope(|scope| {
        for at in 0..QUERIES {
            let (path, body) = [("/api/v1/insights/trend", &trend), ("/api/v1/insights/funnel", &funnel)][at % 2];
            scope.spawn(move || ask(path, body));
        }
        let under = run();
        done.store(true, Ordering::Relaxed);
        under
    });
    let queries = answered.load(Ordering::Relaxed) as f64;
    let after = run();
    let events = |m: &Measured| m.outcome.per_second * BATCH as f64;
    let without = (before + events(&after)) / 2.0;
    vec![
        Row::new("  accept while reports are asked for", "events/s", events(&under)).against(
            "without, before and after",
            without,
            Some(0.5),
        ),
        Row::new("    answer, p99", "ms", under.outcome.percentile_ms(0.99)),
        Row::new("    reports answered meanwhile", "reports", queries),
        Row::new("    reports refused as too busy", "reports", refused.load(Ordering::Relaxed) as f64),
    ]
}

fn processor(what: &str, ours: &Measured, peer: &str, floor: &Measured, most: f64) -> Row {
    Row::new(what, "µs", ours.processor_us)
        .against(peer, floor.processor_us, None)
        .at_most("that times", most * floor.processor_us)
}
