//! From a mapping document to a [`Mapping`]: every fault is reported, with its path and the nearest known name.

use rapport_domain::{EventKind, Problem};
use serde_json::{Map, Value};

use super::cast::{self, Cast};
use super::condition::{Condition, Test};
use super::expr::{Expr, Part};
use super::mapping::{CsvOptions, Mapping, UsedColumn};

const MEMBERS: [(&str, &str); 11] = [
    ("event", "event"),
    ("user_id", "userId"),
    ("anonymous_id", "anonymousId"),
    ("group_id", "groupId"),
    ("previous_id", "previousId"),
    ("message_id", "messageId"),
    ("timestamp", "timestamp"),
    ("name", "name"),
    ("category", "category"),
    ("properties", "properties"),
    ("traits", "traits"),
];
const KINDS: [&str; 6] = ["track", "identify", "page", "screen", "group", "alias"];
const FORMS: [&str; 9] = ["column", "constant", "template", "multiply", "sum", "count", "case", "object", "list"];
/// Objects and lists within a mapping's values.
const MAX_DEPTH: usize = 16;

/// The nearest of `names`, if one is near enough to be a slip.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_lowercase();
    let scored = names.map(|n| (strsim::jaro_winkler(&wanted, &n.to_lowercase()), n));
    let best = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, n)| n.to_owned())
}

/// Reads a mapping document.
pub(super) fn mapping(document: &Value) -> Result<Mapping, Vec<Problem>> {
    let Value::Object(map) = document else {
        return Err(vec![Problem::new("(document)", "expected a mapping with type, event, user_id, properties…")]);
    };
    let mut parser = Parser::default();
    let mut known: Vec<&str> = MEMBERS.iter().map(|(name, _)| *name).collect();
    known.extend(["type", "context", "skip_when", "group_by", "csv"]);
    parser.known_keys(map, "", &known);
    let kind = parser.kind(map.get("type"));
    let mut members = Vec::new();
    for (name, member) in MEMBERS.into_iter().chain([("context", "context")]) {
        if let Some(value) = map.get(name) {
            members.push((member, parser.member(name, value)));
        }
    }
    if kind == EventKind::Track && !map.contains_key("event") {
        parser.problem("event", "expected the event's name: a text, a column or a template");
    }
    let address = |name: &str| map.get("traits").and_then(|t| t.get(name)).is_some();
    let by_address = kind == EventKind::Identify && (address("email") || address("phone"));
    if !map.contains_key("user_id") && !map.contains_key("anonymous_id") && !by_address {
        let message = "expected user_id or anonymous_id (identify: or traits.email or traits.phone): events must be about \
                       somebody";
        parser.problem("user_id", message);
    }
    let skip_when = match map.get("skip_when") {
        None => Vec::new(),
        Some(Value::Array(list)) => {
            list.iter().enumerate().filter_map(|(i, c)| parser.condition(&format!("skip_when[{i}]"), c)).collect()
        }
        Some(_) => parser.fail("skip_when", "expected a list of conditions").unwrap_or_default(),
    };
    let group_by = match map.get("group_by") {
        None => None,
        Some(Value::String(name)) => Some(parser.column("group_by", name)),
        Some(_) => parser.fail("group_by", "expected a column's name"),
    };
    let csv = parser.csv(map.get("csv"));
    if !parser.problems.is_empty() {
        return Err(parser.problems);
    }
    Ok(Mapping { kind, members, skip_when, group_by, columns: parser.columns, csv })
}

#[derive(Default)]
struct Parser {
    columns: Vec<UsedColumn>,
    problems: Vec<Problem>,
}

impl Parser {
    fn problem(&mut self, at: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(at, message));
    }

    fn fail<T>(&mut self, at: &str, message: impl Into<String>) -> Option<T> {
        self.problem(at, message);
        None
    }

    fn known_keys(&mut self, map: &Map<String, Value>, at: &str, known: &[&str]) {
        for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
            let path = join(at, key);
            let message = format!("unknown; expected one of {}", known.join(", "));
            let near = nearest(key, known.iter().copied());
            self.problems.push(Problem::new(path, message).with_suggestion(near));
        }
    }

    fn column(&mut self, at: &str, name: &str) -> usize {
        if let Some(place) = self.columns.iter().position(|c| c.name == name) {
            return place;
        }
        self.columns.push(UsedColumn { name: name.to_owned(), at: at.to_owned() });
        self.columns.len() - 1
    }

    fn kind(&mut self, value: Option<&Value>) -> EventKind {
        let found = value.and_then(Value::as_str).unwrap_or("track");
        EventKind::parse(found).unwrap_or_else(|| {
            let message = format!("expected one of {}, found {found:?}", KINDS.join(", "));
            self.problems.push(Problem::new("type", message).with_suggestion(nearest(found, KINDS.into_iter())));
            EventKind::Track
        })
    }

    fn member(&mut self, name: &str, value: &Value) -> Expr {
        let is_object = matches!(name, "properties" | "traits" | "context");
        let expr = match value {
            Value::Object(map) if is_object => Expr::Object(self.members(name, map, 0)),
            _ if is_object => {
                self.problem(name, "expected names with their values");
                Expr::Constant(Value::Null)
            }
            _ => self.expr(name, value, 0),
        };
        let is_id = matches!(name, "user_id" | "anonymous_id" | "message_id" | "previous_id");
        if let (true, Expr::Constant(constant)) = (is_id, &expr) {
            let shown = constant.as_str().unwrap_or("Name");
            self.problem(
                name,
                format!("the same for every row; expected {{column: {shown}}} or a template \"{{{shown}}}\""),
            );
        }
        match expr {
            Expr::Column { column, cast: Cast::AsIs, default } if name == "timestamp" => {
                Expr::Column { column, cast: Cast::Timestamp { format: None, zone: chrono_tz::UTC }, default }
            }
            other => other,
        }
    }

    fn members(&mut self, at: &str, map: &Map<String, Value>, depth: usize) -> Vec<(String, Expr)> {
        map.iter().map(|(name, value)| (name.clone(), self.expr(&join(at, name), value, depth + 1))).collect()
    }

    fn expr(&mut self, at: &str, value: &Value, depth: usize) -> Expr {
        if depth > MAX_DEPTH {
            self.problem(at, format!("more than {MAX_DEPTH} levels deep"));
            return Expr::Constant(Value::Null);
        }
        match value {
            Value::String(text) if text.contains('{') => self.template(at, text),
            Value::Object(map) => self.form(at, map, depth).unwrap_or(Expr::Constant(Value::Null)),
            other => Expr::Constant(other.clone()),
        }
    }

    fn form(&mut self, at: &str, map: &Map<String, Value>, depth: usize) -> Option<Expr> {
        let Some(form) = FORMS.into_iter().find(|f| map.contains_key(*f)) else {
            let near = map.keys().find_map(|k| nearest(k, FORMS.into_iter()));
            let message = format!("expected one of {}", FORMS.join(", "));
            self.problems.push(Problem::new(at, message).with_suggestion(near));
            return None;
        };
        let inner = &map[form];
        let path = join(at, form);
        let keys: &[&str] = match form {
            "column" => &["column", "as", "default", "format", "zone"],
            "multiply" => &["multiply", "round"],
            "sum" => &["sum", "round"],
            "case" => &["case", "else"],
            _ => &[form],
        };
        self.known_keys(map, at, keys);
        let round = self.round(at, map.get("round"));
        match (form, inner) {
            ("column", Value::String(name)) => {
                let column = self.column(&path, name);
                let cast = self.cast(at, map);
                Some(Expr::Column { column, cast, default: map.get("default").cloned().unwrap_or(Value::Null) })
            }
            ("column", _) => self.fail(&path, "expected a column's name"),
            ("constant", value) => Some(Expr::Constant(value.clone())),
            ("template", Value::String(text)) => Some(self.template(&path, text)),
            ("multiply", Value::Array(list)) => {
                let factor = |p: &mut Self, (i, v): (usize, &Value)| p.factor(&format!("{path}[{i}]"), v, depth);
                let factors = list.iter().enumerate().map(|f| factor(self, f)).collect();
                Some(Expr::Multiply(factors, round))
            }
            ("sum", value) => Some(Expr::Sum(Box::new(self.factor(&path, value, depth)), round)),
            ("count", _) => Some(Expr::Count),
            ("case", Value::Array(list)) => {
                let branches = list
                    .iter()
                    .enumerate()
                    .filter_map(|(i, b)| self.branch(&format!("{path}[{i}]"), b, depth))
                    .collect();
                let otherwise =
                    map.get("else").map_or(Expr::Constant(Value::Null), |v| self.expr(&join(at, "else"), v, depth + 1));
                Some(Expr::Case(branches, Box::new(otherwise)))
            }
            ("object", Value::Object(members)) => Some(Expr::Object(self.members(&path, members, depth))),
            ("list", Value::Object(members)) => Some(Expr::List(self.members(&path, members, depth))),
            ("template", _) => self.fail(&path, "expected a text with {Column}"),
            ("multiply" | "case", _) => self.fail(&path, "expected a list"),
            _ => self.fail(&path, "expected names with their values"),
        }
    }

    /// A factor or summand: a column's name alone means its number.
    fn factor(&mut self, at: &str, value: &Value, depth: usize) -> Expr {
        match value {
            Value::String(name) => {
                Expr::Column { column: self.column(at, name), cast: Cast::Number, default: Value::Null }
            }
            other => self.expr(at, other, depth + 1),
        }
    }

    fn branch(&mut self, at: &str, value: &Value, depth: usize) -> Option<(Condition, Expr)> {
        let (Some(when), Some(then)) = (value.get("when"), value.get("then")) else {
            return self.fail(at, "expected {when: condition, then: value}");
        };
        let condition = self.condition(&join(at, "when"), when);
        let value = self.expr(&join(at, "then"), then, depth + 1);
        condition.map(|c| (c, value))
    }

    fn round(&mut self, at: &str, value: Option<&Value>) -> Option<u32> {
        let digits = value?.as_u64().filter(|d| *d <= 9).and_then(|d| u32::try_from(d).ok());
        digits.or_else(|| self.fail(&join(at, "round"), "expected a number of decimals from 0 to 9"))
    }

    fn cast(&mut self, at: &str, map: &Map<String, Value>) -> Cast {
        const TYPES: [&str; 5] = ["text", "integer", "number", "bool", "timestamp"];
        let text = |key: &str| map.get(key).map(|v| v.as_str().unwrap_or("").to_owned());
        let format = text("format").filter(|f| f != "auto");
        if format.as_ref().is_some_and(|f| !cast::is_format(f)) {
            self.problem(&join(at, "format"), "expected auto or a strftime format such as \"%d/%m/%Y %H:%M\"");
        }
        let zone = text("zone").map_or(Some(chrono_tz::UTC), |z| rapport_domain::time::zone(&z));
        let zone = zone.or_else(|| self.fail(&join(at, "zone"), "expected an IANA zone such as Europe/London"));
        let timestamp = Cast::Timestamp { format, zone: zone.unwrap_or(chrono_tz::UTC) };
        let is_time = map.contains_key("format") || map.contains_key("zone");
        match text("as").as_deref() {
            None if is_time => timestamp,
            None => Cast::AsIs,
            Some("timestamp") => timestamp,
            Some("text") => Cast::Text,
            Some("integer") => Cast::Integer,
            Some("number") => Cast::Number,
            Some("bool") => Cast::Bool,
            Some(other) => {
                let message = format!("expected one of {}, found {other:?}", TYPES.join(", "));
                let near = nearest(other, TYPES.into_iter());
                self.problems.push(Problem::new(join(at, "as"), message).with_suggestion(near));
                Cast::AsIs
            }
        }
    }

    /// `{Column}` stands for a column, `{row}` for the row's number, `{{` and `}}` for braces.
    fn template(&mut self, at: &str, text: &str) -> Expr {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(c);
                rest = &rest[2..];
            } else if c == '{' {
                let Some(end) = rest.find('}') else {
                    self.problem(at, "a { without its }; a brace itself is written {{");
                    break;
                };
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                let name = rest[1..end].trim();
                parts.push(if name == "row" { Part::Row } else { Part::Column(self.column(at, name)) });
                rest = &rest[end + 1..];
            } else {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        match &parts[..] {
            [Part::Text(text)] => Expr::Constant(Value::String(text.clone())),
            _ => Expr::Template(parts),
        }
    }

    fn condition(&mut self, at: &str, value: &Value) -> Option<Condition> {
        const TESTS: [&str; 9] = [
            "empty",
            "equals",
            "not_equals",
            "in",
            "starts_with",
            "ends_with",
            "contains",
            "less_than",
            "greater_than",
        ];
        let Some((map, name)) = value.as_object().and_then(|m| Some((m, m.get("column")?.as_str()?))) else {
            return self.fail(at, "expected a condition such as {column: Quantity, less_than: 0}");
        };
        let mut known = vec!["column"];
        known.extend(TESTS);
        self.known_keys(map, at, &known);
        let column = self.column(&join(at, "column"), name);
        let mut tests = Vec::new();
        for (key, value) in map.iter().filter(|(k, _)| TESTS.contains(&k.as_str())) {
            match test(key, value) {
                Some(test) => tests.push(test),
                None => {
                    self.problem(&join(at, key), "expected a text, a number, true or false, or for in a list of texts")
                }
            }
        }
        if tests.is_empty() {
            return self.fail(at, format!("expected a test: one of {}", TESTS.join(", ")));
        }
        Some(Condition { column, tests })
    }

    fn csv(&mut self, value: Option<&Value>) -> CsvOptions {
        let Some(value) = value else { return CsvOptions::default() };
        let Value::Object(map) = value else {
            return self.fail("csv", "expected delimiter, quote, columns or encoding").unwrap_or_default();
        };
        self.known_keys(map, "csv", &["delimiter", "quote", "columns", "encoding"]);
        let mut byte = |key: &str| match map.get(key)?.as_str().map(str::as_bytes) {
            Some([one]) => Some(*one),
            Some(b"\\t" | b"tab") => Some(b'\t'),
            _ => self.fail(&format!("csv.{key}"), "expected one character"),
        };
        let (delimiter, quote) = (byte("delimiter"), byte("quote"));
        let columns = map.get("columns").and_then(|value| {
            let names: Option<Vec<String>> =
                value.as_array().and_then(|l| l.iter().map(|n| n.as_str().map(str::to_owned)).collect());
            names.or_else(|| self.fail("csv.columns", "expected a list of names"))
        });
        let latin1 = match map.get("encoding").map(|e| e.as_str().unwrap_or("")) {
            None | Some("utf-8") => false,
            Some("latin-1") => true,
            Some(_) => self.fail("csv.encoding", "expected utf-8 or latin-1").unwrap_or_default(),
        };
        CsvOptions { delimiter, quote, columns, latin1 }
    }
}

fn test(key: &str, value: &Value) -> Option<Test> {
    let text = || match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(cast::text(value)),
        _ => None,
    };
    match key {
        "empty" => value.as_bool().map(Test::Empty),
        "equals" => text().map(Test::Equals),
        "not_equals" => text().map(Test::NotEquals),
        "in" => Some(Test::In(value.as_array()?.iter().map(cast::text).collect())),
        "starts_with" => text().map(Test::StartsWith),
        "ends_with" => text().map(Test::EndsWith),
        "contains" => text().map(Test::Contains),
        "less_than" => value.as_f64().map(Test::LessThan),
        "greater_than" => value.as_f64().map(Test::GreaterThan),
        _ => None,
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
