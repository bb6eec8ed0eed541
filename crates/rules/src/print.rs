//! Canonical text: `parse(print(rule)) == rule`.

use std::fmt::Write;

use rapport_domain::Timestamp;
use rapport_domain::rule::{
    EventQuery, Expr, Field, Formula, Literal, Measure, Operand, Rule, Sequence, Step, StepEvents, Window,
};
use rapport_domain::time::{DAY_MS, format_duration_ms};

/// The rule as text: one line, one way to write each thing.
#[must_use]
pub fn print(rule: &Rule) -> String {
    condition(&rule.when)
}

/// The value of a computed trait as text.
#[must_use]
pub fn print_formula(formula: &Formula) -> String {
    let mut out = Printer(String::new());
    match formula {
        Formula::Condition(when) => out.expr(when),
        Formula::Value(operand) => out.operand(operand),
    }
    out.0
}

/// A condition as text.
pub(crate) fn condition(expr: &Expr) -> String {
    let mut out = Printer(String::new());
    out.expr(expr);
    out.0
}

/// A query as text.
pub(crate) fn query(query: &EventQuery) -> String {
    let mut out = Printer(String::new());
    out.query(query);
    out.0
}

/// A sequence as text.
pub(crate) fn sequence(sequence: &Sequence) -> String {
    let mut out = Printer(String::new());
    out.sequence(sequence);
    out.0
}

/// Words of CEL that cannot be written after a dot as they are.
const RESERVED: [&str; 4] = ["in", "true", "false", "null"];

struct Printer(String);

impl Printer {
    fn word(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(b) => self.word(if *b { "true" } else { "false" }),
            Expr::All(parts) => self.joined(parts, " && ", "true"),
            Expr::Any(parts) => self.joined(parts, " || ", "false"),
            Expr::Not(part) => {
                self.word("!");
                // `!a == b` would negate `a`; only what cannot be read so stands without brackets.
                let bare = !matches!(
                    **part,
                    Expr::All(_) | Expr::Any(_) | Expr::Not(_) | Expr::Compare { .. } | Expr::In { .. }
                );
                self.bracketed(part, !bare);
            }
            Expr::Compare { left, op, right } => {
                self.operand(left);
                self.word(" ");
                self.word(op.as_str());
                self.word(" ");
                self.operand(right);
            }
            Expr::In { value, list } => {
                self.operand(value);
                self.word(" in [");
                self.separated(list, |p, l| p.literal(l));
                self.word("]");
            }
            Expr::Text { value, test, argument } => {
                self.field(value);
                self.word(".");
                self.word(test.as_str());
                self.word("(");
                self.text(argument);
                self.word(")");
            }
            Expr::Members { value, test, list } => {
                self.field(value);
                self.word(".");
                self.word(test.as_str());
                self.word("([");
                self.separated(list, |p, l| p.literal(l));
                self.word("])");
            }
            Expr::Has(field) => {
                self.word("has(");
                self.field(field);
                self.word(")");
            }
            Expr::Exists(query) => self.query(query),
            Expr::Sequence(sequence) => self.sequence(sequence),
            Expr::InSegment(id) => self.call("in_segment", &[id]),
            Expr::Consent { channel, topic: None } => self.call("consent", &[channel]),
            Expr::Consent { channel, topic: Some(topic) } => self.call("consent", &[channel, topic]),
            Expr::Bucket { salt, from, to } => {
                self.word("bucket(");
                self.text(salt);
                self.word(", ");
                self.number(*from);
                self.word(", ");
                self.number(*to);
                self.word(")");
            }
        }
    }

    fn joined(&mut self, parts: &[Expr], between: &str, empty: &str) {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.word(between);
            }
            self.bracketed(part, matches!(part, Expr::All(_) | Expr::Any(_)));
        }
        if parts.is_empty() {
            self.word(empty);
        }
    }

    fn bracketed(&mut self, expr: &Expr, brackets: bool) {
        if brackets {
            self.word("(");
        }
        self.expr(expr);
        if brackets {
            self.word(")");
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Literal(literal) => self.literal(literal),
            Operand::Field(field) => self.field(field),
            Operand::Size(field) => {
                self.word("size(");
                self.field(field);
                self.word(")");
            }
            Operand::Date(field) => {
                self.word("date(");
                self.field(field);
                self.word(")");
            }
            Operand::Instant(ts) => self.call("date", &[&instant(*ts)]),
            Operand::DurationMs(ms) => self.call("duration", &[&format_duration_ms(*ms)]),
            Operand::Now => self.word("now()"),
            Operand::Today => self.word("today()"),
            Operand::Events(query) => self.query(query),
            Operand::Score(name) => self.call("score", &[name]),
            Operand::Accounts => self.word("accounts()"),
            Operand::AccountMembers => self.word("account_members()"),
            Operand::Version(field) => {
                self.word("semver(");
                self.field(field);
                self.word(")");
            }
            Operand::VersionLiteral(text) => self.call("semver", &[text]),
            Operand::DistanceKm { value, latitude, longitude } => {
                self.word("distance(");
                self.field(value);
                self.word(", ");
                self.number(*latitude);
                self.word(", ");
                self.number(*longitude);
                self.word(")");
            }
            Operand::SegmentSince(id) => self.call("segment_since", &[id]),
            Operand::Add(a, b) => self.arithmetic(a, " + ", b, false),
            Operand::Subtract(a, b) => self.arithmetic(a, " - ", b, false),
            Operand::Multiply(a, b) => self.arithmetic(a, " * ", b, true),
            Operand::Divide(a, b) => self.arithmetic(a, " / ", b, true),
        }
    }

    /// `tight` operators bind what stands on their left before sums do.
    fn arithmetic(&mut self, a: &Operand, sign: &str, b: &Operand, tight: bool) {
        let is_sum = |x: &Operand| matches!(x, Operand::Add(..) | Operand::Subtract(..));
        let is_product = |x: &Operand| matches!(x, Operand::Multiply(..) | Operand::Divide(..));
        self.term(a, tight && is_sum(a));
        self.word(sign);
        self.term(b, is_sum(b) || tight && is_product(b));
    }

    fn term(&mut self, operand: &Operand, brackets: bool) {
        if brackets {
            self.word("(");
        }
        self.operand(operand);
        if brackets {
            self.word(")");
        }
    }

    fn query(&mut self, query: &EventQuery) {
        self.word("events(");
        self.separated(&query.names, |p, n| p.text(n));
        self.word(")");
        self.window(&query.window);
        self.filter(query.filter.as_deref());
        match &query.measure {
            Measure::Count => self.word(".count()"),
            Measure::Exists => self.word(".exists()"),
            Measure::Sum(p) => self.call(".sum", &[p]),
            Measure::Min(p) => self.call(".min", &[p]),
            Measure::Max(p) => self.call(".max", &[p]),
            Measure::Avg(p) => self.call(".avg", &[p]),
            Measure::First => self.word(".first()"),
            Measure::Last => self.word(".last()"),
            Measure::Distinct(p) => self.call(".distinct", &[p]),
            Measure::Days => self.word(".days()"),
            Measure::LocalDays => self.word(".local_days()"),
            Measure::FirstValue(p) => self.call(".first", &[p]),
            Measure::LastValue(p) => self.call(".last", &[p]),
            Measure::MostFrequent(p) => self.call(".most_frequent", &[p]),
            Measure::Values(p) => self.call(".values", &[p]),
        }
    }

    fn window(&mut self, window: &Window) {
        match (window.from, window.until) {
            (Some(from), Some(until)) => self.call(".between", &[&instant(from), &instant(until)]),
            (Some(from), None) => self.call(".after", &[&instant(from)]),
            (None, Some(until)) => self.call(".before", &[&instant(until)]),
            (None, None) => {}
        }
        if let Some(ms) = window.within_ms {
            self.call(".within", &[&format_duration_ms(ms)]);
        }
        if let Some(calendar) = window.calendar {
            self.word(".");
            self.word(calendar.unit.as_str());
            self.word("(");
            self.number(f64::from(calendar.count));
            self.word(")");
        }
        if let Some(since) = &window.since {
            self.word(".since(date(");
            self.field(&Field::Trait(since.r#trait.clone()));
            self.word(")");
            if let Some(ms) = since.for_ms {
                self.word(", ");
                self.text(&format_duration_ms(ms));
            }
            self.word(")");
        }
    }

    fn filter(&mut self, filter: Option<&Expr>) {
        if let Some(filter) = filter {
            self.word(".filter(e, ");
            self.expr(filter);
            self.word(")");
        }
    }

    fn sequence(&mut self, sequence: &Sequence) {
        self.word("sequence([");
        self.separated(&sequence.steps, |p, step| match step {
            Step::Name(name) => p.text(name),
            Step::Events(events) => p.step(events),
        });
        self.word("], ");
        self.text(&format_duration_ms(sequence.within_ms));
        self.word(")");
        if let Some(ms) = sequence.recent_ms {
            self.call(".within", &[&format_duration_ms(ms)]);
        }
    }

    fn step(&mut self, step: &StepEvents) {
        self.word(if step.absent { "!events(" } else { "events(" });
        self.separated(&step.names, |p, n| p.text(n));
        self.word(")");
        if let Some(ms) = step.within_ms {
            self.call(".within", &[&format_duration_ms(ms)]);
        }
        self.filter(step.filter.as_deref());
    }

    fn call(&mut self, name: &str, arguments: &[&str]) {
        self.word(name);
        self.word("(");
        self.separated(arguments, |p, a| p.text(a));
        self.word(")");
    }

    fn separated<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.word(", ");
            }
            each(self, item);
        }
    }

    fn field(&mut self, field: &Field) {
        let (root, path) = match field {
            Field::Trait(path) => ("traits", path),
            Field::Account(path) => ("account", path),
            Field::Event(path) => ("e", path),
        };
        self.word(root);
        for part in path.split('.') {
            let plain = part
                .bytes()
                .enumerate()
                .all(|(i, b)| b == b'_' || b.is_ascii_alphabetic() || i > 0 && b.is_ascii_digit());
            if plain && !part.is_empty() && !RESERVED.contains(&part) {
                self.word(".");
                self.word(part);
            } else {
                self.word("[");
                self.text(part);
                self.word("]");
            }
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Null => self.word("null"),
            Literal::Bool(b) => self.word(if *b { "true" } else { "false" }),
            Literal::Number(n) => self.number(*n),
            Literal::Text(t) => self.text(t),
        }
    }

    fn number(&mut self, n: f64) {
        // Writing to a String cannot fail.
        let _ = if n.abs() >= 1e15 || (n != 0.0 && n.abs() < 1e-6) {
            write!(self.0, "{n:e}")
        } else {
            write!(self.0, "{}", n + 0.0)
        };
    }

    fn text(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' => self.word("\\\""),
                '\\' => self.word("\\\\"),
                '\n' => self.word("\\n"),
                '\r' => self.word("\\r"),
                '\t' => self.word("\\t"),
                c if c.is_control() => {
                    let _ = write!(self.0, "\\u{:04x}", c as u32);
                }
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }
}

/// An instant as text: the date alone at midnight UTC.
fn instant(ts: Timestamp) -> String {
    let text = ts.to_rfc3339();
    if ts.0.rem_euclid(DAY_MS) == 0 { text[..10].to_owned() } else { text }
}
