//! Event logs of process mining: counts equal those of pm4py.

use std::collections::BTreeMap;
use std::io::BufReader;

use flate2::read::GzDecoder;
use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_insights::paths::{PathsDrill, PathsReport, PathsRequest};
use rapport_insights::xes::{XesEvent, XesReader, XesRequest, export};
use rapport_insights::{Nobody, run};
use rapport_lake::CancelFlag;
use serde_json::{Value, json};

use crate::support::*;

/// The events of a log, its traces as profiles.
fn rows(events: &[XesEvent]) -> Vec<Row> {
    let mut cases: BTreeMap<&str, ProfileId> = BTreeMap::new();
    let mut all = Vec::new();
    for event in events {
        let next = cases.len() as u64;
        let profile =
            *cases.entry(&event.case).or_insert_with(|| ProfileId::new(Partition((next % 2) as u16), next / 2));
        all.push((profile, event.name.clone(), event.ts.0, Value::Object(event.properties.clone())));
    }
    all
}

fn request(rows: &[Row]) -> PathsRequest {
    let first = rows.iter().map(|r| r.2).min().unwrap();
    let last = rows.iter().map(|r| r.2).max().unwrap();
    PathsRequest {
        keep_repeats: true,
        top: Some(1_000),
        from: Some(Timestamp(first).to_rfc3339()),
        to: Some(Timestamp(last + 1).to_rfc3339()),
        ..PathsRequest::default()
    }
}

#[test]
fn every_log_is_mined_as_pm4py_does() {
    let Some(folder) = data("eventlogs") else { return };
    let mut logs = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "gz") {
            continue;
        }
        logs += 1;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = std::fs::read_to_string(folder.join(format!("pm4py_{name}.json"))).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let file = GzDecoder::new(std::fs::File::open(&path).unwrap());
        let events: Vec<XesEvent> = XesReader::new(BufReader::new(file)).map(Result::unwrap).collect();
        let rows = rows(&events);
        let (_dir, lake) = lake(&rows);
        let report = run(&request(&rows), &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
        compare(&name, &report, &expected);
    }
    assert_eq!(logs, 4);
}

fn compare(log: &str, report: &PathsReport, expected: &Value) {
    let endings = |list: &[rapport_insights::paths::Ending]| -> BTreeMap<String, u64> {
        list.iter().map(|e| (e.activity.clone(), e.paths)).collect()
    };
    let known = |name: &str| -> BTreeMap<String, u64> { serde_json::from_value(expected[name].clone()).unwrap() };
    assert_eq!(json!(report.paths), expected["cases"], "{log}");
    assert_eq!(json!(report.steps), expected["events"], "{log}");
    assert_eq!(json!(report.different_activities), expected["activities"], "{log}");
    assert_eq!(json!(report.different_variants), expected["variants"], "{log}");
    assert_eq!(json!(report.variants[0].paths), expected["top_variant"], "{log}");
    assert_eq!(json!(report.different_edges), expected["dfg_edges"], "{log}");
    assert_eq!(endings(&report.starts), known("start_activities"), "{log}");
    assert_eq!(endings(&report.ends), known("end_activities"), "{log}");
    let edges: BTreeMap<(String, String), u64> =
        report.edges.iter().map(|e| ((e.from.clone(), e.to.clone()), e.count)).collect();
    let wanted: Vec<(String, String, u64)> = serde_json::from_value(expected["dfg"].clone()).unwrap();
    assert_eq!(edges, wanted.into_iter().map(|(from, to, n)| ((from, to), n)).collect(), "{log}");
    let histogram: Vec<u64> = serde_json::from_value(expected["variants_hist"].clone()).unwrap();
    let variants: Vec<u64> = report.variants.iter().map(|v| v.paths).collect();
    let shown = histogram.len().min(variants.len());
    assert_eq!(variants[..shown], histogram[..shown], "{log}");
}

#[test]
fn what_is_exported_reads_back_the_same() {
    let at = |day: i64| 1_774_569_600_000 + day * 86_400_000;
    let one = ProfileId::new(Partition(0), 1);
    let two = ProfileId::new(Partition(1), 1);
    let rows = vec![
        (one, "Visit".to_owned(), at(0), json!({"page": "<a> & \"b\"", "total": 1.5})),
        (one, "Order".to_owned(), at(1), json!({"total": 20, "gift": true})),
        (two, "Visit".to_owned(), at(0), json!({})),
    ];
    let (_dir, lake) = lake(&rows);
    let snapshot = lake.snapshot(WS);
    let properties = ["page", "total", "gift"].map(str::to_owned).to_vec();
    let request =
        XesRequest { properties, from: Some("2026-03-01".into()), to: Some("2026-04-30".into()), ..Default::default() };
    let log = export(&request, &snapshot, &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
    let back: Vec<XesEvent> = XesReader::new(log.as_bytes()).map(Result::unwrap).collect();
    let back: Vec<(String, &str, i64, Value)> =
        back.iter().map(|e| (e.case.clone(), e.name.as_str(), e.ts.0, Value::Object(e.properties.clone()))).collect();
    assert_eq!(
        back,
        [
            (one.to_string(), "Visit", at(0), json!({"page": "<a> & \"b\"", "total": 1.5})),
            (one.to_string(), "Order", at(1), json!({"total": 20.0, "gift": true})),
            (two.to_string(), "Visit", at(0), json!({})),
        ]
    );
}

#[test]
fn drills_find_the_paths_they_count() {
    let row =
        |n: u64, name: &str, at: i64| (ProfileId::new(Partition((n % 2) as u16), n), name.to_owned(), at, json!({}));
    let mut rows = Vec::new();
    for n in 0..10 {
        rows.push(row(n, "A", 1_000));
        rows.push(row(n, if n % 3 == 0 { "B" } else { "C" }, 2_000));
        rows.push(row(n, "D", 3_000 + n as i64));
    }
    let (_dir, lake) = lake(&rows);
    let edge = |from: &str, to: &str| PathsDrill { edge: Some((from.into(), to.into())), ..PathsDrill::default() };
    let variant = PathsDrill { variant: Some(vec!["A".into(), "C".into(), "D".into()]), ..PathsDrill::default() };
    let start = PathsDrill { start: Some("B".into()), ..PathsDrill::default() };
    for (drill, expected) in [(edge("A", "B"), 4), (edge("C", "D"), 6), (edge("B", "A"), 0), (variant, 6), (start, 0)] {
        let request = PathsRequest { drill: Some(drill.clone()), ..request(&rows) };
        let report = run(&request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
        assert_eq!(report.about.profiles.unwrap().total, expected, "{drill:?}");
    }
    let anchored = PathsRequest {
        anchor: Some("D".into()),
        direction: rapport_insights::paths::Direction::Previous,
        depth: Some(1),
        ..request(&rows)
    };
    let report = run(&anchored, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
    let steps: Vec<_> = report.from_anchor.unwrap().into_iter().map(|s| (s.step, s.from, s.paths)).collect();
    assert_eq!(steps, [(1, "C".to_owned(), 6), (1, "B".to_owned(), 4)]);
}
