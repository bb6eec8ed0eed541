//! One lane a live channel: its provider, its pace and how it fares.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rapport_domain::{Timestamp, WorkspaceId};
use tokio::time::Instant;

use crate::channels::{self, Means, Provider};
use crate::core::pace::Paces;
use crate::spec::LiveChannel;

/// Lanes kept, at most; beyond it those not in use are dropped and their connections closed.
const MAX_LANES: usize = 1_024;
/// How far ahead a message may be placed in a channel's pace before it is put back instead.
const MAX_PACE_WAIT: Duration = Duration::from_secs(1);
/// Faults in a row after which a provider rests.
const FAULTS_TO_REST: u32 = 5;
/// How long it rests when it did not say itself.
const REST: Duration = Duration::from_secs(30);
/// The longest rest that a provider can ask for.
const MAX_REST: Duration = Duration::from_secs(3_600);

/// A channel's provider and pace.
pub(super) struct Lane {
    version: u32,
    pub(super) provider: Arc<dyn Provider>,
    paces: Paces,
    /// Where each of the paces stands.
    stands: Mutex<Vec<Stand>>,
    health: Mutex<Health>,
}

/// The next free places of a pace: to send now, and for messages that were put back.
#[derive(Clone, Copy)]
struct Stand {
    next: Instant,
    next_deferred: Instant,
}

/// How the provider fared lately.
#[derive(Default)]
struct Health {
    faults: u32,
    rests_until: Option<Instant>,
}

impl Lane {
    fn new(channel: &LiveChannel, means: &Means) -> Result<Self, String> {
        let now = Instant::now();
        Ok(Lane {
            version: channel.version,
            provider: channels::open(&channel.spec, means)?,
            stands: Mutex::new(vec![Stand { next: now, next_deferred: now }; channel.spec.paces.count()]),
            paces: channel.spec.paces.clone(),
            health: Mutex::default(),
        })
    }

    /// Waits for a place in every pace that a message to this domain has to keep.
    ///
    /// # Errors
    /// How long to put the message back for and why, when the next place is far off; messages put back get times as far
    /// apart as the pace, so that they do not all come again at once.
    pub(super) async fn pace(&self, domain: Option<&str>, today: Timestamp) -> Result<(), (Duration, String)> {
        let steps = self.paces.of(domain, today);
        let at = {
            let (now, mut stands) = (Instant::now(), self.stands.lock());
            let Some(last) = steps.iter().max_by_key(|s| stands[s.which].next) else { return Ok(()) };
            let at = stands[last.which].next.max(now);
            if at - now > MAX_PACE_WAIT {
                let stand = &mut stands[last.which];
                let back = stand.next_deferred.max(at);
                stand.next_deferred = back + last.interval;
                return Err((back - now, self.paces.name(last.which)));
            }
            for step in &steps {
                stands[step.which].next = at + step.interval;
            }
            at
        };
        tokio::time::sleep_until(at).await;
        Ok(())
    }

    /// How much longer the provider is left alone; `None` when it is up.
    pub(super) fn rests(&self) -> Option<Duration> {
        let left = self.health.lock().rests_until?.checked_duration_since(Instant::now())?;
        (!left.is_zero()).then_some(left)
    }

    /// The provider took a message.
    pub(super) fn took(&self) {
        *self.health.lock() = Health::default();
    }

    /// The provider failed; after some times in a row it rests.
    pub(super) fn failed(&self) {
        let mut health = self.health.lock();
        health.faults += 1;
        if health.faults >= FAULTS_TO_REST {
            *health = Health { faults: 0, rests_until: Some(Instant::now() + REST) };
        }
    }

    /// The provider asked to be left alone. Answers how long it is.
    pub(super) fn rest(&self, wanted: Option<Duration>) -> Duration {
        let rest = wanted.unwrap_or(REST).clamp(Duration::from_secs(1), MAX_REST);
        self.health.lock().rests_until = Some(Instant::now() + rest);
        rest
    }
}

/// The lanes in use.
pub(super) struct Lanes {
    means: Means,
    lanes: Mutex<HashMap<(WorkspaceId, String), Arc<Lane>>>,
}

impl Lanes {
    pub(super) fn new(means: Means) -> Self {
        Lanes { means, lanes: Mutex::default() }
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
        let lane = Arc::new(Lane::new(channel, &self.means)?);
        lanes.insert(key, Arc::clone(&lane));
        Ok(lane)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::channels::http::Http;
    use crate::spec::ChannelSpec;

    #[tokio::test(start_paused = true)]
    async fn pace_spreads_messages_and_those_put_back() {
        let spec = json!({"kind": "smtp", "host": "localhost", "tls": "none", "rate_per_second": 10, "from": {"email": "a@b.co"},
            "throttles": [{"domains": ["slow.example"], "per_minute": 60}]});
        let channel = LiveChannel { id: "c".into(), version: 1, spec: ChannelSpec::validate(&spec).unwrap() };
        let timeout = Duration::from_secs(1);
        let lanes = Lanes::new(Means { timeout, http: Arc::new(Http::new(timeout, true).unwrap()) });
        let lane = lanes.lane(WorkspaceId(1), &channel).unwrap();
        let (begun, today) = (Instant::now(), Timestamp(0));
        for _ in 0..11 {
            lane.pace(None, today).await.unwrap();
        }
        assert_eq!(begun.elapsed().as_millis(), 1_000);
        // A domain with a pace of its own does not hold the others up.
        let slow = Some("slow.example");
        lane.pace(slow, today).await.unwrap();
        lane.pace(slow, today).await.unwrap();
        assert_eq!(begun.elapsed().as_millis(), 2_100);
        let waits = [lane.pace(slow, today).await, lane.pace(slow, today).await];
        assert!(waits[0].is_ok() && waits[1].is_ok(), "{waits:?}");
        lane.stands.lock()[2].next += Duration::from_secs(5);
        let (wait, why) = lane.pace(slow, today).await.unwrap_err();
        assert!(wait.as_secs() >= 5 && why.contains("slow.example"), "{why}");
        lane.pace(Some("fast.example"), today).await.unwrap();
        lane.stands.lock()[0].next += Duration::from_secs(5);
        let waits = [lane.pace(None, today).await, lane.pace(None, today).await].map(|w| w.unwrap_err().0.as_millis());
        assert_eq!(waits[1] - waits[0], 100);
        assert!(Arc::ptr_eq(&lane, &lanes.lane(WorkspaceId(1), &channel).unwrap()));
        assert!(!Arc::ptr_eq(&lane, &lanes.lane(WorkspaceId(1), &LiveChannel { version: 2, ..channel }).unwrap()));
        // Faults in a row make it rest, a success forgets them, and a provider can ask to be left alone.
        for _ in 0..FAULTS_TO_REST - 1 {
            lane.failed();
        }
        lane.took();
        lane.failed();
        assert!(lane.rests().is_none());
        for _ in 0..FAULTS_TO_REST - 1 {
            lane.failed();
        }
        assert_eq!(lane.rests(), Some(REST));
        tokio::time::advance(REST).await;
        assert!(lane.rests().is_none());
        assert_eq!(lane.rest(Some(Duration::from_secs(1_000_000))), MAX_REST);
    }
}
