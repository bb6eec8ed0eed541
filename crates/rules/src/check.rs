//! Checking a rule against what a workspace knows: names that nothing has yet, and types that cannot meet.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use rapport_domain::compare::{boolean, number};
use rapport_domain::event::names;
use rapport_domain::rule::{
    EventQuery, Expr, Field, Formula, Literal, Measure, Mention, Operand, Rule, Step, StepEvents, TextTest, ValueType,
};
use rapport_domain::{Kind, Problem, kinds};

use crate::Predicate;

/// What a workspace knows: seen or declared.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Events and their properties.
    pub events: BTreeMap<String, BTreeMap<String, ValueType>>,
    /// Traits.
    pub traits: BTreeMap<String, ValueType>,
    /// Traits of accounts.
    pub accounts: BTreeMap<String, ValueType>,
    /// Ids of segments.
    pub segments: BTreeSet<String>,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The rule cannot do what it says.
    Error,
    /// The rule is sound, but names something nobody has seen yet.
    Warning,
}

/// One thing found in a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What and where.
    pub problem: Problem,
}

/// Unknown names and type errors; see [`findings`] for which is which.
#[must_use]
pub fn check(rule: &Rule, catalogue: &Catalogue) -> Vec<Problem> {
    findings(rule, catalogue).into_iter().map(|f| f.problem).collect()
}

/// Unknown names (warnings, with the nearest known name) and type errors, each at its first mention. Positions are those
/// of the text the rule was read from, else of its canonical text.
#[must_use]
pub fn findings(rule: &Rule, catalogue: &Catalogue) -> Vec<Finding> {
    let places = if rule.places.0.is_empty() {
        crate::parse(&crate::print(rule)).map(|r| r.places.0).unwrap_or_default()
    } else {
        rule.places.0.clone()
    };
    let mut checker = Checker { catalogue, places, events: None, found: Vec::new() };
    checker.expr(&rule.when);
    checker.found
}

/// The same for the value of a computed trait; positions are those of its canonical text.
#[must_use]
pub fn formula_findings(formula: &Formula, catalogue: &Catalogue) -> Vec<Finding> {
    let places = crate::parse::formula_places(&crate::print_formula(formula));
    let mut checker = Checker { catalogue, places, events: None, found: Vec::new() };
    match formula {
        Formula::Condition(when) => checker.expr(when),
        Formula::Value(operand) => drop(checker.operand(operand)),
    }
    checker.found
}

/// The name of an event that something listens for; nothing when it has been seen, or Rapport records it itself.
#[must_use]
pub fn event_finding(event: &str, catalogue: &Catalogue) -> Option<Finding> {
    let mut checker = Checker { catalogue, places: BTreeMap::new(), events: None, found: Vec::new() };
    if !names::OWN.contains(&event) {
        checker.event(event);
    }
    checker.found.pop()
}

/// The same for a condition on one of these events.
#[must_use]
pub fn predicate_findings(predicate: &Predicate, events: &[String], catalogue: &Catalogue) -> Vec<Finding> {
    let places = predicate.places().0.clone();
    let mut checker = Checker { catalogue, places, events: Some(events), found: Vec::new() };
    checker.expr(predicate.when());
    checker.found
}

/// What is wrong, and with what.
type Said<'v> = (Kind, &'v [(&'static str, &'v dyn Display)]);

struct Checker<'a> {
    catalogue: &'a Catalogue,
    places: BTreeMap<Mention, (u32, u32)>,
    /// Names of the events whose properties are being read.
    events: Option<&'a [String]>,
    found: Vec<Finding>,
}

impl<'a> Checker<'a> {
    /// Names something that nobody has seen yet.
    fn unseen(&mut self, kind: Kind, mention: &Mention, name: &str, suggestion: Option<String>) {
        self.find(Severity::Warning, mention, (kind, &[("name", &name)]), suggestion);
    }

    fn find(&mut self, severity: Severity, mention: &Mention, what: Said<'_>, suggestion: Option<String>) {
        let (line, column) = self.places.get(mention).copied().unwrap_or((1, 1));
        let problem = Problem::of(format!("{line}:{column}"), what.0, what.1).with_suggestion(suggestion);
        let finding = Finding { severity, problem };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Const(_) | Expr::Consent { .. } | Expr::Bucket { .. } => {}
            Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|p| self.expr(p)),
            Expr::Not(part) => self.expr(part),
            Expr::Compare { left, right, .. } => {
                let (a, b) = (self.operand(left), self.operand(right));
                for (field, other) in [(a, right), (b, left)] {
                    if let (Some((mention, known)), Operand::Literal(literal)) = (field, other) {
                        self.literal(&mention, known, literal);
                    }
                }
            }
            Expr::In { value, list } => {
                if let Some((mention, known)) = self.operand(value) {
                    list.iter().for_each(|l| self.literal(&mention, known, l));
                }
            }
            Expr::Text { value, test, .. } => {
                let (mention, known) = self.field(value);
                let fits = match known {
                    ValueType::Any | ValueType::Text | ValueType::Time => true,
                    ValueType::List => *test == TextTest::Contains,
                    _ => false,
                };
                if !fits {
                    self.mismatch(&mention, known, kinds::CANNOT_TEST, ("test", &test.as_str()));
                }
            }
            Expr::Has(field) => {
                self.field(field);
            }
            Expr::Members { value, test, .. } => {
                let (mention, known) = self.field(value);
                if !matches!(known, ValueType::Any | ValueType::List) {
                    self.mismatch(&mention, known, kinds::CANNOT_TEST, ("test", &test.as_str()));
                }
            }
            Expr::Exists(query) => self.query(query),
            Expr::Sequence(sequence) => {
                for step in &sequence.steps {
                    step.names().iter().for_each(|s| self.event(s));
                    if let Step::Events(StepEvents { filter: Some(filter), names, .. }) = step {
                        self.events = Some(names);
                        self.expr(filter);
                        self.events = None;
                    }
                }
            }
            Expr::InSegment(id) => self.segment(id),
        }
    }

    fn segment(&mut self, id: &str) {
        if !self.catalogue.segments.contains(id) {
            let suggestion = nearest(id, self.catalogue.segments.iter().map(String::as_str));
            self.unseen(kinds::UNKNOWN_SEGMENT, &Mention::Segment(id.to_owned()), id, suggestion);
        }
    }

    /// Checks a value; the mention and type of a field that is compared as it is.
    fn operand(&mut self, operand: &'a Operand) -> Option<(Mention, ValueType)> {
        match operand {
            Operand::Field(field) => return Some(self.field(field)),
            Operand::Size(field) => {
                let (mention, known) = self.field(field);
                if matches!(known, ValueType::Bool | ValueType::Number) {
                    self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &"which has no size"));
                }
            }
            Operand::Date(field) => {
                let (mention, known) = self.field(field);
                if matches!(known, ValueType::Bool | ValueType::List | ValueType::Object) {
                    self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &"which is no date"));
                }
            }
            Operand::Events(query) => self.query(query),
            Operand::Version(field) => {
                let (mention, known) = self.field(field);
                if !matches!(known, ValueType::Any | ValueType::Text | ValueType::Number) {
                    self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &"which is no version"));
                }
            }
            Operand::DistanceKm { value, .. } => {
                let (mention, known) = self.field(value);
                if !matches!(known, ValueType::Any | ValueType::Text | ValueType::Object) {
                    self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &"which is no place"));
                }
            }
            Operand::SegmentSince(id) => self.segment(id),
            Operand::Add(a, b) | Operand::Subtract(a, b) => {
                self.operand(a);
                self.operand(b);
            }
            Operand::Multiply(a, b) | Operand::Divide(a, b) => {
                for side in [a, b] {
                    if let Some((mention, known)) = self.operand(side)
                        && !matches!(known, ValueType::Any | ValueType::Text | ValueType::Number)
                    {
                        self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &"which is no number"));
                    }
                }
            }
            Operand::Literal(_) | Operand::Instant(_) | Operand::DurationMs(_) | Operand::VersionLiteral(_) => {}
            Operand::Now | Operand::Today | Operand::Score(_) | Operand::Accounts | Operand::AccountMembers => {}
        }
        None
    }

    fn query(&mut self, query: &'a EventQuery) {
        query.names.iter().for_each(|n| self.event(n));
        if let Some(since) = &query.window.since {
            let (mention, known) = self.field_path(&since.r#trait);
            if matches!(known, ValueType::Bool | ValueType::List | ValueType::Object) {
                self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &"which is no date"));
            }
        }
        self.events = Some(&query.names);
        if let Some(filter) = &query.filter {
            self.expr(filter);
        }
        let (path, numeric) = match &query.measure {
            Measure::Sum(p) | Measure::Min(p) | Measure::Max(p) | Measure::Avg(p) => (Some(p), true),
            Measure::Distinct(p)
            | Measure::FirstValue(p)
            | Measure::LastValue(p)
            | Measure::MostFrequent(p)
            | Measure::Values(p) => (Some(p), false),
            _ => (None, false),
        };
        if let Some(path) = path {
            let (mention, known) = self.property(path);
            let fits = match known {
                ValueType::Any | ValueType::Number | ValueType::Text => true,
                ValueType::Bool | ValueType::Time => !numeric,
                ValueType::List | ValueType::Object => false,
            };
            if !fits {
                let why = if numeric { "which is no number" } else { "whose values cannot be told apart" };
                self.mismatch(&mention, known, kinds::NO_SUCH_TYPE, ("why", &why));
            }
        }
        self.events = None;
    }

    fn event(&mut self, name: &str) {
        if name != names::EVERY && !self.catalogue.events.contains_key(name) {
            let suggestion = nearest(name, self.catalogue.events.keys().map(String::as_str));
            self.unseen(kinds::UNSEEN_EVENT, &Mention::Event(name.to_owned()), name, suggestion);
        }
    }

    fn field(&mut self, field: &Field) -> (Mention, ValueType) {
        match field {
            Field::Event(path) => self.property(path),
            Field::Trait(path) => self.field_path(path),
            Field::Account(path) => self.account_path(path),
        }
    }

    fn field_path(&mut self, path: &str) -> (Mention, ValueType) {
        let mention = Mention::Trait(path.to_owned());
        let known = lookup(&self.catalogue.traits, path).unwrap_or_else(|| {
            let suggestion = nearest(path, self.catalogue.traits.keys().map(String::as_str));
            self.unseen(kinds::UNSEEN_TRAIT, &mention, path, suggestion);
            ValueType::Any
        });
        (mention, known)
    }

    fn account_path(&mut self, path: &str) -> (Mention, ValueType) {
        let mention = Mention::Account(path.to_owned());
        let known = lookup(&self.catalogue.accounts, path).or_else(|| (path == "id").then_some(ValueType::Text));
        let known = known.unwrap_or_else(|| {
            let suggestion = nearest(path, self.catalogue.accounts.keys().map(String::as_str));
            self.unseen(kinds::UNSEEN_ACCOUNT_TRAIT, &mention, path, suggestion);
            ValueType::Any
        });
        (mention, known)
    }

    /// A property of the events of the query at hand: known when one of them has it.
    fn property(&mut self, path: &str) -> (Mention, ValueType) {
        let mention = Mention::Property(path.to_owned());
        if path.starts_with("context.") {
            return (mention, ValueType::Any);
        }
        let events = &self.catalogue.events;
        let any = self.events.is_none_or(|list| list.is_empty() || *list == [names::EVERY]);
        let seen: Vec<&BTreeMap<String, ValueType>> = match self.events {
            Some(list) if !any => list.iter().filter_map(|n| events.get(n)).collect(),
            _ => events.values().collect(),
        };
        let mut types: Vec<ValueType> = seen.iter().filter_map(|p| lookup(p, path)).collect();
        types.dedup();
        match types.as_slice() {
            [one] => (mention, *one),
            [] if !seen.is_empty() => {
                let suggestion = nearest(path, seen.iter().flat_map(|p| p.keys()).map(String::as_str));
                self.unseen(kinds::UNSEEN_PROPERTY, &mention, path, suggestion);
                (mention, ValueType::Any)
            }
            _ => (mention, ValueType::Any),
        }
    }

    fn literal(&mut self, mention: &Mention, known: ValueType, literal: &Literal) {
        let fits = match (known, literal) {
            (ValueType::Any, _) | (_, Literal::Null) => true,
            (ValueType::List | ValueType::Object, _) => false,
            (ValueType::Number, Literal::Text(t)) => number(t).is_some(),
            (ValueType::Bool, Literal::Text(t)) | (ValueType::Text, Literal::Text(t)) => {
                known == ValueType::Text || boolean(t).is_some()
            }
            (ValueType::Number | ValueType::Time, Literal::Bool(_)) | (ValueType::Bool, Literal::Number(_)) => false,
            _ => true,
        };
        if !fits {
            let what = match literal {
                Literal::Text(t) => format!("{t:?}"),
                Literal::Number(n) => n.to_string(),
                Literal::Bool(b) => b.to_string(),
                Literal::Null => "null".to_owned(),
            };
            self.mismatch(mention, known, kinds::NEVER_EQUAL, ("value", &what));
        }
    }

    /// A type that does not fit; `said` is what its kind says beside name and type.
    fn mismatch(&mut self, mention: &Mention, known: ValueType, found: Kind, said: (&'static str, &dyn Display)) {
        let (Mention::Trait(name)
        | Mention::Account(name)
        | Mention::Property(name)
        | Mention::Event(name)
        | Mention::Segment(name)) = mention;
        let kind = match known {
            ValueType::Any => "of several types",
            ValueType::Bool => "a boolean",
            ValueType::Number => "a number",
            ValueType::Text => "a text",
            ValueType::Time => "a date",
            ValueType::List => "a list",
            ValueType::Object => "an object",
        };
        self.find(Severity::Error, mention, (found, &[("name", name), ("kind", &kind), said]), None);
    }
}

/// The type at a dotted path; inside an object whose members are not listed, anything may be.
fn lookup(known: &BTreeMap<String, ValueType>, path: &str) -> Option<ValueType> {
    if let Some(found) = known.get(path) {
        return Some(*found);
    }
    let mut head = path;
    while let Some((rest, _)) = head.rsplit_once('.') {
        if matches!(known.get(rest), Some(ValueType::Object | ValueType::Any)) {
            return Some(ValueType::Any);
        }
        head = rest;
    }
    None
}

/// The known name nearest to `name`, if one is near enough to be meant.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let wanted = name.to_lowercase();
    known
        .map(|k| (strsim::normalized_damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(nearness, _)| *nearness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, k)| k.to_owned())
}
