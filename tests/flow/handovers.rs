//! Text messages when the server ends while they are being handed over: no second copy where it costs, none lost.

use std::time::{Duration, Instant};

use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::channels::http::Outbound;
use rapport_delivery::repo::LedgerEntry;
use rapport_delivery::repo::handovers::{self, Handover};
use rapport_delivery::{Noting, Relay, RelayConfig, Tokens};
use rapport_domain::message::SentVia;
use rapport_domain::time::DAY_MS;
use rapport_domain::{OutboxId, ResourceKind};
use rapport_engine::{delivery_deps, read};
use rapport_store::partition::outbox;
use rapport_testkit::World;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::journeys::{id_of, identify, journey, track};

/// How long anything outside of the virtual clock is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// One text message waits for the gate.
fn world(channel: &Value) -> World {
    let mut world = World::new(2);
    world.publish(ResourceKind::Channel, "texts", channel);
    let template = json!({"name": "Hi", "channel": "sms", "body": "Look: https://shop.example/a"});
    world.publish(ResourceKind::Template, "hi", &template);
    let spec = json!({"name": "Hi", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [{"id": "say", "send": {"channel": "sms", "template": "hi"}}]});
    journey(&mut world, "hi", &spec);
    identify(&mut world, "ann", json!({"phone": "+4915123456789"}));
    track(&mut world, "ann", "Ping", json!({}));
    world
}

fn channel(url: &str, when_unsure: &str) -> Value {
    json!({"kind": "twilio", "username": "AC1", "secret": "t", "sender": "+4915112345678", "base_url": url,
        "when_unsure": when_unsure})
}

/// What the ledger says of the one message.
fn entry(world: &World) -> LedgerEntry {
    let all = read::messages::all_of_profile(&world.shared, world.ws, id_of(world, "ann")).expect("readable");
    let [entry] = all.as_slice() else { panic!("{all:?}") };
    entry.clone()
}

fn is_waiting(world: &World, id: OutboxId) -> bool {
    let db = world.shared.stores().partition(id.partition).expect("a partition");
    db.read(|q| outbox::get(q, id.number)).expect("readable").is_some()
}

fn is_noted(world: &World) -> bool {
    world.shared.stores().partitions().any(|(_, db)| !db.read(handovers::all).expect("readable").is_empty())
}

/// The gate of one life of the server; ends without farewell when its runtime does.
fn open_gate(world: &World) -> Runtime {
    let runtime = runtime();
    let inside = runtime.enter();
    let config = RelayConfig { outbound: Outbound::anywhere(), ..RelayConfig::default() };
    let relay = Relay::start(delivery_deps(&world.shared), config, Tokens::new(b"test")).expect("a relay");
    world.shared.set_relay(relay);
    drop(inside);
    runtime
}

/// Lets everybody work until something holds.
fn until(world: &mut World, what: &str, mut holds: impl FnMut(&World) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds(world) {
        assert!(Instant::now() < deadline, "waited in vain: {what}; {:?}", entry(world));
        world.settle();
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The server ends while the provider has a message and says nothing, and starts again.
fn cut_off(when_unsure: &str) -> (World, HttpCatcher, [Runtime; 2]) {
    let beside = runtime();
    let api = beside.block_on(HttpCatcher::local(Act::answer(201, r#"{"sid": "SM1"}"#))).expect("a provider");
    api.script([Act::Hang]);
    let mut world = world(&channel(&api.url(), when_unsure));
    let gate = open_gate(&world);
    until(&mut world, "the provider has the message", |_| api.caught().len() == 1);
    assert!(is_waiting(&world, entry(&world).id), "nobody told what became of it");
    world.crash();
    gate.shutdown_background();
    let gate = open_gate(&world);
    (world, api, [beside, gate])
}

#[test]
fn what_costs_is_not_handed_over_twice_when_the_server_ends_before_the_answer() {
    let (mut world, api, _running) = cut_off("keep");
    until(&mut world, "the message is recorded", |world| !is_waiting(world, entry(world).id));
    let kept = entry(&world);
    assert_eq!((kept.status.as_str(), kept.reason.as_deref()), ("sent", Some("unknown_outcome")));
    assert!(kept.detail.as_ref().is_some_and(|d| d.contains("the server ended before")), "{kept:?}");
    assert!(world.timeline(id_of(&world, "ann")).contains(&"Message Sent".to_owned()));
    // Its short link works, and nothing is left to be noted.
    let db = world.shared.stores().partition(kept.id.partition).unwrap();
    let links = "SELECT COUNT(*) FROM short_links";
    let links = db.read(|q| rapport_store::Query::query_row(q, links, &[], |row| row.get::<u64>(0))).unwrap();
    assert_eq!((links, is_noted(&world)), (Some(1), false));
    // Another end changes nothing any more.
    world.crash();
    let _gate = open_gate(&world);
    world.advance_ms(DAY_MS);
    identify(&mut world, "bob", json!({"phone": "+4915123456790"}));
    track(&mut world, "bob", "Ping", json!({}));
    until(&mut world, "bob has his", |_| api.caught().len() == 2);
    assert!(api.caught()[1].text().contains("15123456790") && entry(&world) == kept, "{:?}", entry(&world));
}

#[test]
fn where_doubles_are_preferred_it_is_handed_over_again() {
    let (mut world, api, _running) = cut_off("retry");
    until(&mut world, "the message is recorded", |world| !is_waiting(world, entry(world).id));
    let sent = entry(&world);
    assert_eq!((sent.status.as_str(), sent.reason.as_deref(), api.caught().len()), ("sent", None, 2));
    let bodies: Vec<_> = api.caught().iter().map(|c| c.text()).collect();
    assert_eq!(bodies[0], bodies[1], "the same message");
}

/// The end of everything at each place between asking for the note and having it: who was told that it is noted finds the
/// message kept; who was not did not hand it over, and where nothing was noted it waits.
#[test]
fn at_every_place_a_noted_message_is_kept_and_any_other_waits() {
    let (mut told, mut waited, mut place) = (0, 0, 0);
    loop {
        place += 1;
        let mut world = world(&channel("http://127.0.0.1:1", "keep"));
        let id = entry(&world).id;
        let via = SentVia { channel: "texts".to_owned(), is_counted: true, ..SentVia::default() };
        let (noting, mut noted) = Noting::new();
        let handover = Handover { subject: String::new(), via };
        delivery_deps(&world.shared).outcomes.handing_over(id, Some(handover), noting);
        let (before, old) = (world.places(), std::sync::Arc::as_ptr(&world.shared));
        world.stumble_at(before + place);
        world.settle();
        let has_ended = old != std::sync::Arc::as_ptr(&world.shared);
        let was_told = noted.try_recv().is_ok();
        if was_told {
            // The provider has it now, and the server ends before its answer.
            told += 1;
            world.crash();
            world.settle();
        }
        let entry = entry(&world);
        match (was_told, is_waiting(&world, id)) {
            (true, is_waiting) => {
                assert!(!is_waiting, "place {place}: it would be sent twice");
                assert_eq!(entry.reason.as_deref(), Some("unknown_outcome"), "place {place}");
            }
            (false, true) => {
                waited += 1;
                assert_eq!(entry.status.as_str(), "queued", "place {place}: nothing is lost");
            }
            // The commit was the last that happened: nobody can know that the message did not leave.
            (false, false) => assert_eq!(entry.reason.as_deref(), Some("unknown_outcome"), "place {place}"),
        }
        assert!(!is_noted(&world), "place {place}");
        if !has_ended {
            break;
        }
    }
    assert!(told >= 2 && waited >= 2, "{told} told and {waited} waited at {place} places");
}

#[test]
fn who_was_erased_or_is_not_waited_for_is_not_noted() {
    let mut world = world(&channel("http://127.0.0.1:1", "keep"));
    let id = entry(&world).id;
    let gate = delivery_deps(&world.shared);
    let ask = |id| {
        let (noting, noted) = Noting::new();
        let handover = Handover { subject: String::new(), via: SentVia::default() };
        gate.outcomes.handing_over(id, Some(handover), noting);
        noted
    };
    // The attempt gave up waiting: the message did not leave.
    drop(ask(id));
    let mut nobody = ask(OutboxId { number: id.number + 1_000, ..id });
    world.settle();
    assert!(nobody.try_recv().is_err() && !is_noted(&world) && is_waiting(&world, id));
    // What did not leave by the channel asked first is taken back.
    let mut noted = ask(id);
    world.settle();
    assert!(noted.try_recv().is_ok() && is_noted(&world));
    let (noting, mut noted) = Noting::new();
    gate.outcomes.handing_over(id, None, noting);
    world.settle();
    assert!(noted.try_recv().is_ok() && !is_noted(&world) && is_waiting(&world, id));
    // Erasing the customer erases the note.
    let _noted = ask(id);
    world.settle();
    let profile = id_of(&world, "ann");
    world.letter(profile.home(), rapport_domain::record::LetterBody::Erase { profile, reason: "asked".into() });
    world.settle();
    assert!(!is_noted(&world) && !is_waiting(&world, id));
}
