//! A small world of partitions that drives the pure decisions with letters delivered in any order, as the engine does.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use rapport_domain::event::Event;
use rapport_domain::hash;
use rapport_domain::identity::primary;
use rapport_domain::ids::{Partition, ProfileId};
use rapport_domain::profile::{Identifier, Profile, Trait, namespace};
use rapport_domain::record::LetterBody;
use rapport_domain::time::Timestamp;
use serde_json::{Value, json};

use super::{WS, event, id};
use crate::{
    IdentifierRow, LinkDecision, MergeDecision, absorb, alias_of, apply, claims, decide_letter, decide_merge, is_apart,
    is_explicit, refuse, repo, undo,
};

const PARTITIONS: u16 = 4;
/// Far more than any case needs: reaching it means that letters run in a circle.
const MAX_STEPS: usize = 5_000;

#[derive(Default)]
struct Part {
    rows: HashMap<Identifier, IdentifierRow>,
    profiles: BTreeMap<ProfileId, Profile>,
    forwards: HashMap<ProfileId, ProfileId>,
    created: u64,
}

enum Mail {
    Event(Box<Event>, Option<ProfileId>),
    Letter(LetterBody, u8),
}

#[derive(Default)]
struct World {
    parts: Vec<Part>,
    queue: Vec<(Partition, Mail)>,
    allow_alias_merge: bool,
    refusals: usize,
}

impl World {
    fn new(allow_alias_merge: bool) -> Self {
        let parts = (0..PARTITIONS).map(|_| Part::default()).collect();
        World { parts, allow_alias_merge, ..World::default() }
    }

    fn home_of(identifier: &Identifier) -> Partition {
        hash::partition_of(WS, &identifier.namespace, &identifier.value, PARTITIONS)
    }

    fn part(&mut self, partition: Partition) -> &mut Part {
        &mut self.parts[usize::from(partition.0)]
    }

    fn letter(&mut self, to: Partition, body: LetterBody, hops: u8) {
        self.queue.push((to, Mail::Letter(body, hops)));
    }

    fn collect(&mut self, event: Event) {
        let to = Self::home_of(&primary(&event).expect("an identifier"));
        self.queue.push((to, Mail::Event(Box::new(event), None)));
    }

    /// Delivers everything; `pick` chooses which of so many waiting is next.
    fn run(&mut self, mut pick: impl FnMut(usize) -> usize) {
        for _ in 0..MAX_STEPS {
            if self.queue.is_empty() {
                return;
            }
            let (at, mail) = self.queue.remove(pick(self.queue.len()));
            match mail {
                Mail::Event(event, profile) => self.event(at, *event, profile),
                Mail::Letter(body, hops) => self.open(at, body, hops),
            }
        }
        panic!("letters run in a circle");
    }

    /// Follows forwarding addresses as far as `at` knows them.
    fn follow(&mut self, at: Partition, mut profile: ProfileId) -> ProfileId {
        for _ in 0..1_000 {
            match self.part(at).forwards.get(&profile).filter(|_| profile.home() == at) {
                Some(next) => profile = *next,
                None => return profile,
            }
        }
        panic!("forwarding addresses run in a circle");
    }

    fn event(&mut self, at: Partition, event: Event, profile: Option<ProfileId>) {
        let profile = profile.unwrap_or_else(|| {
            let identifier = primary(&event).expect("an identifier");
            let known = identifier.namespace == namespace::USER_ID;
            let part = self.part(at);
            if let Some(row) = part.rows.get(&identifier) {
                return row.profile;
            }
            part.created += 1;
            let created = ProfileId::new(at, part.created);
            let mut profile = Profile::new(WS, created, known, event.ts);
            profile.identifiers.push(identifier.clone());
            part.rows.insert(identifier, IdentifierRow { profile: created, known });
            part.profiles.insert(created, profile);
            created
        });
        let profile = self.follow(at, profile);
        if profile.home() != at {
            self.queue.push((profile.home(), Mail::Event(Box::new(event), Some(profile))));
            return;
        }
        let held = self.part(at).profiles.get_mut(&profile).expect("a living profile");
        let known = held.known;
        let applied = apply(held, &event);
        self.refusals += applied.refused.len();
        self.link(applied.new_identifiers.into_iter().chain(alias_of(&event)), profile, known);
    }

    fn link(&mut self, identifiers: impl IntoIterator<Item = Identifier>, claimant: ProfileId, known: bool) {
        for identifier in identifiers {
            self.letter(Self::home_of(&identifier), LetterBody::Link { identifier, claimant, known }, 0);
        }
    }

    fn open(&mut self, at: Partition, body: LetterBody, hops: u8) {
        match body {
            LetterBody::Link { identifier, claimant, known } => self.linked(at, identifier, claimant, known),
            LetterBody::Unlink { identifier, owner } => {
                let rows = &mut self.part(at).rows;
                if rows.get(&identifier).is_some_and(|r| r.profile == owner) {
                    rows.remove(&identifier);
                }
            }
            LetterBody::Refuse { identifier, claimant } => {
                if let Some(profile) = self.part(at).profiles.get_mut(&claimant) {
                    refuse(profile, &identifier, Timestamp(1_000));
                    self.refusals += 1;
                }
            }
            LetterBody::MergeInto { from, into, by } => self.merge_into(at, from, into, by, hops),
            LetterBody::Absorb { from, into, by, state } => {
                let into = self.follow(at, into);
                if into.home() != at {
                    return self.letter(into.home(), LetterBody::Absorb { from, into, by, state }, hops + 1);
                }
                let held = self.part(at).profiles.get_mut(&into).expect("a living profile");
                let known = held.known;
                let absorbed = absorb(held, repo::decode(&state).unwrap(), &by, Timestamp(1_000));
                self.link(absorbed.new_identifiers, into, known);
            }
            LetterBody::UndoMerge { from, into } => {
                let held = self.part(at).profiles.get_mut(&into).expect("a living profile");
                let restored = undo(held, from).expect("a merge");
                let known = restored.profile.known;
                let state = repo::encode(&restored.profile).unwrap();
                self.letter(from.home(), LetterBody::Restore { from, state }, 0);
                for identifier in restored.identifiers {
                    let home = Self::home_of(&identifier);
                    self.letter(home, LetterBody::Unlink { identifier: identifier.clone(), owner: into }, 0);
                    self.letter(home, LetterBody::Link { identifier, claimant: from, known }, 0);
                }
            }
            LetterBody::Restore { from, state } => {
                self.part(at).forwards.remove(&from);
                self.part(at).profiles.insert(from, repo::decode(&state).unwrap());
            }
            LetterBody::Erase { .. }
            | LetterBody::Group { .. }
            | LetterBody::Account(_)
            | LetterBody::EdgeTold { .. }
            | LetterBody::Send { .. }
            | LetterBody::Journey(_)
            | LetterBody::Mark { .. }
            | LetterBody::ShowTest { .. }
            | LetterBody::Withdraw { .. }
            | LetterBody::Parted { .. }
            | LetterBody::Replay { .. } => {
                unreachable!("not sent here")
            }
        }
    }

    fn linked(&mut self, at: Partition, identifier: Identifier, claimant: ProfileId, known: bool) {
        let allow = self.allow_alias_merge;
        let rows = &mut self.part(at).rows;
        match decide_letter(&identifier, rows.get(&identifier), claimant, known, allow) {
            LinkDecision::Keep => {}
            LinkDecision::Insert => drop(rows.insert(identifier, IdentifierRow { profile: claimant, known })),
            LinkDecision::Repoint { merge_from } => {
                rows.insert(identifier.clone(), IdentifierRow { profile: claimant, known });
                let body = LetterBody::MergeInto { from: merge_from, into: claimant, by: identifier };
                self.letter(merge_from.home(), body, 0);
            }
            LinkDecision::MergeClaimant { into } => {
                self.letter(claimant.home(), LetterBody::MergeInto { from: claimant, into, by: identifier }, 0);
            }
            LinkDecision::Refuse => self.letter(claimant.home(), LetterBody::Refuse { identifier, claimant }, 0),
        }
    }

    fn merge_into(&mut self, at: Partition, from: ProfileId, into: ProfileId, by: Identifier, hops: u8) {
        let part = self.part(at);
        let alive = part.profiles.get(&from).map(|p| p.known);
        let apart = part.profiles.get(&from).is_some_and(|p| is_apart(p, into) && !is_explicit(&by));
        match decide_merge(from, into, alive, part.forwards.get(&from).copied(), hops > 0, apart) {
            MergeDecision::Nothing => {}
            MergeDecision::KeepApart => {
                refuse(part.profiles.get_mut(&from).expect("alive"), &by, Timestamp::MAX);
            }
            MergeDecision::Send => {
                let profile = part.profiles.remove(&from).expect("alive");
                part.forwards.insert(from, into);
                let state = repo::encode(&profile).unwrap();
                self.letter(into.home(), LetterBody::Absorb { from, into, by, state }, 0);
            }
            MergeDecision::Chase { from } => {
                self.letter(from.home(), LetterBody::MergeInto { from, into, by }, hops + 1);
            }
            MergeDecision::Relink { known } => {
                let home = Self::home_of(&by);
                self.letter(home, LetterBody::Link { identifier: by, claimant: from, known }, 0);
            }
        }
    }

    /// The living profile an identifier leads to.
    fn resolve(&self, identifier: &Identifier) -> Option<&Profile> {
        let part = |p: ProfileId| &self.parts[usize::from(p.home().0)];
        let mut at = self.parts[usize::from(Self::home_of(identifier).0)].rows.get(identifier)?.profile;
        for _ in 0..1_000 {
            match part(at).forwards.get(&at) {
                Some(next) => at = *next,
                None => return part(at).profiles.get(&at),
            }
        }
        panic!("forwarding addresses run in a circle");
    }

    fn living(&self) -> impl Iterator<Item = &Profile> {
        self.parts.iter().flat_map(|p| p.profiles.values())
    }
}

/// One event: user, browser, e-mail and a trait, each perhaps.
type Shape = (Option<u8>, Option<u8>, Option<u8>, Option<(u8, i64)>);

fn shapes(users: u8) -> impl Strategy<Value = Vec<Shape>> {
    let maybe = |n: u8| proptest::option::of(0..n);
    let stated = proptest::option::of((0..3u8, 0..5i64));
    let one = (proptest::option::weighted(0.4, 0..users), maybe(4), maybe(3), stated);
    proptest::collection::vec(
        one.prop_filter("names nobody", |s| s.0.is_some() || s.1.is_some() || s.2.is_some()),
        1..12,
    )
}

fn event_of(number: usize, shape: &Shape) -> Event {
    let (user, browser, email, stated) = shape;
    let mut traits = serde_json::Map::new();
    email.iter().for_each(|e| drop(traits.insert("email".into(), json!(format!("{e}@x.y")))));
    stated.iter().for_each(|(n, v)| drop(traits.insert(format!("t{n}"), Value::from(*v))));
    let mut item = json!({"type": "identify", "traits": traits});
    user.iter().for_each(|u| item["userId"] = json!(format!("u{u}")));
    browser.iter().for_each(|a| item["anonymousId"] = json!(format!("a{a}")));
    event(100 + number as i64, item)
}

/// A picker from a seed (a linear congruential generator): any order of delivery, the same for the same seed.
fn picker(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |n| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    }
}

/// Groups events that share identifiers, directly or through others.
fn components(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut groups: Vec<(Vec<Identifier>, Vec<&Event>)> = Vec::new();
    for event in events {
        let mine = claims(event);
        let (touching, apart): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(ids, _)| ids.iter().any(|i| mine.contains(i)));
        groups = apart;
        let mut merged = (mine, vec![event]);
        for (ids, events) in touching {
            merged.0.extend(ids);
            merged.1.extend(events);
        }
        groups.push(merged);
    }
    groups.into_iter().map(|g| g.1).collect()
}

fn check_consistent(world: &World, events: &[Event]) -> Result<(), TestCaseError> {
    prop_assert_eq!(
        world.living().map(|p| p.event_count).sum::<u64>(),
        events.len() as u64,
        "no event lost or doubled"
    );
    for profile in world.living() {
        prop_assert!(profile.identifiers.iter().filter(|i| i.namespace == "user_id").count() <= 1, "{:?}", profile);
        for identifier in &profile.identifiers {
            let owner = world.resolve(identifier).map(|p| p.id);
            prop_assert_eq!(owner, Some(profile.id), "{:?}", identifier);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order of delivery, all identifiers of one customer end on one profile with the same traits.
    #[test]
    fn one_customer_becomes_one_profile(shapes in shapes(1), seed in any::<u64>()) {
        let events: Vec<Event> = shapes.iter().enumerate().map(|(n, s)| event_of(n, s)).collect();
        let mut world = World::new(false);
        events.iter().for_each(|e| world.collect(e.clone()));
        world.run(picker(seed));
        check_consistent(&world, &events)?;
        prop_assert_eq!(world.refusals, 0);
        let components = components(&events);
        prop_assert_eq!(world.living().count(), components.len());
        for component in components {
            let mut expected: BTreeMap<String, Trait> = BTreeMap::new();
            let mut newest: Vec<_> = component.clone();
            newest.sort_by_key(|e| e.ts);
            for event in &newest {
                for (name, value) in event.properties.map() {
                    expected.insert(name.clone(), Trait { value: value.clone(), at: event.ts });
                }
            }
            let owners: Vec<_> = component.iter().flat_map(|e| claims(e)).map(|i| world.resolve(&i)).collect();
            let first = owners[0].expect("an owner");
            prop_assert!(owners.iter().all(|o| o.is_some_and(|p| p.id == first.id)));
            prop_assert_eq!(&first.traits, &expected);
            prop_assert_eq!(first.event_count, component.len() as u64);
            prop_assert_eq!(first.known, component.iter().any(|e| e.user_id.is_some()));
        }
    }

    /// Several customers sharing browsers and addresses: their user ids never share a profile.
    #[test]
    fn two_user_ids_never_share_a_profile(shapes in shapes(3), seed in any::<u64>()) {
        let events: Vec<Event> = shapes.iter().enumerate().map(|(n, s)| event_of(n, s)).collect();
        let mut world = World::new(false);
        events.iter().for_each(|e| world.collect(e.clone()));
        world.run(picker(seed));
        check_consistent(&world, &events)?;
        for event in &events {
            for claim in claims(event) {
                let owner = world.resolve(&claim);
                prop_assert!(owner.is_some(), "{:?} leads nowhere", claim);
                if claim.namespace == namespace::USER_ID {
                    prop_assert_eq!(owner.and_then(|p| p.identifier(namespace::USER_ID)), Some(&*claim.value));
                }
            }
        }
    }

    /// Aliases between user ids in both directions at once, where they are allowed, end in one profile each.
    #[test]
    fn aliases_never_run_in_a_circle(pairs in proptest::collection::vec((0..4u8, 0..4u8), 1..8), seed in any::<u64>()) {
        let mut world = World::new(true);
        for user in 0..4u8 {
            world.collect(event(1, json!({"event": "A", "userId": format!("u{user}")})));
        }
        world.run(|_| 0);
        for (n, (user, former)) in pairs.iter().enumerate() {
            let item = json!({"type": "alias", "userId": format!("u{user}"), "previousId": format!("u{former}")});
            world.collect(event(2 + n as i64, item));
        }
        world.run(picker(seed));
        for (user, former) in &pairs {
            let of = |n: &u8| world.resolve(&id("user_id", &format!("u{n}"))).map(|p| p.id);
            prop_assert_eq!(of(user), of(former));
            prop_assert!(of(user).is_some());
        }
        prop_assert_eq!(world.living().map(|p| p.event_count).sum::<u64>(), 4 + pairs.len() as u64);
    }

    /// A merge undone: the browser's identifiers lead to its own profile again, also when letters cross.
    #[test]
    fn an_undone_merge_gives_the_identifiers_back(seed in any::<u64>(), browser in 0..50u8, user in 0..50u8) {
        let (a, u) = (format!("a{browser}"), format!("u{user}"));
        let mut world = World::new(false);
        world.collect(event(1, json!({"type": "identify", "anonymousId": a, "traits": {"email": "jo@x.y", "t": 1}})));
        world.run(picker(seed));
        let before = world.resolve(&id("anonymous_id", &a)).unwrap().clone();
        world.collect(event(2, json!({"userId": u, "anonymousId": a, "event": "A"})));
        world.run(picker(seed));
        let into = world.resolve(&id("anonymous_id", &a)).unwrap().id;
        prop_assert_eq!(Some(into), world.resolve(&id("user_id", &u)).map(|p| p.id));
        world.letter(into.home(), LetterBody::UndoMerge { from: before.id, into }, 0);
        // Letters of one sender to one receiver keep their order in the log; here all do.
        world.run(|_| 0);
        let mut again = world.resolve(&id("anonymous_id", &a)).unwrap().clone();
        prop_assert!(is_apart(&again, into), "it remembers");
        again.refused.clear();
        prop_assert_eq!(&again, &before);
        prop_assert_eq!(world.resolve(&id("email", "jo@x.y")).map(|p| p.id), Some(before.id));
        prop_assert_eq!(world.resolve(&id("user_id", &u)).map(|p| p.identifiers.len()), Some(1));
        // The customer on the same browser again: not merged again.
        world.collect(event(3, json!({"userId": u, "anonymousId": a, "event": "A"})));
        world.run(picker(seed));
        prop_assert_eq!(world.resolve(&id("anonymous_id", &a)).map(|p| p.id), Some(before.id));
    }
}

#[test]
fn aliases_between_user_ids_are_refused_by_default() {
    let mut world = World::new(false);
    world.collect(event(1, json!({"event": "A", "userId": "old"})));
    world.collect(event(1, json!({"event": "A", "anonymousId": "browser"})));
    world.run(|_| 0);
    world.collect(event(2, json!({"type": "alias", "userId": "new", "previousId": "old"})));
    world.collect(event(3, json!({"type": "alias", "userId": "new", "previousId": "browser"})));
    world.run(|_| 0);
    let of = |ns: &str, value: &str| world.resolve(&id(ns, value)).unwrap().id;
    assert_ne!(of("user_id", "old"), of("user_id", "new"));
    assert_eq!(of("anonymous_id", "browser"), of("user_id", "new"));
    assert_eq!(world.refusals, 1);
}
