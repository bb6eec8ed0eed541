//! Two profiles found to be one customer: the lower-ranking one is absorbed.

use std::collections::BTreeMap;

use rapport_domain::profile::{Consent, Identifier, MergeEntry, Profile};
use rapport_domain::time::Timestamp;

use super::apply::{MAX_GROUPS, TraitChange};
use super::identifiers::{self, Attach};
use super::{consent, traits};

pub use super::undo::{Restored, undo};

/// Most merges that can be undone; the oldest beyond it are final.
pub const MAX_MERGES: usize = 20;

/// What absorbing a profile changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Absorbed {
    /// Traits that have another value now.
    pub trait_changes: Vec<TraitChange>,
    /// Identifiers attached: each needs a `Link`.
    pub new_identifiers: Vec<Identifier>,
    /// Identifiers beyond the limits: each needs an `Unlink`, for the absorbed profile and for this one.
    pub dropped_identifiers: Vec<Identifier>,
    /// Statements of consent that changed something.
    pub consent_changes: Vec<Consent>,
    /// Accounts the absorbed profile was in: each needs [`super::account::move_member`].
    pub groups: Vec<String>,
}

/// Makes `from` part of `into`. Of each trait the later statement stays, of two of the same instant that of `into`; of
/// each consent the later one, of two of the same instant the refusal; counts add up. The absorbed profile is kept as it
/// was, at most [`MAX_MERGES`] of them, and its own merges become merges of `into`, so that each can be undone by itself.
pub fn absorb(into: &mut Profile, mut from: Profile, by: &Identifier, at: Timestamp) -> Absorbed {
    let mut out = Absorbed { groups: from.groups.clone(), ..Absorbed::default() };
    let nested = std::mem::take(&mut from.merges);
    let mut replaced = BTreeMap::new();
    for (name, stated) in &from.traits {
        let full = into.traits.len() >= traits::MAX_TRAITS && !into.traits.contains_key(name);
        if full && !into.traits.values().any(|t| t.value.is_null()) {
            continue;
        }
        let former = into.traits.get(name).cloned();
        let change = traits::put(&mut into.traits, name, &stated.value, stated.at, false);
        if let Some(former) = former.filter(|f| into.traits.get(name) != Some(f)) {
            replaced.insert(name.clone(), former);
        }
        out.trait_changes.extend(change);
    }
    for identifier in &from.identifiers {
        match identifiers::inherit(into, identifier) {
            Attach::Nothing => {}
            Attach::Added { dropped } => {
                out.new_identifiers.push(identifier.clone());
                out.dropped_identifiers.extend(dropped);
            }
            Attach::Refused(_) => out.dropped_identifiers.push(identifier.clone()),
        }
    }
    out.new_identifiers.retain(|i| into.identifiers.contains(i));
    out.consent_changes = from.consents.iter().cloned().filter_map(|c| consent::put(into, c).changed()).collect();
    for group in &from.groups {
        if !into.groups.contains(group) && into.groups.len() < MAX_GROUPS {
            into.groups.push(group.clone());
        }
    }
    into.event_count += from.event_count;
    into.first_seen = into.first_seen.min(from.first_seen);
    into.last_seen = into.last_seen.max(from.last_seen);
    let apart = identifiers::apart_from(from.id);
    into.refused.retain(|r| r.identifier != apart);
    into.merges.retain(|m| m.from != from.id);
    into.merges.extend(nested);
    into.merges.push(MergeEntry { from: from.id, at, by: by.clone(), before: Box::new(from), replaced });
    bound(&mut into.merges);
    out
}

/// Forgets the oldest merges beyond the limit.
fn bound(merges: &mut Vec<MergeEntry>) {
    merges.sort_by_key(|m| m.at);
    let excess = merges.len().saturating_sub(MAX_MERGES);
    merges.drain(..excess);
}
