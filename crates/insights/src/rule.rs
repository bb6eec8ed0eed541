//! The rule that holds exactly the profiles of a number, so that they can be saved as a segment.

use rapport_domain::Timestamp;

use crate::breakdown::{NONE, OTHER};
use crate::request::Scope;
use crate::select::Selection;

/// A rule in the making: conditions that must all hold.
#[derive(Debug, Default)]
pub(crate) struct RuleText {
    all: Vec<String>,
    impossible: bool,
}

/// Events in a rule: `events("A").between(…).filter(e, …)`.
pub(crate) fn query(selection: &Selection, from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let name = selection.event.as_deref().map(quoted).unwrap_or_default();
    let at = |ts: Timestamp| quoted(&ts.to_rfc3339());
    let window = match (from, until) {
        (Some(from), Some(until)) => format!(".between({}, {})", at(from), at(until)),
        (Some(from), None) => format!(".after({})", at(from)),
        (None, Some(until)) => format!(".before({})", at(until)),
        (None, None) => String::new(),
    };
    let filter = selection.filter.as_deref().map(str::trim).filter(|f| !f.is_empty());
    let filter = filter.map(|f| format!(".filter(e, {f})")).unwrap_or_default();
    format!("events({name}){window}{filter}")
}

/// The condition that an event's or a profile's value of a breakdown is this: on events, on the profile. `None` when
/// the language cannot say it.
pub(crate) fn value_is(breakdown: &str, value: &str) -> Option<(Option<String>, Option<String>)> {
    let (kind, path) = breakdown.split_once('.').unwrap_or(("", breakdown));
    if kind == "segments" {
        let not = if value == path { "" } else { "!" };
        return Some((None, Some(format!("{not}in_segment({})", quoted(path)))));
    }
    let is_name = breakdown.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    if value == OTHER || !is_name {
        return None;
    }
    let field = if kind == "traits" { breakdown.to_owned() } else { format!("e.{breakdown}") };
    let condition = if value == NONE { format!("!has({field})") } else { format!("{field} == {}", quoted(value)) };
    Some(if kind == "traits" { (None, Some(condition)) } else { (Some(condition), None) })
}

impl RuleText {
    /// …and this.
    pub(crate) fn and(mut self, condition: impl Into<String>) -> Self {
        self.all.push(condition.into());
        self
    }

    /// …and at least one such event whose value of a breakdown is this.
    pub(crate) fn event_with(mut self, query: &str, breakdown: Option<(&str, &str)>) -> Self {
        match breakdown.map(|(breakdown, value)| value_is(breakdown, value)) {
            None => self.and(format!("{query}.exists()")),
            Some(None) => {
                self.impossible = true;
                self
            }
            Some(Some((event, profile))) => {
                let filter = event.map(|c| format!(".filter(e, {c})")).unwrap_or_default();
                self.all.extend(profile);
                self.and(format!("{query}{filter}.exists()"))
            }
        }
    }

    /// The rule, if there is one and it can be read.
    pub(crate) fn finish(mut self, scope: Scope<'_>) -> Option<String> {
        self.all.extend(scope.segment.map(|s| format!("in_segment({})", quoted(s))));
        let rule = rapport_rules::parse(&self.all.join(" && ")).ok()?;
        let sampled = scope.sample_percent.is_some() || scope.filter.is_some_and(|f| !f.trim().is_empty());
        (!self.impossible && !sampled).then(|| rapport_rules::print(&rule))
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
