//! Stored formats of earlier releases.

use rapport_domain::{Json, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::core::habits::Habits;
use crate::core::runs::{DatePlan, Group, History, OwnMessage, Passage, Run, Runs, Wake};
use crate::error::JourneysError;
use crate::spec::Became;

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
            since: since(&run.trigger, run.entered_at),
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
            messages: Vec::new(),
            former: Vec::new(),
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

/// Runs that kept what became of their messages among what steps left, and no former names.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct SecondRuns {
    active: Vec<SecondRun>,
    history: Vec<History>,
    last_run: u64,
    dates: Vec<DatePlan>,
    habits: Habits,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct SecondRun {
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
    group: Group,
    goal_at: Option<Timestamp>,
    wake: Option<Wake>,
    data: Json,
    path: Vec<Passage>,
}

impl From<SecondRun> for Run {
    fn from(run: SecondRun) -> Self {
        let mut data = run.data.map().clone();
        let noted = match data.remove("messages") {
            Some(Value::Object(noted)) => noted,
            _ => serde_json::Map::new(),
        };
        let messages = noted.into_iter().filter_map(|(step, message)| {
            let id = message["id"].as_str()?.to_owned();
            Some(OwnMessage { step, id, is: Became::parse(message["is"].as_str()?)? })
        });
        Run {
            since: since(&run.trigger, run.entered_at),
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
            group: run.group,
            goal_at: run.goal_at,
            wake: run.wake,
            messages: messages.collect(),
            data: Json::from(data),
            path: run.path,
            former: Vec::new(),
        }
    }
}

/// When what started a run happened, as far as it is known.
fn since(trigger: &Json, entered_at: Timestamp) -> Timestamp {
    let ts = trigger.get("event.ts").and_then(Value::as_str).and_then(Timestamp::parse);
    ts.map_or(entered_at, |ts| ts.min(entered_at))
}

/// Reads format 2.
pub(crate) fn second(bytes: &[u8]) -> Result<Runs, JourneysError> {
    let old: SecondRuns = postcard::from_bytes(bytes).map_err(|e| JourneysError::Unreadable(e.to_string()))?;
    let SecondRuns { active, history, last_run, dates, habits } = old;
    Ok(Runs { active: active.into_iter().map(Run::from).collect(), history, last_run, dates, habits })
}

/// Reads format 1.
pub(crate) fn first(bytes: &[u8]) -> Result<Runs, JourneysError> {
    let old: FirstRuns = postcard::from_bytes(bytes).map_err(|e| JourneysError::Unreadable(e.to_string()))?;
    Ok(old.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_became_of_messages_leaves_the_data_of_earlier_releases() {
        let Value::Object(data) = json!({
            "messages": {"mail": {"id": "m001", "is": "opened"}, "other": {"id": "m002", "is": "lost"}}, "webhook": {"status": 200}
        }) else {
            panic!("an object")
        };
        let run = SecondRun {
            id: 1,
            journey: "j".to_owned(),
            version: 1,
            key: None,
            step: "rest".to_owned(),
            waiting: true,
            entered_at: Timestamp(7),
            step_at: Timestamp(7),
            due_at: None,
            trigger: Json::default(),
            group: Group::Treatment,
            goal_at: None,
            wake: None,
            data: Json::from(data),
            path: Vec::new(),
        };
        let old = SecondRuns {
            active: vec![run],
            history: Vec::new(),
            last_run: 1,
            dates: Vec::new(),
            habits: Habits::default(),
        };
        let read = second(&postcard::to_stdvec(&old).unwrap()).unwrap();
        let run = &read.active[0];
        assert_eq!(run.messages, [OwnMessage { step: "mail".to_owned(), id: "m001".to_owned(), is: Became::Opened }]);
        assert_eq!((run.data.text(), run.since), (r#"{"webhook":{"status":200}}"#, Timestamp(7)));
    }
}
