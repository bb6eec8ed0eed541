//! Development only: what tests of several crates share.
//!
//! Consumes and emits nothing, owns no state: helpers that start real parts of the product in the test's process.

pub mod mail;
pub mod world;

pub use world::World;
