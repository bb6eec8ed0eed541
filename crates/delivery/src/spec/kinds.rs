//! The kinds of channel: which messages each carries and what its document must say. A kind is here only when it works.

use rapport_domain::MessageChannel;

use super::shape::{Member, Shape, may, must};

/// Who carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// An SMTP server.
    Smtp,
    /// Amazon SES, API v2.
    Ses,
    /// SendGrid, API v3.
    SendGrid,
    /// Postmark.
    Postmark,
    /// Mailgun.
    Mailgun,
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
        kind: ProviderKind::Ses,
        name: "ses",
        carries: MessageChannel::Email,
        about: "Amazon SES, API v2.",
        members: &[
            must("username", Shape::Line(200), "The access key's id."),
            must("secret", SECRET, "The access key's secret."),
            may("region", Shape::Line(40), "The region, us-east-1 when absent."),
            may("configuration_set", Shape::Line(64), "The configuration set."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::SendGrid,
        name: "sendgrid",
        carries: MessageChannel::Email,
        about: "SendGrid, API v3.",
        members: &[must("secret", SECRET, "The API key."), BASE],
    },
    KindInfo {
        kind: ProviderKind::Postmark,
        name: "postmark",
        carries: MessageChannel::Email,
        about: "Postmark.",
        members: &[
            must("secret", SECRET, "The server's token."),
            may("stream", Shape::Line(64), "The message stream; outbound for what was asked for, else broadcast."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::Mailgun,
        name: "mailgun",
        carries: MessageChannel::Email,
        about: "Mailgun.",
        members: &[
            must("secret", SECRET, "The API key."),
            must("domain", Shape::Line(253), "The domain as it is set up there."),
            BASE,
        ],
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
