//! What every error can say of itself, so that one place can turn it into a status and one into a retry.

use serde::Serialize;

/// The class of an error. It alone decides the HTTP status and whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The request cannot work as written (400).
    Invalid,
    /// Who is asking is unknown (401).
    Unauthorised,
    /// Who is asking may not (403).
    Forbidden,
    /// There is no such thing (404).
    NotFound,
    /// It changed meanwhile, or exists already (409, or 412 with `If-Match`).
    Conflict,
    /// Too much at once; later it will work (429).
    Throttled,
    /// A fault that may pass: storage full, a peer away (503).
    Transient,
    /// A fault that stays until somebody acts (500).
    Fatal,
}

impl ErrorClass {
    /// The HTTP status of this class.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            ErrorClass::Invalid => 400,
            ErrorClass::Unauthorised => 401,
            ErrorClass::Forbidden => 403,
            ErrorClass::NotFound => 404,
            ErrorClass::Conflict => 409,
            ErrorClass::Throttled => 429,
            ErrorClass::Transient => 503,
            ErrorClass::Fatal => 500,
        }
    }

    /// Whether the same call may succeed later unchanged.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, ErrorClass::Throttled | ErrorClass::Transient)
    }
}
