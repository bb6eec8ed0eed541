//! Why a whole request was not taken. What is wrong with a single item is a [`crate::RejectReason`] instead.

use rapport_domain::ErrorClass;
use rapport_log::LogError;

/// A request, or an import, that failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// No write key anywhere.
    #[error(
        "no write key: send it as the HTTP Basic user name, as a bearer token, as ?writeKey= or as writeKey in the body"
    )]
    MissingWriteKey,
    /// The write key is unknown or was revoked.
    #[error("unknown write key: expected one of the workspace's keys (Settings, Keys)")]
    UnknownWriteKey,
    /// The `Authorization` header has another form.
    #[error("Authorization: expected {expected}")]
    InvalidAuthorization {
        /// The form expected.
        expected: &'static str,
    },
    /// `Content-Encoding` is not supported.
    #[error("Content-Encoding: expected gzip, deflate or identity, found {encoding:?}")]
    UnsupportedEncoding {
        /// What was sent.
        encoding: String,
    },
    /// The compressed body is broken.
    #[error("the compressed body is broken: {detail}")]
    InvalidCompression {
        /// What the decoder says.
        detail: String,
    },
    /// The body is larger than allowed, after decompression.
    #[error("the body is larger than {limit_bytes} bytes after decompression")]
    BodyTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// A single event is larger than allowed.
    #[error("the event is larger than {limit_bytes} bytes")]
    EventTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// More events than a batch may hold.
    #[error("batch: {count} events; at most {limit} are allowed")]
    TooManyEvents {
        /// How many there were.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The body is not UTF-8.
    #[error("the body is not UTF-8 from byte {position} on")]
    InvalidUtf8 {
        /// Bytes before the first bad one, byte order mark not counted.
        position: usize,
    },
    /// The body is not JSON, or `batch` is not a list.
    #[error("invalid JSON at line {line} column {column}: {message}")]
    InvalidJson {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// What was expected.
        message: String,
    },
    /// A form without what it should hold.
    #[error("expected {expected}")]
    InvalidForm {
        /// What was expected.
        expected: &'static str,
    },
    /// A batch call without `batch`.
    #[error("expected an object with the list \"batch\", found {found}")]
    MissingBatch {
        /// What there is.
        found: &'static str,
    },
    /// The batch's `context` is too large, too deep, or not readable.
    #[error("context: {message}")]
    InvalidContext {
        /// What was expected.
        message: String,
    },
    /// The log did not take the events.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A record could not be encoded.
    #[error(transparent)]
    Record(#[from] rapport_domain::record::RecordError),
    /// An event of Rapport's own names nobody, so it has no partition.
    #[error("the event names no customer")]
    NoIdentity,
}

impl CollectError {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingWriteKey => "missing_write_key",
            Self::UnknownWriteKey => "unknown_write_key",
            Self::InvalidAuthorization { .. } => "invalid_authorization",
            Self::UnsupportedEncoding { .. } => "unsupported_encoding",
            Self::InvalidCompression { .. } => "invalid_compression",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::EventTooLarge { .. } => "event_too_large",
            Self::TooManyEvents { .. } => "too_many_events",
            Self::InvalidUtf8 { .. } => "invalid_utf8",
            Self::InvalidJson { .. } => "invalid_json",
            Self::InvalidForm { .. } => "invalid_form",
            Self::MissingBatch { .. } => "missing_batch",
            Self::InvalidContext { .. } => "invalid_context",
            Self::Log(error) => error.code(),
            Self::Record(_) => "unencodable_record",
            Self::NoIdentity => "missing_identity",
        }
    }

    /// What decides the HTTP status and whether to try again.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::MissingWriteKey | Self::UnknownWriteKey | Self::InvalidAuthorization { .. } => {
                ErrorClass::Unauthorised
            }
            Self::Log(error) => error.class(),
            Self::Record(_) => ErrorClass::Fatal,
            _ => ErrorClass::Invalid,
        }
    }

    /// After how many milliseconds to try again, when the log is overloaded.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::Log(LogError::Overloaded { retry_after_ms, .. }) => Some(*retry_after_ms),
            _ => None,
        }
    }
}
