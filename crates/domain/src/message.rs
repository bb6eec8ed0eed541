//! Messages on their way to a customer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::detail::Detail;
use crate::ids::{OutboxId, ProfileId, WorkspaceId};
use crate::json::Json;
use crate::time::Timestamp;

/// Why a message was not sent. A closed list: every "not sent" carries one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The address is on the suppression list (bounced hard, complained, or put there by hand).
    Suppressed,
    /// The customer unsubscribed from the channel or topic.
    Unsubscribed,
    /// Consent is required and was never given.
    NoConsent,
    /// The customer asked for it and has not confirmed that yet (double opt-in).
    Unconfirmed,
    /// There is no address for the channel, or it is not valid.
    NoAddress,
    /// The channel takes free text only from somebody who wrote lately, and the customer did not.
    WindowClosed,
    /// Quiet hours lasted longer than the message may wait.
    QuietHoursExpired,
    /// The customer has had enough messages lately.
    FrequencyCap,
    /// The customer is in the control group.
    ControlGroup,
    /// The journey or template is not live any more.
    NotLive,
    /// The customer left the journey before sending.
    Exited,
    /// The same message was decided before.
    Duplicate,
    /// The provider refused for good.
    ProviderRejected,
    /// The template cannot be rendered.
    InvalidTemplate,
}

impl SkipReason {
    /// Every reason.
    pub const ALL: [SkipReason; 14] = [
        Self::Suppressed,
        Self::Unsubscribed,
        Self::NoConsent,
        Self::Unconfirmed,
        Self::NoAddress,
        Self::WindowClosed,
        Self::QuietHoursExpired,
        Self::FrequencyCap,
        Self::ControlGroup,
        Self::NotLive,
        Self::Exited,
        Self::Duplicate,
        Self::ProviderRejected,
        Self::InvalidTemplate,
    ];

    /// Its name in events and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::Unsubscribed => "unsubscribed",
            Self::NoConsent => "no_consent",
            Self::Unconfirmed => "unconfirmed",
            Self::NoAddress => "no_address",
            Self::WindowClosed => "window_closed",
            Self::QuietHoursExpired => "quiet_hours_expired",
            Self::FrequencyCap => "frequency_cap",
            Self::ControlGroup => "control_group",
            Self::NotLive => "not_live",
            Self::Exited => "exited",
            Self::Duplicate => "duplicate",
            Self::ProviderRejected => "provider_rejected",
            Self::InvalidTemplate => "invalid_template",
        }
    }
}

/// The journey step that decided a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The journey's id.
    pub journey: String,
    /// Its version.
    pub version: u32,
    /// The run, unique within the profile.
    pub run: u64,
    /// The step's id.
    pub step: String,
}

/// A message that was decided and waits at the gate. Written in the transaction that decided it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// Stable id: becomes the Message-ID (invariant I4).
    pub id: OutboxId,
    /// Whose.
    pub workspace: WorkspaceId,
    /// To whom.
    pub profile: ProfileId,
    /// `email`.
    pub channel: String,
    /// The template's id; its live version at sending time is used.
    pub template: String,
    /// What decided it; `None` for a message asked for through the API.
    pub origin: Option<Origin>,
    /// The topic, when the template names none itself.
    pub topic: Option<String>,
    /// A message the customer asked for (a receipt, a password): passes consent and quiet hours.
    pub transactional: bool,
    /// When it was decided.
    pub created_at: Timestamp,
    /// After this it is not worth sending any more.
    pub expires_at: Timestamp,
    /// Values for the template beside the profile: `event`, `journey`.
    pub data: Json,
}

/// What is known of a message that left, beside the provider's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentVia {
    /// The id of the channel's document.
    pub channel: String,
    /// The provider's id of the message.
    pub provider_id: Option<String>,
    /// The topic it was sent under.
    pub topic: Option<String>,
    /// Whether it counts for frequency caps: it reached the customer without being asked for.
    pub is_counted: bool,
    /// Content kept here until the customer fetches it: in-app messages.
    pub deposit: Option<Json>,
    /// Nobody knows whether the provider took it: the request left, and no answer told. It counts as sent.
    pub is_unsure: bool,
    /// It links to the page that shows it: what it was made from is kept.
    pub is_viewable: bool,
    /// What the gate saw when it let it pass.
    pub seen: Map<String, Value>,
    /// Short links in it: the code and where it leads.
    pub short_links: Vec<(String, String)>,
}

/// How the attempt to send a message ended.
#[derive(Clone, Debug, PartialEq)]
pub enum MessageOutcome {
    /// The provider accepted it.
    Sent {
        /// Its rendered subject, for the timeline.
        subject: String,
        /// The provider's answer.
        response: String,
        /// What else is known of it.
        via: Box<SentVia>,
    },
    /// The gate or the provider said no; it will not be tried again.
    Skipped {
        /// Which of the closed list.
        reason: SkipReason,
        /// What exactly.
        detail: Detail,
    },
    /// It is to be tried again.
    Deferred {
        /// Not before this.
        until: Timestamp,
        /// Why: `quiet hours`, or the fault.
        detail: Detail,
        /// Whether this counts as an attempt.
        attempt: bool,
    },
    /// Every retry was used up.
    Failed {
        /// The last fault.
        detail: Detail,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_the_closed_list() {
        let names: Vec<_> = SkipReason::ALL.iter().map(|r| r.as_str()).collect();
        assert_eq!(
            names.join(", "),
            "suppressed, unsubscribed, no_consent, unconfirmed, no_address, window_closed, quiet_hours_expired, \
             frequency_cap, control_group, not_live, exited, duplicate, provider_rejected, invalid_template"
        );
        for reason in SkipReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
