//! The command line of reports.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::desk::Over;

/// Which report. What the flags do not say can be given as a document with `--request`.
#[derive(Debug, Subcommand)]
pub(crate) enum Insight {
    /// How many customers go from one event to the next
    Funnel(Funnel),
    /// What happened per hour, day, week or month
    Trend(Trend),
    /// How many customers come back, and when
    Retention(Retention),
    /// Who is new, stays, comes back and goes
    Lifecycle(Of),
    /// On how many days of a period customers are active
    PowerUsers(PowerUsers),
    /// When customers are active: hours by weekdays
    Heatmap(Heatmap),
    /// Who bought lately, often, and for how much
    Rfm(Rfm),
    /// What follows what, how often and how soon
    Paths(Paths),
    /// Which touches lead to a goal, by six models
    Attribution(Attribution),
    /// Stages, touchpoints and channels, and the moments that decide; its stages come with --request
    JourneyMap(JourneyMap),
    /// On which rung of engagement customers stand, and who climbs or falls
    Ladder(Ladder),
    /// What those who were treated did, against a control group
    Lift(Lift),
    /// What customers have brought, and what they will
    Value(Value),
    /// A saved insight, by id
    Saved(Saved),
}

/// What every report takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Its beginning: a date, or a time [default: some way before the end]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Its end: a date (included), or a time [default: now]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// The IANA time zone of the days [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Only customers that are in this segment
    #[arg(long, value_name = "ID")]
    pub(crate) segment: Option<String>,
    /// Only events for which this holds: 'e.country == "DE"'
    #[arg(long, value_name = "CONDITION")]
    pub(crate) filter: Option<String>,
    /// Only this share of the customers, by a stable choice
    #[arg(long, value_name = "PERCENT")]
    pub(crate) sample: Option<f64>,
    /// The whole request (JSON or YAML), as the API takes it; other flags come on top
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// List the customers behind one number: the request's drill, such as '{"step": 2, "outcome": "dropped"}'
    #[arg(long, value_name = "JSON")]
    pub(crate) drill: Option<String>,
    /// Print the answer as JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print the table as CSV
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Funnel {
    /// An event; give it once for each step, in order. After a ` if ` comes a filter: 'Order Completed if e.total > 50'
    #[arg(long = "step", value_name = "EVENT")]
    pub(crate) steps: Vec<String>,
    /// The longest time from the first step to the last, such as 7d
    #[arg(long, value_name = "DURATION")]
    pub(crate) window: Option<String>,
    /// ordered, strict (nothing in between) or unordered
    #[arg(long, value_name = "ORDER")]
    pub(crate) order: Option<String>,
    /// An event that must not happen on the way
    #[arg(long, value_name = "EVENT")]
    pub(crate) exclude: Vec<String>,
    /// One line for each value of this: a property, context.…, traits.… or segments.…
    #[arg(long, value_name = "FIELD")]
    pub(crate) breakdown: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Trend {
    /// An event; once for each series [default: any event]
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Vec<String>,
    /// What to count: profiles, events, events_per_profile, weekly_active, monthly_active, or of a property sum, average,
    /// minimum, maximum, median, p90, p99
    #[arg(long, value_name = "MEASURE", default_value = "profiles")]
    pub(crate) measure: String,
    /// The property to add up
    #[arg(long, value_name = "PROPERTY")]
    pub(crate) property: Option<String>,
    /// A series computed from the others, A and B and so on: 'A / B * 100'
    #[arg(long, value_name = "FORMULA")]
    pub(crate) formula: Vec<String>,
    /// hour, day, week or month
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    /// One series for each value of this: a property, context.…, traits.… or segments.…
    #[arg(long, value_name = "FIELD")]
    pub(crate) breakdown: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Retention {
    /// What makes a customer part of a cohort [default: any event]
    #[arg(long, value_name = "EVENT")]
    pub(crate) start: Option<String>,
    /// What counts as coming back [default: the same event]
    #[arg(long, value_name = "EVENT")]
    pub(crate) returning: Option<String>,
    /// day, week or month
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    /// Every time a customer starts makes it part of a cohort, not only the first time ever
    #[arg(long)]
    pub(crate) recurring: bool,
    /// Coming back later counts too
    #[arg(long)]
    pub(crate) or_after: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// A report about some events.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The event [default: any event]. After a ` if ` comes a filter
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// day, week or month
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct PowerUsers {
    /// The event [default: any event]. After a ` if ` comes a filter
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// The days that end with --to: 7, 28, 30 [default: 28]
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<usize>,
    /// One curve for each value of traits.… or segments.…, or per month of the first event: cohort
    #[arg(long, value_name = "FIELD")]
    pub(crate) breakdown: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Heatmap {
    /// The event [default: any event]. After a ` if ` comes a filter
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// Count each customer once an hour of the week
    #[arg(long)]
    pub(crate) profiles: bool,
    /// Take each customer's own time zone
    #[arg(long)]
    pub(crate) own_zone: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Rfm {
    /// What counts as buying
    #[arg(long, value_name = "EVENT", default_value = "Order Completed")]
    pub(crate) event: String,
    /// The property that is money
    #[arg(long, value_name = "PROPERTY")]
    pub(crate) property: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Paths {
    /// An event that is an activity; give it once for each [default: all]
    #[arg(long = "event", value_name = "EVENT")]
    pub(crate) events: Vec<String>,
    /// An event that is none
    #[arg(long, value_name = "EVENT")]
    pub(crate) except: Vec<String>,
    /// Look only at what comes after this activity
    #[arg(long, value_name = "ACTIVITY")]
    pub(crate) after: Option<String>,
    /// Look only at what comes before this activity
    #[arg(long, value_name = "ACTIVITY", conflicts_with = "after")]
    pub(crate) before: Option<String>,
    /// A longer pause ends a path, such as 30m
    #[arg(long, value_name = "DURATION")]
    pub(crate) gap: Option<String>,
    /// Keep an activity that directly follows itself
    #[arg(long)]
    pub(crate) keep_repeats: bool,
    /// Write the events as an XES log to this file instead
    #[arg(long, value_name = "FILE")]
    pub(crate) xes: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Attribution {
    /// The goal
    #[arg(long, value_name = "EVENT")]
    pub(crate) goal: Option<String>,
    /// What counts as a touch; once for each kind
    #[arg(long = "touch", value_name = "EVENT")]
    pub(crate) touches: Vec<String>,
    /// The kinds are the values of this field of the touches, such as context.campaign.source
    #[arg(long, value_name = "FIELD")]
    pub(crate) by: Option<String>,
    /// A number of the goal that is credited too, such as total
    #[arg(long, value_name = "PROPERTY")]
    pub(crate) value: Option<String>,
    /// How long before the goal a touch counts [default: 30d]
    #[arg(long, value_name = "DURATION")]
    pub(crate) lookback: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct JourneyMap {
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Ladder {
    /// day, week or month
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Lift {
    /// What counts as converting. After a ` if ` comes a filter
    #[arg(long, value_name = "EVENT", default_value = "Order Completed")]
    pub(crate) goal: String,
    /// A number of the goal: what it is worth, such as total
    #[arg(long, value_name = "PROPERTY")]
    pub(crate) value: Option<String>,
    /// The event with which a customer is treated [default: Message Sent]
    #[arg(long, value_name = "EVENT")]
    pub(crate) treated: Option<String>,
    /// The event with which a customer is held out [default: Message Skipped if e.reason == "control_group"]
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["control_segment", "control_bucket"])]
    pub(crate) control: Option<String>,
    /// The control group is in this segment
    #[arg(long, value_name = "ID", conflicts_with = "control_bucket")]
    pub(crate) control_segment: Option<String>,
    /// The control group is this range of a bucket: exp-1:0-10
    #[arg(long, value_name = "SALT:FROM-TO")]
    pub(crate) control_bucket: Option<String>,
    /// How long after it a goal counts [default: 7d]
    #[arg(long, value_name = "DURATION")]
    pub(crate) window: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Value {
    /// What counts as a purchase [default: Order Completed]
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// The property that is money [default: total]
    #[arg(long, value_name = "PROPERTY")]
    pub(crate) property: Option<String>,
    /// How far to look ahead from the end of the period [default: 365d]
    #[arg(long, value_name = "DURATION")]
    pub(crate) horizon: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Saved {
    /// Its id
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) over: Over,
    /// Print the answer as JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print the table as CSV
    #[arg(long)]
    pub(crate) csv: bool,
}
