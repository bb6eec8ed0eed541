//! One event as a fold sees it: keys at hand, columns when asked for, JSON only for what has no column.

use std::borrow::Cow;
use std::cell::{Cell as Place, OnceCell, RefCell};
use std::sync::Arc;

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::json::lookup;
use rapport_domain::{ProfileId, Timestamp};
use serde_json::{Map, Value};

use crate::caches::{Caches, TextBlock};
use crate::config::TEXT_BLOCK_ROWS;
use crate::decoded::Cell;
use crate::error::LakeError;
use crate::file::Opened;
use crate::paths::{Paths, cell};
use crate::schema::{CONTEXT, PROPERTIES};
use crate::snapshot::Run;

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
    fn fail(&self, error: LakeError) {
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
}

impl OpenRun {
    pub(crate) fn new(run: Run, places: Vec<u16>) -> Self {
        let (opened, paths, group) = (OnceCell::new(), Paths::default(), Place::new(0));
        OpenRun { run, places, opened, paths, group, last: Default::default() }
    }

    /// The workspace's code of one of the run's.
    fn name_code(&self, code: u32) -> u32 {
        match &self.run {
            Run::Hot(_) => code,
            Run::File(file) => file.codes.get(code as usize).copied().unwrap_or(u32::MAX),
        }
    }

    /// The value of a row in a typed column; `None` when only the JSON can tell.
    fn column(&self, reading: &Reading<'_>, path: &str, context: bool, row: u32) -> Option<Cell<'_>> {
        let Run::File(file) = &self.run else { return None };
        let read = || -> Result<_, LakeError> {
            let opened = match self.opened.get() {
                Some(opened) => opened,
                None => {
                    let opened = file.open()?;
                    self.opened.get_or_init(|| opened)
                }
            };
            let layout = &opened.layout;
            let values = self.paths.get(layout, path, context);
            let group = self.group.get();
            let group = if layout.groups[group] <= row && row < layout.groups[group + 1] {
                group
            } else {
                self.group.set(layout.group_of(row));
                self.group.get()
            };
            let found = cell(values.columns(reading.caches, file, group)?, (row - layout.groups[group]) as usize);
            Ok((found != Cell::Absent || !values.has_rest()).then_some(found))
        };
        read().unwrap_or_else(|e| {
            reading.fail(e);
            Some(Cell::Absent)
        })
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

/// One event of a scan.
pub struct EventRef<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) run: &'a OpenRun,
    pub(crate) slot: &'a Slot,
    pub(crate) row: u32,
    /// The run's code of the name.
    pub(crate) code: u32,
    pub(crate) ts: i64,
    pub(crate) profile: ProfileId,
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

    /// The name's place in the fold's `event_names`; `None` when the fold named none.
    #[inline]
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        self.run.places.get(self.code as usize).and_then(|at| usize::from(*at).checked_sub(1))
    }
}

impl EventView for EventRef<'_> {
    #[inline]
    fn name(&self) -> &str {
        self.reading.names.get(self.name_code() as usize).map_or("", |n| n)
    }

    #[inline]
    fn ts(&self) -> Timestamp {
        Timestamp(self.ts)
    }

    fn property(&self, path: &str) -> Scalar<'_> {
        if let Some(cell) = self.run.column(self.reading, path, false, self.row) {
            return scalar(cell);
        }
        self.slot.used.set(true);
        let map = self.slot.properties.get_or_init(|| self.run.json(self.reading, PROPERTIES, self.row));
        Scalar::of(lookup(map, path))
    }

    fn context(&self, path: &str) -> Scalar<'_> {
        if let Some(cell) = self.run.column(self.reading, path, true, self.row) {
            return scalar(cell);
        }
        self.slot.used.set(true);
        let map = self.slot.context.get_or_init(|| self.run.json(self.reading, CONTEXT, self.row));
        Scalar::of(lookup(map, path))
    }
}

fn scalar(cell: Cell<'_>) -> Scalar<'_> {
    match cell {
        Cell::Absent => Scalar::Null,
        Cell::Number(n) => Scalar::Number(n),
        Cell::Text(t) => Scalar::Text(Cow::Borrowed(t)),
        Cell::Bool(b) => Scalar::Bool(b),
    }
}
