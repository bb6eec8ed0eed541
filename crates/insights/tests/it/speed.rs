//! How fast, printed: `cargo test --release -p rapport-insights --test it speed -- --ignored --nocapture`. With
//! `RAPPORT_SPEED_DIR` the lake is kept there, to be read with other tools; `RAPPORT_SPEED_EVENTS` says how many events.

use std::path::PathBuf;
use std::time::Instant;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::hash::hash64;
use rapport_domain::time::DAY_MS;
use rapport_domain::{Event, Json, Partition, ProfileId, Timestamp};
use rapport_insights::funnel::{FunnelRequest, FunnelStep};
use rapport_insights::retention::{Cohorts, RetentionRequest};
use rapport_insights::trend::{Measure, SeriesRequest, TrendRequest};
use rapport_insights::{Nobody, Selection, run};
use rapport_lake::{CancelFlag, Lake, LakeConfig};

use crate::support::WS;

const DEFAULT_EVENTS: u64 = 2_000_000;
const PROFILES: u64 = 50_000;
const PARTS: u16 = 16;
const DAYS: i64 = 90;
const NOW: i64 = 1_795_000_000_000;

fn event(number: u64, events: u64) -> ProcessedEvent {
    let draw = |salt: u64, below: u64| hash64(salt, &number.to_le_bytes()) % below;
    // A fifth of the profiles makes about two thirds of the events.
    let who = if draw(1, 100) < 60 { draw(2, PROFILES / 5) } else { draw(3, PROFILES) };
    let profile = ProfileId::new(Partition((who % u64::from(PARTS)) as u16), who / u64::from(PARTS));
    let kind = 50 * draw(4, 1000) * draw(5, 1000) / 1_000_000;
    // The rarest are not the customers' own.
    let name = if kind < 40 { format!("Event {kind:02}") } else { "Message Sent".to_owned() };
    // In order of time over all, with some disorder.
    let ts = NOW - DAYS * DAY_MS + (number as i64 * (DAYS * DAY_MS / events as i64)) + draw(6, 60_000) as i64;
    let mut event = Event::derived(WS, &name, format!("m{number:012x}"), Timestamp(ts), Default::default());
    let (total, sku) = (draw(7, 10_000), draw(8, 500));
    event.properties =
        Json::from_text(&format!(r#"{{"total":{}.{:02},"sku":"S{sku}","currency":"EUR"}}"#, total / 100, total % 100));
    event.context =
        Json::from_text(&format!(r#"{{"page":{{"path":"/p/{sku}"}},"locale":"de-DE","os":{{"name":"iOS"}}}}"#));
    event.user_id = Some(format!("user-{who}").into());
    ProcessedEvent { profile, event }
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = work();
    println!("{what:<52} {:>9.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    out
}

#[test]
#[ignore = "measures; run in release when asked"]
fn speed() {
    let events = std::env::var("RAPPORT_SPEED_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(DEFAULT_EVENTS);
    let temporary = tempfile::tempdir().unwrap();
    let dir = std::env::var_os("RAPPORT_SPEED_DIR").map_or(temporary.path().to_owned(), PathBuf::from);
    let config = LakeConfig { background: false, hot_bytes: usize::MAX / 4, ..LakeConfig::default() };
    let lake = Lake::open(&dir, PARTS, config.clone()).unwrap();
    let mut batches: Vec<Vec<ProcessedEvent>> = vec![vec![]; usize::from(PARTS)];
    let mut seqs = vec![0u64; usize::from(PARTS)];
    let (mut append, mut flush) = (0.0, 0.0);
    for number in 0..events {
        let row = event(number, events);
        let p = row.profile.home();
        let at = usize::from(p.0);
        batches[at].push(row);
        if batches[at].len() == 500 || number >= events - u64::from(PARTS) * 500 {
            seqs[at] += 1;
            let batch = std::mem::take(&mut batches[at]);
            let start = Instant::now();
            lake.append(p, seqs[at], batch);
            append += start.elapsed().as_secs_f64();
        }
        if number % 500_000 == 499_999 {
            let start = Instant::now();
            lake.flush().unwrap();
            flush += start.elapsed().as_secs_f64();
        }
    }
    lake.flush().unwrap();
    println!("append: {:.0} K events/s on one thread", events as f64 / append / 1000.0);
    println!("flush:  {:.0} K events/s on one thread, fsync included", events as f64 / flush / 1000.0);
    timed("compact 4 files a partition to one", || lake.compact_fully().unwrap());
    drop(lake);
    let lake = timed("open", || Lake::open(&dir, PARTS, config).unwrap());
    let snapshot = lake.snapshot(WS);
    let mut funnel = FunnelRequest {
        steps: vec![FunnelStep::event("Event 00"), FunnelStep::event("Event 05"), FunnelStep::event("Event 20")],
        from: Some(Timestamp(NOW - DAYS * DAY_MS).to_rfc3339()),
        ..FunnelRequest::default()
    };
    let flag = CancelFlag::new();
    for what in ["funnel, first query (checksums, decoding)", "funnel, 3 steps, 7 days, 90 days"] {
        let report = timed(what, || run(&funnel, &snapshot, &Nobody, Timestamp(NOW), &flag).unwrap());
        assert!(report.entered > 0 && report.converted > 0);
    }
    let mut trend =
        TrendRequest { from: funnel.from.clone(), zone: Some("Europe/Berlin".into()), ..TrendRequest::default() };
    timed("daily unique profiles, 90 days, any event", || {
        run(&trend, &snapshot, &Nobody, Timestamp(NOW), &flag).unwrap()
    });
    trend.series = vec![SeriesRequest { event: Some("*".to_owned()), ..Default::default() }];
    timed("daily unique profiles, 90 days, every event", || {
        run(&trend, &snapshot, &Nobody, Timestamp(NOW), &flag).unwrap()
    });
    trend.series = vec![SeriesRequest { measure: Measure::Events, ..Default::default() }];
    timed("events a day, 90 days", || run(&trend, &snapshot, &Nobody, Timestamp(NOW), &flag).unwrap());
    funnel.steps[1].filter = Some("e.total > 50.0".into());
    timed("funnel with a filter on a property", || run(&funnel, &snapshot, &Nobody, Timestamp(NOW), &flag).unwrap());
    let retention = RetentionRequest {
        start: Selection::event("Event 00"),
        cohorts: Cohorts::Recurring,
        from: funnel.from.clone(),
        ..Default::default()
    };
    timed("retention by day, recurring, 90 days", || {
        run(&retention, &snapshot, &Nobody, Timestamp(NOW), &flag).unwrap()
    });
    let who = ProfileId::new(Partition(3), 7);
    timed("timeline, 50 newest", || lake.timeline(WS, who, None, &Default::default(), 50).unwrap());
    let bytes: u64 = walk(&dir);
    let (_, columns, _) = lake.memory_bytes();
    println!(
        "{:.1} bytes an event on disk, {:.1} in memory",
        bytes as f64 / events as f64,
        columns as f64 / events as f64
    );
    assert_eq!(lake.count(WS), events);
}

fn walk(dir: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap());
    entries.map(|e| if e.path().is_dir() { walk(&e.path()) } else { e.metadata().unwrap().len() }).sum()
}
