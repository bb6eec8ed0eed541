//! What segments decide, without I/O.

pub mod defs;
pub mod facts;
pub mod set;
pub mod state;
