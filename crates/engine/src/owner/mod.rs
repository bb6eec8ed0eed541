//! The owner of a partition: the only one who writes its state (invariant I2). One step is one batch: what the log, the
//! gate, the timers and the background brought is applied in one transaction together with the log's offset; what it
//! caused leaves only after that transaction committed.

mod accounts;
mod activate;
mod asked;
pub(crate) mod bound;
mod calendars;
mod calls;
mod confirm;
mod devices;
mod gate;
mod ingest;
mod journeys;
mod letters;
mod limits;
mod marks;
mod merges;
mod observe;
mod outcomes;
mod pace;
mod pipeline;
mod publish;
mod rest;
mod resume;
mod slots;
mod sweep;
mod sync;
mod tasks;
mod work;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rapport_domain::message::MessageOutcome;
use rapport_domain::{OutboundMessage, OutboxId, Partition, Timestamp, WorkspaceId};
use rapport_log::ReadBatch;
use rapport_store::partition::{Epoch, Numbers, Seen, SeenOptions, meta, timers};
use rapport_store::{Tx, counters};

pub(crate) use self::activate::Backfill;
use self::activate::{Activation, Waiting};
use self::bound::Bound;
pub(crate) use self::calendars::FIRST_ZONE_HOURS;
use self::observe::Observations;
use self::pace::Pace;
pub(crate) use self::pipeline::{MAX_CAUSED, changes};
use self::rest::{Relief, Rest};
use self::work::Work;
use crate::cache::Cache;
use crate::error::EngineError;
use crate::live::Live;
use crate::purge;
use crate::shared::Shared;
use crate::telemetry;

/// Failures in a row that no repetition can help, such as damage, after which a partition stands still; with the waits
/// between them about 16 seconds.
const MAX_HOPELESS: u32 = 8;
/// How long an owner waits for a lake that is behind.
const HELD_WAIT: Duration = Duration::from_millis(20);
/// Profiles brought up to date with new rules in one batch, at first and at most: as many as take a moment.
const FIRST_PORTION: usize = 1_024;
const MOST_PORTION: usize = 16_384;
/// While that goes on the stream has this part of a batch: somebody waits for the rules, and every batch brings them one
/// portion further.
const SHARE_BESIDE_PORTIONS: usize = 4;

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something was done; there may be more.
    Worked,
    /// Nothing to do before that instant, unless the log or the inbox says so.
    Idle(Option<Timestamp>),
    /// The lake is behind, or the history of new rules is being read; try again shortly.
    Held,
}

/// The owner of one partition.
pub struct Owner {
    partition: Partition,
    shared: Arc<Shared>,
    epoch: Epoch,
    offset: u64,
    numbers: Numbers,
    seen: Seen,
    cache: Cache,
    live: Arc<Live>,
    bounds: HashMap<WorkspaceId, Arc<Bound>>,
    no_rules: Arc<Bound>,
    /// By workspace, the rules being brought up to date.
    activations: HashMap<WorkspaceId, Activation>,
    /// New rules whose history is still being read.
    waiting: Waiting,
    backfills: VecDeque<Backfill>,
    /// Messages that wait for a committed batch before they leave.
    leaving: Vec<gate::Leaving>,
    /// Answers of the gate that no committed batch holds yet. One that was lost would send its message again.
    outcomes: Vec<(OutboxId, MessageOutcome)>,
    /// Devices that providers say are gone; a loss is found out again.
    gone: Vec<devices::Gone>,
    /// Messages whose customers told the provider to get no more; a loss is found out again.
    opted_out: Vec<OutboundMessage>,
    recompute: bool,
    observed: Observations,
    /// Reactions of the partition's people by local hour.
    population: HashMap<WorkspaceId, [u64; 24]>,
    /// Calendars of live journeys, and whether people wait to be worked off in portions.
    calendars: calendars::Calendars,
    /// Pauses that ended, whose runs are being brought back.
    resuming: Vec<resume::Resuming>,
    limits: limits::Limits,
    accounts: accounts::Accounts,
    publisher: publish::Publisher,
    swept_on: i64,
    /// How large the next batch may be.
    pace: Pace,
    /// How many profiles the next portion of a sweep may have.
    portions: Pace,
    /// How many the last one had, and what it took.
    swept: Option<(usize, Duration)>,
    /// The last batch failed, and memory has not been brought back to what is stored.
    stale: bool,
    /// No batch was committed since one failed: what cannot be recorded is not sent.
    is_failing: bool,
    /// Messages that were being handed over when the last owner ended are not recorded yet: nothing is offered before.
    is_recovering: bool,
}

impl Owner {
    /// Takes a partition over: fences off earlier owners, gives the lake what it had not stored yet.
    pub fn open(shared: Arc<Shared>, partition: Partition) -> Result<Self, EngineError> {
        let db = shared.stores.partition(partition)?;
        let tx = db.begin()?;
        let epoch = meta::acquire(&tx)?;
        let offset = meta::offset(&*tx)?;
        let numbers = Numbers::load(&*tx)?;
        shared.purge.recall(&tx)?;
        let seen = Seen::load(&*tx, SeenOptions::default())?;
        publish::restore_lake(&shared, partition, &tx)?;
        for ws in shared.workspaces()? {
            // The forwarding addresses are the truth about merges; the lake may have missed the last ones in a crash.
            rapport_profiles::repo::forwards(&*tx, ws, |from, into| shared.lake.merged(ws, from, into))?;
        }
        let observed = Observations::load(&*tx, &shared.workspaces()?)?;
        let outcomes = gate::cut_off(&shared, partition, &tx)?;
        tx.commit()?;
        // Releases are not stored: without this an idle partition would keep every segment from being deleted.
        shared.log.release(partition, offset);
        let publisher = publish::Publisher::load(db)?;
        let cache_bytes = shared.config.cache_bytes / usize::from(shared.log.partitions());
        let mut owner = Owner {
            partition,
            epoch,
            offset,
            numbers,
            seen,
            cache: Cache::new(cache_bytes),
            live: Arc::new(Live::default()),
            bounds: HashMap::new(),
            no_rules: Arc::new(Bound::empty()),
            activations: HashMap::new(),
            waiting: Waiting::default(),
            backfills: VecDeque::new(),
            leaving: Vec::new(),
            is_recovering: !outcomes.is_empty(),
            outcomes,
            gone: Vec::new(),
            opted_out: Vec::new(),
            recompute: true,
            observed,
            population: HashMap::new(),
            calendars: calendars::Calendars::default(),
            resuming: Vec::new(),
            limits: limits::Limits::default(),
            accounts: accounts::Accounts::default(),
            publisher,
            swept_on: 0,
            pace: Pace::new(shared.config.batch_records),
            portions: Pace::from(FIRST_PORTION, MOST_PORTION),
            swept: None,
            stale: false,
            is_failing: false,
            shared,
        };
        owner.status();
        Ok(owner)
    }

    /// One batch. After an error nothing of it has happened; the caller decides when to try again.
    pub fn step(&mut self) -> Result<Step, EngineError> {
        if self.stale {
            self.reload()?;
        }
        let result = self.try_step();
        if result.is_err() {
            (self.stale, self.is_failing) = (true, true);
        }
        result
    }

    fn try_step(&mut self) -> Result<Step, EngineError> {
        self.publisher.run(&self.shared, self.partition, self.is_failing || self.is_recovering)?;
        if self.shared.lake.is_behind(self.partition) {
            telemetry::held();
            return Ok(Step::Held);
        }
        let started = Instant::now();
        let now = self.shared.clock.now();
        let config = &self.shared.config;
        let share = if self.is_activating() { SHARE_BESIDE_PORTIONS } else { 1 };
        let most = self.pace.records().div_ceil(share);
        let records = self.shared.log.read(self.partition, self.offset, most, config.batch_bytes)?;
        // After reading: what was published before a record was written is in effect for that record.
        let live = self.shared.live();
        if live.generation != self.live.generation {
            self.bind(live)?;
            self.shared.point("rules bound")?;
            self.status();
            return Ok(Step::Worked);
        }
        // Always one at least: history that everything waits for comes first.
        let inputs = config.batch_records.saturating_sub(self.outcomes.len()).max(1);
        self.take_inputs(inputs);
        if self.waits_for_history(now) {
            return Ok(Step::Held);
        }
        let next_timer = self.next_timer()?;
        let next_calendar = self.calendars.next();
        let due = next_timer.is_some_and(|at| at <= now);
        let waiting = !self.backfills.is_empty()
            || self.recompute
            || self.is_activating()
            || self.publisher.has_cleanup()
            || self.accounts.is_due
            || self.calendars.has_work(now);
        if records.is_empty() && !self.has_answers() && !due && !waiting {
            self.is_failing = false;
            return Ok(Step::Idle([next_timer, next_calendar, self.publisher.next_look()].into_iter().flatten().min()));
        }
        let tx = self.shared.stores.partition(self.partition)?.begin()?;
        let mut work = Work::new(tx, self.partition, now, self.numbers.clone());
        self.begin_activations(&mut work)?;
        self.recompute_marked(&mut work)?;
        self.shared.point("marked profiles computed")?;
        self.fire(&mut work, next_timer)?;
        self.shared.point("timers fired")?;
        self.note_leaving(&mut work)?;
        for index in 0..self.outcomes.len() {
            let (id, outcome) = self.outcomes[index].clone();
            self.outcome(&mut work, id, outcome)?;
        }
        self.prune_devices(&mut work)?;
        self.withdraw(&mut work)?;
        for (offset, bytes) in records.iter() {
            self.record(&mut work, offset, bytes)?;
            self.shared.point("record applied")?;
        }
        self.follow_calendars(&mut work)?;
        self.work_off(&mut work)?;
        self.ask_members(&mut work)?;
        self.shared.point("portions done")?;
        // One portion of history in each batch: news goes on, and history is never put off for good.
        let begun = Instant::now();
        let swept = self.sweep(&mut work)?;
        self.swept = (swept > 0).then(|| (swept, begun.elapsed()));
        self.shared.point("profiles brought up to date")?;
        self.commit(work, &records, started)?;
        Ok(Step::Worked)
    }

    /// Fires the timers due by the batch's instant, in the order they are due.
    fn fire(&mut self, work: &mut Work, next_due: Option<Timestamp>) -> Result<(), EngineError> {
        if next_due.is_none_or(|at| at > work.now) {
            return Ok(());
        }
        for timer in timers::due(&*work.tx, work.now, self.shared.config.batch_records)? {
            work.touched = true;
            telemetry::timer_late_ms(work.now.since_ms(timer.due_at));
            let key = (timer.workspace, timer.profile);
            timers::clear(&work.tx, timer.workspace, timer.profile, timer.kind, &timer.key)?;
            self.with_slot(work, key, work.now, |owner, work, slot| {
                for (stored, kind) in slot.stored_dues.iter_mut().zip(slots::TIMER_KINDS) {
                    if kind == timer.kind {
                        *stored = None;
                    }
                }
                // Written back even when nothing else changed: the next due instant needs its row.
                slot.dirty.segments |= slot.segments.next_due().is_some();
                slot.dirty.runs |= slot.runs.next_due().is_some() || !slot.runs.active.is_empty();
                owner.advance_due(work, slot)
            })?;
        }
        Ok(())
    }

    fn commit(&mut self, mut work: Work, records: &ReadBatch, started: Instant) -> Result<(), EngineError> {
        self.tell_accounts(&mut work)?;
        self.save_slots(&mut work)?;
        let next_offset = records.next_offset();
        let lake_seq = publish::store(&mut work, self.shared.lake.persisted(self.partition))?;
        self.publisher.cleanup(&work.tx)?;
        self.seen.save(&work.tx)?;
        self.observed.save(&work)?;
        work.journey_counts.flush(&work.tx)?;
        for ((ws, hour), count) in std::mem::take(&mut work.hours) {
            rapport_journeys::repo::add_hour(&work.tx, ws, hour, count)?;
        }
        for (ws, counts) in &work.counts {
            counters::add(
                &work.tx,
                *ws,
                &[
                    ("processed", counts.processed as i64),
                    ("duplicates", counts.duplicates as i64),
                    ("dropped", counts.dropped as i64),
                    ("derived", counts.derived as i64),
                ],
            )?;
        }
        let today = work.now.utc_day();
        if self.swept_on != today {
            self.seen.expire_on(&work.tx, today)?;
            self.swept_on = today;
        }
        work.numbers.save(&work.tx)?;
        meta::set_offset(&work.tx, next_offset)?;
        self.check_epoch(&work.tx)?;
        self.shared.point("before the commit")?;
        let Work { tx, now, rows, letters, messages, erased, numbers, flush_lake, woken, .. } = work;
        for (ws, profile) in &erased {
            // Idempotent, and the letter that asked for it is in the log: a crash before the commit comes here again.
            self.shared.lake.erase(*ws, &[*profile])?;
        }
        if !erased.is_empty() {
            purge::mark(&tx, now)?;
        }
        tx.commit()?;
        self.shared.point("committed")?;
        if let (Some(relay), false) = (self.shared.relay(), woken.is_empty()) {
            woken.iter().for_each(|(ws, profile)| relay.hub().wake(*ws, *profile));
        }
        telemetry::batch(records.len(), rows.len(), started.elapsed());
        self.answers_recorded();
        self.is_failing = false;
        if !erased.is_empty() {
            erased.iter().for_each(|(ws, _)| crate::exports::forget(&self.shared, *ws));
            self.shared.purge.want(now);
        }
        self.numbers = numbers;
        self.offset = next_offset;
        self.cache.rotate();
        if let Some(seq) = lake_seq {
            self.shared.lake.append(self.partition, seq, rows);
        }
        self.shared.point("rows in the lake")?;
        self.publisher.after_commit(&self.shared);
        self.publisher.committed(letters, messages);
        if flush_lake {
            self.shared.lake.flush()?;
        }
        self.shared.point("before the release")?;
        self.shared.log.release(self.partition, self.offset);
        self.status();
        self.publisher.run(&self.shared, self.partition, false)
    }

    fn check_epoch(&self, tx: &Tx) -> Result<(), EngineError> {
        Ok(meta::check(tx, self.epoch)?)
    }

    /// After a rollback memory is ahead of the store.
    fn reload(&mut self) -> Result<(), EngineError> {
        self.cache.clear();
        self.publisher.rolled_back();
        self.recompute = true;
        self.live = Arc::new(Live::default());
        self.bounds.clear();
        self.accounts = accounts::Accounts::default();
        self.backfills.clear();
        self.activations.clear();
        self.waiting = Waiting::default();
        self.numbers = self.shared.stores.partition(self.partition)?.read(Numbers::load)?;
        self.stale = false;
        Ok(())
    }

    fn next_timer(&self) -> Result<Option<Timestamp>, EngineError> {
        let db = self.shared.stores.partition(self.partition)?;
        Ok(db.read(timers::next_due)?)
    }

    fn bound(&self, ws: WorkspaceId) -> Arc<Bound> {
        self.bounds.get(&ws).unwrap_or(&self.no_rules).clone()
    }

    /// Tells the rest of the process how far this partition is.
    fn status(&mut self) {
        let head = self.shared.log.head(self.partition);
        let activating = self.is_activating() || self.bounds.values().any(|b| b.binding.rules.iter().any(|r| !r.1));
        self.shared.status(self.partition).set(self.offset, head, activating, self.live.generation);
    }

    /// Works until told to stop, then records what the gate answered meanwhile: what was sent must not be sent again.
    pub(crate) fn run(mut self) {
        let (mut failures, mut hopeless) = (0u32, 0u32);
        let shared = self.shared.clone();
        let mut rest = Rest::default();
        while !shared.is_stopping() {
            let before = self.offset;
            let has_news = shared.log.head(self.partition) > before;
            let turn = shared.turns.take(has_news);
            let began = Instant::now();
            let outcome = self.step();
            let now = Instant::now();
            drop(turn);
            // By the time on the clock, so only here: a simulation steps the same batches every time.
            let swept = self.swept.take();
            self.pace.took(self.offset - before, now - began - swept.map_or(Duration::ZERO, |s| s.1));
            swept.into_iter().for_each(|(profiles, time)| self.portions.took(profiles as u64, time));
            rest.worked(self.offset - before, now);
            if let Some(relief) = rest.due(now) {
                self.relieve(relief);
            }
            match outcome {
                Ok(Step::Worked) => {}
                Ok(Step::Held) => std::thread::park_timeout(HELD_WAIT),
                Ok(Step::Idle(due)) => {
                    self.status();
                    self.shared.log.wait(self.partition, self.offset, self.idle_for(due));
                }
                Err(error) if !error.class().is_retryable() && hopeless > MAX_HOPELESS => {
                    tracing::error!(partition.id = self.partition.0, %error, "the partition cannot go on");
                    self.shared.status(self.partition).fail(error.to_string());
                    return;
                }
                Err(error) => {
                    failures += 1;
                    // What cannot pass by itself ends the partition only when nothing else went wrong in between.
                    hopeless = if error.class().is_retryable() { 0 } else { hopeless + 1 };
                    tracing::warn!(partition.id = self.partition.0, %error, failures, "the batch will be tried again");
                    self.shared.status(self.partition).set_trouble(Some(&error));
                    // Not the log's wait: with records to read it would return at once. Stopping unparks.
                    std::thread::park_timeout(Duration::from_millis(50u64 << failures.min(6)));
                    continue;
                }
            }
            // Binding the rules anew after a failure is no success yet; a committed batch is.
            if !self.is_failing {
                (failures, hopeless) = (0, 0);
                self.shared.status(self.partition).set_trouble(None);
            }
        }
        self.finish();
    }

    /// Gives back memory that only a burst needs.
    fn relieve(&self, relief: Relief) {
        if relief == Relief::Shrink {
            self.shared.lake.hurry(self.partition);
            let shrunk = self.shared.stores.partition(self.partition).and_then(|db| db.shrink());
            if let Err(error) = shrunk {
                tracing::debug!(partition.id = self.partition.0, %error, "the database's cache was not given back");
            }
        }
        if let Some(give_back) = self.shared.config.give_back {
            give_back();
        }
    }

    fn idle_for(&self, due: Option<Timestamp>) -> Duration {
        let until_due = due.map_or(1_000, |at| at.since_ms(self.shared.clock.now()).clamp(1, 1_000));
        Duration::from_millis(until_due as u64)
    }
}
