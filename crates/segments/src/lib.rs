//! Stage 3, segments: who belongs to which audience, kept current.
//!
//! Consumes processed events and changed traits of one profile at a time; emits edges (entered, left); owns the state of
//! every aggregate a rule uses, the memberships, and the bookkeeping that brings a new or edited rule up to date from
//! the lake. Journey conditions are rules too and live in the same [`RuleSet`], sharing aggregates with segments.

pub mod computed;
pub mod core;
pub mod error;
pub mod fold;
pub mod history;
pub mod personas;
pub mod repo;
pub mod spec;

pub use crate::core::defs::{Decides, RuleDef, movers};
pub use crate::core::facts::ProfileFacts;
pub use crate::core::set::{
    Binding, Decided, Edge, RuleSet, Touched, activation_id, computed_rule_key, segment_rule_key,
};
pub use crate::core::state::SegmentState;
pub use computed::ComputedTraitSpec;
pub use error::SegmentError;
pub use spec::SegmentSpec;
