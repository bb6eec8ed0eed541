//! The runs of one profile: where it is in which journey, and where it was.

use rapport_domain::{Json, Timestamp};
use serde::{Deserialize, Serialize};

/// Runs a profile can be in at once, over all journeys and keys.
pub const MAX_ACTIVE_RUNS: usize = 64;
/// Entries of history a profile keeps. Beyond it the entries with a key that were used longest ago are forgotten, so a
/// keyed `once` may let a very old key in again; entries without a key are never forgotten.
pub const MAX_HISTORY: usize = 256;

/// All runs of one profile. Its encoding (postcard behind a format byte, see [`crate::repo`]) is a stored format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Runs {
    /// Runs that go on, in order of entry.
    pub active: Vec<Run>,
    /// Per journey and key: how often it was entered and left.
    pub history: Vec<History>,
    /// The last run number given; the next is one more.
    pub last_run: u64,
}

/// One run that goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Unique within the profile, from 1.
    pub id: u64,
    /// The journey's id.
    pub journey: String,
    /// The version it started on and stays on.
    pub version: u32,
    /// What it is about, when the trigger names a key.
    pub key: Option<String>,
    /// The step it stands at.
    pub step: String,
    /// Whether that step is a wait that has begun; else the step is still to be done.
    pub waiting: bool,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it came to the step.
    pub step_at: Timestamp,
    /// When to go on; `None` would be a run that waits for something other than time.
    pub due_at: Option<Timestamp>,
    /// What started it, for templates: `event` or `segment`; bounded.
    pub trigger: Json,
}

/// How often the profile was in a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The journey's id.
    pub journey: String,
    /// The key, when the trigger names one.
    pub key: Option<String>,
    /// Runs begun.
    pub entered: u32,
    /// Runs ended.
    pub exited: u32,
    /// When the last one began.
    pub last_entered_at: Timestamp,
}

impl Runs {
    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.active.is_empty() && self.history.is_empty() && self.last_run == 0
    }

    /// When the next run is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.active.iter().filter_map(|run| run.due_at).min()
    }

    /// The active run of a journey and key.
    #[must_use]
    pub fn find(&self, journey: &str, key: Option<&str>) -> Option<&Run> {
        self.active.iter().find(|r| r.journey == journey && r.key.as_deref() == key)
    }

    /// What is remembered of a journey and key.
    #[must_use]
    pub fn past(&self, journey: &str, key: Option<&str>) -> Option<&History> {
        self.history.iter().find(|h| h.journey == journey && h.key.as_deref() == key)
    }

    /// The entry of a journey and key, made when missing. At the bound the oldest keyed entry gives way.
    pub(super) fn past_mut(&mut self, journey: &str, key: Option<&str>, at: Timestamp) -> &mut History {
        let found = self.history.iter().position(|h| h.journey == journey && h.key.as_deref() == key);
        let index = found.unwrap_or_else(|| {
            self.forget_to(MAX_HISTORY - 1);
            self.history.push(History {
                journey: journey.to_owned(),
                key: key.map(str::to_owned),
                entered: 0,
                exited: 0,
                last_entered_at: at,
            });
            self.history.len() - 1
        });
        &mut self.history[index]
    }

    fn forget_to(&mut self, most: usize) {
        while self.history.len() > most {
            let idle = |h: &History| h.key.is_some() && h.entered <= h.exited;
            let oldest =
                self.history.iter().enumerate().filter(|(_, h)| idle(h)).min_by_key(|(_, h)| h.last_entered_at);
            let Some((index, _)) = oldest else { return };
            self.history.remove(index);
        }
    }

    /// What a profile that lives again after an undone merge keeps of the runs of the one it was part of: the counters,
    /// but no run, for those go on with the other profile.
    #[must_use]
    pub fn restored(mut self) -> Self {
        for run in std::mem::take(&mut self.active) {
            let past = self.past_mut(&run.journey, run.key.as_deref(), run.entered_at);
            past.exited = past.exited.saturating_add(1);
        }
        self
    }
}
