//! What live documents need of each other: asked before one of them is archived.

use rapport_delivery::{SettingsSpec, TopicSpec};
use rapport_domain::{Problem, Resource, ResourceKind, WorkspaceId};
use rapport_journeys::spec::Use;
use rapport_journeys::{AnyCatalogue, campaign};
use rapport_rules::Plan;
use rapport_store::control::resources;

use crate::error::ApiError;
use crate::golive::needs::channels;
use crate::state::ApiState;

/// Refuses, unless `confirmed`, to take a document out of effect that live ones need: each is named with its place.
pub(crate) fn check(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    confirmed: bool,
) -> Result<(), ApiError> {
    if confirmed {
        return Ok(());
    }
    let live = state.stores.control().read(|q| resources::all_live(q, ws))?;
    if !live.iter().any(|r| r.kind == kind && r.id == id) {
        return Ok(());
    }
    let carried = only_by(state, ws, kind, id)?;
    let mut found = Vec::new();
    for document in live.iter().filter(|r| (r.kind, r.id.as_str()) != (kind, id)) {
        for used in uses(document) {
            let by_kind = kind == ResourceKind::Channel && document.kind != ResourceKind::Segment;
            let meant = if by_kind { carried.as_deref() == Some(used.id.as_str()) } else { used.id == id };
            if used.kind == kind && meant {
                let (who, name) = (document.kind.as_str(), &document.id);
                found.push(Problem::new(format!("{who} {name}, {}", used.at), format!("the {who} {name:?} needs it")));
            }
        }
    }
    let Some(first) = found.first() else { return Ok(()) };
    let detail = format!(
        "{} live documents need the {} {id:?}, first {}; archive with confirm=true if that is meant",
        found.len(),
        kind.as_str(),
        first.at
    );
    Err(ApiError { errors: found, ..ApiError::conflict("needs_confirmation", detail) })
}

/// What goes out by this channel and by no other one that is live.
fn only_by(state: &ApiState, ws: WorkspaceId, kind: ResourceKind, id: &str) -> Result<Option<String>, ApiError> {
    if kind != ResourceKind::Channel {
        return Ok(None);
    }
    let (own, others): (Vec<_>, Vec<_>) = channels(state, ws)?.into_iter().partition(|(channel, _)| channel == id);
    let carries = own.first().map(|(_, spec)| spec.kind.carries().as_str().to_owned());
    Ok(carries.filter(|carries| !others.iter().any(|(_, spec)| spec.carries(carries))))
}

/// Every document that a live one names. Journeys and campaigns name channels by what they carry, segments by id.
fn uses(document: &Resource) -> Vec<Use> {
    let one = |kind, id: &str, at: &str| Use { kind, id: id.to_owned(), at: at.to_owned() };
    let asked = |plan: &Plan, at: &str| -> Vec<Use> {
        plan.segment_names().iter().map(|id| one(ResourceKind::Segment, id, at)).collect()
    };
    let templates = |templates: Option<Vec<String>>| -> Vec<Use> {
        let ids = templates.unwrap_or_default();
        ids.iter().map(|id| one(ResourceKind::Template, id, "spec.double_opt_in.templates")).collect()
    };
    let spec = &document.spec;
    match document.kind {
        ResourceKind::Journey => {
            rapport_journeys::validate(spec, &AnyCatalogue).map(|journey| journey.uses()).unwrap_or_default()
        }
        ResourceKind::Campaign => {
            let Ok(found) = campaign::validate(spec, &AnyCatalogue) else { return Vec::new() };
            let mut out: Vec<Use> = Vec::new();
            for used in campaign::whole(&found).uses() {
                let at = campaign::as_campaign(Problem::new(used.at, ""), &found).at;
                let used = Use { at, ..used };
                if !out.contains(&used) {
                    out.push(used);
                }
            }
            out
        }
        ResourceKind::Segment => {
            let Ok((segment, rule)) = rapport_segments::spec::validate(spec) else { return Vec::new() };
            let mut out = rule.map(|r| asked(&Plan::new(&r), "spec.rule")).unwrap_or_default();
            out.extend(segment.webhook.map(|w| one(ResourceKind::Channel, &w.channel, "spec.webhook.channel")));
            out
        }
        ResourceKind::ComputedTrait => rapport_segments::computed::validate(spec)
            .map(|(_, formula)| asked(&Plan::of_formula(&formula), "spec.value"))
            .unwrap_or_default(),
        ResourceKind::PersonaModel => {
            let Ok((model, formulas)) = rapport_segments::personas::validate(spec) else { return Vec::new() };
            let mut out: Vec<Use> =
                model.segment.iter().map(|id| one(ResourceKind::Segment, id, "spec.segment")).collect();
            for (i, formula) in formulas.iter().enumerate() {
                out.extend(asked(&Plan::of_formula(formula), &format!("spec.features[{i}].value")));
            }
            out
        }
        ResourceKind::Topic => templates(
            TopicSpec::validate(spec).ok().and_then(|t| t.double_opt_in).map(|d| d.templates.into_values().collect()),
        ),
        ResourceKind::Settings => templates(
            SettingsSpec::validate(spec)
                .ok()
                .and_then(|s| s.double_opt_in)
                .map(|d| d.templates.into_values().collect()),
        ),
        ResourceKind::Template => {
            spec["topic"].as_str().map(|topic| one(ResourceKind::Topic, topic, "spec.topic")).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
