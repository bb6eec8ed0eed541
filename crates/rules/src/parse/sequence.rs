//! `sequence([…], "3h")`: steps by name, with conditions, gaps and absences.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel, operators};
use rapport_domain::rule::{Expr, Sequence, Step, StepEvents};

use super::lower::Lowering;
use crate::limits::MAX_STEPS;

/// What a step may look like.
const EXAMPLE: &str = "expected an event: \"Order Completed\", events(\"Order Completed\").filter(e, e.total > 50), or \
                       !events(\"Order Completed\") for its absence";

/// Names, filter and window of a step's events.
type Parts = (Vec<String>, Option<Box<Expr>>, Option<i64>);

impl Lowering {
    pub(super) fn sequence(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Sequence> {
        let [Cel::List(list), _] = call.args.iter().map(|a| &a.expr).collect::<Vec<_>>()[..] else {
            return self.wrong(at, "expected sequence([\"First Event\", \"Second Event\"], \"3h\")");
        };
        let within_ms = self.duration(&call.args[1]);
        if !(2..=MAX_STEPS).contains(&list.elements.len()) {
            return self.wrong(&call.args[0], format!("a sequence has 2 to {MAX_STEPS} steps"));
        }
        let steps: Vec<Option<Step>> = list.elements.iter().map(|step| self.step(step)).collect();
        let steps: Vec<Step> = steps.into_iter().collect::<Option<_>>()?;
        self.count_aggregate(at)?;
        if steps.iter().all(Step::is_absent) {
            return self
                .wrong(&call.args[0], "at least one step must happen; for absence alone use !events(…).exists()");
        }
        let last = steps.len() - 1;
        let happens_before = |i: usize| steps[..i].iter().any(|s| !s.is_absent());
        for (i, (step, at)) in steps.iter().zip(&list.elements).enumerate() {
            let own = matches!(step, Step::Events(StepEvents { within_ms: Some(_), .. }));
            if step.is_absent() && i > 0 && steps[i - 1].is_absent() {
                return self.wrong(at, "two absent steps in a row: name their events in one, !events(\"A\", \"B\")");
            }
            if own && step.is_absent() && i != 0 && i != last {
                return self
                    .wrong(at, "an absent step between two others reaches from one to the other; leave within(…) out");
            }
            if own && !step.is_absent() && !happens_before(i) {
                return self.wrong(at, "within(…) counts from the step before, and nothing happens before this one");
            }
        }
        Some(Sequence { steps, within_ms: within_ms?, recent_ms: None })
    }

    /// `sequence(…).within("7d")`: complete in the last so long.
    pub(super) fn recent_sequence(&mut self, at: &IdedExpr, target: &IdedExpr, call: &CallExpr) -> Option<Expr> {
        let Cel::Call(inner) = &target.expr else { return None };
        let sequence = self.sequence(target, inner);
        let recent_ms = match call.args.as_slice() {
            [length] => self.duration(length),
            _ => self.wrong(at, "expected sequence(…).within(\"7d\")"),
        };
        Some(Expr::Sequence(Sequence { recent_ms: Some(recent_ms?), ..sequence? }))
    }

    fn step(&mut self, at: &IdedExpr) -> Option<Step> {
        let call = match &at.expr {
            Cel::Literal(_) => return self.event_name(at).map(Step::Name),
            Cel::Call(call) => call,
            _ => return self.wrong(at, EXAMPLE),
        };
        if let (operators::LOGICAL_NOT, [inner]) = (call.func_name.as_str(), call.args.as_slice()) {
            let (names, filter, within_ms) = self.step_events(inner)?;
            return Some(Step::Events(StepEvents { names, filter, absent: true, within_ms }));
        }
        let (mut names, filter, within_ms) = self.step_events(at)?;
        if names.len() == 1 && filter.is_none() && within_ms.is_none() {
            return Some(Step::Name(names.remove(0)));
        }
        Some(Step::Events(StepEvents { names, filter, absent: false, within_ms }))
    }

    /// `events(…)` with `filter` and `within`, and no measure.
    fn step_events(&mut self, at: &IdedExpr) -> Option<Parts> {
        let (base, links) = self.chain(at).or_else(|| self.wrong(at, EXAMPLE))?;
        let mut ok = true;
        let query = self.base(base, &mut ok);
        let mut query = query?;
        for (node, call) in links {
            if !matches!(call.func_name.as_str(), "within" | "filter") {
                return self.wrong(node, "a step takes only .filter(e, …) and .within(…)");
            }
            if self.link(node, call, &mut query).is_none() {
                ok = false;
            }
        }
        ok.then_some((query.names, query.filter, query.window.within_ms))
    }
}
