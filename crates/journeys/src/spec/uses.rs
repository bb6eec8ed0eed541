//! What a journey refers to: documents, and the rules and events it asks about. One walk for every check.

use rapport_domain::ResourceKind;
use rapport_domain::rule::Mention;
use rapport_rules::{Plan, Predicate};

use super::{Action, Audience, GoalBy, JourneySpec, ScheduleTrigger, Start, Trigger, Wait};
use crate::rules;

/// Another document that a journey needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Its kind. A channel is named by what it carries (`email`).
    pub kind: ResourceKind,
    /// Its id.
    pub id: String,
    /// Where it is named, from `spec`; inside a rule with `line:column`.
    pub at: String,
}

/// An event that a journey waits or listens for.
#[derive(Clone, Debug)]
pub struct Listens {
    /// Its name.
    pub event: String,
    /// Where it is named.
    pub at: String,
    /// The predicate on it, with where that stands.
    pub filter: Option<(String, Predicate)>,
}

impl JourneySpec {
    /// Every document it names, in the order of the document: also the segments its rules ask about.
    #[must_use]
    pub fn uses(&self) -> Vec<Use> {
        let mut out = Vec::new();
        let mut named = |kind, id: &str, at: String| out.push(Use { kind, id: id.to_owned(), at });
        match &self.trigger {
            Trigger::Segment(segment) => {
                named(ResourceKind::Segment, &segment.id, "spec.trigger.segment.id".to_owned());
            }
            Trigger::Schedule(ScheduleTrigger { audience: Audience::Segment(id), .. }) => {
                named(ResourceKind::Segment, id, "spec.trigger.schedule.audience.segment".to_owned());
            }
            _ => {}
        }
        for (i, step) in self.steps.iter().enumerate() {
            let at = format!("spec.steps[{i}].{}", step.action.kind());
            match &step.action {
                Action::Send(send) => {
                    named(ResourceKind::Template, &send.template, format!("{at}.template"));
                    named(ResourceKind::Channel, &send.channel, format!("{at}.channel"));
                    if let Some(topic) = &send.topic {
                        named(ResourceKind::Topic, topic, format!("{at}.topic"));
                    }
                }
                Action::List(change) => {
                    let member = if change.add { "add" } else { "remove" };
                    named(ResourceKind::Segment, &change.segment, format!("{at}.{member}"));
                }
                Action::Start(Start { journey, .. }) | Action::Stop(journey) => {
                    named(ResourceKind::Journey, journey, format!("{at}.journey"));
                }
                _ => {}
            }
        }
        for (at, text) in self.rules() {
            // What cannot be read is told elsewhere.
            let Ok((_, rule)) = rules::rule(text) else { continue };
            for id in Plan::new(&rule).segment_names() {
                let (line, column) = rule.places.0.get(&Mention::Segment(id.clone())).copied().unwrap_or((1, 1));
                named(ResourceKind::Segment, id, format!("{at} {line}:{column}"));
            }
        }
        out
    }

    /// Every event that starts it, ends a wait, is collected or reaches its goal.
    #[must_use]
    pub fn listens(&self) -> Vec<Listens> {
        let mut out = Vec::new();
        let mut heard = |at: String, event: &str, filter: Option<&String>| {
            let filter = filter.and_then(|text| rules::predicate(text).ok());
            let filter = filter.map(|when| (format!("{}.where", at.trim_end_matches(".name")), when));
            out.push(Listens { event: event.to_owned(), at, filter });
        };
        if let Trigger::Event(event) = &self.trigger {
            heard("spec.trigger.event.name".to_owned(), &event.name, event.filter.as_ref());
        }
        for (i, step) in self.steps.iter().enumerate() {
            match &step.action {
                Action::Wait(Wait::Event(event)) => {
                    heard(format!("spec.steps[{i}].wait.event.name"), &event.name, event.filter.as_ref());
                }
                Action::Digest(digest) => {
                    heard(format!("spec.steps[{i}].digest"), &digest.event, digest.filter.as_ref());
                }
                _ => {}
            }
        }
        if let Some(GoalBy::Event { name, filter, .. }) = self.goal.as_ref().map(|g| &g.by) {
            heard("spec.goal.event.name".to_owned(), name, filter.as_ref());
        }
        out
    }

    /// The id of the step that a place in the document is about: `spec.steps[2].send.template` is of the third.
    #[must_use]
    pub fn step_at(&self, at: &str) -> Option<&str> {
        let index = at.strip_prefix("spec.steps[")?.split(']').next()?.parse::<usize>().ok()?;
        self.steps.get(index).map(|s| s.id.as_str())
    }
}
