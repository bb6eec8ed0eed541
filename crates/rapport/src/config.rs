//! Configuration: defaults < `rapport.toml` < `RAPPORT_*` environment < flags. Every value knows where it came from, and a
//! key nobody knows is an error that names its place and the nearest known one.

mod layers;
mod report;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use rapport_domain::ids::DEFAULT_PARTITIONS;
use rapport_engine::EngineConfig;
use serde::{Deserialize, Serialize};

pub use layers::Flags;

/// The directory used when nobody names one.
pub const DEFAULT_DATA_DIR: &str = "./rapport-data";
/// The file looked for in the working directory and in the data directory.
pub const FILE_NAME: &str = "rapport.toml";
const MIB: usize = 1 << 20;

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
    /// Where the built-in mail catcher listens, `host:port`; empty: it does not run.
    pub smtp_catcher: String,
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
    /// Limits of imports.
    pub imports: ImportLimits,
    /// What the program says of itself.
    pub telemetry: Telemetry,
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
    /// Profiles a partition keeps in memory.
    pub cached_profiles_per_partition: usize,
    /// Whether `alias` may merge two known customers.
    pub allow_alias_merge: bool,
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
            smtp_catcher: String::new(),
            collect: CollectLimits { max_event_bytes: 32 << 10, max_batch_bytes: 500 << 10, max_batch_events: 2_500 },
            log: LogLimits { segment_mib: 64, queue_mib: 32, queue_records: 256 << 10, tail_cache_mib: 16 },
            store: StoreLimits { cache_kib: 8 * 1024, readers: 4 },
            lake: LakeLimits {
                flush_rows: 64 * 1024,
                flush_age_s: 60,
                hot_mib: 256,
                column_mib: 512,
                text_mib: 128,
                threads: 0,
            },
            engine: EngineLimits {
                batch_records: 1_000,
                batch_kib: 4 * 1024,
                cached_profiles_per_partition: 4_096,
                allow_alias_merge: false,
            },
            delivery: DeliveryLimits { queue_messages: 4_096, concurrency: 64, send_timeout_s: 30 },
            imports: ImportLimits { at_once: 2, max_file_mib: 16 * 1024 },
            telemetry: Telemetry { format: LogFormat::Text, level: "info".to_owned() },
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

impl Config {
    /// What is wrong with values that have the right type: key and what was expected.
    fn problems(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let mut expect = |key: &'static str, holds: bool, expected: &str| {
            if !holds {
                out.push((key, format!("expected {expected}")));
            }
        };
        expect("listen", is_address(&self.listen), "host:port such as 127.0.0.1:8080");
        let catcher = self.smtp_catcher.is_empty() || is_address(&self.smtp_catcher);
        expect("smtp_catcher", catcher, "host:port such as 127.0.0.1:2525, or nothing");
        expect("public_url", is_base_url(&self.public_url), "http:// or https:// and a host, without a query");
        let most = rapport_store::MAX_PARTITIONS;
        expect("partitions", (1..=most).contains(&self.partitions), &format!("1 to {most}"));
        for (key, value, least, most) in [
            ("collect.max_event_bytes", self.collect.max_event_bytes, 1 << 10, MIB),
            ("collect.max_batch_bytes", self.collect.max_batch_bytes, 1 << 10, 8 * MIB),
            ("collect.max_batch_events", self.collect.max_batch_events, 1, 100_000),
            ("log.segment_mib", self.log.segment_mib as usize, 1, 4_096),
            ("log.queue_mib", self.log.queue_mib, 8, 4_096),
            ("log.queue_records", self.log.queue_records, 1, 16 << 20),
            ("log.tail_cache_mib", self.log.tail_cache_mib, 0, 4_096),
            ("store.cache_kib", self.store.cache_kib as usize, 64, 4 << 20),
            ("store.readers", self.store.readers, 1, 64),
            ("lake.flush_rows", self.lake.flush_rows, 1, 4 << 20),
            ("lake.flush_age_s", self.lake.flush_age_s as usize, 1, 86_400),
            ("lake.hot_mib", self.lake.hot_mib, 1, 64 << 10),
            ("lake.column_mib", self.lake.column_mib, 1, 1 << 20),
            ("lake.text_mib", self.lake.text_mib, 1, 1 << 20),
            ("lake.threads", self.lake.threads, 0, 256),
            ("engine.batch_records", self.engine.batch_records, 1, 100_000),
            ("engine.batch_kib", self.engine.batch_kib, 64, 64 << 10),
            ("engine.cached_profiles_per_partition", self.engine.cached_profiles_per_partition, 16, 1 << 20),
            ("delivery.queue_messages", self.delivery.queue_messages, 1, 1 << 20),
            ("delivery.concurrency", self.delivery.concurrency, 1, 4_096),
            ("delivery.send_timeout_s", self.delivery.send_timeout_s as usize, 1, 600),
            ("imports.at_once", self.imports.at_once, 1, 8),
            ("imports.max_file_mib", self.imports.max_file_mib as usize, 1, 16 << 20),
        ] {
            expect(key, (least..=most).contains(&value), &format!("{least} to {most}, found {value}"));
        }
        let filter = self.telemetry.level.parse::<tracing_subscriber::filter::Targets>();
        expect("telemetry.level", filter.is_ok(), "error, warn, info, debug, trace, or target=level pairs with commas");
        out
    }

    /// The limits of the log, which lies in `log` of the data directory.
    #[must_use]
    pub fn log_config(&self) -> rapport_log::LogConfig {
        rapport_log::LogConfig {
            partitions: self.partitions,
            segment_bytes: self.log.segment_mib << 20,
            queue_bytes: self.log.queue_mib * MIB,
            queue_records: self.log.queue_records,
            tail_cache_bytes: self.log.tail_cache_mib * MIB,
            ..rapport_log::LogConfig::new(self.log_dir())
        }
    }

    /// The limits of the databases.
    #[must_use]
    pub fn db_options(&self) -> rapport_store::DbOptions {
        rapport_store::DbOptions {
            cache_kib: self.store.cache_kib,
            readers: self.store.readers,
            ..rapport_store::DbOptions::default()
        }
    }

    /// The limits of the lake.
    #[must_use]
    pub fn lake_config(&self) -> rapport_lake::LakeConfig {
        let defaults = rapport_lake::LakeConfig::default();
        rapport_lake::LakeConfig {
            flush_rows: self.lake.flush_rows,
            flush_age: Duration::from_secs(self.lake.flush_age_s),
            hot_bytes: self.lake.hot_mib * MIB,
            column_bytes: self.lake.column_mib * MIB,
            text_bytes: self.lake.text_mib * MIB,
            threads: if self.lake.threads == 0 { defaults.threads } else { self.lake.threads },
            ..defaults
        }
    }

    /// The limits of the partition loop.
    #[must_use]
    pub fn engine_config(&self) -> EngineConfig {
        EngineConfig {
            batch_records: self.engine.batch_records,
            batch_bytes: self.engine.batch_kib << 10,
            cached_profiles_per_partition: self.engine.cached_profiles_per_partition,
            allow_alias_merge: self.engine.allow_alias_merge,
        }
    }

    /// The limits of collection.
    #[must_use]
    pub fn collect_config(&self) -> rapport_collect::CollectConfig {
        rapport_collect::CollectConfig {
            max_event_bytes: self.collect.max_event_bytes,
            max_batch_bytes: self.collect.max_batch_bytes,
            max_batch_events: self.collect.max_batch_events,
            ..rapport_collect::CollectConfig::default()
        }
    }

    /// Where browsers and customers reach a server that listens at `address`; no trailing slash.
    #[must_use]
    pub fn public_url(&self, address: std::net::SocketAddr) -> String {
        if !self.public_url.is_empty() {
            return self.public_url.trim_end_matches('/').to_owned();
        }
        let host = if address.ip().is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { address.ip() };
        format!("http://{}", std::net::SocketAddr::new(host, address.port()))
    }

    /// Where the log lies.
    #[must_use]
    pub fn log_dir(&self) -> PathBuf {
        self.data_dir.join("log")
    }

    /// Where the lake lies.
    #[must_use]
    pub fn lake_dir(&self) -> PathBuf {
        self.data_dir.join("lake")
    }

    /// Where uploaded files to import are kept.
    #[must_use]
    pub fn import_dir(&self) -> PathBuf {
        self.data_dir.join("imports")
    }
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_base_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.is_empty() || rest.is_some_and(|r| !r.is_empty() && !r.starts_with('/') && !r.contains(['?', '#', ' ']))
}
