//! Lifecycle: who is new, returns, rises again, sleeps.

use rapport_domain::Timestamp;
use rapport_domain::time::DAY_MS;
use rapport_insights::lifecycle::LifecycleRequest;
use rapport_insights::{Nobody, Unit, run};
use rapport_lake::CancelFlag;

use super::rows;
use crate::support::*;

/// Reason, events by the day, unit, then of each bucket from 2026-03-02 (a Monday): new, returning, resurrecting, dormant.
type Case = (&'static str, &'static str, Unit, &'static [[u64; 4]]);

pub(super) const CASES: &[Case] = &[
    ("lifecycle: a first event ever is new", "A1", Unit::Day, &[[1, 0, 0, 0], [0, 0, 0, 1], [0; 4]]),
    (
        "lifecycle: two days running are new and returning",
        "A1 A2",
        Unit::Day,
        &[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]],
    ),
    (
        "lifecycle: active the day before the period is returning",
        "A0 A1",
        Unit::Day,
        &[[0, 1, 0, 0], [0, 0, 0, 1], [0; 4]],
    ),
    (
        "lifecycle: active long before the period is resurrecting",
        "A-9 A1",
        Unit::Day,
        &[[0, 0, 1, 0], [0, 0, 0, 1], [0; 4]],
    ),
    ("lifecycle: a day's pause makes resurrecting", "A1 A3", Unit::Day, &[[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]),
    ("lifecycle: active only the day before is dormant", "A0", Unit::Day, &[[0, 0, 0, 1], [0; 4], [0; 4]]),
    ("lifecycle: long gone is nothing", "A-9", Unit::Day, &[[0; 4], [0; 4], [0; 4]]),
    ("lifecycle: many events of a day are one", "A1 A1.1 A1.9", Unit::Day, &[[1, 0, 0, 0], [0, 0, 0, 1], [0; 4]]),
    ("lifecycle: by week the Sunday before is the week before", "A0 A1", Unit::Week, &[[0, 1, 0, 0]]),
    ("lifecycle: by month the whole month is one bucket", "A0 A30", Unit::Month, &[[1, 0, 0, 0]]),
];

#[test]
fn each_case_is_what_its_reason_says() {
    for (reason, events, unit, expected) in CASES {
        let (_dir, lake) = lake(&rows(events, DAY_MS));
        let to = if *unit == Unit::Month { "2026-03-31" } else { "2026-03-04" };
        let request = LifecycleRequest {
            unit: *unit,
            from: Some("2026-03-02".to_owned()),
            to: Some(to.to_owned()),
            ..LifecycleRequest::default()
        };
        let r = run(&request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
        let found: Vec<[u64; 4]> =
            (0..r.new.len()).map(|at| [r.new[at], r.returning[at], r.resurrecting[at], r.dormant[at]]).collect();
        assert_eq!(found, *expected, "{reason}: {events}");
    }
}
