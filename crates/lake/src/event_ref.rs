//! One event as a fold sees it: keys at hand, JSON only when asked for.

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::json::lookup;
use rapport_domain::{ProfileId, Timestamp};
use serde_json::{Map, Value};

use crate::caches::{Caches, TextBlock};
use crate::config::TEXT_BLOCK_ROWS;
use crate::error::LakeError;
use crate::schema::{CONTEXT, PROPERTIES};
use crate::snapshot::Run;

/// What the events of one worker share.
pub(crate) struct Reading<'a> {
    pub(crate) names: &'a [Arc<str>],
    /// By name code: place in the fold's `event_names` plus one, 0 for others. Empty when every event is wanted.
    pub(crate) wanted: &'a [u16],
    pub(crate) caches: &'a Caches,
    /// The first error while decoding; ends the query.
    pub(crate) error: RefCell<Option<LakeError>>,
}

/// The number and texts of the block used last.
type LastBlock = Option<(u32, Arc<TextBlock>)>;

/// A run with the text blocks its reader used last, of properties and context.
pub(crate) struct OpenRun {
    pub(crate) run: Run,
    last: [RefCell<LastBlock>; 2],
}

impl OpenRun {
    pub(crate) fn new(run: Run) -> Self {
        OpenRun { run, last: Default::default() }
    }

    fn json(&self, reading: &Reading<'_>, column: usize, row: u32) -> Map<String, Value> {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or_default();
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
                reading.error.borrow_mut().get_or_insert(e);
                Map::new()
            }
        }
    }
}

/// One event of a scan.
pub struct EventRef<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) run: &'a OpenRun,
    pub(crate) row: u32,
    pub(crate) ts: i64,
    pub(crate) code: u32,
    pub(crate) profile: ProfileId,
    pub(crate) properties: OnceCell<Map<String, Value>>,
    pub(crate) context: OnceCell<Map<String, Value>>,
}

impl EventRef<'_> {
    /// The profile it belongs to now, merges applied.
    #[must_use]
    pub fn profile(&self) -> ProfileId {
        self.profile
    }

    /// A number that stands for the name within this snapshot.
    #[must_use]
    pub fn name_code(&self) -> u32 {
        self.code
    }

    /// The name's place in the fold's `event_names`; `None` when the fold named none.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        self.reading.wanted.get(self.code as usize).and_then(|at| usize::from(*at).checked_sub(1))
    }
}

impl EventView for EventRef<'_> {
    fn name(&self) -> &str {
        self.reading.names.get(self.code as usize).map_or("", |n| n)
    }

    fn ts(&self) -> Timestamp {
        Timestamp(self.ts)
    }

    fn property(&self, path: &str) -> Scalar<'_> {
        let map = self.properties.get_or_init(|| self.run.json(self.reading, PROPERTIES, self.row));
        Scalar::of(lookup(map, path))
    }

    fn context(&self, path: &str) -> Scalar<'_> {
        let map = self.context.get_or_init(|| self.run.json(self.reading, CONTEXT, self.row));
        Scalar::of(lookup(map, path))
    }
}
