//! The events of the lake's benchmark: read from a Parquet file of `user_id, ts, event, country, amount` in order of
//! arrival, or made here when there is none.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::time::DAY_MS;
use rapport_domain::{Event, Json, Partition, ProfileId, Timestamp, WorkspaceId, hash};
use rapport_lake::{Lake, LakeConfig};
use serde_json::{Map, Value};

/// The workspace the events are in.
pub const WS: WorkspaceId = WorkspaceId(1);
/// Partitions of the lake.
pub const PARTITIONS: u16 = 16;
const BATCH: usize = 1_000;
/// Events after which the lake is told to write files.
const FLUSH: u64 = 1_000_000;
/// Events after which it is told to merge them, beside what is appended meanwhile.
const COMPACT: u64 = 10 * FLUSH;

/// One event of the data set.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Who.
    pub user: u64,
    /// When, ms.
    pub ts: i64,
    /// Which, of fifty.
    pub event: String,
    /// Where.
    pub country: String,
    /// How much.
    pub amount: f64,
}

impl Sample {
    /// Profiles are dealt to the partitions in turn.
    fn processed(&self, number: u64) -> ProcessedEvent {
        let profile =
            ProfileId::new(Partition((self.user % u64::from(PARTITIONS)) as u16), self.user / u64::from(PARTITIONS));
        let mut event = Event::derived(WS, &self.event, format!("m{number}"), Timestamp(self.ts), Map::new());
        event.properties = Json::from_text(&format!(r#"{{"amount":{}}}"#, self.amount));
        event.context = Json::from_text(&format!(r#"{{"location":{{"country":"{}"}}}}"#, self.country));
        event.user_id = Some(Arc::from(format!("u{}", self.user)));
        ProcessedEvent { profile, event }
    }
}

/// Opens the lake kept in `dir`, with nothing going on in the background.
///
/// # Panics
/// When it cannot.
#[must_use]
pub fn open(dir: &Path) -> Arc<Lake> {
    let config = LakeConfig { background: false, hot_bytes: usize::MAX / 4, ..LakeConfig::default() };
    Lake::open(dir, PARTITIONS, config).expect("the lake opens")
}

/// What an import did.
pub struct Imported {
    lake: Arc<Lake>,
    batches: Vec<Vec<ProcessedEvent>>,
    seqs: Vec<u64>,
    events: u64,
    compacting: Option<JoinHandle<()>>,
}

impl Imported {
    /// An import into the lake in `dir`.
    #[must_use]
    pub fn into(dir: &Path) -> Self {
        let parts = usize::from(PARTITIONS);
        let (batches, seqs) = (vec![vec![]; parts], vec![0; parts]);
        Imported { lake: open(dir), batches, seqs, events: 0, compacting: None }
    }

    /// Adds one event, as the engine does: in batches of its partition.
    pub fn add(&mut self, sample: &Sample) {
        let row = sample.processed(self.events);
        let at = usize::from(row.profile.home().0);
        self.batches[at].push(row);
        self.events += 1;
        if self.batches[at].len() == BATCH {
            self.append(at);
        }
        if self.events.is_multiple_of(FLUSH) {
            self.lake.flush().expect("written");
        }
        if self.events.is_multiple_of(COMPACT) {
            self.compacted();
            let lake = self.lake.clone();
            self.compacting = Some(std::thread::spawn(move || {
                lake.compact().expect("compacted");
            }));
        }
    }

    /// Waits for the compaction under way.
    fn compacted(&mut self) {
        self.compacting.take().into_iter().for_each(|thread| thread.join().expect("compacted"));
    }

    fn append(&mut self, at: usize) {
        self.seqs[at] += 1;
        let batch = std::mem::take(&mut self.batches[at]);
        self.lake.append(Partition(at as u16), self.seqs[at], batch);
    }

    /// Writes the rest, merges all files and closes the lake. Returns how many events it holds.
    pub fn finish(mut self) -> u64 {
        (0..self.batches.len()).for_each(|at| self.append(at));
        self.compacted();
        self.lake.flush().expect("written");
        self.lake.compact_fully().expect("compacted");
        assert_eq!(self.lake.count(WS), self.events, "the lake holds what was appended");
        self.events
    }
}

/// Calls `each` with every event of a Parquet file.
pub fn read(path: &Path, mut each: impl FnMut(Sample)) {
    let text = |row: &Map<String, Value>, name: &str| row[name].as_str().expect("text").to_owned();
    rapport_lake::read_parquet_rows(path, 0, |_, row| {
        each(Sample {
            user: row["user_id"].as_u64().expect("a number"),
            ts: Timestamp::parse(&text(&row, "ts")).expect("a time").0,
            event: text(&row, "event"),
            country: text(&row, "country"),
            amount: row["amount"].as_f64().expect("a number"),
        });
        ControlFlow::Continue(())
    })
    .expect("a readable Parquet file");
}

/// `count` events made by the same recipe: fifty names by Zipf's law, 90 days, a fifth of the users making two thirds.
pub fn make(count: u64) -> impl Iterator<Item = Sample> {
    let weights: Vec<f64> = (1..=50).map(|rank| 1.0 / f64::from(rank).powf(1.1)).collect();
    let total: f64 = weights.iter().sum();
    (0..count).map(move |n| {
        let draw = |salt: u64| hash::hash64(salt, &n.to_le_bytes());
        let user = draw(1) % (count / 40).max(1);
        let mut point = (draw(2) % 1_000_000) as f64 / 1e6 * total;
        let event = weights.iter().position(|w| {
            point -= w;
            point < 0.0
        });
        Sample {
            user: if draw(3) % 10 < 6 { user / 5 } else { user },
            // Seconds apart by chance only: the order of arrival is that of time.
            ts: (1_750_000_000 + (n as i64) * (90 * DAY_MS / 1000) / count as i64) * 1000,
            event: format!("event_{:02}", event.unwrap_or(49)),
            country: format!("C{:02}", draw(4) % 30),
            amount: (draw(5) % 10_000) as f64 / 100.0,
        }
    })
}
