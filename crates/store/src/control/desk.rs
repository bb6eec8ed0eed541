//! What the team is told by itself: runs of scheduled reports with their mails, and alerts of goals. A run and each of its
//! mails are rows before anything is sent, so a restart neither forgets nor repeats one.

use rapport_domain::{Timestamp, WorkspaceId};
use serde_json::Value;

use super::{bounded, expect_row, inserted};
use crate::page::{Page, clamp, key};
use crate::sql::{Migration, Query, Row, Tx};
use crate::{Result, params};

/// The longest error kept, bytes.
const MAX_ERROR: usize = 500;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "
CREATE TABLE report_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ws INTEGER NOT NULL, report TEXT NOT NULL, version INTEGER NOT NULL,
    due_at INTEGER NOT NULL, asked_by TEXT, state TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
    error TEXT
);
CREATE UNIQUE INDEX report_runs_due ON report_runs (ws, report, due_at) WHERE asked_by IS NULL;
CREATE INDEX report_runs_ws ON report_runs (ws, id);
CREATE INDEX report_runs_open ON report_runs (id) WHERE state = 'running';
CREATE TABLE report_mails (
    run INTEGER NOT NULL REFERENCES report_runs (id), recipient TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, at INTEGER, error TEXT, PRIMARY KEY (run, recipient)
) WITHOUT ROWID;
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ws INTEGER NOT NULL, goal TEXT NOT NULL, rule TEXT NOT NULL,
    began_at INTEGER NOT NULL, ended_at INTEGER, detail TEXT NOT NULL, mailed_at INTEGER
);
CREATE UNIQUE INDEX alerts_open ON alerts (ws, goal, rule) WHERE ended_at IS NULL;
CREATE INDEX alerts_ws ON alerts (ws, id);
",
}];

/// Where a run is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Being computed or mailed, or interrupted and to be taken up again.
    Running,
    /// Every mail was taken by the server.
    Done,
    /// Given up; the error says why.
    Failed,
}

impl RunState {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Done => "done",
            RunState::Failed => "failed",
        }
    }

    fn parse(text: &str) -> RunState {
        match text {
            "done" => RunState::Done,
            "failed" => RunState::Failed,
            _ => RunState::Running,
        }
    }
}

/// One run of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// The report.
    pub report: String,
    /// Its version.
    pub version: u32,
    /// When it was due: the instant its relative days are seen from.
    pub due_at: Timestamp,
    /// Who asked for it; `None` when the schedule did.
    pub asked_by: Option<String>,
    /// Where it is.
    pub state: RunState,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
}

/// A run to make.
#[derive(Clone, Copy, Debug)]
pub struct NewRun<'a> {
    /// The report.
    pub report: &'a str,
    /// Its version.
    pub version: u32,
    /// When it is due.
    pub due_at: Timestamp,
    /// Who asked for it; `None` for the schedule.
    pub asked_by: Option<&'a str>,
    /// Who gets it.
    pub recipients: &'a [String],
}

const RUN: &str = "id, ws, report, version, due_at, asked_by, state, started_at, finished_at, error";

fn run(row: &Row<'_>) -> Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        workspace: row.get(1)?,
        report: row.get(2)?,
        version: row.get(3)?,
        due_at: row.get(4)?,
        asked_by: row.get(5)?,
        state: RunState::parse(row.get_str_ref(6)?),
        started_at: row.get(7)?,
        finished_at: row.get(8)?,
        error: row.get(9)?,
    })
}

/// Begins a run with its mails. `None` when the schedule began one for this due time before.
pub fn begin_run(tx: &Tx, ws: WorkspaceId, new: NewRun<'_>, now: Timestamp) -> Result<Option<Run>> {
    if new.asked_by.is_none() && last_due(tx, ws, new.report)?.is_some_and(|last| last >= new.due_at) {
        return Ok(None);
    }
    let sql = format!(
        "INSERT INTO report_runs (ws, report, version, due_at, asked_by, state, started_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6) RETURNING {RUN}"
    );
    let values = params![ws, new.report, new.version, new.due_at, new.asked_by, now];
    let made = inserted(tx.query_row(&sql, &values, run)?, "run of a report")?;
    for recipient in new.recipients {
        let sql = "INSERT OR IGNORE INTO report_mails (run, recipient, state) VALUES (?1, ?2, 'pending')";
        tx.execute(sql, &params![made.id, recipient.as_str()])?;
    }
    Ok(Some(made))
}

/// The last due time the schedule began a run for.
pub fn last_due(q: &impl Query, ws: WorkspaceId, report: &str) -> Result<Option<Timestamp>> {
    let sql = "SELECT due_at FROM report_runs WHERE ws = ?1 AND report = ?2 AND asked_by IS NULL \
               ORDER BY due_at DESC LIMIT 1";
    q.query_row(sql, &params![ws, report], |row| row.get(0))
}

/// Runs that are not finished, of every workspace, oldest first.
pub fn open_runs(q: &impl Query, limit: usize) -> Result<Vec<Run>> {
    q.query(
        &format!("SELECT {RUN} FROM report_runs WHERE state = 'running' ORDER BY id LIMIT ?1"),
        &params![limit],
        run,
    )
}

/// A run.
pub fn get_run(q: &impl Query, ws: WorkspaceId, id: u64) -> Result<Option<Run>> {
    q.query_row(&format!("SELECT {RUN} FROM report_runs WHERE ws = ?1 AND id = ?2"), &params![ws, id], run)
}

/// The runs of a report, or of all, newest first.
pub fn list_runs(
    q: &impl Query,
    ws: WorkspaceId,
    report: Option<&str>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Run>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = format!(
        "SELECT {RUN} FROM report_runs WHERE ws = ?1 AND id < ?2 AND (?3 IS NULL OR report = ?3) ORDER BY id DESC LIMIT ?4"
    );
    Ok(Page::cut(q.query(&sql, &params![ws, before, report, limit + 1], run)?, limit, |r| r.id))
}

/// Ends a run.
pub fn end_run(tx: &Tx, id: u64, state: RunState, error: Option<&str>, now: Timestamp) -> Result<()> {
    let sql = "UPDATE report_runs SET state = ?2, error = ?3, finished_at = ?4 WHERE id = ?1";
    let changed = tx.execute(sql, &params![id, state.as_str(), error.map(|e| bounded(e, MAX_ERROR)), now])?;
    expect_row(changed, || format!("run {id}"))
}

/// Forgets runs and alerts that ended before `until`.
pub fn forget(tx: &Tx, until: Timestamp) -> Result<usize> {
    let old = "SELECT id FROM report_runs WHERE finished_at < ?1";
    tx.execute(&format!("DELETE FROM report_mails WHERE run IN ({old})"), &params![until])?;
    let runs = tx.execute("DELETE FROM report_runs WHERE finished_at < ?1", &params![until])?;
    Ok(runs + tx.execute("DELETE FROM alerts WHERE ended_at < ?1", &params![until])?)
}

/// One mail of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunMail {
    /// To whom.
    pub recipient: String,
    /// `pending`, `sending`, `sent`, `failed`.
    pub state: String,
    /// Times it was tried.
    pub attempts: u32,
    /// When its state last changed.
    pub at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// The mails of a run, by address.
pub fn mails(q: &impl Query, run: u64) -> Result<Vec<RunMail>> {
    let sql = "SELECT recipient, state, attempts, at, error FROM report_mails WHERE run = ?1 ORDER BY recipient";
    q.query(sql, &params![run], |row| {
        let (recipient, state) = (row.get(0)?, row.get(1)?);
        Ok(RunMail { recipient, state, attempts: row.get(2)?, at: row.get(3)?, error: row.get(4)? })
    })
}

/// A mail is about to be handed over.
pub fn sending(tx: &Tx, run: u64, recipient: &str, now: Timestamp) -> Result<()> {
    let sql =
        "UPDATE report_mails SET state = 'sending', attempts = attempts + 1, at = ?3 WHERE run = ?1 AND recipient = ?2";
    expect_row(tx.execute(sql, &params![run, recipient, now])?, || format!("mail of run {run}"))
}

/// What became of a mail: `sent`, `failed` for good, or `pending` again.
pub fn mailed(tx: &Tx, run: u64, recipient: &str, state: &str, error: Option<&str>, now: Timestamp) -> Result<()> {
    let sql = "UPDATE report_mails SET state = ?3, error = ?4, at = ?5 WHERE run = ?1 AND recipient = ?2";
    let values = params![run, recipient, state, error.map(|e| bounded(e, MAX_ERROR)), now];
    expect_row(tx.execute(sql, &values)?, || format!("mail of run {run}"))
}

/// An alert of a goal: from when its condition held until it did no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// The goal.
    pub goal: String,
    /// The condition as its document has it.
    pub rule: String,
    /// Since when.
    pub began_at: Timestamp,
    /// Until when; `None` while it holds.
    pub ended_at: Option<Timestamp>,
    /// The whole event, ready for a webhook.
    pub detail: Value,
    /// When members were told; `None` when they were not yet.
    pub mailed_at: Option<Timestamp>,
}

const ALERT: &str = "id, ws, goal, rule, began_at, ended_at, detail, mailed_at";

fn alert(row: &Row<'_>) -> Result<Alert> {
    Ok(Alert {
        id: row.get(0)?,
        workspace: row.get(1)?,
        goal: row.get(2)?,
        rule: row.get(3)?,
        began_at: row.get(4)?,
        ended_at: row.get(5)?,
        detail: row.get_json(6)?,
        mailed_at: row.get(7)?,
    })
}

/// Begins an alert; `None` when it is under way.
pub fn begin_alert(
    tx: &Tx,
    ws: WorkspaceId,
    goal: &str,
    rule: &str,
    detail: &Value,
    now: Timestamp,
) -> Result<Option<Alert>> {
    let sql = format!(
        "INSERT INTO alerts (ws, goal, rule, began_at, detail) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO NOTHING RETURNING {ALERT}"
    );
    tx.query_row(&sql, &params![ws, goal, rule, now, &detail.to_string()], alert)
}

/// Ends the alerts of a goal that are under way and not of one of the rules `still`. Answers how many.
pub fn end_alerts(tx: &Tx, ws: WorkspaceId, goal: &str, still: &[String], now: Timestamp) -> Result<usize> {
    let mut ended = 0;
    for open in open_alerts(tx, ws, goal)? {
        if !still.contains(&open.rule) {
            ended += tx.execute("UPDATE alerts SET ended_at = ?2 WHERE id = ?1", &params![open.id, now])?;
        }
    }
    Ok(ended)
}

/// The alerts of a goal that are under way.
pub fn open_alerts(q: &impl Query, ws: WorkspaceId, goal: &str) -> Result<Vec<Alert>> {
    let sql = format!("SELECT {ALERT} FROM alerts WHERE ws = ?1 AND goal = ?2 AND ended_at IS NULL ORDER BY id");
    q.query(&sql, &params![ws, goal], alert)
}

/// The goals with an alert under way.
pub fn alerting(q: &impl Query, ws: WorkspaceId) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT goal FROM alerts WHERE ws = ?1 AND ended_at IS NULL ORDER BY goal";
    q.query(sql, &params![ws], |row| row.get(0))
}

/// Alerts that members were not told of yet, of every workspace, oldest first.
pub fn untold_alerts(q: &impl Query, limit: usize) -> Result<Vec<Alert>> {
    q.query(&format!("SELECT {ALERT} FROM alerts WHERE mailed_at IS NULL ORDER BY id LIMIT ?1"), &params![limit], alert)
}

/// Members were told of an alert, or there is nobody to tell.
pub fn told(tx: &Tx, id: u64, now: Timestamp) -> Result<()> {
    expect_row(tx.execute("UPDATE alerts SET mailed_at = ?2 WHERE id = ?1", &params![id, now])?, || {
        format!("alert {id}")
    })
}

/// The alerts of a goal, or of all, newest first; with `open` only those under way.
pub fn list_alerts(
    q: &impl Query,
    ws: WorkspaceId,
    goal: Option<&str>,
    open: bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Alert>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = format!(
        "SELECT {ALERT} FROM alerts WHERE ws = ?1 AND id < ?2 AND (?3 IS NULL OR goal = ?3) \
         AND (NOT ?4 OR ended_at IS NULL) ORDER BY id DESC LIMIT ?5"
    );
    Ok(Page::cut(q.query(&sql, &params![ws, before, goal, open, limit + 1], alert)?, limit, |a| a.id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::control::test_db;

    #[test]
    fn a_due_time_has_one_run_and_each_recipient_one_mail() {
        let (_dir, db, ws, other) = test_db();
        let recipients = ["a@x.example".to_owned(), "b@x.example".to_owned(), "a@x.example".to_owned()];
        let new = |due: i64, asked_by| NewRun {
            report: "weekly",
            version: 2,
            due_at: Timestamp(due),
            asked_by,
            recipients: &recipients,
        };
        let begin = |ws, due, by| db.write(|tx| begin_run(tx, ws, new(due, by), Timestamp(due + 5))).unwrap();
        let first = begin(ws, 1_000, None).unwrap();
        assert!(
            begin(ws, 1_000, None).is_none() && begin(ws, 500, None).is_none(),
            "once, and never an older one after"
        );
        assert!(begin(other, 1_000, None).is_some() && begin(ws, 1_000, Some("ann")).is_some());
        assert_eq!(db.read(|q| last_due(q, ws, "weekly")).unwrap(), Some(Timestamp(1_000)));
        let states = |run: u64| -> Vec<(String, u32)> {
            db.read(|q| mails(q, run)).unwrap().into_iter().map(|m| (m.state, m.attempts)).collect()
        };
        assert_eq!(states(first.id), [("pending".to_owned(), 0), ("pending".to_owned(), 0)]);
        db.write(|tx| {
            sending(tx, first.id, "a@x.example", Timestamp(1))?;
            mailed(tx, first.id, "a@x.example", "sent", None, Timestamp(2))?;
            sending(tx, first.id, "b@x.example", Timestamp(3))
        })
        .unwrap();
        assert_eq!(states(first.id), [("sent".to_owned(), 1), ("sending".to_owned(), 1)]);
        assert_eq!(db.read(|q| open_runs(q, 10)).unwrap().len(), 3);
        db.write(|tx| end_run(tx, first.id, RunState::Done, None, Timestamp(9))).unwrap();
        assert_eq!(db.read(|q| open_runs(q, 10)).unwrap().len(), 2);
        let page = db.read(|q| list_runs(q, ws, Some("weekly"), None, 1)).unwrap();
        assert_eq!((page.items.len(), page.items[0].asked_by.as_deref()), (1, Some("ann")));
        let rest = db.read(|q| list_runs(q, ws, None, page.next.as_deref(), 5)).unwrap();
        assert_eq!((rest.items[0].id, rest.next), (first.id, None));
        assert_eq!(db.write(|tx| forget(tx, Timestamp(10))).unwrap(), 1);
        assert!(states(first.id).is_empty());
    }

    #[test]
    fn an_alert_begins_once_and_ends() {
        let (_dir, db, ws, _) = test_db();
        let begin = |rule: &str, at| {
            db.write(|tx| begin_alert(tx, ws, "revenue", rule, &json!({"value": 1}), Timestamp(at))).unwrap()
        };
        let first = begin("behind", 5).unwrap();
        assert!(begin("behind", 6).is_none() && begin("above", 7).is_some());
        assert_eq!(db.read(|q| untold_alerts(q, 9)).unwrap().len(), 2);
        db.write(|tx| told(tx, first.id, Timestamp(8))).unwrap();
        assert_eq!(db.read(|q| untold_alerts(q, 9)).unwrap().len(), 1);
        assert_eq!(db.write(|tx| end_alerts(tx, ws, "revenue", &["above".to_owned()], Timestamp(9))).unwrap(), 1);
        assert!(begin("behind", 10).is_some(), "it may come again");
        let list = |open| db.read(|q| list_alerts(q, ws, Some("revenue"), open, None, 9)).unwrap().items;
        assert_eq!((list(false).len(), list(true).len()), (3, 2));
        assert_eq!(db.read(|q| alerting(q, ws)).unwrap(), ["revenue"]);
    }
}
