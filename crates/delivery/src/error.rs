//! What can go wrong in delivery itself. A message that is not sent is an outcome, not an error.

use rapport_domain::ErrorClass;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The state could not be read or written.
    #[error("state: {0}")]
    Store(#[from] rapport_store::StoreError),
    /// Something a dependency was asked for could not be read.
    #[error("{what} could not be read: {detail}")]
    Unavailable {
        /// What was asked for: `profile`, `template`, …
        what: &'static str,
        /// The cause.
        detail: String,
    },
    /// A stored ledger row cannot be understood.
    #[error("ledger row {id} is damaged: {detail}")]
    Damaged {
        /// The message's id.
        id: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A page cursor that this server did not give out.
    #[error("the cursor is not one this server gave out")]
    InvalidCursor,
    /// A link's token that is forged, damaged or made for something else.
    #[error("the link is not valid")]
    InvalidToken,
    /// Calls over HTTP cannot be made from this machine.
    #[error("calls over HTTP cannot be made: {0}")]
    Http(String),
    /// A mail server for catching mail could not start.
    #[error("the mail catcher cannot listen: {0}")]
    Listen(#[source] std::io::Error),
}

impl DeliveryError {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            DeliveryError::Store(e) => e.code(),
            DeliveryError::Unavailable { .. } => "delivery_unavailable",
            DeliveryError::Damaged { .. } => "delivery_ledger_damaged",
            DeliveryError::InvalidCursor => "invalid_cursor",
            DeliveryError::InvalidToken => "invalid_link",
            DeliveryError::Http(_) => "http_unusable",
            DeliveryError::Listen(_) => "catcher_cannot_listen",
        }
    }

    /// What follows from it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            DeliveryError::Store(e) => e.class(),
            DeliveryError::Unavailable { .. } => ErrorClass::Transient,
            DeliveryError::InvalidCursor | DeliveryError::InvalidToken => ErrorClass::Invalid,
            DeliveryError::Damaged { .. } | DeliveryError::Http(_) | DeliveryError::Listen(_) => ErrorClass::Fatal,
        }
    }
}
