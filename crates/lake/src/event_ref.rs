//! One event as a fold sees it: keys at hand, columns when asked for, JSON only for what has no column.

use std::borrow::Cow;
use std::cell::{Cell as Place, OnceCell, RefCell};
use std::sync::Arc;

use rapport_domain::Event;
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::json::lookup;
use rapport_domain::{ProfileId, Timestamp};
use serde_json::{Map, Value};

use crate::caches::{Caches, TextBlock};
use crate::config::TEXT_BLOCK_ROWS;
use crate::decoded::{Cell, Decoded};
use crate::error::LakeError;
use crate::file::{FileEntry, Opened};
use crate::filter::{Field, Test};
use crate::paths::{FieldRef, PathValues, Paths, cell};
use crate::schema::{CONTEXT, PROPERTIES};
use crate::snapshot::Run;
use crate::whole::WholeRows;

/// What the events of one worker share.
pub(crate) struct Reading<'a> {
    pub(crate) names: &'a [Arc<str>],
    pub(crate) caches: &'a Caches,
    /// The first error while decoding; ends the query.
    error: RefCell<Option<LakeError>>,
    failed: Place<bool>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(names: &'a [Arc<str>], caches: &'a Caches) -> Self {
        Reading { names, caches, error: RefCell::default(), failed: Place::new(false) }
    }

    /// Remembers the first error: a fold's step has no way to return one.
    pub(crate) fn fail(&self, error: LakeError) {
        self.error.borrow_mut().get_or_insert(error);
        self.failed.set(true);
    }

    /// The error of a step, if there was one.
    pub(crate) fn outcome(&self) -> Result<(), LakeError> {
        if self.failed.get() { self.error.borrow_mut().take().map_or(Ok(()), Err) } else { Ok(()) }
    }
}

/// The parsed JSON of the event at hand, kept outside of it so that an event nobody looks into costs nothing.
#[derive(Default)]
pub(crate) struct Slot {
    properties: OnceCell<Map<String, Value>>,
    context: OnceCell<Map<String, Value>>,
    used: Place<bool>,
}

impl Slot {
    /// Makes room for the next event.
    #[inline]
    pub(crate) fn clear(&mut self) {
        if self.used.get() {
            *self = Slot::default();
        }
    }
}

/// The number and texts of the block used last.
type LastBlock = Option<(u32, Arc<TextBlock>)>;

/// A run as one worker reads it, with the JSON blocks used last, of properties and context.
pub(crate) struct OpenRun {
    pub(crate) run: Run,
    /// By the run's code: place in the fold's `event_names` plus one, 0 for others. Empty when every event is wanted.
    places: Vec<u16>,
    /// A file's columns, once one is asked for, the values of its paths, and the row group used last.
    opened: OnceCell<Arc<Opened>>,
    paths: Paths,
    group: Place<usize>,
    last: [RefCell<LastBlock>; 2],
    pub(crate) whole: WholeRows,
}

impl OpenRun {
    pub(crate) fn new(run: Run, places: Vec<u16>) -> Self {
        let (opened, paths, group) = (OnceCell::new(), Paths::default(), Place::new(0));
        OpenRun { run, places, opened, paths, group, last: Default::default(), whole: WholeRows::default() }
    }

    /// The workspace's code of one of the run's.
    fn name_code(&self, code: u32) -> u32 {
        match &self.run {
            Run::Hot(_) => code,
            Run::File(file) => file.codes.get(code as usize).copied().unwrap_or(u32::MAX),
        }
    }

    /// The name of the run's code.
    pub(crate) fn name<'a>(&self, reading: &Reading<'a>, code: u32) -> &'a str {
        reading.names.get(self.name_code(code) as usize).map_or("", |n| n)
    }

    /// Where a field's values of a row are; `None` when there are no columns.
    fn locate(&self, field: FieldRef<'_>, row: u32) -> Result<Option<Located<'_>>, LakeError> {
        let Run::File(file) = &self.run else { return Ok(None) };
        let opened = match self.opened.get() {
            Some(opened) => opened,
            None => {
                let opened = file.open()?;
                self.opened.get_or_init(|| opened)
            }
        };
        let groups = &opened.layout.groups;
        let mut group = self.group.get();
        if row < groups[group] || groups[group + 1] <= row {
            group = opened.layout.group_of(row);
            self.group.set(group);
        }
        let values = self.paths.get(opened, field);
        Ok(Some(Located { values, file, group, row: (row - groups[group]) as usize }))
    }

    /// The same for a filter's field.
    pub(crate) fn place(&self, field: &Field, row: u32) -> Result<Option<Located<'_>>, LakeError> {
        match field {
            Field::Property(path) => self.locate(FieldRef::Property(path), row),
            Field::Context(path) => self.locate(FieldRef::Context(path), row),
            Field::Source => self.locate(FieldRef::Source, row),
            Field::Event => Ok(None),
        }
    }

    /// The value of a row in a typed column; `None` when only the JSON can tell.
    fn column(&self, reading: &Reading<'_>, field: FieldRef<'_>, row: u32) -> Option<Cell<'_>> {
        let read = || -> Result<_, LakeError> {
            let Some(place) = self.locate(field, row)? else { return Ok(None) };
            let found = cell(place.columns(reading)?, place.row);
            Ok((found != Cell::Absent || !place.values.has_rest()).then_some(found))
        };
        read().unwrap_or_else(|e| {
            reading.fail(e);
            Some(Cell::Absent)
        })
    }

    /// Whether a field without a column passes a test.
    pub(crate) fn holds_json(&self, reading: &Reading<'_>, field: &Field, test: &Test, row: u32) -> bool {
        let holds = |column: usize, path: &str| {
            let map = self.json(reading, column, row);
            test.holds(&Scalar::of(lookup(&map, path)))
        };
        match (field, &self.run) {
            (Field::Property(path), _) => holds(PROPERTIES, path),
            (Field::Context(path), _) => holds(CONTEXT, path),
            (Field::Source, Run::Hot(run)) => {
                test.holds(&Scalar::Number(f64::from(run.rows[row as usize].row.event.source.0)))
            }
            (Field::Source | Field::Event, _) => false,
        }
    }

    fn json(&self, reading: &Reading<'_>, column: usize, row: u32) -> Map<String, Value> {
        let parse = |text: &str| if text == "{}" { Map::new() } else { serde_json::from_str(text).unwrap_or_default() };
        let file = match &self.run {
            Run::Hot(run) => {
                let event = &run.rows[row as usize].row.event;
                return parse(if column == PROPERTIES { event.properties.text() } else { event.context.text() });
            }
            Run::File(file) => file,
        };
        let block = row / TEXT_BLOCK_ROWS;
        let at = (row % TEXT_BLOCK_ROWS) as usize;
        let mut last = self.last[usize::from(column == CONTEXT)].borrow_mut();
        if let Some((known, texts)) = &*last
            && *known == block
        {
            return parse(texts.text(at));
        }
        match reading.caches.texts(file, column, row) {
            Ok(texts) => {
                let map = parse(texts.text(at));
                *last = Some((block, texts));
                map
            }
            Err(e) => {
                reading.fail(e);
                Map::new()
            }
        }
    }
}

/// Where the values of a field of one row are.
pub(crate) struct Located<'a> {
    pub(crate) values: &'a PathValues,
    file: &'a FileEntry,
    /// The row group, and the row within it.
    pub(crate) group: usize,
    pub(crate) row: usize,
}

impl<'a> Located<'a> {
    /// The columns of the row group.
    pub(crate) fn columns(&self, reading: &Reading<'_>) -> Result<&'a [Arc<Decoded>], LakeError> {
        self.values.columns(reading.caches, self.file, self.group)
    }
}

/// One event of a scan.
pub struct EventRef<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) run: &'a OpenRun,
    pub(crate) slot: &'a Slot,
    pub(crate) row: u32,
    /// The run's code of the name.
    pub(crate) code: u32,
    pub(crate) ts: i64,
    /// A bit for each of the fold's filters that it passed.
    pub(crate) passed: u64,
    pub(crate) profile: ProfileId,
    /// The whole event, where it was read ahead.
    pub(crate) ahead: Option<&'a Event>,
}

impl EventRef<'_> {
    /// The profile it belongs to now, merges applied.
    #[inline]
    #[must_use]
    pub fn profile(&self) -> ProfileId {
        self.profile
    }

    /// A number that stands for the name within this snapshot.
    #[inline]
    #[must_use]
    pub fn name_code(&self) -> u32 {
        self.run.name_code(self.code)
    }

    /// Whether it passed the filter at that place in the fold's `filters`.
    #[inline]
    #[must_use]
    pub fn passed(&self, filter: usize) -> bool {
        filter < 64 && self.passed >> filter & 1 != 0
    }

    /// The name's place in the fold's `event_names`; `None` when the fold named none. Says nothing where it named exceptions.
    #[inline]
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        self.run.places.get(self.code as usize).and_then(|at| usize::from(*at).checked_sub(1))
    }
}

impl EventView for EventRef<'_> {
    #[inline]
    fn name(&self) -> &str {
        self.run.name(self.reading, self.code)
    }

    #[inline]
    fn ts(&self) -> Timestamp {
        Timestamp(self.ts)
    }

    fn property(&self, path: &str) -> Scalar<'_> {
        if let Some(cell) = self.run.column(self.reading, FieldRef::Property(path), self.row) {
            return scalar(cell);
        }
        self.slot.used.set(true);
        let map = self.slot.properties.get_or_init(|| self.run.json(self.reading, PROPERTIES, self.row));
        Scalar::of(lookup(map, path))
    }

    fn context(&self, path: &str) -> Scalar<'_> {
        if let Some(cell) = self.run.column(self.reading, FieldRef::Context(path), self.row) {
            return scalar(cell);
        }
        self.slot.used.set(true);
        let map = self.slot.context.get_or_init(|| self.run.json(self.reading, CONTEXT, self.row));
        Scalar::of(lookup(map, path))
    }
}

/// A column's value as a scalar.
pub(crate) fn scalar(cell: Cell<'_>) -> Scalar<'_> {
    match cell {
        Cell::Absent => Scalar::Null,
        Cell::Number(n) => Scalar::Number(n),
        Cell::Text(t) => Scalar::Text(Cow::Borrowed(t)),
        Cell::Bool(b) => Scalar::Bool(b),
    }
}
