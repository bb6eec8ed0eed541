//! Which profiles were absorbed by which, per workspace, and the durable log of it.
//!
//! The log (`merges.log`) is a sequence of 29-byte records: operation, workspace, from, into, checksum. It is written before
//! any manifest, so a batch that is persisted has its merges persisted too.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rapport_domain::ProfileId;
use rapport_domain::hash::hash64;

use crate::error::LakeError;
use crate::manifest::replace_file;

const RECORD: usize = 29;
const ADD: u8 = 1;
const REMOVE: u8 = 0;

/// The absorbed profiles of a workspace, resolved: what a scan needs.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// (absorbed, final target), by absorbed.
    pub(crate) by_origin: Vec<(u64, u64)>,
}

impl Resolved {
    /// The profile that rows of `origin` belong to now.
    pub(crate) fn target(&self, origin: u64) -> u64 {
        self.by_origin.binary_search_by_key(&origin, |(o, _)| *o).map_or(origin, |at| self.by_origin[at].1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_origin.is_empty()
    }
}

#[derive(Debug, Default)]
struct Space {
    into: HashMap<u64, u64>,
    from: HashMap<u64, Vec<u64>>,
    resolved: Option<Arc<Resolved>>,
}

impl Space {
    fn target(&self, origin: u64) -> u64 {
        let mut at = origin;
        while let Some(next) = self.into.get(&at) {
            at = *next;
        }
        at
    }

    fn remove(&mut self, from: u64) {
        if let Some(into) = self.into.remove(&from)
            && let Some(list) = self.from.get_mut(&into)
        {
            list.retain(|p| *p != from);
            if list.is_empty() {
                self.from.remove(&into);
            }
        }
        self.resolved = None;
    }

    /// Adds an edge; one that would close a circle is refused.
    fn add(&mut self, from: u64, into: u64) -> bool {
        if self.into.get(&from) == Some(&into) || self.target(into) == from {
            return false;
        }
        self.remove(from);
        self.into.insert(from, into);
        self.from.entry(into).or_default().push(from);
        true
    }
}

/// The merge map of all workspaces.
#[derive(Debug)]
pub(crate) struct Merges {
    path: PathBuf,
    spaces: RwLock<BTreeMap<u32, Space>>,
    pending: Mutex<Vec<u8>>,
    /// Serialises writers; holds the durable length of the log.
    written: Mutex<u64>,
}

impl Merges {
    /// Reads the log. A torn tail (a crash while writing) is cut off; a log that is mostly history is rewritten.
    pub(crate) fn open(dir: &Path) -> Result<Merges, LakeError> {
        let path = dir.join("merges.log");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(LakeError::io(&path)(e)),
        };
        let mut spaces = BTreeMap::<u32, Space>::new();
        let mut good = 0;
        for record in bytes.chunks(RECORD) {
            let Some((op, ws, from, into)) = decode(record) else { break };
            let space = spaces.entry(ws).or_default();
            if op == ADD {
                space.add(from, into);
            } else {
                space.remove(from);
            }
            good += RECORD;
        }
        // A crash may leave a tail that was never written, which reads as zeros; anything else was durable once.
        if bytes.len() - good >= RECORD && bytes[good..].iter().any(|b| *b != 0) {
            return Err(LakeError::corrupt(&path, format!("the record at byte {good} does not match its checksum")));
        }
        let live: usize = spaces.values().map(|s| s.into.len()).sum();
        if good != bytes.len() || good / RECORD > 2 * live + 1024 {
            let mut content = Vec::with_capacity(live * RECORD);
            for (ws, space) in &spaces {
                space.into.iter().for_each(|(from, into)| encode(&mut content, ADD, *ws, *from, *into));
            }
            replace_file(&path, &content)?;
            good = content.len();
        }
        Ok(Merges { path, spaces: RwLock::new(spaces), pending: Mutex::default(), written: Mutex::new(good as u64) })
    }

    /// Rows of `from` belong to `into` from now on.
    pub(crate) fn merged(&self, ws: u32, from: u64, into: u64) {
        let mut spaces = self.spaces.write();
        if spaces.entry(ws).or_default().add(from, into) {
            encode(&mut self.pending.lock(), ADD, ws, from, into);
        }
    }

    /// Rows of `from` are its own again, if they belong to `into`.
    pub(crate) fn unmerged(&self, ws: u32, from: u64, into: u64) {
        let mut spaces = self.spaces.write();
        let space = spaces.entry(ws).or_default();
        if space.into.get(&from) == Some(&into) {
            space.remove(from);
            encode(&mut self.pending.lock(), REMOVE, ws, from, into);
        }
    }

    /// Makes every merge so far durable.
    pub(crate) fn sync(&self) -> Result<(), LakeError> {
        let mut written = self.written.lock();
        let bytes = std::mem::take(&mut *self.pending.lock());
        if bytes.is_empty() {
            return Ok(());
        }
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(&self.path)?;
            // A write that failed half-way before left bytes behind; they are written over.
            file.seek(SeekFrom::Start(*written))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            if *written == 0 { self.path.parent().map_or(Ok(()), crate::checksum::sync_dir) } else { Ok(()) }
        };
        match write() {
            Ok(()) => {
                *written += bytes.len() as u64;
                Ok(())
            }
            Err(e) => {
                let mut pending = self.pending.lock();
                let newer = std::mem::replace(&mut *pending, bytes);
                pending.extend_from_slice(&newer);
                Err(LakeError::io(&self.path)(e))
            }
        }
    }

    /// The map of a workspace, computed again only when it changed.
    pub(crate) fn resolved(&self, ws: u32) -> Arc<Resolved> {
        if let Some(found) = self.spaces.read().get(&ws).map(|s| s.resolved.clone()) {
            if let Some(resolved) = found {
                return resolved;
            }
        } else {
            return Arc::default();
        }
        let mut spaces = self.spaces.write();
        let space = spaces.entry(ws).or_default();
        let mut by_origin: Vec<(u64, u64)> = space.into.keys().map(|from| (*from, space.target(*from))).collect();
        by_origin.sort_unstable();
        let resolved = Arc::new(Resolved { by_origin });
        space.resolved = Some(Arc::clone(&resolved));
        resolved
    }

    /// The profile that `profile` belongs to, and all whose rows are its own: itself first, then by id.
    pub(crate) fn family(&self, ws: u32, profile: ProfileId) -> (u64, Vec<u64>) {
        let spaces = self.spaces.read();
        let Some(space) = spaces.get(&ws) else { return (profile.0, vec![profile.0]) };
        let target = space.target(profile.0);
        (target, descendants(space, target))
    }

    /// `profile` and all it absorbed, whether or not it was absorbed itself: itself first, then by id.
    pub(crate) fn absorbed_by(&self, ws: u32, profile: ProfileId) -> Vec<u64> {
        self.spaces.read().get(&ws).map_or_else(|| vec![profile.0], |space| descendants(space, profile.0))
    }
}

fn descendants(space: &Space, root: u64) -> Vec<u64> {
    let mut members = vec![root];
    let mut at = 0;
    while at < members.len() {
        members.extend(space.from.get(&members[at]).into_iter().flatten());
        at += 1;
    }
    members[1..].sort_unstable();
    members
}

fn encode(out: &mut Vec<u8>, op: u8, ws: u32, from: u64, into: u64) {
    let start = out.len();
    out.push(op);
    out.extend_from_slice(&ws.to_le_bytes());
    out.extend_from_slice(&from.to_le_bytes());
    out.extend_from_slice(&into.to_le_bytes());
    let sum = hash64(0, &out[start..]);
    out.extend_from_slice(&sum.to_le_bytes());
}

fn decode(record: &[u8]) -> Option<(u8, u32, u64, u64)> {
    if record.len() != RECORD || hash64(0, &record[..21]).to_le_bytes() != record[21..] {
        return None;
    }
    let number = |at: usize| record[at..at + 8].try_into().ok().map(u64::from_le_bytes);
    Some((record[0], u32::from_le_bytes(record[1..5].try_into().ok()?), number(5)?, number(13)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_circles_undo_and_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let merges = Merges::open(dir.path()).unwrap();
        merges.merged(1, 10, 20);
        merges.merged(1, 20, 30);
        merges.merged(1, 30, 10); // would close a circle
        merges.merged(1, 30, 30);
        assert_eq!(merges.resolved(1).by_origin, [(10, 30), (20, 30)]);
        assert_eq!(merges.family(1, ProfileId(10)), (30, vec![30, 10, 20]));
        assert!(merges.resolved(2).is_empty());
        merges.sync().unwrap();
        merges.unmerged(1, 10, 30); // not the edge that exists
        merges.unmerged(1, 10, 20);
        merges.sync().unwrap();
        let log = dir.path().join("merges.log");
        let mut bytes = fs::read(&log).unwrap();
        bytes.extend_from_slice(&[1, 2, 3]);
        fs::write(&log, &bytes).unwrap();
        let merges = Merges::open(dir.path()).unwrap();
        assert_eq!(merges.resolved(1).by_origin, [(20, 30)]);
        assert_eq!(fs::read(&log).unwrap().len(), RECORD, "rewritten without the torn tail");
        bytes[3] ^= 1;
        fs::write(&log, &bytes).unwrap();
        assert!(matches!(Merges::open(dir.path()), Err(LakeError::Corrupt { .. })));
    }
}
