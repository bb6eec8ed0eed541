//! The walk of a fold over one slice of a partition: profile by profile, each one's rows in order of time.
//!
//! While the profiles at hand lie in one run only, which compaction sees to, their rows are stepped straight from that
//! run's columns. Rows that lie in several runs, or come from absorbed profiles, are gathered and put in order first.

use rapport_domain::{Event, ProfileId};

use crate::cancel::CancelFlag;
use crate::columns::Columns;
use crate::compiled::At;
use crate::config::CANCEL_CHECK_EVENTS;
use crate::error::LakeError;
use crate::event_ref::{EventRef, OpenRun, Reading, Slot};
use crate::fold::Fold;
use crate::query::Query;
use crate::scan::{Absorbed, Row};
use crate::select::Selection;

/// One run on the way through the slice.
pub(crate) struct Lane<'a> {
    open: &'a OpenRun,
    keys: &'a Columns,
    selection: Selection<'a>,
    /// All its times are wanted.
    covered: bool,
    /// The next span, and the one after the slice's last.
    at: usize,
    end: usize,
}

impl<'a> Lane<'a> {
    /// The spans of the profiles `from..to`.
    pub(crate) fn new(run: At<'a>, query: &'a Query, from: u64, to: Option<u64>) -> Self {
        let (open, keys) = (run.open, run.keys);
        let place = |limit: u64| keys.profiles.partition_point(|p| *p < limit);
        let (at, end) = (place(from), to.map_or(keys.profiles.len(), place));
        let covered = query.covers(&open.run);
        Lane { open, keys, selection: Selection::new(query, run), covered, at, end }
    }

    fn profile(&self) -> Option<u64> {
        if self.at < self.end { self.keys.profiles.get(self.at).copied() } else { None }
    }

    /// The first and last time of the profile at hand.
    fn times(&self) -> (i64, i64) {
        let keys = self.keys;
        let profile = keys.profiles[self.at];
        let more = keys.profiles[self.at..self.end].iter().take_while(|p| **p == profile).count();
        let last = self.at + more - 1;
        (keys.bases[self.at], keys.ts_in(last, keys.starts[last + 1] - 1))
    }

    /// Calls `each` with the wanted rows of the profile at hand, their times and codes, and goes on to the next profile.
    #[inline]
    fn profile_rows(&mut self, query: &Query, mut each: impl FnMut(&'a OpenRun, Row)) {
        let keys = self.keys;
        let Some(profile) = keys.profiles.get(self.at) else { return };
        while self.at < self.end && keys.profiles[self.at] == *profile {
            let rows =
                if self.covered { keys.rows_at(self.at) } else { keys.rows_between(self.at, query.from, query.to) };
            // Held apart, so that they need not be looked up for each row.
            let (open, base, offsets, codes) = (self.open, keys.bases[self.at], keys.offsets.as_slice(), &keys.codes);
            self.selection.each(rows, |row, passed| {
                let ts = base + i64::from(offsets[row as usize]);
                each(open, Row { ts, row, code: codes.get(row as usize), passed });
            });
            self.at += 1;
        }
    }
}

/// A row out of several places: which (of lanes, then of absorbed profiles), and the row.
type Gathered = (u32, Row);

/// One slice's pass of a fold.
pub(crate) struct Walk<'a, F: Fold> {
    fold: &'a F,
    query: &'a Query,
    reading: &'a Reading<'a>,
    slot: Slot,
    out: F::Out,
    gathered: Vec<Gathered>,
    events: usize,
}

impl<'a, F: Fold> Walk<'a, F> {
    pub(crate) fn new(fold: &'a F, query: &'a Query, reading: &'a Reading<'a>) -> Self {
        let (slot, out) = (Slot::default(), F::Out::default());
        Walk { fold, query, reading, slot, out, gathered: Vec::new(), events: 0 }
    }

    /// Steps every wanted event; the answer and how many there were. `waiting` are the rows of absorbed profiles by
    /// target, of the runs in `runs`; `gone` are the absorbed profiles themselves.
    pub(crate) fn run(
        mut self,
        mut lanes: Vec<Lane<'_>>,
        mut waiting: &[Absorbed],
        runs: &[Vec<OpenRun>],
        mut gone: &[(u64, u64)],
        cancel: &CancelFlag,
    ) -> Result<(F::Out, usize), LakeError> {
        let mut unchecked = 0;
        loop {
            if unchecked >= CANCEL_CHECK_EVENTS {
                cancel.check()?;
                unchecked = 0;
            }
            let (first, lane, second) = least(&lanes);
            let target = waiting.first().map(|a| a.target);
            let Some(profile) = first.into_iter().chain(target).min() else { break };
            gone = &gone[gone.iter().take_while(|(o, _)| *o < profile).count()..];
            let absorbed = gone.first().map(|(o, _)| *o);
            let special = second.into_iter().chain(target).chain(absorbed).min();
            if special.is_none_or(|special| profile < special) {
                unchecked += self.alone(&mut lanes[lane], special)?;
                continue;
            }
            let joined = waiting.iter().take_while(|a| a.target == profile).count();
            unchecked += self.together(profile, &mut lanes, &waiting[..joined], runs, absorbed == Some(profile))?;
            waiting = &waiting[joined..];
        }
        Ok((self.out, self.events))
    }

    /// Steps the profiles below `limit` of one lane, at most until it is time to look at the cancel flag. Returns rows
    /// passed.
    fn alone(&mut self, lane: &mut Lane<'_>, limit: Option<u64>) -> Result<usize, LakeError> {
        let starts = &lane.keys.starts;
        let first = starts[lane.at] as usize;
        while let Some(profile) = lane.profile() {
            if limit.is_some_and(|limit| profile >= limit) || starts[lane.at] as usize >= first + CANCEL_CHECK_EVENTS {
                break;
            }
            let mut state = None;
            let profile = ProfileId(profile);
            lane.profile_rows(self.query, |run, row| self.step(profile, run, row, None, &mut state));
            self.finish(profile, state)?;
        }
        Ok(starts[lane.at] as usize - first)
    }

    /// Steps one profile whose rows lie in several places, in the order that decides between events of one instant:
    /// lanes by age, then absorbed profiles. Its own rows are passed over when it was absorbed itself: they come with its
    /// target's. Returns rows passed.
    fn together(
        &mut self,
        profile: u64,
        lanes: &mut [Lane<'_>],
        joined: &[Absorbed],
        runs: &[Vec<OpenRun>],
        is_gone: bool,
    ) -> Result<usize, LakeError> {
        if joined.is_empty() && !is_gone && in_turn(profile, lanes) {
            return self.one_after_the_other(profile, lanes);
        }
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.clear();
        for (place, lane) in (0..).zip(lanes.iter_mut()) {
            if lane.profile() == Some(profile) {
                lane.profile_rows(self.query, |_, row| gathered.push((place, row)));
            }
        }
        if is_gone {
            gathered.clear();
        }
        for (place, absorbed) in (lanes.len() as u32..).zip(joined) {
            gathered.extend(absorbed.rows.iter().map(|row| (place, *row)));
        }
        // Stable: at one instant the order of places and of rows within them stays.
        gathered.sort_by_key(|(_, row)| row.ts);
        let mut state = None;
        let profile = ProfileId(profile);
        for (place, row) in &gathered {
            let place = *place as usize;
            let (run, ahead) = match lanes.get(place) {
                Some(lane) => (lane.open, None),
                None => {
                    let absorbed = &joined[place - lanes.len()];
                    (&runs[absorbed.part][absorbed.run], absorbed.ahead_of(row.row))
                }
            };
            self.step(profile, run, *row, ahead, &mut state);
        }
        let passed = gathered.len() + 1;
        self.gathered = gathered;
        self.finish(profile, state).map(|()| passed)
    }

    /// Steps a profile of several lanes whose rows follow each other in time, as they do unless events came late.
    fn one_after_the_other(&mut self, profile: u64, lanes: &mut [Lane<'_>]) -> Result<usize, LakeError> {
        let before = self.events;
        let mut state = None;
        let id = ProfileId(profile);
        for lane in lanes.iter_mut().filter(|lane| lane.profile() == Some(profile)) {
            lane.profile_rows(self.query, |run, row| self.step(id, run, row, None, &mut state));
        }
        self.finish(id, state).map(|()| self.events - before + 1)
    }

    /// One event.
    #[inline]
    fn step(
        &mut self,
        profile: ProfileId,
        run: &OpenRun,
        row: Row,
        ahead: Option<&Event>,
        state: &mut Option<F::State>,
    ) {
        self.events += 1;
        self.slot.clear();
        let Row { ts, row, code, passed } = row;
        let event = EventRef { reading: self.reading, run, slot: &self.slot, row, code, ts, passed, profile, ahead };
        self.fold.step(state.get_or_insert_with(|| self.fold.begin(profile)), &event);
    }

    /// The end of a profile, and what went wrong while its events were read.
    fn finish(&mut self, profile: ProfileId, state: Option<F::State>) -> Result<(), LakeError> {
        if let Some(state) = state {
            self.fold.finish(profile, state, &mut self.out);
        }
        self.reading.outcome()
    }
}

/// Whether the rows of a profile in each lane are no earlier than those in the lanes before.
fn in_turn(profile: u64, lanes: &[Lane<'_>]) -> bool {
    let mut latest = i64::MIN;
    lanes.iter().filter(|lane| lane.profile() == Some(profile)).all(|lane| {
        let (first, last) = lane.times();
        let follows = first >= latest;
        latest = last;
        follows
    })
}

/// The least profile at hand, its lane, and the least of the other lanes.
fn least(lanes: &[Lane<'_>]) -> (Option<u64>, usize, Option<u64>) {
    let (mut first, mut lane, mut second): (Option<u64>, usize, Option<u64>) = (None, 0, None);
    for (at, profile) in lanes.iter().enumerate().filter_map(|(at, l)| l.profile().map(|p| (at, p))) {
        if first.is_none_or(|f| profile < f) {
            (second, first, lane) = (first, Some(profile), at);
        } else if second.is_none_or(|s| profile < s) {
            second = Some(profile);
        }
    }
    (first, lane, second)
}
