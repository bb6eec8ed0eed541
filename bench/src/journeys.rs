//! Journeys: a draft played over a month, and many people waiting who become due one after the other.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rapport_domain::event::{EventView, names};
use rapport_domain::time::{DAY_MS, SECOND_MS};
use rapport_domain::{Clock, EventKind, ProfileId, ResourceKind, SystemClock, Timestamp};
use rapport_engine::simulate::{self, Request};
use rapport_journeys::AnyCatalogue;
use rapport_lake::{CancelFlag, EventRef, Fold};
use serde_json::{Value, json};

use crate::bed::{Bed, feed, publish, scatter};
use crate::load::percentile_ms;
use crate::processed::{identify, track};
use crate::{Row, Scale};

/// Events of the month, and customers.
const EVENTS: f64 = 1e6;
const PROFILES: f64 = 100e3;
/// People who wait, and how many of them become due in a second.
const WAITING: f64 = 1e6;
const DUE_A_SECOND: u64 = 10_000;

/// Measures both.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let mut rows = simulation(scale);
    rows.extend(waiting(scale));
    rows
}

fn of(full: f64, scale: Scale) -> u64 {
    ((full * scale.0) as u64).max(1_000)
}

/// A journey of the usual parts: a key, a wait for an event, a branch on a rule that counts, a morning, messages.
fn draft() -> Value {
    json!({
        "name": "Draft",
        "trigger": {"event": {"name": "event_02", "where": "e.amount > 20"}},
        "reentry": {"after": "7d"},
        "exit_when": r#"events("event_19").within("1d").exists()"#,
        "holdout": 10,
        "steps": [
            {"id": "wait", "wait": {"event": {"name": "event_01"}, "for": "6h"}, "next": "end", "otherwise": "check"},
            {"id": "check", "branch": [{"when": r#"events("event_00").within("30d").count() >= 3"#, "goto": "morning"}], "otherwise": "mail"},
            {"id": "morning", "wait": {"until": "09:00"}},
            {"id": "mail", "send": {"channel": "email", "template": "draft"}},
            {"id": "rest", "wait": "2d"},
            {"id": "again", "send": {"channel": "email", "template": "draft"}}
        ]
    })
}

fn simulation(scale: Scale) -> Vec<Row> {
    let (events, profiles) = (of(EVENTS, scale), of(PROFILES, scale));
    let bed = Bed::start(|stores, ws| {
        let segment = json!({"name": "Pro", "rule": r#"traits.plan == "pro" && events("event_03").count() >= 2"#});
        publish(stores, ws, ResourceKind::Segment, "pro", &segment);
        let caps =
            json!({"frequency_caps": [{"max": 3, "per": "7d"}], "quiet_hours": {"start": "21:00", "end": "08:00"}});
        publish(stores, ws, ResourceKind::Settings, "workspace", &caps);
    });
    let now = SystemClock.now();
    let since = now.plus_ms(-30 * DAY_MS);
    feed(&*bed.log, bed.ws, 0, profiles, |n| (EventKind::Identify, n, since.plus_ms(-DAY_MS), identify(n)));
    feed(&*bed.log, bed.ws, 1_000_000_000, events, |n| {
        let user = scatter(n) % profiles;
        let ts = since.plus_ms((scatter(n ^ 7) % (30 * DAY_MS as u64)) as i64);
        (EventKind::Track, user, ts, track(n, user))
    });
    bed.settle();
    let spec = rapport_journeys::validate(&draft(), &AnyCatalogue).expect("a journey");
    let request =
        Request { journey: "draft".to_owned(), spec, since, until: now, flood_limit: 7, compare: false, people: 0 };
    let begun = Instant::now();
    let played = simulate::run(bed.engine.shared(), bed.ws, &request, &CancelFlag::new()).expect("a simulation");
    let took = begun.elapsed().as_secs_f64();
    assert!(played.journey.entered > 0 && played.journey.channels["email"].sent > 0, "{played:#?}");
    bed.stop();
    let what = format!("simulation of 30 days, {} K events, {} K profiles", events / 1000, profiles / 1000);
    vec![
        Row::new(&what, "s", took).at_most("s", 10.0),
        Row::new("  runs it began", "runs", played.journey.entered as f64),
    ]
}

/// How late each run went on after its wait, by what the timelines say.
struct Lateness {
    wait_ms: i64,
}

impl Fold for Lateness {
    type State = (Option<Timestamp>, Option<Timestamp>);
    type Out = Vec<Duration>;

    fn begin(&self, _: ProfileId) -> Self::State {
        (None, None)
    }

    fn step(&self, (entered, left): &mut Self::State, event: &EventRef<'_>) {
        match event.name() {
            names::JOURNEY_ENTERED => *entered = Some(event.ts()),
            _ => *left = Some(event.ts()),
        }
    }

    fn finish(&self, _: ProfileId, state: Self::State, out: &mut Self::Out) {
        if let (Some(entered), Some(left)) = state {
            let late = left.since_ms(entered.plus_ms(self.wait_ms));
            out.push(Duration::from_millis(late.max(0).unsigned_abs()));
        }
    }

    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        Some(vec![names::JOURNEY_ENTERED.to_owned(), names::JOURNEY_EXITED.to_owned()])
    }
}

/// People enter at a steady pace and all wait as long; so they become due at that pace, when the last one has entered.
fn waiting(scale: Scale) -> Vec<Row> {
    let people = of(WAITING, scale);
    let seconds = people.div_ceil(DUE_A_SECOND);
    let wait_s = seconds + seconds / 5 + 5;
    let bed = Bed::start(|stores, ws| {
        let spec = json!({
            "name": "Wait", "trigger": {"event": {"name": "Ping"}},
            "steps": [{"id": "wait", "wait": format!("{wait_s}s")}, {"id": "done", "exit": "done"}]
        });
        publish(stores, ws, ResourceKind::Journey, "wait", &spec);
    });
    let begun = Instant::now();
    for second in 0..seconds {
        let from = second * DUE_A_SECOND;
        let ts = SystemClock.now();
        feed(&*bed.log, bed.ws, from, DUE_A_SECOND.min(people - from), |n| {
            let user = from + n;
            (
                EventKind::Track,
                user,
                ts,
                json!({"type": "track", "userId": format!("u{user}"), "event": "Ping"}).to_string(),
            )
        });
        std::thread::sleep(Duration::from_secs(second + 1).saturating_sub(begun.elapsed()));
    }
    bed.settle();
    let active = || rapport_engine::read::journeys::stats(bed.engine.shared(), bed.ws, "wait").expect("numbers").active;
    let inside = active();
    let deadline = Instant::now() + Duration::from_secs(2 * wait_s + 60);
    while active() > 0 {
        assert!(Instant::now() < deadline, "people still wait");
        std::thread::sleep(Duration::from_millis(200));
    }
    let fold = Lateness { wait_ms: wait_s as i64 * SECOND_MS };
    let mut late = bed.engine.shared().lake().snapshot(bed.ws).run(&fold, &CancelFlag::new()).expect("timelines");
    late.sort_unstable();
    assert_eq!(late.len() as u64, people, "everybody went on");
    let memory = crate::memory_mb("self");
    bed.stop();
    let what =
        format!("{} K people in a waiting step, {} K due a second: late, p50", inside / 1000, DUE_A_SECOND / 1000);
    let by: HashMap<&str, f64> =
        [("p50", 0.5), ("p99", 0.99), ("max", 1.0)].into_iter().map(|(n, s)| (n, percentile_ms(&late, s))).collect();
    vec![
        Row::new(&what, "ms", by["p50"]).at_most("ms", 1_000.0),
        Row::new("  p99", "ms", by["p99"]).at_most("ms", 1_000.0),
        Row::new("  the latest", "ms", by["max"]).at_most("ms", 1_000.0),
        Row::new("  memory of the process after it", "MB", memory),
    ]
}
