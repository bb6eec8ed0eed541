//! Liquid, the template language: consumes templates and data, emits text, owns the language.
//!
//! A [`Template`] is read once and rendered many times. Data is borrowed: JSON is read where it lies, and an [`Object`]
//! is asked for members only when a template mentions them. Every template is bounded in steps, output, memory, nesting and
//! time ([`Limits`]); every fault has a place and says what was expected ([`Error`]).
//!
//! ```
//! use rapport_liquid::{Env, Outcome, ParseOptions, Template, Value};
//!
//! let template = Template::parse("Hello {{ name | default: 'friend' }}!", &ParseOptions::default())?;
//! let data = serde_json::json!({"name": "Ada"});
//! let env = Env::new(chrono::DateTime::UNIX_EPOCH);
//! let rendered = template.render(&Value::from(&data), &env)?;
//! assert_eq!(rendered.outcome, Outcome::Text("Hello Ada!".to_owned()));
//! # Ok::<(), rapport_liquid::Error>(())
//! ```

mod error;
mod filters;
mod host;
mod limits;
mod options;
mod render;
mod syntax;
mod template;
mod value;

pub use error::{EXCERPT_CHARS, Error, ErrorClass, ErrorKind, Place};
pub use host::{Host, NoHost, NoPartials, Partials};
pub use limits::{Limit, Limits, MAX_DEPTH};
pub use options::{Env, Escape, Missing, ParseOptions};
pub use template::{MAX_REPORTED, MissingValue, Outcome, Rendered, Template};
pub use value::{LoopId, Object, Value};

/// The names of all tags and of all filters, for editors.
#[must_use]
pub fn vocabulary() -> (Vec<&'static str>, Vec<&'static str>) {
    (syntax::TAGS.to_vec(), filters::names().collect())
}
