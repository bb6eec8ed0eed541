//! Every reason the gate gives, in the order it gives them.

mod by_journey;
mod grounds;
mod quiet;

use std::collections::BTreeMap;

use chrono::NaiveTime;
use rapport_domain::profile::{Consent, Identifier, Trait};
use rapport_domain::{ConsentStatus, Json, MessageChannel, OutboxId, Partition, ProfileId, WorkspaceId};
use serde_json::json;

use super::*;
use crate::core::address::targets;
use crate::spec::{FrequencyCap, Pressure, QuietHours};

/// Everything about one case; the start is a message that may leave.
struct Case {
    message: OutboundMessage,
    template: Option<TemplateSpec>,
    topic: Option<TopicSpec>,
    settings: SettingsSpec,
    profile: Option<Profile>,
    channel_live: bool,
    already_sent: bool,
    suppressed: Option<Suppressed>,
    hours: Option<HourScores>,
    wrote: Option<Timestamp>,
    origin: OriginState,
    contacts: Vec<Contact>,
    under_way: Vec<Contact>,
    now: Timestamp,
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn complaint() -> Option<Suppressed> {
    Some(Suppressed { reason: "complaint".into(), since: at("2026-03-02T08:30:00Z"), source: "delivery".into() })
}

fn case() -> Case {
    let now = at("2026-07-01T12:00:00Z");
    let mut profile = Profile::new(WorkspaceId(1), ProfileId(5), true, now);
    profile.identifiers.push(Identifier::new("email", "ada@example.com"));
    let message = OutboundMessage {
        id: OutboxId { partition: Partition(1), number: 7 },
        workspace: WorkspaceId(1),
        profile: profile.id,
        channel: "email".into(),
        template: "welcome".into(),
        origin: Some(Origin { journey: "j".into(), version: 1, run: 1, step: "s".into() }),
        topic: None,
        transactional: false,
        created_at: now,
        expires_at: now.plus_ms(72 * 3_600_000),
        data: Json::default(),
    };
    let template = TemplateSpec::validate(&json!({"name": "W", "subject": "s", "html": "h"})).unwrap();
    Case {
        message,
        template: Some(template),
        topic: None,
        settings: SettingsSpec::default(),
        profile: Some(profile),
        channel_live: true,
        already_sent: false,
        suppressed: None,
        wrote: None,
        hours: None,
        origin: OriginState::Live,
        contacts: Vec::new(),
        under_way: Vec::new(),
        now,
    }
}

impl Case {
    fn decide(&self) -> GateDecision {
        self.with_input(decide)
    }

    fn with_input<T>(&self, ask: impl FnOnce(&GateInput<'_>) -> T) -> T {
        let place = match &self.profile {
            Some(profile) => targets(profile, MessageChannel::Email, None).map(drop),
            None => Err("the profile does not exist any more".to_owned()),
        };
        ask(&GateInput {
            message: &self.message,
            now: self.now,
            template: self.template.as_ref(),
            channel_live: self.channel_live,
            topic: self.topic.as_ref(),
            settings: &self.settings,
            profile: self.profile.as_ref(),
            already_sent: self.already_sent,
            suppressed: self.suppressed.as_ref(),
            address: place.as_ref().err().map(String::as_str),
            wrote: self.wrote,
            hours: self.hours.as_ref(),
            origin: self.origin,
            contacts: &self.contacts,
            under_way: &self.under_way,
        })
    }

    fn consent(&mut self, topic: Option<&str>, granted: bool) {
        self.profile.as_mut().unwrap().consents.push(Consent {
            channel: "email".into(),
            topic: topic.map(Into::into),
            status: ConsentStatus::of(granted),
            at: Timestamp(1),
            source: "t".into(),
        });
    }

    fn topic(&mut self, default: ConsentPolicy) {
        self.template.as_mut().unwrap().topic = Some("news".into());
        self.topic = Some(TopicSpec {
            name: "News".into(),
            description: String::new(),
            default,
            double_opt_in: None,
            translations: BTreeMap::new(),
        });
    }

    fn opt_in(&mut self) {
        self.settings.consent = BTreeMap::from([("email".to_owned(), ConsentPolicy::OptIn)]);
    }

    fn night(&mut self) {
        let time = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        self.settings.quiet_hours =
            vec![QuietHours { start: time(21), end: time(8), channels: vec![], topics: vec![] }];
        self.now = at("2026-07-01T23:00:00Z");
    }
}

/// What the gate answers after `change`.
fn after(change: impl FnOnce(&mut Case)) -> GateDecision {
    let mut case = case();
    change(&mut case);
    case.decide()
}

#[track_caller]
fn skips(expected: SkipReason, change: impl FnOnce(&mut Case)) {
    match after(change) {
        GateDecision::Skip { reason, detail } => {
            assert_eq!(reason, expected, "{detail}");
            assert!(!detail.is_empty() && !detail.contains('@'), "{detail}");
        }
        other => panic!("expected {expected:?}, got {other:?}"),
    }
}

#[track_caller]
fn sends(change: impl FnOnce(&mut Case)) {
    assert_eq!(after(change), GateDecision::Send);
}

#[test]
fn lets_a_good_message_leave() {
    sends(|_| {});
}

#[test]
fn not_live() {
    skips(SkipReason::NotLive, |c| c.template = None);
    skips(SkipReason::NotLive, |c| c.channel_live = false);
    skips(SkipReason::NotLive, |c| c.origin = OriginState::NotLive);
}

#[test]
fn duplicate_and_suppressed() {
    skips(SkipReason::Duplicate, |c| c.already_sent = true);
    skips(SkipReason::Suppressed, |c| c.suppressed = complaint());
    skips(SkipReason::Suppressed, |c| {
        c.suppressed = complaint();
        c.message.transactional = true;
    });
}

#[test]
fn consent_of_channel_and_topic() {
    skips(SkipReason::Unsubscribed, |c| c.consent(None, false));
    skips(SkipReason::NoConsent, Case::opt_in);
    sends(|c| {
        c.opt_in();
        c.consent(None, true);
    });
    skips(SkipReason::Unsubscribed, |c| {
        c.topic(ConsentPolicy::OptOut);
        c.consent(Some("news"), false);
    });
    skips(SkipReason::NoConsent, |c| c.topic(ConsentPolicy::OptIn));
    sends(|c| {
        c.topic(ConsentPolicy::OptIn);
        c.consent(Some("news"), true);
    });
    skips(SkipReason::Unconfirmed, |c| {
        c.topic(ConsentPolicy::OptOut);
        c.consent(Some("news"), true);
        c.profile.as_mut().unwrap().consents[0].status = ConsentStatus::Pending;
    });
    // A topic's own default goes before the channel's.
    sends(|c| {
        c.opt_in();
        c.topic(ConsentPolicy::OptOut);
    });
    // The message names the topic when the template does not.
    skips(SkipReason::Unsubscribed, |c| {
        c.message.topic = Some("news".into());
        c.consent(Some("news"), false);
    });
    sends(|c| c.consent(Some("other"), false));
}

#[test]
fn transactional_passes_consent_and_quiet_hours() {
    for by_template in [false, true] {
        sends(|c| {
            c.consent(None, false);
            c.opt_in();
            c.night();
            c.message.transactional = !by_template;
            c.template.as_mut().unwrap().transactional = by_template;
        });
    }
}

#[test]
fn address_must_be_there_and_valid() {
    skips(SkipReason::NoAddress, |c| c.profile = None);
    skips(SkipReason::NoAddress, |c| c.profile.as_mut().unwrap().identifiers.clear());
    let with_trait = |text: &'static str| {
        move |c: &mut Case| {
            let value = Trait { value: json!(text), at: Timestamp(1) };
            c.profile.as_mut().unwrap().traits.insert("email".into(), value);
        }
    };
    skips(SkipReason::NoAddress, with_trait("not an address"));
    skips(SkipReason::NoAddress, with_trait("a@b.co\r\nBcc: everybody@example.com"));
    sends(with_trait("ada@example.org"));
    sends(with_trait(" "));
}

/// A message on WhatsApp from a template with these members.
fn whatsapp(members: serde_json::Value) -> impl Fn(&mut Case) {
    move |c| {
        let mut spec = json!({"name": "W", "channel": "whatsapp"});
        members.as_object().unwrap().iter().for_each(|(k, v)| spec[k] = v.clone());
        c.template = Some(TemplateSpec::validate(&spec).unwrap());
        c.message.channel = "whatsapp".into();
    }
}

#[test]
fn free_text_answers_within_its_window_and_approved_templates_leave_at_any_time() {
    let free = whatsapp(json!({"body": "Hi"}));
    let day = 24 * 3_600_000;
    let wrote = |before_ms: Option<i64>, transactional: bool| {
        after(|c| {
            free(c);
            c.message.transactional = transactional;
            c.wrote = before_ms.map(|ms| c.now.plus_ms(-ms));
        })
    };
    for transactional in [false, true] {
        assert_eq!(wrote(Some(day - 1), transactional), GateDecision::Send);
        for late in [Some(day), Some(30 * day), None] {
            let refused = wrote(late, transactional);
            let GateDecision::Skip { reason: SkipReason::WindowClosed, detail } = refused else {
                panic!("{refused:?}")
            };
            assert!(detail.contains(if late.is_some() { "last wrote" } else { "never wrote" }), "{detail}");
            assert!(detail.contains("24 hours"), "{detail}");
        }
    }
    sends(|c| whatsapp(json!({"template": {"name": "hello", "language": "en"}}))(c));
    // Who cannot be reached at all is told so first.
    skips(SkipReason::Unsubscribed, |c| {
        free(c);
        let channel = "whatsapp".to_owned();
        let refusal =
            Consent { channel, topic: None, status: ConsentStatus::Denied, at: Timestamp(1), source: "t".into() };
        c.profile.as_mut().unwrap().consents.push(refusal);
    });
}

#[test]
fn exited() {
    skips(SkipReason::Exited, |c| c.origin = OriginState::Exited);
    sends(|c| {
        c.origin = OriginState::Exited;
        c.message.origin = None;
    });
}

#[test]
fn what_a_paused_journey_decided_waits_and_expires() {
    let before_expiry = |left_ms: i64| {
        after(|c| {
            c.origin = OriginState::Paused;
            c.message.transactional = true;
            c.now = c.message.expires_at.plus_ms(-left_ms);
        })
    };
    let waits = |left_ms: i64| match before_expiry(left_ms) {
        GateDecision::Defer { until, detail } => (case().message.expires_at.since_ms(until), detail.text),
        other => panic!("expected to wait, got {other:?}"),
    };
    assert_eq!(waits(3_600_000), (3_000_000, "journey \"j\" is paused".to_owned()));
    assert_eq!(waits(5).0, 0, "not longer than it is worth sending");
    assert!(matches!(before_expiry(0), GateDecision::Expire { detail } if detail.contains("paused")));
}

#[test]
fn what_another_message_may_stand_for_waits_a_moment() {
    skips(SkipReason::Duplicate, |c| c.origin = OriginState::Doubled);
    let of = |number: u64| {
        let decided = after(|c| {
            c.origin = OriginState::Unsettled;
            c.message.id.number = number;
        });
        let GateDecision::Defer { until, .. } = decided else { panic!("expected to wait, got {decided:?}") };
        until.since_ms(case().now)
    };
    let waits: Vec<i64> = (1..=20).map(of).collect();
    assert!(waits.iter().all(|wait| (3_000..6_000).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait != waits[0]), "two that wait for each other come apart: {waits:?}");
}

#[test]
fn expired_otherwise_is_given_up() {
    assert!(matches!(after(|c| c.message.expires_at = c.now), GateDecision::Expire { .. }));
}

fn contact(number: u64, minutes_ago: i64) -> Contact {
    let id = OutboxId { partition: Partition(1), number };
    let at = at("2026-07-01T12:00:00Z").plus_ms(-minutes_ago * 60_000);
    Contact { id, channel: "email".into(), topic: None, at, reacted: false }
}

fn capped(c: &mut Case) {
    c.settings.frequency_caps = vec![FrequencyCap { max: 1, per_ms: 3_600_000, channels: vec![], topics: vec![] }];
}

#[test]
fn caps_count_what_left_and_wait_for_what_is_under_way() {
    sends(capped);
    skips(SkipReason::FrequencyCap, |c| {
        capped(c);
        c.contacts = vec![contact(1, 59)];
    });
    sends(|c| {
        capped(c);
        c.contacts = vec![contact(1, 60)];
    });
    let waits = after(|c| {
        capped(c);
        c.under_way = vec![contact(2, 0)];
    });
    assert!(matches!(waits, GateDecision::Defer { .. }), "{waits:?}");
    let transactional = |c: &mut Case| {
        capped(c);
        c.settings.pressure = Some(Pressure { limit: 1, half_life_ms: 1_000 });
        c.contacts = vec![contact(1, 1)];
        c.message.transactional = true;
    };
    sends(transactional);
    skips(SkipReason::Suppressed, |c| {
        transactional(c);
        c.suppressed = complaint();
    });
    skips(SkipReason::FrequencyCap, |c| {
        c.settings.pressure = Some(Pressure { limit: 1, half_life_ms: 3_600_000 });
        c.contacts = vec![contact(1, 5)];
    });
    // One that is recorded and still under way counts once.
    sends(|c| {
        capped(c);
        c.settings.frequency_caps[0].max = 2;
        (c.contacts, c.under_way) = (vec![contact(1, 5)], vec![contact(1, 5)]);
    });
}

#[test]
fn a_pause_is_waited_for_and_a_wish_is_kept() {
    let say = |name: &'static str, value: serde_json::Value| {
        move |c: &mut Case| {
            let value = Trait { value: value.clone(), at: Timestamp(1) };
            c.profile.as_mut().unwrap().traits.insert(name.into(), value);
        }
    };
    let paused = after(say("$snooze_until", json!("2026-07-02T00:00:00Z")));
    assert!(matches!(paused, GateDecision::Defer { until, .. } if until == at("2026-07-02T00:00:00Z")), "{paused:?}");
    skips(SkipReason::FrequencyCap, say("$snooze_until", json!("2026-08-02T00:00:00Z")));
    sends(say("$snooze_until", json!("2026-06-02T00:00:00Z")));
    skips(SkipReason::FrequencyCap, |c| {
        say("$frequency", json!({"email": "weekly"}))(c);
        c.contacts = vec![contact(1, 6 * 24 * 60)];
        c.template.as_mut().unwrap().priority = Priority::High;
    });
}

#[test]
fn control_groups_get_nothing_but_what_they_asked_for() {
    skips(SkipReason::ControlGroup, |c| c.settings.holdout = 10_000);
    skips(SkipReason::ControlGroup, |c| {
        c.settings.holdout = 10_000;
        c.message.origin = None;
    });
    sends(|c| {
        c.settings.holdout = 10_000;
        c.message.transactional = true;
    });
}

#[test]
fn quiet_hours_can_drop() {
    skips(SkipReason::QuietHoursExpired, |c| {
        c.night();
        c.template.as_mut().unwrap().quiet = QuietPolicy::Drop;
    });
}

#[test]
fn calls_to_programs_disturb_nobody() {
    sends(|c| {
        c.night();
        c.opt_in();
        capped(c);
        c.contacts = vec![contact(1, 1)];
        c.settings.consent = BTreeMap::from([("webhook".to_owned(), ConsentPolicy::OptIn)]);
        c.message.channel = "webhook".into();
    });
}

#[test]
fn the_first_rule_that_objects_gives_the_reason() {
    use SkipReason::*;
    // Everything is wrong at once; repairing one after the other shows the next.
    let mut all = case();
    all.night();
    capped(&mut all);
    all.settings.frequency_caps[0].max = 0;
    all.message.expires_at = all.now.plus_ms(1);
    all.origin = OriginState::Exited;
    all.settings.holdout = 10_000;
    all.consent(None, false);
    (all.suppressed, all.already_sent, all.channel_live) = (complaint(), true, false);
    all.profile.as_mut().unwrap().identifiers.clear();
    type Repair = fn(&mut Case);
    let repairs: [(SkipReason, Repair); 9] = [
        (NotLive, |c| c.channel_live = true),
        (Exited, |c| c.origin = OriginState::Live),
        (Duplicate, |c| c.already_sent = false),
        (Suppressed, |c| c.suppressed = None),
        (Unsubscribed, |c| c.profile.as_mut().unwrap().consents.clear()),
        (NoAddress, |c| c.profile.as_mut().unwrap().identifiers.push(Identifier::new("email", "a@b.co"))),
        (ControlGroup, |c| c.settings.holdout = 0),
        (QuietHoursExpired, |c| c.settings.quiet_hours = Vec::new()),
        (FrequencyCap, |c| c.settings.frequency_caps.clear()),
    ];
    for (expected, repair) in repairs {
        let GateDecision::Skip { reason, .. } = all.decide() else { panic!("expected {expected:?}") };
        assert_eq!(reason, expected);
        repair(&mut all);
    }
    assert_eq!(all.decide(), GateDecision::Send);
}
