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
/// Events that arrive in a second meanwhile: about half of what two cores apply.
const RATE: u64 = 10_000;
/// They come in so many portions a second.
const PORTIONS: u64 = 20;
/// What the design asks for.
const READY_S: f64 = 3.0;
/// How long a new segment may take at all.
const LONGEST: Duration = Duration::from_secs(300);

/// The new segments, one after the other: each is brought up to date in another way.
const RULES: [(&str, &str); 4] = [
    ("counts and sums", r#"events("event_00").count() >= 2 && events("event_01").sum("amount") > 50"#),
    ("a trait and an event", r#"traits.plan == "pro" && events("event_03").exists()"#),
    ("a trait", r#"traits.country == "C07""#),
    ("absence in a window", r#"!events("event_00").within("30d").exists()"#),
];

/// The rows of the table.
///
/// # Panics
/// A segment is not ready in time, or has other members than its recomputation.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let of = |full: f64| ((full * scale.0) as u64).max(1_000);
    let load = Load { profiles: of(PROFILES), events: of(EVENTS), segments: SEGMENTS, journeys: 10 };
    let rate = ((RATE as f64 * scale.0.min(1.0)) as u64).max(PORTIONS);
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
    let (over, accepted) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut rows = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let started = Instant::now();
            let mut base = 2_000_000_000;
            while !over.load(Ordering::Acquire) {
                let portion = rate / PORTIONS;
                feed(&*bed.log, bed.ws, base, portion, |n| event(base + n));
                base += portion;
                accepted.fetch_add(portion, Ordering::AcqRel);
                let due = Duration::from_millis((base - 2_000_000_000) * 1_000 / rate);
                std::thread::sleep(due.saturating_sub(started.elapsed()));
            }
        });
        for (n, (what, rule)) in RULES.iter().enumerate() {
            let (begun, accepted_before) = (Instant::now(), accepted.load(Ordering::Acquire));
            publish(
                &bed.stores,
                bed.ws,
                ResourceKind::Segment,
                &format!("new{n}"),
                &json!({"name": what, "rule": rule}),
            );
            bed.engine.refresh().expect("in effect");
            while !is_ready(bed.engine.shared(), bed.ws, &format!("new{n}")).expect("an answer") {
                assert!(begun.elapsed() < LONGEST, "the segment of {what} was not ready in time");
                std::thread::sleep(Duration::from_millis(10));
            }
            let took_s = begun.elapsed().as_secs_f64();
            let per_second = (accepted.load(Ordering::Acquire) - accepted_before) as f64 / took_s;
            let name = format!("a new segment of {} K customers, live: {what}", load.profiles / 1000);
            rows.push(Row::new(&name, "s", took_s).at_most("s", READY_S));
            rows.push(Row::new("  accepted meanwhile", "events/s", per_second).against("sent", rate as f64, Some(0.9)));
            // What was put off meanwhile is worked off before the next one.
            std::thread::sleep(Duration::from_secs_f64(took_s.max(1.0)));
        }
        over.store(true, Ordering::Release);
    });
    bed.settle();
    for (n, (what, rule)) in RULES.iter().enumerate() {
        let rule = rapport_rules::parse(rule).expect("a rule");
        let bulk = preview(bed.engine.shared(), bed.ws, &rule, 0, &CancelFlag::new()).expect("a preview").count;
        let live = standing(bed.engine.shared(), bed.ws, &format!("new{n}")).expect("a standing").count;
        assert_eq!(live, bulk, "members of {what}, live and recomputed");
        println!("{what}: {live} members, live and recomputed");
    }
    bed.stop();
    rows
}
