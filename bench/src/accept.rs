//! Accepting events over HTTP: durable against parse-and-discard in batches, and single events against an empty handler.

use std::time::Duration;

use rapport_domain::hash;

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

fn warm(run: impl Fn(Duration) -> Outcome, time: Duration) -> Outcome {
    let _ = run(time / 4);
    run(time)
}

/// The rows of the table.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let time = Duration::from_secs_f64(8.0 * scale.0.clamp(0.1, 4.0));
    let mut rows = Vec::new();
    {
        let peer = Peer::start();
        let server = Server::start(&[]);
        let discarded = warm(|t| load::run(peer.address, &batches("/v1/batch", "k"), BATCH_CONNECTIONS, t), time);
        let key = &server.write_key;
        let accepted = warm(|t| load::run(server.address, &batches("/v1/batch", key), BATCH_CONNECTIONS, t), time);
        let events = |o: &Outcome| o.per_second * BATCH as f64;
        let floor = events(&discarded);
        rows.push(Row::new("accept, batches of 100, durable", "events/s", events(&accepted)).against(
            "parse and discard",
            floor,
            Some(0.5),
        ));
        rows.push(Row::new("  answer, p99", "ms", accepted.percentile_ms(0.99)));
        rows.push(Row::new("  told to come back later (429)", "requests", accepted.refused as f64));
        rows.push(Row::new("  accepted and not yet applied at the end", "s of lag", server.lag_s()));
        rows.push(Row::new("  memory of the server then", "MB", server.memory_mb()));
    }
    let peer = Peer::start();
    let server = Server::start(&[]);
    let empty = warm(|t| load::run(peer.address, &singles("/empty", "k"), CONNECTIONS, t), time);
    let key = &server.write_key;
    let one = warm(|t| load::run(server.address, &singles("/v1/track", key), CONNECTIONS, t), time);
    rows.push(Row::new("accept, one event a request, 64 connections", "events/s", one.per_second).against(
        "an empty handler",
        empty.per_second,
        Some(0.6),
    ));
    rows.push(Row::new("  answer, p99", "ms", one.percentile_ms(0.99)));
    rows
}
