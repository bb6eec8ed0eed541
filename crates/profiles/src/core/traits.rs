//! Traits: the latest statement of each wins, whatever the order of arrival.
//!
//! A statement of `null` removes a trait. The removal is itself a statement and stays as a tombstone (a null with its
//! time), so that an older value arriving later does not come back. Tombstones are never shown.
//!
//! `context.traits` of calls other than `identify` is a copy that some client libraries keep of an earlier `identify`.
//! Such a *cached* statement is ordered before every real one: it fills what nobody has stated and overwrites nothing.

use std::collections::BTreeMap;

use rapport_domain::profile::Trait;
use rapport_domain::time::Timestamp;
use serde_json::{Map, Value};

/// Most traits of one profile or account, tombstones included; when full the oldest tombstone makes room, and without
/// one a new name is refused.
pub const MAX_TRAITS: usize = 500;
/// Most bytes of one trait's JSON.
pub const MAX_TRAIT_BYTES: usize = 8 * 1024;
/// Most bytes of a trait's name.
pub const MAX_TRAIT_NAME_BYTES: usize = 128;

/// The distance that moves every time between years 0 and 9999 to before year 0.
const CACHED_SHIFT_MS: i64 = Timestamp::MAX.0 - Timestamp::MIN.0 + 1;

/// One trait that has another value now.
#[derive(Clone, Debug, PartialEq)]
pub struct TraitChange {
    /// The trait's name.
    pub name: String,
    /// Its former value; `None` when it had none.
    pub from: Option<Value>,
    /// Its value now; `None` when it was removed.
    pub to: Option<Value>,
}

/// The time under which a cached statement made at `at` is kept: before every real one, in order among themselves.
#[must_use]
pub fn cached_at(at: Timestamp) -> Timestamp {
    Timestamp(at.0.clamp(Timestamp::MIN.0, Timestamp::MAX.0) - CACHED_SHIFT_MS)
}

/// When a kept statement was made, cached or not.
#[must_use]
pub fn stated_at(kept: Timestamp) -> Timestamp {
    if kept < Timestamp::MIN { kept.plus_ms(CACHED_SHIFT_MS) } else { kept }
}

/// A trait's value unless it is a tombstone.
#[must_use]
pub fn present(stated: &Trait) -> Option<&Value> {
    (!stated.value.is_null()).then_some(&stated.value)
}

/// The present traits as one object.
#[must_use]
pub fn plain(traits: &BTreeMap<String, Trait>) -> Map<String, Value> {
    traits.iter().filter_map(|(name, t)| present(t).map(|v| (name.clone(), v.clone()))).collect()
}

/// What came of stating traits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    /// What has another value now, in order of name.
    pub changes: Vec<TraitChange>,
    /// Names that were not taken, with the reason: `trait_limit`, `trait_size`, `trait_name`.
    pub refused: Vec<(String, &'static str)>,
}

/// States every member of `values` at `at`. Of two statements of the same instant the one that arrives later wins.
pub fn state(traits: &mut BTreeMap<String, Trait>, values: &Map<String, Value>, at: Timestamp, out: &mut Stated) {
    for (name, value) in values {
        match refusal(traits, name, value) {
            Some(reason) => out.refused.push((name.clone(), reason)),
            None => out.changes.extend(put(traits, name, value, at, true)),
        }
    }
}

/// States one trait; `wins_tie` says whether it replaces a statement of the same instant. Returns the visible change.
pub(crate) fn put(
    traits: &mut BTreeMap<String, Trait>,
    name: &str,
    value: &Value,
    at: Timestamp,
    wins_tie: bool,
) -> Option<TraitChange> {
    let Some(current) = traits.get_mut(name) else {
        make_room(traits);
        traits.insert(name.to_owned(), Trait { value: value.clone(), at });
        let to = (!value.is_null()).then(|| value.clone())?;
        return Some(TraitChange { name: name.to_owned(), from: None, to: Some(to) });
    };
    if at < current.at || (at == current.at && !wins_tie) {
        return None;
    }
    current.at = at;
    if current.value == *value {
        return None;
    }
    let from = present(current).cloned();
    current.value = value.clone();
    Some(TraitChange { name: name.to_owned(), from, to: present(current).cloned() })
}

fn refusal(traits: &BTreeMap<String, Trait>, name: &str, value: &Value) -> Option<&'static str> {
    if name.trim().is_empty() || name.len() > MAX_TRAIT_NAME_BYTES {
        Some("trait_name")
    } else if is_large(value) {
        Some("trait_size")
    } else if traits.len() >= MAX_TRAITS && !traits.contains_key(name) && !traits.values().any(|t| t.value.is_null()) {
        Some("trait_limit")
    } else {
        None
    }
}

fn is_large(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        // Escapes make JSON up to six times as long as the text.
        Value::String(s) if s.len() * 6 + 2 <= MAX_TRAIT_BYTES => false,
        other => other.to_string().len() > MAX_TRAIT_BYTES,
    }
}

/// Drops the oldest tombstone of a full set.
fn make_room(traits: &mut BTreeMap<String, Trait>) {
    if traits.len() < MAX_TRAITS {
        return;
    }
    let oldest = traits.iter().filter(|(_, t)| t.value.is_null()).min_by_key(|(_, t)| t.at).map(|(n, _)| n.clone());
    if let Some(name) = oldest {
        traits.remove(&name);
    }
}
