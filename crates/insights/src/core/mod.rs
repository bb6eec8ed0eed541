//! The definitions of the reports, pure: no lake, no clock.

pub mod buckets;
pub mod chain;
pub mod credit;
pub mod formula;
pub mod numbers;
pub mod odds;
pub mod offsets;
pub mod paths;
pub mod retention;
pub mod rfm;
pub mod unordered;
