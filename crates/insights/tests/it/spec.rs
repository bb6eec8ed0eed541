//! The examples of `docs/specs/insights.md`.

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_insights::{Column, Insight, InsightError, People, run};
use rapport_lake::{CancelFlag, Snapshot};
use serde_json::Value;

use crate::support::*;

/// The specifications, one after the other.
const SPEC: &str = concat!(
    include_str!("../../../../docs/specs/insights.md"),
    include_str!("../../../../docs/specs/lift.md"),
    include_str!("../../../../docs/specs/goals.md")
);
/// Every example's period is over.
const NOW: Timestamp = Timestamp(1_782_864_000_000);

fn blocks(kind: &str) -> Vec<Value> {
    let open = format!("```json {kind}\n");
    let bodies = SPEC.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap());
    bodies.map(|body| serde_json::from_str(body).unwrap_or_else(|e| panic!("{kind}: {e}: {body}"))).collect()
}

/// The profiles of the examples: 1 and 4 are of the segment `vip`, 1 and 2 have a plan.
struct Shop;

impl People for Shop {
    fn trait_values(&self, _: WorkspaceId, path: &str) -> Result<Column, InsightError> {
        let mut column = Column::default();
        let values: &[(u64, &str)] = match path {
            "plan" => &[(1, "pro"), (2, "free")],
            "timezone" => &[(1, "Asia/Tokyo"), (3, "America/New_York")],
            _ => &[],
        };
        values.iter().for_each(|(id, value)| column.push(ProfileId(*id), value));
        Ok(column)
    }

    fn members(&self, _: WorkspaceId, segment: &str) -> Result<Option<Vec<ProfileId>>, InsightError> {
        Ok((segment == "vip").then(|| vec![ProfileId(1), ProfileId(4)]))
    }

    fn segments(&self, _: WorkspaceId) -> Result<Vec<String>, InsightError> {
        Ok(vec!["vip".to_owned()])
    }
}

/// Holds the examples of one kind; they show the parts of the report that matter to them.
fn hold<I: Insight>(kind: &str, snapshot: &Snapshot) {
    assert_eq!(kind, I::NAME);
    let examples = blocks(kind);
    assert!(!examples.is_empty(), "no example of {kind}");
    for example in examples {
        let request: I = serde_json::from_value(example["request"].clone()).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let report = run(&request, snapshot, &Shop, NOW, &CancelFlag::new()).unwrap();
        let report = serde_json::to_value(report).unwrap();
        for (name, expected) in example["report"].as_object().unwrap() {
            assert_eq!(&report[name], expected, "{kind}: {name} of {}\n{report}", example["request"]);
        }
        let all = report.as_object().unwrap().keys();
        let missing: Vec<_> =
            all.filter(|k| example["report"].get(k).is_none() && !example["only"].is_boolean()).collect();
        assert!(missing.is_empty(), "{kind}: the example leaves out {missing:?}; say \"only\": true if that is meant");
    }
}

#[test]
fn the_worked_examples_hold() {
    let events = blocks("events").remove(0);
    let row = |e: &Value| {
        let ts = Timestamp::parse(e["ts"].as_str().unwrap()).unwrap().0;
        (ProfileId(e["profile"].as_u64().unwrap()), e["event"].as_str().unwrap().to_owned(), ts, e.clone())
    };
    let (_dir, lake) = lake(&events.as_array().unwrap().iter().map(row).collect::<Vec<_>>());
    let snapshot = lake.snapshot(WS);
    hold::<rapport_insights::trend::TrendRequest>("trend", &snapshot);
    hold::<rapport_insights::funnel::FunnelRequest>("funnel", &snapshot);
    hold::<rapport_insights::retention::RetentionRequest>("retention", &snapshot);
    hold::<rapport_insights::lifecycle::LifecycleRequest>("lifecycle", &snapshot);
    hold::<rapport_insights::power::PowerUsersRequest>("power-users", &snapshot);
    hold::<rapport_insights::heatmap::HeatmapRequest>("heatmap", &snapshot);
    hold::<rapport_insights::rfm::RfmRequest>("rfm", &snapshot);
    hold::<rapport_insights::paths::PathsRequest>("paths", &snapshot);
    hold::<rapport_insights::attribution::AttributionRequest>("attribution", &snapshot);
    hold::<rapport_insights::journey::JourneyMapRequest>("journey-map", &snapshot);
    hold::<rapport_insights::ladder::LadderRequest>("ladder", &snapshot);
    hold::<rapport_insights::lift::LiftRequest>("lift", &snapshot);
    hold::<rapport_insights::value::ValueRequest>("value", &snapshot);
}

#[test]
fn the_examples_of_goals_hold() {
    use rapport_insights::core::pace::{Pace, Target, projection};
    for example in blocks("pace").remove(0).as_array().unwrap() {
        let number = |name: &str| example[name].as_f64();
        let read = |name: &str, usual: &str| Value::from(example[name].as_str().unwrap_or(usual));
        let target = Target {
            value: number("target").unwrap(),
            direction: serde_json::from_value(read("direction", "at_least")).unwrap(),
            nature: serde_json::from_value(read("nature", "total")).unwrap(),
            tolerance_percent: 5.0,
        };
        let shares: Vec<f64> = serde_json::from_value(example["shares"].clone()).unwrap();
        let pace = match example["nature"] == "level" {
            true => Pace { share: 1.0, periods: 0 },
            false => Pace::of(number("elapsed").unwrap(), &shares),
        };
        let value = number("value").unwrap();
        assert_eq!(Some(pace.share), number("pace"), "{example}");
        assert_eq!(projection(value, target.nature, pace), number("projection"), "{example}");
        assert_eq!(target.standing(Some(value), pace).as_str(), example["standing"], "{example}");
    }
    for example in blocks("oddity").remove(0).as_array().unwrap() {
        let past: Vec<f64> = serde_json::from_value(example["past"].clone()).unwrap();
        let found = rapport_insights::core::robust::oddity(example["value"].as_f64().unwrap(), &past, 3.5);
        assert_eq!(found.map(|o| o.expected), example["expected"].as_f64(), "{example}");
        assert_eq!(found.map(|o| o.odd), example["odd"].as_bool(), "{example}");
    }
    for example in blocks("schedule").remove(0).as_array().unwrap() {
        let spec: rapport_insights::saved::ScheduleSpec = serde_json::from_value(example["schedule"].clone()).unwrap();
        let now = Timestamp::parse(example["now"].as_str().unwrap()).unwrap();
        assert_eq!(spec.schedule().unwrap().next_due(now).to_rfc3339(), example["next"], "{example}");
    }
}
