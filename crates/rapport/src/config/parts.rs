//! The configuration in the words of the parts that it configures.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use rapport_delivery::channels::email::Grant;
use rapport_delivery::channels::http::Outbound;
use rapport_delivery::mailbox::Mailbox;
use rapport_engine::EngineConfig;

use super::{Config, MIB};

impl Config {
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
            secret_key: Some(self.secret_key.clone()).filter(|keys| !keys.expose().is_empty()),
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
            give_back: Some(crate::allocator::give_back),
            ..defaults
        }
    }

    /// The limits of the partition loop.
    #[must_use]
    pub fn engine_config(&self) -> EngineConfig {
        EngineConfig {
            batch_records: self.engine.batch_records,
            batch_bytes: self.engine.batch_kib << 10,
            cache_bytes: self.engine.cache_mib * MIB,
            exports_dir: Some(self.data_dir.join("exports")),
            allow_alias_merge: self.engine.allow_alias_merge,
            purge_after_ms: i64::try_from(self.engine.purge_after_s * 1_000).unwrap_or(i64::MAX),
            give_back: Some(crate::allocator::give_back),
            ..EngineConfig::default()
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

    /// What this server may call.
    #[must_use]
    pub fn outbound(&self) -> Outbound {
        if self.delivery.allow_private_addresses {
            return Outbound::anywhere();
        }
        // Checked when it was read.
        Outbound::of(&self.outbound.private_hosts).unwrap_or_default()
    }

    /// The mailbox that returned mail is fetched from, if there is one.
    #[must_use]
    pub fn mailbox(&self) -> Option<Mailbox> {
        let own = &self.bounce_mailbox;
        let grant = || Grant {
            token_url: own.token_url.clone(),
            refresh_token: own.secret.expose().clone(),
            client_id: own.client_id.clone(),
            client_secret: own.client_secret.expose().clone(),
            scope: own.scope.clone(),
        };
        (!own.host.is_empty()).then(|| Mailbox {
            host: own.host.clone(),
            port: own.port,
            tls: own.tls,
            ca_file: (!own.ca_file.is_empty()).then(|| own.ca_file.clone().into()),
            username: own.username.clone(),
            secret: own.secret.expose().clone(),
            grant: (!own.token_url.is_empty()).then(grant),
            folder: own.folder.clone(),
            every: Duration::from_secs(own.every_s),
            delete: own.delete,
        })
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
