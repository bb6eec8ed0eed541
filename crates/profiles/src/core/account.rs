//! Accounts: the companies, households or teams that customers belong to.

use std::collections::BTreeMap;

use rapport_domain::event::{Event, EventKind};
use rapport_domain::hash;
use rapport_domain::identity::is_blocked;
use rapport_domain::ids::{Partition, ProfileId, WorkspaceId};
use rapport_domain::json::Json;
use rapport_domain::profile::Trait;
use rapport_domain::record::{AccountLetter, LetterBody};
use rapport_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::apply::MAX_GROUP_BYTES;
use super::traits::{self, Stated};

/// One account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The business's id of it.
    pub group_id: String,
    /// Its traits; a later statement wins, whatever the order of arrival.
    pub traits: BTreeMap<String, Trait>,
    /// Event time of the first statement.
    pub first_seen: Timestamp,
    /// Event time of the last statement.
    pub last_seen: Timestamp,
    /// Counts its changes, so that copies of it know which is newer.
    #[serde(default)]
    pub version: u64,
}

impl Account {
    /// An account of which nothing is known yet.
    #[must_use]
    pub fn new(group_id: &str, first_seen: Timestamp) -> Self {
        Account {
            group_id: group_id.to_owned(),
            traits: BTreeMap::new(),
            first_seen,
            last_seen: first_seen,
            version: 0,
        }
    }

    /// Takes the traits that a letter states.
    pub fn state(&mut self, values: &Json, at: Timestamp) -> Stated {
        let mut out = Stated::default();
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
        traits::state(&mut self.traits, values.map(), at, &mut out);
        out
    }
}

/// The account a `group` call names, unless its id is blocked or too long.
#[must_use]
pub fn group_of(event: &Event) -> Option<&str> {
    let group = event.group_id.as_deref().filter(|_| event.kind == EventKind::Group)?.trim();
    (group.len() <= MAX_GROUP_BYTES && !is_blocked("group", group)).then_some(group)
}

/// The partition that owns an account.
#[must_use]
pub fn home(workspace: WorkspaceId, group_id: &str, partitions: u16) -> Partition {
    hash::partition_of(workspace, "group", group_id, partitions)
}

/// The letter a `group` call sends to its account.
#[must_use]
pub fn letter(event: &Event, member: ProfileId) -> Option<LetterBody> {
    let group_id = group_of(event)?.to_owned();
    let traits = event.properties.text().to_owned();
    let (at, historical) = (event.ts, event.historical);
    let said = AccountLetter::Said { group_id, traits, at, member: Some(member), leaver: None, historical };
    Some(LetterBody::Account(said))
}

/// The letter that says that a profile belongs to an account, and nothing else.
#[must_use]
pub fn join(group_id: &str, member: ProfileId, at: Timestamp) -> LetterBody {
    let (group_id, traits, member) = (group_id.to_owned(), "{}".to_owned(), Some(member));
    LetterBody::Account(AccountLetter::Said { group_id, traits, at, member, leaver: None, historical: false })
}

/// The letter that moves membership when a profile was absorbed (`member`) or erased (`None`).
#[must_use]
pub fn move_member(group_id: &str, leaver: ProfileId, member: Option<ProfileId>, at: Timestamp) -> LetterBody {
    let (group_id, traits) = (group_id.to_owned(), "{}".to_owned());
    let said = AccountLetter::Said { group_id, traits, at, member, leaver: Some(leaver), historical: false };
    LetterBody::Account(said)
}
