//! A new segment on a running engine: from publishing it until it is live with the right members, while events keep coming.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rapport_domain::time::DAY_MS;
use rapport_domain::{Clock, EventKind, ResourceKind, SystemClock, Timestamp};
use rapport_engine::read::segments::{is_ready, preview, standing};
use rapport_lake::CancelFlag;
use serde_json::json;

use crate::bed::{Bed, feed, publish, scatter};
use crate::processed::{Load, configure, identify, track};
use crate::{Row, Scale};

/// Customers, and events they have when the first segment is published.
const PROFILES: f64 = 500e3;
const EVENTS: f64 = 4e6;
/// Segments that are live all the time, so that customers have state.
const SEGMENTS: u64 = 50;
/// Events that arrive in a second meanwhile: a busy shop's, and about half of what two cores apply at all.
const RATES: [u64; 2] = [2_000, 10_000];
/// One arriving event in so many is late, by up to a day.
const LATE: u64 = 20;
/// They come in so many portions a second.
const PORTIONS: u64 = 20;
/// What the design asks for.
const READY_S: f64 = 3.0;
/// What it asks for of a preview, and how many of them are measured, of which the best counts.
const PREVIEW_MS: f64 = 300.0;
const PREVIEWS: usize = 3;
/// How long a new segment may take at all.
const LONGEST: Duration = Duration::from_secs(300);

/// The new segments, one after the other: each is brought up to date in another way.
const RULES: [(&str, &str); 4] = [
    ("counts and sums", r#"events("event_00").count() >= 2 && events("event_01").sum("amount") > 50"#),
    ("a trait and an event", r#"traits.plan == "pro" && events("event_03").exists()"#),
    ("a trait", r#"traits.country == "C07""#),
    ("absence in a window", r#"!events("event_00").within("30d").exists()"#),
];

/// The rows of the table; of another number of events before the first segment when one is given.
///
/// # Panics
/// A segment is not ready in time, or has other members than its recomputation.
#[must_use]
pub fn measure(scale: Scale, events: Option<u64>) -> Vec<Row> {
    let of = |full: f64| ((full * scale.0) as u64).max(1_000);
    let events = events.unwrap_or_else(|| of(EVENTS));
    let (profiles, millions) = (of(PROFILES) / 1000, events as f64 / 1e6);
    let load = Load { profiles: of(PROFILES), events, segments: SEGMENTS, journeys: 10 };
    let bed = Bed::start(|stores, ws| configure(stores, ws, load));
    let now = SystemClock.now();
    let before = Timestamp(now.0 - 61 * DAY_MS);
    feed(&*bed.log, bed.ws, 0, load.profiles, |n| (EventKind::Identify, n, before, identify(n)));
    let event = |n: u64| {
        let user = scatter(n) % load.profiles;
        let ts = Timestamp(now.0 - (scatter(n) % (60 * DAY_MS as u64)) as i64);
        (EventKind::Track, user, ts, track(n, user))
    };
    feed(&*bed.log, bed.ws, 1_000_000_000, load.events, event);
    bed.settle();
    println!("{} events of {} customers are loaded", load.events, load.profiles);
    // What the lake puts in order of a long load it would not have before it in daily use.
    bed.lake.compact().expect("compacted");
    println!("put in order; measuring begins");
    let arriving = |n: u64| {
        let (kind, user, _, body) = event(n);
        let late_ms = if n.is_multiple_of(LATE) { scatter(n) % DAY_MS as u64 } else { 0 };
        (kind, user, SystemClock.now().plus_ms(-(late_ms as i64)), body)
    };
    let at_scale = |rate: u64| ((rate as f64 * scale.0.min(1.0)) as u64).max(PORTIONS);
    let mut rows = Vec::new();
    let mut base = 2_000_000_000;
    for (round, rate) in RATES.map(at_scale).into_iter().enumerate() {
        let (over, accepted) = (AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let started = Instant::now();
                while !over.load(Ordering::Acquire) {
                    let portion = rate / PORTIONS;
                    feed(&*bed.log, bed.ws, base, portion, |n| arriving(base + n));
                    base += portion;
                    let sent = accepted.fetch_add(portion, Ordering::AcqRel) + portion;
                    std::thread::sleep(Duration::from_millis(sent * 1_000 / rate).saturating_sub(started.elapsed()));
                }
            });
            for (n, (what, rule)) in RULES.iter().enumerate() {
                let accepted_before = accepted.load(Ordering::Acquire);
                let took_s = bring_live(&bed, &id_of(n, round), what, rule);
                let per_second = (accepted.load(Ordering::Acquire) - accepted_before) as f64 / took_s;
                let name = format!("a new segment of {profiles} K customers, {millions} M events: {what}");
                rows.push(Row::new(&name, "s", took_s).at_most("s", READY_S));
                let meanwhile = Row::new("  accepted meanwhile", "events/s", per_second);
                rows.push(meanwhile.against("sent", rate as f64, Some(0.9)));
                // What was put off meanwhile is worked off before the next one.
                std::thread::sleep(Duration::from_secs_f64(took_s.max(1.0)));
            }
            over.store(true, Ordering::Release);
        });
    }
    bed.settle();
    for (n, (what, rule)) in RULES.iter().enumerate() {
        let rule = rapport_rules::parse(rule).expect("a rule");
        let bulk = preview(bed.engine.shared(), bed.ws, &rule, 0, &CancelFlag::new()).expect("a preview").count;
        for round in 0..RATES.len() {
            let live = standing(bed.engine.shared(), bed.ws, &id_of(n, round)).expect("a standing").count;
            assert_eq!(live, bulk, "members of {what}, live and recomputed");
        }
        println!("{what}: {bulk} members, live and recomputed");
    }
    for (what, rule) in RULES {
        let rule = rapport_rules::parse(rule).expect("a rule");
        let ask = || preview(bed.engine.shared(), bed.ws, &rule, 100, &CancelFlag::new()).expect("a preview");
        ask();
        let took = |_| {
            let begun = Instant::now();
            ask();
            begun.elapsed().as_secs_f64() * 1e3
        };
        let best = (0..PREVIEWS).map(took).fold(f64::INFINITY, f64::min);
        let name = format!("a preview of {profiles} K customers, {millions} M events: {what}");
        rows.push(Row::new(&name, "ms", best).at_most("ms", PREVIEW_MS));
    }
    bed.stop();
    rows
}

/// The segment of a rule and a rate.
fn id_of(rule: usize, round: usize) -> String {
    format!("new{rule}-{round}")
}

/// From publishing a segment until all of its members are found, seconds.
fn bring_live(bed: &Bed, id: &str, what: &str, rule: &str) -> f64 {
    let begun = Instant::now();
    publish(&bed.stores, bed.ws, ResourceKind::Segment, id, &json!({"name": what, "rule": rule}));
    bed.engine.refresh().expect("in effect");
    while !is_ready(bed.engine.shared(), bed.ws, id).expect("an answer") {
        assert!(begun.elapsed() < LONGEST, "the segment of {what} was not ready in time");
        std::thread::sleep(Duration::from_millis(10));
    }
    begun.elapsed().as_secs_f64()
}
