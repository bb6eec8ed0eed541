//! How a customer's consent came about.

use rapport_domain::ids::SourceId;
use rapport_domain::{Profile, ProfileId, Timestamp};
use rapport_profiles::core::proof::Proof;
use rapport_profiles::proofs::repo;

use super::profiles::family;
use crate::error::EngineError;
use crate::shared::Shared;

/// A change of consent, and where it stands in its customer's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Under which of the customer's ids it was stated.
    pub profile: ProfileId,
    /// Later ones of the same id and time have higher ones; 0 for what is only known from the profile.
    pub place: u64,
    /// What it was.
    pub proof: Proof,
}

impl Change {
    /// Its place in the order of [`history`]: time, then id, then place.
    #[must_use]
    pub fn key(&self) -> (Timestamp, ProfileId, u64) {
        (self.proof.at, self.profile, self.place)
    }
}

/// Every change of consent of a customer under any id they had, the newest first. What holds now and was stated before
/// changes were kept is among them, with what the profile knows of it.
pub fn history(shared: &Shared, profile: &Profile) -> Result<Vec<Change>, EngineError> {
    let ws = profile.workspace;
    let mut all = Vec::new();
    for id in family(shared, ws, profile.id)? {
        let Ok(db) = shared.stores.partition(id.home()) else { continue };
        let rows = db.read(|q| repo::list(q, ws, id))?;
        all.extend(rows.into_iter().map(|row| Change { profile: id, place: row.place, proof: row.proof }));
    }
    let known = |c: &rapport_domain::profile::Consent| {
        all.iter().any(|row: &Change| (&row.proof.channel, &row.proof.topic) == (&c.channel, &c.topic))
    };
    let before: Vec<Change> = profile
        .consents
        .iter()
        .filter(|c| !known(c))
        .map(|c| Change {
            profile: profile.id,
            place: 0,
            proof: Proof {
                at: c.at,
                recorded_at: c.at,
                channel: c.channel.clone(),
                topic: c.topic.clone(),
                status: c.status,
                source: c.source.clone(),
                collected_by: SourceId(0),
                by: None,
                address: None,
                ip: None,
                user_agent: None,
                page: None,
                wording: None,
                shown: None,
                message: None,
                event: String::new(),
            },
        })
        .collect();
    all.extend(before);
    all.sort_by_key(|row| std::cmp::Reverse(row.key()));
    Ok(all)
}
