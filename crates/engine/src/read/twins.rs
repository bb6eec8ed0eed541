//! Two profiles that became one were in the same journey: of what one of its steps decided for both, the customer gets one.
//!
//! Messages of different partitions are looked at by one relay and recorded by several owners, so a message that would stand
//! for another may be tried at the same instant. Nobody locks anybody: whoever finds such an attempt under way, or the
//! profiles still on their way together, is asked again a little later, when the outcome is recorded.

use rapport_delivery::repo::rivals::{self, Rival};
use rapport_delivery::{Known, OriginState};
use rapport_domain::message::Origin;
use rapport_domain::{OutboundMessage, Profile, ProfileId, Timestamp};
use rapport_journeys::FORMER;
use rapport_journeys::spec::Reentry;
use rapport_profiles::MAX_MERGES;
use rapport_store::partition::outbox;
use serde_json::Value;

use super::profiles::family;
use crate::error::EngineError;
use crate::shared::Shared;

/// Messages of one step to one profile that are looked at, the newest.
const MAX_RIVALS: usize = 64;

/// Whether a message is not to leave because another one stands for it ([`OriginState::Doubled`]): the same step decided it
/// for another profile that is the same customer now, about the same key, and it left while the run of this one went on
/// (whenever it left, where people enter once), or both wait and it was decided earlier. What the run itself decided
/// under a former name is its own. Of a customer who never was two profiles nothing is read.
pub fn standing(
    shared: &Shared,
    message: &OutboundMessage,
    origin: &Origin,
    known: &Known<'_>,
) -> Result<OriginState, EngineError> {
    let Some(profile) = known.profile else { return Ok(OriginState::Live) };
    if profile.id == message.profile && profile.merges.is_empty() {
        return Ok(OriginState::Live);
    }
    let others = others(shared, profile, message.profile)?;
    let Some(others) = others else { return Ok(OriginState::Unsettled) };
    let asking = Asking::about(shared, message, origin);
    let mut waiting = false;
    for rival in asking.rivals(&others)? {
        match asking.weigh(&rival, known) {
            Weight::Stands => return Ok(OriginState::Doubled),
            Weight::UnderWay => return Ok(OriginState::Unsettled),
            Weight::Waits => waiting = true,
            Weight::Nothing => {}
        }
    }
    // What was recorded between the reading and the question whether it is under way is known now; what begins later knows
    // of the merge.
    let left = waiting && asking.rivals(&others)?.iter().any(|rival| rival.is_sent && asking.stands(rival));
    Ok(if left { OriginState::Doubled } else { OriginState::Live })
}

/// The other profiles that are this customer now; `None` while `own` is on its way into it, or out of it.
fn others(shared: &Shared, profile: &Profile, own: ProfileId) -> Result<Option<Vec<ProfileId>>, EngineError> {
    // All merges are in the profile, but for the oldest of very many.
    let mut all = match profile.merges.len() {
        MAX_MERGES.. => family(shared, profile.workspace, profile.id)?,
        _ => profile.merges.iter().map(|merge| merge.from).chain([profile.id]).collect(),
    };
    let before = all.len();
    all.retain(|id| *id != own);
    Ok((all.len() < before).then_some(all))
}

/// What another message is to the one that is asked about.
enum Weight {
    /// It stands for it.
    Stands,
    /// It may, which is known when its attempt is recorded.
    UnderWay,
    /// It waits, and this one stands for it.
    Waits,
    /// It left at another time.
    Nothing,
}

/// A message that is asked about.
struct Asking<'a> {
    shared: &'a Shared,
    message: &'a OutboundMessage,
    origin: &'a Origin,
    key: Option<&'a str>,
    entered_at: Timestamp,
    is_once: bool,
}

impl<'a> Asking<'a> {
    fn about(shared: &'a Shared, message: &'a OutboundMessage, origin: &'a Origin) -> Self {
        let about = |name: &str| message.data.get(&format!("journey.{name}"));
        let entered_at = about("entered_at").and_then(Value::as_str).and_then(Timestamp::parse);
        let spec = shared.live();
        let spec = spec.journeys.live_spec(message.workspace, &origin.journey);
        Asking {
            shared,
            message,
            origin,
            key: rivals::key_of(message),
            entered_at: entered_at.unwrap_or(message.created_at),
            is_once: spec.is_some_and(|spec| spec.reentry == Reentry::Once),
        }
    }

    /// The messages that the step decided for the other profiles, about the same key, and that left or may leave; what the
    /// run of this one decided itself is not among them.
    fn rivals(&self, others: &[ProfileId]) -> Result<Vec<Rival>, EngineError> {
        let names = self.message.data.get(&format!("journey.{FORMER}")).and_then(Value::as_array);
        let is_own = |profile: ProfileId, run: u64| {
            names.is_some_and(|names| names.contains(&serde_json::json!([profile.0, run])))
        };
        let of_step = (self.origin.journey.as_str(), self.origin.step.as_str());
        let mut out = Vec::new();
        for other in others {
            let Ok(db) = self.shared.stores.partition(other.home()) else { continue };
            let found = db.read(|q| rivals::of_step(q, self.message.workspace, *other, of_step, MAX_RIVALS))?;
            for rival in found.into_iter().filter(|rival| !is_own(*other, rival.run)) {
                let is_same = match (self.key, &rival.key) {
                    (None, _) => true,
                    (Some(key), Some(of)) => key == of,
                    // Decided by an earlier release: it is known for as long as the message waits.
                    (Some(key), None) => {
                        let row = db.read(|q| outbox::get(q, rival.id.number))?;
                        row.is_some_and(|row| rivals::key_of(&row.message) == Some(key))
                    }
                };
                out.extend(is_same.then_some(rival));
            }
        }
        Ok(out)
    }

    fn stands(&self, rival: &Rival) -> bool {
        match rival.is_sent {
            true => self.is_once || rival.created_at >= self.entered_at,
            false => (rival.created_at, rival.id) < (self.message.created_at, self.message.id),
        }
    }

    fn weigh(&self, rival: &Rival, known: &Known<'_>) -> Weight {
        match (rival.is_sent, self.stands(rival)) {
            (true, true) => Weight::Stands,
            (true, false) => Weight::Nothing,
            (false, _) if (known.is_under_way)(rival.id) => Weight::UnderWay,
            (false, true) => Weight::Stands,
            (false, false) => Weight::Waits,
        }
    }
}
