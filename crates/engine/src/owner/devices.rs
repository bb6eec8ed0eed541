//! Devices that a provider said are gone leave their profile.

use rapport_delivery::core::device::Device;
use rapport_domain::profile::namespace;
use rapport_domain::{Identifier, ProfileId, WorkspaceId};
use serde_json::Map;

use super::Owner;
use super::ingest::Home;
use super::pipeline::update_event;
use super::work::Work;
use crate::error::EngineError;

/// Whose devices, and which.
pub(super) type Gone = (WorkspaceId, ProfileId, Vec<Device>);

impl Owner {
    /// Takes the devices off their profiles. A customer who was merged elsewhere meanwhile keeps them until the next
    /// message finds out again.
    pub(super) fn prune_devices(&mut self, work: &mut Work) -> Result<(), EngineError> {
        for (ws, profile, devices) in std::mem::take(&mut self.gone) {
            let Home::Here(profile) = self.follow(work, ws, profile)? else { continue };
            self.with_slot(work, (ws, profile), work.now, |owner, work, slot| {
                let mut names = Vec::new();
                for device in &devices {
                    names.extend(slot.profile.traits.contains_key(&device.key()).then(|| device.key()));
                    let identifier = Identifier::new(namespace::DEVICE_TOKEN, &device.token);
                    if slot.profile.identifiers.contains(&identifier) {
                        let at = work.now;
                        owner.refuse_here(work, slot, &identifier, at, "device_gone")?;
                    }
                }
                if names.is_empty() {
                    return Ok(());
                }
                let event = update_event(work, ws, Map::new(), names);
                owner.advance(work, slot, event)
            })?;
            work.touched = true;
        }
        Ok(())
    }
}
