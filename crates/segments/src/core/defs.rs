//! What the rules of a workspace are and decide, before they are compiled together.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

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

/// What each segment and computed trait reads of others, by the keys of their rules (traits that are not computed stand
/// as computed ones would).
fn uses(defs: &[RuleDef]) -> HashMap<String, Vec<String>> {
    let of = |def: &RuleDef| {
        let plan = Plan::of_formula(&def.formula);
        let segments = plan.segment_names().iter().map(|id| segment_rule_key(id));
        let traits = traits_of(&plan).map(computed_rule_key);
        Some((def.node()?, segments.chain(traits).collect()))
    };
    defs.iter().filter_map(of).collect()
}

/// The traits whose change may change a rule, by their top-level names: those it names, and where scores and the zone of a
/// profile are kept.
pub(super) fn traits_of(plan: &Plan) -> impl Iterator<Item = &str> {
    let named = plan.trait_names().iter().map(|path| path.split('.').next().unwrap_or(path));
    let kept = [(plan.uses_scores(), "scores"), (plan.uses_zone(), "timezone")];
    named.chain(kept.into_iter().filter_map(|(used, name)| used.then_some(name)))
}

/// Leaves out what leads back to itself, one problem each, and puts every rule behind those whose answers it reads; rules
/// that do not read each other stay in their order.
pub(super) fn in_order(defs: Vec<RuleDef>) -> (Vec<RuleDef>, Vec<Problem>) {
    let (defs, problems) = without_cycles(defs);
    let uses = uses(&defs);
    let nodes: Vec<Option<String>> = defs.iter().map(RuleDef::node).collect();
    let place: HashMap<&str, usize> = nodes.iter().enumerate().filter_map(|(i, n)| Some((n.as_deref()?, i))).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); defs.len()];
    let mut waits_for = vec![0_usize; defs.len()];
    for (reader, node) in nodes.iter().enumerate() {
        let read = node.as_ref().and_then(|node| uses.get(node)).into_iter().flatten();
        let sources: HashSet<usize> = read.filter_map(|of| place.get(of.as_str()).copied()).collect();
        waits_for[reader] = sources.len();
        sources.into_iter().for_each(|source| readers[source].push(reader));
    }
    let mut ready: BTreeSet<usize> = (0..defs.len()).filter(|i| waits_for[*i] == 0).collect();
    let mut order = Vec::with_capacity(defs.len());
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for reader in &readers[next] {
            waits_for[*reader] -= 1;
            if waits_for[*reader] == 0 {
                ready.insert(*reader);
            }
        }
    }
    let mut defs: Vec<Option<RuleDef>> = defs.into_iter().map(Some).collect();
    (order.into_iter().filter_map(|i| defs[i].take()).collect(), problems)
}

/// What can move each segment and computed trait, also through others: the keys of segments and (root) traits.
#[must_use]
pub fn movers(defs: &[RuleDef]) -> HashMap<String, BTreeSet<String>> {
    let uses = uses(defs);
    let all = |node: &String| {
        let mut seen = BTreeSet::new();
        let mut queue = vec![node];
        while let Some(at) = queue.pop() {
            for next in uses.get(at).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    queue.push(next);
                }
            }
        }
        seen
    };
    uses.keys().map(|node| (node.clone(), all(node))).collect()
}

/// Leaves out the segments and computed traits on a circle, one problem each, which names the way round.
fn without_cycles(defs: Vec<RuleDef>) -> (Vec<RuleDef>, Vec<Problem>) {
    let uses = uses(&defs);
    let mut problems = Vec::new();
    let kept = defs.into_iter().filter(|def| {
        let Some(node) = def.node() else { return true };
        let Some(way) = way_back(&uses, &node) else { return true };
        let round: Vec<String> = way.into_iter().chain([node.as_str()]).map(shown).collect();
        let message = format!(
            "its rule leads back to itself through in_segment(…) or computed traits: {}; it cannot depend on itself",
            round.join(" → ")
        );
        problems.push(Problem::new(shown(&node), message));
        false
    });
    let kept = kept.collect();
    (kept, problems)
}

/// A node as people call it: `segment pro`, `computed trait revenue`.
fn shown(node: &str) -> String {
    match node.split_once(':') {
        Some(("trait", id)) => format!("computed trait {id}"),
        Some((kind, id)) => format!("{kind} {id}"),
        None => node.to_owned(),
    }
}

/// The shortest way from `node` back to itself, beginning with it and without its end; `None` when there is none.
fn way_back<'a>(uses: &'a HashMap<String, Vec<String>>, node: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: HashMap<&str, &str> = HashMap::new();
    let mut queue = VecDeque::from([node]);
    while let Some(at) = queue.pop_front() {
        for next in uses.get(at).into_iter().flatten().map(String::as_str) {
            if next == node {
                let mut way: Vec<&str> =
                    std::iter::successors(Some(at), |at| came_from.get(at).copied().filter(|_| *at != node)).collect();
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}
