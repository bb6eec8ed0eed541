//! Who owns an identifier. Merges follow one total order (rank), so they never run in a circle: a known profile
//! outranks an anonymous one, among equals the lower id does. Two known profiles never merge through a shared
//! identifier; only an explicit `alias` may join them, and only where the workspace allows it.

use rapport_domain::ids::ProfileId;
use rapport_domain::profile::{Identifier, namespace};

pub use super::claims::{alias_of, claims};

/// An identifier's row: who owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentifierRow {
    /// The owner; names its home.
    pub profile: ProfileId,
    /// Whether the owner is known (has a `user_id`).
    pub known: bool,
}

/// What the identifier's partition does with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkDecision {
    /// Nobody owns it: write a row for the claimant.
    Insert,
    /// Nothing changes.
    Keep,
    /// The claimant outranks the owner: point the row at the claimant and send `MergeInto {from: merge_from, into: claimant}`.
    Repoint {
        /// The former owner.
        merge_from: ProfileId,
    },
    /// The owner outranks the claimant: leave the row and send `MergeInto {from: claimant, into}`.
    MergeClaimant {
        /// The owner.
        into: ProfileId,
    },
    /// Both are known: send `Refuse` to the claimant's home.
    Refuse,
}

/// Whether profile `a` stays when `a` and `b` are found to be one.
#[must_use]
pub fn outranks(a: IdentifierRow, b: IdentifierRow) -> bool {
    (!a.known, a.profile) < (!b.known, b.profile)
}

/// Decides a claim on an identifier (not of an `alias`'s former user id: see [`decide_alias`]).
#[must_use]
pub fn decide_link(row: Option<&IdentifierRow>, claimant: ProfileId, known: bool) -> LinkDecision {
    let Some(row) = row else { return LinkDecision::Insert };
    if row.profile == claimant {
        return LinkDecision::Keep;
    }
    if row.known && known {
        return LinkDecision::Refuse;
    }
    by_rank(row, IdentifierRow { profile: claimant, known })
}

/// Decides an `alias`'s claim on a former user id. An id nobody has used joins nobody. One that belongs to another
/// customer is refused unless the workspace sets `allow_alias_merge`; then the two known profiles merge by rank.
#[must_use]
pub fn decide_alias(row: Option<&IdentifierRow>, claimant: ProfileId, allow_alias_merge: bool) -> LinkDecision {
    match row {
        None => LinkDecision::Keep,
        Some(row) if row.profile == claimant => LinkDecision::Keep,
        Some(_) if !allow_alias_merge => LinkDecision::Refuse,
        Some(row) => by_rank(row, IdentifierRow { profile: claimant, known: true }),
    }
}

/// Decides a `Link` letter. A `Link` of namespace `user_id` comes only from an `alias` or the merge it caused, because a
/// known profile lives where its user id's row does and writes that row itself.
#[must_use]
pub fn decide_letter(
    identifier: &Identifier,
    row: Option<&IdentifierRow>,
    claimant: ProfileId,
    known: bool,
    allow_alias_merge: bool,
) -> LinkDecision {
    if identifier.namespace == namespace::USER_ID {
        decide_alias(row, claimant, allow_alias_merge)
    } else {
        decide_link(row, claimant, known)
    }
}

fn by_rank(row: &IdentifierRow, claimant: IdentifierRow) -> LinkDecision {
    if outranks(claimant, *row) {
        LinkDecision::Repoint { merge_from: row.profile }
    } else {
        LinkDecision::MergeClaimant { into: row.profile }
    }
}

/// What a home does with `MergeInto {from, into, by}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeDecision {
    /// Send the profile's state to `into` (`Absorb`) and leave a forwarding address.
    Send,
    /// It is done already, or `from` is gone for good.
    Nothing,
    /// Somebody said that the two are not one: `from` gives the identifier up.
    KeepApart,
    /// `from` is part of another profile now: send `MergeInto` on to that one's home with this `from` and one more hop.
    Chase {
        /// The profile that `from` became.
        from: ProfileId,
    },
    /// Reached by chasing: who outranks whom is not known here, so send `Link {by, claimant: from, known}` to the
    /// identifier's partition, whose row knows.
    Relink {
        /// Whether `from` is known.
        known: bool,
    },
}

/// Whether somebody says outright that two profiles are one: a person naming both, or an `alias` naming a former user id.
/// Any other identifier only suggests it.
#[must_use]
pub fn is_explicit(by: &Identifier) -> bool {
    matches!(by.namespace.as_str(), namespace::PROFILE | namespace::USER_ID)
}

/// Decides a `MergeInto` at the home of `from`. `alive` is whether the profile is here and, if so, known; `forward` its
/// forwarding address; `chased` whether the letter was sent on before (its hops are above 0); `apart` whether a merge of the
/// two was undone, which only an explicit statement overrides ([`is_explicit`]).
#[must_use]
pub fn decide_merge(
    from: ProfileId,
    into: ProfileId,
    alive: Option<bool>,
    forward: Option<ProfileId>,
    chased: bool,
    apart: bool,
) -> MergeDecision {
    match (alive, forward) {
        _ if from == into => MergeDecision::Nothing,
        (Some(known), _) if chased => MergeDecision::Relink { known },
        (Some(_), _) if apart => MergeDecision::KeepApart,
        (Some(_), _) => MergeDecision::Send,
        (None, Some(next)) if next == into => MergeDecision::Nothing,
        (None, Some(next)) => MergeDecision::Chase { from: next },
        (None, None) => MergeDecision::Nothing,
    }
}
