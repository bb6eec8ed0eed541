//! How profiles are shown.

use serde_json::json;

use super::{anonymous, event, id, known};
use crate::core::merge::absorb;
use crate::{apply, label, to_json, view};
use rapport_domain::time::Timestamp;

#[test]
fn labels() {
    let mut p = anonymous(5);
    assert_eq!(label(&p), "p_0000000000005");
    for (identifier, expected) in [
        (id("crm", "7"), "7"),
        (id("anonymous_id", "a"), "a"),
        (id("email", "jo@x.y"), "jo@x.y"),
        (id("user_id", "u"), "u"),
    ] {
        p.identifiers.push(identifier);
        assert_eq!(label(&p), expected);
    }
}

#[test]
fn the_document_of_a_profile() {
    let mut p = known(5);
    let mut device = anonymous(9);
    apply(&mut device, &event(500, json!({"anonymousId": "a1", "event": "A"})));
    let identify =
        json!({"type": "identify", "userId": "u1", "traits": {"email": "Jo@X.y", "plan": "pro", "gone": null}});
    apply(&mut p, &event(1_000, identify));
    apply(&mut p, &event(2_000, json!({"type": "group", "userId": "u1", "groupId": "acme"})));
    apply(&mut p, &event(3_000, json!({"userId": "u1", "event": "Unsubscribed"})));
    absorb(&mut p, device, &id("anonymous_id", "a1"), Timestamp(4_000));
    let expected = r#"{
  "id": "p_0000000000005",
  "label": "u1",
  "known": true,
  "first_seen": "1970-01-01T00:00:00.000Z",
  "last_seen": "1970-01-01T00:00:03.000Z",
  "event_count": 4,
  "identifiers": [
    {"namespace": "user_id", "value": "u1"},
    {"namespace": "email", "value": "jo@x.y"},
    {"namespace": "anonymous_id", "value": "a1"}
  ],
  "traits": {"email": "Jo@X.y", "plan": "pro"},
  "consents": [{"channel": "email", "topic": null, "granted": false, "at": "1970-01-01T00:00:03.000Z", "source": "unsubscribed"}],
  "groups": ["acme"],
  "merges": [{"from": "p_0000000000009", "at": "1970-01-01T00:00:04.000Z",
    "by": {"namespace": "anonymous_id", "value": "a1"}, "label": "a1"}]
}"#;
    assert_eq!(to_json(&p), serde_json::from_str::<serde_json::Value>(expected).unwrap());
    assert_eq!(view::search_text(&p), "p_0000000000005\njo@x.y\npro\nu1\na1\n");
    assert_eq!(view::trait_history(&p)["gone"], json!({"value": null, "at": "1970-01-01T00:00:01.000Z"}));
    assert_eq!(view::summary(&p).traits.text(), r#"{"email":"Jo@X.y","plan":"pro"}"#);
}

#[test]
fn the_search_text_is_bounded() {
    let mut p = known(1);
    (0..100).for_each(|n| p.identifiers.push(id("anonymous_id", &format!("{n:0>60}"))));
    p.identifiers.push(id("anonymous_id", &"x".repeat(400)));
    let text = view::search_text(&p);
    assert!(text.len() <= view::MAX_SEARCH_BYTES && text.contains(&format!("{:0>60}", 3)) && !text.contains('x'));
}
