//! WhatsApp by Meta's Cloud API: approved templates at any time, free text within 24 hours after the customer wrote.

use serde_json::{Value, json};

use super::dialect::{Dialect, other, text};
use super::http::{Answer, Call};
use super::{Outgoing, Receipt, SendFault};
use crate::core::address::Target;
use crate::core::meta::{Meaning, meaning};
use crate::spec::ChannelSpec;

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

    fn post(&self, body: &Value) -> Call {
        let call = Call::post(format!("{}/messages", self.base), "application/json", body.to_string());
        call.with("authorization", self.word.clone())
    }
}

fn parameters(values: Option<&Value>) -> Vec<Value> {
    let texts = values.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    texts.map(|t| json!({"type": "text", "text": t})).collect()
}

/// The value of the template's header, if it has one.
fn header(content: &Value) -> Option<Value> {
    if let Some(words) = text(content, "header_text") {
        return Some(json!({"type": "text", "text": words}));
    }
    let (kind, link) = ["image", "video", "document"]
        .into_iter()
        .find_map(|kind| Some((kind, text(content, &format!("header_{kind}"))?)))?;
    let mut media = json!({"link": link});
    if let Some(name) = text(content, "document_name").filter(|_| kind == "document") {
        media["filename"] = json!(name);
    }
    Some(json!({"type": kind, kind: media}))
}

fn button(index: u64, kind: &str, value: &str) -> Value {
    let parameter = match kind {
        "quick_reply" => json!({"type": "payload", "payload": value}),
        "copy_code" => json!({"type": "coupon_code", "coupon_code": value}),
        _ => json!({"type": "text", "text": value}),
    };
    json!({"type": "button", "sub_type": kind, "index": index.to_string(), "parameters": [parameter]})
}

fn template(content: &Value) -> Value {
    let mut components = Vec::new();
    components.extend(header(content).map(|value| json!({"type": "header", "parameters": [value]})));
    let body = parameters(content.get("parameters"));
    if !body.is_empty() {
        components.push(json!({"type": "body", "parameters": body}));
    }
    let list = |name: &str| content.get(name).and_then(Value::as_array).into_iter().flatten();
    let endings = list("button_parameters").filter_map(Value::as_str);
    components.extend((0..).zip(endings).map(|(index, ending)| button(index, "url", ending)));
    components.extend(list("buttons").filter_map(|own| {
        let of = |name: &str| own.get(name).and_then(Value::as_str);
        Some(button(own.get("index")?.as_u64()?, of("kind")?, of("value")?))
    }));
    json!({"name": content["name"], "language": {"code": content["language"]}, "components": components})
}

/// A call that answers somebody who wrote just now: the window is open.
pub(super) fn reply(spec: &ChannelSpec, to: &str, words: &str) -> Call {
    let body = json!({"messaging_product": "whatsapp", "recipient_type": "individual",
        "to": to.trim_start_matches('+'), "type": "text", "text": {"body": words}});
    WhatsApp::new(spec).post(&body)
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
        Ok(vec![self.post(&body)])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.pointer("/messages/0/id").and_then(Value::as_str).map(str::to_owned);
            return Ok(Receipt { response: answer.status.to_string(), provider_id: id, ..Receipt::default() });
        }
        let Some(code) = body.pointer("/error/code").and_then(Value::as_u64) else { return Err(answer.fault()) };
        let detail = answer.shown();
        Err(match meaning(code) {
            Meaning::Throttled => SendFault::Throttled { detail, retry_after: answer.retry_after() },
            Meaning::Later => SendFault::Later { detail, wait: None },
            Meaning::NoMarketing => SendFault::OptedOut { detail, only_marketing: true },
            Meaning::Reason(reason) => SendFault::Refused { reason, detail },
            Meaning::Rejected => SendFault::Permanent { detail, hard_bounce: false },
            Meaning::Ours | Meaning::Passing => SendFault::Transient { detail, untaken: true },
            Meaning::Unknown => answer.fault(),
        })
    }

    fn probe(&self) -> Option<Call> {
        let mut call = Call::post(self.base.clone(), "application/json", "").with("authorization", self.word.clone());
        call.method = hyper::Method::GET;
        Some(call)
    }
}
