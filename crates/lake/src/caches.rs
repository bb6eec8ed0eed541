//! Decoded parts of files, shared by all queries.

use std::sync::Arc;

use crate::cache::ByteLru;
use crate::columns::Columns;
use crate::config::{LakeConfig, TEXT_BLOCK_ROWS};
use crate::decoded::Decoded;
use crate::error::LakeError;
use crate::file::FileEntry;
use crate::shred::Kind;

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

/// What is decoded of a file under one budget: its key columns, or one typed column of one row group.
#[derive(Clone, Debug)]
enum Cached {
    Keys(Arc<Columns>),
    Column(Arc<Decoded>),
}

/// The file, and for a typed column its place and row group.
type ColumnKey = (u64, Option<(usize, usize)>);

/// The caches of a lake.
#[derive(Debug)]
pub(crate) struct Caches {
    columns: ByteLru<ColumnKey, Cached>,
    texts: ByteLru<(u64, usize, u32), Arc<TextBlock>>,
}

impl Caches {
    pub(crate) fn new(config: &LakeConfig) -> Self {
        Caches {
            columns: ByteLru::new("columns", config.column_bytes),
            texts: ByteLru::new("texts", config.text_bytes),
        }
    }

    /// The key columns of a file, decoded now if need be.
    pub(crate) fn keys(&self, file: &FileEntry) -> Result<Arc<Columns>, LakeError> {
        let known = || match self.columns.get((file.id, None)) {
            Some(Cached::Keys(keys)) => Some(keys),
            _ => None,
        };
        if let Some(found) = known() {
            return Ok(found);
        }
        let _one_at_a_time = file.decoding.lock();
        if let Some(found) = known() {
            return Ok(found);
        }
        let keys = Arc::new(file.columns()?);
        self.columns.put((file.id, None), Cached::Keys(Arc::clone(&keys)), keys.bytes());
        Ok(keys)
    }

    /// A typed column of a row group, decoded now if need be.
    pub(crate) fn column(
        &self,
        file: &FileEntry,
        (kind, column): (Kind, usize),
        group: usize,
    ) -> Result<Arc<Decoded>, LakeError> {
        let key = (file.id, Some((column, group)));
        if let Some(Cached::Column(found)) = self.columns.get(key) {
            return Ok(found);
        }
        let decoded = Arc::new(file.decode(kind, column, group)?);
        self.columns.put(key, Cached::Column(Arc::clone(&decoded)), decoded.bytes());
        Ok(decoded)
    }

    /// The block of JSON column `column` that holds `row`, decoded now if need be.
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
        self.columns.forget(|(id, _)| *id == file);
        self.texts.forget(|(id, ..)| *id == file);
    }

    /// Memory of decoded columns and of decoded JSON, in bytes.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        (self.columns.bytes(), self.texts.bytes())
    }
}
