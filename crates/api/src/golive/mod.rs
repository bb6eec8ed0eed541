//! What keeps a document from going live, beyond what is wrong with it: what it needs must be there now. Errors refuse;
//! what only looks like a mistake wants a confirmation.

pub(crate) mod needs;
mod repeats;

use std::fmt::Display;

use rapport_delivery::TemplateSpec;
use rapport_delivery::channels::has_media;
use rapport_domain::{MessageChannel, Problem, Resource, ResourceKind, ResourceStatus, Timestamp, WorkspaceId, kinds};
use rapport_engine::{circles, read};
use rapport_journeys::campaign;
use rapport_journeys::core::calendar;
use rapport_journeys::spec::{Action, Audience, Occurrence, Trigger};
use rapport_journeys::{AnyCatalogue, JourneySpec};
use rapport_lake::CancelFlag;
use rapport_rules::Plan;
use rapport_store::Query;
use rapport_store::control::resources;
use serde_json::Value;

use crate::error::ApiError;
use crate::state::ApiState;

/// What was found.
#[derive(Default)]
struct Found {
    errors: Vec<Problem>,
    confirm: Vec<Problem>,
}

impl Found {
    fn verdict(self, kind: ResourceKind, confirmed: bool) -> Result<(), ApiError> {
        if !self.errors.is_empty() {
            let detail = format!("the {} cannot go live: {}", kind.as_str(), self.errors[0]);
            return Err(ApiError { detail, code: "cannot_go_live", ..ApiError::invalid(self.errors) });
        }
        if !self.confirm.is_empty() && !confirmed {
            let detail = format!("{}; publish with confirm: true if that is meant", self.confirm[0]);
            return Err(ApiError { errors: self.confirm, ..ApiError::conflict("needs_confirmation", detail) });
        }
        Ok(())
    }
}

/// Refuses what cannot work; what only looks like a mistake unless `confirmed`.
pub(crate) fn check(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    spec: &Value,
    confirmed: bool,
) -> Result<(), ApiError> {
    let journey = match kind {
        ResourceKind::Journey => rapport_journeys::validate(spec, &AnyCatalogue).map_err(ApiError::invalid)?,
        ResourceKind::Campaign => {
            let campaign = campaign::validate(spec, &AnyCatalogue).map_err(ApiError::invalid)?;
            campaign::compile(&campaign)
        }
        ResourceKind::Template => {
            let found = Found { errors: media(state, ws, spec)?, ..Found::default() };
            return found.verdict(kind, confirmed);
        }
        ResourceKind::Segment => {
            let (segment, rule) = rapport_segments::spec::validate(spec).map_err(ApiError::invalid)?;
            let mut found = around(&state.stores.control().read(|q| resources::all_live(q, ws))?, ws, kind, id, spec);
            found.errors.extend(segment.webhook.map(|w| needs::told(state, ws, &w)).transpose()?.flatten());
            if let Some(rule) = rule {
                found.errors.extend(needs::segments(state, ws, id, &rule)?);
            }
            return found.verdict(kind, confirmed);
        }
        ResourceKind::ComputedTrait => {
            let (_, formula) = rapport_segments::computed::validate(spec).map_err(ApiError::invalid)?;
            let mut found = around(&state.stores.control().read(|q| resources::all_live(q, ws))?, ws, kind, id, spec);
            let asked = Plan::of_formula(&formula).segment_names().to_vec();
            let at = asked.into_iter().map(|segment| ("spec.value".to_owned(), segment));
            found.errors.extend(needs::asked_segments(state, ws, at)?);
            return found.verdict(kind, confirmed);
        }
        ResourceKind::PersonaModel => {
            let (model, formulas) = rapport_segments::personas::validate(spec).map_err(ApiError::invalid)?;
            let own = model.segment.map(|segment| ("spec.segment".to_owned(), segment));
            let features = formulas.iter().enumerate().flat_map(|(i, formula)| {
                let asked = Plan::of_formula(formula).segment_names().to_vec();
                asked.into_iter().map(move |segment| (format!("spec.features[{i}].value"), segment))
            });
            let errors = needs::asked_segments(state, ws, own.into_iter().chain(features))?;
            return Found { errors, ..Found::default() }.verdict(kind, confirmed);
        }
        ResourceKind::Topic | ResourceKind::Settings => {
            let found = Found { confirm: needs::asks(state, ws, kind, spec)?, ..Found::default() };
            return found.verdict(kind, confirmed);
        }
        _ => return Ok(()),
    };
    let live = state.stores.control().read(|q| resources::all_live(q, ws))?;
    let mut found = around(&live, ws, kind, id, spec);
    found.errors.extend(named(state, ws, kind, spec, &journey)?);
    starts(state, ws, id, &journey, &mut found)?;
    when(state, &journey, &mut found);
    found.confirm.extend(repeats::check(&journey, &live));
    if found.errors.is_empty() && !confirmed {
        audience(state, ws, spec, &journey, &mut found)?;
    }
    found.verdict(kind, confirmed)
}

/// Circles that the document would make with what is live.
fn around(live: &[Resource], ws: WorkspaceId, kind: ResourceKind, id: &str, spec: &Value) -> Found {
    let (created_by, created_at) = (String::new(), Timestamp(0));
    let (id, spec, status) = (id.to_owned(), spec.clone(), ResourceStatus::Live);
    let candidate =
        Resource { workspace: ws, kind, id, version: 0, status, spec, created_by, created_at, approval: None };
    let circles = circles::with(live.to_vec(), &candidate);
    Found { errors: circles.endless, confirm: circles.possible }
}

/// A text message with media needs a channel that carries it, where there are channels at all.
fn media(state: &ApiState, ws: WorkspaceId, spec: &Value) -> Result<Vec<Problem>, ApiError> {
    let template = TemplateSpec::validate(spec).map_err(ApiError::invalid)?;
    let contents = template.content.iter().chain(template.contents.values());
    if template.channel != MessageChannel::Sms.as_str() || !contents.into_iter().any(has_media) {
        return Ok(Vec::new());
    }
    let mut channels = needs::channels(state, ws)?;
    channels.retain(|(_, c)| c.carries(&template.channel));
    if channels.is_empty() || channels.iter().any(|(_, c)| c.kind.carries_media()) {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = channels.iter().map(|(id, _)| id.as_str()).collect();
    Ok(vec![Problem::of("spec.media", kinds::NO_MEDIA, &[("channels", &names.join(", "))])])
}

/// Refuses circles again within the transaction that publishes: two documents published at once could make one together.
pub(crate) fn still_no_circle(
    q: &impl Query,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    spec: &Value,
) -> Result<(), ApiError> {
    match kind {
        ResourceKind::Segment | ResourceKind::ComputedTrait | ResourceKind::Journey => {
            around(&resources::all_live(q, ws)?, ws, kind, id, spec).verdict(kind, true)
        }
        _ => Ok(()),
    }
}

/// What the journey (of the campaign) needs, at the place in the document as it was written.
fn named(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    spec: &Value,
    journey: &JourneySpec,
) -> Result<Vec<Problem>, ApiError> {
    if kind != ResourceKind::Campaign {
        return needs::named(state, ws, journey);
    }
    let campaign = campaign::validate(spec, &AnyCatalogue).map_err(ApiError::invalid)?;
    let mut found: Vec<Problem> = Vec::new();
    for problem in needs::named(state, ws, &campaign::whole(&campaign))? {
        let problem = campaign::as_campaign(problem, &campaign);
        if found.iter().all(|p| p.at != problem.at) {
            found.push(problem);
        }
    }
    Ok(found)
}

/// Journeys that start each other at one instant would do so for ever.
fn starts(
    state: &ApiState,
    ws: WorkspaceId,
    id: &str,
    journey: &JourneySpec,
    found: &mut Found,
) -> Result<(), ApiError> {
    for (i, step) in journey.steps.iter().enumerate() {
        if matches!(&step.action, Action::Stop(journey) if journey == id) {
            let at = format!("spec.steps[{i}].stop.journey");
            found.errors.push(Problem::of(at, kinds::STOPS_OWN, &[("step", &step.id)]));
        }
        let Action::Start(start) = &step.action else { continue };
        let at = format!("spec.steps[{i}].start.journey");
        if start.journey == id {
            found.errors.push(Problem::of(at, kinds::STARTS_OWN, &[("step", &step.id)]));
            continue;
        }
        let live =
            state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Journey, &start.journey))?;
        let spec = live.and_then(|r| rapport_journeys::validate(&r.spec, &AnyCatalogue).ok());
        match spec.map(|s| s.trigger) {
            None => {
                let values: &[(&str, &dyn Display)] = &[("step", &step.id), ("journey", &start.journey)];
                found.confirm.push(Problem::of(at, kinds::STARTED_NOT_LIVE, values));
            }
            Some(Trigger::Journey) => {}
            Some(other) => {
                let values: &[(&str, &dyn Display)] = &[("journey", &start.journey), ("trigger", &other.kind())];
                found.errors.push(Problem::of(at, kinds::STARTED_OTHERWISE, values));
            }
        }
    }
    Ok(())
}

/// A calendar that is over never comes round.
fn when(state: &ApiState, journey: &JourneySpec, found: &mut Found) {
    let now = state.now();
    if journey.stops_at.is_some_and(|at| at <= now) {
        found.errors.push(Problem::of("spec.stops_at", kinds::OVER, &[]));
    }
    let Trigger::Schedule(schedule) = &journey.trigger else { return };
    // The last clocks on earth show it twelve hours after UTC.
    let last = Timestamp(now.0 - 12 * rapport_domain::time::HOUR_MS).to_utc().naive_utc();
    if calendar::next_local(&schedule.at, last).is_none() {
        let what = if matches!(schedule.at, Occurrence::Once(_)) { "at" } else { "cron or rrule" };
        found.errors.push(Problem::of("spec.trigger.schedule", kinds::NEVER_AGAIN, &[("what", &what)]));
    }
}

fn audience(
    state: &ApiState,
    ws: WorkspaceId,
    spec: &Value,
    journey: &JourneySpec,
    found: &mut Found,
) -> Result<(), ApiError> {
    let (rule, at) = match &journey.trigger {
        Trigger::Schedule(schedule) => match &schedule.audience {
            Audience::Rule(rule) => (rule.clone(), "spec.trigger.schedule.audience"),
            Audience::Segment(id) => (format!("in_segment({id:?})"), "spec.trigger.schedule.audience"),
        },
        _ => match campaign::validate(spec, &AnyCatalogue) {
            Ok(campaign) => (campaign::audience(&campaign), "spec.audience"),
            Err(_) => return Ok(()),
        },
    };
    let parsed = rapport_rules::parse(&rule).map_err(ApiError::invalid)?;
    let shared = state.engine.shared();
    let nobody = read::segments::preview(shared, ws, &parsed, 1, &CancelFlag::default())?.count == 0;
    if nobody {
        found.confirm.push(Problem::new(at, "nobody is in the audience now"));
    }
    Ok(())
}
