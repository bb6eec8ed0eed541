//! The values of one path in one run, found once and decoded by row group as they are asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::caches::Caches;
use crate::decoded::{Cell, Decoded};
use crate::error::LakeError;
use crate::file::FileEntry;
use crate::layout::{Layout, Source};

/// The paths a run was asked for, in the order of asking. Entries are only added, so that what was read can be lent out
/// for as long as the run is open; a query names few paths.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    first: OnceCell<Box<Entry>>,
}

#[derive(Debug)]
struct Entry {
    path: PathValues,
    next: Paths,
}

/// Where a path's values are and what was decoded of them.
#[derive(Debug)]
pub(crate) struct PathValues {
    path: String,
    context: bool,
    source: Source,
    groups: Vec<OnceCell<Vec<Arc<Decoded>>>>,
}

impl Paths {
    /// The values of a path of the properties, or of the context.
    pub(crate) fn get(&self, layout: &Layout, path: &str, context: bool) -> &PathValues {
        let mut at = self;
        loop {
            let entry = at.first.get_or_init(|| {
                let source = if context { layout.context(path) } else { layout.property(path) };
                let groups = (1..layout.groups.len()).map(|_| OnceCell::new()).collect();
                let values = PathValues { path: path.to_owned(), context, source, groups };
                Box::new(Entry { path: values, next: Paths::default() })
            });
            if entry.path.context == context && entry.path.path == path {
                return &entry.path;
            }
            at = &entry.next;
        }
    }
}

impl PathValues {
    /// A row without a value in a column may have one in the JSON.
    pub(crate) fn has_rest(&self) -> bool {
        self.source.rest
    }

    /// The columns of a row group; a row has a value in one of them at most.
    pub(crate) fn columns(
        &self,
        caches: &Caches,
        file: &FileEntry,
        group: usize,
    ) -> Result<&[Arc<Decoded>], LakeError> {
        let slot = &self.groups[group];
        if let Some(columns) = slot.get() {
            return Ok(columns);
        }
        let read = |column: &_| caches.column(file, *column, group);
        let columns = self.source.columns.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(slot.get_or_init(|| columns))
    }
}

/// The value of a row in the first column that has one.
pub(crate) fn cell(columns: &[Arc<Decoded>], row: usize) -> Cell<'_> {
    columns.iter().map(|column| column.cell(row)).find(|cell| *cell != Cell::Absent).unwrap_or(Cell::Absent)
}
