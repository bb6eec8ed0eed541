//! Whole events of a scan, for folds that replay what happened instead of counting it. Rows of a file are read a block at
//! a time, because a scan comes to them in order. To those of absorbed profiles it does not: they are read ahead.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Event, WorkspaceId};

use crate::error::LakeError;
use crate::event_ref::EventRef;
use crate::file::FileEntry;
use crate::rows::{EVENT_COLUMNS, event_at};
use crate::scan::Absorbed;
use crate::snapshot::Run;
use crate::values::Values;

/// Rows read together.
const BLOCK: u32 = 4_096;
/// Events of absorbed profiles that a query holds at most; those beyond are read when their turn comes.
const MAX_AHEAD: usize = 256 * 1_024;

/// What a query may still read ahead.
pub(crate) struct Room(AtomicUsize);

impl Room {
    /// For a fold that replays events, or for one that does not.
    pub(crate) fn new(replays: bool) -> Self {
        Room(AtomicUsize::new(if replays { MAX_AHEAD } else { 0 }))
    }

    /// Takes so much of it; answers whether there was that much.
    fn take(&self, events: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(events)).is_ok()
    }
}

/// Reads the whole events of the rows found in a run, in the order of the file, as far as there is room.
pub(crate) fn read_ahead(run: &Run, ws: WorkspaceId, found: &mut [Absorbed], room: &Room) -> Result<(), LakeError> {
    // Rows of hot runs are whole as they are.
    let Run::File(file) = run else { return Ok(()) };
    let block = WholeRows::default();
    for one in found.iter_mut().take_while(|one| room.take(one.rows.len())) {
        let events = one.rows.iter().map(|row| Ok(block.event(file, ws, row.row)?.event));
        one.ahead = events.collect::<Result<_, LakeError>>()?;
    }
    Ok(())
}

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
        if let Some(event) = self.ahead {
            return Some(event.clone());
        }
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
