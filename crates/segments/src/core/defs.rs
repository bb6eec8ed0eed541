//! What the rules of a workspace are and decide, before they are compiled together.

use std::collections::HashMap;

use rapport_domain::Problem;
use rapport_domain::rule::{Formula, Rule};
use rapport_rules::Plan;

use super::set::{computed_rule_key, segment_rule_key};

/// What a rule decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decides {
    /// Whether a profile belongs to this segment.
    Segment(String),
    /// The value of this computed trait.
    Trait(String),
    /// Nothing by itself: it is asked by its key.
    Answer,
}

/// A rule with the name it is known by.
#[derive(Clone, Debug)]
pub struct RuleDef {
    /// Unique within the workspace.
    pub key: String,
    /// What it decides.
    pub decides: Decides,
    /// What it says.
    pub formula: Formula,
}

impl RuleDef {
    /// The rule of a segment.
    #[must_use]
    pub fn segment(id: &str, rule: Rule) -> Self {
        let decides = Decides::Segment(id.to_owned());
        RuleDef { key: segment_rule_key(id), decides, formula: Formula::Condition(rule.when) }
    }

    /// The formula of a computed trait.
    #[must_use]
    pub fn computed(id: &str, formula: Formula) -> Self {
        RuleDef { key: computed_rule_key(id), decides: Decides::Trait(id.to_owned()), formula }
    }

    /// A condition that is only asked.
    #[must_use]
    pub fn condition(key: &str, rule: Rule) -> Self {
        RuleDef { key: key.to_owned(), decides: Decides::Answer, formula: Formula::Condition(rule.when) }
    }

    /// A formula that is only asked.
    #[must_use]
    pub fn asked(key: &str, formula: Formula) -> Self {
        RuleDef { key: key.to_owned(), decides: Decides::Answer, formula }
    }

    /// What it depends on and what depends on it, as nodes of one graph.
    fn node(&self) -> Option<String> {
        match &self.decides {
            Decides::Segment(id) => Some(segment_rule_key(id)),
            Decides::Trait(id) => Some(computed_rule_key(id)),
            Decides::Answer => None,
        }
    }
}

/// Leaves out the segments and computed traits on a circle, one problem each.
pub(super) fn without_cycles(defs: Vec<RuleDef>) -> (Vec<RuleDef>, Vec<Problem>) {
    let uses: HashMap<String, Vec<String>> = defs
        .iter()
        .filter_map(|def| {
            let plan = Plan::of_formula(&def.formula);
            let segments = plan.segment_names().iter().map(|id| segment_rule_key(id));
            let traits =
                plan.trait_names().iter().map(|path| computed_rule_key(path.split('.').next().unwrap_or(path)));
            Some((def.node()?, segments.chain(traits).collect()))
        })
        .collect();
    let mut problems = Vec::new();
    let kept = defs.into_iter().filter(|def| match def.node() {
        Some(node) if reaches(&uses, &node, &node) => {
            let (at, how) = match &def.decides {
                Decides::Trait(id) => (format!("computed trait {id}"), "a computed trait cannot depend on itself"),
                Decides::Segment(id) => (format!("segment {id}"), "a segment cannot depend on itself"),
                Decides::Answer => return true,
            };
            let through = "through in_segment(…) or computed traits";
            problems.push(Problem::new(at, format!("its rule leads back to itself {through}; {how}")));
            false
        }
        _ => true,
    });
    let kept = kept.collect();
    (kept, problems)
}

/// Whether `from` leads to `target` in one or more steps.
fn reaches(uses: &HashMap<String, Vec<String>>, from: &str, target: &str) -> bool {
    let mut queue: Vec<&str> = uses.get(from).into_iter().flatten().map(String::as_str).collect();
    let mut seen: Vec<&str> = Vec::new();
    while let Some(segment) = queue.pop() {
        if segment == target {
            return true;
        }
        if !seen.contains(&segment) {
            seen.push(segment);
            queue.extend(uses.get(segment).into_iter().flatten().map(String::as_str));
        }
    }
    false
}
