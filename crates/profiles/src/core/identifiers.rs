//! Which and how many identifiers a profile may have.

use rapport_domain::ids::ProfileId;
use rapport_domain::profile::{Identifier, Profile, Refusal, namespace};
use rapport_domain::time::{DAY_MS, Timestamp};

/// Most identifiers of a profile in all namespaces together.
pub const MAX_IDENTIFIERS: usize = 200;
/// Most user ids, which only `alias` merges add to the first.
pub const MAX_USER_IDS: usize = 10;
/// Most refusals remembered; the oldest is forgotten first.
pub const MAX_REFUSALS: usize = 50;
/// How long a refused identifier is not asked for again, milliseconds: by then its owner may have been erased.
pub const REFUSAL_MS: i64 = 7 * DAY_MS;

/// What to do with an identifier beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The new one is not taken.
    Refuse,
    /// The oldest of the namespace makes room and is unlinked: browsers and push tokens come and go.
    DropOldest,
}

/// Most identifiers of a namespace, and what happens beyond: `user_id` 1, `email` 5, `phone` 5, `anonymous_id` 50 and
/// `device_token` 20 (oldest dropped), any other 10.
#[must_use]
pub fn limit(namespace: &str) -> (usize, Overflow) {
    match namespace {
        namespace::USER_ID => (1, Overflow::Refuse),
        namespace::EMAIL | namespace::PHONE => (5, Overflow::Refuse),
        namespace::ANONYMOUS_ID => (50, Overflow::DropOldest),
        namespace::DEVICE_TOKEN => (20, Overflow::DropOldest),
        _ => (10, Overflow::Refuse),
    }
}

/// What came of attaching an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attach {
    /// The profile has it already, or was refused it lately.
    Nothing,
    /// Attached; `dropped` made room.
    Added { dropped: Option<Identifier> },
    /// Not attached, and why.
    Refused(&'static str),
}

/// Attaches an identifier that an event claims.
pub(crate) fn claim(profile: &mut Profile, identifier: &Identifier, at: Timestamp) -> Attach {
    if profile.identifiers.contains(identifier) || is_refused(profile, identifier, at) {
        return Attach::Nothing;
    }
    if identifier.namespace == namespace::USER_ID && !profile.known {
        remember(profile, identifier, at);
        return Attach::Refused("anonymous_profile");
    }
    let (most, overflow) = limit(&identifier.namespace);
    let attached = attach(profile, identifier, most, overflow);
    if let Attach::Refused(_) = attached {
        remember(profile, identifier, at);
    }
    attached
}

/// Attaches an identifier of an absorbed profile.
pub(crate) fn inherit(profile: &mut Profile, identifier: &Identifier) -> Attach {
    if profile.identifiers.contains(identifier) {
        return Attach::Nothing;
    }
    profile.refused.retain(|r| r.identifier != *identifier);
    let (most, overflow) = match identifier.namespace.as_str() {
        namespace::USER_ID => (MAX_USER_IDS, Overflow::Refuse),
        other => limit(other),
    };
    attach(profile, identifier, most, overflow)
}

fn attach(profile: &mut Profile, identifier: &Identifier, most: usize, overflow: Overflow) -> Attach {
    let count = profile.identifiers.iter().filter(|i| i.namespace == identifier.namespace).count();
    let mut dropped = None;
    if count >= most {
        if overflow == Overflow::Refuse {
            let other_user = identifier.namespace == namespace::USER_ID;
            return Attach::Refused(if other_user { "other_user_id" } else { "limit" });
        }
        let oldest = profile.identifiers.iter().position(|i| i.namespace == identifier.namespace);
        dropped = oldest.map(|index| profile.identifiers.remove(index));
    } else if profile.identifiers.len() >= MAX_IDENTIFIERS {
        return Attach::Refused("limit");
    }
    profile.identifiers.push(identifier.clone());
    Attach::Added { dropped }
}

/// The mark by which a profile remembers that it is not the same customer as `other`: their merge was undone.
#[must_use]
pub fn apart_from(other: ProfileId) -> Identifier {
    Identifier { namespace: namespace::PROFILE.to_owned(), value: other.to_string() }
}

/// Every profile it is known not to be the same customer as ([`apart_from`]).
pub fn apart(profile: &Profile) -> impl Iterator<Item = ProfileId> {
    let marks = profile.refused.iter().filter(|r| r.identifier.namespace == namespace::PROFILE);
    marks.filter_map(|r| r.identifier.value.parse().ok())
}

/// Whether somebody said that the two are not one ([`apart_from`]). It holds until somebody says the opposite.
#[must_use]
pub fn is_apart(profile: &Profile, other: ProfileId) -> bool {
    let mark = apart_from(other);
    profile.refused.iter().any(|r| r.identifier == mark)
}

/// Whether the profile was refused the identifier and must not ask again yet.
#[must_use]
pub fn is_refused(profile: &Profile, identifier: &Identifier, at: Timestamp) -> bool {
    profile.refused.iter().any(|r| r.identifier == *identifier && r.at.plus_ms(REFUSAL_MS) > at)
}

/// Takes a `Refuse` letter: the identifier belongs to another known customer. It is taken off the profile and not asked
/// for again for [`REFUSAL_MS`] from `at`. Returns whether this is news, so that it is recorded once.
pub fn refuse(profile: &mut Profile, identifier: &Identifier, at: Timestamp) -> bool {
    let known_before = is_refused(profile, identifier, at);
    let count = profile.identifiers.len();
    profile.identifiers.retain(|i| i != identifier);
    remember(profile, identifier, at);
    profile.identifiers.len() < count || !known_before
}

/// Remembers a refusal; a later time replaces an earlier one.
pub(crate) fn remember(profile: &mut Profile, identifier: &Identifier, at: Timestamp) {
    if let Some(known) = profile.refused.iter_mut().find(|r| r.identifier == *identifier) {
        known.at = known.at.max(at);
        return;
    }
    if profile.refused.len() >= MAX_REFUSALS {
        let oldest = profile.refused.iter().enumerate().min_by_key(|(_, r)| r.at).map(|(index, _)| index);
        oldest.into_iter().for_each(|index| drop(profile.refused.remove(index)));
    }
    profile.refused.push(Refusal { identifier: identifier.clone(), at });
}
