//! Reading a journey's document: shape, types, lengths and names of members. Every problem is collected, none stops
//! the reading of what follows.

mod actions;
mod steps;
mod trigger;
mod waits;

use std::fmt::Display;

use rapport_domain::resource::is_slug;
use rapport_domain::time::parse_duration_ms;
use rapport_domain::{Kind, Problem, Timestamp, kinds};
use serde_json::{Map, Value};

use super::{
    DEFAULT_PRIORITY, Goal, GoalBy, JourneySpec, MAX_RULE_CHARS, MAX_TEXT_CHARS, MAX_WAIT_MS, MIN_WAIT_MS, Occurrence,
    Reentry, Trigger,
};

type Object = Map<String, Value>;

/// Runs of one journey a document may allow a customer at once: what a profile can be in at all.
const MAX_CONCURRENT: i64 = 64;

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

pub(crate) struct Reader {
    pub(crate) problems: Vec<Problem>,
}

impl Reader {
    pub(crate) fn report(&mut self, at: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(at, message));
    }

    /// Notes a problem of a known kind.
    pub(crate) fn fault(&mut self, at: &str, kind: Kind, values: &[(&'static str, &dyn Display)]) {
        self.problems.push(Problem::of(at, kind, values));
    }

    pub(crate) fn object<'a>(&mut self, at: &str, value: &'a Value, known: &[&str]) -> Option<&'a Object> {
        let Value::Object(map) = value else {
            self.fault(at, kinds::NOT_AN_OBJECT, &[("known", &known.join(", ")), ("found", &type_name(value))]);
            return None;
        };
        for name in map.keys().filter(|k| !known.contains(&k.as_str())) {
            let problem = Problem::of(format!("{at}.{name}"), kinds::UNKNOWN_MEMBER, &[("known", &known.join(", "))]);
            self.problems.push(problem.with_suggestion(nearest(name, known.iter().copied())));
        }
        Some(map)
    }

    pub(crate) fn text(&mut self, at: &str, map: &Object, name: &str, max: usize) -> Option<String> {
        let at = format!("{at}.{name}");
        match map.get(name)? {
            Value::String(s) if s.trim().is_empty() => self.fault(&at, kinds::EMPTY, &[]),
            Value::String(s) if s.chars().count() > max => {
                self.fault(&at, kinds::TOO_MANY_CHARACTERS, &[("max", &max)]);
            }
            Value::String(s) => return Some(s.trim().to_owned()),
            other => self.fault(&at, kinds::WRONG_TYPE, &[("expected", &"text"), ("found", &type_name(other))]),
        }
        None
    }

    pub(crate) fn needed(&mut self, at: &str, map: &Object, name: &str) -> Option<String> {
        if !map.contains_key(name) {
            self.fault(&format!("{at}.{name}"), kinds::REQUIRED, &[]);
        }
        self.text(at, map, name, MAX_TEXT_CHARS)
    }

    pub(crate) fn slug(&mut self, at: &str, map: &Object, name: &str) -> Option<String> {
        let text = self.needed(at, map, name)?;
        if !is_slug(&text) {
            let at = format!("{at}.{name}");
            self.fault(&at, kinds::NOT_AN_ID, &[]);
            return None;
        }
        Some(text)
    }

    fn flag(&mut self, at: &str, map: &Object, name: &str) -> bool {
        match map.get(name) {
            None => false,
            Some(Value::Bool(b)) => *b,
            Some(other) => {
                let values: &[(&str, &dyn Display)] = &[("expected", &"true or false"), ("found", &type_name(other))];
                self.fault(&format!("{at}.{name}"), kinds::WRONG_TYPE, values);
                false
            }
        }
    }

    pub(crate) fn duration(&mut self, at: &str, value: &Value) -> Option<i64> {
        let ms = value.as_str().and_then(parse_duration_ms);
        match ms {
            Some(ms) if (MIN_WAIT_MS..=MAX_WAIT_MS).contains(&ms) => return Some(ms),
            Some(_) => self.fault(at, kinds::DURATION_RANGE, &[("from", &"1s"), ("to", &"731d")]),
            None => self.fault(at, kinds::NOT_A_DURATION, &[("found", value)]),
        }
        None
    }

    /// An optional member that names one of a closed list.
    pub(crate) fn one_of(&mut self, at: &str, map: &Object, name: &str, known: &[&str]) -> Option<String> {
        let text = self.text(at, map, name, MAX_TEXT_CHARS)?;
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        let values: &[(&str, &dyn Display)] = &[("known", &known.join(", ")), ("found", &text)];
        let problem = Problem::of(format!("{at}.{name}"), kinds::NOT_ONE_OF, values);
        self.problems.push(problem.with_suggestion(nearest(&text, known.iter().copied())));
        None
    }

    /// An optional whole number within bounds.
    pub(crate) fn number(&mut self, at: &str, map: &Object, name: &str, from: i64, to: i64) -> Option<i64> {
        let value = map.get(name)?;
        match value.as_i64() {
            Some(n) if (from..=to).contains(&n) => Some(n),
            _ => {
                let values: &[(&str, &dyn Display)] = &[("from", &from), ("to", &to), ("found", value)];
                self.fault(&format!("{at}.{name}"), kinds::NOT_WHOLE, values);
                None
            }
        }
    }

    /// A percentage with two decimals at most, in hundredths.
    pub(crate) fn percent(&mut self, at: &str, value: &Value) -> Option<u32> {
        let hundredths = value.as_f64().map(|p| p * 100.0).filter(|h| (h - h.round()).abs() < 1e-6);
        match hundredths {
            Some(h) if (0.0..=10_000.0).contains(&h) => Some(h.round() as u32),
            _ => {
                self.fault(at, kinds::NOT_A_PERCENTAGE, &[("found", value)]);
                None
            }
        }
    }

    /// An optional instant.
    fn instant(&mut self, at: &str, map: &Object, name: &str) -> Option<Timestamp> {
        let value = map.get(name)?;
        let read = value.as_str().filter(|t| t.contains('T')).and_then(Timestamp::parse);
        if read.is_none() {
            self.fault(&format!("{at}.{name}"), kinds::NOT_AN_INSTANT, &[("found", value)]);
        }
        read
    }

    /// 0 to 100; what goes first.
    pub(crate) fn priority(&mut self, at: &str, map: &Object) -> u8 {
        self.number(at, map, "priority", 0, 100).map_or(DEFAULT_PRIORITY, |p| p as u8)
    }

    fn journey(&mut self, spec: &Value) -> Option<JourneySpec> {
        const KNOWN: &[&str] = &[
            "name",
            "description",
            "trigger",
            "entry",
            "reentry",
            "exit_when",
            "goal",
            "holdout",
            "priority",
            "starts_at",
            "stops_at",
            "steps",
        ];
        let at = "spec";
        let map = self.object(at, spec, KNOWN)?;
        let name = self.needed(at, map, "name");
        let description = self.text(at, map, "description", MAX_TEXT_CHARS);
        let trigger = match map.get("trigger") {
            Some(value) => self.trigger(value),
            None => {
                self.fault("spec.trigger", kinds::REQUIRED_ONE_OF, &[("known", &trigger::KINDS.join(", "))]);
                None
            }
        };
        let entry_when = map.get("entry").and_then(|entry| {
            let inner = self.object("spec.entry", entry, &["when"])?;
            self.text("spec.entry", inner, "when", MAX_RULE_CHARS)
        });
        let reentry = match (map.get("reentry"), &trigger) {
            (Some(value), _) => self.reentry(value),
            (None, trigger) => Some((trigger.as_ref().map_or(Reentry::Once, default_reentry), None)),
        };
        let exit_when = self.text(at, map, "exit_when", MAX_RULE_CHARS);
        let goal = map.get("goal").and_then(|goal| self.goal(goal));
        let holdout = map.get("holdout").map_or(Some(0), |v| self.percent("spec.holdout", v)).unwrap_or_default();
        let priority = self.priority(at, map);
        let starts_at = self.instant(at, map, "starts_at");
        let stops_at = self.instant(at, map, "stops_at");
        if let (Some(from), Some(to)) = (starts_at, stops_at)
            && to <= from
        {
            self.fault("spec.stops_at", kinds::ENDS_TOO_EARLY, &[]);
        }
        let steps = self.steps(map.get("steps"));
        let (reentry, concurrent) = reentry?;
        Some(JourneySpec {
            name: name?,
            description,
            trigger: trigger?,
            entry_when,
            reentry,
            concurrent,
            exit_when,
            goal,
            holdout,
            priority,
            starts_at,
            stops_at,
            steps: steps?,
        })
    }

    pub(crate) fn goal(&mut self, value: &Value) -> Option<Goal> {
        let at = "spec.goal";
        let map = self.object(at, value, &["event", "when", "exit"])?;
        let exits = if map.contains_key("exit") { self.flag(at, map, "exit") } else { true };
        let by = match (map.get("event"), map.get("when")) {
            (Some(event), None) => {
                let at = "spec.goal.event";
                let inner = self.object(at, event, &["name", "where", "same"])?;
                let name = self.needed(at, inner, "name");
                let filter = self.text(at, inner, "where", MAX_RULE_CHARS);
                let same = self.text(at, inner, "same", MAX_TEXT_CHARS);
                GoalBy::Event { name: name?, filter, same }
            }
            (None, Some(_)) => GoalBy::Rule(self.text(at, map, "when", MAX_RULE_CHARS)?),
            _ => {
                self.fault(at, kinds::NOT_EXACTLY_ONE, &[("known", &"event, when")]);
                return None;
            }
        };
        Some(Goal { by, exits })
    }

    fn reentry(&mut self, value: &Value) -> Option<(Reentry, Option<u32>)> {
        let at = "spec.reentry";
        match value {
            Value::String(s) if s == "once" => Some((Reentry::Once, None)),
            Value::String(s) if s == "always" => Some((Reentry::Always, None)),
            Value::Object(_) => {
                let map = self.object(at, value, &["after", "concurrent"])?;
                let concurrent = self.number(at, map, "concurrent", 1, MAX_CONCURRENT).map(|n| n as u32);
                match map.get("after") {
                    Some(after) => Some((Reentry::AfterMs(self.duration("spec.reentry.after", after)?), concurrent)),
                    None if map.contains_key("concurrent") => Some((Reentry::Always, concurrent)),
                    None => {
                        self.fault("spec.reentry.after", kinds::REQUIRED, &[]);
                        None
                    }
                }
            }
            other => {
                let known = ["once", "always"];
                let problem = Problem::new(at, "expected once, always or {after: 30d}");
                self.problems.push(problem.with_suggestion(nearest(other.as_str().unwrap_or(""), known)));
                None
            }
        }
    }
}

/// Without a word on it people come once; what is made to come round or to be called, every time.
fn default_reentry(trigger: &Trigger) -> Reentry {
    let again = match trigger {
        Trigger::Date(date) => date.yearly,
        Trigger::Schedule(schedule) => !matches!(schedule.at, Occurrence::Once(_)),
        Trigger::Api { .. } | Trigger::Journey => true,
        Trigger::Event(_) | Trigger::Segment(_) | Trigger::Manual => false,
    };
    if again { Reentry::Always } else { Reentry::Once }
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
