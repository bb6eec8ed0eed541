//! Personal data that must not leak into logs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that shows as `‹redacted›` wherever it is formatted; only [`Pii::expose`] gives it away.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pii<T>(pub T);

impl<T> Pii<T> {
    /// The value itself; a call to justify in review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹redacted›")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹redacted›")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_itself() {
        assert_eq!(format!("{:?} {}", Pii("a@b.c"), Pii(7)), "‹redacted› ‹redacted›");
    }
}
