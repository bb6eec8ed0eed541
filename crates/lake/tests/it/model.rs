//! Random histories of appends, flushes, compactions, merges, erasures and reopenings against a plain list.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_lake::{CancelFlag, TimelineFilter};

use crate::support::*;

#[derive(Clone, Debug)]
enum Op {
    /// Rows (local profile, name, ts) for a partition.
    Append(u16, Vec<(u64, u8, i64)>),
    Flush,
    Compact(bool),
    Merge(usize, usize),
    Unmerge(usize),
    Erase(usize),
    /// Stop without writing, open, tell every batch and merge again.
    Crash,
}

fn op() -> impl Strategy<Value = Op> {
    let rows = prop::collection::vec((0..4u64, 0..3u8, 0..30i64), 0..12);
    prop_oneof![
        8 => (0..PARTITIONS, rows).prop_map(|(p, rows)| Op::Append(p, rows)),
        3 => Just(Op::Flush),
        2 => any::<bool>().prop_map(Op::Compact),
        3 => (0..12usize, 0..12usize).prop_map(|(a, b)| Op::Merge(a, b)),
        1 => (0..12usize).prop_map(Op::Unmerge),
        1 => (0..12usize).prop_map(Op::Erase),
        2 => Just(Op::Crash),
    ]
}

fn nth(at: usize) -> ProfileId {
    profile((at / 4) as u16, (at % 4) as u64)
}

#[derive(Default)]
struct Model {
    /// (origin, ts, name, id) in order of arrival.
    rows: Vec<(u64, i64, String, String)>,
    into: BTreeMap<u64, u64>,
}

impl Model {
    fn target(&self, mut id: u64) -> u64 {
        while let Some(next) = self.into.get(&id) {
            id = *next;
        }
        id
    }

    fn expected(&self, names: Option<&[String]>, range: Option<(i64, i64)>) -> Seen {
        let mut rows: Vec<_> = (self.rows.iter())
            .filter(|(_, ts, name, _)| {
                names.is_none_or(|n| n.contains(name)) && range.is_none_or(|(a, b)| (a..b).contains(ts))
            })
            .map(|(origin, ts, name, id)| (self.target(*origin), *ts, *origin, name.clone(), id.clone()))
            .collect();
        rows.sort_by_key(|(target, ts, origin, ..)| (*target, *ts, origin != target, *origin));
        rows.into_iter().map(|(target, ts, _, name, id)| (target, ts, name, id, "/p".to_owned())).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]
    #[test]
    fn the_lake_equals_a_list(ops in prop::collection::vec(op(), 1..40), from in 0..30i64, len in 0..30i64) {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = open(dir.path());
        let mut model = Model::default();
        let mut log: Vec<Vec<Vec<rapport_domain::event::ProcessedEvent>>> = vec![vec![]; usize::from(PARTITIONS)];
        let mut told: Vec<(bool, ProfileId, ProfileId)> = Vec::new();
        let mut number = 0;
        for op in ops {
            match op {
                Op::Append(p, rows) => {
                    let mut batch = Vec::new();
                    for (local, name, ts) in rows {
                        number += 1;
                        let (origin, name, id) = (profile(p, local), ["A", "B", "C"][usize::from(name)], format!("i{number}"));
                        batch.push(event(origin, name, ts, &id));
                        model.rows.push((origin.0, ts, name.to_owned(), id));
                    }
                    let log = &mut log[usize::from(p)];
                    log.push(batch.clone());
                    lake.append(Partition(p), log.len() as u64, batch);
                }
                Op::Flush => lake.flush().unwrap(),
                Op::Compact(fully) => drop(if fully { lake.compact_fully() } else { lake.compact() }.unwrap()),
                Op::Merge(a, b) => {
                    let (from, into) = (nth(a), nth(b));
                    // As identity resolution does: only a profile that still stands for itself is absorbed, by one that does.
                    if from != into && !model.into.contains_key(&from.0) && !model.into.contains_key(&into.0) {
                        model.into.insert(from.0, into.0);
                        lake.merged(WS, from, into);
                        told.push((true, from, into));
                    }
                }
                Op::Unmerge(a) => {
                    if let Some(into) = model.into.remove(&nth(a).0) {
                        lake.unmerged(WS, nth(a), ProfileId(into));
                        told.push((false, nth(a), ProfileId(into)));
                    }
                }
                Op::Erase(a) => {
                    let gone = |model: &Model, mut id: u64| loop {
                        if id == nth(a).0 { break true }
                        match model.into.get(&id) { Some(next) => id = *next, None => break false }
                    };
                    let kept: Vec<_> = model.rows.iter().filter(|r| !gone(&model, r.0)).cloned().collect();
                    let erased = lake.erase(WS, &[nth(a)]).unwrap();
                    prop_assert_eq!(erased.rows as usize, model.rows.len() - kept.len());
                    model.rows = kept;
                }
                Op::Crash => {
                    drop(lake);
                    lake = open(dir.path());
                    for (merge, from, into) in &told {
                        if *merge { lake.merged(WS, *from, *into) } else { lake.unmerged(WS, *from, *into) }
                    }
                    for (p, batches) in log.iter().enumerate() {
                        for (at, batch) in batches.iter().enumerate() {
                            lake.append(Partition(p as u16), at as u64 + 1, batch.clone());
                        }
                    }
                }
            }
        }
        let snapshot = lake.snapshot(WS);
        let seen = snapshot.run(&Everything::default(), &CancelFlag::new()).unwrap();
        prop_assert_eq!(&seen, &model.expected(None, None));
        let whole = Everything { whole: true, ..Everything::default() };
        prop_assert_eq!(&snapshot.run(&whole, &CancelFlag::new()).unwrap(), &seen);
        prop_assert_eq!(lake.count(WS), model.rows.len() as u64);
        let (names, to) = (vec!["C".to_owned(), "A".to_owned()], from + len);
        let fold = Everything { names: Some(names.clone()), range: Some((Timestamp(from), Timestamp(to))), ..Everything::default() };
        prop_assert_eq!(snapshot.run(&fold, &CancelFlag::new()).unwrap(), model.expected(Some(&names), Some((from, to))));
        for at in 0..12 {
            let rows = lake.timeline(WS, nth(at), None, &TimelineFilter::default(), 10_000).unwrap();
            let found: Vec<String> = rows.into_iter().rev().map(|r| r.event.message_id.to_string()).collect();
            let own: Vec<String> =
                seen.iter().filter(|s| s.0 == model.target(nth(at).0)).map(|s| s.3.clone()).collect();
            prop_assert_eq!(found, own);
        }
        prop_assert_eq!(snapshot.warnings(), Vec::<String>::new());
    }
}
