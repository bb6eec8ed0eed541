//! All rules of a workspace, compiled together: equal aggregates are kept once, and indexes say which rules an event, a
//! trait or an edge can change.

mod touch;

use std::collections::{BTreeSet, HashMap};

use chrono_tz::Tz;
use rapport_domain::event::EventView;
use rapport_domain::hash::hash64;
use rapport_domain::profile::Trait;
use rapport_domain::rule::{Expr, Rule};
use rapport_domain::{Problem, Profile, ProfileId, Timestamp};
use rapport_rules::{AggState, Aggregate, Facts, Plan, Verdict};
use serde_json::Value;

use super::defs::{Decides, RuleDef, in_order, traits_of};
use super::facts::ProfileFacts;
use super::state::SegmentState;

pub use touch::Touched;

/// The key of a segment's rule.
#[must_use]
pub fn segment_rule_key(segment: &str) -> String {
    format!("segment:{segment}")
}

/// The key of a computed trait's rule.
#[must_use]
pub fn computed_rule_key(name: &str) -> String {
    format!("trait:{name}")
}

/// The id under which one activation (numbered within its partition) of a rule or aggregate keeps its state.
#[must_use]
pub fn activation_id(key: &str, activation: u64) -> u64 {
    hash64(activation, key.as_bytes())
}

/// A profile entered or left a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The segment.
    pub segment: String,
    /// Entered or left.
    pub entered: bool,
    /// The instant from which it holds.
    pub at: Timestamp,
}

/// How far one partition is with a rule set: the ids its states use, and what is up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// Per aggregate of the set: id, and whether history has been added to it.
    pub aggregates: Vec<(u64, bool)>,
    /// Per rule: id, and whether membership may be decided (its aggregates are ready).
    pub rules: Vec<(u64, bool)>,
}

/// What deciding rules came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// Segments entered and left, in the order they were decided.
    pub edges: Vec<Edge>,
    /// Names of computed traits that changed; they are in the profile already.
    pub traits: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    text: String,
    decides: Decides,
    plan: Plan,
    /// Index in the set of each of the plan's aggregates.
    aggregates: Vec<u32>,
}

/// The compiled rules of one workspace.
#[derive(Debug, Default)]
pub struct RuleSet {
    entries: Vec<Entry>,
    aggregates: Vec<Aggregate>,
    users: Vec<Vec<u32>>,
    by_event: HashMap<String, Vec<u32>>,
    by_any_event: Vec<u32>,
    by_trait: HashMap<String, Vec<u32>>,
    by_consent: Vec<u32>,
    by_account: Vec<u32>,
    /// Paths of accounts' traits that rules read.
    account_paths: Vec<String>,
    asks_account_members: bool,
    by_segment: HashMap<String, Vec<u32>>,
    by_key: HashMap<String, u32>,
    segment_index: HashMap<String, u32>,
}

impl RuleSet {
    /// Compiles `defs`: every rule stands behind those whose answers it reads. Segments that name each other in a circle are
    /// left out and reported, one problem each.
    #[must_use]
    pub fn compile(defs: Vec<RuleDef>) -> (Self, Vec<Problem>) {
        let (defs, problems) = in_order(defs);
        let mut set = RuleSet::default();
        let mut seen: HashMap<String, u32> = HashMap::new();
        for def in defs {
            let index = set.entries.len() as u32;
            let plan = Plan::of_formula(&def.formula);
            let mut aggregates = Vec::with_capacity(plan.aggregates().len());
            for aggregate in plan.aggregates() {
                let a = *seen.entry(aggregate.key().to_owned()).or_insert_with(|| {
                    set.aggregates.push(aggregate.clone());
                    set.users.push(Vec::new());
                    (set.aggregates.len() - 1) as u32
                });
                if !set.users[a as usize].contains(&index) {
                    set.users[a as usize].push(index);
                }
                aggregates.push(a);
            }
            set.index_entry(index, &plan);
            set.by_key.insert(def.key.clone(), index);
            match &def.decides {
                Decides::Segment(segment) => drop(set.segment_index.insert(segment.clone(), index)),
                // Whoever states the trait by hand is overruled at once.
                Decides::Trait(name) => set.by_trait.entry(name.clone()).or_default().push(index),
                Decides::Answer => {}
            }
            let text = rapport_rules::print_formula(&def.formula);
            set.entries.push(Entry { key: def.key, text, decides: def.decides, plan, aggregates });
        }
        set.index_events();
        (set, problems)
    }

    fn index_entry(&mut self, index: u32, plan: &Plan) {
        for name in traits_of(plan) {
            self.by_trait.entry(name.to_owned()).or_default().push(index);
        }
        for segment in plan.segment_names() {
            self.by_segment.entry(segment.clone()).or_default().push(index);
        }
        if plan.uses_consent() {
            self.by_consent.push(index);
        }
        if plan.uses_accounts() {
            self.by_account.push(index);
            self.account_paths.extend(plan.account_names().iter().cloned());
            self.asks_account_members |= plan.uses_account_members();
        }
    }

    fn index_events(&mut self) {
        for (i, aggregate) in self.aggregates.iter().enumerate() {
            match aggregate.event_names() {
                None => self.by_any_event.push(i as u32),
                Some(names) => {
                    for name in names {
                        self.by_event.entry(name.clone()).or_default().push(i as u32);
                    }
                }
            }
        }
    }

    /// The distinct aggregates.
    #[must_use]
    pub fn aggregates(&self) -> &[Aggregate] {
        &self.aggregates
    }

    /// Each rule's key, canonical text, and its segment if it decides one.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &str, Option<&str>)> {
        self.entries.iter().map(|e| (e.key.as_str(), e.text.as_str(), e.segment()))
    }

    /// Whether a rule's answer is kept for every profile, by its index in [`RuleSet::rules`].
    #[must_use]
    pub fn is_kept(&self, rule: usize) -> bool {
        self.entries[rule].decides != Decides::Answer
    }

    /// Names of the computed traits.
    pub fn computed_traits(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|e| match &e.decides {
            Decides::Trait(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The aggregates a rule uses, by its index in [`RuleSet::rules`].
    #[must_use]
    pub fn aggregates_of(&self, rule: usize) -> &[u32] {
        &self.entries[rule].aggregates
    }

    /// The segments that rules of this set ask about.
    #[must_use]
    pub fn segments_asked(&self) -> BTreeSet<&str> {
        self.entries.iter().flat_map(|e| e.plan.segment_names()).map(String::as_str).collect()
    }

    /// Whether a rule asks nothing but events (and the profile's id).
    #[must_use]
    pub fn needs_only_events(&self, rule: usize) -> bool {
        let plan = &self.entries[rule].plan;
        let profile = plan.uses_consent() || plan.uses_scores() || plan.uses_zone() || plan.uses_accounts();
        plan.trait_names().is_empty() && plan.segment_names().is_empty() && !profile
    }

    /// The segments of this set as rules that never hold: for a set that only asks stored memberships.
    #[must_use]
    pub fn placeholders(&self) -> Vec<RuleDef> {
        let never = Rule::new(Expr::Const(false));
        self.entries.iter().filter_map(Entry::segment).map(|id| RuleDef::segment(id, never.clone())).collect()
    }

    /// The index of a rule.
    #[must_use]
    pub fn rule_index(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).map(|i| *i as usize)
    }

    /// Since when the profile with `state` belongs to a segment; `None` when it does not.
    #[must_use]
    pub fn member_since(&self, binding: &Binding, state: &SegmentState, segment: &str) -> Option<Timestamp> {
        let index = *self.segment_index.get(segment)? as usize;
        state.member_since(binding.rules[index].0)
    }

    /// The segments the profile with `state` belongs to, with the instant since when.
    pub fn memberships<'a>(
        &'a self,
        binding: &'a Binding,
        state: &'a SegmentState,
    ) -> impl Iterator<Item = (&'a str, Timestamp)> {
        self.entries
            .iter()
            .zip(&binding.rules)
            .filter_map(|(e, (id, _))| Some((e.segment()?, state.member_since(*id)?)))
    }

    /// Makes the profile a member since `since` without an edge: memberships that move with a merge.
    pub fn set_membership(&self, binding: &Binding, state: &mut SegmentState, segment: &str, since: Timestamp) {
        if let Some(index) = self.segment_index.get(segment) {
            state.set_member(binding.rules[*index as usize].0, Some(since));
        }
    }

    /// Adds one event to every aggregate that listens to it.
    pub fn observe(&self, binding: &Binding, state: &mut SegmentState, event: &dyn EventView, touched: &mut Touched) {
        let named = self.by_event.get(event.name()).map_or(&[][..], Vec::as_slice);
        for &a in named.iter().chain(&self.by_any_event) {
            let id = binding.aggregates[a as usize].0;
            let aggregate = &self.aggregates[a as usize];
            let fresh = state.aggregate(id).is_none();
            if aggregate.observe(state.aggregate_mut(id), event) {
                self.users[a as usize].iter().for_each(|r| touched.add(*r));
            } else if fresh {
                state.set_aggregate(id, None);
            }
        }
    }

    /// Decides every touched rule that is ready, and what depends on them; changes the memberships in `state` and the
    /// computed traits in `profile`. Each is decided once, after everything it reads: nobody enters and leaves a segment by
    /// one decision.
    pub fn evaluate(
        &self,
        binding: &Binding,
        state: &mut SegmentState,
        mut touched: Touched,
        profile: &mut Profile,
        zone: Tz,
        now: Timestamp,
        decided: &mut Decided,
    ) {
        while let Some(index) = touched.0.pop_first() {
            let index = index as usize;
            let entry = &self.entries[index];
            let (id, ready) = binding.rules[index];
            if !ready {
                continue;
            }
            let dependents = match &entry.decides {
                Decides::Answer => None,
                Decides::Segment(segment) => {
                    let verdict = self.verdict(binding, state, entry, profile, zone, now);
                    state.set_due(id, verdict.next_change);
                    if verdict.holds == state.member_since(id).is_some() {
                        continue;
                    }
                    state.set_member(id, verdict.holds.then_some(now));
                    decided.edges.push(Edge { segment: segment.clone(), entered: verdict.holds, at: now });
                    self.by_segment.get(segment)
                }
                Decides::Trait(name) => {
                    let (value, due) =
                        self.with_facts(binding, state, entry, profile, zone, |plan, facts, aggregate| {
                            plan.value(facts, aggregate, now)
                        });
                    state.set_due(id, due);
                    if !put_trait(profile, name, value, now) {
                        continue;
                    }
                    decided.traits.push(name.clone());
                    self.by_trait.get(name)
                }
            };
            // A computed trait is among those who hear of its own name.
            touched.0.extend(dependents.into_iter().flatten().filter(|d| **d as usize != index));
        }
    }

    /// What the rule named `key` says now; `None` when there is no such rule or its history is still being added.
    #[must_use]
    pub fn ask(
        &self,
        binding: &Binding,
        state: &SegmentState,
        key: &str,
        profile: &Profile,
        zone: Tz,
        now: Timestamp,
    ) -> Option<Verdict> {
        let index = self.rule_index(key)?;
        let (_, ready) = binding.rules[index];
        ready.then(|| self.verdict(binding, state, &self.entries[index], profile, zone, now))
    }

    /// Whether the rule of that index may hold now for somebody of whom only the events are known; errs towards true.
    #[must_use]
    pub fn may_hold_for(
        &self,
        binding: &Binding,
        state: &SegmentState,
        rule: usize,
        profile: ProfileId,
        now: Timestamp,
    ) -> bool {
        let entry = &self.entries[rule];
        let aggregate = |i: usize| state.aggregate(binding.aggregates[entry.aggregates[i] as usize].0);
        entry.plan.may_hold_for(profile, &aggregate, now)
    }

    /// What the rule of that index says now, as a value.
    #[must_use]
    pub fn value(
        &self,
        binding: &Binding,
        state: &SegmentState,
        rule: usize,
        profile: &Profile,
        zone: Tz,
        now: Timestamp,
    ) -> Value {
        let entry = &self.entries[rule];
        self.with_facts(binding, state, entry, profile, zone, |plan, facts, aggregate| {
            plan.value(facts, aggregate, now).0
        })
    }

    fn verdict(
        &self,
        binding: &Binding,
        state: &SegmentState,
        entry: &Entry,
        profile: &Profile,
        zone: Tz,
        now: Timestamp,
    ) -> Verdict {
        self.with_facts(binding, state, entry, profile, zone, |plan, facts, aggregate| {
            plan.evaluate(facts, aggregate, now)
        })
    }

    fn with_facts<'s, T>(
        &self,
        binding: &Binding,
        state: &'s SegmentState,
        entry: &Entry,
        profile: &Profile,
        zone: Tz,
        ask: impl FnOnce(&Plan, &dyn Facts, &dyn Fn(usize) -> Option<&'s AggState>) -> T,
    ) -> T {
        let facts = ProfileFacts { set: self, binding, profile, state, default_zone: zone };
        let aggregate = |i: usize| state.aggregate(binding.aggregates[entry.aggregates[i] as usize].0);
        ask(&entry.plan, &facts, &aggregate)
    }

    /// Drops from `state` what no rule of this set can use any more: aggregates of earlier activations, values that left
    /// every window, memberships and dues of rules that are gone.
    pub fn tidy(&self, binding: &Binding, state: &mut SegmentState, now: Timestamp) {
        state.retain_aggregates(|id| binding.aggregates.iter().any(|a| a.0 == id));
        for (aggregate, (id, _)) in self.aggregates.iter().zip(&binding.aggregates) {
            if state.aggregate(*id).is_some() {
                aggregate.prune(state.aggregate_mut(*id), now);
            }
        }
        let known = |id: u64| binding.rules.iter().any(|r| r.0 == id);
        state.retain_rules(known);
    }

    /// The state of every aggregate that is complete here, by key: what a merge sends along.
    #[must_use]
    pub fn export(&self, binding: &Binding, state: &SegmentState) -> Vec<(String, Option<AggState>)> {
        let ready = self.aggregates.iter().zip(&binding.aggregates).filter(|(_, b)| b.1);
        ready.map(|(a, (id, _))| (a.key().to_owned(), state.aggregate(*id).cloned())).collect()
    }

    /// Adds the exported state of an absorbed profile. Returns whether it covered every aggregate of this set; if not,
    /// the profile's state must be computed anew from the lake.
    pub fn absorb(
        &self,
        binding: &Binding,
        state: &mut SegmentState,
        exported: Vec<(String, Option<AggState>)>,
    ) -> bool {
        let mut from: HashMap<String, Option<AggState>> = exported.into_iter().collect();
        let mut complete = true;
        for (aggregate, (id, _)) in self.aggregates.iter().zip(&binding.aggregates) {
            match from.remove(aggregate.key()) {
                None => complete = false,
                Some(None) => {}
                Some(Some(theirs)) => aggregate.merge(state.aggregate_mut(*id), theirs),
            }
        }
        complete
    }

    /// Adds the state that history gave (index of the aggregate, state) to what the stream has added since.
    pub fn add_history(&self, binding: &Binding, state: &mut SegmentState, history: Vec<(u32, AggState)>) {
        for (a, theirs) in history {
            let id = binding.aggregates[a as usize].0;
            self.aggregates[a as usize].merge(state.aggregate_mut(id), theirs);
        }
    }

    /// Replaces every aggregate by what history gave.
    pub fn replace(&self, binding: &Binding, state: &mut SegmentState, history: Vec<(u32, AggState)>) {
        state.retain_aggregates(|_| false);
        self.add_history(binding, state, history);
    }
}

impl Entry {
    fn segment(&self) -> Option<&str> {
        match &self.decides {
            Decides::Segment(id) => Some(id),
            _ => None,
        }
    }
}

/// States a computed trait, or takes it away when it is missing; true when that changed something.
fn put_trait(profile: &mut Profile, name: &str, value: Value, at: Timestamp) -> bool {
    match profile.traits.get(name) {
        None if value.is_null() => false,
        Some(known) if known.value == value => false,
        Some(_) if value.is_null() => profile.traits.remove(name).is_some(),
        _ => {
            profile.traits.insert(name.to_owned(), Trait { value, at });
            true
        }
    }
}
