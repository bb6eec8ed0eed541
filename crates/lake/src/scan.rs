//! Running a fold over a snapshot.
//!
//! Partitions are scanned in parallel, each by one thread at a time. Within a partition the runs are walked together,
//! profile by profile. Rows of absorbed profiles may lie in any partition, so they are looked up first, by the sorted list
//! of absorbed profiles, and joined to their target's rows when its turn comes.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rapport_domain::{Partition, ProfileId};

use crate::cancel::CancelFlag;
use crate::columns::Columns;
use crate::config::CANCEL_CHECK_EVENTS;
use crate::error::LakeError;
use crate::event_ref::{EventRef, OpenRun, Reading};
use crate::fold::Fold;
use crate::hot::HotRun;
use crate::snapshot::{Run, Snapshot};
use crate::telemetry;

/// Which events a fold wants.
struct Filter {
    /// See [`Reading::wanted`].
    wanted: Vec<u16>,
    from: i64,
    to: i64,
}

impl Filter {
    fn of<F: Fold>(fold: &F, names: &[Arc<str>]) -> Filter {
        let (from, to) = fold.range().map_or((i64::MIN, i64::MAX), |(from, to)| (from.0, to.0));
        let wanted = fold.event_names().map_or_else(Vec::new, |list| {
            let place = |name: &Arc<str>| list.iter().position(|n| **n == **name);
            names.iter().map(|n| place(n).map_or(0, |at| u16::try_from(at + 1).unwrap_or(0))).chain([0]).collect()
        });
        Filter { wanted, from, to }
    }

    fn name(&self, code: u32) -> bool {
        self.wanted.is_empty() || self.wanted.get(code as usize).is_some_and(|at| *at > 0)
    }

    fn takes(&self, ts: i64, code: u32) -> bool {
        ts >= self.from && ts < self.to && self.name(code)
    }

    /// Whether a run can hold a wanted event.
    fn may_touch(&self, run: &Run) -> bool {
        let (first, last) = run.times();
        let named = match run {
            Run::File(f) => self.wanted.is_empty() || f.codes.iter().any(|c| self.name(*c)),
            Run::Hot(_) => true,
        };
        named && first < self.to && last >= self.from
    }
}

/// Key columns of a run: in memory anyway, or decoded and shared.
enum Keys {
    Hot(Arc<HotRun>),
    File(Arc<Columns>),
}

impl std::ops::Deref for Keys {
    type Target = Columns;
    fn deref(&self) -> &Columns {
        match self {
            Keys::Hot(run) => &run.columns,
            Keys::File(columns) => columns,
        }
    }
}

/// Rows of one absorbed profile in one run. Times and codes are copied, so that no other partition is held in memory.
struct Absorbed {
    target: u64,
    origin: u64,
    part: usize,
    run: usize,
    first_row: u32,
    ts: Vec<i64>,
    codes: Vec<u32>,
}

/// Rows of the profile at hand in one run.
struct Piece<'a> {
    run: &'a OpenRun,
    first_row: u32,
    ts: &'a [i64],
    codes: &'a [u32],
}

impl Snapshot {
    /// Runs a fold over all events of the snapshot. Damaged files are left out and named in [`Snapshot::warnings`].
    ///
    /// # Errors
    /// `Cancelled`, `TimedOut`, `Io`, `Corrupt` when a file breaks while it is read, `Worker` when the fold panics.
    pub fn run<F: Fold>(&self, fold: &F, cancel: &CancelFlag) -> Result<F::Out, LakeError> {
        let start = Instant::now();
        let filter = Filter::of(fold, &self.names);
        let absorbed = self.absorbed(&filter, cancel)?;
        let wanted: Vec<usize> = match self.scope {
            Some(only) => vec![usize::from(only)],
            None => (0..self.parts.len()).collect(),
        };
        let scanned = AtomicUsize::new(0);
        let outs = self.in_parallel(&wanted, |part| {
            let (out, events) = self.scan_part(fold, &filter, part, &absorbed[part], cancel)?;
            scanned.fetch_add(events, Ordering::Relaxed);
            Ok(out)
        })?;
        let mut total = F::Out::default();
        for out in outs {
            fold.merge(&mut total, out);
        }
        telemetry::scanned(scanned.load(Ordering::Relaxed) as u64, start.elapsed());
        Ok(total)
    }

    /// Does `work` for each of `parts` on a bounded number of threads; answers in the order of `parts`.
    fn in_parallel<T: Send>(
        &self,
        parts: &[usize],
        work: impl Fn(usize) -> Result<T, LakeError> + Sync,
    ) -> Result<Vec<T>, LakeError> {
        let next = AtomicUsize::new(0);
        let slots: Vec<Mutex<Option<Result<T, LakeError>>>> = parts.iter().map(|_| Mutex::new(None)).collect();
        let worker = || {
            while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < parts.len()) {
                let outcome = work(parts[at]);
                let failed = outcome.is_err();
                *slots[at].lock() = Some(outcome);
                if failed {
                    next.store(parts.len(), Ordering::Relaxed);
                }
            }
        };
        let threads = self.threads.min(parts.len()).max(1);
        let panicked = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
            let mine = std::panic::catch_unwind(std::panic::AssertUnwindSafe(worker)).is_err();
            others.into_iter().map(|t| t.join().is_err()).fold(mine, |a, b| a || b)
        });
        if panicked {
            return Err(LakeError::Worker("the fold panicked".to_owned()));
        }
        let mut done = Vec::with_capacity(parts.len());
        let mut missing = false;
        for slot in slots {
            match slot.into_inner() {
                Some(outcome) => done.push(outcome?),
                None => missing = true,
            }
        }
        if missing { Err(LakeError::Worker("a partition was not scanned".to_owned())) } else { Ok(done) }
    }

    /// The key columns of each run that can hold a wanted event; `None` for others and for damaged files.
    fn keys(&self, part: usize, filter: &Filter) -> Result<Vec<Option<Keys>>, LakeError> {
        let load = |run: &Run| -> Result<Option<Keys>, LakeError> {
            if !filter.may_touch(run) {
                return Ok(None);
            }
            match run {
                Run::Hot(hot) => Ok(Some(Keys::Hot(Arc::clone(hot)))),
                Run::File(file) => match self.caches.columns(file) {
                    Ok(columns) => Ok(Some(Keys::File(columns))),
                    Err(LakeError::Corrupt { reason, .. }) => {
                        self.warn(file, &reason);
                        Ok(None)
                    }
                    Err(e) => Err(e),
                },
            }
        };
        self.parts[part].runs.iter().map(load).collect()
    }

    /// Wanted rows of absorbed profiles, by the partition of their target, sorted by target, origin and age.
    fn absorbed(&self, filter: &Filter, cancel: &CancelFlag) -> Result<Vec<Vec<Absorbed>>, LakeError> {
        let mut by_part: Vec<Vec<Absorbed>> = self.parts.iter().map(|_| Vec::new()).collect();
        if self.merges.is_empty() {
            return Ok(by_part);
        }
        let all: Vec<usize> = (0..self.parts.len()).collect();
        let found = self.in_parallel(&all, |part| {
            cancel.check()?;
            let list = &self.merges.by_origin;
            let home = |o: u64| usize::from(ProfileId(o).home().0);
            let mine = list.partition_point(|(o, _)| home(*o) < part)..list.partition_point(|(o, _)| home(*o) <= part);
            let mut found = Vec::new();
            if !mine.is_empty() {
                for (run, keys) in self.keys(part, filter)?.iter().enumerate() {
                    let Some(keys) = keys else { continue };
                    for (origin, target) in &list[mine.clone()] {
                        let aside = self.scope.is_some_and(|p| Partition(p) != ProfileId(*target).home());
                        let rows = if aside { 0..0 } else { keys.rows_of(*origin) };
                        found.extend(absorbed_rows(keys, rows, filter, *origin, *target, (part, run)));
                    }
                }
            }
            Ok(found)
        })?;
        for one in found.into_iter().flatten() {
            if let Some(list) = by_part.get_mut(usize::from(ProfileId(one.target).home().0)) {
                list.push(one);
            }
        }
        by_part.iter_mut().for_each(|list| list.sort_by_key(|a| (a.target, a.origin, a.run)));
        Ok(by_part)
    }

    fn scan_part<F: Fold>(
        &self,
        fold: &F,
        filter: &Filter,
        part: usize,
        absorbed: &[Absorbed],
        cancel: &CancelFlag,
    ) -> Result<(F::Out, usize), LakeError> {
        cancel.check()?;
        let keys = self.keys(part, filter)?;
        let open = |run: &Run| OpenRun::new(run.clone());
        let runs: Vec<Vec<OpenRun>> = (self.parts.iter().enumerate())
            .map(
                |(p, list)| {
                    if p == part || !absorbed.is_empty() { list.runs.iter().map(open).collect() } else { vec![] }
                },
            )
            .collect();
        let reading =
            Reading { names: &self.names, wanted: &filter.wanted, caches: &self.caches, error: RefCell::new(None) };
        let mut scan =
            PartScan { fold, filter, reading: &reading, out: F::Out::default(), scratch: Vec::new(), events: 0 };
        let mut heads = vec![0usize; keys.len()];
        let mut waiting = absorbed;
        let mut gone = self.merges.by_origin.as_slice();
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let mut unchecked = CANCEL_CHECK_EVENTS;
        loop {
            let head = |i: usize| keys[i].as_ref().and_then(|k| k.profiles.get(heads[i]).copied());
            let own = (0..keys.len()).filter_map(head).min();
            let Some(profile) = own.into_iter().chain(waiting.first().map(|a| a.target)).min() else { break };
            pieces.clear();
            for (i, key) in keys.iter().enumerate() {
                let Some(k) = key else { continue };
                if k.profiles.get(heads[i]) == Some(&profile) {
                    let rows = k.rows_at(heads[i]);
                    heads[i] += 1;
                    pieces.push(piece_of(&runs[part][i], k, rows));
                }
            }
            gone = &gone[gone.iter().take_while(|(o, _)| *o < profile).count()..];
            if gone.first().is_some_and(|(o, _)| *o == profile) {
                // It was absorbed: its rows come with its target's.
                pieces.clear();
            }
            let joined = waiting.iter().take_while(|a| a.target == profile).count();
            for a in &waiting[..joined] {
                pieces.push(Piece { run: &runs[a.part][a.run], first_row: a.first_row, ts: &a.ts, codes: &a.codes });
            }
            waiting = &waiting[joined..];
            let before = scan.events;
            scan.profile(ProfileId(profile), &pieces);
            unchecked = unchecked.saturating_sub(scan.events - before + 1);
            if unchecked == 0 {
                cancel.check()?;
                unchecked = CANCEL_CHECK_EVENTS;
            }
            if let Some(e) = reading.error.borrow_mut().take() {
                return Err(e);
            }
        }
        Ok((scan.out, scan.events))
    }
}

fn piece_of<'a>(run: &'a OpenRun, keys: &'a Columns, rows: Range<u32>) -> Piece<'a> {
    let range = rows.start as usize..rows.end as usize;
    Piece { run, first_row: rows.start, ts: &keys.ts[range.clone()], codes: &keys.codes[range] }
}

fn absorbed_rows(
    keys: &Columns,
    rows: Range<u32>,
    filter: &Filter,
    origin: u64,
    target: u64,
    at: (usize, usize),
) -> Option<Absorbed> {
    let range = rows.start as usize..rows.end as usize;
    let (ts, codes) = (&keys.ts[range.clone()], &keys.codes[range]);
    let any = ts.iter().zip(codes).any(|(ts, code)| filter.takes(*ts, *code));
    any.then(|| Absorbed {
        target,
        origin,
        part: at.0,
        run: at.1,
        first_row: rows.start,
        ts: ts.to_vec(),
        codes: codes.to_vec(),
    })
}

/// One partition's pass of a fold.
struct PartScan<'a, F: Fold> {
    fold: &'a F,
    filter: &'a Filter,
    reading: &'a Reading<'a>,
    out: F::Out,
    /// (time, piece, place) of the rows of a profile that has several pieces.
    scratch: Vec<(i64, u32, u32)>,
    events: usize,
}

impl<F: Fold> PartScan<'_, F> {
    /// Steps one profile's wanted events, pieces given in the order that decides between events of one instant.
    fn profile(&mut self, profile: ProfileId, pieces: &[Piece<'_>]) {
        let mut state = None;
        if let [only] = pieces {
            for at in 0..only.ts.len() {
                self.row(profile, only, at, &mut state);
            }
        } else {
            let mut scratch = std::mem::take(&mut self.scratch);
            scratch.clear();
            for (index, piece) in pieces.iter().enumerate() {
                let places = piece.ts.iter().zip(piece.codes).enumerate();
                let taken = places.filter(|(_, (ts, code))| self.filter.takes(**ts, **code));
                scratch.extend(taken.map(|(at, (ts, _))| (*ts, index as u32, at as u32)));
            }
            // Stable: at one instant the order of pieces and of rows within them stays.
            scratch.sort_by_key(|(ts, ..)| *ts);
            for (_, index, at) in &scratch {
                self.row(profile, &pieces[*index as usize], *at as usize, &mut state);
            }
            self.scratch = scratch;
        }
        if let Some(state) = state {
            self.fold.finish(profile, state, &mut self.out);
        }
    }

    #[inline]
    fn row(&mut self, profile: ProfileId, piece: &Piece<'_>, at: usize, state: &mut Option<F::State>) {
        let (ts, code) = (piece.ts[at], piece.codes[at]);
        if !self.filter.takes(ts, code) {
            return;
        }
        self.events += 1;
        let event = EventRef {
            reading: self.reading,
            run: piece.run,
            row: piece.first_row + at as u32,
            ts,
            code,
            profile,
            properties: OnceCell::new(),
            context: OnceCell::new(),
        };
        self.fold.step(state.get_or_insert_with(|| self.fold.begin(profile)), &event);
    }
}
