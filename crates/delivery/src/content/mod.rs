//! Turning a template and data into text. The engine behind it is replaceable: nothing outside this module knows it.
//!
//! The language is Liquid. What is missing renders as nothing, as marketers expect. Everything is bounded: the template,
//! nesting, loops, time and output, so that one template cannot stop the others.

mod engine;
mod html;
mod limits;
mod text;
mod view;

pub use engine::{Compiled, compile};
pub use html::escape_html;
pub(crate) use html::rewrite_links;
pub use text::text_from_html;

use serde_json::Value;

/// The longest template, bytes.
pub const MAX_TEMPLATE_BYTES: usize = 256 * 1024;
/// The longest rendered text, bytes.
pub const MAX_OUTPUT_BYTES: usize = 1024 * 1024;
/// The longest value a filter may take or make, bytes.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;
/// How deep `if`, `for` and other blocks may be nested.
pub const MAX_NESTING: usize = 32;
/// How many numbers a range such as `(1..12)` may have.
pub const MAX_RANGE: i64 = 1_000;
/// How many loops one rendering may begin.
pub const MAX_LOOPS: u32 = 10_000;
/// How long one rendering may take, milliseconds.
pub const MAX_RENDER_MS: u64 = 500;

/// A template that cannot be read or rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ContentError {
    /// Line and column, from 1, when they are known.
    pub position: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ContentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Renders `template` with the members of `data`.
///
/// # Errors
/// Where and why the template cannot be read, or which limit rendering reached.
pub fn render(template: &str, data: &Value) -> Result<String, ContentError> {
    compile(template)?.render(data)
}
