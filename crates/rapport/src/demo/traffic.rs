//! The shop's events on their way in: the history as fast as the partitions take it, then the present as it happens.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rapport_collect::{CollectError, KeyInfo};
use rapport_domain::{Clock, SystemClock};
use serde_json::Value;

use super::marker::Marker;
use super::readers::Readers;
use super::{Shop, ShopEvent};
use crate::app::App;
use crate::progress::Progress;

const BATCH_EVENTS: usize = 1_000;
/// The history waits while more accepted records than this wait for the partitions.
const MAX_BACKLOG: u64 = 20_000;
/// After so many events the marker is written.
const REMEMBER_EVERY: u64 = 20_000;
const LIVE_EVERY: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(20);
/// How long the log may refuse before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Feeds the shop's events.
pub(super) struct Traffic<'a> {
    pub(super) app: &'a App,
    pub(super) key: KeyInfo,
    pub(super) stopping: &'a AtomicBool,
    pub(super) marker: Marker,
    pub(super) dir: PathBuf,
    pub(super) shop: Shop,
}

impl Traffic<'_> {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Feeds what is left of the history; answers whether all of it is there. The shop is played through it in any case,
    /// so that the present goes on from it.
    pub(super) fn history(&mut self) -> Result<bool> {
        let estimate = Shop::history_estimate(self.marker.customers, self.marker.days).max(1);
        let mut progress = (!self.marker.done).then(|| Progress::new("events", estimate));
        let mut made = 0;
        let mut remembered = self.marker.fed;
        loop {
            if self.is_stopping() {
                return Ok(false);
            }
            let batch: Vec<ShopEvent> = self.shop.history().take(BATCH_EVENTS).collect();
            if batch.is_empty() {
                break;
            }
            let before = made;
            made += batch.len() as u64;
            if self.marker.done || made <= self.marker.fed {
                continue;
            }
            let known = usize::try_from(self.marker.fed.saturating_sub(before)).unwrap_or(0);
            let Some(progress) = &mut progress else { continue };
            self.wait_for_partitions();
            if !self.feed(batch.iter().skip(known).map(|e| e.body.to_string()).collect(), true)? {
                return Ok(false);
            }
            self.marker.fed = made;
            if made - remembered >= REMEMBER_EVERY {
                self.marker.write(&self.dir)?;
                remembered = made;
            }
            progress.at(made.min(estimate), &format!("{made} events"));
        }
        if !self.marker.done {
            self.marker.done = true;
            self.marker.write(&self.dir)?;
            if let Some(progress) = progress {
                progress.finish();
            }
            eprintln!(
                "  The shop's history is there: {made} events. Its customers go on from here, at {}",
                self.app.url()
            );
        }
        Ok(true)
    }

    /// What the customers do now, until the process stops.
    pub(super) fn live(&mut self) -> Result<()> {
        let mut readers = Readers::new(self.marker.seed);
        while !self.is_stopping() {
            let now = SystemClock.now();
            for number in readers.read(self.app, now) {
                self.shop.come(number, now);
            }
            let events = self.shop.live(now);
            // A restarted shop counts its events from the history's end again; ids must be new all the same.
            let starts = self.marker.starts;
            let bodies = events.into_iter().map(|e| with_new_id(e.body, starts).to_string()).collect();
            self.feed(bodies, false)?;
            std::thread::sleep(LIVE_EVERY);
        }
        Ok(())
    }

    fn wait_for_partitions(&self) {
        while self.app.engine().lag_records() > MAX_BACKLOG && !self.is_stopping() {
            std::thread::sleep(PAUSE);
        }
    }

    /// Appends events and waits until they are durable; answers whether they are: not so when the process stops.
    fn feed(&self, bodies: Vec<String>, historical: bool) -> Result<bool> {
        if bodies.is_empty() {
            return Ok(true);
        }
        let items: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let since = Instant::now();
        loop {
            match self.append(&items, historical) {
                Ok(()) => return Ok(true),
                Err(_) if self.is_stopping() => return Ok(false),
                Err(error) if error.class().is_retryable() && since.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE * 10)
                }
                Err(error) => bail!("the shop's events are not accepted: {error}"),
            }
        }
    }

    fn append(&self, items: &[&str], historical: bool) -> Result<(), CollectError> {
        let accepted = self.app.collector().accept_items(items, &self.key, historical)?;
        if let Some(first) = accepted.rejected.first() {
            tracing::warn!(count = accepted.rejected.len(), first = %first.message, "events of the shop were rejected");
        }
        Ok(accepted.ack.wait_blocking()?)
    }
}

fn with_new_id(mut body: Value, starts: u32) -> Value {
    if starts > 1
        && let Some(Value::String(id)) = body.get_mut("messageId")
    {
        id.push_str(&format!("-{starts}"));
    }
    body
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_later_start_has_ids_of_its_own() {
        let body = json!({"messageId": "demo-7-1-2"});
        assert_eq!(with_new_id(body.clone(), 1), body);
        assert_eq!(with_new_id(body, 3)["messageId"], "demo-7-1-2-3");
    }
}
