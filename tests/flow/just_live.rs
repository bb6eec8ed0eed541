//! Journeys that went live a moment ago: whoever is sent in from then on is decided rightly.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rapport_domain::record::{JourneyOrder, Letter, LetterBody, Record};
use rapport_domain::{EventKind, MessageKey, Partition, ProfileId, ResourceKind};
use rapport_engine::{EngineConfig, Owner, Shared, Step};
use rapport_log::{Ack, AppendBatch, Log, LogError, MemoryLog, ReadBatch};
use rapport_store::StoreError;
use rapport_store::control::resources::{self, Change};
use rapport_testkit::world::{Now, World};
use serde_json::{Value, json};

use super::journeys::{id_of, identify, stats, track};

/// A log at whose reading something happens first, once.
struct Sly {
    log: Arc<MemoryLog>,
    first: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Log for Sly {
    fn partitions(&self) -> u16 {
        self.log.partitions()
    }
    fn append(&self, batch: AppendBatch) -> Result<Ack, LogError> {
        self.log.append(batch)
    }
    fn read(&self, partition: Partition, from: u64, records: usize, bytes: usize) -> Result<ReadBatch, LogError> {
        let act = self.first.lock().unwrap().take();
        if let Some(act) = act {
            act();
        }
        self.log.read(partition, from, records, bytes)
    }
    fn head(&self, partition: Partition) -> u64 {
        self.log.head(partition)
    }
    fn first(&self, partition: Partition) -> u64 {
        self.log.first(partition)
    }
    fn wait(&self, partition: Partition, from: u64, timeout: Duration) -> bool {
        self.log.wait(partition, from, timeout)
    }
    fn wake(&self, partition: Partition) {
        self.log.wake(partition);
    }
    fn release(&self, partition: Partition, upto: u64) {
        self.log.release(partition, upto);
    }
    fn roll(&self) -> Result<(), LogError> {
        self.log.roll()
    }
}

fn rest(entry_when: &str) -> Value {
    let steps = json!([{"id": "rest", "wait": "1d"}]);
    json!({"name": "Now", "trigger": {"api": {}}, "entry": {"when": entry_when}, "steps": steps})
}

fn called(profile: ProfileId) -> LetterBody {
    LetterBody::Journey(JourneyOrder::Trigger { profile, journey: "now".to_owned(), data: "{}".to_owned() })
}

#[test]
fn published_while_an_owner_works_it_is_in_effect_for_the_call_that_follows() {
    let mut world = World::new(1);
    identify(&mut world, "u", json!({"plan": "pro"}));
    let profile = id_of(&world, "u");
    let sly = Arc::new(Sly { log: world.log.clone(), first: Mutex::default() });
    let (stores, lake) = (world.shared.stores().clone(), world.shared.lake().clone());
    let clock = Arc::new(world.clock.clone());
    let shared = Shared::for_simulation(EngineConfig::default(), sly.clone(), stores.clone(), lake, clock).unwrap();
    let mut owner = Owner::open(shared.clone(), Partition(0)).unwrap();
    while owner.step().unwrap() == Step::Worked {}
    let (ws, at) = (world.ws, world.clock.now_ts());
    let letter = Letter { workspace: ws, key: MessageKey::of(ws, "call"), at, hops: 0, body: called(profile) };
    let (record, log) = (Record::Letter(letter).encode().unwrap(), world.log.clone());
    // The owner has looked what is live and is about to read the log.
    *sly.first.lock().unwrap() = Some(Box::new(move || {
        let change = Change { by: "test", at };
        let published = stores.control().write(|tx| {
            resources::put(tx, ws, ResourceKind::Journey, "now", &rest("traits.plan == \"pro\""), change, None)?;
            resources::publish(tx, ws, ResourceKind::Journey, "now", None, change)?;
            Ok::<_, StoreError>(())
        });
        published.unwrap();
        shared.refresh().unwrap();
        let mut batch = AppendBatch::new();
        batch.push_bytes(Partition(0), &record);
        log.append(batch).unwrap().wait_blocking().unwrap();
    }));
    while owner.step().unwrap() == Step::Worked {}
    assert!(sly.first.lock().unwrap().is_none());
    assert_eq!(stats(&world, "now").entered, 1);
}

#[test]
fn what_was_published_stays_in_effect_whoever_else_looks() {
    let world = World::new(1);
    let (shared, over) = (world.shared.clone(), AtomicBool::new(false));
    let (ws, at) = (world.ws, world.clock.now_ts());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    shared.refresh().unwrap();
                }
            });
        }
        let mut newest = 0;
        for n in 0..200 {
            let change = Change { by: "test", at };
            let published = world.shared.stores().control().write(|tx| {
                let spec = rest(&format!("traits.n == {n}"));
                resources::put(tx, ws, ResourceKind::Journey, "now", &spec, change, None)?;
                resources::publish(tx, ws, ResourceKind::Journey, "now", None, change)?;
                Ok::<_, StoreError>(())
            });
            published.unwrap();
            shared.refresh().unwrap();
            for _ in 0..20 {
                let generation = shared.live().generation;
                if generation < newest {
                    over.store(true, Ordering::Relaxed);
                    panic!("{generation} after {newest}");
                }
                newest = generation;
                std::thread::yield_now();
            }
        }
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_call_waits_until_the_rules_of_its_journey_can_be_asked() {
    let mut world = World::new(1);
    for n in 0..700 {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Order Completed"}));
    }
    world.settle();
    for _ in 0..2 {
        track(&mut world, "u699", "Order Completed", json!({}));
    }
    // The rule counts history, and asks a segment that is as new as the journey and reaches this customer last.
    world.segment("buyers", r#"events("Order Completed").count() >= 3"#);
    let entry = r#"events("Order Completed").within("30d").count() == 3 && in_segment("buyers")"#;
    world.publish(ResourceKind::Journey, "now", &rest(entry));
    let profile = id_of(&world, "u699");
    world.letter(Partition(0), called(profile));
    world.step_some(3);
    world.crash();
    world.settle();
    let told = stats(&world, "now");
    assert_eq!((told.entered, told.refused.values().sum::<u64>()), (1, 0), "{told:?}");
    // What no rule holds back is decided as ever.
    let other = id_of(&world, "u1");
    world.letter(Partition(0), called(other));
    world.settle();
    assert_eq!(stats(&world, "now").refused.get("entry_condition"), Some(&1));
}
