//! What the API may ask of the running product, partition by partition and put together. Reads only; every function
//! takes the workspace first (invariant I7).

pub mod accounts;
pub mod audiences;
pub mod consents;
pub mod content;
pub mod formulas;
pub mod journeys;
pub mod messages;
pub mod people;
mod preview;
pub mod profiles;
pub mod recent;
pub mod runs;
pub mod segments;
pub mod stats;
pub mod twins;
pub mod values;

/// Most partitions a chain of forwarding addresses is followed through.
const MAX_CHAIN: usize = 32;
