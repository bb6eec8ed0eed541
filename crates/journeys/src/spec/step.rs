//! What happens in a journey, step by step.

use std::collections::BTreeMap;

use rapport_domain::window::SendWindow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    /// The second exit of steps that have one ([`Action::second_exit`]); `None` is the same as the first.
    pub otherwise: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Lets time pass, or waits for an event.
    Wait(Wait),
    /// Goes to the first arm that holds.
    Branch(Vec<Arm>),
    /// Goes to an arm by the profile's stable bucket.
    Split(Vec<Share>),
    /// A split that is recorded as an experiment.
    Experiment(Experiment),
    /// Decides a message.
    Send(Send),
    /// Changes traits of the profile.
    Update(Update),
    /// Records an event of the profile.
    Emit(Emit),
    /// Asks another system.
    Webhook(Webhook),
    /// Adds to or removes from a list (a segment kept by hand).
    List(ListChange),
    /// Lets only so many runs pass in a period.
    Limit(Limit),
    /// Collects events, then goes on with the list of them.
    Digest(Digest),
    /// Goes to another step.
    Jump(String),
    /// Starts another journey.
    Start(Start),
    /// Ends the profile's runs of another journey.
    Stop(String),
    /// Goes to the arm that did best; waits until that is known.
    Winner(Winner),
    /// Asks what became of a message of this run.
    Message(MessageTest),
    /// Ends the run with this reason.
    Exit(String),
}

impl Action {
    /// The member that names it in documents, for all but a jump's also what a canvas calls it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Wait(_) => "wait",
            Self::Branch(_) => "branch",
            Self::Split(_) => "split",
            Self::Experiment(_) => "experiment",
            Self::Send(_) => "send",
            Self::Update(_) => "update",
            Self::Emit(_) => "emit",
            Self::Webhook(_) => "webhook",
            Self::List(_) => "list",
            Self::Limit(_) => "limit",
            Self::Digest(_) => "digest",
            Self::Jump(_) => "jump",
            Self::Start(_) => "start",
            Self::Stop(_) => "stop",
            Self::Winner(_) => "winner",
            Self::Message(_) => "message",
            Self::Exit(_) => "exit",
        }
    }

    /// What its second exit (`otherwise`) means, when it has one.
    #[must_use]
    pub fn second_exit(&self) -> Option<&'static str> {
        match self {
            Self::Wait(Wait::Event(_) | Wait::When(_)) => Some("timed_out"),
            Self::Wait(Wait::Date(_)) => Some("no_date"),
            Self::Webhook(_) => Some("failed"),
            Self::Message(_) => Some("not"),
            _ => None,
        }
    }

    /// Whether a way through it always takes time.
    #[must_use]
    pub fn takes_time(&self) -> bool {
        matches!(self, Self::Wait(Wait::Time(_) | Wait::BestHour { .. } | Wait::Event(_)) | Self::Digest(_))
    }
}

/// What a wait waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// Time.
    Time(TimeWait),
    /// The hour at which the profile reacts best, within so many milliseconds.
    BestHour {
        /// How far ahead to look.
        within_ms: i64,
    },
    /// A day counted from a date in a trait; at once, by the second exit, when there is none or it is over.
    Date(DateOf),
    /// An event.
    Event(EventWait),
    /// A rule that comes to hold; at once when it does already.
    When(WhenWait),
}

/// A duration, then (if named) the next time a local clock shows an hour and minute, on one of the weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWait {
    /// Milliseconds; 0 when only a time or weekday is given.
    pub for_ms: i64,
    /// Minute of the day in the profile's zone.
    pub until_minute: Option<u16>,
    /// Weekdays allowed: bit 0 is Monday. 0 is every day.
    pub weekdays: u8,
}

/// A day counted from a date in a trait.
#[derive(Clone, Debug, PartialEq)]
pub struct DateOf {
    /// The trait's dotted path.
    pub path: String,
    /// Days to add; negative is before the date.
    pub offset_days: i32,
    /// Minute of the day in the profile's zone.
    pub minute: u16,
}

/// An event a run waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct EventWait {
    /// The event's name.
    pub name: String,
    /// A predicate on it, named `e`.
    pub filter: Option<String>,
    /// A property that must equal the run's key, or what the event that started the run has under the same name.
    pub same: Option<String>,
    /// How long to wait for it.
    pub timeout_ms: i64,
}

/// A rule a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhenWait {
    /// The rule.
    pub rule: String,
    /// How long to wait for it.
    pub timeout_ms: i64,
}

/// One arm of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The rule.
    pub when: String,
    /// Where to go when it holds: a step's id or `end`.
    pub goto: String,
}

/// One arm of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Its name in counts and events.
    pub name: String,
    /// Hundredths of a percent; all arms together 10,000.
    pub share: u32,
    /// Where to go: a step's id or `end`.
    pub goto: String,
}

/// A split that is recorded as an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// The experiment's id; the same id gives a profile the same arm in every journey.
    pub id: String,
    /// Its arms.
    pub arms: Vec<Share>,
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
    /// How long it is worth sending, in milliseconds; [`super::DEFAULT_EXPIRY_MS`] when absent.
    pub expires_ms: Option<i64>,
    /// More values for the template; a text `{{ path }}` becomes what is found there.
    pub data: Map<String, Value>,
    /// The hours of the week in which it may leave; it waits at the gate until then.
    pub window: Option<SendWindow>,
}

/// Traits to change. A text value `{{ path }}` becomes what is found there, with its type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Traits to set, with their values.
    pub set: Map<String, Value>,
    /// Traits to remove.
    pub unset: Vec<String>,
}

/// An event to record.
#[derive(Clone, Debug, PartialEq)]
pub struct Emit {
    /// Its name.
    pub event: String,
    /// Its properties; a text `{{ path }}` becomes what is found there, with its type.
    pub properties: Map<String, Value>,
}

/// A call of another system. The run stays at the step until an answer is there or every attempt failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// Where; may hold `{{ path }}`.
    pub url: String,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Further headers; values may hold `{{ path }}`.
    pub headers: BTreeMap<String, String>,
    /// The body as JSON; texts may hold `{{ path }}`. What the run knows when absent.
    pub body: Option<Value>,
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: i64,
    /// Attempts in all.
    pub attempts: u32,
    /// Traits to set from the answer: trait → dotted path in its JSON.
    pub save: BTreeMap<String, String>,
}

/// A change of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListChange {
    /// The list: a segment kept by hand.
    pub segment: String,
    /// True to add, false to remove.
    pub add: bool,
}

/// How many runs may pass in a period; the others wait their turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Limiters of one name in a journey let so many pass together; one without a name is its step's own.
    pub name: Option<String>,
    /// Runs.
    pub count: u32,
    /// Milliseconds.
    pub per_ms: i64,
}

/// Events to collect. The event that started the run is the first of them when it has the same name.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// The event's name.
    pub event: String,
    /// A predicate on it, named `e`.
    pub filter: Option<String>,
    /// For how long: a duration, a time of day, or both.
    pub time: TimeWait,
    /// Events kept in the list; all are counted.
    pub keep: usize,
}

/// Another journey to start; its trigger is `journey`.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// Its id.
    pub journey: String,
    /// What it is told, under `data`; a text `{{ path }}` becomes what is found there.
    pub data: Map<String, Value>,
}

/// The arm that did best of the sends of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Winner {
    /// `opens`, `clicks` or `goals`: what is compared, as the share of messages sent that somebody opened (or clicked), or
    /// clicked, or after which they reached the journey's goal.
    pub metric: String,
    /// Messages of each arm that have to be sent before any can win.
    pub minimum: u32,
    /// Which arm stands for which send step, and where to go when it wins.
    pub arms: Vec<WinnerArm>,
}

/// One arm of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct WinnerArm {
    /// The send step whose messages count.
    pub step: String,
    /// Where to go when it wins.
    pub goto: String,
}

/// What became of a message of the run, as far as it came: by the second exit when it did not come so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageTest {
    /// The send step that decided it; any of the run's messages when absent.
    pub step: Option<String>,
    /// How far it has to have come.
    pub is: Became,
}

/// How far a message came; each includes those before it. Stored with runs by its place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Became {
    /// It was decided.
    Decided,
    /// It left.
    Sent,
    /// A person opened it, or did something that needs it open.
    Opened,
    /// A person used a link or button in it.
    Clicked,
}

impl Became {
    /// Every answer, from the least.
    pub const ALL: [Became; 4] = [Self::Decided, Self::Sent, Self::Opened, Self::Clicked];

    /// Its name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
        }
    }

    /// The answer of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.as_str() == name)
    }
}

impl Step {
    /// Every way out with its name and the target as written; unnamed targets are `None`. Exits end a run and have none.
    #[must_use]
    pub fn exits(&self) -> Vec<(String, Option<&str>)> {
        let next = |name: &str| (name.to_owned(), self.next.as_deref());
        match &self.action {
            Action::Exit(_) => Vec::new(),
            Action::Jump(target) => vec![("next".to_owned(), Some(target.as_str()))],
            Action::Branch(arms) => {
                let arms = arms.iter().enumerate().map(|(i, arm)| (format!("arm {}", i + 1), Some(arm.goto.as_str())));
                arms.chain([next("otherwise")]).collect()
            }
            Action::Split(arms) | Action::Experiment(Experiment { arms, .. }) => {
                arms.iter().map(|arm| (arm.name.clone(), Some(arm.goto.as_str()))).collect()
            }
            Action::Winner(winner) => {
                winner.arms.iter().map(|arm| (arm.step.clone(), Some(arm.goto.as_str()))).collect()
            }
            action => {
                let mut out = vec![next("next")];
                if let (Some(name), Some(otherwise)) = (action.second_exit(), self.otherwise.as_deref()) {
                    out.push((name.to_owned(), Some(otherwise)));
                }
                out
            }
        }
    }
}
