//! Whole events of a scan, for folds that replay what happened instead of counting it. Rows of a file are read a block at
//! a time, because a scan comes to them in order.

use std::cell::RefCell;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Event, WorkspaceId};

use crate::error::LakeError;
use crate::event_ref::EventRef;
use crate::file::FileEntry;
use crate::rows::{EVENT_COLUMNS, event_at};
use crate::snapshot::Run;
use crate::values::Values;

/// Rows read together.
const BLOCK: u32 = 4_096;

/// The block of a file used last, decoded column by column.
#[derive(Default)]
pub(crate) struct WholeRows(RefCell<Option<Block>>);

struct Block {
    from: u32,
    to: u32,
    values: Vec<Values>,
    shredded: Vec<(String, Values)>,
}

impl WholeRows {
    fn event(&self, file: &FileEntry, ws: WorkspaceId, row: u32) -> Result<ProcessedEvent, LakeError> {
        let mut slot = self.0.borrow_mut();
        let held = slot.as_ref().is_some_and(|b| (b.from..b.to).contains(&row));
        if !held {
            let from = row - row % BLOCK;
            let to = (from + BLOCK).min(file.meta.rows as u32);
            let range = u64::from(from)..u64::from(to);
            let opened = file.open()?;
            let indexes: Vec<usize> = opened.layout.columns.iter().map(|(.., index)| *index).collect();
            let values = file.read(&EVENT_COLUMNS, range.clone())?;
            let keys = opened.layout.columns.iter().map(|(_, key, _)| key.clone());
            let shredded = keys.zip(file.read(&indexes, range)?).collect();
            *slot = Some(Block { from, to, values, shredded });
        }
        let Some(block) = slot.as_ref() else {
            return Err(LakeError::Worker("a block that was just read is gone".to_owned()));
        };
        let shredded = block.shredded.iter().map(|(key, values)| (key.as_str(), values));
        Ok(event_at(ws, &block.values, shredded, (row - block.from) as usize))
    }
}

impl EventRef<'_> {
    /// The event as it was recorded. `None` when its file cannot be read, which ends the query with that error.
    #[must_use]
    pub fn event(&self, ws: WorkspaceId) -> Option<Event> {
        let found = match &self.run.run {
            Run::Hot(hot) => Ok(ProcessedEvent::clone(&hot.rows[self.row as usize].row)),
            Run::File(file) => self.run.whole.event(file, ws, self.row),
        };
        match found {
            Ok(row) => Some(row.event),
            Err(error) => {
                self.reading.fail(error);
                None
            }
        }
    }
}
