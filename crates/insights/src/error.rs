//! What can go wrong with a report.

use rapport_domain::{ErrorClass, Problem};
use rapport_lake::LakeError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum InsightError {
    /// The request cannot be answered as written: each fault with its place.
    #[error("{}", list(.0))]
    Invalid(Vec<Problem>),
    /// The lake could not answer.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl InsightError {
    /// A stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            InsightError::Invalid(_) => "invalid_insight",
            InsightError::Lake(e) => e.code(),
        }
    }

    /// Its class, which decides status and retry.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            InsightError::Invalid(_) => ErrorClass::Invalid,
            InsightError::Lake(e) => e.class(),
        }
    }

    /// The faults of the request, when it is at fault.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            InsightError::Invalid(problems) => problems,
            InsightError::Lake(_) => &[],
        }
    }
}
