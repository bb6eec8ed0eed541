//! What the gate decided about a journey's messages to a customer.

use rapport_delivery::repo::{LedgerEntry, LedgerFilter};
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Messages told at most, the newest.
const MAX_TOLD: usize = 500;

/// A message of the journey, and what was decided about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Its id.
    pub message: String,
    /// The version that decided it.
    pub version: Option<u32>,
    /// The run, as it is recorded.
    pub run: Option<u64>,
    /// The step.
    pub step: Option<String>,
    /// `email`.
    pub channel: String,
    /// The template's id.
    pub template: String,
    /// What was decided about it, in order.
    pub decisions: Vec<Judgement>,
}

/// A decision about a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// When.
    pub at: Timestamp,
    /// `deferred`, `sent`, `skipped`, `failed`.
    pub what: &'static str,
    /// Why it was skipped, of the closed list.
    pub reason: Option<String>,
    /// In words.
    pub detail: Option<String>,
    /// The rule of the gate that decided.
    pub rule: Option<String>,
    /// What the rule saw; of a message that was sent, what every rule saw.
    pub values: Map<String, Value>,
}

/// What was decided about a journey's messages to a profile, the newest first, at most [`MAX_TOLD`].
pub(super) fn judged(
    shared: &Shared,
    ws: WorkspaceId,
    journey: &str,
    profile: ProfileId,
) -> Result<Vec<Judged>, EngineError> {
    let profiles = read::profiles::family(shared, ws, profile)?;
    let filter = LedgerFilter { journey: Some(journey.to_owned()), profiles, ..LedgerFilter::default() };
    let page = read::messages::list(shared, ws, &filter, None, MAX_TOLD)?;
    let one = |entry: LedgerEntry| {
        let decided = read::messages::decisions(shared, ws, entry.id)?;
        let decisions = decided.into_iter().map(|d| Judgement {
            at: d.at,
            what: d.status.as_str(),
            reason: d.reason,
            detail: d.detail,
            rule: d.rule,
            values: d.values.map().clone(),
        });
        let (message, decisions) = (entry.id.to_string(), decisions.collect());
        let LedgerEntry { version, run, step, channel, template, .. } = entry;
        Ok(Judged { message, version, run, step, channel, template, decisions })
    };
    page.items.into_iter().map(one).collect()
}
