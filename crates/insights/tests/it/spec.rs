//! The examples of `docs/specs/insights.md`.

use rapport_domain::{ProfileId, Timestamp};
use rapport_insights::{FunnelRequest, TrendRequest, run_funnel, run_trend};
use rapport_lake::CancelFlag;
use serde_json::Value;

use crate::support::*;

const SPEC: &str = include_str!("../../../../docs/specs/insights.md");

fn blocks(kind: &str) -> Vec<Value> {
    let open = format!("```json {kind}\n");
    let bodies = SPEC.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap());
    bodies.map(|body| serde_json::from_str(body).unwrap()).collect()
}

#[test]
fn the_worked_examples_hold() {
    let events = blocks("events").remove(0);
    let row = |e: &Value| {
        let ts = Timestamp::parse(e["ts"].as_str().unwrap()).unwrap().0;
        (ProfileId(e["profile"].as_u64().unwrap()), e["event"].as_str().unwrap().to_owned(), ts, e.clone())
    };
    let (_dir, lake) = lake(&events.as_array().unwrap().iter().map(row).collect::<Vec<_>>());
    let (snapshot, now, flag) = (lake.snapshot(WS), Timestamp(0), CancelFlag::new());
    let (funnels, trends) = (blocks("funnel"), blocks("trend"));
    assert_eq!((funnels.len(), trends.len()), (1, 2));
    for example in funnels {
        let request: FunnelRequest = serde_json::from_value(example["request"].clone()).unwrap();
        let report = run_funnel(&snapshot, &request, now, &flag).unwrap();
        assert_eq!(serde_json::to_value(report).unwrap(), example["report"]);
    }
    for example in trends {
        let request: TrendRequest = serde_json::from_value(example["request"].clone()).unwrap();
        let report = run_trend(&snapshot, &request, now, &flag).unwrap();
        assert_eq!(serde_json::to_value(report).unwrap(), example["report"]);
    }
}
