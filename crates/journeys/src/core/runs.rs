//! The runs of one profile: where it is in which journey, and where it was.

use rapport_domain::{Json, ProfileId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::habits::Habits;
use crate::spec::{Became, MAX_STEPS};

/// Runs a profile can be in at once, over all journeys and keys.
pub const MAX_ACTIVE_RUNS: usize = 64;
/// Entries of history a profile keeps. Beyond it the entries with a key that were used longest ago are forgotten, so a
/// keyed `once` may let a very old key in again; entries without a key are never forgotten.
pub const MAX_HISTORY: usize = 256;

/// Passages a run remembers; the oldest are forgotten first.
pub const MAX_PATH: usize = 32;
/// Bytes of what steps left for later ones ([`Run::data`]); what does not fit is not kept, and said.
pub const MAX_DATA_BYTES: usize = 16 * 1024;
/// Names a run had in absorbed profiles that it remembers, the latest.
pub const MAX_FORMER: usize = 16;

/// All runs of one profile. Its encoding (postcard behind a format byte, see [`crate::repo`]) is a stored format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Runs {
    /// Runs that go on, in order of entry.
    pub active: Vec<Run>,
    /// Per journey and key: how often it was entered and left.
    pub history: Vec<History>,
    /// The last run number given; the next is one more.
    pub last_run: u64,
    /// When journeys that start by a date in a trait start next, by journey.
    pub dates: Vec<DatePlan>,
    /// When the profile reacts. The last member; see [`Habits`].
    pub habits: Habits,
}

/// When a date in a trait starts a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatePlan {
    /// The journey's id.
    pub journey: String,
    /// When.
    pub due_at: Timestamp,
}

/// Whether a run has effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Group {
    /// It has.
    #[default]
    Treatment,
    /// It has none but transactional messages: the measure of what would have happened anyway.
    Control,
}

impl Group {
    /// Its name in events and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::Control => "control",
        }
    }
}

/// What a waiting run was given before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wake {
    /// The event it waited for, or that the rule it waited for holds.
    Event,
    /// The answer it waited for.
    Answered,
    /// Word that there will be no answer, or that the day it waited for is over or gone.
    Failed,
}

/// A step a run has passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// The step.
    pub step: String,
    /// By which exit: `next`, `arm 1`, `timed_out`…
    pub exit: String,
    /// When.
    pub at: Timestamp,
}

/// One run that goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Unique within the profile, from 1.
    pub id: u64,
    /// The journey's id.
    pub journey: String,
    /// The version it is on.
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
    /// When to go on; `None` is a run that waits for something other than time.
    pub due_at: Option<Timestamp>,
    /// What started it, for templates: `event`, `segment` or `data`; bounded.
    pub trigger: Json,
    /// Whether it has effects.
    pub group: Group,
    /// When its goal was reached.
    pub goal_at: Option<Timestamp>,
    /// What came for it while it waited.
    pub wake: Option<Wake>,
    /// What steps left for later ones: `waited`, `digest`, `webhook`; bounded.
    pub data: Json,
    /// The steps it passed, the last [`MAX_PATH`] of them.
    pub path: Vec<Passage>,
    /// What became of the last message of each of its send steps.
    pub messages: Vec<OwnMessage>,
    /// The names it had before its profile was absorbed, the oldest first: what it caused under them knows it by them.
    pub former: Vec<RunName>,
    /// When what started it happened, by its own time, which is before the entry when it was told late. What happened before is no
    /// goal of the run.
    pub since: Timestamp,
}

/// The last message that a send step of a run decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnMessage {
    /// The step.
    pub step: String,
    /// The message's id.
    pub id: String,
    /// How far it came.
    pub is: Became,
}

/// What names a run everywhere and for ever: its number within the profile that had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunName {
    /// The profile.
    pub profile: ProfileId,
    /// The number.
    pub run: u64,
}

impl Run {
    /// Leaves a value for later steps. Answers whether it fit into [`MAX_DATA_BYTES`]; when it does not, there is none of
    /// that name, for an older one would be taken for it.
    pub(super) fn leave(&mut self, name: &str, value: Value) -> bool {
        let mut map = self.data.map().clone();
        map.insert(name.to_owned(), value);
        let data = Json::from(map);
        if data.text().len() <= MAX_DATA_BYTES {
            self.data = data;
            return true;
        }
        let mut map = self.data.map().clone();
        if map.remove(name).is_some() {
            self.data = Json::from(map);
        }
        false
    }

    /// Notes how far a step's message came.
    pub(super) fn note_message(&mut self, step: &str, id: &str, is: Became) {
        self.messages.retain(|message| message.step != step);
        if self.messages.len() >= MAX_STEPS {
            self.messages.remove(0);
        }
        self.messages.push(OwnMessage { step: step.to_owned(), id: id.to_owned(), is });
    }

    /// The run moved from a profile that was absorbed.
    pub(super) fn was(&mut self, name: RunName) {
        if self.former.len() >= MAX_FORMER {
            self.former.remove(0);
        }
        self.former.push(name);
    }

    /// What templates and references may read: what started it, and what steps left.
    #[must_use]
    pub fn values(&self) -> Map<String, Value> {
        let mut map = self.trigger.map().clone();
        map.extend(self.data.map().clone());
        map
    }

    pub(super) fn passed(&mut self, exit: &str, at: Timestamp) {
        if self.path.len() >= MAX_PATH {
            self.path.remove(0);
        }
        self.path.push(Passage { step: self.step.clone(), exit: exit.to_owned(), at });
    }
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
        self.active.is_empty()
            && self.history.is_empty()
            && self.last_run == 0
            && self.dates.is_empty()
            && self.habits.is_empty()
    }

    /// When the next run is due, paused or not, or the next date starts a journey. What the engine sets its timer to is
    /// [`super::set::JourneySet::next_due`].
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let dates = self.dates.iter().map(|d| d.due_at);
        self.active.iter().filter_map(|run| run.due_at).chain(dates).min()
    }

    /// The run of that number.
    #[must_use]
    pub fn run(&self, id: u64) -> Option<&Run> {
        self.active.iter().find(|r| r.id == id)
    }

    /// Notes that the profile was in a journey, for re-entry rules: an entry that is over.
    pub fn remember(&mut self, journey: &str, key: Option<&str>, at: Timestamp) {
        let past = self.past_mut(journey, key, at);
        past.entered = past.entered.saturating_add(1);
        past.exited = past.exited.saturating_add(1);
        past.last_entered_at = past.last_entered_at.max(at);
    }

    /// Gives a run at a rate limiter its turn.
    pub fn grant(&mut self, id: u64, at: Timestamp) {
        if let Some(run) = self.active.iter_mut().find(|r| r.id == id && r.waiting && r.due_at.is_none()) {
            run.due_at = Some(at);
        }
    }

    /// The active run of a journey and key.
    #[must_use]
    pub fn find(&self, journey: &str, key: Option<&str>) -> Option<&Run> {
        self.active.iter().find(|r| r.journey == journey && r.key.as_deref() == key)
    }

    /// The number here of the run that had that name when its profile was absorbed.
    #[must_use]
    pub fn renamed(&self, name: RunName) -> Option<u64> {
        self.active.iter().find(|run| run.former.contains(&name)).map(|run| run.id)
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
}
