//! Calls over HTTP: one pooled client for all channels, bounded in time and size, that follows no redirects and keeps
//! away from private addresses where somebody else names the place.

mod guard;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_LENGTH, DATE, HeaderMap, RETRY_AFTER};
use hyper::{Method, Request, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::SendFault;
use crate::core::device::Device;
use guard::Resolver;
pub use guard::is_public;

/// The most of an answer that is read, bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
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
    /// Somebody else than the operator named the place: private addresses are refused.
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
    /// A `POST` of `body` to a place that the operator named.
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

    /// A `GET` of a place that somebody else named: private addresses are refused.
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
    /// `Retry-After` are throttling; 408, 425 and 5xx pass; 401 and 403 are about the login and somebody can repair it;
    /// the rest is final.
    #[must_use]
    pub fn fault(&self) -> SendFault {
        let detail = self.shown();
        match self.status {
            429 => SendFault::Throttled { detail, retry_after: self.retry_after() },
            503 if self.retry_after().is_some() => SendFault::Throttled { detail, retry_after: self.retry_after() },
            401 | 403 => SendFault::Transient { detail, untaken: true },
            408 | 425 => SendFault::Transient { detail, untaken: false },
            503 => SendFault::Transient { detail, untaken: true },
            500.. => SendFault::Transient { detail, untaken: false },
            _ => SendFault::Permanent { detail, hard_bounce: false },
        }
    }
}

/// Text on one line, cut.
#[must_use]
pub fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN_CHARS).collect();
    line.trim().to_owned()
}

type Connector = HttpsConnector<HttpConnector<Resolver>>;

/// The client.
pub struct Http {
    open: Client<Connector, Full<Bytes>>,
    guarded: Client<Connector, Full<Bytes>>,
    http2: Client<Connector, Full<Bytes>>,
    timeout: Duration,
    allow_private: bool,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

fn connector(guarded: bool) -> HttpConnector<Resolver> {
    let mut tcp = HttpConnector::new_with_resolver(Resolver { guarded });
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp
}

impl Http {
    /// A client whose calls take at most `timeout`; `allow_private` lets guarded calls reach private addresses too.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(timeout: Duration, allow_private: bool) -> Result<Self, String> {
        // One provider of ciphers for the whole process; a second installation is refused and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let https = || {
            hyper_rustls::HttpsConnectorBuilder::new()
                .with_native_roots()
                .map(|b| b.https_or_http())
                .map_err(|e| format!("this machine's certificates cannot be read: {e}"))
        };
        let build = |tcp, http2| -> Result<_, String> {
            let https = if http2 {
                https()?.enable_http2().wrap_connector(tcp)
            } else {
                https()?.enable_http1().wrap_connector(tcp)
            };
            let mut builder = Client::builder(TokioExecutor::new());
            builder.pool_max_idle_per_host(IDLE_PER_HOST).pool_idle_timeout(Duration::from_secs(60)).http2_only(http2);
            Ok(builder.build(https))
        };
        Ok(Http {
            open: build(connector(false), false)?,
            guarded: build(connector(!allow_private), false)?,
            http2: build(connector(false), true)?,
            timeout,
            allow_private,
        })
    }

    /// Makes a call.
    ///
    /// # Errors
    /// What happened before an answer was read whole. An answer that is no success is an answer.
    pub async fn call(&self, call: &Call) -> Result<Answer, SendFault> {
        let request = self.request(call).map_err(|detail| SendFault::Permanent { detail, hard_bounce: false })?;
        let client = match (call.http2, call.guarded) {
            (true, _) => &self.http2,
            (false, true) => &self.guarded,
            (false, false) => &self.open,
        };
        let host = request.uri().host().unwrap_or_default().to_owned();
        let work = async {
            let answer = client.request(request).await.map_err(|e| {
                let untaken = e.is_connect();
                let cause = std::error::Error::source(&e).map_or_else(|| e.to_string(), deepest);
                SendFault::Transient { detail: short(&format!("calling {host}: {cause}")), untaken }
            })?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(|e| SendFault::Transient {
                detail: short(&format!("reading the answer of {host}: {e}")),
                untaken: false,
            })?;
            Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
        };
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
            let detail = format!("no answer of {host} within {} s", self.timeout.as_secs_f32());
            Err(SendFault::Transient { detail, untaken: false })
        })
    }

    fn request(&self, call: &Call) -> Result<Request<Full<Bytes>>, String> {
        let uri: Uri = call.url.parse().map_err(|e| format!("{} is not an address: {e}", short(&call.url)))?;
        let host = uri.host().filter(|h| !h.is_empty()).ok_or("the address names no server")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("expected an address that begins with https:// or http://".to_owned());
        }
        // The connector does not ask the resolver about addresses in numbers.
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>().ok();
        if call.guarded && !self.allow_private && literal.is_some_and(|ip| !is_public(ip)) {
            return Err(format!("{host} is a private address, which calls from here must not reach"));
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
