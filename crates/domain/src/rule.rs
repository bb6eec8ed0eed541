//! The rule IR: what a rule says, independent of how it was written. Text (CEL syntax) and the visual builder's blocks
//! are two faces of it; `rapport-rules` reads, writes, checks and evaluates it. Semantics: `docs/specs/rules.md`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

mod query;

pub use query::{Calendar, CalendarUnit, EventQuery, Measure, Sequence, Since, Step, StepEvents, Window};

/// A rule: a condition on one profile at one instant. Its stored forms are text and JSON; binary formats that do not
/// describe themselves cannot carry it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// What must hold.
    pub when: Expr,
    /// Where names stood in the text the rule was read from; empty for a rule that came as blocks. No part of the
    /// meaning: it is neither stored nor compared.
    #[serde(skip)]
    pub places: Places,
}

impl Rule {
    /// A rule that did not come from a text.
    #[must_use]
    pub fn new(when: Expr) -> Self {
        Rule { when, places: Places::default() }
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.when == other.when
    }
}

/// The value of a computed trait: what is true of a profile, or a value of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Formula {
    /// True or false.
    Condition(Expr),
    /// A number, text, instant or list.
    Value(Operand),
}

/// `line:column` (from 1) of the first mention of each name.
#[derive(Clone, Debug, Default)]
pub struct Places(pub BTreeMap<Mention, (u32, u32)>);

/// A name a rule mentions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// A trait, by its dotted path.
    Trait(String),
    /// A trait of the account, by its dotted path.
    Account(String),
    /// An event.
    Event(String),
    /// A property of events, by its dotted path.
    Property(String),
    /// A segment.
    Segment(String),
}

/// A condition: true or false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// Always or never.
    Const(bool),
    /// Every one holds. Normal form: at least two, none itself `All`; [`Expr::all`] sees to it.
    All(Vec<Expr>),
    /// At least one holds. Normal form as for `All`, by [`Expr::any`].
    Any(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// Two values compared.
    Compare {
        /// The left value.
        left: Operand,
        /// How.
        op: CompareOp,
        /// The right value.
        right: Operand,
    },
    /// The value equals one of the list.
    In {
        /// The value.
        value: Operand,
        /// The list.
        list: Vec<Literal>,
    },
    /// A list has members out of another list; false for anything that is no list.
    Members {
        /// The list tested: a trait or an event's field.
        value: Field,
        /// Whether one member is enough.
        test: MembersTest,
        /// What is looked for.
        list: Vec<Literal>,
    },
    /// A test of text (or, for `contains`, of a list).
    Text {
        /// The value tested: a trait or an event's field.
        value: Field,
        /// Which test.
        test: TextTest,
        /// What is looked for.
        argument: String,
    },
    /// The field is there and not null.
    Has(Field),
    /// At least one such event.
    Exists(EventQuery),
    /// The steps happened in order.
    Sequence(Sequence),
    /// The profile is in the segment.
    InSegment(String),
    /// Consent was given for the channel, or the topic on it.
    Consent {
        /// `email`, …
        channel: String,
        /// `newsletter`, …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
    },
    /// The profile's stable point in 0-100 under `salt` lies in `from..to`.
    Bucket {
        /// What separates one experiment's buckets from another's.
        salt: String,
        /// First percent inside.
        from: f64,
        /// First percent outside.
        to: f64,
    },
}

impl Expr {
    /// `All` in normal form: nested ones are taken apart, one is itself, none is true.
    #[must_use]
    pub fn all(parts: Vec<Expr>) -> Expr {
        let flat = flatten(parts, |e| matches!(e, Expr::All(_)));
        one_or(flat, true, Expr::All)
    }

    /// `Any` in normal form: nested ones are taken apart, one is itself, none is false.
    #[must_use]
    pub fn any(parts: Vec<Expr>) -> Expr {
        let flat = flatten(parts, |e| matches!(e, Expr::Any(_)));
        one_or(flat, false, Expr::Any)
    }
}

fn flatten(parts: Vec<Expr>, same: fn(&Expr) -> bool) -> Vec<Expr> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::All(inner) if same(&Expr::All(Vec::new())) => flat.extend(flatten(inner, same)),
            Expr::Any(inner) if same(&Expr::Any(Vec::new())) => flat.extend(flatten(inner, same)),
            other => flat.push(other),
        }
    }
    flat
}

fn one_or(mut flat: Vec<Expr>, empty: bool, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match flat.len() {
        0 => Expr::Const(empty),
        1 => flat.remove(0),
        _ => many(flat),
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum CompareOp {
    /// Equal.
    #[serde(rename = "==")]
    Equal,
    /// Not equal; true when one side is missing.
    #[serde(rename = "!=")]
    NotEqual,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or equal.
    #[serde(rename = "<=")]
    LessEqual,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
    /// Greater or equal.
    #[serde(rename = ">=")]
    GreaterEqual,
}

impl CompareOp {
    /// As written in a rule.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterEqual => ">=",
        }
    }
}

/// A test of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextTest {
    /// The text contains the argument, or the list has it as a member.
    Contains,
    /// The text begins with it.
    StartsWith,
    /// The text ends with it.
    EndsWith,
    /// The text equals the argument but for capital letters.
    EqualsIgnoreCase,
    /// The regular expression (RE2 syntax of the `regex` crate) matches somewhere.
    Matches,
}

impl TextTest {
    /// As written in a rule.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TextTest::Contains => "contains",
            TextTest::StartsWith => "startsWith",
            TextTest::EndsWith => "endsWith",
            TextTest::EqualsIgnoreCase => "equalsIgnoreCase",
            TextTest::Matches => "matches",
        }
    }
}

/// A test of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MembersTest {
    /// It has at least one of them.
    Any,
    /// It has every one of them.
    All,
}

impl MembersTest {
    /// As written in a rule.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MembersTest::Any => "containsAny",
            MembersTest::All => "containsAll",
        }
    }
}

/// A value in a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operand {
    /// A constant.
    Literal(Literal),
    /// A trait or an event's field.
    Field(Field),
    /// Characters of a text, members of a list or object.
    Size(Field),
    /// The field read as an instant.
    Date(Field),
    /// A constant instant.
    Instant(Timestamp),
    /// A constant duration in milliseconds.
    DurationMs(i64),
    /// The instant of evaluation.
    Now,
    /// The start of the present day in the profile's time zone.
    Today,
    /// A measure over events; never [`Measure::Exists`], which is a condition of its own.
    Events(Box<EventQuery>),
    /// A prediction by name.
    Score(String),
    /// How many accounts the profile belongs to.
    Accounts,
    /// How many profiles belong to its account; missing without one.
    AccountMembers,
    /// The field read as a version (Semantic Versioning 2.0).
    Version(Field),
    /// A constant version.
    VersionLiteral(String),
    /// Kilometres between the place in the field and a constant place, on a sphere.
    DistanceKm {
        /// Where the place is read from.
        value: Field,
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// Since when the profile has been in the segment without a break; missing when it is not in it.
    SegmentSince(String),
    /// Sum of two numbers, or of an instant or duration and a duration.
    Add(Box<Operand>, Box<Operand>),
    /// Difference of two numbers or two instants, or an instant or duration less a duration.
    Subtract(Box<Operand>, Box<Operand>),
    /// Product of two numbers.
    Multiply(Box<Operand>, Box<Operand>),
    /// Quotient of two numbers; missing when the divisor is 0.
    Divide(Box<Operand>, Box<Operand>),
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Literal {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// Something read by dotted path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The profile's trait; only outside filters.
    Trait(String),
    /// A trait of the profile's account; only outside filters.
    Account(String),
    /// The event's property, or its context as `context.…`; only inside filters and predicates.
    Event(String),
}

/// What is known of the type of a trait or property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Not known, or of several types.
    Any,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// Text.
    Text,
    /// An instant, as text or number.
    Time,
    /// A list.
    List,
    /// An object.
    Object,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junctions_have_a_normal_form() {
        let (a, b, c) = (Expr::InSegment("a".into()), Expr::InSegment("b".into()), Expr::InSegment("c".into()));
        let nested = Expr::all(vec![Expr::All(vec![a.clone(), b.clone()]), c.clone()]);
        assert_eq!(nested, Expr::All(vec![a.clone(), b.clone(), c.clone()]));
        assert_eq!(Expr::any(vec![Expr::Any(vec![a.clone()]), nested.clone()]), Expr::Any(vec![a.clone(), nested]));
        assert_eq!(Expr::all(vec![a.clone()]), a);
        assert_eq!((Expr::all(vec![]), Expr::any(vec![])), (Expr::Const(true), Expr::Const(false)));
    }

    #[test]
    fn the_block_form_stays() {
        let json = serde_json::json!({"when": {"any": [
            {"not": {"compare": {"left": {"field": {"trait": "plan"}}, "op": "!=", "right": {"literal": null}}}},
            {"compare": {
                "left": {"subtract": ["now", {"date": {"trait": "signup"}}]}, "op": ">", "right": {"duration_ms": 60000}}},
            {"compare": {
                "left": {"events": {"names": ["A"], "window": {"within_ms": 5, "from": 7}, "measure": {"sum": "total"}}},
                "op": "<=", "right": {"literal": 2.5}}},
            {"exists": {
                "filter": {"text": {"value": {"event": "sku"}, "test": "starts_with", "argument": "x"}}, "measure": "exists"}},
            {"in": {"value": {"size": {"trait": "tags"}}, "list": [true, "a"]}},
            {"sequence": {"steps": ["A", "B"], "within_ms": 9}},
            {"sequence": {"steps": ["A", {"names": ["B"], "absent": true}], "within_ms": 9, "recent_ms": 10}},
            {"members": {"value": {"trait": "tags"}, "test": "any", "list": ["a", 1.0]}},
            {"exists": {"window": {"calendar": {"unit": "day", "count": 7}, "since": {"trait": "d", "for_ms": 5}},
                "measure": "exists"}},
            {"compare": {"left": {"version": {"trait": "v"}}, "op": ">=", "right": {"version_literal": "2.3"}}},
            {"compare": {"left": {"distance_km": {"value": {"trait": "l"}, "latitude": 52.5, "longitude": 13.4}},
                "op": "<", "right": {"literal": 10.0}}},
            {"has": {"trait": "x"}}, {"has": {"account": "plan"}}, {"in_segment": "vip"},
            {"compare": {"left": "account_members", "op": ">=", "right": "accounts"}}, {"consent": {"channel": "email"}},
            {"bucket": {"salt": "s", "from": 0.0, "to": 10.0}}, {"const": true}
        ]}});
        let rule: Rule = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&rule).unwrap(), json);
    }
}
