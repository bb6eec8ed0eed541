//! Samples, large breakdowns, credit that adds up, and numbers against their drills.

use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_insights::attribution::{AttributionRequest, Credit};
use rapport_insights::funnel::{Correlate, FunnelDrill, FunnelRequest, FunnelStep};
use rapport_insights::heatmap::{HeatmapDrill, HeatmapRequest};
use rapport_insights::retention::{Cohorts, RetentionDrill, RetentionRequest};
use rapport_insights::trend::{Measure, SeriesRequest, TrendDrill, TrendRequest};
use rapport_insights::{Insight, Nobody, ProfilePage, Report, Selection, run};
use rapport_lake::{CancelFlag, Lake};
use serde_json::json;

use crate::support::*;

/// 2026-03-01.
const BASE: i64 = 1_772_323_200_000;

fn id(n: u64) -> ProfileId {
    ProfileId::new(Partition((n % 2) as u16), n / 2)
}

fn ask<I: Insight>(request: &I, lake: &Lake) -> I::Report {
    run(request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap()
}

fn drilled<I: Insight>(request: &I, lake: &Lake) -> ProfilePage {
    ask(request, lake).about().profiles.clone().unwrap()
}

/// The first days of March.
fn days(last: u32) -> (Option<String>, Option<String>) {
    (Some("2026-03-01".to_owned()), Some(format!("2026-03-{last:02}")))
}

/// 300 profiles that come, look, and sometimes buy.
fn shop() -> Vec<Row> {
    let mut rows = Vec::new();
    for n in 0..300u64 {
        let mut add = |name: &str, day: u64, hour: u64, properties| {
            rows.push((
                id(n),
                name.to_owned(),
                BASE + (n % 7 + day) as i64 * DAY_MS + hour as i64 * HOUR_MS,
                properties,
            ));
        };
        let source = ["mail", "ads", "search"][(n % 3) as usize];
        add("Visit", 0, n % 24, json!({ "source": source }));
        if n % 2 == 0 {
            add("Help", 1, 3, json!({}));
        }
        if n % 5 != 0 {
            add("Visit", 2, n % 24, json!({"source": "direct"}));
        }
        if buys(n) {
            add("Order", 3, 5, json!({ "total": n }));
        }
    }
    rows
}

fn buys(n: u64) -> bool {
    n.is_multiple_of(6) || n % 4 == 1
}

#[test]
fn samples_take_the_same_profiles_and_say_so() {
    let rows: Vec<Row> = (0..2_000).map(|n| (id(n), "Visit".to_owned(), BASE, json!({}))).collect();
    let (_dir, lake) = lake(&rows);
    let (from, to) = days(1);
    let count = |sample_percent: Option<f64>| {
        let request = TrendRequest { sample_percent, from: from.clone(), to: to.clone(), ..Default::default() };
        let report = ask(&request, &lake);
        let said = (report.about.sample_percent, report.about.warnings.len());
        assert_eq!(said, (sample_percent, usize::from(sample_percent.is_some())));
        report.series[0].total.unwrap().0
    };
    let (all, half, tenth) = (count(None), count(Some(50.0)), count(Some(10.0)));
    assert!(all == 2_000.0 && (900.0..1_100.0).contains(&half) && (140.0..260.0).contains(&tenth), "{half} {tenth}");
    assert_eq!(half, count(Some(50.0)));
}

#[test]
fn the_largest_value_is_named_also_when_it_comes_late() {
    let mut rows: Vec<Row> = (0..12_000).map(|n| (id(0), "Visit".to_owned(), BASE + n, json!({ "page": n }))).collect();
    rows.extend((0..3).map(|n| (id(0), "Visit".to_owned(), BASE + 20_000 + n, json!({"page": 11_999}))));
    let (_dir, lake) = lake(&rows);
    let series = vec![SeriesRequest { measure: Measure::Events, ..Default::default() }];
    let ((from, to), breakdown) = (days(1), Some("page".to_owned()));
    let report = ask(&TrendRequest { series, breakdown, top: Some(2), from, to, ..Default::default() }, &lake);
    let found: Vec<_> = report.series.iter().map(|s| (s.value.clone().unwrap(), s.total.unwrap().0)).collect();
    // Only 10,000 equals can be told apart by text; which of them comes second is not said here.
    assert_eq!((found[0].clone(), found[1].1), (("11999".to_owned(), 4.0), 1.0));
    assert_eq!(found[2], ("(other)".to_owned(), 11_998.0));
}

#[test]
fn every_models_credit_adds_up() {
    let (_dir, lake) = lake(&shop());
    let (from, to) = days(20);
    let request = AttributionRequest {
        goal: Selection::event("Order"),
        value: Some("total".into()),
        touches: vec![Selection::event("Visit")],
        by: Some("source".into()),
        from,
        to,
        ..Default::default()
    };
    let report = ask(&request, &lake);
    assert!(report.touches.len() == 4 && report.touched_goals == report.goals && report.goals > 50);
    let models: [fn(&Credit) -> f64; 6] =
        [|c| c.first, |c| c.last, |c| c.linear, |c| c.position, |c| c.time_decay, |c| c.markov];
    for (number, credit) in models.into_iter().enumerate() {
        let goals: f64 = report.touches.iter().map(|t| credit(&t.goals)).sum();
        let value: f64 = report.touches.iter().map(|t| credit(&t.value)).sum();
        assert!((goals - report.goals as f64).abs() < 1e-6, "model {number}: {goals}");
        assert!((value - report.value.0).abs() < 1e-6, "model {number}: {value}");
    }
    assert!(report.touches.iter().all(|t| t.goals.first == 0.0 || t.touch != "direct"), "direct is never first");
}

#[test]
fn correlation_finds_what_goes_with_buying() {
    let (_dir, lake) = lake(&shop());
    let (from, to) = days(20);
    let request = FunnelRequest {
        steps: vec![FunnelStep::event("Visit"), FunnelStep::event("Order")],
        correlate: Some(Correlate { events: true, properties: vec!["source".into()], least_profiles: None }),
        drill: Some(FunnelDrill { step: 2, mark: Some("source = mail".into()), ..Default::default() }),
        from,
        to,
        ..Default::default()
    };
    let report = ask(&request, &lake);
    let found = report.correlation.unwrap();
    let mail = found.iter().find(|c| c.mark == "source = mail").unwrap();
    // A chain's anchor is the latest that leads to the order: of those who came again it is the direct visit.
    let by_mail = (0..300).filter(|n| n % 3 == 0 && (n % 5 == 0 || !buys(*n)));
    let bought = by_mail.clone().filter(|n| buys(*n)).count() as u64;
    assert_eq!((mail.converted, mail.not_converted), (bought, by_mail.count() as u64 - bought));
    assert!(mail.low < mail.odds_ratio && mail.odds_ratio < mail.high);
    assert_eq!(report.about.profiles.unwrap().total, bought);
    assert!(found.iter().any(|c| c.mark == "Help") && found.iter().all(|c| c.mark != "Visit" && c.mark != "Order"));
}

#[test]
fn numbers_are_as_large_as_their_drills() {
    let (_dir, lake) = lake(&shop());
    let (from, to) = days(20);
    for measure in [Measure::Profiles, Measure::WeeklyActive] {
        let series = vec![SeriesRequest { event: Some("Visit".into()), measure, ..Default::default() }];
        let breakdown = Some("source".to_owned());
        let trend = TrendRequest { series, breakdown, from: from.clone(), to: to.clone(), ..Default::default() };
        for line in ask(&trend, &lake).series {
            for at in [0, 4, 9] {
                let bucket = Some(format!("2026-03-{:02}", at + 1));
                let drill = Some(TrendDrill { bucket, value: line.value.clone(), ..Default::default() });
                let page = drilled(&TrendRequest { drill, ..trend.clone() }, &lake);
                let shown = line.values[at].map(|v| v.0);
                assert_eq!(Some(page.total as f64), shown, "{measure:?} {:?} {at}", line.value);
            }
        }
    }
    let retention = RetentionRequest {
        cohorts: Cohorts::Recurring,
        breakdown: Some("source".into()),
        from: from.clone(),
        to: to.clone(),
        ..Default::default()
    };
    for one in ask(&retention, &lake).cohorts.into_iter().filter(|c| c.returned[0] > 0).take(12) {
        for column in [0, 2] {
            let (cohort, value) = (one.cohort.clone(), one.value.clone());
            let drill = Some(RetentionDrill { cohort, column, value, ..Default::default() });
            let page = drilled(&RetentionRequest { drill, ..retention.clone() }, &lake);
            assert_eq!(page.total, one.returned[column], "{} {:?} {column}", one.cohort, one.value);
        }
    }
    let heatmap = HeatmapRequest { profiles: true, from, to, ..Default::default() };
    let hours = ask(&heatmap, &lake).hours;
    for (weekday, hour) in [(1, 3), (3, 5), (7, 0)] {
        let drill = Some(HeatmapDrill { weekday, hour, ..Default::default() });
        let page = drilled(&HeatmapRequest { drill, ..heatmap.clone() }, &lake);
        assert_eq!(page.total, hours[weekday - 1][hour], "{weekday} {hour}");
    }
}
