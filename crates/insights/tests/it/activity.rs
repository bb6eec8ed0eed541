//! Without a name reports count what customers did, not what was written about them; `*` counts both.

use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_insights::funnel::FunnelRequest;
use rapport_insights::heatmap::HeatmapRequest;
use rapport_insights::lifecycle::LifecycleRequest;
use rapport_insights::paths::PathsRequest;
use rapport_insights::power::PowerUsersRequest;
use rapport_insights::retention::RetentionRequest;
use rapport_insights::trend::TrendRequest;
use rapport_insights::{Insight, Nobody, run};
use rapport_lake::{CancelFlag, Snapshot};
use rapport_rules::{Plan, parse};
use serde_json::{Value, json};

use crate::support::*;

/// By profile: names and hours. The first did something on two days, the second on the first, the third nothing at all.
const HISTORY: [(u64, &str, i64); 12] = [
    (1, "Identified", 0),
    (1, "Product Viewed", 1),
    (1, "Segment Entered", 2),
    (1, "Order Completed", 3),
    (1, "Email Opened by Machine", 25),
    (1, "Email Opened", 26),
    (2, "Product Viewed", 4),
    (2, "Message Sent", 28),
    (2, "Email Delivered", 29),
    (3, "Identified", 5),
    (3, "Profile Merged", 30),
    (3, "Consent Changed", 53),
];

fn rows() -> Vec<Row> {
    let profile = |n: u64| ProfileId::new(Partition((n % 2) as u16), n);
    // In order of time, so that files and memory both have some of each.
    let mut all = HISTORY.to_vec();
    all.sort_by_key(|(_, _, hour)| *hour);
    all.into_iter().map(|(n, name, hour)| (profile(n), name.to_owned(), hour * HOUR_MS, json!({}))).collect()
}

fn ask<I: Insight>(snapshot: &Snapshot, request: Value) -> Value {
    let request: I = serde_json::from_value(request).unwrap();
    let report = run(&request, snapshot, &Nobody, Timestamp(3 * DAY_MS), &CancelFlag::new()).unwrap();
    serde_json::to_value(report).unwrap()
}

/// The request with the period of the history.
fn of(mut request: Value) -> Value {
    (request["from"], request["to"]) = (json!("1970-01-01"), json!("1970-01-03"));
    request
}

#[test]
fn reports_count_what_was_done_unless_told_otherwise() {
    let (_dir, lake) = lake(&rows());
    let snapshot = lake.snapshot(WS);
    let trend = |series: Value| -> Vec<Value> {
        let report = ask::<TrendRequest>(&snapshot, of(json!({"series": series})));
        report["series"].as_array().unwrap().iter().map(|s| json!([s["label"], s["values"], s["total"]])).collect()
    };
    assert_eq!(trend(json!([{}])), [json!(["any event", [2, 1, 0], 2])]);
    assert_eq!(trend(json!([{"event": "*"}])), [json!(["every event", [3, 3, 1], 3])]);
    // What is named counts beside it, and does not become something done.
    let mixed = json!([{}, {"event": "Message Sent"}, {"measure": "events"}, {"event": "*", "measure": "events"}]);
    let expected = [
        json!(["any event", [2, 1, 0], 2]),
        json!(["Message Sent", [0, 1, 0], 1]),
        json!(["any event", [3, 1, 0], 4]),
        json!(["every event", [6, 5, 1], 12]),
    ];
    assert_eq!(trend(mixed.clone()), expected);
    assert_eq!(trend(json!([mixed[0], mixed[1], mixed[2]])), expected[..3]);
    let filtered =
        json!([{"filter": "!has(e.x)"}, {"event": "Message Sent", "filter": "!has(e.x)"}, {"filter": "has(e.x)"}]);
    let totals: Vec<Value> = trend(filtered).iter().map(|s| s[2].clone()).collect();
    assert_eq!(totals, [json!(2), json!(1), json!(0)]);

    let lifecycle = |of_event: Value| {
        let report = ask::<LifecycleRequest>(&snapshot, of(json!({"of": of_event})));
        json!([report["new"], report["returning"], report["dormant"]])
    };
    assert_eq!(lifecycle(json!({})), json!([[2, 0, 0], [0, 1, 0], [0, 1, 1]]));
    assert_eq!(lifecycle(json!({"event": "*"})), json!([[3, 0, 0], [0, 3, 1], [0, 0, 2]]));
    let retention = |start: Value| {
        ask::<RetentionRequest>(&snapshot, of(json!({"start": start})))["cohorts"][0]["returned"].clone()
    };
    assert_eq!(retention(json!({})), json!([2, 1, 0]));
    assert_eq!(retention(json!({"event": "*"})), json!([3, 3, 1]));
    let curve = |of_event: Value| {
        ask::<PowerUsersRequest>(&snapshot, of(json!({"of": of_event})))["curves"][0]["profiles"].clone()
    };
    assert_eq!(curve(json!({})), json!([1, 1, 0]));
    assert_eq!(curve(json!({"event": "*"})), json!([0, 2, 1]));
    let paths = |request: Value| ask::<PathsRequest>(&snapshot, of(request))["steps"].clone();
    assert_eq!(paths(json!({})), 4);
    assert_eq!(paths(json!({"events": ["*"]})), 12);
    assert_eq!(paths(json!({"anchor": "Message Sent", "direction": "previous"})), 2, "what is named is part of them");
    let heat = ask::<HeatmapRequest>(&snapshot, of(json!({})));
    let hours = heat["hours"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    assert_eq!(hours.map(|n| n.as_u64().unwrap()).sum::<u64>(), 4);
}

#[test]
fn nothing_written_breaks_a_strict_funnel() {
    let (_dir, lake) = lake(&rows());
    let steps = json!([{"event": "Product Viewed"}, {"event": "Order Completed"}]);
    let converted = |exclude: Value| {
        let request = of(json!({"steps": steps, "order": "strict", "exclude": exclude}));
        ask::<FunnelRequest>(&lake.snapshot(WS), request)["converted"].clone()
    };
    assert_eq!(converted(json!([])), 1);
    assert_eq!(converted(json!([{"event": "Segment Entered"}])), 0, "what is named counts");
    assert_eq!(converted(json!([{"event": "*"}])), 0);
}

#[test]
fn the_rule_of_a_number_means_the_same_events() {
    let (_dir, lake) = lake(&rows());
    for (event, total, text) in [(None, 1, "events()"), (Some("*"), 3, "events(\"*\")")] {
        let request = of(json!({"series": [{"event": event}], "drill": {"bucket": "1970-01-02"}}));
        let report = ask::<TrendRequest>(&lake.snapshot(WS), request);
        let rule = report["profiles"]["rule"].as_str().unwrap();
        assert_eq!(report["profiles"]["total"], total);
        assert!(rule.starts_with(text), "{rule}");
        let plan = Plan::new(&parse(rule).unwrap());
        assert_eq!(plan.aggregates()[0].listens_to("Message Sent"), event.is_some());
    }
}

#[test]
fn who_was_only_written_about_did_nothing() {
    let rows: Vec<Row> = rows().into_iter().filter(|(_, name, ..)| name == "Identified").collect();
    let (_dir, lake) = lake(&rows);
    let warnings = |event: Option<&str>, from: &str| {
        let request = json!({"series": [{"event": event}], "from": from, "to": from});
        ask::<TrendRequest>(&lake.snapshot(WS), request)["warnings"].clone()
    };
    let nothing = "customers have done nothing yet; the event \"*\" also counts what was written about them";
    assert_eq!(warnings(None, "1970-01-01"), json!([nothing]));
    assert_eq!(warnings(Some("*"), "1970-01-01"), json!([]));
    let elsewhere = "no event lies in the period; there are some from 1970-01-01 to 1970-01-01";
    assert_eq!(warnings(Some("*"), "1970-01-02"), json!([elsewhere]));
}
