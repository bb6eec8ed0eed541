//! A second opinion on rules: reads the IR directly over the raw list of events, without state, sharing nothing with the
//! evaluator but the IR.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rapport_domain::rule::{CompareOp, EventQuery, Expr, Field, Literal, Measure, Operand, Sequence, TextTest};
use rapport_domain::{Event, Timestamp};
use rapport_rules::Facts;
use serde_json::Value as Json;

/// A profile with everything that happened to it, at an instant.
pub(crate) struct Naive<'a> {
    pub(crate) facts: &'a dyn Facts,
    pub(crate) events: &'a [&'a Event],
    pub(crate) now: Timestamp,
}

#[derive(Clone, Debug)]
enum Value {
    Json(Json),
    Time(i64),
    Span(i64),
}

const NULL: Value = Value::Json(Json::Null);

impl Naive<'_> {
    pub(crate) fn holds(&self, expr: &Expr) -> bool {
        self.condition(expr, None)
    }

    fn condition(&self, expr: &Expr, event: Option<&Event>) -> bool {
        match expr {
            Expr::Const(b) => *b,
            Expr::All(parts) => parts.iter().all(|p| self.condition(p, event)),
            Expr::Any(parts) => parts.iter().any(|p| self.condition(p, event)),
            Expr::Not(part) => !self.condition(part, event),
            Expr::Compare { left, op, right } => compare(&self.value(left, event), *op, &self.value(right, event)),
            Expr::In { value, list } => {
                let value = self.value(value, event);
                list.iter().any(|l| compare(&value, CompareOp::Equal, &Value::Json(json(l))))
            }
            Expr::Text { value, test, argument } => text_test(&self.field(value, event), *test, argument),
            Expr::Has(field) => !self.field(field, event).is_null(),
            Expr::Exists(query) => !self.matching(query).is_empty(),
            Expr::Sequence(sequence) => self.sequence(sequence),
            Expr::InSegment(id) => self.facts.in_segment(id),
            Expr::Consent { channel, topic } => {
                self.facts.consent(channel, topic.as_deref()) == rapport_domain::ConsentState::Granted
            }
            Expr::Bucket { salt, from, to } => {
                (*from..*to).contains(&rapport_domain::hash::bucket_percent(salt, self.facts.profile().0))
            }
        }
    }

    fn field(&self, field: &Field, event: Option<&Event>) -> Json {
        let found = match (field, event) {
            (Field::Trait(path), _) => self.facts.trait_value(path),
            (Field::Event(path), Some(e)) => match path.strip_prefix("context.") {
                Some(rest) => e.context.get(rest),
                None => e.properties.get(path),
            },
            (Field::Event(_), None) => None,
        };
        found.cloned().unwrap_or(Json::Null)
    }

    fn value(&self, operand: &Operand, event: Option<&Event>) -> Value {
        match operand {
            Operand::Literal(l) => Value::Json(json(l)),
            Operand::Field(f) => Value::Json(self.field(f, event)),
            Operand::Size(f) => match self.field(f, event) {
                Json::String(s) => Value::Json(s.chars().count().into()),
                Json::Array(a) => Value::Json(a.len().into()),
                Json::Object(o) => Value::Json(o.len().into()),
                _ => NULL,
            },
            Operand::Date(f) => time_of(&Value::Json(self.field(f, event))).map_or(NULL, Value::Time),
            Operand::Instant(ts) => Value::Time(ts.0),
            Operand::DurationMs(ms) => Value::Span(*ms),
            Operand::Now => Value::Time(self.now.0),
            // Streams are evaluated in a zone without clock changes.
            Operand::Today => {
                let offset = 9 * 3_600_000;
                Value::Time((self.now.0 + offset).div_euclid(86_400_000) * 86_400_000 - offset)
            }
            Operand::Events(query) => self.measure(query),
            Operand::Score(name) => self.facts.score(name).map_or(NULL, |s| Value::Json(s.into())),
            Operand::Add(a, b) => match (self.value(a, event), self.value(b, event)) {
                (Value::Time(a), Value::Span(b)) | (Value::Span(a), Value::Time(b)) => Value::Time(a + b),
                (Value::Span(a), Value::Span(b)) => Value::Span(a + b),
                _ => NULL,
            },
            Operand::Subtract(a, b) => match (self.value(a, event), self.value(b, event)) {
                (Value::Time(a), Value::Time(b)) | (Value::Span(a), Value::Span(b)) => Value::Span(a - b),
                (Value::Time(a), Value::Span(b)) => Value::Time(a - b),
                _ => NULL,
            },
        }
    }

    fn matching(&self, query: &EventQuery) -> Vec<&Event> {
        let w = &query.window;
        let inside = |ts: i64| {
            w.within_ms.is_none_or(|d| ts > self.now.0 - d && ts <= self.now.0)
                && w.from.is_none_or(|f| ts >= f.0)
                && w.until.is_none_or(|u| ts < u.0)
        };
        let named = |e: &Event| query.names.is_empty() || query.names.iter().any(|n| **n == *e.name);
        let filtered = |e: &Event| query.filter.as_ref().is_none_or(|f| self.condition(f, Some(e)));
        self.events.iter().copied().filter(|e| named(e) && inside(e.ts.0) && filtered(e)).collect()
    }

    fn measure(&self, query: &EventQuery) -> Value {
        let events = self.matching(query);
        let numbers = |path: &str| -> Vec<i128> {
            let values = events.iter().map(|e| self.field(&Field::Event(path.to_owned()), Some(e)));
            values.filter_map(|v| number(&v)).map(|n| (n * 1e6).round() as i128).collect()
        };
        let micro = |n: Option<i128>| n.map_or(NULL, |n| Value::Json((n as f64 / 1e6).into()));
        let time = |ts: Option<i64>| ts.map_or(NULL, Value::Time);
        match &query.measure {
            Measure::Count => Value::Json(events.len().into()),
            Measure::Exists => Value::Json((!events.is_empty()).into()),
            Measure::Sum(p) => micro(Some(numbers(p).iter().sum())),
            Measure::Min(p) => micro(numbers(p).into_iter().min()),
            Measure::Max(p) => micro(numbers(p).into_iter().max()),
            Measure::Avg(p) => {
                let all = numbers(p);
                let sum: i128 = all.iter().sum();
                if all.is_empty() { NULL } else { Value::Json((sum as f64 / 1e6 / all.len() as f64).into()) }
            }
            Measure::First => time(events.iter().map(|e| e.ts.0).min()),
            Measure::Last => time(events.iter().map(|e| e.ts.0).max()),
            Measure::Distinct(p) => {
                let values = events.iter().map(|e| self.field(&Field::Event(p.clone()), Some(e)));
                let different: BTreeSet<String> = values
                    .filter(|v| v.is_string() || v.is_number() || v.is_boolean())
                    .map(|v| v.as_f64().map_or_else(|| v.to_string(), |n| n.to_string()))
                    .collect();
                Value::Json(different.len().into())
            }
            Measure::Days => {
                let days: BTreeSet<i64> = events.iter().map(|e| e.ts.0.div_euclid(86_400_000)).collect();
                Value::Json(days.len().into())
            }
        }
    }

    /// Tries every choice of events.
    fn sequence(&self, sequence: &Sequence) -> bool {
        fn search(events: &[&Event], steps: &[String], used: &mut Vec<usize>, within: i64) -> bool {
            let Some((step, rest)) = steps.split_first() else { return true };
            (0..events.len()).any(|i| {
                let ts = events[i].ts.0;
                let fits = *events[i].name == **step
                    && !used.contains(&i)
                    && used.last().is_none_or(|l| events[*l].ts.0 <= ts)
                    && used.first().is_none_or(|f| ts - events[*f].ts.0 <= within);
                if !fits {
                    return false;
                }
                used.push(i);
                let found = search(events, rest, used, within);
                used.pop();
                found
            })
        }
        search(self.events, &sequence.steps, &mut Vec::new(), sequence.within_ms)
    }
}

fn json(literal: &Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::Bool(b) => Json::Bool(*b),
        Literal::Number(n) => Json::from(*n),
        Literal::Text(t) => Json::String(t.clone()),
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(n) => n.as_f64(),
        Json::String(s) => s.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

fn time_of(value: &Value) -> Option<i64> {
    match value {
        Value::Time(ts) => Some(*ts),
        Value::Json(Json::String(s)) => Timestamp::parse(s).map(|t| t.0),
        Value::Json(Json::Number(n)) => Timestamp::from_number(n.as_f64()?).map(|t| t.0),
        _ => None,
    }
}

fn text_test(value: &Json, test: TextTest, argument: &str) -> bool {
    match (value, test) {
        (Json::Array(list), TextTest::Contains) => list.iter().any(|v| {
            compare(&Value::Json(v.clone()), CompareOp::Equal, &Value::Json(Json::String(argument.to_owned())))
        }),
        (Json::String(s), TextTest::Contains) => s.contains(argument),
        (Json::String(s), TextTest::StartsWith) => s.starts_with(argument),
        (Json::String(s), TextTest::EndsWith) => s.ends_with(argument),
        // The generator makes no expression with a special meaning.
        (Json::String(s), TextTest::Matches) => s.contains(argument),
        _ => false,
    }
}

fn compare(left: &Value, op: CompareOp, right: &Value) -> bool {
    let order = order(left, right);
    match op {
        CompareOp::Equal => order == Some(Ordering::Equal) || same(left, right),
        CompareOp::NotEqual => !compare(left, CompareOp::Equal, right),
        CompareOp::Less => order == Some(Ordering::Less),
        CompareOp::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        CompareOp::Greater => order == Some(Ordering::Greater),
        CompareOp::GreaterEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Json(Json::Null), Value::Json(Json::Null)) => true,
        (Value::Json(Json::Bool(a)), Value::Json(Json::Bool(b))) => a == b,
        (Value::Json(Json::Bool(a)), Value::Json(Json::String(s)))
        | (Value::Json(Json::String(s)), Value::Json(Json::Bool(a))) => s.trim().to_lowercase() == a.to_string(),
        _ => false,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Span(a), Value::Span(b)) => Some(a.cmp(b)),
        (Value::Time(_), _) | (_, Value::Time(_)) => Some(time_of(left)?.cmp(&time_of(right)?)),
        (Value::Json(Json::String(a)), Value::Json(Json::String(b))) => Some(a.cmp(b)),
        (Value::Json(a), Value::Json(b)) => number(a)?.partial_cmp(&number(b)?),
        _ => None,
    }
}
