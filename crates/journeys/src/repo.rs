//! The stored runs of a partition, who is at which step, and counts per journey. The only SQL of this crate.

pub mod calls;
mod stats;
pub mod tasks;

use std::collections::BTreeMap;

use rapport_domain::{Event, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Migration, Query, Tx, params};
use serde::Serialize;

use crate::core::effect::Effect;
use crate::core::runs::{Group, Run, Runs};
use crate::error::JourneysError;

pub use stats::{Stats, stats};

/// The component's name for [`rapport_store::Db::migrate`].
pub const COMPONENT: &str = "journeys";

/// The tables, in every partition's database.
///
/// `journey_active` has one row per active run and follows [`Runs`]; its key is also the order of paging.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, sql: FIRST },
    // Work on many people, calendars, and rate limiters.
    Migration {
        version: 2,
        sql: "CREATE TABLE journey_tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL, body BLOB NOT NULL);
              CREATE TABLE journey_calendar (workspace INTEGER NOT NULL, journey TEXT NOT NULL, local_ms INTEGER NOT NULL,
                PRIMARY KEY (workspace, journey)) WITHOUT ROWID;
              CREATE TABLE journey_turns (workspace INTEGER NOT NULL, journey TEXT NOT NULL, step TEXT NOT NULL,
                last_us INTEGER NOT NULL, PRIMARY KEY (workspace, journey, step)) WITHOUT ROWID;
              CREATE TABLE journey_hours (workspace INTEGER NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL,
                PRIMARY KEY (workspace, hour)) WITHOUT ROWID;
              CREATE TABLE journey_calls (number INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, profile INTEGER NOT NULL,
                origin TEXT NOT NULL, request TEXT NOT NULL, tried INTEGER NOT NULL, due_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL);
              CREATE INDEX journey_calls_due ON journey_calls (due_at, number);
              CREATE INDEX journey_calls_profile ON journey_calls (workspace, profile);",
    },
    // Work that does not wait for each other.
    Migration {
        version: 3,
        sql: "ALTER TABLE journey_tasks ADD COLUMN lane TEXT NOT NULL DEFAULT '';
              CREATE INDEX journey_tasks_lane ON journey_tasks (workspace, lane, id);",
    },
    // The places by which somebody passed a limiter, beside those that were given.
    Migration { version: 4, sql: "ALTER TABLE journey_turns ADD COLUMN passed_us INTEGER NOT NULL DEFAULT 0;" },
    // Calls by the server they go to.
    Migration {
        version: 5,
        sql: "ALTER TABLE journey_calls ADD COLUMN server TEXT NOT NULL DEFAULT '';
              CREATE INDEX journey_calls_server ON journey_calls (server, due_at, number);",
    },
];

const FIRST: &str = "CREATE TABLE journey_runs (
            workspace INTEGER NOT NULL, profile INTEGER NOT NULL, state BLOB NOT NULL,
            PRIMARY KEY (workspace, profile)
          ) WITHOUT ROWID;
          CREATE TABLE journey_active (
            workspace INTEGER NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL, step TEXT NOT NULL,
            profile INTEGER NOT NULL, run INTEGER NOT NULL, entered_at INTEGER NOT NULL, due_at INTEGER,
            PRIMARY KEY (workspace, journey, version, step, profile, run)
          ) WITHOUT ROWID;
          CREATE TABLE journey_counts (
            workspace INTEGER NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL,
            what TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (workspace, journey, version, what, reason)
          ) WITHOUT ROWID;";

/// Rows of one page at most.
pub const MAX_PAGE: usize = 1000;

/// The first byte of stored runs: which shape follows. A new shape gets a new number, and old ones stay readable.
const FORMAT: u8 = 3;

/// Runs as stored and as carried between partitions.
///
/// # Errors
/// Never in practice: every part of [`Runs`] can be encoded.
pub fn encode(runs: &Runs) -> Result<Vec<u8>, JourneysError> {
    postcard::to_extend(runs, vec![FORMAT]).map_err(|e| JourneysError::Unreadable(e.to_string()))
}

/// Reads what [`encode`] wrote, by this or an earlier release.
///
/// # Errors
/// [`JourneysError::Unreadable`] for damaged bytes and formats of a newer release.
pub fn decode(bytes: &[u8]) -> Result<Runs, JourneysError> {
    match bytes.split_first() {
        Some((&FORMAT, rest)) => postcard::from_bytes(rest).map_err(|e| JourneysError::Unreadable(e.to_string())),
        Some((1, rest)) => crate::formats::first(rest),
        Some((2, rest)) => crate::formats::second(rest),
        Some((other, _)) => Err(JourneysError::Unreadable(format!("format {other}, this release knows {FORMAT}"))),
        None => Err(JourneysError::Unreadable("no bytes".to_owned())),
    }
}

/// The profile's runs; empty ones when it was never in a journey.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn load(q: &impl Query, workspace: WorkspaceId, profile: ProfileId) -> Result<Runs, JourneysError> {
    let sql = "SELECT state FROM journey_runs WHERE workspace = ?1 AND profile = ?2";
    let bytes: Option<Vec<u8>> = q.query_row(sql, &params![workspace, profile], |row| row.get(0))?;
    bytes.map_or_else(|| Ok(Runs::default()), |bytes| decode(&bytes))
}

/// Writes the runs and brings `journey_active` from `before` (as stored) to `after`. Nothing is written when they are
/// equal.
///
/// # Errors
/// When the storage fails.
pub fn save(
    tx: &Tx,
    workspace: WorkspaceId,
    profile: ProfileId,
    before: &Runs,
    after: &Runs,
) -> Result<(), JourneysError> {
    if before == after {
        return Ok(());
    }
    if after.is_empty() {
        delete_state(tx, workspace, profile)?;
    } else {
        let sql = "INSERT INTO journey_runs (workspace, profile, state) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (workspace, profile) DO UPDATE SET state = excluded.state";
        tx.execute(sql, &params![workspace, profile, &encode(after)?])?;
    }
    let same = |a: &Run, b: &Run| {
        (a.id, &a.journey, a.version, &a.step, a.entered_at, a.due_at)
            == (b.id, &b.journey, b.version, &b.step, b.entered_at, b.due_at)
    };
    for run in before.active.iter().filter(|run| !after.active.iter().any(|a| same(a, run))) {
        delete_active(tx, workspace, profile, run)?;
    }
    for run in after.active.iter().filter(|run| !before.active.iter().any(|b| same(b, run))) {
        let sql = "INSERT INTO journey_active (workspace, journey, version, step, profile, run, entered_at, due_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let due = run.due_at;
        tx.execute(
            sql,
            &params![workspace, &run.journey, run.version, &run.step, profile, run.id, run.entered_at, due],
        )?;
    }
    Ok(())
}

/// Takes the runs of a profile out of this partition: for a merge, which counts them where they go.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn take(tx: &Tx, workspace: WorkspaceId, profile: ProfileId) -> Result<Runs, JourneysError> {
    let runs = load(tx, workspace, profile)?;
    for run in &runs.active {
        delete_active(tx, workspace, profile, run)?;
    }
    delete_state(tx, workspace, profile)?;
    Ok(runs)
}

/// Erases everything kept about a profile. Its active runs count as exited with `erased`.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn erase(tx: &Tx, workspace: WorkspaceId, profile: ProfileId, counts: &mut Counts) -> Result<(), JourneysError> {
    calls::remove_profile(tx, workspace, profile)?;
    for run in take(tx, workspace, profile)?.active {
        counts.bump(workspace, run.journey, run.version, EXITED, "erased");
    }
    Ok(())
}

fn delete_state(tx: &Tx, workspace: WorkspaceId, profile: ProfileId) -> Result<(), JourneysError> {
    let sql = "DELETE FROM journey_runs WHERE workspace = ?1 AND profile = ?2";
    tx.execute(sql, &params![workspace, profile])?;
    Ok(())
}

fn delete_active(tx: &Tx, workspace: WorkspaceId, profile: ProfileId, run: &Run) -> Result<(), JourneysError> {
    let sql = "DELETE FROM journey_active WHERE workspace = ?1 AND journey = ?2 AND version = ?3 AND step = ?4 \
               AND profile = ?5 AND run = ?6";
    tx.execute(sql, &params![workspace, &run.journey, run.version, &run.step, profile, run.id])?;
    Ok(())
}

const ENTERED: &str = "entered";
const EXITED: &str = "exited";
const REFUSED: &str = "refused";
const PASSED: &str = "passed";
const GOAL: &str = "goal";
const DECIDED: &str = "decided";
const WITHHELD: &str = "withheld";
const HELD_OUT: &str = "held_out";
const MOVED: &str = "moved";
const SENT: &str = "sent";
const OPENED: &str = "opened";
const CLICKED: &str = "clicked";
const CONVERTED: &str = "converted";

/// Counts gathered during a batch, written once at its end. Keep one per batch and [`Counts::flush`] it in the
/// batch's transaction.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<(WorkspaceId, String, u32, &'static str, String), u64>);

impl Counts {
    /// Counts entries, exits, refusals, goals, and what passed each step by which exit.
    pub fn record(&mut self, workspace: WorkspaceId, effect: &Effect) {
        match effect {
            Effect::Entered { journey, version, group, .. } => {
                self.bump(workspace, journey.clone(), *version, ENTERED, "");
                if *group == Group::Control {
                    self.bump(workspace, journey.clone(), *version, HELD_OUT, "");
                }
            }
            Effect::Exited { journey, version, reason, .. } => {
                self.bump(workspace, journey.clone(), *version, EXITED, reason.as_str());
            }
            Effect::NotEntered { journey, version, reason } => {
                self.bump(workspace, journey.clone(), *version, REFUSED, reason.as_str());
            }
            Effect::Passed { journey, version, step, exit, .. } => {
                self.bump(workspace, journey.clone(), *version, PASSED, &format!("{step}\t{exit}"));
            }
            Effect::Goal { origin, group, after } => {
                self.bump(workspace, origin.journey.clone(), origin.version, GOAL, group.as_str());
                for step in after {
                    self.bump(workspace, origin.journey.clone(), origin.version, CONVERTED, step);
                }
            }
            Effect::Send { origin, .. } => {
                self.bump(workspace, origin.journey.clone(), origin.version, DECIDED, &origin.step);
            }
            Effect::Withheld { origin, .. } => {
                self.bump(workspace, origin.journey.clone(), origin.version, WITHHELD, &origin.step);
            }
            Effect::Migrated { journey, from, to, .. } => {
                self.bump(workspace, journey.clone(), *from, MOVED, &to.to_string());
            }
            Effect::UpdateTraits { .. }
            | Effect::Renumbered { .. }
            | Effect::Emit { .. }
            | Effect::Webhook { .. }
            | Effect::List { .. }
            | Effect::Turn { .. }
            | Effect::Start { .. }
            | Effect::Stop { .. }
            | Effect::Unanswered { .. }
            | Effect::Omitted { .. } => {}
        }
    }

    /// Counts a message that a person opened, or clicked in, for the first time: under its step.
    pub fn reaction(&mut self, workspace: WorkspaceId, (journey, version, step): (&str, u32, &str), is_click: bool) {
        let what = if is_click { CLICKED } else { OPENED };
        self.bump(workspace, journey.to_owned(), version, what, step);
    }

    /// Counts a message that left, under its step.
    pub fn sent(&mut self, event: &Event) {
        let text = |name: &str| event.properties.get(name).and_then(serde_json::Value::as_str);
        let (Some(journey), Some(step)) = (text("journey"), text("step")) else { return };
        let version = event.properties.get("version").and_then(serde_json::Value::as_u64).unwrap_or_default();
        self.bump(event.workspace, journey.to_owned(), version as u32, SENT, step);
    }

    fn bump(&mut self, workspace: WorkspaceId, journey: String, version: u32, what: &'static str, reason: &str) {
        *self.0.entry((workspace, journey, version, what, reason.to_owned())).or_default() += 1;
    }

    /// Writes the counts and empties them.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn flush(&mut self, tx: &Tx) -> Result<(), JourneysError> {
        for ((workspace, journey, version, what, reason), count) in std::mem::take(&mut self.0) {
            let sql = "INSERT INTO journey_counts (workspace, journey, version, what, reason, count) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (workspace, journey, version, what, reason) \
                       DO UPDATE SET count = count + excluded.count";
            tx.execute(sql, &params![workspace, &journey, version, what, &reason, count])?;
        }
        Ok(())
    }
}

/// Reactions of the partition's people by local hour.
///
/// # Errors
/// When the storage fails.
pub fn hours(q: &impl Query, workspace: WorkspaceId) -> Result<[u64; 24], JourneysError> {
    let sql = "SELECT hour, count FROM journey_hours WHERE workspace = ?1";
    let mut out = [0; 24];
    for (hour, count) in q.query(sql, &params![workspace], |row| Ok((row.get::<u32>(0)?, row.get::<u64>(1)?)))? {
        if let Some(slot) = out.get_mut(hour as usize) {
            *slot = count;
        }
    }
    Ok(out)
}

/// Counts reactions of one local hour.
///
/// # Errors
/// When the storage fails.
pub fn add_hour(tx: &Tx, workspace: WorkspaceId, hour: u32, count: u64) -> Result<(), JourneysError> {
    let sql = "INSERT INTO journey_hours (workspace, hour, count) VALUES (?1, ?2, ?3) \
               ON CONFLICT (workspace, hour) DO UPDATE SET count = count + excluded.count";
    tx.execute(sql, &params![workspace, hour, count])?;
    Ok(())
}

/// One active run, as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveRun {
    /// The version it is on.
    pub version: u32,
    /// The step it stands at.
    pub step: String,
    /// Whose it is.
    pub profile: ProfileId,
    /// Its number within the profile.
    pub run: u64,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it goes on.
    pub due_at: Option<Timestamp>,
}

/// Which runs to list.
#[derive(Clone, Debug, Default)]
pub struct ActiveFilter {
    /// Of this version only.
    pub version: Option<u32>,
    /// At this step only.
    pub step: Option<String>,
}

/// The profiles in a journey, ordered by version, step, profile and run: up to `limit` ([`MAX_PAGE`] at most) after
/// the last row of the page before.
///
/// # Errors
/// When the storage fails.
pub fn active_profiles(
    q: &impl Query,
    workspace: WorkspaceId,
    journey: &str,
    filter: &ActiveFilter,
    after: Option<&ActiveRun>,
    limit: usize,
) -> Result<Vec<ActiveRun>, JourneysError> {
    // A condition that may be absent would keep the database from seeking, so there is one text for each case.
    let version = if filter.version.is_some() { "version = ?3" } else { "?3 IS NULL" };
    let step = if filter.step.is_some() { "step = ?4" } else { "?4 IS NULL" };
    let sql = format!(
        "SELECT version, step, profile, run, entered_at, due_at FROM journey_active \
         WHERE workspace = ?1 AND journey = ?2 AND {version} AND {step} \
         AND (version, step, profile, run) > (?5, ?6, ?7, ?8) ORDER BY version, step, profile, run LIMIT ?9"
    );
    let none = ActiveRun {
        version: 0,
        step: String::new(),
        profile: ProfileId(0),
        run: 0,
        entered_at: Timestamp::MIN,
        due_at: None,
    };
    let from = after.unwrap_or(&none);
    let limit = limit.min(MAX_PAGE);
    let params = params![
        workspace,
        journey,
        filter.version,
        filter.step.as_deref(),
        from.version,
        &from.step,
        from.profile,
        from.run,
        limit
    ];
    Ok(q.query(&sql, &params, |row| {
        Ok(ActiveRun {
            version: row.get(0)?,
            step: row.get(1)?,
            profile: row.get(2)?,
            run: row.get(3)?,
            entered_at: row.get(4)?,
            due_at: row.get(5)?,
        })
    })?)
}
