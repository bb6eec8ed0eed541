//! The kinds of channel: which messages each carries and what its document must say. A kind is here only when it works.

use rapport_domain::MessageChannel;

use super::shape::{Member, Shape, may, must};

/// Who carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// An SMTP server.
    Smtp,
    /// A program of somebody's, by Standard Webhooks.
    Webhook,
    /// A Telegram bot.
    Telegram,
    /// An incoming webhook of Slack.
    Slack,
    /// An incoming webhook of Microsoft Teams.
    Teams,
}

/// What is known of a kind.
pub(crate) struct KindInfo {
    pub(crate) kind: ProviderKind,
    /// Its name in documents.
    pub(crate) name: &'static str,
    /// Which messages go out by it.
    pub(crate) carries: MessageChannel,
    /// One sentence for people.
    pub(crate) about: &'static str,
    /// Its own members, beside those every channel has.
    pub(crate) members: &'static [Member],
}

const SECRET: Shape = Shape::Text(16_384);
const BASE: Member = may("base_url", Shape::Link, "Where its interface is, when not at the usual address.");

/// Every kind.
pub(crate) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: ProviderKind::Smtp,
        name: "smtp",
        carries: MessageChannel::Email,
        about: "An SMTP server.",
        members: &[],
    },
    KindInfo {
        kind: ProviderKind::Webhook,
        name: "webhook",
        carries: MessageChannel::Webhook,
        about: "Calls to another program, signed by Standard Webhooks.",
        members: &[
            must("url", Shape::Link, "Where calls go unless the template says otherwise."),
            may("secret", SECRET, "Signs the calls: whsec_ and base64 of 24 to 64 bytes."),
        ],
    },
    KindInfo {
        kind: ProviderKind::Telegram,
        name: "telegram",
        carries: MessageChannel::Telegram,
        about: "Messages of a Telegram bot.",
        members: &[
            must("secret", SECRET, "The bot's token."),
            may("webhook_secret", SECRET, "What the bot's webhook sends as X-Telegram-Bot-Api-Secret-Token."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::Slack,
        name: "slack",
        carries: MessageChannel::Slack,
        about: "Messages into a Slack channel.",
        members: &[must("secret", SECRET, "The incoming webhook's address.")],
    },
    KindInfo {
        kind: ProviderKind::Teams,
        name: "teams",
        carries: MessageChannel::Teams,
        about: "Messages into a Microsoft Teams channel.",
        members: &[must("secret", SECRET, "The workflow's or incoming webhook's address.")],
    },
];

impl ProviderKind {
    /// What is known of it.
    pub(crate) fn info(self) -> &'static KindInfo {
        // Every kind has its line; a test walks through them.
        KINDS.iter().find(|k| k.kind == self).unwrap_or(&KINDS[0])
    }

    /// Its name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.info().name
    }

    /// Which messages go out by it.
    #[must_use]
    pub fn carries(self) -> MessageChannel {
        self.info().carries
    }
}
