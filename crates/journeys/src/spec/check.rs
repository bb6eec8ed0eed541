//! Validation of a journey: its shape, its graph, its rules and what it refers to, all problems at once.

use std::fmt::Display;

use rapport_domain::event::names;
use rapport_domain::{Problem, ResourceKind, kinds};
use serde_json::Value;

use super::read::{self, nearest};
use super::uses::Use;
use super::{Action, GOALS, JourneySpec, Reentry, Trigger, graph};
use crate::rules;

/// What other documents there are, answered by whoever owns them.
pub trait Catalogue {
    /// The ids a journey of this workspace may name; `None` when that is not known here, and every id is accepted.
    /// Channels are named by kind (`email`).
    fn ids(&self, kind: ResourceKind) -> Option<Vec<String>>;
}

/// Accepts every name: for drafts, and where the other documents are not at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyCatalogue;

impl Catalogue for AnyCatalogue {
    fn ids(&self, _kind: ResourceKind) -> Option<Vec<String>> {
        None
    }
}

/// Reads a journey's document and checks everything that can be known before it runs: members and their types, step
/// ids and where they lead, steps nobody reaches, cycles without a wait, rules (with `line:column` inside), and that
/// `catalogue` knows every document it names, also the segments inside its rules.
///
/// # Errors
/// Every problem found, each with its JSON path from `spec`.
pub fn validate(spec: &Value, catalogue: &dyn Catalogue) -> Result<JourneySpec, Vec<Problem>> {
    let journey = read::read(spec)?;
    let problems = check_whole(&journey, catalogue);
    if problems.is_empty() { Ok(journey) } else { Err(problems) }
}

/// Everything about a journey that was read.
pub(crate) fn check_whole(journey: &JourneySpec, catalogue: &dyn Catalogue) -> Vec<Problem> {
    let mut problems = graph::check(journey);
    check_rules(journey, &mut problems);
    check_references(journey, catalogue, &mut problems);
    check_events(journey, &mut problems);
    check_feedback(journey, &mut problems);
    check_winners(journey, &mut problems);
    problems
}

fn check_rules(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    for (at, text) in journey.predicates() {
        if let Err(found) = rules::predicate(text) {
            problems.extend(within(&at, found));
        }
    }
    for (at, text) in journey.rules() {
        if let Err(found) = rules::rule(text) {
            problems.extend(within(&at, found));
        }
    }
}

/// A problem inside a rule, placed in the document: `spec.exit_when 1:7`.
fn within(at: &str, problems: Vec<Problem>) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(move |p| Problem { at: format!("{at} {}", p.at).trim_end().to_owned(), ..p })
}

fn check_references(journey: &JourneySpec, catalogue: &dyn Catalogue, problems: &mut Vec<Problem>) {
    for Use { kind, id, at } in journey.uses() {
        let Some(known) = catalogue.ids(kind) else { continue };
        if !known.contains(&id) {
            let suggestion = nearest(&id, known.iter().map(String::as_str));
            let problem = Problem::of(at, kinds::UNKNOWN_DOCUMENT, &[("kind", &kind.as_str()), ("id", &id)]);
            problems.push(problem.with_suggestion(suggestion));
        }
    }
}

/// Events that only Rapport records, because they decide memberships, are no step's to record.
fn check_events(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    for (i, step) in journey.steps.iter().enumerate() {
        if let Action::Emit(emit) = &step.action
            && names::is_reserved(&emit.event)
        {
            let at = format!("spec.steps[{i}].emit.event");
            problems.push(Problem::of(at, kinds::RESERVED_EVENT, &[("event", &emit.event)]));
        }
    }
}

/// Goals can only be compared where there is one, and where whoever got a message stays to reach it.
fn check_winners(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    for (i, step) in journey.steps.iter().enumerate() {
        let Action::Winner(winner) = &step.action else { continue };
        if winner.metric != GOALS {
            continue;
        }
        if journey.goal.is_none() {
            let message = "the journey has no goal to compare by: give it one, or compare opens or clicks";
            problems.push(Problem::new(format!("spec.steps[{i}].winner.metric"), message));
            continue;
        }
        for (arm, send) in winner.arms.iter().enumerate() {
            let Some(from) = journey.steps.iter().position(|s| s.id == send.step) else { continue };
            let reached = journey.reached(from, |_| false);
            let stays = |action: &Action| {
                action.takes_time() || matches!(action, Action::Wait(_) | Action::Limit(_) | Action::Winner(_))
            };
            if !journey.steps.iter().zip(reached).any(|(step, reached)| reached && stays(&step.action)) {
                let message = format!(
                    "whoever gets {:?} leaves the journey at once, and could reach no goal in it: let a wait follow",
                    send.step
                );
                problems.push(Problem::new(format!("spec.steps[{i}].winner.arms[{arm}].step"), message));
            }
        }
    }
}

/// What a journey could do to itself: steps that start it again without end. Each names its step.
fn check_feedback(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    let Trigger::Event(trigger) = &journey.trigger else { return };
    if matches!(journey.reentry, Reentry::Once) {
        return;
    }
    for (i, step) in journey.steps.iter().enumerate() {
        let own = match &step.action {
            Action::Emit(emit) => emit.event == trigger.name,
            // What a message causes by itself; opens and clicks need a customer.
            Action::Send(_) => ["Message Queued", "Message Sent", "Message Skipped"].contains(&trigger.name.as_str()),
            Action::Experiment(_) => trigger.name == names::EXPERIMENT_VIEWED,
            _ => false,
        };
        let own = own || ["Journey Entered", "Journey Exited"].contains(&trigger.name.as_str()) && i == 0;
        if own && trigger.filter.is_none() {
            let values: &[(&str, &dyn Display)] = &[("step", &step.id), ("event", &trigger.name)];
            problems.push(Problem::of(format!("spec.steps[{i}]"), kinds::STARTS_ITSELF, values));
        }
    }
}
