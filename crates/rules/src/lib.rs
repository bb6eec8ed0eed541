//! Layer 1: rules. Consumes rule text (CEL syntax) or IR and events, emits verdicts with the instant they may next change,
//! owns nothing: the state of aggregates belongs to the caller.

mod aggregate;
mod check;
mod compile;
mod error;
mod eval;
mod forms;
pub mod limits;
mod parse;
mod plan;
mod predicate;
mod print;
mod sequence;
mod state;
mod value;

pub use aggregate::Aggregate;
pub use check::{Catalogue, Finding, Severity, check, findings};
pub use compile::regex;
pub use error::RuleError;
pub use forms::{FORMS, Form, Place};
pub use parse::{from_json, parse, parse_predicate};
pub use plan::{Facts, Plan, Verdict};
pub use predicate::Predicate;
pub use print::print;
pub use rapport_domain::rule::{Rule, ValueType};
pub use state::AggState;
