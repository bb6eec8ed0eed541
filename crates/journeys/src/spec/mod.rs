//! The document of a journey: what a team writes, versions and publishes.
//!
//! Steps form a graph: each has an id, one action and the id of what comes next (by default the following step). The
//! order of the list is only a default, so a canvas may keep it, and new actions and triggers are new members beside
//! the present ones. Text in, text out: [`JourneySpec`] serialises to the same document it was read from.

pub mod chain;
pub mod check;
mod graph;
pub(crate) mod liquid;
pub(crate) mod read;
mod step;
mod trigger;
mod uses;
mod write;

use rapport_domain::Timestamp;

pub use self::step::{
    Action, Arm, Became, DateOf, Digest, Emit, EventWait, Experiment, Limit, ListChange, MessageTest, Send, Share,
    Start, Step, TimeWait, Update, Wait, Webhook, WhenWait, Winner, WinnerArm,
};
pub use self::trigger::{
    Audience, DateTrigger, EventTrigger, Occurrence, ScheduleTrigger, SegmentTrigger, Trigger, ZoneChoice,
};
pub use self::uses::{Listens, Use};

/// Steps a journey may have.
pub const MAX_STEPS: usize = 200;
/// How deep the values of a step may be nested; what is deeper is taken as it stands.
pub const MAX_NESTING: usize = 8;
/// Arms a branch, split or experiment may have.
pub const MAX_ARMS: usize = 20;
/// Traits one step may set or remove; members of an emitted event or of the data of a start.
pub const MAX_TRAITS: usize = 50;
/// Characters of a name, description, note or exit reason.
pub const MAX_TEXT_CHARS: usize = 500;
/// Characters of one rule.
pub const MAX_RULE_CHARS: usize = rapport_rules::limits::MAX_TEXT_BYTES;
/// The longest wait, and the longest re-entry pause: two years.
pub const MAX_WAIT_MS: i64 = 731 * rapport_domain::time::DAY_MS;
/// The shortest wait.
pub const MIN_WAIT_MS: i64 = rapport_domain::time::SECOND_MS;
/// How long a message is worth sending when its step does not say: 3 days.
pub const DEFAULT_EXPIRY_MS: i64 = 3 * rapport_domain::time::DAY_MS;
/// Messages of each arm of a comparison that have to be sent before any can win, when its step does not say.
pub const DEFAULT_MINIMUM: u32 = 20;
/// What a winner may be chosen by.
pub const METRICS: [&str; 3] = ["opens", "clicks", GOALS];
/// The metric of goals reached.
pub const GOALS: &str = "goals";
/// The id that ends a journey when `next`, `goto` or `otherwise` names it.
pub const END: &str = "end";
/// The priority of a journey that states none; 0 to 100.
pub const DEFAULT_PRIORITY: u8 = 50;

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
    /// Runs of this journey one customer may be in at once; only keys make more than one possible.
    pub concurrent: Option<u32>,
    /// A rule that ends a run at once, also while it waits.
    pub exit_when: Option<String>,
    /// What it is meant to bring about.
    pub goal: Option<Goal>,
    /// Hundredths of a percent of customers who go through it without any effect, so that lift can be measured.
    pub holdout: u32,
    /// Of several journeys that one event starts, the higher goes first; messages carry it to the gate. 0 to 100.
    pub priority: u8,
    /// Nobody enters before.
    pub starts_at: Option<Timestamp>,
    /// Nobody enters from then on; who is inside goes on.
    pub stops_at: Option<Timestamp>,
    /// What happens; never empty.
    pub steps: Vec<Step>,
}

/// What a journey is meant to bring about. It is reached once a run at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What reaches it.
    pub by: GoalBy,
    /// Whether reaching it ends the run.
    pub exits: bool,
}

/// What reaches a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum GoalBy {
    /// An event after the entry.
    Event {
        /// Its name.
        name: String,
        /// A predicate on it, named `e`.
        filter: Option<String>,
        /// A property that must equal the run's key, or what the event that started the run has under the same name.
        same: Option<String>,
    },
    /// A rule that comes to hold.
    Rule(String),
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
        if let Action::Jump(target) = &step.action {
            return Some(target.as_str()).filter(|t| *t != END);
        }
        self.target(index, step.next.as_deref())
    }

    /// Where the second exit of a step leads (timed out, failed, no date); where its first does when none is stated.
    #[must_use]
    pub fn otherwise(&self, index: usize) -> Option<&str> {
        let step = self.steps.get(index)?;
        if step.otherwise.is_none() { self.after(index) } else { self.target(index, step.otherwise.as_deref()) }
    }

    fn target<'a>(&'a self, index: usize, named: Option<&'a str>) -> Option<&'a str> {
        match named {
            Some(END) => None,
            Some(id) => Some(id),
            None => self.steps.get(index + 1).map(|s| s.id.as_str()),
        }
    }

    /// Every rule text in the document with its JSON path; predicates on events are not among them.
    pub fn rules(&self) -> impl Iterator<Item = (String, &str)> {
        let arms = self.steps.iter().enumerate().flat_map(|(i, step)| {
            let arms: &[Arm] = if let Action::Branch(arms) = &step.action { arms } else { &[] };
            let wait = if let Action::Wait(Wait::When(wait)) = &step.action { Some(wait) } else { None };
            arms.iter()
                .enumerate()
                .map(move |(a, arm)| (format!("spec.steps[{i}].branch[{a}].when"), arm.when.as_str()))
                .chain(wait.map(|wait| (format!("spec.steps[{i}].wait.when"), wait.rule.as_str())))
        });
        let entry = self.entry_when.as_deref().map(|r| ("spec.entry.when".to_owned(), r));
        let exit = self.exit_when.as_deref().map(|r| ("spec.exit_when".to_owned(), r));
        let goal = match &self.goal {
            Some(Goal { by: GoalBy::Rule(rule), .. }) => Some(("spec.goal.when".to_owned(), rule.as_str())),
            _ => None,
        };
        let audience = match &self.trigger {
            Trigger::Schedule(ScheduleTrigger { audience: Audience::Rule(rule), .. }) => {
                Some(("spec.trigger.schedule.audience.rule".to_owned(), rule.as_str()))
            }
            _ => None,
        };
        audience.into_iter().chain(entry).chain(exit).chain(goal).chain(arms)
    }

    /// Every predicate on an event with its JSON path.
    pub fn predicates(&self) -> impl Iterator<Item = (String, &str)> {
        let trigger = match &self.trigger {
            Trigger::Event(event) => event.filter.as_deref().map(|f| ("spec.trigger.event.where".to_owned(), f)),
            _ => None,
        };
        let goal = match &self.goal {
            Some(Goal { by: GoalBy::Event { filter: Some(filter), .. }, .. }) => {
                Some(("spec.goal.event.where".to_owned(), filter.as_str()))
            }
            _ => None,
        };
        let steps = self.steps.iter().enumerate().filter_map(|(i, step)| {
            let (member, filter) = match &step.action {
                Action::Wait(Wait::Event(event)) => ("wait.event", event.filter.as_deref()),
                Action::Digest(digest) => ("digest", digest.filter.as_deref()),
                _ => return None,
            };
            Some((format!("spec.steps[{i}].{member}.where"), filter?))
        });
        trigger.into_iter().chain(goal).chain(steps)
    }
}
