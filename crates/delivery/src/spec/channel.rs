//! Channels: ways out, each by one provider.

use std::collections::BTreeMap;

use rapport_domain::{MessageChannel, Problem};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::kinds::{KINDS, ProviderKind};
use super::shape::{self, Member, Shape, may, must};
use crate::core::cost::Prices;
use crate::core::pace::{Paces, Throttle, WarmUp};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all; for a server on this machine or a mail catcher.
    None,
    /// STARTTLS, required (RFC 3207): a server that does not offer it gets nothing.
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
}

/// What becomes of a message that the provider may have taken: the request left, and no answer told, or the server ended before
/// it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenUnsure {
    /// It is not sent again; a receipt may yet tell what became of it.
    Keep,
    /// It is tried again, at the risk that the customer gets it twice.
    Retry,
}

/// A name and address to send from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// What mail programs show.
    pub name: Option<String>,
    /// The address.
    pub email: String,
}

/// A channel.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelSpec {
    /// Who carries its messages.
    pub kind: ProviderKind,
    /// The SMTP server; empty for other kinds.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Who logs in, if anybody.
    pub username: Option<String>,
    /// The login's secret. Stored sealed, never answered by the API.
    pub secret: Option<String>,
    /// Who mail is from unless the template says otherwise; empty for other kinds than mail.
    pub from: Sender,
    /// Where answers go unless the template says otherwise.
    pub reply_to: Option<String>,
    /// Connections open at once, at most.
    pub pool_size: u32,
    /// How far apart its messages are.
    pub paces: Paces,
    /// Channels with a lower number are tried first; those with a higher one when it fails.
    pub priority: u32,
    /// The share among channels of the same priority.
    pub weight: u32,
    /// Countries (ISO 3166, `DE`) whose recipients it is for; none named is all.
    pub countries: Vec<String>,
    /// What becomes of a message that the provider may have taken.
    pub when_unsure: WhenUnsure,
    /// Its kind's other members, as they stand in the document.
    pub members: Map<String, Value>,
}

impl std::fmt::Debug for ChannelSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelSpec")
            .field("kind", &self.kind)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("secret", &self.secret.as_ref().map(|_| "‹redacted›"))
            .finish_non_exhaustive()
    }
}

/// A channel that is in effect.
#[derive(Clone, Debug)]
pub struct LiveChannel {
    /// Its id.
    pub id: String,
    /// Its version; a new one gets new connections.
    pub version: u32,
    /// What it says.
    pub spec: ChannelSpec,
}

/// What a document of every kind may say.
const COMMON: &[Member] = &[
    may("pool_size", Shape::Whole(1, 64), "Connections open at once, at most; 8 when absent."),
    may("rate_per_second", Shape::Whole(0, 100_000), "Messages a second, at most; 0 is no limit."),
    may("priority", Shape::Whole(1, 100), "Lower is tried first, higher when it fails; 10 when absent."),
    may("weight", Shape::Whole(0, 1_000), "The share among channels of the same priority; 100 when absent."),
    may("countries", Shape::List(&Shape::Line(2), 250), "Countries (ISO 3166) whose recipients it is for."),
    may(
        "when_unsure",
        Shape::Choice(&["keep", "retry"]),
        "A message that may have been taken (no answer, 5xx) is kept as sent with an unknown outcome, or tried again; \
         keep for text messages, calls and WhatsApp, else retry when absent.",
    ),
];
/// What a document of a mail kind may say.
const SMTP: &[&str] = &["host", "port", "tls", "username", "secret"];
/// How an SMTP server is believed, and how the login is shown to it.
const SMTP_LOGIN: &[Member] = &[
    may(
        "ca",
        Shape::Text(65_536),
        "Who signed the server's certificate (PEM), in the place of whom this machine trusts.",
    ),
    may(
        "auth",
        Shape::Choice(&["password", "xoauth2"]),
        "With xoauth2 the secret is a refresh token (RFC 6749); none where the application signs in by itself with client_secret.",
    ),
    may("token_url", Shape::Link, "Where access tokens are given: https://oauth2.googleapis.com/token."),
    may("client_id", Shape::Line(400), "The application's id there."),
    may("client_secret", Shape::Text(16_384), "The application's secret, if it has one."),
    may("scope", Shape::Line(2_000), "What is asked for, where that has to be said."),
];
const UNSURE: &[(&str, WhenUnsure)] = &[("keep", WhenUnsure::Keep), ("retry", WhenUnsure::Retry)];
const MAIL: &[&str] = &["from", "reply_to"];
/// What else a document of a mail kind may say.
const MAIL_PACES: &[Member] = &[
    may("throttles", Shape::List(&Shape::Object(THROTTLE), 100), "Rates by domain of the recipient."),
    may("warm_up", Shape::Object(WARM_UP), "Few messages at first, more each day, spread over the day."),
];
const THROTTLE: &[Member] = &[
    must("domains", Shape::List(&Shape::Line(253), 50), "The domains that have the rate together: [\"gmail.com\"]."),
    must("per_minute", Shape::Whole(1, 1_000_000), "Messages a minute, at most."),
];
const WARM_UP: &[Member] = &[
    must("from", Shape::Line(10), "The first day: 2026-07-01."),
    must("first_day", Shape::Whole(1, 10_000_000), "Messages on the first day."),
    may("growth", Shape::Whole(0, 1_000), "How many more each day, per cent of the day before; 50 when absent."),
    must("until", Shape::Whole(1, 100_000_000), "When a day would have as many, the warm-up is over."),
];
const TLS_CHOICES: &[(&str, TlsMode)] =
    &[("none", TlsMode::None), ("starttls", TlsMode::StartTls), ("tls", TlsMode::Tls)];

/// What becomes of a message that may have been taken, when the document does not say. No provider of text messages, calls or
/// WhatsApp knows a message again when it comes twice, and each costs money; mail keeps its Message-ID, webhooks their id.
fn usual(kind: ProviderKind) -> WhenUnsure {
    match kind.carries() {
        MessageChannel::Sms | MessageChannel::Voice | MessageChannel::WhatsApp => WhenUnsure::Keep,
        _ => WhenUnsure::Retry,
    }
}

/// What a kind's document may say.
fn known(kind: ProviderKind) -> Vec<&'static str> {
    let mut names = vec!["kind"];
    if kind == ProviderKind::Smtp {
        names.extend(SMTP);
        names.extend(SMTP_LOGIN.iter().map(|m| m.name));
    }
    if kind.carries() == MessageChannel::Email {
        names.extend(MAIL);
        names.extend(MAIL_PACES.iter().map(|m| m.name));
    }
    names.extend(kind.info().members.iter().chain(COMMON).map(|m| m.name));
    names
}

impl ChannelSpec {
    /// What it takes for one segment of a text message, by country.
    #[must_use]
    pub fn prices(&self) -> Prices {
        Prices::of(&self.members)
    }

    /// Whether messages for this kind of channel (`email`) go out here.
    #[must_use]
    pub fn carries(&self, channel: &str) -> bool {
        self.kind.carries().as_str() == channel
    }

    /// A text member of its kind.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str).filter(|s| !s.is_empty())
    }

    /// A member of its kind that is an object of texts, such as `senders`.
    #[must_use]
    pub fn members_of(&self, name: &str) -> BTreeMap<String, String> {
        let object = self.members.get(name).and_then(Value::as_object);
        let text = |(k, v): (&String, &Value)| Some((k.clone(), v.as_str()?.to_owned()));
        object.into_iter().flatten().filter_map(text).collect()
    }

    /// The lists that the program behind a webhook may change.
    pub fn lists(&self) -> impl Iterator<Item = &str> {
        self.members.get("lists").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Where it sends to, without secrets, for people.
    #[must_use]
    pub fn server(&self) -> String {
        if self.kind == ProviderKind::Smtp {
            return format!("{}:{}", self.host, self.port);
        }
        self.member("base_url").or_else(|| self.member("url")).unwrap_or(self.kind.as_str()).to_owned()
    }

    /// Whether its provider tells by webhook what became of mails.
    #[must_use]
    pub fn tells_by_webhook(&self) -> bool {
        matches!(self.kind, ProviderKind::Ses | ProviderKind::SendGrid | ProviderKind::Postmark | ProviderKind::Mailgun)
    }

    /// Who its messages are from, for people.
    #[must_use]
    pub fn sender(&self) -> &str {
        if self.from.email.is_empty() { self.member("sender").unwrap_or_default() } else { &self.from.email }
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let choices: Vec<(&str, ProviderKind)> = KINDS.iter().map(|k| (k.name, k.kind)).collect();
        let named = spec.get("kind").and_then(Value::as_str);
        let kind = choices.iter().find(|c| Some(c.0) == named).map_or(ProviderKind::Smtp, |c| c.1);
        let mut f = Fields::open(spec, "spec", &known(kind));
        f.choice("kind", &choices, None);
        let mut channel = ChannelSpec {
            kind,
            host: String::new(),
            port: 0,
            tls: TlsMode::Tls,
            username: None,
            secret: None,
            from: Sender { name: None, email: String::new() },
            reply_to: None,
            pool_size: f.whole("pool_size", 1..=64, 8),
            paces: Paces {
                per_second: Some(f.whole("rate_per_second", 0..=100_000, 0)).filter(|r| *r > 0),
                ..Paces::default()
            },
            priority: f.whole("priority", 1..=100, 10),
            weight: f.whole("weight", 0..=1_000, 100),
            countries: countries(&mut f),
            when_unsure: f.choice("when_unsure", UNSURE, Some(usual(kind))).unwrap_or(WhenUnsure::Keep),
            members: Map::new(),
        };
        if kind.carries() == MessageChannel::Email {
            mail(&mut f, &mut channel);
            paces(&mut f, spec, &mut channel.paces);
        }
        if kind == ProviderKind::Smtp {
            smtp(&mut f, &mut channel);
            login(&mut f, spec, &mut channel);
        } else if let Some(object) = spec.as_object() {
            let mut problems = Vec::new();
            shape::check(object, kind.info().members, "spec", &mut problems);
            let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            (channel.username, channel.secret) = (text("username"), text("secret"));
            let own = |m: &&Member| m.name != "secret";
            for member in kind.info().members.iter().filter(own) {
                channel.members.extend(object.get(member.name).map(|v| (member.name.to_owned(), v.clone())));
            }
            if problems.is_empty() {
                problems = crate::channels::examine(&channel);
            }
            f.absorb(problems);
        }
        f.finish(channel)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let mut properties = json!({
            "kind": {"enum": KINDS.iter().map(|k| k.name).collect::<Vec<_>>()},
            "host": {"type": "string", "minLength": 1, "maxLength": 253},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "tls": {"enum": ["none", "starttls", "tls"], "default": "starttls"},
            "username": {"type": "string", "maxLength": 320},
            "secret": {"type": "string", "maxLength": 16384, "writeOnly": true},
            "webhook_secret": {"type": "string", "maxLength": 16384, "writeOnly": true},
            "client_secret": {"type": "string", "maxLength": 16384, "writeOnly": true},
            "from": sender_schema(),
            "reply_to": {"type": "string", "format": "email"},
        });
        let mut kinds = Vec::new();
        for info in KINDS {
            let own = shape::properties(info.members);
            let (mut allowed, mut required) = (known(info.kind), shape::required(info.members));
            allowed.sort_unstable();
            match info.kind {
                ProviderKind::Smtp => required.extend(["host", "from"]),
                kind if kind.carries() == MessageChannel::Email => required.push("from"),
                _ => {}
            }
            for (name, schema) in own.iter().filter(|(name, _)| *name != "secret" && *name != "webhook_secret") {
                properties[name] = schema.clone();
            }
            kinds.push(json!({
                "if": {"properties": {"kind": {"const": info.name}}},
                "then": {"description": info.about, "required": required, "propertyNames": {"enum": allowed}, "properties": own},
            }));
        }
        if let Some(all) = properties.as_object_mut() {
            all.extend(shape::properties(COMMON));
            all.extend(shape::properties(MAIL_PACES));
            all.extend(shape::properties(SMTP_LOGIN).into_iter().filter(|(name, _)| name != "client_secret"));
        }
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Channel", "type": "object", "additionalProperties": false, "required": ["kind"],
            "properties": properties,
            "allOf": kinds,
        })
    }
}

fn countries(f: &mut Fields<'_>) -> Vec<String> {
    let countries = f.texts("countries", 250);
    if let Some(wrong) = countries.iter().find(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
        f.problem("countries", format!("expected countries such as DE, found {wrong:?}"));
    }
    countries
}

fn mail(f: &mut Fields<'_>, channel: &mut ChannelSpec) {
    match sender(f, "from") {
        Some(from) => channel.from = from,
        None => f.problem("from", "is required: {\"name\": …, \"email\": …}"),
    }
    channel.reply_to = f.email("reply_to");
}

/// Reads how fast mail may go to some domains, and from a new sender.
fn paces(f: &mut Fields<'_>, spec: &Value, paces: &mut Paces) {
    let mut problems = Vec::new();
    if let Some(object) = spec.as_object() {
        shape::check(object, MAIL_PACES, "spec", &mut problems);
    }
    let whole = |value: &Value, name: &str| value[name].as_u64().and_then(|n| u32::try_from(n).ok());
    for throttle in spec["throttles"].as_array().into_iter().flatten() {
        let domains = throttle["domains"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let domains: Vec<String> = domains.map(str::to_lowercase).collect();
        paces.throttles.extend(whole(throttle, "per_minute").map(|per_minute| Throttle { domains, per_minute }));
    }
    if let Some(plan) = spec.get("warm_up").filter(|p| p.is_object()) {
        let day = plan["from"].as_str().unwrap_or_default();
        let from = day.parse::<chrono::NaiveDate>().ok().and_then(|d| d.and_hms_opt(0, 0, 0));
        if from.is_none() && plan["from"].is_string() {
            problems
                .push(Problem::new("spec.warm_up.from", format!("expected a day such as 2026-07-01, found {day:?}")));
        }
        if let (Some(from), Some(first_day), Some(until)) = (from, whole(plan, "first_day"), whole(plan, "until")) {
            let growth = whole(plan, "growth").unwrap_or(50);
            let from = rapport_domain::Timestamp(from.and_utc().timestamp_millis());
            paces.warm_up = Some(WarmUp { from, first_day, growth, until });
        }
    }
    f.absorb(problems);
}

fn smtp(f: &mut Fields<'_>, channel: &mut ChannelSpec) {
    let host = f.required("host", 253);
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    if !host.chars().all(is_host) {
        f.problem("host", format!("expected a host name such as smtp.example.com, found {host:?}"));
    }
    let tls = f.choice("tls", TLS_CHOICES, Some(TlsMode::StartTls)).unwrap_or(TlsMode::StartTls);
    let default_port = match tls {
        TlsMode::None => 25,
        TlsMode::StartTls => 587,
        TlsMode::Tls => 465,
    };
    let port = f.whole("port", 1..=65535, default_port);
    let (username, secret) = (f.line("username", 320), f.line("secret", 4096));
    // Who signs in by tokens may need no word beside the application's: that is asked for below.
    let by_token = f.text("auth", 16).as_deref() == Some("xoauth2");
    if username.is_some() != secret.is_some() && !by_token {
        let missing = if username.is_some() { "secret" } else { "username" };
        f.problem(missing, "username and secret come together");
    }
    let local = host == "localhost" || host == "::1" || host.starts_with("127.");
    if tls == TlsMode::None && secret.is_some() && !local {
        f.problem("tls", "a secret is not sent over an open connection: use starttls or tls");
    }
    channel.host = host;
    channel.port = u16::try_from(port).unwrap_or(25);
    channel.tls = tls;
    (channel.username, channel.secret) = (username, secret);
}

/// Reads whom to believe and how the login is shown.
fn login(f: &mut Fields<'_>, spec: &Value, channel: &mut ChannelSpec) {
    let Some(object) = spec.as_object() else { return };
    let mut problems = Vec::new();
    shape::check(object, SMTP_LOGIN, "spec", &mut problems);
    for member in SMTP_LOGIN {
        channel.members.extend(object.get(member.name).map(|v| (member.name.to_owned(), v.clone())));
    }
    if let Some(ca) = channel.member("ca") {
        if let Err(problem) = crate::trust::authorities(ca) {
            problems.push(Problem::new("spec.ca", problem));
        } else if channel.tls == TlsMode::None {
            problems.push(Problem::new("spec.ca", "only with tls or starttls"));
        }
    }
    let by_token = channel.member("auth") == Some("xoauth2");
    for name in ["token_url", "client_id"] {
        if by_token && channel.member(name).is_none() {
            problems.push(Problem::new(format!("spec.{name}"), "is required with auth: xoauth2"));
        } else if !by_token && channel.member(name).is_some() {
            problems.push(Problem::new(format!("spec.{name}"), "only with auth: xoauth2"));
        }
    }
    if by_token && channel.username.is_none() {
        problems.push(Problem::new("spec.username", "is required with auth: xoauth2: whose mail it is"));
    }
    if by_token && channel.secret.is_none() && channel.member("client_secret").is_none() {
        let what = "is required with auth: xoauth2: the refresh token, or client_secret where the application signs in by itself";
        problems.push(Problem::new("spec.secret", what));
    }
    f.absorb(problems);
}

/// Reads a sender at `key`, if present.
pub(super) fn sender(f: &mut Fields<'_>, key: &str) -> Option<Sender> {
    let mut inner = f.object(key, &["name", "email"])?;
    inner.required("email", 320);
    let sender = Sender { name: inner.line("name", 200), email: inner.email("email").unwrap_or_default() };
    f.close(inner);
    Some(sender)
}

/// The JSON Schema of a sender.
pub(super) fn sender_schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["email"],
        "properties": {"name": {"type": "string", "maxLength": 200}, "email": {"type": "string", "format": "email"}},
    })
}
