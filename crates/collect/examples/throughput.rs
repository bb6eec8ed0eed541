//! What accepting costs on one core: `cargo run --release -p rapport-collect --example throughput`.
//!
//! Bodies of 100 events are parsed and thrown away, parsed and checked (`parse_only`), and accepted into an in-memory
//! log. The last line is the share of parse-and-discard that accepting reaches.

use std::sync::Arc;
use std::time::Instant;

use rapport_collect::{Call, CollectConfig, Collector, KeyInfo, NoQuality, RequestFacts, WriteKeys};
use rapport_domain::{Clock, Partition, SourceId, SystemClock, WorkspaceId};
use rapport_log::{Log, MemoryLog};

const EVENTS: usize = 100;
const ROUNDS: usize = 5_000;

struct OneKey(Arc<KeyInfo>);

impl WriteKeys for OneKey {
    fn resolve(&self, key: &str) -> Option<Arc<KeyInfo>> {
        (key == "WK").then(|| self.0.clone())
    }
}

fn body(round: usize) -> String {
    let items: Vec<String> = (0..EVENTS)
        .map(|i| {
            format!(
                r#"{{"timestamp":"2026-11-21T19:18:20.765Z","integrations":{{}},"event":"Order Completed","type":"track","properties":{{"revenue":{}.5,"currency":"EUR","products":[{{"sku":"A-{i}","quantity":2}}]}},"context":{{"library":{{"name":"@segment/analytics-node","version":"3.1.0"}}}},"userId":"user-{}","messageId":"node-next-1795288700765-dcbe2a6e-051c-4a6c-8297-{round:06}{i:06}","_metadata":{{"nodeVersion":"v20.20.2","jsRuntime":"node"}}}}"#,
                i % 90,
                (round * 31 + i) % 5_000,
            )
        })
        .collect();
    format!(r#"{{"batch":[{}],"writeKey":"WK","sentAt":"2026-11-21T19:18:20.768Z"}}"#, items.join(","))
}

fn measure(name: &str, bodies: &[String], mut work: impl FnMut(&str)) -> f64 {
    let start = Instant::now();
    for round in 0..ROUNDS {
        work(&bodies[round % bodies.len()]);
    }
    let rate = (ROUNDS * EVENTS) as f64 / start.elapsed().as_secs_f64();
    println!("{name:<24} {rate:>12.0} events/s");
    rate
}

fn main() {
    let bodies: Vec<String> = (0..50).map(body).collect();
    println!("{} bytes a body of {EVENTS} events", bodies[0].len());
    let key = Arc::new(KeyInfo::open(WorkspaceId(1), SourceId(1)));
    let log = Arc::new(MemoryLog::new(16));
    let collector = Collector::new(
        log.clone(),
        Arc::new(OneKey(key.clone())),
        Arc::new(NoQuality),
        Arc::new(SystemClock),
        CollectConfig::default(),
    );
    let facts = RequestFacts { authorization: Some("Basic V0s6"), ..RequestFacts::new(Call::Batch, SystemClock.now()) };
    let discard = measure("parse to values, discard", &bodies, |b| {
        std::hint::black_box(serde_json::from_str::<serde_json::Value>(b).is_ok());
    });
    measure("skim only, discard", &bodies, |b| {
        std::hint::black_box(serde_json::from_str::<serde::de::IgnoredAny>(b).is_ok());
    });
    let parse = measure("parse_only", &bodies, |b| {
        std::hint::black_box(collector.parse_only(b.as_bytes(), &facts, &key).is_ok());
    });
    let accept = measure("accept", &bodies, |b| {
        let accepted = collector.accept(b.as_bytes(), &facts).map(|a| a.accepted);
        assert_eq!(accepted.ok(), Some(EVENTS));
        for partition in (0..16).map(Partition) {
            log.release(partition, log.head(partition));
        }
    });
    println!("accept / discard {:.2}, accept / parse_only {:.2}", accept / discard, accept / parse);
}
