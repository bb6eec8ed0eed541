//! Rooms of the business's own team: Slack and Microsoft Teams, by their incoming webhooks.

use serde_json::{Value, json};

use super::Outgoing;
use super::dialect::{Dialect, other, required, text};
use super::http::Call;
use crate::spec::ChannelSpec;

pub(super) fn call(url: &str, body: &Value) -> Call {
    Call { guarded: true, ..Call::post(url, "application/json", body.to_string()) }
}

/// What Teams shows: a card with a title, text and a button.
pub(super) fn card(title: Option<&str>, body: &str, link: Option<(&str, &str)>) -> Value {
    let mut blocks = Vec::new();
    if let Some(title) = title {
        blocks.push(json!({"type": "TextBlock", "text": title, "wrap": true, "size": "Large", "weight": "Bolder"}));
    }
    blocks.push(json!({"type": "TextBlock", "text": body, "wrap": true}));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard", "version": "1.4", "body": blocks,
    });
    if let Some((label, url)) = link {
        card["actions"] = json!([{"type": "Action.OpenUrl", "title": label, "url": url}]);
    }
    let kind = "application/vnd.microsoft.card.adaptive";
    json!({"type": "message", "attachments": [{"contentType": kind, "content": card}]})
}

/// Slack.
pub(super) struct Slack {
    url: String,
}

impl Slack {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        Slack { url: spec.secret.clone().unwrap_or_default() }
    }
}

impl Dialect for Slack {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let mut body = json!({"text": required(content, "body")?});
        if let Some(blocks) = content.get("blocks").filter(|b| !b.is_null()) {
            body["blocks"] = blocks.clone();
        }
        Ok(vec![call(&self.url, &body)])
    }
}

/// Teams, by an Adaptive Card, which both its workflows and its older connectors take.
pub(super) struct Teams {
    url: String,
}

impl Teams {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        Teams { url: spec.secret.clone().unwrap_or_default() }
    }
}

impl Dialect for Teams {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let link = text(content, "url").map(|url| (text(content, "url_label").unwrap_or("Open"), url));
        let body = card(text(content, "title"), required(content, "body")?, link);
        Ok(vec![call(&self.url, &body)])
    }
}
