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
    /// Twilio's REST interface of 2010, or one that speaks it.
    Twilio,
    /// Kannel's `sendsms`, and through it SMPP 3.4.
    Kannel,
    /// Push services of browsers (RFC 8030).
    WebPush,
    /// Firebase Cloud Messaging, HTTP v1.
    Fcm,
    /// Apple's push service over HTTP/2.
    Apns,
    /// Rapport itself: the SDK fetches the messages.
    InApp,
    /// A program of somebody's, by Standard Webhooks.
    Webhook,
    /// WhatsApp's Cloud API.
    WhatsApp,
    /// A Telegram bot.
    Telegram,
    /// An incoming webhook of Slack.
    Slack,
    /// An incoming webhook of Microsoft Teams.
    Teams,
    /// Calls through Twilio's REST interface, with spoken text by TwiML.
    TwilioVoice,
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
const NAME: Shape = Shape::Line(320);
const BASE: Member = may("base_url", Shape::Link, "Where its interface is, when not at the usual address.");
const SENDER: Member =
    must("sender", Shape::Line(320), "The number or name messages come from, such as +4915112345678.");

const TWILIO: &[Member] = &[
    must("username", NAME, "The account's SID (AC…), or an API key's (SK…)."),
    must("secret", SECRET, "The account's auth token, or the API key's secret."),
    may("account_sid", Shape::Line(64), "The account's SID (AC…), where the login is an API key."),
    may(
        "webhook_secret",
        SECRET,
        "The account's auth token, which signs what Twilio calls, where the login is an API key.",
    ),
    SENDER,
    may("senders", Shape::Map(&Shape::Line(64), 250), "Senders by country of the recipient: {\"DE\": \"+49…\"}."),
    BASE,
    may(
        "price",
        Shape::Map(&Shape::Line(16), 250),
        "Price of one segment by country, for previews and simulations: {\"DE\": \"0.08\"}; * is every other country.",
    ),
    may(
        "media_price",
        Shape::Map(&Shape::Line(16), 250),
        "Price of one message with media (MMS) by country, whatever its text; * is every other country.",
    ),
    may("currency", Shape::Line(3), "The currency of the prices: EUR."),
];

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
            may("topic_arn", Shape::Line(400), "The SNS topic that tells what became of messages."),
            may("certificate", SECRET, "The certificate SNS signs with (PEM), instead of fetching it from Amazon."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::SendGrid,
        name: "sendgrid",
        carries: MessageChannel::Email,
        about: "SendGrid, API v3.",
        members: &[
            must("secret", SECRET, "The API key."),
            may("webhook_key", Shape::Text(1_000), "The verification key of the signed event webhook."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::Postmark,
        name: "postmark",
        carries: MessageChannel::Email,
        about: "Postmark.",
        members: &[
            must("secret", SECRET, "The server's token."),
            may("stream", Shape::Line(64), "The message stream; outbound for what was asked for, else broadcast."),
            may("webhook_secret", SECRET, "The word of the webhook's Basic authentication."),
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
            may("webhook_secret", SECRET, "The webhook signing key."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::Twilio,
        name: "twilio",
        carries: MessageChannel::Sms,
        about: "Text messages by Twilio, or a provider that speaks its interface.",
        members: TWILIO,
    },
    KindInfo {
        kind: ProviderKind::Kannel,
        name: "kannel",
        carries: MessageChannel::Sms,
        about: "Text messages by a Kannel gateway, which speaks SMPP 3.4 to carriers.",
        members: &[
            must("base_url", Shape::Link, "Where its sendsms service is: http://127.0.0.1:13013."),
            must("username", NAME, "The sendsms user."),
            must("secret", SECRET, "The sendsms user's word."),
            SENDER,
            may("senders", Shape::Map(&Shape::Line(64), 250), "Senders by country of the recipient."),
            may(
                "price",
                Shape::Map(&Shape::Line(16), 250),
                "Price of one segment by country, for previews and simulations; * is every other country.",
            ),
            may("currency", Shape::Line(3), "The currency of the prices: EUR."),
        ],
    },
    KindInfo {
        kind: ProviderKind::WebPush,
        name: "webpush",
        carries: MessageChannel::WebPush,
        about: "Notifications of browsers.",
        members: &[
            must("secret", SECRET, "The VAPID private key (RFC 8292): 32 bytes, base64url."),
            must("subject", Shape::Line(320), "How push services reach you: mailto:… or https://…"),
        ],
    },
    KindInfo {
        kind: ProviderKind::Fcm,
        name: "fcm",
        carries: MessageChannel::Push,
        about: "Notifications of Android and other apps by Firebase Cloud Messaging.",
        members: &[must("secret", SECRET, "The service account's key file (JSON)."), BASE],
    },
    KindInfo {
        kind: ProviderKind::Apns,
        name: "apns",
        carries: MessageChannel::Push,
        about: "Notifications of iOS and macOS apps.",
        members: &[
            must("secret", SECRET, "The authentication key (.p8)."),
            must("key_id", Shape::Line(64), "The key's id."),
            must("team_id", Shape::Line(64), "The team's id."),
            must("app", Shape::Line(255), "The app's bundle id."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::InApp,
        name: "inapp",
        carries: MessageChannel::InApp,
        about: "Messages within the website or app, shown by the SDK.",
        members: &[
            may("secret", SECRET, "Signs user tokens: hex HMAC-SHA256 of the user id, made by your server."),
            may("require_user_token", Shape::Flag, "Whether a signed-in customer must show a user token."),
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
            may(
                "lists",
                Shape::List(&Shape::Line(64), 50),
                "Segments of kind list that the program may change by signed calls to inbound_url; none when absent.",
            ),
        ],
    },
    KindInfo {
        kind: ProviderKind::WhatsApp,
        name: "whatsapp",
        carries: MessageChannel::WhatsApp,
        about: "WhatsApp messages by the Cloud API.",
        members: &[
            must("phone_number_id", Shape::Line(64), "The sending number's id."),
            must("secret", SECRET, "The access token."),
            may("webhook_secret", SECRET, "The app's secret, which signs what comes in."),
            may("verify_token", SECRET, "What Meta is told to ask with when the webhook is set up."),
            BASE,
        ],
    },
    KindInfo {
        kind: ProviderKind::Telegram,
        name: "telegram",
        carries: MessageChannel::Telegram,
        about: "Messages of a Telegram bot.",
        members: &[
            must("secret", SECRET, "The bot's token."),
            may("bot", Shape::Line(64), "The bot's name, for links that join a customer to a chat with it: shop_bot."),
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
    KindInfo {
        kind: ProviderKind::TwilioVoice,
        name: "twilio_voice",
        carries: MessageChannel::Voice,
        about: "Telephone calls with spoken text by Twilio.",
        members: TWILIO,
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

    /// Whether text messages with pictures and the like go out by it: Kannel hands them to an MMS gateway of its own, which
    /// nobody here speaks to.
    #[must_use]
    pub fn carries_media(self) -> bool {
        self != ProviderKind::Kannel
    }

    /// Which messages go out by it.
    #[must_use]
    pub fn carries(self) -> MessageChannel {
        self.info().carries
    }
}
