//! Stage: what happened, counted. Trends, funnels, retention, paths and the other reports over the lake.
//!
//! Consumes snapshots of the lake and requests as JSON; emits reports as JSON and tables, each number with the way to its
//! profiles. Owns nothing: every answer is a [`rapport_lake::Fold`] over stored events. What each number means exactly is
//! written in `docs/specs/insights.md`, whose examples are tests of this crate.
//!
//! One folder a kind of report. Its request implements [`Insight`]; a private walk brings one profile's events to one
//! outcome, and the report and its drills are tallies of the same outcomes.

mod ask;
pub mod attribution;
mod breakdown;
mod columnar;
pub mod core;
mod drill;
mod error;
mod found;
pub mod funnel;
pub mod heatmap;
pub mod journey;
pub mod kinds;
pub mod ladder;
pub mod lifecycle;
pub mod lift;
pub mod mail;
pub mod paths;
mod people;
mod period;
pub mod power;
mod report;
mod request;
pub mod retention;
pub mod rfm;
mod rule;
pub mod saved;
mod select;
mod table;
pub mod trend;
pub mod value;
mod values;
mod walk;
pub mod xes;

pub use crate::core::buckets::Unit;
pub use ask::{Ask, Insight, run};
pub use breakdown::text;
pub use error::InsightError;
pub use people::{Column, Nobody, People};
pub use report::{About, Figure, Note, ProfilePage, Report};
pub use request::{MAX_BUCKETS, MAX_DAYS, MAX_PAGE, MAX_TOP, MAX_WINDOW_MS};
pub use select::Selection;
pub use table::{Cell, Table};
