//! Calls of other systems: what delivery's caller asks of the engine, answered from the partitions' tables and the log.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rapport_delivery::calls::{CallId, CallSource, OutsideCall, Room, server_of};
use rapport_delivery::channels::webhook;
use rapport_delivery::{ChannelSpec, DeliveryError};
use rapport_domain::record::{JourneyOrder, Letter, LetterBody, Record};
use rapport_domain::{MessageKey, Partition, ResourceKind, WorkspaceId};
use rapport_journeys::repo::calls::{self, PendingCall};
use rapport_log::AppendBatch;
use rapport_segments::repo::calls::{self as segments, SegmentCall};
use rapport_store::control::resources;

use crate::shared::Shared;

/// How long one attempt to tell of a segment's edge may take, and how many there are: with their pauses about two hours.
const SEGMENT_TIMEOUT: Duration = Duration::from_secs(10);
const SEGMENT_ATTEMPTS: u32 = 32;

/// The engine's side of calls, and how often it was asked for some.
pub(crate) struct Outside(pub(crate) Arc<Shared>, pub(crate) AtomicUsize);

/// Address and secret of a channel, or why it cannot be used.
type Target = Result<(String, Vec<u8>), String>;

fn of_journey(partition: Partition, call: PendingCall) -> OutsideCall {
    OutsideCall {
        id: CallId { partition, number: call.number },
        workspace: call.workspace,
        url: call.request.url,
        method: call.request.method,
        headers: call.request.headers,
        body: call.request.body.to_string(),
        secret: None,
        timeout: Duration::from_millis(call.request.timeout_ms.clamp(1, 60_000) as u64),
        attempts: call.request.attempts,
        expires_at: call.request.expires_at,
    }
}

fn unavailable<E: std::fmt::Display>(error: E) -> DeliveryError {
    DeliveryError::Unavailable { what: "calls of other systems", detail: error.to_string() }
}

impl CallSource for Outside {
    fn due(&self, room: &Room) -> Result<Vec<OutsideCall>, DeliveryError> {
        let mut targets = HashMap::new();
        let mut waiting = Vec::new();
        for (partition, db) in self.0.stores.partitions() {
            let skip = |number| room.is_taken(CallId { partition, number });
            let about_segments = db.read(|q| segments::due(q, room.left(), skip)).map_err(unavailable)?;
            let now = self.0.clock.now();
            let of_journeys =
                db.read(|q| calls::due(q, now, |server| room.left_of(server), skip)).map_err(unavailable)?;
            let mut calls = VecDeque::new();
            for call in about_segments {
                calls.extend(self.about_segment(partition, call, &mut targets)?);
            }
            calls.extend(of_journeys.into_iter().map(|call| of_journey(partition, call)));
            waiting.push(calls);
        }
        // Each partition one in turn, beginning with another one each time.
        let begin = self.1.fetch_add(1, Ordering::Relaxed) % waiting.len().max(1);
        waiting.rotate_left(begin);
        let mut out = Vec::new();
        while room.left() > 0 && waiting.iter().any(|calls| !calls.is_empty()) {
            for call in waiting.iter_mut().filter_map(VecDeque::pop_front) {
                if room.take(call.id, &server_of(&call.url)) {
                    out.push(call);
                }
            }
        }
        Ok(out)
    }

    fn answered(&self, id: CallId, status: u16, body: &str) -> Result<(), DeliveryError> {
        let db = self.0.stores.partition(id.partition).map_err(unavailable)?;
        let key = |ws| MessageKey::of(ws, &format!("call-{:x}-{:x}", id.partition.0, id.number));
        if let Some(call) = db.read(|q| segments::get(q, id.number)).map_err(unavailable)? {
            let fault = (status == 0).then(|| body.to_owned());
            return self.append(
                id,
                call.workspace,
                key(call.workspace),
                LetterBody::EdgeTold { call: id.number, fault },
            );
        }
        let Some(call) = db.read(|q| calls::get(q, id.number)).map_err(unavailable)? else { return Ok(()) };
        let key_of_call = key(call.workspace);
        let order = JourneyOrder::Answer {
            call: id.number,
            profile: call.profile,
            origin: call.origin,
            status,
            body: body.to_owned(),
        };
        self.append(id, call.workspace, key_of_call, LetterBody::Journey(order))
    }
}

impl Outside {
    /// The answer of a call, to the partition that keeps it.
    fn append(
        &self,
        id: CallId,
        workspace: WorkspaceId,
        key: MessageKey,
        body: LetterBody,
    ) -> Result<(), DeliveryError> {
        let letter = Letter { workspace, key, at: self.0.clock.now(), hops: 0, body };
        let bytes = Record::Letter(letter).encode().map_err(|e| unavailable(e.0))?;
        let mut batch = AppendBatch::new();
        batch.push_bytes(id.partition, &bytes);
        self.0.log.append(batch).map_err(unavailable)?.wait_blocking().map_err(unavailable)
    }

    /// A call about a segment, with the address and secret its channel has now. One whose channel cannot be used goes
    /// nowhere, and ends with that as its fault.
    fn about_segment(
        &self,
        partition: Partition,
        call: SegmentCall,
        targets: &mut HashMap<(WorkspaceId, String), Target>,
    ) -> Result<Option<OutsideCall>, DeliveryError> {
        let id = CallId { partition, number: call.number };
        let key = (call.workspace, call.channel);
        let target = match targets.get(&key) {
            Some(target) => target.clone(),
            None => {
                let target = self.target(key.0, &key.1)?;
                targets.entry(key).or_insert(target).clone()
            }
        };
        let target = match target {
            Ok(target) => target,
            Err(fault) => {
                self.answered(id, 0, &fault)?;
                return Ok(None);
            }
        };
        Ok(Some(OutsideCall {
            id,
            workspace: call.workspace,
            url: target.0,
            method: "POST".to_owned(),
            headers: Vec::new(),
            body: call.body,
            secret: Some(target.1),
            timeout: SEGMENT_TIMEOUT,
            attempts: SEGMENT_ATTEMPTS,
            expires_at: call.expires_at,
        }))
    }

    /// Address and secret of a live channel of kind `webhook`, or why there is none.
    fn target(&self, ws: WorkspaceId, channel: &str) -> Result<Target, DeliveryError> {
        let stores = &self.0.stores;
        let kind = ResourceKind::Channel;
        let live = stores.control().read(|q| resources::live_one(q, ws, kind, channel)).map_err(unavailable)?;
        let Some(live) = live else { return Ok(Err(format!("there is no live channel {channel:?}"))) };
        let opened = stores.vault().opened(ws, kind, channel, &live.spec).map_err(unavailable)?;
        let spec = ChannelSpec::validate(&opened).ok().filter(|spec| spec.carries("webhook"));
        let Some(spec) = spec else {
            return Ok(Err(format!("the channel {channel:?} is of another kind than webhook")));
        };
        let secret = match spec.secret.as_deref().map(webhook::secret_bytes).transpose() {
            Ok(secret) => secret.unwrap_or_default(),
            Err(fault) => return Ok(Err(format!("the secret of the channel {channel:?}: {fault}"))),
        };
        Ok(Ok((spec.member("url").unwrap_or_default().to_owned(), secret)))
    }
}
