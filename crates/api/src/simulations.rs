//! Simulations that go on while nobody waits for them: how far they are, and what came of the last ones. They are kept in
//! memory, a bounded number of them, and are gone after a restart: each can be asked for again.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use rapport_domain::time::DAY_MS;
use rapport_domain::{ErrorClass, Timestamp, WorkspaceId};
use rapport_engine::simulate::Progress;
use rapport_lake::CancelFlag;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::state::ApiState;

/// Played at once; others wait for their turn.
const AT_ONCE: usize = 2;
/// Of one workspace, played or waiting; one more is told to come back.
const MOST_UNDER_WAY: usize = 4;
/// Of one workspace, kept after their end.
const KEPT: usize = 16;
/// Kept after their end, of all workspaces together.
const KEPT_IN_ALL: usize = 128;
/// For how long at most, milliseconds.
const KEPT_MS: i64 = DAY_MS;

/// Where a simulation is.
#[derive(Clone, Debug)]
pub(crate) enum Stand {
    /// For its turn.
    Waiting,
    /// It is being played.
    Running,
    /// What it would have done.
    Done(Timestamp, Arc<Value>),
    /// Why it ended without an answer: a code and a text.
    Failed(Timestamp, &'static str, String),
}

/// One simulation.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) workspace: WorkspaceId,
    /// The journey's id; `campaign/ID` of a campaign.
    pub(crate) journey: String,
    /// The document that is played.
    pub(crate) spec: Value,
    /// Who asked.
    pub(crate) by: String,
    pub(crate) asked_at: Timestamp,
    /// From when.
    pub(crate) since: Timestamp,
    /// How far it is.
    pub(crate) progress: Progress,
    pub(crate) cancel: CancelFlag,
    pub(crate) stand: Mutex<Stand>,
    /// Customers who were erased while it was under way.
    pub(crate) erased: Mutex<Vec<String>>,
}

impl Job {
    fn is_under_way(&self) -> bool {
        matches!(*self.stand.lock(), Stand::Waiting | Stand::Running)
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        match *self.stand.lock() {
            Stand::Waiting | Stand::Running => false,
            Stand::Done(at, _) | Stand::Failed(at, ..) => now.0 - at.0 > KEPT_MS,
        }
    }

    /// What came of it; nothing that tells of somebody who is erased.
    fn ended(&self, outcome: Result<Value, ApiError>, now: Timestamp) {
        let erased = self.erased.lock();
        *self.stand.lock() = match outcome {
            Ok(found) if erased.iter().any(|profile| names(&found, profile)) => {
                let text = "a customer it tells of was erased meanwhile; simulate once more";
                Stand::Failed(now, "customer_erased", text.to_owned())
            }
            Ok(found) => Stand::Done(now, Arc::new(found)),
            Err(error) => Stand::Failed(now, error.code, error.detail),
        };
    }
}

/// Whether a report tells of a profile.
fn names(report: &Value, profile: &str) -> bool {
    report.to_string().contains(profile)
}

/// Those under way and those that were.
pub(crate) struct Simulations {
    /// The oldest first.
    kept: Mutex<VecDeque<Arc<Job>>>,
    places: Arc<Semaphore>,
}

impl Default for Simulations {
    fn default() -> Self {
        Simulations { kept: Mutex::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Simulations {
    /// Takes one in; those that ended longest ago make room.
    ///
    /// # Errors
    /// `busy` when the workspace has too many under way.
    fn take(&self, job: Arc<Job>) -> Result<(), ApiError> {
        let mut kept = self.kept.lock();
        kept.retain(|other| !other.is_stale(job.asked_at));
        let of_workspace = |other: &Arc<Job>| other.workspace == job.workspace;
        if kept.iter().filter(|other| of_workspace(other) && other.is_under_way()).count() >= MOST_UNDER_WAY {
            return Err(ApiError::busy(10_000));
        }
        let ended = |other: &Arc<Job>| !other.is_under_way();
        while kept.iter().filter(|other| of_workspace(other) && ended(other)).count() >= KEPT {
            let Some(oldest) = kept.iter().position(|other| of_workspace(other) && ended(other)) else { break };
            kept.remove(oldest);
        }
        while kept.iter().filter(|other| ended(other)).count() >= KEPT_IN_ALL {
            let Some(oldest) = kept.iter().position(ended) else { break };
            kept.remove(oldest);
        }
        kept.push_back(job);
        Ok(())
    }

    /// Those of a journey, or all of the workspace, the newest first; what ended a day before `now` is gone.
    pub(crate) fn of(&self, workspace: WorkspaceId, journey: Option<&str>, now: Timestamp) -> Vec<Arc<Job>> {
        let mut kept = self.kept.lock();
        kept.retain(|job| !job.is_stale(now));
        let wanted = |job: &&Arc<Job>| job.workspace == workspace && journey.is_none_or(|id| job.journey == id);
        kept.iter().rev().filter(wanted).cloned().collect()
    }

    /// One of them.
    pub(crate) fn get(&self, workspace: WorkspaceId, id: &str) -> Option<Arc<Job>> {
        self.kept.lock().iter().find(|job| job.workspace == workspace && job.id == id).cloned()
    }

    /// A customer is erased: what tells of them is forgotten, and what is under way will not tell.
    pub(crate) fn erase(&self, workspace: WorkspaceId, profile: &str) {
        self.kept.lock().retain(|job| {
            if job.workspace != workspace {
                return true;
            }
            // First, so that one that ends at this moment either sees it or is seen.
            job.erased.lock().push(profile.to_owned());
            match &*job.stand.lock() {
                Stand::Done(_, found) => !names(found, profile),
                Stand::Waiting | Stand::Running | Stand::Failed(..) => true,
            }
        });
    }

    /// Ends one that is under way, and forgets it; whether it was there.
    pub(crate) fn forget(&self, workspace: WorkspaceId, id: &str) -> bool {
        let mut kept = self.kept.lock();
        let Some(at) = kept.iter().position(|job| job.workspace == workspace && job.id == id) else { return false };
        if let Some(job) = kept.remove(at) {
            job.cancel.cancel();
        }
        true
    }

    /// Ends all that are under way: the server stops.
    pub(crate) fn end(&self) {
        self.places.close();
        self.kept.lock().iter().for_each(|job| job.cancel.cancel());
    }
}

impl ApiState {
    /// Begins a simulation that nobody waits for. `play` is called on a thread that may block.
    ///
    /// # Errors
    /// `busy` when the workspace has too many under way.
    pub(crate) fn begin_simulation<F>(&self, job: Arc<Job>, play: F) -> Result<(), ApiError>
    where
        F: FnOnce(&ApiState, &Job) -> Result<Value, ApiError> + Send + 'static,
    {
        let simulations = &self.shared().simulations;
        simulations.take(Arc::clone(&job))?;
        let (places, state) = (Arc::clone(&simulations.places), self.clone());
        tokio::spawn(async move {
            let Ok(_place) = places.acquire_owned().await else { return };
            // It may have been ended while it waited.
            if job.cancel.check().is_err() {
                return;
            }
            *job.stand.lock() = Stand::Running;
            let (player, played) = (state.clone(), Arc::clone(&job));
            let outcome = tokio::task::spawn_blocking(move || play(&player, &played)).await;
            let outcome =
                outcome.unwrap_or_else(|panic| Err(ApiError::fault("panic", ErrorClass::Fatal, panic.to_string())));
            if let Err(ApiError { code, internal: Some(internal), .. }) = &outcome {
                tracing::error!(workspace.id = job.workspace.0, error.code = code, %internal, "a simulation failed");
            }
            job.ended(outcome, state.now());
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(workspace: u32, id: usize) -> Arc<Job> {
        Arc::new(Job {
            id: id.to_string(),
            workspace: WorkspaceId(workspace),
            journey: format!("j{}", id % 2),
            spec: Value::Null,
            by: "ann@x.y".to_owned(),
            asked_at: Timestamp(id as i64),
            since: Timestamp(0),
            progress: Progress::default(),
            cancel: CancelFlag::new(),
            stand: Mutex::new(Stand::Waiting),
            erased: Mutex::default(),
        })
    }

    fn ended(workspace: u32, id: usize) -> Arc<Job> {
        let job = job(workspace, id);
        *job.stand.lock() = Stand::Done(Timestamp(id as i64), Arc::new(Value::Null));
        job
    }

    #[test]
    fn the_oldest_that_ended_make_room_and_none_under_way_does() {
        let all = Simulations::default();
        for n in 0..MOST_UNDER_WAY {
            all.take(job(1, n)).unwrap();
        }
        assert_eq!(all.take(job(1, 9)).unwrap_err().code(), "busy");
        all.take(job(2, 9)).unwrap();
        let one = all.get(WorkspaceId(1), "0").unwrap();
        assert!(all.get(WorkspaceId(2), "0").is_none() && !all.forget(WorkspaceId(2), "0"));
        assert!(all.forget(WorkspaceId(1), "0") && one.cancel.check().is_err());
        for n in 10..10 + 2 * KEPT {
            *all.get(WorkspaceId(1), "1").unwrap().stand.lock() = Stand::Waiting;
            all.take(ended(1, n)).unwrap();
        }
        let left = all.of(WorkspaceId(1), None, Timestamp(0));
        assert_eq!(left.len(), MOST_UNDER_WAY - 1 + KEPT);
        assert_eq!(left[0].id, (9 + 2 * KEPT).to_string(), "the newest first");
        assert!(left.iter().any(|job| job.id == "1") && !left.iter().any(|job| job.id == "10"));
        assert!(all.of(WorkspaceId(1), Some("j1"), Timestamp(0)).iter().all(|job| job.journey == "j1"));
        for workspace in 3..3 + 2 * KEPT_IN_ALL as u32 {
            all.take(ended(workspace, 0)).unwrap();
        }
        assert_eq!(all.kept.lock().iter().filter(|job| !job.is_under_way()).count(), KEPT_IN_ALL);
        assert_eq!(all.of(WorkspaceId(2), None, Timestamp(i64::MAX)).len(), 1, "what is under way stays");
    }

    #[test]
    fn what_tells_of_an_erased_customer_is_forgotten() {
        let all = Simulations::default();
        let report = |profile: &str| serde_json::json!({"people": [{"profile": profile}], "flood": {"sample": []}});
        let (told, other, late, fine) = (job(1, 0), job(1, 1), job(1, 2), job(1, 3));
        for one in [&told, &other, &late, &fine] {
            all.take(Arc::clone(one)).unwrap();
        }
        told.ended(Ok(report("p_1")), Timestamp(1));
        other.ended(Ok(report("p_2")), Timestamp(1));
        all.erase(WorkspaceId(2), "p_2");
        all.erase(WorkspaceId(1), "p_1");
        late.ended(Ok(report("p_1")), Timestamp(2));
        fine.ended(Ok(report("p_2")), Timestamp(2));
        let left = all.of(WorkspaceId(1), None, Timestamp(2));
        assert_eq!(left.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["3", "2", "1"]);
        assert!(matches!(*left[1].stand.lock(), Stand::Failed(_, "customer_erased", _)));
        assert!(matches!(*left[0].stand.lock(), Stand::Done(..)));
        // And nothing stays longer than a day.
        assert_eq!(all.of(WorkspaceId(1), None, Timestamp(1 + KEPT_MS)).len(), 3);
        assert_eq!(all.of(WorkspaceId(1), None, Timestamp(2 + KEPT_MS)).len(), 2);
        assert!(all.of(WorkspaceId(1), None, Timestamp(3 + KEPT_MS)).is_empty());
    }

    #[test]
    fn the_end_of_the_server_ends_them() {
        let all = Simulations::default();
        all.take(job(1, 0)).unwrap();
        all.end();
        assert!(all.get(WorkspaceId(1), "0").unwrap().cancel.check().is_err());
        assert!(all.places.try_acquire().is_err());
    }
}
