//! How often a customer is written to: caps over rolling windows, their own wish, and control groups. What weighs on them beside
//! that is [`super::pressure`].

use rapport_domain::hash::bucket_percent;
use rapport_domain::time::format_duration_ms;
use rapport_domain::{Detail, OutboxId, Profile, ProfileId, Timestamp};
use serde_json::{Value, json};

use crate::spec::{FrequencyCap, Priority, SettingsSpec};

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

/// How a cap stands for a customer, before one message more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The cap.
    pub cap: &'a FrequencyCap,
    /// Messages within its window.
    pub had: usize,
    /// How many it allows to a message of this priority.
    pub allowed: u32,
}

impl Standing<'_> {
    /// As values for people.
    #[must_use]
    pub fn values(&self) -> Value {
        let FrequencyCap { max, per_ms, channels, topics } = self.cap;
        let mut out =
            json!({"counted": self.had, "allowed": self.allowed, "max": max, "per": format_duration_ms(*per_ms)});
        narrowed(&mut out, channels, topics);
        out
    }
}

/// Adds the channels and topics that a setting is about, where it names any.
pub(super) fn narrowed(values: &mut Value, channels: &[String], topics: &[String]) {
    for (name, list) in [("channels", channels), ("topics", topics)] {
        if !list.is_empty() {
            values[name] = json!(list);
        }
    }
}

/// How the caps that concern a message stand. A window of `per` that ends at `now` holds what left after `now - per`.
pub fn standings<'a>(
    caps: impl IntoIterator<Item = &'a FrequencyCap>,
    contacts: &[Contact],
    (channel, topic): (&str, Option<&str>),
    priority: Priority,
    now: Timestamp,
) -> impl Iterator<Item = Standing<'a>> {
    caps.into_iter().filter(move |cap| concerns(cap, channel, topic)).map(move |cap| {
        let since = now.plus_ms(-cap.per_ms);
        let inside = |c: &&Contact| c.at > since && concerns(cap, &c.channel, c.topic.as_deref());
        Standing { cap, had: contacts.iter().filter(inside).count(), allowed: allowed(cap.max, priority) }
    })
}

/// The first cap that a message to this customer would break, as the grounds of the rule of that name.
#[must_use]
pub fn broken<'a>(
    rule: &'static str,
    caps: impl IntoIterator<Item = &'a FrequencyCap>,
    contacts: &[Contact],
    of: (&str, Option<&str>),
    priority: Priority,
    now: Timestamp,
) -> Option<Detail> {
    let full = standings(caps, contacts, of, priority, now).find(|s| s.had >= s.allowed as usize)?;
    let per = format_duration_ms(full.cap.per_ms);
    let text = format!("{} messages within {per}, at most {} are allowed", full.had, full.allowed);
    Some(Detail::of(rule, text, full.values()))
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
        let ask = |channel, topic, at, priority| {
            broken("frequency_cap", &caps, &contacts, (channel, topic), priority, Timestamp(at))
        };
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
                if broken("frequency_cap", &caps, &sent, ("email", None), Priority::Normal, Timestamp(at)).is_none() {
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
