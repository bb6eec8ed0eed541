//! The backend of tests and simulations: the same promises, without a disk or threads.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use rapport_domain::Partition;

use crate::ack::Ack;
use crate::batch::AppendBatch;
use crate::error::LogError;
use crate::log::Log;
use crate::read::{ReadBatch, Slice};

/// How much an in-memory log holds before it refuses appends, in bytes, unless told otherwise.
const DEFAULT_CAPACITY_BYTES: usize = 1 << 30;
/// The advice of a full in-memory log, in milliseconds.
const RETRY_AFTER_MS: u64 = 100;

/// A log in memory. Appends are visible at once; released records go at once.
#[derive(Debug)]
pub struct MemoryLog {
    held: Mutex<Held>,
    bells: Vec<Condvar>,
    capacity_bytes: usize,
}

#[derive(Debug)]
struct Held {
    partitions: Vec<Stream>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Stream {
    first: u64,
    records: VecDeque<Bytes>,
    woken: bool,
}

impl Stream {
    fn head(&self) -> u64 {
        self.first + self.records.len() as u64
    }
}

impl MemoryLog {
    /// An empty log of that many partitions that holds up to 1 GiB.
    #[must_use]
    pub fn new(partitions: u16) -> Self {
        Self::with_capacity(partitions, DEFAULT_CAPACITY_BYTES)
    }

    /// An empty log that refuses appends as overloaded while it holds `capacity_bytes` of unreleased records.
    #[must_use]
    pub fn with_capacity(partitions: u16, capacity_bytes: usize) -> Self {
        let streams = (0..partitions).map(|_| Stream::default()).collect();
        let bells = (0..partitions).map(|_| Condvar::new()).collect();
        MemoryLog { held: Mutex::new(Held { partitions: streams, bytes: 0 }), bells, capacity_bytes }
    }
}

impl Log for MemoryLog {
    fn partitions(&self) -> u16 {
        self.bells.len() as u16
    }

    fn append(&self, batch: AppendBatch) -> Result<Ack, LogError> {
        batch.check_partitions(self.partitions())?;
        if batch.bytes() > self.capacity_bytes {
            return Err(LogError::TooLarge { bytes: batch.bytes(), limit: self.capacity_bytes });
        }
        let mut held = self.held.lock();
        if held.bytes + batch.bytes() > self.capacity_bytes {
            return Err(LogError::Overloaded { retry_after_ms: RETRY_AFTER_MS });
        }
        held.bytes += batch.bytes();
        for (partition, framed) in batch.framed() {
            held.partitions[usize::from(partition.0)].records.push_back(Bytes::copy_from_slice(framed));
        }
        drop(held);
        for (partition, _) in batch.framed() {
            self.bells[usize::from(partition.0)].notify_all();
        }
        Ok(Ack::ready())
    }

    fn read(
        &self,
        partition: Partition,
        from: u64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<ReadBatch, LogError> {
        let held = self.held.lock();
        let unknown = LogError::UnknownPartition { partition, partitions: self.partitions() };
        let stream = held.partitions.get(usize::from(partition.0)).ok_or(unknown)?;
        let (first, head) = (stream.first, stream.head());
        if from < first {
            return Err(LogError::Trimmed { partition, from, first });
        }
        if from > head {
            return Err(LogError::Ahead { partition, from, head });
        }
        let mut batch = ReadBatch::new(from, max_records, max_bytes);
        for (offset, record) in (from..head).zip(stream.records.range((from - first) as usize..)) {
            if batch.is_full() {
                break;
            }
            let slice = Slice { first: offset, count: 1, data: record.clone() };
            batch.take(&slice).map_err(|detail| LogError::corrupt("memory".as_ref(), offset, detail))?;
        }
        Ok(batch)
    }

    fn head(&self, partition: Partition) -> u64 {
        self.held.lock().partitions.get(usize::from(partition.0)).map_or(0, Stream::head)
    }

    fn first(&self, partition: Partition) -> u64 {
        self.held.lock().partitions.get(usize::from(partition.0)).map_or(0, |s| s.first)
    }

    fn wait(&self, partition: Partition, from: u64, timeout: Duration) -> bool {
        let p = usize::from(partition.0);
        let Some(bell) = self.bells.get(p) else { return false };
        let deadline = Instant::now().checked_add(timeout);
        let mut held = self.held.lock();
        while held.partitions[p].head() <= from && !held.partitions[p].woken {
            match deadline {
                Some(deadline) if bell.wait_until(&mut held, deadline).timed_out() => break,
                Some(_) => {}
                None => bell.wait(&mut held),
            }
        }
        held.partitions[p].woken = false;
        held.partitions[p].head() > from
    }

    fn wake(&self, partition: Partition) {
        let p = usize::from(partition.0);
        if let Some(stream) = self.held.lock().partitions.get_mut(p) {
            stream.woken = true;
            self.bells[p].notify_all();
        }
    }

    fn release(&self, partition: Partition, upto: u64) {
        let mut held = self.held.lock();
        let Held { partitions, bytes } = &mut *held;
        let Some(stream) = partitions.get_mut(usize::from(partition.0)) else { return };
        while stream.first < upto
            && let Some(record) = stream.records.pop_front()
        {
            *bytes -= record.len();
            stream.first += 1;
        }
    }

    /// Nothing to do: what is released is gone already.
    fn roll(&self) -> Result<(), LogError> {
        Ok(())
    }
}
