//! What can go wrong in this crate.

use rapport_domain::{ErrorClass, Problem};

/// An error of the journeys stage.
#[derive(Debug, thiserror::Error)]
pub enum JourneysError {
    /// A document cannot work; every problem with its path.
    #[error("the journey cannot work: {}", .0.first().map_or_else(String::new, ToString::to_string))]
    Invalid(Vec<Problem>),
    /// Stored runs cannot be read: a newer format, or damaged bytes.
    #[error("stored journey runs cannot be read: {0}")]
    Unreadable(String),
    /// The storage refused.
    #[error(transparent)]
    Store(#[from] rapport_store::StoreError),
}

impl JourneysError {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "journey_invalid",
            Self::Unreadable(_) => "journey_runs_unreadable",
            Self::Store(e) => e.code(),
        }
    }

    /// Its class; alone decides status and retry.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Invalid(_) => ErrorClass::Invalid,
            Self::Unreadable(_) => ErrorClass::Fatal,
            Self::Store(e) => e.class(),
        }
    }
}
