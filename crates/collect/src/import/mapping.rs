//! A mapping: how rows become events. `docs/guides/import-online-retail.md` describes the file form.

use rapport_domain::{EventKind, Problem};
use serde_json::Value;

use super::condition::Condition;
use super::error::ImportError;
use super::expr::Expr;
use super::parse;

/// A mapping that is right in itself; whether its columns exist is seen when it meets a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The call of every event.
    pub(super) kind: EventKind,
    /// The members of an event, by their names in Segment's form.
    pub(super) members: Vec<(&'static str, Expr)>,
    /// Rows that meet one of these are left out.
    pub(super) skip_when: Vec<Condition>,
    /// Consecutive rows with the same value here make one event.
    pub(super) group_by: Option<usize>,
    /// The columns used, with where in the mapping each is named first.
    pub(super) columns: Vec<UsedColumn>,
    /// How separated values are written.
    pub(super) csv: CsvOptions,
}

/// A column that a mapping uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UsedColumn {
    pub(super) name: String,
    pub(super) at: String,
}

/// How separated values are written; what is not stated is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CsvOptions {
    pub(super) delimiter: Option<u8>,
    pub(super) quote: Option<u8>,
    /// The columns' names when the file has no header line.
    pub(super) columns: Option<Vec<String>>,
    /// Bytes above 127 are Latin-1 instead of UTF-8.
    pub(super) latin1: bool,
}

impl Mapping {
    /// Reads a mapping file (YAML).
    ///
    /// # Errors
    /// [`ImportError::MappingSyntax`] with line and column, [`ImportError::Mapping`] with every problem and its path.
    pub fn parse(yaml: &str) -> Result<Self, ImportError> {
        let document: Value = serde_norway::from_str(yaml).map_err(|e| ImportError::MappingSyntax(e.to_string()))?;
        parse::mapping(&document).map_err(ImportError::Mapping)
    }

    /// Where each used column stands among the file's.
    pub(super) fn bind(&self, file: &[String]) -> Result<Vec<usize>, ImportError> {
        let mut problems = Vec::new();
        let mut places = Vec::with_capacity(self.columns.len());
        for used in &self.columns {
            match file.iter().position(|name| *name == used.name) {
                Some(place) => places.push(place),
                None => {
                    let near = parse::nearest(&used.name, file.iter().map(String::as_str));
                    let message = format!("no column {:?} in the file", used.name);
                    problems.push(Problem::new(&used.at, message).with_suggestion(near));
                }
            }
        }
        if problems.is_empty() { Ok(places) } else { Err(ImportError::Mapping(problems)) }
    }
}
