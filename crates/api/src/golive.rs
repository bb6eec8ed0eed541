//! What keeps a document from going live, beyond what is wrong with it: what it needs must be there now. Errors refuse;
//! what only looks like a mistake wants a confirmation.

use rapport_delivery::{ChannelSpec, SettingsSpec, TopicSpec};
use rapport_domain::{Problem, ResourceKind, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_journeys::campaign;
use rapport_journeys::core::calendar;
use rapport_journeys::spec::{Action, Audience, Occurrence, Send, Trigger};
use rapport_journeys::{AnyCatalogue, JourneySpec};
use rapport_lake::CancelFlag;
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
        ResourceKind::Segment => return told(state, ws, spec),
        ResourceKind::Topic | ResourceKind::Settings => {
            let found = Found { confirm: asks(state, ws, kind, spec)?, ..Found::default() };
            return found.verdict(kind, confirmed);
        }
        _ => return Ok(()),
    };
    let mut found = Found::default();
    sends(state, ws, &journey, &mut found)?;
    starts(state, ws, id, &journey, &mut found)?;
    when(state, &journey, &mut found);
    repeats(&journey, &mut found);
    if found.errors.is_empty() && !confirmed {
        audience(state, ws, spec, &journey, &mut found)?;
    }
    found.verdict(kind, confirmed)
}

/// The live channels that can be read, by id.
fn channels(state: &ApiState, ws: WorkspaceId) -> Result<Vec<(String, ChannelSpec)>, ApiError> {
    let mut channels = Vec::new();
    for found in state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Channel))? {
        let opened = crate::document::opened(state, ws, ResourceKind::Channel, &found.id, &found.spec)?;
        channels.extend(ChannelSpec::validate(&opened).ok().map(|spec| (found.id, spec)));
    }
    Ok(channels)
}

/// A segment that tells another system needs the channel it does so by.
fn told(state: &ApiState, ws: WorkspaceId, spec: &Value) -> Result<(), ApiError> {
    let (spec, _) = rapport_segments::spec::validate(spec).map_err(ApiError::invalid)?;
    let Some(webhook) = spec.webhook else { return Ok(()) };
    let channels = channels(state, ws)?;
    let known = || channels.iter().filter(|(_, spec)| spec.carries("webhook")).map(|(id, _)| id.as_str());
    if known().any(|id| id == webhook.channel) {
        return Ok(());
    }
    let message =
        format!("no live channel {:?} of kind webhook, which the segment tells who enters and leaves", webhook.channel);
    let near = crate::extract::nearest(&webhook.channel, known());
    let problem = Problem::new("spec.webhook.channel", message).with_suggestion(near);
    let detail = format!("the segment cannot go live: {problem}");
    Err(ApiError { detail, code: "cannot_go_live", ..ApiError::invalid(vec![problem]) })
}

/// Templates that ask customers to confirm a subscription, and with which nobody could.
fn asks(state: &ApiState, ws: WorkspaceId, kind: ResourceKind, spec: &Value) -> Result<Vec<Problem>, ApiError> {
    let asks = match kind {
        ResourceKind::Topic => TopicSpec::validate(spec).map(|topic| topic.double_opt_in),
        _ => SettingsSpec::validate(spec).map(|settings| settings.double_opt_in),
    };
    let templates = asks.map_err(ApiError::invalid)?.map(|asks| asks.templates).unwrap_or_default();
    let mut problems = Vec::new();
    for (channel, id) in templates {
        let live = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Template, &id))?;
        let carried = live.as_ref().map(|t| t.spec["channel"].as_str().unwrap_or("email").to_owned());
        let message = match (live, carried) {
            (None, _) => format!("the template {id:?} is not live: nobody would be asked to confirm"),
            (_, Some(other)) if other != channel => format!("the template {id:?} is for {other}"),
            (Some(t), _) if !t.spec.to_string().contains("confirm_url") => {
                format!("the template {id:?} has no {{{{ confirm_url }}}}: nobody could confirm")
            }
            _ => continue,
        };
        problems.push(Problem::new(format!("spec.double_opt_in.templates.{channel}"), message));
    }
    Ok(problems)
}

fn sends(state: &ApiState, ws: WorkspaceId, journey: &JourneySpec, found: &mut Found) -> Result<(), ApiError> {
    let sends = journey.steps.iter().enumerate().filter_map(|(i, step)| match &step.action {
        Action::Send(send) => Some((i, step.id.as_str(), send)),
        _ => None,
    });
    let sends: Vec<(usize, &str, &Send)> = sends.collect();
    if sends.is_empty() {
        return Ok(());
    }
    let templates = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Template))?;
    let channels = channels(state, ws)?;
    for (i, id, send) in sends {
        let at = format!("spec.steps[{i}].send");
        if !templates.iter().any(|t| t.id == send.template) {
            let message = format!("step {id:?} sends the template {:?}, which is not live", send.template);
            found.errors.push(Problem::new(format!("{at}.template"), message));
        }
        if !channels.iter().any(|(_, c)| c.carries(&send.channel)) {
            let message = format!("step {id:?} sends by {:?}, and no live channel carries that", send.channel);
            found.errors.push(Problem::new(format!("{at}.channel"), message));
        }
    }
    Ok(())
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
            let message = format!("step {:?} stops its own journey; an `exit` step ends a run", step.id);
            found.errors.push(Problem::new(format!("spec.steps[{i}].stop.journey"), message));
        }
        let Action::Start(start) = &step.action else { continue };
        let at = format!("spec.steps[{i}].start.journey");
        if start.journey == id {
            found.errors.push(Problem::new(at, format!("step {:?} starts its own journey again and again", step.id)));
            continue;
        }
        let live =
            state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Journey, &start.journey))?;
        let spec = live.and_then(|r| rapport_journeys::validate(&r.spec, &AnyCatalogue).ok());
        match spec.map(|s| s.trigger) {
            None => {
                let message = format!("step {:?} starts the journey {:?}, which is not live", step.id, start.journey);
                found.confirm.push(Problem::new(at, message));
            }
            Some(Trigger::Journey) => {}
            Some(other) => {
                let kind = other.kind();
                let message =
                    format!("{:?} starts by {kind}; a step can start what has the trigger journey", start.journey);
                found.errors.push(Problem::new(at, message));
            }
        }
    }
    Ok(())
}

/// A calendar that is over never comes round.
fn when(state: &ApiState, journey: &JourneySpec, found: &mut Found) {
    let now = state.now();
    if journey.stops_at.is_some_and(|at| at <= now) {
        found.errors.push(Problem::new("spec.stops_at", "is over: nobody could enter"));
    }
    let Trigger::Schedule(schedule) = &journey.trigger else { return };
    // The last clocks on earth show it twelve hours after UTC.
    let last = Timestamp(now.0 - 12 * rapport_domain::time::HOUR_MS).to_utc().naive_utc();
    if calendar::next_local(&schedule.at, last).is_none() {
        let what = if matches!(schedule.at, Occurrence::Once(_)) { "at" } else { "cron or rrule" };
        found.errors.push(Problem::new("spec.trigger.schedule", format!("{what} never comes round any more")));
    }
}

/// A message for each event, without a pause, a key or a limit.
fn repeats(journey: &JourneySpec, found: &mut Found) {
    let Trigger::Event(trigger) = &journey.trigger else { return };
    let always = journey.reentry == rapport_journeys::spec::Reentry::Always && journey.concurrent.is_none();
    let slows = |action: &Action| action.takes_time() || matches!(action, Action::Limit(_) | Action::Branch(_));
    if !always || trigger.key.is_some() || journey.steps.iter().any(|s| slows(&s.action)) {
        return;
    }
    for (i, step) in journey.steps.iter().enumerate() {
        if matches!(&step.action, Action::Send(send) if !send.transactional) {
            let message = format!(
                "step {:?} sends a message for every {:?} of a customer: re-entry is unbounded and nothing waits",
                step.id, trigger.name
            );
            found.confirm.push(Problem::new(format!("spec.steps[{i}]"), message));
        }
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
