//! Reading: recent records from memory, older ones from their segment file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rapport_domain::Partition;

use crate::error::LogError;
use crate::frame;
use crate::read::{ReadBatch, Slice};
use crate::scan::{READ_AHEAD_BYTES, Window};
use crate::state::{Hint, Inner, State};
use crate::telemetry::{self, Metric};

/// Where the records asked for are.
enum Source {
    Nothing,
    Memory(Vec<Slice>),
    File(Place),
}

/// A stretch of a segment file.
struct Place {
    segment: u64,
    path: PathBuf,
    position: u64,
    end: u64,
}

/// See [`crate::Log::read`].
pub(crate) fn read(
    state: &State,
    partition: Partition,
    from: u64,
    max_records: usize,
    max_bytes: usize,
) -> Result<ReadBatch, LogError> {
    let p = usize::from(partition.0);
    if partition.0 >= state.partitions() {
        return Err(LogError::UnknownPartition { partition, partitions: state.partitions() });
    }
    let mut batch = ReadBatch::new(from, max_records, max_bytes);
    loop {
        let source = locate(&state.lock(), &state.dir, partition, from, max_records, max_bytes)?;
        match source {
            Source::Nothing => {}
            Source::Memory(slices) => {
                for slice in slices {
                    if batch.is_full() {
                        break;
                    }
                    // What was written from memory is intact there.
                    batch.take(&slice).map_err(|detail| LogError::corrupt(Path::new("memory"), 0, detail))?;
                }
            }
            Source::File(place) => {
                telemetry::count(Metric::FileReads, 1);
                let file = match File::open(&place.path) {
                    // Released and deleted since it was located: the next look says so.
                    Err(e) if e.kind() == io::ErrorKind::NotFound && is_gone(state, place.segment) => continue,
                    opened => opened.map_err(|e| LogError::io("open a log segment", e))?,
                };
                let hint = follow(&file, &place, partition, &mut batch)?;
                state.lock().hints[p] = Some(hint);
            }
        }
        return Ok(batch);
    }
}

fn is_gone(state: &State, segment: u64) -> bool {
    state.lock().segments.iter().all(|s| s.number != segment)
}

fn locate(
    inner: &Inner,
    dir: &Path,
    partition: Partition,
    from: u64,
    max_records: usize,
    max_bytes: usize,
) -> Result<Source, LogError> {
    let p = usize::from(partition.0);
    let (first, head) = (inner.first(p), inner.heads[p]);
    if from < first {
        return Err(LogError::Trimmed { partition, from, first });
    }
    if from > head {
        return Err(LogError::Ahead { partition, from, head });
    }
    if from == head {
        return Ok(Source::Nothing);
    }
    let slices = inner.tail.slices(p, from, max_records.max(1), max_bytes.max(1));
    if !slices.is_empty() {
        return Ok(Source::Memory(slices));
    }
    let after = inner.segments.partition_point(|s| s.base[p] <= from);
    let Some(segment) = inner.segments.get(after.saturating_sub(1)) else { return Ok(Source::Nothing) };
    let hint = inner.hints[p].filter(|h| h.segment == segment.number && h.offset == from);
    let position = hint.map_or_else(|| segment.position_before(p, from), |h| h.position);
    Ok(Source::File(Place { segment: segment.number, path: segment.path(dir), position, end: segment.end }))
}

/// Reads the partition's slices of one segment until the batch is full; says in which block to go on. What is sound before
/// a damaged place is given first: the read after it begins at the damage and fails.
fn follow(file: &File, place: &Place, partition: Partition, batch: &mut ReadBatch) -> Result<Hint, LogError> {
    let mut window = Window::new(file, place.end, READ_AHEAD_BYTES);
    let mut position = place.position;
    while position < place.end {
        match take_block(&mut window, place, position, partition, batch) {
            Ok(end) => position = end,
            Err(LogError::Corrupt { .. }) if !batch.is_empty() => break,
            Err(error) => return Err(error),
        }
        if batch.is_full() {
            break;
        }
    }
    if batch.is_empty() {
        let detail = format!("offset {} of partition {} is missing", batch.next_offset(), partition.0);
        return Err(LogError::corrupt(&place.path, position, detail));
    }
    Ok(Hint { offset: batch.next_offset(), segment: place.segment, position })
}

/// Takes what the batch wants of the block at `position`. Answers where to go on: there, while the batch holds not all of
/// the partition's records in it, else behind it.
fn take_block(
    window: &mut Window<'_>,
    place: &Place,
    position: u64,
    partition: Partition,
    batch: &mut ReadBatch,
) -> Result<u64, LogError> {
    let failed = |e| LogError::io("read a log segment", e);
    let corrupt = |at: u64, detail: String| LogError::corrupt(&place.path, at, detail);
    let header =
        window.header(place.segment, position).map_err(failed)?.map_err(|bad| corrupt(position, bad.detail))?;
    let wanted = header.positions().find(|(_, s)| s.partition == partition && s.end() > batch.next_offset());
    let Some((at, index)) = wanted else { return Ok(header.end()) };
    if index.first > batch.next_offset() {
        let detail = format!("offset {} of partition {} is missing", batch.next_offset(), partition.0);
        return Err(corrupt(position, detail));
    }
    let bytes = window.get(at, index.bytes as usize).map_err(failed)?;
    frame::check(bytes, index.count).map_err(|(inside, detail)| corrupt(at + inside as u64, detail))?;
    let slice = Slice { first: index.first, count: index.count, data: Bytes::copy_from_slice(bytes) };
    batch.take(&slice).map_err(|detail| corrupt(at, detail))?;
    Ok(if batch.next_offset() < index.end() { position } else { header.end() })
}
