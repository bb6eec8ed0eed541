//! The shell around the decisions: one request or file chunk in, one append to the log out.

mod daily;
mod items;
pub mod own;

use std::borrow::Cow;
use std::sync::Arc;

use rapport_domain::{Clock, EventKind, Timestamp};
use rapport_log::{Ack, Log};

use crate::core::envelope::{self, Envelope};
use crate::core::reason::{QualityRecord, RejectReason, Rejected, sample};
use crate::core::{auth, body, form};
use crate::error::CollectError;
use crate::ports::{KeyInfo, QualitySink, WriteKeys};
use crate::telemetry::{self, RequestMeters};

/// The limits of the collector. The defaults are Segment's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectConfig {
    /// The largest event, in bytes of JSON.
    pub max_event_bytes: usize,
    /// The largest body, in bytes after decompression.
    pub max_batch_bytes: usize,
    /// Events in a batch.
    pub max_batch_events: usize,
    /// How deep objects and lists may lie in each other, at most 120 (parsers of later stages stop at 128).
    pub max_depth: u32,
}

impl Default for CollectConfig {
    fn default() -> Self {
        CollectConfig { max_event_bytes: 32 << 10, max_batch_bytes: 500 << 10, max_batch_events: 2_500, max_depth: 64 }
    }
}

/// The largest event of an import, in bytes of JSON: a file's order may list a thousand lines, and whoever imports it is
/// no stranger.
pub const MAX_IMPORT_EVENT_BYTES: usize = 512 << 10;

/// Which call a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `/v1/batch`, `/v1/b`: an object with the list `batch`, each item naming its `type`.
    Batch,
    /// `/v1/import`: a batch of history; counted everywhere, triggers no journey.
    Import,
    /// `/v1/track`, `/v1/t`…: one item whose call the path names.
    One(EventKind),
    /// One item that names its own `type`, or a batch.
    Auto,
}

/// What is known of a request besides its body.
#[derive(Clone, Debug)]
pub struct RequestFacts<'a> {
    /// Which call.
    pub call: Call,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The write key in the path or in `?writeKey=`.
    pub write_key: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The `Content-Encoding` header.
    pub content_encoding: Option<&'a str>,
    /// It came from a browser (it has an `Origin`), so address and user agent are the customer's own.
    pub origin_is_browser: bool,
    /// The client's address.
    pub ip: Option<&'a str>,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// `Sec-GPC: 1` was sent.
    pub gpc: bool,
    /// When the request arrived.
    pub received_at: Timestamp,
}

impl RequestFacts<'_> {
    /// A call that arrived at `received_at`, nothing else known.
    #[must_use]
    pub fn new(call: Call, received_at: Timestamp) -> Self {
        RequestFacts {
            call,
            authorization: None,
            write_key: None,
            content_type: None,
            content_encoding: None,
            origin_is_browser: false,
            ip: None,
            user_agent: None,
            gpc: false,
            received_at,
        }
    }
}

/// What became of a request. It is not durable before `ack` resolved.
#[derive(Debug)]
#[must_use = "events are durable only once the ack resolved"]
pub struct Accepted {
    /// Resolves when the accepted events are on disk; at once when there are none.
    pub ack: Ack,
    /// How many events were accepted.
    pub accepted: usize,
    /// The others, in order.
    pub rejected: Vec<Rejected>,
}

/// What [`Collector::parse_only`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedBody {
    /// Items that would be accepted.
    pub accepted: usize,
    /// Items that would be rejected.
    pub rejected: usize,
}

/// Takes collection calls. One for the whole process; shared by reference.
pub struct Collector {
    log: Arc<dyn Log>,
    keys: Arc<dyn WriteKeys>,
    quality: Arc<dyn QualitySink>,
    clock: Arc<dyn Clock>,
    config: CollectConfig,
    daily: daily::DailySalt,
    meters: RequestMeters,
}

impl Collector {
    /// A collector that appends to `log`. It counts in the recorder of metrics in place now.
    #[must_use]
    pub fn new(
        log: Arc<dyn Log>,
        keys: Arc<dyn WriteKeys>,
        quality: Arc<dyn QualitySink>,
        clock: Arc<dyn Clock>,
        config: CollectConfig,
    ) -> Self {
        let config = CollectConfig { max_depth: config.max_depth.clamp(1, 120), ..config };
        let (daily, meters) = (daily::DailySalt::default(), RequestMeters::new());
        Collector { log, keys, quality, clock, config, daily, meters }
    }

    /// The limits in force.
    #[must_use]
    pub fn config(&self) -> &CollectConfig {
        &self.config
    }

    /// Decodes, checks and appends a request. Await the answer's `ack` before answering 200.
    ///
    /// # Errors
    /// The request as a whole was refused; nothing of it was appended. When its write key is known, one quality record
    /// says so.
    pub fn accept(&self, body: &[u8], facts: &RequestFacts<'_>) -> Result<Accepted, CollectError> {
        let key = self.header_key(facts).inspect_err(|e| telemetry::refused(e.code()))?;
        let result = self.accept_with(body, facts, key.clone());
        if let Err(error) = &result {
            self.refuse(body, facts, key, error);
        }
        result
    }

    /// The same decoding and checks without key and append: what accepting costs apart from the log.
    ///
    /// # Errors
    /// As [`Collector::accept`], but never for a write key.
    pub fn parse_only(&self, body: &[u8], facts: &RequestFacts<'_>, key: &KeyInfo) -> Result<ParsedBody, CollectError> {
        let text = self.text(body, facts)?;
        let envelope = self.envelope(&text, facts.call)?;
        self.count(&envelope, facts, key)
    }

    /// Accepts a pixel call, `GET /v1/pixel/{kind}?…`: `data` with JSON or base64 of it, or one parameter a member.
    /// A pixel is answered with an image whatever happens; the error is for the log line.
    ///
    /// # Errors
    /// As [`Collector::accept`].
    pub fn pixel(&self, kind: EventKind, query: &str, facts: &RequestFacts<'_>) -> Result<Accepted, CollectError> {
        if query.len() > self.config.max_event_bytes {
            return Err(CollectError::EventTooLarge { limit_bytes: self.config.max_event_bytes });
        }
        let item = form::pixel_item(query)?;
        let facts = RequestFacts { call: Call::One(kind), content_type: None, content_encoding: None, ..facts.clone() };
        self.accept(item.as_bytes(), &facts)
    }

    fn accept_with(
        &self,
        body: &[u8],
        facts: &RequestFacts<'_>,
        key: Option<Arc<KeyInfo>>,
    ) -> Result<Accepted, CollectError> {
        let text = self.text(body, facts)?;
        let mut envelope = self.envelope(&text, facts.call)?;
        let key = match key {
            Some(key) => key,
            None => self.body_key(&envelope)?,
        };
        let daily = self.with_daily_ids(&envelope, facts, &key);
        for (item, written) in envelope.items.iter_mut().zip(&daily) {
            *item = written.as_deref().unwrap_or(item);
        }
        let accepted = self.append(&envelope, facts, &key, self.config.max_event_bytes)?;
        self.meters.request(body.len(), envelope.items.len(), accepted.accepted);
        Ok(accepted)
    }

    fn header_key(&self, facts: &RequestFacts<'_>) -> Result<Option<Arc<KeyInfo>>, CollectError> {
        let header = match facts.authorization {
            Some(header) => auth::from_header(header)?,
            None => None,
        };
        let Some(text) = header.or_else(|| facts.write_key.filter(|k| !k.is_empty()).map(Cow::Borrowed)) else {
            return Ok(None);
        };
        self.keys.resolve(&text).ok_or(CollectError::UnknownWriteKey).map(Some)
    }

    fn text<'b>(&self, bytes: &'b [u8], facts: &RequestFacts<'_>) -> Result<Cow<'b, str>, CollectError> {
        let text = body::decode(bytes, facts.content_type, facts.content_encoding, self.config.max_batch_bytes)?;
        let limit_bytes = self.config.max_event_bytes;
        if matches!(facts.call, Call::One(_)) && text.len() > limit_bytes {
            return Err(CollectError::EventTooLarge { limit_bytes });
        }
        Ok(text)
    }

    fn envelope<'b>(&self, text: &'b str, call: Call) -> Result<Envelope<'b>, CollectError> {
        match call {
            Call::Batch | Call::Import => envelope::batch(text, self.config.max_batch_events),
            Call::One(_) => envelope::one(text),
            Call::Auto => envelope::either(text, self.config.max_batch_events),
        }
    }

    /// Counts a refused request, and records it when it is known whose it was and the body was at fault.
    fn refuse(&self, body: &[u8], facts: &RequestFacts<'_>, key: Option<Arc<KeyInfo>>, error: &CollectError) {
        telemetry::refused(error.code());
        let is_the_bodys = error.class() == rapport_domain::ErrorClass::Invalid;
        if let Some(key) = key.filter(|_| is_the_bodys) {
            tracing::debug!(
                workspace.id = key.workspace.0,
                source.id = key.source.0,
                code = error.code(),
                "request refused"
            );
            let record = QualityRecord {
                at: facts.received_at,
                rejected: true,
                code: RejectReason::InvalidBody.as_str(),
                message: error.to_string(),
                event: None,
                sample: std::str::from_utf8(body).map(sample).unwrap_or_default(),
            };
            self.quality.record(key.workspace, key.source, vec![record]);
        }
    }
}
