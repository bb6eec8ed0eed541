//! Running a fold over a snapshot.
//!
//! Partitions are scanned in parallel; when there are few of them, each is cut into slices of profiles. Rows of absorbed
//! profiles may lie in any partition, so they are looked up first, by the sorted list of absorbed profiles, and joined to
//! their target's rows when its turn comes. The walk over the rows is in [`crate::walk`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rapport_domain::{Event, Partition, ProfileId};

use crate::cancel::CancelFlag;
use crate::columns::Columns;
use crate::compiled::At;
use crate::error::LakeError;
use crate::event_ref::{OpenRun, Reading};
use crate::fold::Fold;
use crate::hot::HotRun;
use crate::parallel::in_parallel;
use crate::query::Query;
use crate::select::Selection;
use crate::snapshot::{Run, Snapshot};
use crate::telemetry;
use crate::walk::{Lane, Walk};
use crate::whole::{Room, read_ahead};

/// Pieces of work for each thread, so that one that is done early has something left to take.
const PIECES_PER_THREAD: usize = 4;

/// Key columns of a run: in memory anyway, or decoded and shared.
pub(crate) enum Keys {
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

/// The keys of a partition's runs; `None` for those without a wanted event and for damaged files.
type PartKeys = Vec<Option<Keys>>;

/// A wanted row: when, its place and code, and a bit for each filter it passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) ts: i64,
    pub(crate) row: u32,
    pub(crate) code: u32,
    pub(crate) passed: u64,
}

/// Wanted rows of one absorbed profile in one run, copied so that no other partition is held in memory.
pub(crate) struct Absorbed {
    pub(crate) target: u64,
    origin: u64,
    pub(crate) part: usize,
    pub(crate) run: usize,
    pub(crate) rows: Vec<Row>,
    /// The events of these rows, where they were read ahead; else none.
    pub(crate) ahead: Vec<Event>,
}

impl Absorbed {
    /// The event of one of its rows, if it was read ahead.
    pub(crate) fn ahead_of(&self, row: u32) -> Option<&Event> {
        if self.ahead.is_empty() {
            return None;
        }
        self.ahead.get(self.rows.binary_search_by_key(&row, |r| r.row).ok()?)
    }
}

/// The keys of a partition while slices of it are scanned.
struct Held {
    keys: Mutex<Option<Arc<PartKeys>>>,
    left: AtomicUsize,
}

/// One slice of a partition: its place and how many there are.
#[derive(Clone, Copy)]
struct Slice {
    at: usize,
    of: usize,
}

impl Snapshot {
    /// Runs a fold over all events of the snapshot. Damaged files are left out and named in [`Snapshot::warnings`].
    ///
    /// # Errors
    /// `Cancelled`, `TimedOut`, `Io`, `Corrupt` when a file breaks while it is read, `Worker` when the fold panics.
    pub fn run<F: Fold>(&self, fold: &F, cancel: &CancelFlag) -> Result<F::Out, LakeError> {
        let start = Instant::now();
        let query = Query::of(fold, &self.names)?;
        let absorbed = self.absorbed(&query, &Room::new(fold.replays()), cancel)?;
        let parts: Vec<usize> = match self.scope {
            Some(only) => vec![usize::from(only)],
            None => (0..self.parts.len()).collect(),
        };
        let pieces = if self.threads > 1 { self.threads * PIECES_PER_THREAD } else { 1 };
        let of = pieces.div_ceil(parts.len());
        let held: Vec<Held> =
            parts.iter().map(|_| Held { keys: Mutex::default(), left: AtomicUsize::new(of) }).collect();
        let scanned = AtomicUsize::new(0);
        let outs = in_parallel(self.threads, parts.len() * of, |piece| {
            let (part, held) = (parts[piece / of], &held[piece / of]);
            let keys = {
                let mut slot = held.keys.lock();
                match &*slot {
                    Some(keys) => Arc::clone(keys),
                    None => Arc::clone(slot.insert(Arc::new(self.keys(part, &query, of.min(self.threads))?))),
                }
            };
            let slice = Slice { at: piece % of, of };
            let (out, events) = self.scan_slice(fold, &query, part, &keys, slice, &absorbed[part], cancel)?;
            if held.left.fetch_sub(1, Ordering::AcqRel) == 1 {
                *held.keys.lock() = None;
            }
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

    /// The key columns of a partition's runs, decoded on up to `threads` threads.
    fn keys(&self, part: usize, query: &Query, threads: usize) -> Result<PartKeys, LakeError> {
        let runs = &self.parts[part].runs;
        in_parallel(threads, runs.len(), |at| {
            if !query.may_touch(&runs[at]) {
                return Ok(None);
            }
            match &runs[at] {
                Run::Hot(hot) => Ok(Some(Keys::Hot(Arc::clone(hot)))),
                Run::File(file) => match self.caches.keys(file) {
                    Ok(columns) => Ok(Some(Keys::File(columns))),
                    Err(LakeError::Corrupt { reason, .. }) => {
                        self.warn(file, &reason);
                        Ok(None)
                    }
                    Err(e) => Err(e),
                },
            }
        })
    }

    /// Wanted rows of absorbed profiles, by the partition of their target, sorted by target, origin and age.
    fn absorbed(&self, query: &Query, room: &Room, cancel: &CancelFlag) -> Result<Vec<Vec<Absorbed>>, LakeError> {
        let mut by_part: Vec<Vec<Absorbed>> = self.parts.iter().map(|_| Vec::new()).collect();
        if self.merges.is_empty() {
            return Ok(by_part);
        }
        let found = in_parallel(self.threads, self.parts.len(), |part| {
            cancel.check()?;
            let list = &self.merges.by_origin;
            let home = |o: u64| usize::from(ProfileId(o).home().0);
            let mine = list.partition_point(|(o, _)| home(*o) < part)..list.partition_point(|(o, _)| home(*o) <= part);
            let mut found = Vec::new();
            let reading = Reading::new(&self.names, &self.caches);
            if !mine.is_empty() {
                for (run, keys) in self.keys(part, query, 1)?.iter().enumerate() {
                    let Some(keys) = keys else { continue };
                    let run_of = &self.parts[part].runs[run];
                    let open = OpenRun::new(run_of.clone(), query.places_in(run_of));
                    let mut selection = Selection::new(query, At { open: &open, reading: &reading, keys });
                    let before = found.len();
                    for (origin, target) in &list[mine.clone()] {
                        if self.scope.is_some_and(|p| Partition(p) != ProfileId(*target).home()) {
                            continue;
                        }
                        let mut rows = Vec::new();
                        for span in keys.spans_of(*origin) {
                            selection.each(keys.rows_between(span, query.from, query.to), |row, passed| {
                                let ts = keys.ts_in(span, row);
                                rows.push(Row { ts, row, code: keys.codes.get(row as usize), passed });
                            });
                        }
                        if !rows.is_empty() {
                            found.push(Absorbed {
                                target: *target,
                                origin: *origin,
                                part,
                                run,
                                rows,
                                ahead: Vec::new(),
                            });
                        }
                    }
                    cancel.check()?;
                    read_ahead(run_of, self.workspace, &mut found[before..], room)?;
                }
            }
            reading.outcome().map(|()| found)
        })?;
        for one in found.into_iter().flatten() {
            if let Some(list) = by_part.get_mut(usize::from(ProfileId(one.target).home().0)) {
                list.push(one);
            }
        }
        by_part.iter_mut().for_each(|list| list.sort_by_key(|a| (a.target, a.origin, a.run)));
        Ok(by_part)
    }

    #[allow(clippy::too_many_arguments)]
    fn scan_slice<F: Fold>(
        &self,
        fold: &F,
        query: &Query,
        part: usize,
        keys: &PartKeys,
        slice: Slice,
        absorbed: &[Absorbed],
        cancel: &CancelFlag,
    ) -> Result<(F::Out, usize), LakeError> {
        cancel.check()?;
        let (from, to) = bounds(keys, slice);
        let inside = |p: u64| p >= from && to.is_none_or(|to| p < to);
        let first = absorbed.partition_point(|a| a.target < from);
        let absorbed = &absorbed[first..first + absorbed[first..].iter().take_while(|a| inside(a.target)).count()];
        let open = |run: &Run| OpenRun::new(run.clone(), query.places_in(run));
        let runs: Vec<Vec<OpenRun>> = (self.parts.iter().enumerate())
            .map(
                |(p, list)| {
                    if p == part || !absorbed.is_empty() { list.runs.iter().map(open).collect() } else { vec![] }
                },
            )
            .collect();
        let reading = Reading::new(&self.names, &self.caches);
        let lanes = (keys.iter().zip(&runs[part]))
            .filter_map(|(keys, open)| keys.as_ref().map(|keys| At { open, reading: &reading, keys }))
            .map(|at| Lane::new(at, query, from, to))
            .collect();
        let gone = &self.merges.by_origin;
        let gone = &gone[gone.partition_point(|(origin, _)| *origin < from)..];
        Walk::new(fold, query, &reading).run(lanes, absorbed, &runs, gone, cancel)
    }
}

/// The profiles of a slice, `from..to`: about equally many rows of the largest run lie in each.
fn bounds(keys: &PartKeys, slice: Slice) -> (u64, Option<u64>) {
    let Some(largest) = keys.iter().flatten().max_by_key(|k| k.rows()) else {
        return (if slice.at == 0 { 0 } else { u64::MAX }, (slice.at + 1 < slice.of).then_some(u64::MAX));
    };
    let at = |n: usize| {
        let row = (largest.rows() as u64 * n as u64 / slice.of as u64) as u32;
        let span = largest.starts.partition_point(|s| *s <= row).saturating_sub(1);
        largest.profiles.get(span).copied().unwrap_or(u64::MAX)
    };
    (if slice.at == 0 { 0 } else { at(slice.at) }, (slice.at + 1 < slice.of).then(|| at(slice.at + 1)))
}
