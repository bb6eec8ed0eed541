//! One lane a live channel: its connections and its pace.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rapport_domain::WorkspaceId;
use tokio::time::Instant;

use crate::channels::email::SmtpProvider;
use crate::spec::LiveChannel;

/// Lanes kept, at most; beyond it those not in use are dropped and their connections closed.
const MAX_LANES: usize = 1_024;
/// How far ahead a message may be placed in a channel's pace before it is put back instead.
const MAX_PACE_WAIT: Duration = Duration::from_secs(1);

/// A channel's connections and pace.
pub(super) struct Lane {
    version: u32,
    pub(super) provider: SmtpProvider,
    interval: Option<Duration>,
    pace: Mutex<Pace>,
}

/// The next free places: to send now, and for messages that were put back.
struct Pace {
    next: Instant,
    next_deferred: Instant,
}

impl Lane {
    fn new(channel: &LiveChannel, timeout: Duration) -> Result<Self, String> {
        let now = Instant::now();
        Ok(Lane {
            version: channel.version,
            provider: SmtpProvider::new(&channel.spec, timeout)?,
            interval: channel.spec.rate_per_second.map(|r| Duration::from_secs(1) / r.max(1)),
            pace: Mutex::new(Pace { next: now, next_deferred: now }),
        })
    }

    /// Waits for a place in the channel's pace.
    ///
    /// # Errors
    /// How long to put the message back for, when the next place is far off; messages put back get times as far apart as
    /// the pace, so that they do not all come again at once.
    pub(super) async fn pace(&self) -> Result<(), Duration> {
        let Some(interval) = self.interval else { return Ok(()) };
        let at = {
            let (now, mut pace) = (Instant::now(), self.pace.lock());
            let at = pace.next.max(now);
            if at - now > MAX_PACE_WAIT {
                let back = pace.next_deferred.max(at);
                pace.next_deferred = back + interval;
                return Err(back - now);
            }
            pace.next = at + interval;
            at
        };
        tokio::time::sleep_until(at).await;
        Ok(())
    }
}

/// The lanes in use.
pub(super) struct Lanes {
    timeout: Duration,
    lanes: Mutex<HashMap<(WorkspaceId, String), Arc<Lane>>>,
}

impl Lanes {
    pub(super) fn new(timeout: Duration) -> Self {
        Lanes { timeout, lanes: Mutex::default() }
    }

    /// The lane of a channel; a new version of the channel gets a new one.
    pub(super) fn lane(&self, workspace: WorkspaceId, channel: &LiveChannel) -> Result<Arc<Lane>, String> {
        let mut lanes = self.lanes.lock();
        let key = (workspace, channel.id.clone());
        if let Some(lane) = lanes.get(&key).filter(|l| l.version == channel.version) {
            return Ok(Arc::clone(lane));
        }
        if lanes.len() >= MAX_LANES {
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        }
        let lane = Arc::new(Lane::new(channel, self.timeout)?);
        lanes.insert(key, Arc::clone(&lane));
        Ok(lane)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::ChannelSpec;

    #[tokio::test(start_paused = true)]
    async fn pace_spreads_messages_and_those_put_back() {
        let spec = json!({"kind": "smtp", "host": "localhost", "tls": "none", "rate_per_second": 10, "from": {"email": "a@b.co"}});
        let channel = LiveChannel { id: "c".into(), version: 1, spec: ChannelSpec::validate(&spec).unwrap() };
        let lanes = Lanes::new(Duration::from_secs(1));
        let lane = lanes.lane(WorkspaceId(1), &channel).unwrap();
        let begun = Instant::now();
        for _ in 0..11 {
            lane.pace().await.unwrap();
        }
        assert_eq!(begun.elapsed().as_millis(), 1_000);
        lane.pace.lock().next += Duration::from_secs(5);
        let waits: Vec<u128> = [lane.pace().await, lane.pace().await].map(|w| w.unwrap_err().as_millis()).into();
        assert_eq!(waits[1] - waits[0], 100);
        assert!(Arc::ptr_eq(&lane, &lanes.lane(WorkspaceId(1), &channel).unwrap()));
        assert!(!Arc::ptr_eq(&lane, &lanes.lane(WorkspaceId(1), &LiveChannel { version: 2, ..channel }).unwrap()));
    }
}
