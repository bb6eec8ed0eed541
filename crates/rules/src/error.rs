//! The one error of this crate.

use rapport_domain::{ErrorClass, Problem};

/// A rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The text or blocks are not a rule; each problem says where and why.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
}

impl RuleError {
    /// A stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RuleError::Invalid(_) => "invalid_rule",
        }
    }

    /// What the error means for the caller.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            RuleError::Invalid(_) => ErrorClass::Invalid,
        }
    }

    /// What is wrong, one by one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            RuleError::Invalid(problems) => problems,
        }
    }
}

impl From<Vec<Problem>> for RuleError {
    fn from(problems: Vec<Problem>) -> Self {
        RuleError::Invalid(problems)
    }
}
