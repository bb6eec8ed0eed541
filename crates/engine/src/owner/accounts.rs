//! Accounts across partitions. An account's home tells each partition where members live how the account is now; there the
//! rules of the members are asked again, in portions, so that a change of a large account holds nobody up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rapport_domain::profile::AccountFacts;
use rapport_domain::record::{AccountLetter, LetterBody};
use rapport_domain::{Json, Partition, Profile, ProfileId, WorkspaceId};
use rapport_profiles::accounts::copies::{self, Copy};
use rapport_profiles::accounts::repo::{self, Statement};
use rapport_profiles::core::traits;
use rapport_segments::Touched;
use serde_json::{Map, Value};

use super::Owner;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;

/// Members whose rules are asked again in one batch.
const PORTION: usize = 250;
/// Accounts remembered between batches.
const MAX_KNOWN: usize = 4_096;

/// What an owner remembers of accounts.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Copies looked up lately; `None` for an account that was not told here yet.
    known: HashMap<(WorkspaceId, String), Option<Arc<AccountFacts>>>,
    /// Members may wait to be asked again.
    pub(super) is_due: bool,
}

impl Default for Accounts {
    fn default() -> Self {
        Accounts { known: HashMap::new(), is_due: true }
    }
}

/// Accounts that changed in a batch, with the partitions to tell; true while all of it is history.
pub(crate) type Told = BTreeMap<(WorkspaceId, String, Partition), bool>;

impl Owner {
    /// What a letter says of an account.
    pub(super) fn account_letter(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        letter: AccountLetter,
    ) -> Result<(), EngineError> {
        match letter {
            AccountLetter::Said { group_id, traits, at, member, leaver, historical } => {
                let traits = Json::from_text(&traits);
                let said = Statement { group_id: &group_id, traits: &traits, at, member, leaver };
                for partition in repo::deliver(&work.tx, ws, said)?.tell {
                    *work.accounts.entry((ws, group_id.clone(), partition)).or_insert(true) &= historical;
                }
                Ok(())
            }
            AccountLetter::Copy { group_id, traits, members, version, historical } => {
                let traits: Map<String, Value> = serde_json::from_str(&traits).unwrap_or_default();
                let copy = Copy { group_id: &group_id, traits: &traits, members, version };
                let differences = copies::put(&work.tx, ws, copy)?;
                let rules = self.bound(ws).rules.clone();
                let asked = differences.members && rules.asks_account_members()
                    || differences.traits.iter().any(|name| rules.asks_account_trait(name));
                if asked {
                    copies::mark_due(&work.tx, ws, &group_id, historical)?;
                    self.accounts.is_due = true;
                }
                self.accounts.known.remove(&(ws, group_id));
                Ok(())
            }
        }
    }

    /// Tells partitions of the accounts that changed in this batch: once, however often they did.
    pub(super) fn tell_accounts(&mut self, work: &mut Work) -> Result<(), EngineError> {
        for ((ws, group_id, partition), historical) in std::mem::take(&mut work.accounts) {
            let Some(row) = repo::get(&*work.tx, ws, &group_id)? else { continue };
            let traits = Value::Object(traits::plain(&row.account.traits)).to_string();
            let (members, version) = (row.members, row.account.version);
            let copy = AccountLetter::Copy { group_id, traits, members, version, historical };
            work.letter(partition, ws, 0, LetterBody::Account(copy))?;
        }
        Ok(())
    }

    /// Looks up the profile's account when a rule of the workspace asks for it.
    pub(super) fn look_up_account(&mut self, work: &Work, profile: &mut Profile) -> Result<(), EngineError> {
        let ws = profile.workspace;
        if !self.bounds.get(&ws).is_some_and(|bound| bound.rules.asks_accounts()) {
            profile.account = None;
            return Ok(());
        }
        let Some(id) = profile.account_id() else {
            profile.account = None;
            return Ok(());
        };
        let key = (ws, id.to_owned());
        if let Some(known) = self.accounts.known.get(&key) {
            profile.account.clone_from(known);
            return Ok(());
        }
        let found = copies::facts(&*work.tx, ws, id)?.map(Arc::new);
        profile.account.clone_from(&found);
        if self.accounts.known.len() >= MAX_KNOWN {
            self.accounts.known.clear();
        }
        self.accounts.known.insert(key, found);
        Ok(())
    }

    /// Asks the rules of one portion of the members of an account that changed. Answers whether there was any.
    pub(super) fn ask_members(&mut self, work: &mut Work) -> Result<(), EngineError> {
        if !self.accounts.is_due {
            return Ok(());
        }
        let Some(due) = copies::first_due(&*work.tx)? else {
            self.accounts.is_due = false;
            return Ok(());
        };
        work.touched = true;
        let ws = due.workspace;
        // The list is of what is stored: who joined in this batch is written first.
        self.save_slots(work)?;
        let ids = copies::members_here(&*work.tx, ws, &due.group_id, due.after, PORTION)?;
        for id in &ids {
            self.with_slot(work, (ws, *id), work.now, |owner, work, slot| {
                owner.ask_member(work, slot, due.historical)
            })?;
        }
        let upto: Option<ProfileId> = ids.last().copied().filter(|_| ids.len() == PORTION);
        copies::advance(&work.tx, &due, upto)?;
        Ok(())
    }

    fn ask_member(&mut self, work: &mut Work, slot: &mut Slot, historical: bool) -> Result<(), EngineError> {
        let mut touched = Touched::default();
        self.bound(slot.profile.workspace).rules.touch_account(&mut touched);
        if historical {
            return self.decide_history(work, slot, touched);
        }
        self.advance_touched(work, slot, touched)
    }
}
