//! How much a customer gets: caps over rolling windows, a score of pressure, their own wish, and control groups.

use rapport_domain::hash::bucket_percent;
use rapport_domain::{MessageChannel, OutboxId, Profile, ProfileId, Timestamp};
use serde_json::Value;

use crate::spec::{FrequencyCap, Pressure, Priority, SettingsSpec};

/// The trait in which a customer's own wish for fewer messages is kept: `weekly` or `monthly`, by channel.
pub const WISH: &str = "$frequency";
/// The trait in which a customer's pause is kept: an instant of RFC 3339.
pub const SNOOZE: &str = "$snooze_until";

/// A message that reached the customer without being asked for, or is about to.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Its id.
    pub id: OutboxId,
    /// Its channel.
    pub channel: String,
    /// Its topic.
    pub topic: Option<String>,
    /// When it left.
    pub at: Timestamp,
    /// Whether the customer opened or clicked it.
    pub reacted: bool,
}

/// How many messages a cap allows to one of that priority: a tenth less, rounded up, to those that can wait; half as many
/// again, rounded up, to those that matter more.
#[must_use]
pub fn allowed(max: u32, priority: Priority) -> u32 {
    match priority {
        Priority::Low => max - max.div_ceil(10).min(max),
        Priority::Normal => max,
        Priority::High => max + max.div_ceil(2),
    }
}

fn concerns(cap: &FrequencyCap, channel: &str, topic: Option<&str>) -> bool {
    let channels = cap.channels.is_empty() || cap.channels.iter().any(|c| c == channel);
    let topics = cap.topics.is_empty() || topic.is_some_and(|t| cap.topics.iter().any(|c| c == t));
    channels && topics
}

/// The first cap that a message to this customer would break, for people. A window of `per` that ends at `now` holds what left
/// after `now - per`.
#[must_use]
pub fn broken<'a>(
    caps: impl IntoIterator<Item = &'a FrequencyCap>,
    contacts: &[Contact],
    (channel, topic): (&str, Option<&str>),
    priority: Priority,
    now: Timestamp,
) -> Option<String> {
    for cap in caps.into_iter().filter(|c| concerns(c, channel, topic)) {
        let since = now.plus_ms(-cap.per_ms);
        let inside = |c: &&Contact| c.at > since && concerns(cap, &c.channel, c.topic.as_deref());
        let (had, allowed) = (contacts.iter().filter(inside).count(), allowed(cap.max, priority));
        if had >= allowed as usize {
            let per = rapport_domain::time::format_duration_ms(cap.per_ms);
            return Some(format!("{had} messages within {per}, at most {allowed} are allowed"));
        }
    }
    None
}

/// How much one message of a channel weighs on a customer.
#[must_use]
pub fn weight(channel: &str) -> f64 {
    match MessageChannel::parse(channel) {
        Some(MessageChannel::Voice) => 5.0,
        Some(MessageChannel::Sms | MessageChannel::WhatsApp) => 3.0,
        Some(MessageChannel::Push | MessageChannel::WebPush | MessageChannel::Telegram) => 2.0,
        Some(MessageChannel::InApp) => 0.5,
        _ => 1.0,
    }
}

/// What weighs on the customer now: the weight of each message, halved for each half-life that passed, and half of that when
/// they reacted to it.
#[must_use]
pub fn pressure(contacts: &[Contact], half_life_ms: i64, now: Timestamp) -> f64 {
    let one = |c: &Contact| {
        let halves = now.since_ms(c.at).max(0) as f64 / half_life_ms.max(1) as f64;
        weight(&c.channel) * (-halves).exp2() * if c.reacted { 0.5 } else { 1.0 }
    };
    contacts.iter().map(one).sum()
}

/// Why the pressure is too high for one message more, for people; `None` when it is not.
#[must_use]
pub fn pressed(
    rule: &Pressure,
    contacts: &[Contact],
    channel: &str,
    priority: Priority,
    now: Timestamp,
) -> Option<String> {
    let share = match priority {
        Priority::Low => 0.9,
        Priority::Normal => 1.0,
        Priority::High => 1.5,
    };
    let (score, limit) = (pressure(contacts, rule.half_life_ms, now) + weight(channel), f64::from(rule.limit) * share);
    (score > limit).then(|| format!("pressure would be {score:.1}, at most {limit:.1} is allowed"))
}

/// Whether anything may limit how often this customer is written to, so that what reached them has to be known.
#[must_use]
pub fn is_limited(settings: &SettingsSpec, profile: &Profile) -> bool {
    !settings.frequency_caps.is_empty() || settings.pressure.is_some() || profile.trait_value(WISH).is_some()
}

/// The cap that the customer asked for on a channel.
#[must_use]
pub fn wish(profile: &Profile, channel: &str) -> Option<FrequencyCap> {
    const DAY_MS: i64 = rapport_domain::time::DAY_MS;
    let wished = profile.trait_value(WISH)?;
    let word = wished.get(channel).or_else(|| wished.get("all")).and_then(Value::as_str)?;
    let per_ms = match word {
        "daily" => DAY_MS,
        "weekly" => 7 * DAY_MS,
        "monthly" => 30 * DAY_MS,
        _ => return None,
    };
    Some(FrequencyCap { max: 1, per_ms, channels: vec![channel.to_owned()], topics: Vec::new() })
}

/// Until when the customer wants to be left alone, if that lies ahead.
#[must_use]
pub fn snoozed(profile: &Profile, now: Timestamp) -> Option<Timestamp> {
    let until = profile.trait_value(SNOOZE).and_then(Value::as_str).and_then(Timestamp::parse)?;
    (until > now).then_some(until)
}

/// The name of the workspace's control group, by which journeys hold customers back too: both keep back the same ones.
pub const HOLDOUT: &str = "holdout";

/// Whether the customer is in the control group of that name: the same customers always, `percent` of all, independent of
/// other groups.
#[must_use]
pub fn is_held(group: &str, percent: f64, profile: ProfileId) -> bool {
    bucket_percent(group, profile.0) < percent
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rapport_domain::profile::Trait;
    use rapport_domain::time::{DAY_MS, HOUR_MS};
    use rapport_domain::{Partition, WorkspaceId};
    use serde_json::json;

    use super::*;

    fn contact(channel: &str, topic: Option<&str>, at: i64) -> Contact {
        let id = OutboxId { partition: Partition(0), number: 1 };
        Contact { id, channel: channel.into(), topic: topic.map(Into::into), at: Timestamp(at), reacted: false }
    }

    fn cap(max: u32, per_ms: i64, channels: &[&str], topics: &[&str]) -> FrequencyCap {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        FrequencyCap { max, per_ms, channels: own(channels), topics: own(topics) }
    }

    #[test]
    fn caps_roll() {
        let caps = [cap(2, DAY_MS, &["email"], &[]), cap(1, 7 * DAY_MS, &[], &["news"])];
        let contacts =
            [contact("email", None, 0), contact("email", Some("offers"), HOUR_MS), contact("sms", Some("news"), 0)];
        let ask = |channel, topic, at, priority| broken(&caps, &contacts, (channel, topic), priority, Timestamp(at));
        let soon = 2 * HOUR_MS;
        assert!(ask("email", None, soon, Priority::Normal).unwrap().contains("2 messages within 1d, at most 2"));
        assert!(ask("email", None, soon, Priority::High).is_none(), "three are allowed");
        assert!(ask("email", None, DAY_MS - 1, Priority::Normal).is_some());
        assert!(ask("email", None, DAY_MS, Priority::Normal).is_none(), "the first is a day old");
        assert!(ask("email", None, DAY_MS, Priority::Low).is_some(), "of two one is kept");
        assert!(ask("push", None, soon, Priority::Normal).is_none());
        assert!(ask("push", Some("news"), soon, Priority::Normal).is_some(), "a topic's cap counts every channel");
        assert_eq!(
            [1, 3, 10, 20].map(|m| (allowed(m, Priority::Low), allowed(m, Priority::High))),
            [(0, 2), (2, 5), (9, 15), (18, 30)]
        );
    }

    #[test]
    fn pressure_fades_and_reactions_relieve() {
        let two = [contact("sms", None, 0), contact("email", None, 0)];
        let at = |ms| pressure(&two, DAY_MS, Timestamp(ms));
        assert!((at(0) - 4.0).abs() < 1e-9 && (at(DAY_MS) - 2.0).abs() < 1e-9 && at(30 * DAY_MS) < 1e-6);
        let liked = two.clone().map(|c| Contact { reacted: true, ..c });
        assert!((pressure(&liked, DAY_MS, Timestamp(0)) - 2.0).abs() < 1e-9);
        let rule = Pressure { limit: 5, half_life_ms: DAY_MS };
        let ask = |channel, priority| pressed(&rule, &two, channel, priority, Timestamp(0));
        assert!(ask("email", Priority::Normal).is_none() && ask("sms", Priority::Normal).is_some());
        assert!(ask("email", Priority::Low).is_some() && ask("sms", Priority::High).is_none());
    }

    #[test]
    fn customers_say_how_often() {
        let mut p = Profile::new(WorkspaceId(1), ProfileId(1), true, Timestamp(0));
        assert_eq!((wish(&p, "email"), snoozed(&p, Timestamp(0))), (None, None));
        let mut put = |name: &str, value| p.traits.insert(name.into(), Trait { value, at: Timestamp(1) });
        put(WISH, json!({"email": "weekly", "all": "monthly"}));
        put(SNOOZE, json!("1970-01-02T00:00:00Z"));
        assert_eq!(wish(&p, "email").unwrap().per_ms, 7 * DAY_MS);
        assert_eq!(wish(&p, "sms").unwrap().per_ms, 30 * DAY_MS);
        assert_eq!((snoozed(&p, Timestamp(5)), snoozed(&p, Timestamp(DAY_MS))), (Some(Timestamp(DAY_MS)), None));
    }

    #[test]
    fn control_groups_are_shares_and_independent() {
        let held = |group: &str, percent| (0..20_000).filter(|n| is_held(group, percent, ProfileId(*n))).count();
        assert!((900..1_100).contains(&held("global", 5.0)), "{}", held("global", 5.0));
        assert_eq!((held("a", 0.0), held("a", 100.0)), (0, 20_000));
        let both =
            (0..20_000).filter(|n| is_held("a", 10.0, ProfileId(*n)) && is_held("b", 10.0, ProfileId(*n))).count();
        assert!((130..270).contains(&both), "{both}");
    }

    proptest! {
        #[test]
        fn what_a_cap_lets_through_never_breaks_it(
            times in prop::collection::vec(0i64..30 * DAY_MS, 1..200), max in 1u32..6, per_days in 1i64..10,
        ) {
            let caps = [cap(max, per_days * DAY_MS, &[], &[])];
            let (mut times, mut sent) = (times, Vec::<Contact>::new());
            times.sort_unstable();
            for at in times {
                if broken(&caps, &sent, ("email", None), Priority::Normal, Timestamp(at)).is_none() {
                    sent.push(contact("email", None, at));
                }
            }
            for last in &sent {
                let inside = sent.iter().filter(|c| c.at <= last.at && c.at.0 > last.at.0 - per_days * DAY_MS).count();
                prop_assert!(inside <= max as usize);
            }
        }
    }
}
