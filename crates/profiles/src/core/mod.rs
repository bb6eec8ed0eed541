//! The pure decisions: which identifiers an event claims, who owns them, what an event changes, how profiles merge.

pub mod account;
pub mod apply;
pub mod claims;
pub mod consent;
pub mod identifiers;
pub mod merge;
pub mod proof;
pub mod resolve;
pub mod traits;
pub mod undo;
