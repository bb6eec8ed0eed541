//! Values: literals, fields, instants, durations and arithmetic.

use std::ops::RangeInclusive;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel, LiteralValue, operators};
use rapport_domain::rule::{Field, Literal, Mention, Operand};
use rapport_domain::time::parse_duration_ms;
use rapport_domain::{Timestamp, kinds};

use super::lower::{Lowering, METHODS, Scope, TESTS, is_events};
use crate::limits::MAX_AGGREGATES;
use crate::version::Version;

/// What is known of a value's type while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// A trait or field: known only when evaluated.
    Any,
    Null,
    Bool,
    Number,
    Text,
    Time,
    Span,
    Version,
    /// A list of values, which only a computed trait can be.
    List,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::Any => "a trait or field",
            Type::Null => "null",
            Type::Bool => "a boolean",
            Type::Number => "a number",
            Type::Text => "a text",
            Type::Time => "an instant",
            Type::Span => "a duration",
            Type::Version => "a version",
            Type::List => "a list",
        }
    }
}

/// Whether two types can be compared, by order or only for equality.
pub(super) fn agree(a: Type, b: Type, ordered: bool) -> Result<(), String> {
    let fits = match (a, b) {
        (Type::Span, Type::Any) | (Type::Any, Type::Span) => {
            return Err(
                "a duration can only be compared with a difference of instants, as in now() - date(traits.x)".into()
            );
        }
        (Type::List, _) | (_, Type::List) => {
            return Err("values(…) is a list, which only a computed trait can be; ask .distinct(…) or a filter".into());
        }
        (Type::Version, Type::Any) | (Type::Any, Type::Version) => {
            return Err("a version can only be compared with a version: write semver(traits.x)".into());
        }
        (Type::Span, other) | (other, Type::Span) => other == Type::Span,
        (Type::Null | Type::Bool, _) | (_, Type::Null | Type::Bool) if ordered => {
            return Err("null and booleans can only be compared by == and !=".into());
        }
        (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => true,
        (Type::Time, Type::Text) | (Type::Text, Type::Time) => true,
        (a, b) => a == b,
    };
    if fits { Ok(()) } else { Err(format!("{} cannot be compared with {}", a.name(), b.name())) }
}

impl Lowering {
    /// A value and its type.
    pub(super) fn operand(&mut self, at: &IdedExpr) -> Option<(Operand, Type)> {
        match &at.expr {
            Cel::Literal(_) => {
                let literal = self.literal(at)?;
                let kind = match &literal {
                    Literal::Null => Type::Null,
                    Literal::Bool(_) => Type::Bool,
                    Literal::Number(_) => Type::Number,
                    Literal::Text(_) => Type::Text,
                };
                Some((Operand::Literal(literal), kind))
            }
            Cel::Select(_) | Cel::Ident(_) => Some((Operand::Field(self.field(at)?), Type::Any)),
            Cel::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::INDEX, _) => Some((Operand::Field(self.field(at)?), Type::Any)),
                (operators::ADD, [a, b]) => self.sum(at, a, b, true),
                (operators::SUBSTRACT, [a, b]) => self.sum(at, a, b, false),
                (operators::MULTIPLY, [a, b]) => self.product(at, a, b, Operand::Multiply),
                (operators::DIVIDE, [a, b]) => self.product(at, a, b, Operand::Divide),
                (operators::NEGATE, _) => Some((Operand::Literal(self.literal(at)?), Type::Number)),
                (operators::MODULO, _) => self.wrong(at, "there is no % in rules: only + - * /"),
                (name, _) if !name.starts_with(|c: char| c.is_alphabetic()) => {
                    self.wrong(at, "expected a value here, not a condition")
                }
                _ => self.call_value(at, call),
            },
            _ => self.other(at, kinds::NOT_A_VALUE),
        }
    }

    fn call_value(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<(Operand, Type)> {
        let name = call.func_name.as_str();
        self.known_root(at)?;
        if let Some(target) = &call.target {
            return match name {
                "size" if !is_events(target) && call.args.is_empty() => {
                    Some((Operand::Size(self.field(target)?), Type::Number))
                }
                _ if is_events(at) => self.measure(at),
                _ if TESTS.contains(&name) => self.already_true(at, name),
                _ => self.unknown(at, "method", name, &TESTS),
            };
        }
        match name {
            "size" => match call.args.as_slice() {
                [field] => Some((Operand::Size(self.field(field)?), Type::Number)),
                _ => self.wrong(at, "expected size(traits.name)"),
            },
            "date" => self.date(at, call),
            "duration" => match call.args.as_slice() {
                [text] => Some((Operand::DurationMs(self.duration(text)?), Type::Span)),
                _ => self.wrong(at, "expected duration(\"7d\")"),
            },
            "now" | "today" | "score" | "segment_since" | "accounts" | "account_members"
                if self.scope != Scope::Profile =>
            {
                self.wrong(at, format!("{name}(…) cannot stand in a condition on one event"))
            }
            "now" | "today" | "accounts" | "account_members" if !call.args.is_empty() => {
                self.wrong(at, format!("{name}() takes nothing"))
            }
            "accounts" => Some((Operand::Accounts, Type::Number)),
            "account_members" => Some((Operand::AccountMembers, Type::Number)),
            "now" => Some((Operand::Now, Type::Time)),
            "today" => Some((Operand::Today, Type::Time)),
            "score" => Some((Operand::Score(self.texts(at, call, 1..=1, "score(\"churn\")")?.remove(0)), Type::Number)),
            "semver" => self.version(at, call),
            "distance" => self.distance(at, call),
            "segment_since" => {
                let id = self.texts(at, call, 1..=1, "segment_since(\"vip\")")?.remove(0);
                self.mention(at, Mention::Segment(id.clone()));
                Some((Operand::SegmentSince(id), Type::Time))
            }
            "events" | "messages" => {
                self.wrong(at, "expected a measure after events(…), such as .count() or .sum(\"total\")")
            }
            "has" | "in_segment" | "consent" | "bucket" | "sequence" => self.already_true(at, name),
            _ => self.other(at, kinds::NOT_A_VALUE),
        }
    }

    pub(super) fn already_true<T>(&mut self, at: &IdedExpr, name: &str) -> Option<T> {
        self.wrong(at, format!("{name}(…) is true or false by itself; use it, or !{name}(…), without comparing"))
    }

    fn date(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<(Operand, Type)> {
        match call.args.as_slice() {
            [only] => match &only.expr {
                Cel::Literal(LiteralValue::String(text)) => {
                    Some((Operand::Instant(self.instant(only, text.inner())?), Type::Time))
                }
                _ => Some((Operand::Date(self.field(only)?), Type::Time)),
            },
            _ => self.wrong(at, "expected date(traits.name) or date(\"2026-01-31\")"),
        }
    }

    fn version(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<(Operand, Type)> {
        match call.args.as_slice() {
            [only] => match &only.expr {
                Cel::Literal(LiteralValue::String(text)) => match Version::parse(text.inner()) {
                    Some(_) => Some((Operand::VersionLiteral(text.inner().to_owned()), Type::Version)),
                    None => {
                        self.wrong(only, format!("`{}` is no version; expected one such as \"2.3.1\"", text.inner()))
                    }
                },
                _ => Some((Operand::Version(self.field(only)?), Type::Version)),
            },
            _ => self.wrong(at, "expected semver(traits.app_version) or semver(\"2.3.1\")"),
        }
    }

    fn distance(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<(Operand, Type)> {
        let [field, latitude, longitude] = call.args.as_slice() else {
            return self.wrong(at, "expected distance(traits.location, 52.5, 13.4): kilometres from that place");
        };
        let value = self.field(field);
        match (self.literal(latitude)?, self.literal(longitude)?) {
            (Literal::Number(north), Literal::Number(east)) if crate::geo::exists(north, east) => {
                let (latitude, longitude) = (north + 0.0, east + 0.0);
                Some((Operand::DistanceKm { value: value?, latitude, longitude }, Type::Number))
            }
            _ => self.wrong(latitude, "expected degrees north (-90 to 90) and east (-180 to 180)"),
        }
    }

    fn sum(&mut self, at: &IdedExpr, a: &IdedExpr, b: &IdedExpr, plus: bool) -> Option<(Operand, Type)> {
        let (left, right) = (self.operand(a), self.operand(b));
        let ((left, a), (right, b)) = (left?, right?);
        let kind = match (a, b) {
            (Type::Time, Type::Time) if !plus => Type::Span,
            (Type::Span, Type::Span) => Type::Span,
            (Type::Time, Type::Span) => Type::Time,
            (Type::Span, Type::Time) if plus => Type::Time,
            (Type::Any | Type::Number, Type::Any | Type::Number) => Type::Number,
            (Type::Any, Type::Time | Type::Span) | (Type::Time | Type::Span, Type::Any) => {
                return self.wrong(at, "an instant or duration needs another: write date(traits.name)");
            }
            _ => {
                let sign = if plus { '+' } else { '-' };
                return self.wrong(at, format!("{} {sign} {} has no meaning", a.name(), b.name()));
            }
        };
        let (left, right) = (Box::new(left), Box::new(right));
        Some((if plus { Operand::Add(left, right) } else { Operand::Subtract(left, right) }, kind))
    }

    fn product(
        &mut self,
        at: &IdedExpr,
        a: &IdedExpr,
        b: &IdedExpr,
        of: fn(Box<Operand>, Box<Operand>) -> Operand,
    ) -> Option<(Operand, Type)> {
        let (left, right) = (self.operand(a), self.operand(b));
        let ((left, a), (right, b)) = (left?, right?);
        let is_number = |t: Type| matches!(t, Type::Any | Type::Number);
        if !is_number(a) || !is_number(b) {
            let other = if is_number(a) { b } else { a };
            return self.wrong(at, format!("only numbers are multiplied and divided, not {}", other.name()));
        }
        Some((of(Box::new(left), Box::new(right)), Type::Number))
    }

    /// A trait or, in a condition on one event, a field of it.
    pub(super) fn field(&mut self, at: &IdedExpr) -> Option<Field> {
        let mut parts: Vec<&str> = Vec::new();
        let mut node = at;
        let root = loop {
            node = match &node.expr {
                Cel::Select(select) => {
                    parts.push(&select.field);
                    &select.operand
                }
                Cel::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                    [inner, IdedExpr { expr: Cel::Literal(LiteralValue::String(name)), .. }] => {
                        parts.push(name.inner());
                        inner
                    }
                    _ => return self.wrong(node, "expected a name in quotes between the brackets"),
                },
                Cel::Ident(root) => break root.as_str(),
                _ => return self.not_a_field(at),
            };
        };
        parts.reverse();
        let path = parts.join(".");
        let (field, mention) = match (&self.scope, root) {
            (Scope::Profile, "traits") => (Field::Trait(path.clone()), Mention::Trait(path)),
            (Scope::Profile, "account") => (Field::Account(path.clone()), Mention::Account(path)),
            (Scope::Event(name), root) if root == name => (Field::Event(path.clone()), Mention::Property(path)),
            (Scope::Event(name), "traits" | "account") => {
                let message = format!("{root} cannot stand in a condition on one event; use {name}.name");
                return self.wrong(node, message);
            }
            (Scope::Event(name), _) => {
                let wanted = format!("{name}.…");
                return self.unknown(node, "name", root, &[&wanted]);
            }
            (Scope::Profile, _) => return self.unknown(node, "name", root, &["traits.…", "account.…"]),
        };
        let (Field::Trait(path) | Field::Account(path) | Field::Event(path)) = &field;
        if path.split('.').any(str::is_empty) {
            return self.wrong(at, format!("expected a name, as in {root}.plan"));
        }
        self.mention(at, mention);
        Some(field)
    }

    fn not_a_field<T>(&mut self, at: &IdedExpr) -> Option<T> {
        if let Cel::Call(call) = &at.expr
            && let Some(target) = &call.target
            && is_events(target)
            && !METHODS.contains(&call.func_name.as_str())
        {
            return self.unknown(at, "method", &call.func_name, &METHODS);
        }
        let wanted = match &self.scope {
            Scope::Profile => "a trait, such as traits.plan".to_owned(),
            Scope::Event(name) => format!("a field of the event, such as {name}.total"),
        };
        self.wrong(at, format!("expected {wanted}"))
    }

    /// A constant.
    pub(super) fn literal(&mut self, at: &IdedExpr) -> Option<Literal> {
        match &at.expr {
            Cel::Literal(LiteralValue::Null) => Some(Literal::Null),
            Cel::Literal(LiteralValue::Boolean(b)) => Some(Literal::Bool(*b.inner())),
            Cel::Literal(LiteralValue::Int(n)) => Some(Literal::Number(*n.inner() as f64)),
            Cel::Literal(LiteralValue::UInt(n)) => Some(Literal::Number(*n.inner() as f64)),
            Cel::Literal(LiteralValue::Double(n)) if n.inner().is_finite() => Some(Literal::Number(n.inner() + 0.0)),
            Cel::Literal(LiteralValue::String(s)) => Some(Literal::Text(s.inner().to_owned())),
            Cel::Call(call) if call.func_name == operators::NEGATE => {
                match call.args.first().and_then(|a| self.literal(a))? {
                    Literal::Number(n) => Some(Literal::Number(0.0 - n)),
                    _ => self.wrong(at, "only numbers can be negative"),
                }
            }
            _ => self.wrong(at, "expected a number, a quoted text, true, false or null"),
        }
    }

    /// A quoted text.
    pub(super) fn text(&mut self, at: &IdedExpr) -> Option<String> {
        match &at.expr {
            Cel::Literal(LiteralValue::String(s)) => Some(s.inner().to_owned()),
            _ => self.wrong(at, "expected a text in quotes"),
        }
    }

    /// All arguments as texts that are not empty.
    pub(super) fn texts(
        &mut self,
        at: &IdedExpr,
        call: &CallExpr,
        many: RangeInclusive<usize>,
        example: &str,
    ) -> Option<Vec<String>> {
        if !many.contains(&call.args.len()) {
            return self.wrong(at, format!("expected {example}"));
        }
        let texts: Option<Vec<String>> = call.args.iter().map(|a| self.text(a)).collect();
        match texts {
            Some(texts) if texts.iter().any(String::is_empty) => self.wrong(at, format!("expected {example}")),
            texts => texts,
        }
    }

    /// A length of time, above zero.
    pub(super) fn duration(&mut self, at: &IdedExpr) -> Option<i64> {
        let text = self.text(at)?;
        match parse_duration_ms(&text) {
            Some(ms) if ms > 0 => Some(ms),
            _ => self.wrong(at, format!("`{text}` is no duration; expected one such as \"30d\", \"12h\" or \"1d12h\"")),
        }
    }

    /// A point in time.
    pub(super) fn instant(&mut self, at: &IdedExpr, text: &str) -> Option<Timestamp> {
        match Timestamp::parse(text) {
            Some(ts) => Some(ts),
            None => self.wrong(
                at,
                format!("`{text}` is no date; expected one such as \"2026-01-31\" or \"2026-01-31T09:00:00Z\""),
            ),
        }
    }

    /// Counts one more aggregate against the limit.
    pub(super) fn count_aggregate(&mut self, at: &IdedExpr) -> Option<()> {
        self.aggregates += 1;
        if self.aggregates == MAX_AGGREGATES + 1 {
            return self.wrong(at, format!("a rule may have {MAX_AGGREGATES} questions about events"));
        }
        (self.aggregates <= MAX_AGGREGATES).then_some(())
    }
}
