//! The graph of a journey's steps: ids, targets, reachability, cycles.

use std::collections::HashMap;

use rapport_domain::Problem;

use super::read::nearest;
use super::{Action, END, JourneySpec};

/// Every problem of the graph.
pub(super) fn check(journey: &JourneySpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (i, step) in journey.steps.iter().enumerate() {
        if let Some(first) = by_id.insert(&step.id, i) {
            let message = format!("the id {:?} is taken by spec.steps[{first}]", step.id);
            problems.push(Problem::new(format!("spec.steps[{i}].id"), message));
            by_id.insert(&step.id, first);
        }
    }
    for (i, step) in journey.steps.iter().enumerate() {
        for (at, target) in named_targets(journey, i) {
            if target != END && !by_id.contains_key(target) {
                let known = journey.steps.iter().map(|s| s.id.as_str()).filter(|id| *id != step.id);
                let message = format!("there is no step {target:?}");
                problems.push(Problem::new(at, message).with_suggestion(nearest(target, known.chain([END]))));
            }
        }
    }
    if !problems.is_empty() {
        return problems; // what follows would only repeat it
    }
    let edges: Vec<Vec<usize>> = (0..journey.steps.len()).map(|i| targets(journey, i, &by_id)).collect();
    unreachable_steps(journey, &edges, &mut problems);
    cycles(journey, &edges, &mut problems);
    problems
}

/// Targets as written, with their paths.
fn named_targets(journey: &JourneySpec, index: usize) -> Vec<(String, &str)> {
    let Some(step) = journey.steps.get(index) else { return Vec::new() };
    let at = format!("spec.steps[{index}]");
    let mut out = Vec::new();
    let mut follow = "next";
    if let Action::Branch(arms) = &step.action {
        follow = "otherwise";
        out.extend(arms.iter().enumerate().map(|(a, arm)| (format!("{at}.branch[{a}].goto"), arm.goto.as_str())));
    }
    out.extend(step.next.as_deref().map(|next| (format!("{at}.{follow}"), next)));
    out
}

fn targets(journey: &JourneySpec, index: usize, by_id: &HashMap<&str, usize>) -> Vec<usize> {
    let Some(step) = journey.steps.get(index) else { return Vec::new() };
    let arms = match &step.action {
        Action::Exit(_) => return Vec::new(),
        Action::Branch(arms) => arms.as_slice(),
        _ => &[],
    };
    let named = arms.iter().map(|arm| arm.goto.as_str());
    named.chain(journey.after(index)).filter_map(|id| by_id.get(id).copied()).collect()
}

fn unreachable_steps(journey: &JourneySpec, edges: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let mut reached = vec![false; edges.len()];
    let mut stack = vec![0];
    while let Some(i) = stack.pop() {
        if !std::mem::replace(&mut reached[i], true) {
            stack.extend(&edges[i]);
        }
    }
    for (i, step) in journey.steps.iter().enumerate().filter(|(i, _)| !reached[*i]) {
        problems.push(Problem::new(format!("spec.steps[{i}]"), format!("nothing leads to step {:?}", step.id)));
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
    let waits = |i: usize| matches!(journey.steps[i].action, Action::Wait(_));
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
                    let message =
                        format!("the way back to step {:?} has no wait: it would run for ever", journey.steps[to].id);
                    problems.push(Problem::new(format!("spec.steps[{from}]"), message));
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
