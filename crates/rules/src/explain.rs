//! Why a rule holds or not: its clauses with their truth, the values compared, and the events that prove them.

use rapport_domain::Timestamp;
use rapport_domain::event::EventView;
use rapport_domain::rule::{Expr, Field, Formula, Operand, Rule};
use serde_json::Value;

use crate::plan::{Facts, Plan};
use crate::print;
use crate::state::AggState;

/// Events shown as the proof of one clause, the newest ones.
pub const MAX_EVIDENCE: usize = 10;

/// One clause of a rule, decided for one profile at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What it says, in the rule language.
    pub text: String,
    /// Whether it holds.
    pub holds: bool,
    /// When time alone may change that.
    pub next_change: Option<Timestamp>,
    /// `all`, `any`, `not`, or `test`.
    pub kind: &'static str,
    /// The clauses it is made of.
    pub parts: Vec<Clause>,
    /// What was compared: each value that is no constant, with its text. Missing ones are null.
    pub values: Vec<(String, Value)>,
    /// How many events it counts.
    pub matching: usize,
    /// The newest of them, as places in the list of events, oldest first.
    pub evidence: Vec<usize>,
}

/// The rule taken apart for one profile: `events` are all of the profile's, in order of time.
#[must_use]
pub fn explain<E: EventView>(rule: &Rule, facts: &dyn Facts, events: &[E], now: Timestamp) -> Clause {
    Explainer { facts, events, now }.clause(&rule.when)
}

struct Explainer<'a, E> {
    facts: &'a dyn Facts,
    events: &'a [E],
    now: Timestamp,
}

impl<E: EventView> Explainer<'_, E> {
    fn clause(&self, expr: &Expr) -> Clause {
        let plan = Plan::of_formula(&Formula::Condition(expr.clone()));
        let states = self.states(&plan);
        let verdict = plan.evaluate(self.facts, &|i| states.get(i), self.now);
        let mut clause = Clause {
            text: print::condition(expr),
            holds: verdict.holds,
            next_change: verdict.next_change,
            kind: "test",
            parts: Vec::new(),
            values: Vec::new(),
            matching: 0,
            evidence: Vec::new(),
        };
        match expr {
            Expr::All(parts) | Expr::Any(parts) => {
                clause.kind = if matches!(expr, Expr::All(_)) { "all" } else { "any" };
                clause.parts = parts.iter().map(|p| self.clause(p)).collect();
                return clause;
            }
            Expr::Not(part) => {
                clause.kind = "not";
                clause.parts = vec![self.clause(part)];
                return clause;
            }
            Expr::Compare { left, right, .. } => [left, right].into_iter().for_each(|o| self.value(o, &mut clause)),
            Expr::In { value, .. } => self.value(value, &mut clause),
            Expr::Text { value, .. } | Expr::Members { value, .. } | Expr::Has(value) => {
                self.value(&Operand::Field(value.clone()), &mut clause);
            }
            _ => {}
        }
        let proofs = (0..self.events.len())
            .filter(|i| plan.aggregates().iter().any(|a| a.concerns(&self.events[*i], self.facts, self.now)));
        clause.evidence = proofs.collect();
        clause.matching = clause.evidence.len();
        clause.evidence.drain(..clause.matching.saturating_sub(MAX_EVIDENCE));
        clause
    }

    fn states(&self, plan: &Plan) -> Vec<AggState> {
        let mut states = vec![AggState::default(); plan.aggregates().len()];
        for event in self.events {
            for (state, aggregate) in states.iter_mut().zip(plan.aggregates()) {
                aggregate.observe(state, event);
            }
        }
        states
    }

    fn value(&self, operand: &Operand, clause: &mut Clause) {
        let constant = matches!(
            operand,
            Operand::Literal(_) | Operand::Instant(_) | Operand::DurationMs(_) | Operand::VersionLiteral(_)
        );
        if constant {
            return;
        }
        let formula = Formula::Value(operand.clone());
        let plan = Plan::of_formula(&formula);
        let states = self.states(&plan);
        let value = plan.value(self.facts, &|i| states.get(i), self.now).0;
        clause.values.push((print::print_formula(&formula), value));
        // What a value is made of is of interest too: the trait behind a date, both sides of a difference.
        match operand {
            Operand::Date(field @ (Field::Trait(_) | Field::Account(_)))
            | Operand::Version(field @ (Field::Trait(_) | Field::Account(_))) => {
                self.value(&Operand::Field(field.clone()), clause);
            }
            Operand::DistanceKm { value, .. } => self.value(&Operand::Field(value.clone()), clause),
            Operand::Add(a, b) | Operand::Subtract(a, b) | Operand::Multiply(a, b) | Operand::Divide(a, b) => {
                [a, b].into_iter().for_each(|o| self.value(o, clause));
            }
            _ => {}
        }
    }
}
