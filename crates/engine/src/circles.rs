//! What going live would make of the documents that are live: circles of segments and computed traits, which have no
//! answer, and circles of journeys, which have no end.

use std::collections::{BTreeSet, HashMap};

use rapport_domain::{Problem, Resource, ResourceKind};
use rapport_journeys::spec::chain::{self, Circle, Link};
use rapport_journeys::{AnyCatalogue, JourneySpec};
use rapport_segments::{RuleSet, computed_rule_key, movers, segment_rule_key};

use crate::live::defs_of;

/// What was found; each names the whole way round.
#[derive(Debug, Default)]
pub struct Circles {
    /// What could never work.
    pub endless: Vec<Problem>,
    /// What may go on and on, by what customers do or in the course of time.
    pub possible: Vec<Problem>,
}

/// Looks at `live` (the live documents of one workspace) with `candidate` in the place of its own live version.
#[must_use]
pub fn with(mut live: Vec<Resource>, candidate: &Resource) -> Circles {
    let mut out = Circles::default();
    let decides = matches!(candidate.kind, ResourceKind::Segment | ResourceKind::ComputedTrait);
    let before = if decides { journeys_round(&live) } else { Vec::new() };
    live.retain(|r| (r.kind, &r.id) != (candidate.kind, &candidate.id));
    live.push(candidate.clone());
    let defs = defs_of(&live, &mut Vec::new());
    match candidate.kind {
        ResourceKind::Segment | ResourceKind::ComputedTrait => {
            let (name, at) = match candidate.kind {
                ResourceKind::Segment => ("segment", "spec.rule"),
                _ => ("computed trait", "spec.value"),
            };
            let own = format!("{name} {}", candidate.id);
            let (_, problems) = RuleSet::compile(defs);
            let found = problems.into_iter().filter(|p| p.at == own);
            out.endless.extend(found.map(|p| Problem { at: at.to_owned(), ..p }));
            // What a rule reads may close a circle of journeys that are live already.
            let new = journeys_round(&live).into_iter().filter(|c| !before.contains(c));
            out.possible.extend(new.map(|c| Problem::new(at, c.message)));
        }
        ResourceKind::Journey => {
            let journeys = journeys_of(&live);
            let found = chain::circle(&candidate.id, &journeys, &Moved(movers(&defs)));
            if let Some(Circle { at, message, endless }) = found {
                let into = if endless { &mut out.endless } else { &mut out.possible };
                into.push(Problem::new(at, message));
            }
        }
        _ => {}
    }
    out
}

fn journeys_of(live: &[Resource]) -> Vec<(String, JourneySpec)> {
    let journeys = live.iter().filter(|r| r.kind == ResourceKind::Journey);
    let spec = |r: &Resource| Some((r.id.clone(), rapport_journeys::validate(&r.spec, &AnyCatalogue).ok()?));
    journeys.filter_map(spec).collect()
}

/// The circles of all live journeys.
fn journeys_round(live: &[Resource]) -> Vec<Circle> {
    let (journeys, moved) = (journeys_of(live), Moved(movers(&defs_of(live, &mut Vec::new()))));
    journeys.iter().filter_map(|(id, _)| chain::circle(id, &journeys, &moved)).collect()
}

/// What moves which segment.
struct Moved(HashMap<String, BTreeSet<String>>);

impl Link for Moved {
    fn list_moves(&self, list: &str, segment: &str) -> bool {
        list == segment || self.moves(&segment_rule_key(list), segment)
    }

    fn trait_moves(&self, name: &str, segment: &str) -> bool {
        self.moves(&computed_rule_key(name.split('.').next().unwrap_or(name)), segment)
    }
}

impl Moved {
    fn moves(&self, what: &str, segment: &str) -> bool {
        self.0.get(&segment_rule_key(segment)).is_some_and(|all| all.contains(what))
    }
}
