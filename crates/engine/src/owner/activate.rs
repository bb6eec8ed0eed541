//! Bringing new and edited rules up to date without losing anything that happens meanwhile.
//!
//! When the live rules change, the partition binds them: an aggregate it keeps already goes on, a new one gets its history,
//! everything in the lake up to that batch, folded in the background. Until the history is there the partition waits, so that
//! whatever comes after the publishing is decided by complete rules; then profiles are brought up to date (`sweep.rs`) in
//! portions, and each at the latest before the first thing that happens to it. An activation that a crash interrupts starts
//! over under a new id, so half-added history is never used.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, TimelineFilter};
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::repo::{self as segments, Phase, RuleRow};
use rapport_segments::{Binding, RuleSet, Touched, activation_id};

use super::Owner;
use super::bound::Bound;
use super::work::Work;
use super::{limits, resume};
use crate::error::EngineError;
use crate::inbox::Input;
use crate::live::Live;

/// The history of new rules, from the background.
#[derive(Debug)]
pub(crate) struct Backfill {
    pub(crate) ws: WorkspaceId,
    /// The number of the binding it was folded for; another one ignores it.
    pub(crate) binding: u64,
    /// Per profile the states of the aggregates, by index in the rule set; `None` when the lake could not be read.
    pub(crate) history: Option<BTreeMap<ProfileId, History>>,
}

/// Rules of a workspace being brought up to date.
#[derive(Debug, Default)]
pub(super) struct Activation {
    /// What history gives those profiles that were not brought up to date yet.
    pub(super) history: BTreeMap<ProfileId, History>,
    /// Aggregates, by index, that are complete once all history was added.
    pub(super) aggregates: Vec<u32>,
    /// History is there, or none is needed.
    pub(super) has_arrived: bool,
    /// Rules, by index, of which nothing is stored: a profile to which nothing has happened since is decided by its history
    /// alone, without reading its state.
    pub(super) fresh: HashSet<usize>,
    /// Of those, the ones that hold for nobody without history.
    pub(super) sparse: HashSet<usize>,
    /// Events went on before history was there, so that states come from both.
    pub(super) is_late: bool,
    /// Profiles brought up to date before their turn.
    pub(super) done: BTreeSet<ProfileId>,
}

/// Partitions of rules that wait for history.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    workspaces: HashSet<WorkspaceId>,
    since: Timestamp,
}

impl Owner {
    /// Binds the live rules of every workspace. Called between batches, when the lake shows everything processed.
    pub(super) fn bind(&mut self, live: Arc<Live>) -> Result<(), EngineError> {
        let db = self.shared.stores.partition(self.partition)?;
        let mut bounds = HashMap::new();
        let mut activations = HashMap::new();
        let mut folds = Vec::new();
        let mut numbers = self.numbers.clone();
        let tx = db.begin()?;
        for (ws, workspace) in &live.workspaces {
            let number = numbers.next("activation");
            let untouched = self.untouched(*ws);
            let (bound, new) = bind_workspace(&tx, *ws, workspace.rules.clone(), workspace.zone, number, &untouched)?;
            let activation = activation_of(&bound, &new);
            let fold = wanted(&bound, &activation);
            if !fold.is_empty() {
                folds.push((*ws, fold));
            }
            activations.insert(*ws, Activation { has_arrived: folds.last().is_none_or(|f| f.0 != *ws), ..activation });
            bounds.insert(*ws, Arc::new(bound));
        }
        let resuming = resume::bind(&tx, &live)?;
        let part = (i64::from(self.partition.0), i64::from(self.shared.log.partitions()));
        let limits = limits::bind(&tx, &live, part)?;
        numbers.save(&tx)?;
        self.check_epoch(&tx)?;
        tx.commit()?;
        self.numbers = numbers;
        // Cached states were tidied against the former binding.
        self.cache.clear();
        self.bounds = bounds;
        self.activations = activations;
        self.live = live;
        self.population.clear();
        for ws in self.bounds.keys() {
            self.population.insert(*ws, db.read(|q| rapport_journeys::repo::hours(q, *ws))?);
        }
        self.calendars.forget();
        (self.resuming, self.limits) = (resuming, limits);
        self.backfills.clear();
        let workspaces = folds.iter().map(|(ws, _)| *ws).collect();
        self.waiting = Waiting { workspaces, since: self.shared.clock.now() };
        for (ws, fold) in folds {
            self.fold_history(ws, fold);
        }
        Ok(())
    }

    /// Keys of rules whose history is still awaited: nothing was decided by them yet, and nothing is stored of them.
    fn untouched(&self, ws: WorkspaceId) -> HashSet<String> {
        let waiting = self.activations.get(&ws).filter(|activation| !activation.has_arrived && !activation.is_late);
        let bound = self.bound(ws);
        waiting.into_iter().flat_map(|a| &a.fresh).map(|rule| bound.rows[*rule].key.clone()).collect()
    }

    /// Folds the history of some aggregates in the background; the answer comes back through the inbox.
    fn fold_history(&self, ws: WorkspaceId, aggregates: Vec<u32>) {
        let (shared, bound, partition) = (self.shared.clone(), self.bound(ws), self.partition);
        let snapshot = shared.lake.snapshot_partition(ws, partition);
        let shared_task = shared.clone();
        shared.background.run(Box::new(move || {
            let wanted = aggregates.iter().map(|i| (*i, &bound.rules.aggregates()[*i as usize])).collect();
            let history = match snapshot.run(&AggregateFold::new(wanted), &CancelFlag::default()) {
                Ok(histories) => Some(histories.into_iter().collect()),
                Err(error) => {
                    tracing::error!(workspace.id = ws.0, partition.id = partition.0, %error, "history of a new rule could not be read; it is tried again with the next change of rules or start");
                    None
                }
            };
            for warning in snapshot.warnings() {
                tracing::error!(workspace.id = ws.0, partition.id = partition.0, warning, "a new rule's history is incomplete");
            }
            let binding = bound.number;
            shared_task.inbox(partition).push_first(Input::Backfill(Backfill { ws, binding, history }));
            shared_task.log.wake(partition);
        }));
    }

    /// History has come from the background; the next batch begins with it.
    pub(super) fn history_came(&mut self, backfill: Backfill) {
        if self.bound(backfill.ws).number == backfill.binding {
            self.waiting.workspaces.remove(&backfill.ws);
            self.backfills.push_back(backfill);
        }
    }

    /// Whether everything has to wait for the history of new rules. Not for ever: when it takes too long, the stream goes on,
    /// and what happens until history comes is part of it.
    pub(super) fn waits_for_history(&mut self, now: Timestamp) -> bool {
        if self.waiting.workspaces.is_empty() {
            return false;
        }
        let waited_ms = now.since_ms(self.waiting.since);
        if waited_ms < self.shared.config.history_wait_ms {
            return true;
        }
        tracing::warn!(
            partition.id = self.partition.0,
            waited_ms,
            "events go on before the history of new rules is there"
        );
        for ws in self.waiting.workspaces.drain() {
            self.activations.entry(ws).or_default().go_on();
        }
        false
    }

    /// Takes history that has come into the binding: the rules it completes can be asked from now on, of each profile once
    /// that was brought up to date.
    pub(super) fn begin_activations(&mut self, work: &mut Work) -> Result<(), EngineError> {
        while let Some(Backfill { ws, history, .. }) = self.backfills.pop_front() {
            let activation = self.activations.entry(ws).or_default();
            let Some(mut history) = history else {
                activation.go_on();
                continue;
            };
            work.touched = true;
            if activation.is_late {
                // What was folded for rules that were to be decided by it alone is in their states already.
                history.values_mut().for_each(|states| states.retain(|(a, _)| activation.aggregates.contains(a)));
                history.retain(|_, states| !states.is_empty());
            }
            activation.history = history;
            activation.has_arrived = true;
            activation.done.clear();
            let aggregates = activation.aggregates.clone();
            let bound = self.bound(ws);
            let mut binding = bound.binding.clone();
            aggregates.iter().for_each(|index| binding.aggregates[*index as usize].1 = true);
            let rows = promote(&work.tx, ws, &bound.rules, &mut binding, bound.rows.clone())?;
            self.rebind(ws, &bound, binding, rows);
        }
        Ok(())
    }

    /// Whether rules are being brought up to date and there is something to do about it.
    pub(super) fn is_activating(&self) -> bool {
        self.bounds.iter().any(|(ws, bound)| self.activations.get(ws).is_some_and(|a| a.has_work(bound)))
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

    pub(super) fn rebind(&mut self, ws: WorkspaceId, bound: &Bound, binding: Binding, rows: Vec<RuleRow>) {
        let (rules, zone, number) = (bound.rules.clone(), bound.zone, bound.number);
        self.bounds.insert(ws, Arc::new(Bound { rules, binding, rows, zone, number }));
        self.calendars.look_now();
    }
}

impl Activation {
    /// Events go on without history: no profile can be decided by that alone any more.
    fn go_on(&mut self) {
        self.is_late = true;
        self.fresh.clear();
        self.sparse.clear();
    }

    /// Whether somebody may wait to be brought up to date.
    pub(super) fn has_work(&self, bound: &Bound) -> bool {
        let is_sweeping = bound.rows.iter().any(|r| r.phase == Phase::Sweeping);
        is_sweeping || self.has_arrived && !(self.history.is_empty() && self.aggregates.is_empty())
    }
}

/// What there is to do for a binding, of which the rules in `new` were not known before.
fn activation_of(bound: &Bound, new: &[usize]) -> Activation {
    let rules = &bound.rules;
    let is_fresh = |rule: &usize| bound.rows[*rule].segment.is_some() && rules.stands_alone(*rule);
    let fresh: HashSet<usize> = new.iter().copied().filter(is_fresh).collect();
    let sparse = fresh.iter().copied().filter(|rule| !rules.may_hold_without_events(*rule)).collect();
    let aggregates = (0..).zip(&bound.binding.aggregates).filter(|(_, (_, ready))| !ready).map(|(i, _)| i).collect();
    Activation { aggregates, fresh, sparse, ..Activation::default() }
}

/// The aggregates whose history is needed: of new ones to be added, of fresh rules to decide by.
fn wanted(bound: &Bound, activation: &Activation) -> Vec<u32> {
    let asked = activation.fresh.iter().flat_map(|rule| bound.rules.aggregates_of(*rule));
    let mut wanted: Vec<u32> = activation.aggregates.iter().chain(asked).copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// Binds one workspace's rules: keeps what is known, starts what is new, forgets what is gone. Answers also which rules are
/// new, or known but `untouched`.
fn bind_workspace(
    tx: &rapport_store::Tx,
    ws: WorkspaceId,
    rules: Arc<RuleSet>,
    zone: chrono_tz::Tz,
    number: u64,
    untouched: &HashSet<String>,
) -> Result<(Bound, Vec<usize>), EngineError> {
    let mut known: HashMap<String, (u64, bool)> =
        segments::aggregates(tx, ws)?.into_iter().map(|(key, id, ready)| (key, (id, ready))).collect();
    let mut binding = Binding::default();
    for aggregate in rules.aggregates() {
        let bound = match known.remove(aggregate.key()) {
            Some((id, true)) => (id, true),
            // New, or interrupted: it starts now, and its history is what the lake shows now.
            _ => (activation_id(aggregate.key(), number), false),
        };
        segments::put_aggregate(tx, ws, aggregate.key(), bound.0, bound.1)?;
        binding.aggregates.push(bound);
    }
    for key in known.keys() {
        segments::remove_aggregate(tx, ws, key)?;
    }
    let mut old: HashMap<String, RuleRow> = segments::rules(tx, ws)?.into_iter().map(|r| (r.key.clone(), r)).collect();
    let (mut rows, mut new) = (Vec::new(), Vec::new());
    for (key, text, segment) in rules.rules() {
        let row = match old.remove(key) {
            Some(row) if row.text == text => {
                new.extend(untouched.contains(key).then_some(rows.len()));
                row
            }
            Some(row) => RuleRow { text: text.to_owned(), phase: Phase::Pending, ..row },
            None => {
                new.push(rows.len());
                RuleRow {
                    key: key.to_owned(),
                    id: activation_id(key, number),
                    segment: segment.map(str::to_owned),
                    text: text.to_owned(),
                    phase: Phase::Pending,
                    cursor: ProfileId(0),
                }
            }
        };
        rows.push(row);
    }
    for row in old.values() {
        segments::remove_rule(tx, ws, row)?;
    }
    let rows = promote(tx, ws, &rules, &mut binding, rows)?;
    Ok((Bound { rules, binding, zone, number, rows }, new))
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
            row.cursor = ProfileId(0);
        } else if !complete {
            row.phase = Phase::Pending;
        }
        segments::put_rule(tx, ws, row)?;
        binding.rules.push((row.id, complete));
    }
    Ok(rows)
}
