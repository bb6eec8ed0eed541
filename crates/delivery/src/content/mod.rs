//! Turning a template and data into text. The engine behind it is replaceable: nothing outside this module knows it.
//!
//! The language is Liquid (`docs/specs/liquid.md`). What is missing renders as nothing, as marketers expect. Everything is
//! bounded: the template, nesting, steps, values, time and output, so that one template cannot stop the others.

mod body;
pub mod built_in;
mod engine;
mod html;
mod library;
pub mod lint;
pub(crate) mod mjml;
mod page;
mod picture;
mod text;
mod text_links;
mod tree;
mod utm;

#[cfg(test)]
pub(crate) use body::HtmlBody;
pub(crate) use body::{Body, Written, faults_of_parts};
pub use engine::{Compiled, MissingName, compile};
pub(crate) use engine::{Markup, Scene, View, compile_as, mrkdwn};
pub use html::escape_html;
pub use library::Library;
pub(crate) use page::walk;
pub use picture::{Picture, picture};
pub use text::text_from_html;
pub(crate) use text_links::rewrite_text_links;
pub use tree::Tree;
pub use utm::Utm;

/// The longest template, bytes.
pub const MAX_TEMPLATE_BYTES: usize = 256 * 1024;
/// The longest rendered text, bytes.
pub const MAX_OUTPUT_BYTES: usize = 1024 * 1024;
/// How much all values that one rendering makes may take, bytes.
pub const MAX_VALUES_BYTES: usize = 16 * 1024 * 1024;
/// How deep `if`, `for` and other blocks may be nested.
pub const MAX_NESTING: u32 = 32;
/// How many steps one rendering may take: each tag, output and filter is one, large values cost more.
pub const MAX_STEPS: u64 = 500_000;
/// How long one rendering may take, milliseconds.
pub const MAX_RENDER_MS: u64 = 500;

/// A template that cannot be read or rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ContentError {
    /// Which part of the content, such as `subject`, when there are several.
    pub part: Option<&'static str>,
    /// Line and column, from 1, when they are known.
    pub position: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ContentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(part) = self.part {
            write!(f, "{part}: ")?;
        }
        match self.position {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
