//! The process under torture: started, found, killed, and asked.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::Client;
use crate::{Fault, READY, now_ms};

const LOOK_EVERY: Duration = Duration::from_millis(5);
const LIFE_URL: &str = "http://life-";
/// How long an orderly end may take.
const END: Duration = Duration::from_secs(60);

/// Where clients find the server now; `None` while there is none.
#[derive(Clone, Default)]
pub(crate) struct Target(Arc<Mutex<Option<SocketAddr>>>);

impl Target {
    pub(crate) fn get(&self) -> Option<SocketAddr> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, address: Option<SocketAddr>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }
}

/// What `rapport init` made.
pub(crate) struct Keys {
    /// Sends events.
    pub(crate) write_key: String,
    /// Does everything else.
    pub(crate) api_token: String,
}

/// The server.
pub(crate) struct Server {
    binary: PathBuf,
    work: PathBuf,
    keys: Keys,
    child: Option<Child>,
    target: Target,
    lives: u32,
    /// When each life was started, milliseconds since 1970.
    begun: Vec<i64>,
    /// When the present life was started.
    started: Instant,
}

/// The public address a life is started with: it is in the links of every mail that life writes. So a mail says which life
/// sent it, however late the mail server read it, and no clock is needed.
fn life_url(life: u32) -> String {
    format!("{LIFE_URL}{life}.example")
}

/// The life in a link made under [`life_url`].
pub(crate) fn life_in(link: &str) -> Option<u32> {
    link.split_once(LIFE_URL)?.1.split('.').next()?.parse().ok()
}

fn text(value: &Value, name: &str) -> Result<String, Fault> {
    let found = value[name].as_str().map(str::to_owned);
    found.ok_or_else(|| format!("`rapport init --json` printed no {name}"))
}

impl Server {
    /// Makes an installation in `work/data`.
    pub(crate) fn new(binary: &Path, work: &Path) -> Result<Self, Fault> {
        let mut server = Server {
            binary: binary.to_owned(),
            work: work.to_owned(),
            keys: Keys { write_key: String::new(), api_token: String::new() },
            child: None,
            target: Target::default(),
            lives: 0,
            begun: Vec::new(),
            started: Instant::now(),
        };
        let made: Value = serde_json::from_str(&server.command(&["init", "--json"])?)
            .map_err(|e| format!("`rapport init --json` printed no JSON: {e}"))?;
        server.keys = Keys { write_key: text(&made, "write_key")?, api_token: text(&made, "api_token")? };
        Ok(server)
    }

    /// Its keys.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Where clients find it.
    pub(crate) fn target(&self) -> Target {
        self.target.clone()
    }

    /// The number of the present life, or of the last one; from 1.
    pub(crate) fn life(&self) -> u32 {
        self.lives
    }

    /// The last life that had begun at `at_ms`.
    pub(crate) fn life_at(&self, at_ms: i64) -> u32 {
        self.begun.partition_point(|begun| *begun <= at_ms) as u32
    }

    /// Bytes its files of a kind take on disk: `state`, `log`, `lake`.
    pub(crate) fn disk_bytes(&self, kind: &str) -> u64 {
        bytes_below(&self.work.join("data").join(kind))
    }

    /// Where its files may lie beside the data.
    pub(crate) fn work(&self) -> &Path {
        &self.work
    }

    /// What it wrote to standard error so far, all lives.
    pub(crate) fn log(&self) -> String {
        fs::read(self.work.join("server.log")).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    }

    fn base(&self) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("RAPPORT_")) {
            command.env_remove(name);
        }
        command.current_dir(&self.work);
        command
    }

    /// Runs a command of the binary on its data; what it prints.
    pub(crate) fn command(&self, args: &[&str]) -> Result<String, Fault> {
        let done = self.base().args(args).arg("--data").arg(self.work.join("data")).output();
        let done = done.map_err(|e| format!("{} cannot be run: {e}", self.binary.display()))?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            return Err(format!("`rapport {}` failed: {}", args.join(" "), said.trim()));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Starts it; does not wait until it is ready.
    pub(crate) fn start(&mut self) -> Result<(), Fault> {
        self.lives += 1;
        let log = self.open_log().map_err(|e| format!("server.log cannot be written: {e}"))?;
        let url = life_url(self.lives);
        let serve = ["serve", "--listen", "127.0.0.1:0", "--log-level", "warn", "--public-url", &url, "--data"];
        let mut command = self.base();
        // What an earlier life recorded must not bear the millisecond in which this one begins.
        std::thread::sleep(Duration::from_millis(2));
        self.begun.push(now_ms());
        self.started = Instant::now();
        command.args(serve).arg(self.work.join("data")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().map_err(|e| format!("the server cannot be started: {e}"))?);
        Ok(())
    }

    fn open_log(&self) -> std::io::Result<File> {
        let mut log = OpenOptions::new().create(true).append(true).open(self.work.join("server.log"))?;
        writeln!(log, "--- life {}", self.lives)?;
        Ok(log)
    }

    /// The address this life announced; the file of an earlier life does not count.
    fn announced(&self, pid: u32) -> Option<SocketAddr> {
        let said: Value = serde_json::from_slice(&fs::read(self.work.join("data/rapport.addr")).ok()?).ok()?;
        if said["pid"].as_u64() != Some(u64::from(pid)) {
            return None;
        }
        said["url"].as_str()?.strip_prefix("http://")?.parse().ok()
    }

    /// Waits until it answers that it is ready, and lets the clients know. Answers how long that took.
    pub(crate) fn wait_ready(&mut self) -> Result<Duration, Fault> {
        let begun = Instant::now();
        loop {
            let life = self.lives;
            let child = self.child.as_mut().ok_or("no server was started")?;
            if let Ok(Some(status)) = child.try_wait() {
                let log = self.log();
                let from = log.len().saturating_sub(2_000);
                let tail = log.get(from..).unwrap_or_default();
                return Err(format!("life {life} ended by itself before it was ready, {status}:\n{tail}"));
            }
            let pid = child.id();
            if let Some(address) = self.announced(pid) {
                self.target.set(Some(address));
                let answer = Client::new(address, &self.keys.api_token).call("GET", "/readyz", "");
                if answer.is_ok_and(|a| a.status == 200) {
                    return Ok(self.started.elapsed());
                }
            }
            if begun.elapsed() > READY {
                return Err(format!("life {life} was not ready within {} s", READY.as_secs()));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<(), Fault> {
        let mut child = self.child.take().ok_or("no server to kill")?;
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("life {} ended by itself, {status}; see server.log", self.lives));
        }
        child.kill().map_err(|e| format!("the server cannot be killed: {e}"))?;
        self.target.set(None);
        child.wait().map_err(|e| format!("the killed server was not found: {e}"))?;
        Ok(())
    }

    /// SIGTERM, and the orderly end that must follow.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        let mut child = self.child.take().ok_or("no server to end")?;
        self.target.set(None);
        // The standard library knows SIGKILL only; every shell has `kill`.
        let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", child.id())).status();
        asked.map_err(|e| format!("the server cannot be asked to end: {e}"))?;
        let begun = Instant::now();
        while begun.elapsed() < END {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("asked to end, the server ended with {status}")),
                Ok(None) => std::thread::sleep(LOOK_EVERY),
                Err(error) => return Err(format!("the server was not found: {error}")),
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("asked to end, the server still ran after {} s", END.as_secs()))
    }

    /// One call of the management API; the answer's JSON.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, Fault> {
        let address = self.target.get().ok_or("no server to ask")?;
        let answer = Client::new(address, &self.keys.api_token).call(method, path, body);
        let answer = answer.map_err(|e| format!("{method} {path}: {e}"))?;
        if answer.status >= 300 {
            return Err(format!("{method} {path}: {} {}", answer.status, answer.body));
        }
        serde_json::from_str(&answer.body).map_err(|e| format!("{method} {path}: not JSON: {e}"))
    }
}

/// Bytes on disk of everything below a directory; files that vanish meanwhile do not count.
fn bytes_below(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_below(&entry.path()),
        Ok(found) => found.blocks() * 512,
        Err(_) => 0,
    });
    sizes.sum()
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
