//! Retention: edges of days, cohorts, brackets.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::time::DAY_MS;
use rapport_domain::{ProfileId, Timestamp};
use rapport_insights::retention::{Cohorts, Counting, RetentionRequest};
use rapport_insights::{Nobody, Selection, Unit, run};
use rapport_lake::CancelFlag;
use serde_json::Value;

use super::{BASE, rows};
use crate::support::*;

/// Reason, events by the day, request, `returned` of each cohort. The request: words of `first`, `recurring`, `after`,
/// `S>R` starting and returning event, `3d` `3w` `3m` periods from the base, `b1,3` brackets.
type Case = (&'static str, &'static str, &'static str, &'static [&'static [u64]]);

pub(super) const CASES: &[Case] = &[
    ("a profile alone is its own cohort", "S0", "first 2d", &[&[1, 0], &[0]]),
    ("coming back the next day is day 1", "S0 S1", "first 2d", &[&[1, 1], &[0]]),
    ("coming back the same day is not coming back", "S0 S0.5", "first 2d", &[&[1, 0], &[0]]),
    ("the last millisecond of a day is that day", "S0 S1.9", "first 3d", &[&[1, 1, 0], &[0, 0], &[0]]),
    ("midnight is the next day", "S0.999 S1", "first 2d", &[&[1, 1], &[0]]),
    ("a minute over midnight is day 1, not a day later", "S0.9999 S1.0001", "first 2d", &[&[1, 1], &[0]]),
    ("coming back twice in a day counts once", "S0 S1 S1.5", "first 2d", &[&[1, 1], &[0]]),
    ("a gap leaves a zero", "S0 S2", "first 3d", &[&[1, 0, 1], &[0, 0], &[0]]),
    ("first time: later starts make no cohort", "S0 S1 S2", "first 3d", &[&[1, 1, 1], &[0, 0], &[0]]),
    ("recurring: each start makes a cohort", "S0 S1 S2", "recurring 3d", &[&[1, 1, 1], &[1, 1], &[1]]),
    ("recurring: two starts of a day are one", "S0 S0.5 S1", "recurring 2d", &[&[1, 1], &[1]]),
    ("first time: a start before the period was the first", "S-1 S0 S1", "first 2d", &[&[0, 0], &[0]]),
    ("recurring: a start before the period does not matter", "S-1 S0 S1", "recurring 2d", &[&[1, 1], &[1]]),
    ("first time: another event before the period is no start", "R-1 S0 R1", "S>R first 2d", &[&[1, 1], &[0]]),
    ("a start after the period is none", "S2", "first 2d", &[&[0, 0], &[0]]),
    ("a return after the period is none", "S0 S2", "first 2d", &[&[1, 0], &[0]]),
    ("the returning event may be another", "S0 R1", "S>R first 2d", &[&[1, 1], &[0]]),
    ("starting again is not returning with another event", "S0 S1", "S>R first 2d", &[&[1, 0], &[0]]),
    ("returning without starting is nothing", "R0 R1", "S>R first 2d", &[&[0, 0], &[0]]),
    ("a return before the start is none", "R0 S1 R2", "S>R first 3d", &[&[0, 0, 0], &[1, 1], &[0]]),
    (
        "on or after: a later return counts for every day before",
        "S0 S3",
        "first after 4d",
        &[&[1, 1, 1, 1], &[0, 0, 0], &[0, 0], &[0]],
    ),
    ("on or after: an early return does not count later", "S0 S1", "first after 3d", &[&[1, 1, 0], &[0, 0], &[0]]),
    ("on or after: a return after the period is not known", "S0 S9", "first after 3d", &[&[1, 0, 0], &[0, 0], &[0]]),
    ("on or after and recurring agree on the last day", "S0 S2", "recurring after 3d", &[&[1, 1, 1], &[0, 0], &[1]]),
    ("brackets join days", "S0 S2", "first b1,3 4d", &[&[1, 0, 1], &[0, 0, 0], &[0, 0], &[0]]),
    ("brackets count a profile once", "S0 S2 S3", "first b1,3 4d", &[&[1, 0, 1], &[0, 0, 0], &[0, 0], &[0]]),
    ("a bracket's last day is inside", "S0 S3", "first b3 4d", &[&[1, 1], &[0, 0], &[0, 0], &[0]]),
    ("the day after a bracket is outside", "S0 S4", "first b3 5d", &[&[1, 0], &[0, 0], &[0, 0], &[0, 0], &[0]]),
    ("a bracket that has begun is shown, though it may grow", "S0 S1", "first b7 2d", &[&[1, 1], &[0]]),
    (
        "on or after with brackets counts from a bracket's first day",
        "S0 S5",
        "first after b1,3 4d",
        &[&[1, 0, 0], &[0, 0, 0], &[0, 0], &[0]],
    ),
    ("cohorts add up profiles", "S0 S1|S0|S1 S2", "first 3d", &[&[2, 1, 0], &[1, 1], &[0]]),
    ("weeks begin on Monday, so Sunday is a week of its own", "S0 S1", "first 1w", &[&[1, 1], &[0]]),
    ("weeks: seven days later is the next week", "S1 S8", "first 2w", &[&[0, 0, 0], &[1, 1], &[0]]),
    ("weeks: the same week is not coming back", "S1 S7", "first 2w", &[&[0, 0, 0], &[1, 0], &[0]]),
    ("months: the 31st and the 1st are a month apart", "S30 S31", "first 2m", &[&[1, 1], &[0]]),
    ("months: 30 days later may be the same month", "S0 S30", "first 2m", &[&[1, 0], &[0]]),
];

fn request(text: &str) -> RetentionRequest {
    let mut request = RetentionRequest { start: Selection::event("S"), ..RetentionRequest::default() };
    let date = |day: i64| Timestamp(BASE + day * DAY_MS).to_rfc3339()[..10].to_owned();
    request.from = Some(date(0));
    for word in text.split(' ') {
        match word {
            "first" => request.cohorts = Cohorts::FirstTime,
            "recurring" => request.cohorts = Cohorts::Recurring,
            "after" => request.counting = Counting::OnOrAfter,
            "S>R" => request.returning = Some(Selection::event("R")),
            _ if word.starts_with('b') => {
                request.brackets = Some(word[1..].split(',').map(|n| n.parse().unwrap()).collect());
            }
            _ => {
                let (n, unit) = word.split_at(word.len() - 1);
                let n: i64 = n.parse().unwrap();
                let (unit, days) = match unit {
                    "d" => (Unit::Day, n),
                    "w" => (Unit::Week, n * 7 + 1),
                    _ => (Unit::Month, n * 31 - 1),
                };
                (request.unit, request.to) = (unit, Some(date(days - 1)));
            }
        }
    }
    request
}

fn real(rows: &[Row], request: &RetentionRequest) -> Vec<Vec<u64>> {
    let (_dir, lake) = lake(rows);
    let report = run(request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
    report.cohorts.into_iter().map(|c| c.returned).collect()
}

/// The definition for days: sets of days by profile.
fn naive(rows: &[Row], request: &RetentionRequest) -> Vec<Vec<u64>> {
    let back = if request.returning.is_some() { "R" } else { "S" };
    let to: chrono::NaiveDate = request.to.as_ref().unwrap().parse().unwrap();
    let first: chrono::NaiveDate = request.from.as_ref().unwrap().parse().unwrap();
    let days = (to - first).num_days() + 1;
    let mut profiles: BTreeMap<ProfileId, (BTreeSet<i64>, BTreeSet<i64>)> = BTreeMap::new();
    for row in rows {
        let day = (row.2 - BASE).div_euclid(DAY_MS);
        let known = profiles.entry(row.0).or_default();
        if row.1 == "S" {
            known.0.insert(day);
        }
        if row.1 == back && day < days {
            known.1.insert(day);
        }
    }
    let ends = request.brackets.clone().unwrap_or_else(|| (1..days as usize).collect());
    let mut triangle = Vec::new();
    for cohort in 0..days {
        let mut returned = Vec::new();
        let belongs = |starts: &BTreeSet<i64>| match request.cohorts {
            Cohorts::FirstTime => starts.first() == Some(&cohort),
            Cohorts::Recurring => starts.contains(&cohort),
        };
        let own: Vec<&BTreeSet<i64>> = profiles.values().filter(|p| belongs(&p.0)).map(|p| &p.1).collect();
        returned.push(own.len() as u64);
        let mut begin = 1;
        for end in &ends {
            let (from, until) = (cohort + begin, cohort + *end as i64);
            begin = *end as i64 + 1;
            if from < days {
                let until = if request.counting == Counting::OnOrAfter { i64::MAX } else { until };
                returned.push(own.iter().filter(|r| r.iter().any(|d| (from..=until).contains(d))).count() as u64);
            }
        }
        triangle.push(returned);
    }
    triangle
}

#[test]
fn each_case_is_what_its_reason_says() {
    for (reason, events, text, expected) in CASES {
        let (rows, request) = (rows(events, DAY_MS), request(text));
        assert_eq!(real(&rows, &request), *expected, "{reason}: {events} by {text}");
        if request.unit == Unit::Day {
            assert_eq!(naive(&rows, &request), *expected, "{reason}: {events} by {text}, by the definition");
        }
    }
}

#[test]
fn posthogs_day_case_holds() {
    let Some(folder) = data("posthog") else { return };
    let case = std::fs::read_to_string(folder.join("posthog_retention_day.json")).unwrap();
    let case: Value = serde_json::from_str(&case).unwrap();
    // The alias is the first person, as identity would have joined them.
    let id = |name: &str| ProfileId(if name == "person2" { 2 } else { 1 });
    let events = case["events"].as_array().unwrap().iter();
    let mut rows: Vec<Row> = events
        .map(|e| (id(e[0].as_str().unwrap()), "S".to_owned(), BASE + e[1].as_i64().unwrap() * DAY_MS, Value::Null))
        .collect();
    rows.sort_by_key(|r| r.2);
    let mut expected: Vec<Vec<u64>> = serde_json::from_value(case["expected"].clone()).unwrap();
    let days = expected.len();
    // Rows there leave out the zeros at their end.
    expected.iter_mut().enumerate().for_each(|(at, row)| row.resize(days - at, 0));
    assert_eq!(real(&rows, &request(&format!("recurring {}d", expected.len()))), expected);
}
