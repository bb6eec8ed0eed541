//! Questions about a profile's events: which, when, and what about them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Expr;
use crate::event::names;
use crate::time::Timestamp;

/// A question about the profile's events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventQuery {
    /// Names of the events; empty means what customers did, `*` every event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// When they happened.
    #[serde(default, skip_serializing_if = "Window::is_all")]
    pub window: Window,
    /// Which of them; only constants and the event's own fields occur in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
    /// What about them.
    pub measure: Measure,
}

/// When events happened; every bound that is set applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// The last so many milliseconds: `now - within < ts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<i64>,
    /// From this instant on: `from <= ts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this instant: `ts < until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The present calendar unit of the profile's zone and some before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// From the instant a trait names on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

impl Window {
    /// True when nothing is bounded.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Window::default()
    }

    /// Whether its bounds move: with time, the zone, or a trait.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.within_ms.is_some() || self.calendar.is_some() || self.since.is_some()
    }
}

/// The last `count` calendar units of the profile's time zone, the present one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Calendar {
    /// Days, weeks from Monday, or months.
    pub unit: CalendarUnit,
    /// How many, from 1; 1 is the present one alone.
    pub count: u32,
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalendarUnit {
    /// From midnight.
    Day,
    /// From Monday.
    Week,
    /// From the 1st.
    Month,
}

impl CalendarUnit {
    /// As written in a rule.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CalendarUnit::Day => "within_days",
            CalendarUnit::Week => "within_weeks",
            CalendarUnit::Month => "within_months",
        }
    }
}

/// From the instant a trait names on: `date(trait) <= ts`; nothing while the trait is no date.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Since {
    /// The trait, by dotted path.
    pub r#trait: String,
    /// For so many milliseconds from then on: `ts < date(trait) + for`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<i64>,
}

/// What is asked about events. Properties are dotted paths as in [`super::Field::Event`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many.
    Count,
    /// Whether there is one.
    Exists,
    /// Sum of a property; 0 without events.
    Sum(String),
    /// Smallest value; missing without one.
    Min(String),
    /// Largest value; missing without one.
    Max(String),
    /// Mean value; missing without one.
    Avg(String),
    /// Instant of the first; missing without events.
    First,
    /// Instant of the last; missing without events.
    Last,
    /// How many different values of a property.
    Distinct(String),
    /// On how many different days (UTC).
    Days,
    /// On how many different days of the profile's time zone.
    LocalDays,
    /// Value of a property at the first event that has it; missing without one.
    FirstValue(String),
    /// Value of a property at the last event that has it; missing without one.
    LastValue(String),
    /// The value a property had most often; missing without one.
    MostFrequent(String),
    /// The different values of a property as a list; only as the value of a computed trait.
    Values(String),
}

/// Steps that happened in order within a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sequence {
    /// The steps, in order; 2 to 8, at least one of them not absent.
    pub steps: Vec<Step>,
    /// From the first step to the last at most so many milliseconds; and how long an absent step at an end reaches that
    /// says nothing of its own.
    pub within_ms: i64,
    /// Completed in the last so many milliseconds; ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent_ms: Option<i64>,
}

impl Sequence {
    /// Whether it names nothing but events in order: once complete it stays so.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.recent_ms.is_none() && self.steps.iter().all(|s| matches!(s, Step::Name(name) if name != names::EVERY))
    }
}

/// One step of a sequence. Normal form: an event without anything else is a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Step {
    /// An event of that name; `*` is every event.
    Name(String),
    /// One of several events, with a condition, or the absence of one.
    Events(StepEvents),
}

impl Step {
    /// Names of the events it is about; empty means what customers did, `*` every event.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Step::Name(name) => std::slice::from_ref(name),
            Step::Events(events) => &events.names,
        }
    }

    /// Whether it asks that nothing happened.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Step::Events(e) if e.absent)
    }
}

/// A step that says more than a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepEvents {
    /// Names of the events; empty means what customers did, `*` every event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Which of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
    /// No such event happened there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// At most so many milliseconds after the step before it; of an absent step at an end, how long it reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<i64>,
}
