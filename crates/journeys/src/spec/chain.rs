//! Journeys that start each other: what a step brings about (events, lists, traits, starts) may be what starts a journey.
//!
//! A way round is *endless* when nothing on it depends on a rule, a predicate, a key or time: it would go on within one
//! instant until it is cut. Any other way round is *possible*: it may be meant, such as moving customers between two lists
//! each month. Changes of lists and traits go on only when the journeys of the circle make them both ways (adding and
//! removing, two values): what is as it should be does not change again. Re-entry `once` ends a way round.

use std::collections::{BTreeSet, VecDeque};

use rapport_domain::event::names;
use serde_json::Value;

use super::graph::linear;
use super::{Action, JourneySpec, Reentry, Trigger};

/// Which segments lists and traits move, answered by whoever knows the rules.
pub trait Link {
    /// Whether a change of the list may move somebody into or out of the segment.
    fn list_moves(&self, list: &str, segment: &str) -> bool;
    /// Whether a change of the trait may.
    fn trait_moves(&self, name: &str, segment: &str) -> bool;
}

/// A way round through a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Where in the journey's document: the step it goes on by.
    pub at: String,
    /// The whole way, step by step.
    pub message: String,
    /// Whether it certainly goes on within one instant.
    pub endless: bool,
}

/// A change of a customer that a step makes: what is changed, and to what (`None` is any value).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change<'a> {
    List(&'a str, bool),
    Trait(&'a str, Option<String>),
}

impl Change<'_> {
    fn same_thing(&self, other: &Change<'_>) -> bool {
        match (self, other) {
            (Change::List(a, _), Change::List(b, _)) | (Change::Trait(a, _), Change::Trait(b, _)) => a == b,
            _ => false,
        }
    }

    /// Whether the two make it go back and forth.
    fn against(&self, other: &Change<'_>) -> bool {
        let any = matches!((self, other), (Change::Trait(_, None), _) | (_, Change::Trait(_, None)));
        self.same_thing(other) && (any || self != other)
    }
}

/// A step of one journey starts another.
struct Edge<'a> {
    from: usize,
    step: usize,
    to: usize,
    /// What the step does, for people.
    does: String,
    certain: bool,
    /// Goes on only while this changes.
    by: Option<Change<'a>>,
}

/// The shortest way round through the journey `id`; an endless one before a possible one. `journeys` are all that would
/// be live, with `id` among them.
#[must_use]
pub fn circle(id: &str, journeys: &[(String, JourneySpec)], link: &dyn Link) -> Option<Circle> {
    let start = journeys.iter().position(|(known, _)| known == id)?;
    let mut edges: Vec<Edge<'_>> = Vec::new();
    for (from, (_, journey)) in journeys.iter().enumerate() {
        for (to, (name, target)) in journeys.iter().enumerate().filter(|(_, (_, t))| t.reentry != Reentry::Once) {
            starts(from, journey, to, name, target, link, &mut edges);
        }
    }
    settle(start, journeys, &mut edges);
    let way = round(start, journeys.len(), &edges, true).or_else(|| round(start, journeys.len(), &edges, false))?;
    let endless = way.iter().all(|e| e.certain);
    let text: Vec<String> = way
        .iter()
        .map(|e| format!("{:?} step {:?} {}", journeys[e.from].0, journeys[e.from].1.steps[e.step].id, e.does))
        .collect();
    let what = if endless { "start each other without end" } else { "may start each other again and again" };
    let message = format!("journeys {what}: {} → {id:?}", text.join(" → "));
    Some(Circle { at: format!("spec.steps[{}]", way[0].step), message, endless })
}

/// The changes a step makes.
fn changes(action: &Action) -> Vec<Change<'_>> {
    match action {
        Action::List(list) => vec![Change::List(&list.segment, list.add)],
        Action::Update(update) => {
            let fixed = |v: &Value| (!v.to_string().contains("{{")).then(|| v.to_string());
            let set = update.set.iter().map(|(name, v)| Change::Trait(name, fixed(v)));
            set.chain(update.unset.iter().map(|name| Change::Trait(name, Some("null".to_owned())))).collect()
        }
        Action::Webhook(webhook) => webhook.save.keys().map(|name| Change::Trait(name, None)).collect(),
        _ => Vec::new(),
    }
}

/// The events a step certainly records.
fn events(action: &Action) -> Vec<&str> {
    match action {
        Action::Emit(emit) => vec![&emit.event],
        Action::Update(_) => vec![names::IDENTIFIED],
        Action::Experiment(_) => vec![names::EXPERIMENT_VIEWED],
        Action::List(list) => vec![if list.add { names::LIST_ADDED } else { names::LIST_REMOVED }],
        // What a message causes by itself; opens and clicks need a customer.
        Action::Send(_) => vec![names::MESSAGE_QUEUED, names::MESSAGE_SENT, names::MESSAGE_SKIPPED],
        _ => Vec::new(),
    }
}

/// Every way in which steps of one journey start another, or itself.
fn starts<'a>(
    from: usize,
    journey: &'a JourneySpec,
    to: usize,
    name: &str,
    target: &JourneySpec,
    link: &dyn Link,
    edges: &mut Vec<Edge<'a>>,
) {
    let free = target.reentry == Reentry::Always && target.entry_when.is_none() && target.exit_when.is_none();
    let at_once = linear(journey);
    for (step, found) in journey.steps.iter().enumerate() {
        let sure = free && at_once.contains(&step);
        let mut edge = |does: String, certain: bool, by: Option<Change<'a>>| {
            edges.push(Edge { from, step, to, does, certain: certain && sure, by });
        };
        match &target.trigger {
            Trigger::Event(event) => {
                let open = event.filter.is_none() && event.key.is_none();
                let told = [names::JOURNEY_ENTERED, names::JOURNEY_EXITED];
                if events(&found.action).contains(&event.name.as_str())
                    || (step == 0 && told.contains(&event.name.as_str()))
                {
                    edge(format!("records {:?}", event.name), open, None);
                }
                for change in changes(&found.action) {
                    let tells = matches!(
                        (&change, event.name.as_str()),
                        (Change::Trait(..), names::PROFILE_UPDATED)
                            | (Change::List(..), names::SEGMENT_ENTERED | names::SEGMENT_EXITED)
                    );
                    if tells {
                        edge(format!("{}, which records {:?}", does(&change), event.name), open, Some(change));
                    }
                }
            }
            Trigger::Segment(segment) => {
                for change in changes(&found.action) {
                    let (moves, certain) = match &change {
                        Change::List(list, add) if *list == segment.id => (*add == segment.entered, true),
                        Change::List(list, _) => (link.list_moves(list, &segment.id), false),
                        Change::Trait(name, _) => (link.trait_moves(name, &segment.id), false),
                    };
                    if moves {
                        let into = if segment.entered { "into" } else { "out of" };
                        let does = format!("{} (moves {into} {:?})", does(&change), segment.id);
                        edge(does, certain, Some(change));
                    }
                }
            }
            Trigger::Journey => {
                if matches!(&found.action, Action::Start(start) if start.journey == name) {
                    edge("starts".to_owned(), true, None);
                }
            }
            Trigger::Date(_) | Trigger::Schedule(_) | Trigger::Api { .. } | Trigger::Manual => {}
        }
    }
}

fn does(change: &Change<'_>) -> String {
    match change {
        Change::List(list, true) => format!("adds to {list:?}"),
        Change::List(list, false) => format!("removes from {list:?}"),
        Change::Trait(name, _) => format!("sets {name:?}"),
    }
}

/// Takes away what comes to rest: changes that nothing on a way round through `start` makes undone.
fn settle(start: usize, journeys: &[(String, JourneySpec)], edges: &mut Vec<Edge<'_>>) {
    loop {
        let (there, back) = (reach(start, edges, false), reach(start, edges, true));
        let inside: BTreeSet<usize> = there.intersection(&back).copied().collect();
        let steps = inside.iter().flat_map(|i| &journeys[*i].1.steps);
        let made: Vec<Change<'_>> = steps.flat_map(|s| changes(&s.action)).collect();
        let before = edges.len();
        edges.retain(|e| {
            inside.contains(&e.from)
                && inside.contains(&e.to)
                && e.by.as_ref().is_none_or(|by| made.iter().any(|other| by.against(other)))
        });
        if edges.len() == before {
            return;
        }
    }
}

/// The journeys that `start` leads to (or, `back`, that lead to it), itself only by a way round.
fn reach(start: usize, edges: &[Edge<'_>], back: bool) -> BTreeSet<usize> {
    let (mut seen, mut queue) = (BTreeSet::new(), vec![start]);
    while let Some(at) = queue.pop() {
        for edge in edges {
            let (from, to) = if back { (edge.to, edge.from) } else { (edge.from, edge.to) };
            if from == at && seen.insert(to) {
                queue.push(to);
            }
        }
    }
    seen
}

/// The shortest way from `start` back to it; by certain edges only, if so asked.
fn round<'e, 'a>(start: usize, journeys: usize, edges: &'e [Edge<'a>], certain: bool) -> Option<Vec<&'e Edge<'a>>> {
    let mut came: Vec<Option<&Edge<'a>>> = vec![None; journeys];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for edge in edges.iter().filter(|e| e.from == at && (e.certain || !certain)) {
            if edge.to == start {
                let mut way = vec![edge];
                while let Some(before) = came[way[way.len() - 1].from].filter(|_| way[way.len() - 1].from != start) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if came[edge.to].is_none() {
                came[edge.to] = Some(edge);
                queue.push_back(edge.to);
            }
        }
    }
    None
}
