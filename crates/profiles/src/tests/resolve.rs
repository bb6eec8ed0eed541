//! Who owns an identifier.

use rapport_domain::ids::ProfileId;

use super::id;
use crate::{IdentifierRow, LinkDecision, MergeDecision, decide_alias, decide_letter, decide_link, decide_merge};

fn row(profile: u64, known: bool) -> IdentifierRow {
    IdentifierRow { profile: ProfileId(profile), known }
}

#[test]
fn links_follow_rank() {
    use LinkDecision::{Insert, Keep, MergeClaimant, Refuse, Repoint};
    for (owner, claimant, known, expected) in [
        (None, 5, false, Insert),
        (Some(row(5, false)), 5, false, Keep),
        (Some(row(5, true)), 5, true, Keep),
        (Some(row(3, true)), 5, true, Refuse),
        (Some(row(5, true)), 3, true, Refuse),
        (Some(row(3, false)), 5, true, Repoint { merge_from: ProfileId(3) }),
        (Some(row(5, false)), 3, true, Repoint { merge_from: ProfileId(5) }),
        (Some(row(5, true)), 3, false, MergeClaimant { into: ProfileId(5) }),
        (Some(row(5, false)), 3, false, Repoint { merge_from: ProfileId(5) }),
        (Some(row(3, false)), 5, false, MergeClaimant { into: ProfileId(3) }),
    ] {
        assert_eq!(decide_link(owner.as_ref(), ProfileId(claimant), known), expected, "{owner:?} {claimant} {known}");
    }
}

#[test]
fn aliases_join_known_profiles_only_where_allowed() {
    use LinkDecision::{Keep, MergeClaimant, Refuse, Repoint};
    for (owner, claimant, allowed, expected) in [
        (None, 5, true, Keep),
        (None, 5, false, Keep),
        (Some(row(5, true)), 5, false, Keep),
        (Some(row(3, true)), 5, false, Refuse),
        (Some(row(3, true)), 5, true, MergeClaimant { into: ProfileId(3) }),
        (Some(row(7, true)), 5, true, Repoint { merge_from: ProfileId(7) }),
    ] {
        assert_eq!(decide_alias(owner.as_ref(), ProfileId(claimant), allowed), expected, "{owner:?} {allowed}");
        assert_eq!(decide_letter(&id("user_id", "p"), owner.as_ref(), ProfileId(claimant), true, allowed), expected);
    }
    let other = decide_letter(&id("email", "a@b.c"), Some(&row(3, true)), ProfileId(5), true, true);
    assert_eq!(other, Refuse);
}

#[test]
fn merges_at_the_home_of_the_ending_profile() {
    use MergeDecision::{Chase, KeepApart, Nothing, Relink, Send};
    let (from, into, third) = (ProfileId(9), ProfileId(1), ProfileId(2));
    for (alive, forward, chased, expected) in [
        (Some(false), None, false, Send),
        (Some(true), None, false, Send),
        (Some(false), None, true, Relink { known: false }),
        (Some(true), None, true, Relink { known: true }),
        (None, Some(into), false, Nothing),
        (None, Some(into), true, Nothing),
        (None, Some(third), false, Chase { from: third }),
        (None, None, false, Nothing),
    ] {
        assert_eq!(decide_merge(from, into, alive, forward, chased, false), expected, "{alive:?} {forward:?} {chased}");
        let apart = if expected == Send { KeepApart } else { expected };
        assert_eq!(decide_merge(from, into, alive, forward, chased, true), apart, "{alive:?} {forward:?} {chased}");
    }
    assert_eq!(decide_merge(into, into, Some(true), None, true, false), Nothing);
}
