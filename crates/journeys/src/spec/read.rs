//! Reading a journey's document: shape, types, lengths and names of members. Every problem is collected, none stops
//! the reading of what follows.

use rapport_domain::Problem;
use rapport_domain::resource::is_slug;
use rapport_domain::time::parse_duration_ms;
use serde_json::{Map, Value};

use super::{
    Action, Arm, END, EventTrigger, JourneySpec, MAX_ARMS, MAX_RULE_CHARS, MAX_STEPS, MAX_TEXT_CHARS, MAX_TRAITS,
    MAX_WAIT_MS, MIN_WAIT_MS, Reentry, SegmentTrigger, Send, Step, Trigger, Update, Wait,
};

type Object = Map<String, Value>;

/// Reads the shape of a document.
pub(super) fn read(spec: &Value) -> Result<JourneySpec, Vec<Problem>> {
    let mut reader = Reader { problems: Vec::new() };
    let journey = reader.journey(spec);
    match journey {
        Some(journey) if reader.problems.is_empty() => Ok(journey),
        _ => Err(reader.problems),
    }
}

/// The nearest of `known` to `name`, when one is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&name.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= 1 + k.chars().count() / 3)
        .min()
        .map(|(_, k)| k.to_owned())
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn report(&mut self, at: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(at, message));
    }

    fn object<'a>(&mut self, at: &str, value: &'a Value, known: &[&str]) -> Option<&'a Object> {
        let Value::Object(map) = value else {
            self.report(at, format!("expected an object with {}, found {}", known.join(", "), type_name(value)));
            return None;
        };
        for name in map.keys().filter(|k| !known.contains(&k.as_str())) {
            let message = format!("unknown member; expected one of {}", known.join(", "));
            let problem = Problem::new(format!("{at}.{name}"), message);
            self.problems.push(problem.with_suggestion(nearest(name, known.iter().copied())));
        }
        Some(map)
    }

    fn text(&mut self, at: &str, map: &Object, name: &str, max: usize) -> Option<String> {
        let at = format!("{at}.{name}");
        match map.get(name)? {
            Value::String(s) if s.trim().is_empty() => self.report(&at, "expected text, found an empty one"),
            Value::String(s) if s.chars().count() > max => self.report(&at, format!("longer than {max} characters")),
            Value::String(s) => return Some(s.trim().to_owned()),
            other => self.report(&at, format!("expected text, found {}", type_name(other))),
        }
        None
    }

    fn needed(&mut self, at: &str, map: &Object, name: &str) -> Option<String> {
        if !map.contains_key(name) {
            self.report(&format!("{at}.{name}"), "is missing");
        }
        self.text(at, map, name, MAX_TEXT_CHARS)
    }

    fn slug(&mut self, at: &str, map: &Object, name: &str) -> Option<String> {
        let text = self.needed(at, map, name)?;
        if !is_slug(&text) {
            let at = format!("{at}.{name}");
            self.report(&at, "expected 1-64 lower-case letters, digits, - and _, beginning with a letter or digit");
            return None;
        }
        Some(text)
    }

    fn flag(&mut self, at: &str, map: &Object, name: &str) -> bool {
        match map.get(name) {
            None => false,
            Some(Value::Bool(b)) => *b,
            Some(other) => {
                self.report(&format!("{at}.{name}"), format!("expected true or false, found {}", type_name(other)));
                false
            }
        }
    }

    fn duration(&mut self, at: &str, value: &Value) -> Option<i64> {
        let ms = value.as_str().and_then(parse_duration_ms);
        match ms {
            Some(ms) if (MIN_WAIT_MS..=MAX_WAIT_MS).contains(&ms) => return Some(ms),
            Some(_) => self.report(at, "expected a duration from 1s to 731d"),
            None => self.report(at, format!("expected a duration such as 30m, 12h or 3d, found {value}")),
        }
        None
    }

    fn journey(&mut self, spec: &Value) -> Option<JourneySpec> {
        const KNOWN: &[&str] = &["name", "description", "trigger", "entry", "reentry", "exit_when", "steps"];
        let map = self.object("spec", spec, KNOWN)?;
        let name = self.needed("spec", map, "name");
        let description = self.text("spec", map, "description", MAX_TEXT_CHARS);
        let trigger = match map.get("trigger") {
            Some(value) => self.trigger(value),
            None => {
                self.report("spec.trigger", "is missing; expected {event: {name}} or {segment: {id, on}}");
                None
            }
        };
        let entry_when = map.get("entry").and_then(|entry| {
            let inner = self.object("spec.entry", entry, &["when"])?;
            self.text("spec.entry", inner, "when", MAX_RULE_CHARS)
        });
        let reentry = map.get("reentry").map_or(Some(Reentry::Once), |value| self.reentry(value));
        let exit_when = self.text("spec", map, "exit_when", MAX_RULE_CHARS);
        let steps = self.steps(map.get("steps"));
        Some(JourneySpec {
            name: name?,
            description,
            trigger: trigger?,
            entry_when,
            reentry: reentry?,
            exit_when,
            steps: steps?,
        })
    }

    fn trigger(&mut self, value: &Value) -> Option<Trigger> {
        let map = self.object("spec.trigger", value, &["event", "segment"])?;
        match (map.get("event"), map.get("segment")) {
            (Some(event), None) => {
                let at = "spec.trigger.event";
                let inner = self.object(at, event, &["name", "where", "key"])?;
                Some(Trigger::Event(EventTrigger {
                    name: self.needed(at, inner, "name")?,
                    filter: self.text(at, inner, "where", MAX_RULE_CHARS),
                    key: self.text(at, inner, "key", MAX_TEXT_CHARS),
                }))
            }
            (None, Some(segment)) => {
                let at = "spec.trigger.segment";
                let inner = self.object(at, segment, &["id", "on"])?;
                let id = self.slug(at, inner, "id");
                let on = self.needed(at, inner, "on")?;
                if on != "entered" && on != "exited" {
                    let problem = Problem::new("spec.trigger.segment.on", "expected entered or exited");
                    self.problems.push(problem.with_suggestion(nearest(&on, ["entered", "exited"])));
                }
                Some(Trigger::Segment(SegmentTrigger { id: id?, entered: on == "entered" }))
            }
            _ => {
                self.report("spec.trigger", "expected exactly one of event, segment");
                None
            }
        }
    }

    fn reentry(&mut self, value: &Value) -> Option<Reentry> {
        let at = "spec.reentry";
        match value {
            Value::String(s) if s == "once" => Some(Reentry::Once),
            Value::String(s) if s == "always" => Some(Reentry::Always),
            Value::Object(_) => {
                let map = self.object(at, value, &["after"])?;
                let Some(after) = map.get("after") else {
                    self.report("spec.reentry.after", "is missing");
                    return None;
                };
                self.duration("spec.reentry.after", after).map(Reentry::AfterMs)
            }
            other => {
                let known = ["once", "always"];
                let problem = Problem::new(at, "expected once, always or {after: 30d}");
                self.problems.push(problem.with_suggestion(nearest(other.as_str().unwrap_or(""), known)));
                None
            }
        }
    }

    fn steps(&mut self, value: Option<&Value>) -> Option<Vec<Step>> {
        let Some(Value::Array(items)) = value else {
            self.report("spec.steps", "expected a list of steps");
            return None;
        };
        if items.is_empty() || items.len() > MAX_STEPS {
            self.report("spec.steps", format!("expected 1 to {MAX_STEPS} steps, found {}", items.len()));
            return None;
        }
        let steps: Vec<Option<Step>> = items.iter().enumerate().map(|(i, item)| self.step(i, item)).collect();
        steps.into_iter().collect()
    }

    fn step(&mut self, index: usize, value: &Value) -> Option<Step> {
        const ACTIONS: [&str; 5] = ["wait", "branch", "send", "update", "exit"];
        const KNOWN: [&str; 10] =
            ["id", "wait", "branch", "send", "update", "exit", "next", "otherwise", "note", "position"];
        let at = format!("spec.steps[{index}]");
        let map = self.object(&at, value, &KNOWN)?;
        let id = self.slug(&at, map, "id");
        if id.as_deref() == Some(END) {
            self.report(&format!("{at}.id"), "`end` is the end of the journey and cannot be a step's id");
        }
        let named: Vec<&str> = ACTIONS.into_iter().filter(|a| map.contains_key(*a)).collect();
        let [action] = named[..] else {
            self.report(&at, format!("expected exactly one of {}, found {}", ACTIONS.join(", "), named.len()));
            return None;
        };
        let (follow, other) = if action == "branch" { ("otherwise", "next") } else { ("next", "otherwise") };
        if map.contains_key(other) || (action == "exit" && map.contains_key("next")) {
            let wrong = if map.contains_key(other) { other } else { "next" };
            let why = if action == "exit" {
                "nothing follows an exit".to_owned()
            } else {
                format!("{action} continues with `{follow}`")
            };
            self.report(&format!("{at}.{wrong}"), why);
        }
        let next = self.text(&at, map, follow, 64);
        let note = self.text(&at, map, "note", MAX_TEXT_CHARS);
        let position = map.get("position").and_then(|p| self.position(&at, p));
        let value = map.get(action)?;
        let action = self.action(&format!("{at}.{action}"), action, value);
        Some(Step { id: id?, note, position, action: action?, next })
    }

    fn position(&mut self, at: &str, value: &Value) -> Option<(i64, i64)> {
        let at = format!("{at}.position");
        let map = self.object(&at, value, &["x", "y"])?;
        let read = |name: &str| map.get(name).and_then(Value::as_i64);
        if let (Some(x), Some(y)) = (read("x"), read("y")) {
            return Some((x, y));
        }
        self.report(&at, "expected whole numbers x and y");
        None
    }

    fn action(&mut self, at: &str, name: &str, value: &Value) -> Option<Action> {
        match name {
            "wait" => self.wait(at, value).map(Action::Wait),
            "branch" => self.branch(at, value).map(Action::Branch),
            "send" => self.send(at, value).map(Action::Send),
            "update" => self.update(at, value).map(Action::Update),
            _ => match value {
                Value::String(s) if (1..=64).contains(&s.trim().chars().count()) => {
                    Some(Action::Exit(s.trim().to_owned()))
                }
                _ => {
                    self.report(at, "expected a reason of 1 to 64 characters");
                    None
                }
            },
        }
    }

    fn wait(&mut self, at: &str, value: &Value) -> Option<Wait> {
        if !value.is_object() {
            return self.duration(at, value).map(|for_ms| Wait { for_ms, until_minute: None });
        }
        let map = self.object(at, value, &["for", "until"])?;
        if map.is_empty() {
            self.report(at, "expected for, until or both");
        }
        let for_ms = match map.get("for") {
            Some(value) => self.duration(&format!("{at}.for"), value)?,
            None => 0,
        };
        let until_minute = match map.get("until") {
            Some(value) => Some(self.clock(&format!("{at}.until"), value)?),
            None => None,
        };
        (for_ms > 0 || until_minute.is_some()).then_some(Wait { for_ms, until_minute })
    }

    fn clock(&mut self, at: &str, value: &Value) -> Option<u16> {
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

    fn branch(&mut self, at: &str, value: &Value) -> Option<Vec<Arm>> {
        let arms = value.as_array().filter(|arms| (1..=MAX_ARMS).contains(&arms.len()));
        let Some(arms) = arms else {
            self.report(at, format!("expected a list of 1 to {MAX_ARMS} arms, each {{when, goto}}"));
            return None;
        };
        let read: Vec<Option<Arm>> = arms
            .iter()
            .enumerate()
            .map(|(i, arm)| {
                let at = format!("{at}[{i}]");
                let map = self.object(&at, arm, &["when", "goto"])?;
                let when = self.rule(&at, map, "when");
                let goto = self.needed(&at, map, "goto");
                Some(Arm { when: when?, goto: goto? })
            })
            .collect();
        read.into_iter().collect()
    }

    fn rule(&mut self, at: &str, map: &Object, name: &str) -> Option<String> {
        if !map.contains_key(name) {
            self.report(&format!("{at}.{name}"), "is missing; expected a rule");
        }
        self.text(at, map, name, MAX_RULE_CHARS)
    }

    fn send(&mut self, at: &str, value: &Value) -> Option<Send> {
        let map = self.object(at, value, &["channel", "template", "topic", "transactional", "expires"])?;
        let channel = self.slug(at, map, "channel");
        let template = self.slug(at, map, "template");
        let topic = if map.contains_key("topic") { self.slug(at, map, "topic") } else { None };
        let transactional = self.flag(at, map, "transactional");
        let expires_ms = map.get("expires").and_then(|v| self.duration(&format!("{at}.expires"), v));
        Some(Send { channel: channel?, template: template?, topic, transactional, expires_ms })
    }

    fn update(&mut self, at: &str, value: &Value) -> Option<Update> {
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
                self.report(
                    &format!("{at}.unset"),
                    format!("expected a list of trait names, found {}", type_name(other)),
                );
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
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
