//! What a journey would have done: a draft or a live version is played over the events of the last days, through the same
//! decisions as in the partition loop, under a virtual clock. Nothing leaves and nothing is written.
//!
//! # What is played
//! - Every profile with an event that can matter, from its first event: what lies before the period gives traits, rules and
//!   re-entry their past; within the period journeys begin and go on. Events are taken in order of their own time, as if
//!   each had arrived when it happened.
//! - The other live journeys are played along, for overlap and floods. What Rapport itself derived in the period is derived
//!   anew; what customers did with messages (opens, clicks, unsubscribing) is taken as it was.
//! - Every message passes the gate: consent, suppression, quiet hours, a customer's pause and wish, caps and pressure, with what reached
//!   the customer before the period and what the simulation lets leave. A template that is not live yet is taken as an ordinary one.
//! - Runs that were under way when the period began are not continued. Rate limiters let everybody pass at once; webhooks
//!   are answered with success and an empty body; accounts are as they are now; of a comparison the first arm wins. Journeys that begin by the API or by
//!   hand have no entries, but those that a live journey starts.

mod cost;
mod dry;
mod estimate;
mod explain;
mod fold;
mod gate;
mod judged;
mod player;
mod progress;
mod stage;
mod tally;

use rapport_domain::time::DAY_MS;
use rapport_domain::{Problem, ResourceKind, Timestamp, WorkspaceId};
use rapport_journeys::{AnyCatalogue, JourneyDef, JourneySpec, campaign};
use rapport_lake::CancelFlag;
use rapport_store::control::{journey_states, resources};
use serde::Serialize;

pub use self::cost::{CountryCost, TextCost};
pub use self::dry::{DryRun, DryStep, dry_run};
pub use self::estimate::{Estimate, estimate};
pub use self::explain::{Decision, Explanation, Fact, explain};
pub use self::judged::{Judged, Judgement};
pub use self::progress::Progress;
use self::stage::{DRAFT, Parts, Stage};
use self::tally::Tally;
pub use self::tally::{ChannelTally, Flood, JourneyTally, Person, StepTally};
use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Days a simulation may look back.
pub const MAX_DAYS: i64 = 400;
/// Of how many people everything is told at most, in an answer to a request.
pub const MAX_PEOPLE: usize = 100;
/// Messages a week above which somebody counts as flooded, when the request does not say.
pub const DEFAULT_FLOOD_LIMIT: u64 = 7;

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Request {
    /// The journey's id; the live version of that id, if there is one, gives way to `spec`.
    pub journey: String,
    /// What the journey says.
    pub spec: JourneySpec,
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Messages a week above which somebody counts as flooded.
    pub flood_limit: u64,
    /// Whether to play the live version as well, for comparison.
    pub compare: bool,
    /// Of how many of the people who enter everything is told.
    pub people: usize,
}

/// What a journey would have done.
#[derive(Clone, Debug, Serialize)]
pub struct Simulation {
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Profiles played.
    pub profiles: u64,
    /// Events played.
    pub events: u64,
    /// The journey's numbers.
    pub journey: JourneyTally,
    /// Of the people who enter, those who also enter another live journey, by journey.
    pub overlap: std::collections::BTreeMap<String, u64>,
    /// People who would get more messages in a week than is good, over all journeys.
    pub flood: Flood,
    /// The numbers of the live version over the same events.
    pub live: Option<JourneyTally>,
    /// What some of the people who enter go through, those with the least ids.
    pub people: Vec<Person>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// Plays a journey over the past.
///
/// # Errors
/// A rule that cannot be read, a lake that cannot be, or that it was cancelled.
pub fn run(
    shared: &Shared,
    ws: WorkspaceId,
    request: &Request,
    cancel: &CancelFlag,
) -> Result<Simulation, EngineError> {
    run_told(shared, ws, request, cancel, &Progress::default())
}

/// The same, telling how far it is.
///
/// # Errors
/// See [`run`].
pub fn run_told(
    shared: &Shared,
    ws: WorkspaceId,
    request: &Request,
    cancel: &CancelFlag,
    progress: &Progress,
) -> Result<Simulation, EngineError> {
    let stage = stage(shared, ws, request, None)?;
    let documents = shared.stores.control().read(|q| resources::all_live(q, ws))?;
    let gate = gate::Gate::new(shared, ws, &documents, request.since);
    let snapshot = shared.lake.snapshot(ws);
    let live = live_version(shared, ws, &request.journey)?.filter(|_| request.compare);
    // Two of the same would go the same ways.
    let differs = live.as_ref().is_some_and(|live| *live != request.spec);
    progress.expect(&snapshot, stage.event_names().as_deref(), 1 + u64::from(differs));
    let fold = fold::PlayFold::new(&stage, &gate, request.flood_limit, request.people, progress);
    let mut tally: Tally = snapshot.run(&fold, cancel)?;
    tally.people.sort_by(|a, b| a.profile.cmp(&b.profile));
    let live = match live {
        None => None,
        Some(_) if !differs => Some(tally.journey.clone()),
        Some(live) => {
            let stage = self::stage(shared, ws, request, Some(&live))?;
            let tally: Tally =
                snapshot.run(&fold::PlayFold::new(&stage, &gate, request.flood_limit, 0, progress), cancel)?;
            Some(tally.journey)
        }
    };
    let mut warnings = snapshot.warnings();
    warnings.extend(notes(request, &gate, &tally));
    Ok(Simulation {
        since: request.since,
        until: request.until,
        profiles: tally.profiles,
        events: tally.events,
        journey: tally.journey,
        overlap: tally.overlap,
        people: tally.people,
        flood: Flood { limit: request.flood_limit, ..tally.flood },
        live,
        warnings,
    })
}

fn notes(request: &Request, gate: &gate::Gate<'_>, tally: &Tally) -> Vec<String> {
    use rapport_journeys::spec::{Action, Trigger};
    let mut notes = Vec::new();
    // Other live journeys start it in the simulation as they do live.
    let is_called = matches!(request.spec.trigger, Trigger::Api { .. } | Trigger::Journey | Trigger::Manual);
    if is_called && tally.journey.entered == 0 {
        notes.push(format!(
            "the journey begins by {}: the past has no such calls, so nobody enters",
            request.spec.trigger.kind()
        ));
    }
    for step in &request.spec.steps {
        if let Action::Send(send) = &step.action
            && !gate.knows(&send.template)
        {
            let (id, template) = (&step.id, &send.template);
            notes.push(format!("the template {template:?} of step {id:?} is not live: taken as an ordinary one"));
        }
    }
    let has = |f: fn(&Action) -> bool| request.spec.steps.iter().any(|s| f(&s.action));
    if has(|a| matches!(a, Action::Limit(_))) {
        notes.push("rate limiters are not played: everybody passes at once".to_owned());
    }
    if has(|a| matches!(a, Action::Webhook(_))) {
        notes.push("webhooks are taken as answered with success and an empty body".to_owned());
    }
    if has(|a| matches!(a, Action::Winner(_))) {
        notes.push("of a comparison the first arm is taken as the winner".to_owned());
    }
    if has(|a| matches!(a, Action::Message(_))) {
        notes.push("messages are taken as sent, and opened where the same step's message was".to_owned());
    }
    if tally.cut > 0 {
        notes.push(format!(
            "{} people go round in a circle of journeys or events without end: it was cut, and the numbers are too low",
            tally.cut
        ));
    }
    if tally.flood.people > 0 {
        let (people, limit) = (tally.flood.people, request.flood_limit);
        notes.push(format!("{people} people would get more than {limit} messages within a week, over all journeys"));
    }
    notes
}

/// The document behind a journey's id: a journey, or the campaign that becomes one (`campaign/ID`).
#[must_use]
pub fn document_of(journey: &str) -> (ResourceKind, &str) {
    match journey.strip_prefix(campaign::PREFIX) {
        Some(id) => (ResourceKind::Campaign, id),
        None => (ResourceKind::Journey, journey),
    }
}

/// What a document says, as a journey.
///
/// # Errors
/// Every problem of the document.
pub fn journey_of(kind: ResourceKind, spec: &serde_json::Value) -> Result<JourneySpec, Vec<Problem>> {
    match kind {
        ResourceKind::Campaign => campaign::validate(spec, &AnyCatalogue).map(|read| campaign::compile(&read)),
        _ => rapport_journeys::validate(spec, &AnyCatalogue),
    }
}

/// The live version of a journey, as read.
fn live_version(shared: &Shared, ws: WorkspaceId, journey: &str) -> Result<Option<JourneySpec>, EngineError> {
    let (kind, id) = document_of(journey);
    let live = shared.stores.control().read(|q| resources::live_one(q, ws, kind, id))?;
    Ok(live.and_then(|r| journey_of(kind, &r.spec).ok()))
}

/// The stage of a request; `instead` plays another version in the draft's place.
fn stage(
    shared: &Shared,
    ws: WorkspaceId,
    request: &Request,
    instead: Option<&JourneySpec>,
) -> Result<Stage, EngineError> {
    let control = shared.stores.control();
    let live = control.read(|q| resources::all_live(q, ws))?;
    let zone = shared.live().workspaces.get(&ws).map_or(chrono_tz::Tz::UTC, |w| w.zone);
    let mut others = Vec::new();
    let holdout = crate::live::holdout_of(&live);
    for document in &live {
        match document.kind {
            ResourceKind::Journey => {
                if let Ok(spec) = rapport_journeys::validate(&document.spec, &AnyCatalogue) {
                    let paused = control.read(|q| journey_states::pause(q, ws, &document.id))?.is_some();
                    others.push(JourneyDef {
                        workspace: ws,
                        id: document.id.clone(),
                        version: document.version,
                        live: true,
                        paused,
                        global_holdout: holdout,
                        spec,
                    });
                }
            }
            ResourceKind::Campaign => {
                let id = rapport_journeys::campaign::journey_id(&document.id);
                let paused = control.read(|q| journey_states::pause(q, ws, &id))?.is_some();
                others.extend(crate::live::campaign_def(document, paused, holdout, &mut Vec::new()));
            }
            _ => {}
        }
    }
    let mut population = [0; 24];
    for (_, db) in shared.stores.partitions() {
        let hours = db.read(|q| rapport_journeys::repo::hours(q, ws))?;
        population.iter_mut().zip(hours).for_each(|(a, b)| *a += b);
    }
    let mut stage = Stage::build(Parts {
        workspace: ws,
        zone,
        live: &live,
        others,
        journey: &request.journey,
        version: DRAFT,
        spec: instead.unwrap_or(&request.spec),
        holdout,
        population,
        since: request.since,
        until: request.until,
    })?;
    for (_, db) in shared.stores.partitions() {
        let copies = db.read(|q| read::accounts::for_rules(q, ws, &stage.rules))?;
        stage.accounts.extend(copies);
    }
    Ok(stage)
}

/// The beginning of a period of that many days before `until`, bounded.
#[must_use]
pub fn since(until: Timestamp, days: i64) -> Timestamp {
    until.plus_ms(-days.clamp(1, MAX_DAYS) * DAY_MS)
}
