//! The rule state of one profile.

use rapport_domain::Timestamp;
use rapport_rules::AggState;
use serde::{Deserialize, Serialize};

/// Everything the rules remember about one profile. All lists are short and sorted by id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SegmentState {
    /// State by aggregate id. An id belongs to one activation of an aggregate in one partition, so state left over from
    /// an earlier activation is never mistaken for the present one.
    aggregates: Vec<(u64, AggState)>,
    /// Rules that hold now, with the instant since when.
    members: Vec<(u64, Timestamp)>,
    /// Rules whose answer may change by time alone, with the earliest instant.
    dues: Vec<(u64, Timestamp)>,
}

impl SegmentState {
    /// The state of an aggregate, if any event touched it.
    #[must_use]
    pub fn aggregate(&self, id: u64) -> Option<&AggState> {
        self.aggregates.binary_search_by_key(&id, |a| a.0).ok().map(|i| &self.aggregates[i].1)
    }

    /// The state of an aggregate, made when missing.
    pub fn aggregate_mut(&mut self, id: u64) -> &mut AggState {
        let i = match self.aggregates.binary_search_by_key(&id, |a| a.0) {
            Ok(i) => i,
            Err(i) => {
                self.aggregates.insert(i, (id, AggState::default()));
                i
            }
        };
        &mut self.aggregates[i].1
    }

    /// Replaces or removes the state of an aggregate.
    pub fn set_aggregate(&mut self, id: u64, state: Option<AggState>) {
        match (self.aggregates.binary_search_by_key(&id, |a| a.0), state) {
            (Ok(i), Some(state)) => self.aggregates[i].1 = state,
            (Ok(i), None) => {
                self.aggregates.remove(i);
            }
            (Err(i), Some(state)) => self.aggregates.insert(i, (id, state)),
            (Err(_), None) => {}
        }
    }

    /// Forgets every aggregate whose id `keep` refuses.
    pub fn retain_aggregates(&mut self, keep: impl Fn(u64) -> bool) {
        self.aggregates.retain(|(id, _)| keep(*id));
    }

    /// Since when the rule holds; `None` when it does not.
    #[must_use]
    pub fn member_since(&self, rule: u64) -> Option<Timestamp> {
        self.members.binary_search_by_key(&rule, |m| m.0).ok().map(|i| self.members[i].1)
    }

    /// Records that a rule holds since `since`, or no longer.
    pub fn set_member(&mut self, rule: u64, since: Option<Timestamp>) {
        set_sorted(&mut self.members, rule, since);
    }

    /// The rules that hold, with the instant since when.
    #[must_use]
    pub fn members(&self) -> &[(u64, Timestamp)] {
        &self.members
    }

    /// Records when a rule's answer may next change by time alone.
    pub fn set_due(&mut self, rule: u64, at: Option<Timestamp>) {
        set_sorted(&mut self.dues, rule, at);
    }

    /// Rules to look at again, with the instant.
    #[must_use]
    pub fn dues(&self) -> &[(u64, Timestamp)] {
        &self.dues
    }

    /// The earliest instant any rule must be looked at again.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.dues.iter().map(|d| d.1).min()
    }

    /// Forgets memberships and dues of rules that `keep` refuses.
    pub fn retain_rules(&mut self, keep: impl Fn(u64) -> bool) {
        self.members.retain(|(id, _)| keep(*id));
        self.dues.retain(|(id, _)| keep(*id));
    }

    /// Takes over what another state says of aggregates and rules; where both speak, the other does.
    pub fn append(&mut self, more: SegmentState) {
        more.aggregates.into_iter().for_each(|(id, state)| self.set_aggregate(id, Some(state)));
        more.members.into_iter().for_each(|(rule, since)| self.set_member(rule, Some(since)));
        more.dues.into_iter().for_each(|(rule, at)| self.set_due(rule, Some(at)));
    }

    /// Whether there is nothing worth storing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.aggregates.is_empty() && self.members.is_empty() && self.dues.is_empty()
    }
}

fn set_sorted(list: &mut Vec<(u64, Timestamp)>, id: u64, value: Option<Timestamp>) {
    match (list.binary_search_by_key(&id, |x| x.0), value) {
        (Ok(i), Some(at)) => list[i].1 = at,
        (Ok(i), None) => {
            list.remove(i);
        }
        (Err(i), Some(at)) => list.insert(i, (id, at)),
        (Err(_), None) => {}
    }
}
