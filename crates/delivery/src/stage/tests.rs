//! The relay against a mail server in the same process.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rapport_domain::hours::HourScores;
use rapport_domain::message::{MessageOutcome, Origin};
use rapport_domain::profile::{Consent, Identifier};
use rapport_domain::{ConsentStatus, Json, Profile, ProfileId, SkipReason, Timestamp, VirtualClock, WorkspaceId};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::catcher::{Catcher, FaultAction, Stage};
use crate::core::address::Unreachable;
use crate::core::caps::Contact;
use crate::core::device::Device;
use crate::core::gate::Suppressed;
use crate::deps::{
    Audience, Catalog, JourneyState, Known, Ledger, Noting, OriginState, Outcomes, Sources, Suppressions,
};
use crate::error::DeliveryError;
use crate::repo::handovers::Handover;
use crate::spec::{ChannelSpec, LiveChannel, LiveTemplate, SettingsSpec, TopicSpec};

mod handovers;
mod http;
mod order;

const WS: WorkspaceId = WorkspaceId(1);
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything the relay asks, answered from memory.
struct World {
    template: Mutex<Arc<LiveTemplate>>,
    channel: Mutex<Arc<LiveChannel>>,
    /// The channels there are, when there is more than one.
    more: Mutex<Vec<Arc<LiveChannel>>>,
    settings: Arc<SettingsSpec>,
    suppressed: Mutex<HashSet<String>>,
    sent: Mutex<HashSet<OutboxId>>,
    unreadable: Mutex<bool>,
    unsubscribed: Mutex<HashSet<ProfileId>>,
    /// How often profiles were looked at.
    looks: AtomicUsize,
    outcomes: Mutex<HashMap<OutboxId, Vec<MessageOutcome>>>,
    finished: Notify,
    gone: Mutex<Vec<Device>>,
    /// Coupon codes that contents asked for.
    coupons: AtomicUsize,
    /// What was noted of messages before they left.
    noted: Mutex<Vec<(OutboxId, Option<Handover>)>>,
    /// Nothing can be noted.
    notes_nothing: Mutex<bool>,
}

impl Audience for World {
    fn profile(&self, workspace: WorkspaceId, id: ProfileId) -> Result<Option<Profile>, DeliveryError> {
        if *self.unreadable.lock() {
            return Err(DeliveryError::Unavailable { what: "profile", detail: "disk".into() });
        }
        let mut profile = Profile::new(workspace, id, true, Timestamp(0));
        profile.identifiers.push(Identifier::new("email", &format!("p{}@example.com", id.0)));
        let phone = rapport_domain::profile::Trait { value: json!("+4915112345678"), at: Timestamp(0) };
        profile.traits.insert("phone".into(), phone);
        if self.unsubscribed.lock().contains(&id) {
            let source = "unsubscribe link".to_owned();
            let at = Timestamp(1_782_907_200_000);
            profile.consents.push(Consent {
                channel: "email".into(),
                topic: None,
                status: ConsentStatus::Denied,
                at,
                source,
            });
        }
        self.looks.fetch_add(1, Ordering::SeqCst);
        Ok(Some(profile))
    }

    fn hours(&self, _: WorkspaceId, _: ProfileId) -> Result<HourScores, DeliveryError> {
        Ok([1.0 / 24.0; 24])
    }
}

impl Catalog for World {
    fn template(&self, _: WorkspaceId, id: &str) -> Result<Option<Arc<LiveTemplate>>, DeliveryError> {
        Ok((id == "welcome").then(|| Arc::clone(&self.template.lock())))
    }

    fn channels(&self, _: WorkspaceId, _: &str) -> Result<Arc<Vec<Arc<LiveChannel>>>, DeliveryError> {
        let more = self.more.lock().clone();
        Ok(Arc::new(if more.is_empty() { vec![Arc::clone(&self.channel.lock())] } else { more }))
    }

    fn topic(&self, _: WorkspaceId, _: &str) -> Result<Option<Arc<TopicSpec>>, DeliveryError> {
        Ok(None)
    }

    fn signers(&self, _: WorkspaceId) -> Result<Arc<Vec<Arc<crate::channels::email::dkim::Signer>>>, DeliveryError> {
        Ok(Arc::default())
    }

    fn settings(&self, _: WorkspaceId) -> Result<Arc<SettingsSpec>, DeliveryError> {
        Ok(Arc::clone(&self.settings))
    }
}

impl Suppressions for World {
    fn suppressed(&self, _: WorkspaceId, _: &str, address: &str) -> Result<Option<Suppressed>, DeliveryError> {
        let found = Suppressed { reason: "complaint".to_owned(), since: Timestamp(0), source: "test".to_owned() };
        Ok(self.suppressed.lock().contains(address).then_some(found))
    }

    fn suppress(&self, _: WorkspaceId, _: &str, address: &str, _: Unreachable) -> Result<(), DeliveryError> {
        self.suppressed.lock().insert(address.to_owned());
        Ok(())
    }
}

impl JourneyState for World {
    fn state(&self, _: &OutboundMessage, origin: &Origin, known: &Known<'_>) -> Result<OriginState, DeliveryError> {
        Ok(match origin.journey.as_str() {
            "live" => OriginState::Live,
            // A message of it stands back while the first one is tried.
            "twin" if (known.is_under_way)(message(1).id) => OriginState::Unsettled,
            "twin" => OriginState::Doubled,
            _ => OriginState::Exited,
        })
    }
}

impl Ledger for World {
    fn is_sent(&self, _: WorkspaceId, _: ProfileId, id: OutboxId) -> Result<bool, DeliveryError> {
        Ok(self.sent.lock().contains(&id))
    }

    fn contacts(&self, _: &Profile, _: Timestamp) -> Result<Vec<Contact>, DeliveryError> {
        Ok(Vec::new())
    }

    fn wrote(&self, _: &Profile, _: &str) -> Result<Option<Timestamp>, DeliveryError> {
        Ok(None)
    }
}

impl Sources for World {
    fn catalog_item(&self, _: WorkspaceId, _: &str, _: &str) -> Result<Option<Value>, DeliveryError> {
        Ok(None)
    }

    fn coupon(&self, _: WorkspaceId, pool: &str, id: OutboxId, _: ProfileId) -> Result<Option<String>, DeliveryError> {
        self.coupons.fetch_add(1, Ordering::SeqCst);
        Ok(Some(format!("{pool}-{id}")))
    }
}

impl Outcomes for World {
    fn handing_over(&self, id: OutboxId, handover: Option<Handover>, noting: Noting) {
        if !*self.notes_nothing.lock() {
            self.noted.lock().push((id, handover));
            noting.done();
        }
    }

    fn finished(&self, id: OutboxId, outcome: MessageOutcome) {
        self.outcomes.lock().entry(id).or_default().push(outcome);
        self.finished.notify_waiters();
    }

    fn devices_gone(&self, _: WorkspaceId, _: ProfileId, devices: Vec<Device>) {
        self.gone.lock().extend(devices);
    }

    fn opted_out(&self, _: &OutboundMessage) {}
}

struct Rig {
    world: Arc<World>,
    relay: RelayHandle,
    catcher: Catcher,
}

fn channel(port: u16, version: u32, more: Value) -> Arc<LiveChannel> {
    let mut spec =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": {"email": "hi@shop.example"}});
    for (key, value) in more.as_object().into_iter().flatten() {
        spec[key] = value.clone();
    }
    Arc::new(LiveChannel { id: "smtp".into(), version, spec: ChannelSpec::validate(&spec).unwrap() })
}

fn template(spec: Value) -> Arc<LiveTemplate> {
    Arc::new(LiveTemplate::prepare("welcome", 1, &spec).unwrap())
}

async fn rig(config: RelayConfig, more: Value) -> Rig {
    let catcher = Catcher::local().await.unwrap();
    let world = Arc::new(World {
        template: Mutex::new(template(
            json!({"name": "W", "subject": "Hi {{ profile.email }}", "html": "<p>{{ event.n }}</p>"}),
        )),
        channel: Mutex::new(channel(catcher.address().port(), 1, more)),
        more: Mutex::default(),
        settings: Arc::default(),
        suppressed: Mutex::default(),
        sent: Mutex::default(),
        unreadable: Mutex::new(false),
        unsubscribed: Mutex::default(),
        looks: AtomicUsize::new(0),
        outcomes: Mutex::default(),
        finished: Notify::new(),
        gone: Mutex::default(),
        coupons: AtomicUsize::new(0),
        noted: Mutex::default(),
        notes_nothing: Mutex::new(false),
    });
    let deps = Deps {
        audience: world.clone(),
        catalog: world.clone(),
        suppressions: world.clone(),
        journeys: world.clone(),
        ledger: world.clone(),
        sources: world.clone(),
        outcomes: world.clone(),
        clock: Arc::new(VirtualClock::at(Timestamp(1_782_907_200_000))),
    };
    let relay = Relay::start(deps, config, Tokens::new(b"test")).unwrap();
    Rig { world, relay, catcher }
}

fn message(number: u64) -> OutboundMessage {
    let now = Timestamp(1_782_907_200_000);
    OutboundMessage {
        id: OutboxId { partition: Partition((number % 16) as u16), number },
        workspace: WS,
        profile: ProfileId(number),
        channel: "email".into(),
        template: "welcome".into(),
        origin: Some(Origin { journey: "live".into(), version: 1, run: 1, step: "s".into() }),
        topic: None,
        transactional: false,
        created_at: now,
        expires_at: now.plus_ms(72 * 3_600_000),
        data: Json::from_text(r#"{"event":{"n":7}}"#),
    }
}

impl Rig {
    /// Waits until `count` attempts of all messages have ended.
    async fn ended(&self, count: usize) {
        let done = || self.world.outcomes.lock().values().map(Vec::len).sum::<usize>() >= count;
        let wait = async {
            loop {
                let notified = self.world.finished.notified();
                if done() {
                    return;
                }
                let _ = tokio::time::timeout(Duration::from_millis(50), notified).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("only {:?}", self.world.outcomes.lock()));
    }

    /// One attempt at a message after `failed` failed ones.
    async fn attempt(&self, message: OutboundMessage, failed: u32) -> MessageOutcome {
        let (id, before) = (message.id, self.world.outcomes.lock().values().map(Vec::len).sum::<usize>());
        assert_eq!(self.relay.offer(vec![Waiting { message, failed_attempts: failed, came_back: failed > 0 }]), 1);
        self.ended(before + 1).await;
        self.relay.settled(&[id]);
        self.world.outcomes.lock()[&id].last().unwrap().clone()
    }
}

fn deferred(outcome: &MessageOutcome) -> (i64, &str) {
    match outcome {
        MessageOutcome::Deferred { until, detail, attempt: true } => {
            (until.since_ms(Timestamp(1_782_907_200_000)), detail)
        }
        other => panic!("expected a counted deferral, got {other:?}"),
    }
}

fn skipped(outcome: &MessageOutcome) -> (SkipReason, &str) {
    match outcome {
        MessageOutcome::Skipped { reason, detail } => (*reason, detail),
        other => panic!("expected a skip, got {other:?}"),
    }
}

fn is_sent(outcome: &MessageOutcome) -> bool {
    matches!(outcome, MessageOutcome::Sent { .. })
}

#[tokio::test]
async fn sends_over_kept_connections() {
    let rig = rig(RelayConfig::default(), json!({"pool_size": 3})).await;
    assert_eq!(rig.relay.offer((1..=200).map(|n| Waiting::new(message(n))).collect()), 200);
    rig.ended(200).await;
    assert!(rig.world.outcomes.lock().values().all(|o| o.len() == 1 && is_sent(&o[0])));
    assert_eq!(rig.catcher.received(), 200);
    assert!(rig.catcher.connections() <= 3, "{}", rig.catcher.connections());
    let ids: HashSet<_> = rig.catcher.mails().iter().map(|m| m.header("Message-ID").unwrap()).collect();
    assert_eq!(ids.len(), 200);
    assert!(ids.contains("<m011.1@shop.example>"), "m01 partition 1, number 1");
    let mail = rig.catcher.mails().into_iter().find(|m| m.to == ["p7@example.com"]).unwrap();
    assert_eq!(mail.subject().as_deref(), Some("Hi p7@example.com"));
    assert!(mail.html().unwrap().contains("<p>7</p>"));
}

#[tokio::test]
async fn unsubscribing_between_the_gate_and_the_hand_over_counts() {
    // One message a second: the second one is at the gate, then waits for its place.
    let rig = rig(RelayConfig::default(), json!({"rate_per_second": 1})).await;
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(1))]), 1);
    rig.ended(1).await;
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(2))]), 1);
    while rig.world.looks.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    rig.world.unsubscribed.lock().insert(ProfileId(2));
    rig.ended(2).await;
    let outcome = rig.world.outcomes.lock()[&message(2).id][0].clone();
    assert_eq!(skipped(&outcome).0, SkipReason::Unsubscribed);
    assert_eq!(rig.catcher.received(), 1);
}

#[tokio::test]
async fn temporary_refusal_then_success_under_the_same_id() {
    let rig = rig(RelayConfig::default(), json!({})).await;
    rig.catcher.fail(Stage::Rcpt, FaultAction::Reply("451 4.3.0 try later".into()), 1);
    // The second fault loses only the answer: the server has the mail, and gets it again.
    rig.catcher.fail(Stage::Answer, FaultAction::Close, 1);
    let first = rig.attempt(message(5), 0).await;
    let (wait, detail) = deferred(&first);
    assert!(
        (24_000..=36_000).contains(&wait) && detail.contains("451") && detail.contains("try later"),
        "{wait} {detail}"
    );
    let second = rig.attempt(message(5), 1).await;
    assert!((96_000..=144_000).contains(&deferred(&second).0));
    assert!(is_sent(&rig.attempt(message(5), 2).await));
    let ids: Vec<_> = rig.catcher.mails().iter().map(|m| m.header("Message-ID").unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn final_refusals_say_whether_the_address_is_dead() {
    let rig = rig(RelayConfig::default(), json!({"pool_size": 1})).await;
    rig.catcher.fail(Stage::Rcpt, FaultAction::Reply("550 5.1.1 no such user".into()), 1);
    let outcome = rig.attempt(message(1), 0).await;
    let (reason, detail) = skipped(&outcome);
    assert!(reason == SkipReason::ProviderRejected && detail.starts_with("hard bounce: 550 5.1.1"), "{detail}");
    assert_eq!(*rig.world.suppressed.lock(), HashSet::from(["p1@example.com".to_owned()]), "never written to again");
    rig.catcher.fail(Stage::Content, FaultAction::Reply("554 5.7.1 looks like spam".into()), 1);
    let outcome = rig.attempt(message(2), 0).await;
    assert_eq!(skipped(&outcome).0, SkipReason::ProviderRejected);
    assert_eq!(rig.world.suppressed.lock().len(), 1, "disliking the content says nothing about the address");
    // A refusal does not cost the connection, and a login fault is not the message's.
    assert!(is_sent(&rig.attempt(message(3), 0).await));
    assert_eq!(rig.catcher.connections(), 1);
    rig.catcher.fail(Stage::Mail, FaultAction::Reply("530 5.7.0 log in first".into()), 1);
    assert!(deferred(&rig.attempt(message(4), 0).await).1.contains("530"));
    // Nor are refusals of the sender, or of all that the account sends today.
    rig.catcher.fail(Stage::Mail, FaultAction::Reply("553 5.1.8 unknown sender".into()), 1);
    assert!(deferred(&rig.attempt(message(5), 0).await).1.contains("5.1.8"));
    rig.catcher.fail(Stage::Rcpt, FaultAction::Reply("550 5.4.5 Daily user sending limit exceeded".into()), 1);
    assert!(deferred(&rig.attempt(message(6), 0).await).1.contains("5.4.5"));
    assert_eq!(rig.world.suppressed.lock().len(), 1);
}

#[tokio::test]
async fn refused_connection_then_back() {
    let rig = rig(RelayConfig::default(), json!({})).await;
    let good = Arc::clone(&rig.world.channel.lock());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    *rig.world.channel.lock() = channel(free, 2, json!({}));
    let outcome = rig.attempt(message(1), 0).await;
    assert!(deferred(&outcome).1.contains("connecting to 127.0.0.1"), "{outcome:?}");
    *rig.world.channel.lock() = Arc::new(LiveChannel { version: 3, ..(*good).clone() });
    assert!(is_sent(&rig.attempt(message(1), 1).await));
}

#[tokio::test]
async fn a_server_that_hangs_costs_one_timeout() {
    let config = RelayConfig { send_timeout: Duration::from_millis(300), ..RelayConfig::default() };
    let rig = rig(config, json!({})).await;
    rig.catcher.fail(Stage::Data, FaultAction::Hang, 1);
    let begun = Instant::now();
    let outcome = rig.attempt(message(1), 0).await;
    assert!(deferred(&outcome).1.contains("no answer within") && begun.elapsed() < PATIENCE / 2);
    assert!(is_sent(&rig.attempt(message(1), 1).await));
}

#[tokio::test]
async fn a_kept_connection_the_server_closed_is_replaced() {
    let rig = rig(RelayConfig::default(), json!({"pool_size": 1})).await;
    assert!(is_sent(&rig.attempt(message(1), 0).await));
    rig.catcher.fail(Stage::Mail, FaultAction::Close, 1);
    assert!(is_sent(&rig.attempt(message(2), 0).await));
    rig.catcher.fail(Stage::Mail, FaultAction::Reply("421 4.4.2 idle too long".into()), 1);
    assert!(is_sent(&rig.attempt(message(3), 0).await));
    assert_eq!((rig.catcher.received(), rig.catcher.connections()), (3, 3));
}

#[tokio::test]
async fn attempts_and_patience_end() {
    let rig = rig(RelayConfig::default(), json!({})).await;
    rig.catcher.fail(Stage::Mail, FaultAction::Reply("450 later".into()), 2);
    let last = crate::core::retry::MAX_ATTEMPTS - 1;
    assert!(
        matches!(rig.attempt(message(1), last).await, MessageOutcome::Failed { detail } if detail.contains("8 of 8"))
    );
    let short = OutboundMessage { expires_at: Timestamp(1_782_907_200_000 + 1_000), ..message(2) };
    assert!(matches!(rig.attempt(short, 0).await, MessageOutcome::Failed { detail } if detail.contains("expires")));
    let late = OutboundMessage { expires_at: Timestamp(1_782_907_200_000), ..message(3) };
    assert!(matches!(rig.attempt(late, 0).await, MessageOutcome::Failed { detail } if detail.starts_with("expired")));
}

#[tokio::test]
async fn the_gate_is_asked_before_anything_leaves() {
    let rig = rig(RelayConfig::default(), json!({})).await;
    rig.world.sent.lock().insert(message(1).id);
    assert_eq!(skipped(&rig.attempt(message(1), 0).await).0, SkipReason::Duplicate);
    rig.world.suppressed.lock().insert("p2@example.com".into());
    assert_eq!(skipped(&rig.attempt(message(2), 0).await).0, SkipReason::Suppressed);
    let mut left = message(3);
    left.origin.as_mut().unwrap().journey = "left".into();
    assert_eq!(skipped(&rig.attempt(left, 0).await).0, SkipReason::Exited);
    let unknown = OutboundMessage { template: "unknown".into(), ..message(4) };
    assert_eq!(skipped(&rig.attempt(unknown, 0).await).0, SkipReason::NotLive);
    *rig.world.template.lock() =
        template(json!({"name": "W", "subject": "s", "html": "{{ profile.email | divided_by: 0 }}"}));
    let outcome = rig.attempt(message(5), 0).await;
    let (reason, detail) = skipped(&outcome);
    assert!(reason == SkipReason::InvalidTemplate && detail.starts_with("html:"), "{detail}");
    *rig.world.unreadable.lock() = true;
    let outcome = rig.attempt(message(6), 0).await;
    assert!(matches!(outcome, MessageOutcome::Deferred { attempt: false, .. }), "{outcome:?}");
    assert_eq!(rig.catcher.connections(), 0);
}

#[tokio::test]
async fn unsubscribing_while_a_message_waits_for_a_connection_counts() {
    // One connection, and a server that does not answer the first mail: the second waits for its place.
    let config = RelayConfig { send_timeout: Duration::from_millis(600), ..RelayConfig::default() };
    let rig = rig(config, json!({"pool_size": 1})).await;
    rig.catcher.fail(Stage::Content, FaultAction::Hang, 1);
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(1))]), 1);
    while rig.catcher.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(2))]), 1);
    while rig.world.looks.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // It passed the gate, and is on its way to the connection that is in use.
    tokio::time::sleep(Duration::from_millis(150)).await;
    rig.world.unsubscribed.lock().insert(message(2).profile);
    rig.ended(2).await;
    let outcomes = rig.world.outcomes.lock();
    assert_eq!(skipped(&outcomes[&message(2).id][0]).0, SkipReason::Unsubscribed);
    assert_eq!(rig.catcher.received(), 0);
}

#[tokio::test]
async fn takes_each_message_once_and_no_more_than_fit() {
    let config = RelayConfig { queue_messages: 3, ..RelayConfig::default() };
    let rig = rig(config, json!({})).await;
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(1)), Waiting::new(message(1)), Waiting::new(message(2))]), 2);
    rig.ended(2).await;
    // Finished, but not recorded yet: refused until the owner says so.
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(1))]), 0);
    assert!(rig.relay.is_taken(message(1).id) && rig.relay.free() == 1);
    assert_eq!(rig.relay.offer((3..10).map(|n| Waiting::new(message(n))).collect()), 1);
    rig.ended(3).await;
    rig.relay.settled(&[message(1).id, message(2).id, message(3).id, message(3).id]);
    assert_eq!((rig.relay.depth(), rig.relay.free()), (0, 3));
    assert_eq!(rig.catcher.received(), 3);
}

#[tokio::test]
async fn shutdown_waits_for_attempts_and_takes_no_more() {
    let rig = rig(RelayConfig { send_timeout: Duration::from_millis(400), ..RelayConfig::default() }, json!({})).await;
    rig.catcher.fail(Stage::Content, FaultAction::Hang, 1);
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(1))]), 1);
    while rig.catcher.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(rig.relay.shutdown(PATIENCE).await);
    assert_eq!(rig.world.outcomes.lock().len(), 1);
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(2))]), 0);
}
