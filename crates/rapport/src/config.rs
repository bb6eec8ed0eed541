//! Configuration: defaults < `rapport.toml` < `RAPPORT_*` environment < flags. Every value knows where it came from, and a
//! key nobody knows is an error that names its place and the nearest known one.

mod check;
mod layers;
mod parts;
mod report;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use rapport_domain::Pii;
use rapport_domain::ids::DEFAULT_PARTITIONS;
use serde::{Deserialize, Serialize};

pub use layers::Flags;

/// The directory used when nobody names one.
pub const DEFAULT_DATA_DIR: &str = "./rapport-data";
/// The file looked for in the working directory and in the data directory.
pub const FILE_NAME: &str = "rapport.toml";
const MIB: usize = 1 << 20;
/// Each database says when its schema is new; with a database a partition that is a page of lines nobody needs.
const DEFAULT_LEVEL: &str = "info,rapport_store=warn";

/// Everything an installation can set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Where all data lies.
    pub data_dir: PathBuf,
    /// Where to listen, `host:port`.
    pub listen: String,
    /// Where browsers and customers reach this server; empty: `http://` and the listen address.
    pub public_url: String,
    /// Partitions of the data; fixed when the data directory is created.
    pub partitions: u16,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The keys of secrets at rest, base64, the present one first, apart by commas; empty: the file `secret.key` of the data
    /// directory.
    pub secret_key: Pii<String>,
    /// Where the built-in mail catcher listens, `host:port`; empty: it does not run.
    pub smtp_catcher: String,
    /// Where returned mail is taken by SMTP or LMTP, `host:port`; empty: nowhere.
    pub bounce_listen: String,
    /// A mailbox that returned mail is fetched from.
    pub bounce_mailbox: BounceMailbox,
    /// Limits of collection.
    pub collect: CollectLimits,
    /// Limits of the log.
    pub log: LogLimits,
    /// Limits of the databases.
    pub store: StoreLimits,
    /// Limits of the lake.
    pub lake: LakeLimits,
    /// Limits of the partition loop.
    pub engine: EngineLimits,
    /// Limits of delivery.
    pub delivery: DeliveryLimits,
    /// What this server may call.
    pub outbound: OutboundCalls,
    /// Limits of imports.
    pub imports: ImportLimits,
    /// What the program says of itself.
    pub telemetry: Telemetry,
}

/// A mailbox that returned mail is fetched from by IMAP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BounceMailbox {
    /// The server; empty: none is looked into.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte; only a server on this machine may be without.
    pub tls: bool,
    /// A file with the certificates (PEM) of who signed the server's, in the place of whom this machine trusts; empty: none.
    pub ca_file: String,
    /// Who signs in.
    pub username: String,
    /// The password, or with `token_url` a refresh token; none where the application signs in by itself, with `client_secret`.
    pub secret: Pii<String>,
    /// Where access tokens are given, to sign in by XOAUTH2.
    pub token_url: String,
    /// The application's id there.
    pub client_id: String,
    /// Its secret, if it has one.
    pub client_secret: Pii<String>,
    /// What is asked for, where that has to be said.
    pub scope: String,
    /// The folder.
    pub folder: String,
    /// How often it is looked into, seconds.
    pub every_s: u64,
    /// Whether mail is deleted once it is recorded; else it is marked as read.
    pub delete: bool,
}

/// Limits of collection. The defaults are Segment's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectLimits {
    /// The largest event, bytes.
    pub max_event_bytes: usize,
    /// The largest body after decompression, bytes.
    pub max_batch_bytes: usize,
    /// Events in a batch.
    pub max_batch_events: usize,
}

/// Limits of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLimits {
    /// Size of a segment file, MiB.
    pub segment_mib: u64,
    /// What may wait for the next commit, MiB; beyond, collection answers 429.
    pub queue_mib: usize,
    /// Records that may wait for the next commit.
    pub queue_records: usize,
    /// Recent records kept in memory for the engine, MiB.
    pub tail_cache_mib: usize,
}

/// Limits of the databases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreLimits {
    /// Page cache of each partition's writer, KiB.
    pub cache_kib: u32,
    /// Read connections of each database.
    pub readers: usize,
}

/// Limits of the lake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LakeLimits {
    /// Unwritten events of one partition that make it write a file.
    pub flush_rows: usize,
    /// Age of unwritten events that makes it write a file, seconds.
    pub flush_age_s: u64,
    /// Memory for unwritten events, MiB.
    pub hot_mib: usize,
    /// Memory for decoded key columns, MiB.
    pub column_mib: usize,
    /// Memory for decoded properties, MiB.
    pub text_mib: usize,
    /// Threads of one query; 0: one for each processor.
    pub threads: usize,
}

/// Limits of the partition loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineLimits {
    /// Most records in one batch.
    pub batch_records: usize,
    /// Most bytes in one batch, KiB.
    pub batch_kib: usize,
    /// Memory for profiles worked on lately, MiB.
    pub cache_mib: usize,
    /// Whether `alias` may merge two known customers.
    pub allow_alias_merge: bool,
    /// How long after an erasure its traces in files are purged, seconds.
    pub purge_after_s: u64,
}

/// Limits of delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryLimits {
    /// Messages taken and not settled, at most.
    pub queue_messages: usize,
    /// Attempts at once, at most.
    pub concurrency: usize,
    /// How long one attempt at a provider may take, seconds.
    pub send_timeout_s: u64,
    /// Whether calls may lead to private addresses: the same as `outbound.private_hosts = ["*"]`.
    pub allow_private_addresses: bool,
}

/// What this server may call by HTTP, beside the public internet: for webhooks, providers, access tokens, push services and the
/// check of links.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutboundCalls {
    /// Private hosts: names (`kannel`, `*.internal`), addresses, each with a port if that is the only one (`127.0.0.1:13013`), and
    /// networks (`10.0.0.0/8`); `*` is all of them.
    pub private_hosts: Vec<String>,
}

/// Limits of imports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportLimits {
    /// Imports run at once; more wait their turn.
    pub at_once: usize,
    /// The largest file, MiB.
    pub max_file_mib: u64,
}

/// What the program says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A level (`info`) or a filter (`info,rapport_engine=debug`).
    pub level: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            data_dir: DEFAULT_DATA_DIR.into(),
            listen: "127.0.0.1:8080".to_owned(),
            public_url: String::new(),
            partitions: DEFAULT_PARTITIONS,
            trusted_proxies: Vec::new(),
            secret_key: Pii::default(),
            smtp_catcher: String::new(),
            bounce_listen: String::new(),
            bounce_mailbox: BounceMailbox {
                host: String::new(),
                port: 993,
                tls: true,
                ca_file: String::new(),
                username: String::new(),
                secret: Pii::default(),
                token_url: String::new(),
                client_id: String::new(),
                client_secret: Pii::default(),
                scope: String::new(),
                folder: "INBOX".to_owned(),
                every_s: 60,
                delete: false,
            },
            collect: CollectLimits { max_event_bytes: 32 << 10, max_batch_bytes: 500 << 10, max_batch_events: 2_500 },
            log: LogLimits { segment_mib: 64, queue_mib: 32, queue_records: 256 << 10, tail_cache_mib: 16 },
            store: StoreLimits { cache_kib: 8 * 1024, readers: 4 },
            lake: LakeLimits {
                flush_rows: 64 * 1024,
                flush_age_s: 60,
                hot_mib: 96,
                column_mib: 512,
                text_mib: 128,
                threads: 0,
            },
            engine: EngineLimits {
                batch_records: 2_048,
                batch_kib: 4 * 1024,
                cache_mib: 96,
                allow_alias_merge: false,
                purge_after_s: 10,
            },
            delivery: DeliveryLimits {
                queue_messages: 4_096,
                concurrency: 64,
                send_timeout_s: 30,
                allow_private_addresses: false,
            },
            outbound: OutboundCalls::default(),
            imports: ImportLimits { at_once: 2, max_file_mib: 16 * 1024 },
            telemetry: Telemetry { format: LogFormat::Text, level: DEFAULT_LEVEL.to_owned() },
        }
    }
}

/// The configuration with where each value came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The file read, if there was one.
    pub file: Option<PathBuf>,
    figment: Figment,
}

/// A configuration that cannot be used: one line for each thing wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "configuration: {}", self.0.join("\nconfiguration: "))
    }
}

impl std::error::Error for ConfigError {}

/// Reads the configuration of this process.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(flags: &Flags) -> Result<Loaded, ConfigError> {
    let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    layers::load(flags, environment.collect(), Path::new("."))
}

impl Loaded {
    /// Each value with its name and where it came from, one a line, in the form of `rapport.toml`.
    #[must_use]
    pub fn print(&self) -> String {
        report::print(&self.figment)
    }
}
