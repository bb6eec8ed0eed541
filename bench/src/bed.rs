//! The engine in this process, on a data directory that goes with it, and events for it.

use std::sync::Arc;
use std::time::Duration;

use rapport_domain::record::{AcceptedEvent, Record};
use rapport_domain::{Clock, EventKind, Partition, ResourceKind, SourceId, SystemClock, Timestamp, WorkspaceId, hash};
use rapport_engine::{Engine, EngineConfig, Parts};
use rapport_lake::{Lake, LakeConfig};
use rapport_log::{AppendBatch, Log, LogConfig, SegmentLog};
use rapport_store::control::resources::{self, Change};
use rapport_store::control::workspaces;
use rapport_store::{DbOptions, Stores};
use serde_json::Value;

/// A running engine with one workspace.
pub(crate) struct Bed {
    pub(crate) engine: Engine,
    pub(crate) log: Arc<dyn Log>,
    pub(crate) stores: Arc<Stores>,
    pub(crate) ws: WorkspaceId,
    /// Its event store.
    pub(crate) lake: Arc<Lake>,
    _dir: tempfile::TempDir,
}

/// How long the largest load may take to be applied: 20 M events with 50 segments are a quarter of an hour's work.
const LONGEST_LOAD: Duration = Duration::from_secs(3_600);

impl Bed {
    /// Starts one; `configure` publishes what is live from the beginning.
    pub(crate) fn start(configure: impl FnOnce(&Stores, WorkspaceId)) -> Bed {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let log: Arc<dyn Log> = Arc::new(SegmentLog::open(&LogConfig::new(dir.path().join("log"))).expect("a log"));
        let partitions = log.partitions();
        let stores = Arc::new(Stores::open(dir.path(), partitions, &DbOptions::default()).expect("stores"));
        let lake = Lake::open(&dir.path().join("lake"), partitions, LakeConfig::default()).expect("a lake");
        let control = stores.control();
        let made = control.write(|tx| workspaces::create(tx, "bench", "Bench", "UTC", SystemClock.now()));
        let ws = made.expect("a workspace").id;
        configure(&stores, ws);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let config = EngineConfig::default();
        let parts = Parts { config, log: log.clone(), stores: stores.clone(), lake: lake.clone(), clock };
        let engine = Engine::start(parts).expect("an engine");
        Bed { engine, log, stores, ws, lake, _dir: dir }
    }

    /// Waits until everything fed is applied.
    pub(crate) fn settle(&self) {
        assert!(self.engine.settle(LONGEST_LOAD), "not settled in {LONGEST_LOAD:?}");
    }

    /// Ends it.
    pub(crate) fn stop(self) {
        self.engine.stop();
        drop(self.engine);
        self.lake.shutdown().expect("the lake stops");
    }
}

/// Makes a document live.
pub(crate) fn publish(stores: &Stores, ws: WorkspaceId, kind: ResourceKind, id: &str, spec: &Value) {
    let change = Change { by: "bench", at: SystemClock.now() };
    let published = stores.control().write(|tx| {
        let put = resources::put(tx, ws, kind, id, spec, change, None)?;
        resources::publish(tx, ws, kind, id, Some(put.version), change)
    });
    published.expect("published");
}

/// A number that looks random and is the same each time.
pub(crate) fn scatter(n: u64) -> u64 {
    hash::hash64(11, &n.to_le_bytes())
}

/// Appends `count` events of `u<user>` in batches of 1,000, as fast as the log takes them. Message ids are `m` and numbers from
/// `base` on.
pub(crate) fn feed(
    log: &dyn Log,
    ws: WorkspaceId,
    base: u64,
    count: u64,
    make: impl Fn(u64) -> (EventKind, u64, Timestamp, String),
) {
    let now = SystemClock.now();
    let mut acks = std::collections::VecDeque::new();
    let mut batch = AppendBatch::new();
    for n in 0..count {
        let (kind, user, ts, body) = make(n);
        let message_id = format!("m{}", base + n);
        let record = Record::Event(AcceptedEvent {
            workspace: ws,
            source: SourceId(1),
            kind,
            received_at: now,
            ts,
            message_id: &message_id,
            historical: false,
            profile: None,
            hops: 0,
            ip: None,
            shared_context: None,
            body: &body,
        });
        let target: Partition = hash::partition_of(ws, "user_id", &format!("u{user}"), log.partitions());
        batch.push_bytes(target, &record.encode().expect("encodable"));
        if batch.len() == 1_000 || n + 1 == count {
            acks.push_back(append(log, std::mem::take(&mut batch)));
            while acks.len() > 16 {
                acks.pop_front().expect("an ack").wait_blocking().expect("appended");
            }
        }
    }
    acks.into_iter().for_each(|ack| ack.wait_blocking().expect("appended"));
}

fn append(log: &dyn Log, batch: AppendBatch) -> rapport_log::Ack {
    loop {
        match log.append(batch.clone()) {
            Ok(ack) => return ack,
            Err(rapport_log::LogError::Overloaded { retry_after_ms }) => {
                std::thread::sleep(Duration::from_millis(retry_after_ms));
            }
            Err(error) => panic!("the log refused: {error}"),
        }
    }
}
