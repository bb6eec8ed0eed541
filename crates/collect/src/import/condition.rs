//! Simple conditions on a row: `{column: InvoiceNo, starts_with: C}`.

use serde_json::Value;

use super::cast::{number, text};

/// A condition on one column; several tests of one condition must all hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    /// The column, by its place in the mapping.
    pub(super) column: usize,
    /// What must hold.
    pub(super) tests: Vec<Test>,
}

/// One test of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// Empty or missing (`true`), or not (`false`).
    Empty(bool),
    /// The same text.
    Equals(String),
    /// Another text.
    NotEquals(String),
    /// One of these texts.
    In(Vec<String>),
    /// Begins so.
    StartsWith(String),
    /// Ends so.
    EndsWith(String),
    /// Holds this text.
    Contains(String),
    /// A number below.
    LessThan(f64),
    /// A number above.
    GreaterThan(f64),
}

impl Condition {
    /// Whether the row meets it. A test of a number fails on what is none.
    pub(super) fn holds(&self, cells: &[Value]) -> bool {
        let cell = cells.get(self.column).unwrap_or(&Value::Null);
        self.tests.iter().all(|test| test.holds(cell))
    }
}

impl Test {
    fn holds(&self, cell: &Value) -> bool {
        match self {
            Test::Empty(wanted) => text(cell).trim().is_empty() == *wanted,
            Test::Equals(other) => text(cell) == *other,
            Test::NotEquals(other) => text(cell) != *other,
            Test::In(list) => list.contains(&text(cell)),
            Test::StartsWith(part) => text(cell).starts_with(part.as_str()),
            Test::EndsWith(part) => text(cell).ends_with(part.as_str()),
            Test::Contains(part) => text(cell).contains(part.as_str()),
            Test::LessThan(limit) => number(cell).is_some_and(|n| n < *limit),
            Test::GreaterThan(limit) => number(cell).is_some_and(|n| n > *limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tests_of_cells() {
        for (test, cell, expected) in [
            (Test::Empty(true), json!(" "), true),
            (Test::Empty(true), Value::Null, true),
            (Test::Empty(false), json!("x"), true),
            (Test::Equals("5".into()), json!(5.0), true),
            (Test::NotEquals("a".into()), json!("a"), false),
            (Test::In(vec!["a".into(), "b".into()]), json!("b"), true),
            (Test::StartsWith("C".into()), json!("C536379"), true),
            (Test::EndsWith("9".into()), json!("C536379"), true),
            (Test::Contains("65".into()), json!("C536379"), false),
            (Test::LessThan(0.0), json!("-1"), true),
            (Test::LessThan(0.0), json!("x"), false),
            (Test::GreaterThan(1.5), json!(2), true),
        ] {
            assert_eq!(test.holds(&cell), expected, "{test:?} {cell}");
        }
        let both = Condition { column: 1, tests: vec![Test::GreaterThan(0.0), Test::LessThan(5.0)] };
        assert!(both.holds(&[Value::Null, json!(3)]) && !both.holds(&[Value::Null, json!(7)]) && !both.holds(&[]));
    }
}
