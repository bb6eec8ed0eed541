//! A small world for tests: journeys by YAML-like JSON, conditions set by hand, one profile on a virtual clock.
#![allow(dead_code)] // each test binary uses its part

use std::collections::BTreeSet;

use rapport_domain::time::{HOUR_MS, parse_duration_ms};
use rapport_domain::{Event, Json, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::{
    AnyCatalogue, Call, CalledBy, ConditionKey, Conditions, Effect, Group, JourneyDef, JourneySet, JourneySpec, Runs,
    validate,
};
use serde_json::{Value, json};

pub(crate) const WS: WorkspaceId = WorkspaceId(1);
pub(crate) const PROFILE: ProfileId = ProfileId(7);
/// 2026-11-21T10:00:00Z, a Saturday.
pub(crate) const START: Timestamp = Timestamp(1_795_255_200_000);

/// Conditions that hold are those in the set, by canonical text.
#[derive(Clone, Debug, Default)]
pub(crate) struct True {
    pub(crate) rules: BTreeSet<String>,
    pub(crate) zone: Option<chrono_tz::Tz>,
    pub(crate) profile: u64,
    pub(crate) traits: serde_json::Map<String, Value>,
    pub(crate) winner: Option<String>,
}

impl Conditions for True {
    fn holds(&self, key: &ConditionKey) -> bool {
        self.rules.contains(key.as_str())
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.zone.unwrap_or(chrono_tz::Tz::UTC)
    }

    fn profile(&self) -> ProfileId {
        ProfileId(self.profile)
    }

    fn trait_value(&self, path: &str) -> Option<Value> {
        self.traits.get(path).cloned()
    }

    fn traits(&self) -> serde_json::Map<String, Value> {
        self.traits.clone()
    }

    fn winner(&self, _: &str, _: u32, _: &str) -> Option<String> {
        self.winner.clone()
    }
}

pub(crate) fn spec(value: &Value) -> JourneySpec {
    validate(value, &AnyCatalogue).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub(crate) fn def(id: &str, version: u32, live: bool, value: &Value) -> JourneyDef {
    JourneyDef { workspace: WS, id: id.to_owned(), version, live, paused: false, global_holdout: 0, spec: spec(value) }
}

pub(crate) fn compile(defs: Vec<JourneyDef>) -> JourneySet {
    let compiled = JourneySet::compile(defs);
    assert_eq!(compiled.rejected, []);
    compiled.set
}

pub(crate) const LOYAL: &str = r#"events("Order Completed").count() >= 2"#;
pub(crate) const GONE: &str = r#"traits.gone == true"#;

/// The journey of the product's show case: first order, wait, still no second order, mail.
pub(crate) fn second_order() -> Value {
    json!({
        "name": "Second order",
        "trigger": { "event": { "name": "Order Completed", "where": "e.total > 50" } },
        "reentry": "once",
        "exit_when": GONE,
        "steps": [
            { "id": "wait", "wait": "3d" },
            { "id": "check", "branch": [{ "when": LOYAL, "goto": "thanks" }], "otherwise": "nudge" },
            { "id": "nudge", "send": { "channel": "email", "template": "second-order", "topic": "offers" }, "next": "end" },
            { "id": "thanks", "update": { "set": { "loyal": true }, "unset": ["lapsing"] } },
            { "id": "done", "exit": "already loyal" },
        ]
    })
}

pub(crate) fn event(name: &str, at: Timestamp, properties: Value) -> Event {
    let Value::Object(map) = properties else { panic!("properties must be an object") };
    let mut event = Event::derived(WS, name, format!("{name}-{}", at.0), at, map);
    event.context = Json::default();
    event
}

/// One profile going through time.
pub(crate) struct Story {
    pub(crate) set: JourneySet,
    pub(crate) runs: Runs,
    pub(crate) now: Timestamp,
    pub(crate) world: True,
    pub(crate) log: Vec<String>,
    pub(crate) effects: Vec<Effect>,
    /// Steps passed.
    pub(crate) passed: Vec<Effect>,
    /// Runs that asked for their turn at a rate limiter.
    pub(crate) turns: Vec<u64>,
}

impl Story {
    pub(crate) fn new(set: JourneySet) -> Self {
        Story {
            set,
            runs: Runs::default(),
            now: START,
            world: True::default(),
            log: Vec::new(),
            effects: Vec::new(),
            passed: Vec::new(),
            turns: Vec::new(),
        }
    }

    pub(crate) fn order(&mut self, total: f64) {
        self.event("Order Completed", json!({ "total": total, "order_id": "o1" }));
    }

    pub(crate) fn event(&mut self, name: &str, properties: Value) {
        let mut out = Vec::new();
        self.set.on_event(&mut self.runs, &event(name, self.now, properties), &self.world, self.now, &mut out);
        self.note(out);
        self.settle();
    }

    pub(crate) fn call(&mut self, journey: &str, by: CalledBy, data: Value) -> bool {
        let Value::Object(data) = data else { panic!("data must be an object") };
        let call = Call { journey, by, data: &data, begin_at: None };
        let mut out = Vec::new();
        let taken = self.set.on_call(WS, &mut self.runs, &call, &self.world, self.now, &mut out);
        self.note(out);
        self.settle();
        taken
    }

    pub(crate) fn edge(&mut self, segment: &str, entered: bool, backfill: bool) {
        let mut out = Vec::new();
        let edge = (segment, entered, self.now);
        self.set.on_segment(WS, &mut self.runs, edge, backfill, &self.world, self.now, &mut out);
        self.note(out);
        self.settle();
    }

    /// Lets time pass, firing timers when they are due as the engine does.
    pub(crate) fn pass(&mut self, duration: &str) {
        let until = self.now.plus_ms(parse_duration_ms(duration).unwrap());
        while let Some(due) = self.set.next_due(WS, &self.runs).filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.fire();
        }
        self.now = until;
    }

    /// Calls again for runs that are due at once, as the engine does.
    pub(crate) fn settle(&mut self) {
        while self.set.next_due(WS, &self.runs).is_some_and(|due| due <= self.now) {
            self.fire();
        }
    }

    pub(crate) fn fire(&mut self) {
        let mut out = Vec::new();
        self.set.on_timer(WS, &mut self.runs, &self.world, self.now, &mut out);
        self.note(out);
    }

    pub(crate) fn note(&mut self, out: Vec<Effect>) {
        let hours = self.now.since_ms(START) / HOUR_MS;
        let quiet = |effect: &Effect| matches!(effect, Effect::Passed { .. } | Effect::Turn { passes: true, .. });
        let told = out.iter().filter(|effect| !quiet(effect));
        self.log.extend(told.map(|effect| format!("{hours}h {}", line(effect))));
        for effect in &out {
            if let Effect::Turn { origin, passes: false, .. } = effect {
                self.turns.push(origin.run);
            }
        }
        let (passed, rest): (Vec<_>, Vec<_>) = out.into_iter().partition(|e| matches!(e, Effect::Passed { .. }));
        self.passed.extend(passed);
        self.effects.extend(rest);
    }

    pub(crate) fn expect(&self, lines: &[&str]) {
        assert_eq!(self.log, lines, "\nruns: {:#?}", self.runs);
    }
}

/// An effect as one line.
pub(crate) fn line(effect: &Effect) -> String {
    match effect {
        Effect::Entered { journey, version, run, key, group } => {
            let key = key.as_ref().map_or(String::new(), |k| format!(" [{k}]"));
            let control = if *group == Group::Control { " (control)" } else { "" };
            format!("enter {journey} v{version} #{run}{key}{control}")
        }
        Effect::NotEntered { journey, version, reason } => format!("refuse {journey} v{version} {}", reason.as_str()),
        Effect::Exited { journey, version, run, step, reason, .. } => {
            format!("exit {journey} v{version} #{run} at {step}: {}", reason.as_str())
        }
        Effect::Send { origin, channel, template, topic, .. } => {
            let topic = topic.as_deref().unwrap_or("-");
            format!("send {channel} {template} ({topic}) by {} #{} {}", origin.journey, origin.run, origin.step)
        }
        Effect::UpdateTraits { origin, set, unset } => {
            format!("update {} unset {unset:?} by {}", Value::Object(set.clone()), origin.step)
        }
        Effect::Renumbered { journey, from_run, run, .. } => format!("renumber {journey} #{from_run} -> #{run}"),
        Effect::Passed { step, exit, .. } => format!("pass {step} by {exit}"),
        Effect::Unanswered { origin, detail } => format!("no answer at {}: {detail}", origin.step),
        Effect::Omitted { origin, name } => format!("omit {name} at {}", origin.step),
        Effect::Goal { origin, group, .. } => format!("goal {} #{} ({})", origin.journey, origin.run, group.as_str()),
        Effect::Withheld { origin, template, .. } => format!("withhold {template} by {}", origin.step),
        Effect::Emit { event, properties, .. } => format!("emit {event} {}", Value::Object(properties.clone())),
        Effect::Webhook { request, .. } => format!("ask {} {} {}", request.method, request.url, request.body),
        Effect::List { segment, add, .. } => format!("{} {segment}", if *add { "list" } else { "unlist" }),
        Effect::Turn { origin, pace: (count, per_ms), .. } => {
            format!("turn of {count} in {per_ms} ms for #{}", origin.run)
        }
        Effect::Stop { journey, .. } => format!("stop {journey}"),
        Effect::Start { journey, data, .. } => format!("start {journey} {}", Value::Object(data.clone())),
        Effect::Migrated { journey, from, to, run, step } => format!("move {journey} #{run} v{from} -> v{to} {step}"),
    }
}

/// A story of one live journey, `j`.
pub(crate) fn story(spec: &Value) -> Story {
    Story::new(compile(vec![def("j", 1, true, spec)]))
}

/// A journey that `Ping` starts each time.
pub(crate) fn on_ping(steps: Value) -> Value {
    json!({ "name": "J", "trigger": { "event": { "name": "Ping" } }, "reentry": "always", "steps": steps })
}

/// A last step that sends the template of its own name.
pub(crate) fn mail(id: &str) -> Value {
    json!({ "id": id, "send": { "channel": "email", "template": id }, "next": "end" })
}

/// The story without entries and exits that are as expected.
pub(crate) fn told(story: &Story) -> Vec<&str> {
    let dull = |l: &&str| !l.contains("enter j") && !l.ends_with(": completed");
    story.log.iter().map(String::as_str).filter(dull).collect()
}
