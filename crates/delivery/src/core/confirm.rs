//! Confirming a subscription: when a message that asks may leave, and what its link still does.

use rapport_domain::time::{DAY_MS, MINUTE_MS};
use rapport_domain::{ConsentState, Profile, Timestamp};

/// Messages that ask one customer to confirm one subscription within [`WINDOW_MS`], at most: somebody else may have typed
/// their address in.
pub const MAX_ASKED: u64 = 3;
/// The rolling window of [`MAX_ASKED`], milliseconds.
pub const WINDOW_MS: i64 = 7 * DAY_MS;
/// The shortest time between two of them, milliseconds.
pub const MIN_GAP_MS: i64 = 5 * MINUTE_MS;

/// Whether one more may be sent, when so many were within the window and the last one was then.
#[must_use]
pub fn may_ask(asked: u64, last: Option<Timestamp>, now: Timestamp) -> bool {
    asked < MAX_ASKED && last.is_none_or(|last| now.since_ms(last) >= MIN_GAP_MS)
}

/// What asks for a subscription is kept under this name, so that it can be counted.
#[must_use]
pub fn request(channel: &str, topic: Option<&str>) -> String {
    format!("confirm {channel} {}", topic.unwrap_or_default())
}

/// What the link of a message that asks does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It confirms.
    Waits,
    /// The subscription is confirmed already.
    Done,
    /// Nothing: the time is over, or the customer withdrew.
    Over,
}

/// What the link does now, of a message decided at `asked_at`.
#[must_use]
pub fn standing(
    profile: &Profile,
    (channel, topic): (&str, Option<&str>),
    asked_at: Timestamp,
    expires_ms: i64,
    now: Timestamp,
) -> Standing {
    match profile.consent(channel, topic) {
        ConsentState::Granted => Standing::Done,
        ConsentState::Pending if now.since_ms(asked_at) < expires_ms => Standing::Waits,
        ConsentState::Pending | ConsentState::Denied | ConsentState::Unknown => Standing::Over,
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::profile::Consent;
    use rapport_domain::{ConsentStatus, ProfileId, WorkspaceId};

    use super::*;

    #[test]
    fn asking_again_is_limited() {
        let now = Timestamp(WINDOW_MS);
        let ago = |ms: i64| Some(now.plus_ms(-ms));
        for (asked, last, expected) in [
            (0, None, true),
            (1, ago(MIN_GAP_MS), true),
            (1, ago(MIN_GAP_MS - 1), false),
            (2, ago(DAY_MS), true),
            (3, ago(DAY_MS), false),
        ] {
            assert_eq!(may_ask(asked, last, now), expected, "{asked} {last:?}");
        }
        assert_ne!(request("email", None), request("email", Some("news")));
    }

    #[test]
    fn a_link_confirms_what_waits_and_nothing_else() {
        let now = Timestamp(100 * DAY_MS);
        let of = |status: Option<ConsentStatus>, asked_days_ago: i64| {
            let mut profile = Profile::new(WorkspaceId(1), ProfileId(1), true, Timestamp(0));
            profile.consents.extend(status.map(|status| Consent {
                channel: "email".into(),
                topic: Some("news".into()),
                status,
                at: Timestamp(1),
                source: "form".into(),
            }));
            standing(&profile, ("email", Some("news")), now.plus_ms(-asked_days_ago * DAY_MS), 7 * DAY_MS, now)
        };
        assert_eq!(of(Some(ConsentStatus::Pending), 6), Standing::Waits);
        assert_eq!(of(Some(ConsentStatus::Pending), 7), Standing::Over);
        assert_eq!(of(Some(ConsentStatus::Granted), 90), Standing::Done);
        assert_eq!(of(Some(ConsentStatus::Denied), 1), Standing::Over, "an old link does not undo a refusal");
        assert_eq!(of(None, 1), Standing::Over);
    }
}
