//! Random appends, reads, releases, rolls, crashes and reopenings equal a plain list per partition.

use proptest::prelude::*;
use rapport_domain::Partition;

use super::{P, config, crash_copy};
use crate::{AppendBatch, Log, LogConfig, MemoryLog, SegmentLog};

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<(u16, usize)>),
    Read { partition: u16, from: u64, records: usize, bytes: usize },
    Release { partition: u16, upto: u64 },
    Roll,
    Reopen,
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..P, prop_oneof![8 => 0usize..300, 1 => 3_000usize..9_000]);
    prop_oneof![
        6 => prop::collection::vec(record, 1..12).prop_map(Step::Append),
        4 => (0..P, 0u64..80, 0usize..20, 0usize..5_000)
            .prop_map(|(partition, from, records, bytes)| Step::Read { partition, from, records, bytes }),
        1 => (0..P, 0u64..80).prop_map(|(partition, upto)| Step::Release { partition, upto }),
        1 => Just(Step::Roll),
        1 => Just(Step::Reopen),
        1 => Just(Step::Crash),
    ]
}

type Model = Vec<Vec<Vec<u8>>>;

fn append(log: &dyn Log, model: &mut Model, records: &[(u16, usize)]) {
    let mut batch = AppendBatch::new();
    for (partition, size) in records {
        let stream = &mut model[usize::from(*partition)];
        let record = vec![stream.len() as u8 ^ (*partition as u8) << 6; *size];
        batch.push_bytes(Partition(*partition), &record);
        stream.push(record);
    }
    log.append(batch).unwrap().wait_blocking().unwrap();
}

fn read(log: &dyn Log, model: &Model, partition: u16, from: u64, records: usize, bytes: usize) {
    let stream = &model[usize::from(partition)];
    let partition = Partition(partition);
    let (first, head) = (log.first(partition), log.head(partition));
    assert_eq!(head, stream.len() as u64);
    if from < first || from > head {
        assert!(log.read(partition, from, records, bytes).is_err());
        return;
    }
    let read = log.read(partition, from, records, bytes).unwrap();
    assert_eq!(read.is_empty(), from == head);
    assert!(read.len() <= records.max(1) && (read.bytes() <= bytes || read.len() == 1));
    assert_eq!(read.next_offset(), from + read.len() as u64);
    let expected = (from..).zip(&stream[from as usize..]).take(read.len()).map(|(offset, r)| (offset, r.as_slice()));
    assert!(read.iter().eq(expected));
}

fn apply(log: &dyn Log, model: &mut Model, step: &Step) {
    match step {
        Step::Append(records) => append(log, model, records),
        Step::Read { partition, from, records, bytes } => read(log, model, *partition, *from, *records, *bytes),
        Step::Release { partition, upto } => {
            let upto = (*upto).min(log.head(Partition(*partition)));
            log.release(Partition(*partition), upto);
            assert!(log.first(Partition(*partition)) <= upto.max(log.first(Partition(*partition))));
        }
        Step::Roll => log.roll().unwrap(),
        Step::Reopen | Step::Crash => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_log_equals_a_list_per_partition(
        steps in prop::collection::vec(step(), 1..60),
        tail_cache_bytes in prop_oneof![Just(0usize), Just(3_000), Just(1 << 20)],
    ) {
        let mut dir = tempfile::tempdir().unwrap();
        let open = |dir: &std::path::Path| {
            SegmentLog::open(&LogConfig { tail_cache_bytes, segment_bytes: 8 << 10, ..config(dir) }).unwrap()
        };
        let mut log = open(dir.path());
        let memory = MemoryLog::new(P);
        let mut model: Model = vec![Vec::new(); usize::from(P)];
        let mut memory_model = model.clone();
        for step in &steps {
            match step {
                Step::Reopen => {
                    drop(log);
                    log = open(dir.path());
                }
                Step::Crash => {
                    let copy = crash_copy(dir.path());
                    drop(log);
                    dir = copy;
                    log = open(dir.path());
                }
                step => apply(&log, &mut model, step),
            }
            apply(&memory, &mut memory_model, step);
        }
        for p in 0..P {
            let first = log.first(Partition(p)) as usize;
            prop_assert_eq!(super::all(&log, p), &model[usize::from(p)][first..]);
            let first = memory.first(Partition(p)) as usize;
            prop_assert_eq!(super::all(&memory, p), &memory_model[usize::from(p)][first..]);
        }
        prop_assert_eq!(crate::verify(dir.path()).unwrap().findings, []);
    }
}
