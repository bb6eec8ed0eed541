//! What becomes of messages after they left: marks in the ledger of the partition that decided them, and messages that are
//! tried again.

use rapport_delivery::core::mark::Mark;
use rapport_delivery::core::window::opened_by;
use rapport_delivery::repo::{self, dead, inapp, inbound, timeline};
use rapport_domain::record::LetterBody;
use rapport_domain::time::{DAY_MS, parse_duration_ms};
use rapport_domain::{Event, Json, OutboundMessage, OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_store::partition::outbox;
use serde_json::Value;

use super::Owner;
use super::work::Work;
use crate::error::EngineError;

/// How long in-app content is kept when it does not say.
const INAPP_MS: i64 = 30 * DAY_MS;
/// An inbox message that was read; it makes no mark.
const READ: &str = "In-App Message Read";

impl Owner {
    /// Notes that a customer wrote on a channel that takes free text only for some time after that. Whoever tells of it is
    /// believed: at worst the provider refuses what leaves.
    pub(super) fn note_written(
        &mut self,
        work: &mut Work,
        profile: ProfileId,
        event: &Event,
    ) -> Result<(), EngineError> {
        let Some(channel) = opened_by(&event.name) else { return Ok(()) };
        work.touched = true;
        Ok(inbound::note(&work.tx, event.workspace, profile, channel, event.ts)?)
    }

    /// Looks whether an event that Rapport itself recorded tells of a message, and notes it there.
    pub(super) fn note_mark(&mut self, work: &mut Work, profile: ProfileId, event: &Event) -> Result<(), EngineError> {
        if event.source.0 != 0 {
            return Ok(());
        }
        let mark = Mark::of_event(&event.name);
        if mark.is_none() && &*event.name != READ {
            return Ok(());
        }
        let text = |name: &str| event.properties.get(name).and_then(Value::as_str);
        let Some(message) = text("message_id").and_then(|id| id.parse::<OutboxId>().ok()) else { return Ok(()) };
        let detail = ["link", "detail", "button", "action", "digits"].iter().find_map(|name| text(name));
        let name = mark.map_or(READ, Mark::as_str);
        let ws = event.workspace;
        if event.name.starts_with("In-App Message") {
            work.woken.push((ws, profile));
        }
        if message.partition == self.partition {
            return self.mark(work, ws, message, name, event.ts, detail);
        }
        let (mark, detail, at) = (name.to_owned(), detail.map(str::to_owned), event.ts);
        work.letter(message.partition, ws, 0, LetterBody::Mark { message, mark, at, detail })
    }

    /// Notes a mark on a message of this partition.
    pub(super) fn mark(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        message: OutboxId,
        mark: &str,
        at: Timestamp,
        detail: Option<&str>,
    ) -> Result<(), EngineError> {
        work.touched = true;
        let Some(mark) = Mark::parse(mark) else {
            inapp::read(&work.tx, ws, message, at)?;
            return Ok(());
        };
        inapp::touch(&work.tx, ws, message, mark, at)?;
        // A test has no entry in the ledger.
        let Some(is_new) = timeline::mark(&work.tx, ws, message, mark, at, detail)? else { return Ok(()) };
        if is_new { self.count_reaction(work, ws, message, mark) } else { Ok(()) }
    }

    /// Counts a message of a journey that a person opened or clicked in, once each. Who clicks has opened.
    fn count_reaction(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        message: OutboxId,
        mark: Mark,
    ) -> Result<(), EngineError> {
        let other = match mark {
            Mark::Opened => Mark::Clicked,
            Mark::Clicked => Mark::Opened,
            _ => return Ok(()),
        };
        let Some(entry) = repo::get(&*work.tx, ws, message)? else { return Ok(()) };
        let (Some(journey), Some(version), Some(step)) = (entry.journey, entry.version, entry.step) else {
            return Ok(());
        };
        let of = (journey.as_str(), version, step.as_str());
        if !timeline::marks(&*work.tx, ws, message)?.iter().any(|m| m.mark == other) {
            work.journey_counts.reaction(ws, of, false);
        }
        if mark == Mark::Clicked {
            work.journey_counts.reaction(ws, of, true);
        }
        Ok(())
    }

    /// Keeps in-app content that passed the gate.
    pub(super) fn deposit(
        &mut self,
        work: &mut Work,
        message: &OutboundMessage,
        content: &Json,
    ) -> Result<(), EngineError> {
        let kept = content.get("expires").and_then(Value::as_str).and_then(parse_duration_ms).unwrap_or(INAPP_MS);
        let key = (message.workspace, message.profile);
        let times = (work.now, work.now.plus_ms(kept));
        inapp::put(&work.tx, key, (message.id, &message.template), content, times)?;
        work.woken.push(key);
        Ok(())
    }

    /// Shows a test of an in-app message: kept beside the others, without a message in the ledger.
    pub(super) fn show_test(
        &mut self,
        work: &mut Work,
        (ws, hops, profile): (WorkspaceId, u8, ProfileId),
        (template, content): (String, String),
        expires_at: Timestamp,
    ) -> Result<(), EngineError> {
        let kept = Json::from_text(&content);
        let named = template.clone();
        let again = |profile| LetterBody::ShowTest { profile, template: named, content, expires_at };
        self.at_home(work, (ws, hops, profile), again, |owner, work, slot| {
            let key = (ws, slot.profile.id);
            let id = OutboxId { partition: owner.partition, number: work.numbers.next("outbox") };
            inapp::put(&work.tx, key, (id, &template), &kept, (work.now, expires_at))?;
            work.touched = true;
            work.woken.push(key);
            Ok(())
        })
    }

    /// Puts a message that was given up back into the outbox, under the same id.
    pub(super) fn replay(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        id: OutboxId,
        expires_at: Timestamp,
    ) -> Result<(), EngineError> {
        work.touched = true;
        let Some(message) = dead::exhume(&work.tx, ws, id)? else { return Ok(()) };
        let message = OutboundMessage { expires_at, ..message };
        repo::record_replay(&work.tx, ws, id, work.now)?;
        outbox::enqueue_at(&work.tx, &message, work.now)?;
        work.messages.push(message);
        Ok(())
    }
}
