//! Which rules are to be decided again: what each kind of change concerns, and what a rule rests on.

use std::collections::{BTreeSet, HashSet};

use rapport_domain::Timestamp;
use rapport_domain::event::names;
use rapport_domain::profile::ACCOUNT;

use super::super::defs::traits_of;
use super::super::state::SegmentState;
use super::{Binding, RuleSet, computed_rule_key};

/// Rules to look at again, by index: in the order in which they are decided.
#[derive(Clone, Debug, Default)]
pub struct Touched(pub(super) BTreeSet<u32>);

impl Touched {
    pub(super) fn add(&mut self, rule: u32) {
        self.0.insert(rule);
    }

    /// Whether nothing needs a look.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl RuleSet {
    /// Marks the rules that read one of these traits (by top-level name).
    pub fn touch_trait(&self, name: &str, touched: &mut Touched) {
        self.by_trait.get(name).into_iter().flatten().for_each(|r| touched.add(*r));
    }

    /// Marks the rules that read consent.
    pub fn touch_consent(&self, touched: &mut Touched) {
        self.by_consent.iter().for_each(|r| touched.add(*r));
    }

    /// Whether a rule asks anything about accounts.
    #[must_use]
    pub fn asks_accounts(&self) -> bool {
        !self.by_account.is_empty()
    }

    /// Whether a rule asks how many profiles belong to the account.
    #[must_use]
    pub fn asks_account_members(&self) -> bool {
        self.asks_account_members
    }

    /// Whether a rule reads that trait of the account (by top-level name).
    #[must_use]
    pub fn asks_account_trait(&self, name: &str) -> bool {
        self.account_paths.iter().any(|path| path == name || path.split('.').next() == Some(name))
    }

    /// Marks the rules that ask about accounts.
    pub fn touch_account(&self, touched: &mut Touched) {
        self.by_account.iter().for_each(|r| touched.add(*r));
    }

    /// Marks every rule: a new profile, a merge, a sweep.
    pub fn touch_all(&self, touched: &mut Touched) {
        (0..self.entries.len() as u32).for_each(|r| touched.add(r));
    }

    /// Marks one rule by index.
    pub fn touch_rule(&self, rule: usize, touched: &mut Touched) {
        touched.add(rule as u32);
    }

    /// Marks the rules due at `now`.
    pub fn touch_due(&self, binding: &Binding, state: &SegmentState, now: Timestamp, touched: &mut Touched) {
        for (i, (rule, _)) in binding.rules.iter().enumerate() {
            if state.dues().iter().any(|(id, at)| id == rule && *at <= now) {
                touched.add(i as u32);
            }
        }
    }

    /// Whether a rule asks nothing but the events and the document of one profile: no segment, no computed trait, no account.
    #[must_use]
    pub fn stands_alone(&self, rule: usize) -> bool {
        self.sources(rule).len() == 1 && !self.entries[rule].plan.uses_accounts()
    }

    /// Whether somebody may belong to the rule's segment, now or at any time, none of whose events it counts.
    #[must_use]
    pub fn may_hold_without_events(&self, rule: usize) -> bool {
        self.entries[rule].plan.may_hold_without_events()
    }

    /// The traits (by top-level name) that asking a rule of a profile reads: also where its time zone, its scores and which of its
    /// accounts counts are kept.
    #[must_use]
    pub fn traits_read(&self, rule: usize) -> BTreeSet<&str> {
        let plan = &self.entries[rule].plan;
        traits_of(plan).chain(plan.uses_accounts().then_some(ACCOUNT)).collect()
    }

    /// Whether some rule changes by somebody's entering or leaving the segment: it asks for the segment, or counts that event.
    #[must_use]
    pub fn hears_edge(&self, segment: &str) -> bool {
        let counted =
            [names::SEGMENT_ENTERED, names::SEGMENT_EXITED].iter().any(|name| self.by_event.contains_key(*name));
        counted || !self.by_any_event.is_empty() || self.by_segment.contains_key(segment)
    }

    /// The rules whose answers a rule asks, itself included: segments and computed traits, and what those ask in turn.
    #[must_use]
    pub fn sources(&self, rule: usize) -> Vec<usize> {
        let mut found = vec![rule];
        let mut next = 0;
        while let Some(index) = found.get(next).copied() {
            next += 1;
            let plan = &self.entries[index].plan;
            let segments = plan.segment_names().iter().filter_map(|id| self.segment_index.get(id).copied());
            let computed = traits_of(plan).filter_map(|name| self.by_key.get(&computed_rule_key(name)).copied());
            let asked: Vec<usize> = segments.chain(computed).map(|i| i as usize).collect();
            found.extend(asked.into_iter().filter(|i| *i != index));
            let mut seen = HashSet::new();
            found.retain(|i| seen.insert(*i));
        }
        found
    }
}
