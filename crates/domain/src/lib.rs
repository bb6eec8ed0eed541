//! Layer 0: the words every other crate speaks.
//!
//! Consumes nothing, emits nothing, owns the vocabulary: identifiers, events, profiles, rules, resources, messages,
//! errors and time. Pure data and pure functions only: no I/O, no async, no clock of its own.

pub mod channel;
pub mod compare;
pub mod detail;
pub mod error;
pub mod event;
pub mod hash;
pub mod hours;
pub mod identity;
pub mod ids;
pub mod json;
pub mod message;
pub mod pii;
pub mod problem;
pub mod profile;
pub mod record;
pub mod resource;
pub mod rule;
pub mod thread;
pub mod time;
pub mod window;

pub use channel::MessageChannel;
pub use detail::Detail;
pub use error::ErrorClass;
pub use event::{Event, EventKind};
pub use ids::{MessageKey, OutboxId, Partition, ProfileId, SourceId, WorkspaceId};
pub use json::Json;
pub use message::{OutboundMessage, SkipReason};
pub use pii::Pii;
pub use problem::{Kind, Problem, holes, kinds};
pub use profile::{ConsentState, ConsentStatus, Identifier, Profile};
pub use record::{AcceptedEvent, Record};
pub use resource::{Resource, ResourceKind, ResourceStatus};
pub use time::{Clock, SystemClock, Timestamp, VirtualClock};
