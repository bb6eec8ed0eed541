//! An import interrupted at any moment ends with every event once.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

use rapport_collect::{CollectConfig, NoQuality};
use rapport_domain::{Partition, Record, SystemClock, Timestamp, WorkspaceId};
use rapport_log::{Log, MemoryLog};
use rapport_store::DbOptions;
use rapport_store::control::imports::{ImportState, NewImport, Progress};
use rapport_store::control::{sources, workspaces};
use serde_json::json;

use super::*;
use crate::app::StoreKeys;

const EVENTS: u64 = 4_500;
const BAD_LINES: [u64; 2] = [7, 3_210];

struct Bed {
    dir: tempfile::TempDir,
    stores: Arc<Stores>,
    log: Arc<MemoryLog>,
    ws: WorkspaceId,
}

impl Bed {
    fn new() -> Bed {
        let dir = tempfile::tempdir().unwrap();
        let stores = Arc::new(Stores::open(dir.path(), 2, &DbOptions::default()).unwrap());
        let ws = stores
            .control()
            .write(|tx| {
                let ws = workspaces::create(tx, "w", "W", "UTC", Timestamp(1))?.id;
                sources::create(tx, ws, "shop", "Shop", "import", Timestamp(1))?;
                Ok::<_, rapport_store::StoreError>(ws)
            })
            .unwrap();
        Bed { dir, stores, log: Arc::new(MemoryLog::new(2)), ws }
    }

    fn queue(&self) -> u64 {
        let sources = self.stores.control().read(|q| sources::list(q, self.ws)).unwrap();
        let mapping = &json!({ "source": sources[0].id.0, "live": false, "mapping": null });
        let path = self.dir.path().join("events.jsonl");
        let mut text = String::new();
        for line in 1..=EVENTS {
            if BAD_LINES.contains(&line) {
                text.push_str("{\"type\":\"track\"}\n");
            } else {
                text.push_str(&format!("{{\"type\":\"track\",\"event\":\"Seen\",\"userId\":\"u{}\"}}\n", line % 50));
            }
        }
        std::fs::write(&path, &text).unwrap();
        let path = path.display().to_string();
        let new = NewImport {
            file_name: "events.jsonl",
            path: &path,
            mapping,
            total_bytes: text.len() as u64,
            created_by: "test",
        };
        self.stores.control().write(|tx| imports::create(tx, self.ws, new, Timestamp(2))).unwrap().id
    }

    /// What a job works with; `stop_after` asks about the backlog before each batch, and stops at the given one.
    fn shared(&self, stop_after: Option<u64>) -> Arc<Shared> {
        let keys = Arc::new(StoreKeys::open(self.stores.clone()).unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let collector =
            Collector::new(self.log.clone(), keys, Arc::new(NoQuality), clock.clone(), CollectConfig::default());
        let asked = AtomicU64::new(0);
        Arc::new_cyclic(|shared: &std::sync::Weak<Shared>| {
            let shared = shared.clone();
            Shared {
                stores: self.stores.clone(),
                collector: Arc::new(collector),
                clock,
                uploads: self.dir.path().to_owned(),
                backlog: Arc::new(move || {
                    let before = asked.fetch_add(1, Ordering::SeqCst);
                    if let Some(shared) = shared.upgrade()
                        && stop_after.is_some_and(|stop| before >= stop)
                    {
                        shared.stopping.store(true, Ordering::Release);
                    }
                    0
                }),
                stopping: AtomicBool::new(false),
                changed: Notify::new(),
                running: Mutex::default(),
                at_once: 1,
            }
        })
    }

    fn import(&self, id: u64) -> Import {
        self.stores.control().read(|q| imports::get(q, self.ws, id)).unwrap().unwrap()
    }

    /// Message ids in the log, in order, and whether they are historical.
    fn logged(&self) -> Vec<(String, bool)> {
        let mut out = Vec::new();
        for partition in (0..2).map(Partition) {
            let mut from = 0;
            while from < self.log.head(partition) {
                let batch = self.log.read(partition, from, 1_000, 1 << 20).unwrap();
                for (offset, bytes) in batch.iter() {
                    if let Ok(Record::Event(event)) = Record::decode(bytes) {
                        out.push((event.message_id.to_owned(), event.historical));
                    }
                    from = offset + 1;
                }
            }
        }
        out
    }
}

#[test]
fn an_interrupted_import_goes_on_where_it_was() {
    let bed = Bed::new();
    let id = bed.queue();
    let mut runs = 0;
    while bed.import(id).state != ImportState::Done {
        let import = bed.import(id);
        assert_eq!(import.state, if runs == 0 { ImportState::Queued } else { ImportState::Running });
        job::run(&bed.shared(Some(1)), &import);
        runs += 1;
        assert!(runs < 20, "{:?}", bed.import(id));
    }
    assert!(runs > 2, "it was interrupted");
    let done = bed.import(id);
    let accepted = EVENTS - BAD_LINES.len() as u64;
    assert_eq!((done.progress.rows, done.progress.accepted, done.progress.rejected), (EVENTS, accepted, 2));
    let logged = bed.logged();
    let ids: BTreeSet<&String> = logged.iter().map(|(id, _)| id).collect();
    assert_eq!((logged.len() as u64, ids.len() as u64), (accepted, accepted));
    assert!(logged.iter().all(|(_, historical)| *historical));
    let rejects = bed.stores.control().read(|q| imports::list_rejects(q, bed.ws, id, None, 10)).unwrap().items;
    assert_eq!(rejects.iter().map(|r| r.line).collect::<Vec<_>>(), BAD_LINES);
    assert!(rejects[0].reason.starts_with("missing_"), "{}", rejects[0].reason);
}

#[test]
fn a_crash_before_the_position_is_stored_repeats_the_same_ids() {
    let bed = Bed::new();
    let id = bed.queue();
    job::run(&bed.shared(Some(1)), &bed.import(id));
    // As if the process had died after the log's acknowledgement: the stored progress is the one from before.
    let before = Import { progress: Progress::default(), ..bed.import(id) };
    job::run(&bed.shared(None), &before);
    let logged = bed.logged();
    let ids: BTreeSet<&String> = logged.iter().map(|(id, _)| id).collect();
    let accepted = EVENTS - BAD_LINES.len() as u64;
    assert!(logged.len() as u64 > accepted, "something was repeated");
    assert_eq!(ids.len() as u64, accepted, "and has the same ids");
}

#[test]
fn a_cancelled_import_stops_and_faults_are_kept() {
    let bed = Bed::new();
    let id = bed.queue();
    job::run(&bed.shared(Some(1)), &bed.import(id));
    let to = |state| bed.stores.control().write(|tx| imports::set_state(tx, bed.ws, id, state, None, Timestamp(9)));
    to(ImportState::Cancelled).unwrap();
    let logged = bed.logged().len();
    job::run(&bed.shared(None), &bed.import(id));
    assert_eq!((bed.import(id).state, bed.logged().len()), (ImportState::Cancelled, logged));

    let gone = bed.queue();
    std::fs::remove_file(bed.dir.path().join("events.jsonl")).unwrap();
    job::run(&bed.shared(None), &bed.import(gone));
    let failed = bed.import(gone);
    assert_eq!(failed.state, ImportState::Failed);
    assert!(failed.error.as_deref().unwrap_or_default().contains("events.jsonl"), "{failed:?}");
}

#[tokio::test]
async fn the_runner_takes_what_is_queued() {
    let bed = Bed::new();
    let shared = bed.shared(None);
    let (collector, clock) = (shared.collector.clone(), shared.clock.clone());
    let runner = Imports::start(bed.stores.clone(), collector, clock, Arc::new(|| 0), bed.dir.path().to_owned(), 1);
    let id = bed.queue();
    runner.wake();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while bed.import(id).state != ImportState::Done {
        assert!(std::time::Instant::now() < deadline, "{:?}", bed.import(id));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    runner.stop().await;
    assert!(!bed.dir.path().join("events.jsonl").exists(), "the file of a finished import goes");
}
