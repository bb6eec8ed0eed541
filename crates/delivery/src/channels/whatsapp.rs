//! WhatsApp by Meta's Cloud API: approved templates at any time, free text within 24 hours after the customer wrote.

use serde_json::{Value, json};

use super::dialect::{Dialect, other, text};
use super::http::{Answer, Call};
use super::{Outgoing, Receipt, SendFault};
use crate::core::address::Target;
use crate::spec::ChannelSpec;

/// Codes that say that the number is not on WhatsApp or does not take messages.
const DEAD: &[u64] = &[131_026, 131_030];
/// Codes that say that we are too fast.
const THROTTLED: &[u64] = &[4, 80_007, 130_429, 131_048, 131_056];

/// A business's number.
pub(super) struct WhatsApp {
    base: String,
    word: String,
}

impl WhatsApp {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        let base = spec.member("base_url").unwrap_or("https://graph.facebook.com/v23.0").trim_end_matches('/');
        let id = spec.member("phone_number_id").unwrap_or_default();
        let word = format!("Bearer {}", spec.secret.as_deref().unwrap_or_default());
        WhatsApp { base: format!("{base}/{id}"), word }
    }
}

fn parameters(values: Option<&Value>) -> Vec<Value> {
    let texts = values.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    texts.map(|t| json!({"type": "text", "text": t})).collect()
}

fn template(content: &Value) -> Value {
    let mut components = Vec::new();
    if let Some(image) = text(content, "header_image") {
        let parameter = json!({"type": "image", "image": {"link": image}});
        components.push(json!({"type": "header", "parameters": [parameter]}));
    }
    let body = parameters(content.get("parameters"));
    if !body.is_empty() {
        components.push(json!({"type": "body", "parameters": body}));
    }
    for (index, parameter) in parameters(content.get("button_parameters")).into_iter().enumerate() {
        let index = index.to_string();
        components.push(json!({"type": "button", "sub_type": "url", "index": index, "parameters": [parameter]}));
    }
    json!({"name": content["name"], "language": {"code": content["language"]}, "components": components})
}

impl Dialect for WhatsApp {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let Some(Target::Phone(phone)) = outgoing.targets.first() else {
            return Err("this channel reaches telephone numbers".to_owned());
        };
        let mut body = json!({"messaging_product": "whatsapp", "recipient_type": "individual"});
        body["to"] = json!(phone.e164.trim_start_matches('+'));
        // Comes back with every receipt.
        body["biz_opaque_callback_data"] = json!(outgoing.links.receipt_token());
        match (content.get("template").filter(|t| t.is_object()), text(content, "body")) {
            (Some(approved), _) => {
                body["type"] = json!("template");
                body["template"] = template(approved);
            }
            (None, Some(words)) => {
                body["type"] = json!("text");
                body["text"] = json!({"body": words, "preview_url": true});
            }
            (None, None) => return Err("body: renders as nothing".to_owned()),
        }
        let call = Call::post(format!("{}/messages", self.base), "application/json", body.to_string());
        Ok(vec![call.with("authorization", self.word.clone())])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.pointer("/messages/0/id").and_then(Value::as_str).map(str::to_owned);
            return Ok(Receipt { response: answer.status.to_string(), provider_id: id, ..Receipt::default() });
        }
        let code = body.pointer("/error/code").and_then(Value::as_u64).unwrap_or_default();
        let detail = answer.shown();
        if THROTTLED.contains(&code) {
            return Err(SendFault::Throttled { detail, retry_after: answer.retry_after() });
        }
        if DEAD.contains(&code) {
            return Err(SendFault::Permanent { detail, hard_bounce: true });
        }
        Err(answer.fault())
    }

    fn probe(&self) -> Option<Call> {
        let mut call = Call::post(self.base.clone(), "application/json", "").with("authorization", self.word.clone());
        call.method = hyper::Method::GET;
        Some(call)
    }
}
