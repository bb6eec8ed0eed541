//! What a value must be beyond its type.

use rapport_delivery::channels::http::Outbound;

use super::{Config, MIB};

impl Config {
    /// What is wrong with values that have the right type: key and what was expected.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let mut expect = |key: &'static str, holds: bool, expected: &str| {
            if !holds {
                out.push((key, format!("expected {expected}")));
            }
        };
        expect("listen", is_address(&self.listen), "host:port such as 127.0.0.1:8080");
        let catcher = self.smtp_catcher.is_empty() || is_address(&self.smtp_catcher);
        let bounces = self.bounce_listen.is_empty() || is_address(&self.bounce_listen);
        expect("bounce_listen", bounces, "host:port such as 0.0.0.0:2525, or nothing");
        let mailbox = &self.bounce_mailbox;
        if !mailbox.host.is_empty() {
            expect("bounce_mailbox.username", !mailbox.username.is_empty(), "who signs in");
            // An application may sign in by itself.
            let by_itself = !mailbox.token_url.is_empty() && !mailbox.client_secret.expose().is_empty();
            let is_shown = by_itself || !mailbox.secret.expose().is_empty();
            expect("bounce_mailbox.secret", is_shown, "the password or refresh token");
            let by_token = mailbox.token_url.is_empty() == mailbox.client_id.is_empty();
            expect("bounce_mailbox.client_id", by_token, "the application's id together with token_url, or neither");
            let local = matches!(mailbox.host.as_str(), "localhost" | "::1") || mailbox.host.starts_with("127.");
            let open = "true: a secret is not sent over an open connection, except on this machine";
            expect("bounce_mailbox.tls", mailbox.tls || local, open);
        }
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
            ("engine.cache_mib", self.engine.cache_mib, 1, 64 << 10),
            ("engine.purge_after_s", self.engine.purge_after_s as usize, 0, 86_400),
            ("delivery.queue_messages", self.delivery.queue_messages, 1, 1 << 20),
            ("delivery.concurrency", self.delivery.concurrency, 1, 4_096),
            ("delivery.send_timeout_s", self.delivery.send_timeout_s as usize, 1, 600),
            ("bounce_mailbox.every_s", self.bounce_mailbox.every_s as usize, 5, 86_400),
            ("imports.at_once", self.imports.at_once, 1, 8),
            ("imports.max_file_mib", self.imports.max_file_mib as usize, 1, 16 << 20),
        ] {
            expect(key, (least..=most).contains(&value), &format!("{least} to {most}, found {value}"));
        }
        let filter = self.telemetry.level.parse::<tracing_subscriber::filter::Targets>();
        expect("telemetry.level", filter.is_ok(), "error, warn, info, debug, trace, or target=level pairs with commas");
        if let Err(expected) = Outbound::of(&self.outbound.private_hosts) {
            out.push(("outbound.private_hosts", expected));
        }
        out
    }
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_base_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.is_empty() || rest.is_some_and(|r| !r.is_empty() && !r.starts_with('/') && !r.contains(['?', '#', ' ']))
}
