//! The `segment` document.

use rapport_domain::event::names;
use rapport_domain::rule::{CompareOp, EventQuery, Expr, Field, Literal, Measure, Operand, Rule, Window};
use rapport_domain::time::{MINUTE_MS, parse_duration_ms};
use rapport_domain::{Problem, kinds};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a segment's members are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// By a rule.
    #[default]
    Rule,
    /// By hand: whoever was put on the list and not taken off it since.
    List,
}

/// A segment as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How its members are found.
    #[serde(default, skip_serializing_if = "is_rule")]
    pub kind: SegmentKind,
    /// Who belongs to it, in the rule language; not for lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Its members are written to a file now and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<ExportSpec>,
    /// Another system is told who enters and leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookSpec>,
}

/// Another system that is told who enters and leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSpec {
    /// The channel of kind `webhook` whose address and secret the calls use.
    pub channel: String,
    /// What is told; both when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Crossing>,
    /// Traits told beside the identifiers, by dotted path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<String>,
}

/// Which way somebody crosses the border of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// Into it.
    Entered,
    /// Out of it.
    Exited,
}

impl WebhookSpec {
    /// Whether somebody who enters, or leaves, is told.
    #[must_use]
    pub fn wants(&self, entered: bool) -> bool {
        self.on.is_none_or(|on| (on == Crossing::Entered) == entered)
    }
}

/// A file of members, written again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportSpec {
    /// How often: `1d`.
    pub every: String,
    /// Traits beside the identifiers, by dotted path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<String>,
}

/// The shortest time between two exports.
const MIN_EVERY_MS: i64 = MINUTE_MS * 15;
/// The most traits of an export.
pub const MAX_TRAITS: usize = 100;

impl ExportSpec {
    /// Milliseconds between two files; `None` when `every` is no duration of at least 15 minutes.
    #[must_use]
    pub fn every_ms(&self) -> Option<i64> {
        parse_duration_ms(&self.every).filter(|ms| *ms >= MIN_EVERY_MS)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands it over so
fn is_rule(kind: &SegmentKind) -> bool {
    *kind == SegmentKind::Rule
}

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 120;

/// Reads a segment's spec and, unless it is a list, its rule; every problem names its place.
pub fn validate(spec: &Value) -> Result<(SegmentSpec, Option<Rule>), Vec<Problem>> {
    let parsed: SegmentSpec =
        serde_json::from_value(spec.clone()).map_err(|e| vec![Problem::new("spec", e.to_string())])?;
    let mut problems = Vec::new();
    let name_chars = parsed.name.trim().chars().count();
    if name_chars == 0 || name_chars > MAX_NAME_CHARS {
        problems.push(Problem::of("spec.name", kinds::NAME_LENGTH, &[("max", &MAX_NAME_CHARS)]));
    }
    if let Some(export) = &parsed.export {
        if export.every_ms().is_none() {
            problems.push(Problem::new("spec.export.every", "expected a duration of at least 15m, such as \"1d\""));
        }
        if export.traits.len() > MAX_TRAITS {
            problems.push(Problem::of(
                "spec.export.traits",
                kinds::TOO_MANY,
                &[("max", &MAX_TRAITS), ("found", &export.traits.len())],
            ));
        }
    }
    if let Some(webhook) = &parsed.webhook {
        if !rapport_domain::resource::is_slug(&webhook.channel) {
            problems.push(Problem::new("spec.webhook.channel", "expected the id of a channel of kind webhook"));
        }
        if webhook.traits.len() > MAX_TRAITS {
            problems.push(Problem::of(
                "spec.webhook.traits",
                kinds::TOO_MANY,
                &[("max", &MAX_TRAITS), ("found", &webhook.traits.len())],
            ));
        }
    }
    let rule = match (parsed.kind, &parsed.rule) {
        (SegmentKind::List, None) => Ok(None),
        (SegmentKind::List, Some(_)) => {
            Err(vec![Problem::new("spec.rule", "a list has no rule; its members are added and removed by hand")])
        }
        (SegmentKind::Rule, Some(text)) => rapport_rules::parse(text).map(Some).map_err(placed),
        (SegmentKind::Rule, None) => {
            Err(vec![Problem::new("spec.rule", "expected a rule; for members by hand write kind: list")])
        }
    };
    match rule {
        Ok(rule) if problems.is_empty() => Ok((parsed, rule)),
        Ok(_) => Err(problems),
        Err(errors) => {
            problems.extend(errors);
            Err(problems)
        }
    }
}

fn placed(errors: Vec<Problem>) -> Vec<Problem> {
    errors.into_iter().map(|p| Problem { at: format!("spec.rule {}", p.at), ..p }).collect()
}

/// The rule by which a segment is decided: its own, or a list's.
pub fn rule_of(id: &str, spec: &Value) -> Result<Rule, Vec<Problem>> {
    Ok(validate(spec)?.1.unwrap_or_else(|| list_rule(id)))
}

/// On the list is who was added and not removed since; at one instant removing wins.
#[must_use]
pub fn list_rule(id: &str) -> Rule {
    let about = |name: &str, measure| EventQuery {
        names: vec![name.to_owned()],
        window: Window::default(),
        filter: Some(Box::new(Expr::Compare {
            left: Operand::Field(Field::Event("list".to_owned())),
            op: CompareOp::Equal,
            right: Operand::Literal(Literal::Text(id.to_owned())),
        })),
        measure,
    };
    let last = |name| Operand::Events(Box::new(about(name, Measure::Last)));
    let (added, removed) = (last(names::LIST_ADDED), last(names::LIST_REMOVED));
    let never =
        |last: Operand| Expr::Compare { left: last, op: CompareOp::Equal, right: Operand::Literal(Literal::Null) };
    let ever_added = Expr::Not(Box::new(never(added.clone())));
    let later = Expr::Compare { left: added, op: CompareOp::Greater, right: removed.clone() };
    Rule::new(Expr::all(vec![ever_added, Expr::any(vec![never(removed), later])]))
}

/// The JSON Schema of the spec.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "segment",
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS},
            "description": {"type": "string"},
            "kind": {"enum": ["rule", "list"], "default": "rule", "description": "A list's members are added and removed by hand."},
            "export": {"type": "object", "additionalProperties": false, "required": ["every"], "properties": {
                "every": {"type": "string", "description": "How often the members are written to a CSV file: 1d"},
                "traits": {"type": "array", "maxItems": MAX_TRAITS, "items": {"type": "string"}}
            }},
            "webhook": {"type": "object", "additionalProperties": false, "required": ["channel"], "properties": {
                "channel": {"type": "string", "description": "The channel of kind webhook whose address and secret the calls use."},
                "on": {"enum": ["entered", "exited"], "description": "Both when absent."},
                "traits": {"type": "array", "maxItems": MAX_TRAITS, "items": {"type": "string"}}
            }},
            "rule": {"type": "string", "description": "A rule, e.g. events(\"Order Completed\").count() >= 5"}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_has_a_rule_or_is_a_list() {
        let at = |spec: Value| validate(&spec).map(|_| ()).map_err(|p| p[0].at.clone());
        assert_eq!(at(json!({"name": "A", "rule": "traits.vip"})), Ok(()));
        assert_eq!(at(json!({"name": "A", "kind": "list"})), Ok(()));
        assert_eq!(at(json!({"name": "A", "kind": "list", "rule": "true"})), Err("spec.rule".into()));
        assert_eq!(at(json!({"name": "A"})), Err("spec.rule".into()));
        assert_eq!(at(json!({"name": "A", "kind": "list", "export": {"every": "1d", "traits": ["plan"]}})), Ok(()));
        assert_eq!(
            at(json!({"name": "A", "kind": "list", "export": {"every": "1m"}})),
            Err("spec.export.every".into())
        );
        let webhook = |webhook: Value| at(json!({"name": "A", "rule": "true", "webhook": webhook}));
        assert_eq!(webhook(json!({"channel": "crm", "on": "exited", "traits": ["plan"]})), Ok(()));
        assert_eq!(webhook(json!({"channel": "not a slug"})), Err("spec.webhook.channel".into()));
        assert_eq!(webhook(json!({"channel": "crm", "url": "https://x"})), Err("spec".into()));
        assert_eq!(at(json!({"name": "", "rule": "traits."})), Err("spec.name".into()));
        assert_eq!(at(json!({"name": "A", "rule": "traits.a = 1"})), Err("spec.rule 1:10".into()));
    }

    #[test]
    fn a_list_is_a_rule_that_reads_like_one() {
        let text = rapport_rules::print(&list_rule("vips"));
        assert_eq!(rapport_rules::parse(&text).unwrap(), list_rule("vips"));
        assert!(text.contains(r#"events("Added to List").filter(e, e.list == "vips").last()"#), "{text}");
    }
}
