//! One profile's events, newest first.

use std::ops::{Range, RangeInclusive};

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{ProfileId, SourceId, Timestamp, WorkspaceId};

use crate::error::LakeError;
use crate::lake::Lake;
use crate::rows::{EVENT_COLUMNS, event_at};
use crate::snapshot::Run;

/// Which events of a timeline are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineFilter {
    /// Only events of these names; all when empty.
    pub names: Vec<String>,
    /// Only events whose name or properties (as JSON text) hold this text, upper and lower case alike.
    pub contains: Option<String>,
    /// Only events of this source.
    pub source: Option<SourceId>,
    /// Only events of other sources than this one.
    pub without: Option<SourceId>,
    /// Only events at or after this instant.
    pub from: Option<Timestamp>,
    /// Only events at or before this instant.
    pub until: Option<Timestamp>,
}

impl TimelineFilter {
    fn takes(&self, row: &ProcessedEvent) -> bool {
        let source = row.event.source;
        if self.source.is_some_and(|wanted| wanted != source) || self.without == Some(source) {
            return false;
        }
        let Some(needle) = self.contains.as_deref().filter(|n| !n.is_empty()) else { return true };
        let needle = needle.to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&needle);
        holds(&row.event.name) || holds(row.event.properties.text())
    }
}

/// One row that may be wanted: when, and where it lies.
#[derive(Clone, Copy)]
struct Candidate {
    ts: i64,
    run: usize,
    row: u32,
}

/// Rows fetched together; a page of a timeline takes a few of these at most unless the text filter is rare.
const FETCH: usize = 256;

impl Lake {
    /// The newest `limit` events of a profile and of those it absorbed, newest first; events of one instant in the
    /// reverse order of a scan. `before` continues after the last event of the page before (its time and message id).
    /// Reads only the pages of files that hold the profile.
    ///
    /// # Errors
    /// `Io`, or `Corrupt` when a file of this profile is damaged: a timeline with a silent gap would be wrong.
    pub fn timeline(
        &self,
        ws: WorkspaceId,
        profile: ProfileId,
        before: Option<(Timestamp, &str)>,
        filter: &TimelineFilter,
        limit: usize,
    ) -> Result<Vec<ProcessedEvent>, LakeError> {
        let (_, members) = self.merges.family(ws.0, profile);
        let mut runs: Vec<Run> = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::new();
        let latest = before.map_or(i64::MAX, |(ts, _)| ts.0).min(filter.until.map_or(i64::MAX, |ts| ts.0));
        let period = filter.from.map_or(i64::MIN, |ts| ts.0)..=latest;
        for member in members {
            let home = usize::from(ProfileId(member).home().0);
            if home >= self.partitions.len() {
                continue;
            }
            for run in self.part(ws, home).runs {
                let found = self.candidates(&run, member, &period, &filter.names, ws)?;
                if !found.is_empty() {
                    candidates.extend(found.into_iter().map(|(ts, row)| Candidate { ts, run: runs.len(), row }));
                    runs.push(run);
                }
            }
        }
        // Runs were taken in the order that decides at one instant, and so were rows within them.
        candidates.sort_by_key(|c| c.ts);
        candidates.reverse();
        let mut out = Vec::new();
        let mut resume = before.map(|(ts, id)| (ts.0, id));
        let mut rest = candidates.as_slice();
        while out.len() < limit && !rest.is_empty() {
            let (now, later) = rest.split_at(fetch_len(rest));
            rest = later;
            let mut fetched = self.fetch(ws, &runs, now)?;
            if let Some((ts, id)) = resume.take() {
                skip_seen(&mut fetched, ts, id);
            }
            out.extend(fetched.into_iter().filter(|row| filter.takes(row)).take(limit - out.len()));
        }
        Ok(out)
    }

    fn candidates(
        &self,
        run: &Run,
        member: u64,
        period: &RangeInclusive<i64>,
        names: &[String],
        ws: WorkspaceId,
    ) -> Result<Vec<(i64, u32)>, LakeError> {
        let decoded;
        let keys = match run {
            Run::Hot(hot) => &hot.columns,
            Run::File(f) if !(f.meta.min_profile..=f.meta.max_profile).contains(&member) => return Ok(Vec::new()),
            Run::File(f) => {
                decoded = self.caches.keys(f)?;
                &*decoded
            }
        };
        let all = self.names(ws.0).all();
        let wanted =
            |code: u32| names.is_empty() || names.iter().any(|n| all.get(code as usize).is_some_and(|x| **x == **n));
        let name = |code: u32| if let Run::File(f) = run { f.codes[code as usize] } else { code };
        let rows = keys.spans_of(member).flat_map(|span| keys.times_at(span));
        let taken = rows.filter(|(row, ts)| period.contains(ts) && wanted(name(keys.codes.get(*row as usize))));
        Ok(taken.map(|(row, ts)| (ts, row)).collect())
    }

    /// The events at `wanted`, in that order.
    fn fetch(&self, ws: WorkspaceId, runs: &[Run], wanted: &[Candidate]) -> Result<Vec<ProcessedEvent>, LakeError> {
        let mut out: Vec<Option<ProcessedEvent>> = vec![None; wanted.len()];
        for (index, run) in runs.iter().enumerate() {
            let mut places: Vec<(u32, usize)> =
                wanted.iter().enumerate().filter(|(_, c)| c.run == index).map(|(at, c)| (c.row, at)).collect();
            places.sort_unstable();
            match run {
                Run::Hot(hot) => {
                    places
                        .iter()
                        .for_each(|(row, at)| out[*at] = Some(ProcessedEvent::clone(&hot.rows[*row as usize].row)));
                }
                Run::File(file) => {
                    for span in spans(&places) {
                        let (first, last) = (places[span.start].0, places[span.end - 1].0);
                        let range = u64::from(first)..u64::from(last) + 1;
                        let opened = file.open()?;
                        let shredded = &opened.layout.columns;
                        let indexes: Vec<usize> = shredded.iter().map(|(.., index)| *index).collect();
                        let values = file.read(&EVENT_COLUMNS, range.clone())?;
                        let more = file.read(&indexes, range)?;
                        for (row, at) in &places[span] {
                            let columns = shredded.iter().map(|(_, key, _)| key.as_str()).zip(&more);
                            out[*at] = Some(event_at(ws, &values, columns, (row - first) as usize));
                        }
                    }
                }
            }
        }
        Ok(out.into_iter().flatten().collect())
    }
}

/// How many candidates to fetch next: whole instants, so that a cursor's event is among the first fetched.
fn fetch_len(rest: &[Candidate]) -> usize {
    let mut len = rest.len().min(FETCH);
    while len < rest.len() && rest[len].ts == rest[len - 1].ts {
        len += 1;
    }
    len
}

/// Ranges of places whose rows lie near each other.
fn spans(places: &[(u32, usize)]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for at in 0..places.len() {
        match out.last_mut() {
            Some(last) if places[at].0 - places[at - 1].0 <= FETCH as u32 => last.end = at + 1,
            _ => out.push(at..at + 1),
        }
    }
    out
}

/// Drops what the page before showed. When its last event is gone by now, every event of that instant counts as shown.
fn skip_seen(rows: &mut Vec<ProcessedEvent>, ts: i64, id: &str) {
    let instant = rows.iter().take_while(|r| r.event.ts.0 == ts).count();
    let seen = rows[..instant].iter().position(|r| *r.event.message_id == *id).map_or(instant, |at| at + 1);
    rows.drain(..seen);
}
