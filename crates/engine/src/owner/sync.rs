//! Segments told to other systems: whoever enters or leaves is written down with the edge, and a call is made beside the
//! partition loop.

use rapport_domain::event::names;
use rapport_domain::profile::namespace;
use rapport_domain::time::HOUR_MS;
use rapport_domain::{Profile, WorkspaceId};
use rapport_segments::repo::calls::{self, SegmentCall};
use rapport_segments::spec::WebhookSpec;
use serde_json::{Map, Value, json};

use super::Owner;
use super::work::{Work, object};
use crate::cache::Slot;
use crate::error::EngineError;

/// How long a call is worth making.
const WORTH_MS: i64 = 6 * HOUR_MS;

impl Owner {
    /// Writes a call down for an edge, when the segment has a webhook that wants it.
    pub(super) fn tell_edge(
        &mut self,
        work: &mut Work,
        slot: &Slot,
        (segment, entered): (&str, bool),
        backfill: bool,
    ) -> Result<(), EngineError> {
        let ws = slot.profile.workspace;
        let live = self.live.clone();
        let webhook = live.workspaces.get(&ws).and_then(|w| w.webhooks.get(segment));
        let Some(webhook) = webhook.filter(|w| w.wants(entered)) else { return Ok(()) };
        let call = SegmentCall {
            number: work.numbers.next("call"),
            workspace: ws,
            profile: slot.profile.id,
            segment: segment.to_owned(),
            channel: webhook.channel.clone(),
            body: body(&slot.profile, webhook, (segment, entered), backfill, work.now.to_rfc3339()).to_string(),
            expires_at: work.now.plus_ms(WORTH_MS),
        };
        Ok(calls::push(&work.tx, &call)?)
    }

    /// How a call about a segment ended.
    pub(super) fn edge_told(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        number: u64,
        fault: Option<&str>,
    ) -> Result<(), EngineError> {
        let Some(call) = calls::take(&work.tx, number)?.filter(|call| call.workspace == ws) else { return Ok(()) };
        crate::telemetry::edge_told(fault.is_none());
        let Some(fault) = fault else { return Ok(()) };
        // Whoever asks why the other system does not know finds it on the customer's timeline.
        self.with_slot(work, (ws, call.profile), work.now, |owner, work, slot| {
            let properties =
                object([("segment", json!(call.segment)), ("channel", json!(call.channel)), ("reason", json!(fault))]);
            let event = work.derive(ws, names::SEGMENT_WEBHOOK_FAILED, properties);
            owner.advance(work, slot, event)
        })
    }
}

/// What the other system is told (Standard Webhooks, "Payload structure").
fn body(
    profile: &Profile,
    webhook: &WebhookSpec,
    (segment, entered): (&str, bool),
    backfill: bool,
    timestamp: String,
) -> Value {
    let identifier = |name: &str| profile.identifier(name);
    let traits: Map<String, Value> = webhook
        .traits
        .iter()
        .map(|path| (path.clone(), profile.trait_value(path).cloned().unwrap_or_default()))
        .collect();
    json!({
        "type": if entered { "segment.entered" } else { "segment.exited" },
        "timestamp": timestamp,
        "data": {
            "segment": segment,
            "profile_id": profile.id.to_string(),
            "user_id": identifier(namespace::USER_ID),
            "anonymous_id": identifier(namespace::ANONYMOUS_ID),
            "email": identifier(namespace::EMAIL),
            "traits": traits,
            "backfill": backfill,
        }
    })
}
