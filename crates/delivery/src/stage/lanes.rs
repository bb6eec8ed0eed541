//! One lane a live channel: its provider, its pace and how it fares.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rapport_domain::{Timestamp, WorkspaceId};
use tokio::time::Instant;

use crate::channels::health::Health;
use crate::channels::{self, Means, Provider};
use crate::core::pace::Paces;
use crate::spec::LiveChannel;

/// Lanes kept, at most; beyond it those not in use are dropped and their connections closed.
const MAX_LANES: usize = 1_024;
/// How far ahead a message may be placed in a channel's pace before it is put back instead.
const MAX_PACE_WAIT: Duration = Duration::from_secs(1);
/// Places of a pace that may go by without anybody of the line coming before the line is taken for empty: its messages were
/// stopped meanwhile.
const EMPTY_AFTER_PLACES: u32 = 3;
/// The shortest time after which a line is taken for empty.
const EMPTY_AFTER: Duration = Duration::from_secs(30);

/// A channel's provider and pace.
pub(super) struct Lane {
    version: u32,
    pub(super) provider: Arc<dyn Provider>,
    paces: Paces,
    /// Where each of the paces stands.
    stands: Mutex<Vec<Stand>>,
    health: Mutex<Health>,
}

/// Where a pace stands. Messages that customers wait for have a line of their own, which nobody else is in.
#[derive(Clone, Copy)]
struct Stand {
    awaited: Line,
    bulk: Line,
}

/// Messages one after the other.
#[derive(Clone, Copy)]
struct Line {
    /// From when on the next one may leave.
    free: Instant,
    /// The next place of those that came at their time and found somebody else there.
    late: Instant,
    /// The end of the line: the next place of those that come for the first time.
    end: Instant,
    /// When the last one that was put back came, or the first one will.
    came: Instant,
}

/// What a message is in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// A customer waits for it.
    pub(super) is_awaited: bool,
    /// It was put back before.
    pub(super) came_back: bool,
}

impl Line {
    fn new(now: Instant) -> Self {
        Line { free: now, late: now, end: now, came: now }
    }

    /// From when on this message may leave, as far as the line goes.
    fn place(&mut self, came_back: bool, interval: Duration, now: Instant) -> Instant {
        if came_back {
            self.came = now;
            return self.free;
        }
        let patience = (interval * EMPTY_AFTER_PLACES).max(EMPTY_AFTER);
        if self.end > now && now.saturating_duration_since(self.came) > patience {
            (self.late, self.end) = (now, now);
        }
        self.free.max(self.end)
    }

    /// Puts a message back that could not leave before `at`. Answers until when: as far from the others put back as the pace, so
    /// that they do not all come again at once.
    fn put_back(&mut self, came_back: bool, interval: Duration, at: Instant, now: Instant) -> Instant {
        if came_back {
            let until = self.late.max(at);
            self.late = until + interval;
            return until;
        }
        if self.end <= now {
            self.came = at;
        }
        self.end = at + interval;
        at
    }
}

impl Lane {
    fn new(channel: &LiveChannel, means: &Means) -> Result<Self, String> {
        let now = Instant::now();
        Ok(Lane {
            version: channel.version,
            provider: channels::open(&channel.spec, means)?,
            stands: Mutex::new(vec![
                Stand { awaited: Line::new(now), bulk: Line::new(now) };
                channel.spec.paces.count()
            ]),
            paces: channel.spec.paces.clone(),
            health: Mutex::default(),
        })
    }

    /// Waits for a place in every pace that a message to this domain has to keep. One that a customer waits for goes after the last
    /// of its kind; what nobody waits for moves up by one place.
    ///
    /// # Errors
    /// How long to put the message back for and why, when the next place is far off.
    pub(super) async fn pace(
        &self,
        domain: Option<&str>,
        today: Timestamp,
        Standing { is_awaited, came_back }: Standing,
    ) -> Result<(), (Duration, String)> {
        let steps = self.paces.of(domain, today);
        let at = {
            let (now, mut stands) = (Instant::now(), self.stands.lock());
            let mut last = None;
            for step in steps.iter().filter(|step| !(is_awaited && step.is_ours)) {
                let place = stands[step.which].line(is_awaited).place(came_back, step.interval, now);
                if last.is_none_or(|(_, latest)| place > latest) {
                    last = Some((step, place));
                }
            }
            let at = last.map_or(now, |(_, place)| place.max(now));
            if let Some((step, _)) = last.filter(|_| at - now > MAX_PACE_WAIT) {
                let until = stands[step.which].line(is_awaited).put_back(came_back, step.interval, at, now);
                return Err((until - now, self.paces.name(step.which)));
            }
            for step in &steps {
                let stand = &mut stands[step.which];
                stand.line(is_awaited).free = at + step.interval;
                if is_awaited {
                    stand.bulk.free = stand.bulk.free.max(at) + step.interval;
                }
            }
            at
        };
        tokio::time::sleep_until(at).await;
        Ok(())
    }

    /// How the provider fares.
    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock()
    }
}

impl Stand {
    fn line(&mut self, is_awaited: bool) -> &mut Line {
        if is_awaited { &mut self.awaited } else { &mut self.bulk }
    }
}

/// The lanes in use.
pub(super) struct Lanes {
    means: Means,
    lanes: Mutex<HashMap<(WorkspaceId, String), Arc<Lane>>>,
}

impl Lanes {
    /// How providers are reached.
    pub(super) fn means(&self) -> &Means {
        &self.means
    }

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
    use crate::channels::http::{Http, Outbound};
    use crate::spec::ChannelSpec;

    #[tokio::test(start_paused = true)]
    async fn pace_spreads_messages_and_those_put_back() {
        let spec = json!({"kind": "smtp", "host": "localhost", "tls": "none", "rate_per_second": 10, "from": {"email": "a@b.co"},
            "throttles": [{"domains": ["slow.example"], "per_minute": 60}]});
        let channel = LiveChannel { id: "c".into(), version: 1, spec: ChannelSpec::validate(&spec).unwrap() };
        let timeout = Duration::from_secs(1);
        let lanes = Lanes::new(Means { timeout, http: Arc::new(Http::new(timeout, &Outbound::anywhere()).unwrap()) });
        let lane = lanes.lane(WorkspaceId(1), &channel).unwrap();
        let (begun, today) = (Instant::now(), Timestamp(0));
        let bulk = Standing::default();
        for _ in 0..11 {
            lane.pace(None, today, bulk).await.unwrap();
        }
        assert_eq!(begun.elapsed().as_millis(), 1_000);
        // A domain with a pace of its own does not hold the others up.
        let slow = Some("slow.example");
        lane.pace(slow, today, bulk).await.unwrap();
        lane.pace(slow, today, bulk).await.unwrap();
        assert_eq!(begun.elapsed().as_millis(), 2_100);
        let waits = [lane.pace(slow, today, bulk).await, lane.pace(slow, today, bulk).await];
        assert!(waits[0].is_ok() && waits[1].is_ok(), "{waits:?}");
        lane.stands.lock()[2].bulk.free += Duration::from_secs(5);
        let (wait, why) = lane.pace(slow, today, bulk).await.unwrap_err();
        assert!(wait.as_secs() >= 5 && why.contains("slow.example"), "{why}");
        lane.pace(Some("fast.example"), today, bulk).await.unwrap();
        lane.stands.lock()[0].bulk.free += Duration::from_secs(5);
        let waits = [lane.pace(None, today, bulk).await, lane.pace(None, today, bulk).await]
            .map(|w| w.unwrap_err().0.as_millis());
        assert_eq!(waits[1] - waits[0], 100);
        assert!(Arc::ptr_eq(&lane, &lanes.lane(WorkspaceId(1), &channel).unwrap()));
        assert!(!Arc::ptr_eq(&lane, &lanes.lane(WorkspaceId(1), &LiveChannel { version: 2, ..channel }).unwrap()));
    }

    /// A lane of mail with these members more.
    fn lane(more: serde_json::Value) -> Arc<Lane> {
        let spec = json!({"kind": "smtp", "host": "localhost", "tls": "none", "from": {"email": "a@b.co"}});
        let spec = ChannelSpec::validate(&crate::channels::testing::with(spec, more)).unwrap();
        let channel = LiveChannel { id: "c".into(), version: 1, spec };
        let timeout = Duration::from_secs(1);
        let lanes = Lanes::new(Means { timeout, http: Arc::new(Http::new(timeout, &Outbound::anywhere()).unwrap()) });
        lanes.lane(WorkspaceId(1), &channel).unwrap()
    }

    /// How many minutes a message is put back; 0 when it may leave.
    async fn minutes(lane: &Lane, standing: Standing) -> u64 {
        lane.pace(None, Timestamp(0), standing).await.err().map_or(0, |(wait, _)| (wait.as_secs() + 30) / 60)
    }

    const BULK: Standing = Standing { is_awaited: false, came_back: false };
    const BACK: Standing = Standing { is_awaited: false, came_back: true };
    const AWAITED: Standing = Standing { is_awaited: true, came_back: false };

    #[tokio::test(start_paused = true)]
    async fn who_a_customer_waits_for_stands_in_no_line_of_a_campaign() {
        let half_an_hour = Duration::from_secs(1_800);
        // A new sender: one message in half an hour.
        let new = lane(json!({"warm_up": {"from": "1970-01-01", "first_day": 48, "until": 1_000_000}}));
        let campaign = [minutes(&new, BULK).await, minutes(&new, BULK).await, minutes(&new, BULK).await];
        assert_eq!(campaign, [0, 30, 60]);
        assert_eq!([minutes(&new, AWAITED).await, minutes(&new, AWAITED).await], [0, 0], "a warm-up is ours to keep");
        // They count: whoever comes for the first place finds it taken, and has the next that is free, not the end of the line.
        tokio::time::advance(half_an_hour).await;
        assert_eq!(minutes(&new, BACK).await, 60);
        tokio::time::advance(half_an_hour).await;
        assert_eq!(minutes(&new, BACK).await, 60, "after the other");
        tokio::time::advance(half_an_hour).await;
        assert_eq!(minutes(&new, BACK).await, 0);

        // A limit of somebody else's holds for both, each in its line.
        let slow = lane(json!({"throttles": [{"domains": ["a.example"], "per_minute": 6}]}));
        let put_back = async |standing| {
            let placed = slow.pace(Some("a.example"), Timestamp(0), standing).await;
            placed.err().map_or(0, |(wait, _)| wait.as_secs())
        };
        for n in 0..200 {
            assert_eq!(put_back(BULK).await, n * 10);
        }
        assert_eq!([put_back(AWAITED).await, put_back(AWAITED).await, put_back(AWAITED).await], [0, 10, 20]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_in_which_nobody_stands_any_more_is_forgotten() {
        let new = lane(json!({"warm_up": {"from": "1970-01-01", "first_day": 48, "until": 1_000_000}}));
        for _ in 0..100 {
            minutes(&new, BULK).await;
        }
        assert_eq!(minutes(&new, BULK).await, 100 * 30);
        // The campaign is stopped: its messages never come for their places.
        tokio::time::advance(Duration::from_secs(1_800 * 5)).await;
        assert_eq!([minutes(&new, BULK).await, minutes(&new, BULK).await], [0, 30]);
        // Where they do come, whoever comes first stands at the end.
        let busy = lane(json!({"warm_up": {"from": "1970-01-01", "first_day": 48, "until": 1_000_000}}));
        for _ in 0..10 {
            minutes(&busy, BULK).await;
        }
        for _ in 0..5 {
            tokio::time::advance(Duration::from_secs(1_800)).await;
            assert_eq!(minutes(&busy, BACK).await, 0);
        }
        assert_eq!(minutes(&busy, BULK).await, 5 * 30);
    }
}
