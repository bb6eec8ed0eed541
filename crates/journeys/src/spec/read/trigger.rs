//! Reading what starts a journey.

use std::str::FromStr;

use chrono::NaiveDateTime;
use rapport_domain::{Problem, kinds};
use serde_json::Value;

use super::{Object, Reader, nearest};
use crate::spec::{
    Audience, DateTrigger, EventTrigger, MAX_RULE_CHARS, MAX_TEXT_CHARS, Occurrence, ScheduleTrigger, SegmentTrigger,
    Trigger, ZoneChoice,
};

/// The kinds of triggers.
pub(super) const KINDS: [&str; 7] = ["event", "segment", "date", "schedule", "api", "journey", "manual"];
/// Days a date may be away.
pub(super) const MAX_OFFSET_DAYS: i64 = 731;
/// Without a time of day, 09:00.
pub(super) const DEFAULT_MINUTE: u16 = 9 * 60;

impl Reader {
    pub(super) fn trigger(&mut self, value: &Value) -> Option<Trigger> {
        let map = self.object("spec.trigger", value, &KINDS)?;
        let named: Vec<&str> = KINDS.into_iter().filter(|k| map.contains_key(*k)).collect();
        let [kind] = named[..] else {
            self.fault("spec.trigger", kinds::NOT_EXACTLY_ONE, &[("known", &KINDS.join(", "))]);
            return None;
        };
        let (at, inner) = (format!("spec.trigger.{kind}"), map.get(kind)?);
        match kind {
            "event" => {
                let inner = self.object(&at, inner, &["name", "where", "key", "within"])?;
                let within = inner.get("within").and_then(|value| self.duration(&format!("{at}.within"), value));
                Some(Trigger::Event(EventTrigger {
                    name: self.needed(&at, inner, "name")?,
                    filter: self.text(&at, inner, "where", MAX_RULE_CHARS),
                    key: self.text(&at, inner, "key", MAX_TEXT_CHARS),
                    within_ms: within,
                }))
            }
            "segment" => self.segment(&at, inner),
            "date" => self.date_trigger(&at, inner),
            "schedule" => self.schedule(&at, inner).map(Trigger::Schedule),
            "api" => {
                let inner = self.object(&at, inner, &["key"])?;
                Some(Trigger::Api { key: self.text(&at, inner, "key", MAX_TEXT_CHARS) })
            }
            other => {
                self.object(&at, inner, &[])?;
                Some(if other == "journey" { Trigger::Journey } else { Trigger::Manual })
            }
        }
    }

    fn segment(&mut self, at: &str, value: &Value) -> Option<Trigger> {
        let inner = self.object(at, value, &["id", "on"])?;
        let id = self.slug(at, inner, "id");
        let on = self.needed(at, inner, "on")?;
        if on != "entered" && on != "exited" {
            let problem = Problem::new("spec.trigger.segment.on", "expected entered or exited");
            self.problems.push(problem.with_suggestion(nearest(&on, ["entered", "exited"])));
        }
        Some(Trigger::Segment(SegmentTrigger { id: id?, entered: on == "entered" }))
    }

    fn date_trigger(&mut self, at: &str, value: &Value) -> Option<Trigger> {
        let inner = self.object(at, value, &["trait", "before", "after", "at", "repeat"])?;
        let path = self.needed(at, inner, "trait");
        let offset_days = self.offset(at, inner);
        let minute = inner.get("at").map_or(Some(DEFAULT_MINUTE), |v| self.clock(&format!("{at}.at"), v));
        let repeat = match inner.contains_key("repeat") {
            true => self.one_of(at, inner, "repeat", &["never", "yearly"])?,
            false => "never".to_owned(),
        };
        Some(Trigger::Date(DateTrigger {
            path: path?,
            offset_days: offset_days?,
            minute: minute?,
            yearly: repeat == "yearly",
        }))
    }

    /// `before: 7d` or `after: 3d`, in whole days; 0 without.
    pub(super) fn offset(&mut self, at: &str, map: &Object) -> Option<i32> {
        let (name, sign) = match (map.get("before"), map.get("after")) {
            (None, None) => return Some(0),
            (Some(_), Some(_)) => {
                self.report(at, "expected before or after, not both");
                return None;
            }
            (Some(_), None) => ("before", -1),
            (None, Some(_)) => ("after", 1),
        };
        let value = map.get(name)?;
        let ms = value.as_str().and_then(rapport_domain::time::parse_duration_ms);
        let days = ms.filter(|ms| ms % rapport_domain::time::DAY_MS == 0).map(|ms| ms / rapport_domain::time::DAY_MS);
        match days {
            Some(days) if days <= MAX_OFFSET_DAYS => Some(days as i32 * sign),
            _ => {
                let expected = format!("expected whole days such as 7d, {MAX_OFFSET_DAYS}d at most, found {value}");
                self.report(&format!("{at}.{name}"), expected);
                None
            }
        }
    }

    fn schedule(&mut self, at: &str, value: &Value) -> Option<ScheduleTrigger> {
        let inner = self.object(at, value, &["at", "cron", "rrule", "start", "zone", "audience"])?;
        let when = self.occurrence(at, inner);
        let zone = self.zone(at, inner);
        let audience = match inner.get("audience") {
            Some(value) => self.audience(&format!("{at}.audience"), value),
            None => {
                self.report(&format!("{at}.audience"), "is missing; expected {rule} or {segment}");
                None
            }
        };
        Some(ScheduleTrigger { at: when?, zone: zone?, audience: audience? })
    }

    pub(crate) fn occurrence(&mut self, at: &str, map: &Object) -> Option<Occurrence> {
        let named: Vec<&str> = ["at", "cron", "rrule"].into_iter().filter(|k| map.contains_key(*k)).collect();
        let [kind] = named[..] else {
            self.fault(at, kinds::NOT_EXACTLY_ONE, &[("known", &"at, cron, rrule")]);
            return None;
        };
        if kind != "rrule" && map.contains_key("start") {
            self.report(&format!("{at}.start"), "belongs to rrule");
        }
        match kind {
            "at" => self.local_time(at, map, "at").map(Occurrence::Once),
            "cron" => {
                let pattern = self.text(at, map, "cron", MAX_TEXT_CHARS)?;
                match croner::Cron::from_str(&pattern) {
                    Ok(_) if pattern.split_whitespace().count() == 5 => Some(Occurrence::Cron(pattern)),
                    Ok(_) => {
                        self.report(&format!("{at}.cron"), "expected five fields: minute hour day month weekday");
                        None
                    }
                    Err(error) => {
                        self.report(&format!("{at}.cron"), format!("is not a cron pattern: {error}"));
                        None
                    }
                }
            }
            _ => {
                let rule = self.text(at, map, "rrule", MAX_TEXT_CHARS);
                if !map.contains_key("start") {
                    self.report(&format!("{at}.start"), "is missing: a recurrence counts from its first local time");
                }
                let start = self.local_time(at, map, "start");
                let (rule, start) = (rule?, start?);
                if let Err(error) = crate::core::calendar::rrule(&rule, start) {
                    self.report(&format!("{at}.rrule"), format!("is not an RFC 5545 recurrence: {error}"));
                    return None;
                }
                Some(Occurrence::Rrule { rule, start })
            }
        }
    }

    fn local_time(&mut self, at: &str, map: &Object, name: &str) -> Option<NaiveDateTime> {
        let value = map.get(name)?;
        let read = value.as_str().and_then(|text| {
            let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
            formats.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok())
        });
        if read.is_none() {
            let expected = "expected a local time such as 2026-12-01T09:00 (its zone is a member of its own)";
            self.report(&format!("{at}.{name}"), format!("{expected}, found {value}"));
        }
        read
    }

    pub(crate) fn zone(&mut self, at: &str, map: &Object) -> Option<ZoneChoice> {
        if !map.contains_key("zone") {
            return Some(ZoneChoice::Workspace);
        }
        match self.text(at, map, "zone", MAX_TEXT_CHARS)?.as_str() {
            "workspace" => Some(ZoneChoice::Workspace),
            "profile" => Some(ZoneChoice::Profile),
            name => match rapport_domain::time::zone(name) {
                Some(zone) => Some(ZoneChoice::Named(zone)),
                None => {
                    let expected = "expected workspace, profile or an IANA zone such as Europe/Berlin";
                    self.report(&format!("{at}.zone"), format!("{expected}, found {name:?}"));
                    None
                }
            },
        }
    }

    pub(crate) fn audience(&mut self, at: &str, value: &Value) -> Option<Audience> {
        let inner = self.object(at, value, &["rule", "segment"])?;
        match (inner.get("rule"), inner.get("segment")) {
            (Some(_), None) => self.text(at, inner, "rule", MAX_RULE_CHARS).map(Audience::Rule),
            (None, Some(_)) => self.slug(at, inner, "segment").map(Audience::Segment),
            _ => {
                self.fault(at, kinds::NOT_EXACTLY_ONE, &[("known", &"rule, segment")]);
                None
            }
        }
    }
}
