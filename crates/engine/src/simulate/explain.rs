//! Why a profile is, was or was not in a journey: what is recorded of it, and every decision of the versions that concern it
//! over its events, made again.

use std::collections::VecDeque;

use rapport_domain::event::names;
use rapport_domain::{Event, Profile, ProfileId, ResourceStatus, Timestamp, WorkspaceId};
use rapport_journeys::spec::{Action, JourneySpec, Wait};
use rapport_journeys::{Effect, Refusal};
use rapport_lake::TimelineFilter;
use rapport_rules::Clause;
use rapport_segments::{ProfileFacts, SegmentState};
use rapport_store::control::resources;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Request;
use super::dry::tell;
use super::judged::{Judged, judged};
use super::player::{Player, Seen, Witness};
use super::stage::Stage;
use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Recorded events and decisions told at most, the newest.
const MAX_TOLD: usize = 500;
/// Decisions whose rules are taken apart, the newest.
const MAX_PROVEN: usize = 50;
/// Events of a profile that are looked through at most.
const MAX_EVENTS: usize = 50_000;
/// Versions whose decisions are made again, the newest that concern the profile.
const MAX_VERSIONS: usize = 8;

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// The version that decides.
    pub version: u32,
    /// Which of its runs, counted as it is played again; absent where nobody entered.
    pub run: Option<u64>,
    /// The step, where one decided.
    pub step: Option<String>,
    /// `entered`, `refused`, `passed`, `message`, `exited`…
    pub what: &'static str,
    /// The exit, the reason, the template…
    pub detail: Value,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The traits it reads, as they were.
    pub values: Map<String, Value>,
    /// The rule taken apart, with the events that prove each clause; of the newest decisions.
    pub proof: Option<Value>,
}

/// What is recorded of a profile and a journey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// `Journey Entered`, `Message Skipped`…
    pub event: String,
    /// Its properties.
    pub properties: Map<String, Value>,
}

/// Why a profile is, was or was not in a journey.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The live version, if there is one.
    pub live_version: Option<u32>,
    /// Runs that go on and how often it was inside.
    pub runs: Value,
    /// What is recorded, newest first.
    pub facts: Vec<Fact>,
    /// What the live version, and those that the profile's runs are or were on, decide over the profile's events, newest
    /// first. Each lets people in until the one after it was written.
    pub decisions: Vec<Decision>,
    /// What became of its messages, newest first, with every decision of the gate.
    pub messages: Vec<Judged>,
    /// Whether older ones were left out.
    pub shortened: bool,
}

struct Explainer<'a> {
    journey: &'a str,
    version: u32,
    spec: &'a JourneySpec,
    stage: &'a Stage,
    /// The profile's events in order, and how many of them have been played.
    events: &'a [Event],
    played: usize,
    told: VecDeque<Decision>,
    /// What was so at the newest decisions, by place from the end.
    then: VecDeque<Option<Then>>,
    left_out: bool,
}

/// What a decision by a rule saw.
struct Then {
    profile: Profile,
    segments: SegmentState,
    upto: usize,
}

impl Explainer<'_> {
    /// The rule behind an effect.
    fn rule(&self, effect: &Effect) -> Option<String> {
        match effect {
            Effect::NotEntered { reason: Refusal::EntryCondition, .. } => self.spec.entry_when.clone(),
            Effect::NotEntered { reason: Refusal::ExitCondition, .. }
            | Effect::Exited { reason: rapport_journeys::ExitReason::ExitCondition, .. } => self.spec.exit_when.clone(),
            Effect::Passed { step, exit, .. } => match &self.spec.step(step)?.action {
                Action::Branch(arms) => {
                    let chosen = exit.strip_prefix("arm ").and_then(|n| n.parse::<usize>().ok());
                    let text = |arm: &rapport_journeys::spec::Arm| arm.when.clone();
                    match chosen {
                        Some(n) => arms.get(n - 1).map(text),
                        None => Some(arms.iter().map(|a| format!("!({})", a.when)).collect::<Vec<_>>().join(" && ")),
                    }
                }
                Action::Wait(Wait::When(wait)) if exit == "next" => Some(wait.rule.clone()),
                Action::Wait(Wait::When(wait)) => Some(format!("!({})", wait.rule)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The traits a rule reads, of the profile and its account, with their values.
fn values(rule: &str, profile: &Profile) -> Map<String, Value> {
    let Ok(parsed) = rapport_rules::parse(rule) else { return Map::new() };
    let plan = rapport_rules::Plan::new(&parsed);
    let value = |name: &String| (name.clone(), profile.trait_value(name).cloned().unwrap_or_default());
    let account = |name: &String| {
        let found = profile.account.as_ref().and_then(|account| account.value(name));
        (format!("account.{name}"), found.cloned().unwrap_or_default())
    };
    plan.trait_names().iter().map(value).chain(plan.account_names().iter().map(account)).collect()
}

impl Witness for Explainer<'_> {
    fn saw(&mut self, seen: &Seen<'_>, effect: &Effect) {
        let (now, profile) = (seen.now, seen.profile);
        let Some((step, what, detail)) = tell(effect, self.journey) else { return };
        let rule = self.rule(effect);
        let values = rule.as_deref().map(|rule| values(rule, profile)).unwrap_or_default();
        let then = rule.is_some().then(|| Then {
            profile: profile.clone(),
            segments: seen.segments.clone(),
            upto: self.events[..self.played].partition_point(|event| event.ts <= now),
        });
        self.then.push_back(then);
        if self.then.len() > MAX_PROVEN {
            self.then.pop_front();
        }
        let (version, run) = (self.version, run_of(effect));
        self.told.push_back(Decision { at: now, version, run, step, what, detail, rule, values, proof: None });
        if self.told.len() > MAX_TOLD {
            self.told.pop_front();
            self.left_out = true;
        }
    }
}

impl Explainer<'_> {
    /// What it was told, newest first, the newest decisions with the proof of their rules.
    fn decisions(mut self) -> Vec<Decision> {
        for (decision, then) in self.told.iter_mut().rev().zip(self.then.iter().rev()) {
            let (Some(rule), Some(then)) = (&decision.rule, then) else { continue };
            let Ok(rule) = rapport_rules::parse(rule) else { continue };
            let facts = ProfileFacts {
                set: &self.stage.rules,
                binding: &self.stage.binding,
                profile: &then.profile,
                state: &then.segments,
                default_zone: self.stage.zone,
            };
            let events = &self.events[..then.upto];
            decision.proof = Some(proof(rapport_rules::explain(&rule, &facts, events, decision.at), events));
        }
        self.told.into_iter().rev().collect()
    }
}

/// A clause as explanations of segments show it.
fn proof(clause: Clause, events: &[Event]) -> Value {
    let shown = |index: &usize| {
        let event = &events[*index];
        json!({"message_id": &*event.message_id, "event": &*event.name, "timestamp": event.ts.to_rfc3339()})
    };
    json!({
        "text": clause.text,
        "holds": clause.holds,
        "kind": clause.kind,
        "matching_events": clause.matching,
        "events": clause.evidence.iter().map(shown).collect::<Vec<_>>(),
        "values": clause.values.into_iter().collect::<Map<_, _>>(),
        "parts": clause.parts.into_iter().map(|part| proof(part, events)).collect::<Vec<_>>(),
    })
}

/// Explains a profile and a journey; `None` when the profile is not known.
///
/// # Errors
/// The state or the lake cannot be read.
pub fn explain(
    shared: &Shared,
    ws: WorkspaceId,
    journey: &str,
    profile: ProfileId,
) -> Result<Option<Explanation>, EngineError> {
    if read::profiles::get(shared, ws, profile)?.is_none() {
        return Ok(None);
    }
    let rows = shared.lake.timeline(ws, profile, None, &TimelineFilter::default(), MAX_EVENTS)?;
    let about = |row: &&rapport_domain::event::ProcessedEvent| {
        row.event.properties.get("journey").and_then(Value::as_str) == Some(journey)
    };
    let fact = |row: &rapport_domain::event::ProcessedEvent| Fact {
        at: row.event.ts,
        event: row.event.name.to_string(),
        properties: row.event.properties.map().clone(),
    };
    let mut facts: Vec<Fact> = rows.iter().filter(about).take(MAX_TOLD + 1).map(fact).collect();
    let mut shortened = rows.len() == MAX_EVENTS || facts.len() > MAX_TOLD;
    facts.truncate(MAX_TOLD);
    let (kind, id) = super::document_of(journey);
    let (live, mut versions) = shared.stores.control().read(|q| {
        let versions = resources::all_versions(q, ws, kind, id)?;
        Ok::<_, rapport_store::StoreError>((resources::live_one(q, ws, kind, id)?, versions))
    })?;
    versions.retain(|v| matches!(v.status, ResourceStatus::Live | ResourceStatus::Archived));
    versions.sort_by_key(|v| v.version);
    let entered = |version: u32| facts.iter().any(|f| f.properties.get("version") == Some(&json!(version)));
    let live_version = live.as_ref().map(|r| r.version);
    let events: Vec<Event> = rows.into_iter().rev().map(|row| row.event).collect();
    let mut decisions = Vec::new();
    let told = |version: u32| live_version == Some(version) || entered(version);
    for (at, document) in versions.iter().enumerate().rev().filter(|(_, v)| told(v.version)).take(MAX_VERSIONS) {
        let Ok(mut spec) = super::journey_of(kind, &document.spec) else { continue };
        let until = versions.get(at + 1).map(|next| next.created_at);
        spec.stops_at = spec.stops_at.into_iter().chain(until).min();
        let of = (journey, document.version, document.created_at);
        let (found, left_out) = replay(shared, (ws, profile), of, &spec, &events)?;
        shortened |= left_out;
        decisions.extend(found.into_iter().filter(|d| d.what != "refused" || until.is_none_or(|until| d.at < until)));
    }
    decisions.sort_by_key(|d| std::cmp::Reverse(d.at));
    shortened |= decisions.len() > MAX_TOLD;
    decisions.truncate(MAX_TOLD);
    let all = read::journeys::of_profile(shared, ws, profile)?;
    let own = |list: &Value| -> Value {
        list.as_array().into_iter().flatten().filter(|r| r["journey"] == journey).cloned().collect()
    };
    let runs = json!({"active": own(&all["active"]), "history": own(&all["history"])});
    let messages = judged(shared, ws, journey, profile)?;
    Ok(Some(Explanation { live_version, runs, facts, decisions, messages, shortened }))
}

/// What a version, there since some instant, decides over a profile's events, newest first; and whether that is not all.
fn replay(
    shared: &Shared,
    (ws, profile): (WorkspaceId, ProfileId),
    (journey, version, since): (&str, u32, Timestamp),
    spec: &JourneySpec,
    events: &[Event],
) -> Result<(Vec<Decision>, bool), EngineError> {
    let (now, flood_limit, compare) = (shared.clock.now(), 0, false);
    let request =
        Request { journey: journey.to_owned(), spec: spec.clone(), since, until: now, flood_limit, compare, people: 0 };
    let stage = super::stage(shared, ws, &request, None)?;
    let explainer = Explainer {
        journey,
        version,
        spec,
        stage: &stage,
        events,
        played: 0,
        told: VecDeque::new(),
        then: VecDeque::new(),
        left_out: false,
    };
    let mut player = Player::new(&stage, Profile::new(ws, profile, false, now), explainer);
    for event in events {
        player.witness.played += 1;
        player.event(event.clone());
    }
    player.pass(now);
    let left_out = player.witness.left_out;
    Ok((player.witness.decisions(), left_out))
}

/// The run an effect is of.
fn run_of(effect: &Effect) -> Option<u64> {
    match effect {
        Effect::Entered { run, .. } | Effect::Exited { run, .. } | Effect::Passed { run, .. } => Some(*run),
        Effect::Goal { origin, .. }
        | Effect::Send { origin, .. }
        | Effect::Withheld { origin, .. }
        | Effect::UpdateTraits { origin, .. }
        | Effect::Emit { origin, .. }
        | Effect::Webhook { origin, .. }
        | Effect::List { origin, .. }
        | Effect::Start { origin, .. }
        | Effect::Stop { origin, .. }
        | Effect::Unanswered { origin, .. }
        | Effect::Omitted { origin, .. }
        | Effect::Turn { origin, .. } => Some(origin.run),
        Effect::NotEntered { .. } | Effect::Migrated { .. } | Effect::Renumbered { .. } => None,
    }
}

impl Explanation {
    /// Keeps what is about one message: what is recorded of its run, and what that run decides when played again. Answers
    /// whether there is such a message.
    pub fn narrow(&mut self, message: &str) -> bool {
        let is = |f: &&Fact| f.properties.get("message_id").and_then(Value::as_str) == Some(message);
        let Some(found) = self.facts.iter().find(|f| is(f) && f.properties.contains_key("run")) else { return false };
        let of = |f: &Fact| (f.properties.get("run").cloned(), f.properties.get("version").cloned());
        let run = of(found);
        self.facts.retain(|f| f.properties.get("run") == run.0.as_ref() || is(&f));
        self.messages.retain(|m| m.message == message);
        let entered = self.facts.iter().rev().find(|f| f.event == names::JOURNEY_ENTERED).map(|f| f.at);
        let decided = self.decisions.iter().find(|d| {
            d.what == "entered" && Some(json!(d.version)) == run.1 && entered.is_none_or(|entered| d.at <= entered)
        });
        let key = decided.map(|d| (d.version, d.run));
        self.decisions.retain(|d| Some((d.version, d.run)) == key);
        true
    }
}
