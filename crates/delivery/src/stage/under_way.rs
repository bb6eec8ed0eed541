//! What is tried, or passed the gate by customer, and is not recorded yet: so that caps hold for messages decided at once, and
//! of messages that stand for each other one leaves.

use std::collections::{HashMap, HashSet};

use parking_lot::{Mutex, MutexGuard};
use rapport_domain::hash::hash64;
use rapport_domain::{OutboundMessage, OutboxId, ProfileId, WorkspaceId};

use crate::core::caps::Contact;

/// Customers are decided about in as many rows as this.
const ROWS: usize = 256;

type Customers = HashMap<(WorkspaceId, ProfileId), Vec<Contact>>;

/// Everything under way.
pub(super) struct UnderWay {
    rows: Vec<Mutex<Customers>>,
    places: Mutex<HashMap<OutboxId, (WorkspaceId, ProfileId)>>,
    /// Messages of journeys with an attempt under way.
    begun: Mutex<HashSet<OutboxId>>,
}

impl Default for UnderWay {
    fn default() -> Self {
        UnderWay {
            rows: (0..ROWS).map(|_| Mutex::default()).collect(),
            places: Mutex::default(),
            begun: Mutex::default(),
        }
    }
}

/// One customer's turn: nobody else decides about them meanwhile.
pub(super) struct Turn<'a> {
    row: MutexGuard<'a, Customers>,
    places: &'a Mutex<HashMap<OutboxId, (WorkspaceId, ProfileId)>>,
    key: (WorkspaceId, ProfileId),
}

fn row_of(key: (WorkspaceId, ProfileId)) -> usize {
    (hash64(u64::from(key.0.0), &key.1.0.to_le_bytes()) % ROWS as u64) as usize
}

impl UnderWay {
    /// Waits for the customer's turn.
    pub(super) fn turn(&self, workspace: WorkspaceId, profile: ProfileId) -> Turn<'_> {
        let key = (workspace, profile);
        Turn { row: self.rows[row_of(key)].lock(), places: &self.places, key }
    }

    /// An attempt at a message begins, before anything about it is read. Only another message of its journey asks.
    pub(super) fn begin(&self, message: &OutboundMessage) {
        if message.origin.is_some() {
            self.begun.lock().insert(message.id);
        }
    }

    /// Whether an attempt at the message began and its outcome is not recorded yet.
    pub(super) fn is_begun(&self, id: OutboxId) -> bool {
        self.begun.lock().contains(&id)
    }

    /// The message is recorded, or did not leave after all.
    pub(super) fn settled(&self, id: OutboxId) {
        self.begun.lock().remove(&id);
        let Some(key) = self.places.lock().remove(&id) else { return };
        let mut row = self.rows[row_of(key)].lock();
        if let Some(contacts) = row.get_mut(&key) {
            contacts.retain(|c| c.id != id);
            if contacts.is_empty() {
                row.remove(&key);
            }
        }
    }
}

impl Turn<'_> {
    /// What is under way for the customer.
    pub(super) fn contacts(&self) -> Vec<Contact> {
        self.row.get(&self.key).cloned().unwrap_or_default()
    }

    /// One more is.
    pub(super) fn admit(mut self, contact: Contact) {
        self.places.lock().insert(contact.id, self.key);
        let contacts = self.row.entry(self.key).or_default();
        contacts.retain(|c| c.id != contact.id);
        contacts.push(contact);
    }
}
