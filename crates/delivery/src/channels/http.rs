//! Calls over HTTP: one pooled client for all channels, bounded in time and size, that follows no redirects and keeps
//! away from private addresses that the operator did not name.

mod guard;

use std::future::Future;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, DATE, HeaderMap, RETRY_AFTER};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::SendFault;
use crate::core::device::Device;
use guard::{Connector, Refusal};
pub use guard::{Outbound, is_public};

/// The most of an answer that is read, bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// Connections kept open to one server.
const IDLE_PER_HOST: usize = 64;
/// The most of an answer that is shown to people, characters.
const MAX_SHOWN_CHARS: usize = 300;

/// One call.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// `POST` and the like.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Headers; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Further headers, whose names a template gives.
    pub named: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// A template, a browser or another program named the place: what goes wrong there says nothing of the channel.
    pub guarded: bool,
    /// HTTP/2 from the first byte (or by ALPN), for servers that speak nothing else.
    pub http2: bool,
    /// The device it is for.
    pub device: Option<Device>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

impl Call {
    /// A `POST` of `body` to a place that a channel's document names.
    #[must_use]
    pub fn post(url: impl Into<String>, content_type: &str, body: impl Into<Bytes>) -> Self {
        Call {
            method: Method::POST,
            url: url.into(),
            headers: vec![("content-type", content_type.to_owned())],
            named: Vec::new(),
            body: body.into(),
            guarded: false,
            http2: false,
            device: None,
        }
    }

    /// A `GET` of a place that somebody else named.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        let post = Call::post(url, "", Bytes::new());
        Call { method: Method::GET, headers: Vec::new(), guarded: true, ..post }
    }

    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whole.
    pub body: Bytes,
}

impl Answer {
    /// Whether it is a 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// How long the server wants to be left alone, in seconds or as a date (RFC 9110 section 10.2.3), bounded by a day. A date
    /// counts from the answer's own `Date`, so that clocks that differ do not matter.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = match text.parse() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let said = |name| httpdate::parse_http_date(self.headers.get(name)?.to_str().ok()?).ok();
                let (until, now) = (said(RETRY_AFTER)?, said(DATE).unwrap_or_else(SystemTime::now));
                until.duration_since(now).unwrap_or_default()
            }
        };
        Some(wait.min(Duration::from_secs(86_400)))
    }

    /// Status and body on one line, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        short(&format!("{} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// What an answer that is no success means when the provider's own codes say nothing else: 429 and 503 with
    /// `Retry-After` are throttling; 408, 425 and 5xx pass; what is about the login, the account or the address called (401 to 405,
    /// redirections) somebody can repair; the rest is final.
    #[must_use]
    pub fn fault(&self) -> SendFault {
        let detail = self.shown();
        match self.status {
            429 => SendFault::Throttled { detail, retry_after: self.retry_after() },
            503 if self.retry_after().is_some() => SendFault::Throttled { detail, retry_after: self.retry_after() },
            300..=399 | 401..=405 => self.ours(),
            408 | 425 => SendFault::Transient { detail, untaken: false },
            503 => SendFault::Transient { detail, untaken: true },
            500.. => SendFault::Transient { detail, untaken: false },
            _ => SendFault::Permanent { detail, hard_bounce: false },
        }
    }
}

impl Answer {
    /// The fault is the account's or the channel's, which somebody can repair, not the message's: nothing was taken, and another
    /// channel may be asked.
    #[must_use]
    pub(crate) fn ours(&self) -> SendFault {
        SendFault::Transient { detail: self.shown(), untaken: true }
    }
}

/// The server of an address, in lower case: what it may be called by where its path or query is a secret. Empty when it is no
/// address.
#[must_use]
pub fn server_of(url: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return String::new() };
    let host = uri.host().unwrap_or_default().to_lowercase();
    uri.port_u16().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

/// Text on one line, cut.
#[must_use]
pub fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN_CHARS).collect();
    line.trim().to_owned()
}

type Pool = Client<HttpsConnector<Connector>, Full<Bytes>>;

/// The client.
pub struct Http {
    http1: Pool,
    http2: Pool,
    timeout: Duration,
    outbound: Outbound,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Http {
    /// A client whose calls take at most `timeout` and go where `outbound` lets them.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(timeout: Duration, outbound: &Outbound) -> Result<Self, String> {
        // One provider of ciphers for the whole process; a second installation is refused and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let https = || {
            hyper_rustls::HttpsConnectorBuilder::new()
                .with_native_roots()
                .map(|b| b.https_or_http())
                .map_err(|e| format!("this machine's certificates cannot be read: {e}"))
        };
        let build = |http2| -> Result<_, String> {
            let tcp = Connector(outbound.clone());
            let https = if http2 {
                https()?.enable_http2().wrap_connector(tcp)
            } else {
                https()?.enable_http1().wrap_connector(tcp)
            };
            let mut builder = Client::builder(TokioExecutor::new());
            builder.pool_max_idle_per_host(IDLE_PER_HOST).pool_idle_timeout(Duration::from_secs(60)).http2_only(http2);
            Ok(builder.build(https))
        };
        Ok(Http { http1: build(false)?, http2: build(true)?, timeout, outbound: outbound.clone() })
    }

    /// Where its calls may go.
    #[must_use]
    pub fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// Makes a call.
    ///
    /// # Errors
    /// What happened before an answer was read whole. An answer that is no success is an answer.
    pub async fn call(&self, call: &Call) -> Result<Answer, SendFault> {
        self.within(call, async {
            let (head, body) = self.begin(call).await?.into_parts();
            let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(|e| SendFault::Transient {
                detail: short(&format!("reading the answer of {}: {e}", host(call))),
                untaken: false,
            })?;
            Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
        })
        .await
    }

    /// Makes a call and answers the status and headers; the body is not read.
    ///
    /// # Errors
    /// What happened before there was an answer.
    pub async fn head_of(&self, call: &Call) -> Result<(u16, HeaderMap), SendFault> {
        self.within(call, async {
            let (head, _) = self.begin(call).await?.into_parts();
            Ok((head.status.as_u16(), head.headers))
        })
        .await
    }

    async fn within<T>(&self, call: &Call, work: impl Future<Output = Result<T, SendFault>>) -> Result<T, SendFault> {
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
            let detail = format!("no answer of {} within {} s", host(call), self.timeout.as_secs_f32());
            Err(SendFault::Transient { detail, untaken: false })
        })
    }

    async fn begin(&self, call: &Call) -> Result<Response<Incoming>, SendFault> {
        let request = request(call).map_err(permanent)?;
        let client = if call.http2 { &self.http2 } else { &self.http1 };
        client.request(request).await.map_err(|e| match Refusal::within(&e) {
            // Where a channel's document leads its operator can allow; what others named does not change.
            Some(refusal) if call.guarded => permanent(refusal.to_string()),
            Some(refusal) => SendFault::Transient { detail: short(&refusal.to_string()), untaken: true },
            None => {
                let cause = std::error::Error::source(&e).map_or_else(|| e.to_string(), deepest);
                let detail = short(&format!("calling {}: {cause}", host(call)));
                SendFault::Transient { detail, untaken: e.is_connect() }
            }
        })
    }
}

/// The server's name, for people.
fn host(call: &Call) -> String {
    call.url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
}

fn permanent(detail: String) -> SendFault {
    SendFault::Permanent { detail: short(&detail), hard_bounce: false }
}

fn request(call: &Call) -> Result<Request<Full<Bytes>>, String> {
    // What stands behind the host may be a secret.
    let uri: Uri = call.url.parse().map_err(|e| format!("the place of the call is not an address: {e}"))?;
    uri.host().filter(|h| !h.is_empty()).ok_or("the address names no server")?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err("expected an address that begins with https:// or http://".to_owned());
    }
    let mut request = Request::builder().method(call.method.clone()).uri(uri);
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    for (name, value) in &call.named {
        request = request.header(name.as_str(), value);
    }
    if call.body.is_empty() && matches!(call.method, Method::POST | Method::PUT | Method::PATCH) {
        request = request.header(CONTENT_LENGTH, 0);
    }
    request.body(Full::new(call.body.clone())).map_err(|e| format!("a header cannot stand in a request: {e}"))
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

#[cfg(test)]
mod tests;
