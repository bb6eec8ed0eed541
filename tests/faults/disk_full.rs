//! A file system that is really full, under load: what was acknowledged is kept, what cannot be kept is refused, the
//! process stays up and goes on by itself when there is room.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rapport_engine::read;
use rapport_lake::TimelineFilter;
use serde_json::{Value, json};

use super::server::{Client, Mailbox, Served, config, init, publish_shop, until};

/// The size of the file system.
const SIZE: &str = "48m";
/// Answers with 503 that must have been seen before there is room again.
const REFUSALS: u64 = 40;
/// How long the owners are watched while the disk is full.
const WATCHED: Duration = Duration::from_secs(2);
/// The time of processors all owners together may take meanwhile, in clock ticks of 10 ms: a quarter of one.
const MAX_TICKS: u64 = 50;

/// A file system of its own, in memory, that is really full when it is full.
struct Mount(tempfile::TempDir);

impl Mount {
    /// `None` when this process may not mount.
    fn new() -> Option<Self> {
        let dir = tempfile::tempdir().expect("a directory");
        let options = format!("size={SIZE}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path()).output();
        mounted.is_ok_and(|o| o.status.success()).then_some(Mount(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.filler()).expect("a file");
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).expect("the filler is there");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// What clients sent and were told.
#[derive(Default)]
struct Told {
    stop: AtomicBool,
    acknowledged: Mutex<HashSet<String>>,
    refused: AtomicU64,
    wrong: Mutex<Vec<String>>,
}

/// Customers come, sign in and order, until told to stop. What was not acknowledged is sent again.
fn load(number: u32, client: &Client, told: &Told) {
    for customer in 0u32.. {
        if told.stop.load(Ordering::Relaxed) {
            return;
        }
        let user = format!("u{number}-{customer}");
        let id = |what: &str| format!("{user}-{what}");
        let filling = "x".repeat(400);
        let batch = json!({"batch": [
            {"type": "identify", "messageId": id("i"), "userId": user, "traits": {"email": format!("{user}@example.com"), "first_name": user}},
            {"type": "track", "messageId": id("v"), "userId": user, "event": "Product Viewed", "properties": {"text": filling}},
            {"type": "track", "messageId": id("o"), "userId": user, "event": "Order Completed", "properties": {"total": 5, "text": filling}},
        ]});
        while !told.stop.load(Ordering::Relaxed) {
            let answer = client.call("POST", "/v1/batch", &batch);
            match answer.status {
                200 => {
                    told.acknowledged.lock().unwrap().extend(["i", "v", "o"].map(id));
                    break;
                }
                503 if answer.json()["detail"].as_str().is_some_and(|d| d.contains("disk is full")) => {
                    told.refused.fetch_add(1, Ordering::Relaxed);
                }
                429 => {}
                _ => told.wrong.lock().unwrap().push(format!("{answer:?}")),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Clock ticks the owner threads of this process have run.
fn owner_ticks() -> u64 {
    let tasks = fs::read_dir("/proc/self/task").expect("threads");
    let ticks = tasks.flatten().filter_map(|task| {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let of = |index: usize| fields.get(index)?.parse::<u64>().ok();
        name.starts_with("rapport-p").then(|| Some(of(11)? + of(12)?))?
    });
    ticks.sum()
}

/// How often each message id of clients is on the timelines.
fn stored(served: &Served) -> BTreeMap<String, u32> {
    let shared = served.app.engine().shared();
    let ws = rapport_domain::WorkspaceId(1);
    let (mut found, mut cursor) = (BTreeMap::new(), None::<String>);
    loop {
        let filter = rapport_profiles::Filter::default();
        let page = read::profiles::list(shared, ws, &filter, rapport_profiles::Sort::Id, cursor.as_deref(), 500);
        let page = page.expect("profiles");
        for profile in page.items {
            for row in read::profiles::timeline(shared, ws, profile.id, None, &TimelineFilter::default(), 1_000)
                .expect("a timeline")
            {
                if row.event.source.0 != 0 {
                    *found.entry(row.event.message_id.to_string()).or_insert(0) += 1;
                }
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
}

/// Acknowledged is stored, once; whoever ordered got one mail.
fn compare(served: &Served, told: &Told, mailbox: &Mailbox, when: &str) {
    let stored = stored(served);
    let acknowledged = told.acknowledged.lock().unwrap();
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !stored.contains_key(*id)).take(5).collect();
    assert!(lost.is_empty(), "{when}: acknowledged and not stored: {lost:?} of {}", acknowledged.len());
    let doubled: Vec<_> = stored.iter().filter(|(_, n)| **n > 1).take(5).collect();
    assert!(doubled.is_empty(), "{when}: stored more than once: {doubled:?}");
    let mut mails: BTreeMap<String, u32> = BTreeMap::new();
    for mail in mailbox.catcher.mails() {
        *mails.entry(mail.to.join(",")).or_insert(0) += 1;
    }
    let ordered: Vec<String> =
        stored.keys().filter_map(|id| Some(format!("{}@example.com", id.strip_suffix("-o")?))).collect();
    let without: Vec<&String> = ordered.iter().filter(|to| mails.get(*to) != Some(&1)).take(5).collect();
    assert!(without.is_empty(), "{when}: not exactly one mail to {without:?}");
    assert_eq!(mails.len(), ordered.len(), "{when}: mail without an order");
}

#[test]
fn a_full_disk_refuses_and_recovers_and_loses_nothing() {
    let Some(mount) = Mount::new() else {
        println!("skipped: a full disk (this process may not mount a file system)");
        return;
    };
    let mailbox = Mailbox::open();
    let mut config = config(&mount.path().join("data"));
    config.public_url = "http://shop.example".to_owned();
    let keys = init(&config);
    let served = Served::start(&config);
    let url = format!("http://{}", served.app.address());
    let (api, collect) = (Client::new(&url, &keys.api_token), Client::new(&url, &keys.write_key));
    publish_shop(&api, mailbox.catcher.address().port());
    let told = Arc::new(Told::default());
    let clients: Vec<_> = (0..2)
        .map(|number| {
            let (client, told) = (collect.clone(), told.clone());
            std::thread::spawn(move || load(number, &client, &told))
        })
        .collect();
    until("customers came", || told.acknowledged.lock().unwrap().len() > 300);

    mount.fill();
    until("collection refuses", || {
        // What is freed by a checkpoint or a deleted segment is taken again.
        mount.fill();
        told.refused.load(Ordering::Relaxed) >= REFUSALS
    });
    assert_eq!(api.get("/healthz").status, 200, "the process is alive");
    until("it says why it is not ready", || {
        mount.fill();
        let ready = api.get("/readyz");
        ready.status == 503 && ready.json()["errors"].to_string().contains("the disk is full")
    });
    let write = api.call(
        "PUT",
        "/api/v1/resources/segment/late",
        &json!({"kind": "segment", "id": "late", "spec": {"name": "L", "rule": "traits.a == 1"}}),
    );
    assert!(write.status == 503 && write.body.contains("disk is full"), "{write:?}");
    let before = owner_ticks();
    std::thread::sleep(WATCHED);
    let ticks = owner_ticks() - before;
    for (partition, trouble) in served.app.engine().troubles() {
        let may_pass = ["store_disk_full", "store_io", "store_rolled_back", "log_storage_full", "lake_io"];
        assert!(may_pass.contains(&trouble.code), "partition {}: {trouble:?} would end it", partition.0);
    }
    assert!(ticks <= MAX_TICKS, "the owners ran {ticks} ticks of 10 ms in {WATCHED:?} on a full disk");

    let kept = told.acknowledged.lock().unwrap().len();
    mount.make_room();
    until("it is ready again", || api.get("/readyz").status == 200);
    until("collection goes on", || told.acknowledged.lock().unwrap().len() > kept + 300);
    told.stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|c| c.join().expect("a client"));
    assert_eq!(told.wrong.lock().unwrap().first(), None, "answers that must not be");
    served.settle(&api);
    served.app.engine().shared().lake().flush().expect("the lake can write again");
    compare(&served, &told, &mailbox, "when there is room again");
    let counted: Value = api.get("/api/v1/stats").ok();
    assert_eq!(counted["events"]["processed"], counted["events"]["in_lake"], "{counted}");
    served.stop();

    let served = Served::start(&config);
    let api = Client::new(&format!("http://{}", served.app.address()), &keys.api_token);
    served.settle(&api);
    compare(&served, &told, &mailbox, "after a restart");
    served.app.stores().integrity_check().expect("sound databases");
    served.stop();
    let log = rapport_log::verify(&config.log_dir()).expect("a readable log");
    assert!(log.findings.is_empty(), "{:?}", log.findings);
    let lake = rapport_lake::check(&config.lake_dir()).expect("a readable lake");
    assert!(lake.findings.is_empty(), "{:?}", lake.findings);
}
