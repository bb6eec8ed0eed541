//! Tables for terminals.

use serde_json::Value;

/// Rows under a header, in columns as wide as needed; numbers to the right.
#[derive(Debug, Default)]
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(header: &[&str]) -> Self {
        Table { header: header.iter().map(|h| (*h).to_owned()).collect(), rows: Vec::new() }
    }

    /// The table of a report.
    pub(super) fn of(report: &rapport_insights::Table) -> Self {
        Table { header: report.header(), rows: report.rows() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text, a line a row.
    pub(super) fn text(&self) -> String {
        let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
        let width = |column: usize| {
            let all = self.rows.iter().map(|r| cell(r, column)).chain([cell(&self.header, column)]);
            all.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let is_number = |column: usize| {
            let mut cells = self.rows.iter().map(|r| cell(r, column)).filter(|c| !c.is_empty()).peekable();
            cells.peek().is_some()
                && cells.all(|c| c.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !c.contains('T'))
        };
        let numbers: Vec<bool> = (0..self.header.len()).map(is_number).collect();
        let line = |row: &[String]| {
            let cells = (0..self.header.len()).map(|column| {
                let (text, width) = (cell(row, column), widths[column]);
                if numbers[column] { format!("{text:>width$}") } else { format!("{text:<width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        std::iter::once(&self.header).chain(&self.rows).map(|row| line(row)).collect()
    }
}

/// A JSON value as a cell: texts without quotes, nothing for null.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A number with its thousands apart: `1 234 567`.
pub(super) fn count(value: &Value) -> String {
    let digits = cell(value);
    let whole = digits.len() - digits.find('.').map_or(0, |dot| digits.len() - dot);
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) && c.is_ascii_digit() {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["name", "count"]);
        table.row(["a".to_owned(), "7".to_owned()]);
        table.row(["longer, \"x\"".to_owned(), "1200".to_owned()]);
        assert_eq!(table.text(), "name         count\na                7\nlonger, \"x\"   1200\n");
    }

    #[test]
    fn cells() {
        for (value, expected) in
            [(json!(1_234_567), "1 234 567"), (json!(12), "12"), (json!(1234.5), "1 234.5"), (json!(null), "")]
        {
            assert_eq!(count(&value), expected);
        }
        assert_eq!(cell(&json!("x")), "x");
    }
}
