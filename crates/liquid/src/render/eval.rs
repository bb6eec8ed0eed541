//! Evaluates expressions, filters and conditions.

use std::cmp::Ordering;

use super::{Renderer, describe};
use crate::error::{ErrorKind, Res, argument};
use crate::filters::{Args, Context};
use crate::limits::BYTES_PER_STEP;
use crate::syntax::tree::{Call, Callee, Condition, Expr, Filtered, Join, Operator, Path, Root, Span, Step};
use crate::value::{Ordering3, Value, order, parse_int};

/// Room for the arguments of one filter without the heap.
const NIL: Value<'static> = Value::Nil;

impl<'a> Renderer<'a> {
    /// A value; a missing one is dealt with as the caller wishes, and nil.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> Res<Value<'a>> {
        match self.find(expr)? {
            Some(value) => Ok(value),
            None => {
                self.is_missing(span_of(expr))?;
                Ok(Value::Nil)
            }
        }
    }

    /// A value that may be missing without anybody's being told.
    pub(super) fn quiet(&mut self, expr: &'a Expr) -> Res<Value<'a>> {
        Ok(self.find(expr)?.unwrap_or(Value::Nil))
    }

    /// A value; `None` when it is a variable that does not exist.
    fn find(&mut self, expr: &'a Expr) -> Res<Option<Value<'a>>> {
        Ok(Some(match expr {
            Expr::Nil => Value::Nil,
            Expr::Bool(b) => Value::Bool(*b),
            Expr::Int(n) => Value::Int(*n),
            Expr::Float(x) => Value::Float(*x),
            Expr::Str(span) => Value::Str(self.name(*span)),
            Expr::Empty => Value::Empty,
            Expr::Blank => Value::Blank,
            Expr::Range(ends) => {
                let (from, to) = (self.eval(&ends.0)?, self.eval(&ends.1)?);
                Value::Range(bound(&from)?, bound(&to)?)
            }
            Expr::Name(span) => return Ok(self.variable(self.name(*span))),
            Expr::Path(path) => return self.path(path),
        }))
    }

    #[inline]
    fn variable(&self, name: &str) -> Option<Value<'a>> {
        self.frame.get(name).or_else(|| self.root.get(name))
    }

    fn path(&mut self, path: &'a Path) -> Res<Option<Value<'a>>> {
        let found = match &path.root {
            Root::Name(span) => self.variable(self.name(*span)),
            Root::Indirect(expr) => {
                let name = self.eval(expr)?;
                self.variable(&name.to_str())
            }
        };
        let Some(mut value) = found else { return Ok(None) };
        for step in &path.steps {
            let next = match step {
                Step::Name(span) => self.member(&value, self.name(*span)),
                Step::Index(expr) => {
                    let index = self.eval(expr)?;
                    match index {
                        Value::Int(n) => value.at(n),
                        Value::Float(x) => value.at(x as i64),
                        other => match other.as_str() {
                            Some(key) => self.plain_member(&value, key),
                            None => None,
                        },
                    }
                }
            };
            match next {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }

    fn plain_member(&self, value: &Value<'a>, key: &str) -> Option<Value<'a>> {
        match value {
            Value::Loop(id) => self.loops.get(id.0 as usize)?.get(key),
            other => other.get(key),
        }
    }

    /// A member by name: the object's own, else its size, first or last member.
    fn member(&self, value: &Value<'a>, key: &str) -> Option<Value<'a>> {
        if let Some(member) = self.plain_member(value, key) {
            return Some(member);
        }
        match key {
            "size" if !matches!(value, Value::Nil) => Some(Value::Int(value.size() as i64)),
            "first" => value.first(),
            "last" => value.last(),
            _ => None,
        }
    }

    /// A value with its filters applied.
    pub(super) fn filtered(&mut self, filtered: &'a Filtered) -> Res<Value<'a>> {
        let Some(first) = filtered.filters.first() else { return self.eval(&filtered.value) };
        let asks = matches!(first.filter, Callee::Known(filter) if filter.name == "default");
        let mut value = if asks { self.quiet(&filtered.value)? } else { self.eval(&filtered.value)? };
        for call in &filtered.filters {
            value = self.apply(call, value).map_err(|f| f.at(call.name.start))?;
        }
        Ok(value)
    }

    fn apply(&mut self, call: &'a Call, input: Value<'a>) -> Res<Value<'a>> {
        // Lists are paid for where their members are taken.
        let weight = input.as_str().map_or(0, |s| s.len() / BYTES_PER_STEP);
        self.meter.step(1 + weight as u64)?;
        let mut arguments = [NIL; crate::filters::MAX_ARGUMENTS];
        for (slot, expr) in arguments.iter_mut().zip(&call.arguments) {
            *slot = self.eval(expr)?;
        }
        let arguments = &arguments[..call.arguments.len()];
        let mut named = Vec::new();
        for (key, expr) in &call.named {
            let value = self.eval(expr)?;
            named.push((self.name(*key), value));
        }
        match call.filter {
            Callee::Unknown => Ok(input),
            Callee::Host => {
                let name = self.name(call.name);
                let result = self.env.host.filter(name, input, arguments, &named);
                Ok(result.map_err(ErrorKind::Host)?)
            }
            Callee::Known(filter) => {
                let mut context = Context { env: self.env, meter: &mut self.meter };
                (filter.run)(&mut context, input, &Args { name: filter.name, values: arguments, named: &named })
            }
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&mut self, condition: &'a Condition) -> Res<bool> {
        match condition {
            Condition::Truth(expr) => Ok(self.quiet(expr)?.is_truthy()),
            Condition::Compare(parts, at) => {
                let (left, operator, right) = &**parts;
                let (left, right) = (self.quiet(left)?, self.quiet(right)?);
                // Looking through a large text or list takes its time.
                let weight = left.as_str().map_or_else(|| left.list_len(), str::len) / BYTES_PER_STEP;
                self.meter.step(weight as u64)?;
                compare(&left, *operator, &right).map_err(|f| f.at(*at))
            }
            Condition::Chain(terms) => {
                // Grouping from the right, a term decides everything after it: `a and …` when false, `a or …` when true.
                let mut holds = false;
                for (term, join) in terms {
                    holds = self.holds(term)?;
                    if (*join == Join::And && !holds) || (*join == Join::Or && holds) {
                        break;
                    }
                }
                Ok(holds)
            }
            Condition::Not(inner) => Ok(!self.holds(inner)?),
        }
    }
}

fn span_of(expr: &Expr) -> Span {
    match expr {
        Expr::Name(span) => *span,
        Expr::Path(path) => path.span,
        _ => Span::default(),
    }
}

/// The end of a range: numbers without their fraction, texts by what they begin with.
fn bound(value: &Value<'_>) -> Res<i64> {
    match value {
        Value::Int(n) => Ok(*n),
        Value::Float(x) => Ok(*x as i64),
        Value::Nil | Value::Empty | Value::Blank => Ok(0),
        other => match other.as_str() {
            Some(text) => Ok(parse_int(text)),
            None => Err(argument(format!("a range needs whole numbers, found {}", describe(value)))),
        },
    }
}

fn compare(left: &Value<'_>, operator: Operator, right: &Value<'_>) -> Res<bool> {
    let test: fn(Ordering) -> bool = match operator {
        Operator::Equal => return Ok(left == right),
        Operator::Unequal => return Ok(left != right),
        Operator::Contains => return Ok(left.contains(right)),
        Operator::Less => Ordering::is_lt,
        Operator::LessOrEqual => Ordering::is_le,
        Operator::Greater => Ordering::is_gt,
        Operator::GreaterOrEqual => Ordering::is_ge,
    };
    match order(left, right) {
        Ordering3::Some(ordering) => Ok(test(ordering)),
        Ordering3::None => Ok(false),
        Ordering3::Mistake => Err(argument(format!(
            "{} and {} cannot be compared; turn the text into a number with `| plus: 0`",
            describe(left),
            describe(right)
        ))),
    }
}
