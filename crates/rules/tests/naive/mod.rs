//! A second opinion on rules: reads the IR directly over the raw list of events, without state, sharing nothing with the
//! evaluator but the IR.

mod sequence;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate, TimeZone, Weekday};
use rapport_domain::rule::{
    CalendarUnit, CompareOp, EventQuery, Expr, Field, Literal, Measure, MembersTest, Operand, TextTest,
};
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
    Version(Vec<(u8, u64, String)>),
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
            Expr::Members { value, test, list } => {
                let Json::Array(members) = self.field(value, event) else { return false };
                let has = |l: &Literal| {
                    let wanted = Value::Json(json(l));
                    members.iter().any(|m| compare(&Value::Json(m.clone()), CompareOp::Equal, &wanted))
                };
                if *test == MembersTest::Any { list.iter().any(has) } else { list.iter().all(has) }
            }
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
            (Field::Account(path), _) => self.facts.account_value(path),
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
            Operand::Today => Value::Time(self.begins(self.date(self.now.0))),
            Operand::Events(query) => self.measure(query),
            Operand::Accounts => Value::Json(self.facts.accounts().into()),
            Operand::AccountMembers => self.facts.account_members().map_or(NULL, |n| Value::Json(n.into())),
            Operand::Score(name) => self.facts.score(name).map_or(NULL, |s| Value::Json(s.into())),
            Operand::Add(a, b) => match (self.value(a, event), self.value(b, event)) {
                (Value::Time(a), Value::Span(b)) | (Value::Span(a), Value::Time(b)) => Value::Time(a + b),
                (Value::Span(a), Value::Span(b)) => Value::Span(a + b),
                (a, b) => numbers(&a, &b, |a, b| a + b),
            },
            Operand::Subtract(a, b) => match (self.value(a, event), self.value(b, event)) {
                (Value::Time(a), Value::Time(b)) | (Value::Span(a), Value::Span(b)) => Value::Span(a - b),
                (Value::Time(a), Value::Span(b)) => Value::Time(a - b),
                (a, b) => numbers(&a, &b, |a, b| a - b),
            },
            Operand::Multiply(a, b) => numbers(&self.value(a, event), &self.value(b, event), |a, b| a * b),
            Operand::Divide(a, b) => numbers(&self.value(a, event), &self.value(b, event), |a, b| a / b),
            Operand::SegmentSince(id) => self.facts.segment_since(id).map_or(NULL, |t| Value::Time(t.0)),
            Operand::Version(field) => version(&self.field(field, event)).map_or(NULL, Value::Version),
            Operand::VersionLiteral(text) => version(&text.as_str().into()).map_or(NULL, Value::Version),
            Operand::DistanceKm { value, latitude, longitude } => {
                let place = self.field(value, event);
                let Some((lat, lon)) = place.get("lat").zip(place.get("lon")) else { return NULL };
                let Some((lat, lon)) = lat.as_f64().zip(lon.as_f64()) else { return NULL };
                Value::Json(kilometres((lat, lon), (*latitude, *longitude)).into())
            }
        }
    }

    /// The local date of an instant.
    fn date(&self, ts: i64) -> NaiveDate {
        self.facts.zone().timestamp_millis_opt(ts).unwrap().date_naive()
    }

    /// The first instant of a local date, by looking at every quarter of an hour around it.
    fn begins(&self, date: NaiveDate) -> i64 {
        let noon = date.and_hms_opt(12, 0, 0).unwrap().and_utc().timestamp_millis();
        (-160..0).map(|q| noon + q * 900_000).find(|ts| self.date(*ts) == date).unwrap()
    }

    /// The first date of the calendar unit that is `count - 1` before the one of `date`.
    fn unit_back(date: NaiveDate, unit: CalendarUnit, count: u32) -> NaiveDate {
        match unit {
            CalendarUnit::Day => date - Days::new(u64::from(count) - 1),
            CalendarUnit::Week => date.week(Weekday::Mon).first_day() - Days::new(7 * (u64::from(count) - 1)),
            CalendarUnit::Month => date.with_day(1).unwrap() - Months::new(count - 1),
        }
    }

    fn matching(&self, query: &EventQuery) -> Vec<&Event> {
        let w = &query.window;
        let begins =
            w.since.as_ref().map(|s| time_of(&Value::Json(self.field(&Field::Trait(s.r#trait.clone()), None))));
        let first_day = w.calendar.map(|c| Self::unit_back(self.date(self.now.0), c.unit, c.count));
        let inside = |ts: i64| {
            w.within_ms.is_none_or(|d| ts > self.now.0 - d && ts <= self.now.0)
                && w.from.is_none_or(|f| ts >= f.0)
                && w.until.is_none_or(|u| ts < u.0)
                && first_day.is_none_or(|d| self.date(ts) >= d)
                && begins.is_none_or(|b| {
                    let length = w.since.as_ref().and_then(|s| s.for_ms).unwrap_or(i64::MAX / 4);
                    b.is_some_and(|b| ts >= b && ts < b + length)
                })
        };
        let named = |e: &Event| means(&query.names, &e.name);
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
            Measure::LocalDays => {
                let days: BTreeSet<NaiveDate> = events.iter().map(|e| self.date(e.ts.0)).collect();
                Value::Json(days.len().into())
            }
            Measure::FirstValue(p) => {
                seen(&events, p, self).into_iter().min_by(earlier).map_or(NULL, |v| Value::Json(v.1))
            }
            Measure::LastValue(p) => {
                seen(&events, p, self).into_iter().max_by(earlier).map_or(NULL, |v| Value::Json(v.1))
            }
            Measure::MostFrequent(p) => {
                let all = seen(&events, p, self);
                let count = |v: &Json| all.iter().filter(|x| x.1 == *v).count();
                let best = |a: &&(i64, Json), b: &&(i64, Json)| {
                    count(&a.1).cmp(&count(&b.1)).then_with(|| earlier(&(0, b.1.clone()), &(0, a.1.clone())))
                };
                all.iter().max_by(best).map_or(NULL, |v| Value::Json(v.1.clone()))
            }
            Measure::Values(_) => NULL,
        }
    }
}

/// The values of a property with their instants; numbers all of one kind.
fn seen(events: &[&Event], path: &str, naive: &Naive<'_>) -> Vec<(i64, Json)> {
    let field = Field::Event(path.to_owned());
    let values = events.iter().map(|e| (e.ts.0, naive.field(&field, Some(e))));
    let values = values.filter(|(_, v)| v.is_string() || v.is_number() || v.is_boolean());
    values.map(|(ts, v)| (ts, v.as_f64().map_or(v, Json::from))).collect()
}

/// By time; at one instant booleans before numbers before texts, each in its order.
fn earlier(a: &(i64, Json), b: &(i64, Json)) -> Ordering {
    let rank = |v: &Json| if v.is_boolean() { 0 } else { 1 + u8::from(v.is_string()) };
    let values = match (&a.1, &b.1) {
        (Json::String(x), Json::String(y)) => x.cmp(y),
        (Json::Bool(x), Json::Bool(y)) => x.cmp(y),
        (x, y) if x.is_number() && y.is_number() => x.as_f64().partial_cmp(&y.as_f64()).unwrap(),
        (x, y) => rank(x).cmp(&rank(y)),
    };
    a.0.cmp(&b.0).then(values)
}

fn numbers(a: &Value, b: &Value, of: fn(f64, f64) -> f64) -> Value {
    let read = |v: &Value| if let Value::Json(v) = v { number(v) } else { None };
    match (read(a), read(b)) {
        (Some(a), Some(b)) if of(a, b).is_finite() => Value::Json(of(a, b).into()),
        _ => NULL,
    }
}

/// A version as a list that sorts by precedence; the generator makes few kinds.
fn version(value: &Json) -> Option<Vec<(u8, u64, String)>> {
    let text = match value {
        Json::String(t) => t.trim().to_owned(),
        Json::Number(n) => n.as_f64()?.to_string(),
        _ => return None,
    };
    let text = text.strip_prefix('v').unwrap_or(&text);
    let (core, pre) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
    let mut out: Vec<(u8, u64, String)> = Vec::new();
    for part in core.split('.') {
        let digits = !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        out.push((0, digits.then(|| part.parse().ok()).flatten()?, String::new()));
    }
    out.resize(out.len().max(6), (0, 0, String::new()));
    let Some(pre) = pre else {
        out.push((9, 0, String::new()));
        return Some(out);
    };
    for part in pre.split('.') {
        if part.is_empty() || !part.chars().all(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        out.push(part.parse().map_or((2, 0, part.to_owned()), |n| (1, n, String::new())));
    }
    Some(out)
}

/// The spherical law of cosines.
fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (a, b) = ((a.0.to_radians(), a.1.to_radians()), (b.0.to_radians(), b.1.to_radians()));
    let cosine = a.0.sin() * b.0.sin() + a.0.cos() * b.0.cos() * (a.1 - b.1).cos();
    6_371.008_8 * cosine.clamp(-1.0, 1.0).acos()
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
        (Json::String(s), TextTest::EqualsIgnoreCase) => s.eq_ignore_ascii_case(argument),
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

/// Whether names mean an event: none means what customers did, `*` everything.
fn means(names: &[String], event: &str) -> bool {
    let everything = names.iter().any(|n| n == "*");
    let nothing_named = names.is_empty() && !["Added to List", "Removed from List"].contains(&event);
    everything || nothing_named || names.iter().any(|n| n == event)
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
        (Value::Version(a), Value::Version(b)) => Some(a.cmp(b)),
        (Value::Time(_), _) | (_, Value::Time(_)) => Some(time_of(left)?.cmp(&time_of(right)?)),
        (Value::Json(Json::String(a)), Value::Json(Json::String(b))) => Some(a.cmp(b)),
        (Value::Json(a), Value::Json(b)) => number(a)?.partial_cmp(&number(b)?),
        _ => None,
    }
}
