//! The most recent blocks, in memory: a consumer that keeps up never reads a file. Bounded in bytes; blocks every
//! consumer has released leave at once.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::block::Header;
use crate::read::Slice;

/// Recent blocks, by partition and by age.
#[derive(Debug)]
pub(crate) struct TailCache {
    slices: Vec<VecDeque<Slice>>,
    blocks: VecDeque<Block>,
    bytes: usize,
    limit_bytes: usize,
}

#[derive(Debug)]
struct Block {
    bytes: usize,
    segment: u64,
    /// The partitions with records in it, with the offset after the last.
    ends: Vec<(usize, u64)>,
}

impl TailCache {
    pub(crate) fn new(partitions: u16, limit_bytes: usize) -> Self {
        let slices = (0..partitions).map(|_| VecDeque::new()).collect();
        TailCache { slices, blocks: VecDeque::new(), bytes: 0, limit_bytes }
    }

    /// Adds the newest block, whole as written.
    pub(crate) fn push(&mut self, header: &Header, block: &Bytes) {
        for (position, index) in header.positions() {
            let start = (position - header.position) as usize;
            let data = block.slice(start..start + index.bytes as usize);
            let slice = Slice { first: index.first, count: index.count, data };
            self.slices[usize::from(index.partition.0)].push_back(slice);
        }
        let ends = header.slices.iter().map(|s| (usize::from(s.partition.0), s.end())).collect();
        self.blocks.push_back(Block { bytes: block.len(), segment: header.segment, ends });
        self.bytes += block.len();
        while self.bytes > self.limit_bytes && !self.blocks.is_empty() {
            self.evict();
        }
    }

    fn evict(&mut self) {
        if let Some(block) = self.blocks.pop_front() {
            self.bytes -= block.bytes;
            for (partition, _) in block.ends {
                self.slices[partition].pop_front();
            }
        }
    }

    /// Drops the oldest blocks as long as all their records are released.
    pub(crate) fn drop_released(&mut self, released: &[u64]) {
        while self.blocks.front().is_some_and(|b| b.ends.iter().all(|(p, end)| *end <= released[*p])) {
            self.evict();
        }
    }

    /// Drops the blocks of segments before `segment`.
    pub(crate) fn drop_before(&mut self, segment: u64) {
        while self.blocks.front().is_some_and(|b| b.segment < segment) {
            self.evict();
        }
    }

    /// The slices from the one with offset `from` on, until they hold `records` records or `bytes` bytes. Nothing when
    /// `from` is older than what is held.
    pub(crate) fn slices(&self, partition: usize, from: u64, records: usize, bytes: usize) -> Vec<Slice> {
        let held = &self.slices[partition];
        let Some(start) = held.partition_point(|s| s.first <= from).checked_sub(1) else { return Vec::new() };
        let mut wanted = (records as u64, bytes as u64);
        held.range(start..)
            .take_while(|slice| {
                let more = wanted.0 > 0 && wanted.1 > 0;
                let skipped = from.saturating_sub(slice.first);
                wanted.0 = wanted.0.saturating_sub(u64::from(slice.count) - skipped.min(u64::from(slice.count)));
                // The first slice may begin long before `from`, so only later ones count in bytes.
                wanted.1 = wanted.1.saturating_sub(if skipped == 0 { slice.data.len() as u64 } else { 0 });
                more
            })
            .cloned()
            .collect()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
