//! Layer 1: rules. Consumes rule text (CEL syntax) or IR and events, emits verdicts with the instant they may next change,
//! owns nothing: the state of aggregates belongs to the caller.

mod aggregate;
mod calendar;
mod check;
mod compile;
mod complete;
mod cost;
mod error;
mod eval;
mod eventless;
mod explain;
mod forms;
mod geo;
pub mod limits;
mod parse;
mod pattern;
mod plan;
mod predicate;
mod print;
mod sequence;
mod state;
mod stored;
mod value;
mod version;

pub use aggregate::Aggregate;
pub use check::{Catalogue, Finding, Severity, check, event_finding, findings, formula_findings, predicate_findings};
pub use compile::regex;
pub use complete::{Completion, Suggestion, ValuesOf, complete};
pub use cost::Cost;
pub use error::RuleError;
pub use explain::{Clause, MAX_EVIDENCE, explain};
pub use forms::{FORMS, Form, Place};
pub use parse::{from_json, parse, parse_formula, parse_predicate};
pub use plan::{EventsOnly, Facts, Plan, Verdict};
pub use predicate::Predicate;
pub use print::{print, print_formula};
pub use rapport_domain::rule::{Formula, Rule, ValueType};
pub use state::AggState;
