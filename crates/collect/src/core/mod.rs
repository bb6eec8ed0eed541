//! What the collector decides, without I/O, clock or randomness: how a body is read, which item is accepted, when it
//! happened, who it is about and which partition it belongs to.

pub mod auth;
pub mod body;
pub mod check;
pub mod consent;
pub mod daily;
pub mod decode;
pub mod envelope;
pub mod field;
pub mod form;
pub mod identity;
pub mod reason;
pub mod scan;
pub mod when;
