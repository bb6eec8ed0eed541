//! A small product without HTTP or threads: a memory log, real stores and lake in a temporary directory, a virtual clock,
//! and owners stepped by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rapport_domain::event::ProcessedEvent;
use rapport_domain::record::{AcceptedEvent, Letter, LetterBody, Record};
use rapport_domain::{
    EventKind, MessageKey, Partition, Profile, ProfileId, ResourceKind, SourceId, Timestamp, VirtualClock, WorkspaceId,
};
use rapport_engine::{EngineConfig, Owner, Shared, Step, Stumble, read};
use rapport_lake::{Lake, LakeConfig, TimelineFilter};
use rapport_log::{AppendBatch, Log, MemoryLog};
use rapport_store::control::resources::{self, Change};
use rapport_store::control::workspaces;
use rapport_store::{DbOptions, Stores};
use serde_json::{Value, json};

/// The instant every test begins at: 2026-03-01T12:00:00Z.
pub const START: Timestamp = Timestamp(1_772_366_400_000);

/// The product under test.
pub struct World {
    dir: tempfile::TempDir,
    /// The workspace.
    pub ws: WorkspaceId,
    /// The clock all owners see.
    pub clock: VirtualClock,
    /// The log.
    pub log: Arc<MemoryLog>,
    /// What the owners share; read from it.
    pub shared: Arc<Shared>,
    owners: Vec<Owner>,
    sent: u64,
    stumbles: Arc<Stumbles>,
}

/// Counts the places at which an owner can end, and ends one at a chosen place.
#[derive(Debug, Default)]
struct Stumbles {
    passed: AtomicU64,
    /// The place, by its number from 1; 0 for none.
    at: AtomicU64,
}

impl Stumbles {
    fn plan(self: &Arc<Self>) -> Stumble {
        let this = Arc::clone(self);
        Stumble::new(move |_| {
            let number = this.passed.fetch_add(1, Ordering::SeqCst) + 1;
            number == this.at.load(Ordering::SeqCst)
        })
    }

    fn has_stumbled(&self) -> bool {
        let at = self.at.load(Ordering::SeqCst);
        at > 0 && self.passed.load(Ordering::SeqCst) == at
    }
}

impl World {
    /// An empty product with that many partitions.
    pub fn new(partitions: u16) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let clock = VirtualClock::at(START);
        let log = Arc::new(MemoryLog::new(partitions));
        let stores = Arc::new(Stores::open(dir.path(), partitions, &options()).expect("stores"));
        let ws = stores
            .control()
            .write(|tx| workspaces::create(tx, "test", "Test", "Europe/Berlin", START))
            .expect("a workspace")
            .id;
        let stumbles = Arc::new(Stumbles::default());
        let (shared, owners) = open(&dir, stores, &log, &clock, &stumbles);
        World { dir, ws, clock, log, shared, owners, sent: 0, stumbles }
    }

    /// Ends the owners without any farewell and starts new ones on what is durable.
    pub fn crash(&mut self) {
        let partitions = self.log.partitions();
        self.owners.clear();
        // Nobody of before writes or deletes files that those after read.
        self.shared.lake().abandon();
        let stores = Arc::new(Stores::open(self.dir.path(), partitions, &options()).expect("stores"));
        let (shared, owners) = open(&self.dir, stores, &self.log, &self.clock, &self.stumbles);
        (self.shared, self.owners) = (shared, owners);
    }

    /// Makes a document live.
    pub fn publish(&mut self, kind: ResourceKind, id: &str, spec: &Value) {
        let change = Change { by: "test", at: self.clock.now_ts() };
        self.shared
            .stores()
            .control()
            .write(|tx| {
                let put = resources::put(tx, self.ws, kind, id, spec, change, None)?;
                resources::publish(tx, self.ws, kind, id, Some(put.version), change)
            })
            .expect("published");
        self.shared.refresh().expect("refreshed");
    }

    /// Makes a segment live.
    pub fn segment(&mut self, id: &str, rule: &str) {
        self.publish(ResourceKind::Segment, id, &json!({"name": id, "rule": rule}));
    }

    /// Sends one event as a client would, happening now.
    pub fn send(&mut self, kind: EventKind, body: Value) {
        self.sent += 1;
        let id = format!("m{}", self.sent);
        let now = self.clock.now_ts();
        self.send_as(kind, &id, now, false, &body);
    }

    /// Sends an event under a given message id, happened at `ts`.
    pub fn send_as(&mut self, kind: EventKind, id: &str, ts: Timestamp, historical: bool, body: &Value) {
        let text = body.to_string();
        let accepted = AcceptedEvent {
            workspace: self.ws,
            source: SourceId(1),
            kind,
            received_at: self.clock.now_ts(),
            ts,
            message_id: id,
            historical,
            profile: None,
            hops: 0,
            ip: None,
            shared_context: None,
            body: &text,
        };
        let event = rapport_collect::decode(&accepted);
        let key = rapport_domain::identity::primary(&event).expect("an event with an identity");
        let target = rapport_domain::hash::partition_of(self.ws, &key.namespace, &key.value, self.log.partitions());
        self.append(target, &Record::Event(accepted));
    }

    /// Sends a letter to a partition.
    pub fn letter(&mut self, target: Partition, body: LetterBody) {
        self.sent += 1;
        let key = MessageKey::of(self.ws, &format!("test-letter-{}", self.sent));
        let letter = Letter { workspace: self.ws, key, at: self.clock.now_ts(), hops: 0, body };
        self.append(target, &Record::Letter(letter));
    }

    fn append(&self, target: Partition, record: &Record<'_>) {
        let mut batch = AppendBatch::new();
        batch.push_bytes(target, &record.encode().expect("an encodable record"));
        self.log.append(batch).expect("room in the log").wait_blocking().expect("appended");
    }

    /// Records an event of Rapport's own about a profile, as the delivery and the API do.
    pub fn report(&mut self, profile: ProfileId, event: &str, properties: &Value) {
        self.sent += 1;
        let (id, now) = (format!("r{}", self.sent), self.clock.now_ts());
        let body = json!({"event": event, "properties": properties}).to_string();
        let accepted = AcceptedEvent {
            workspace: self.ws,
            source: SourceId(0),
            kind: EventKind::Track,
            received_at: now,
            ts: now,
            message_id: &id,
            historical: false,
            profile: Some(profile),
            hops: 0,
            ip: None,
            shared_context: None,
            body: &body,
        };
        self.append(profile.home(), &Record::Event(accepted));
    }

    /// Steps every owner until none has anything to do.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            let mut worked = false;
            for index in 0..self.owners.len() {
                while self.step(index) == Step::Worked {
                    worked = true;
                }
            }
            if !worked {
                return;
            }
        }
        panic!("the owners never came to rest");
    }

    /// Steps some owners a few times and leaves the rest undone: a crash now finds them half way.
    pub fn step_some(&mut self, steps: usize) {
        let count = self.owners.len();
        for step in 0..steps {
            self.step(step % count);
        }
    }

    /// One step of one owner.
    pub fn step_of(&mut self, index: usize) {
        self.step(index);
    }

    /// One step of an owner; one that ends at the chosen place takes all of them along, as a machine that stops.
    fn step(&mut self, index: usize) -> Step {
        match self.owners[index].step() {
            Ok(step) => step,
            Err(_) if self.stumbles.has_stumbled() => {
                self.crash();
                Step::Worked
            }
            Err(error) => panic!("a step failed: {error}"),
        }
    }

    /// How many places at which an owner can end were passed so far.
    pub fn places(&self) -> u64 {
        self.stumbles.passed.load(Ordering::SeqCst)
    }

    /// Everything ends at the place of that number, counted from the beginning of the world, and starts again.
    pub fn stumble_at(&mut self, number: u64) {
        self.stumbles.at.store(number, Ordering::SeqCst);
    }

    /// Files below the data directory's folder of that name, in order of their names.
    pub fn files(&self, folder: &str) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.dir.path().join(folder)).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries.map(|e| e.path()).collect();
        found.sort();
        found
    }

    /// Every profile there is.
    pub fn profiles(&self) -> Vec<ProfileId> {
        let filter = rapport_profiles::Filter::default();
        let page = read::profiles::list(&self.shared, self.ws, &filter, rapport_profiles::Sort::Id, None, 1_000);
        page.expect("a page").items.into_iter().map(|p| p.id).collect()
    }

    /// Moves the clock and settles.
    pub fn advance_ms(&mut self, ms: i64) {
        self.clock.advance_ms(ms);
        self.settle();
    }

    /// The profile that owns an identifier.
    pub fn profile(&self, namespace: &str, value: &str) -> Option<Profile> {
        read::profiles::by_identifier(&self.shared, self.ws, namespace, value).expect("readable")
    }

    /// A profile's events, newest first.
    pub fn rows(&self, id: ProfileId) -> Vec<ProcessedEvent> {
        read::profiles::timeline(&self.shared, self.ws, id, None, &TimelineFilter::default(), 100_000)
            .expect("readable")
    }

    /// Names of a profile's events, oldest first.
    pub fn timeline(&self, id: ProfileId) -> Vec<String> {
        self.rows(id).iter().rev().map(|r| r.event.name.to_string()).collect()
    }

    /// Members of a segment.
    pub fn members(&self, segment: &str) -> u64 {
        read::segments::standing(&self.shared, self.ws, segment).expect("readable").count
    }

    /// Who belongs to a segment, by id.
    pub fn member_ids(&self, segment: &str) -> Vec<ProfileId> {
        let rows = read::segments::members(&self.shared, self.ws, segment, ProfileId(0), 10_000).expect("readable");
        rows.into_iter().map(|(id, _)| id).collect()
    }

    /// How many profiles a rule holds for, by bulk evaluation over the lake.
    pub fn preview(&self, rule: &str) -> u64 {
        self.preview_ids(rule).len() as u64
    }

    /// Whom a rule holds for, by bulk evaluation over the lake, by id.
    pub fn preview_ids(&self, rule: &str) -> Vec<ProfileId> {
        let rule = rapport_rules::parse(rule).expect("a rule");
        let cancel = rapport_lake::CancelFlag::default();
        read::segments::preview(&self.shared, self.ws, &rule, 10_000, &cancel).expect("a preview").sample
    }
}

/// A crash here ends owners, not the machine: what was committed need not be flushed to the device.
fn options() -> DbOptions {
    DbOptions { synchronous_full: false, ..DbOptions::default() }
}

fn open(
    dir: &tempfile::TempDir,
    stores: Arc<Stores>,
    log: &Arc<MemoryLog>,
    clock: &VirtualClock,
    stumbles: &Arc<Stumbles>,
) -> (Arc<Shared>, Vec<Owner>) {
    let partitions = rapport_log::Log::partitions(&**log);
    let lake = Lake::open(&dir.path().join("lake"), partitions, LakeConfig::default()).expect("a lake");
    let config = EngineConfig {
        exports_dir: Some(dir.path().join("exports")),
        stumble: Some(stumbles.plan()),
        ..EngineConfig::default()
    };
    let shared = Shared::for_simulation(config, log.clone(), stores, lake, Arc::new(clock.clone())).expect("shared");
    let owners = (0..partitions).map(|p| Owner::open(shared.clone(), Partition(p)).expect("an owner")).collect();
    (shared, owners)
}

/// The clock's instant, by a name that needs no trait in scope.
pub trait Now {
    /// The present instant.
    fn now_ts(&self) -> Timestamp;
}

impl Now for VirtualClock {
    fn now_ts(&self) -> Timestamp {
        rapport_domain::Clock::now(self)
    }
}
