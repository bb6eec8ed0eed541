//! The evaluator: one for rules on profiles and for conditions on events.

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::rule::{CalendarUnit, MembersTest};
use rapport_domain::time::format_duration_ms;
use rapport_domain::{ConsentState, Timestamp};

use crate::aggregate::Aggregate;
use crate::calendar;
use crate::compile::{Node, Pattern, Sign, Source, Term};
use crate::geo;
use crate::plan::Facts;
use crate::state::AggState;
use crate::value::{self, Moving, Value, numeric};
use crate::version::Version;

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
            Node::Members(source, test, wanted) => (has_members(&self.read(source), *test, wanted), None),
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
            (Scope::Profile(p), Source::Account(path)) => Scalar::of(p.facts.account_value(path)),
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
            Term::Version(source) => still(version(&self.read(source)).map_or(Value::NULL, Value::Version)),
            Term::VersionLiteral(version) => still(version.clone().map_or(Value::NULL, Value::Version)),
            Term::DistanceKm(source, to) => {
                let from = geo::place(&self.read(source));
                still(from.map_or(Value::NULL, |from| Value::number(geo::distance_km(from, *to))))
            }
            Term::Arithmetic(sign, a, b) => {
                let ((a, x), (b, y)) = (self.term(a), self.term(b));
                (arithmetic(*sign, &a, &b), soonest(x, y))
            }
            Term::Now | Term::Today | Term::Aggregate(_) | Term::Score(_) | Term::SegmentSince(_) => {
                self.profile_term(term)
            }
            Term::Accounts | Term::AccountMembers => self.profile_term(term),
        }
    }

    /// A value as JSON, and the first instant at which time alone may change it.
    pub(crate) fn json(&self, term: &Term) -> (serde_json::Value, Option<Timestamp>) {
        let (value, next) = self.term(term);
        let json = match value {
            Value::Scalar(Scalar::Bool(b)) => b.into(),
            Value::Scalar(Scalar::Number(n)) => crate::stored::json_number(n),
            Value::Scalar(Scalar::Text(t)) => t.into_owned().into(),
            Value::Scalar(Scalar::Json(json)) => json.into_owned(),
            Value::Time(at) => Timestamp(at.at_ms(self.now())).to_rfc3339().into(),
            Value::Span(length) => {
                let ms = length.at_ms(self.now());
                format!("{}{}", if ms < 0 { "-" } else { "" }, format_duration_ms(ms.saturating_abs())).into()
            }
            Value::Version(version) => version.to_string().into(),
            Value::Scalar(Scalar::Null) => serde_json::Value::Null,
        };
        (json, next)
    }

    fn profile_term(&self, term: &Term) -> (Value<'static>, Option<Timestamp>) {
        let Scope::Profile(p) = self else { return (Value::NULL, None) };
        match term {
            Term::Now => (Value::Time(Moving::NOW), None),
            Term::Today => {
                let zone = p.facts.zone();
                let today = calendar::index(zone, CalendarUnit::Day, p.now);
                let start = |index| calendar::start(zone, CalendarUnit::Day, index);
                (Value::time(start(today).0), Some(start(today + 1)))
            }
            Term::Aggregate(i) => p.aggregate(*i),
            Term::SegmentSince(id) => {
                (p.facts.segment_since(id).map_or(Value::NULL, |since| Value::time(since.0)), None)
            }
            Term::Score(name) => (p.facts.score(name).map_or(Value::NULL, Value::number), None),
            Term::Accounts => (Value::number(p.facts.accounts() as f64), None),
            Term::AccountMembers => (p.facts.account_members().map_or(Value::NULL, |n| Value::number(n as f64)), None),
            _ => (Value::NULL, None),
        }
    }
}

impl ProfileScope<'_, '_> {
    fn aggregate(&self, i: usize) -> (Value<'static>, Option<Timestamp>) {
        let nothing = AggState::default();
        match self.aggregates.get(i) {
            Some(aggregate) => aggregate.value((self.state)(i).unwrap_or(&nothing), self.facts, self.now),
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

fn arithmetic(sign: Sign, a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    match (sign, a, b) {
        (Sign::Plus, Value::Time(a), Value::Span(b)) | (Sign::Plus, Value::Span(a), Value::Time(b)) => {
            Value::Time(a.plus(*b))
        }
        (Sign::Plus, Value::Span(a), Value::Span(b)) => Value::Span(a.plus(*b)),
        (Sign::Minus, Value::Time(a), Value::Time(b)) | (Sign::Minus, Value::Span(a), Value::Span(b)) => {
            Value::Span(a.minus(*b))
        }
        (Sign::Minus, Value::Time(a), Value::Span(b)) => Value::Time(a.minus(*b)),
        _ => match (numeric(a), numeric(b)) {
            (Some(a), Some(b)) => {
                let n = match sign {
                    Sign::Plus => a + b,
                    Sign::Minus => a - b,
                    Sign::Times => a * b,
                    Sign::Over => a / b,
                };
                // Nothing is divided by 0, and what is beyond all numbers is none.
                if n.is_finite() { Value::number(n + 0.0) } else { Value::NULL }
            }
            _ => Value::NULL,
        },
    }
}

fn version(scalar: &Scalar<'_>) -> Option<Version> {
    match scalar {
        Scalar::Text(text) => Version::parse(text),
        Scalar::Number(n) => Version::parse(&n.to_string()),
        _ => None,
    }
}

fn has_members(value: &Scalar<'_>, test: MembersTest, wanted: &[Scalar<'static>]) -> bool {
    let Scalar::Json(json) = value else { return false };
    let Some(list) = json.as_array() else { return false };
    let has = |wanted: &Scalar<'_>| list.iter().any(|v| value::equal(&Scalar::of(Some(v)), wanted));
    match test {
        MembersTest::Any => wanted.iter().any(has),
        MembersTest::All => wanted.iter().all(has),
    }
}

fn matches(value: &Scalar<'_>, pattern: &Pattern) -> bool {
    match (value, pattern) {
        (Scalar::Text(t), Pattern::Contains(p)) => t.contains(p.as_str()),
        (Scalar::Text(t), Pattern::StartsWith(p)) => t.starts_with(p.as_str()),
        (Scalar::Text(t), Pattern::EndsWith(p)) => t.ends_with(p.as_str()),
        (Scalar::Text(t), Pattern::Lowercase(p)) => t.to_lowercase() == *p,
        (Scalar::Text(t), Pattern::Matches(p)) => p.as_ref().is_some_and(|p| p.is_match(t)),
        (Scalar::Json(j), Pattern::Contains(p)) => {
            let wanted = Scalar::Text(std::borrow::Cow::Borrowed(p.as_str()));
            j.as_array().is_some_and(|list| list.iter().any(|v| value::equal(&Scalar::of(Some(v)), &wanted)))
        }
        _ => false,
    }
}
