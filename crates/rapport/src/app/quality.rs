//! Quality records on their way into the control database: taken without waiting, written in batches by one thread.
//!
//! Counts stay exact. When records come faster than they can be written, what does not fit the queue loses its sample and
//! detail, and is kept as a number per workspace, source and reason until it is written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rapport_collect::{QualityRecord, QualitySink, RejectReason};
use rapport_domain::{SourceId, Timestamp, WorkspaceId};
use rapport_store::control::quality::{self, NewRejected};
use rapport_store::{StoreError, Stores};

/// Batches that wait to be written; a batch is what one request had wrong, at most a request's events.
const QUEUE_BATCHES: usize = 512;
/// Records in one transaction at most, give or take a batch.
const TRANSACTION_RECORDS: usize = 2_000;
/// How long the writer waits for company before it writes what there is.
const GATHER: Duration = Duration::from_millis(50);
/// How long the writer waits after a failure.
const RETRY: Duration = Duration::from_millis(500);
const OVERFLOW: &str = "rapport_quality_overflow_records_total";
const WARNINGS: &str = "rapport_quality_warnings_total";
const OVERFLOW_DETAIL: &str = "recorded without detail: too many were rejected at once";

struct Batch {
    workspace: WorkspaceId,
    source: SourceId,
    records: Vec<QualityRecord>,
}

/// What did not fit the queue: how many, and when the last came.
type Overflow = BTreeMap<(u32, u32, &'static str, i64), (u64, Timestamp)>;

/// The sink of the collector.
pub(crate) struct StoreQuality {
    queue: Mutex<Option<SyncSender<Batch>>>,
    overflow: Arc<Mutex<Overflow>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl StoreQuality {
    /// Starts the writer.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub(crate) fn start(stores: Arc<Stores>) -> std::io::Result<Self> {
        let (queue, batches) = sync_channel(QUEUE_BATCHES);
        let overflow = Arc::new(Mutex::new(Overflow::new()));
        let theirs = overflow.clone();
        let writer = std::thread::Builder::new()
            .name("rapport-quality".to_owned())
            .spawn(move || Writer { stores, batches, overflow: theirs }.run())?;
        Ok(StoreQuality { queue: Mutex::new(Some(queue)), overflow, writer: Mutex::new(Some(writer)) })
    }

    /// Writes what is left and ends the writer.
    pub(crate) fn stop(&self) {
        drop(self.queue.lock().take());
        if self.writer.lock().take().is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the writer of quality records ended in a panic");
        }
    }
}

impl Drop for StoreQuality {
    fn drop(&mut self) {
        self.stop();
    }
}

impl QualitySink for StoreQuality {
    fn record(&self, workspace: WorkspaceId, source: SourceId, records: Vec<QualityRecord>) {
        let (rejected, warnings): (Vec<_>, Vec<_>) = records.into_iter().partition(|r| r.rejected);
        for warning in warnings {
            metrics::counter!(WARNINGS, "code" => warning.code).increment(1);
        }
        if rejected.is_empty() {
            return;
        }
        let batch = Batch { workspace, source, records: rejected };
        let refused = match &*self.queue.lock() {
            Some(queue) => match queue.try_send(batch) {
                Ok(()) => return,
                Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => batch,
            },
            None => batch,
        };
        metrics::counter!(OVERFLOW).increment(refused.records.len() as u64);
        let mut overflow = self.overflow.lock();
        for record in refused.records {
            let key = (workspace.0, source.0, record.code, record.at.utc_day());
            let entry = overflow.entry(key).or_insert((0, record.at));
            *entry = (entry.0 + 1, entry.1.max(record.at));
        }
    }
}

struct Writer {
    stores: Arc<Stores>,
    batches: Receiver<Batch>,
    overflow: Arc<Mutex<Overflow>>,
}

impl Writer {
    fn run(self) {
        loop {
            let first = self.batches.recv_timeout(Duration::from_secs(1));
            let ended = matches!(first, Err(RecvTimeoutError::Disconnected));
            let mut gathered: Vec<Batch> = first.into_iter().collect();
            let mut count: usize = gathered.iter().map(|b| b.records.len()).sum();
            while count > 0 && count < TRANSACTION_RECORDS {
                let Ok(batch) = self.batches.recv_timeout(GATHER) else { break };
                count += batch.records.len();
                gathered.push(batch);
            }
            self.insist(ended, |writer| writer.write(&gathered));
            let overflow = std::mem::take(&mut *self.overflow.lock());
            for ((ws, source, code, _), (count, at)) in overflow {
                self.write_counts(ended, WorkspaceId(ws), SourceId(source), code, count, at);
            }
            if ended {
                return;
            }
        }
    }

    /// Repeats a write until it succeeds; at the end of the process it is tried once more and given up with its error.
    fn insist(&self, ended: bool, write: impl Fn(&Self) -> Result<(), StoreError>) {
        while let Err(error) = write(self) {
            tracing::error!(%error, "quality records could not be written");
            if ended {
                if write(self).is_err() {
                    tracing::error!("quality records are lost");
                }
                return;
            }
            std::thread::sleep(RETRY);
        }
    }

    fn write(&self, batches: &[Batch]) -> Result<(), StoreError> {
        if batches.is_empty() {
            return Ok(());
        }
        self.stores.control().write(|tx| {
            for batch in batches {
                let details: Vec<String> = batch.records.iter().map(detail).collect();
                let items: Vec<NewRejected<'_>> = batch
                    .records
                    .iter()
                    .zip(&details)
                    .map(|(record, detail)| NewRejected {
                        source: Some(batch.source),
                        at: record.at,
                        kind: kind(record.code),
                        reason: record.code,
                        detail,
                        sample: &record.sample.0,
                    })
                    .collect();
                quality::record(tx, batch.workspace, &items)?;
            }
            Ok(())
        })
    }

    fn write_counts(&self, ended: bool, ws: WorkspaceId, source: SourceId, code: &str, count: u64, at: Timestamp) {
        let item = NewRejected {
            source: Some(source),
            at,
            kind: kind(code),
            reason: code,
            detail: OVERFLOW_DETAIL,
            sample: "",
        };
        let mut left = usize::try_from(count).unwrap_or(usize::MAX);
        while left > 0 {
            let some = left.min(TRANSACTION_RECORDS);
            let items = vec![item; some];
            self.insist(ended, |writer| writer.stores.control().write(|tx| quality::record(tx, ws, &items)));
            left -= some;
        }
    }
}

/// Whether a whole request was refused or one event of it.
fn kind(code: &str) -> &'static str {
    if code == RejectReason::InvalidBody.as_str() { "request" } else { "event" }
}

fn detail(record: &QualityRecord) -> String {
    match &record.event {
        Some(event) => format!("{event}: {}", record.message),
        None => record.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::Pii;
    use rapport_store::DbOptions;
    use rapport_store::control::quality::RejectedFilter;
    use rapport_store::control::workspaces;

    use super::*;

    fn record(code: &'static str, rejected: bool) -> QualityRecord {
        QualityRecord {
            at: Timestamp(5),
            rejected,
            code,
            message: "type: expected a call".to_owned(),
            event: Some("Viewed".to_owned()),
            sample: Pii("{}".to_owned()),
        }
    }

    #[test]
    fn every_rejected_record_is_counted_even_beyond_the_queue() {
        let dir = tempfile::tempdir().unwrap();
        let stores = Arc::new(Stores::open(dir.path(), 1, &DbOptions::default()).unwrap());
        let ws = stores.control().write(|tx| workspaces::create(tx, "w", "W", "UTC", Timestamp(1))).unwrap().id;
        let sink = StoreQuality::start(stores.clone()).unwrap();
        // The writer is held up: it can gather one transaction and no more, so that the queue must overflow.
        let batches = TRANSACTION_RECORDS + QUEUE_BATCHES + 100;
        stores
            .control()
            .write(|_| {
                for _ in 0..batches {
                    sink.record(ws, SourceId(1), vec![record("unknown_type", true), record("broken_text", false)]);
                }
                assert!(!sink.overflow.lock().is_empty());
                Ok::<_, StoreError>(())
            })
            .unwrap();
        sink.stop();
        let total = stores.control().read(|q| quality::total(q, ws)).unwrap();
        assert_eq!(total, batches as u64);
        let (mut without_detail, mut cursor) = (0, None::<String>);
        loop {
            let filter = RejectedFilter::default();
            let page = stores.control().read(|q| quality::list(q, ws, filter, cursor.as_deref(), 500)).unwrap();
            without_detail += page.items.iter().filter(|i| i.detail == OVERFLOW_DETAIL).count();
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert!(without_detail >= 100, "{without_detail} beyond the queue");
        let filter = RejectedFilter { search: Some("Viewed"), ..RejectedFilter::default() };
        let whole = stores.control().read(|q| quality::list(q, ws, filter, None, 1)).unwrap();
        assert_eq!(
            (whole.items[0].kind.as_str(), whole.items[0].detail.as_str()),
            ("event", "Viewed: type: expected a call")
        );
    }
}
