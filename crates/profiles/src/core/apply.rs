//! What an event changes of its profile.

use std::borrow::Cow;

use rapport_domain::event::{Event, EventKind, names};
use rapport_domain::ids::SourceId;
use rapport_domain::profile::{ACCOUNT, Consent, ConsentStatus, DEVICE_TRAIT, Identifier, Profile};
use serde_json::{Map, Value};

use super::consent::{MustConfirm, Put};
use super::identifiers::{self, Attach};
use super::{claims, consent, traits};

pub use super::traits::TraitChange;

/// Most accounts of one profile; further ones are not joined.
pub const MAX_GROUPS: usize = 100;
/// Longest account id in bytes.
pub const MAX_GROUP_BYTES: usize = 512;

/// What an event changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// Traits that have another value now.
    pub trait_changes: Vec<TraitChange>,
    /// Identifiers attached: each needs a `Link` to its partition (or its row, when that is here).
    pub new_identifiers: Vec<Identifier>,
    /// Identifiers that made room for newer ones: each needs an `Unlink`.
    pub dropped_identifiers: Vec<Identifier>,
    /// Statements of consent that changed something.
    pub consent_changes: Vec<Consent>,
    /// Subscriptions asked for in so many words while an earlier one still waits to be confirmed.
    pub asked_again: Vec<Consent>,
    /// Identifiers not attached, with the reason: `limit`, `other_user_id`, `anonymous_profile`.
    pub refused: Vec<(Identifier, &'static str)>,
    /// Traits not taken, with the reason: `trait_limit`, `trait_size`, `trait_name`.
    pub refused_traits: Vec<(String, &'static str)>,
    /// The account joined by this event, when the profile was not in it before.
    pub joined_group: Option<String>,
    /// The account it belongs to is another one now.
    pub account_moved: bool,
}

impl Applied {
    /// Whether nothing but counts and times changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Applied::default()
    }
}

/// Applies an event to its profile. Events that Rapport itself records (source 0) do not count as seen.
///
/// Traits of `identify` are stated at the event's time; `context.traits` of other calls fills only what nobody stated
/// (see [`super::traits`]). An `identify` whose own traits are empty states its `context.traits`, where some client
/// libraries put them.
///
/// No subscription has to be confirmed; see [`apply_confirming`].
pub fn apply(profile: &mut Profile, event: &Event) -> Applied {
    apply_confirming(profile, event, &consent::no_confirmation)
}

/// The same where some subscriptions have to be confirmed by the customer.
pub fn apply_confirming(profile: &mut Profile, event: &Event, must_confirm: MustConfirm<'_>) -> Applied {
    if event.source != SourceId(0) {
        profile.event_count += 1;
        profile.first_seen = profile.first_seen.min(event.ts);
        profile.last_seen = profile.last_seen.max(event.ts);
    }
    let mut out = Applied::default();
    apply_traits(profile, event, &mut out);
    for claim in claims::claims(event) {
        match identifiers::claim(profile, &claim, event.ts) {
            Attach::Nothing => {}
            Attach::Added { dropped } => {
                out.new_identifiers.push(claim);
                out.dropped_identifiers.extend(dropped);
            }
            Attach::Refused(reason) => out.refused.push((claim, reason)),
        }
    }
    out.new_identifiers.retain(|i| profile.identifiers.contains(i));
    for stated in consent::statements(event, must_confirm) {
        match consent::put(profile, stated) {
            Put::Changed(stated) => out.consent_changes.push(stated),
            // The context of every event may repeat it; that asks for nothing.
            Put::Again(stated) if &*event.name == names::CONSENT_CHANGED && stated.status == ConsentStatus::Pending => {
                out.asked_again.push(stated);
            }
            Put::Again(_) | Put::Nothing => {}
        }
    }
    join_group(profile, event, &mut out);
    out
}

fn apply_traits(profile: &mut Profile, event: &Event, out: &mut Applied) {
    let mut stated = traits::Stated::default();
    let copied = event.context.map().get("traits").and_then(|t| t.as_object());
    let own = (event.kind == EventKind::Identify).then(|| event.properties.map());
    let (own, copied) = (own.map(|t| believed(t, event)), copied.map(|t| believed(t, event)));
    match (own.as_deref(), copied.as_deref()) {
        (Some(own), Some(copied)) if own.is_empty() => {
            traits::state(&mut profile.traits, copied, event.ts, &mut stated)
        }
        (own, copied) => {
            if let Some(own) = own {
                traits::state(&mut profile.traits, own, event.ts, &mut stated);
            }
            if let Some(copied) = copied {
                traits::state(&mut profile.traits, copied, traits::cached_at(event.ts), &mut stated);
            }
        }
    }
    out.trait_changes = stated.changes;
    out.refused_traits = stated.refused;
}

/// The traits that whoever sent the event may state.
fn believed<'a>(traits: &'a Map<String, Value>, event: &Event) -> Cow<'a, Map<String, Value>> {
    let reserved = |name: &String| name.starts_with(DEVICE_TRAIT);
    if event.source.0 == 0 || !traits.keys().any(reserved) {
        return Cow::Borrowed(traits);
    }
    Cow::Owned(traits.iter().filter(|(name, _)| !reserved(name)).map(|(n, v)| (n.clone(), v.clone())).collect())
}

fn join_group(profile: &mut Profile, event: &Event, out: &mut Applied) {
    let Some(group) = super::account::group_of(event) else { return };
    let before = profile.account_id().map(str::to_owned);
    if !profile.groups.iter().any(|g| g == group) {
        if profile.groups.len() >= MAX_GROUPS {
            return;
        }
        profile.groups.push(group.to_owned());
        out.joined_group = Some(group.to_owned());
    }
    // Of several accounts the latest call names the one that counts, whatever the order of arrival.
    traits::put(&mut profile.traits, ACCOUNT, &group.into(), event.ts, true);
    out.account_moved = profile.account_id() != before.as_deref();
}
