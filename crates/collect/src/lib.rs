//! Stage 1: collect. Consumes the bodies of collection calls (Segment's HTTP API in every form real SDKs send), events
//! of Rapport's own, and files to import; emits [`rapport_domain::Record`]s to the log and quality records about what
//! was wrong; owns nothing but its limits.
//!
//! A request is decoded, its write key resolved, and each item decided on alone: a bad item never fails its batch, and
//! none disappears without a quality record. Nothing is acknowledged before the log says it is durable: [`Accepted`]
//! carries the log's [`Ack`], and a caller answers only when it resolves (invariant I1).
//!
//! What is deliberately absent: HTTP (that is `api`), deduplication and identity (that is `engine` and `profiles`), SQL.

pub mod core;
pub mod error;
pub mod import;
pub mod plan;
pub mod ports;
pub mod stage;
pub mod telemetry;

pub use crate::core::consent::ConsentPolicy;
pub use crate::core::decode::decode;
pub use crate::core::reason::{QualityRecord, RejectReason, Rejected, Warning};
pub use crate::error::CollectError;
pub use crate::ports::{KeyInfo, NoQuality, QualitySink, WriteKeys};
pub use crate::stage::own::OwnedAccepted;
pub use crate::stage::{Accepted, Call, CollectConfig, Collector, ParsedBody, RequestFacts};
pub use rapport_log::Ack;
