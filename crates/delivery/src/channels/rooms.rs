//! Rooms of the business's own team: Slack and Microsoft Teams, by their incoming webhooks.

use serde_json::{Value, json};

use super::Outgoing;
use super::dialect::{Dialect, other, required, text};
use super::http::Call;
use crate::spec::ChannelSpec;

fn call(url: &str, body: &Value) -> Call {
    Call { guarded: true, ..Call::post(url, "application/json", body.to_string()) }
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
        let block = |text: &str, more: Value| {
            let mut block = json!({"type": "TextBlock", "text": text, "wrap": true});
            if let (Some(block), Some(more)) = (block.as_object_mut(), more.as_object()) {
                block.extend(more.clone());
            }
            block
        };
        let mut blocks = Vec::new();
        blocks.extend(text(content, "title").map(|t| block(t, json!({"size": "Large", "weight": "Bolder"}))));
        blocks.push(block(required(content, "body")?, json!({})));
        let mut card = json!({
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": blocks,
        });
        if let Some(url) = text(content, "url") {
            let title = text(content, "url_label").unwrap_or("Open");
            card["actions"] = json!([{"type": "Action.OpenUrl", "title": title, "url": url}]);
        }
        let kind = "application/vnd.microsoft.card.adaptive";
        let body = json!({"type": "message", "attachments": [{"contentType": kind, "content": card}]});
        Ok(vec![call(&self.url, &body)])
    }
}
