//! How far apart a channel's messages are: by its own rate, by the recipient's domain, and while its sender is new.
//!
//! A day's messages of a warm-up are spread over the day instead of counted: nothing has to be remembered over a restart,
//! and receivers see a steady sender, which is what a warm-up is for.

use std::time::Duration;

use rapport_domain::Timestamp;
use rapport_domain::time::DAY_MS;

/// A rate for some domains of recipients together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// The domains, lower case.
    pub domains: Vec<String>,
    /// Messages a minute, at most.
    pub per_minute: u32,
}

/// A sender that receivers do not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// When it began.
    pub from: Timestamp,
    /// Messages on the first day.
    pub first_day: u32,
    /// How much more each day, per cent of the day before.
    pub growth: u32,
    /// When a day has as many, it is over.
    pub until: u32,
}

/// The paces of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paces {
    /// Messages a second, at most.
    pub per_second: Option<u32>,
    /// By domain.
    pub throttles: Vec<Throttle>,
    /// While it is new.
    pub warm_up: Option<WarmUp>,
}

/// One pace that a message has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which: 0 is the channel's own, 1 the warm-up, then its throttles in order.
    pub which: usize,
    /// How far apart messages are.
    pub interval: Duration,
    /// It is no limit of somebody else's: what a customer waits for counts in it and does not wait for it.
    pub is_ours: bool,
}

impl WarmUp {
    /// Messages on the day of `now`; `None` when it is over. Before it began it is as on the first day.
    #[must_use]
    pub fn quota(&self, now: Timestamp) -> Option<u32> {
        let days = (now.0 - self.from.0).max(0) / DAY_MS;
        let mut quota = f64::from(self.first_day.max(1));
        for _ in 0..days.min(10_000) {
            quota *= 1.0 + f64::from(self.growth) / 100.0;
            if quota >= f64::from(self.until) {
                break;
            }
        }
        (quota < f64::from(self.until)).then_some(quota as u32)
    }
}

impl Paces {
    /// How many paces there can be.
    #[must_use]
    pub fn count(&self) -> usize {
        2 + self.throttles.len()
    }

    /// The paces for a message to a recipient at this domain.
    #[must_use]
    pub fn of(&self, domain: Option<&str>, now: Timestamp) -> Vec<Step> {
        let own = self.per_second.map(|rate| Step {
            which: 0,
            interval: Duration::from_secs(1) / rate.max(1),
            is_ours: false,
        });
        let quota = self.warm_up.as_ref().and_then(|w| w.quota(now));
        let new =
            quota.map(|q| Step { which: 1, interval: Duration::from_millis(DAY_MS as u64) / q.max(1), is_ours: true });
        let domain = domain.unwrap_or_default();
        let holds = |t: &Throttle| t.domains.iter().any(|d| d.eq_ignore_ascii_case(domain));
        let by_domain = self.throttles.iter().enumerate().filter(|(_, t)| holds(t)).map(|(at, t)| Step {
            which: 2 + at,
            interval: Duration::from_secs(60) / t.per_minute.max(1),
            is_ours: false,
        });
        own.into_iter().chain(new).chain(by_domain).collect()
    }

    /// Which pace that is, for people.
    #[must_use]
    pub fn name(&self, which: usize) -> String {
        match which {
            0 => "the channel's rate is used up".to_owned(),
            1 => "the sender is being warmed up, and the day's messages are spread over the day".to_owned(),
            at => {
                let domains = self.throttles.get(at - 2).map(|t| t.domains.join(", ")).unwrap_or_default();
                format!("the channel's rate for {domains} is used up")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_sender_grows_day_by_day_until_it_is_known() {
        let warm_up = WarmUp { from: Timestamp(0), first_day: 50, growth: 100, until: 400 };
        let day = |n: i64| Timestamp(n * DAY_MS + 1);
        let quotas: Vec<Option<u32>> = (-1..5).map(|n| warm_up.quota(day(n))).collect();
        assert_eq!(quotas, [Some(50), Some(50), Some(100), Some(200), None, None]);
        let level = WarmUp { growth: 0, ..warm_up };
        assert_eq!(level.quota(day(9_000_000)), Some(50));
    }

    #[test]
    fn a_message_keeps_every_pace_that_is_for_it() {
        let paces = Paces {
            per_second: Some(10),
            throttles: vec![
                Throttle { domains: vec!["gmail.com".into(), "googlemail.com".into()], per_minute: 60 },
                Throttle { domains: vec!["t-online.de".into()], per_minute: 6 },
            ],
            warm_up: Some(WarmUp { from: Timestamp(0), first_day: 86_400, growth: 0, until: 1_000_000 }),
        };
        let of = |domain: Option<&str>| {
            paces.of(domain, Timestamp(0)).into_iter().map(|s| (s.which, s.interval.as_millis())).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("GoogleMail.com")), [(0, 100), (1, 1_000), (2, 1_000)]);
        assert_eq!(of(Some("t-online.de")), [(0, 100), (1, 1_000), (3, 10_000)]);
        assert_eq!(of(None), [(0, 100), (1, 1_000)]);
        assert_eq!(Paces::default().of(Some("gmail.com"), Timestamp(0)), []);
        assert!(paces.name(2).contains("googlemail.com") && paces.count() == 4);
    }
}
