//! What writing events costs: appended, flushed, compacted, on one thread. Run it with
//! `cargo run --release -p rapport-lake --example write -- 200000`, or under `valgrind --tool=callgrind` with fewer.

use std::sync::Arc;
use std::time::Instant;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Event, Json, Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{Lake, LakeConfig};
use serde_json::Map;

const BATCH: u64 = 1_000;
const FLUSH: u64 = 32_000;

/// An event of a shop, with what a browser says around it.
fn event(n: u64) -> ProcessedEvent {
    let user = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50;
    let name = ["Product Viewed", "Product Added", "Page Viewed", "Order Completed"][(n % 7 % 4) as usize];
    let mut event = Event::derived(
        WorkspaceId(1),
        name,
        format!("node-next-{n:012}-dcbe2a6e"),
        Timestamp(n as i64 * 50),
        Map::new(),
    );
    event.properties = Json::from_text(&format!(
        r#"{{"product_id":"sku-{}","name":"Shoe {}","price":{}.5,"quantity":{},"currency":"EUR","first":{},"products":[{{"sku":"A-{}","quantity":2}}]}}"#,
        n % 500,
        n % 500,
        n % 90,
        n % 3 + 1,
        n.is_multiple_of(2),
        n % 500
    ));
    event.context = Json::from_text(&format!(
        r#"{{"page":{{"path":"/shop/{0}","url":"https://shop.example/shop/{0}","title":"Shoe {0}"}},"location":{{"country":"C{1:02}","city":"City {1}"}},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36","locale":"en-GB","library":{{"name":"analytics.js","version":"4.4.7"}}}}"#,
        n % 300,
        n % 30
    ));
    event.user_id = Some(Arc::from(format!("user-{user}")));
    event.anonymous_id = Some(Arc::from(format!("a2b0f9c8-{user:012}")));
    ProcessedEvent { profile: ProfileId::new(Partition(0), user), event }
}

fn main() {
    let events: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let dir = std::env::temp_dir().join(format!("rapport-lake-write-{}", std::process::id()));
    let config = LakeConfig { background: false, ..LakeConfig::default() };
    let lake = Lake::open(&dir, 1, config).expect("a lake");
    let (mut append, mut flush) = (0.0, 0.0);
    for seq in 0..events / BATCH {
        let rows: Vec<ProcessedEvent> = (seq * BATCH..(seq + 1) * BATCH).map(event).collect();
        let start = Instant::now();
        lake.append(Partition(0), seq + 1, rows);
        append += start.elapsed().as_secs_f64();
        if ((seq + 1) * BATCH).is_multiple_of(FLUSH) || seq + 1 == events / BATCH {
            let start = Instant::now();
            lake.flush().expect("written");
            flush += start.elapsed().as_secs_f64();
        }
    }
    let start = Instant::now();
    lake.compact_fully().expect("compacted");
    let compact = start.elapsed().as_secs_f64();
    let each = |seconds: f64| seconds * 1e6 / events as f64;
    println!(
        "{events} events, µs each: append {:.2}, flush {:.2}, compact {:.2}",
        each(append),
        each(flush),
        each(compact)
    );
    drop(lake);
    let _ = std::fs::remove_dir_all(dir);
}
