//! What can go wrong, and where.

use std::fmt;

use crate::limits::Limit;

/// Whose fault an error is, which decides what the caller does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The template is wrong: its author changes it.
    Invalid,
    /// The template wants more than it may have: its author makes it smaller.
    Limited,
    /// The host could not answer: trying again may help.
    Host,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ErrorKind {
    /// The text is not Liquid.
    #[error("{0}")]
    Syntax(String),
    /// A tag nobody knows.
    #[error("there is no tag `{name}`{}", suggestion(.nearest))]
    UnknownTag {
        /// The name as written.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
    },
    /// A filter nobody knows.
    #[error("there is no filter `{name}`{}", suggestion(.nearest))]
    UnknownFilter {
        /// The name as written.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
    },
    /// A block without its end.
    #[error("`{tag}` is never closed: expected `{expected}`")]
    Unclosed {
        /// What was opened.
        tag: String,
        /// What would close it.
        expected: String,
    },
    /// A variable that does not exist, in strict rendering.
    #[error("`{name}` is missing")]
    MissingVariable {
        /// The variable as written.
        name: String,
    },
    /// A partial that does not exist.
    #[error("there is no partial `{name}`{}", suggestion(.nearest))]
    MissingPartial {
        /// Its name.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
    },
    /// A value that a filter, a tag or an operator cannot use.
    #[error("{0}")]
    Argument(String),
    /// A bound was reached.
    #[error("{0}")]
    Limit(#[from] Limit),
    /// The host could not answer.
    #[error("{0}")]
    Host(String),
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
}

/// Where in a template something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The line's text around the place, at most [`EXCERPT_CHARS`] characters.
    pub excerpt: String,
    /// The partial it is in; `None` for the template itself.
    pub partial: Option<String>,
}

/// How much of a line an error quotes, characters.
pub const EXCERPT_CHARS: usize = 60;

impl Place {
    /// The place of the byte `at` of `source`.
    #[must_use]
    pub fn of(source: &str, at: usize) -> Self {
        let at = (0..=at.min(source.len())).rev().find(|i| source.is_char_boundary(*i)).unwrap_or(0);
        let (before, after) = source.split_at(at);
        let line = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
        let lead = before.rsplit('\n').next().unwrap_or_default();
        let column = lead.chars().count() as u32 + 1;
        let start: Vec<char> = lead.chars().rev().take(EXCERPT_CHARS / 2).collect();
        let rest = after.split(['\n', '\r']).next().unwrap_or_default();
        let excerpt: String = start.into_iter().rev().chain(rest.chars()).take(EXCERPT_CHARS).collect();
        Place { line, column, excerpt: excerpt.trim().to_owned(), partial: None }
    }
}

/// An error with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where, when it has a place.
    pub place: Option<Place>,
}

impl Error {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::Syntax(_) => "syntax",
            ErrorKind::UnknownTag { .. } => "unknown_tag",
            ErrorKind::UnknownFilter { .. } => "unknown_filter",
            ErrorKind::Unclosed { .. } => "unclosed",
            ErrorKind::MissingVariable { .. } => "missing_variable",
            ErrorKind::MissingPartial { .. } => "missing_partial",
            ErrorKind::Argument(_) => "argument",
            ErrorKind::Limit(limit) => limit.code(),
            ErrorKind::Host(_) => "host",
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match &self.kind {
            ErrorKind::Limit(_) => ErrorClass::Limited,
            ErrorKind::Host(_) => ErrorClass::Host,
            _ => ErrorClass::Invalid,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else { return self.kind.fmt(f) };
        if let Some(partial) = &place.partial {
            write!(f, "partial `{partial}`, ")?;
        }
        write!(f, "line {}, column {}: {}", place.line, place.column, self.kind)?;
        if !place.excerpt.is_empty() {
            write!(f, ", in: {}", place.excerpt)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// An error on its way up: its offset becomes a [`Place`] where the source is known.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    pub(crate) at: Option<u32>,
    pub(crate) place: Option<Place>,
}

/// What everything inside returns.
pub(crate) type Res<T> = Result<T, Box<Fault>>;

impl Fault {
    /// Gives the fault a position unless it has a nearer one.
    pub(crate) fn at(mut self: Box<Self>, at: u32) -> Box<Self> {
        if self.place.is_none() {
            self.at.get_or_insert(at);
        }
        self
    }

    /// Turns the offset into a place of `source`.
    pub(crate) fn located(mut self: Box<Self>, source: &str, partial: Option<&str>) -> Box<Self> {
        if let (None, Some(at)) = (&self.place, self.at) {
            self.place = Some(Place { partial: partial.map(str::to_owned), ..Place::of(source, at as usize) });
        }
        self
    }

    pub(crate) fn into_error(self) -> Error {
        Error { kind: self.kind, place: self.place }
    }
}

impl From<ErrorKind> for Box<Fault> {
    fn from(kind: ErrorKind) -> Self {
        Box::new(Fault { kind, at: None, place: None })
    }
}

impl From<Limit> for Box<Fault> {
    fn from(limit: Limit) -> Self {
        ErrorKind::Limit(limit).into()
    }
}

/// An argument fault.
pub(crate) fn argument(message: impl Into<String>) -> Box<Fault> {
    ErrorKind::Argument(message.into()).into()
}

/// A syntax fault at a byte.
pub(crate) fn syntax(at: u32, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { kind: ErrorKind::Syntax(message.into()), at: Some(at), place: None })
}

/// The nearest of `known` to `name` (Jaro-Winkler), if it is near enough to be meant.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    // Very long names are nobody's typing error, and the comparison is quadratic.
    if name.len() > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|k| (strsim::jaro_winkler(name, k), k))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k.to_owned())
}
