//! Stage: who each customer is.
//!
//! Consumes events and the letters `Link`, `Unlink`, `Refuse`, `MergeInto`, `Absorb`, `UndoMerge`, `Restore`, `Erase` and
//! `Group`. Emits trait changes, consent changes, merges and refusals, which the engine turns into derived events and
//! letters. Owns the rows of profiles, identifiers, forwarding addresses, erasure marks and accounts of one partition.
//!
//! What is decided is in [`core`], pure; the partition loop that drives it is the engine's. Deliberately absent: rules,
//! messages, and any look at another partition's rows.

pub mod accounts;
pub mod core;
pub mod error;
pub mod proofs;
pub mod repo;
pub mod search;
pub mod telemetry;
pub mod view;

pub use crate::core::apply::{Applied, TraitChange, apply, apply_confirming};
pub use crate::core::claims::{alias_of, claims};
pub use crate::core::identifiers::{apart, apart_from, is_apart, refuse};
pub use crate::core::merge::{Absorbed, MAX_MERGES, Restored, absorb, undo};
pub use crate::core::resolve::{
    IdentifierRow, LinkDecision, MergeDecision, decide_alias, decide_letter, decide_link, decide_merge, is_explicit,
    outranks,
};
pub use error::ProfilesError;
pub use search::repo::list;
pub use search::{Filter, Position, Sort};
pub use view::label;

#[cfg(test)]
mod tests;
