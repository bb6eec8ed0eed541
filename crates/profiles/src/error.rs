//! What can go wrong with profiles.

use rapport_domain::ErrorClass;
use rapport_store::StoreError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    /// The state store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A value cannot be encoded for storing.
    #[error("{what} cannot be stored: {detail}")]
    Encode {
        /// What.
        what: &'static str,
        /// Why.
        detail: String,
    },
    /// The text is not a cursor that an earlier page returned.
    #[error("expected a cursor from an earlier page's answer, or none")]
    Cursor,
}

impl ProfilesError {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ProfilesError::Store(e) => e.code(),
            ProfilesError::Encode { .. } => "profiles_encode",
            ProfilesError::Cursor => "invalid_cursor",
        }
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            ProfilesError::Store(e) => e.class(),
            ProfilesError::Encode { .. } => ErrorClass::Fatal,
            ProfilesError::Cursor => ErrorClass::Invalid,
        }
    }
}
