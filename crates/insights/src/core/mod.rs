//! The definitions of the reports, pure: no lake, no clock.

pub mod chain;
pub mod days;
