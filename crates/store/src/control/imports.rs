//! Imports: files read into the log, with their progress, so that an interrupted import goes on where it was.

mod rejects;

pub use rejects::{ImportReject, MAX_REJECTS, NewReject, forget_rejects, list_rejects};

use rapport_domain::{Timestamp, WorkspaceId};

use super::{bounded, expect_row, inserted};
use crate::page::{Page, clamp, key};
use crate::sql::{Query, Row, Tx};
use crate::{Result, StoreError, params};

/// Where an import is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// Waits to be run.
    Queued,
    /// Being run, or interrupted and to be taken up again.
    Running,
    /// Every row was accounted for.
    Done,
    /// Stopped by a fault; may be queued again.
    Failed,
    /// Stopped by hand.
    Cancelled,
}

impl ImportState {
    /// Every state.
    pub const ALL: [ImportState; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Whether an import may go from this state to `next`.
    #[must_use]
    pub fn may_become(self, next: ImportState) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Running | Self::Cancelled | Self::Failed),
            Self::Running => matches!(next, Self::Queued | Self::Done | Self::Failed | Self::Cancelled),
            Self::Failed => matches!(next, Self::Queued | Self::Running | Self::Cancelled),
            Self::Done | Self::Cancelled => false,
        }
    }
}

/// How far an import is. Absolute values: writing the same progress twice changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Where to go on; the importer's own.
    pub position: serde_json::Value,
    /// Rows read.
    pub rows: u64,
    /// Events accepted from them.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
}

/// One import.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its id.
    pub id: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// The file's name, for people.
    pub file_name: String,
    /// Where the file is.
    pub path: String,
    /// How its columns become events.
    pub mapping: serde_json::Value,
    /// Where it is in its life.
    pub state: ImportState,
    /// The file's size; 0 when unknown.
    pub total_bytes: u64,
    /// How far it is.
    pub progress: Progress,
    /// Who asked for it.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was first run.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The fault that stopped it.
    pub error: Option<String>,
}

/// An import to queue.
#[derive(Clone, Copy, Debug)]
pub struct NewImport<'a> {
    /// The file's name, for people.
    pub file_name: &'a str,
    /// Where the file is.
    pub path: &'a str,
    /// How its columns become events.
    pub mapping: &'a serde_json::Value,
    /// The file's size; 0 when unknown.
    pub total_bytes: u64,
    /// Who asks for it.
    pub created_by: &'a str,
}

const COLUMNS: &str = "id, ws, file_name, path, mapping, state, total_bytes, position, rows, accepted, rejected, \
                       created_by, created_at, started_at, finished_at, error";

/// Queues an import.
pub fn create(tx: &Tx, ws: WorkspaceId, new: NewImport<'_>, now: Timestamp) -> Result<Import> {
    let sql = format!(
        "INSERT INTO imports (ws, file_name, path, mapping, state, total_bytes, position, created_by, created_at) \
         VALUES (?1, ?2, ?3, ?4, 'queued', ?5, 'null', ?6, ?7) RETURNING {COLUMNS}"
    );
    let mapping = new.mapping.to_string();
    let values = params![ws, new.file_name, new.path, &mapping, new.total_bytes, new.created_by, now];
    inserted(tx.query_row(&sql, &values, read)?, "import")
}

/// The import of that id.
pub fn get(q: &impl Query, ws: WorkspaceId, id: u64) -> Result<Option<Import>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM imports WHERE ws = ?1 AND id = ?2"), &params![ws, id], read)
}

/// The imports of a workspace, newest first.
pub fn list(q: &impl Query, ws: WorkspaceId, cursor: Option<&str>, limit: usize) -> Result<Page<Import>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = format!("SELECT {COLUMNS} FROM imports WHERE ws = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    Ok(Page::cut(q.query(&sql, &params![ws, before, limit + 1], read)?, limit, |i| i.id))
}

/// At most `limit` queued or running imports of every workspace, oldest first; for the one that runs them.
pub fn unfinished(q: &impl Query, limit: usize) -> Result<Vec<Import>> {
    let sql = format!("SELECT {COLUMNS} FROM imports WHERE state IN ('queued', 'running') ORDER BY id LIMIT ?1");
    q.query(&sql, &params![clamp(limit)], read)
}

/// The files of imports that may still be read, over all workspaces: unfinished and failed ones. Any other uploaded file
/// can go.
pub fn needed_files(q: &impl Query) -> Result<Vec<String>> {
    let sql = "SELECT path FROM imports WHERE state IN ('queued', 'running', 'failed') ORDER BY id";
    q.query(sql, &[], |row| row.get(0))
}

/// Writes how far a running import is, with the rows it rejected since. [`StoreError::Conflict`] when it is not
/// running, as after it was cancelled.
pub fn update_progress(
    tx: &Tx,
    ws: WorkspaceId,
    id: u64,
    progress: &Progress,
    rejects: &[NewReject<'_>],
) -> Result<()> {
    let before = require(tx, ws, id)?;
    if before.state != ImportState::Running {
        return Err(StoreError::conflict(format!("import {id} is {}, not running", before.state.as_str())));
    }
    tx.execute(
        "UPDATE imports SET position = ?3, rows = ?4, accepted = ?5, rejected = ?6 WHERE ws = ?1 AND id = ?2",
        &params![ws, id, &progress.position.to_string(), progress.rows, progress.accepted, progress.rejected],
    )?;
    rejects::add(tx, id, before.progress.rejected, rejects)
}

/// Moves an import to another state; `error` says why it failed. The same state again changes nothing.
/// [`StoreError::Conflict`] when an import cannot go that way.
pub fn set_state(
    tx: &Tx,
    ws: WorkspaceId,
    id: u64,
    state: ImportState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let before = require(tx, ws, id)?.state;
    if before == state {
        return Ok(());
    }
    if !before.may_become(state) {
        let (from, to) = (before.as_str(), state.as_str());
        return Err(StoreError::conflict(format!("import {id} is {from} and cannot become {to}")));
    }
    let running = state == ImportState::Running;
    let ended = matches!(state, ImportState::Done | ImportState::Failed | ImportState::Cancelled);
    let sql = "UPDATE imports SET state = ?3, error = ?4, finished_at = ?5, \
               started_at = CASE WHEN ?6 = 1 AND started_at IS NULL THEN ?7 ELSE started_at END \
               WHERE ws = ?1 AND id = ?2";
    let error = error.map(|e| bounded(e, 4096));
    let changed = tx.execute(sql, &params![ws, id, state.as_str(), error, ended.then_some(now), running, now])?;
    expect_row(changed, || format!("import {id}"))
}

fn require(q: &impl Query, ws: WorkspaceId, id: u64) -> Result<Import> {
    get(q, ws, id)?.ok_or_else(|| StoreError::not_found(format!("import {id}")))
}

fn read(row: &Row<'_>) -> Result<Import> {
    let state = row.get_str_ref(5)?;
    Ok(Import {
        id: row.get(0)?,
        workspace: row.get(1)?,
        file_name: row.get(2)?,
        path: row.get(3)?,
        mapping: row.get_json(4)?,
        state: ImportState::parse(state).ok_or_else(|| StoreError::decode("imports.state", state))?,
        total_bytes: row.get(6)?,
        progress: Progress {
            position: row.get_json(7)?,
            rows: row.get(8)?,
            accepted: row.get(9)?,
            rejected: row.get(10)?,
        },
        created_by: row.get(11)?,
        created_at: row.get(12)?,
        started_at: row.get(13)?,
        finished_at: row.get(14)?,
        error: row.get(15)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Db;
    use crate::control::test_db;

    fn queue(db: &Db, ws: WorkspaceId) -> Import {
        let mapping = json!({"event": "Order Completed"});
        let new =
            NewImport { file_name: "a.csv", path: "/in/a.csv", mapping: &mapping, total_bytes: 99, created_by: "ann" };
        db.write(|tx| create(tx, ws, new, Timestamp(5))).unwrap()
    }

    #[test]
    fn an_import_goes_on_where_it_was() {
        let (_dir, db, a, b) = test_db();
        let import = queue(&db, a);
        assert_eq!((import.state, import.progress.clone()), (ImportState::Queued, Progress::default()));
        let to = |ws, state, at| db.write(|tx| set_state(tx, ws, import.id, state, None, Timestamp(at)));
        let progress = Progress { position: json!({"offset": 50}), rows: 10, accepted: 8, rejected: 2 };
        let rejects =
            [NewReject { line: 3, reason: "no date", sample: "x,y" }, NewReject { line: 7, reason: "r", sample: "" }];
        let update = |ws| db.write(|tx| update_progress(tx, ws, import.id, &progress, &rejects));
        assert_eq!(update(a).unwrap_err().code(), "conflict", "it does not run yet");
        to(a, ImportState::Running, 10).unwrap();
        assert_eq!(
            (update(b).unwrap_err().code(), to(b, ImportState::Done, 1).unwrap_err().code()),
            ("not_found", "not_found")
        );
        update(a).unwrap();
        assert_eq!(db.read(|q| unfinished(q, 10)).unwrap()[0].progress, progress);
        to(a, ImportState::Queued, 11).unwrap();
        to(a, ImportState::Running, 12).unwrap();
        to(a, ImportState::Done, 20).unwrap();
        to(a, ImportState::Done, 30).unwrap();
        let done = db.read(|q| get(q, a, import.id)).unwrap().unwrap();
        assert_eq!((done.started_at, done.finished_at), (Some(Timestamp(10)), Some(Timestamp(20))));
        assert_eq!(to(a, ImportState::Running, 40).unwrap_err().code(), "conflict");
        assert!(db.read(|q| unfinished(q, 10)).unwrap().is_empty());
        assert_eq!(db.read(|q| get(q, b, import.id)).unwrap(), None);
        let page = db.read(|q| list_rejects(q, a, import.id, None, 1)).unwrap();
        let rest = db.read(|q| list_rejects(q, a, import.id, page.next.as_deref(), 1)).unwrap();
        assert_eq!((page.items[0].line, rest.items[0].line, rest.next), (3, 7, None));
        assert!(db.read(|q| list_rejects(q, b, import.id, None, 10)).unwrap().items.is_empty());
    }

    #[test]
    fn a_failed_import_can_be_tried_again_and_lists_stay_apart() {
        let (_dir, db, a, b) = test_db();
        let (first, second, other) = (queue(&db, a), queue(&db, a), queue(&db, b));
        db.write(|tx| set_state(tx, a, first.id, ImportState::Failed, Some("disk"), Timestamp(9))).unwrap();
        assert_eq!(db.read(|q| get(q, a, first.id)).unwrap().unwrap().error.as_deref(), Some("disk"));
        db.write(|tx| set_state(tx, a, first.id, ImportState::Queued, None, Timestamp(10))).unwrap();
        let again = db.read(|q| get(q, a, first.id)).unwrap().unwrap();
        assert_eq!((again.error, again.finished_at), (None, None));
        let page = db.read(|q| list(q, a, None, 1)).unwrap();
        let rest = db.read(|q| list(q, a, page.next.as_deref(), 1)).unwrap();
        assert_eq!((page.items[0].id, rest.items[0].id, rest.next), (second.id, first.id, None));
        let ids: Vec<_> = db.read(|q| unfinished(q, 10)).unwrap().iter().map(|i| i.id).collect();
        assert_eq!(ids, [first.id, second.id, other.id]);
    }
}
