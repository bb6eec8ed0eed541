//! The values of one path in one run, found once and decoded by row group as they are asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use parquet::file::statistics::Statistics;

use crate::caches::Caches;
use crate::decoded::{Cell, Decoded};
use crate::error::LakeError;
use crate::file::{FileEntry, Opened};
use crate::filter::Field;
use crate::layout::Source;
use crate::schema::SOURCE;
use crate::shred::Kind;

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
    field: Field,
    source: Source,
    groups: Vec<OnceCell<Vec<Arc<Decoded>>>>,
    /// Least and greatest number by row group, where there are only numbers.
    bounds: Vec<Option<(f64, f64)>>,
}

impl Paths {
    /// The values of a field of a file.
    pub(crate) fn get(&self, opened: &Opened, field: FieldRef<'_>) -> &PathValues {
        let mut at = self;
        loop {
            let entry = at
                .first
                .get_or_init(|| Box::new(Entry { path: PathValues::new(opened, field), next: Paths::default() }));
            if entry.path.is(field) {
                return &entry.path;
            }
            at = &entry.next;
        }
    }
}

/// A field with columns, borrowed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldRef<'a> {
    Property(&'a str),
    Context(&'a str),
    Source,
}

impl PathValues {
    fn new(opened: &Opened, field: FieldRef<'_>) -> Self {
        let layout = &opened.layout;
        let (field, source) = match field {
            FieldRef::Property(path) => (Field::Property(path.to_owned()), layout.property(path)),
            FieldRef::Context(path) => (Field::Context(path.to_owned()), layout.context(path)),
            FieldRef::Source => (Field::Source, Source { columns: vec![(Kind::Number, SOURCE)], rest: false }),
        };
        let groups = opened.meta.row_groups();
        let bounds = groups.iter().map(|group| match source.columns.as_slice() {
            [(Kind::Number, column)] => match group.column(*column).statistics() {
                Some(Statistics::Double(s)) => s.min_opt().copied().zip(s.max_opt().copied()),
                _ => None,
            },
            _ => None,
        });
        let bounds = bounds.collect();
        PathValues { field, source, groups: groups.iter().map(|_| OnceCell::new()).collect(), bounds }
    }

    fn is(&self, field: FieldRef<'_>) -> bool {
        match (&self.field, field) {
            (Field::Property(own), FieldRef::Property(path)) | (Field::Context(own), FieldRef::Context(path)) => {
                own == path
            }
            (Field::Source, FieldRef::Source) => true,
            _ => false,
        }
    }

    /// The least and greatest number of a row group, when it is known and the values are numbers only.
    pub(crate) fn bounds(&self, group: usize) -> Option<(f64, f64)> {
        self.bounds[group]
    }

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
