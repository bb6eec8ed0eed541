//! Work on many people that a partition does in portions: an audience sent in, a pause ended, a migration, a calendar that
//! came round, dates to plan. Each portion is one transaction with the place where the next begins, so a crash repeats
//! nothing.

use chrono::NaiveDateTime;
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Row, StoreError, Tx, params};
use serde::{Deserialize, Serialize};

use crate::core::turns::Grid;
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
    /// As [`Task::GoOn`], of earlier releases, which did not say when the pause ended.
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
    /// The runs of a journey go on after a pause.
    GoOn {
        /// The journey.
        journey: String,
        /// Since when it was paused.
        paused_at: Timestamp,
        /// When that ended.
        resumed_at: Timestamp,
        /// `run`, `shift` or `exit`.
        overdue: String,
        /// The last run that was brought back.
        cursor: Option<Place>,
    },
    /// The pace of limiters changed: whoever has a place there asks for another.
    Pace {
        /// The journey.
        journey: String,
        /// Which limiters.
        limiters: Vec<String>,
        /// The last run that was looked at.
        cursor: Option<Place>,
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
    /// Its number; those of one lane are done in this order.
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
    let sql = "INSERT INTO journey_tasks (workspace, lane, body) VALUES (?1, ?2, ?3)";
    tx.execute(sql, &params![workspace, &lane(task), &encode(task)?])?;
    Ok(())
}

/// The tasks of a lane are done one after the other; lanes take turns. A journey has one, and others, so that they wait for
/// no audience, for the end of its pauses and for another pace.
fn lane(task: &Task) -> String {
    match task {
        Task::Resume { journey, .. } | Task::GoOn { journey, .. } => format!("{RESUMES}{journey}"),
        Task::Enter { journey, .. }
        | Task::Migrate { journey, .. }
        | Task::Schedule { journey, .. }
        | Task::Call { journey, .. } => journey.clone(),
        Task::Pace { journey, .. } => format!("pace {journey}"),
        Task::Plan { .. } => String::new(),
    }
}

/// How lanes of ends of pauses begin; no journey's id has a blank.
const RESUMES: &str = "resume ";
const ROW: &str = "lane, id, workspace, body";

fn queued(row: &Row<'_>) -> Result<(String, Queued), StoreError> {
    let body: Vec<u8> = row.get(3)?;
    let task = postcard::from_bytes(&body).map_err(|e| StoreError::decode("journey_tasks.body", e))?;
    Ok((row.get(0)?, Queued { id: row.get(1)?, workspace: row.get(2)?, task }))
}

/// The first task with a number above `after`.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn next(q: &impl Query, after: u64) -> Result<Option<Queued>, JourneysError> {
    let sql = format!("SELECT {ROW} FROM journey_tasks WHERE id > ?1 ORDER BY id LIMIT 1");
    Ok(q.query_row(&sql, &params![after], queued)?.map(|(_, queued)| queued))
}

/// The first task of the lane that comes after another, in a fixed order, with its lane.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn next_lane(
    q: &impl Query,
    after: Option<&(WorkspaceId, String)>,
) -> Result<Option<(String, Queued)>, JourneysError> {
    let order = "ORDER BY workspace, lane, id LIMIT 1";
    Ok(match after {
        Some((workspace, lane)) => {
            let sql = format!("SELECT {ROW} FROM journey_tasks WHERE (workspace, lane) > (?1, ?2) {order}");
            q.query_row(&sql, &params![workspace, lane], queued)?
        }
        None => q.query_row(&format!("SELECT {ROW} FROM journey_tasks {order}"), &[], queued)?,
    })
}

/// The ends of pauses that people are being brought back from, in the order they are done.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn resumes(q: &impl Query) -> Result<Vec<Queued>, JourneysError> {
    let sql = format!("SELECT {ROW} FROM journey_tasks WHERE substr(lane, 1, ?1) = ?2 ORDER BY id");
    let found = q.query(&sql, &params![RESUMES.len(), RESUMES], queued)?;
    Ok(found.into_iter().map(|(_, queued)| queued).collect())
}

/// Whether a journey has not taken in all of an audience yet; and how many of it are left, where the audience is listed.
///
/// # Errors
/// When the storage fails or the bytes cannot be read.
pub fn entering(q: &impl Query, workspace: WorkspaceId, journey: &str) -> Result<Option<u64>, JourneysError> {
    let (mut after, mut left) = (0, None);
    while let Some(queued) = next(q, after)? {
        after = queued.id;
        let people = match &queued.task {
            Task::Enter { journey, profiles, .. } => Some((journey, profiles.len() as u64)),
            Task::Schedule { journey, .. } => Some((journey, 0)),
            _ => None,
        };
        if let Some((_, people)) = people.filter(|(of, _)| queued.workspace == workspace && *of == journey) {
            *left.get_or_insert(0) += people;
        }
    }
    Ok(left)
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

/// What rate limiters remember: journey, limiter, grid.
///
/// # Errors
/// When the storage fails.
pub fn grids(q: &impl Query, workspace: WorkspaceId) -> Result<Vec<(String, String, Grid)>, JourneysError> {
    let sql = "SELECT journey, step, last_us, passed_us FROM journey_turns WHERE workspace = ?1";
    Ok(q.query(sql, &params![workspace], |row| {
        Ok((row.get(0)?, row.get(1)?, Grid { given_us: row.get(2)?, passed_us: row.get(3)? }))
    })?)
}

/// Notes what a rate limiter remembers.
///
/// # Errors
/// When the storage fails.
pub fn keep_grid(
    tx: &Tx,
    workspace: WorkspaceId,
    journey: &str,
    limiter: &str,
    grid: Grid,
) -> Result<(), JourneysError> {
    let sql = "INSERT INTO journey_turns (workspace, journey, step, last_us, passed_us) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (workspace, journey, step) \
               DO UPDATE SET last_us = excluded.last_us, passed_us = excluded.passed_us";
    tx.execute(sql, &params![workspace, journey, limiter, grid.given_us, grid.passed_us])?;
    Ok(())
}

/// Forgets a rate limiter.
///
/// # Errors
/// When the storage fails.
pub fn forget_grid(tx: &Tx, workspace: WorkspaceId, journey: &str, limiter: &str) -> Result<(), JourneysError> {
    let sql = "DELETE FROM journey_turns WHERE workspace = ?1 AND journey = ?2 AND step = ?3";
    tx.execute(sql, &params![workspace, journey, limiter])?;
    Ok(())
}
