//! Trends: zones, days of time changes, hours that come twice, weeks, months, numbers.

use rapport_domain::{ProfileId, Timestamp};
use rapport_insights::trend::TrendRequest;
use rapport_insights::{Nobody, run};
use rapport_lake::CancelFlag;
use serde_json::{Value, json};

use crate::support::*;

/// Reason, instants (UTC, `@2` is of the second profile, `=9` the property `n`), request, values of the first series.
pub(super) const CASES: &[(&str, &str, &str, &[Option<f64>])] = &[
    (
        "a day begins at midnight UTC",
        "03-01T23:59:59.999 03-02T00:00",
        r#"{"from":"2026-03-01","to":"2026-03-02"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "a profile counts once a day",
        "03-01T01 03-01T02 03-01T03",
        r#"{"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(1.)],
    ),
    (
        "events count each time",
        "03-01T01 03-01T02 03-01T03",
        r#"{"series":[{"measure":"events"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(3.)],
    ),
    ("two profiles of a day are two", "03-01T01 03-01T02@2", r#"{"from":"2026-03-01","to":"2026-03-01"}"#, &[Some(2.)]),
    ("a day without events is zero", "03-01T01", r#"{"from":"2026-03-01","to":"2026-03-02"}"#, &[Some(1.), Some(0.)]),
    (
        "Berlin's day begins at 23:00 UTC in winter",
        "01-31T22:59 01-31T23:00@2",
        r#"{"zone":"Europe/Berlin","from":"2026-01-31","to":"2026-02-01"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "Berlin's day begins at 22:00 UTC in summer",
        "06-30T21:59 06-30T22:00@2",
        r#"{"zone":"Europe/Berlin","from":"2026-06-30","to":"2026-07-01"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "the day of the spring change ends an hour early",
        "03-29T21:59 03-29T22:00@2",
        r#"{"zone":"Europe/Berlin","from":"2026-03-29","to":"2026-03-30"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "the day of the autumn change ends an hour late",
        "10-25T22:59 10-25T23:00@2",
        r#"{"zone":"Europe/Berlin","from":"2026-10-25","to":"2026-10-26"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "Santiago's skipped midnight begins the day at one o'clock",
        "09-06T03:59 09-06T04:00@2",
        r#"{"zone":"America/Santiago","from":"2026-09-05","to":"2026-09-06"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "Los Angeles loses an hour in March",
        "03-09T06:59 03-09T07:00@2",
        r#"{"zone":"America/Los_Angeles","from":"2026-03-08","to":"2026-03-09"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "Kathmandu's day begins at a quarter past",
        "03-01T18:14 03-01T18:15@2",
        r#"{"zone":"Asia/Kathmandu","from":"2026-03-01","to":"2026-03-02"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "the hour that comes twice is two hours",
        "10-25T00:30 10-25T01:30",
        r#"{"unit":"hour","zone":"Europe/Berlin","from":"2026-10-25T00:00:00Z","to":"2026-10-25T02:00:00Z"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "the hour that is skipped is no hour",
        "03-29T00:30 03-29T01:30",
        r#"{"unit":"hour","zone":"Europe/Berlin","from":"2026-03-29T00:00:00Z","to":"2026-03-29T02:00:00Z"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "hours of half-hour zones begin at the half hour of UTC",
        "03-01T18:29 03-01T18:30@2",
        r#"{"unit":"hour","zone":"Asia/Kolkata","from":"2026-03-01T17:30:00Z","to":"2026-03-01T19:30:00Z"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "a week begins on Monday",
        "03-01T12 03-02T12",
        r#"{"unit":"week","from":"2026-02-23","to":"2026-03-08"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "a week over the new year is one",
        "2025-12-31T12 01-01T12",
        r#"{"unit":"week","from":"2025-12-29","to":"2026-01-04"}"#,
        &[Some(1.)],
    ),
    (
        "a week of the spring change is one",
        "03-23T00:00 03-29T21:00@2",
        r#"{"unit":"week","zone":"Europe/Berlin","from":"2026-03-23","to":"2026-03-29"}"#,
        &[Some(2.)],
    ),
    (
        "a month ends with its last day",
        "02-28T23:00 03-01T00:00",
        r#"{"unit":"month","from":"2026-02-01","to":"2026-03-31"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "a month of a zone ends with its last local day",
        "02-28T22:59 02-28T23:00@2",
        r#"{"unit":"month","zone":"Europe/Berlin","from":"2026-02-01","to":"2026-03-31"}"#,
        &[Some(1.), Some(1.)],
    ),
    (
        "a period that begins inside a day leaves out what was before",
        "03-01T07 03-01T09@2",
        r#"{"from":"2026-03-01T08:00:00Z","to":"2026-03-02T00:00:00Z"}"#,
        &[Some(1.)],
    ),
    ("the end of a period is outside", "03-01T08", r#"{"from":"2026-03-01","to":"2026-03-01T08:00:00Z"}"#, &[Some(0.)]),
    (
        "the day an end is named is inside",
        "03-02T23:59",
        r#"{"from":"2026-03-01","to":"2026-03-02"}"#,
        &[Some(0.), Some(1.)],
    ),
    (
        "a sum adds numbers exactly",
        "03-01T01=0.1 03-01T02=0.2",
        r#"{"series":[{"measure":"sum","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(0.3)],
    ),
    (
        "a sum of nothing is zero",
        "03-01T01",
        r#"{"series":[{"measure":"sum","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(0.)],
    ),
    (
        "an average of nothing is nothing",
        "03-01T01",
        r#"{"series":[{"measure":"average","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[None],
    ),
    (
        "an average leaves out events without the number",
        "03-01T01=4 03-01T02 03-01T03=8",
        r#"{"series":[{"measure":"average","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(6.)],
    ),
    (
        "a median of two lies between them",
        "03-01T01=4 03-01T02=9",
        r#"{"series":[{"measure":"median","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(6.5)],
    ),
    (
        "the 90th percentile lies in proportion",
        "03-01T01=0 03-01T02=10",
        r#"{"series":[{"measure":"p90","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(9.)],
    ),
    (
        "minimum and maximum are values",
        "03-01T01=-4 03-01T02=9",
        r#"{"series":[{"measure":"minimum","property":"n"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(-4.)],
    ),
    (
        "events per profile divide by those who have one",
        "03-01T01 03-01T02 03-01T03@2",
        r#"{"series":[{"measure":"events_per_profile"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(1.5)],
    ),
    (
        "weekly active looks six days back, also before the period",
        "02-23T12 03-01T12@2",
        r#"{"series":[{"measure":"weekly_active"}],"from":"2026-03-01","to":"2026-03-02"}"#,
        &[Some(2.), Some(1.)],
    ),
    (
        "weekly active does not look seven days back",
        "02-22T12",
        r#"{"series":[{"measure":"weekly_active"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(0.)],
    ),
    (
        "weekly active counts a daily visitor once",
        "02-27T12 02-28T12 03-01T12",
        r#"{"series":[{"measure":"weekly_active"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(1.)],
    ),
    (
        "monthly active looks 29 days back",
        "02-01T12 01-31T12@2",
        r#"{"series":[{"measure":"monthly_active"}],"from":"2026-03-02","to":"2026-03-02"}"#,
        &[Some(1.)],
    ),
    (
        "weekly active by local days through a time change",
        "03-22T23:00 03-22T22:59@2",
        r#"{"series":[{"measure":"weekly_active"}],"zone":"Europe/Berlin","from":"2026-03-29","to":"2026-03-29"}"#,
        &[Some(1.)],
    ),
    (
        "cumulative profiles count each once",
        "03-01T01 03-02T01 03-02T02@2",
        r#"{"cumulative":true,"from":"2026-03-01","to":"2026-03-03"}"#,
        &[Some(1.), Some(2.), Some(2.)],
    ),
    (
        "cumulative events count all",
        "03-01T01 03-02T01 03-02T02@2",
        r#"{"series":[{"measure":"events"}],"cumulative":true,"from":"2026-03-01","to":"2026-03-03"}"#,
        &[Some(1.), Some(3.), Some(3.)],
    ),
    (
        "a rolling average begins short",
        "03-01T01 03-02T01 03-02T02@2",
        r#"{"rolling":2,"from":"2026-03-01","to":"2026-03-03"}"#,
        &[Some(1.), Some(1.5), Some(1.)],
    ),
    (
        "a filter leaves out what fails it",
        "03-01T01=4 03-01T02=9@2",
        r#"{"series":[{"filter":"e.n > 5.0"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(1.)],
    ),
    (
        "an event of another name does not count",
        "03-01T01",
        r#"{"series":[{"event":"Other"}],"from":"2026-03-01","to":"2026-03-01"}"#,
        &[Some(0.)],
    ),
];

fn rows(text: &str) -> Vec<Row> {
    let row = |event: &str| {
        let (event, profile) = event.split_once('@').unwrap_or((event, "1"));
        let (when, n) = event.split_once('=').map_or((event, None), |(when, n)| (when, Some(n)));
        let year = if when.starts_with("2025") { "" } else { "2026-" };
        let minutes = if when.contains(':') { "" } else { ":00" };
        let ts = Timestamp::parse(&format!("{year}{when}{minutes}")).unwrap_or_else(|| panic!("{when}"));
        let properties: Value = n.map_or(json!({}), |n| json!({ "n": n.parse::<f64>().unwrap() }));
        (ProfileId(profile.parse().unwrap()), "A".to_owned(), ts.0, properties)
    };
    let mut all: Vec<Row> = text.split(' ').map(row).collect();
    all.sort_by_key(|r| r.2);
    all
}

#[test]
fn each_case_is_what_its_reason_says() {
    for (reason, events, text, expected) in CASES {
        let request: TrendRequest = serde_json::from_str(text).unwrap();
        let (_dir, lake) = lake(&rows(events));
        let report = run(&request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
        let found: Vec<Option<f64>> = report.series[0].values.iter().map(|v| v.map(|v| v.0)).collect();
        assert_eq!(found, *expected, "{reason}: {events} by {text}");
    }
}
