//! One import, on a thread of its own.

use std::time::{Duration, Instant};

use rapport_collect::import::{EntryKind, ImportBatch, ImportError, ImportSource, Position};
use rapport_collect::{CollectError, KeyInfo};
use rapport_domain::ErrorClass;
use rapport_store::StoreError;
use rapport_store::control::imports::{self, Import, ImportState, NewReject, Progress};

use super::Shared;
use super::spec::{self, JobSpec};

/// Entries read at once, and so repeated at most after a crash.
const BATCH_ENTRIES: usize = 1_000;
/// Bytes of events in one append at most, a single larger event aside: well below what one commit of the log may hold.
const APPEND_BYTES: usize = 2 << 20;
/// While more accepted records than this wait for the partitions the import waits too, so that live events do not stand
/// behind a whole file.
pub(super) const MAX_BACKLOG: u64 = 20_000;
/// How long a job waits for a log that refuses, or for partitions that do not move, before it gives up.
const PATIENCE: Duration = Duration::from_secs(600);
/// The shortest and longest time between two tries.
const TRY_AGAIN: std::ops::RangeInclusive<Duration> = Duration::from_millis(50)..=Duration::from_secs(5);
const LOOK_AT_BACKLOG_EVERY: Duration = Duration::from_millis(20);
const ROWS: &str = "rapport_import_rows_total";

/// Why a job ended before the end of its file.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    /// The process stops; the job goes on at the next start.
    #[error("the server is stopping")]
    Stopping,
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Collect(#[from] CollectError),
    #[error(transparent)]
    Log(#[from] rapport_log::LogError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Other(String),
}

/// Runs an import to its end and records how it ended.
pub(super) fn run(shared: &Shared, import: &Import) {
    let (ws, id) = (import.workspace, import.id);
    let ended = go(shared, import);
    let (state, error) = match &ended {
        Ok(()) => (ImportState::Done, None),
        Err(JobError::Stopping | JobError::Cancelled) => return,
        Err(error) => (ImportState::Failed, Some(error.to_string())),
    };
    match &error {
        None => tracing::info!(workspace.id = ws.0, import.id = id, "an import is done"),
        Some(error) => tracing::warn!(workspace.id = ws.0, import.id = id, %error, "an import failed"),
    }
    let now = shared.clock.now();
    let noted = shared.stores.control().write(|tx| imports::set_state(tx, ws, id, state, error.as_deref(), now));
    match noted {
        Err(error) => {
            tracing::error!(workspace.id = ws.0, import.id = id, %error, "the end of an import could not be recorded");
        }
        Ok(_) if state == ImportState::Done => shared.remove_upload(import),
        Ok(_) => {}
    }
}

fn go(shared: &Shared, import: &Import) -> Result<(), JobError> {
    let (ws, id, now) = (import.workspace, import.id, shared.clock.now());
    let control = shared.stores.control();
    let started = control.write(|tx| imports::set_state(tx, ws, id, ImportState::Running, None, now));
    started.map_err(cancelled_or)?;
    let spec = spec::read(&shared.stores, import)?;
    let from = position(&import.progress)?;
    let mut source = ImportSource::open(import.path.as_ref(), spec.mapping.clone(), from)?;
    let mut progress = import.progress.clone();
    loop {
        if shared.is_stopping() {
            return Err(JobError::Stopping);
        }
        let Some(batch) = source.next_batch(BATCH_ENTRIES)? else { return Ok(()) };
        wait_for_partitions(shared)?;
        let refused = feed(shared, &spec, &batch)?;
        count(&batch, &refused, &mut progress);
        let rejects = rejects(&batch, &refused);
        let rows: Vec<NewReject<'_>> =
            rejects.iter().map(|(line, reason, sample)| NewReject { line: *line, reason, sample }).collect();
        control.write(|tx| imports::update_progress(tx, ws, id, &progress, &rows)).map_err(cancelled_or)?;
        metrics::counter!(ROWS).increment(batch.entries.iter().map(|e| e.rows).sum());
    }
}

/// A conflict says that the import is not to run: it was cancelled.
fn cancelled_or(error: StoreError) -> JobError {
    if error.class() == ErrorClass::Conflict { JobError::Cancelled } else { error.into() }
}

fn position(progress: &Progress) -> Result<Option<Position>, JobError> {
    match &progress.position {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) => Ok(Some(text.parse()?)),
        _ => Err(ImportError::InvalidPosition.into()),
    }
}

/// Appends a batch's events and waits until all are durable. Answers the entries the collector refused, by their place in
/// the batch, with why.
fn feed(shared: &Shared, spec: &JobSpec, batch: &ImportBatch) -> Result<Vec<(usize, String)>, JobError> {
    let events: Vec<(usize, &str)> =
        batch.entries.iter().enumerate().filter_map(|(place, entry)| Some((place, entry.event()?))).collect();
    let mut refused = Vec::new();
    let mut rest = events.as_slice();
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = rest.iter().take_while(|(_, event)| {
            bytes += event.len();
            bytes <= APPEND_BYTES
        });
        let (some, more) = rest.split_at(fits.count().max(1));
        rest = more;
        let items: Vec<&str> = some.iter().map(|(_, event)| *event).collect();
        for rejected in insist(shared, || accept(shared, &items, &spec.key, !spec.live))? {
            if let Some((place, _)) = some.get(rejected.index) {
                refused.push((*place, format!("{}: {}", rejected.reason.as_str(), rejected.message)));
            }
        }
    }
    Ok(refused)
}

fn accept(
    shared: &Shared,
    items: &[&str],
    key: &KeyInfo,
    historical: bool,
) -> Result<Vec<rapport_collect::Rejected>, CollectError> {
    let accepted = shared.collector.accept_items(items, key, historical)?;
    accepted.ack.wait_blocking()?;
    Ok(accepted.rejected)
}

/// Repeats `attempt` while the log is overloaded or full, for a bounded time. Repeating is harmless: message ids stay.
fn insist<T>(shared: &Shared, attempt: impl Fn() -> Result<T, CollectError>) -> Result<T, JobError> {
    let since = Instant::now();
    loop {
        let error = match attempt() {
            Ok(done) => return Ok(done),
            Err(error) if !error.class().is_retryable() || since.elapsed() > PATIENCE => return Err(error.into()),
            Err(error) => error,
        };
        let advice = error.retry_after_ms().map_or(Duration::from_millis(500), Duration::from_millis);
        pause(shared, advice.clamp(*TRY_AGAIN.start(), *TRY_AGAIN.end()))?;
    }
}

fn wait_for_partitions(shared: &Shared) -> Result<(), JobError> {
    let (mut least, mut since) = (u64::MAX, Instant::now());
    loop {
        let backlog = (shared.backlog)();
        if backlog <= MAX_BACKLOG {
            return Ok(());
        }
        if backlog < least {
            (least, since) = (backlog, Instant::now());
        } else if since.elapsed() > PATIENCE {
            return Err(JobError::Other(format!(
                "{backlog} accepted records wait and none was applied for {} s; see `rapport doctor`, then resume",
                PATIENCE.as_secs()
            )));
        }
        pause(shared, LOOK_AT_BACKLOG_EVERY)?;
    }
}

fn pause(shared: &Shared, time: Duration) -> Result<(), JobError> {
    if shared.is_stopping() {
        return Err(JobError::Stopping);
    }
    std::thread::sleep(time);
    Ok(())
}

/// Adds a batch to the progress.
fn count(batch: &ImportBatch, refused: &[(usize, String)], progress: &mut Progress) {
    progress.position = serde_json::Value::String(batch.position.to_string());
    for entry in &batch.entries {
        progress.rows += entry.rows;
        match entry.kind {
            EntryKind::Event(_) => progress.accepted += 1,
            EntryKind::Rejected { .. } => progress.rejected += entry.rows,
            EntryKind::Skipped => {}
        }
    }
    for (place, _) in refused {
        progress.accepted -= 1;
        progress.rejected += batch.entries[*place].rows;
    }
}

/// The rejected entries of a batch: line, why, and how the row begins.
fn rejects(batch: &ImportBatch, refused: &[(usize, String)]) -> Vec<(u64, String, String)> {
    let mut out: Vec<(u64, String, String)> = refused
        .iter()
        .map(|(place, why)| {
            let entry = &batch.entries[*place];
            let sample = entry.event().unwrap_or_default().chars().take(200).collect();
            (entry.line, why.clone(), sample)
        })
        .collect();
    for entry in &batch.entries {
        if let EntryKind::Rejected { code, message, sample } = &entry.kind {
            out.push((entry.line, format!("{code}: {message}"), sample.0.clone()));
        }
    }
    out.sort_by_key(|(line, ..)| *line);
    out
}
