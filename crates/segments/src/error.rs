//! What can go wrong with segments.

use rapport_domain::ErrorClass;
use rapport_store::StoreError;

/// An error of the segments stage.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The state store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lake failed.
    #[error(transparent)]
    Lake(#[from] rapport_lake::LakeError),
    /// A stored state cannot be read.
    #[error("the stored rule state of {profile} cannot be read: {detail}")]
    Unreadable {
        /// Whose.
        profile: rapport_domain::ProfileId,
        /// Why.
        detail: String,
    },
}

impl SegmentError {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            SegmentError::Store(e) => e.code(),
            SegmentError::Lake(e) => e.code(),
            SegmentError::Unreadable { .. } => "segment_state_unreadable",
        }
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            SegmentError::Store(e) => e.class(),
            SegmentError::Lake(e) => e.class(),
            SegmentError::Unreadable { .. } => ErrorClass::Fatal,
        }
    }
}
