//! A merge taken back.

use std::collections::BTreeMap;

use rapport_domain::ids::ProfileId;
use rapport_domain::profile::{ConsentStatus, Identifier, MergeEntry, Profile, Trait};
use rapport_domain::time::Timestamp;

use super::identifiers;

/// A profile that was taken out of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// The profile as it was when it was absorbed, without identifiers that have gone elsewhere since.
    pub profile: Profile,
    /// Its identifiers, whose rows name the absorbing profile now: the home of that one sends, in this order, `Unlink` and
    /// `Link {claimant: restored}` for each. (A `Link` alone would merge the two again.)
    pub identifiers: Vec<Identifier>,
}

/// Takes the absorbed profile `from` out of `into`; `None` when it is not among the merges that can be undone.
///
/// Goes back: its identifiers; its traits, where `into` still shows exactly its statement (what that had replaced comes
/// back to `into`); consent it had given; its count of events; merges it had brought along. Stays: what was stated after
/// the merge, refusals of consent (on both sides), accounts, and the times first and last seen. `into` will not claim
/// those identifiers again, and both remember that they are two: stating their identifiers together joins them no more.
pub fn undo(into: &mut Profile, from: ProfileId) -> Option<Restored> {
    let index = into.merges.iter().position(|m| m.from == from)?;
    let entry = into.merges.remove(index);
    let mut profile = (*entry.before).clone();
    // What `from` had absorbed came with it: all their identifiers were its own.
    let (own, theirs): (Vec<_>, Vec<_>) = std::mem::take(&mut into.merges).into_iter().partition(|m| {
        !m.before.identifiers.is_empty() && m.before.identifiers.iter().all(|i| profile.identifiers.contains(i))
    });
    (profile.merges, into.merges) = (own, theirs);
    let identifiers: Vec<Identifier> =
        profile.identifiers.iter().filter(|i| into.identifiers.contains(i)).cloned().collect();
    profile.identifiers.clone_from(&identifiers);
    let brought = |m: &MergeEntry| entry.before.identifiers.iter().any(|i| m.before.identifiers.contains(i));
    // Under `into`'s own statement lies the later of what `from` replaced and what a merge that brought `from` replaced.
    let mut under = entry.replaced.clone();
    for (name, former) in into.merges.iter().filter(|m| brought(m)).flat_map(|m| &m.replaced) {
        if under.get(name).is_none_or(|t| t.at < former.at) {
            under.insert(name.clone(), former.clone());
        }
    }
    for other in &mut into.merges {
        take_back(&mut other.replaced, &entry.before, &entry.replaced);
        // A merge that had brought `from` along keeps it no longer.
        if brought(other) {
            take_out(&mut other.before, &entry.before, &entry.replaced);
        }
    }
    take_out(into, &entry.before, &under);
    for identifier in identifiers.iter().chain([&identifiers::apart_from(from)]) {
        identifiers::remember(into, identifier, Timestamp::MAX);
    }
    identifiers::remember(&mut profile, &identifiers::apart_from(into.id), Timestamp::MAX);
    Some(Restored { profile, identifiers })
}

type Traits = BTreeMap<String, Trait>;

/// Removes from `profile` what came from `gone`; `under` is what lay under `gone`'s traits.
fn take_out(profile: &mut Profile, gone: &Profile, under: &Traits) {
    profile.identifiers.retain(|i| !gone.identifiers.contains(i));
    profile.consents.retain(|c| !(c.status != ConsentStatus::Denied && gone.consents.contains(c)));
    profile.event_count = profile.event_count.saturating_sub(gone.event_count);
    take_back(&mut profile.traits, gone, under);
}

/// Where `traits` still holds exactly a statement of `gone`, puts back what lay under it.
fn take_back(traits: &mut Traits, gone: &Profile, under: &Traits) {
    for (name, stated) in &gone.traits {
        if traits.get(name) == Some(stated) {
            match under.get(name) {
                Some(former) => traits.insert(name.clone(), former.clone()),
                None => traits.remove(name),
            };
        }
    }
}
