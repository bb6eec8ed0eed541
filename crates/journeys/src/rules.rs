//! Rules as journeys use them: conditions on the profile, named by canonical text, and predicates on an event.

use rapport_domain::Problem;
pub(crate) use rapport_rules::{Predicate, Rule};

use crate::core::ConditionKey;

/// A condition and its name. Two texts that mean the same by form have the same name.
pub(crate) fn rule(text: &str) -> Result<(ConditionKey, Rule), Vec<Problem>> {
    let rule = rapport_rules::parse(text)?;
    let key = ConditionKey(rapport_rules::print(&rule).into());
    Ok((key, rule))
}

/// A predicate on the event `e`.
pub(crate) fn predicate(text: &str) -> Result<Predicate, Vec<Problem>> {
    rapport_rules::parse_predicate(text)
}
