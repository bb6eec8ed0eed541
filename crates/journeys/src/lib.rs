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
//! - **Events a run waits for** count from the moment it waits; imported history wakes nobody.
//! - **Control group**: a run of a held-out profile takes every step and has no effect but transactional messages; where a
//!   message would have been decided it records `Message Skipped` with `control_group`. So what is compared is alike.
//! - **Goals** are reached once a run, by an event after the entry or a rule that comes to hold.
//! - **Pause**: nobody enters, waits end without going on; exit rules, goals and awaited events still count.
//! - **Updates** are seen by the next step: a run pauses after `update` and is due again at the same instant.
//! - **Versions**: a run stays on the version it started on for as long as any version of the journey is live; else it
//!   exits with `not_live` the next time the profile is touched.
//! - **Merges**: of two runs of one journey and key the one entered earlier stays, the other exits with `merged`. A run that
//!   moves knows its former name, by which answers and messages that were under way are still its own.
//!   Undoing a merge gives both the history of the one they were, so that `once` stays once for each, and the runs that a
//!   profile brought along go back with it.

pub mod campaign;
pub mod core;
pub mod error;
mod formats;
pub mod repo;
mod rules;
pub mod schema;
pub mod spec;
pub mod telemetry;

pub use crate::core::change::{Migration, Overdue, Pause};
pub use crate::core::effect::{Effect, ExitReason, Refusal, WebhookRequest};
pub use crate::core::enter::{Call, CalledBy};
pub use crate::core::habits::{Habits, best_hour, hour_scores};
pub use crate::core::runs::{Group, History, OwnMessage, Passage, Run, RunName, Runs};
pub use crate::core::set::{Compiled, JourneyDef, JourneySet, RejectedVersion};
pub use crate::core::wake::WebhookAnswer;
pub use crate::core::{ConditionKey, Conditions, FORMER};
pub use crate::error::JourneysError;
pub use crate::formats::FirstRuns;
pub use crate::schema::schema;
pub use crate::spec::check::{AnyCatalogue, Catalogue, validate};
pub use crate::spec::{Action, JourneySpec, Step, Trigger};
