//! Bringing new and edited rules up to date without stopping the stream.
//!
//! When the live rules change, the partition binds them: an aggregate it keeps already goes on, a new one starts empty at
//! the present batch and its history, everything in the lake up to that batch, is folded in the background and added
//! (states are mergeable, so nothing is counted twice or missed). Then the rule is swept over all profiles. An
//! activation that a crash interrupts starts over under a new id, so half-added history is never used.

use std::collections::HashMap;
use std::sync::Arc;

use rapport_domain::{ProfileId, WorkspaceId};
use rapport_lake::{CancelFlag, TimelineFilter};
use rapport_profiles::repo as profiles;
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::repo::{self as segments, Phase, RuleRow};
use rapport_segments::{Binding, RuleSet, Touched, activation_id};

use super::Owner;
use super::bound::Bound;
use super::work::Work;
use crate::error::EngineError;
use crate::inbox::Input;
use crate::live::Live;

/// Profiles worked on per batch by a backfill or a sweep, so that the stream goes on in between.
const PROFILES_PER_BATCH: usize = 500;

/// History that arrived from the background, being added.
#[derive(Debug)]
pub(crate) struct Backfill {
    pub(crate) ws: WorkspaceId,
    /// The generation of the binding it was folded for; another one ignores it.
    pub(crate) generation: u64,
    /// Per profile the states of the aggregates, by index in the rule set.
    pub(crate) histories: std::vec::IntoIter<(ProfileId, History)>,
    /// The aggregates it completes, by index.
    pub(crate) aggregates: Vec<u32>,
}

impl Owner {
    /// Binds the live rules of every workspace. Called between batches, when the lake shows everything processed.
    pub(super) fn bind(&mut self, live: Arc<Live>) -> Result<(), EngineError> {
        let db = self.shared.stores.partition(self.partition)?;
        let mut bounds = HashMap::new();
        let mut folds = Vec::new();
        let mut numbers = self.numbers.clone();
        let tx = db.begin()?;
        for (ws, workspace) in &live.workspaces {
            let activation = numbers.next("activation");
            let bound = bind_workspace(&tx, *ws, workspace.rules.clone(), workspace.zone, live.generation, activation)?;
            let pending: Vec<u32> =
                (0..).zip(&bound.binding.aggregates).filter(|(_, (_, ready))| !ready).map(|(i, _)| i).collect();
            if !pending.is_empty() {
                folds.push((*ws, pending));
            }
            bounds.insert(*ws, Arc::new(bound));
        }
        numbers.save(&tx)?;
        self.check_epoch(&tx)?;
        tx.commit()?;
        self.numbers = numbers;
        // Cached states were tidied against the former binding.
        self.cache.clear();
        self.bounds = bounds;
        self.live = live;
        self.population.clear();
        for ws in self.bounds.keys() {
            self.population.insert(*ws, db.read(|q| rapport_journeys::repo::hours(q, *ws))?);
        }
        self.calendars.forget();
        self.backfills.clear();
        for (ws, pending) in folds {
            self.fold_history(ws, pending);
        }
        Ok(())
    }

    /// Folds the history of some aggregates in the background; the answer comes back through the inbox.
    fn fold_history(&self, ws: WorkspaceId, aggregates: Vec<u32>) {
        let (shared, bound, partition) = (self.shared.clone(), self.bound(ws), self.partition);
        let snapshot = shared.lake.snapshot_partition(ws, partition);
        let shared_task = shared.clone();
        shared.background.run(Box::new(move || {
            let wanted = aggregates.iter().map(|i| (*i, &bound.rules.aggregates()[*i as usize])).collect();
            let mut histories = match snapshot.run(&AggregateFold::new(wanted), &CancelFlag::default()) {
                Ok(histories) => histories,
                Err(error) => {
                    tracing::error!(workspace.id = ws.0, partition.id = partition.0, %error, "history of a new rule could not be read; it is tried again with the next change of rules or start");
                    return;
                }
            };
            for warning in snapshot.warnings() {
                tracing::error!(workspace.id = ws.0, partition.id = partition.0, warning, "a new rule's history is incomplete");
            }
            histories.sort_unstable_by_key(|(profile, _)| *profile);
            let generation = bound.generation;
            let histories = histories.into_iter();
            shared_task.inbox(partition).push(Input::Backfill(Backfill { ws, generation, histories, aggregates }));
            shared_task.log.wake(partition);
        }));
    }

    /// Adds a portion of the history that has arrived. Returns whether there was any.
    pub(super) fn add_history(&mut self, work: &mut Work) -> Result<bool, EngineError> {
        let Some(mut backfill) = self.backfills.pop_front() else { return Ok(false) };
        let bound = self.bound(backfill.ws);
        if bound.generation != backfill.generation {
            return Ok(true);
        }
        work.touched = true;
        for (profile, history) in backfill.histories.by_ref().take(PROFILES_PER_BATCH) {
            self.with_slot(work, (backfill.ws, profile), work.now, |_, _, slot| {
                bound.rules.add_history(&bound.binding, &mut slot.segments, history);
                slot.dirty.segments = true;
                Ok(())
            })?;
        }
        if backfill.histories.len() > 0 {
            self.backfills.push_front(backfill);
            return Ok(true);
        }
        let mut binding = bound.binding.clone();
        for index in &backfill.aggregates {
            let (id, ready) = &mut binding.aggregates[*index as usize];
            *ready = true;
            let key = bound.rules.aggregates()[*index as usize].key();
            segments::put_aggregate(&work.tx, backfill.ws, key, *id, true)?;
        }
        let rows = start_sweeps(work, backfill.ws, &bound.rules, &mut binding, &bound.rows)?;
        self.rebind(
            backfill.ws,
            Bound { rules: bound.rules.clone(), binding, rows, zone: bound.zone, generation: bound.generation },
        );
        Ok(true)
    }

    /// Decides a portion of the profiles for rules being swept. Returns whether there was anything to sweep.
    pub(super) fn sweep(&mut self, work: &mut Work) -> Result<bool, EngineError> {
        let Some((ws, bound)) = self
            .bounds
            .iter()
            .find(|(_, b)| b.rows.iter().any(|r| r.phase == Phase::Sweeping))
            .map(|(w, b)| (*w, b.clone()))
        else {
            return Ok(false);
        };
        work.touched = true;
        // Rules that stand at the same profile are swept together.
        let cursor =
            bound.rows.iter().filter(|r| r.phase == Phase::Sweeping).map(|r| r.cursor).min().unwrap_or_default();
        let together: Vec<usize> = (0..bound.rows.len())
            .filter(|i| bound.rows[*i].phase == Phase::Sweeping && bound.rows[*i].cursor == cursor)
            .collect();
        let ids = profiles::ids_after(&*work.tx, ws, cursor, PROFILES_PER_BATCH)?;
        for id in &ids {
            self.with_slot(work, (ws, *id), work.now, |owner, work, slot| {
                let mut touched = Touched::default();
                together.iter().for_each(|rule| bound.rules.touch_rule(*rule, &mut touched));
                owner.decide_history(work, slot, touched)
            })?;
        }
        let mut rows = bound.rows.clone();
        let done = ids.len() < PROFILES_PER_BATCH;
        for index in together {
            let row = &mut rows[index];
            row.cursor = ids.last().copied().unwrap_or(cursor);
            if done {
                row.phase = Phase::Ready;
            }
            segments::put_rule(&work.tx, ws, row)?;
        }
        let (rules, binding) = (bound.rules.clone(), bound.binding.clone());
        self.rebind(ws, Bound { rules, binding, rows, zone: bound.zone, generation: bound.generation });
        Ok(true)
    }

    /// Computes marked profiles anew from the lake, which shows everything that was committed before this batch: called
    /// when nothing of the present batch has been applied yet.
    pub(super) fn recompute_marked(&mut self, work: &mut Work) -> Result<bool, EngineError> {
        if !self.recompute {
            return Ok(false);
        }
        let marked = segments::marked(&*work.tx, 32)?;
        self.recompute = marked.len() == 32;
        for (ws, profile) in &marked {
            work.touched = true;
            segments::unmark(&work.tx, *ws, *profile)?;
            let bound = self.bound(*ws);
            let events = self.shared.lake.timeline(*ws, *profile, None, &TimelineFilter::default(), usize::MAX)?;
            let history = rapport_segments::fold::history(bound.rules.aggregates(), events.iter().map(|e| &e.event));
            self.with_slot(work, (*ws, *profile), work.now, |owner, work, slot| {
                bound.rules.replace(&bound.binding, &mut slot.segments, history);
                slot.dirty.segments = true;
                let mut touched = Touched::default();
                bound.rules.touch_all(&mut touched);
                owner.decide_history(work, slot, touched)
            })?;
        }
        Ok(!marked.is_empty())
    }

    fn rebind(&mut self, ws: WorkspaceId, bound: Bound) {
        self.bounds.insert(ws, Arc::new(bound));
        self.calendars.look_now();
    }
}

/// Binds one workspace's rules: keeps what is known, starts what is new, forgets what is gone.
fn bind_workspace(
    tx: &rapport_store::Tx,
    ws: WorkspaceId,
    rules: Arc<RuleSet>,
    zone: chrono_tz::Tz,
    generation: u64,
    activation: u64,
) -> Result<Bound, EngineError> {
    let mut known: HashMap<String, (u64, bool)> =
        segments::aggregates(tx, ws)?.into_iter().map(|(key, id, ready)| (key, (id, ready))).collect();
    let mut binding = Binding::default();
    for aggregate in rules.aggregates() {
        let bound = match known.remove(aggregate.key()) {
            Some((id, true)) => (id, true),
            // New, or interrupted: it starts now, and its history is what the lake shows now.
            _ => (activation_id(aggregate.key(), activation), false),
        };
        segments::put_aggregate(tx, ws, aggregate.key(), bound.0, bound.1)?;
        binding.aggregates.push(bound);
    }
    for key in known.keys() {
        segments::remove_aggregate(tx, ws, key)?;
    }
    let mut old: HashMap<String, RuleRow> = segments::rules(tx, ws)?.into_iter().map(|r| (r.key.clone(), r)).collect();
    let mut rows = Vec::new();
    for (key, text, segment) in rules.rules() {
        let row = match old.remove(key) {
            Some(row) if row.text == text => row,
            Some(row) => RuleRow { text: text.to_owned(), phase: Phase::Pending, cursor: ProfileId(0), ..row },
            None => RuleRow {
                key: key.to_owned(),
                id: activation_id(key, activation),
                segment: segment.map(str::to_owned),
                text: text.to_owned(),
                phase: Phase::Pending,
                cursor: ProfileId(0),
            },
        };
        rows.push(row);
    }
    for row in old.values() {
        segments::remove_rule(tx, ws, row)?;
    }
    let rows = promote(tx, ws, &rules, &mut binding, rows)?;
    Ok(Bound { rules, binding, zone, generation, rows })
}

fn start_sweeps(
    work: &Work,
    ws: WorkspaceId,
    rules: &RuleSet,
    binding: &mut Binding,
    rows: &[RuleRow],
) -> Result<Vec<RuleRow>, EngineError> {
    promote(&work.tx, ws, rules, binding, rows.to_vec())
}

/// Moves rules whose aggregates are all ready from `Pending` to `Sweeping` (conditions of journeys, which nobody is a
/// member of, straight to `Ready`), writes the rows, and fills in the binding.
fn promote(
    tx: &rapport_store::Tx,
    ws: WorkspaceId,
    rules: &RuleSet,
    binding: &mut Binding,
    mut rows: Vec<RuleRow>,
) -> Result<Vec<RuleRow>, EngineError> {
    binding.rules.clear();
    for (index, row) in rows.iter_mut().enumerate() {
        let complete = rules.aggregates_of(index).iter().all(|a| binding.aggregates[*a as usize].1);
        if complete && row.phase == Phase::Pending {
            row.phase = if rules.is_kept(index) { Phase::Sweeping } else { Phase::Ready };
        } else if !complete {
            row.phase = Phase::Pending;
        }
        segments::put_rule(tx, ws, row)?;
        binding.rules.push((row.id, complete));
    }
    Ok(rows)
}
