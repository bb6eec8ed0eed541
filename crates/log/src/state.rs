//! What readers, the writer and the consumers' releases share: heads, releases, segments, recent blocks.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use rapport_domain::Partition;

use crate::block::Header;
use crate::disk;
use crate::error::LogError;
use crate::segment::Segment;
use crate::tail::TailCache;
use crate::telemetry::{self, Metric};

/// How long a failed commit counts as trouble when none was tried after it: somebody must be let in to try.
const TROUBLE: Duration = Duration::from_secs(10);

/// The shared state behind its one lock. Nothing is read from or written to disk while the lock is held.
#[derive(Debug)]
pub(crate) struct State {
    inner: Mutex<Inner>,
    /// Held while files are deleted, so that they go in order.
    deleting: Mutex<()>,
    /// When the last commit failed and how; nothing when it succeeded.
    failed: Mutex<Option<(Instant, LogError)>>,
    /// One per partition: rung when its head moves or somebody wakes it.
    bells: Vec<Condvar>,
    pub(crate) dir: PathBuf,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// The next offset of each partition; all below is durable.
    pub(crate) heads: Vec<u64>,
    released: Vec<u64>,
    woken: Vec<bool>,
    /// Where each partition's last file read ended: offset, segment, block position.
    pub(crate) hints: Vec<Option<Hint>>,
    /// Oldest first. The last one is never deleted: it alone keeps the heads.
    pub(crate) segments: VecDeque<Segment>,
    pub(crate) tail: TailCache,
    /// Segments that are released but whose files are still there, oldest first.
    condemned: VecDeque<u64>,
}

/// The block in which a reader will go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hint {
    pub(crate) offset: u64,
    pub(crate) segment: u64,
    pub(crate) position: u64,
}

impl Inner {
    /// The first offset still there.
    pub(crate) fn first(&self, partition: usize) -> u64 {
        self.segments.front().map_or(self.heads[partition], |s| s.base[partition])
    }

    /// Condemns the oldest segments as long as all they hold is released.
    fn condemn_released(&mut self) -> bool {
        while let Some(next) = self.segments.get(1) {
            if next.base.iter().zip(&self.released).any(|(base, released)| released < base) {
                break;
            }
            let next = next.number;
            self.condemned.extend(self.segments.pop_front().map(|s| s.number));
            self.tail.drop_before(next);
        }
        telemetry::set(Metric::Segments, self.segments.len());
        !self.condemned.is_empty()
    }
}

impl State {
    pub(crate) fn new(dir: &Path, heads: Vec<u64>, segments: VecDeque<Segment>, tail_cache_bytes: usize) -> Self {
        let partitions = heads.len();
        let inner = Inner {
            released: vec![0; partitions],
            woken: vec![false; partitions],
            hints: vec![None; partitions],
            tail: TailCache::new(partitions as u16, tail_cache_bytes),
            condemned: VecDeque::new(),
            segments,
            heads,
        };
        telemetry::set(Metric::Segments, inner.segments.len());
        let bells = (0..partitions).map(|_| Condvar::new()).collect();
        State {
            inner: Mutex::new(inner),
            deleting: Mutex::new(()),
            failed: Mutex::new(None),
            bells,
            dir: dir.to_path_buf(),
        }
    }

    pub(crate) fn partitions(&self) -> u16 {
        self.bells.len() as u16
    }

    pub(crate) fn lock(&self) -> parking_lot::MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    /// Notes how a commit ended.
    pub(crate) fn note(&self, outcome: &Result<(), LogError>) {
        *self.failed.lock() = outcome.as_ref().err().map(|error| (Instant::now(), error.clone()));
    }

    /// See [`crate::Log::trouble`].
    pub(crate) fn trouble(&self) -> Option<LogError> {
        self.failed.lock().as_ref().filter(|(at, _)| at.elapsed() < TROUBLE).map(|(_, error)| error.clone())
    }

    /// Makes a durable block visible.
    pub(crate) fn publish(&self, header: &Header, block: &Bytes) {
        let mut inner = self.inner.lock();
        for slice in &header.slices {
            inner.heads[usize::from(slice.partition.0)] = slice.end();
        }
        let Inner { heads, segments, tail, .. } = &mut *inner;
        if let Some(active) = segments.back_mut() {
            active.extend(header.end(), heads);
        }
        tail.push(header, block);
        telemetry::set(Metric::TailCacheBytes, tail.bytes());
        drop(inner);
        for slice in &header.slices {
            self.bells[usize::from(slice.partition.0)].notify_all();
        }
    }

    /// Adds a new segment, which also makes the one before deletable.
    pub(crate) fn add_segment(&self, segment: Segment) {
        let mut inner = self.inner.lock();
        inner.segments.push_back(segment);
        let any = inner.condemn_released();
        drop(inner);
        if any {
            self.delete_condemned();
        }
    }

    /// See [`crate::Log::release`].
    pub(crate) fn release(&self, partition: Partition, upto: u64) {
        let p = usize::from(partition.0);
        let mut inner = self.inner.lock();
        let Some(released) = inner.released.get_mut(p) else { return };
        *released = upto.max(*released);
        let Inner { released, tail, .. } = &mut *inner;
        tail.drop_released(released);
        telemetry::set(Metric::TailCacheBytes, tail.bytes());
        let any = inner.condemn_released();
        drop(inner);
        if any {
            self.delete_condemned();
        }
    }

    /// Deletes the files of condemned segments, oldest first: a crash between two, or one that cannot be deleted, must
    /// not leave a gap that looks like a lost file.
    fn delete_condemned(&self) {
        let _in_order = self.deleting.lock();
        loop {
            let Some(number) = self.inner.lock().condemned.front().copied() else { break };
            let path = self.dir.join(crate::segment::file_name(number));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(log.file = %path.display(), %error, "cannot delete a released log segment yet");
                    break;
                }
                _ => self.inner.lock().condemned.pop_front(),
            };
        }
        if let Err(error) = disk::sync_dir(&self.dir) {
            tracing::warn!(log.dir = %self.dir.display(), %error, "cannot make the deletion of log segments durable");
        }
    }

    /// See [`crate::Log::wait`].
    pub(crate) fn wait(&self, partition: Partition, from: u64, timeout: Duration) -> bool {
        let p = usize::from(partition.0);
        let Some(bell) = self.bells.get(p) else { return false };
        let deadline = Instant::now().checked_add(timeout);
        let mut inner = self.inner.lock();
        while inner.heads[p] <= from && !inner.woken[p] {
            match deadline {
                Some(deadline) if bell.wait_until(&mut inner, deadline).timed_out() => break,
                Some(_) => {}
                None => bell.wait(&mut inner),
            }
        }
        inner.woken[p] = false;
        inner.heads[p] > from
    }

    /// See [`crate::Log::wake`].
    pub(crate) fn wake(&self, partition: Partition) {
        let p = usize::from(partition.0);
        if let Some(woken) = self.inner.lock().woken.get_mut(p) {
            *woken = true;
            self.bells[p].notify_all();
        }
    }
}
