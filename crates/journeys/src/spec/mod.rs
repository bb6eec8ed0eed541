//! The document of a journey: what a team writes, versions and publishes.
//!
//! Steps form a graph: each has an id, one action and the id of what comes next (by default the following step). The
//! order of the list is only a default, so a canvas may keep it, and new actions and triggers are new members beside
//! the present ones. Text in, text out: [`JourneySpec`] serialises to the same document it was read from.

pub mod check;
mod graph;
mod read;
mod write;

use serde_json::{Map, Value};

/// Steps a journey may have.
pub const MAX_STEPS: usize = 200;
/// Arms a branch may have.
pub const MAX_ARMS: usize = 20;
/// Traits one step may set or remove.
pub const MAX_TRAITS: usize = 50;
/// Characters of a name, description, note or exit reason.
pub const MAX_TEXT_CHARS: usize = 500;
/// Characters of one rule.
pub const MAX_RULE_CHARS: usize = 10_000;
/// The longest wait, and the longest re-entry pause: two years.
pub const MAX_WAIT_MS: i64 = 731 * rapport_domain::time::DAY_MS;
/// The shortest wait.
pub const MIN_WAIT_MS: i64 = rapport_domain::time::SECOND_MS;
/// How long a message is worth sending when its step does not say: 3 days.
pub const DEFAULT_EXPIRY_MS: i64 = 3 * rapport_domain::time::DAY_MS;
/// The id that ends a journey when `next`, `goto` or `otherwise` names it.
pub const END: &str = "end";

/// A journey as written.
#[derive(Clone, Debug, PartialEq)]
pub struct JourneySpec {
    /// For people.
    pub name: String,
    /// For people: what it is for.
    pub description: Option<String>,
    /// What starts it.
    pub trigger: Trigger,
    /// A rule that must hold when it starts.
    pub entry_when: Option<String>,
    /// Whether a customer may come again.
    pub reentry: Reentry,
    /// A rule that ends a run at once, also while it waits.
    pub exit_when: Option<String>,
    /// What happens; never empty.
    pub steps: Vec<Step>,
}

/// What starts a journey.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// An event.
    Event(EventTrigger),
    /// A segment edge.
    Segment(SegmentTrigger),
}

/// An event that starts a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct EventTrigger {
    /// The event's name.
    pub name: String,
    /// A predicate on the event, named `e`.
    pub filter: Option<String>,
    /// A property whose value names what the run is about (`cart_id`): runs of different values go side by side.
    pub key: Option<String>,
}

/// A segment edge that starts a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentTrigger {
    /// The segment's id.
    pub id: String,
    /// True for entering it, false for leaving it.
    pub entered: bool,
}

/// Whether a customer may enter again. Never while a run of the journey (and key) is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reentry {
    /// Only one run ever.
    Once,
    /// Every time.
    Always,
    /// When that many milliseconds have passed since the last entry.
    AfterMs(i64),
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id, a slug unique within the journey and not `end`.
    pub id: String,
    /// A remark for people.
    pub note: Option<String>,
    /// Where a canvas shows it, if somebody moved it: x and y in pixels.
    pub position: Option<(i64, i64)>,
    /// What it does.
    pub action: Action,
    /// What comes after: a step's id or `end`; for a branch, when no arm holds (`otherwise`). `None` is the following
    /// step in the list, or the end after the last.
    pub next: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Lets time pass.
    Wait(Wait),
    /// Goes to the first arm that holds.
    Branch(Vec<Arm>),
    /// Decides a message.
    Send(Send),
    /// Changes traits of the profile.
    Update(Update),
    /// Ends the run with this reason.
    Exit(String),
}

/// A wait: a duration, then (if named) the next time a local clock shows an hour and minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Milliseconds; 0 when only `until` is given.
    pub for_ms: i64,
    /// Minute of the day in the profile's zone.
    pub until_minute: Option<u16>,
}

/// One arm of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The rule.
    pub when: String,
    /// Where to go when it holds: a step's id or `end`.
    pub goto: String,
}

/// A message to decide. The delivery gate has the last word on whether it leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    /// The kind of channel: `email`.
    pub channel: String,
    /// The template's id.
    pub template: String,
    /// The topic, when the template names none itself.
    pub topic: Option<String>,
    /// A message the customer asked for: passes consent and quiet hours.
    pub transactional: bool,
    /// How long it is worth sending, in milliseconds; [`DEFAULT_EXPIRY_MS`] when absent.
    pub expires_ms: Option<i64>,
}

/// Traits to change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Traits to set, with their values.
    pub set: Map<String, Value>,
    /// Traits to remove.
    pub unset: Vec<String>,
}

impl JourneySpec {
    /// The index of a step.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// Where a step leads when it is done and nothing else was chosen; `None` is the end.
    #[must_use]
    pub fn after(&self, index: usize) -> Option<&str> {
        let step = self.steps.get(index)?;
        match step.next.as_deref() {
            Some(END) => None,
            Some(id) => Some(id),
            None => self.steps.get(index + 1).map(|s| s.id.as_str()),
        }
    }

    /// Every rule text in the document with its JSON path; predicates on the trigger's event are not among them.
    pub fn rules(&self) -> impl Iterator<Item = (String, &str)> {
        let arms = self.steps.iter().enumerate().flat_map(|(i, step)| {
            let arms: &[Arm] = if let Action::Branch(arms) = &step.action { arms } else { &[] };
            arms.iter()
                .enumerate()
                .map(move |(a, arm)| (format!("spec.steps[{i}].branch[{a}].when"), arm.when.as_str()))
        });
        let entry = self.entry_when.as_deref().map(|r| ("spec.entry.when".to_owned(), r));
        let exit = self.exit_when.as_deref().map(|r| ("spec.exit_when".to_owned(), r));
        entry.into_iter().chain(exit).chain(arms)
    }
}
