//! Stored formats of earlier releases.

use rapport_domain::{Json, Timestamp};
use serde::Deserialize;

use crate::core::habits::Habits;
use crate::core::runs::{Group, History, Run, Runs};
use crate::error::JourneysError;

/// Runs before there were groups, goals, dates and habits.
#[derive(Debug, Deserialize)]
pub struct FirstRuns {
    active: Vec<FirstRun>,
    history: Vec<History>,
    last_run: u64,
}

#[derive(Debug, Deserialize)]
struct FirstRun {
    id: u64,
    journey: String,
    version: u32,
    key: Option<String>,
    step: String,
    waiting: bool,
    entered_at: Timestamp,
    step_at: Timestamp,
    due_at: Option<Timestamp>,
    trigger: Json,
}

impl From<FirstRuns> for Runs {
    fn from(old: FirstRuns) -> Self {
        let active = old.active.into_iter().map(|run| Run {
            id: run.id,
            journey: run.journey,
            version: run.version,
            key: run.key,
            step: run.step,
            waiting: run.waiting,
            entered_at: run.entered_at,
            step_at: run.step_at,
            due_at: run.due_at,
            trigger: run.trigger,
            group: Group::Treatment,
            goal_at: None,
            wake: None,
            data: Json::default(),
            path: Vec::new(),
        });
        Runs {
            active: active.collect(),
            history: old.history,
            last_run: old.last_run,
            dates: Vec::new(),
            habits: Habits::default(),
        }
    }
}

/// Reads format 1.
pub(crate) fn first(bytes: &[u8]) -> Result<Runs, JourneysError> {
    let old: FirstRuns = postcard::from_bytes(bytes).map_err(|e| JourneysError::Unreadable(e.to_string()))?;
    Ok(old.into())
}
