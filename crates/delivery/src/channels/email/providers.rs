//! Mail through providers over HTTP: SES (v2), SendGrid, Postmark and Mailgun. SES and Mailgun take the whole message, signed
//! here; the others take its parts and sign it themselves.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use lettre::Address;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::provider::signed;
use super::{Composed, Mail};
use crate::channels::dialect::Dialect;
use crate::channels::http::{Answer, Call};
use crate::channels::{Content, Outgoing, Receipt, SendFault};
use crate::core::address::Target;
use crate::spec::{ChannelSpec, Sender};

fn parts<'a>(outgoing: &Outgoing<'a>) -> Result<(&'a Composed, Address), String> {
    match (outgoing.content, outgoing.targets.first()) {
        (Content::Email(parts), Some(Target::Email(to))) => Ok((parts, to.clone())),
        _ => Err("this channel carries only mail".to_owned()),
    }
}

fn whole(outgoing: &Outgoing<'_>, spec: &ChannelSpec) -> Result<Mail, String> {
    let (parts, to) = parts(outgoing)?;
    signed(parts, outgoing, spec, to)
}

fn base<'s>(spec: &'s ChannelSpec, usual: &'s str) -> &'s str {
    spec.member("base_url").unwrap_or(usual).trim_end_matches('/')
}

fn sender<'s>(outgoing: &Outgoing<'s>, spec: &'s ChannelSpec) -> &'s Sender {
    outgoing.template.from.as_ref().unwrap_or(&spec.from)
}

/// A sender for a header field of JSON: no character of a name can end it.
fn mailbox(sender: &Sender) -> String {
    match sender.name.as_deref().filter(|n| !n.is_empty()) {
        Some(name) => format!("\"{}\" <{}>", name.replace(['"', '\\'], ""), sender.email),
        None => sender.email.clone(),
    }
}

/// What an answer says that is no success: by words of the provider, all lower case, the address does not work, or the fault is the
/// account's; else its status says.
fn refused(answer: &Answer, dead: &[&str], ours: &[&str]) -> SendFault {
    let text = String::from_utf8_lossy(&answer.body).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if says(dead) {
        return SendFault::Permanent { detail: answer.shown(), hard_bounce: true };
    }
    if says(ours) { answer.ours() } else { answer.fault() }
}

fn taken(answer: &Answer, id: Option<&str>) -> Receipt {
    let id = id.map(|id| id.trim_matches(['<', '>']).to_owned());
    let response = format!("{} {}", answer.status, id.as_deref().unwrap_or("taken"));
    Receipt { response, provider_id: id, ..Receipt::default() }
}

/// Errors of SES that are about the account, its quota, its domain or its configuration set ("SendEmail", Errors).
const SES_OURS: &[&str] = &[
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "LimitExceededException",
    "NotFoundException",
];

/// Amazon SES, API v2, requests signed by Signature Version 4.
pub(in crate::channels) struct Ses {
    spec: ChannelSpec,
    region: String,
}

impl Ses {
    pub(in crate::channels) fn new(spec: &ChannelSpec) -> Self {
        Ses { region: spec.member("region").unwrap_or("us-east-1").to_owned(), spec: spec.clone() }
    }

    fn base(&self) -> String {
        let usual = format!("https://email.{}.amazonaws.com", self.region);
        base(&self.spec, &usual).to_owned()
    }
}

fn hmac(key: &[u8], data: &str) -> Vec<u8> {
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(data).finalize().into_bytes().to_vec());
    mac.unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What a request to AWS is signed with.
struct Signing<'s> {
    access_key: &'s str,
    secret: &'s str,
    region: &'s str,
    service: &'s str,
    /// `20260702T120000Z`.
    at: &'s str,
}

impl Signing<'_> {
    /// The `Authorization` of a request (AWS Signature Version 4): `headers` are those signed, by name in order.
    fn authorization(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
        let date = self.at.get(..8).unwrap_or_default();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let canonical = format!("{method}\n{path}\n\n{lines}\n{names}\n{}", hex(&Sha256::digest(body)));
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.at, hex(&Sha256::digest(canonical.as_bytes())));
        let key = [self.region, self.service, "aws4_request"]
            .iter()
            .fold(hmac(format!("AWS4{}", self.secret).as_bytes(), date), |key, part| hmac(&key, part));
        let signature = hex(&hmac(&key, &text));
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", self.access_key)
    }
}

impl Dialect for Ses {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let mail = whole(outgoing, &self.spec)?;
        let body = json!({
            "Content": {"Raw": {"Data": STANDARD.encode(&mail.bytes)}},
            "Destination": {"ToAddresses": [mail.to.to_string()]},
            "FromEmailAddress": mailbox(sender(outgoing, &self.spec)),
            "EmailTags": [{"Name": "message", "Value": outgoing.message.id.to_string()}],
        });
        let mut body = body;
        if let Some(set) = self.spec.member("configuration_set") {
            body["ConfigurationSetName"] = json!(set);
        }
        Ok(vec![Call::post(format!("{}/v2/email/outbound-emails", self.base()), "application/json", body.to_string())])
    }

    fn finish(&self, call: &mut Call) {
        let host = call.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
        let path = call.url.split_once(&host).map_or("/", |(_, path)| path).to_owned();
        // Requests are refused when their time is off by more than minutes: it is that of the call, not of the message.
        let at = chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string();
        let signing = Signing {
            access_key: self.spec.username.as_deref().unwrap_or_default(),
            secret: self.spec.secret.as_deref().unwrap_or_default(),
            region: &self.region,
            service: "ses",
            at: &at,
        };
        let headers = [("content-type", "application/json"), ("host", host.as_str()), ("x-amz-date", at.as_str())];
        let authorization = signing.authorization(call.method.as_str(), &path, &headers, &call.body);
        call.headers.push(("x-amz-date", at.clone()));
        call.headers.push(("authorization", authorization));
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        if answer.is_success() {
            return Ok(taken(answer, answer.json()["MessageId"].as_str()));
        }
        // `BadRequestException: …` of the header comes as `x-amzn-errortype: BadRequestException`.
        let kind = answer.headers.get("x-amzn-errortype").and_then(|v| v.to_str().ok()).unwrap_or_default();
        if SES_OURS
            .iter()
            .any(|ours| kind.contains(ours) || answer.json()["__type"].as_str().is_some_and(|t| t.contains(ours)))
        {
            return Err(answer.ours());
        }
        Err(refused(answer, &[], &["address is not verified", "addresses are not verified"]))
    }
}

/// SendGrid, API v3.
pub(in crate::channels) struct SendGrid(pub(in crate::channels) ChannelSpec);

impl Dialect for SendGrid {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let (parts, to) = parts(outgoing)?;
        let from = sender(outgoing, &self.0);
        let mut body = json!({
            "personalizations": [{"to": [{"email": to.to_string()}], "custom_args": {"message_id": outgoing.message.id.to_string()}}],
            "from": {"email": from.email},
            "subject": parts.subject,
            "content": [{"type": "text/plain", "value": parts.text}, {"type": "text/html", "value": parts.html}],
            // Links are tracked here.
            "tracking_settings": {"click_tracking": {"enable": false}, "open_tracking": {"enable": false}},
        });
        if let Some(name) = &from.name {
            body["from"]["name"] = json!(name);
        }
        if let Some(reply) = outgoing.template.reply_to.as_ref().or(self.0.reply_to.as_ref()) {
            body["reply_to"] = json!({"email": reply});
        }
        if let Some(url) = &parts.unsubscribe_url {
            body["headers"] = unsubscribe(url);
        }
        if let Some(calendar) = &parts.calendar {
            body["attachments"] =
                json!([{"content": STANDARD.encode(calendar), "filename": "invite.ics", "type": "text/calendar"}]);
        }
        let url = format!("{}/v3/mail/send", base(&self.0, "https://api.sendgrid.com"));
        let key = self.0.secret.as_deref().unwrap_or_default();
        Ok(vec![Call::post(url, "application/json", body.to_string()).with("authorization", format!("Bearer {key}"))])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        if answer.is_success() {
            let id = answer.headers.get("x-message-id").and_then(|v| v.to_str().ok());
            return Ok(taken(answer, id));
        }
        // Each error names the field it is about; the sender is the account's.
        let errors = answer.json();
        let about_sender =
            |e: &Value| e["field"].as_str().is_some_and(|field| field == "from" || field.starts_with("from."));
        if errors["errors"].as_array().is_some_and(|all| all.iter().any(about_sender)) {
            return Err(answer.ours());
        }
        Err(refused(answer, &["does not contain a valid address"], &["maximum credits exceeded"]))
    }
}

fn unsubscribe(url: &str) -> Value {
    json!({"List-Unsubscribe": format!("<{url}>"), "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})
}

/// Postmark.
pub(in crate::channels) struct Postmark(pub(in crate::channels) ChannelSpec);

impl Dialect for Postmark {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let (parts, to) = parts(outgoing)?;
        let transactional = outgoing.message.transactional || outgoing.template.transactional;
        let stream = self.0.member("stream").unwrap_or(if transactional { "outbound" } else { "broadcast" });
        let mut headers = Vec::new();
        if let Some(Value::Object(fields)) = parts.unsubscribe_url.as_deref().map(unsubscribe) {
            headers.extend(fields.into_iter().map(|(name, value)| json!({"Name": name, "Value": value})));
        }
        let mut body = json!({
            "From": mailbox(sender(outgoing, &self.0)),
            "To": to.to_string(),
            "Subject": parts.subject,
            "HtmlBody": parts.html,
            "TextBody": parts.text,
            "MessageStream": stream,
            "TrackOpens": false,
            "TrackLinks": "None",
            "Metadata": {"message_id": outgoing.message.id.to_string()},
            "Headers": headers,
        });
        if let Some(reply) = outgoing.template.reply_to.as_ref().or(self.0.reply_to.as_ref()) {
            body["ReplyTo"] = json!(reply);
        }
        if let Some(calendar) = &parts.calendar {
            body["Attachments"] =
                json!([{"Name": "invite.ics", "Content": STANDARD.encode(calendar), "ContentType": "text/calendar"}]);
        }
        let url = format!("{}/email", base(&self.0, "https://api.postmarkapp.com"));
        let token = self.0.secret.as_deref().unwrap_or_default();
        Ok(vec![
            Call::post(url, "application/json", body.to_string())
                .with("accept", "application/json")
                .with("x-postmark-server-token", token),
        ])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        let body = answer.json();
        match body["ErrorCode"].as_i64() {
            Some(0) if answer.is_success() => Ok(taken(answer, body["MessageID"].as_str())),
            // 406: the address is inactive there, because it bounced or complained. 300: it is no address.
            Some(406) => Err(SendFault::Permanent { detail: answer.shown(), hard_bounce: true }),
            Some(code) if POSTMARK_OURS.contains(&code) => Err(answer.ours()),
            // 300: the request is none; which of its addresses it is about the words say.
            _ => Err(refused(answer, &[], &["invalid 'from'"])),
        }
    }
}

/// Codes of Postmark that are about the account: 10 token, 100 maintenance, 400 and 401 sender signature, 405 no credits, 412 not
/// approved yet, 413 may not send, 1226 and 1235 no such message stream ("API error codes").
const POSTMARK_OURS: &[i64] = &[10, 100, 400, 401, 405, 412, 413, 1_226, 1_235];

/// Mailgun.
pub(in crate::channels) struct Mailgun(pub(in crate::channels) ChannelSpec);

impl Dialect for Mailgun {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let mail = whole(outgoing, &self.0)?;
        let domain = self.0.member("domain").unwrap_or_default();
        // The same message gets the same boundary, so that a retry is the same request.
        let boundary = format!("=_{}.{}", outgoing.message.id, outgoing.message.workspace.0);
        let field = |name: &str, value: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = Vec::with_capacity(mail.bytes.len() + 1_024);
        body.extend(field("to", mail.to.as_ref()).as_bytes());
        body.extend(field("o:tracking", "no").as_bytes());
        body.extend(field("v:message_id", &outgoing.message.id.to_string()).as_bytes());
        body.extend(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"message.eml\"\r\n\
                 Content-Type: message/rfc822\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend(&mail.bytes);
        body.extend(format!("\r\n--{boundary}--\r\n").as_bytes());
        let url = format!("{}/v3/{domain}/messages.mime", base(&self.0, "https://api.mailgun.net"));
        let key = self.0.secret.as_deref().unwrap_or_default();
        let login = STANDARD.encode(format!("api:{key}"));
        let media = format!("multipart/form-data; boundary=\"{boundary}\"");
        Ok(vec![Call::post(url, &media, body).with("authorization", format!("Basic {login}"))])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        if answer.is_success() {
            return Ok(taken(answer, answer.json()["id"].as_str()));
        }
        let ours =
            ["is not allowed to send", "account is disabled", "from parameter is not", "'from' parameter is not"];
        Err(refused(answer, &["'to' parameter is not a valid address"], &ours))
    }
}

#[cfg(test)]
#[path = "providers_tests.rs"]
mod tests;
