//! The one error of this crate: what a request is answered with instead of what it asked for.

use axum::http::StatusCode;
use rapport_domain::{ErrorClass, Problem};

/// A request that could not be answered as asked. What is shown to the caller and what goes to the log are kept apart.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) class: ErrorClass,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    pub(crate) errors: Vec<Problem>,
    pub(crate) retry_after_ms: Option<u64>,
    /// What is logged and never answered.
    pub(crate) internal: Option<String>,
}

impl ApiError {
    /// An error with what the caller is told.
    pub(crate) fn new(class: ErrorClass, code: &'static str, detail: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(class.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let detail = detail.into();
        ApiError { status, class, code, detail, errors: Vec::new(), retry_after_ms: None, internal: None }
    }

    /// The request is wrong, at the places named.
    pub(crate) fn invalid(errors: Vec<Problem>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.to_string(),
            many => format!("{} problems; see errors", many.len()),
        };
        ApiError { errors, ..Self::new(ErrorClass::Invalid, "invalid", detail) }
    }

    /// One thing is wrong with the request.
    pub(crate) fn invalid_at(at: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![Problem::new(at, message)])
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(ErrorClass::NotFound, "not_found", format!("there is no {what}"))
    }

    /// Something is in the way.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ErrorClass::Conflict, code, detail)
    }

    /// Who asks may not.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(ErrorClass::Forbidden, "forbidden", detail)
    }

    /// Too much at once.
    pub(crate) fn busy(retry_after_ms: u64) -> Self {
        let error = Self::new(ErrorClass::Throttled, "busy", "too many requests at once; try again in a moment");
        ApiError { retry_after_ms: Some(retry_after_ms), ..error }
    }

    /// A fault of the program or machine: logged in full, answered without detail.
    pub(crate) fn fault(code: &'static str, class: ErrorClass, internal: impl Into<String>) -> Self {
        let detail = match class {
            _ if matches!(code, "store_disk_full" | "log_storage_full") => {
                "the server's disk is full: nothing of this request was kept; send it again when there is room"
            }
            ErrorClass::Transient => "the server cannot do this at the moment; try again",
            _ => "a fault of the server; it is in its log",
        };
        let error = Self::new(class, code, detail);
        ApiError { internal: Some(internal.into()), retry_after_ms: class.is_retryable().then_some(1_000), ..error }
    }

    /// The same with another status, where HTTP knows a more precise one.
    #[must_use]
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        ApiError { status, ..self }
    }

    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What decides the status.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.class
    }
}
