//! Work on many people that a partition does in portions: an audience sent in, a pause ended, a migration, a calendar that
//! came round, dates to plan. Each portion is one transaction with the place where the next begins, so a crash repeats
//! nothing.

use chrono::NaiveDateTime;
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Tx, params};
use serde::{Deserialize, Serialize};

use crate::error::JourneysError;

/// One piece of work. A stored format: variants are only added at the end, fields never change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// Each of these profiles enters by hand.
    Enter {
        /// The journey.
        journey: String,
        /// Who is left.
        profiles: Vec<ProfileId>,
        /// What the journey is told, a JSON object.
        data: String,
    },
    /// The runs of a journey go on after a pause.
    Resume {
        /// The journey.
        journey: String,
        /// Since when it was paused.
        paused_at: Timestamp,
        /// `run`, `shift` or `exit`.
        overdue: String,
        /// The generation of the configuration that ended the pause.
        generation: u64,
        /// The last run that was brought back.
        cursor: Option<Place>,
    },
    /// The runs of a version move to another.
    Migrate {
        /// The journey.
        journey: String,
        /// From this version.
        from: u32,
        /// To this one.
        to: u32,
        /// Step → step.
        steps: Vec<(String, String)>,
        /// Whether people without a place leave.
        exit_others: bool,
        /// The last run that was looked at.
        cursor: Option<Place>,
    },
    /// The calendar came round: everybody of the audience enters.
    Schedule {
        /// The journey.
        journey: String,
        /// The local time that came, milliseconds as if it were UTC.
        local_ms: i64,
        /// The last profile that was looked at.
        cursor: ProfileId,
    },
    /// Dates in traits are planned for everybody.
    Plan {
        /// The last profile that was looked at.
        cursor: ProfileId,
    },
    /// Somebody enters by the API, once the journey's rules are up to date.
    Call {
        /// The journey.
        journey: String,
        /// For whom.
        profile: ProfileId,
        /// What the journey is told, a JSON object.
        data: String,
    },
}

/// A place in the order of active runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The version.
    pub version: u32,
    /// The step.
    pub step: String,
    /// The profile.
    pub profile: ProfileId,
    /// The run.
    pub run: u64,
}

/// A task with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// Its number; they are done in this order.
    pub id: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// What.
    pub task: Task,
}

fn encode(task: &Task) -> Result<Vec<u8>, JourneysError> {
    postcard::to_stdvec(task).map_err(|e| JourneysError::Unreadable(e.to_string()))
}

/// Queues a task.
///
/// # Errors
/// When the storage fails.
pub fn push(tx: &Tx, workspace: WorkspaceId, task: &Task) -> Result<(), JourneysError> {
    tx.execute("INSERT INTO journey_tasks (workspace, body) VALUES (?1, ?2)", &params![workspace, &encode(task)?])?;
    Ok(())
}

/// The first task.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn first(q: &impl Query) -> Result<Option<Queued>, JourneysError> {
    let sql = "SELECT id, workspace, body FROM journey_tasks ORDER BY id LIMIT 1";
    let row =
        q.query_row(sql, &[], |row| Ok((row.get::<u64>(0)?, row.get::<WorkspaceId>(1)?, row.get::<Vec<u8>>(2)?)))?;
    let Some((id, workspace, body)) = row else { return Ok(None) };
    let task = postcard::from_bytes(&body).map_err(|e| JourneysError::Unreadable(e.to_string()))?;
    Ok(Some(Queued { id, workspace, task }))
}

/// How many tasks wait.
///
/// # Errors
/// When the storage fails.
pub fn count(q: &impl Query) -> Result<u64, JourneysError> {
    Ok(q.query_row("SELECT COUNT(*) FROM journey_tasks", &[], |row| row.get(0))?.unwrap_or(0))
}

/// Writes what is left of a task; `None` when it is done.
///
/// # Errors
/// When the storage fails.
pub fn advance(tx: &Tx, id: u64, left: Option<&Task>) -> Result<(), JourneysError> {
    match left {
        Some(task) => {
            tx.execute("UPDATE journey_tasks SET body = ?2 WHERE id = ?1", &params![id, &encode(task)?])?;
        }
        None => {
            tx.execute("DELETE FROM journey_tasks WHERE id = ?1", &params![id])?;
        }
    }
    Ok(())
}

/// The local time up to which a journey's calendar was followed.
///
/// # Errors
/// When the storage fails.
pub fn followed(q: &impl Query, workspace: WorkspaceId, journey: &str) -> Result<Option<NaiveDateTime>, JourneysError> {
    let sql = "SELECT local_ms FROM journey_calendar WHERE workspace = ?1 AND journey = ?2";
    let ms: Option<i64> = q.query_row(sql, &params![workspace, journey], |row| row.get(0))?;
    Ok(ms.map(local))
}

/// Notes up to when a journey's calendar was followed.
///
/// # Errors
/// When the storage fails.
pub fn follow(tx: &Tx, workspace: WorkspaceId, journey: &str, upto: NaiveDateTime) -> Result<(), JourneysError> {
    let sql = "INSERT INTO journey_calendar (workspace, journey, local_ms) VALUES (?1, ?2, ?3) \
               ON CONFLICT (workspace, journey) DO UPDATE SET local_ms = excluded.local_ms";
    tx.execute(sql, &params![workspace, journey, upto.and_utc().timestamp_millis()])?;
    Ok(())
}

/// Forgets the calendars of a workspace that are not among `keep`: of journeys that are not live any more, or say another
/// time. One that comes back begins anew.
///
/// # Errors
/// When the storage fails.
pub fn retain_calendars(tx: &Tx, workspace: WorkspaceId, keep: &[String]) -> Result<(), JourneysError> {
    let sql = "SELECT journey FROM journey_calendar WHERE workspace = ?1";
    let known: Vec<String> = tx.query(sql, &params![workspace], |row| row.get(0))?;
    for gone in known.iter().filter(|name| !keep.contains(name)) {
        let sql = "DELETE FROM journey_calendar WHERE workspace = ?1 AND journey = ?2";
        tx.execute(sql, &params![workspace, gone])?;
    }
    Ok(())
}

/// Local time from milliseconds as if it were UTC.
#[must_use]
pub fn local(ms: i64) -> NaiveDateTime {
    Timestamp(ms).to_utc().naive_utc()
}

/// The last turn a rate limiter gave, in microseconds.
///
/// # Errors
/// When the storage fails.
pub fn last_turn(q: &impl Query, workspace: WorkspaceId, journey: &str, step: &str) -> Result<i64, JourneysError> {
    let sql = "SELECT last_us FROM journey_turns WHERE workspace = ?1 AND journey = ?2 AND step = ?3";
    Ok(q.query_row(sql, &params![workspace, journey, step], |row| row.get(0))?.unwrap_or(0))
}

/// Notes the last turn a rate limiter gave.
///
/// # Errors
/// When the storage fails.
pub fn note_turn(
    tx: &Tx,
    workspace: WorkspaceId,
    journey: &str,
    step: &str,
    last_us: i64,
) -> Result<(), JourneysError> {
    let sql = "INSERT INTO journey_turns (workspace, journey, step, last_us) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (workspace, journey, step) DO UPDATE SET last_us = excluded.last_us";
    tx.execute(sql, &params![workspace, journey, step, last_us])?;
    Ok(())
}
