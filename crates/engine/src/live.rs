//! The live resources of every workspace, compiled for the owners. Made anew when a resource changes, and swapped in
//! whole: an owner sees either the old rules or the new ones, at a batch boundary.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;
use rapport_delivery::Confirmations;
use rapport_domain::{Problem, Resource, ResourceKind, ResourceStatus, WorkspaceId};
use rapport_journeys::campaign::{self, CampaignSpec};
use rapport_journeys::{AnyCatalogue, JourneyDef, JourneySet};
use rapport_segments::spec::WebhookSpec;
use rapport_segments::{RuleDef, RuleSet};
use rapport_store::Stores;
use rapport_store::control::{generation, journey_states, resources, workspaces};

use crate::audiences::persona_trait;
use crate::error::EngineError;

/// What is live, of every workspace.
#[derive(Debug, Default)]
pub struct Live {
    /// The generation of the resources it was made from.
    pub generation: u64,
    /// By workspace.
    pub workspaces: HashMap<WorkspaceId, WorkspaceLive>,
    /// The journeys of all workspaces.
    pub journeys: JourneySet,
    /// Pauses that ended lately; each partition brings its people back once.
    pub resumes: Vec<journey_states::Resume>,
}

/// What is live in one workspace.
#[derive(Debug)]
pub struct WorkspaceLive {
    /// The workspace's time zone.
    pub zone: Tz,
    /// Of segments that tell another system who enters and leaves, how.
    pub webhooks: HashMap<String, WebhookSpec>,
    /// Which subscriptions customers have to confirm.
    pub confirmations: Arc<Confirmations>,
    /// Segments' rules and journeys' conditions.
    pub rules: Arc<RuleSet>,
    /// Live documents that cannot take effect, and why.
    pub problems: Vec<Problem>,
    /// Comparisons that are decided, and the send step that won.
    pub winners: HashMap<journey_states::Comparison, String>,
    /// Live campaigns with seeds, by the id of their journey.
    pub seeded: HashMap<String, CampaignSpec>,
}

impl Live {
    /// Compiles everything that is live. The generation is read first: a change during the load makes another load.
    pub fn load(stores: &Stores) -> Result<Live, EngineError> {
        let control = stores.control();
        let generation = control.read(generation::current)?;
        let mut found = Vec::new();
        let mut journeys = Vec::new();
        for workspace in control.read(workspaces::list)? {
            let live = control.read(|q| resources::all_live(q, workspace.id))?;
            let mut problems = Vec::new();
            let holdout = holdout_of(&live);
            for journey in live.iter().filter(|r| r.kind == ResourceKind::Journey) {
                let paused = control.read(|q| journey_states::pause(q, workspace.id, &journey.id))?.is_some();
                let versions =
                    control.read(|q| resources::all_versions(q, workspace.id, ResourceKind::Journey, &journey.id))?;
                journeys.extend(versions.iter().filter_map(|v| journey_def(v, paused, holdout, &mut problems)));
            }
            for campaign in live.iter().filter(|r| r.kind == ResourceKind::Campaign) {
                let id = campaign::journey_id(&campaign.id);
                let paused = control.read(|q| journey_states::pause(q, workspace.id, &id))?.is_some();
                let versions =
                    control.read(|q| resources::all_versions(q, workspace.id, ResourceKind::Campaign, &campaign.id))?;
                journeys.extend(versions.iter().filter_map(|v| campaign_def(v, paused, holdout, &mut problems)));
            }
            found.push((workspace, live, problems));
        }
        let compiled = JourneySet::compile(journeys);
        let mut workspaces = HashMap::new();
        for (workspace, live, mut problems) in found {
            let zone = zone_of(&live, &workspace.time_zone);
            let rejected = compiled.rejected.iter().filter(|r| r.workspace == workspace.id);
            problems.extend(rejected.flat_map(|r| named("journey", &r.id, r.version, r.problems.clone())));
            let rules = Arc::new(rules_of(workspace.id, &live, &compiled.set, &mut problems));
            for problem in &problems {
                tracing::warn!(workspace.id = workspace.id.0, %problem, "a live document has no effect");
            }
            let winners = control.read(|q| journey_states::winners(q, workspace.id))?.into_iter().collect();
            let webhooks = webhooks_of(&live);
            let confirmations = Arc::new(Confirmations::of(&live));
            let found =
                WorkspaceLive { zone, webhooks, confirmations, rules, problems, winners, seeded: seeded(&live) };
            workspaces.insert(workspace.id, found);
        }
        // Read after the pauses, but only what had ended when they were read.
        let resumes = control.read(|q| journey_states::resumes(q, generation))?;
        Ok(Live { generation, workspaces, journeys: compiled.set, resumes })
    }
}

fn seeded(live: &[Resource]) -> HashMap<String, CampaignSpec> {
    let campaigns = live.iter().filter(|r| r.kind == ResourceKind::Campaign);
    let read = |r: &Resource| Some((campaign::journey_id(&r.id), campaign::validate(&r.spec, &AnyCatalogue).ok()?));
    campaigns.filter_map(read).filter(|(_, campaign)| !campaign.seeds.is_empty()).collect()
}

fn webhooks_of(live: &[Resource]) -> HashMap<String, WebhookSpec> {
    let segments = live.iter().filter(|r| r.kind == ResourceKind::Segment);
    let webhook = |r: &Resource| {
        let (spec, _) = rapport_segments::spec::validate(&r.spec).ok()?;
        Some((r.id.clone(), spec.webhook?))
    };
    segments.filter_map(webhook).collect()
}

fn zone_of(live: &[Resource], fallback: &str) -> Tz {
    let settings = live.iter().find(|r| r.kind == ResourceKind::Settings);
    let named = settings.and_then(|r| r.spec.get("time_zone")).and_then(|z| z.as_str());
    named.and_then(rapport_domain::time::zone).or_else(|| rapport_domain::time::zone(fallback)).unwrap_or(Tz::UTC)
}

/// Hundredths of a percent of the workspace's customers that no journey has effects on: `holdout` of the settings.
pub(crate) fn holdout_of(live: &[Resource]) -> u32 {
    let settings = live.iter().find(|r| r.kind == ResourceKind::Settings);
    let percent = settings.and_then(|r| r.spec.get("holdout")).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    (percent.clamp(0.0, 100.0) * 100.0).round() as u32
}

/// A version that is live, or was and may still have runs on it; drafts never do.
fn journey_def(
    journey: &Resource,
    paused: bool,
    global_holdout: u32,
    problems: &mut Vec<Problem>,
) -> Option<JourneyDef> {
    let (ws, id, version) = (journey.workspace, journey.id.clone(), journey.version);
    let live = match journey.status {
        ResourceStatus::Live => true,
        ResourceStatus::Archived => false,
        ResourceStatus::Draft | ResourceStatus::Review => return None,
    };
    match rapport_journeys::validate(&journey.spec, &AnyCatalogue) {
        Ok(spec) => Some(JourneyDef { workspace: ws, id, version, live, paused, global_holdout, spec }),
        Err(found) => {
            problems.extend(named("journey", &id, version, found));
            None
        }
    }
}

/// The journey of a campaign's version.
pub(crate) fn campaign_def(
    document: &Resource,
    paused: bool,
    global_holdout: u32,
    problems: &mut Vec<Problem>,
) -> Option<JourneyDef> {
    let (workspace, version) = (document.workspace, document.version);
    let live = match document.status {
        ResourceStatus::Live => true,
        ResourceStatus::Archived => false,
        ResourceStatus::Draft | ResourceStatus::Review => return None,
    };
    match campaign::validate(&document.spec, &AnyCatalogue) {
        Ok(spec) => {
            let id = campaign::journey_id(&document.id);
            let spec = campaign::compile(&spec);
            Some(JourneyDef { workspace, id, version, live, paused, global_holdout, spec })
        }
        Err(found) => {
            problems.extend(named("campaign", &document.id, version, found));
            None
        }
    }
}

/// The rules of a workspace's live documents and of the conditions of `journeys`; what has no effect goes to `problems`.
pub(crate) fn rules_of(
    ws: WorkspaceId,
    live: &[Resource],
    journeys: &JourneySet,
    problems: &mut Vec<Problem>,
) -> RuleSet {
    let mut rules = defs_of(live, problems);
    for (_, key, rule) in journeys.conditions().iter().filter(|(owner, _, _)| *owner == ws) {
        rules.push(RuleDef::condition(key.as_str(), rule.clone()));
    }
    let (set, cycles) = RuleSet::compile(rules);
    problems.extend(cycles);
    set
}

/// The rules of live segments, computed traits and persona models; those that cannot be read go to `problems`.
pub(crate) fn defs_of(live: &[Resource], problems: &mut Vec<Problem>) -> Vec<RuleDef> {
    let mut rules = Vec::new();
    let kinds = [ResourceKind::Segment, ResourceKind::ComputedTrait, ResourceKind::PersonaModel];
    for document in kinds.iter().flat_map(|kind| live.iter().filter(move |r| r.kind == *kind)) {
        let (id, spec) = (document.id.as_str(), &document.spec);
        let found = match document.kind {
            ResourceKind::Segment => rapport_segments::spec::rule_of(id, spec).map(|rule| RuleDef::segment(id, rule)),
            ResourceKind::ComputedTrait => {
                rapport_segments::computed::validate(spec).map(|(_, formula)| RuleDef::computed(id, formula))
            }
            _ => Ok(RuleDef::computed(id, persona_trait(id))),
        };
        match found {
            Ok(rule) => rules.push(rule),
            Err(found) => problems.extend(named(document.kind.as_str(), id, document.version, found)),
        }
    }
    rules
}

fn named(kind: &str, id: &str, version: u32, problems: Vec<Problem>) -> Vec<Problem> {
    let prefix = format!("{kind} {id} version {version}");
    problems.into_iter().map(|p| Problem { at: format!("{prefix}, {}", p.at), ..p }).collect()
}
