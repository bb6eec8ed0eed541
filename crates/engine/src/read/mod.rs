//! What the API may ask of the running product, partition by partition and put together. Reads only; every function
//! takes the workspace first (invariant I7).

pub mod accounts;
pub mod journeys;
pub mod messages;
pub mod profiles;
pub mod recent;
pub mod runs;
pub mod segments;
pub mod stats;

use rapport_domain::ErrorClass;

/// Most partitions a chain of forwarding addresses is followed through.
const MAX_CHAIN: usize = 32;

/// A cursor that this list did not give.
#[derive(Debug, thiserror::Error)]
#[error("the cursor is not one this list gave; leave it out to begin at the start")]
pub struct BadCursor;

impl BadCursor {
    /// Its class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        ErrorClass::Invalid
    }
}
