//! One profile played through the same decisions as in the partition loop, under a virtual clock and without any effect on
//! the world: what would be written is only witnessed.

mod messages;
mod scene;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use rapport_domain::event::names;
use rapport_domain::profile::ZONE_TRAIT;
use rapport_domain::time::local_to_instant;
use rapport_domain::{Event, EventKind, Profile, SourceId, Timestamp};
use rapport_journeys::{Call, CalledBy, Conditions, Effect, JourneySet, Runs, WebhookAnswer};
use rapport_profiles::apply_confirming;
use rapport_segments::{Decided, Edge, SegmentState, Touched};
use serde_json::{Map, Value, json};

use super::stage::Stage;
use crate::error::EngineError;
use crate::shared::Shared;
use crate::told;
use scene::Scene;

/// Timers that may fire between two events of one profile; more would be a journey that never rests.
const MAX_FIRES: usize = 20_000;

/// Journeys that start each other at one instant, as in the partition loop.
const MAX_NESTED: usize = 8;

/// Sees what is decided.
pub(crate) trait Witness {
    /// An effect was decided for the profile.
    fn saw(&mut self, seen: &Seen<'_>, effect: &Effect);
    /// Time passes up to `to`; nothing of the profile changes before that.
    fn passes(&mut self, _profile: &Profile, _to: Timestamp) {}
    /// How a webhook is answered.
    fn answer(&self) -> WebhookAnswer {
        WebhookAnswer::Body { status: 200, body: Value::Object(Map::new()) }
    }
}

/// What was so when an effect was decided.
pub(crate) struct Seen<'a> {
    pub(crate) now: Timestamp,
    pub(crate) profile: &'a Profile,
    pub(crate) segments: &'a SegmentState,
}

/// One profile on the stage.
pub(crate) struct Player<'a, W> {
    stage: &'a Stage,
    pub(crate) profile: Profile,
    pub(crate) segments: SegmentState,
    pub(crate) runs: Runs,
    pub(crate) now: Timestamp,
    pub(crate) witness: W,
    look_at_all: bool,
    /// Calendars that have come round.
    occurred: usize,
    due: Option<Timestamp>,
    derived: u64,
    nested: usize,
    /// Whether something was left out because it would never end.
    pub(crate) is_cut: bool,
    /// The last message played, by journey and step: what really became of the one then is taken as its own.
    messages: HashMap<(String, String), Arc<str>>,
}

type Queue = VecDeque<Event>;

impl<'a, W: Witness> Player<'a, W> {
    pub(crate) fn new(stage: &'a Stage, profile: Profile, witness: W) -> Self {
        Player {
            stage,
            profile,
            segments: SegmentState::default(),
            runs: Runs::default(),
            now: Timestamp::MIN,
            witness,
            look_at_all: true,
            occurred: 0,
            due: None,
            derived: 0,
            nested: 0,
            is_cut: false,
            messages: HashMap::new(),
        }
    }

    /// One event of the past. Before the period it is history; what Rapport itself derived within the period is left out,
    /// because it is derived anew.
    pub(crate) fn event(&mut self, event: Event) {
        let derived = event.source == SourceId(0) && event.message_id.starts_with("rp-");
        if event.ts < self.stage.since {
            self.remember(&event);
            self.now = event.ts;
            let mut queue = Queue::new();
            self.take(event, true, &mut queue);
            return;
        }
        if derived {
            return;
        }
        self.pass(event.ts);
        self.now = event.ts;
        self.play(event);
    }

    /// Whether the profile was in journeys before the period: re-entry rules hold for it.
    fn remember(&mut self, event: &Event) {
        if &*event.name != names::JOURNEY_ENTERED {
            return;
        }
        let text = |name: &str| event.properties.get(name).and_then(Value::as_str);
        if let Some(journey) = text("journey") {
            self.runs.remember(journey, text("key"), event.ts);
        }
    }

    /// Takes over what rules know of the profile now, from its events: for a run that begins now.
    pub(crate) fn recall(&mut self, shared: &Shared, now: Timestamp) -> Result<(), EngineError> {
        let filter = rapport_lake::TimelineFilter::default();
        let (ws, id) = (self.profile.workspace, self.profile.id);
        let events = shared.lake.timeline(ws, id, None, &filter, usize::MAX)?;
        let history = rapport_segments::fold::history(self.stage.rules.aggregates(), events.iter().map(|e| &e.event));
        self.stage.rules.replace(&self.stage.binding, &mut self.segments, history);
        let mut touched = Touched::default();
        self.stage.rules.touch_all(&mut touched);
        self.now = now;
        self.look_at_all = false;
        self.look_up_account();
        self.decide(touched, true, &mut Queue::new());
        Ok(())
    }

    /// The profile enters or leaves a segment, whatever its rule says.
    pub(crate) fn edge(&mut self, segment: &str, entered: bool) {
        let mut queue = Queue::new();
        self.with_runs(&mut queue, |stage, runs, scene, now, out| {
            stage.journeys.on_segment(stage.workspace, runs, (segment, entered, now), false, scene, now, out);
        });
        self.run_due(&mut queue);
        self.drain(&mut queue);
        self.plan();
    }

    /// Lets time pass until `to`, that instant included, as far as the period reaches.
    pub(crate) fn pass(&mut self, to: Timestamp) {
        let to = to.min(self.stage.until);
        if self.now < self.stage.since {
            self.begin();
        }
        for fired in 0.. {
            let occurs = self.stage.calendars.get(self.occurred).map(|o| o.at);
            let Some(next) = [self.due, occurs].into_iter().flatten().min().filter(|at| *at <= to) else { break };
            if fired == MAX_FIRES {
                self.is_cut = true;
                break;
            }
            self.now = self.now.max(next);
            self.witness.passes(&self.profile, self.now);
            if occurs == Some(next) {
                self.occur();
            } else {
                self.fire();
            }
            self.plan();
        }
        self.witness.passes(&self.profile, to);
    }

    /// The period begins: time alone may have changed what rules say since the last event before it.
    fn begin(&mut self) {
        self.now = self.stage.since;
        let mut touched = Touched::default();
        self.stage.rules.touch_due(&self.stage.binding, &self.segments, self.now, &mut touched);
        let mut queue = Queue::new();
        self.decide(touched, true, &mut queue);
        self.with_runs(&mut queue, |stage, runs, scene, now, _| {
            stage.journeys.plan_dates(stage.workspace, runs, scene, now);
        });
        self.drain(&mut queue);
        self.plan();
    }

    fn play(&mut self, event: Event) {
        let mut queue = Queue::from([event]);
        self.drain(&mut queue);
        self.plan();
    }

    fn fire(&mut self) {
        let mut touched = Touched::default();
        self.stage.rules.touch_due(&self.stage.binding, &self.segments, self.now, &mut touched);
        let mut queue = Queue::new();
        self.decide(touched, false, &mut queue);
        if !self.runs.active.is_empty() || !self.runs.dates.is_empty() {
            self.run_timer(&mut queue);
        }
        self.drain(&mut queue);
    }

    fn occur(&mut self) {
        let occurs = &self.stage.calendars[self.occurred];
        self.occurred += 1;
        let Value::Object(data) = json!({"scheduled_for": occurs.local.format("%Y-%m-%dT%H:%M:%S").to_string()}) else {
            return;
        };
        let zone = self.profile.zone().unwrap_or(self.stage.zone);
        let begin_at = occurs.by_profile.then(|| local_to_instant(zone, occurs.local));
        let call = Call { journey: &occurs.journey, by: CalledBy::Schedule, data: &data, begin_at };
        self.call(&call);
    }

    /// Asks a journey to begin.
    pub(crate) fn call(&mut self, call: &Call<'_>) {
        let mut queue = Queue::new();
        self.begin_call(call, &mut queue);
        self.drain(&mut queue);
        self.plan();
    }

    fn begin_call(&mut self, call: &Call<'_>, queue: &mut Queue) {
        if self.nested > MAX_NESTED {
            self.is_cut = true;
            return;
        }
        self.with_runs(queue, |stage, runs, scene, now, out| {
            stage.journeys.on_call(stage.workspace, runs, call, scene, now, out);
        });
        self.run_due(queue);
    }

    /// When something happens by itself: rules, runs, and exit rules that time makes true.
    fn plan(&mut self) {
        let stage = self.stage;
        let mut due = [self.segments.next_due(), stage.journeys.next_due(stage.workspace, &self.runs)]
            .into_iter()
            .flatten()
            .min();
        if !self.runs.active.is_empty() {
            let scene = Scene { stage, profile: &self.profile, segments: &self.segments, now: self.now };
            let exits = stage.journeys.exit_rules(stage.workspace, &self.runs).filter_map(|rule| {
                let verdict = scene.ask(rule)?;
                if verdict.holds { Some(self.now) } else { verdict.next_change.filter(|at| *at > self.now) }
            });
            due = exits.chain(due).min();
        }
        self.due = due;
    }

    fn drain(&mut self, queue: &mut Queue) {
        let mut steps = 0;
        while let Some(event) = queue.pop_front() {
            steps += 1;
            if steps > crate::owner::MAX_CAUSED {
                self.is_cut = true;
                return;
            }
            self.take(event, false, queue);
        }
    }

    /// One event through profile, rules and journeys, as the owner takes it.
    fn take(&mut self, event: Event, before: bool, queue: &mut Queue) {
        let (stage, historical) = (self.stage, before || event.historical);
        let must_confirm =
            |channel: &str, topic: Option<&str>| stage.confirmations.for_subscription(channel, topic).is_some();
        let applied = apply_confirming(&mut self.profile, &event, &must_confirm);
        self.profile.known |= event.user_id.is_some();
        let mut touched = Touched::default();
        stage.rules.observe(&stage.binding, &mut self.segments, &event, &mut touched);
        for change in &applied.trait_changes {
            stage.rules.touch_trait(&change.name, &mut touched);
        }
        if !applied.consent_changes.is_empty() {
            stage.rules.touch_consent(&mut touched);
        }
        if applied.account_moved || applied.joined_group.is_some() {
            self.look_up_account();
            stage.rules.touch_account(&mut touched);
        }
        let dates_moved = self.look_at_all || !applied.trait_changes.is_empty();
        let is_elsewhere = self.look_at_all || applied.trait_changes.iter().any(|change| change.name == ZONE_TRAIT);
        if std::mem::take(&mut self.look_at_all) {
            stage.rules.touch_all(&mut touched);
        }
        if before {
            // What followed from it is in the past as well.
            self.decide(touched, true, queue);
            queue.clear();
            self.note_habits(&event);
            return;
        }
        if !applied.trait_changes.is_empty() {
            let changes = crate::owner::changes(&applied.trait_changes);
            self.derive(names::PROFILE_UPDATED, map(json!({"changes": changes})), historical, queue);
        }
        if &*event.name != names::CONSENT_CHANGED && &*event.name != names::UNSUBSCRIBED {
            for c in applied.consent_changes.iter().filter(|c| told::has_changed(c)) {
                self.derive(names::CONSENT_CHANGED, told::consent(c), historical, queue);
            }
        }
        self.decide(touched, historical, queue);
        self.note_habits(&event);
        self.note_message(&event);
        if dates_moved && (stage.journeys.has_dates(stage.workspace) || !self.runs.active.is_empty()) {
            self.with_runs(queue, |stage, runs, scene, now, _| {
                stage.journeys.plan_dates(stage.workspace, runs, scene, now);
                stage.journeys.move_dates(stage.workspace, runs, is_elsewhere, scene, now);
            });
        }
        let starts = !historical && stage.journeys.listens(stage.workspace, &event.name);
        if starts || !self.runs.active.is_empty() {
            self.with_runs(queue, |stage, runs, scene, now, out| {
                stage.journeys.on_event(runs, &event, scene, now, out);
            });
            if !historical {
                self.run_due(queue);
            }
        }
    }

    fn look_up_account(&mut self) {
        let accounts = &self.stage.accounts;
        self.profile.account = self.profile.account_id().and_then(|id| accounts.get(id).cloned());
    }

    fn note_habits(&mut self, event: &Event) {
        if told::is_reaction(&event.name) && event.properties.get("message_id").is_some() {
            let zone = self.profile.zone().unwrap_or(self.stage.zone);
            self.runs.habits.note_reaction(event.ts, zone);
        }
    }

    fn derive(&mut self, name: &str, properties: Map<String, Value>, historical: bool, queue: &mut Queue) {
        self.derived += 1;
        let mut event =
            Event::derived(self.stage.workspace, name, format!("sim-{}", self.derived), self.now, properties);
        event.historical = historical;
        queue.push_back(event);
    }

    fn decide(&mut self, touched: Touched, historical: bool, queue: &mut Queue) {
        if touched.is_empty() {
            return;
        }
        let stage = self.stage;
        let mut decided = Decided::default();
        stage.rules.evaluate(
            &stage.binding,
            &mut self.segments,
            touched,
            &mut self.profile,
            stage.zone,
            self.now,
            &mut decided,
        );
        for Edge { segment, entered, .. } in decided.edges {
            let name = if entered { names::SEGMENT_ENTERED } else { names::SEGMENT_EXITED };
            let mut properties = map(json!({"segment": segment}));
            if historical {
                properties.insert("backfill".to_owned(), Value::Bool(true));
            }
            self.derive(name, properties, historical, queue);
            if !historical && stage.journeys.listens_segment(stage.workspace, &segment) {
                self.with_runs(queue, |stage, runs, scene, now, out| {
                    stage.journeys.on_segment(stage.workspace, runs, (&segment, entered, now), false, scene, now, out);
                });
                self.run_due(queue);
            }
        }
    }

    fn run_due(&mut self, queue: &mut Queue) {
        let stage = self.stage;
        if stage.journeys.next_due(stage.workspace, &self.runs).is_some_and(|due| due <= self.now) {
            self.run_timer(queue);
        }
    }

    fn run_timer(&mut self, queue: &mut Queue) {
        self.with_runs(queue, |stage, runs, scene, now, out| {
            stage.journeys.on_timer(stage.workspace, runs, scene, now, out);
        });
    }

    fn with_runs(
        &mut self,
        queue: &mut Queue,
        decide: impl FnOnce(&Stage, &mut Runs, &dyn Conditions, Timestamp, &mut Vec<Effect>),
    ) {
        let mut effects = Vec::new();
        let scene = Scene { stage: self.stage, profile: &self.profile, segments: &self.segments, now: self.now };
        decide(self.stage, &mut self.runs, &scene, self.now, &mut effects);
        for effect in effects {
            let seen = Seen { now: self.now, profile: &self.profile, segments: &self.segments };
            self.witness.saw(&seen, &effect);
            self.effect(effect, queue);
        }
    }

    /// What an effect causes among events; nothing leaves.
    fn effect(&mut self, effect: Effect, queue: &mut Queue) {
        if let Some((name, properties)) = told::told(&effect) {
            return self.derive(&name, properties, false, queue);
        }
        match effect {
            Effect::Send { origin, channel, template, .. } => {
                let properties = told::message(&channel, &template, Some(&origin));
                self.derive(names::MESSAGE_QUEUED, properties, false, queue);
                self.take_as_sent(&origin, queue);
            }
            Effect::UpdateTraits { set, unset, .. } => self.identify(set, unset, queue),
            Effect::Webhook { origin, .. } => {
                let answer = self.witness.answer();
                let journeys = &self.stage.journeys;
                let (ws, now, mut out) = (self.stage.workspace, self.now, Vec::new());
                let set = journeys.on_answer(&mut self.runs, ws, &origin, &answer, now, &mut out);
                out.into_iter().for_each(|effect| self.effect(effect, queue));
                if let Some(set) = set.filter(|set| !set.is_empty()) {
                    self.identify(set, Vec::new(), queue);
                }
            }
            Effect::Turn { passes: true, .. } => {}
            Effect::Turn { origin, .. } => self.runs.grant(origin.run, self.now),
            Effect::Start { journey, data, .. } => {
                let call = Call { journey: &journey, by: CalledBy::Journey, data: &data, begin_at: None };
                self.nested += 1;
                self.begin_call(&call, queue);
                self.nested -= 1;
            }
            Effect::Stop { journey, .. } => {
                self.with_runs(queue, |_, runs, _, _, out| JourneySet::stop(runs, &journey, out));
            }
            _ => {}
        }
    }

    fn identify(&mut self, mut set: Map<String, Value>, unset: Vec<String>, queue: &mut Queue) {
        set.extend(unset.into_iter().map(|name| (name, Value::Null)));
        self.derive(names::IDENTIFIED, set, false, queue);
        if let Some(event) = queue.back_mut() {
            event.kind = EventKind::Identify;
        }
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
