//! What a workspace knows, for checking rules: what was observed, its segments and traits, and what its journeys bring about.

use rapport_domain::event::names;
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_engine::read;
use rapport_journeys::spec::Action;
use rapport_journeys::{AnyCatalogue, JourneySpec};
use rapport_rules::{Catalogue, ValueType};
use rapport_store::control::resources;
use rapport_store::partition::Observed;
use rapport_store::partition::observed::Scope;

use crate::error::ApiError;
use crate::state::ApiState;

/// Entries of the observed catalogue looked at.
pub(crate) const MAX_OBSERVED: usize = 20_000;

/// The type a property or trait was seen with; seen with several it may be anything.
fn widened(before: Option<ValueType>, kind: &str) -> ValueType {
    let found = match kind {
        "bool" => ValueType::Bool,
        "number" => ValueType::Number,
        // Texts may be times; only their use tells, so the checker is not told more than is known.
        "string" => ValueType::Text,
        "list" => ValueType::List,
        "object" => ValueType::Object,
        _ => ValueType::Any,
    };
    match before {
        Some(before) if before != found => ValueType::Any,
        _ => found,
    }
}

/// What a workspace knows.
pub(crate) fn catalogue(state: &ApiState, ws: WorkspaceId) -> Result<Catalogue, ApiError> {
    let mut out = Catalogue::default();
    for entry in read::stats::catalogue(state.engine.shared(), ws, MAX_OBSERVED)? {
        add(&mut out, entry);
    }
    for document in state.stores.control().read(|q| resources::all_live(q, ws))? {
        match document.kind {
            ResourceKind::Segment => drop(out.segments.insert(document.id)),
            // Nobody may have the trait yet.
            ResourceKind::ComputedTrait | ResourceKind::PersonaModel => {
                out.traits.entry(document.id).or_insert(ValueType::Any);
            }
            ResourceKind::Journey => {
                if let Ok(journey) = rapport_journeys::validate(&document.spec, &AnyCatalogue) {
                    declare(&mut out, &journey);
                }
            }
            _ => {}
        }
    }
    Ok(out)
}

/// Adds what a journey brings about itself: events it records, traits it sets. Nobody may have been there yet.
pub(crate) fn declare(out: &mut Catalogue, journey: &JourneySpec) {
    let mut named = |name: &str| {
        out.traits.entry(name.to_owned()).or_insert(ValueType::Any);
    };
    for step in &journey.steps {
        match &step.action {
            Action::Update(update) => update.set.keys().for_each(|name| named(name)),
            Action::Webhook(webhook) => webhook.save.keys().for_each(|name| named(name)),
            _ => {}
        }
    }
    for step in &journey.steps {
        if let Action::Emit(emit) = &step.action {
            let properties = out.events.entry(emit.event.clone()).or_default();
            for name in emit.properties.keys() {
                properties.entry(name.clone()).or_insert(ValueType::Any);
            }
        }
    }
}

fn add(out: &mut Catalogue, entry: Observed) {
    match entry.scope {
        Scope::Event => drop(out.events.entry(entry.event).or_default()),
        Scope::Trait => {
            let kind = widened(out.traits.get(&entry.key).copied(), &entry.kind);
            out.traits.insert(entry.key, kind);
        }
        Scope::Property => {
            if entry.event == names::GROUP_JOINED {
                // What such calls state are traits of the account.
                let kind = widened(out.accounts.get(&entry.key).copied(), &entry.kind);
                out.accounts.insert(entry.key.clone(), kind);
            }
            let properties = out.events.entry(entry.event).or_default();
            let kind = widened(properties.get(&entry.key).copied(), &entry.kind);
            properties.insert(entry.key, kind);
        }
    }
}
