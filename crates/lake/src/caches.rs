//! Decoded parts of files, shared by all queries.

use std::sync::Arc;

use crate::cache::ByteLru;
use crate::columns::Columns;
use crate::config::{LakeConfig, TEXT_BLOCK_ROWS};
use crate::error::LakeError;
use crate::file::FileEntry;

/// The JSON texts of some consecutive rows.
#[derive(Debug)]
pub(crate) struct TextBlock {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl TextBlock {
    /// The text at a row of the block.
    pub(crate) fn text(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        std::str::from_utf8(&self.bytes[start..self.ends[at] as usize]).unwrap_or("")
    }
}

/// The caches of a lake.
#[derive(Debug)]
pub(crate) struct Caches {
    columns: ByteLru<u64, Columns>,
    texts: ByteLru<(u64, usize, u32), TextBlock>,
}

impl Caches {
    pub(crate) fn new(config: &LakeConfig) -> Self {
        Caches {
            columns: ByteLru::new("columns", config.column_bytes),
            texts: ByteLru::new("texts", config.text_bytes),
        }
    }

    /// The key columns of a file, decoded now if need be.
    pub(crate) fn columns(&self, file: &FileEntry) -> Result<Arc<Columns>, LakeError> {
        if let Some(found) = self.columns.get(file.id) {
            return Ok(found);
        }
        let columns = Arc::new(file.columns()?);
        self.columns.put(file.id, Arc::clone(&columns), columns.bytes());
        Ok(columns)
    }

    /// The block of `column` that holds `row`, decoded now if need be.
    pub(crate) fn texts(&self, file: &FileEntry, column: usize, row: u32) -> Result<Arc<TextBlock>, LakeError> {
        let block = row / TEXT_BLOCK_ROWS;
        let key = (file.id, column, block);
        if let Some(found) = self.texts.get(key) {
            return Ok(found);
        }
        let start = u64::from(block) * u64::from(TEXT_BLOCK_ROWS);
        let end = (start + u64::from(TEXT_BLOCK_ROWS)).min(file.meta.rows);
        let values = file.read(&[column], start..end)?;
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity((end - start) as usize));
        for at in 0..(end - start) as usize {
            bytes.extend_from_slice(values[0].text(at).unwrap_or("{}").as_bytes());
            ends.push(bytes.len() as u32);
        }
        let size = bytes.len() + ends.len() * 4;
        let texts = Arc::new(TextBlock { bytes, ends });
        self.texts.put(key, Arc::clone(&texts), size);
        Ok(texts)
    }

    /// Forgets what was decoded of a file that is gone.
    pub(crate) fn forget(&self, file: u64) {
        self.columns.forget(|id| *id == file);
        self.texts.forget(|(id, ..)| *id == file);
    }

    /// Memory of decoded key columns and of decoded texts, in bytes.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        (self.columns.bytes(), self.texts.bytes())
    }
}
