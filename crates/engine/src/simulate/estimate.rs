//! What a campaign comes to if it begins now: the gate's own decision about its first message, for everybody it begins for.

use std::collections::BTreeMap;

use rapport_domain::{Json, OutboundMessage, OutboxId, Partition, ProfileId, WorkspaceId};
use rapport_journeys::JourneySpec;
use rapport_journeys::spec::{Action, DEFAULT_EXPIRY_MS};
use rapport_lake::CancelFlag;
use rapport_store::control::resources;
use serde::Serialize;

use super::cost::TextCost;
use super::gate::{Gate, Said};
use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// People after whom a caller who went away is noticed.
const LOOK_EVERY: usize = 256;

/// What a campaign's first message comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// People asked about.
    pub people: u64,
    /// Its kind of channel.
    pub channel: String,
    /// Its template; of several versions the first.
    pub template: String,
    /// Messages that would leave at once.
    pub leaves: u64,
    /// Messages that would wait, for the end of quiet hours or of a customer's pause.
    pub waits: u64,
    /// Messages the gate would hold back, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// What those that leave or wait cost; text messages only.
    pub cost: Option<TextCost>,
}

/// Asks the gate about the first message of a journey for each of `people`; `None` when it sends none. Nothing is decided or
/// written.
///
/// # Errors
/// When the state cannot be read, or that it was cancelled.
pub fn estimate(
    shared: &Shared,
    ws: WorkspaceId,
    journey: &JourneySpec,
    people: &[ProfileId],
    cancel: &CancelFlag,
) -> Result<Option<Estimate>, EngineError> {
    let first = journey.steps.iter().find_map(|step| match &step.action {
        Action::Send(send) => Some(send),
        _ => None,
    });
    let Some(send) = first else { return Ok(None) };
    let now = shared.clock.now();
    let documents = shared.stores.control().read(|q| resources::all_live(q, ws))?;
    let gate = Gate::new(shared, ws, &documents, now);
    let mut all = Estimate { channel: send.channel.clone(), template: send.template.clone(), ..Estimate::default() };
    for (index, id) in people.iter().enumerate() {
        if index % LOOK_EVERY == 0 {
            cancel.check()?;
        }
        // Erased since the audience was read.
        let Some(profile) = read::profiles::get(shared, ws, *id)? else { continue };
        let message = OutboundMessage {
            id: OutboxId { partition: Partition(0), number: index as u64 + 1 },
            workspace: ws,
            profile: profile.id,
            channel: send.channel.clone(),
            template: send.template.clone(),
            origin: None,
            topic: send.topic.clone(),
            transactional: send.transactional,
            created_at: now,
            expires_at: now.plus_ms(send.expires_ms.unwrap_or(DEFAULT_EXPIRY_MS)),
            data: Json::from(send.data.clone()),
        };
        all.people += 1;
        let wrote = read::messages::wrote(shared, &profile, &message.channel)?;
        match gate.decide(&message, &profile, &gate.contacts(&profile), wrote, now) {
            Said::Leaves(_) => all.leaves += 1,
            Said::Waits(_) => all.waits += 1,
            Said::Skipped(reason) => {
                *all.skipped.entry(reason.to_owned()).or_default() += 1;
                continue;
            }
        }
        if let Some(cost) = gate.cost(&message, &profile, now) {
            all.cost.get_or_insert_default().merge(&cost);
        }
    }
    Ok(Some(all))
}
