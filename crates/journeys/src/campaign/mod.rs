//! Campaigns: one message to an audience, compiled to a journey. What a campaign adds is a short document for the common
//! case; schedules, throttling, comparisons and resending are steps like any other.

mod compile;
mod read;
mod schema;

use rapport_domain::window::SendWindow;
use serde_json::{Map, Value};

use crate::spec::{Audience, Goal, Occurrence, ZoneChoice};

pub use self::compile::{audience, compile, journey_id};
pub use self::read::{as_campaign, validate, whole};
pub use self::schema::schema;

/// What precedes a campaign's id where a journey's id stands: no document of kind `journey` has such an id.
pub const PREFIX: &str = "campaign/";
/// Addresses that get every variant of a campaign.
pub const MAX_SEEDS: usize = 50;
/// The step at which those who got everything stay for as long as they may reach the goal.
pub const WATCH: &str = "watch";
/// How long that is, unless the document says it: of a campaign that comes round nobody stays, for the next one.
pub const DEFAULT_GOAL_MS: i64 = 7 * rapport_domain::time::DAY_MS;
/// Messages compared with each other.
pub const MAX_VARIANTS: usize = 8;

/// A campaign as written.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignSpec {
    /// For people.
    pub name: String,
    /// For people: what it is for.
    pub description: Option<String>,
    /// Whom.
    pub audience: Audience,
    /// E-mail addresses of colleagues who get every variant once when it begins, beside the audience and its numbers.
    pub seeds: Vec<String>,
    /// The kind of channel.
    pub channel: String,
    /// What is sent.
    pub content: Content,
    /// The topic, when the template names none itself.
    pub topic: Option<String>,
    /// When and by whose clocks; `None` begins when somebody says so.
    pub schedule: Option<(Occurrence, ZoneChoice)>,
    /// The hours of the week in which its messages may leave.
    pub window: Option<SendWindow>,
    /// Messages a minute at most.
    pub throttle: Option<u32>,
    /// Everybody gets it at their best hour, at most so many milliseconds after it is their turn.
    pub best_hour_ms: Option<i64>,
    /// Of several messages at the same moment the higher goes first; as [`crate::JourneySpec::priority`].
    pub priority: u8,
    /// Variants tried on a sample; the rest gets the one that did best.
    pub compare: Option<Compare>,
    /// Once more to those who did not open.
    pub resend: Option<Resend>,
    /// A rule that keeps people out, also at the last moment.
    pub exit_when: Option<String>,
    /// What it is meant to bring about.
    pub goal: Option<Goal>,
    /// How long after its last message somebody may reach the goal, in milliseconds, where the document says it.
    pub goal_within_ms: Option<i64>,
    /// Hundredths of a percent of the audience that get nothing, so that lift can be measured.
    pub holdout: u32,
}

/// What is sent: a template, and values for it (a subject, say).
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The template's id.
    pub template: String,
    /// Values the template sees beside the profile.
    pub data: Map<String, Value>,
}

/// Variants tried on a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// Each with a name; equal shares of the sample.
    pub variants: Vec<(String, Content)>,
    /// Hundredths of a percent of the audience that are the sample.
    pub sample: u32,
    /// How long to wait before the best is chosen, in milliseconds.
    pub wait_ms: i64,
    /// `opens`, `clicks` or `goals`.
    pub metric: String,
    /// The event that is the goal to compare by, where the campaign has none.
    pub event: Option<Goal>,
    /// Messages of each variant that have to be sent before any can win.
    pub minimum: u32,
}

/// Once more to those who did not open.
#[derive(Clone, Debug, PartialEq)]
pub struct Resend {
    /// After so many milliseconds.
    pub after_ms: i64,
    /// What; the first message again when absent.
    pub content: Option<Content>,
}
