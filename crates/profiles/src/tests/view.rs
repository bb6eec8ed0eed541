//! How profiles are shown.

use serde_json::json;

use super::{anonymous, event, id, known};
use crate::core::merge::absorb;
use crate::{apply, label, view};
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
fn the_text_a_profile_is_found_by() {
    let mut p = known(5);
    let mut device = anonymous(9);
    apply(&mut device, &event(500, json!({"anonymousId": "a1", "event": "A"})));
    let identify =
        json!({"type": "identify", "userId": "u1", "traits": {"email": "Jo@X.y", "plan": "pro", "gone": null}});
    apply(&mut p, &event(1_000, identify));
    absorb(&mut p, device, &id("anonymous_id", "a1"), Timestamp(4_000));
    assert_eq!(view::search_text(&p), "p_0000000000005\njo@x.y\npro\nu1\na1\n");
}

#[test]
fn the_search_text_is_bounded() {
    let mut p = known(1);
    (0..100).for_each(|n| p.identifiers.push(id("anonymous_id", &format!("{n:0>60}"))));
    p.identifiers.push(id("anonymous_id", &"x".repeat(400)));
    let text = view::search_text(&p);
    assert!(text.len() <= view::MAX_SEARCH_BYTES && text.contains(&format!("{:0>60}", 3)) && !text.contains('x'));
}
