//! A collector on an in-memory log, and what came out of it.

mod mutated;

use std::sync::{Arc, Mutex};

use rapport_collect::{
    Accepted, CollectConfig, Collector, ConsentPolicy, KeyInfo, QualityRecord, QualitySink, RequestFacts, WriteKeys,
    decode,
};
use rapport_domain::{Event, Partition, Record, SourceId, Timestamp, VirtualClock, WorkspaceId};
use rapport_log::{Log, MemoryLog};

/// When every request arrives: 2026-11-21T19:18:30Z.
pub(crate) const RECEIVED: Timestamp = Timestamp(1_795_288_710_000);

pub(crate) struct Bench {
    pub(crate) collector: Collector,
    log: Arc<MemoryLog>,
    quality: Arc<Records>,
}

#[derive(Default)]
struct Records(Mutex<Vec<QualityRecord>>);

impl QualitySink for Records {
    fn record(&self, _: WorkspaceId, _: SourceId, records: Vec<QualityRecord>) {
        self.0.lock().unwrap().extend(records);
    }
}

struct Keys;

impl WriteKeys for Keys {
    fn resolve(&self, key: &str) -> Option<Arc<KeyInfo>> {
        let source = ["WK", "OTHER", "CONSENT"].iter().position(|k| *k == key)?;
        let mut info = KeyInfo::open(WorkspaceId(1), SourceId(source as u32 + 1));
        if key == "CONSENT" {
            info.consent =
                ConsentPolicy { required: vec!["analytics".into()], refuse_unstated: false, gpc_refuses: true };
        }
        Some(Arc::new(info))
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::on(MemoryLog::new(16))
    }

    pub(crate) fn on(log: MemoryLog) -> Self {
        let log = Arc::new(log);
        let quality = Arc::new(Records::default());
        let clock = Arc::new(VirtualClock::at(RECEIVED));
        let config = CollectConfig::default();
        let collector = Collector::new(log.clone(), Arc::new(Keys), quality.clone(), clock, config);
        Bench { collector, log, quality }
    }

    pub(crate) fn accept(&self, body: &str, facts: &RequestFacts<'_>) -> Accepted {
        let accepted = self.collector.accept(body.as_bytes(), facts).unwrap();
        assert!(accepted.rejected.is_empty(), "{:?}", accepted.rejected);
        accepted
    }

    /// Everything in the log, partition by partition, as the engine will read it.
    pub(crate) fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        self.each(|_, record| match record {
            Record::Event(accepted) => events.push(decode(&accepted)),
            Record::Letter(letter) => panic!("{letter:?}"),
        });
        events
    }

    /// The partition of every record.
    pub(crate) fn partitions(&self) -> Vec<Partition> {
        let mut partitions = Vec::new();
        self.each(|partition, _| partitions.push(partition));
        partitions
    }

    pub(crate) fn quality(&self) -> Vec<QualityRecord> {
        self.quality.0.lock().unwrap().clone()
    }

    fn each(&self, mut f: impl FnMut(Partition, Record<'_>)) {
        for partition in (0..16).map(Partition) {
            let mut from = 0;
            while from < self.log.head(partition) {
                let batch = self.log.read(partition, from, 10_000, 64 << 20).unwrap();
                for (_, bytes) in batch.iter() {
                    f(partition, Record::decode(bytes).unwrap());
                }
                from = batch.next_offset();
            }
        }
    }
}
