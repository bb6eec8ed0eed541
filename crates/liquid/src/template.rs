//! A template that is ready to render.

use crate::error::{Error, Place};
use crate::options::{Env, ParseOptions};
use crate::render::Renderer;
use crate::syntax;
use crate::syntax::tree::Body;
use crate::value::Value;

/// A template, read once and rendered any number of times, from any number of threads.
#[derive(Debug)]
pub struct Template {
    pub(crate) source: Box<str>,
    pub(crate) body: Body,
}

/// What came of rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The text.
    Text(String),
    /// The template said `abort_message`: nothing is to be sent.
    Aborted {
        /// Why, in the template's words; empty when it gave no reason.
        reason: String,
    },
}

impl Outcome {
    /// The text, unless the template aborted.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self {
            Outcome::Text(text) => Some(text),
            Outcome::Aborted { .. } => None,
        }
    }
}

/// A variable that did not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingValue {
    /// The variable as written.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// The result of a rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// What came of it.
    pub outcome: Outcome,
    /// Variables that did not exist, each once, when [`crate::Missing::Report`] was asked for; at most [`MAX_REPORTED`].
    pub missing: Vec<MissingValue>,
    /// The steps it took.
    pub steps: u64,
}

/// How many missing variables a rendering lists.
pub const MAX_REPORTED: usize = 100;

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Where it is not Liquid, what was expected there, and which known name is near; or which limit it breaks.
    pub fn parse(source: &str, options: &ParseOptions<'_>) -> Result<Self, Error> {
        let body = syntax::parse(source, options).map_err(|f| f.located(source, None).into_error())?;
        Ok(Template { source: source.into(), body })
    }

    /// Renders with the members of `data` as variables.
    ///
    /// # Errors
    /// What cannot be done and where, or which limit was reached.
    pub fn render<'a>(&'a self, data: &Value<'a>, env: &'a Env<'a>) -> Result<Rendered, Error> {
        Renderer::new(self, data.clone(), env).run(self)
    }

    /// The template as it was read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}
