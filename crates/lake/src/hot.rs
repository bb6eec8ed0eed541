//! Rows that are not in files yet: visible to queries, in memory.

use std::sync::Arc;

use rapport_domain::event::ProcessedEvent;

use crate::columns::Columns;

/// One unwritten row.
#[derive(Clone, Debug)]
pub(crate) struct HotRow {
    pub(crate) code: u32,
    pub(crate) row: Arc<ProcessedEvent>,
}

impl HotRow {
    /// Takes an event in. Its parsed JSON, if any, is let go: only the text is kept.
    pub(crate) fn new(code: u32, mut row: ProcessedEvent) -> Self {
        row.event.properties.forget();
        row.event.context.forget();
        HotRow { code, row: Arc::new(row) }
    }

    fn key(&self) -> (u64, i64) {
        (self.row.profile.0, self.row.event.ts.0)
    }

    /// Memory, in bytes, about.
    fn bytes(&self) -> usize {
        let e = &self.row.event;
        let ids = [&e.user_id, &e.anonymous_id, &e.group_id, &e.previous_id];
        let texts: usize = ids.into_iter().flatten().map(|t| t.len() + 16).sum();
        // The row, its keys in the run's columns, two JSON holders, and the texts.
        std::mem::size_of::<ProcessedEvent>()
            + 200
            + texts
            + e.message_id.len()
            + e.properties.text().len()
            + e.context.text().len()
    }
}

/// Some batches of one workspace, sorted by origin, time and arrival. Never changes.
#[derive(Debug)]
pub(crate) struct HotRun {
    pub(crate) rows: Vec<HotRow>,
    pub(crate) columns: Columns,
    /// Least and greatest time.
    pub(crate) times: (i64, i64),
    pub(crate) bytes: usize,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
}

impl HotRun {
    /// Sorts rows, given in order of arrival.
    pub(crate) fn new(mut rows: Vec<HotRow>, first_seq: u64, last_seq: u64) -> Self {
        rows.sort_by_key(HotRow::key);
        let codes = rows.iter().map(|r| r.code as usize + 1).max().unwrap_or(0);
        let mut columns = Columns::with_capacity(rows.len(), codes);
        for hot in &rows {
            let (origin, ts) = hot.key();
            columns.push(origin, ts, hot.code);
        }
        let bytes = rows.iter().map(HotRow::bytes).sum();
        let columns = columns.finish();
        let times = columns.times().unwrap_or((i64::MAX, i64::MIN));
        HotRun { rows, columns, times, bytes, first_seq, last_seq }
    }

    /// Several runs, oldest first, as one.
    pub(crate) fn merge(runs: &[Arc<HotRun>]) -> Self {
        let rows = runs.iter().flat_map(|r| r.rows.iter().cloned()).collect();
        let first = runs.iter().map(|r| r.first_seq).min().unwrap_or(0);
        let last = runs.iter().map(|r| r.last_seq).max().unwrap_or(0);
        HotRun::new(rows, first, last)
    }

    /// The same without the rows of some profiles; `None` when nothing is left.
    pub(crate) fn without(&self, erased: &std::collections::HashSet<u64>) -> Option<Self> {
        let rows: Vec<HotRow> = self.rows.iter().filter(|r| !erased.contains(&r.row.profile.0)).cloned().collect();
        (!rows.is_empty()).then(|| HotRun::new(rows, self.first_seq, self.last_seq))
    }
}

/// Adds a run and merges neighbours until each is more than twice as long as the next, so that there are few runs and
/// each row is moved a few times at most.
pub(crate) fn push_run(runs: &mut Vec<Arc<HotRun>>, run: HotRun) {
    runs.push(Arc::new(run));
    while let [.., older, newer] = runs.as_slice() {
        if older.rows.len() > 2 * newer.rows.len() {
            break;
        }
        let merged = HotRun::merge(&[Arc::clone(older), Arc::clone(newer)]);
        runs.truncate(runs.len() - 2);
        runs.push(Arc::new(merged));
    }
}
