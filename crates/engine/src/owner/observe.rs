//! The catalogue of what flows by: event names, properties and traits with their types. Names are always counted;
//! properties are looked into often while an event is new and now and then afterwards, so that reading them costs little.

use std::collections::HashMap;
use std::sync::Arc;

use rapport_domain::{Event, EventKind, Timestamp, WorkspaceId};
use rapport_store::Query;
use rapport_store::partition::{Observed, Scope, observed};
use serde_json::Value;

use super::work::Work;
use crate::error::EngineError;

/// Distinct event names a workspace's catalogue holds per partition; further ones are applied but not listed.
const MAX_EVENTS: usize = 2_000;
/// Distinct properties of one event, or traits.
const MAX_KEYS: usize = 500;
/// Events of one name whose properties are all looked into.
const LOOK_ALWAYS: u64 = 64;
/// Afterwards one in this many.
const LOOK_EVERY: u64 = 64;
/// How deep nested properties are listed.
const MAX_DEPTH: usize = 3;
/// The catalogue is written when something new was seen, else this often.
const WRITE_EVERY_MS: i64 = 5_000;

type PropertyKey = (Scope, Arc<str>, String, &'static str);

/// What was seen since the last writing.
#[derive(Debug, Default)]
pub(super) struct Observations {
    seen: HashMap<WorkspaceId, HashMap<Arc<str>, u64>>,
    known: HashMap<WorkspaceId, HashMap<PropertyKey, ()>>,
    pending: HashMap<(WorkspaceId, PropertyKey), (u64, Timestamp, Timestamp)>,
    fresh: bool,
    written_at: Timestamp,
}

impl Observations {
    /// What the partition has seen before.
    pub(super) fn load(q: &impl Query, workspaces: &[WorkspaceId]) -> Result<Self, EngineError> {
        let mut all = Observations::default();
        for ws in workspaces {
            for row in observed::list(q, *ws, MAX_EVENTS * 4)? {
                let event: Arc<str> = Arc::from(row.event);
                if row.scope == Scope::Event {
                    all.seen.entry(*ws).or_default().insert(event, row.count);
                } else if let Some(kind) = KINDS.iter().find(|k| **k == row.kind) {
                    all.known.entry(*ws).or_default().insert((row.scope, event, row.key, kind), ());
                }
            }
        }
        Ok(all)
    }

    /// Notes one event.
    pub(super) fn note(&mut self, event: &Event) {
        let seen = self.seen.entry(event.workspace).or_default();
        if !seen.contains_key(&event.name) {
            if seen.len() >= MAX_EVENTS {
                return;
            }
            self.fresh = true;
        }
        let count = seen.entry(event.name.clone()).or_insert(0);
        *count += 1;
        let look = *count <= LOOK_ALWAYS || count.is_multiple_of(LOOK_EVERY);
        self.add(event.workspace, (Scope::Event, event.name.clone(), String::new(), ""), event.ts);
        if look {
            let scope = if event.kind == EventKind::Identify { Scope::Trait } else { Scope::Property };
            let name = if scope == Scope::Trait { Arc::from("") } else { event.name.clone() };
            self.look(event, scope, &name, "", event.properties.map(), 1);
        }
    }

    fn look(
        &mut self,
        event: &Event,
        scope: Scope,
        name: &Arc<str>,
        prefix: &str,
        map: &serde_json::Map<String, Value>,
        depth: usize,
    ) {
        // Names with `$` are Rapport's own: devices, wishes.
        for (key, value) in map.iter().filter(|(key, _)| !key.starts_with('$')) {
            let Some(kind) = kind_of(value) else { continue };
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            if let (Value::Object(inner), true) = (value, depth < MAX_DEPTH) {
                self.look(event, scope, name, &path, inner, depth + 1);
                continue;
            }
            let property = (scope, name.clone(), path, kind);
            let known = self.known.entry(event.workspace).or_default();
            if !known.contains_key(&property) {
                if known.len() >= MAX_KEYS * 16 || known.keys().filter(|k| k.1 == *name).count() >= MAX_KEYS {
                    continue;
                }
                known.insert(property.clone(), ());
                self.fresh = true;
            }
            self.add(event.workspace, property, event.ts);
        }
    }

    fn add(&mut self, ws: WorkspaceId, key: PropertyKey, at: Timestamp) {
        let entry = self.pending.entry((ws, key)).or_insert((0, at, at));
        entry.0 += 1;
        entry.1 = entry.1.min(at);
        entry.2 = entry.2.max(at);
    }

    /// Writes what is new, in the batch's transaction. A rollback loses counts of names, never names: they are seen again.
    pub(super) fn save(&mut self, work: &Work) -> Result<(), EngineError> {
        if self.pending.is_empty() || (!self.fresh && work.now.since_ms(self.written_at) < WRITE_EVERY_MS) {
            return Ok(());
        }
        let mut by_workspace: HashMap<WorkspaceId, Vec<Observed>> = HashMap::new();
        for ((ws, (scope, event, key, kind)), (count, first_seen, last_seen)) in self.pending.drain() {
            by_workspace.entry(ws).or_default().push(Observed {
                scope,
                event: event.to_string(),
                key,
                kind: kind.to_owned(),
                count,
                first_seen,
                last_seen,
            });
        }
        for (ws, rows) in by_workspace {
            observed::add(&work.tx, ws, &rows)?;
        }
        self.fresh = false;
        self.written_at = work.now;
        Ok(())
    }
}

const KINDS: [&str; 5] = ["bool", "number", "string", "list", "object"];

fn kind_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("bool"),
        Value::Number(_) => Some("number"),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("list"),
        Value::Object(_) => Some("object"),
    }
}
