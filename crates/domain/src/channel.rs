//! The ways a message can reach somebody.

/// Which kind of message: what templates are written for, consent is given for and suppressions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageChannel {
    /// Electronic mail.
    Email,
    /// A text message, with pictures where the provider takes them.
    Sms,
    /// A notification of a browser (RFC 8030).
    WebPush,
    /// A notification of an app on a telephone.
    Push,
    /// A message within the website or app, shown by the SDK.
    InApp,
    /// A call to another program.
    Webhook,
    /// WhatsApp.
    WhatsApp,
    /// Telegram.
    Telegram,
    /// A Slack channel, usually of the business's own team.
    Slack,
    /// A Microsoft Teams channel, usually of the business's own team.
    Teams,
    /// A telephone call with spoken text.
    Voice,
}

impl MessageChannel {
    /// Every channel.
    pub const ALL: [MessageChannel; 11] = [
        Self::Email,
        Self::Sms,
        Self::WebPush,
        Self::Push,
        Self::InApp,
        Self::Webhook,
        Self::WhatsApp,
        Self::Telegram,
        Self::Slack,
        Self::Teams,
        Self::Voice,
    ];

    /// Its name in documents, events and consents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::WebPush => "webpush",
            Self::Push => "push",
            Self::InApp => "inapp",
            Self::Webhook => "webhook",
            Self::WhatsApp => "whatsapp",
            Self::Telegram => "telegram",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Voice => "voice",
        }
    }

    /// The channel of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == name)
    }

    /// Every channel's name.
    #[must_use]
    pub fn names() -> [&'static str; 11] {
        Self::ALL.map(Self::as_str)
    }

    /// Whether its messages disturb the customer: then consent, quiet hours and frequency caps are theirs to have. Calls to
    /// programs and to the team's own rooms do not.
    #[must_use]
    pub const fn reaches_customer(self) -> bool {
        !matches!(self, Self::Webhook | Self::Slack | Self::Teams)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for channel in MessageChannel::ALL {
            assert_eq!(MessageChannel::parse(channel.as_str()), Some(channel));
        }
        assert_eq!(MessageChannel::parse("pigeon"), None);
        assert!(MessageChannel::Sms.reaches_customer() && !MessageChannel::Webhook.reaches_customer());
    }
}
