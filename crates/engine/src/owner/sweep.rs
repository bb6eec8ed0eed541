//! Bringing profiles up to date with rules that are new or were edited: history is added to their state, and the rules are
//! decided as history, not news. Everybody has their turn in portions, one in each batch; whoever something happens to
//! before that has it then, so that what happens is news to rules that know the rest.

use std::sync::Arc;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Profile, ProfileId, WorkspaceId};
use rapport_profiles::repo as profiles;
use rapport_segments::repo::{self as segments, Phase, RuleRow};
use rapport_segments::{Decided, SegmentState, Touched};
use rapport_store::partition::timers;

use super::Owner;
use super::activate::Activation;
use super::bound::Bound;
use super::pipeline::edge_event;
use super::slots::TIMER_KINDS;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;

/// One portion of the profiles to be visited.
struct Portion {
    ws: WorkspaceId,
    /// The rules, by index, that are decided together.
    rules: Vec<usize>,
    /// Whom, in order of id; with the document where it was read along.
    profiles: Vec<(ProfileId, Option<Profile>)>,
    /// There is nobody after them.
    is_last: bool,
    /// Nothing is stored of these rules: who was not touched is decided without reading their state.
    unread: bool,
    /// The rules ask for the profile's document.
    asks_profile: bool,
    /// Entering their segments is told to nobody and changes no other rule.
    is_plain: bool,
}

impl Owner {
    /// Brings a profile up to date that something is about to happen to.
    pub(super) fn catch_up(&mut self, work: &mut Work, slot: &mut Slot) -> Result<(), EngineError> {
        let (ws, id) = (slot.profile.workspace, slot.profile.id);
        let (Some(activation), Some(bound)) = (self.activations.get_mut(&ws), self.bounds.get(&ws).cloned()) else {
            return Ok(());
        };
        let history = activation.history.remove(&id);
        let behind = |row: &RuleRow| row.phase == Phase::Sweeping && row.cursor < id;
        let is_behind = bound.rows.iter().any(behind);
        let was_done = is_behind && !activation.done.insert(id);
        if let Some(mut history) = history {
            history.retain(|(a, _)| activation.aggregates.contains(a));
            bound.rules.add_history(&bound.binding, &mut slot.segments, history);
            slot.dirty.segments = true;
        }
        // A new profile has no history: its first event decides every rule, as news.
        if !is_behind || was_done || slot.look_at_all {
            return Ok(());
        }
        let mut touched = Touched::default();
        let rules = (0..).zip(&bound.rows).filter(|(_, row)| behind(row));
        rules.for_each(|(rule, _)| bound.rules.touch_rule(rule, &mut touched));
        self.decide_history(work, slot, touched)
    }

    /// Brings one portion up to date. Answers how many profiles were visited.
    pub(super) fn sweep(&mut self, work: &mut Work) -> Result<usize, EngineError> {
        let with_work = |(ws, bound): (&WorkspaceId, &Arc<Bound>)| {
            self.activations.get(ws).filter(|a| a.has_work(bound)).map(|_| (*ws, bound.clone()))
        };
        let Some((ws, bound)) = self.bounds.iter().find_map(with_work) else { return Ok(0) };
        work.touched = true;
        let mut portion = self.next_portion(work, ws, &bound)?;
        let profiles = std::mem::take(&mut portion.profiles);
        let (visited, last) = (profiles.len(), profiles.last().map(|p| p.0));
        for (id, profile) in profiles {
            if self.activations.get(&ws).is_some_and(|a| a.done.contains(&id)) {
                continue;
            }
            let unread = portion.unread && !self.cache.contains(&(ws, id));
            if unread && self.decide_unread(work, &bound, &portion, (id, profile))? {
                continue;
            }
            self.with_slot(work, (ws, id), work.now, |_, _, _| Ok(()))?;
            if let Some(activation) = self.activations.get_mut(&ws) {
                // Left by somebody who is gone.
                activation.history.remove(&id);
            }
        }
        let mut rows = bound.rows.clone();
        for index in portion.rules {
            let row = &mut rows[index];
            row.cursor = last.unwrap_or(row.cursor);
            if portion.is_last {
                row.phase = Phase::Ready;
            }
            segments::put_rule(&work.tx, ws, row)?;
        }
        self.complete(work, ws, &bound, &rows)?;
        self.rebind(ws, &bound, bound.binding.clone(), rows);
        Ok(visited)
    }

    /// Once all history was added the aggregates are as though they had always been there, whatever happens next.
    fn complete(&mut self, work: &Work, ws: WorkspaceId, bound: &Bound, rows: &[RuleRow]) -> Result<(), EngineError> {
        let Some(activation) = self.activations.get_mut(&ws) else { return Ok(()) };
        // Whose turn is over for every rule need not be remembered.
        let upto = rows.iter().filter(|r| r.phase == Phase::Sweeping).map(|r| r.cursor).min();
        activation.done = upto.map(|upto| activation.done.split_off(&ProfileId(upto.0 + 1))).unwrap_or_default();
        if !activation.has_arrived || !activation.history.is_empty() {
            return Ok(());
        }
        for index in std::mem::take(&mut activation.aggregates) {
            let key = bound.rules.aggregates()[index as usize].key();
            segments::put_aggregate(&work.tx, ws, key, bound.binding.aggregates[index as usize].0, true)?;
        }
        Ok(())
    }

    fn next_portion(&self, work: &Work, ws: WorkspaceId, bound: &Bound) -> Result<Portion, EngineError> {
        let limit = self.portions.records();
        let none = Activation::default();
        let activation = self.activations.get(&ws).unwrap_or(&none);
        let sweeping = || (0..bound.rows.len()).filter(|i| bound.rows[*i].phase == Phase::Sweeping);
        // Fresh rules go together and first, for they cost little; of the others, those that stand at the same profile.
        let are_fresh = sweeping().any(|i| activation.fresh.contains(&i));
        let group = || sweeping().filter(|i| activation.fresh.contains(i) == are_fresh);
        let cursor = group().map(|i| bound.rows[i].cursor).min().unwrap_or_default();
        let rules: Vec<usize> = group().filter(|i| bound.rows[*i].cursor == cursor).collect();
        // Without a rule there is history to add, of conditions that are asked when they are needed.
        let unread = are_fresh || rules.is_empty() && !activation.is_late;
        let asks_profile = rules.iter().any(|rule| !bound.rules.needs_only_events(*rule));
        let profiles: Vec<_> = if rules.iter().all(|rule| activation.sparse.contains(rule)) {
            activation.history.keys().take(limit).map(|id| (*id, None)).collect()
        } else if unread && asks_profile {
            let page = profiles::page_after(&*work.tx, ws, cursor, limit)?;
            page.into_iter().map(|profile| (profile.id, Some(profile))).collect()
        } else {
            let anybody = |id| unread.then(|| Profile::new(ws, id, false, work.now));
            profiles::ids_after(&*work.tx, ws, cursor, limit)?.into_iter().map(|id| (id, anybody(id))).collect()
        };
        let webhooks = self.live.workspaces.get(&ws).map(|workspace| &workspace.webhooks);
        let is_plain =
            |segment: &str| !bound.rules.hears_edge(segment) && !webhooks.is_some_and(|all| all.contains_key(segment));
        let is_plain = rules.iter().all(|rule| bound.rows[*rule].segment.as_deref().is_none_or(is_plain));
        let is_last = profiles.len() < limit;
        Ok(Portion { ws, rules, profiles, is_last, unread, asks_profile, is_plain })
    }

    /// Decides fresh rules for a profile to which nothing has happened since they were bound, by its history alone, and adds
    /// what comes of it to its state without reading that. Answers false, having done nothing, when more is to be done.
    fn decide_unread(
        &mut self,
        work: &mut Work,
        bound: &Bound,
        portion: &Portion,
        (id, profile): (ProfileId, Option<Profile>),
    ) -> Result<bool, EngineError> {
        let ws = portion.ws;
        let Some(activation) = self.activations.get_mut(&ws) else { return Ok(false) };
        let history = activation.history.remove(&id);
        let mut profile = match profile {
            Some(profile) => profile,
            None if portion.asks_profile => match profiles::get(&*work.tx, ws, id)? {
                Some(profile) => profile,
                None => return Ok(true),
            },
            None if profiles::exists(&*work.tx, ws, id)? => Profile::new(ws, id, false, work.now),
            None => return Ok(true),
        };
        let (mut state, mut touched, mut decided) = (SegmentState::default(), Touched::default(), Decided::default());
        let again = if portion.is_plain { None } else { history.clone() };
        bound.rules.add_history(&bound.binding, &mut state, history.unwrap_or_default());
        portion.rules.iter().for_each(|rule| bound.rules.touch_rule(*rule, &mut touched));
        let (rules, binding) = (&bound.rules, &bound.binding);
        rules.evaluate(binding, &mut state, touched, &mut profile, bound.zone, work.now, &mut decided);
        if !decided.edges.is_empty() && !portion.is_plain {
            activation.history.extend(again.map(|history| (id, history)));
            return Ok(false);
        }
        state.retain_aggregates(|known| {
            activation.aggregates.iter().any(|i| binding.aggregates[*i as usize].0 == known)
        });
        segments::append_state(&work.tx, ws, id, &state)?;
        if let Some(due) = state.next_due() {
            timers::set_by(&work.tx, ws, id, TIMER_KINDS[0], "", due)?;
        }
        for edge in decided.edges {
            segments::set_member(&work.tx, ws, &edge.segment, id, Some(edge.at))?;
            let mut event = edge_event(work, ws, &edge, true);
            self.observed.note(&event);
            work.count(ws).derived += 1;
            event.properties.forget();
            work.rows.push(ProcessedEvent { profile: id, event });
            telemetry::edge(true);
        }
        Ok(true)
    }
}
