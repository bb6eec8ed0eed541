//! Reading a funnel's request, with every fault named.

use super::walk::FunnelWalk;
use super::{Attribution, FunnelRequest, MAX_BINS, MAX_CORRELATED, MAX_EXCLUSIONS, MAX_STEPS, Order};
use crate::ask::Ask;
use crate::core::buckets::{Buckets, Unit};
use crate::core::chain::Shape;
use crate::error::InsightError;
use crate::period::Period;
use crate::select::{Matcher, Matchers, Selection};

impl FunnelRequest {
    pub(super) fn check(&self, ask: &mut Ask<'_>) -> Result<(FunnelWalk, Period, Option<Buckets>), InsightError> {
        let period = ask.scope(self.scope(), Unit::Day)?;
        let steps = self.steps.len();
        if steps == 0 || steps > MAX_STEPS {
            ask.not_so_many("steps", (1, MAX_STEPS), steps);
        }
        let selections: Vec<Selection> = self.steps.iter().map(|s| s.selection()).collect();
        let mut matchers = Vec::new();
        for (at, selection) in selections.iter().enumerate().take(MAX_STEPS) {
            matchers.push(ask.selection(selection, &format!("steps[{at}].")));
        }
        let mut optional = 0;
        for (at, step) in self.steps.iter().enumerate().take(MAX_STEPS).filter(|(_, s)| s.optional) {
            optional |= 1 << at;
            if at == 0 || at + 1 == steps || self.order == Order::Unordered || self.open {
                let text = "only a step between the first and the last of an ordered, closed funnel can be optional";
                ask.problem(format!("steps[{at}].optional"), text);
            } else if step.event.is_none() && step.filter.is_none() {
                ask.problem(format!("steps[{at}].event"), "expected an event name: what customers do is always there");
            }
        }
        let window_ms = ask.window(self.window.as_deref(), "7d", "window");
        let exclusions = self.exclusions(ask, &mut matchers);
        if self.open && self.order != Order::Ordered {
            ask.problem("open", "only an ordered funnel can be open");
        }
        let breakdown = ask.breakdown(self.breakdown.as_deref())?;
        if let Attribution::Step(n) = self.attribution
            && (!(1..=steps).contains(&n) || self.order == Order::Unordered)
        {
            ask.problem("attribution.step", format!("expected 1 to {steps}, of an ordered funnel"));
        }
        ask.top(self.top);
        ask.number(self.histogram, 10, (1, MAX_BINS), "histogram");
        let correlated = self.correlate.as_ref().map_or(0, |c| c.properties.len());
        if correlated > MAX_CORRELATED {
            ask.too_many("correlate.properties", MAX_CORRELATED, correlated);
        }
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
            if !(1..=steps).contains(&drill.step) {
                ask.not_between("drill.step", (1, steps));
            }
        }
        let buckets = match (&period, self.over) {
            (Some(period), Some(unit)) => Some(period.buckets(unit, &mut ask.problems)),
            _ => None,
        };
        let (period, window_ms) = ask.sound(period.zip(window_ms))?;
        let shape = Shape {
            steps,
            optional,
            window_ms,
            strict: self.order == Order::Strict,
            open: self.open,
            entry: (period.from.0, period.to.0),
        };
        let matchers = Matchers::new(matchers);
        let walk = FunnelWalk {
            // Between two steps of a strict funnel all counts that the customer did.
            matchers: if shape.strict { matchers.stepping_all(&ask.written()) } else { matchers },
            shape,
            unordered: self.order == Order::Unordered,
            exclusions,
            breakdown,
            attribution: self.attribution,
        };
        Ok((walk, period, buckets))
    }

    fn exclusions(&self, ask: &mut Ask<'_>, matchers: &mut Vec<Matcher>) -> Vec<(usize, usize)> {
        if self.exclude.len() > MAX_EXCLUSIONS {
            ask.too_many("exclude", MAX_EXCLUSIONS, self.exclude.len());
        }
        let steps = self.steps.len();
        let mut all = Vec::new();
        for (at, one) in self.exclude.iter().enumerate().take(MAX_EXCLUSIONS) {
            let selection = Selection { event: one.event.clone(), filter: one.filter.clone(), label: None };
            matchers.push(ask.selection(&selection, &format!("exclude[{at}].")));
            let (after, before) = (one.after_step.unwrap_or(1), one.before_step.unwrap_or(steps));
            if !(1..=steps).contains(&after) || !(1..=steps).contains(&before) || after >= before {
                let text =
                    format!("expected after_step and before_step from 1 to {steps}, the first before the second");
                ask.problem(format!("exclude[{at}]"), text);
            }
            if self.order == Order::Unordered && (one.after_step.is_some() || one.before_step.is_some()) {
                ask.problem(format!("exclude[{at}]"), "an unordered funnel has no first or second step");
            }
            all.push((after.saturating_sub(1), before.saturating_sub(1)));
        }
        all
    }
}
