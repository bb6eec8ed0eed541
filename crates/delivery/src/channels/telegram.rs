//! A Telegram bot, by the Bot API.

use serde_json::{Value, json};

use super::dialect::{Dialect, other, required, text};
use super::http::{Answer, Call};
use super::{Outgoing, Receipt, SendFault};
use crate::core::address::Target;
use crate::spec::ChannelSpec;

/// A bot.
pub(super) struct Telegram {
    base: String,
}

impl Telegram {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        let base = spec.member("base_url").unwrap_or("https://api.telegram.org").trim_end_matches('/');
        Telegram { base: format!("{base}/bot{}", spec.secret.as_deref().unwrap_or_default()) }
    }
}

impl Dialect for Telegram {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let Some(Target::Chat(chat)) = outgoing.targets.first() else {
            return Err("a bot writes to chats".to_owned());
        };
        let (words, image) = (required(content, "body")?, text(content, "image"));
        let mut body = json!({"chat_id": chat});
        let method = match image {
            Some(image) => {
                body["photo"] = json!(image);
                body["caption"] = json!(words);
                "sendPhoto"
            }
            None => {
                body["text"] = json!(words);
                "sendMessage"
            }
        };
        if let Some(format) = text(content, "format").filter(|f| *f != "plain") {
            body["parse_mode"] = json!(format);
        }
        if content.get("silent") == Some(&Value::Bool(true)) {
            body["disable_notification"] = json!(true);
        }
        let buttons = content.get("buttons").and_then(Value::as_array).filter(|b| !b.is_empty());
        if let Some(buttons) = buttons {
            let rows: Vec<Value> = buttons.iter().map(|b| json!([{"text": b["text"], "url": b["url"]}])).collect();
            body["reply_markup"] = json!({"inline_keyboard": rows});
        }
        Ok(vec![Call::post(format!("{}/{method}", self.base), "application/json", body.to_string())])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        let body = answer.json();
        if answer.is_success() && body["ok"] == json!(true) {
            let id = body.pointer("/result/message_id").map(ToString::to_string);
            let response = format!("200 {}", id.as_deref().unwrap_or("ok"));
            return Ok(Receipt { response, provider_id: id, ..Receipt::default() });
        }
        // The description is shown, never the address with the bot's token in it.
        let detail = answer.shown();
        let says = body["description"].as_str().unwrap_or_default().to_lowercase();
        match answer.status {
            429 => {
                let seconds = body.pointer("/parameters/retry_after").and_then(Value::as_u64);
                Err(SendFault::Throttled { detail, retry_after: seconds.map(std::time::Duration::from_secs) })
            }
            400 | 403 => {
                if says.contains("blocked by the user") {
                    return Err(SendFault::OptedOut { detail, only_marketing: false });
                }
                // A chat that is gone: nothing reaches them there.
                let gone = ["chat not found", "deactivated", "kicked"].iter().any(|w| says.contains(w));
                Err(SendFault::Permanent { detail, hard_bounce: gone })
            }
            _ => Err(answer.fault()),
        }
    }

    fn probe(&self) -> Option<Call> {
        Some(Call::post(format!("{}/getMe", self.base), "application/json", "{}"))
    }
}
