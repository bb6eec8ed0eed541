//! Requests that cannot be answered, and pages of profiles.

use rapport_domain::time::DAY_MS;
use rapport_domain::{ErrorClass, Partition, ProfileId, Timestamp};
use rapport_insights::funnel::{FunnelDrill, FunnelRequest, FunnelStep, Outcome};
use rapport_insights::trend::{SeriesRequest, TrendRequest};
use rapport_insights::{Nobody, run};
use rapport_lake::CancelFlag;
use serde_json::json;

use crate::support::*;

fn rows() -> Vec<Row> {
    let profile = |i: u64| ProfileId::new(Partition((i % 2) as u16), i / 2);
    let visit = (0..25).map(|i| (profile(i), "Product Viewed".to_owned(), i as i64, json!({})));
    let order = (0..5).map(|i| (profile(i * 3), "Order Completed".to_owned(), 100, json!({"total": 7})));
    visit.chain(order).collect()
}

#[test]
fn every_fault_is_named_with_its_place() {
    let (_dir, lake) = lake(&rows());
    let (snapshot, now, flag) = (lake.snapshot(WS), Timestamp(10 * DAY_MS), CancelFlag::new());
    let funnel = |request: serde_json::Value| {
        let request: FunnelRequest = serde_json::from_value(request).unwrap();
        let error = run(&request, &snapshot, &Nobody, now, &flag).unwrap_err();
        assert_eq!((error.class(), error.code()), (ErrorClass::Invalid, "invalid_insight"));
        error
            .problems()
            .iter()
            .map(|p| format!("{}|{}", p.at, p.did_you_mean.as_deref().unwrap_or("-")))
            .collect::<Vec<_>>()
    };
    assert_eq!(funnel(json!({"steps": [], "window": "soon", "zone": "Mars"})), ["zone|-", "steps|-", "window|-"]);
    let steps = json!([{"event": "order compleated", "filter": "e.total >"}, {"event": " "}]);
    let found =
        funnel(json!({"steps": steps, "window": "900d", "drill": {"step": 3, "outcome": "reached", "limit": 0}}));
    assert_eq!(found[0], "steps[0].event|Order Completed");
    assert!(found[1].starts_with("steps[0].filter 1:"), "{found:?}");
    assert_eq!(found[2..], ["steps[1].event|-", "window|-", "drill.limit|-", "drill.step|-"]);
    let series = |event: &str| vec![SeriesRequest { event: Some(event.to_owned()), ..Default::default() }];
    let trend = TrendRequest {
        top: Some(51),
        breakdown: Some(String::new()),
        series: series("Product Veiwed"),
        segment: Some("vip".into()),
        sample_percent: Some(100.0),
        ..Default::default()
    };
    let error = run(&trend, &snapshot, &Nobody, now, &flag).unwrap_err();
    let places: Vec<&str> = error.problems().iter().map(|p| p.at.as_str()).collect();
    assert_eq!(places, ["sample_percent", "segment", "series[0].event", "breakdown", "top"]);
    assert!(serde_json::from_value::<TrendRequest>(json!({"serries": []})).is_err());
    let unseen = TrendRequest { series: series("Survey Answered"), ..Default::default() };
    let report = run(&unseen, &snapshot, &Nobody, now, &flag).unwrap();
    let total = report.series[0].total.unwrap().0;
    assert_eq!((report.about.warnings.len(), report.buckets.len(), total), (1, 30, 0.0));
    // What is known and not there says where it is.
    let warned = |event: Option<&str>, filter: &str, day: &str| {
        let one = SeriesRequest { event: event.map(Into::into), filter: Some(filter.into()), ..Default::default() };
        let day = Some(day.to_owned());
        let request = TrendRequest { series: vec![one], from: day.clone(), to: day, ..Default::default() };
        run(&request, &snapshot, &Nobody, now, &flag).unwrap().about.warnings.join("; ")
    };
    let there = "lies in the period; there are some from 1970-01-01 to 1970-01-01";
    let viewed = Some("Product Viewed");
    assert_eq!(warned(viewed, "", "2020-01-01"), format!("no event \"Product Viewed\" {there}"));
    assert_eq!(warned(None, "", "2020-01-01"), format!("no event {there}"));
    let none = "none of the 25 events \"Product Viewed\" in the period passes the conditions";
    assert_eq!(warned(viewed, "e.nothing == 1.0", "1970-01-01"), none);
    assert_eq!(warned(viewed, "", "1970-01-01"), "");
    flag.cancel();
    assert_eq!(run(&unseen, &snapshot, &Nobody, now, &flag).unwrap_err().code(), "query_cancelled");
}

#[test]
fn pages_of_profiles_join_to_the_number_of_the_step() {
    let (_dir, lake) = lake(&rows());
    let snapshot = lake.snapshot(WS);
    for (step, outcome, expected) in
        [(1, Outcome::Reached, 25), (1, Outcome::Dropped, 20), (2, Outcome::Reached, 5), (2, Outcome::Dropped, 0)]
    {
        let (mut found, mut after): (Vec<ProfileId>, _) = (Vec::new(), None);
        loop {
            let request = FunnelRequest {
                steps: vec![FunnelStep::event("Product Viewed"), FunnelStep::event("Order Completed")],
                drill: Some(FunnelDrill { step, outcome, after, limit: Some(6), ..Default::default() }),
                ..FunnelRequest::default()
            };
            let report = run(&request, &snapshot, &Nobody, Timestamp(DAY_MS), &CancelFlag::new()).unwrap();
            assert_eq!((report.entered, report.converted), (25, 5));
            let page = report.about.profiles.unwrap();
            assert_eq!(page.total, expected);
            assert!(page.profiles.len() <= 6 && page.profiles.iter().all(|p| after.is_none_or(|a| *p > a)));
            found.extend(page.profiles);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found.len() as u64, expected, "{step} {outcome:?}");
        assert!(found.is_sorted());
    }
}
