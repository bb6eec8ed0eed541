//! What a mapping can say of a value, and how it is worked out from one row or a group of rows.

use serde_json::{Map, Number, Value};

use super::cast::{Cast, number, text};
use super::condition::Condition;

/// A value of an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    /// Always the same.
    Constant(Value),
    /// Texts and columns in turn.
    Template(Vec<Part>),
    /// A column of the (first) row.
    Column {
        /// Its place in the mapping.
        column: usize,
        /// Its type.
        cast: Cast,
        /// What an empty cell counts as.
        default: Value,
    },
    /// The product of factors.
    Multiply(Vec<Expr>, Option<u32>),
    /// The sum over the rows of a group.
    Sum(Box<Expr>, Option<u32>),
    /// How many rows.
    Count,
    /// The first branch whose condition holds, else the last value.
    Case(Vec<(Condition, Expr)>, Box<Expr>),
    /// An object.
    Object(Vec<(String, Expr)>),
    /// A list with one object a row.
    List(Vec<(String, Expr)>),
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// As it stands.
    Text(String),
    /// A column's text.
    Column(usize),
    /// The row's number, from 1.
    Row,
}

/// A cell that is not what the mapping says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellError {
    /// Where in the mapping, below the value that was worked out.
    pub(super) at: String,
    /// What was expected and found.
    pub(super) message: String,
}

impl CellError {
    fn within(mut self, name: &str) -> Self {
        self.at = if self.at.is_empty() { name.to_owned() } else { format!("{name}.{}", self.at) };
        self
    }
}

/// The rows a value is worked out from: one, or a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    /// Their cells; never empty.
    pub(super) cells: &'a [Vec<Value>],
    /// The first row's number, from 1.
    pub(super) number: u64,
}

impl<'a> Rows<'a> {
    fn first(&self) -> &'a [Value] {
        self.cells.first().map_or(&[], Vec::as_slice)
    }

    fn each(self) -> impl Iterator<Item = Rows<'a>> {
        self.cells.iter().zip(self.number..).map(|(row, number)| Rows { cells: std::slice::from_ref(row), number })
    }
}

impl Expr {
    /// The value; `Null` when a needed cell is empty.
    pub(super) fn eval(&self, rows: Rows<'_>) -> Result<Value, CellError> {
        match self {
            Expr::Constant(value) => Ok(value.clone()),
            Expr::Template(parts) => Ok(template(parts, rows)),
            Expr::Column { column, cast, default } => match rows.first().get(*column) {
                None | Some(Value::Null) => Ok(default.clone()),
                Some(cell) => cast.apply(cell).map_err(|message| CellError { at: String::new(), message }),
            },
            Expr::Multiply(factors, round) => {
                let mut product = 1.0;
                for factor in factors {
                    match number(&factor.eval(rows)?) {
                        Some(n) => product *= n,
                        None => return Ok(Value::Null),
                    }
                }
                Ok(rounded(product, *round))
            }
            Expr::Sum(inner, round) => {
                let mut sum = 0.0;
                for row in rows.each() {
                    sum += number(&inner.eval(row)?).unwrap_or(0.0);
                }
                Ok(rounded(sum, *round))
            }
            Expr::Count => Ok(Value::from(rows.cells.len())),
            Expr::Case(branches, otherwise) => {
                let chosen = branches.iter().find(|(condition, _)| condition.holds(rows.first()));
                chosen.map_or(otherwise.as_ref(), |(_, value)| value).eval(rows)
            }
            Expr::Object(members) => object(members, rows).map(Value::Object),
            Expr::List(members) => {
                let list: Result<Vec<_>, _> = rows.each().map(|row| object(members, row).map(Value::Object)).collect();
                list.map(Value::Array)
            }
        }
    }
}

/// The object of the members that are not `Null`.
pub(super) fn object(members: &[(String, Expr)], rows: Rows<'_>) -> Result<Map<String, Value>, CellError> {
    let mut map = Map::new();
    for (name, expr) in members {
        let value = expr.eval(rows).map_err(|e| e.within(name))?;
        if !value.is_null() {
            map.insert(name.clone(), value);
        }
    }
    Ok(map)
}

/// The text, `Null` when one of its columns is empty: half an identifier is none.
fn template(parts: &[Part], rows: Rows<'_>) -> Value {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Row => out.push_str(&rows.number.to_string()),
            Part::Column(column) => match rows.first().get(*column) {
                None | Some(Value::Null) => return Value::Null,
                Some(cell) => out.push_str(text(cell).trim()),
            },
        }
    }
    Value::String(out)
}

fn rounded(number: f64, digits: Option<u32>) -> Value {
    let value = match digits {
        Some(digits) => {
            let scale = 10f64.powi(digits.min(9) as i32);
            (number * scale).round() / scale
        }
        None => number,
    };
    // `-0.0` would show its sign.
    let value = if value == 0.0 { 0.0 } else { value };
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_a_group() {
        let cells = vec![vec![json!("A"), json!("2"), json!("2.55")], vec![json!("B"), json!("3"), json!("0.1")]];
        let rows = Rows { cells: &cells, number: 7 };
        let column = |column, cast| Expr::Column { column, cast, default: Value::Null };
        let line = Expr::Multiply(vec![column(1, Cast::Number), column(2, Cast::Number)], None);
        assert_eq!(line.eval(rows), Ok(json!(5.1)));
        assert_eq!(Expr::Sum(Box::new(line), Some(2)).eval(rows), Ok(json!(5.4)));
        assert_eq!(Expr::Count.eval(rows), Ok(json!(2)));
        let list = Expr::List(vec![("sku".into(), column(0, Cast::Text)), ("n".into(), column(1, Cast::Integer))]);
        assert_eq!(list.eval(rows), Ok(json!([{"sku": "A", "n": 2}, {"sku": "B", "n": 3}])));
        let template = Expr::Template(vec![Part::Column(0), Part::Text("-".into()), Part::Row]);
        assert_eq!(template.eval(rows), Ok(json!("A-7")));
        let wrong = Expr::Object(vec![("n".into(), column(0, Cast::Number))]).eval(rows).unwrap_err();
        assert_eq!((wrong.at.as_str(), wrong.message.as_str()), ("n", "expected a number, found \"A\""));
    }
}
