//! What a workspace knows, for checking rules: what was observed, and its segments.

use rapport_domain::event::names;
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_engine::read;
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
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment))?;
    out.segments = live.into_iter().map(|r| r.id).collect();
    Ok(out)
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
