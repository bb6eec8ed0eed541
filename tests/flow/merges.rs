//! Journeys of two profiles that become one: what they asked and decided before is still their own.

use std::cell::RefCell;

use rapport_delivery::repo::{is_withdrawn, record_outcome};
use rapport_delivery::{Known, OriginState};
use rapport_domain::message::{MessageOutcome, SentVia};
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{EventKind, OutboundMessage, OutboxId, ProfileId};
use rapport_engine::read;
use rapport_journeys::repo::calls::{self, PendingCall};
use rapport_store::partition::outbox;
use rapport_testkit::world::{Now, World};
use serde_json::{Value, json};

use super::journeys::{id_of, journey, mail, stats, templates, track};

/// Visitors of one person, whose profiles lie in this and that partition.
const VISITORS: [&str; 4] = ["a1", "a2", "a3", "a4"];

fn visit(world: &mut World, visitor: &str, event: &str, properties: Value) {
    world.send(EventKind::Track, json!({"anonymousId": visitor, "event": event, "properties": properties}));
    world.settle();
}

fn sign_in(world: &mut World, visitor: &str, user: &str) {
    world.send(EventKind::Identify, json!({"anonymousId": visitor, "userId": user}));
    world.settle();
    world.crash();
    world.settle();
}

/// The calls that wait to be made, by the text in their body under `n`.
fn calls(world: &World) -> Vec<PendingCall> {
    let now = world.clock.now_ts();
    let due = |db: &rapport_store::Db| db.read(|q| calls::due(q, now, |_| 100, |_| false)).expect("calls");
    world.shared.stores().partitions().flat_map(|(_, db)| due(db)).collect()
}

fn answer(world: &mut World, call: &PendingCall, body: &Value) {
    let (number, profile, origin) = (call.number, call.profile, call.origin.clone());
    let answer = JourneyOrder::Answer { call: number, profile, origin, status: 200, body: body.to_string() };
    world.letter(profile.home(), LetterBody::Journey(answer));
    world.settle();
}

#[test]
fn the_answer_to_a_visitor_s_webhook_finds_the_customer_s_run() {
    let spec = json!({
        "name": "Ask", "trigger": {"event": {"name": "Ping", "key": "cart"}}, "reentry": "always",
        "steps": [
            {"id": "ask", "webhook": {"url": "https://scores.example", "body": {"cart": "{{ journey.key }}"}}, "otherwise": "end"},
            {"id": "told", "emit": {"event": "Told", "properties": {"cart": "{{ journey.key }}", "said": "{{ webhook.body.cart }}"}}}
        ]
    });
    for visitor in VISITORS {
        let mut world = World::new(4);
        journey(&mut world, "j", &spec);
        // Both are at the same step in a run of the same number, about another cart.
        track(&mut world, "u", "Ping", json!({"cart": "mine"}));
        visit(&mut world, visitor, "Ping", json!({"cart": "theirs"}));
        let asked = calls(&world);
        assert_eq!(asked.iter().map(|call| call.origin.run).collect::<Vec<_>>(), [1, 1]);
        sign_in(&mut world, visitor, "u");
        assert_eq!(stats(&world, "j").active, 2);
        for call in &asked {
            answer(&mut world, call, &call.request.body);
        }
        let rows = world.rows(id_of(&world, "u"));
        let of = |event: &rapport_domain::Event, name: &str| event.properties.get(name).cloned().unwrap_or_default();
        let told = rows.iter().map(|row| &row.event).filter(|event| &*event.name == "Told");
        let mut told: Vec<[Value; 2]> = told.map(|event| [of(event, "cart"), of(event, "said")]).collect();
        told.sort_by_key(|pair| pair[0].to_string());
        assert_eq!(told, [[json!("mine"), json!("mine")], [json!("theirs"), json!("theirs")]], "{visitor}");
        assert_eq!(stats(&world, "j").exited["completed"], 2);
    }
}

/// The messages of somebody, oldest first, and whether each is taken back.
fn waiting(world: &World, user: &str) -> Vec<(OutboundMessage, bool)> {
    waiting_of(world, id_of(world, user))
}

fn waiting_of(world: &World, id: ProfileId) -> Vec<(OutboundMessage, bool)> {
    let mut all = read::messages::all_of_profile(&world.shared, world.ws, id).unwrap();
    all.sort_by_key(|entry| (entry.created_at, entry.id));
    let one = |id: OutboxId| {
        let db = world.shared.stores().partition(id.partition).unwrap();
        let message = db.read(|q| outbox::get(q, id.number)).unwrap().expect("it waits").message;
        (message, db.read(|q| is_withdrawn(q, world.ws, id)).unwrap())
    };
    all.into_iter().map(|entry| one(entry.id)).collect()
}

#[test]
fn what_a_visitor_s_run_decided_is_taken_back_when_the_customer_leaves() {
    let spec = json!({
        "name": "Cart", "trigger": {"event": {"name": "Product Added"}}, "reentry": "always",
        "exit_when": "events(\"Order Completed\").exists()",
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "cart"}}, {"id": "rest", "wait": "10d"}]
    });
    for visitor in VISITORS {
        let mut world = World::new(4);
        let other = json!({"name": "Other", "trigger": {"event": {"name": "Ping"}}, "steps": [mail("hello")]});
        journey(&mut world, "other", &other);
        journey(&mut world, "cart", &spec);
        // The customer had a run of that number already.
        track(&mut world, "u", "Ping", json!({}));
        visit(&mut world, visitor, "Product Added", json!({}));
        world.advance_ms(HOUR_MS);
        sign_in(&mut world, visitor, "u");
        let of = |world: &World| -> Vec<(String, bool)> {
            waiting(world, "u").into_iter().map(|(message, is_back)| (message.template, is_back)).collect()
        };
        let before = [("hello".to_owned(), false), ("cart".to_owned(), false)];
        assert_eq!(of(&world), before, "{visitor}");
        track(&mut world, "u", "Order Completed", json!({}));
        world.crash();
        world.settle();
        assert_eq!(of(&world), [("hello".to_owned(), false), ("cart".to_owned(), true)], "{visitor}");
    }
}

/// What the gate is told about a message while attempts at `under_way` are.
fn standing(world: &World, message: &OutboundMessage, is_under_way: &dyn Fn(OutboxId) -> bool) -> OriginState {
    let gate = rapport_engine::delivery_deps(&world.shared);
    let profile = gate.audience.profile(world.ws, message.profile).unwrap();
    let known = Known { profile: profile.as_ref(), is_under_way };
    gate.journeys.state(message, message.origin.as_ref().expect("a journey's"), &known).unwrap()
}

/// Which messages of somebody may leave, as the gate is told, oldest first.
fn may_leave(world: &World, user: &str) -> Vec<bool> {
    let is_free = |message: &OutboundMessage| {
        let state = standing(world, message, &|_| false);
        assert!(matches!(state, OriginState::Live | OriginState::Doubled), "{state:?}");
        state == OriginState::Live
    };
    waiting(world, user).iter().map(|(message, _)| is_free(message)).collect()
}

/// The ledger learns that a message left, or never will.
fn record(world: &World, message: &OutboundMessage, outcome: &MessageOutcome) {
    let db = world.shared.stores().partition(message.id.partition).unwrap();
    db.write(|tx| record_outcome(tx, world.ws, message.id, outcome, world.clock.now_ts())).unwrap();
}

fn sent() -> MessageOutcome {
    MessageOutcome::Sent { subject: "Hi".to_owned(), response: "250".to_owned(), via: Box::new(SentVia::default()) }
}

#[test]
fn of_two_messages_that_wait_when_profiles_become_one_one_leaves() {
    let once = json!({"name": "News", "trigger": {"event": {"name": "Ping"}}, "steps": [mail("news")]});
    let two = |spec: &Value, visitor: &str, carts: [&str; 2]| {
        let mut world = World::new(4);
        journey(&mut world, "j", spec);
        visit(&mut world, visitor, "Ping", json!({"cart": carts[0]}));
        world.advance_ms(HOUR_MS);
        track(&mut world, "u", "Ping", json!({"cart": carts[1]}));
        let before = may_leave(&world, "u");
        sign_in(&mut world, visitor, "u");
        assert_eq!((before, templates(&world, "u").len(), stats(&world, "j").active), (vec![true], 2, 0));
        world
    };
    for visitor in VISITORS {
        let world = two(&once, visitor, ["c", "c"]);
        assert_eq!(may_leave(&world, "u"), [true, false], "{visitor}: the earlier");
        // The later one was on its way already: then the earlier one stays.
        let all = waiting(&world, "u");
        record(&world, &all[1].0, &sent());
        assert!(!may_leave(&world, "u")[0], "{visitor}");
        // What is not to leave for its own reasons stands for nothing.
        let world = two(&once, visitor, ["c", "c"]);
        let all = waiting(&world, "u");
        let skipped = MessageOutcome::Skipped { reason: rapport_domain::SkipReason::NoAddress, detail: "none".into() };
        record(&world, &all[0].0, &skipped);
        assert!(may_leave(&world, "u")[1], "{visitor}");
    }
    let mut keyed = once.clone();
    keyed["trigger"]["event"]["key"] = json!("cart");
    assert_eq!(may_leave(&two(&keyed, "a1", ["c", "c"]), "u"), [true, false]);
    assert_eq!(may_leave(&two(&keyed, "a1", ["c", "d"]), "u"), [true, true], "two carts are two things");
    // Where people come again, a message of another time is another message.
    let mut always = once;
    always["reentry"] = json!("always");
    let world = two(&always, "a1", ["c", "c"]);
    record(&world, &waiting(&world, "u")[0].0, &sent());
    assert!(may_leave(&world, "u")[1]);
}

#[test]
fn of_two_messages_at_the_gate_at_once_one_leaves() {
    let once = json!({"name": "News", "trigger": {"event": {"name": "Ping", "key": "cart"}}, "steps": [mail("news")]});
    for visitor in VISITORS {
        let mut world = World::new(4);
        journey(&mut world, "j", &once);
        visit(&mut world, visitor, "Ping", json!({"cart": "c"}));
        world.advance_ms(HOUR_MS);
        track(&mut world, "u", "Ping", json!({"cart": "c"}));
        sign_in(&mut world, visitor, "u");
        let all = waiting(&world, "u");
        let (first, second) = (&all[0].0, &all[1].0);
        let of = |message, tried: &OutboxId| standing(&world, message, &|id| id == *tried);
        // Whichever is tried already, before anybody knew of the merge, the other waits for what becomes of it.
        assert_eq!(of(first, &second.id), OriginState::Unsettled, "{visitor}");
        assert_eq!(of(second, &first.id), OriginState::Unsettled, "{visitor}");
        assert_eq!((of(first, &first.id), of(second, &second.id)), (OriginState::Live, OriginState::Doubled));
        // It left and was recorded just after the ledger was read: by then no attempt is under way.
        let (world, once) = (&world, RefCell::new(Some(second.clone())));
        let records = |id| {
            let left = once.borrow_mut().take_if(|left| left.id == id);
            left.iter().for_each(|left| record(world, left, &sent()));
            false
        };
        assert_eq!(standing(world, first, &records), OriginState::Doubled, "{visitor}");
        assert!(once.borrow().is_none(), "it was asked about");
    }
}

#[test]
fn while_a_profile_is_on_its_way_into_another_its_messages_wait() {
    let once = json!({"name": "News", "trigger": {"event": {"name": "Ping"}}, "steps": [mail("news")]});
    let mut waited = 0;
    for visitor in VISITORS {
        let mut world = World::new(4);
        journey(&mut world, "j", &once);
        visit(&mut world, visitor, "Ping", json!({}));
        world.advance_ms(HOUR_MS);
        track(&mut world, "u", "Ping", json!({}));
        let own = world.profile("anonymous_id", visitor).expect("a visitor").id;
        let own = waiting_of(&world, own).remove(0).0;
        world.send(EventKind::Identify, json!({"anonymousId": visitor, "userId": "u"}));
        let mut seen = Vec::new();
        for step in 0..80 {
            seen.push(standing(&world, &own, &|_| false));
            world.step_of(step % 4);
        }
        world.settle();
        seen.push(standing(&world, &own, &|_| false));
        seen.dedup();
        // Whose the other one is cannot be said before the profile arrived.
        let expected = [OriginState::Live, OriginState::Unsettled, OriginState::Live];
        assert!(seen == expected || seen == [OriginState::Live], "{visitor}: {seen:?}");
        assert_eq!(may_leave(&world, "u"), [true, false], "{visitor}");
        waited += seen.len() / 3;
    }
    assert!(waited > 0, "some of them live in another partition");
}

/// The merge is taken back.
fn part(world: &mut World, from: ProfileId, into: ProfileId) {
    world.letter(into.home(), LetterBody::UndoMerge { from, into });
    world.settle();
    world.crash();
    world.settle();
}

#[test]
fn what_a_run_asked_and_waits_for_is_its_own_when_the_merge_is_undone() {
    let spec = json!({
        "name": "Ask", "trigger": {"event": {"name": "Ping", "key": "cart"}}, "reentry": "always",
        "steps": [
            {"id": "rest", "wait": "1h"},
            {"id": "ask", "webhook": {"url": "https://scores.example", "body": {"cart": "{{ journey.key }}"}}, "otherwise": "end"},
            {"id": "hear", "wait": {"event": {"name": "Paid", "same": "cart"}, "for": "5d"}, "otherwise": "end"},
            {"id": "told", "emit": {"event": "Told", "properties": {"cart": "{{ journey.key }}", "said": "{{ webhook.body.cart }}"}}}
        ]
    });
    for (visitor, asks_as_one) in VISITORS.into_iter().flat_map(|visitor| [(visitor, false), (visitor, true)]) {
        let mut world = World::new(4);
        journey(&mut world, "j", &spec);
        // The customer's own run stays with them.
        track(&mut world, "u", "Ping", json!({"cart": "mine"}));
        visit(&mut world, visitor, "Ping", json!({"cart": "theirs"}));
        let own = world.profile("anonymous_id", visitor).expect("a visitor").id;
        let pause = |world: &mut World| world.advance_ms(2 * HOUR_MS);
        if !asks_as_one {
            pause(&mut world);
        }
        sign_in(&mut world, visitor, "u");
        if asks_as_one {
            pause(&mut world);
        }
        let into = id_of(&world, "u");
        part(&mut world, own, into);
        assert_eq!(stats(&world, "j").active, 2);
        let asked = calls(&world);
        assert_eq!(asked.len(), 2);
        for call in &asked {
            answer(&mut world, call, &call.request.body);
        }
        visit(&mut world, visitor, "Paid", json!({"cart": "theirs"}));
        track(&mut world, "u", "Paid", json!({"cart": "mine"}));
        for (whose, cart) in [(own, "theirs"), (into, "mine")] {
            let rows = world.rows(whose);
            let told: Vec<_> = rows.iter().map(|row| &row.event).filter(|event| &*event.name == "Told").collect();
            assert_eq!(told.len(), 1, "{visitor} {asks_as_one} {cart}");
            let of = |name: &str| told[0].properties.get(name).cloned();
            assert_eq!((of("cart"), of("said")), (Some(json!(cart)), Some(json!(cart))));
        }
        assert_eq!(stats(&world, "j").exited["completed"], 2);
    }
}

#[test]
fn whoever_was_taken_out_of_a_merge_is_not_erased_with_the_rest() {
    for pair in [["a1", "a2"], ["a3", "a4"], ["a2", "a3"]] {
        let mut world = World::new(4);
        let of = |world: &World, visitor: &str| world.profile("anonymous_id", visitor).expect("a visitor").id;
        for visitor in pair {
            visit(&mut world, visitor, "Ping", json!({}));
        }
        let before = pair.map(|visitor| of(&world, visitor));
        for visitor in pair {
            let body = json!({"anonymousId": visitor, "traits": {"email": "both@example.com"}});
            world.send(EventKind::Identify, body);
            world.settle();
        }
        let between = of(&world, pair[0]);
        assert_eq!(of(&world, pair[1]), between, "they are one by their address");
        let gone = usize::from(before[0] == between);
        // What had absorbed the one is absorbed itself.
        sign_in(&mut world, pair[1 - gone], "u");
        let last = id_of(&world, "u");
        assert_eq!(of(&world, pair[gone]), last);
        part(&mut world, before[gone], last);
        assert_eq!(of(&world, pair[gone]), before[gone]);
        world.letter(last.home(), LetterBody::Erase { profile: last, reason: "asked".to_owned() });
        world.settle();
        assert_eq!(of(&world, pair[gone]), before[gone], "{pair:?}");
        for id in [between, last] {
            assert!(read::profiles::get(&world.shared, world.ws, id).unwrap().is_none(), "{pair:?}");
        }
    }
}

#[test]
fn a_run_that_comes_round_is_not_its_own_twin() {
    let spec = json!({
        "name": "Round", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [
            {"id": "mail", "send": {"channel": "email", "template": "again", "expires": "30d"}},
            {"id": "rest", "wait": "1d", "next": "mail"}
        ]
    });
    for visitor in VISITORS {
        let mut world = World::new(4);
        journey(&mut world, "j", &spec);
        // The customer was in it too, so that the visitor's run is numbered anew.
        world.publish(
            rapport_domain::ResourceKind::Journey,
            "other",
            &json!({
                "name": "Other", "trigger": {"event": {"name": "Hello"}}, "steps": [{"id": "rest", "wait": "90d"}]
            }),
        );
        world.settle();
        track(&mut world, "u", "Hello", json!({}));
        visit(&mut world, visitor, "Ping", json!({}));
        sign_in(&mut world, visitor, "u");
        world.advance_ms(DAY_MS);
        assert_eq!(templates(&world, "u"), ["again", "again"]);
        assert_eq!(may_leave(&world, "u"), [true, true], "{visitor}");
    }
}
