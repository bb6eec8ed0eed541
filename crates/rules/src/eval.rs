//! The evaluator: one for rules on profiles and for conditions on events.

use chrono::{Days, NaiveTime, TimeZone};
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::time::local_to_instant;
use rapport_domain::{ConsentState, Timestamp};

use crate::aggregate::Aggregate;
use crate::compile::{Node, Pattern, Source, Term};
use crate::plan::Facts;
use crate::state::AggState;
use crate::value::{self, Moving, Value};

/// An answer and the first instant at which time alone may change it.
pub(crate) type Answer = (bool, Option<Timestamp>);

/// What an evaluation may look at.
pub(crate) enum Scope<'a, 's> {
    /// One event.
    Event(&'a dyn EventView),
    /// A profile.
    Profile(ProfileScope<'a, 's>),
}

/// A profile with its states at an instant.
pub(crate) struct ProfileScope<'a, 's> {
    pub(crate) facts: &'a dyn Facts,
    pub(crate) aggregates: &'a [Aggregate],
    pub(crate) state: &'a dyn Fn(usize) -> Option<&'s AggState>,
    pub(crate) now: Timestamp,
}

impl<'a> Scope<'a, '_> {
    /// Whether the condition holds.
    pub(crate) fn condition(&self, node: &Node) -> Answer {
        match node {
            Node::Const(b) => (*b, None),
            Node::All(parts) => self.junction(parts, true),
            Node::Any(parts) => self.junction(parts, false),
            Node::Not(part) => {
                let (holds, next) = self.condition(part);
                (!holds, next)
            }
            Node::Compare(left, op, right) => {
                let ((left, a), (right, b)) = (self.term(left), self.term(right));
                let (holds, c) = value::compare(&left, *op, &right, self.now());
                (holds, soonest(soonest(a, b), c))
            }
            Node::In(term, list) => match self.term(term) {
                (Value::Scalar(s), next) => (list.iter().any(|l| value::equal(&s, l)), next),
                (_, next) => (false, next),
            },
            Node::Text(source, pattern) => (matches(&self.read(source), pattern), None),
            Node::Has(source) => (self.read(source) != Scalar::Null, None),
            _ => self.profile_condition(node),
        }
    }

    fn profile_condition(&self, node: &Node) -> Answer {
        let Scope::Profile(p) = self else { return (false, None) };
        match node {
            Node::Aggregate(i) => match p.aggregate(*i) {
                (Value::Scalar(Scalar::Number(n)), next) => (n > 0.0, next),
                (value, next) => (value == Value::Scalar(Scalar::Bool(true)), next),
            },
            Node::InSegment(id) => (p.facts.in_segment(id), None),
            Node::Consent(channel, topic) => {
                (p.facts.consent(channel, topic.as_deref()) == ConsentState::Granted, None)
            }
            Node::Bucket { salt, from, to } => {
                let point = rapport_domain::hash::bucket_percent(salt, p.facts.profile().0);
                (*from <= point && point < *to, None)
            }
            _ => (false, None),
        }
    }

    /// All (`every`) or any of the parts. When the result rests on the parts that stand against it, it can only change
    /// once each of those has changed; otherwise as soon as one part does.
    fn junction(&self, parts: &[Node], every: bool) -> Answer {
        let mut any_change: Option<Timestamp> = None;
        let mut last_against: Option<Timestamp> = None;
        let mut against = false;
        for part in parts {
            let (holds, next) = self.condition(part);
            if holds == every {
                any_change = soonest(any_change, next);
                continue;
            }
            let Some(next) = next else { return (!every, None) };
            against = true;
            last_against = last_against.max(Some(next));
        }
        if against { (!every, last_against) } else { (every, any_change) }
    }

    fn now(&self) -> Timestamp {
        match self {
            Scope::Event(_) => Timestamp(0),
            Scope::Profile(p) => p.now,
        }
    }

    /// What stands at a source.
    pub(crate) fn read(&self, source: &Source) -> Scalar<'a> {
        match (self, source) {
            (Scope::Event(e), Source::Property(path)) => e.property(path),
            (Scope::Event(e), Source::Context(path)) => e.context(path),
            (Scope::Profile(p), Source::Trait(path)) => Scalar::of(p.facts.trait_value(path)),
            _ => Scalar::Null,
        }
    }

    fn term<'t>(&'t self, term: &'t Term) -> (Value<'t>, Option<Timestamp>) {
        let still = |v| (v, None);
        match term {
            Term::Literal(s) => still(Value::Scalar(borrowed(s))),
            Term::Field(source) => still(Value::Scalar(self.read(source))),
            Term::Size(source) => still(value::size(&self.read(source))),
            Term::Date(source) => still(value::instant(&self.read(source)).map_or(Value::NULL, |ts| Value::time(ts.0))),
            Term::Instant(ts) => still(Value::time(*ts)),
            Term::Span(ms) => still(Value::Span(Moving::fixed(*ms))),
            Term::Add(a, b) => {
                let ((a, x), (b, y)) = (self.term(a), self.term(b));
                (add(&a, &b), soonest(x, y))
            }
            Term::Subtract(a, b) => {
                let ((a, x), (b, y)) = (self.term(a), self.term(b));
                (subtract(&a, &b), soonest(x, y))
            }
            Term::Now | Term::Today | Term::Aggregate(_) | Term::Score(_) => self.profile_term(term),
        }
    }

    fn profile_term(&self, term: &Term) -> (Value<'static>, Option<Timestamp>) {
        let Scope::Profile(p) = self else { return (Value::NULL, None) };
        match term {
            Term::Now => (Value::Time(Moving::NOW), None),
            Term::Today => {
                let (start, next) = day(p.facts.zone(), p.now);
                (Value::time(start.0), next)
            }
            Term::Aggregate(i) => p.aggregate(*i),
            Term::Score(name) => (p.facts.score(name).map_or(Value::NULL, Value::number), None),
            _ => (Value::NULL, None),
        }
    }
}

impl ProfileScope<'_, '_> {
    fn aggregate(&self, i: usize) -> (Value<'static>, Option<Timestamp>) {
        let nothing = AggState::default();
        match self.aggregates.get(i) {
            Some(aggregate) => aggregate.value((self.state)(i).unwrap_or(&nothing), self.now),
            None => (Value::NULL, None),
        }
    }
}

/// The earlier of two instants that may not come.
pub(crate) fn soonest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn borrowed<'t>(scalar: &'t Scalar<'static>) -> Scalar<'t> {
    match scalar {
        Scalar::Text(t) => Scalar::Text(std::borrow::Cow::Borrowed(t.as_ref())),
        Scalar::Number(n) => Scalar::Number(*n),
        Scalar::Bool(b) => Scalar::Bool(*b),
        _ => Scalar::Null,
    }
}

fn add(a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    match (a, b) {
        (Value::Time(a), Value::Span(b)) | (Value::Span(a), Value::Time(b)) => Value::Time(a.plus(*b)),
        (Value::Span(a), Value::Span(b)) => Value::Span(a.plus(*b)),
        _ => Value::NULL,
    }
}

fn subtract(a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    match (a, b) {
        (Value::Time(a), Value::Time(b)) | (Value::Span(a), Value::Span(b)) => Value::Span(a.minus(*b)),
        (Value::Time(a), Value::Span(b)) => Value::Time(a.minus(*b)),
        _ => Value::NULL,
    }
}

fn matches(value: &Scalar<'_>, pattern: &Pattern) -> bool {
    match (value, pattern) {
        (Scalar::Text(t), Pattern::Contains(p)) => t.contains(p.as_str()),
        (Scalar::Text(t), Pattern::StartsWith(p)) => t.starts_with(p.as_str()),
        (Scalar::Text(t), Pattern::EndsWith(p)) => t.ends_with(p.as_str()),
        (Scalar::Text(t), Pattern::Matches(p)) => p.as_ref().is_some_and(|p| p.is_match(t)),
        (Scalar::Json(j), Pattern::Contains(p)) => {
            let wanted = Scalar::Text(std::borrow::Cow::Borrowed(p.as_str()));
            j.as_array().is_some_and(|list| list.iter().any(|v| value::equal(&Scalar::of(Some(v)), &wanted)))
        }
        _ => false,
    }
}

/// The start of the day `now` lies in and of the next one. Where a clock is put back across midnight the new day has
/// begun the first time midnight was reached, so a day never begins twice.
fn day(zone: chrono_tz::Tz, now: Timestamp) -> (Timestamp, Option<Timestamp>) {
    let date = zone.from_utc_datetime(&now.to_utc().naive_utc()).date_naive();
    let start = |days: u64| {
        let date = date.checked_add_days(Days::new(days))?;
        Some(local_to_instant(zone, date.and_time(NaiveTime::MIN)))
    };
    let (Some(today), Some(tomorrow)) = (start(0), start(1)) else { return (now, None) };
    if tomorrow <= now { (tomorrow, start(2)) } else { (today, Some(tomorrow)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_a_zone() {
        let at = |t: &str| Timestamp::parse(t).unwrap();
        for (zone, now, start, next) in [
            ("UTC", "2026-11-21T19:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
            ("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("Asia/Tokyo", "2026-11-21T15:00:00Z", "2026-11-21T15:00:00Z", "2026-11-22T15:00:00Z"),
            // In 2010 St. John's went from 00:01 back to 23:01: at 23:30 for the second time the 7th has begun.
            ("America/St_Johns", "2010-11-07T03:00:00Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"),
        ] {
            let zone = zone.parse().unwrap();
            assert_eq!(day(zone, at(now)), (at(start), Some(at(next))), "{zone} {now}");
        }
    }
}
