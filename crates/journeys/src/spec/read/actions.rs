//! Reading what steps do.

use std::collections::BTreeMap;

use rapport_domain::kinds;
use rapport_domain::time::SECOND_MS;
use serde_json::{Map, Value};

use super::{Object, Reader, type_name};
use crate::spec::{
    Arm, Became, DEFAULT_MINIMUM, Emit, Experiment, Limit, ListChange, MAX_ARMS, MAX_RULE_CHARS, MAX_TEXT_CHARS,
    MAX_TRAITS, METRICS, MessageTest, Send, Share, Start, Update, Webhook, Winner, WinnerArm,
};

/// What a webhook may be asked with.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// Headers of one webhook.
const MAX_HEADERS: usize = 20;
/// Attempts of one webhook.
const MAX_ATTEMPTS: i64 = 10;
/// Bytes of a webhook's body as written.
const MAX_BODY_BYTES: usize = 16 * 1024;

impl Reader {
    fn list_of<T>(
        &mut self,
        at: &str,
        value: &Value,
        expected: &str,
        read: impl Fn(&mut Self, &str, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = value.as_array().filter(|items| (1..=MAX_ARMS).contains(&items.len()));
        let Some(items) = items else {
            self.report(at, format!("expected a list of 1 to {MAX_ARMS} arms, each {expected}"));
            return None;
        };
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(i, item)| read(self, &format!("{at}[{i}]"), item)).collect();
        read.into_iter().collect()
    }

    pub(super) fn branch(&mut self, at: &str, value: &Value) -> Option<Vec<Arm>> {
        self.list_of(at, value, "{when, goto}", |reader, at, arm| {
            let map = reader.object(at, arm, &["name", "when", "goto"])?;
            // For people: numbers are kept by the way's place.
            if map.contains_key("name") {
                reader.text(at, map, "name", 64)?;
            }
            if !map.contains_key("when") {
                reader.report(&format!("{at}.when"), "is missing; expected a rule");
            }
            let when = reader.text(at, map, "when", MAX_RULE_CHARS);
            let goto = reader.needed(at, map, "goto");
            Some(Arm { when: when?, goto: goto? })
        })
    }

    pub(super) fn shares(&mut self, at: &str, value: &Value) -> Option<Vec<Share>> {
        let arms = self.list_of(at, value, "{percent, goto, name}", |reader, at, arm| {
            let map = reader.object(at, arm, &["name", "percent", "goto"])?;
            let name = match map.contains_key("name") {
                true => reader.text(at, map, "name", 64),
                false => {
                    Some(format!("arm{}", at.rsplit('[').next()?.trim_end_matches(']').parse::<usize>().ok()? + 1))
                }
            };
            let percent = match map.get("percent") {
                Some(value) => reader.percent(&format!("{at}.percent"), value),
                None => {
                    reader.fault(&format!("{at}.percent"), kinds::REQUIRED, &[]);
                    None
                }
            };
            let goto = reader.needed(at, map, "goto");
            Some(Share { name: name?, share: percent?, goto: goto? })
        })?;
        let sum: u32 = arms.iter().map(|a| a.share).sum();
        if sum != 10_000 {
            self.report(at, format!("the percentages make {}, not 100", f64::from(sum) / 100.0));
            return None;
        }
        for (i, arm) in arms.iter().enumerate() {
            if arms[..i].iter().any(|a| a.name == arm.name) {
                self.report(&format!("{at}[{i}].name"), format!("the name {:?} is taken by another arm", arm.name));
            }
        }
        Some(arms)
    }

    pub(super) fn experiment(&mut self, at: &str, value: &Value) -> Option<Experiment> {
        let map = self.object(at, value, &["id", "arms"])?;
        let id = self.slug(at, map, "id");
        let arms = self.shares(&format!("{at}.arms"), map.get("arms").unwrap_or(&Value::Null));
        Some(Experiment { id: id?, arms: arms? })
    }

    pub(super) fn winner(&mut self, at: &str, value: &Value) -> Option<Winner> {
        let map = self.object(at, value, &["metric", "minimum", "arms"])?;
        let metric = match map.contains_key("metric") {
            true => self.one_of(at, map, "metric", &METRICS),
            false => Some("opens".to_owned()),
        };
        let minimum = self.minimum(at, map);
        let arms = map.get("arms").unwrap_or(&Value::Null);
        let arms = self.list_of(&format!("{at}.arms"), arms, "{step, goto}", |reader, at, arm| {
            let map = reader.object(at, arm, &["step", "goto"])?;
            let step = reader.slug(at, map, "step");
            let goto = reader.needed(at, map, "goto");
            Some(WinnerArm { step: step?, goto: goto? })
        });
        Some(Winner { metric: metric?, minimum, arms: arms? })
    }

    /// Messages of each arm of a comparison before any can win.
    pub(crate) fn minimum(&mut self, at: &str, map: &Object) -> u32 {
        self.number(at, map, "minimum", 1, 1_000_000).map_or(DEFAULT_MINIMUM, |n| n as u32)
    }

    pub(super) fn message(&mut self, at: &str, value: &Value) -> Option<MessageTest> {
        let map = self.object(at, value, &["step", "is"])?;
        let step = if map.contains_key("step") { Some(self.slug(at, map, "step")?) } else { None };
        if !map.contains_key("is") {
            self.fault(&format!("{at}.is"), kinds::REQUIRED, &[]);
        }
        let is = self.one_of(at, map, "is", &Became::ALL.map(Became::as_str))?;
        Some(MessageTest { step, is: Became::parse(&is)? })
    }

    pub(super) fn send(&mut self, at: &str, value: &Value) -> Option<Send> {
        let map =
            self.object(at, value, &["channel", "template", "topic", "transactional", "expires", "data", "window"])?;
        let channel = self.slug(at, map, "channel");
        let template = self.slug(at, map, "template");
        let topic = if map.contains_key("topic") { self.slug(at, map, "topic") } else { None };
        let transactional = self.flag(at, map, "transactional");
        let expires_ms = map.get("expires").and_then(|v| self.duration(&format!("{at}.expires"), v));
        let data = self.values(at, map, "data");
        let window = map.get("window").and_then(|v| self.window(&format!("{at}.window"), v));
        Some(Send { channel: channel?, template: template?, topic, transactional, expires_ms, data, window })
    }

    /// An optional object of values.
    pub(crate) fn values(&mut self, at: &str, map: &Object, name: &str) -> Map<String, Value> {
        match map.get(name) {
            None => Map::new(),
            Some(Value::Object(values)) if values.len() <= MAX_TRAITS => values.clone(),
            Some(Value::Object(values)) => {
                let message = format!("expected {MAX_TRAITS} members at most, found {}", values.len());
                self.report(&format!("{at}.{name}"), message);
                Map::new()
            }
            Some(other) => {
                self.report(&format!("{at}.{name}"), format!("expected an object, found {}", type_name(other)));
                Map::new()
            }
        }
    }

    pub(super) fn update(&mut self, at: &str, value: &Value) -> Option<Update> {
        let map = self.object(at, value, &["set", "unset"])?;
        let mut update = Update::default();
        match map.get("set") {
            None => {}
            Some(Value::Object(set)) => update.set = set.clone(),
            Some(other) => {
                self.report(&format!("{at}.set"), format!("expected an object of traits, found {}", type_name(other)));
            }
        }
        let unset = match map.get("unset") {
            None => &[][..],
            Some(Value::Array(items)) => items,
            Some(other) => {
                let expected = format!("expected a list of trait names, found {}", type_name(other));
                self.report(&format!("{at}.unset"), expected);
                &[]
            }
        };
        for (i, name) in unset.iter().enumerate() {
            match name.as_str().filter(|n| !n.is_empty()) {
                Some(name) if update.set.contains_key(name) => {
                    self.report(&format!("{at}.unset[{i}]"), "the same trait is set and removed");
                }
                Some(name) => update.unset.push(name.to_owned()),
                None => self.report(&format!("{at}.unset[{i}]"), "expected a trait's name"),
            }
        }
        let count = update.set.len() + update.unset.len();
        if count == 0 || count > MAX_TRAITS {
            self.report(at, format!("expected 1 to {MAX_TRAITS} traits in set and unset"));
            return None;
        }
        Some(update)
    }

    pub(super) fn emit(&mut self, at: &str, value: &Value) -> Option<Emit> {
        let map = self.object(at, value, &["event", "properties"])?;
        let event = self.needed(at, map, "event");
        let properties = self.values(at, map, "properties");
        Some(Emit { event: event?, properties })
    }

    pub(super) fn start(&mut self, at: &str, value: &Value) -> Option<Start> {
        let map = self.object(at, value, &["journey", "data"])?;
        let journey = self.slug(at, map, "journey");
        let data = self.values(at, map, "data");
        Some(Start { journey: journey?, data })
    }

    pub(super) fn stop(&mut self, at: &str, value: &Value) -> Option<String> {
        let map = self.object(at, value, &["journey"])?;
        self.slug(at, map, "journey")
    }

    pub(super) fn list(&mut self, at: &str, value: &Value) -> Option<ListChange> {
        let map = self.object(at, value, &["add", "remove"])?;
        let (name, add) = match (map.contains_key("add"), map.contains_key("remove")) {
            (true, false) => ("add", true),
            (false, true) => ("remove", false),
            _ => {
                self.fault(at, kinds::NOT_EXACTLY_ONE, &[("known", &"add, remove")]);
                return None;
            }
        };
        self.slug(at, map, name).map(|segment| ListChange { segment, add })
    }

    pub(super) fn limit(&mut self, at: &str, value: &Value) -> Option<Limit> {
        let map = self.object(at, value, &["name", "count", "per"])?;
        let name = if map.contains_key("name") { self.slug(at, map, "name") } else { None };
        if !map.contains_key("count") {
            self.fault(&format!("{at}.count"), kinds::REQUIRED, &[]);
        }
        let count = self.number(at, map, "count", 1, 1_000_000).map(|n| n as u32);
        let per_ms = map.get("per").map_or(Some(60 * SECOND_MS), |v| self.duration(&format!("{at}.per"), v));
        Some(Limit { name, count: count?, per_ms: per_ms? })
    }

    pub(super) fn webhook(&mut self, at: &str, value: &Value) -> Option<Webhook> {
        const KNOWN: [&str; 7] = ["url", "method", "headers", "body", "timeout", "attempts", "save"];
        let map = self.object(at, value, &KNOWN)?;
        let url = self.text(at, map, "url", 2_000);
        if !url.as_deref().is_some_and(|u| u.starts_with("https://") || u.starts_with("http://")) {
            self.report(&format!("{at}.url"), "expected an address that begins with https:// or http://");
        }
        let method = match map.contains_key("method") {
            true => self.one_of(at, map, "method", &METHODS),
            false => Some("POST".to_owned()),
        };
        let headers = self.texts(at, map, "headers", MAX_HEADERS);
        let body = map.get("body").cloned();
        if body.as_ref().is_some_and(|b| b.to_string().len() > MAX_BODY_BYTES) {
            self.report(&format!("{at}.body"), format!("longer than {MAX_BODY_BYTES} bytes"));
        }
        let timeout_ms =
            map.get("timeout").map_or(Some(10 * SECOND_MS), |v| self.duration(&format!("{at}.timeout"), v));
        if timeout_ms.is_some_and(|ms| ms > 60 * SECOND_MS) {
            self.report(&format!("{at}.timeout"), "expected a minute at most");
        }
        let attempts = self.number(at, map, "attempts", 1, MAX_ATTEMPTS).map_or(3, |n| n as u32);
        let save = self.texts(at, map, "save", MAX_TRAITS);
        Some(Webhook { url: url?, method: method?, headers, body, timeout_ms: timeout_ms?, attempts, save })
    }

    fn texts(&mut self, at: &str, map: &Object, name: &str, most: usize) -> BTreeMap<String, String> {
        let at = format!("{at}.{name}");
        let mut out = BTreeMap::new();
        match map.get(name) {
            None => {}
            Some(Value::Object(inner)) if inner.len() <= most => {
                for key in inner.keys() {
                    if let Some(text) = self.text(&at, inner, key, MAX_TEXT_CHARS) {
                        out.insert(key.clone(), text);
                    }
                }
            }
            Some(Value::Object(_)) => self.report(&at, format!("expected {most} members at most")),
            Some(other) => self.report(&at, format!("expected an object of texts, found {}", type_name(other))),
        }
        out
    }
}
