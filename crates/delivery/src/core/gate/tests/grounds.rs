//! Every decision says by which rule and what that saw.

use serde_json::Value;

use super::*;
use crate::core::caps::{SNOOZE, WISH};

impl Case {
    /// The customer said that of themselves.
    fn say(&mut self, name: &str, value: Value) {
        self.profile.as_mut().unwrap().traits.insert(name.to_owned(), Trait { value, at: Timestamp(1) });
    }
}

/// The rule of a decision and the values it saw.
fn grounds(decision: GateDecision) -> (&'static str, Value) {
    let detail = match decision {
        GateDecision::Send => panic!("it may leave"),
        GateDecision::Skip { detail, .. } | GateDecision::Defer { detail, .. } | GateDecision::Expire { detail } => {
            detail
        }
    };
    let grounds = detail.grounds.unwrap_or_else(|| panic!("{:?} has no grounds", detail.text));
    (grounds.rule, Value::Object(grounds.values))
}

fn check(change: impl FnOnce(&mut Case), rule: &str, values: Value) {
    assert_eq!(grounds(after(change)), (rule, values));
}

fn sent(case: &Case, number: u64, hours_ago: i64) -> Contact {
    let at = case.now.plus_ms(-hours_ago * 3_600_000);
    let id = OutboxId { partition: Partition(1), number };
    Contact { id, channel: "email".into(), topic: None, at, reacted: false }
}

#[test]
fn caps_and_pressure_tell_what_they_counted() {
    let cap = |max, days: i64| FrequencyCap { max, per_ms: days * 86_400_000, channels: vec![], topics: vec![] };
    let full = |c: &mut Case| {
        c.settings.frequency_caps = vec![cap(9, 1), FrequencyCap { channels: vec!["email".into()], ..cap(2, 7) }];
        c.contacts = vec![sent(c, 1, 5), sent(c, 2, 50), sent(c, 3, 500)];
    };
    let values = json!({"counted": 2, "allowed": 2, "max": 2, "per": "7d", "channels": ["email"]});
    check(full, "frequency_cap", values);
    let wish = |c: &mut Case| {
        c.say(WISH, json!({"email": "weekly"}));
        c.contacts = vec![sent(c, 1, 5)];
    };
    check(wish, "wish", json!({"counted": 1, "allowed": 1, "max": 1, "per": "7d", "channels": ["email"]}));
    let pressed = |c: &mut Case| {
        c.settings.pressure = Some(Pressure { limit: 2, half_life_ms: 86_400_000 });
        c.contacts = vec![sent(c, 1, 0), sent(c, 2, 24)];
    };
    let values = json!({"pressure": 1.5, "weight": 1.0, "limit": 2.0, "half_life": "1d", "counted": 2});
    check(pressed, "pressure", values);
    let under_way = |c: &mut Case| {
        c.settings.frequency_caps = vec![cap(1, 1)];
        c.under_way = vec![sent(c, 4, 0)];
    };
    check(under_way, "under_way", json!({"counted": 1, "allowed": 1, "max": 1, "per": "1d", "under_way": 1}));
}

#[test]
fn consent_tells_who_said_what_when() {
    let since = Timestamp(1).to_rfc3339();
    let denied = json!({
        "channel": "email", "topic": null, "state": "denied", "since": since, "source": "t", "stated_for": "channel",
    });
    check(|c| c.consent(None, false), "consent", denied);
    let of_topic = json!({
        "channel": "email", "topic": "news", "state": "denied", "since": since, "source": "t", "stated_for": "topic",
    });
    let refused = |c: &mut Case| {
        c.topic(ConsentPolicy::OptIn);
        c.consent(Some("news"), false);
    };
    check(refused, "consent", of_topic);
    let silent = |state: &str, topic: Option<&str>, of: &str| json!({"channel": "email", "topic": topic, "state": state, "policy": "opt_in", "policy_of": of});
    check(Case::opt_in, "consent", silent("unknown", None, "settings"));
    check(|c| c.topic(ConsentPolicy::OptIn), "consent", silent("unknown", Some("news"), "topic"));
}

#[test]
fn times_are_told_by_the_clock_they_were_read_from() {
    let quiet = json!({
        "zone": "UTC", "local_time": "2026-07-01T23:00", "start": "21:00", "end": "08:00",
        "until": "2026-07-02T08:00:00.000Z",
    });
    check(Case::night, "quiet_hours", quiet);
    let snoozed = |c: &mut Case| {
        c.say(SNOOZE, json!("2026-07-02T00:00:00Z"));
    };
    check(snoozed, "pause", json!({"until": "2026-07-02T00:00:00.000Z"}));
    check(|c| c.message.expires_at = c.now, "expiry", json!({"expires_at": "2026-07-01T12:00:00.000Z"}));
    let window = |c: &mut Case| {
        c.message.data = Json::from_text(r#"{"journey":{"window":{"from":"18:00","to":"20:00"}}}"#);
    };
    let values = json!({
        "window": {"from": "18:00", "to": "20:00"}, "zone": "UTC", "local_time": "2026-07-01T12:00",
        "until": "2026-07-01T18:00:00.000Z",
    });
    check(window, "send_window", values);
}

#[test]
fn every_other_rule_names_itself() {
    let journey = |state: &str| json!({"journey": "j", "version": 1, "run": 1, "step": "s", "state": state});
    check(|c| c.template = None, "template", json!({"template": "welcome"}));
    check(|c| c.channel_live = false, "channel", json!({"channel": "email"}));
    check(|c| c.origin = OriginState::NotLive, "journey", journey("not_live"));
    check(|c| c.origin = OriginState::Exited, "journey", journey("exited"));
    check(|c| c.origin = OriginState::Paused, "journey", journey("paused"));
    check(|c| c.origin = OriginState::Doubled, "journey", journey("doubled"));
    check(|c| c.origin = OriginState::Unsettled, "journey", journey("unsettled"));
    check(|c| c.already_sent = true, "duplicate", json!({}));
    check(
        |c| c.suppressed = complaint(),
        "suppression",
        json!({"channel": "email", "reason": "complaint", "since": "2026-03-02T08:30:00.000Z", "by": "delivery"}),
    );
    check(|c| c.profile.as_mut().unwrap().identifiers.clear(), "address", json!({"channel": "email"}));
    check(|c| c.settings.holdout = 10_000, "control_group", json!({"group": HOLDOUT, "percent": 100.0}));
}

#[test]
fn what_passes_tells_what_every_rule_saw() {
    let mut case = case();
    case.consent(None, true);
    case.settings.time_zone = chrono_tz::Tz::Europe__Berlin;
    case.settings.frequency_caps =
        vec![FrequencyCap { max: 3, per_ms: 7 * 86_400_000, channels: vec![], topics: vec![] }];
    case.settings.pressure = Some(Pressure { limit: 5, half_life_ms: 86_400_000 });
    case.contacts = vec![sent(&case, 1, 24)];
    let seen = |case: &Case| case.with_input(passing);
    let expected = json!({
        "consent": {
            "channel": "email", "topic": null, "state": "granted", "since": Timestamp(1).to_rfc3339(), "source": "t",
            "stated_for": "channel",
        },
        "zone": "Europe/Berlin",
        "local_time": "2026-07-01T14:00",
        "frequency_caps": [{"counted": 1, "allowed": 3, "max": 3, "per": "7d"}],
        "pressure": {"pressure": 0.5, "weight": 1.0, "limit": 5.0, "half_life": "1d", "counted": 1},
    });
    assert_eq!(Value::Object(seen(&case)), expected);
    case.message.transactional = true;
    assert_eq!(Value::Object(seen(&case)), json!({"counted": false}), "what was asked for is not weighed");
}
