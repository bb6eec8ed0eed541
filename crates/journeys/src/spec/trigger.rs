//! What starts a journey.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

/// What starts a journey.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// An event.
    Event(EventTrigger),
    /// A segment edge.
    Segment(SegmentTrigger),
    /// A date in a trait.
    Date(DateTrigger),
    /// The calendar, for an audience.
    Schedule(ScheduleTrigger),
    /// A call of the API, with data.
    Api {
        /// A member of the call's data that names what the run is about.
        key: Option<String>,
    },
    /// A `start` step of another journey.
    Journey,
    /// Somebody sends an audience through it by hand.
    Manual,
}

impl Trigger {
    /// The member that names it in documents.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Segment(_) => "segment",
            Self::Date(_) => "date",
            Self::Schedule(_) => "schedule",
            Self::Api { .. } => "api",
            Self::Journey => "journey",
            Self::Manual => "manual",
        }
    }
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
    /// How long ago, milliseconds, it may have happened when it comes; without it any time.
    pub within_ms: Option<i64>,
}

/// A segment edge that starts a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentTrigger {
    /// The segment's id.
    pub id: String,
    /// True for entering it, false for leaving it.
    pub entered: bool,
}

/// A day counted from a date in a trait.
#[derive(Clone, Debug, PartialEq)]
pub struct DateTrigger {
    /// The trait's dotted path; its value is a date, or an instant whose date in the profile's zone counts.
    pub path: String,
    /// Days to add; negative is before the date.
    pub offset_days: i32,
    /// Minute of the day in the profile's zone.
    pub minute: u16,
    /// Every year on that day of the year; of 29 February, 28 February where there is none.
    pub yearly: bool,
}

/// The calendar that starts a journey for an audience.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleTrigger {
    /// When, by local clocks.
    pub at: Occurrence,
    /// Whose clocks.
    pub zone: ZoneChoice,
    /// Whom.
    pub audience: Audience,
}

/// Local times.
#[derive(Clone, Debug, PartialEq)]
pub enum Occurrence {
    /// Once.
    Once(NaiveDateTime),
    /// A cron pattern of five fields.
    Cron(String),
    /// An RFC 5545 recurrence rule, counted from `start`.
    Rrule {
        /// `FREQ=WEEKLY;BYDAY=MO`.
        rule: String,
        /// The first possible occurrence.
        start: NaiveDateTime,
    },
}

/// Whose clocks a schedule follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneChoice {
    /// The workspace's.
    Workspace,
    /// Each profile's own, else the workspace's.
    Profile,
    /// This zone's.
    Named(Tz),
}

/// Whom a schedule concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum Audience {
    /// Everybody for whom a rule holds at that time.
    Rule(String),
    /// The members of a segment or list.
    Segment(String),
}
