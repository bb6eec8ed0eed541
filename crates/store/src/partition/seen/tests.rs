//! Deduplication: against days, rollbacks, restarts and a plain set.

use rapport_domain::WorkspaceId;

use super::*;
use crate::partition::test_db;

/// One key in a transaction of its own.
fn insert_one(db: &crate::Db, seen: &mut Seen, day: i64, i: u64) -> bool {
    db.write(|tx| {
        let new = seen.insert(tx, day, key(i))?;
        seen.save(tx).map(|()| new)
    })
    .unwrap()
}

fn key(i: u64) -> MessageKey {
    MessageKey::of(WorkspaceId(1), &i.to_string())
}

#[test]
fn a_key_is_new_once_within_the_retained_days() {
    let (_dir, db) = test_db();
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    let insert = |seen: &mut Seen, day, i| insert_one(&db, seen, day, i);
    assert!(insert(&mut seen, 100, 1));
    assert!(!insert(&mut seen, 100, 1));
    assert!(!insert(&mut seen, 107, 1), "seven days later it is still known");
    assert!(insert(&mut seen, 108, 1), "eight days later it is not");
    assert!(insert(&mut seen, 107, 2));
    assert!(!insert(&mut seen, 106, 2), "a record of the day before that comes late");
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    assert!(!insert(&mut seen, 103, 1), "the filters are rebuilt");
    assert_eq!(db.write(|tx| seen.expire_on(tx, 108)).unwrap(), 1);
    assert!(insert(&mut seen, 100, 9), "an expired day comes back when somebody asks for it");
}

#[test]
fn a_rollback_forgets_what_it_inserted_and_keeps_what_it_expired() {
    let (_dir, db) = test_db();
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    for saved in [false, true] {
        let tx = db.begin().unwrap();
        assert!(seen.insert(&tx, 5, key(1)).unwrap());
        assert!(!seen.insert(&tx, 5, key(1)).unwrap());
        if saved {
            seen.save(&tx).unwrap();
        }
        drop(tx);
    }
    assert!(insert_one(&db, &mut seen, 5, 1), "the rollback forgot it");
    assert!(!insert_one(&db, &mut seen, 5, 1));
    let tx = db.begin().unwrap();
    assert_eq!(seen.expire(&tx, 6).unwrap(), 1);
    drop(tx);
    assert!(!insert_one(&db, &mut seen, 6, 1), "the rollback of an expiry keeps the day");
}

#[test]
fn a_save_that_fails_forgets_what_it_inserted() {
    let (_dir, db) = test_db();
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    let tx = db.begin().unwrap();
    assert!(seen.insert(&tx, 5, key(1)).unwrap());
    tx.execute_batch("DROP TABLE seen_tail").unwrap();
    assert!(seen.save(&tx).is_err());
    drop(tx);
    assert!(insert_one(&db, &mut seen, 5, 1), "nothing of the failed batch is taken for seen");
}

#[test]
fn many_keys_become_few_runs_and_stay_known() {
    let (_dir, db) = test_db();
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    let total = (TAIL_KEYS * 14 + 100) as u64;
    let pass = |seen: &mut Seen, day| -> u64 {
        let mut new = 0;
        for batch in 0..=total / 5000 {
            db.write(|tx| {
                for i in batch * 5000..total.min((batch + 1) * 5000) {
                    new += u64::from(seen.insert(tx, day, key(i))?);
                }
                seen.save(tx)
            })
            .unwrap();
        }
        new
    };
    assert_eq!(pass(&mut seen, 1), total);
    let runs = seen.days[&1].runs.count();
    assert!((2..=8).contains(&runs), "{runs} runs");
    assert_eq!(pass(&mut seen, 2), 0, "each of them is known on another day");
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    assert_eq!(seen.days[&1].runs.count(), runs);
    assert_eq!(pass(&mut seen, 1), 0, "and after a restart");
    assert_eq!(db.write(|tx| seen.expire(tx, 2)).unwrap(), 1);
    let rows = db.read(|q| q.query_row("SELECT COUNT(*) FROM seen_runs", &[], |row| row.get::<u64>(0))).unwrap();
    assert_eq!(rows, Some(0));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    /// Against a plain map: whatever the order of days, duplicates, rollbacks, expiry and restarts.
    #[test]
    fn agrees_with_a_plain_set(batches in proptest::collection::vec(
        (proptest::collection::vec((0i64..6, 0u64..12), 1..12), proptest::bool::ANY, proptest::bool::weighted(0.2), 0i64..6), 1..12,
    )) {
        let (_dir, db) = test_db();
        let options = SeenOptions { retain_days: 2, filter_bytes: 64 << 10 };
        let mut seen = db.read(|q| Seen::load(q, options)).unwrap();
        let mut model = std::collections::BTreeSet::new();
        for (items, keep, restart, before) in batches {
            let tx = db.begin().unwrap();
            let mut next = model.clone();
            let half = items.len() / 2;
            for (at, (day, i)) in items.into_iter().enumerate() {
                if at == half {
                    seen.expire(&tx, before).unwrap();
                    next.retain(|(d, _)| *d >= before);
                }
                let new = !next.iter().any(|(d, k): &(i64, u64)| *k == i && (d - day).abs() <= options.retain_days);
                proptest::prop_assert_eq!(seen.insert(&tx, day, key(i)).unwrap(), new, "day {} key {}", day, i);
                if new {
                    next.insert((day, i));
                }
            }
            if keep {
                seen.save(&tx).unwrap();
                tx.commit().unwrap();
                model = next;
            } else {
                drop(tx);
            }
            if restart {
                seen = db.read(|q| Seen::load(q, options)).unwrap();
            }
        }
    }
}

/// Run with `cargo test --release -p rapport-store --lib -- --ignored --nocapture seen_speed`.
#[test]
#[ignore = "measures speed"]
fn seen_speed() {
    let (_dir, db) = test_db();
    let mut seen = db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    let mut run = |name: &str, day: i64, first: u64, total: u64, batch: u64| {
        let keys: Vec<MessageKey> = (first..first + total).map(key).collect();
        let (begun, mut new) = (std::time::Instant::now(), 0);
        for keys in keys.chunks(batch as usize) {
            db.write(|tx| {
                for key in keys {
                    new += u64::from(seen.insert(tx, day, *key)?);
                }
                seen.save(tx)
            })
            .unwrap();
        }
        println!("{name}: {:.0} keys/s, {new} new", total as f64 / begun.elapsed().as_secs_f64());
    };
    (0..7).for_each(|day| run("filling, batches of 100,000", day, day as u64 * 1_000_000, 200_000, 100_000));
    run("new, batches of 2,000", 7, 100_000_000, 1_000_000, 2_000);
    run("seen on the day before, batches of 2,000", 8, 100_000_000, 200_000, 2_000);
    let begun = std::time::Instant::now();
    db.read(|q| Seen::load(q, SeenOptions::default())).unwrap();
    println!("loading took {:?}, filters {} KiB", begun.elapsed(), seen.filter_bytes() / 1024);
    let begun = std::time::Instant::now();
    db.write(|tx| seen.expire(tx, 8)).unwrap();
    println!("forgetting 8 days took {:?}", begun.elapsed());
}
