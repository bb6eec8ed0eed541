//! The life of documents.

use rapport_domain::{ResourceKind, ResourceStatus, Timestamp, WorkspaceId};
use serde_json::json;

use super::*;
use crate::Db;
use crate::control::test_db;

const SEGMENT: ResourceKind = ResourceKind::Segment;

fn by(by: &str, at: i64) -> Change<'_> {
    Change { by, at: Timestamp(at) }
}

fn write(db: &Db, ws: WorkspaceId, id: &str, spec: &Value, expected: Option<u32>) -> Result<Resource> {
    db.write(|tx| put(tx, ws, SEGMENT, id, spec, by("ann@x.y", 10), expected))
}

fn states(db: &Db, ws: WorkspaceId, id: &str) -> Vec<(u32, &'static str)> {
    let page = db.read(|q| versions(q, ws, SEGMENT, id, None, 100)).unwrap();
    page.items.iter().map(|r| (r.version, r.status.as_str())).collect()
}

#[test]
fn each_change_is_a_version_and_one_is_live() {
    let (_dir, db, a, b) = test_db();
    let first = write(&db, a, "vip", &json!({"rule": "a"}), None).unwrap();
    assert_eq!((first.version, first.status), (1, ResourceStatus::Draft));
    let generation = db.read(generation::current).unwrap();
    assert_eq!(write(&db, a, "vip", &json!({"rule": "a"}), None).unwrap(), first, "the same again is no change");
    assert_eq!(db.read(generation::current).unwrap(), generation);
    let publish = |version| db.write(|tx| publish(tx, a, SEGMENT, "vip", version, by("ben", 20)));
    assert_eq!(publish(None).unwrap().status, ResourceStatus::Live);
    assert!(db.read(generation::current).unwrap() > generation);
    assert_eq!(write(&db, a, "vip", &json!({"rule": "b"}), Some(1)).unwrap().version, 2);
    assert_eq!(db.read(|q| live_one(q, a, SEGMENT, "vip")).unwrap().unwrap().version, 1, "a draft has no effect");
    publish(None).unwrap();
    assert_eq!(states(&db, a, "vip"), [(2, "live"), (1, "archived")]);
    publish(Some(1)).unwrap();
    assert_eq!(states(&db, a, "vip"), [(2, "archived"), (1, "live")]);
    assert_eq!(publish(Some(7)).unwrap_err().code(), "not_found");
    // Writing what the archived newest version said is a change again.
    assert_eq!(write(&db, a, "vip", &json!({"rule": "b"}), None).unwrap().version, 3);
    assert_eq!(db.read(|q| get(q, a, SEGMENT, "vip", Some(2))).unwrap().unwrap().spec, json!({"rule": "b"}));
    assert_eq!(db.read(|q| get(q, a, SEGMENT, "vip", Some(9))).unwrap(), None);
    assert_eq!(db.read(|q| get(q, b, SEGMENT, "vip", None)).unwrap(), None);
    assert_eq!(db.read(|q| get(q, a, ResourceKind::Topic, "vip", None)).unwrap(), None);
}

#[test]
fn writes_can_insist_on_the_version_they_saw() {
    let (_dir, db, a, _) = test_db();
    assert_eq!(write(&db, a, "x", &json!({}), Some(1)).unwrap_err().code(), "conflict");
    write(&db, a, "x", &json!({}), Some(0)).unwrap();
    assert_eq!(write(&db, a, "x", &json!({"n": 1}), Some(0)).unwrap_err().code(), "conflict");
    write(&db, a, "x", &json!({"n": 1}), Some(1)).unwrap();
    assert_eq!(write(&db, a, "Not a slug", &json!({}), None).unwrap_err().code(), "invalid");
}

#[test]
fn review_and_archive() {
    let (_dir, db, a, b) = test_db();
    write(&db, a, "x", &json!({}), None).unwrap();
    let to = |ws, status| db.write(|tx| set_status(tx, ws, SEGMENT, "x", 1, status, by("ann", 1)));
    assert_eq!(to(a, ResourceStatus::Review).unwrap().status, ResourceStatus::Review);
    assert_eq!(to(b, ResourceStatus::Live).unwrap_err().code(), "not_found");
    assert_eq!(to(a, ResourceStatus::Live).unwrap().status, ResourceStatus::Live);
    assert_eq!(db.read(|q| live(q, a, SEGMENT)).unwrap().len(), 1);
    assert_eq!(db.write(|tx| archive(tx, b, SEGMENT, "x", by("ann", 2))).unwrap_err().code(), "not_found");
    assert_eq!(db.write(|tx| archive(tx, a, SEGMENT, "x", by("ann", 2))).unwrap(), 1);
    assert_eq!(db.write(|tx| archive(tx, a, SEGMENT, "x", by("ann", 2))).unwrap(), 0);
    assert!(db.read(|q| all_live(q, a)).unwrap().is_empty());
}

#[test]
fn lists_are_filtered_and_stable_under_change() {
    let (_dir, db, a, b) = test_db();
    for id in ["a", "b", "c", "d", "e"] {
        write(&db, a, id, &json!({"name": format!("Name {id}")}), None).unwrap();
        write(&db, b, id, &json!({"name": "other"}), None).unwrap();
    }
    write(&db, a, "c", &json!({"name": "100% wool"}), None).unwrap();
    db.write(|tx| publish(tx, a, SEGMENT, "c", Some(1), by("ann", 1))).unwrap();
    db.write(|tx| archive(tx, a, SEGMENT, "e", by("ann", 1))).unwrap();
    let ids = |filter: ListFilter<'_>, cursor: Option<&str>, limit| {
        let page = db.read(|q| list(q, a, SEGMENT, filter, cursor, limit)).unwrap();
        assert!(page.items.iter().all(|e| e.newest.workspace == a));
        (page.items.iter().map(|e| e.newest.id.clone()).collect::<Vec<_>>().join(","), page.next)
    };
    let (first, next) = ids(ListFilter::default(), None, 2);
    assert_eq!((first.as_str(), next.as_deref()), ("a,b", Some("b")));
    // Between two pages one document comes before the cursor and one after it.
    write(&db, a, "aa", &json!({}), None).unwrap();
    write(&db, a, "cc", &json!({}), None).unwrap();
    assert_eq!(ids(ListFilter::default(), next.as_deref(), 10), ("c,cc,d,e".into(), None));
    let status = |status| ids(ListFilter { status: Some(status), search: None }, None, 10).0;
    assert_eq!(status(ResourceStatus::Live), "c");
    assert_eq!(status(ResourceStatus::Archived), "e");
    assert_eq!(status(ResourceStatus::Draft), "a,aa,b,c,cc,d");
    let search = |text| ids(ListFilter { search: Some(text), status: None }, None, 10).0;
    assert_eq!((search("name d").as_str(), search("0% w").as_str(), search("_%").as_str()), ("d", "c", ""));
    let entry = db.read(|q| list(q, a, SEGMENT, ListFilter { search: Some("wool"), status: None }, None, 1)).unwrap();
    assert_eq!((entry.items[0].newest.version, entry.items[0].live_version), (2, Some(1)));
    let page = db.read(|q| versions(q, a, SEGMENT, "c", None, 1)).unwrap();
    let rest = db.read(|q| versions(q, a, SEGMENT, "c", page.next.as_deref(), 1)).unwrap();
    assert_eq!((page.items[0].version, rest.items[0].version, rest.next), (2, 1, None));
}

#[test]
fn documents_of_every_kind_are_found_by_what_they_are_called() {
    let (_dir, db, a, b) = test_db();
    let add =
        |ws, kind, id: &str, spec: Value| db.write(|tx| put(tx, ws, kind, id, &spec, by("ann", 1), None)).unwrap();
    add(a, SEGMENT, "vip", json!({"name": "VIP customers", "rule": "traits.order > 1"}));
    add(a, ResourceKind::Insight, "orders", json!({"name": "Orders by day"}));
    add(a, ResourceKind::Dashboard, "shop", json!({"name": "The shop: orders and VIPs"}));
    add(a, ResourceKind::Topic, "news", json!({"name": "Größere Neuigkeiten 100%"}));
    add(a, ResourceKind::Domain, "example-com", json!({"selector": "orders"}));
    add(a, ResourceKind::Settings, "workspace", json!({"name": "orders"}));
    add(a, ResourceKind::Journey, "old", json!({"name": "Old orders"}));
    db.write(|tx| archive(tx, a, ResourceKind::Journey, "old", by("ann", 1))).unwrap();
    add(b, SEGMENT, "vip", json!({"name": "Orders of others"}));
    db.write(|tx| publish(tx, a, SEGMENT, "vip", None, by("ann", 1))).unwrap();
    let ids =
        |text: &str| -> Vec<String> { db.read(|q| find(q, a, text, 10)).unwrap().into_iter().map(|f| f.id).collect() };
    for (text, expected) in [
        ("order", &["orders", "shop"][..]),
        ("vip", &["vip", "shop"]),
        ("orders vip", &["shop"]),
        ("dashboard ORDERS", &["shop"]),
        ("größere", &["news"]),
        ("GRÖSS", &[]),
        ("100%", &["news"]),
        ("example", &["example-com"]),
        ("selector", &[]),
        ("e_", &[]),
        (" ", &[]),
    ] {
        assert_eq!(ids(text), expected, "{text:?}");
    }
    // Many of one kind push out nothing that fits better.
    for n in 0..300 {
        add(a, SEGMENT, &format!("s{n}"), json!({"name": format!("Somebody's orders {n}")}));
    }
    let found = db.read(|q| find(q, a, "orders", 2)).unwrap();
    assert_eq!((found.len(), found[0].id.as_str()), (2, "orders"));
    let vip = db.read(|q| find(q, a, "vip", 1)).unwrap().remove(0);
    let expected = (SEGMENT, "VIP customers", ResourceStatus::Live, Some(1));
    assert_eq!((vip.kind, vip.name.as_str(), vip.status, vip.live_version), expected);
}
