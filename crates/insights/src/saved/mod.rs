//! What a team saves: insights, dashboards, goals, scheduled reports and annotations. Each is a document of its kind with a
//! JSON Schema; here are their shapes and what is checked when one is written. What they come to is computed when it is
//! asked for, by [`crate::kinds`].

pub mod annotation;
pub mod dashboard;
pub mod goal;
pub mod insight;
pub mod mailing;
pub mod results;

use std::fmt::Display;

use rapport_domain::{Problem, ResourceKind, kinds};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ask::nearest;

pub use annotation::AnnotationSpec;
pub use dashboard::{DashboardItem, DashboardSpec};
pub use goal::{AlertRule, AlertWhen, GoalSpec};
pub use insight::{Chart, InsightSpec};
pub use mailing::{MailingSpec, ScheduleSpec};

/// The longest name, bytes.
pub(crate) const MAX_NAME: usize = 200;
/// The longest description, bytes.
pub(crate) const MAX_TEXT: usize = 4_000;

/// What else a workspace has, for what documents refer to.
pub trait Shelf {
    /// The ids of the documents of a kind that are not archived.
    fn ids(&self, kind: ResourceKind) -> Vec<String>;
    /// The addresses of members who may sign in.
    fn members(&self) -> Vec<String>;
}

/// Where and of whom: what is laid over the requests of saved insights. What is absent stays as the insight has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Overlay {
    /// Beginning of the period: a date, a day named from today (`-7d`, `last month`), or a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// IANA zone of the days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Only profiles that are in this segment now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Only events for which this holds, besides the insight's own conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

impl Overlay {
    /// Of each member this one's, or else that of `below`.
    #[must_use]
    pub fn over(&self, below: &Overlay) -> Overlay {
        let pick = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
        let has_period = self.from.is_some() || self.to.is_some();
        let period = |a: &Option<String>, b: &Option<String>| if has_period { a.clone() } else { b.clone() };
        Overlay {
            from: period(&self.from, &below.from),
            to: period(&self.to, &below.to),
            zone: pick(&self.zone, &below.zone),
            segment: pick(&self.segment, &below.segment),
            filter: pick(&self.filter, &below.filter),
        }
    }

    /// The request with this laid over it. A period replaces the request's whole period; a filter joins the request's.
    #[must_use]
    pub fn apply(&self, request: &Value) -> Value {
        let mut request = request.as_object().cloned().unwrap_or_default();
        if self.from.is_some() || self.to.is_some() {
            put(&mut request, "from", self.from.as_deref());
            put(&mut request, "to", self.to.as_deref());
        }
        for (name, value) in [("zone", &self.zone), ("segment", &self.segment)] {
            if value.is_some() {
                put(&mut request, name, value.as_deref());
            }
        }
        if let Some(filter) = self.filter.as_deref().filter(|f| !f.trim().is_empty()) {
            let own = request.get("filter").and_then(Value::as_str).filter(|f| !f.trim().is_empty());
            let joined = own.map_or_else(|| filter.to_owned(), |own| format!("({own}) && ({filter})"));
            put(&mut request, "filter", Some(&joined));
        }
        Value::Object(request)
    }

    pub(crate) fn check(&self, at: &str, shelf: &dyn Shelf, problems: &mut Vec<Problem>) {
        let mut found = Vec::new();
        let scope = crate::request::Scope {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            zone: self.zone.as_deref(),
            ..Default::default()
        };
        let now = rapport_domain::Timestamp(1_767_225_600_000);
        crate::period::Period::read(scope, crate::Unit::Day, now, &mut found);
        // Whether the end lies before the beginning can depend on the day it is asked; only forms are checked here.
        found.retain(|p| !p.message.starts_with("must be after"));
        problems.extend(found.into_iter().map(|p| Problem { at: join(at, &p.at), ..p }));
        if let Some(segment) = &self.segment {
            refer(segment, ResourceKind::Segment, &join(at, "segment"), shelf, problems);
        }
        if let Some(filter) = self.filter.as_deref().filter(|f| !f.trim().is_empty())
            && let Err(faults) = rapport_rules::parse_predicate(filter)
        {
            let place = join(at, "filter");
            problems.extend(faults.into_iter().map(|p| Problem { at: format!("{place} {}", p.at), ..p }));
        }
    }
}

fn put(request: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    match value {
        Some(value) => drop(request.insert(name.to_owned(), value.into())),
        None => drop(request.remove(name)),
    }
}

pub(crate) fn join(at: &str, member: &str) -> String {
    if member.is_empty() { at.to_owned() } else { format!("{at}.{member}") }
}

/// Checks a document of one of these kinds; `None` when the kind is not of this crate. What an insight asks for is
/// checked apart, since it needs the events ([`crate::kinds::Kind::check`]).
#[must_use]
pub fn check(kind: ResourceKind, spec: &Value, shelf: &dyn Shelf) -> Option<Result<(), Vec<Problem>>> {
    Some(match kind {
        ResourceKind::Insight => InsightSpec::validate(spec).map(drop),
        ResourceKind::Dashboard => DashboardSpec::validate(spec, shelf).map(drop),
        ResourceKind::Goal => GoalSpec::validate(spec, shelf).map(drop),
        ResourceKind::Report => MailingSpec::validate(spec, shelf).map(drop),
        ResourceKind::Annotation => AnnotationSpec::validate(spec).map(drop),
        _ => return None,
    })
}

/// The JSON Schema of one of these kinds.
#[must_use]
pub fn schema(kind: ResourceKind) -> Option<Value> {
    Some(match kind {
        ResourceKind::Insight => insight::schema(),
        ResourceKind::Dashboard => schema_of::<DashboardSpec>(),
        ResourceKind::Goal => schema_of::<GoalSpec>(),
        ResourceKind::Report => schema_of::<MailingSpec>(),
        ResourceKind::Annotation => schema_of::<AnnotationSpec>(),
        _ => return None,
    })
}

fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

/// Notes a name that is missing or too long.
pub(crate) fn name(name: &str, problems: &mut Vec<Problem>) {
    if name.trim().is_empty() {
        problems.push(Problem::of("spec.name", kinds::EMPTY, &[]));
    } else if name.len() > MAX_NAME {
        problems.push(Problem::of("spec.name", kinds::TOO_LONG, &[("max", &MAX_NAME), ("found", &name.len())]));
    }
}

/// Notes a list that is too long.
pub(crate) fn most(max: usize, found: usize, at: &str, problems: &mut Vec<Problem>) {
    if found > max {
        problems.push(Problem::of(at, kinds::TOO_MANY, &[("max", &max), ("found", &found)]));
    }
}

/// Notes a time zone that nobody knows.
pub(crate) fn zone(zone: Option<&str>, at: &str, problems: &mut Vec<Problem>) {
    let Some(zone) = zone.filter(|zone| rapport_domain::time::zone(zone).is_none()) else { return };
    let like = nearest(zone, chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()), 0.6);
    problems.push(Problem::of(at, kinds::UNKNOWN_ZONE, &[("zone", &zone)]).with_suggestion(like));
}

/// Notes a number that is not between two others.
pub(crate) fn between<N: Display + PartialOrd>(
    value: Option<N>,
    (from, to): (N, N),
    at: &str,
    problems: &mut Vec<Problem>,
) {
    if value.is_some_and(|n| n < from || n > to) {
        problems.push(Problem::of(at, kinds::NOT_BETWEEN, &[("from", &from), ("to", &to)]));
    }
}

/// Notes a reference to a document that is not there.
pub(crate) fn refer(id: &str, kind: ResourceKind, at: &str, shelf: &dyn Shelf, problems: &mut Vec<Problem>) {
    let ids = shelf.ids(kind);
    if !ids.iter().any(|known| known == id) {
        let like = nearest(id, ids.iter().map(String::as_str), 0.6);
        let values: [(&str, &dyn Display); 2] = [("kind", &kind.as_str()), ("id", &id)];
        problems.push(Problem::of(at, kinds::UNKNOWN_DOCUMENT, &values).with_suggestion(like));
    }
}

/// Notes addresses that are no member's: what a team reads is not for others, and never for customers.
pub(crate) fn team(addresses: &[String], at: &str, shelf: &dyn Shelf, problems: &mut Vec<Problem>) {
    let members = shelf.members();
    for (n, address) in addresses.iter().enumerate() {
        if !members.iter().any(|m| m.eq_ignore_ascii_case(address.trim())) {
            let like = nearest(address, members.iter().map(String::as_str), 0.8);
            let problem = Problem::of(format!("{at}[{n}]"), kinds::NOT_A_MEMBER, &[("address", &address)]);
            problems.push(problem.with_suggestion(like));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A workspace with a few documents.
    pub(crate) struct Fixed;

    impl Shelf for Fixed {
        fn ids(&self, kind: ResourceKind) -> Vec<String> {
            let ids: &[&str] = match kind {
                ResourceKind::Insight => &["orders", "signups"],
                ResourceKind::Dashboard => &["shop"],
                ResourceKind::Goal => &["revenue"],
                ResourceKind::Segment => &["vip"],
                ResourceKind::Channel => &["email"],
                _ => &[],
            };
            ids.iter().map(ToString::to_string).collect()
        }

        fn members(&self) -> Vec<String> {
            vec!["ann@shop.example".into(), "bo@shop.example".into()]
        }
    }

    /// The faults of a document, as texts.
    pub(crate) fn faults(kind: ResourceKind, spec: &Value) -> Vec<String> {
        let found = check(kind, spec, &Fixed).expect("a kind of this crate").err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn overlays() {
        let request =
            json!({"steps": [], "from": "2026-01-01", "to": "2026-02-01", "filter": "e.a == 1", "segment": "vip"});
        let overlay = |v: Value| serde_json::from_value::<Overlay>(v).unwrap();
        assert_eq!(overlay(json!({})).apply(&request), request);
        let laid = overlay(json!({"from": "-7d", "zone": "Europe/Berlin", "filter": "e.b > 2"})).apply(&request);
        let expected = json!({"steps": [], "from": "-7d", "zone": "Europe/Berlin", "segment": "vip",
            "filter": "(e.a == 1) && (e.b > 2)"});
        assert_eq!(laid, expected, "the end belongs to the former period");
        let dashboard = overlay(json!({"from": "last month", "to": "last month", "segment": "vip"}));
        let asked = overlay(json!({"from": "-3d"})).over(&dashboard);
        assert_eq!(asked, overlay(json!({"from": "-3d", "segment": "vip"})));
    }

    #[test]
    fn every_kind_has_a_schema() {
        for kind in [
            ResourceKind::Insight,
            ResourceKind::Dashboard,
            ResourceKind::Goal,
            ResourceKind::Report,
            ResourceKind::Annotation,
        ] {
            let schema = schema(kind).unwrap();
            assert_eq!(schema["type"], "object", "{}: {schema}", kind.as_str());
            assert!(schema["properties"].as_object().is_some_and(|p| p.len() > 1), "{schema}");
            assert_eq!(schema["additionalProperties"], false, "{}", kind.as_str());
        }
        assert!(schema(ResourceKind::Segment).is_none());
    }
}
