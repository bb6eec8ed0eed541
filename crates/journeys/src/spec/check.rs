//! Validation of a journey: its shape, its graph, its rules and what it refers to, all problems at once.

use rapport_domain::event::names;
use rapport_domain::{Problem, ResourceKind};
use serde_json::Value;

use super::read::{self, nearest};
use super::uses::Use;
use super::{Action, JourneySpec, Reentry, Trigger, graph};
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
            let message = format!("there is no {} {id:?}", kind.as_str());
            problems.push(Problem::new(at, message).with_suggestion(suggestion));
        }
    }
}

/// Events that only Rapport records, because they decide memberships, are no step's to record.
fn check_events(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    for (i, step) in journey.steps.iter().enumerate() {
        if let Action::Emit(emit) = &step.action
            && names::is_reserved(&emit.event)
        {
            let message = format!("{:?} is recorded by what it tells, such as a list step", emit.event);
            problems.push(Problem::new(format!("spec.steps[{i}].emit.event"), message));
        }
    }
}

/// What a journey could do to itself: steps that start it again without end. Each names its step.
fn check_feedback(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    let Trigger::Event(trigger) = &journey.trigger else { return };
    if matches!(journey.reentry, Reentry::Once) {
        return;
    }
    let endless = "with this re-entry it would start itself again and again";
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
            let message =
                format!("step {:?} brings about {:?}, which starts this journey: {endless}", step.id, trigger.name);
            problems.push(Problem::new(format!("spec.steps[{i}]"), message));
        }
    }
}
