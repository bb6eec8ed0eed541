//! Accounts and their members.

use rapport_domain::ids::{ProfileId, WorkspaceId};
use rapport_domain::json::Json;
use rapport_domain::record::{AccountLetter, LetterBody};
use rapport_domain::time::Timestamp;
use rapport_store::Tx;
use serde_json::{Value, json};

use super::repo::database;
use super::{WS, event};
use crate::ProfilesError;
use crate::accounts::repo::{self, Statement};
use crate::accounts::{letter, move_member};
use crate::core::traits;

/// Delivers a letter as the account's home does; answers how many traits changed.
fn deliver(tx: &Tx, body: &LetterBody) -> Result<usize, ProfilesError> {
    let LetterBody::Account(AccountLetter::Said { group_id, traits, at, member, leaver, .. }) = body else {
        panic!("not of an account")
    };
    let traits = Json::from_text(traits);
    let said = Statement { group_id, traits: &traits, at: *at, member: *member, leaver: *leaver };
    repo::deliver(tx, WS, said).map(|s| s.stated.changes.len())
}

#[test]
fn traits_by_time_and_members_that_come_and_go() {
    let (_folder, db) = database();
    let said = |ts, plan: &str| {
        event(
            ts,
            json!({"type": "group", "userId": "u", "groupId": "acme", "traits": {"plan": plan, "name": "Acme Ltd"}}),
        )
    };
    let (one, two) = (ProfileId(1), ProfileId(2));
    db.write::<_, ProfilesError>(|tx| {
        assert_eq!(deliver(tx, &letter(&said(10, "pro"), one).unwrap())?, 2);
        assert_eq!(deliver(tx, &letter(&said(5, "free"), two).unwrap())?, 0, "late");
        let row = repo::get(tx, WS, "acme")?.unwrap();
        assert_eq!(Value::Object(traits::plain(&row.account.traits)), json!({"plan": "pro", "name": "Acme Ltd"}));
        assert_eq!((row.members, row.account.first_seen, row.account.last_seen), (2, Timestamp(5), Timestamp(10)));
        // Profile 2 became part of 1, then 1 was erased.
        deliver(tx, &move_member("acme", two, Some(one), Timestamp(20)))?;
        assert_eq!(repo::members(tx, WS, "acme", None, 10)?, [(one, Timestamp(10))]);
        deliver(tx, &move_member("acme", one, None, Timestamp(30)))?;
        assert_eq!(repo::get(tx, WS, "acme")?.unwrap().members, 0);
        deliver(tx, &move_member("never-seen", one, None, Timestamp(30)))?;
        assert_eq!((repo::count(tx, WS)?, repo::get(tx, WorkspaceId(2), "acme")?), (1, None));
        Ok(())
    })
    .unwrap();
    assert_eq!(letter(&event(1, json!({"type": "group", "userId": "u", "groupId": "null"})), one), None);
    assert_eq!(letter(&event(1, json!({"event": "A", "userId": "u", "groupId": "acme"})), one), None);
}

#[test]
fn lists_search_and_page() {
    let (_folder, db) = database();
    db.write::<_, ProfilesError>(|tx| {
        for n in 1..=9 {
            let item = json!({"type": "group", "userId": "u", "groupId": format!("g{n}"), "traits": {"name": format!("Firm {}", n % 2)}});
            (1..=n).try_for_each(|m| deliver(tx, &letter(&event(n, item.clone()), ProfileId(m as u64)).unwrap()).map(drop))?;
        }
        let ids = |rows: Vec<repo::AccountRow>| rows.into_iter().map(|r| r.account.group_id).collect::<Vec<_>>().join(" ");
        assert_eq!(ids(repo::list(tx, WS, None, None, 4)?), "g1 g2 g3 g4");
        assert_eq!(ids(repo::list(tx, WS, None, Some("g4"), 10)?), "g5 g6 g7 g8 g9");
        assert_eq!(ids(repo::list(tx, WS, Some("FIRM 0"), Some("g4"), 10)?), "g6 g8");
        assert_eq!(repo::members(tx, WS, "g9", Some(ProfileId(3)), 3)?.iter().map(|m| m.0.0).collect::<Vec<_>>(), [4, 5, 6]);
        Ok(())
    })
    .unwrap();
}
