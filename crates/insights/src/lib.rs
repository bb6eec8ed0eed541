//! Stage: what happened, counted. Ordered funnels and daily trends over the lake.
//!
//! Consumes snapshots of the lake and requests as JSON; emits reports as JSON, each number with the way to its profiles.
//! Owns nothing: every answer is a [`rapport_lake::Fold`] over stored events. What each number means exactly is written in
//! `docs/specs/insights.md`, whose examples are tests of this crate.

pub mod core;
mod error;
mod funnel;
mod funnel_fold;
mod request;
mod trend;
mod trend_fold;

pub use error::InsightError;
pub use funnel::{
    DrillRequest, FunnelReport, FunnelRequest, FunnelStep, FunnelStepReport, Outcome, ProfilePage, run_funnel,
};
pub use request::{MAX_DAYS, MAX_FUNNEL_STEPS, MAX_PAGE, MAX_TOP, MAX_WINDOW_MS};
pub use trend::{Measure, TrendReport, TrendRequest, TrendSeries, run_trend};
