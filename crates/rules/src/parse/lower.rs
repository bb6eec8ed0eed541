//! Conditions: from CEL's tree to [`Expr`].

use std::collections::BTreeMap;
use std::fmt::Display;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel, LiteralValue, SourceInfo, operators};
use rapport_domain::rule::{CompareOp, Expr, Literal, MembersTest, Mention, Operand, TextTest};
use rapport_domain::{Kind, Problem, kinds};

use super::terms::{Type, agree};
use crate::check::nearest;
use crate::compile::regex;
use crate::limits::{MAX_LIST, MAX_PROBLEMS};

/// What a condition is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A profile.
    Profile,
    /// One event, under that name.
    Event(String),
}

/// Every function that stands for itself.
pub(super) const FUNCTIONS: [&str; 17] = [
    "events",
    "messages",
    "has",
    "in_segment",
    "segment_since",
    "consent",
    "score",
    "bucket",
    "sequence",
    "date",
    "duration",
    "now",
    "today",
    "semver",
    "distance",
    "accounts",
    "account_members",
];
/// Everything that may follow `events(…)`.
pub(super) const METHODS: [&str; 23] = [
    "within",
    "within_days",
    "within_weeks",
    "within_months",
    "since",
    "between",
    "before",
    "after",
    "filter",
    "count",
    "exists",
    "sum",
    "min",
    "max",
    "avg",
    "first",
    "last",
    "distinct",
    "days",
    "local_days",
    "most_frequent",
    "values",
    "size",
];
/// Everything that may follow a trait or field.
pub(super) const TESTS: [&str; 8] =
    ["contains", "containsAny", "containsAll", "startsWith", "endsWith", "equalsIgnoreCase", "matches", "size"];
/// Of these the tests of text.
const TEXT_TESTS: [TextTest; 5] =
    [TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith, TextTest::EqualsIgnoreCase, TextTest::Matches];

/// The translation of one text: gathers problems instead of stopping at the first.
pub(super) struct Lowering {
    text: String,
    chars: Vec<char>,
    info: SourceInfo,
    pub(super) scope: Scope,
    pub(super) aggregates: usize,
    places: BTreeMap<Mention, (u32, u32)>,
    problems: Vec<Problem>,
}

impl Lowering {
    pub(super) fn new(text: &str, info: SourceInfo, scope: Scope) -> Self {
        let chars = text.chars().collect();
        Lowering {
            text: text.to_owned(),
            chars,
            info,
            scope,
            aggregates: 0,
            places: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Where names stood, and what is wrong.
    pub(super) fn finish(mut self) -> (BTreeMap<Mention, (u32, u32)>, Vec<Problem>) {
        self.problems.truncate(MAX_PROBLEMS);
        (self.places, self.problems)
    }

    /// Reports a problem at a node; `None` so that callers can end with it.
    pub(super) fn wrong<T>(&mut self, at: &IdedExpr, message: impl Into<String>) -> Option<T> {
        let place = self.placed(at);
        self.problems.push(Problem::new(place, message));
        None
    }

    /// Reports an unknown name at a node with the nearest of the known ones.
    pub(super) fn unknown<T>(&mut self, at: &IdedExpr, what: &str, name: &str, known: &[&str]) -> Option<T> {
        let place = self.placed(at);
        let values: &[(&str, &dyn Display)] = &[("what", &what), ("name", &name), ("known", &known.join(", "))];
        let problem = Problem::of(place, kinds::UNKNOWN_WORD, values);
        self.problems.push(problem.with_suggestion(nearest(name, known.iter().copied())));
        None
    }

    /// Reports that something else than this stands at a node.
    pub(super) fn other<T>(&mut self, at: &IdedExpr, kind: Kind) -> Option<T> {
        let place = self.placed(at);
        self.problems.push(Problem::of(place, kind, &[]));
        None
    }

    fn placed(&self, at: &IdedExpr) -> String {
        let (line, column) = self.place(at);
        format!("{line}:{column}")
    }

    /// Notes where a name is first mentioned.
    pub(super) fn mention(&mut self, at: &IdedExpr, mention: Mention) {
        let place = self.place(at);
        self.places.entry(mention).or_insert(place);
    }

    /// Line and column of a node: of its name for a call or member, which the parser places at the bracket or dot.
    fn place(&self, at: &IdedExpr) -> (u32, u32) {
        // The parser counts bytes; people count characters.
        let byte = self.info.offset_for(at.id).map_or(0, |(start, _)| start as usize);
        let mut start = self.text.char_indices().take_while(|(i, _)| *i < byte).count();
        let word = |c: &char| c.is_alphanumeric() || *c == '_';
        match &at.expr {
            Cel::Call(call) if call.func_name.starts_with(|c: char| c.is_alphabetic()) => {
                while start > 0 && self.chars[start - 1].is_whitespace() {
                    start -= 1;
                }
                while start > 0 && word(&self.chars[start - 1]) {
                    start -= 1;
                }
            }
            Cel::Select(_) => {
                start += 1;
                while self.chars.get(start).is_some_and(|c| c.is_whitespace()) {
                    start += 1;
                }
            }
            _ => {}
        }
        let before = &self.chars[..start];
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
        (line as u32, column as u32)
    }

    /// A condition.
    pub(super) fn condition(&mut self, at: &IdedExpr) -> Option<Expr> {
        match &at.expr {
            Cel::Literal(LiteralValue::Boolean(b)) => Some(Expr::Const(*b.inner())),
            Cel::Select(_) | Cel::Ident(_) => self.truth(at),
            Cel::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_AND, [a, b]) => self.both(a, b, Expr::all),
                (operators::LOGICAL_OR, [a, b]) => self.both(a, b, Expr::any),
                (operators::LOGICAL_NOT, [a]) => Some(Expr::Not(Box::new(self.condition(a)?))),
                (operators::IN, [value, list]) => self.member(value, list),
                (operators::INDEX, _) => self.truth(at),
                (operators::CONDITIONAL, _) => self.wrong(at, "there is no `? :` in rules; use && and ||"),
                (name, [a, b]) if comparison(name).is_some() => self.comparison(at, comparison(name)?, a, b),
                _ => self.call(at, call),
            },
            _ => self.other(at, kinds::NOT_A_CONDITION),
        }
    }

    fn both(&mut self, a: &IdedExpr, b: &IdedExpr, join: fn(Vec<Expr>) -> Expr) -> Option<Expr> {
        let (a, b) = (self.condition(a), self.condition(b));
        Some(join(vec![a?, b?]))
    }

    /// A field alone: it is true.
    fn truth(&mut self, at: &IdedExpr) -> Option<Expr> {
        let field = self.field(at)?;
        let right = Operand::Literal(Literal::Bool(true));
        Some(Expr::Compare { left: Operand::Field(field), op: CompareOp::Equal, right })
    }

    fn comparison(&mut self, at: &IdedExpr, op: CompareOp, a: &IdedExpr, b: &IdedExpr) -> Option<Expr> {
        let (left, right) = (self.operand(a), self.operand(b));
        let ((left, a_type), (right, b_type)) = (left?, right?);
        let ordered = !matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        if let Err(message) = agree(a_type, b_type, ordered) {
            return self.wrong(at, message);
        }
        let left = self.as_instant(a, left, b_type)?;
        let right = self.as_instant(b, right, a_type)?;
        let expr = Expr::Compare { left, op, right };
        if let Some(message) = super::query::beyond_memory(&expr) {
            return self.wrong(at, message);
        }
        Some(expr)
    }

    /// A text that is compared with an instant is one itself.
    fn as_instant(&mut self, at: &IdedExpr, operand: Operand, other: Type) -> Option<Operand> {
        match operand {
            Operand::Literal(Literal::Text(text)) if other == Type::Time => {
                self.instant(at, &text).map(Operand::Instant)
            }
            same => Some(same),
        }
    }

    fn member(&mut self, value: &IdedExpr, list: &IdedExpr) -> Option<Expr> {
        let items = self.literals(list, "for a trait that is a list use .contains(…)");
        let (operand, kind) = self.operand(value)?;
        if !matches!(kind, Type::Any | Type::Number | Type::Text | Type::Bool | Type::Null) {
            return self.wrong(value, "an instant, duration, version or list cannot be looked up in a list");
        }
        Some(Expr::In { value: operand, list: items? })
    }

    /// A list of constants.
    fn literals(&mut self, list: &IdedExpr, otherwise: &str) -> Option<Vec<Literal>> {
        let Cel::List(items) = &list.expr else {
            return self.wrong(list, format!("expected a list such as [\"a\", \"b\"]; {otherwise}"));
        };
        if items.elements.len() > MAX_LIST {
            return self.wrong(list, format!("the list has more than {MAX_LIST} members"));
        }
        let items: Vec<Option<Literal>> = items.elements.iter().map(|item| self.literal(item)).collect();
        items.into_iter().collect()
    }

    fn members_test(&mut self, at: &IdedExpr, target: &IdedExpr, call: &CallExpr) -> Option<Expr> {
        let test = if call.func_name == "containsAny" { MembersTest::Any } else { MembersTest::All };
        let value = self.field(target);
        let list = match call.args.as_slice() {
            [list] => self.literals(list, "for one member use .contains(…)"),
            _ => self.wrong(at, format!("expected .{}([\"a\", \"b\"])", test.as_str())),
        }?;
        if list.is_empty() {
            return self.wrong(&call.args[0], "expected at least one member");
        }
        Some(Expr::Members { value: value?, test, list })
    }

    /// A call that is a condition of its own.
    fn call(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Expr> {
        let name = call.func_name.as_str();
        self.known_root(at)?;
        match (&call.target, name) {
            (Some(target), "contains" | "startsWith" | "endsWith" | "equalsIgnoreCase" | "matches") => {
                self.text_test(at, target, call)
            }
            (Some(target), "containsAny" | "containsAll") => self.members_test(at, target, call),
            (Some(target), "within") if is_call(target, "sequence") => self.recent_sequence(at, target, call),
            (Some(_), "exists") => {
                let query = self.query(at)?;
                Some(Expr::Exists(query))
            }
            (Some(_), name) if METHODS.contains(&name) => self.wrong(
                at,
                format!(
                    "`{name}` is no condition by itself; compare a measure, as in .count() >= 1, or end with .exists()"
                ),
            ),
            (Some(target), _) => {
                let known: &[&str] = if is_events(target) { &METHODS } else { &TESTS };
                self.unknown(at, "method", name, known)
            }
            (None, "has") => match call.args.as_slice() {
                [field] => self.field(field).map(Expr::Has),
                _ => self.wrong(at, "expected has(traits.name)"),
            },
            (None, "in_segment" | "segment_since" | "consent" | "bucket" | "sequence")
                if self.scope != Scope::Profile =>
            {
                self.wrong(at, format!("{name}(…) cannot stand in a condition on one event"))
            }
            (None, "in_segment") => self.in_segment(at, call),
            (None, "consent") => {
                let mut names =
                    self.texts(at, call, 1..=2, "consent(\"email\") or consent(\"email\", \"newsletter\")")?;
                let topic = (names.len() == 2).then(|| names.remove(1));
                Some(Expr::Consent { channel: names.remove(0), topic })
            }
            (None, "bucket") => self.bucket(at, call),
            (None, "sequence") => self.sequence(at, call).map(Expr::Sequence),
            (None, name) if FUNCTIONS.contains(&name) || name == "size" => {
                self.wrong(at, format!("{name}(…) is no condition by itself; expected a comparison"))
            }
            _ => self.other(at, kinds::NOT_A_CONDITION),
        }
    }

    /// Reports a chain of calls that begins with a function nobody knows, at that function.
    pub(super) fn known_root(&mut self, at: &IdedExpr) -> Option<()> {
        let mut node = at;
        while let Cel::Call(CallExpr { target: Some(target), .. }) = &node.expr {
            node = target;
        }
        match &node.expr {
            Cel::Call(call) if call.func_name.starts_with(|c: char| c.is_alphabetic()) => {
                let known: Vec<&str> = FUNCTIONS.into_iter().chain(["size"]).collect();
                let name = call.func_name.as_str();
                if known.contains(&name) { Some(()) } else { self.unknown(node, "function", name, &known) }
            }
            _ => Some(()),
        }
    }

    fn text_test(&mut self, at: &IdedExpr, target: &IdedExpr, call: &CallExpr) -> Option<Expr> {
        let test = TEXT_TESTS.into_iter().find(|t| t.as_str() == call.func_name)?;
        let value = self.field(target);
        let argument = match call.args.as_slice() {
            [only] => self.text(only),
            _ => self.wrong(at, format!("expected .{}(\"text\")", test.as_str())),
        }?;
        if test == TextTest::Matches
            && let Err(error) = regex(&argument)
        {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            return self.wrong(&call.args[0], format!("not a regular expression: {last}"));
        }
        Some(Expr::Text { value: value?, test, argument })
    }

    fn bucket(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Expr> {
        let [salt, from, to] = call.args.as_slice() else {
            return self.wrong(at, "expected bucket(\"name\", from, to) in percent, such as bucket(\"exp-1\", 0, 10)");
        };
        let salt = self.text(salt);
        let bounds = (self.literal(from)?, self.literal(to)?);
        match bounds {
            (Literal::Number(from), Literal::Number(to)) if 0.0 <= from && from <= to && to <= 100.0 => {
                Some(Expr::Bucket { salt: salt?, from: from + 0.0, to: to + 0.0 })
            }
            _ => self.wrong(from, "expected two percentages with 0 <= from <= to <= 100"),
        }
    }

    /// `in_segment("vip")`; with a length of time, a member for at least so long.
    fn in_segment(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Expr> {
        let names = self.texts(at, call, 1..=2, "in_segment(\"vip\") or in_segment(\"vip\", \"7d\")")?;
        let id = names[0].clone();
        self.mention(at, Mention::Segment(id.clone()));
        let Some(length) = call.args.get(1) else { return Some(Expr::InSegment(id)) };
        let age = Operand::Subtract(Box::new(Operand::Now), Box::new(Operand::SegmentSince(id)));
        let right = Operand::DurationMs(self.duration(length)?);
        Some(Expr::Compare { left: age, op: CompareOp::GreaterEqual, right })
    }
}

/// Whether this is a call of that function.
fn is_call(at: &IdedExpr, name: &str) -> bool {
    matches!(&at.expr, Cel::Call(call) if call.target.is_none() && call.func_name == name)
}

/// Whether a chain of calls begins with `events(…)` or `messages(…)`.
pub(super) fn is_events(at: &IdedExpr) -> bool {
    match &at.expr {
        Cel::Call(call) => match &call.target {
            Some(target) => is_events(target),
            None => matches!(call.func_name.as_str(), "events" | "messages"),
        },
        _ => false,
    }
}

fn comparison(name: &str) -> Option<CompareOp> {
    Some(match name {
        operators::EQUALS => CompareOp::Equal,
        operators::NOT_EQUALS => CompareOp::NotEqual,
        operators::LESS => CompareOp::Less,
        operators::LESS_EQUALS => CompareOp::LessEqual,
        operators::GREATER => CompareOp::Greater,
        operators::GREATER_EQUALS => CompareOp::GreaterEqual,
        _ => return None,
    })
}
