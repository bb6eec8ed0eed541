//! Opening: what is on disk becomes the state, or the damage is named.
//!
//! - A segment that is not the last must hold every offset up to where the next one begins. What lies after that was
//!   never acknowledged (a commit that failed) and is ignored; anything missing or damaged before it is corruption.
//! - The last segment is read and checked whole. A tail that no sound block follows was being written when the process
//!   or machine stopped: it is cut off. A bad block that a sound one follows had been acknowledged: corruption.
//! - What is found is synced before anybody sees it: after a killed process it may exist in the page cache only.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::disk::{Disk, TEMPORARY, sync_dir};
use crate::error::LogError;
use crate::scan::{SCAN_AHEAD_BYTES, Window, advance};
use crate::segment::{self, Segment};
use crate::telemetry::{self, Metric};
use crate::writer::Active;

const META: &str = "meta";
const LOCK: &str = "lock";
const LOCK_PATIENCE: Duration = Duration::from_millis(500);

/// What opening found.
pub(crate) struct Recovered {
    pub(crate) segments: VecDeque<Segment>,
    pub(crate) heads: Vec<u64>,
    pub(crate) active: Option<Active>,
    pub(crate) next_number: u64,
}

/// Takes the directory for this process; held as long as the file is. A lock can outlive its holder for a moment: when
/// a killed process is being cleaned up, and when a process that just forked has not executed its program yet. So a
/// taken lock is asked for again for up to [`LOCK_PATIENCE`].
pub(crate) fn lock(dir: &Path) -> Result<File, LogError> {
    fs::create_dir_all(dir).map_err(|e| LogError::io("create the log directory", e))?;
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(dir.join(LOCK));
    let file = file.map_err(|e| LogError::io("open the log's lock file", e))?;
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(fs::TryLockError::WouldBlock) => return Err(LogError::Locked { dir: dir.to_path_buf() }),
            Err(fs::TryLockError::Error(e)) => return Err(LogError::io("lock the log directory", e)),
        }
    }
}

/// Reads how many partitions the log was created with; nothing when it was not created yet.
pub(crate) fn read_meta(dir: &Path) -> Result<Option<u16>, LogError> {
    let path = dir.join(META);
    let mut text = String::new();
    let opened = File::open(&path).and_then(|file| file.take(1024).read_to_string(&mut text));
    match opened {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            if segment::list(dir)?.is_empty() {
                return Ok(None);
            }
            Err(LogError::corrupt(&path, 0, "the file is missing, but there are segments"))
        }
        Err(e) if e.kind() == io::ErrorKind::InvalidData => Err(LogError::corrupt(&path, 0, "it is not text")),
        Err(e) => Err(LogError::io("read the log's meta file", e)),
        Ok(_) => parse_meta(&text)
            .map(Some)
            .ok_or_else(|| LogError::corrupt(&path, 0, "expected `rapport-log 1` and `partitions N`")),
    }
}

fn parse_meta(text: &str) -> Option<u16> {
    let mut lines = text.lines();
    lines.next().filter(|line| *line == "rapport-log 1")?;
    lines.next()?.strip_prefix("partitions ")?.parse().ok().filter(|n| *n > 0)
}

/// Writes or compares the number of partitions.
pub(crate) fn settle_meta(disk: &Disk, dir: &Path, partitions: u16) -> Result<(), LogError> {
    match read_meta(dir)? {
        Some(found) if found == partitions => Ok(()),
        Some(found) => Err(LogError::PartitionsDiffer { dir: dir.to_path_buf(), found, expected: partitions }),
        None => {
            let text = format!("rapport-log 1\npartitions {partitions}\n");
            disk.replace(dir, META, |file| file.write_all_at(text.as_bytes(), 0))
                .map_err(|e| LogError::io("write the log's meta file", e))?;
            Ok(())
        }
    }
}

/// Removes files an interrupted creation left.
pub(crate) fn remove_temporary(dir: &Path) -> Result<(), LogError> {
    let failed = |e| LogError::io("clean the log directory", e);
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().ends_with(TEMPORARY) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// Opens one segment file and reads its header.
pub(crate) fn open_segment(dir: &Path, number: u64, partitions: u16) -> Result<(File, Segment), LogError> {
    let path = dir.join(segment::file_name(number));
    let file = OpenOptions::new().read(true).write(true).open(&path);
    let file = file.map_err(|e| LogError::io("open a log segment", e))?;
    let segment = segment::read_header(&file, &path, number, partitions)?;
    Ok((file, segment))
}

/// Checks that no segment is missing between the first and the last.
pub(crate) fn check_numbers(dir: &Path, numbers: &[u64]) -> Result<(), LogError> {
    match numbers.windows(2).find(|pair| pair[0] + 1 != pair[1]) {
        None => Ok(()),
        Some(gap) => {
            let missing = dir.join(segment::file_name(gap[0] + 1));
            Err(LogError::corrupt(&missing, 0, format!("the file is missing; segment {} is there", gap[1])))
        }
    }
}

/// Reads the whole directory.
pub(crate) fn recover(dir: &Path, partitions: u16) -> Result<Recovered, LogError> {
    let numbers = segment::list(dir)?;
    check_numbers(dir, &numbers)?;
    let opened = numbers.iter().map(|n| open_segment(dir, *n, partitions)).collect::<Result<Vec<_>, _>>()?;
    let bases: Vec<_> = opened.iter().skip(1).map(|(_, s)| s.base.clone()).collect();
    let mut recovered = Recovered {
        segments: VecDeque::new(),
        heads: vec![0; usize::from(partitions)],
        active: None,
        next_number: numbers.last().map_or(0, |n| n + 1),
    };
    for (i, (file, mut segment)) in opened.into_iter().enumerate() {
        match bases.get(i) {
            Some(next_base) => scan_closed(&file, &mut segment, &segment_path(dir, i, &numbers), next_base)?,
            None => {
                recovered.heads = scan_last(&file, &mut segment, &segment_path(dir, i, &numbers))?;
                file.sync_all().map_err(|e| LogError::io("sync a log segment", e))?;
                recovered.active = Some(Active { number: segment.number, file, position: segment.end });
            }
        }
        recovered.segments.push_back(segment);
    }
    sync_dir(dir).map_err(|e| LogError::io("sync the log directory", e))?;
    Ok(recovered)
}

fn segment_path(dir: &Path, i: usize, numbers: &[u64]) -> std::path::PathBuf {
    dir.join(segment::file_name(numbers[i]))
}

fn file_bytes(file: &File) -> Result<u64, LogError> {
    Ok(file.metadata().map_err(|e| LogError::io("look at a log segment", e))?.len())
}

/// Walks the headers of a segment that is not the last, up to where the next one begins.
fn scan_closed(file: &File, segment: &mut Segment, path: &Path, next_base: &[u64]) -> Result<(), LogError> {
    let failed = |e| LogError::io("read a log segment", e);
    let mut window = Window::new(file, file_bytes(file)?, crate::scan::READ_AHEAD_BYTES);
    let mut heads = segment.base.to_vec();
    while heads != next_base {
        let position = segment.end;
        let corrupt = |detail: String| {
            LogError::corrupt(path, position, format!("{detail}; the next segment says that records follow here"))
        };
        let header = window.header(segment.number, position).map_err(failed)?.map_err(|bad| corrupt(bad.detail))?;
        advance(&mut heads, &header).map_err(corrupt)?;
        segment.extend(header.end(), &heads);
    }
    Ok(())
}

/// Reads the last segment whole, cuts off a torn tail, and gives the heads.
fn scan_last(file: &File, segment: &mut Segment, path: &Path) -> Result<Vec<u64>, LogError> {
    let failed = |e| LogError::io("read a log segment", e);
    let bytes = file_bytes(file)?;
    let mut window = Window::new(file, bytes, SCAN_AHEAD_BYTES);
    let mut heads = segment.base.to_vec();
    let (at, detail) = loop {
        let position = segment.end;
        match window.header(segment.number, position).map_err(failed)? {
            Ok(header) => {
                if let Err((at, detail)) = window.check_records(&header).map_err(failed)? {
                    break (at, detail);
                }
                advance(&mut heads, &header).map_err(|detail| LogError::corrupt(path, position, detail))?;
                segment.extend(header.end(), &heads);
            }
            Err(bad) if bad.may_be_torn => break (position, bad.detail),
            Err(bad) => return Err(LogError::corrupt(path, position, bad.detail)),
        }
    };
    if window.is_zero_from(segment.end).map_err(failed)? {
        return Ok(heads);
    }
    if let Some(sound) = window.find_header(segment.number, segment.end + 1).map_err(failed)? {
        return Err(LogError::corrupt(path, at, format!("{detail}; a sound block follows at byte {sound}")));
    }
    tracing::warn!(
        log.file = %path.display(), log.position = segment.end, log.cut_bytes = bytes - segment.end, detail,
        "cut off an unfinished commit at the end of the log; it had not been acknowledged"
    );
    telemetry::count(Metric::TornTails, 1);
    file.set_len(segment.end).map_err(|e| LogError::io("cut off a torn log tail", e))?;
    Ok(heads)
}
