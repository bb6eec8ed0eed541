//! Members of documents described once: what is checked, what the JSON Schema says and what a form can show are read from
//! the same table.

use std::fmt::Display;

use rapport_domain::{Problem, kinds, time};
use serde_json::{Map, Value, json};

use crate::content;
use crate::core::nearest::nearest;

/// What a member may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Text, at most so many bytes.
    Text(usize),
    /// Text on one line.
    Line(usize),
    /// Liquid, at most so many bytes.
    Liquid(usize),
    /// An `https://` or `http://` address; Liquid may stand in it.
    Link,
    /// True or false.
    Flag,
    /// A whole number from, to.
    Whole(u32, u32),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A duration such as `12h`.
    Duration,
    /// A rule about what is known of a customer: everything but events, whose questions segments answer.
    Rule,
    /// A list of at most so many.
    List(&'static Shape, usize),
    /// An object with these members.
    Object(&'static [Member]),
    /// An object whose names are free, at most so many.
    Map(&'static Shape, usize),
    /// Any JSON of at most so many bytes; its texts are Liquid.
    Json(usize),
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it may hold.
    pub(crate) shape: Shape,
    /// Whether it must be there and not be blank.
    pub(crate) required: bool,
    /// One sentence for people.
    pub(crate) about: &'static str,
}

/// A member that may be left out.
pub(crate) const fn may(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { name, shape, required: false, about }
}

/// A member that must be there.
pub(crate) const fn must(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { name, shape, required: true, about }
}

/// Checks those members of `object` that the table names; members it does not name are the caller's to judge.
pub(crate) fn check(object: &Map<String, Value>, members: &[Member], at: &str, problems: &mut Vec<Problem>) {
    for member in members {
        let path = format!("{at}.{}", member.name);
        match object.get(member.name).filter(|v| !v.is_null()) {
            None if member.required => problems.push(Problem::of(path, kinds::REQUIRED, &[])),
            None => {}
            Some(Value::String(s)) if member.required && s.trim().is_empty() => {
                problems.push(Problem::of(path, kinds::EMPTY, &[]));
            }
            Some(value) => check_value(value, &member.shape, &path, problems),
        }
    }
}

fn check_value(value: &Value, shape: &Shape, at: &str, problems: &mut Vec<Problem>) {
    let mut is = |kind, values: &[(&'static str, &dyn Display)]| problems.push(Problem::of(at, kind, values));
    match (shape, value) {
        (Shape::Text(max) | Shape::Line(max) | Shape::Liquid(max), Value::String(s)) => {
            if s.len() > *max {
                is(kinds::TOO_LONG, &[("max", max), ("found", &s.len())]);
            } else if matches!(shape, Shape::Line(_)) && s.chars().any(char::is_control) {
                is(kinds::NOT_ONE_LINE, &[]);
            } else if let (Shape::Liquid(_), Err(e)) = (shape, content::compile(s)) {
                problems.push(Problem::new(at, e.to_string()));
            }
        }
        (Shape::Link, Value::String(s)) => check_link(s, at, problems),
        (Shape::Flag, Value::Bool(_)) => {}
        (Shape::Whole(low, high), Value::Number(n)) => {
            if !n.as_u64().is_some_and(|n| (u64::from(*low)..=u64::from(*high)).contains(&n)) {
                is(kinds::NOT_WHOLE, &[("from", low), ("to", high), ("found", n)]);
            }
        }
        (Shape::Choice(words), Value::String(s)) => {
            if !words.contains(&s.as_str()) {
                let problem = Problem::of(at, kinds::NOT_ONE_OF, &[("known", &words.join(", ")), ("found", s)]);
                problems.push(problem.with_suggestion(nearest(s, words)));
            }
        }
        (Shape::Duration, Value::String(s)) => {
            if time::parse_duration_ms(s).is_none() {
                is(kinds::NOT_A_DURATION, &[("found", value)]);
            }
        }
        (Shape::Rule, Value::String(s)) => match rapport_rules::parse(s) {
            Err(found) => problems.extend(found.first().map(|p| Problem::new(at, p.to_string()))),
            Ok(rule) if !rapport_rules::Plan::new(&rule).aggregates().is_empty() => {
                is(kinds::ASKS_ABOUT_EVENTS, &[]);
            }
            Ok(_) => {}
        },
        (Shape::List(each, max), Value::Array(items)) => {
            if items.len() > *max {
                is(kinds::TOO_MANY, &[("max", max), ("found", &items.len())]);
            }
            for (index, item) in items.iter().take(*max).enumerate() {
                check_value(item, each, &format!("{at}[{index}]"), problems);
            }
        }
        (Shape::Object(members), Value::Object(inner)) => {
            refuse_unknown(inner, &members.iter().map(|m| m.name).collect::<Vec<_>>(), at, problems);
            check(inner, members, at, problems);
        }
        (Shape::Map(each, max), Value::Object(inner)) => {
            if inner.len() > *max {
                is(kinds::TOO_MANY_MEMBERS, &[("max", max)]);
            }
            for (name, item) in inner.iter().take(*max) {
                check_value(item, each, &format!("{at}.{name}"), problems);
            }
        }
        (Shape::Json(max), any) => {
            let bytes = any.to_string().len();
            if bytes > *max {
                is(kinds::TOO_LONG, &[("max", max), ("found", &bytes)]);
            } else if let Err(e) = content::Tree::compile(any) {
                problems.push(Problem::new(at, e.to_string()));
            }
        }
        (shape, other) => {
            is(kinds::WRONG_TYPE, &[("expected", &shape.expected()), ("found", &super::fields::kind_of(other))]);
        }
    }
}

/// A problem for each member that `known` does not name.
pub(crate) fn refuse_unknown(object: &Map<String, Value>, known: &[&str], at: &str, problems: &mut Vec<Problem>) {
    for name in object.keys().filter(|k| !known.contains(&k.as_str())) {
        let problem = Problem::of(format!("{at}.{name}"), kinds::UNKNOWN_MEMBER, &[("known", &known.join(", "))]);
        problems.push(problem.with_suggestion(nearest(name, known)));
    }
}

fn check_link(text: &str, at: &str, problems: &mut Vec<Problem>) {
    let begins = ["https://", "http://"].iter().any(|p| text.len() > p.len() && text.starts_with(p));
    let liquid = text.trim_start().starts_with("{{");
    let bad = !liquid && !text.contains("{{") && text.contains(|c: char| c.is_control() || c.is_whitespace());
    if text.len() > 2048 || bad || !(begins || liquid) {
        problems.push(Problem::of(at, kinds::NOT_AN_ADDRESS, &[("found", &text)]));
    } else if let Err(e) = content::compile(text) {
        problems.push(Problem::new(at, e.to_string()));
    }
}

impl Shape {
    fn expected(&self) -> &'static str {
        match self {
            Shape::Text(_) | Shape::Line(_) | Shape::Liquid(_) => "text",
            Shape::Link => "an address such as https://example.com",
            Shape::Flag => "true or false",
            Shape::Whole(..) => "a whole number",
            Shape::Choice(_) => "one of the known words",
            Shape::Duration => "a duration such as 12h",
            Shape::Rule => "a rule",
            Shape::List(..) => "a list",
            Shape::Object(_) | Shape::Map(..) => "an object",
            Shape::Json(_) => "JSON",
        }
    }

    /// Its JSON Schema.
    pub(crate) fn schema(&self) -> Value {
        match self {
            Shape::Text(max) | Shape::Line(max) => json!({"type": "string", "maxLength": max}),
            Shape::Liquid(max) => json!({"type": "string", "maxLength": max, "format": "liquid"}),
            Shape::Link => json!({"type": "string", "maxLength": 2048, "format": "uri-template"}),
            Shape::Flag => json!({"type": "boolean"}),
            Shape::Whole(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
            Shape::Choice(words) => json!({"enum": words}),
            Shape::Duration => json!({"type": "string", "examples": ["12h"]}),
            Shape::Rule => json!({"type": "string", "examples": ["in_segment(\"trial\")"]}),
            Shape::List(each, max) => json!({"type": "array", "maxItems": max, "items": each.schema()}),
            Shape::Object(members) => {
                let mut out =
                    json!({"type": "object", "additionalProperties": false, "properties": properties(members)});
                let required = required(members);
                if !required.is_empty() {
                    out["required"] = json!(required);
                }
                out
            }
            Shape::Map(each, max) => {
                json!({"type": "object", "maxProperties": max, "additionalProperties": each.schema()})
            }
            Shape::Json(_) => json!({}),
        }
    }
}

/// The `properties` of members.
pub(crate) fn properties(members: &[Member]) -> Map<String, Value> {
    let one = |m: &Member| {
        let mut schema = m.shape.schema();
        if !m.about.is_empty() {
            schema["description"] = json!(m.about);
        }
        (m.name.to_owned(), schema)
    };
    members.iter().map(one).collect()
}

/// The names of members that must be there.
pub(crate) fn required(members: &[Member]) -> Vec<&'static str> {
    members.iter().filter(|m| m.required).map(|m| m.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[Member] = &[must("url", Shape::Link, ""), may("label", Shape::Line(5), "")];
    const TABLE: &[Member] = &[
        must("body", Shape::Liquid(20), "The text."),
        may("ttl", Shape::Duration, ""),
        may("badge", Shape::Whole(0, 9), ""),
        may("urgency", Shape::Choice(&["low", "high"]), ""),
        may("actions", Shape::List(&Shape::Object(INNER), 2), ""),
        may("headers", Shape::Map(&Shape::Liquid(10), 2), ""),
        may("data", Shape::Json(50), ""),
    ];

    #[track_caller]
    fn problems(value: &Value) -> String {
        let mut out = Vec::new();
        check(value.as_object().unwrap(), TABLE, "spec", &mut out);
        out.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_wrong_is_named_where_it_stands() {
        let with = |key: &str, value: Value| {
            let mut all = json!({"body": "Hi"});
            all[key] = value;
            problems(&all)
        };
        assert_eq!(problems(&json!({"body": "Hi {{ name }}", "ttl": "4h", "data": {"a": ["{{ b }}"]}})), "");
        for (key, value, at, part) in [
            ("body", json!(" "), "spec.body", "must not be empty"),
            ("body", json!("{{ x"), "spec.body", "line 1"),
            ("body", json!("x".repeat(21)), "spec.body", "at most 20 bytes"),
            ("ttl", json!("soon"), "spec.ttl", "12h"),
            ("badge", json!(10), "spec.badge", "from 0 to 9"),
            ("badge", json!("1"), "spec.badge", "a whole number, found text"),
            ("urgency", json!("hihg"), "spec.urgency", "high"),
            ("actions", json!([{"url": "ftp://x"}]), "spec.actions[0].url", "https://"),
            ("actions", json!([{"url": "{{ event.url }}", "lable": "x"}]), "spec.actions[0].lable", "label"),
            ("actions", json!([{}]), "spec.actions[0].url", "is required"),
            ("headers", json!({"a": "{{"}), "spec.headers.a", "line 1"),
            ("data", json!({"a": "{% nosuch %}"}), "spec.data", "nosuch"),
        ] {
            let found = with(key, value);
            assert!(found.contains(at) && found.contains(part), "{key}: {found}");
        }
    }

    #[test]
    fn the_schema_says_the_same() {
        let schema = Shape::Object(TABLE).schema();
        assert_eq!(schema["required"], json!(["body"]));
        assert_eq!(schema["properties"]["actions"]["items"]["required"], json!(["url"]));
        assert_eq!(schema["properties"]["body"]["description"], "The text.");
    }
}
