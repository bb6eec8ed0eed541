//! Merging and taking merges back.

use proptest::prelude::*;
use rapport_domain::ConsentStatus;
use rapport_domain::profile::{Consent, Profile, Trait};
use rapport_domain::time::Timestamp;
use serde_json::{Value, json};

use super::{anonymous, event, id, known};
use crate::core::identifiers::{is_apart, is_refused};
use crate::core::merge::MAX_MERGES;
use crate::core::traits;
use crate::{absorb, apply, undo};

fn with(mut p: Profile, traits: &[(&str, i64, Value)], identifiers: &[(&str, &str)]) -> Profile {
    for (name, at, value) in traits {
        p.traits.insert((*name).to_owned(), Trait { value: value.clone(), at: Timestamp(*at) });
    }
    p.identifiers.extend(identifiers.iter().map(|(n, v)| id(n, v)));
    p
}

/// What a merge gave back, without the mark that it is to stay apart.
fn given_back(mut p: Profile, from: u64) -> Profile {
    assert!(is_apart(&p, known(from).id));
    p.refused.clear();
    p
}

fn say(p: &mut Profile, channel: &str, granted: bool, at: i64) {
    let source = "test".to_owned();
    p.consents.push(Consent {
        channel: channel.into(),
        topic: None,
        status: ConsentStatus::of(granted),
        at: Timestamp(at),
        source,
    });
}

#[test]
fn the_later_statement_stays() {
    let mut into = with(
        known(1),
        &[("later", 5, json!("i")), ("earlier", 5, json!("i")), ("tie", 5, json!("i")), ("gone", 5, json!("i"))],
        &[("user_id", "u"), ("email", "jo@x.y")],
    );
    let mut from = with(
        anonymous(9),
        &[
            ("later", 4, json!("f")),
            ("earlier", 6, json!("f")),
            ("tie", 5, json!("f")),
            ("gone", 7, json!(null)),
            ("new", 1, json!("f")),
        ],
        &[("anonymous_id", "a"), ("email", "jo@x.y")],
    );
    (into.event_count, from.event_count) = (10, 3);
    (into.last_seen, from.last_seen) = (Timestamp(50), Timestamp(60));
    (into.first_seen, from.first_seen) = (Timestamp(20), Timestamp(10));
    (into.groups, from.groups) = (vec!["g1".into()], vec!["g1".into(), "g2".into()]);
    say(&mut into, "email", true, 5);
    say(&mut from, "email", false, 5);
    say(&mut into, "sms", true, 6);
    say(&mut from, "sms", false, 5);
    say(&mut from, "push", true, 5);
    let absorbed = absorb(&mut into, from.clone(), &id("anonymous_id", "a"), Timestamp(70));
    assert_eq!(
        Value::Object(traits::plain(&into.traits)),
        json!({"later": "i", "earlier": "f", "tie": "i", "new": "f"})
    );
    let names: Vec<_> = absorbed.trait_changes.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["earlier", "gone", "new"]);
    assert_eq!(absorbed.new_identifiers, [id("anonymous_id", "a")]);
    assert_eq!(absorbed.groups, ["g1", "g2"]);
    assert_eq!(into.groups, ["g1", "g2"]);
    assert_eq!((into.event_count, into.first_seen, into.last_seen), (13, Timestamp(10), Timestamp(60)));
    let consents: Vec<_> = into.consents.iter().map(|c| (c.channel.as_str(), c.is_granted())).collect();
    assert_eq!(consents, [("email", false), ("sms", true), ("push", true)]);
    assert_eq!(absorbed.consent_changes.len(), 2);
    assert_eq!(*into.merges[0].before, from);
}

#[test]
fn undoing_gives_everything_back() {
    let mut into = with(known(1), &[("plan", 5, json!("free")), ("own", 9, json!(1))], &[("user_id", "u")]);
    let mut from = with(
        anonymous(9),
        &[("plan", 6, json!("pro")), ("own", 8, json!(2)), ("later", 6, json!("f")), ("new", 6, json!("f"))],
        &[("anonymous_id", "a"), ("email", "jo@x.y")],
    );
    from.event_count = 3;
    say(&mut from, "email", true, 5);
    say(&mut from, "sms", false, 5);
    let before = (into.clone(), from.clone());
    absorb(&mut into, from, &id("anonymous_id", "a"), Timestamp(70));
    apply(&mut into, &event(80, json!({"type": "identify", "userId": "u", "traits": {"later": "i"}})));
    let restored = undo(&mut into, before.1.id).unwrap();
    assert_eq!(given_back(restored.profile, 1), before.1);
    assert_eq!(restored.identifiers, before.1.identifiers);
    assert_eq!(Value::Object(traits::plain(&into.traits)), json!({"plan": "free", "own": 1, "later": "i"}));
    assert_eq!(into.identifiers, before.0.identifiers);
    assert_eq!(into.event_count, 1);
    let consents: Vec<_> = into.consents.iter().map(|c| (c.channel.as_str(), c.is_granted())).collect();
    assert_eq!(consents, [("sms", false)], "refusals stay on both sides");
    assert!(is_refused(&into, &id("anonymous_id", "a"), Timestamp::MAX), "the next event does not merge them again");
    assert_eq!(undo(&mut into, before.1.id), None);
}

#[test]
fn an_identifier_that_moved_on_is_not_given_back() {
    let mut into = with(known(1), &[], &[("user_id", "u")]);
    let from = with(anonymous(9), &[], &[("anonymous_id", "a"), ("email", "jo@x.y")]);
    absorb(&mut into, from, &id("anonymous_id", "a"), Timestamp(70));
    crate::refuse(&mut into, &id("email", "jo@x.y"), Timestamp(71));
    assert_eq!(undo(&mut into, anonymous(9).id).unwrap().identifiers, [id("anonymous_id", "a")]);
}

/// Grandchild 30 in child 20 in profile 1, each with a statement of `t` and an identifier.
fn chain() -> Profile {
    let mut child = with(anonymous(20), &[("t", 2, json!("child"))], &[("anonymous_id", "c")]);
    let grandchild = with(anonymous(30), &[("t", 9, json!("grandchild"))], &[("anonymous_id", "g")]);
    (child.event_count, child.last_seen) = (5, Timestamp(5));
    absorb(&mut child, grandchild, &id("email", "x@y.z"), Timestamp(10));
    let mut top = with(known(1), &[("t", 4, json!("top"))], &[("user_id", "u")]);
    absorb(&mut top, child, &id("anonymous_id", "c"), Timestamp(11));
    top
}

#[test]
fn a_merge_within_a_merge_can_be_undone_alone() {
    let mut top = chain();
    assert_eq!(top.merges.iter().map(|m| m.from.0).collect::<Vec<_>>(), [30, 20]);
    let restored = undo(&mut top, anonymous(30).id).unwrap();
    assert_eq!(restored.profile.identifiers, [id("anonymous_id", "g")]);
    assert_eq!(top.traits["t"].value, "top", "the later of what lay under it");
    let child = undo(&mut top, anonymous(20).id).unwrap().profile;
    assert_eq!(child.identifiers, [id("anonymous_id", "c")]);
    assert_eq!((child.traits["t"].value.as_str(), child.event_count), (Some("child"), 5));
    assert_eq!((top.traits["t"].value.as_str(), top.identifiers.len(), top.merges.len()), (Some("top"), 1, 0));
}

#[test]
fn a_merge_takes_its_own_merges_back_along() {
    let mut top = chain();
    let mut child = undo(&mut top, anonymous(20).id).unwrap().profile;
    assert_eq!((top.traits["t"].value.as_str(), top.identifiers.len(), top.merges.len()), (Some("top"), 1, 0));
    assert_eq!(child.identifiers, [id("anonymous_id", "c"), id("anonymous_id", "g")]);
    assert_eq!(undo(&mut child, anonymous(30).id).unwrap().profile.identifiers, [id("anonymous_id", "g")]);
    assert_eq!((child.traits["t"].value.as_str(), child.identifiers.len()), (Some("child"), 1));
}

#[test]
fn merges_and_identifiers_are_bounded() {
    let mut top = with(known(1), &[], &[("user_id", "u")]);
    let mut dropped = 0;
    for n in 0..60 {
        let from = with(anonymous(100 + n), &[], &[("anonymous_id", &format!("a{n}")), ("email", &format!("{n}@x.y"))]);
        let absorbed = absorb(&mut top, from, &id("crm", "x"), Timestamp(n as i64));
        dropped += absorbed.dropped_identifiers.len();
    }
    assert_eq!(top.merges.len(), MAX_MERGES);
    assert_eq!((top.merges[0].from.0, top.merges[19].from.0), (140, 159), "the newest stay");
    assert_eq!((top.identifiers.len(), dropped), (1 + 50 + 5, 10 + 55));
    assert_eq!(undo(&mut top, anonymous(100).id), None);
}

proptest! {
    /// Merging in any order gives the same traits, consents and counts.
    #[test]
    fn merging_commutes_and_undoing_inverts(
        statements in proptest::collection::vec((0..3usize, "[abcd]", prop_oneof![Just(json!(null)), (0..3i64).prop_map(Value::from)]), 0..14),
        order in Just(vec![0usize, 1, 2]).prop_shuffle(),
    ) {
        let profiles: Vec<Profile> = (0..3).map(|n| {
            let mine = statements.iter().enumerate().filter(|(_, s)| s.0 == n);
            let stated: Vec<_> = mine.map(|(at, s)| (s.1.as_str(), at as i64 + 1, s.2.clone())).collect();
            with(anonymous(10 + n as u64), &stated, &[("anonymous_id", &format!("a{n}"))])
        }).collect();
        let merged = |order: &[usize]| {
            let mut top = with(known(1), &[("a", 3, json!("top"))], &[("user_id", "u")]);
            for n in order {
                absorb(&mut top, profiles[*n].clone(), &id("crm", "x"), Timestamp(*n as i64));
            }
            top
        };
        let (mut one, other) = (merged(&order), merged(&[0, 1, 2]));
        prop_assert_eq!(&one.traits, &other.traits);
        // Taken back in another order, everything is as before.
        for n in [1usize, 2, 0] {
            prop_assert_eq!(&given_back(undo(&mut one, profiles[n].id).unwrap().profile, 1), &profiles[n]);
        }
        let alone = merged(&[]);
        prop_assert_eq!((one.traits, one.identifiers, one.event_count), (alone.traits, alone.identifiers, alone.event_count));
    }
}
