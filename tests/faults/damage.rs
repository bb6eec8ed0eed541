//! Damaged files: found, named with their place, never skipped in silence; and what goes on working meanwhile.

use std::fs;
use std::path::{Path, PathBuf};

use rapport_domain::hash::partition_of;
use rapport_domain::record::{AcceptedEvent, Record};
use rapport_domain::{EventKind, SourceId, Timestamp, WorkspaceId};
use rapport_log::{AppendBatch, Log, SegmentLog};
use serde_json::json;

use super::server::{Served, config, init, until};

/// Customers in the log of [`a_damaged_log_segment`].
const USERS: u32 = 400;

fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn flip(path: &Path, position: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[position] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

/// Appends `USERS` events of 8 KiB to the log, as collection does, without anybody reading them; several segments.
fn fill_log(config: &rapport::config::Config) {
    let log = SegmentLog::open(&config.log_config()).unwrap();
    let (ws, at) = (WorkspaceId(1), Timestamp(1_790_000_000_000));
    for user in 0..USERS {
        let user = format!("user-{user}");
        let body = json!({"userId": user, "event": "Seen", "properties": {"text": "z".repeat(8_000)}}).to_string();
        let event = AcceptedEvent {
            workspace: ws,
            source: SourceId(1),
            kind: EventKind::Track,
            received_at: at,
            ts: at,
            message_id: &user,
            historical: false,
            profile: None,
            hops: 0,
            ip: None,
            shared_context: None,
            body: &body,
        };
        let mut batch = AppendBatch::new();
        let target = partition_of(ws, "user_id", &user, config.partitions);
        batch.push_bytes(target, &Record::Event(event).encode().unwrap());
        log.append(batch).unwrap().wait_blocking().unwrap();
    }
}

#[test]
fn a_damaged_log_segment_stops_its_partition_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let keys = init(&config);
    fill_log(&config);
    let segments = files(&config.log_dir(), ".seg");
    assert!(segments.len() > 2, "{segments:?}");
    // In the middle of a record's text, in the middle of a sealed segment.
    let bytes = fs::read(&segments[1]).unwrap();
    let middle = bytes.len() / 2;
    let position = middle + bytes[middle..].windows(64).position(|w| w == [b'z'; 64]).unwrap();
    flip(&segments[1], position);

    let served = Served::start(&config);
    let (api, collect) = (served.client(&keys.api_token), served.client(&keys.write_key));
    until("the partition stands still", || !served.app.engine().failures().is_empty());
    let failures = served.app.engine().failures();
    let [(stopped, why)] = failures.as_slice() else { panic!("{failures:?}") };
    let name = segments[1].file_name().unwrap().to_string_lossy().into_owned();
    assert!(why.contains(&name) && why.contains("byte ") && why.contains("damaged"), "{why}");
    let ready = api.get("/readyz");
    assert!(ready.status == 503 && ready.body.contains(&format!("partition {}", stopped.0)), "{ready:?}");
    // Accepting goes on, and so does the other partition: its records and new ones.
    until("the other partition has applied its part", || {
        let standing = api.get("/api/v1/partitions").ok();
        let partitions = standing["partitions"].as_array().unwrap().clone();
        partitions.iter().all(|p| (p["lag"] == 0) == p["failure"].is_null())
    });
    let at_home = |user: &str| partition_of(WorkspaceId(1), "user_id", user, config.partitions) != *stopped;
    let lucky = (0..).map(|n| format!("new-{n}")).find(|u| at_home(u)).unwrap();
    collect.call("POST", "/v1/track", &json!({"userId": lucky, "event": "Seen"})).ok();
    until("a new customer of the other partition", || {
        api.get(&format!("/api/v1/profiles/by/user_id/{lucky}")).status == 200
    });
    served.stop();

    let found = rapport_log::verify(&config.log_dir()).unwrap();
    let [finding] = found.findings.as_slice() else { panic!("{found:?}") };
    assert!(finding.file == segments[1] && finding.position.abs_diff(position as u64) < 16 * 1024, "{finding:?}");

    // Restored, everything is applied, each once.
    flip(&segments[1], position);
    let served = Served::start(&config);
    let api = served.client(&keys.api_token);
    served.settle(&api);
    let stats = api.get("/api/v1/stats").ok();
    assert_eq!(stats["events"]["processed"], USERS + 1, "{stats}");
    assert_eq!(stats["events"]["in_lake"], USERS + 1, "{stats}");
    served.stop();
}

#[test]
fn a_damaged_segment_header_keeps_the_server_from_starting() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    init(&config);
    fill_log(&config);
    let segments = files(&config.log_dir(), ".seg");
    flip(&segments[1], 20);
    let error = format!("{:#}", Served::try_start(&config).err().expect("it must not start"));
    let name = segments[1].file_name().unwrap().to_string_lossy().into_owned();
    assert!(error.contains(&name) && error.contains("byte 0") && error.contains("restore"), "{error}");
}

#[test]
fn a_damaged_lake_file_is_left_out_of_answers_that_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let keys = init(&config);
    let served = Served::start(&config);
    let (api, collect) = (served.client(&keys.api_token), served.client(&keys.write_key));
    for user in 0..50 {
        collect.call("POST", "/v1/track", &json!({"userId": format!("u{user}"), "event": "Seen"})).ok();
    }
    served.settle(&api);
    served.stop();
    let parquet = files(&config.lake_dir(), ".parquet");
    let broken = &parquet[0];
    flip(broken, fs::metadata(broken).unwrap().len() as usize / 2);

    let served = Served::start(&config);
    let api = served.client(&keys.api_token);
    let day = Timestamp(rapport_domain::Clock::now(&rapport_domain::SystemClock).0).to_rfc3339()[..10].to_owned();
    let trend = api
        .call("POST", "/api/v1/insights/trend", &json!({"series": [{"event": "Seen"}], "from": day, "to": day}))
        .ok();
    let name = broken.file_name().unwrap().to_string_lossy().into_owned();
    let warnings = trend["warnings"].to_string();
    assert!(warnings.contains(&name) && warnings.contains("damaged"), "{trend}");
    let preview = api.call("POST", "/api/v1/segments/preview", &json!({"rule": "events(\"Seen\").count() >= 1"})).ok();
    assert!(preview["warnings"].to_string().contains(&name), "{preview}");
    assert!(preview["count"].as_u64() < Some(50), "{preview}");
    // A timeline that needs the file is refused rather than shown with a hole.
    let mut refused = 0;
    for user in 0..50 {
        let profile = api.get(&format!("/api/v1/profiles/by/user_id/u{user}")).ok();
        let answer = api.get(&format!("/api/v1/profiles/{}/events", profile["id"].as_str().unwrap()));
        refused += u32::from(answer.status == 503 || answer.status == 500);
        assert!(answer.status == 200 || answer.json()["code"] == "lake_corrupt", "{answer:?}");
    }
    assert!(refused > 0);
    served.stop();
    let report = rapport_lake::check(&config.lake_dir()).unwrap();
    assert_eq!(report.findings.iter().map(|f| &f.path).collect::<Vec<_>>(), [broken]);
}

#[test]
fn a_damaged_database_is_named_and_not_worked_on() {
    for file in ["control.db", "p01.db"] {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path());
        let keys = init(&config);
        let served = Served::start(&config);
        let (api, collect) = (served.client(&keys.api_token), served.client(&keys.write_key));
        for user in 0..50 {
            let traits = json!({"text": "t".repeat(2_000)});
            collect.call("POST", "/v1/identify", &json!({"userId": format!("u{user}"), "traits": traits})).ok();
        }
        served.settle(&api);
        served.stop();
        // The kind of every page but the first two, which is where SQLite looks first.
        let path = dir.path().join("state").join(file);
        let mut bytes = fs::read(&path).unwrap();
        for page in bytes.chunks_mut(4096).skip(2) {
            page[0] = 0xee;
        }
        fs::write(&path, &bytes).unwrap();
        let stores = rapport_store::Stores::open(dir.path(), config.partitions, &config.db_options());
        let told = match stores {
            Ok(stores) => stores.integrity_check().expect_err("damage").to_string(),
            Err(error) => error.to_string(),
        };
        assert!(told.contains(file) && told.contains("damaged") && told.contains("backup"), "{told}");
        let error = format!("{:#}", Served::try_start(&config).err().expect("it must not start"));
        assert!(error.contains(file) && error.contains("damaged"), "{error}");
    }
}
