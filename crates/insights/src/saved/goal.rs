//! Goals: a number of a report with a target, a period that comes again, and alerts.

use rapport_domain::{Problem, ResourceKind, kinds as of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{InsightSpec, Shelf, between, insight, most, name, refer, team, zone};
use crate::core::pace::{Direction, Nature, Target};
use crate::core::relative::Span;
use crate::core::robust;
use crate::kinds;

/// The most alerts of a goal.
pub const MAX_ALERTS: usize = 10;
/// The most channels that are told of an alert.
pub const MAX_ROOMS: usize = 10;
/// The most weeks an anomaly is compared with.
pub const MAX_WEEKS: usize = 26;
/// Weeks an anomaly is compared with when nothing is said.
pub const DEFAULT_WEEKS: usize = 8;
/// How far from the target is still on track when nothing is said, percent.
pub const DEFAULT_TOLERANCE: f64 = 5.0;

/// A goal: kind `goal`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Goal")]
pub struct GoalSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the number comes from.
    pub metric: Metric,
    /// What is written after the number: `€`, `%`, `orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the number moves: `total` grows through the period, `level` is a rate or an average.
    pub nature: Nature,
    /// The number to reach, or to keep below.
    pub target: f64,
    /// Which of the two.
    pub direction: Direction,
    /// How often it begins anew.
    pub period: GoalPeriod,
    /// IANA zone of its days; UTC when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How far from the target is still on track, percent of it; 5 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<f64>,
    /// When to tell somebody.
    pub alerts: Vec<AlertRule>,
    /// Members who get a mail when an alert begins, by address.
    pub notify: Vec<String>,
    /// Live channels of the kind `webhook`, `slack` or `teams` that are told as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_to: Vec<String>,
    /// The channel the mail leaves by; the workspace's SMTP channel when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// A number of a report: of a saved insight, or of a request given here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Metric {
    /// A saved insight, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insight: Option<String>,
    /// Or a report, by name, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// … with its request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    pub request: Option<Value>,
    /// The number in the report, a JSON pointer: `/series/0/total`, `/conversion_percent`, `/average_percent/1`.
    pub number: String,
}

/// How often a goal begins anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoalPeriod {
    /// Each day.
    Day,
    /// Each week, from Monday.
    Week,
    /// Each calendar month.
    #[default]
    Month,
    /// Each calendar quarter.
    Quarter,
    /// Each calendar year.
    Year,
}

impl GoalPeriod {
    /// The stretch of the calendar.
    #[must_use]
    pub fn span(self) -> Span {
        match self {
            GoalPeriod::Day => Span::Day,
            GoalPeriod::Week => Span::Week,
            GoalPeriod::Month => Span::Month,
            GoalPeriod::Quarter => Span::Quarter,
            GoalPeriod::Year => Span::Year,
        }
    }
}

/// When to tell somebody. An alert begins when its condition comes to hold and ends when it no longer does; it is told once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// What to call it; the condition in words when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The condition.
    pub when: AlertWhen,
}

/// The condition of an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AlertWhen {
    /// The number of the last whole day is above this.
    Above(f64),
    /// The number of the last whole day is below this.
    Below(f64),
    /// The goal is behind.
    Behind,
    /// The number of the last whole day is out of the ordinary for its weekday.
    Anomaly {
        /// Weeks to compare with, 4 to 26; 8 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weeks: Option<usize>,
        /// Robust standard deviations from the median that are still ordinary, 1 to 20; 3.5 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitivity: Option<f64>,
    },
}

impl AlertWhen {
    /// In words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            AlertWhen::Above(limit) => format!("the day's number is above {limit}"),
            AlertWhen::Below(limit) => format!("the day's number is below {limit}"),
            AlertWhen::Behind => "the goal is behind".to_owned(),
            AlertWhen::Anomaly { .. } => "the day's number is out of the ordinary for its weekday".to_owned(),
        }
    }

    /// Whether it looks at the last whole day.
    #[must_use]
    pub fn of_day(&self) -> bool {
        *self != AlertWhen::Behind
    }
}

impl GoalSpec {
    /// Reads a document that was checked before.
    ///
    /// # Errors
    /// It is not of this shape.
    pub fn read(spec: &Value) -> Result<Self, Problem> {
        kinds::read(spec, "spec")
    }

    /// The target as pace and standing take it.
    #[must_use]
    pub fn aim(&self) -> Target {
        Target {
            value: self.target,
            direction: self.direction,
            nature: self.nature,
            tolerance_percent: self.tolerance_percent.unwrap_or(DEFAULT_TOLERANCE),
        }
    }

    /// The zone of its days.
    #[must_use]
    pub fn zone(&self) -> chrono_tz::Tz {
        self.zone.as_deref().and_then(rapport_domain::time::zone).unwrap_or(chrono_tz::UTC)
    }

    /// The report and request of a metric that is given here; `None` when it is a saved insight's.
    #[must_use]
    pub fn own(&self) -> Option<InsightSpec> {
        let report = self.metric.report.clone()?;
        let request = self.metric.request.clone().unwrap_or_default();
        Some(InsightSpec { name: self.name.clone(), report, request, ..InsightSpec::default() })
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value, shelf: &dyn Shelf) -> Result<Self, Vec<Problem>> {
        let found = Self::read(spec).map_err(|p| vec![p])?;
        let mut problems = Vec::new();
        name(&found.name, &mut problems);
        found.metric.check(shelf, &mut problems);
        if !found.target.is_finite() {
            problems.push(Problem::of("spec.target", of::WRONG_TYPE, &[("expected", &"a number"), ("found", &"none")]));
        }
        between(found.tolerance_percent, (0.0, 50.0), "spec.tolerance_percent", &mut problems);
        zone(found.zone.as_deref(), "spec.zone", &mut problems);
        most(MAX_ALERTS, found.alerts.len(), "spec.alerts", &mut problems);
        for (n, alert) in found.alerts.iter().enumerate() {
            if let AlertWhen::Anomaly { weeks, sensitivity } = &alert.when {
                let at = format!("spec.alerts[{n}].when.anomaly");
                between(*weeks, (robust::ENOUGH, MAX_WEEKS), &format!("{at}.weeks"), &mut problems);
                between(*sensitivity, (1.0, 20.0), &format!("{at}.sensitivity"), &mut problems);
            }
        }
        team(&found.notify, "spec.notify", shelf, &mut problems);
        most(MAX_ROOMS, found.post_to.len(), "spec.post_to", &mut problems);
        for (n, channel) in found.post_to.iter().enumerate() {
            refer(channel, ResourceKind::Channel, &format!("spec.post_to[{n}]"), shelf, &mut problems);
        }
        if let Some(channel) = &found.channel {
            refer(channel, ResourceKind::Channel, "spec.channel", shelf, &mut problems);
        }
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }
}

impl Metric {
    fn check(&self, shelf: &dyn Shelf, problems: &mut Vec<Problem>) {
        match (&self.insight, &self.report) {
            (Some(id), None) if self.request.is_none() => {
                refer(id, ResourceKind::Insight, "spec.metric.insight", shelf, problems);
            }
            (None, Some(report)) => problems.extend(kinds::named(report, "spec.metric.report").err()),
            _ => problems.push(Problem::of(
                "spec.metric",
                of::NOT_EXACTLY_ONE,
                &[("known", &"insight, report with request")],
            )),
        }
        insight::pointer(Some(&self.number), "spec.metric.number", problems);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::faults;
    use super::*;

    #[test]
    fn faults_have_a_place() {
        let good = json!({
            "name": "Revenue", "metric": {"insight": "orders", "number": "/series/0/total"}, "target": 10000, "unit": "€",
            "period": "month", "zone": "Europe/Berlin", "notify": ["Ann@shop.example"], "channel": "email",
            "post_to": ["email"], "alerts": [{"when": "behind"}, {"when": {"above": 5}}, {"when": {"anomaly": {}}}, {"name": "Low", "when": {"below": 1.5}}]
        });
        assert_eq!(faults(ResourceKind::Goal, &good), [""; 0]);
        for (path, value, expected) in [
            ("/metric", json!({"number": "/a"}), "spec.metric: expected exactly one of insight, report with request"),
            ("/metric", json!({"insight": "ordes", "number": "/a"}), "did you mean \"orders\"?"),
            ("/metric", json!({"report": "funel", "request": {}, "number": "/a"}), "did you mean \"funnel\"?"),
            ("/metric", json!({"insight": "orders", "number": "total"}), "spec.metric.number: expected a JSON pointer"),
            (
                "/notify",
                json!(["eve@elsewhere.example"]),
                "spec.notify[0]: \"eve@elsewhere.example\" is not the address of a member",
            ),
            ("/zone", json!("Europe/Berln"), "did you mean \"Europe/Berlin\"?"),
            (
                "/alerts",
                json!([{"when": {"anomaly": {"weeks": 2}}}]),
                "spec.alerts[0].when.anomaly.weeks: expected 4 to 26",
            ),
            ("/alerts", json!([{"when": {"over": 2}}]), "unknown variant `over`"),
            ("/post_to", json!(["emial"]), "spec.post_to[0]: there is no channel \"emial\""),
            ("/channel", json!("mail"), "spec.channel: there is no channel \"mail\""),
        ] {
            let mut spec = good.clone();
            *spec.pointer_mut(path).unwrap() = value;
            let found = faults(ResourceKind::Goal, &spec);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?} {expected}");
        }
    }
}
