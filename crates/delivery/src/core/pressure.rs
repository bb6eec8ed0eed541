//! Pressure: what messages that nobody asked for weigh on a customer now. The one score of the platform: the gate compares it with
//! the limit of the settings, simulations do the same, and profiles show it.
//!
//! Each message adds the weight of its channel (1 is an e-mail), which halves with every half-life that passed since it left, and once
//! more when the customer reacted to it (opened, clicked or answered):
//! `Σ weight(channel) · 2^(-age / half-life) · (reacted ? ½ : 1)`. So 0 is nobody written to lately, 1 one e-mail just now, and a
//! customer who gets one e-mail for each half-life and reacts to none tends to 2.

use rapport_domain::time::{DAY_MS, format_duration_ms};
use rapport_domain::{Detail, MessageChannel, Timestamp};
use serde_json::{Value, json};

use super::caps::Contact;
use crate::spec::{Pressure, Priority};

/// When a message weighs half, milliseconds, where the settings do not say.
pub const HALF_LIFE_MS: i64 = 3 * DAY_MS;

/// How much one message of a channel weighs on a customer; 1 is an e-mail.
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

/// What weighs on the customer at `now`, in e-mails just sent; see the head of this module. A message that leaves later counts as
/// one that leaves now.
#[must_use]
pub fn pressure(contacts: &[Contact], half_life_ms: i64, now: Timestamp) -> f64 {
    let one = |c: &Contact| {
        let halves = now.since_ms(c.at).max(0) as f64 / half_life_ms.max(1) as f64;
        weight(&c.channel) * (-halves).exp2() * if c.reacted { 0.5 } else { 1.0 }
    };
    // The sum of nothing is -0.
    contacts.iter().map(one).sum::<f64>() + 0.0
}

/// What weighs on a customer, and what one message more would add.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// What weighs already.
    pub before: f64,
    /// What the message adds.
    pub weight: f64,
    /// The most that may weigh, for a message of its priority.
    pub limit: f64,
    /// When a message weighs half, milliseconds.
    pub half_life_ms: i64,
    /// Messages that were looked at.
    pub messages: usize,
}

impl Load {
    /// How it is for a message of that channel and priority.
    #[must_use]
    pub fn of(rule: &Pressure, contacts: &[Contact], channel: &str, priority: Priority, now: Timestamp) -> Self {
        let share = match priority {
            Priority::Low => 0.9,
            Priority::Normal => 1.0,
            Priority::High => 1.5,
        };
        Load {
            before: pressure(contacts, rule.half_life_ms, now),
            weight: weight(channel),
            limit: f64::from(rule.limit) * share,
            half_life_ms: rule.half_life_ms,
            messages: contacts.len(),
        }
    }

    /// As values for people.
    #[must_use]
    pub fn values(&self) -> Value {
        let short = |x: f64| (x * 100.0).round() / 100.0;
        json!({
            "pressure": short(self.before), "weight": short(self.weight), "limit": short(self.limit),
            "half_life": format_duration_ms(self.half_life_ms), "counted": self.messages,
        })
    }
}

/// Why the pressure is too high for one message more; `None` when it is not. Messages that can wait have nine tenths of the limit,
/// those that matter more half as much again.
#[must_use]
pub fn pressed(
    rule: &Pressure,
    contacts: &[Contact],
    channel: &str,
    priority: Priority,
    now: Timestamp,
) -> Option<Detail> {
    let load = Load::of(rule, contacts, channel, priority, now);
    let score = load.before + load.weight;
    (score > load.limit).then(|| {
        let text = format!("pressure would be {score:.1}, at most {:.1} is allowed", load.limit);
        Detail::of("pressure", text, load.values())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rapport_domain::{OutboxId, Partition};

    use super::*;

    fn contact(channel: &str, at: i64, reacted: bool) -> Contact {
        let id = OutboxId { partition: Partition(0), number: 1 };
        Contact { id, channel: channel.into(), topic: None, at: Timestamp(at), reacted }
    }

    #[test]
    fn pressure_fades_and_reactions_relieve() {
        let two = [contact("sms", 0, false), contact("email", 0, false)];
        let at = |ms| pressure(&two, DAY_MS, Timestamp(ms));
        assert!((at(0) - 4.0).abs() < 1e-9 && (at(DAY_MS) - 2.0).abs() < 1e-9 && at(30 * DAY_MS) < 1e-6);
        assert!(pressure(&[], DAY_MS, Timestamp(0)).is_sign_positive());
        let liked = two.clone().map(|c| Contact { reacted: true, ..c });
        assert!((pressure(&liked, DAY_MS, Timestamp(0)) - 2.0).abs() < 1e-9);
        let rule = Pressure { limit: 5, half_life_ms: DAY_MS };
        let ask = |channel, priority| pressed(&rule, &two, channel, priority, Timestamp(0));
        assert!(ask("email", Priority::Normal).is_none() && ask("sms", Priority::Normal).is_some());
        assert!(ask("email", Priority::Low).is_some() && ask("sms", Priority::High).is_none());
    }

    #[test]
    fn one_mail_each_half_life_tends_to_two() {
        let mails: Vec<Contact> = (0..40).map(|n| contact("email", n * DAY_MS, false)).collect();
        assert!((pressure(&mails, DAY_MS, Timestamp(39 * DAY_MS)) - 2.0).abs() < 1e-6);
    }

    fn contacts() -> impl Strategy<Value = Vec<Contact>> {
        let channel = prop::sample::select(vec!["email", "sms", "push", "inapp", "voice", "whatsapp", "webpush", "?"]);
        let one = (channel, 0..40 * DAY_MS, any::<bool>()).prop_map(|(channel, at, liked)| contact(channel, at, liked));
        prop::collection::vec(one, 0..40)
    }

    proptest! {
        #[test]
        fn it_adds_up_fades_and_knows_no_order(
            all in contacts(), split in any::<prop::sample::Index>(), half_life in DAY_MS / 24..20 * DAY_MS, later in 0..40 * DAY_MS,
        ) {
            let now = Timestamp(40 * DAY_MS);
            let of = |list: &[Contact], at| pressure(list, half_life, at);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
            let whole = of(&all, now);
            // The sum of its parts, whichever way they are cut or turned.
            let (some, rest) = all.split_at(split.index(all.len() + 1));
            prop_assert!(close(whole, of(some, now) + of(rest, now)));
            let turned: Vec<Contact> = all.iter().rev().cloned().collect();
            prop_assert!(close(whole, of(&turned, now)));
            // Between nothing and what all of it weighs when it leaves.
            let most: f64 = all.iter().map(|c| weight(&c.channel)).sum();
            prop_assert!((0.0..=most).contains(&whole));
            // Half of it a half-life later, less whenever time passes.
            prop_assert!(close(of(&all, now.plus_ms(half_life)) * 2.0, whole));
            prop_assert!(of(&all, now.plus_ms(later)) <= whole + 1e-9);
            // Reacting to everything relieves by at least nothing and at most half.
            let liked: Vec<Contact> = all.iter().map(|c| Contact { reacted: true, ..c.clone() }).collect();
            let relieved = of(&liked, now);
            prop_assert!(relieved <= whole + 1e-9 && relieved * 2.0 + 1e-9 >= whole);
            // The gate lets a message pass exactly while the score with it stays within the limit.
            for limit in [1, 5, 50] {
                let rule = Pressure { limit, half_life_ms: half_life };
                let stays = whole + weight("sms") <= f64::from(limit);
                prop_assert_eq!(pressed(&rule, &all, "sms", Priority::Normal, now).is_none(), stays);
            }
        }
    }
}
