//! The manifest of a partition: which files there are. Renaming it is the commit point of every change to files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rapport_domain::hash::hash64;
use serde::{Deserialize, Serialize};

use crate::checksum::sync_dir;
use crate::error::LakeError;

/// The version of the stored format.
pub(crate) const FORMAT: u32 = 1;

/// One partition's files, of all workspaces, oldest first within a workspace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    pub(crate) partition: u16,
    /// All batches up to this one are in the files.
    pub(crate) persisted: u64,
    /// The number of the next file.
    pub(crate) next_file: u64,
    pub(crate) files: Vec<FileMeta>,
}

/// What is known of a file without opening it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileMeta {
    pub(crate) workspace: u32,
    pub(crate) name: String,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) checksum: u64,
    pub(crate) min_profile: u64,
    pub(crate) max_profile: u64,
    pub(crate) min_ts: i64,
    pub(crate) max_ts: i64,
    /// The file's event names, by the code its rows carry, and how many rows have each.
    pub(crate) names: Vec<(String, u64)>,
}

/// Where a partition's manifest is.
pub(crate) fn path(dir: &Path, partition: u16) -> PathBuf {
    dir.join(format!("p{partition:02}.manifest"))
}

impl Manifest {
    /// Reads a partition's manifest; an absent one is empty.
    pub(crate) fn load(dir: &Path, partition: u16) -> Result<Manifest, LakeError> {
        let path = path(dir, partition);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Manifest { format: FORMAT, partition, next_file: 1, ..Manifest::default() });
            }
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => return Err(LakeError::corrupt(&path, e)),
            Err(e) => return Err(LakeError::io(&path)(e)),
        };
        let (sum, json) = text.split_once('\n').ok_or_else(|| LakeError::corrupt(&path, "no checksum line"))?;
        if u64::from_str_radix(sum, 16) != Ok(hash64(0, json.as_bytes())) {
            return Err(LakeError::corrupt(&path, "the checksum does not match"));
        }
        let manifest: Manifest = serde_json::from_str(json).map_err(|e| LakeError::corrupt(&path, e))?;
        if manifest.format != FORMAT || manifest.partition != partition {
            let reason = format!("format {} of partition {}", manifest.format, manifest.partition);
            return Err(LakeError::corrupt(&path, reason));
        }
        Ok(manifest)
    }

    /// Replaces the partition's manifest, durably and at once.
    pub(crate) fn store(&self, dir: &Path) -> Result<(), LakeError> {
        let path = path(dir, self.partition);
        let json = serde_json::to_string(self).map_err(|e| LakeError::corrupt(&path, e))?;
        let text = format!("{:016x}\n{json}", hash64(0, json.as_bytes()));
        replace_file(&path, text.as_bytes())
    }
}

/// Writes a file beside `path`, makes it durable and renames it over `path`.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), LakeError> {
    let temporary = path.with_extension("tmp");
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), sync_dir)
    };
    write().map_err(LakeError::io(path))
}
