//! What templates of the channels other than e-mail hold. Every text is Liquid.

use rapport_domain::MessageChannel;

use serde_json::Value;

use super::shape::{Member, Shape, may, must};
use crate::content::Markup;

const TEXT: Shape = Shape::Liquid(4_096);
const LINE: Shape = Shape::Liquid(500);

const ACTION: &[Member] = &[
    must("action", Shape::Line(64), "Names the choice in events."),
    must("title", LINE, "What the button says."),
    may("url", Shape::Link, "Where it leads."),
    may("icon", Shape::Link, ""),
];

const WEBPUSH: &[Member] = &[
    must("title", LINE, "The first line."),
    may("body", TEXT, "The text."),
    may("url", Shape::Link, "What a click opens."),
    may("icon", Shape::Link, ""),
    may("image", Shape::Link, ""),
    may("badge", Shape::Link, ""),
    may("tag", Shape::Liquid(32), "Replaces a shown or waiting notification of the same tag (RFC 8030, Topic)."),
    may("actions", Shape::List(&Shape::Object(ACTION), 2), "Buttons."),
    may("ttl", Shape::Duration, "How long the push service keeps it for a browser that is away; 1d when absent."),
    may("urgency", Shape::Choice(&["very-low", "low", "normal", "high"]), "RFC 8030, section 5.3."),
    may("require_interaction", Shape::Flag, "It stays until somebody acts."),
    may("silent", Shape::Flag, ""),
    may("data", Shape::Json(2_000), "For the service worker."),
];

const PUSH: &[Member] = &[
    may("title", LINE, "The first line."),
    may("body", TEXT, "The text."),
    may("url", Shape::Liquid(2_048), "A deep link, such as shop://orders/7."),
    may("image", Shape::Link, ""),
    may("sound", Shape::Line(100), ""),
    may("badge", Shape::Whole(0, 99_999), "The number on the app's icon (iOS)."),
    may("collapse", Shape::Liquid(64), "A newer one of the same name replaces it."),
    may("ttl", Shape::Duration, "How long it is kept for a device that is away; 1d when absent."),
    may("silent", Shape::Flag, "Wakes the app without showing anything."),
    may("data", Shape::Map(&Shape::Liquid(1_000), 50), "For the app."),
];

const BUTTON: &[Member] = &[
    must("id", Shape::Line(64), "Names the choice in events."),
    must("label", LINE, ""),
    may("url", Shape::Liquid(2_048), "Where it leads."),
    may("style", Shape::Choice(&["primary", "secondary", "link"]), ""),
    may("dismiss", Shape::Flag, "Whether it closes the message; true when absent."),
    may("event", Shape::Line(200), "A track call it makes."),
];

const ITEM: &[Member] = &[
    must("id", Shape::Line(64), "Names the item in events."),
    must("text", LINE, ""),
    may("url", Shape::Liquid(2_048), ""),
    may("event", Shape::Line(200), "The event that ticks it."),
];

const FREQUENCY: &[Member] = &[
    may("max", Shape::Whole(1, 100), "How often it is shown at most; 1 when absent."),
    may("every", Shape::Duration, "The least time between two."),
];

const TARGET: &[Member] = &[
    may("pages", Shape::List(&Shape::Line(500), 50), "Paths it is shown on: /cart, /shop/*; none named is everywhere."),
    may("not_pages", Shape::List(&Shape::Line(500), 50), "Paths it is not shown on."),
    may("element", Shape::Line(500), "A CSS selector it waits for, and which a tooltip points to."),
    may("event", Shape::Line(200), "A track call it waits for."),
    may("delay", Shape::Duration, "How long after the page was opened."),
    may("scroll_percent", Shape::Whole(1, 100), "How far the page was scrolled."),
    may("devices", Shape::List(&Shape::Choice(&["desktop", "tablet", "mobile"]), 3), ""),
    may(
        "when",
        Shape::Rule,
        "A rule about the customer, asked whenever the message could be shown: in_segment(\"trial\").",
    ),
];

const INAPP: &[Member] = &[
    must(
        "layout",
        Shape::Choice(&["modal", "banner", "slide_out", "tooltip", "checklist", "card", "inbox"]),
        "How it is shown.",
    ),
    may("title", LINE, ""),
    may("body", TEXT, "Plain text; line breaks are kept."),
    may("image", Shape::Link, ""),
    may("image_alt", LINE, "What the image shows, for those who do not see it."),
    may("url", Shape::Liquid(2_048), "Where a click on it leads."),
    may("buttons", Shape::List(&Shape::Object(BUTTON), 4), ""),
    may("items", Shape::List(&Shape::Object(ITEM), 20), "A checklist's items."),
    may("position", Shape::Choice(&["top", "bottom", "left", "right", "center"]), ""),
    may("slot", Shape::Line(64), "The embedded card's place: an element with data-rapport-slot of this name."),
    may("target", Shape::Object(TARGET), "Where and when."),
    may("frequency", Shape::Object(FREQUENCY), "How often."),
    may("weight", Shape::Whole(0, 1_000), "Of two that could be shown the heavier one is; 100 when absent."),
    may("expires", Shape::Duration, "How long it is kept; 30d when absent."),
    may("dismissible", Shape::Flag, "Whether it has a close button; true when absent."),
    may("data", Shape::Json(4_000), "For a renderer of your own."),
];

const WHATSAPP_BUTTON: &[Member] = &[
    must("index", Shape::Whole(0, 9), "Which of the template's buttons, from 0."),
    must("kind", Shape::Choice(&["url", "quick_reply", "copy_code"]), "As approved by Meta."),
    must("value", Shape::Liquid(256), "The ending of the address, the payload that comes back, or the code."),
];

/// Members of an approved template that are its header; one at most.
pub(super) const WHATSAPP_HEADERS: &[&str] = &["header_text", "header_image", "header_video", "header_document"];

const WHATSAPP_TEMPLATE: &[Member] = &[
    must("name", Shape::Line(512), "As approved by Meta."),
    must("language", Shape::Line(16), "Such as de or en_US."),
    may("parameters", Shape::List(&Shape::Liquid(1_024), 20), "The body's values, in order."),
    may("header_text", Shape::Liquid(60), "The header's value."),
    may("header_image", Shape::Link, "The header's picture."),
    may("header_video", Shape::Link, "The header's film."),
    may("header_document", Shape::Link, "The header's file."),
    may("document_name", LINE, "What the file is called."),
    may(
        "button_parameters",
        Shape::List(&Shape::Liquid(256), 3),
        "The address endings of the first buttons, in order.",
    ),
    may(
        "buttons",
        Shape::List(&Shape::Object(WHATSAPP_BUTTON), 10),
        "The values of any buttons, in the place of button_parameters.",
    ),
];

const TELEGRAM_BUTTON: &[Member] = &[must("text", LINE, ""), must("url", Shape::Link, "")];

const GATHER: &[Member] = &[
    may("digits", Shape::Whole(1, 20), "How many keys are waited for; 1 when absent."),
    may("timeout_seconds", Shape::Whole(1, 60), "How long; 8 when absent."),
    may("thanks", TEXT, "What is said afterwards."),
];

const SMS: &[Member] = &[
    must("body", Shape::Liquid(4_096), "The text."),
    may("media", Shape::List(&Shape::Link, 10), "Pictures and the like, where the provider takes them."),
    may("short_links", Shape::Flag, "Whether its links go through this server, shortened; true when absent."),
];

const WEBHOOK: &[Member] = &[
    may("url", Shape::Link, "Where it goes, unless the channel says."),
    may("method", Shape::Choice(&["POST", "PUT", "PATCH", "GET", "DELETE"]), "POST when absent."),
    may("headers", Shape::Map(&Shape::Liquid(2_048), 30), ""),
    may("body", Shape::Json(65_536), "JSON, or one text; the message and the profile when absent."),
    may("type", Shape::Line(128), "The event type in the default body."),
];

const WHATSAPP: &[Member] = &[
    may("template", Shape::Object(WHATSAPP_TEMPLATE), "An approved template; may be sent at any time."),
    may("body", TEXT, "A text; only within 24 hours after the customer wrote."),
];

const TELEGRAM: &[Member] = &[
    must("body", TEXT, "The text."),
    may("format", Shape::Choice(&["plain", "HTML", "MarkdownV2"]), ""),
    may("image", Shape::Link, ""),
    may("buttons", Shape::List(&Shape::Object(TELEGRAM_BUTTON), 8), ""),
    may("silent", Shape::Flag, ""),
];

const SLACK: &[Member] =
    &[must("body", TEXT, "The text, in Slack's mrkdwn."), may("blocks", Shape::Json(20_000), "Block Kit.")];

const TEAMS: &[Member] = &[
    may("title", LINE, ""),
    must("body", TEXT, "The text."),
    may("url", Shape::Link, "A button that opens it."),
    may("url_label", LINE, ""),
];

const VOICE: &[Member] = &[
    must("say", TEXT, "What is spoken."),
    may("language", Shape::Line(16), "Such as de-DE; en-US when absent."),
    may("voice", Shape::Line(64), "Such as alice."),
    may("gather", Shape::Object(GATHER), "Waits for keys, which become an event."),
];

/// What a template of the channel holds beside its name, topic and the like; e-mail's is its own.
pub(crate) fn members(channel: MessageChannel) -> &'static [Member] {
    match channel {
        MessageChannel::Email => &[],
        MessageChannel::Sms => SMS,
        MessageChannel::WebPush => WEBPUSH,
        MessageChannel::Push => PUSH,
        MessageChannel::InApp => INAPP,
        MessageChannel::Webhook => WEBHOOK,
        MessageChannel::WhatsApp => WHATSAPP,
        MessageChannel::Telegram => TELEGRAM,
        MessageChannel::Slack => SLACK,
        MessageChannel::Teams => TEAMS,
        MessageChannel::Voice => VOICE,
    }
}

/// What the text at `path` of a channel's content is written in, so that values in it are escaped.
pub(crate) fn markup(channel: MessageChannel, content: &Value, path: &str) -> Markup {
    let format = content.get("format").and_then(Value::as_str);
    match (channel, path, format) {
        (MessageChannel::Telegram, "body", Some("HTML")) => Markup::TelegramHtml,
        (MessageChannel::Telegram, "body", Some("MarkdownV2")) => Markup::MarkdownV2,
        (MessageChannel::Slack, "body", _) => Markup::Mrkdwn,
        // The texts of Block Kit, not its addresses and ids.
        (MessageChannel::Slack, path, _) if path.ends_with(".text") => Markup::Mrkdwn,
        _ => Markup::Text,
    }
}
