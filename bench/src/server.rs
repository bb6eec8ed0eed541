//! The product itself in a process of its own: the binary beside this one, on a data directory that goes with it.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a start may take.
const READY: Duration = Duration::from_secs(120);

/// The first line a child prints.
pub(crate) fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("a line");
    line.trim().to_owned()
}

/// A running server.
pub struct Server {
    binary: PathBuf,
    dir: tempfile::TempDir,
    child: Option<Child>,
    settings: Vec<(String, String)>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Sends events.
    pub write_key: String,
    /// Does everything else.
    pub api_token: String,
    /// From the start of the process to its first answer that it is ready.
    pub started_in: Duration,
}

impl Server {
    /// A new installation, started. `settings` are environment variables of the configuration.
    #[must_use]
    pub fn start(settings: &[(&str, String)]) -> Self {
        let binary = std::env::current_exe().expect("this binary").with_file_name("rapport");
        assert!(binary.exists(), "{} is missing: cargo build --release --bin rapport", binary.display());
        let dir = tempfile::tempdir().expect("a temporary directory");
        let init = Command::new(&binary).args(["init", "--json", "--data"]).arg(dir.path()).output().expect("init");
        assert!(init.status.success(), "rapport init: {}", String::from_utf8_lossy(&init.stderr));
        let made: Value = serde_json::from_slice(&init.stdout).expect("the JSON of init");
        let text = |name: &str| made[name].as_str().expect("a key").to_owned();
        let mut server = Server {
            binary,
            child: None,
            settings: settings.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            write_key: text("write_key"),
            api_token: text("api_token"),
            started_in: Duration::ZERO,
            dir,
        };
        server.run();
        server
    }

    fn run(&mut self) {
        // Found before the start, so that asking is quick: the port is free now.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
        let begun = Instant::now();
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--log-level", "warn", "--listen", &port.to_string(), "--data"]).arg(self.dir.path());
        command.envs(self.settings.iter().map(|(k, v)| (k, v))).stdin(Stdio::null()).stdout(Stdio::null());
        self.child = Some(command.spawn().expect("a server"));
        self.address = port;
        while !self.is_ready() {
            assert!(begun.elapsed() < READY, "the server was not ready in time");
            std::thread::sleep(Duration::from_millis(2));
        }
        self.started_in = begun.elapsed();
    }

    fn is_ready(&self) -> bool {
        if TcpStream::connect(self.address).is_err() {
            return false;
        }
        ureq::get(format!("http://{}/readyz", self.address)).call().is_ok()
    }

    /// Ends it in order and starts it again on the same data.
    pub fn restart(&mut self) {
        self.end();
        self.run();
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Resident memory, megabytes.
    #[must_use]
    pub fn memory_mb(&self) -> f64 {
        self.child.as_ref().map_or(f64::NAN, |c| crate::memory_mb(&c.id().to_string()))
    }

    /// One call of the management API.
    ///
    /// # Panics
    /// It was refused: the benchmark's own set-up is wrong.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_call(method, path, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// The same for a call that may be refused, as a busy server does.
    ///
    /// # Errors
    /// It was.
    pub fn try_call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("http://{}{path}", self.address);
        let token = format!("Bearer {}", self.api_token);
        let answer = match method {
            "GET" => ureq::get(&url).header("authorization", &token).call(),
            "PUT" => ureq::put(&url).header("authorization", &token).send_json(body),
            _ => ureq::post(&url).header("authorization", &token).send_json(body),
        };
        let mut answer = answer.map_err(|e| e.to_string())?;
        Ok(answer.body_mut().read_json().unwrap_or(Value::Null))
    }

    /// Makes a document live.
    pub fn publish(&self, kind: &str, id: &str, spec: &Value) {
        self.call("PUT", &format!("/api/v1/resources/{kind}/{id}"), &json!({"spec": spec}));
        self.call("POST", &format!("/api/v1/resources/{kind}/{id}/publish"), &json!({}));
    }

    /// Sends events.
    pub fn post(&self, items: &[Value]) {
        let answer = ureq::post(format!("http://{}/v1/batch", self.address))
            .header("authorization", &format!("Bearer {}", self.write_key))
            .send_json(json!({"batch": items}));
        answer.expect("accepted");
    }

    /// Makes so many customers, `u0@example.com` and on, and waits until they are there.
    pub fn identify(&self, people: u64) {
        let person = |n: u64| {
            json!({"type": "identify", "userId": format!("u{n}"), "messageId": format!("i{n}"),
                   "traits": {"email": format!("u{n}@example.com"), "first_name": "Kim"}})
        };
        let all: Vec<u64> = (0..people).collect();
        for some in all.chunks(500) {
            let items: Vec<Value> = some.iter().map(|n| person(*n)).collect();
            self.post(&items);
        }
        while self.lag_s() > 0.0 {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How long the oldest accepted event that is not applied yet has waited, seconds; 0 when nothing waits.
    #[must_use]
    pub fn lag_s(&self) -> f64 {
        self.call("GET", "/api/v1/stats", &Value::Null)["lag_ms"].as_f64().expect("lag_ms") / 1000.0
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            // The standard library knows SIGKILL only; every shell has `kill`.
            let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", child.id())).status();
            if asked.is_err() {
                let _ = child.kill();
            }
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
