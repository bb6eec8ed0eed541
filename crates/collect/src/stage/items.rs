//! The items of one request: each checked alone, the accepted ones encoded straight into one append.

use std::borrow::Cow;
use std::sync::Arc;

use rapport_domain::record::RecordError;
use rapport_domain::{AcceptedEvent, Record, Timestamp};
use rapport_log::AppendBatch;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Accepted, Call, Collector, MAX_IMPORT_EVENT_BYTES, ParsedBody, RequestFacts};
use crate::core::check::{self, Checked, Rejection, Shared};
use crate::core::envelope::{BatchMembers, Envelope};
use crate::core::field::{self, Fields, Text};
use crate::core::reason::{QualityRecord, RejectReason, Rejected, SAMPLES_PER_REQUEST, Warning, Warnings, sample};
use crate::core::scan;
use crate::error::CollectError;
use crate::ports::KeyInfo;
use crate::telemetry;

/// Bytes of an encoded record besides body, message id and context.
const RECORD_OVERHEAD_BYTES: usize = 96;
/// The largest `context` of a batch, in bytes: it is kept with every item, so it may not multiply a body.
pub(super) const MAX_SHARED_CONTEXT_BYTES: usize = 4096;
/// The longest user agent kept.
const MAX_USER_AGENT_BYTES: usize = 512;
/// Characters of an event's name kept in a quality record.
const NAME_CHARS: usize = 100;

impl Collector {
    /// Checks and appends items that are already apart: an import's events, JSON objects in Segment's form. `historical`
    /// events are counted everywhere and trigger no journey. All belong to `key`. The limits of a batch do not apply, those
    /// of the log's commit do; an event may have [`super::MAX_IMPORT_EVENT_BYTES`].
    ///
    /// # Errors
    /// The log did not take them; nothing was appended.
    pub fn accept_items(&self, items: &[&str], key: &KeyInfo, historical: bool) -> Result<Accepted, CollectError> {
        let call = if historical { Call::Import } else { Call::Batch };
        let facts = RequestFacts::new(call, self.clock.now());
        let envelope = Envelope { items: items.to_vec(), shared: BatchMembers::default() };
        let accepted = self.append(&envelope, &facts, key, MAX_IMPORT_EVENT_BYTES)?;
        self.meters.request(items.iter().map(|i| i.len()).sum(), items.len(), accepted.accepted);
        Ok(accepted)
    }

    /// The write key of a request without one in header or path: the batch's, else that of the first item with one.
    pub(super) fn body_key(&self, envelope: &Envelope<'_>) -> Result<Arc<KeyInfo>, CollectError> {
        let of_item = |item: &&'_ str| Text::of(Fields::of(item).0.write_key).filled().map(Cow::into_owned);
        let key = Text::of(envelope.shared.write_key).filled().map(Cow::into_owned);
        let key = key.or_else(|| envelope.items.iter().find_map(of_item)).ok_or(CollectError::MissingWriteKey)?;
        self.keys.resolve(&key).ok_or(CollectError::UnknownWriteKey)
    }

    pub(super) fn count(
        &self,
        envelope: &Envelope<'_>,
        facts: &RequestFacts<'_>,
        key: &KeyInfo,
    ) -> Result<ParsedBody, CollectError> {
        let request = Request::new(self, &envelope.shared, facts, key)?;
        let accepted = envelope.items.iter().filter(|item| request.decide(item).1.is_ok()).count();
        Ok(ParsedBody { accepted, rejected: envelope.items.len() - accepted })
    }

    pub(super) fn append(
        &self,
        envelope: &Envelope<'_>,
        facts: &RequestFacts<'_>,
        key: &KeyInfo,
        max_event_bytes: usize,
    ) -> Result<Accepted, CollectError> {
        let mut request = Request::new(self, &envelope.shared, facts, key)?;
        request.shared.max_event_bytes = max_event_bytes;
        let each = RECORD_OVERHEAD_BYTES + request.with_agent.as_ref().map_or(0, |c| c.len());
        let bytes: usize = envelope.items.iter().map(|i| i.len() + each).sum();
        let mut batch = AppendBatch::with_capacity(envelope.items.len(), bytes);
        let mut outcome = Outcome { warnings: request.warnings, ..Outcome::default() };
        for (index, item) in envelope.items.iter().enumerate() {
            let (fields, decision) = request.decide(item);
            match decision {
                Ok(checked) => {
                    request.push(&mut batch, &checked)?;
                    outcome.warn(item, &fields, checked.warnings, facts.received_at);
                }
                Err(rejection) => outcome.reject(index, item, &fields, rejection, facts.received_at),
            }
        }
        let accepted = batch.len();
        let ack = self.log.append(batch)?;
        if !outcome.records.is_empty() {
            self.quality.record(key.workspace, key.source, outcome.records);
        }
        Ok(Accepted { ack, accepted, rejected: outcome.rejected })
    }
}

/// What is prepared once for all items of a request.
struct Request<'a> {
    key: &'a KeyInfo,
    facts: &'a RequestFacts<'a>,
    shared: Shared<'a>,
    /// The batch's context with what the request itself says.
    context: Option<Cow<'a, str>>,
    /// The same with the browser's user agent, for items that do not name one.
    with_agent: Option<Cow<'a, str>>,
    /// What is odd about the batch's own members.
    warnings: Warnings,
}

impl<'a> Request<'a> {
    fn new(
        collector: &'a Collector,
        members: &BatchMembers<'a>,
        facts: &'a RequestFacts<'a>,
        key: &'a KeyInfo,
    ) -> Result<Self, CollectError> {
        let config = &collector.config;
        let mut warnings = Warnings::default();
        let mut read = |json, warning| {
            field::instant(json).unwrap_or_else(|_| {
                warnings.add(warning);
                None
            })
        };
        let sent_at = read(members.sent_at, Warning::InvalidSentAt);
        let timestamp = read(members.timestamp, Warning::InvalidTimestamp);
        if !field::is_object_or_absent(members.context) {
            warnings.add(Warning::NotAnObjectMember);
        }
        let given = members.context.filter(|c| c.starts_with('{') && *c != "{}");
        let given = given.map(|c| shared_context(c, config.max_depth)).transpose()?;
        let agent = facts.user_agent.filter(|_| facts.origin_is_browser);
        Ok(Request {
            key,
            facts,
            shared: Shared {
                workspace: key.workspace,
                partitions: collector.log.partitions(),
                received_at: facts.received_at,
                kind: if let Call::One(kind) = facts.call { Some(kind) } else { None },
                sent_at,
                timestamp,
                context: members.context.filter(|c| c.starts_with('{')),
                policy: &key.consent,
                gpc: facts.gpc,
                max_event_bytes: config.max_event_bytes,
                max_depth: config.max_depth,
            },
            context: extended(given.clone(), facts.gpc, None),
            with_agent: extended(given, facts.gpc, agent),
            warnings,
        })
    }

    fn decide<'i>(&self, item: &'i str) -> (Fields<'i>, Result<Checked<'i>, Rejection>) {
        match check::read(item, self.shared.max_event_bytes, self.shared.max_depth) {
            Ok((fields, broken)) => (fields, check::check(item, &fields, broken, &self.shared)),
            Err(rejection) => (Fields::default(), Err(rejection)),
        }
    }

    fn push(&self, batch: &mut AppendBatch, checked: &Checked<'_>) -> Result<(), RecordError> {
        let fresh;
        let message_id = match &checked.message_id {
            Some(id) => id.as_ref(),
            None => {
                fresh = format!("rp-{}", Uuid::now_v7());
                &fresh
            }
        };
        let says = |name: &str| checked.context.is_some_and(|c| c.contains(name));
        let is_browser = self.facts.origin_is_browser;
        let context = if is_browser && !says("\"userAgent\"") { &self.with_agent } else { &self.context };
        let record = Record::Event(AcceptedEvent {
            workspace: self.key.workspace,
            source: self.key.source,
            kind: checked.kind,
            received_at: self.facts.received_at,
            ts: checked.ts,
            message_id,
            historical: self.facts.call == Call::Import,
            profile: None,
            hops: 0,
            ip: self.facts.ip.filter(|ip| is_browser && ip.len() <= 64 && !says("\"ip\"")),
            shared_context: context.as_deref(),
            body: &checked.body,
        });
        push_record(batch, checked.partition, &record)
    }
}

/// Encodes a record straight into a batch.
pub(super) fn push_record(
    batch: &mut AppendBatch,
    partition: rapport_domain::Partition,
    record: &Record<'_>,
) -> Result<(), RecordError> {
    batch.try_push(partition, |buf| {
        // A failure loses the buffer with all records before; the caller gives the whole batch up then.
        *buf = record.encode_into(std::mem::take(buf))?;
        Ok(())
    })
}

fn shared_context(context: &str, max_depth: u32) -> Result<Cow<'_, str>, CollectError> {
    let read = check::read(context, MAX_SHARED_CONTEXT_BYTES, max_depth);
    let (_, broken) = read.map_err(|r| CollectError::InvalidContext { message: r.message })?;
    Ok(if broken { Cow::Owned(scan::without_lone_surrogates(context)) } else { Cow::Borrowed(context) })
}

/// The context with the request's own facts, where it does not state them itself.
fn extended<'a>(context: Option<Cow<'a, str>>, gpc: bool, agent: Option<&str>) -> Option<Cow<'a, str>> {
    if !gpc && agent.is_none() {
        return context;
    }
    let mut map: Map<String, Value> = context.and_then(|c| serde_json::from_str(&c).ok()).unwrap_or_default();
    if gpc {
        map.entry("gpc").or_insert(Value::Bool(true));
    }
    if let Some(agent) = agent {
        let mut end = agent.len().min(MAX_USER_AGENT_BYTES);
        while !agent.is_char_boundary(end) {
            end -= 1;
        }
        map.entry("userAgent").or_insert_with(|| Value::from(&agent[..end]));
    }
    Some(Cow::Owned(Value::Object(map).to_string()))
}

/// What is said about the items afterwards.
#[derive(Default)]
struct Outcome {
    rejected: Vec<Rejected>,
    records: Vec<QualityRecord>,
    /// Warnings about the batch, told with its first accepted item.
    warnings: Warnings,
}

impl Outcome {
    fn reject(&mut self, index: usize, item: &str, fields: &Fields<'_>, rejection: Rejection, at: Timestamp) {
        telemetry::rejected(rejection.reason);
        // What the customer did not agree to is not kept, not even as a sample.
        let kept = if rejection.reason == RejectReason::Consent { "" } else { item };
        self.record(true, rejection.reason.as_str(), rejection.message.clone(), kept, fields, at);
        self.rejected.push(Rejected { index, reason: rejection.reason, message: rejection.message });
    }

    fn warn(&mut self, item: &str, fields: &Fields<'_>, warnings: Warnings, at: Timestamp) {
        let warnings = warnings.with(std::mem::take(&mut self.warnings));
        if warnings.is_empty() {
            return;
        }
        telemetry::warned(warnings);
        for warning in warnings.iter() {
            self.record(false, warning.as_str(), warning.message().to_owned(), item, fields, at);
        }
    }

    fn record(
        &mut self,
        rejected: bool,
        code: &'static str,
        message: String,
        item: &str,
        fields: &Fields<'_>,
        at: Timestamp,
    ) {
        let event = Text::of(fields.event).filled().map(|name| name.chars().take(NAME_CHARS).collect());
        let sample = if self.records.len() < SAMPLES_PER_REQUEST { sample(item) } else { Default::default() };
        self.records.push(QualityRecord { at, rejected, code, message, event, sample });
    }
}
