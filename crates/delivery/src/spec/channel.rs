//! Channels: ways out. Today one kind, an SMTP server.

use rapport_domain::Problem;
use serde_json::{Value, json};

use super::fields::Fields;

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
    /// The SMTP server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Who logs in, if anybody.
    pub username: Option<String>,
    /// The login's secret. Stored sealed, never answered by the API.
    pub secret: Option<String>,
    /// Who mail is from unless the template says otherwise.
    pub from: Sender,
    /// Where answers go unless the template says otherwise.
    pub reply_to: Option<String>,
    /// Connections open at once, at most.
    pub pool_size: u32,
    /// Messages a second, at most; `None` is as fast as the server takes them.
    pub rate_per_second: Option<u32>,
}

impl std::fmt::Debug for ChannelSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelSpec")
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

const KNOWN: &[&str] =
    &["kind", "host", "port", "tls", "username", "secret", "from", "reply_to", "pool_size", "rate_per_second"];
const TLS_CHOICES: &[(&str, TlsMode)] =
    &[("none", TlsMode::None), ("starttls", TlsMode::StartTls), ("tls", TlsMode::Tls)];

impl ChannelSpec {
    /// Whether messages for this kind of channel (`email`) go out here.
    #[must_use]
    pub fn carries(&self, channel: &str) -> bool {
        channel == "email"
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", KNOWN);
        f.choice("kind", &[("smtp", ())], None);
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
        if username.is_some() != secret.is_some() {
            let missing = if username.is_some() { "secret" } else { "username" };
            f.problem(missing, "username and secret come together");
        }
        let local = host == "localhost" || host == "::1" || host.starts_with("127.");
        if tls == TlsMode::None && secret.is_some() && !local {
            f.problem("tls", "a secret is not sent over an open connection: use starttls or tls");
        }
        let from = sender(&mut f, "from");
        if from.is_none() {
            f.problem("from", "is required: {\"name\": …, \"email\": …}");
        }
        let reply_to = f.email("reply_to");
        let pool_size = f.whole("pool_size", 1..=64, 8);
        let rate = f.whole("rate_per_second", 0..=100_000, 0);
        let channel = ChannelSpec {
            host,
            port: u16::try_from(port).unwrap_or(25),
            tls,
            username,
            secret,
            from: from.unwrap_or(Sender { name: None, email: String::new() }),
            reply_to,
            pool_size,
            rate_per_second: (rate > 0).then_some(rate),
        };
        f.finish(channel)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Channel", "type": "object", "additionalProperties": false, "required": ["kind", "host", "from"],
            "properties": {
                "kind": {"enum": ["smtp"]},
                "host": {"type": "string", "minLength": 1, "maxLength": 253},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "tls": {"enum": ["none", "starttls", "tls"], "default": "starttls"},
                "username": {"type": "string", "maxLength": 320},
                "secret": {"type": "string", "maxLength": 4096, "writeOnly": true},
                "from": sender_schema(),
                "reply_to": {"type": "string", "format": "email"},
                "pool_size": {"type": "integer", "minimum": 1, "maximum": 64, "default": 8},
                "rate_per_second": {"type": "integer", "minimum": 0, "maximum": 100_000, "default": 0,
                    "description": "0 is no limit"},
            },
        })
    }
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
