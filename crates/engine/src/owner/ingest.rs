//! From a record of the log to a profile: duplicates, routing, forwarding.

use rapport_domain::identity;
use rapport_domain::record::{AcceptedEvent, Letter, MAX_HOPS, Record};
use rapport_domain::{Event, MessageKey, Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_profiles::{IdentifierRow, repo as profiles};

use super::Owner;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;

/// Where an event belongs.
pub(super) enum Home {
    /// This profile, of this partition.
    Here(ProfileId),
    /// This profile of another partition.
    Elsewhere(ProfileId),
    /// Nobody: the profile was erased or never existed.
    Nobody,
}

impl Owner {
    /// Applies one record of the log.
    pub(super) fn record(&mut self, work: &mut Work, offset: u64, bytes: &[u8]) -> Result<(), EngineError> {
        match Record::decode(bytes) {
            Ok(Record::Event(accepted)) => self.accepted(work, &accepted),
            Ok(Record::Letter(letter)) => self.deliver(work, letter),
            Err(error) => {
                // The checksum held, so this was written by something else than this version: name it and go on.
                tracing::error!(partition.id = self.partition.0, log.offset = offset, error = %error, "unreadable log record");
                telemetry::dropped("unreadable_record");
                work.touched = true;
                Ok(())
            }
        }
    }

    fn accepted(&mut self, work: &mut Work, accepted: &AcceptedEvent<'_>) -> Result<(), EngineError> {
        let first_hand = accepted.hops == 0;
        let key = MessageKey::of(accepted.workspace, accepted.message_id);
        if !self.seen.insert(&work.tx, work.now.utc_day(), key)? {
            if first_hand {
                work.count(accepted.workspace).duplicates += 1;
                telemetry::duplicate();
            }
            return Ok(());
        }
        let event = rapport_collect::decode(accepted);
        let home = match accepted.profile {
            Some(profile) => self.follow(work, accepted.workspace, profile)?,
            None => self.home_of(work, &event)?,
        };
        match home {
            Home::Here(profile) => {
                work.count(event.workspace).processed += u64::from(event.source.0 != 0);
                self.with_slot(work, (event.workspace, profile), event.ts, |owner, work, slot| {
                    owner.advance(work, slot, event)
                })
            }
            Home::Elsewhere(profile) if accepted.hops < MAX_HOPS => {
                let forwarded = AcceptedEvent { profile: Some(profile), hops: accepted.hops + 1, ..accepted.clone() };
                telemetry::forwarded();
                work.send(profile.home(), &Record::Event(forwarded))
            }
            Home::Elsewhere(_) => drop_event(work, accepted.workspace, "too_many_hops"),
            Home::Nobody => drop_event(work, accepted.workspace, "unknown_profile"),
        }
    }

    fn deliver(&mut self, work: &mut Work, letter: Letter) -> Result<(), EngineError> {
        if !self.seen.insert(&work.tx, work.now.utc_day(), letter.key)? {
            return Ok(());
        }
        if letter.hops > MAX_HOPS {
            tracing::error!(workspace.id = letter.workspace.0, "a letter went round in circles and was dropped");
            telemetry::dropped("letter_hops");
            return Ok(());
        }
        work.touched = true;
        self.open_letter(work, letter)
    }

    /// The home of an event by its identifiers; a new profile when nobody has them yet.
    fn home_of(&mut self, work: &mut Work, event: &Event) -> Result<Home, EngineError> {
        let ws = event.workspace;
        let Some(identifier) = identity::primary(event) else { return Ok(Home::Nobody) };
        if let Some(row) = profiles::identifier(&*work.tx, ws, &identifier)? {
            return self.follow(work, ws, row.profile);
        }
        let known = identifier.namespace == rapport_domain::profile::namespace::USER_ID;
        let id = work.next_profile();
        profiles::put_identifier(&work.tx, ws, &identifier, IdentifierRow { profile: id, known })?;
        let mut slot = self.new_slot(ws, id, known, event.ts);
        slot.profile.identifiers.push(identifier);
        slot.dirty.profile = true;
        work.dirty.push((ws, id));
        self.cache.put((ws, id), slot);
        telemetry::profile_created();
        Ok(Home::Here(id))
    }

    /// Follows forwarding addresses from `profile` as far as this partition knows them.
    pub(super) fn follow(&mut self, work: &Work, ws: WorkspaceId, profile: ProfileId) -> Result<Home, EngineError> {
        let mut at = profile;
        for _ in 0..=MAX_HOPS {
            if at.home() != self.partition {
                return Ok(Home::Elsewhere(at));
            }
            if self.cache.contains(&(ws, at)) {
                return Ok(Home::Here(at));
            }
            match profiles::forward_of(&*work.tx, ws, at)? {
                Some(into) => at = into,
                None if profiles::exists(&*work.tx, ws, at)? => return Ok(Home::Here(at)),
                None => return Ok(Home::Nobody),
            }
        }
        Ok(Home::Nobody)
    }

    /// A slot for a profile that does not exist yet.
    pub(super) fn new_slot(&self, ws: WorkspaceId, id: ProfileId, known: bool, first_seen: Timestamp) -> Box<Slot> {
        Box::new(Slot::new(rapport_domain::Profile::new(ws, id, known, first_seen)))
    }

    /// The partition of an identifier.
    pub(super) fn partition_of(&self, ws: WorkspaceId, namespace: &str, value: &str) -> Partition {
        rapport_domain::hash::partition_of(ws, namespace, value, self.shared.log.partitions())
    }
}

fn drop_event(work: &mut Work, ws: WorkspaceId, reason: &'static str) -> Result<(), EngineError> {
    work.count(ws).dropped += 1;
    telemetry::dropped(reason);
    Ok(())
}
