//! What a fold asks for, told in the terms of a snapshot.

use std::sync::Arc;

use crate::compiled::Compiled;
use crate::config::MAX_FILTERS;
use crate::error::LakeError;
use crate::filter::EventFilter;
use crate::fold::Fold;
use crate::select::Wanted;
use crate::snapshot::Run;

/// Which events a fold wants.
pub(crate) struct Query {
    /// By the workspace's code: the name's place in the fold's list plus one, 0 for others; 1 for all but exceptions. Empty
    /// when every event is wanted.
    places: Vec<u16>,
    filters: Vec<EventFilter>,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Query {
    /// # Errors
    /// `Filters` when there are more than a row can note.
    pub(crate) fn of<F: Fold>(fold: &F, names: &[Arc<str>]) -> Result<Query, LakeError> {
        let (from, to) = fold.range().map_or((i64::MIN, i64::MAX), |(from, to)| (from.0, to.0));
        let places = match (fold.event_names(), fold.except_names()) {
            (Some(list), _) => {
                let place = |name: &Arc<str>| list.iter().position(|n| **n == **name);
                names.iter().map(|n| place(n).map_or(0, |at| u16::try_from(at + 1).unwrap_or(0))).chain([0]).collect()
            }
            (None, except) if except.is_empty() => Vec::new(),
            (None, except) => {
                let is_wanted = |name: &Arc<str>| !except.iter().any(|n| **n == **name);
                names.iter().map(|n| u16::from(is_wanted(n))).chain([0]).collect()
            }
        };
        let filters = fold.filters();
        if filters.len() > MAX_FILTERS {
            return Err(LakeError::Filters { found: filters.len(), most: MAX_FILTERS });
        }
        Ok(Query { places, filters, from, to })
    }

    /// The same by a run's own codes: see [`Query`].
    pub(crate) fn places_in(&self, run: &Run) -> Vec<u16> {
        match run {
            _ if self.places.is_empty() => Vec::new(),
            Run::Hot(_) => self.places.clone(),
            Run::File(f) => f.codes.iter().map(|c| self.places.get(*c as usize).copied().unwrap_or(0)).collect(),
        }
    }

    /// The wanted codes of a run.
    pub(crate) fn wanted_in(&self, run: &Run) -> Wanted {
        Wanted::new(self.places_in(run).iter().map(|place| *place > 0).collect())
    }

    /// The codes of a run wanted without a condition, and each filter with the codes it is for.
    pub(crate) fn selection_in(&self, run: &Run) -> (Wanted, Vec<(Wanted, Compiled<'_>)>) {
        let places = self.places_in(run);
        let free = if self.filters.iter().any(|f| f.event.is_none()) {
            Wanted::nothing()
        } else {
            let has_filter =
                |place: &u16| self.filters.iter().any(|f| f.event.is_some_and(|e| e + 1 == usize::from(*place)));
            Wanted::new(places.iter().map(|place| *place > 0 && !has_filter(place)).collect())
        };
        let filters = self.filters.iter().map(|filter| {
            let wanted = match filter.event {
                None => Wanted::new(places.iter().map(|place| *place > 0).collect()),
                Some(_) if places.is_empty() => Wanted::nothing(),
                Some(event) => Wanted::new(places.iter().map(|place| usize::from(*place) == event + 1).collect()),
            };
            (wanted, Compiled::new(&filter.filter))
        });
        (free, filters.collect())
    }

    /// Whether a run can hold a wanted event.
    pub(crate) fn may_touch(&self, run: &Run) -> bool {
        let (first, last) = run.times();
        let named = match run {
            Run::File(_) => !self.wanted_in(run).none(),
            Run::Hot(_) => true,
        };
        named && first < self.to && last >= self.from
    }

    /// Whether every event of a run lies in the times asked for.
    pub(crate) fn covers(&self, run: &Run) -> bool {
        let (first, last) = run.times();
        first >= self.from && last < self.to
    }
}
