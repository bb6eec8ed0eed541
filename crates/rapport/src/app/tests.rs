//! The whole program in one process: a workspace is made, a server serves, an SDK's call arrives, commands ask for it.

mod returned;

use std::path::Path;
use std::time::{Duration, Instant};

use rapport_domain::Timestamp;
use rapport_store::control::tokens;
use serde_json::{Value, json};

use super::*;
use crate::client::{Client, Target};
use crate::setup::{self, Created, NewWorkspace};

fn config(dir: &Path) -> Config {
    let mut config =
        Config { data_dir: dir.to_owned(), listen: "127.0.0.1:0".to_owned(), partitions: 2, ..Config::default() };
    config.log.segment_mib = 1;
    config
}

fn init(config: &Config) -> Created {
    let stores = Stores::open(&config.data_dir, config.partitions, &config.db_options()).unwrap();
    let new = NewWorkspace {
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        time_zone: "UTC".to_owned(),
        email: "ann@example.com".to_owned(),
        password: None,
    };
    setup::create(&stores, &new, Timestamp(1)).unwrap()
}

/// A server on a thread of its own; stops and is waited for when dropped.
struct Served {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Result<()>>>,
    app: Arc<App>,
}

impl Served {
    fn start(config: &Config) -> Served {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = Options { announce: true, ..Options::default() };
        let app = Arc::new(runtime.block_on(App::open(config, options)).unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let theirs = app.clone();
        let thread = std::thread::spawn(move || {
            runtime.block_on(theirs.serve(async {
                let _ = stopped.await;
            }))
        });
        let served = Served { stop: Some(stop), thread: Some(thread), app };
        let file = config.data_dir.join(ADDRESS_FILE);
        until("the server announces itself", || file.exists());
        served
    }

    fn stop(mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap().unwrap();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn track(url: &str, key: &str, user: &str, event: &str) {
    let body = json!({ "userId": user, "event": event, "properties": { "total": 42.5 }, "writeKey": key });
    let mut answer = ureq::post(format!("{url}/v1/track")).send_json(body).unwrap();
    let answer: Value = answer.body_mut().read_json().unwrap();
    assert_eq!(answer, json!({ "success": true }));
}

fn profile(client: &Client, user: &str) -> Option<Value> {
    client.http().get(&format!("/api/v1/profiles/by/user_id/{user}"), &[]).ok()
}

#[test]
fn events_sent_over_http_are_seen_by_commands() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let made = init(&config);
    let served = Served::start(&config);
    let url = served.app.local().url().to_owned();
    track(&url, &made.write_key, "u1", "Order Completed");

    // The files in the data directory are all a command on this machine needs.
    let client = Client::connect(&Target::default(), &config).unwrap();
    assert!(!client.is_embedded());
    until("the profile appears", || profile(&client, "u1").is_some());
    let found = profile(&client, "u1").unwrap();
    assert_eq!((&found["label"], &found["event_count"]), (&json!("u1"), &json!(1)));
    let events = client.http().get(&format!("/api/v1/profiles/{}/events", found["id"].as_str().unwrap()), &[]).unwrap();
    assert_eq!(events["items"][0]["event"], "Order Completed");
    assert_eq!(events["items"][0]["properties"]["total"], 42.5);
    client.close().unwrap();

    // A token that was given out works from anywhere; a wrong one is told so.
    let target = Target { server: Some(url.clone()), token: Some(made.api_token) };
    let client = Client::connect(&target, &config).unwrap();
    assert_eq!(client.http().get("/api/v1/stats", &[]).unwrap()["profiles"], 1);
    let target = Target { server: Some(url), token: Some("rk_wrong".to_owned()) };
    let wrong = Client::connect(&target, &config).unwrap();
    let error = wrong.http().get("/api/v1/stats", &[]).unwrap_err();
    assert!(error.status() == 401 && error.to_string().contains("unknown, expired or revoked"), "{error}");
    served.stop();
    assert!(!dir.path().join(ADDRESS_FILE).exists() && !dir.path().join(TOKEN_FILE).exists());
}

#[test]
fn commands_work_without_a_server_and_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let made = init(&config);
    // As a killed server leaves it: an address where nobody answers.
    std::fs::write(dir.path().join(ADDRESS_FILE), r#"{"url":"http://127.0.0.1:1","pid":1}"#).unwrap();
    let client = Client::connect(&Target::default(), &config).unwrap();
    assert!(client.is_embedded());
    track(client.http().base(), &made.write_key, "u2", "Signed Up");
    client.close().unwrap();

    // The command's token ended with it.
    let stores = Stores::open(dir.path(), 2, &config.db_options()).unwrap();
    let ws = stores.control().read(rapport_store::control::workspaces::list).unwrap()[0].id;
    let tokens = stores.control().read(|q| tokens::list(q, ws, None, 50)).unwrap().items;
    let valid: Vec<&str> = tokens.iter().filter(|t| t.revoked_at.is_none()).map(|t| t.name.as_str()).collect();
    assert_eq!(valid, ["first token"]);
}

#[test]
fn a_second_process_is_kept_out() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    init(&config);
    let served = Served::start(&config);
    std::fs::remove_file(dir.path().join(ADDRESS_FILE)).unwrap();
    let error = format!("{:#}", Client::connect(&Target::default(), &config).err().unwrap());
    assert!(error.contains("open in another process"), "{error}");
    served.stop();
}

#[test]
fn a_workspace_made_while_the_server_runs_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let served = Served::start(&config);
    assert!(!dir.path().join(TOKEN_FILE).exists());
    let made = init(&config);
    until("the token is written", || dir.path().join(TOKEN_FILE).exists());
    let client = Client::connect(&Target::default(), &config).unwrap();
    track(client.http().base(), &made.write_key, "u3", "Signed Up");
    until("the profile appears", || profile(&client, "u3").is_some());
    served.stop();
}
