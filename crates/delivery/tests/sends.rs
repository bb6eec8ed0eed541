//! Simulated sends with random consents, caps, zones, pauses and faults, against rules written a second time, in the plainest
//! way: nothing leaves that may not, everything that does not leave has a reason that was true, and the totals add up.
//!
//! `RAPPORT_SENDS=1000000` runs as many (50,000 otherwise; `make torture` runs the million); `RAPPORT_SEED` repeats a run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use chrono::Timelike;
use rapport_delivery::core::address::targets;
use rapport_delivery::core::caps::{Contact, HOLDOUT, is_held};
use rapport_delivery::core::gate::{GateDecision, GateInput, Suppressed, decide};
use rapport_delivery::core::retry::wait_ms;
use rapport_delivery::{OriginState, SettingsSpec, TemplateSpec, TopicSpec};
use rapport_domain::message::Origin;
use rapport_domain::profile::{Consent, Identifier, Trait};
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{
    ConsentStatus, Json, MessageChannel, OutboundMessage, OutboxId, Partition, Profile, ProfileId, SkipReason,
    Timestamp, WorkspaceId,
};
use serde_json::json;

/// xorshift64*, so that a seed gives the same run everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len() as u64) as usize]
    }
}

const START: Timestamp = Timestamp(1_774_000_000_000);
const ZONES: &[&str] =
    &["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC"];
const TOPICS: &[&str] = &["news", "offers"];
/// Messages to each customer.
const EACH: u64 = 125;

/// Once in two days and a bit the provider is not there for six hours.
fn is_down(now: Timestamp) -> bool {
    now.0 / (6 * HOUR_MS) % 9 == 0
}

struct Case {
    name: &'static str,
    spec: TemplateSpec,
}

fn templates() -> Vec<Case> {
    let make = |name, more: serde_json::Value| {
        let mut spec = json!({"name": name, "subject": "s", "html": "h"});
        for (k, v) in more.as_object().unwrap() {
            spec[k] = v.clone();
        }
        if spec.get("channel").is_some() {
            let object = spec.as_object_mut().unwrap();
            object.remove("subject");
            object.remove("html");
            object.insert("body".into(), json!("hi"));
        }
        Case { name, spec: TemplateSpec::validate(&spec).unwrap() }
    };
    vec![
        make("plain", json!({})),
        make("news", json!({"topic": "news"})),
        make("offers", json!({"topic": "offers", "priority": "low", "quiet_hours": "drop"})),
        make("urgent", json!({"priority": "high"})),
        make("receipt", json!({"transactional": true})),
        make("text", json!({"channel": "sms", "topic": "offers"})),
        make("chat", json!({"channel": "whatsapp"})),
    ]
}

fn settings() -> SettingsSpec {
    SettingsSpec::validate(&json!({
        "quiet_hours": {"start": "21:00", "end": "08:00"},
        "consent": {"sms": "opt_in"},
        "holdout": 3,
        "default_country": "DE",
        "frequency_caps": [
            {"max": 2, "per": "1d", "channels": ["email"]},
            {"max": 5, "per": "7d"},
            {"max": 1, "per": "3d", "topics": ["offers"]},
        ],
        "pressure": {"limit": 12, "half_life": "2d"},
    }))
    .unwrap()
}

fn person(id: u64, dice: &mut Dice) -> Profile {
    let mut p = Profile::new(WorkspaceId(1), ProfileId(id), true, START);
    if dice.chance(90) {
        p.identifiers.push(Identifier::new("email", &format!("p{id}@example.com")));
    }
    if dice.chance(70) {
        p.identifiers.push(Identifier::new("phone", &format!("+4915123{:06}", id % 1_000_000)));
    }
    let mut put = |name: &str, value| p.traits.insert(name.to_owned(), Trait { value, at: START });
    put("timezone", json!(dice.pick(ZONES)));
    if dice.chance(10) {
        put("$frequency", json!({"email": *dice.pick(&["daily", "weekly", "monthly"])}));
    }
    if dice.chance(5) {
        let until = START.plus_ms(dice.roll(20 * DAY_MS as u64) as i64);
        put("$snooze_until", json!(until.to_rfc3339()));
    }
    p
}

fn consent(p: &mut Profile, dice: &mut Dice, now: Timestamp) {
    let channel = (*dice.pick(&["email", "sms", "whatsapp"])).to_owned();
    let topic = dice.chance(60).then(|| (*dice.pick(TOPICS)).to_owned());
    // Some were asked to confirm and have not yet.
    let status = if dice.chance(15) { ConsentStatus::Pending } else { ConsentStatus::of(dice.chance(70)) };
    p.consents.retain(|c| c.channel != channel || c.topic != topic);
    p.consents.push(Consent { channel, topic, status, at: now, source: "simulation".into() });
}

/// The rules once more, as a reader of the product's description would write them.
struct Plain<'a> {
    profile: &'a Profile,
    template: &'a TemplateSpec,
    message: &'a OutboundMessage,
    sent: &'a [Contact],
    /// When the customer last wrote by WhatsApp.
    wrote: Option<Timestamp>,
    now: Timestamp,
}

impl Plain<'_> {
    fn asked_for(&self) -> bool {
        self.template.transactional
    }

    fn agreed(&self) -> bool {
        let (channel, topic) = (&self.message.channel, &self.template.topic);
        let last =
            |t: Option<&String>| self.profile.consents.iter().find(|c| c.channel == *channel && c.topic.as_ref() == t);
        let whole = last(None);
        let own = topic.as_ref().and_then(|t| last(Some(t)));
        let verdict = match (own, whole) {
            // Only a refusal of the whole channel takes a topic with it, not a question that waits for its answer.
            (Some(own), Some(whole)) if whole.status == ConsentStatus::Denied && whole.at > own.at => Some(false),
            (Some(own), _) => Some(own.is_granted()),
            (None, whole) => whole.map(|w| w.is_granted()),
        };
        // Topics here are opt-out by default; text messages without a topic would be opt-in.
        verdict.unwrap_or(topic.is_some() || channel != "sms")
    }

    /// Whether an answer to a request to confirm is what is missing.
    fn awaits(&self) -> bool {
        let waits = |c: &&Consent| c.status == ConsentStatus::Pending && c.channel == self.message.channel;
        !self.agreed() && self.profile.consents.iter().any(|c| waits(&c))
    }

    /// WhatsApp takes free text for a day after the customer wrote.
    fn is_open(&self) -> bool {
        self.message.channel != "whatsapp" || self.wrote.is_some_and(|at| self.now.0 - at.0 < DAY_MS)
    }

    fn is_night(&self) -> bool {
        let zone: chrono_tz::Tz = self.profile.trait_value("timezone").unwrap().as_str().unwrap().parse().unwrap();
        let hour = self.now.to_utc().with_timezone(&zone).hour();
        !(8..21).contains(&hour)
    }

    fn within(&self, ms: i64, fits: impl Fn(&Contact) -> bool) -> u32 {
        self.sent.iter().filter(|c| c.at.0 > self.now.0 - ms && fits(c)).count() as u32
    }

    fn too_many(&self) -> bool {
        use rapport_delivery::spec::Priority::{High, Low, Normal};
        let allowed = |max: u32| match self.template.priority {
            Low => max - max.div_ceil(10),
            Normal => max,
            High => max + max.div_ceil(2),
        };
        let email = self.message.channel == "email";
        let day = email && self.within(DAY_MS, |c| c.channel == "email") >= allowed(2);
        let week = self.within(7 * DAY_MS, |_| true) >= allowed(5);
        let offers = self.template.topic.as_deref() == Some("offers")
            && self.within(3 * DAY_MS, |c| c.topic.as_deref() == Some("offers")) >= allowed(1);
        let wish = self.profile.trait_value("$frequency").and_then(|w| w["email"].as_str());
        let days = wish.map(|w| {
            if w == "daily" {
                1
            } else if w == "weekly" {
                7
            } else {
                30
            }
        });
        let wished = email && days.is_some_and(|d| self.within(d * DAY_MS, |c| c.channel == "email") >= 1);
        let weigh = |channel: &str| if channel == "email" { 1.0 } else { 3.0 };
        let score: f64 = self
            .sent
            .iter()
            .map(|c| weigh(&c.channel) * 0.5f64.powf((self.now.0 - c.at.0) as f64 / (2 * DAY_MS) as f64))
            .sum::<f64>()
            + weigh(&self.message.channel);
        let limit = 12.0
            * match self.template.priority {
                Low => 0.9,
                Normal => 1.0,
                High => 1.5,
            };
        day || week || offers || wished || score > limit + 1e-9
    }

    fn paused(&self) -> bool {
        let until = self.profile.trait_value("$snooze_until").and_then(|v| Timestamp::parse(v.as_str()?));
        until.is_some_and(|until| until > self.now)
    }

    fn held(&self) -> bool {
        is_held(HOLDOUT, 3.0, self.profile.id)
    }
}

/// What is so of a message beside what its customer, template and time say.
struct Circumstances {
    is_live: bool,
    origin: OriginState,
    was_sent: bool,
    is_suppressed: bool,
    has_place: bool,
}

/// The row of the table in `docs/specs/delivery.md` whose rule objects first; 10 when only the time is over, or none does.
fn first_row(plain: &Plain<'_>, so: &Circumstances) -> u8 {
    let asked_for = plain.asked_for();
    let rows = [
        !so.is_live || so.origin != OriginState::Live,
        so.was_sent,
        so.is_suppressed,
        !plain.agreed() && !asked_for,
        !so.has_place,
        !plain.is_open(),
        plain.held() && !asked_for,
        plain.is_night() && !asked_for,
        (plain.too_many() || plain.paused()) && !asked_for,
    ];
    rows.iter().position(|objects| *objects).map_or(10, |at| at as u8 + 1)
}

/// The row that a decision speaks of.
fn row_of(decision: &GateDecision, first: u8) -> u8 {
    match decision {
        GateDecision::Send => 10,
        GateDecision::Skip { reason, .. } => match reason {
            SkipReason::NotLive | SkipReason::Exited => 1,
            SkipReason::Duplicate => 2,
            SkipReason::Suppressed => 3,
            SkipReason::Unsubscribed | SkipReason::NoConsent | SkipReason::Unconfirmed => 4,
            SkipReason::NoAddress => 5,
            SkipReason::WindowClosed => 6,
            SkipReason::ControlGroup => 7,
            SkipReason::QuietHoursExpired => 8,
            SkipReason::FrequencyCap => 9,
            other => panic!("the gate never says {other:?}"),
        },
        // Waiting is for a paused journey, for the morning and for the end of a customer's pause; what would wait too long is
        // over by the same rule.
        GateDecision::Defer { .. } if [1, 8, 9].contains(&first) => first,
        GateDecision::Expire { .. } if [1, 8, 9, 10].contains(&first) => first,
        other => panic!("row {first} objects, and the gate says {other:?}"),
    }
}

#[derive(Default)]
struct Totals {
    sent: u64,
    failed: u64,
    skipped: BTreeMap<&'static str, u64>,
}

#[test]
fn nothing_leaves_that_may_not_and_every_no_has_its_reason() {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (sends, seed) = (number("RAPPORT_SENDS", 50_000), number("RAPPORT_SEED", 20_260_725).max(1));
    eprintln!("RAPPORT_SENDS={sends} RAPPORT_SEED={seed}");
    let customers = (sends / EACH).max(1);
    let (mut dice, templates, settings) = (Dice(seed), templates(), settings());
    let topic = TopicSpec::validate(&json!({"name": "T", "default": "opt_out"})).unwrap();
    let mut profiles: Vec<Profile> = (0..customers).map(|id| person(id, &mut dice)).collect();
    // Messages in order of time: (due, number, attempts).
    let mut queue: BinaryHeap<Reverse<(i64, u64, u32)>> = BinaryHeap::new();
    let mut messages: HashMap<u64, (OutboundMessage, usize)> = HashMap::new();
    for number in 0..sends {
        // Two a day for each customer.
        let at = START.plus_ms((number as i64) * DAY_MS / (customers as i64 * 2) + dice.roll(HOUR_MS as u64) as i64);
        let template = dice.roll(templates.len() as u64) as usize;
        let message = OutboundMessage {
            id: OutboxId { partition: Partition(0), number },
            workspace: WorkspaceId(1),
            profile: ProfileId(dice.roll(customers)),
            channel: templates[template].spec.channel.clone(),
            template: templates[template].name.to_owned(),
            origin: dice.chance(50).then(|| Origin { journey: "j".into(), version: 1, run: number, step: "s".into() }),
            topic: None,
            transactional: false,
            created_at: at,
            expires_at: at.plus_ms((2 + dice.roll(70) as i64) * HOUR_MS),
            data: Json::default(),
        };
        queue.push(Reverse((at.0, number, 0)));
        if dice.chance(2) {
            // The same once more, as after a crash.
            queue.push(Reverse((at.0 + 1 + dice.roll(HOUR_MS as u64) as i64, number, 0)));
        }
        messages.insert(number, (message, template));
    }
    let mut history: Vec<Vec<Contact>> = vec![Vec::new(); customers as usize];
    let (mut suppressed, mut left) = (HashSet::<String>::new(), HashSet::<u64>::new());
    // When each customer last wrote by WhatsApp.
    let mut wrote: Vec<Option<Timestamp>> = vec![None; customers as usize];
    let (mut totals, mut over) = (Totals::default(), HashSet::<u64>::new());
    let (mut repeats, mut deferred) = (0u64, 0u64);
    while let Some(Reverse((now, number, failed))) = queue.pop() {
        if over.contains(&number) && !left.contains(&number) {
            // It ended otherwise: its row is gone, and only one that left could come again.
            repeats += 1;
            continue;
        }
        let now = Timestamp(now);
        if dice.chance(1) {
            let who = dice.roll(customers) as usize;
            consent(&mut profiles[who], &mut dice, now);
        }
        if dice.chance(20) {
            wrote[dice.roll(customers) as usize] = Some(now);
        }
        let (message, template) = &messages[&number];
        let spec = &templates[*template].spec;
        let profile = &profiles[message.profile.0 as usize];
        let kind = MessageChannel::parse(&message.channel).unwrap();
        let place = targets(profile, kind, settings.default_country.as_deref());
        let address = place.as_ref().ok().and_then(|t| t.address.clone());
        let is_suppressed = address.as_ref().is_some_and(|a| suppressed.contains(a));
        let listed = Suppressed { reason: "hard_bounce".to_owned(), since: now, source: "delivery".to_owned() };
        let (is_live, sent) = (!dice.chance(1), &history[message.profile.0 as usize]);
        let wrote = wrote[message.profile.0 as usize];
        let origin = match dice.roll(100) {
            _ if message.origin.is_none() => OriginState::Live,
            0..4 => OriginState::Paused,
            4..6 => OriginState::Exited,
            6 => OriginState::NotLive,
            _ => OriginState::Live,
        };
        let decision = decide(&GateInput {
            message,
            now,
            template: is_live.then_some(spec),
            channel_live: true,
            topic: spec.topic.as_ref().map(|_| &topic),
            settings: &settings,
            profile: Some(profile),
            already_sent: left.contains(&number),
            suppressed: is_suppressed.then_some(&listed),
            address: place.as_ref().err().map(String::as_str),
            wrote,
            hours: None,
            origin,
            contacts: sent,
            under_way: &[],
        });
        let plain = Plain { profile, template: spec, message, sent, wrote, now };
        let why = format!("message {number} at {now}, seed {seed}: {decision:?}");
        let was_sent = left.contains(&number);
        let so = Circumstances { is_live, origin, was_sent, is_suppressed, has_place: place.is_ok() };
        let first = first_row(&plain, &so);
        assert_eq!(row_of(&decision, first), first, "the first rule that objects decides: {why}");
        match decision {
            GateDecision::Send => {
                assert!(is_live && !left.contains(&number) && !is_suppressed && place.is_ok(), "{why}");
                if !plain.asked_for() {
                    assert!(plain.agreed() && !plain.is_night() && !plain.too_many(), "{why}");
                    assert!(!plain.paused() && !plain.held(), "{why}");
                }
                assert!(now < message.expires_at && plain.is_open() && origin == OriginState::Live, "{why}");
                match if is_down(now) { 99 } else { dice.roll(100) } {
                    0..84 => {
                        left.insert(number);
                        over.insert(number);
                        totals.sent += 1;
                        if !plain.asked_for() {
                            let (channel, topic) = (message.channel.clone(), spec.topic.clone());
                            let contact = Contact { id: message.id, channel, topic, at: now, reacted: false };
                            history[message.profile.0 as usize].push(contact);
                        }
                    }
                    84 => {
                        suppressed.extend(address);
                        over.insert(number);
                        *totals.skipped.entry(SkipReason::ProviderRejected.as_str()).or_default() += 1;
                    }
                    _ => match wait_ms(&message.channel, failed + 1, message.id).map(|w| now.plus_ms(w)) {
                        Some(again) if again < message.expires_at => queue.push(Reverse((again.0, number, failed + 1))),
                        _ => {
                            over.insert(number);
                            totals.failed += 1;
                        }
                    },
                }
            }
            GateDecision::Defer { until, .. } => {
                assert!(until > now && until <= message.expires_at, "{why}");
                if origin == OriginState::Paused {
                    deferred += 1;
                } else {
                    assert!(until < message.expires_at && !plain.asked_for(), "{why}");
                    assert!(plain.is_night() || plain.paused(), "{why}");
                }
                queue.push(Reverse((until.0, number, failed)));
            }
            GateDecision::Expire { .. } => {
                assert!(now >= message.expires_at, "{why}");
                if over.insert(number) {
                    totals.failed += 1;
                } else {
                    repeats += 1;
                }
            }
            GateDecision::Skip { reason, detail } => {
                let is_true = match reason {
                    SkipReason::NotLive => !is_live || origin == OriginState::NotLive,
                    SkipReason::Exited => origin == OriginState::Exited,
                    SkipReason::WindowClosed => !plain.is_open(),
                    SkipReason::Unconfirmed => plain.awaits() && !plain.asked_for(),
                    SkipReason::Duplicate => left.contains(&number),
                    SkipReason::Suppressed => is_suppressed,
                    SkipReason::Unsubscribed | SkipReason::NoConsent => !plain.agreed() && !plain.asked_for(),
                    SkipReason::NoAddress => place.is_err(),
                    SkipReason::ControlGroup => plain.held() && !plain.asked_for(),
                    SkipReason::QuietHoursExpired => plain.is_night() && !plain.asked_for(),
                    SkipReason::FrequencyCap => (plain.too_many() || plain.paused()) && !plain.asked_for(),
                    _ => false,
                };
                assert!(is_true && !detail.is_empty(), "{why}");
                if over.insert(number) {
                    *totals.skipped.entry(reason.as_str()).or_default() += 1;
                } else {
                    repeats += 1;
                }
            }
        }
    }
    let skipped: u64 = totals.skipped.values().sum();
    assert_eq!(totals.sent + totals.failed + skipped, sends, "every message ended exactly once");
    assert_eq!(totals.sent, left.len() as u64);
    assert!(totals.sent > sends / 10 && totals.failed > 0, "{} sent, {} failed", totals.sent, totals.failed);
    assert!(deferred > 0 && repeats > 0, "{deferred} waited for a paused journey, {repeats} came twice");
    for reason in [
        "suppressed",
        "unsubscribed",
        "unconfirmed",
        "no_address",
        "window_closed",
        "control_group",
        "frequency_cap",
        "quiet_hours_expired",
        "not_live",
        "exited",
    ] {
        assert!(totals.skipped.get(reason).is_some_and(|n| *n > 0), "{reason} never happened: {:?}", totals.skipped);
    }
    eprintln!("sent {} failed {} repeats {repeats} skipped {:?}", totals.sent, totals.failed, totals.skipped);
}
