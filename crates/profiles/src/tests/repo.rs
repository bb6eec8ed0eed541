//! Rows, against a real database file.

use std::ops::ControlFlow;

use rapport_domain::ConsentStatus;
use rapport_domain::ids::{Partition, ProfileId, WorkspaceId};
use rapport_domain::profile::Profile;
use rapport_domain::time::{MINUTE_MS, Timestamp};
use rapport_store::{Db, DbOptions};
use serde_json::json;

use super::{WS, event, id};
use crate::{Filter, IdentifierRow, ProfilesError, Sort, absorb, apply, list, repo, search};

pub(super) fn database() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(folder.path().join("p00.db"), &DbOptions::default()).unwrap();
    db.migrate(repo::COMPONENT, repo::MIGRATIONS).unwrap();
    (folder, db)
}

fn profile(ws: WorkspaceId, local: u64, minute: i64) -> Profile {
    let mut p = Profile::new(ws, ProfileId::new(Partition(3), local), local.is_multiple_of(2), Timestamp(0));
    p.last_seen = Timestamp(minute * MINUTE_MS + 7);
    p.identifiers.push(id("anonymous_id", &format!("Browser-{local}")));
    if local.is_multiple_of(3) {
        p.identifiers.push(id("email", &format!("jo{local}@x.y")));
    }
    p
}

#[test]
fn rows_round_trip_and_are_counted() {
    let (_folder, db) = database();
    let mut p = profile(WS, 2, 5);
    apply(
        &mut p,
        &event(9, json!({"type": "identify", "userId": "u", "traits": {"a": {"b": [1, null]}, "gone": null}})),
    );
    let copy = p.clone();
    absorb(&mut p, Profile { id: ProfileId(99), known: false, ..copy }, &id("crm", "x"), Timestamp(10));
    db.write::<_, ProfilesError>(|tx| {
        repo::put(tx, &p)?;
        repo::put(tx, &p)?;
        repo::put(tx, &profile(WS, 3, 6))?;
        assert_eq!(repo::get(tx, WS, p.id)?, Some(p.clone()));
        assert_eq!((repo::count(tx, WS)?, repo::count(tx, WorkspaceId(2))?), (2, 0));
        // Another workspace neither sees nor takes the row.
        assert_eq!(repo::get(tx, WorkspaceId(2), p.id)?, None);
        assert!(!repo::delete(tx, WorkspaceId(2), p.id)?);
        assert!(repo::delete(tx, WS, p.id)? && !repo::delete(tx, WS, p.id)?);
        assert_eq!((repo::count(tx, WS)?, repo::exists(tx, WS, p.id)?), (1, false));
        Ok(())
    })
    .unwrap();
    let theirs = Profile { workspace: WorkspaceId(2), ..profile(WS, 3, 6) };
    let taken = db.write::<_, ProfilesError>(|tx| repo::put(tx, &theirs)).unwrap_err();
    assert_eq!(taken.code(), "conflict");
}

#[test]
fn stored_profiles_stay_readable() {
    let mut p = profile(WS, 3, 5);
    apply(&mut p, &event(9, json!({"type": "identify", "userId": "u", "traits": {"plan": "pro"}})));
    p.consents.push(rapport_domain::profile::Consent {
        channel: "email".into(),
        topic: None,
        status: ConsentStatus::Denied,
        at: Timestamp(4),
        source: "form".into(),
    });
    crate::refuse(&mut p, &id("crm", "7"), Timestamp(11));
    absorb(&mut p, profile(WS, 5, 6), &id("anonymous_id", "Browser-5"), Timestamp(12));
    let hex: String = repo::encode(&p).unwrap().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(
        hex,
        include_str!("profile_v1.hex").trim(),
        "the stored format changed: give it a new number and keep reading 1"
    );
    assert_eq!(repo::decode(&repo::encode(&p).unwrap()).unwrap(), p);
    assert_eq!(repo::decode(&[2, 0]).unwrap_err().to_string(), "unreadable value in a profile: format 2, expected 1");
    assert!(repo::decode(&[]).is_err() && repo::decode(&[1, 0xff]).is_err());
}

#[test]
fn identifiers_and_forwarding_addresses() {
    let (_folder, db) = database();
    let (one, two) = (ProfileId(1), ProfileId(2));
    let mail = id("email", "jo@x.y");
    db.write::<_, ProfilesError>(|tx| {
        repo::put_identifier(tx, WS, &mail, IdentifierRow { profile: one, known: false })?;
        repo::put_identifier(tx, WS, &mail, IdentifierRow { profile: two, known: true })?;
        assert_eq!(repo::identifier(tx, WS, &mail)?, Some(IdentifierRow { profile: two, known: true }));
        assert_eq!(repo::identifier(tx, WorkspaceId(2), &mail)?, None);
        assert_eq!(
            (repo::identifiers_of(tx, WS, two)?, repo::identifiers_of(tx, WS, one)?),
            (vec![mail.clone()], vec![])
        );
        assert!(!repo::delete_identifier(tx, WS, &mail, one)?, "no longer the owner");
        assert!(repo::delete_identifier(tx, WS, &mail, two)?);
        repo::put_forward(tx, WS, one, two, Timestamp(5))?;
        assert_eq!((repo::forward_of(tx, WS, one)?, repo::forward_of(tx, WorkspaceId(2), one)?), (Some(two), None));
        let mut all = Vec::new();
        repo::forwards(tx, WS, |from, into| all.push((from, into)))?;
        assert_eq!(all, [(one, two)]);
        assert!(repo::remove_forward(tx, WS, one)? && !repo::remove_forward(tx, WS, one)?);
        Ok(())
    })
    .unwrap();
}

#[test]
fn erasing_leaves_nothing_but_the_mark() {
    let (_folder, db) = database();
    let (mut p, from) = (profile(WS, 2, 5), profile(WS, 9, 5));
    p.groups.push("acme".into());
    absorb(&mut p, from.clone(), &id("crm", "x"), Timestamp(10));
    let orphan = id("email", "old@x.y");
    db.write::<_, ProfilesError>(|tx| {
        repo::put(tx, &p)?;
        repo::put_absorbed(tx, WS, p.id, from.id, Timestamp(10))?;
        repo::put_identifier(tx, WS, &orphan, IdentifierRow { profile: p.id, known: true })?;
        let erased = repo::erase(tx, WS, p.id, Timestamp(20))?;
        let mut expected = p.identifiers.clone();
        expected.push(orphan.clone());
        expected.sort();
        assert_eq!(
            erased,
            repo::Erased { identifiers: expected, absorbed: vec![from.id], groups: vec!["acme".into()] }
        );
        assert_eq!(repo::identifier(tx, WS, &orphan)?, None);
        assert_eq!((repo::get(tx, WS, p.id)?, repo::count(tx, WS)?), (None, 0));
        assert_eq!(repo::absorbed_by(tx, WS, p.id)?, vec![]);
        assert_eq!(list(tx, WS, &Filter::default(), Sort::Id, None, 10)?, vec![]);
        // Again, and for a profile that was absorbed: harmless.
        assert_eq!(repo::erase(tx, WS, p.id, Timestamp(21))?, repo::Erased::default());
        assert_eq!(repo::erased_at(tx, WS, p.id)?, Some(Timestamp(20)));
        Ok(())
    })
    .unwrap();
}

#[test]
fn lists_filter_sort_and_page() {
    let (_folder, db) = database();
    db.write::<_, ProfilesError>(|tx| {
        (1..=30).try_for_each(|n| repo::put(tx, &profile(WS, n, (n as i64 * 7) % 10)).map(drop))?;
        repo::put(tx, &profile(WorkspaceId(2), 31, 1)).map(drop)
    })
    .unwrap();
    let reader = db.reader().unwrap();
    for sort in [Sort::LastSeen, Sort::Id] {
        let whole = list(&reader, WS, &Filter::default(), sort, None, 100).unwrap();
        assert_eq!(whole.len(), 30);
        assert!(whole.windows(2).all(|w| w[0].0 < w[1].0), "in order of position");
        if sort == Sort::LastSeen {
            assert!(whole.windows(2).all(|w| w[0].1.last_seen >= w[1].1.last_seen));
        }
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = list(&reader, WS, &Filter::default(), sort, after, 7).unwrap();
            let Some(last) = page.last() else { break };
            // Positions travel as text.
            after = Some(last.0.to_string().parse().unwrap());
            paged.extend(page);
        }
        assert_eq!(paged, whole);
    }
    // Also numbers whose highest bit is set, and one that is nobody's.
    let all = list(&reader, WS, &Filter::default(), Sort::Id, None, 100).unwrap();
    let mut some: Vec<ProfileId> = [0, 7, 29].map(|at: usize| all[at].1.id).to_vec();
    some.push(ProfileId(u64::MAX));
    for (filter, expected) in [
        (Filter { text: Some("BROWSER-2".into()), ..Filter::default() }, 11),
        (Filter { text: Some("jo2 x.y".into()), ..Filter::default() }, 3),
        (Filter { text: Some("100% _ '".into()), ..Filter::default() }, 0),
        (Filter { has_email: Some(true), ..Filter::default() }, 10),
        (Filter { has_email: Some(true), known: Some(true), ..Filter::default() }, 5),
        (Filter { among: Some(some.clone()), ..Filter::default() }, 3),
        (Filter { among: Some(Vec::new()), ..Filter::default() }, 0),
        (Filter::default(), 30),
    ] {
        let found = list(&reader, WS, &filter, Sort::LastSeen, None, 100).unwrap();
        assert_eq!(found.len() as u64, expected, "{filter:?}");
        assert_eq!(search::repo::count(&reader, WS, &filter).unwrap(), expected, "{filter:?}");
    }
    assert_eq!("x".parse::<search::Position>().unwrap_err().code(), "invalid_cursor");
}

#[test]
fn the_list_follows_changes() {
    let (_folder, db) = database();
    let mut p = profile(WS, 1, 1);
    db.write::<_, ProfilesError>(|tx| {
        repo::put(tx, &p)?;
        let item =
            json!({"type": "identify", "anonymousId": "Browser-1", "traits": {"email": "new@x.y", "name": "ÅSA"}});
        apply(&mut p, &event(90 * MINUTE_MS, item));
        repo::put(tx, &p)?;
        let filter = Filter { text: Some("åsa".into()), has_email: Some(true), ..Filter::default() };
        let found = list(tx, WS, &filter, Sort::LastSeen, None, 10)?;
        assert_eq!((found.len(), found[0].0.minute), (1, -90));
        Ok(())
    })
    .unwrap();
}

#[test]
fn iterating_reaches_every_profile_once() {
    let (_folder, db) = database();
    db.write::<_, ProfilesError>(|tx| (1..=1100).try_for_each(|n| repo::put(tx, &profile(WS, n, 1)).map(drop)))
        .unwrap();
    let reader = db.reader().unwrap();
    let mut ids = Vec::new();
    repo::iterate(&reader, WS, |p| {
        ids.push(p.id);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(ids.len(), 1100);
    assert!(ids.windows(2).all(|w| w[0] < w[1]));
    let mut seen = 0;
    let stop = |_| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    repo::iterate(&reader, WS, stop).unwrap();
    assert_eq!(seen, 3);
    let mut some = Vec::new();
    repo::glance(&reader, WS, |id| id == ids[4] || id == ids[9], |_| false, |p| some.push(p)).unwrap();
    assert_eq!(some.iter().map(|p| p.id).collect::<Vec<_>>(), [ids[4], ids[9]]);
    assert!(some.iter().all(|p| p.workspace == WS && p.identifiers.is_empty() && p.traits.is_empty()));
    let mut all = Vec::new();
    repo::ids(&reader, WS, |id| all.push(id)).unwrap();
    all.sort_unstable();
    assert_eq!(all, ids);
}

/// Not a test: `cargo test --release -p rapport-profiles -- --ignored --nocapture rows_per_second` prints the rates.
#[test]
#[ignore = "a measurement"]
fn rows_per_second() {
    const PROFILES: u64 = 31_250; // one of 16 partitions of 500 K
    let (_folder, db) = database();
    let full = |n: u64, tick: i64| {
        let mut p = profile(WS, n, tick);
        let traits: serde_json::Map<_, _> =
            (0..20).map(|t| (format!("trait_{t}"), json!(format!("value {n} {t}")))).collect();
        apply(
            &mut p,
            &event(
                tick * MINUTE_MS,
                json!({"type": "identify", "traits": traits, "anonymousId": format!("Browser-{n}")}),
            ),
        );
        p
    };
    let rate = |what: &str, rows: u64, begun: std::time::Instant| {
        println!("{what}: {:.0} rows/s", rows as f64 / begun.elapsed().as_secs_f64());
    };
    let all: Vec<Profile> = (1..=PROFILES).map(|n| full(n, 1)).collect();
    println!("bytes a row: {}", repo::encode(&all[0]).unwrap().len());
    let write = |profiles: &[Profile]| {
        for batch in profiles.chunks(500) {
            db.write::<_, ProfilesError>(|tx| batch.iter().try_for_each(|p| repo::put(tx, p).map(drop))).unwrap();
        }
    };
    let begun = std::time::Instant::now();
    write(&all);
    rate("insert", PROFILES, begun);
    // In random order, as events come.
    let shuffled: Vec<Profile> = (0..PROFILES).map(|n| all[(n * 7919 % PROFILES) as usize].clone()).collect();
    let begun = std::time::Instant::now();
    write(&shuffled);
    rate("update, same minute", PROFILES, begun);
    let later: Vec<Profile> =
        shuffled.iter().map(|p| Profile { last_seen: p.last_seen.plus_ms(MINUTE_MS), ..p.clone() }).collect();
    let begun = std::time::Instant::now();
    write(&later);
    rate("update, next minute", PROFILES, begun);
    let reader = db.reader().unwrap();
    let begun = std::time::Instant::now();
    assert!(shuffled.iter().all(|p| repo::get(&reader, WS, p.id).unwrap().is_some()));
    rate("get", PROFILES, begun);
    let begun = std::time::Instant::now();
    shuffled.iter().for_each(|p| drop(repo::encode(p).unwrap()));
    rate("encode alone", PROFILES, begun);
    let begun = std::time::Instant::now();
    shuffled.iter().for_each(|p| drop(crate::view::search_text(p)));
    rate("search text alone", PROFILES, begun);
    let begun = std::time::Instant::now();
    repo::iterate(&reader, WS, |_| ControlFlow::Continue(())).unwrap();
    rate("iterate", PROFILES, begun);
    let begun = std::time::Instant::now();
    let filter = Filter { text: Some("absent".into()), ..Filter::default() };
    assert!(list(&reader, WS, &filter, Sort::LastSeen, None, 50).unwrap().is_empty());
    rate("search scan", PROFILES, begun);
    println!("file: {} bytes a profile", db.size_bytes() / PROFILES);
}
