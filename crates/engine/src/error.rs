//! What can go wrong in the engine.

use rapport_domain::ErrorClass;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The state store failed.
    #[error(transparent)]
    Store(#[from] rapport_store::StoreError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] rapport_log::LogError),
    /// The lake failed.
    #[error(transparent)]
    Lake(#[from] rapport_lake::LakeError),
    /// Profiles failed.
    #[error(transparent)]
    Profiles(#[from] rapport_profiles::ProfilesError),
    /// Segments failed.
    #[error(transparent)]
    Segments(#[from] rapport_segments::SegmentError),
    /// Journeys failed.
    #[error(transparent)]
    Journeys(#[from] rapport_journeys::JourneysError),
    /// Delivery failed.
    #[error(transparent)]
    Delivery(#[from] rapport_delivery::DeliveryError),
    /// A stored or transferred state cannot be read.
    #[error("{what} cannot be read: {detail}")]
    Unreadable {
        /// What.
        what: &'static str,
        /// Why.
        detail: String,
    },
    /// A thread or file could not be had from the system.
    #[error("{0}")]
    System(String),
}

impl EngineError {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            EngineError::Store(e) => e.code(),
            EngineError::Log(e) => e.code(),
            EngineError::Lake(e) => e.code(),
            EngineError::Profiles(e) => e.code(),
            EngineError::Segments(e) => e.code(),
            EngineError::Journeys(e) => e.code(),
            EngineError::Delivery(e) => e.code(),
            EngineError::Unreadable { .. } => "engine_unreadable",
            EngineError::System(_) => "engine_system",
        }
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            EngineError::Store(e) => e.class(),
            EngineError::Log(e) => e.class(),
            EngineError::Lake(e) => e.class(),
            EngineError::Profiles(e) => e.class(),
            EngineError::Segments(e) => e.class(),
            EngineError::Journeys(e) => e.class(),
            EngineError::Delivery(e) => e.class(),
            EngineError::Unreadable { .. } | EngineError::System(_) => ErrorClass::Fatal,
        }
    }
}
