//! A report as rows: for terminals and for CSV.

use rapport_domain::time::format_duration_ms;

use crate::report::Figure;

/// Rows under a header. Columns are named as programs like it (`median_ms`, `conversion_percent`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing to say.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number.
    Number(f64),
    /// Percent.
    Percent(f64),
    /// Milliseconds.
    Duration(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Cell::Text(text.clone())
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Self {
        Cell::Count(n)
    }
}

impl From<usize> for Cell {
    fn from(n: usize) -> Self {
        Cell::Count(n as u64)
    }
}

impl From<Figure> for Cell {
    fn from(n: Figure) -> Self {
        Cell::Number(n.0)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

impl Cell {
    /// Milliseconds, if there are any.
    #[must_use]
    pub fn duration(ms: Option<i64>) -> Self {
        ms.map_or(Cell::Empty, Cell::Duration)
    }

    /// For programs: plain digits, durations in milliseconds.
    fn raw(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Count(n) => n.to_string(),
            Cell::Number(n) | Cell::Percent(n) => n.to_string(),
            Cell::Duration(ms) => ms.to_string(),
        }
    }

    /// For people: thousands apart, few decimals, durations in their largest units.
    pub(crate) fn pretty(&self) -> String {
        match self {
            Cell::Count(n) => apart(&n.to_string()),
            Cell::Number(n) if n.fract() == 0.0 => apart(&format!("{n:.0}")),
            Cell::Number(n) => apart(&format!("{n:.2}")),
            Cell::Percent(n) => format!("{n:.1}"),
            Cell::Duration(ms) => format_duration_ms(if *ms >= 60_000 { ms / 1000 * 1000 } else { *ms }),
            other => other.raw(),
        }
    }
}

/// `1234567.25` → `1 234 567.25`.
fn apart(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

impl Table {
    /// A table with these columns.
    #[must_use]
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Table { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// How many cells there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// Each row's first number beside the largest of them, 0 to 1, with its column; `None` when no row has one, or one is
    /// below 0.
    #[must_use]
    pub fn bars(&self) -> Option<(usize, Vec<f64>)> {
        let number = |cell: &Cell| match cell {
            Cell::Count(n) => Some(*n as f64),
            Cell::Number(n) | Cell::Percent(n) => Some(*n),
            Cell::Duration(ms) => Some(*ms as f64),
            Cell::Empty | Cell::Text(_) => None,
        };
        let column =
            (1..self.columns.len()).find(|at| self.rows.iter().any(|r| r.get(*at).and_then(number).is_some()))?;
        let values: Vec<f64> = self.rows.iter().map(|r| r.get(column).and_then(number).unwrap_or(0.0)).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        let fine = most > 0.0 && values.iter().all(|v| *v >= 0.0 && v.is_finite());
        fine.then(|| (column, values.iter().map(|v| v / most).collect()))
    }

    /// The header for people: `median_ms` → `median`, `conversion_percent` → `conversion %`.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let show = |name: &String| match (name.strip_suffix("_ms"), name.strip_suffix("_percent")) {
            (Some(rest), _) => rest.replace('_', " "),
            (_, Some(rest)) => format!("{} %", rest.replace('_', " ")),
            _ => name.replace('_', " "),
        };
        self.columns.iter().map(show).collect()
    }

    /// The rows for people.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| row.iter().map(Cell::pretty).collect()).collect()
    }

    /// The table as CSV (RFC 4180, lines end with a line feed).
    #[must_use]
    pub fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",") + "\n";
        let rows = self.rows.iter().map(|row| line(row.iter().map(Cell::raw).collect()));
        std::iter::once(line(self.columns.clone())).chain(rows).collect()
    }
}

/// A cell of CSV, in quotes where it must be. Texts that a spreadsheet would run as a formula get a quote mark before
/// them, since event names and values come from outside.
fn quoted(cell: &str) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '@', '\t', '\r']) || (cell.starts_with('-') && cell.parse::<f64>().is_err());
    let safe = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_people_and_for_programs() {
        let mut table = Table::new(["step", "profiles", "conversion_percent", "median_ms"]);
        table.row(["Visit, first".into(), 1_234_567_u64.into(), Cell::Percent(12.345), Cell::Duration(90_500)]);
        table.row(["=1+1".into(), Cell::Number(-1_234.5), Cell::Empty, Cell::Duration(500)]);
        assert_eq!(table.header(), ["step", "profiles", "conversion %", "median"]);
        assert_eq!(table.rows()[0], ["Visit, first", "1 234 567", "12.3", "1m30s"]);
        assert_eq!(table.rows()[1], ["=1+1", "-1 234.50", "", "500ms"]);
        assert_eq!(
            table.csv(),
            "step,profiles,conversion_percent,median_ms\n\"Visit, first\",1234567,12.345,90500\n'=1+1,-1234.5,,500\n"
        );
    }
}
