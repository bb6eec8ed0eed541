//! What a snapshot holds, in a few numbers: which events, for results that are kept, and from when to when.

use rapport_domain::Timestamp;
use rapport_domain::hash::hash64;

use crate::snapshot::{Run, Snapshot};

impl Snapshot {
    /// The times of the earliest and the latest event; `None` without events. Merged and erased profiles' files may make it
    /// wider than what is left.
    #[must_use]
    pub fn times(&self) -> Option<(Timestamp, Timestamp)> {
        let times = self.parts.iter().flat_map(|p| &p.runs).map(Run::times);
        let all = times.reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))?;
        Some((Timestamp(all.0), Timestamp(all.1)))
    }

    /// Changes whenever events are added, erased, or counted for another profile; the same as long as nothing of that
    /// happened, whatever was flushed or compacted meanwhile. Damage found in files does not change it.
    #[must_use]
    pub fn watermark(&self) -> u64 {
        let mut mark = hash64(0, &self.workspace().0.to_le_bytes());
        for part in &self.parts {
            let rows: u64 = part
                .runs
                .iter()
                .map(|run| match run {
                    Run::File(file) => file.meta.rows,
                    Run::Hot(hot) => hot.rows.len() as u64,
                })
                .sum();
            mark = hash64(mark, &part.seen.to_le_bytes());
            mark = hash64(mark, &rows.to_le_bytes());
        }
        for (origin, target) in &self.merges.by_origin {
            mark = hash64(mark, &origin.to_le_bytes());
            mark = hash64(mark, &target.to_le_bytes());
        }
        mark
    }
}
