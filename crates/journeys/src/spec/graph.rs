//! The graph of a journey's steps: ids, targets, reachability, cycles.

use std::collections::HashMap;
use std::fmt::Display;

use rapport_domain::{Problem, kinds};

use super::read::nearest;
use super::{Action, END, Experiment, JourneySpec, MessageTest};

/// Every problem of the graph.
pub(super) fn check(journey: &JourneySpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (i, step) in journey.steps.iter().enumerate() {
        if let Some(first) = by_id.insert(&step.id, i) {
            let values: &[(&str, &dyn Display)] = &[("id", &step.id), ("place", &format!("spec.steps[{first}]"))];
            problems.push(Problem::of(format!("spec.steps[{i}].id"), kinds::STEP_TAKEN, values));
            by_id.insert(&step.id, first);
        }
    }
    for (i, step) in journey.steps.iter().enumerate() {
        for (at, target) in named_targets(journey, i) {
            if target != END && !by_id.contains_key(target) {
                let known = journey.steps.iter().map(|s| s.id.as_str()).filter(|id| *id != step.id);
                let problem = Problem::of(at, kinds::NO_STEP, &[("step", &target)]);
                problems.push(problem.with_suggestion(nearest(target, known.chain([END]))));
            }
        }
    }
    if !problems.is_empty() {
        return problems; // what follows would only repeat it
    }
    let edges: Vec<Vec<usize>> = (0..journey.steps.len()).map(|i| targets(journey, i, &by_id)).collect();
    unreachable_steps(journey, &mut problems);
    cycles(journey, &edges, &mut problems);
    problems
}

/// Targets as written, with their paths.
fn named_targets(journey: &JourneySpec, index: usize) -> Vec<(String, &str)> {
    let Some(step) = journey.steps.get(index) else { return Vec::new() };
    let at = format!("spec.steps[{index}]");
    let mut follow = "next";
    let mut out: Vec<(String, &str)> = match &step.action {
        Action::Branch(arms) => {
            follow = "otherwise";
            arms.iter().enumerate().map(|(i, arm)| (format!("{at}.branch[{i}].goto"), arm.goto.as_str())).collect()
        }
        Action::Split(arms) => {
            arms.iter().enumerate().map(|(i, arm)| (format!("{at}.split[{i}].goto"), arm.goto.as_str())).collect()
        }
        Action::Experiment(of) => {
            let arms = of.arms.iter().enumerate();
            arms.map(|(i, arm)| (format!("{at}.experiment.arms[{i}].goto"), arm.goto.as_str())).collect()
        }
        Action::Winner(of) => {
            let arms = of.arms.iter().enumerate();
            let goto = arms.clone().map(|(i, arm)| (format!("{at}.winner.arms[{i}].goto"), arm.goto.as_str()));
            goto.chain(arms.map(|(i, arm)| (format!("{at}.winner.arms[{i}].step"), arm.step.as_str()))).collect()
        }
        Action::Jump(target) => vec![(format!("{at}.jump"), target.as_str())],
        Action::Message(MessageTest { step: Some(step), .. }) => vec![(format!("{at}.message.step"), step.as_str())],
        _ => Vec::new(),
    };
    out.extend(step.next.as_deref().map(|next| (format!("{at}.{follow}"), next)));
    out.extend(step.otherwise.as_deref().map(|to| (format!("{at}.otherwise"), to)));
    out
}

impl JourneySpec {
    /// The steps a step can lead to, by index; every exit of it counts.
    #[must_use]
    pub fn ways(&self, step: usize) -> Vec<usize> {
        targets(self, step, &self.by_id())
    }

    /// Which steps can be come to from one, itself included, without going on from a step that `stops`.
    #[must_use]
    pub fn reached(&self, from: usize, stops: impl Fn(&Action) -> bool) -> Vec<bool> {
        let by_id = self.by_id();
        let mut reached = vec![false; self.steps.len()];
        let mut stack: Vec<usize> = (from..self.steps.len()).take(1).collect();
        while let Some(i) = stack.pop() {
            if !std::mem::replace(&mut reached[i], true) && !stops(&self.steps[i].action) {
                stack.extend(targets(self, i, &by_id));
            }
        }
        reached
    }

    /// Whether a run that stands at a step may yet come to one of `targets`; one that stands there already has.
    #[must_use]
    pub fn may_reach(&self, from: &str, targets: &[&str]) -> bool {
        let Some(from) = self.steps.iter().position(|s| s.id == from) else { return false };
        let reached = self.reached(from, |_| false);
        self.steps.iter().zip(reached).any(|(step, reached)| reached && targets.contains(&step.id.as_str()))
    }

    fn by_id(&self) -> HashMap<&str, usize> {
        self.steps.iter().enumerate().map(|(i, s)| (s.id.as_str(), i)).collect()
    }
}

/// Where a step can lead.
fn targets(journey: &JourneySpec, index: usize, by_id: &HashMap<&str, usize>) -> Vec<usize> {
    let Some(step) = journey.steps.get(index) else { return Vec::new() };
    let following = || journey.after(index);
    let ids: Vec<&str> = match &step.action {
        Action::Exit(_) => Vec::new(),
        Action::Branch(arms) => arms.iter().map(|arm| arm.goto.as_str()).chain(following()).collect(),
        Action::Split(arms) | Action::Experiment(Experiment { arms, .. }) => {
            arms.iter().map(|arm| arm.goto.as_str()).collect()
        }
        Action::Winner(winner) => winner.arms.iter().map(|arm| arm.goto.as_str()).collect(),
        action if action.second_exit().is_some() => following().into_iter().chain(journey.otherwise(index)).collect(),
        _ => following().into_iter().collect(),
    };
    ids.into_iter().filter_map(|id| by_id.get(id).copied()).collect()
}

/// The steps everybody takes at the instant they enter, whatever rules and chance say: up to and with the first that
/// takes time or has several ways out.
pub(super) fn linear(journey: &JourneySpec) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at = Some(0).filter(|_| !journey.steps.is_empty());
    while let Some(i) = at {
        if out.contains(&i) {
            break;
        }
        out.push(i);
        let action = &journey.steps[i].action;
        let forks = matches!(action, Action::Branch(_) | Action::Split(_) | Action::Experiment(_) | Action::Winner(_));
        let slows = action.takes_time() || matches!(action, Action::Limit(_));
        at = match journey.ways(i).as_slice() {
            [one] if !slows && !forks && action.second_exit().is_none() => Some(*one),
            _ => None,
        };
    }
    out
}

fn unreachable_steps(journey: &JourneySpec, problems: &mut Vec<Problem>) {
    let reached = journey.reached(0, |_| false);
    for (i, step) in journey.steps.iter().enumerate().filter(|(i, _)| !reached[*i]) {
        problems.push(Problem::of(format!("spec.steps[{i}]"), kinds::STEP_UNREACHED, &[("step", &step.id)]));
    }
}

/// A cycle that never waits would run for ever in no time. Such a cycle lies entirely in the graph without wait steps.
fn cycles(journey: &JourneySpec, edges: &[Vec<usize>], problems: &mut Vec<Problem>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        OnPath,
        Done,
    }
    let waits = |i: usize| journey.steps[i].action.takes_time();
    let mut seen = vec![Seen::No; edges.len()];
    for start in 0..edges.len() {
        if seen[start] != Seen::No || waits(start) {
            continue;
        }
        // Each entry: the step and which of its edges comes next.
        let mut path = vec![(start, 0usize)];
        seen[start] = Seen::OnPath;
        while let Some((i, edge)) = path.last_mut() {
            let Some(&to) = edges[*i].get(*edge) else {
                seen[*i] = Seen::Done;
                path.pop();
                continue;
            };
            *edge += 1;
            let from = *i;
            match seen[to] {
                Seen::OnPath => {
                    let values: &[(&str, &dyn Display)] = &[("step", &journey.steps[to].id)];
                    problems.push(Problem::of(format!("spec.steps[{from}]"), kinds::ENDLESS_WAY, values));
                }
                Seen::No if !waits(to) => {
                    seen[to] = Seen::OnPath;
                    path.push((to, 0));
                }
                _ => {}
            }
        }
    }
}
