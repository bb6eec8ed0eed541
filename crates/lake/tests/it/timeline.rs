//! Timelines: order, pages, filters, merges.

use std::collections::BTreeMap;

use rapport_domain::{Partition, SourceId, Timestamp};
use rapport_lake::TimelineFilter;

use crate::support::*;

#[test]
fn pages_of_a_timeline_join_without_gap_or_overlap() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    let (me, anonymous, other) = (profile(0, 1), profile(2, 4), profile(0, 2));
    let mut expected: Vec<(i64, u64, String)> = Vec::new();
    for seq in 1..=30u64 {
        let mut rows = vec![event(other, "V", seq as i64, "other")];
        for i in 0..20u64 {
            let ts = (i * seq % 17) as i64;
            rows.push(event(me, if i % 5 == 0 { "Order" } else { "V" }, ts, &format!("m{seq}.{i}")));
            expected.push((ts, 0, format!("m{seq}.{i}")));
        }
        lake.append(Partition(0), seq, rows);
        if seq % 10 == 5 {
            lake.flush().unwrap();
        }
    }
    lake.append(Partition(2), 1, (0..5).map(|i| event(anonymous, "V", i, &format!("a{i}"))).collect());
    expected.extend((0..5).map(|i| (i, 1, format!("a{i}"))));
    lake.merged(WS, anonymous, me);
    expected.sort_by_key(|(ts, rank, _)| (*ts, *rank));
    expected.reverse();
    let expected: Vec<String> = expected.into_iter().map(|e| e.2).collect();

    let read = |filter: &TimelineFilter, page: usize, of| {
        let (mut found, mut cursor) = (Vec::<String>::new(), None);
        loop {
            let before = cursor.as_ref().map(|(ts, id): &(_, String)| (*ts, id.as_str()));
            let rows = lake.timeline(WS, of, before, filter, page).unwrap();
            let Some(last) = rows.last() else { return found };
            cursor = Some((last.event.ts, last.event.message_id.to_string()));
            found.extend(rows.iter().map(|r| r.event.message_id.to_string()));
        }
    };
    assert_eq!(read(&TimelineFilter::default(), 7, me), expected);
    assert_eq!(read(&TimelineFilter::default(), 1000, anonymous), expected, "an absorbed profile shows the whole");
    let orders = TimelineFilter { names: vec!["Order".into()], ..TimelineFilter::default() };
    assert_eq!(read(&orders, 11, me).len(), 30 * 4);
    let text = TimelineFilter { contains: Some("\"ID\":\"m7.".into()), ..TimelineFilter::default() };
    assert_eq!(read(&text, 3, me).len(), 20);
    let rows = lake.timeline(WS, me, None, &TimelineFilter::default(), 10_000).unwrap();
    let times: BTreeMap<String, i64> = rows.iter().map(|r| (r.event.message_id.to_string(), r.event.ts.0)).collect();
    let instants = |from: Option<i64>, until: Option<i64>| {
        let period =
            TimelineFilter { from: from.map(Timestamp), until: until.map(Timestamp), ..TimelineFilter::default() };
        let of = |id: &String| times[id];
        let found = read(&period, 7, me);
        let inside = |id: &&String| from.is_none_or(|f| of(id) >= f) && until.is_none_or(|u| of(id) <= u);
        assert_eq!(found, expected.iter().filter(inside).cloned().collect::<Vec<_>>(), "{from:?} to {until:?}");
        found.len()
    };
    assert!(instants(Some(3), Some(5)) > instants(Some(5), Some(5)));
    assert!(instants(None, Some(4)) + instants(Some(5), None) == expected.len());
    let sourced = |source: u32| TimelineFilter { source: Some(SourceId(source)), ..TimelineFilter::default() };
    let source = event(me, "V", 1, "any").event.source.0;
    assert_eq!((read(&sourced(source), 9, me), read(&sourced(source + 1), 9, me)), (expected.clone(), Vec::new()));
    let others = TimelineFilter { without: Some(SourceId(source)), ..TimelineFilter::default() };
    assert_eq!(read(&others, 9, me), Vec::<String>::new());
    let row = lake.timeline(WS, other, None, &TimelineFilter::default(), 1).unwrap().remove(0);
    assert_eq!(row, event(other, "V", 30, "other"));
}

#[test]
fn a_stored_event_comes_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    let mut row = event(profile(0, 3), "Größe \u{1f600}", -5, "id");
    row.event.kind = rapport_domain::EventKind::Group;
    row.event.source = rapport_domain::SourceId(7);
    row.event.historical = true;
    (row.event.anonymous_id, row.event.group_id) = (Some("anon".into()), Some("acme".into()));
    (row.event.previous_id, row.event.user_id) = (Some("old".into()), None);
    lake.append(Partition(0), 1, vec![row.clone(), event(profile(0, 3), "V", 9, "plain")]);
    lake.flush().unwrap();
    lake.append(Partition(0), 2, vec![event(profile(0, 3), "V", 8, "more")]);
    lake.flush().unwrap();
    lake.compact_fully().unwrap();
    let all = lake.timeline(WS, profile(0, 3), None, &TimelineFilter::default(), 9).unwrap();
    assert_eq!(all, [event(profile(0, 3), "V", 9, "plain"), event(profile(0, 3), "V", 8, "more"), row]);
}
