//! Stage 5: journeys. Consumes processed events and segment edges of one profile; emits [`Effect`]s: entries, exits,
//! messages to send and traits to change; owns the runs of every profile, and how many are where.
//!
//! A journey is a document ([`JourneySpec`]); [`validate`] reads and checks it, [`schema`] describes it. What a journey
//! does is decided in [`core`], which is pure: the same runs, inputs and `now` give the same runs and effects, byte for
//! byte. [`repo`] is the only SQL; the shell around both is the engine's partition loop.
//!
//! # Stated meanings
//! - **Entry**: an event with the trigger's name that meets `where` starts a run, unless it is imported history; so does
//!   a segment edge, unless it comes from a backfill. Then `entry.when` must hold, `exit_when` must not, and re-entry must be allowed.
//! - **Exit**: a run ends as soon as `exit_when` holds: with the event, trait, consent or segment that makes it true, with
//!   the instant that does, and before every step. What it had decided and not sent yet is not sent any more.
//! - **Re-entry**: never two runs of one journey (and one `key`) at once; `{after: 30d}` counts from the last entry.
//! - **Waits** count from the moment the step is reached, not from when it was due: after an outage a customer does not
//!   get the mails of three days in one minute.
//! - **Updates** are seen by the next step: a run pauses after `update` and is due again at the same instant.
//! - **Versions**: a run stays on the version it started on for as long as any version of the journey is live; else it
//!   exits with `not_live` the next time the profile is touched.
//! - **Merges**: of two runs of one journey and key the one entered earlier stays, the other exits with `merged`.
//!   Undoing a merge gives both the history of the one they were, so that `once` stays once for each, and leaves the
//!   runs with the profile that stays.

pub mod core;
pub mod error;
pub mod repo;
mod rules;
pub mod schema;
pub mod spec;
pub mod telemetry;

pub use crate::core::effect::{Effect, ExitReason, Refusal};
pub use crate::core::runs::{History, Run, Runs};
pub use crate::core::set::{Compiled, JourneyDef, JourneySet, RejectedVersion};
pub use crate::core::{ConditionKey, Conditions};
pub use crate::error::JourneysError;
pub use crate::schema::schema;
pub use crate::spec::check::{AnyCatalogue, Catalogue, validate};
pub use crate::spec::{Action, JourneySpec, Step, Trigger};
