//! Scheduled reports: saved insights or a dashboard that members get by mail. The document's kind is `report`; the type is
//! called a mailing, since everything else in this crate that is called a report is one.

use std::fmt::Display;

use chrono::NaiveTime;
use rapport_domain::{Problem, ResourceKind, kinds as of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MAX_NAME, Overlay, Shelf, between, most, name, refer, team, zone};
use crate::core::schedule::{Every, Schedule};
use crate::kinds;

/// The most insights of a mail.
pub const MAX_INSIGHTS: usize = 20;
/// The most recipients.
pub const MAX_RECIPIENTS: usize = 50;

/// A scheduled report: kind `report`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Report")]
pub struct MailingSpec {
    /// What people call it.
    pub name: String,
    /// The subject of the mail; the name and the period when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A dashboard, by id: all its insights and goals. Either this or `insights`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<String>,
    /// Saved insights, by id.
    pub insights: Vec<String>,
    /// The period, zone, segment and filter. Without a period, the whole day, week or month before the mail is due.
    pub overlay: Overlay,
    /// When it is sent.
    pub schedule: ScheduleSpec,
    /// Members, by address.
    pub recipients: Vec<String>,
    /// Without the tables as CSV files.
    pub without_csv: bool,
    /// The channel it leaves by; the workspace's SMTP channel when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Not sent by itself; only when asked for.
    pub paused: bool,
}

/// When a report is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleSpec {
    /// How often.
    pub every: Often,
    /// The time of the day: `08:00`, which it also is when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Of a week, the day: 1 (Monday, also when absent) to 7.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 7))]
    pub weekday: Option<u32>,
    /// Of a month, the day: 1 (also when absent) to 31; months without it take their last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 31))]
    pub day: Option<u32>,
    /// IANA zone of the time; UTC when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// How often a report is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Often {
    /// Each day.
    Day,
    /// Each week.
    #[default]
    Week,
    /// Each month.
    Month,
}

impl ScheduleSpec {
    /// The schedule, if it is one.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        let every = match self.every {
            Often::Day => Every::Day,
            Often::Week => Every::Week(self.weekday.unwrap_or(1)),
            Often::Month => Every::Month(self.day.unwrap_or(1)),
        };
        let at = NaiveTime::parse_from_str(self.at.as_deref().unwrap_or("08:00"), "%H:%M").ok()?;
        let zone = rapport_domain::time::zone(self.zone.as_deref().unwrap_or("UTC"))?;
        Some(Schedule { every, at, zone })
    }

    fn check(&self, problems: &mut Vec<Problem>) {
        let rhythm = |at: &str, rhythm: &str| Problem::of(at, of::OTHER_RHYTHM, &[("rhythm", &rhythm)]);
        between(self.weekday, (1, 7), "spec.schedule.weekday", problems);
        if self.weekday.is_some() && self.every != Often::Week {
            problems.push(rhythm("spec.schedule.weekday", "weekly"));
        }
        between(self.day, (1, 31), "spec.schedule.day", problems);
        if self.day.is_some() && self.every != Often::Month {
            problems.push(rhythm("spec.schedule.day", "monthly"));
        }
        if self.at.as_deref().is_some_and(|at| NaiveTime::parse_from_str(at, "%H:%M").is_err()) {
            problems.push(Problem::of("spec.schedule.at", of::NOT_A_TIME, &[]));
        }
        zone(self.zone.as_deref(), "spec.schedule.zone", problems);
    }
}

impl MailingSpec {
    /// Reads a document that was checked before.
    ///
    /// # Errors
    /// It is not of this shape.
    pub fn read(spec: &Value) -> Result<Self, Problem> {
        kinds::read(spec, "spec")
    }

    /// The period, zone, segment and filter of the mail: as it says, else the whole day, week or month before.
    #[must_use]
    pub fn laid(&self) -> Overlay {
        let before = match self.schedule.every {
            Often::Day => "yesterday",
            Often::Week => "last week",
            Often::Month => "last month",
        };
        let period = Some(before.to_owned());
        let usual =
            Overlay { from: period.clone(), to: period, zone: self.schedule.zone.clone(), ..Overlay::default() };
        self.overlay.over(&usual)
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value, shelf: &dyn Shelf) -> Result<Self, Vec<Problem>> {
        let found = Self::read(spec).map_err(|p| vec![p])?;
        let mut problems = Vec::new();
        name(&found.name, &mut problems);
        let subject = found.subject.as_deref().unwrap_or_default();
        if subject.len() > MAX_NAME {
            let values: [(&str, &dyn Display); 2] = [("max", &MAX_NAME), ("found", &subject.len())];
            problems.push(Problem::of("spec.subject", of::TOO_LONG, &values));
        }
        if subject.chars().any(char::is_control) {
            problems.push(Problem::of("spec.subject", of::NOT_ONE_LINE, &[]));
        }
        match (&found.dashboard, found.insights.len()) {
            (Some(id), 0) => refer(id, ResourceKind::Dashboard, "spec.dashboard", shelf, &mut problems),
            (None, n @ 1..) => {
                most(MAX_INSIGHTS, n, "spec.insights", &mut problems);
                for (n, id) in found.insights.iter().enumerate() {
                    refer(id, ResourceKind::Insight, &format!("spec.insights[{n}]"), shelf, &mut problems);
                }
            }
            _ => problems.push(Problem::of("spec", of::NOT_EXACTLY_ONE, &[("known", &"dashboard, insights")])),
        }
        found.overlay.check("spec.overlay", shelf, &mut problems);
        found.schedule.check(&mut problems);
        if found.recipients.is_empty() {
            problems.push(Problem::of("spec.recipients", of::EMPTY, &[]));
        }
        most(MAX_RECIPIENTS, found.recipients.len(), "spec.recipients", &mut problems);
        team(&found.recipients, "spec.recipients", shelf, &mut problems);
        if let Some(channel) = &found.channel {
            refer(channel, ResourceKind::Channel, "spec.channel", shelf, &mut problems);
        }
        if problems.is_empty() { Ok(found) } else { Err(problems) }
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
            "name": "Weekly", "insights": ["orders"], "recipients": ["ann@shop.example"],
            "schedule": {"every": "week", "at": "07:30", "weekday": 1, "zone": "Europe/Berlin"}
        });
        assert_eq!(faults(ResourceKind::Report, &good), [""; 0]);
        for (path, value, expected) in [
            ("/insights", json!([]), "spec: expected exactly one of dashboard, insights"),
            ("/insights", json!(["order"]), "spec.insights[0]: there is no insight \"order\""),
            ("/recipients", json!([]), "spec.recipients: must not be empty"),
            (
                "/recipients",
                json!(["customer@example.org"]),
                "spec.recipients[0]: \"customer@example.org\" is not the address",
            ),
            ("/schedule/at", json!("25:00"), "spec.schedule.at: expected a time of the day"),
            ("/schedule/weekday", json!(8), "spec.schedule.weekday: expected 1"),
            ("/schedule/every", json!("month"), "spec.schedule.weekday: only of a weekly report"),
            ("/schedule/zone", json!("Berlin"), "spec.schedule.zone: unknown time zone"),
        ] {
            let mut spec = good.clone();
            *spec.pointer_mut(path).unwrap() = value;
            let found = faults(ResourceKind::Report, &spec);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?} {expected}");
        }
    }

    #[test]
    fn a_mail_is_about_what_is_over() {
        let spec = |v: Value| MailingSpec::read(&v).unwrap().laid();
        let weekly =
            spec(json!({"schedule": {"every": "week", "zone": "Europe/Berlin"}, "overlay": {"segment": "vip"}}));
        assert_eq!((weekly.from.as_deref(), weekly.to.as_deref()), (Some("last week"), Some("last week")));
        assert_eq!((weekly.zone.as_deref(), weekly.segment.as_deref()), (Some("Europe/Berlin"), Some("vip")));
        let own = spec(json!({"schedule": {"every": "day"}, "overlay": {"from": "-30d", "zone": "Asia/Tokyo"}}));
        assert_eq!((own.from.as_deref(), own.to, own.zone.as_deref()), (Some("-30d"), None, Some("Asia/Tokyo")));
    }
}
