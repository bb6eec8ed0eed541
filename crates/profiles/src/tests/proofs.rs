//! What proves a change of consent, and how long it is kept.

use rapport_domain::ConsentStatus;
use rapport_domain::ids::{ProfileId, SourceId, WorkspaceId};
use rapport_domain::profile::Consent;
use rapport_domain::time::Timestamp;
use serde_json::json;

use super::repo::database;
use super::{WS, event, id, known};
use crate::core::proof::{MAX_WORDING_BYTES, Proof, proof};
use crate::proofs::repo::{MAX_KEPT, add, list};
use crate::{ProfilesError, repo};

fn stated(topic: Option<&str>, at: i64) -> Consent {
    let (channel, source) = ("sms".to_owned(), "checkout".to_owned());
    Consent { channel, topic: topic.map(Into::into), status: ConsentStatus::Granted, at: Timestamp(at), source }
}

fn of(source: u32, properties: serde_json::Value) -> Proof {
    let mut profile = known(1);
    profile.identifiers.push(id("phone", "+4915123456789"));
    let context = json!({"ip": "192.0.2.7", "userAgent": "Firefox", "page": {"url": "https://shop.example/checkout"}});
    let mut event = event(5, json!({"event": "Consent Changed", "properties": properties, "context": context}));
    event.source = SourceId(source);
    proof(&event, &stated(Some("news"), 5), &profile, Some(("The News", 3)), Timestamp(9))
}

#[test]
fn everything_that_proves_it_is_taken_from_the_event() {
    let long = "ä".repeat(MAX_WORDING_BYTES);
    let proof = of(0, json!({"by": "ann@shop.example", "message_id": "03-5", "wording": long}));
    assert_eq!((proof.at, proof.recorded_at, proof.status), (Timestamp(5), Timestamp(9), ConsentStatus::Granted));
    assert_eq!((proof.by.as_deref(), proof.message.as_deref()), (Some("ann@shop.example"), Some("03-5")));
    assert_eq!(proof.address.as_deref(), Some("+4915123456789"));
    assert_eq!((proof.ip.as_deref(), proof.user_agent.as_deref()), (Some("192.0.2.7"), Some("Firefox")));
    assert_eq!(proof.page.as_deref(), Some("https://shop.example/checkout"));
    assert_eq!(proof.shown, Some(("The News".to_owned(), 3)));
    let wording = proof.wording.unwrap();
    assert!(wording.len() == MAX_WORDING_BYTES && wording.chars().all(|c| c == 'ä'), "cut at a character");
    // A write key cannot speak in the name of a member, or of a message.
    let collected = of(4, json!({"by": "ann@shop.example", "message_id": "03-5", "wording": " I agree "}));
    assert_eq!((collected.by, collected.message, collected.collected_by), (None, None, SourceId(4)));
    assert_eq!(collected.wording.as_deref(), Some("I agree"));
}

#[test]
fn changes_are_kept_by_customer_and_erased_with_them() {
    let (_folder, db) = database();
    let (ada, eve) = (ProfileId(1), ProfileId(2));
    let full = of(0, json!({"by": "ann@shop.example", "message_id": "03-5", "wording": "I agree"}));
    let bare =
        Proof { topic: None, by: None, shown: None, message: None, wording: None, address: None, ..full.clone() };
    db.write::<_, ProfilesError>(|tx| {
        add(tx, WS, ada, &full)?;
        add(tx, WS, ada, &Proof { at: Timestamp(3), ..bare.clone() })?;
        add(tx, WS, eve, &bare)
    })
    .unwrap();
    let read = |ws, profile| db.read(|q| list(q, ws, profile)).unwrap();
    let kept: Vec<Proof> = read(WS, ada).into_iter().map(|row| row.proof).collect();
    assert_eq!(kept, [full, Proof { at: Timestamp(3), ..bare.clone() }], "whole, and the newest statement first");
    assert_eq!(read(WorkspaceId(2), ada), []);
    db.write::<_, ProfilesError>(|tx| repo::erase(tx, WS, ada, Timestamp(10))).unwrap();
    assert_eq!((read(WS, ada).len(), read(WS, eve).len()), (0, 1));
    db.write::<_, ProfilesError>(|tx| {
        (0..MAX_KEPT as i64 + 5).try_for_each(|at| add(tx, WS, eve, &Proof { at: Timestamp(100 + at), ..bare.clone() }))
    })
    .unwrap();
    let kept = read(WS, eve);
    assert_eq!((kept.len() as u64, kept.last().unwrap().proof.at), (MAX_KEPT, Timestamp(105)), "the oldest went");
}
