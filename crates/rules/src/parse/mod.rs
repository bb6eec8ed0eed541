//! From text to IR: CEL's syntax by the parser of the `cel` crate, the meaning by [`lower`].

mod formula;
mod guard;
mod lower;
mod query;
mod sequence;
mod terms;

use cel::IdedExpr;
use cel::common::ast::SourceInfo;
use rapport_domain::Problem;
use rapport_domain::rule::{Places, Rule};

use crate::limits::MAX_NESTING;
use crate::predicate::Predicate;
use crate::print;
pub use formula::parse_formula;
pub(crate) use formula::places as formula_places;
use lower::{Lowering, Scope};

/// Every word of the language.
#[cfg(test)]
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    lower::FUNCTIONS.into_iter().chain(lower::METHODS).chain(lower::TESTS)
}

/// Reads a rule.
///
/// # Errors
/// What is wrong, each with `line:column` (from 1) and, for an unknown name, the nearest known one.
pub fn parse(text: &str) -> Result<Rule, Vec<Problem>> {
    let (tree, info) = syntax(text)?;
    let mut lowering = Lowering::new(text, info, Scope::Profile);
    let when = lowering.condition(&tree);
    let (places, problems) = lowering.finish();
    match when {
        Some(when) if problems.is_empty() => Ok(Rule { when, places: Places(places) }),
        _ => Err(problems),
    }
}

/// Reads a condition on one event, called `e`: `e.total > 50 && e.context.page.path.startsWith("/shop")`.
///
/// # Errors
/// As for [`parse`].
pub fn parse_predicate(text: &str) -> Result<Predicate, Vec<Problem>> {
    let (tree, info) = syntax(text)?;
    let mut lowering = Lowering::new(text, info, Scope::Event("e".to_owned()));
    let when = lowering.condition(&tree);
    let (places, problems) = lowering.finish();
    match when {
        Some(when) if problems.is_empty() => Ok(Predicate::new(&when).placed(Places(places))),
        _ => Err(problems),
    }
}

/// Reads a rule from blocks: the JSON form of the IR. It obeys the same limits as text and comes out in normal form.
///
/// # Errors
/// What is wrong; positions are those of the rule's canonical text.
pub fn from_json(value: &serde_json::Value) -> Result<Rule, Vec<Problem>> {
    // Printing recurses; text could not nest deeper than this either.
    if depth(value) > 8 * MAX_NESTING {
        return Err(vec![Problem::new("1:1", format!("the blocks are nested deeper than {MAX_NESTING}"))]);
    }
    let rule: Rule = serde::Deserialize::deserialize(value)
        .map_err(|e: serde_json::Error| vec![Problem::new("1:1", format!("the blocks are not a rule: {e}"))])?;
    let mut read = parse(&print(&rule))?;
    read.places = Places::default();
    Ok(read)
}

fn depth(value: &serde_json::Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 1)];
    while let Some((value, at)) = open.pop() {
        deepest = deepest.max(at);
        match value {
            serde_json::Value::Array(list) => open.extend(list.iter().map(|v| (v, at + 1))),
            serde_json::Value::Object(map) => open.extend(map.values().map(|v| (v, at + 1))),
            _ => {}
        }
    }
    deepest
}

/// The tree of a text, and where each of its nodes starts.
fn syntax(text: &str) -> Result<(IdedExpr, SourceInfo), Vec<Problem>> {
    guard::check(text)?;
    // No macros: `has`, `exists` and `filter` stay the calls they are written as.
    let parser = cel::Env::default().parser().enable_optional_syntax(false).enable_ident_escape_syntax(true);
    let parser = parser.max_recursion_depth(4 * MAX_NESTING as u16);
    parser.parse_with_source_info(text).map_err(|errors| guard::explain(&errors))
}
