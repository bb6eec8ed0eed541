//! Where a simulation may end an owner: every place between two effects of which one could be durable without the other.

use std::fmt;
use std::sync::Arc;

/// Says at each such place, by its name, whether the owner ends there as if the machine had stopped.
#[derive(Clone)]
pub struct Stumble(Arc<dyn Fn(&'static str) -> bool + Send + Sync>);

impl Stumble {
    /// One that asks `ends_here`.
    pub fn new(ends_here: impl Fn(&'static str) -> bool + Send + Sync + 'static) -> Self {
        Stumble(Arc::new(ends_here))
    }

    pub(crate) fn is_at(&self, place: &'static str) -> bool {
        (self.0)(place)
    }
}

impl fmt::Debug for Stumble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stumble")
    }
}
