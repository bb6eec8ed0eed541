//! What can go wrong with a report.

use rapport_domain::{ErrorClass, Problem, kinds};
use rapport_lake::LakeError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum InsightError {
    /// The request cannot be answered as written: each fault with its place.
    #[error("{}", list(.0))]
    Invalid(Vec<Problem>),
    /// The request has no fault and was not to be answered.
    #[error("the request was only checked")]
    Checked,
    /// The lake could not answer.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// Traits or segments could not be read.
    #[error("{what} cannot be read: {detail}")]
    Unavailable {
        /// What was asked for.
        what: &'static str,
        /// Why not.
        detail: String,
    },
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl InsightError {
    /// A request with one fault.
    pub(crate) fn invalid(at: &str, message: impl Into<String>) -> Self {
        InsightError::Invalid(vec![Problem::new(at, message)])
    }

    /// A request for who is behind something that the report does not show.
    pub(crate) fn not_shown(at: &str, what: &str) -> Self {
        InsightError::Invalid(vec![Problem::of(at, kinds::NOT_SHOWN, &[("what", &what)])])
    }

    /// A stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            InsightError::Invalid(_) => "invalid_insight",
            InsightError::Checked => "only_checked",
            InsightError::Lake(e) => e.code(),
            InsightError::Unavailable { .. } => "people_unavailable",
        }
    }

    /// Its class, which decides status and retry.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            InsightError::Invalid(_) | InsightError::Checked => ErrorClass::Invalid,
            InsightError::Lake(e) => e.class(),
            InsightError::Unavailable { .. } => ErrorClass::Transient,
        }
    }

    /// The faults of the request, when it is at fault.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            InsightError::Invalid(problems) => problems,
            InsightError::Checked | InsightError::Lake(_) | InsightError::Unavailable { .. } => &[],
        }
    }
}
