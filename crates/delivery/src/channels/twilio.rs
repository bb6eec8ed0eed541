//! Text messages and calls by Twilio's REST interface of 2010, or a provider that speaks it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::dialect::{Dialect, other, required, text};
use super::form::{Form, read_form};
use super::http::{Answer, Call};
use super::{Outgoing, Receipt, SendFault};
use crate::core::address::Target;
use crate::spec::ChannelSpec;
use crate::tracking::tokens::HookPart;

/// Codes of Twilio that say that the number takes no messages: 21211 and 21217 not a number, 21614 not a mobile number, 30004 to
/// 30006 blocked, unknown, a fixed line. That 21612 cannot be reached is said of the number together with our sender, and 21408 of
/// its region.
const DEAD: &[u64] = &[21_211, 21_217, 21_614, 30_004, 30_005, 30_006];
/// Codes about the account or whom it sends as, which somebody can repair: 20005, 30002 and 90010 the account is not active, 21608
/// it is a trial, 21210, 21212, 21603, 21606, 21607, 21659 and 21660 the sender is none that can send, 21701 to 21705 the messaging
/// service is not there or has no sender ("Error and warning dictionary").
const OURS: &[u64] = &[
    20_005, 21_210, 21_212, 21_603, 21_606, 21_607, 21_608, 21_659, 21_660, 21_701, 21_702, 21_703, 21_704, 21_705,
    30_002, 90_010,
];
/// More waits for our sender than Twilio keeps.
const QUEUE_FULL: u64 = 21_611;
/// The recipient said STOP to one of our numbers; Twilio keeps that until they say START.
pub(super) const OPTED_OUT: u64 = 21_610;

/// An account and who it sends as.
pub(super) struct Account {
    base: String,
    word: String,
    sender: String,
    senders: BTreeMap<String, String>,
}

impl Account {
    fn new(spec: &ChannelSpec) -> Self {
        let base = spec.member("base_url").unwrap_or("https://api.twilio.com").trim_end_matches('/');
        let user = spec.username.as_deref().unwrap_or_default();
        let login = format!("{user}:{}", spec.secret.as_deref().unwrap_or_default());
        let account = spec.member("account_sid").unwrap_or(user);
        Account {
            base: format!("{base}/2010-04-01/Accounts/{account}"),
            word: format!("Basic {}", STANDARD.encode(login)),
            sender: spec.member("sender").unwrap_or_default().to_owned(),
            senders: spec.members_of("senders"),
        }
    }

    /// Who a message to that country is from.
    fn sender(&self, country: Option<&str>) -> &str {
        country.and_then(|c| self.senders.get(c)).unwrap_or(&self.sender)
    }

    fn call(&self, resource: &str, form: Form) -> Call {
        Call::post(format!("{}/{resource}", self.base), "application/x-www-form-urlencoded", form.finish())
            .with("authorization", self.word.clone())
    }

    fn probe(&self) -> Option<Call> {
        let mut call = self.call("", Form::default());
        call.url = format!("{}.json", self.base);
        (call.method, call.body) = (hyper::Method::GET, bytes::Bytes::new());
        Some(call)
    }
}

/// What a login by API key lacks, by member.
pub(super) fn lacks(spec: &ChannelSpec) -> Option<(&'static str, &'static str)> {
    let by_key = spec.username.as_deref().is_some_and(|user| user.starts_with("SK"));
    if by_key && spec.member("account_sid").is_none() {
        return Some(("account_sid", "is required where username is an API key (SK…): the account's SID (AC…)"));
    }
    let signed =
        "is required where username is an API key (SK…): Twilio signs its calls under the account's auth token";
    (by_key && spec.member("webhook_secret").is_none()).then_some(("webhook_secret", signed))
}

/// What Twilio signs its calls under.
pub(super) fn signing(spec: &ChannelSpec) -> &str {
    spec.member("webhook_secret").or(spec.secret.as_deref()).unwrap_or_default()
}

fn phone<'a>(outgoing: &Outgoing<'a>) -> Result<&'a str, String> {
    match outgoing.targets.first() {
        Some(Target::Phone(phone)) => Ok(&phone.e164),
        _ => Err("this channel reaches telephone numbers".to_owned()),
    }
}

fn read(answer: &Answer) -> Result<Receipt, SendFault> {
    let body = answer.json();
    if answer.is_success() {
        let id = body["sid"].as_str().map(str::to_owned);
        let response = format!("{} {}", answer.status, body["status"].as_str().unwrap_or_default());
        return Ok(Receipt { response, provider_id: id, ..Receipt::default() });
    }
    let code = body["code"].as_u64().unwrap_or_default();
    if code == OPTED_OUT {
        return Err(SendFault::OptedOut { detail: answer.shown(), only_marketing: false });
    }
    if code == QUEUE_FULL {
        return Err(SendFault::Throttled { detail: answer.shown(), retry_after: answer.retry_after() });
    }
    if OURS.contains(&code) {
        return Err(answer.ours());
    }
    if answer.status == 400 {
        return Err(SendFault::Permanent { detail: answer.shown(), hard_bounce: DEAD.contains(&code) });
    }
    Err(answer.fault())
}

/// Text messages.
pub(super) struct Twilio(Account);

impl Twilio {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        Twilio(Account::new(spec))
    }
}

impl Dialect for Twilio {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let sender = self.0.sender(outgoing.country);
        let mut form = Form::default();
        form.add("To", phone(outgoing)?);
        // A messaging service chooses the number itself.
        form.add(if sender.starts_with("MG") { "MessagingServiceSid" } else { "From" }, sender);
        form.add("Body", required(content, "body")?);
        for media in content.get("media").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            form.add("MediaUrl", media);
        }
        form.add("StatusCallback", &outgoing.links.hook(outgoing.channel, HookPart::Receipt));
        Ok(vec![self.0.call("Messages.json", form)])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        read(answer)
    }

    fn probe(&self) -> Option<Call> {
        self.0.probe()
    }
}

/// Calls with spoken text.
pub(super) struct TwilioVoice(Account);

impl TwilioVoice {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        TwilioVoice(Account::new(spec))
    }
}

impl Dialect for TwilioVoice {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let mut form = Form::default();
        form.add("To", phone(outgoing)?);
        form.add("From", self.0.sender(outgoing.country));
        form.add("Twiml", &twiml(outgoing, content)?);
        form.add("StatusCallback", &outgoing.links.hook(outgoing.channel, HookPart::Receipt));
        Ok(vec![self.0.call("Calls.json", form)])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        read(answer)
    }

    fn probe(&self) -> Option<Call> {
        self.0.probe()
    }
}

/// What the call does, in TwiML (at most 4,000 characters, by the interface).
fn twiml(outgoing: &Outgoing<'_>, content: &Value) -> Result<String, String> {
    let language = text(content, "language").unwrap_or("en-US");
    let voice = text(content, "voice");
    let words = say(required(content, "say")?, language, voice);
    let doing = match content.get("gather").filter(|g| g.is_object()) {
        None => words,
        Some(gather) => {
            let whole = |name: &str, default: u64| gather.get(name).and_then(Value::as_u64).unwrap_or(default);
            let mut action = outgoing.links.hook(outgoing.channel, HookPart::Keys);
            if let Some(thanks) = text(gather, "thanks") {
                // The address is part of what the provider signs, so the answer says what the message's own words were.
                let mut said = Form::default();
                for (name, value) in [("say", Some(thanks)), ("language", Some(language)), ("voice", voice)] {
                    value.into_iter().for_each(|value| said.add(name, value));
                }
                action = format!("{action}?{}", said.finish());
            }
            format!(
                "<Gather input=\"dtmf\" numDigits=\"{}\" timeout=\"{}\" action=\"{}\" method=\"POST\">{words}</Gather>",
                whole("digits", 1),
                whole("timeout_seconds", 8),
                escape(&action),
            )
        }
    };
    let twiml = response(&doing);
    if twiml.chars().count() > 4_000 {
        return Err(
            "say: the call's text is longer than the provider takes (4000 characters with its marks)".to_owned()
        );
    }
    Ok(twiml)
}

/// Spoken words.
fn say(words: &str, language: &str, voice: Option<&str>) -> String {
    let voice = voice.map_or_else(String::new, |v| format!(" voice=\"{}\"", escape(v)));
    format!("<Say language=\"{}\"{voice}>{}</Say>", escape(language), escape(words))
}

fn response(doing: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{doing}</Response>")
}

/// What keys are answered with: the words that the address carries, spoken; `None` when there are none.
pub(super) fn thanks(query: &str) -> Option<String> {
    let fields = read_form(query);
    let field = |name: &str| fields.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str());
    Some(response(&say(field("say")?, field("language").unwrap_or("en-US"), field("voice"))))
}

/// Text within XML.
pub(crate) fn escape(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
