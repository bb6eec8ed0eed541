//! Which identifiers an event states.

use rapport_domain::identity::primary;
use serde_json::json;

use super::event;
use crate::{alias_of, claims};

#[test]
fn claims_of_each_call() {
    for (item, expected) in [
        (json!({"userId": "u", "anonymousId": "a"}), "user_id:u anonymous_id:a"),
        (json!({"userId": "null", "anonymousId": "a"}), "anonymous_id:a"),
        (
            json!({"type": "identify", "userId": "u", "traits": {"email": "Jo@x.y", "phone": 4_930_123_456_u64}}),
            "user_id:u email:jo@x.y phone:4930123456",
        ),
        // A track's properties are the event's; a group's traits the account's.
        (json!({"userId": "u", "properties": {"email": "friend@x.y"}}), "user_id:u"),
        (json!({"type": "group", "userId": "u", "groupId": "g", "traits": {"email": "office@x.y"}}), "user_id:u"),
        (json!({"userId": "u", "context": {"traits": {"email": "jo@x.y"}}}), "user_id:u email:jo@x.y"),
        (json!({"userId": "u", "context": {"device": {"token": "t"}}}), "user_id:u device_token:t"),
        (
            json!({"anonymousId": "a", "context": {"externalIds": [
                {"id": 7, "type": "crm", "collection": "users", "encoding": "none"},
                {"id": "x", "type": "crm", "collection": "accounts"},
                {"id": "y", "type": "crm", "encoding": "sha256"},
                {"id": "none", "type": "crm"}, {"type": "crm"}, 5]}}),
            "anonymous_id:a crm:7",
        ),
        (
            json!({"anonymousId": "a", "context": {"externalIds": [{"id": "u", "type": "user_id"}]}}),
            "user_id:u anonymous_id:a",
        ),
        (json!({"userId": "u", "context": {"externalIds": [{"id": "v", "type": "user_id"}]}}), "user_id:u"),
        (json!({"type": "alias", "userId": "u", "previousId": "p"}), "user_id:u anonymous_id:p"),
        (
            json!({"userId": "u", "anonymousId": "0", "context": {"externalIds": "no", "traits": [], "device": 1}}),
            "user_id:u",
        ),
    ] {
        let found: Vec<_> =
            claims(&event(1, item.clone())).iter().map(|i| format!("{}:{}", i.namespace, i.value)).collect();
        assert_eq!(found.join(" "), expected, "{item}");
    }
    let many: Vec<_> = (1..60).map(|n| json!({"id": n, "type": format!("t{n}")})).collect();
    assert_eq!(claims(&event(1, json!({"userId": "u", "context": {"externalIds": many}}))).len(), 20);
}

#[test]
fn routing_and_alias() {
    for (item, expected) in [
        (json!({"userId": "u", "anonymousId": "a"}), Some("user_id:u")),
        (json!({"userId": "-1", "anonymousId": "a"}), Some("anonymous_id:a")),
        (json!({"type": "identify", "traits": {"email": "jo@x.y"}}), Some("email:jo@x.y")),
        (
            json!({"type": "identify", "traits": {"email": "jo@x.y"}, "context": {"externalIds": [{"id": "7", "type": "crm"}]}}),
            Some("crm:7"),
        ),
        (json!({"anonymousId": "a", "context": {"externalIds": [{"id": "u", "type": "USER_ID"}]}}), Some("user_id:u")),
        (json!({"context": {"traits": {"phone": "0049 30 123456"}}}), Some("phone:+4930123456")),
        // The account's address is not the customer's, and traits of a track are nobody's.
        (json!({"type": "group", "groupId": "g", "traits": {"email": "office@x.y"}}), None),
        (json!({"traits": {"email": "jo@x.y"}}), None),
        (json!({"properties": {"a": 1}}), None),
    ] {
        let found = primary(&event(1, item.clone())).map(|i| format!("{}:{}", i.namespace, i.value));
        assert_eq!(found.as_deref(), expected, "{item}");
    }
    let alias = |user: &str| event(1, json!({"type": "alias", "userId": user, "previousId": "p"}));
    assert_eq!(alias_of(&alias("u")).map(|i| i.value).as_deref(), Some("p"));
    assert_eq!(alias_of(&alias("p")), None);
    assert_eq!(alias_of(&event(1, json!({"userId": "u", "previousId": "p"}))), None);
}
