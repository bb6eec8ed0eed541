//! The definitions of the reports, pure: no lake, no clock.

pub mod buckets;
pub mod chain;
pub mod credit;
pub mod formula;
pub mod minimise;
pub mod numbers;
pub mod odds;
pub mod offsets;
pub mod pace;
pub mod paths;
pub mod proportions;
pub mod relative;
pub mod retention;
pub mod rfm;
pub mod robust;
pub mod schedule;
pub mod special;
pub mod unordered;
pub mod value;
