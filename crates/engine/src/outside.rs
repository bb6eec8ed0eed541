//! Calls of other systems: what delivery's caller asks of the engine, answered from the partitions' tables and the log.

use std::sync::Arc;
use std::time::Duration;

use rapport_delivery::DeliveryError;
use rapport_delivery::calls::{CallId, CallSource, OutsideCall};
use rapport_domain::MessageKey;
use rapport_domain::record::{JourneyOrder, Letter, LetterBody, Record};
use rapport_journeys::repo::calls;
use rapport_log::AppendBatch;

use crate::shared::Shared;

/// The engine's side of calls.
pub(crate) struct Outside(pub(crate) Arc<Shared>);

fn unavailable<E: std::fmt::Display>(error: E) -> DeliveryError {
    DeliveryError::Unavailable { what: "calls of other systems", detail: error.to_string() }
}

impl CallSource for Outside {
    fn due(&self, limit: usize, taken: &dyn Fn(CallId) -> bool) -> Result<Vec<OutsideCall>, DeliveryError> {
        let now = self.0.clock.now();
        let mut out = Vec::new();
        for (partition, db) in self.0.stores.partitions() {
            if out.len() >= limit {
                break;
            }
            let skip = |number| taken(CallId { partition, number });
            let found = db.read(|q| calls::due(q, now, limit - out.len(), skip)).map_err(unavailable)?;
            out.extend(found.into_iter().map(|call| OutsideCall {
                id: CallId { partition, number: call.number },
                workspace: call.workspace,
                url: call.request.url,
                method: call.request.method,
                headers: call.request.headers,
                body: call.request.body.to_string(),
                timeout: Duration::from_millis(call.request.timeout_ms.clamp(1, 60_000) as u64),
                attempts: call.request.attempts,
                expires_at: call.request.expires_at,
            }));
        }
        Ok(out)
    }

    fn answered(&self, id: CallId, status: u16, body: &str) -> Result<(), DeliveryError> {
        let db = self.0.stores.partition(id.partition).map_err(unavailable)?;
        let Some(call) = db.read(|q| calls::get(q, id.number)).map_err(unavailable)? else { return Ok(()) };
        let key = MessageKey::of(call.workspace, &format!("call-{:x}-{:x}", id.partition.0, id.number));
        let order = JourneyOrder::Answer {
            call: id.number,
            profile: call.profile,
            origin: call.origin,
            status,
            body: body.to_owned(),
        };
        let at = self.0.clock.now();
        let letter = Letter { workspace: call.workspace, key, at, hops: 0, body: LetterBody::Journey(order) };
        let bytes = Record::Letter(letter).encode().map_err(|e| unavailable(e.0))?;
        let mut batch = AppendBatch::new();
        batch.push_bytes(id.partition, &bytes);
        self.0.log.append(batch).map_err(unavailable)?.wait_blocking().map_err(unavailable)
    }
}
