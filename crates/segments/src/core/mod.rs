//! What segments decide, without I/O.

pub mod facts;
pub mod set;
pub mod state;
