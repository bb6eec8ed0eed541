//! From IR to a form that evaluates without looking anything up: paths split, regular expressions compiled, aggregates
//! numbered.

use rapport_domain::event::Scalar;
use rapport_domain::rule::{CompareOp, EventQuery, Expr, Field, Literal, Measure, MembersTest, Operand, TextTest};
use regex::{Regex, RegexBuilder};

use crate::aggregate::Aggregate;
use crate::limits::MAX_REGEX_BYTES;
use crate::value::scalar_of;
use crate::version::Version;

/// Where a value is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Trait(String),
    Account(String),
    Property(String),
    Context(String),
}

impl Source {
    pub(crate) fn of(field: &Field) -> Source {
        match field {
            Field::Trait(path) => Source::Trait(path.clone()),
            Field::Account(path) => Source::Account(path.clone()),
            Field::Event(path) => Source::of_event(path),
        }
    }

    pub(crate) fn of_event(path: &str) -> Source {
        match path.strip_prefix("context.") {
            Some(rest) => Source::Context(rest.to_owned()),
            None => Source::Property(path.to_owned()),
        }
    }
}

/// A compiled condition.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Const(bool),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Compare(Term, CompareOp, Term),
    In(Term, Vec<Scalar<'static>>),
    Text(Source, Pattern),
    Has(Source),
    Members(Source, MembersTest, Vec<Scalar<'static>>),
    /// The aggregate of that number is a number above 0, or a complete sequence.
    Aggregate(usize),
    InSegment(String),
    Consent(String, Option<String>),
    Bucket {
        salt: String,
        from: f64,
        to: f64,
    },
}

/// A compiled test of text.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    /// The text in small letters.
    Lowercase(String),
    /// `None` for an expression that does not compile, which `parse` refuses: it matches nothing.
    Matches(Option<Regex>),
}

/// A compiled value.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Literal(Scalar<'static>),
    Field(Source),
    Size(Source),
    Date(Source),
    Instant(i64),
    Span(i64),
    Now,
    Today,
    Aggregate(usize),
    Score(String),
    Accounts,
    AccountMembers,
    Version(Source),
    /// `None` for a text that is no version, which `parse` refuses.
    VersionLiteral(Option<Version>),
    DistanceKm(Source, (f64, f64)),
    SegmentSince(String),
    Arithmetic(Sign, Box<Term>, Box<Term>),
}

/// An operator of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

/// What a rule needs, gathered while compiling.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) traits: Vec<String>,
    /// Paths of the account's traits.
    pub(crate) account_traits: Vec<String>,
    /// Asks anything about accounts.
    pub(crate) account: bool,
    /// Asks how many profiles belong to the account.
    pub(crate) account_members: bool,
    pub(crate) segments: Vec<String>,
    pub(crate) properties: Vec<String>,
    pub(crate) consent: bool,
    pub(crate) time: bool,
    /// Asks the profile's scores.
    pub(crate) scores: bool,
    /// Asks the profile's time zone.
    pub(crate) zone: bool,
}

impl Needs {
    /// The compiled form of a condition.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Node {
        match expr {
            Expr::Const(b) => Node::Const(*b),
            Expr::All(parts) => Node::All(parts.iter().map(|p| self.condition(p)).collect()),
            Expr::Any(parts) => Node::Any(parts.iter().map(|p| self.condition(p)).collect()),
            Expr::Not(part) => Node::Not(Box::new(self.condition(part))),
            Expr::Compare { left, op, right } => self.comparison(left, *op, right),
            Expr::In { value, list } => Node::In(self.term(value, None), list.iter().map(scalar_of).collect()),
            Expr::Text { value, test, argument } => Node::Text(self.source(value), pattern(*test, argument)),
            Expr::Has(field) => Node::Has(self.source(field)),
            Expr::Members { value, test, list } => {
                Node::Members(self.source(value), *test, list.iter().map(scalar_of).collect())
            }
            Expr::Exists(query) => Node::Aggregate(self.query(query, Some(1))),
            Expr::Sequence(sequence) => {
                let aggregate = Aggregate::of_sequence(sequence);
                self.time |= aggregate.is_timed();
                Node::Aggregate(self.add(aggregate))
            }
            Expr::InSegment(id) => {
                note(&mut self.segments, id);
                Node::InSegment(id.clone())
            }
            Expr::Consent { channel, topic } => {
                self.consent = true;
                Node::Consent(channel.clone(), topic.clone())
            }
            Expr::Bucket { salt, from, to } => Node::Bucket { salt: salt.clone(), from: *from, to: *to },
        }
    }

    fn comparison(&mut self, left: &Operand, op: CompareOp, right: &Operand) -> Node {
        let left_limit = constant(right).and_then(|n| count_limit(op, n));
        let right_limit = constant(left).and_then(|n| count_limit(mirrored(op), n));
        Node::Compare(self.term(left, left_limit), op, self.term(right, right_limit))
    }

    /// A value; `limit` is the count beyond which nothing changes for the comparison it stands in.
    fn term(&mut self, operand: &Operand, limit: Option<u64>) -> Term {
        match operand {
            Operand::Literal(literal) => Term::Literal(scalar_of(literal)),
            Operand::Field(field) => Term::Field(self.source(field)),
            Operand::Size(field) => Term::Size(self.source(field)),
            Operand::Date(field) => Term::Date(self.source(field)),
            Operand::Instant(ts) => Term::Instant(ts.0),
            Operand::DurationMs(ms) => Term::Span(*ms),
            Operand::Now => {
                self.time = true;
                Term::Now
            }
            Operand::Today => {
                (self.time, self.zone) = (true, true);
                Term::Today
            }
            Operand::Events(query) => Term::Aggregate(self.query(query, limit)),
            Operand::Score(name) => {
                self.scores = true;
                Term::Score(name.clone())
            }
            Operand::Accounts => {
                self.account = true;
                Term::Accounts
            }
            Operand::AccountMembers => {
                (self.account, self.account_members) = (true, true);
                Term::AccountMembers
            }
            Operand::Version(field) => Term::Version(self.source(field)),
            Operand::VersionLiteral(text) => Term::VersionLiteral(Version::parse(text)),
            Operand::DistanceKm { value, latitude, longitude } => {
                Term::DistanceKm(self.source(value), (*latitude, *longitude))
            }
            Operand::SegmentSince(id) => {
                note(&mut self.segments, id);
                Term::SegmentSince(id.clone())
            }
            Operand::Add(a, b) => self.arithmetic(Sign::Plus, a, b),
            Operand::Subtract(a, b) => self.arithmetic(Sign::Minus, a, b),
            Operand::Multiply(a, b) => self.arithmetic(Sign::Times, a, b),
            Operand::Divide(a, b) => self.arithmetic(Sign::Over, a, b),
        }
    }

    fn arithmetic(&mut self, sign: Sign, a: &Operand, b: &Operand) -> Term {
        Term::Arithmetic(sign, Box::new(self.term(a, None)), Box::new(self.term(b, None)))
    }

    /// A value that stands alone: no comparison says how far it must be counted.
    pub(crate) fn value(&mut self, operand: &Operand) -> Term {
        self.term(operand, None)
    }

    fn query(&mut self, query: &EventQuery, limit: Option<u64>) -> usize {
        let window = &query.window;
        self.time |= window.within_ms.is_some() || window.calendar.is_some();
        self.zone |= window.calendar.is_some() || query.measure == Measure::LocalDays;
        if let Some(since) = &window.since {
            note(&mut self.traits, &since.r#trait);
        }
        let limit = limit.filter(|_| matches!(query.measure, Measure::Count | Measure::Exists));
        self.add(Aggregate::of_query(query, limit))
    }

    fn add(&mut self, aggregate: Aggregate) -> usize {
        let found = self.aggregates.iter().position(|a| a.key() == aggregate.key());
        found.unwrap_or_else(|| {
            self.aggregates.push(aggregate);
            self.aggregates.len() - 1
        })
    }

    fn source(&mut self, field: &Field) -> Source {
        match field {
            Field::Trait(path) => note(&mut self.traits, path),
            Field::Account(path) => {
                self.account = true;
                note(&mut self.account_traits, path);
            }
            Field::Event(path) => note(&mut self.properties, path),
        }
        Source::of(field)
    }
}

fn note(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|n| n == name) {
        names.push(name.to_owned());
    }
}

fn constant(operand: &Operand) -> Option<f64> {
    match operand {
        Operand::Literal(Literal::Number(n)) => Some(*n),
        _ => None,
    }
}

/// The operator with its sides exchanged.
pub(crate) fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    }
}

/// The count at which `count op n` is decided for good: counting further changes nothing.
fn count_limit(op: CompareOp, n: f64) -> Option<u64> {
    let limit = match op {
        CompareOp::GreaterEqual | CompareOp::Less => n.ceil(),
        _ => n.floor() + 1.0,
    };
    (limit <= 1e9).then_some(limit.max(1.0) as u64)
}

fn pattern(test: TextTest, argument: &str) -> Pattern {
    match test {
        TextTest::Contains => Pattern::Contains(argument.to_owned()),
        TextTest::StartsWith => Pattern::StartsWith(argument.to_owned()),
        TextTest::EndsWith => Pattern::EndsWith(argument.to_owned()),
        TextTest::EqualsIgnoreCase => Pattern::Lowercase(argument.to_lowercase()),
        TextTest::Matches => Pattern::Matches(regex(argument).ok()),
    }
}

/// A regular expression as rules have it: of bounded size; matching takes time linear in the text.
///
/// # Errors
/// It is none, or too large.
pub fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX_BYTES).nest_limit(32).build()
}
