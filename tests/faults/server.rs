//! A server in this process, and a client that shows every answer, whatever its status.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rapport::app::{App, Options};
use rapport::config::Config;
use rapport::setup::{self, Created, NewWorkspace};
use rapport_domain::Timestamp;
use rapport_store::Stores;
use rapport_testkit::mail::{Catcher, CatcherLimits};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(180);

/// A small installation: few partitions, small files, nothing that waits long.
pub(super) fn config(dir: &Path) -> Config {
    let mut config =
        Config { data_dir: dir.to_owned(), listen: "127.0.0.1:0".to_owned(), partitions: 2, ..Config::default() };
    config.log.segment_mib = 1;
    config.lake.flush_age_s = 1;
    config.engine.purge_after_s = 1;
    config
}

/// What the mail server keeps: everything a test sends.
const KEPT: CatcherLimits = CatcherLimits { messages: 1_000_000, bytes: 1 << 30 };

/// Makes the workspace.
pub(super) fn init(config: &Config) -> Created {
    let stores = Stores::open(&config.data_dir, config.partitions, &config.db_options()).expect("new databases");
    let new = NewWorkspace {
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        time_zone: "UTC".to_owned(),
        email: "ann@example.com".to_owned(),
        password: None,
    };
    setup::create(&stores, &new, Timestamp(1)).expect("a workspace")
}

/// Waits until something holds.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// A mail server that outlives the servers under test.
pub(super) struct Mailbox {
    pub(super) catcher: Catcher,
    _runtime: Runtime,
}

impl Mailbox {
    pub(super) fn open() -> Self {
        let runtime = runtime();
        let catcher = runtime.block_on(Catcher::start(([127, 0, 0, 1], 0).into(), KEPT)).expect("a mail server");
        Mailbox { catcher, _runtime: runtime }
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The answer of a call that must succeed.
    pub(super) fn ok(self) -> Value {
        assert!(self.status < 300, "{self:?}");
        self.json()
    }
}

/// A client with one set of credentials; usable from any thread.
#[derive(Clone)]
pub(super) struct Client {
    agent: ureq::Agent,
    url: String,
    bearer: String,
}

impl Client {
    pub(super) fn new(url: &str, bearer: &str) -> Self {
        // A connection for each call: the server may close one whose body it did not want.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections(0)
            .build();
        Client { agent: config.into(), url: url.to_owned(), bearer: bearer.to_owned() }
    }

    /// One call with headers of the caller's choice.
    pub(super) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            request = request.header("authorization", format!("Bearer {}", self.bearer));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match method {
            "GET" | "DELETE" | "HEAD" => self.agent.run(request.body(()).expect("a request")),
            _ => self.agent.run(request.body(body).expect("a request")),
        };
        let mut answer = answer.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let media = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let status = answer.status().as_u16();
        let body = answer.body_mut().read_to_vec().unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        Answer { status, media, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub(super) fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }
}

/// A running server; stopped in order and waited for when it is told to, or dropped.
pub(super) struct Served {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
    pub(super) app: Arc<App>,
}

impl Served {
    /// Starts one.
    pub(super) fn start(config: &Config) -> Served {
        Self::try_start(config).unwrap_or_else(|e| panic!("the server does not start: {e:#}"))
    }

    /// Starts one, or says why it does not start.
    pub(super) fn try_start(config: &Config) -> anyhow::Result<Served> {
        let runtime = runtime();
        let app = Arc::new(runtime.block_on(App::open(config, Options::default()))?);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let theirs = app.clone();
        let thread = std::thread::spawn(move || {
            runtime.block_on(theirs.serve(async {
                let _ = stopped.await;
            }))
        });
        Ok(Served { stop: Some(stop), thread: Some(thread), app })
    }

    pub(super) fn client(&self, bearer: &str) -> Client {
        Client::new(self.app.url(), bearer)
    }

    /// Waits until everything accepted is applied, and nothing waits to be sent or recorded.
    pub(super) fn settle(&self, api: &Client) {
        until("everything settles", || {
            let standing = api.get("/api/v1/partitions").ok();
            let partitions = standing["partitions"].as_array().expect("partitions").clone();
            let pending = |p: &Value| {
                ["lag", "outbox", "letters", "inbox"].iter().map(|n| p[*n].as_u64().expect("a count")).sum::<u64>()
            };
            partitions.iter().all(|p| pending(p) == 0 && p["activating"] == json!(false))
        });
    }

    /// Ends it in order.
    pub(super) fn stop(mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().expect("a thread").join().expect("no panic");
        ended.expect("an orderly end");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes and publishes a document.
pub(super) fn publish(api: &Client, kind: &str, id: &str, spec: Value) {
    let document = json!({"kind": kind, "id": id, "spec": spec});
    api.call("PUT", &format!("/api/v1/resources/{kind}/{id}?publish=true"), &document).ok();
}

/// A shop that thanks each customer by mail for the first order.
pub(super) fn publish_shop(api: &Client, smtp_port: u16) {
    let from = json!({"name": "Shop", "email": "shop@example.com"});
    publish(
        api,
        "channel",
        "mail",
        json!({"kind": "smtp", "host": "127.0.0.1", "port": smtp_port, "tls": "none", "from": from}),
    );
    let company = json!({"name": "Shop", "postal_address": "1 Example Street"});
    publish(api, "settings", "workspace", json!({"consent": {"email": "opt_out"}, "company": company}));
    publish(api, "topic", "offers", json!({"name": "Offers", "default": "opt_out"}));
    let html = "<p>Thank you, {{ profile.first_name }}.</p><p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>";
    let template =
        json!({"name": "Thanks", "channel": "email", "topic": "offers", "subject": "Thank you", "html": html});
    publish(api, "template", "thanks", template);
    publish(api, "segment", "buyers", json!({"name": "Buyers", "rule": "events(\"Order Completed\").exists()"}));
    let send = json!({"id": "thank", "send": {"channel": "email", "template": "thanks", "topic": "offers"}});
    let trigger = json!({"event": {"name": "Order Completed"}});
    publish(
        api,
        "journey",
        "thanks",
        json!({"name": "Thanks", "trigger": trigger, "reentry": "once", "steps": [send]}),
    );
}
