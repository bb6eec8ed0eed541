//! What a journey says of its messages: the hours in which they may leave, and how much they matter.

use super::*;

/// A message of a journey that says this of itself.
fn says(c: &mut Case, journey: &serde_json::Value) {
    c.message.data = Json::from(json!({ "journey": journey }).as_object().unwrap().clone());
}

#[test]
fn a_send_window_is_waited_for() {
    let window = |c: &mut Case| {
        // 2026-07-01 is a Wednesday.
        c.now = at("2026-07-01T20:00:00Z");
        c.message.expires_at = at("2026-07-04T20:00:00Z");
        says(c, &json!({ "window": { "from": "09:00", "to": "17:00", "weekdays": ["fri"] } }));
    };
    match after(window) {
        GateDecision::Defer { until, detail } => {
            assert_eq!(until, at("2026-07-03T09:00:00Z"));
            assert!(detail.contains("send window"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    sends(|c| {
        window(c);
        c.now = at("2026-07-03T16:59:00Z");
    });
    let expires = after(|c| {
        window(c);
        c.message.expires_at = at("2026-07-03T09:00:00Z");
    });
    assert!(matches!(expires, GateDecision::Expire { detail } if detail.contains("send window")));
}

#[test]
fn a_journey_of_high_priority_does_not_lose_its_place_to_one_of_low() {
    let decided = |priority: u8, had: u64| {
        after(|c| {
            capped(c);
            c.settings.frequency_caps[0].max = 10;
            c.contacts = (0..had).map(|n| contact(n, 1)).collect();
            says(c, &json!({ "priority": priority }));
        })
    };
    for (priority, had, leaves) in
        [(10, 8, true), (10, 9, false), (50, 9, true), (50, 10, false), (90, 14, true), (90, 15, false)]
    {
        let decision = decided(priority, had);
        assert_eq!(decision == GateDecision::Send, leaves, "priority {priority} after {had}: {decision:?}");
    }
    let urgent = after(|c| {
        capped(c);
        c.settings.frequency_caps[0].max = 10;
        c.contacts = (0..12).map(|n| contact(n, 1)).collect();
        says(c, &json!({ "priority": 10 }));
        c.template.as_mut().unwrap().priority = Priority::High;
    });
    assert_eq!(urgent, GateDecision::Send, "what the template says goes before");
}
