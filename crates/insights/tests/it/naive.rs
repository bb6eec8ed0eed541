//! Random histories: reports equal the plainest computation of their definitions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeZone;
use proptest::prelude::*;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_insights::funnel::{FunnelRequest, FunnelStep};
use rapport_insights::trend::{Measure, SeriesRequest, TrendRequest};
use rapport_insights::{Nobody, run};
use rapport_lake::CancelFlag;
use serde_json::json;

use crate::support::*;

/// 2026-03-27, two days before Berlin's clocks change.
const BASE: i64 = 1_774_569_600_000;
const NAMES: [&str; 3] = ["Alpha", "Bravo", "Charlie"];

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..6u64, 0..3usize, 0..60i64, 0..4i64).prop_map(|(p, name, hours, n)| {
        let profile = ProfileId::new(Partition((p % 2) as u16), p / 2);
        (profile, NAMES[name].to_owned(), BASE + hours * 2 * HOUR_MS, if n == 0 { json!({}) } else { json!({"n": n}) })
    });
    prop::collection::vec(row, 0..60)
}

fn by_profile(rows: &[Row]) -> BTreeMap<ProfileId, Vec<&Row>> {
    let mut all: BTreeMap<ProfileId, Vec<&Row>> = BTreeMap::new();
    rows.iter().for_each(|r| all.entry(r.0).or_default().push(r));
    all.values_mut().for_each(|list| list.sort_by_key(|r| r.2));
    all
}

/// Every chain there is, by brute force: for each step, (place of its last event, anchor) of all chains of that length.
fn chains(events: &[&Row], steps: &[(usize, bool)], window: i64, period: (i64, i64)) -> Vec<BTreeSet<(usize, i64)>> {
    let fits = |r: &Row, step: usize| r.1 == NAMES[steps[step].0] && (!steps[step].1 || r.3["n"].as_i64() > Some(1));
    let mut found: Vec<BTreeSet<(usize, i64)>> = Vec::new();
    for step in 0..steps.len() {
        let mut ends = BTreeSet::new();
        for (at, r) in events.iter().enumerate().filter(|(_, r)| fits(r, step)) {
            if step == 0 {
                if (period.0..period.1).contains(&r.2) {
                    ends.insert((at, r.2));
                }
            } else {
                let before = found[step - 1].iter().filter(|(end, anchor)| *end < at && r.2 <= anchor + window);
                ends.extend(before.map(|(_, anchor)| (at, *anchor)));
            }
        }
        found.push(ends);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn funnels_equal_brute_force(
        rows in rows(), steps in prop::collection::vec((0..3usize, any::<bool>()), 1..5), hours in 1..80i64,
        first in 0..60i64, len in 1..80i64,
    ) {
        let (_dir, lake) = lake(&rows);
        let period = (BASE + first * HOUR_MS, BASE + (first + len) * HOUR_MS);
        let request = FunnelRequest {
            steps: steps.iter().map(|(name, filtered)| FunnelStep {
                event: Some(NAMES[*name].to_owned()),
                filter: filtered.then(|| "e.n > 1".to_owned()),
                ..FunnelStep::default()
            }).collect(),
            window: Some(format!("{hours}h")),
            from: Some(Timestamp(period.0).to_rfc3339()),
            to: Some(Timestamp(period.1).to_rfc3339()),
            ..FunnelRequest::default()
        };
        let report = run(&request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
        let mut times: Vec<Vec<i64>> = vec![vec![]; steps.len()];
        for events in by_profile(&rows).values() {
            for (step, ends) in chains(events, &steps, hours * HOUR_MS, period).iter().enumerate() {
                if let Some((end, _)) = ends.first() {
                    let anchor = ends.iter().filter(|(at, _)| at == end).map(|(_, anchor)| *anchor).max().unwrap();
                    times[step].push(events[*end].2 - anchor);
                }
            }
        }
        for (step, times) in report.steps.iter().zip(&mut times) {
            prop_assert_eq!(step.profiles, times.len() as u64);
            times.sort_unstable();
            let n = times.len();
            let median = (n > 0).then(|| (times[n / 2] + times[(n - 1) / 2]).div_euclid(2));
            prop_assert_eq!(step.median_ms, median);
        }
    }

    #[test]
    fn trends_equal_counting(
        rows in rows(), zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]),
        profiles in any::<bool>(), breakdown in any::<bool>(), one in any::<bool>(), days in 1..6i64,
    ) {
        let (_dir, lake) = lake(&rows);
        let tz: chrono_tz::Tz = zone.parse().unwrap();
        let date = |ts: i64| tz.timestamp_millis_opt(ts).unwrap().date_naive().to_string();
        let request = TrendRequest {
            series: vec![SeriesRequest {
                event: one.then(|| "Alpha".to_owned()),
                measure: if profiles { Measure::Profiles } else { Measure::Events },
                ..SeriesRequest::default()
            }],
            from: Some(date(BASE)),
            to: Some(date(BASE + (days - 1) * DAY_MS)),
            zone: Some(zone.to_owned()),
            breakdown: breakdown.then(|| "n".to_owned()),
            top: Some(2),
            ..TrendRequest::default()
        };
        let report = run(&request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
        let value = |r: &Row| if breakdown { r.3.get("n").map_or("(none)".to_owned(), ToString::to_string) } else { String::new() };
        let wanted: Vec<&Row> =
            rows.iter().filter(|r| (!one || r.1 == "Alpha") && report.buckets.contains(&date(r.2))).collect();
        let count = |rows: &[&Row]| -> u64 {
            if profiles { rows.iter().map(|r| r.0).collect::<BTreeSet<_>>().len() as u64 } else { rows.len() as u64 }
        };
        let mut ranked: Vec<(std::cmp::Reverse<u64>, String)> = wanted.iter().map(|r| value(r)).collect::<BTreeSet<_>>().into_iter()
            .map(|v| {
                let of: Vec<&Row> = wanted.iter().filter(|r| value(r) == v).copied().collect();
                (std::cmp::Reverse(count(&of)), v)
            }).collect();
        ranked.sort();
        let top: Vec<String> = ranked.into_iter().map(|r| r.1).take(if breakdown { 2 } else { 0 }).collect();
        let mut lines: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for r in &wanted {
            let line = if !breakdown { String::new() } else if top.contains(&value(r)) { value(r) } else { "(other)".into() };
            lines.entry(line).or_default().push(r);
        }
        let shown: u64 = report.series.iter().map(|s| s.values.iter().map(|v| v.unwrap().0 as u64).sum::<u64>()).sum();
        prop_assert!(wanted.is_empty() == (shown == 0));
        prop_assert_eq!(report.series.len(), if breakdown { lines.len() } else { 1 });
        for series in &report.series {
            let own = lines.get(series.value.as_deref().unwrap_or("")).cloned().unwrap_or_default();
            prop_assert_eq!(series.total.unwrap().0 as u64, count(&own));
            for (day, counted) in report.buckets.iter().zip(&series.values) {
                let of: Vec<&Row> = own.iter().filter(|r| date(r.2) == *day).copied().collect();
                prop_assert_eq!(counted.unwrap().0 as u64, count(&of), "{} {:?}", day, series.value);
            }
        }
    }
}
