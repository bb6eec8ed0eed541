//! Stored runs, lists and counts.

mod common;

use common::{PROFILE, START, True, WS, compile, def, event, second_order};
use rapport_domain::time::DAY_MS;
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::repo::{self, ActiveFilter, Counts};
use rapport_journeys::{Effect, JourneySet, JourneysError, Runs};
use rapport_store::{Db, DbOptions};
use serde_json::json;

struct Store {
    db: Db,
    set: JourneySet,
    world: True,
    _folder: tempfile::TempDir,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(folder.path().join("p.db"), &DbOptions::default()).unwrap();
        db.migrate(repo::COMPONENT, repo::MIGRATIONS).unwrap();
        let set = compile(vec![def("second-order", 1, true, &second_order())]);
        Store { db, set, world: True::default(), _folder: folder }
    }

    /// One transaction on a profile's runs, as the engine makes it.
    fn turn(&self, profile: ProfileId, work: impl FnOnce(&mut Runs, &mut Vec<Effect>)) -> Option<Timestamp> {
        self.db.write(|tx| self.turn_in(tx, profile, work)).unwrap()
    }

    fn turn_in(
        &self,
        tx: &rapport_store::Tx,
        profile: ProfileId,
        work: impl FnOnce(&mut Runs, &mut Vec<Effect>),
    ) -> Result<Option<Timestamp>, JourneysError> {
        let before = repo::load(tx, WS, profile)?;
        let (mut runs, mut effects, mut counts) = (before.clone(), Vec::new(), Counts::default());
        work(&mut runs, &mut effects);
        effects.iter().for_each(|effect| counts.record(WS, effect));
        repo::save(tx, WS, profile, &before, &runs)?;
        counts.flush(tx)?;
        Ok(runs.next_due())
    }

    fn order(&self, profile: ProfileId, at: Timestamp) -> Option<Timestamp> {
        let order = event("Order Completed", at, json!({ "total": 99 }));
        self.turn(profile, |runs, out| self.set.on_event(runs, &order, &self.world, at, out))
    }

    fn tick(&self, profile: ProfileId, at: Timestamp) -> Option<Timestamp> {
        self.turn(profile, |runs, out| self.set.on_timer(WS, runs, &self.world, at, out))
    }

    fn stats(&self) -> repo::Stats {
        let stats = self.db.read(|r| repo::stats(r, WS, "second-order")).unwrap();
        assert_eq!(stats.entered, stats.active + stats.exited.values().sum::<u64>(), "{stats:?}");
        stats
    }

    fn listed(&self, filter: &ActiveFilter) -> Vec<(u64, String, Option<Timestamp>)> {
        let mut out = Vec::new();
        let mut after = None;
        loop {
            let page =
                self.db.read(|r| repo::active_profiles(r, WS, "second-order", filter, after.as_ref(), 3)).unwrap();
            let Some(last) = page.last() else { return out };
            after = Some(last.clone());
            out.extend(page.into_iter().map(|r| (r.profile.0, r.step, r.due_at)));
        }
    }
}

#[test]
fn counts_and_lists_follow_the_runs() {
    let store = Store::new();
    for n in 1..=10 {
        assert_eq!(store.order(ProfileId(n), START), Some(START.plus_ms(3 * DAY_MS)));
    }
    store.order(ProfileId(1), START); // refused: active
    let stats = store.stats();
    assert_eq!((stats.entered, stats.active), (10, 10));
    assert_eq!(stats.refused["active"], 1);
    assert_eq!(stats.steps[&1]["wait"], 10);
    let all = store.listed(&ActiveFilter::default());
    assert_eq!(all.iter().map(|r| r.0).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!(all[0].2, Some(START.plus_ms(3 * DAY_MS)));
    let at = |step: &str| ActiveFilter { version: Some(1), step: Some(step.to_owned()) };
    assert_eq!(store.listed(&at("wait")).len(), 10);
    assert_eq!(store.listed(&at("nudge")).len(), 0);
    assert_eq!(store.listed(&ActiveFilter { version: Some(2), step: None }).len(), 0);

    for n in 1..=4 {
        assert_eq!(store.tick(ProfileId(n), START.plus_ms(3 * DAY_MS)), None);
    }
    store.order(ProfileId(1), START.plus_ms(4 * DAY_MS)); // refused: once
    let stats = store.stats();
    assert_eq!((stats.entered, stats.active, stats.exited["completed"], stats.refused["once"]), (10, 6, 4, 1));

    let mut twice = stats.clone();
    twice.merge(stats.clone());
    assert_eq!((twice.entered, twice.steps[&1]["wait"], twice.exited["completed"]), (20, 12, 8));
    assert_eq!(store.db.read(|r| repo::stats(r, WorkspaceId(2), "second-order")).unwrap(), repo::Stats::default());
}

#[test]
fn a_transaction_that_fails_changes_nothing() {
    let store = Store::new();
    store.order(PROFILE, START);
    let before = store.db.read(|r| repo::load(r, WS, PROFILE)).unwrap();
    let failed = store.db.write(|tx| -> Result<(), JourneysError> {
        let late = START.plus_ms(4 * DAY_MS);
        store.turn_in(tx, PROFILE, |runs, out| store.set.on_timer(WS, runs, &store.world, late, out))?;
        Err(JourneysError::Unreadable("the power went".to_owned()))
    });
    assert!(failed.is_err());
    assert_eq!(store.db.read(|r| repo::load(r, WS, PROFILE)).unwrap(), before);
    assert_eq!(store.stats().active, 1);
}

#[test]
fn merging_and_erasing_keep_the_sums() {
    let store = Store::new();
    let (kept, gone) = (ProfileId(1), ProfileId(2));
    store.order(kept, START);
    store.order(gone, START.plus_ms(DAY_MS));
    let from = store.db.write(|tx| repo::take(tx, WS, gone)).unwrap();
    assert_eq!(from.active.len(), 1);
    store.turn(kept, |runs, out| JourneySet::merge(runs, gone, from, out));
    let stats = store.stats();
    assert_eq!((stats.entered, stats.active, stats.exited["merged"]), (2, 1, 1));
    assert!(store.db.read(|r| repo::load(r, WS, gone)).unwrap().is_empty());

    store
        .db
        .write(|tx| -> Result<(), JourneysError> {
            let mut counts = Counts::default();
            repo::erase(tx, WS, kept, &mut counts)?;
            counts.flush(tx)
        })
        .unwrap();
    let stats = store.stats();
    assert_eq!((stats.active, stats.exited["erased"]), (0, 1));
    assert!(store.listed(&ActiveFilter::default()).is_empty());
}

/// What this release stores today must be readable for ever: never change these bytes, add new ones.
#[test]
fn stored_formats_stay_readable() {
    let mut runs = Runs::default();
    let set = compile(vec![def("second-order", 1, true, &second_order())]);
    let order = event("Order Completed", START, json!({ "total": 99 }));
    set.on_event(&mut runs, &order, &True::default(), START, &mut Vec::new());
    let bytes = bytes_of(FORMAT_1);
    assert_eq!(repo::decode(&bytes).unwrap(), runs);
    let second = bytes_of(FORMAT_2);
    assert_eq!(repo::decode(&second).unwrap(), runs);
    assert_eq!(repo::decode(&bytes_of(FORMAT_2_HOURS)).unwrap(), runs);
    let now = bytes_of(FORMAT_NOW);
    assert_eq!(repo::decode(&now).unwrap(), runs);
    assert_eq!(repo::encode(&runs).unwrap(), now, "{}", hex(&repo::encode(&runs).unwrap()));
    for broken in [&[][..], &[9, 1, 2], &bytes[..bytes.len() / 2]] {
        assert!(matches!(repo::decode(broken), Err(JourneysError::Unreadable(_))), "{broken:?}");
    }
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What is written now: with no messages, no former names, and since when.
const FORMAT_NOW: &str = "\
    0301010c7365636f6e642d6f72646572010004776169740180a4e3d8bf6880a4e3d8bf680180f4fbcfc1685e7b226576656e7422\
    3a7b226e616d65223a224f7264657220436f6d706c65746564222c2270726f70657274696573223a7b22746f74616c223a39397d\
    2c227473223a22323032362d31312d32315431303a30303a30302e3030305a227d7d000000027b7d00000080a4e3d8bf68010c73\
    65636f6e642d6f7264657200010080a4e3d8bf68010000\
";

/// The second format, later: habits are hours alone, without sums of what was sent and reacted to.
const FORMAT_2_HOURS: &str = "\
    0201010c7365636f6e642d6f72646572010004776169740180a4e3d8bf6880a4e3d8bf680180f4fbcfc1685e7b226576656e7422\
    3a7b226e616d65223a224f7264657220436f6d706c65746564222c2270726f70657274696573223a7b22746f74616c223a39397d\
    2c227473223a22323032362d31312d32315431303a30303a30302e3030305a227d7d000000027b7d00010c7365636f6e642d6f72\
    64657200010080a4e3d8bf68010000\
";

/// The same with a group, no goal, nothing that woke it, no data, no path; no dates and no habits.
const FORMAT_2: &str = "\
    0201010c7365636f6e642d6f72646572010004776169740180a4e3d8bf6880a4e3d8bf680180f4fbcfc1685e7b226576656e7422\
    3a7b226e616d65223a224f7264657220436f6d706c65746564222c2270726f70657274696573223a7b22746f74616c223a39397d\
    2c227473223a22323032362d31312d32315431303a30303a30302e3030305a227d7d000000027b7d00010c7365636f6e642d6f72\
    64657200010080a4e3d8bf680100000000000000000000000000000000000000\
";

/// One run waiting in its first step.
const FORMAT_1: &str = "\
    0101010c7365636f6e642d6f72646572010004776169740180a4e3d8bf6880a4e3d8bf680180f4fbcfc1685e7b226576656e7422\
    3a7b226e616d65223a224f7264657220436f6d706c65746564222c2270726f70657274696573223a7b22746f74616c223a39397d\
    2c227473223a22323032362d31312d32315431303a30303a30302e3030305a227d7d010c7365636f6e642d6f7264657200010080\
    a4e3d8bf6801\
";
