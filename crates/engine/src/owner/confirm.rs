//! What follows from a statement of consent, in the transaction that noted it: the proof that is kept, and the message that
//! asks the customer to confirm a subscription.

use std::collections::VecDeque;

use rapport_delivery::content::built_in;
use rapport_delivery::core::confirm::{WINDOW_MS, may_ask, request};
use rapport_delivery::repo::asked;
use rapport_domain::profile::Consent;
use rapport_domain::time::DAY_MS;
use rapport_domain::{Event, Json, OutboundMessage, OutboxId};
use rapport_profiles::core::proof::proof;
use rapport_profiles::proofs;
use serde_json::json;

use super::Owner;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;

impl Owner {
    /// Keeps what proves changes of consent that an event made.
    pub(super) fn keep_proofs(
        &mut self,
        work: &mut Work,
        slot: &Slot,
        event: &Event,
        changes: &[Consent],
    ) -> Result<(), EngineError> {
        let ws = slot.profile.workspace;
        let live = self.live.clone();
        let confirmations = live.workspaces.get(&ws).map(|w| &w.confirmations);
        for stated in changes {
            let shown = stated.topic.as_deref().and_then(|topic| confirmations?.shown(topic));
            let proof = proof(event, stated, &slot.profile, shown, work.now);
            work.touched = true;
            proofs::repo::add(&work.tx, ws, slot.profile.id, &proof)?;
        }
        Ok(())
    }

    /// Decides the message that asks for a subscription to be confirmed, unless enough of them were sent lately. The gate
    /// has its say as ever; the customer asked for it, so it is transactional. Answers whether it was decided.
    pub(super) fn ask_to_confirm(
        &mut self,
        work: &mut Work,
        slot: &Slot,
        pending: &Consent,
        queue: &mut VecDeque<Event>,
    ) -> Result<bool, EngineError> {
        let (ws, profile) = (slot.profile.workspace, slot.profile.id);
        let (channel, topic) = (pending.channel.as_str(), pending.topic.as_deref());
        let live = self.live.clone();
        let Some(confirmations) = live.workspaces.get(&ws).map(|w| &w.confirmations) else { return Ok(false) };
        let Some(asks) = confirmations.for_subscription(channel, topic) else { return Ok(false) };
        let request = request(channel, topic);
        let (sent, last) = asked::since(&*work.tx, ws, profile, &request, work.now.plus_ms(-WINDOW_MS))?;
        if !may_ask(sent, last, work.now) {
            tracing::info!(workspace.id = ws.0, profile.id = %profile, "a subscription was asked for too often");
            return Ok(false);
        }
        let name = topic.map(|t| confirmations.topic_name(t).unwrap_or(t));
        let days = (asks.expires_ms / DAY_MS).max(1);
        let subscription = json!({"channel": channel, "topic": topic, "name": name, "expires_days": days});
        let data = json!({"subscription": subscription}).to_string();
        let message = OutboundMessage {
            id: OutboxId { partition: self.partition, number: work.numbers.next("outbox") },
            workspace: ws,
            profile,
            channel: channel.to_owned(),
            template: asks.templates.get(channel).cloned().unwrap_or_else(|| built_in::confirmation(channel)),
            origin: None,
            topic: pending.topic.clone(),
            transactional: true,
            created_at: work.now,
            expires_at: work.now.plus_ms(asks.expires_ms),
            data: Json::from_text(&data),
        };
        let event = self.enqueue(work, message, Some(&request))?;
        queue.push_back(event);
        Ok(true)
    }
}
