//! What a document needs to be live already: templates, channels, segments, lists, topics.

use std::fmt::Display;

use rapport_delivery::{ChannelSpec, SettingsSpec, TopicSpec};
use rapport_domain::rule::Mention;
use rapport_domain::{Problem, ResourceKind, WorkspaceId, kinds};
use rapport_journeys::JourneySpec;
use rapport_journeys::spec::Action;
use rapport_rules::{Plan, Rule};
use rapport_segments::spec::WebhookSpec;
use rapport_store::control::resources;
use serde_json::Value;

use crate::error::ApiError;
use crate::state::ApiState;

/// The live channels that can be read, by id.
pub(crate) fn channels(state: &ApiState, ws: WorkspaceId) -> Result<Vec<(String, ChannelSpec)>, ApiError> {
    let mut channels = Vec::new();
    for found in state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Channel))? {
        let opened = crate::document::opened(state, ws, ResourceKind::Channel, &found.id, &found.spec)?;
        channels.extend(ChannelSpec::validate(&opened).ok().map(|spec| (found.id, spec)));
    }
    Ok(channels)
}

/// A segment that tells another system needs the channel it does so by.
pub(super) fn told(state: &ApiState, ws: WorkspaceId, webhook: &WebhookSpec) -> Result<Option<Problem>, ApiError> {
    let channels = channels(state, ws)?;
    let known = || channels.iter().filter(|(_, spec)| spec.carries("webhook")).map(|(id, _)| id.as_str());
    if known().any(|id| id == webhook.channel) {
        return Ok(None);
    }
    let near = crate::extract::nearest(&webhook.channel, known());
    let problem = Problem::of("spec.webhook.channel", kinds::NO_WEBHOOK_CHANNEL, &[("id", &webhook.channel)]);
    Ok(Some(problem.with_suggestion(near)))
}

/// Templates that ask customers to confirm a subscription, and with which nobody could.
pub(super) fn asks(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    spec: &Value,
) -> Result<Vec<Problem>, ApiError> {
    let asks = match kind {
        ResourceKind::Topic => TopicSpec::validate(spec).map(|topic| topic.double_opt_in),
        _ => SettingsSpec::validate(spec).map(|settings| settings.double_opt_in),
    };
    let templates = asks.map_err(ApiError::invalid)?.map(|asks| asks.templates).unwrap_or_default();
    let mut problems = Vec::new();
    for (channel, id) in templates {
        let live = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Template, &id))?;
        let carried = live.as_ref().map(|t| carried(t).to_owned());
        let at = format!("spec.double_opt_in.templates.{channel}");
        problems.push(match (live, carried) {
            (None, _) => Problem::of(at, kinds::CONFIRM_NOT_LIVE, &[("id", &id)]),
            (_, Some(other)) if other != channel => {
                Problem::of(at, kinds::CONFIRM_OTHER_CHANNEL, &[("id", &id), ("carried", &other)])
            }
            (Some(t), _) if !t.spec.to_string().contains("confirm_url") => {
                Problem::of(at, kinds::CONFIRM_WITHOUT_LINK, &[("id", &id)])
            }
            _ => continue,
        });
    }
    Ok(problems)
}

/// Every document a journey names that is not live, and templates of another channel than the step's.
pub(super) fn named(state: &ApiState, ws: WorkspaceId, journey: &JourneySpec) -> Result<Vec<Problem>, ApiError> {
    let live = state.stores.control().read(|q| resources::all_live(q, ws))?;
    let channels = channels(state, ws)?;
    let mut problems = Vec::new();
    for used in journey.uses() {
        let step = journey.step_at(&used.at);
        let (at, noun) = (used.at.as_str(), used.kind.as_str());
        let problem = match (used.kind, &step) {
            // Whether that one is live is asked where journeys start each other.
            (ResourceKind::Journey, _) => continue,
            (ResourceKind::Channel, _) if channels.iter().any(|(_, c)| c.carries(&used.id)) => continue,
            (ResourceKind::Channel, Some(step)) => {
                Problem::of(at, kinds::NO_CHANNEL, &[("step", step), ("channel", &used.id)])
            }
            (kind, _) if live.iter().any(|r| (r.kind, &r.id) == (kind, &used.id)) => continue,
            (ResourceKind::Template, Some(step)) => {
                Problem::of(at, kinds::TEMPLATE_NOT_LIVE, &[("step", step), ("template", &used.id)])
            }
            (_, Some(step)) => Problem::of(at, kinds::NOT_LIVE, &[("step", step), ("kind", &noun), ("id", &used.id)]),
            (_, None) => Problem::of(at, kinds::NAMES_NOT_LIVE, &[("kind", &noun), ("id", &used.id)]),
        };
        let ids = live.iter().filter(|r| r.kind == used.kind).map(|r| r.id.as_str());
        problems.push(problem.with_suggestion(crate::extract::nearest(&used.id, ids)));
    }
    for (i, step) in journey.steps.iter().enumerate() {
        let Action::Send(send) = &step.action else { continue };
        let template = live.iter().find(|r| r.kind == ResourceKind::Template && r.id == send.template);
        let Some(carried) = template.map(carried) else { continue };
        if carried != send.channel {
            let values: &[(&str, &dyn Display)] =
                &[("step", &step.id), ("template", &send.template), ("channel", &send.channel), ("carried", &carried)];
            problems.push(Problem::of(format!("spec.steps[{i}].send.template"), kinds::OTHER_CHANNEL, values));
        }
    }
    Ok(problems)
}

/// The channel a template is for.
fn carried(template: &rapport_domain::Resource) -> &str {
    template.spec["channel"].as_str().unwrap_or("email")
}

/// Segments that values ask about, each at its place, and that are not live: what asks would never hold, or always.
pub(super) fn asked_segments(
    state: &ApiState,
    ws: WorkspaceId,
    asked: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<Problem>, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment))?;
    let known = || live.iter().map(|r| r.id.as_str());
    let missing = asked.into_iter().filter(|(_, id)| !known().any(|k| k == id));
    let problem = |(at, id): (String, String)| {
        let message = format!("asks about the segment {id:?}, which is not live");
        Problem::new(at, message).with_suggestion(crate::extract::nearest(&id, known()))
    };
    Ok(missing.map(problem).collect())
}

/// Segments that a rule asks about and that are not live: it would never hold, or always.
pub(super) fn segments(state: &ApiState, ws: WorkspaceId, own: &str, rule: &Rule) -> Result<Vec<Problem>, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment))?;
    let known = || live.iter().map(|r| r.id.as_str());
    let plan = Plan::new(rule);
    let missing = plan.segment_names().iter().filter(|id| *id != own && !known().any(|k| k == id.as_str()));
    let problem = |id: &String| {
        let (line, column) = rule.places.0.get(&Mention::Segment(id.clone())).copied().unwrap_or((1, 1));
        Problem::of(format!("spec.rule {line}:{column}"), kinds::SEGMENT_NOT_LIVE, &[("id", id)])
            .with_suggestion(crate::extract::nearest(id, known()))
    };
    Ok(missing.map(problem).collect())
}
