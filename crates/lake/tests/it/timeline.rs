//! Timelines: order, pages, filters, merges.

use rapport_domain::Partition;
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
    let orders = TimelineFilter { names: vec!["Order".into()], contains: None };
    assert_eq!(read(&orders, 11, me).len(), 30 * 4);
    let text = TimelineFilter { names: vec![], contains: Some("\"ID\":\"m7.".into()) };
    assert_eq!(read(&text, 3, me).len(), 20);
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
