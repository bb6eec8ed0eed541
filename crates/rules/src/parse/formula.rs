//! The value of a computed trait: a condition, or a value that stands still until something happens or a day begins.

use std::collections::BTreeMap;

use cel::IdedExpr;
use cel::common::ast::{Expr as Cel, operators};
use rapport_domain::Problem;
use rapport_domain::rule::{Formula, Mention, Operand};

use super::lower::{Lowering, Scope};
use super::terms::Type;

/// Reads what a computed trait is: `events("Order Completed").sum("total")`, `traits.revenue / traits.orders`, or a
/// condition, whose value is true or false.
///
/// # Errors
/// As for [`super::parse`].
pub fn parse_formula(text: &str) -> Result<Formula, Vec<Problem>> {
    let (tree, info) = super::syntax(text)?;
    let mut lowering = Lowering::new(text, info, Scope::Profile);
    let formula = lowering.formula(&tree);
    let (_, problems) = lowering.finish();
    match formula {
        Some(formula) if problems.is_empty() => Ok(formula),
        _ => Err(problems),
    }
}

/// Where the names of a formula's text stand.
pub(crate) fn places(text: &str) -> BTreeMap<Mention, (u32, u32)> {
    let Ok((tree, info)) = super::syntax(text) else { return BTreeMap::new() };
    let mut lowering = Lowering::new(text, info, Scope::Profile);
    // What is wrong with it was told when it was read.
    let _ = lowering.formula(&tree);
    lowering.finish().0
}

impl Lowering {
    fn formula(&mut self, at: &IdedExpr) -> Option<Formula> {
        if is_condition(at) {
            return self.condition(at).map(Formula::Condition);
        }
        let (operand, kind) = self.operand(at)?;
        match kind {
            Type::Span | Type::Version => self.wrong(
                at,
                "a computed trait is a number, text, instant, list or condition; compare a duration, or write semver(…) in a rule",
            ),
            _ if moves(&operand) => {
                self.wrong(at, "now() changes all the time, and a computed trait only when something happens; use today()")
            }
            _ => Some(Formula::Value(operand)),
        }
    }
}

/// Whether a tree says something that is true or false by itself.
fn is_condition(at: &IdedExpr) -> bool {
    match &at.expr {
        Cel::Call(call) => {
            let is_operator = [
                operators::LOGICAL_AND,
                operators::LOGICAL_OR,
                operators::LOGICAL_NOT,
                operators::IN,
                operators::EQUALS,
                operators::NOT_EQUALS,
                operators::LESS,
                operators::LESS_EQUALS,
                operators::GREATER,
                operators::GREATER_EQUALS,
            ];
            let name = call.func_name.as_str();
            let named = ["has", "in_segment", "consent", "bucket", "sequence", "exists"].contains(&name)
                || super::lower::TESTS.contains(&name) && name != "size";
            let recent = name == "within"
                && call.target.as_ref().is_some_and(|t| matches!(&t.expr, Cel::Call(c) if c.func_name == "sequence"));
            is_operator.contains(&name) || named || recent
        }
        _ => false,
    }
}

fn moves(operand: &Operand) -> bool {
    match operand {
        Operand::Now => true,
        Operand::Add(a, b) | Operand::Subtract(a, b) | Operand::Multiply(a, b) | Operand::Divide(a, b) => {
            moves(a) || moves(b)
        }
        _ => false,
    }
}
