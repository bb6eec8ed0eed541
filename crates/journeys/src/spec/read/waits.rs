//! Reading waits and digests.

use rapport_domain::window::{DAY_MINUTES, SendWindow, WEEKDAYS};
use serde_json::Value;

use super::trigger::DEFAULT_MINUTE;
use super::{Object, Reader, nearest};
use crate::spec::{DateOf, Digest, EventWait, MAX_RULE_CHARS, MAX_TEXT_CHARS, TimeWait, Wait, WhenWait};

/// Events a digest keeps when it does not say.
const DEFAULT_KEEP: usize = 20;
/// Events a digest may keep.
const MAX_KEEP: i64 = 100;
/// How far ahead the best hour may lie.
const MAX_AHEAD_MS: i64 = 7 * rapport_domain::time::DAY_MS;

impl Reader {
    pub(super) fn wait(&mut self, at: &str, value: &Value) -> Option<Wait> {
        if !value.is_object() {
            let for_ms = self.duration(at, value)?;
            return Some(Wait::Time(TimeWait { for_ms, until_minute: None, weekdays: 0 }));
        }
        let map = self.object(at, value, &["for", "until", "weekdays", "best_hour", "date", "event", "when"])?;
        let named: Vec<&str> =
            ["best_hour", "date", "event", "when"].into_iter().filter(|k| map.contains_key(*k)).collect();
        match named[..] {
            [] => self.time_wait(at, map).map(Wait::Time),
            ["best_hour"] => {
                self.alone(at, map, "best_hour", &[]);
                let within_ms = self.best_hour(&format!("{at}.best_hour"), map.get("best_hour")?)?;
                Some(Wait::BestHour { within_ms })
            }
            ["date"] => {
                self.alone(at, map, "date", &[]);
                self.date_of(&format!("{at}.date"), map.get("date")?).map(Wait::Date)
            }
            ["event"] => {
                self.alone(at, map, "event", &["for"]);
                self.event_wait(at, map).map(Wait::Event)
            }
            ["when"] => {
                self.alone(at, map, "when", &["for"]);
                let rule = self.text(at, map, "when", MAX_RULE_CHARS);
                let timeout_ms = self.timeout(at, map, "the rule");
                Some(Wait::When(WhenWait { rule: rule?, timeout_ms: timeout_ms? }))
            }
            _ => {
                self.report(at, "expected one of for/until, best_hour, date, event, when");
                None
            }
        }
    }

    /// How far ahead a best hour may lie, in milliseconds.
    pub(crate) fn best_hour(&mut self, at: &str, value: &Value) -> Option<i64> {
        let ms = self.duration(at, value)?;
        if !(rapport_domain::time::HOUR_MS..=MAX_AHEAD_MS).contains(&ms) {
            self.report(at, "expected how far ahead to look, from 1h to 7d");
            return None;
        }
        Some(ms)
    }

    fn alone(&mut self, at: &str, map: &Object, name: &str, beside: &[&str]) {
        for other in map.keys().filter(|k| *k != name && !beside.contains(&k.as_str())) {
            self.report(&format!("{at}.{other}"), format!("does not go with {name}"));
        }
    }

    /// `for`, `until` and `weekdays`, at least one of them.
    fn time_wait(&mut self, at: &str, map: &Object) -> Option<TimeWait> {
        let known = ["for", "until", "weekdays"];
        if !known.iter().any(|k| map.contains_key(*k)) {
            self.report(at, "expected for, until or both");
            return None;
        }
        let for_ms = match map.get("for") {
            Some(value) => self.duration(&format!("{at}.for"), value)?,
            None => 0,
        };
        let until_minute = match map.get("until") {
            Some(value) => Some(self.clock(&format!("{at}.until"), value)?),
            None => None,
        };
        let weekdays = match map.get("weekdays") {
            Some(value) => self.weekdays(&format!("{at}.weekdays"), value)?,
            None => 0,
        };
        Some(TimeWait { for_ms, until_minute, weekdays })
    }

    /// The hours of the week in which a message may leave: `from` and `to`, `weekdays`, or both.
    pub(crate) fn window(&mut self, at: &str, value: &Value) -> Option<SendWindow> {
        let map = self.object(at, value, &["from", "to", "weekdays", "zone"])?;
        let (from, to) = match (map.get("from"), map.get("to")) {
            (None, None) if map.contains_key("weekdays") => (0, DAY_MINUTES),
            (Some(from), Some(to)) => {
                let (from, to) = (self.clock(&format!("{at}.from"), from), self.clock(&format!("{at}.to"), to));
                (from?, to?)
            }
            _ => {
                self.report(at, "expected from and to, weekdays, or both");
                return None;
            }
        };
        if from == to {
            self.report(&format!("{at}.to"), "must differ from `from`");
            return None;
        }
        let weekdays = match map.get("weekdays") {
            Some(value) => self.weekdays(&format!("{at}.weekdays"), value)?,
            None => 0,
        };
        let zone = match self.text(at, map, "zone", MAX_TEXT_CHARS).as_deref() {
            None | Some("profile") => None,
            Some(name) => match rapport_domain::time::zone(name) {
                Some(zone) => Some(zone),
                None => {
                    let expected = "expected profile or an IANA zone such as Europe/Berlin";
                    self.report(&format!("{at}.zone"), format!("{expected}, found {name:?}"));
                    return None;
                }
            },
        };
        Some(SendWindow { from, to, weekdays, zone })
    }

    fn weekdays(&mut self, at: &str, value: &Value) -> Option<u8> {
        let items = value.as_array().filter(|items| (1..=7).contains(&items.len()));
        let Some(items) = items else {
            self.report(at, format!("expected a list of {}", WEEKDAYS.join(", ")));
            return None;
        };
        let mut days = 0u8;
        for item in items {
            let text = item.as_str().unwrap_or_default().to_lowercase();
            match WEEKDAYS.iter().position(|d| *d == text) {
                Some(day) => days |= 1 << day,
                None => {
                    let problem =
                        rapport_domain::Problem::new(at, format!("expected {}, found {item}", WEEKDAYS.join(", ")));
                    self.problems.push(problem.with_suggestion(nearest(&text, WEEKDAYS)));
                    return None;
                }
            }
        }
        Some(days)
    }

    pub(super) fn clock(&mut self, at: &str, value: &Value) -> Option<u16> {
        let minute = value.as_str().and_then(|text| {
            let (hours, minutes) = text.split_once(':')?;
            let two = |s: &str| (s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u16>().ok());
            let (hours, minutes) = (two(hours)??, two(minutes)??);
            (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
        });
        if minute.is_none() {
            self.report(at, format!("expected a time of day such as 09:00, found {value}"));
        }
        minute
    }

    fn date_of(&mut self, at: &str, value: &Value) -> Option<DateOf> {
        let map = self.object(at, value, &["trait", "before", "after", "at"])?;
        let path = self.needed(at, map, "trait");
        let offset_days = self.offset(at, map);
        let minute = map.get("at").map_or(Some(DEFAULT_MINUTE), |v| self.clock(&format!("{at}.at"), v));
        Some(DateOf { path: path?, offset_days: offset_days?, minute: minute? })
    }

    fn timeout(&mut self, at: &str, map: &Object, what: &str) -> Option<i64> {
        if !map.contains_key("for") {
            self.report(&format!("{at}.for"), format!("is missing: how long to wait for {what}"));
        }
        self.duration(&format!("{at}.for"), map.get("for")?)
    }

    fn event_wait(&mut self, at: &str, map: &Object) -> Option<EventWait> {
        let timeout_ms = self.timeout(at, map, "the event");
        let at = format!("{at}.event");
        let inner = self.object(&at, map.get("event")?, &["name", "where", "same"])?;
        let name = self.needed(&at, inner, "name");
        let filter = self.text(&at, inner, "where", MAX_RULE_CHARS);
        let same = self.text(&at, inner, "same", MAX_TEXT_CHARS);
        Some(EventWait { name: name?, filter, same, timeout_ms: timeout_ms? })
    }

    pub(super) fn digest(&mut self, at: &str, value: &Value) -> Option<Digest> {
        let map = self.object(at, value, &["event", "where", "for", "until", "weekdays", "keep"])?;
        let event = self.needed(at, map, "event");
        let filter = self.text(at, map, "where", MAX_RULE_CHARS);
        let keep = self.number(at, map, "keep", 1, MAX_KEEP).map_or(DEFAULT_KEEP, |n| n as usize);
        let time = self.time_wait(at, map);
        Some(Digest { event: event?, filter, time: time?, keep })
    }
}
