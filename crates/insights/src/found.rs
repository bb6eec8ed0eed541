//! What a report says that finds nothing: where there is something.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventRef, Fold};

use crate::core::buckets::local_date;
use crate::period::Period;
use crate::walk::Names;

/// Which of a walk's events came in the period: a bit for each of its first 63 names, and one for all others; of a walk
/// that takes every event, the first.
#[derive(Debug, Default)]
pub(crate) struct Marks(AtomicU64);

impl Marks {
    /// The bit of an event.
    pub(crate) fn bit(event: &EventRef<'_>) -> u64 {
        1 << event.wanted().unwrap_or(0).min(63)
    }

    /// What one profile had.
    pub(crate) fn add(&self, bits: u64) {
        // Most profiles have nothing new.
        if bits & !self.0.load(Ordering::Relaxed) != 0 {
            self.0.fetch_or(bits, Ordering::Relaxed);
        }
    }
}

/// What the scans of a report found in its period.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Names of events that counted.
    names: HashSet<String>,
    /// Whether any event counted.
    any: bool,
    /// A scan did not tell names apart.
    blurred: bool,
    /// A scan left no event out.
    pub(crate) every: bool,
}

impl Found {
    /// Adds a scan.
    pub(crate) fn add(&mut self, names: &Names, marks: &Marks) {
        let bits = marks.0.load(Ordering::Relaxed);
        self.any |= bits != 0;
        match names {
            Names::AllBut(names) => {
                self.blurred = true;
                self.every |= names.is_empty();
            }
            Names::Only(names) => {
                let seen = names.iter().enumerate().filter(|(at, _)| bits >> (*at).min(63) & 1 != 0);
                self.names.extend(seen.map(|(_, name)| name.clone()));
            }
        }
    }

    /// Of the names a request names, those of which nothing counted; `None` when any event would have done and there was
    /// none.
    pub(crate) fn missed<'a>(&self, asked: &'a [String]) -> Option<Vec<&'a String>> {
        match (self.blurred, self.any) {
            (false, _) => Some(asked.iter().filter(|name| !self.names.contains(*name)).collect()),
            (true, true) => Some(Vec::new()),
            (true, false) if asked.is_empty() => None,
            (true, false) => Some(asked.iter().collect()),
        }
    }
}

/// Where events of some names are, or all but some.
pub(crate) struct Whereabouts {
    pub(crate) names: Names,
    pub(crate) period: (Timestamp, Timestamp),
}

/// Events of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    inside: u64,
    first: i64,
    last: i64,
}

impl Fold for Whereabouts {
    type State = Vec<Option<Extent>>;
    type Out = BTreeMap<usize, Extent>;

    fn begin(&self, _: ProfileId) -> Self::State {
        vec![None; self.names.list().map_or(1, <[String]>::len)]
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        let ts = event.ts();
        let inside = u64::from(self.period.0 <= ts && ts < self.period.1);
        let slot = &mut state[event.wanted().unwrap_or(0)];
        let extent = slot.get_or_insert(Extent { inside: 0, first: ts.0, last: ts.0 });
        extent.inside += inside;
        extent.last = ts.0;
    }

    fn finish(&self, _: ProfileId, state: Self::State, out: &mut Self::Out) {
        for (at, extent) in state.into_iter().enumerate() {
            if let Some(extent) = extent {
                join(out, at, extent);
            }
        }
    }

    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        from.into_iter().for_each(|(at, extent)| join(into, at, extent));
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.names.clone().only()
    }

    fn except_names(&self) -> Vec<String> {
        self.names.clone().except()
    }
}

fn join(out: &mut BTreeMap<usize, Extent>, at: usize, more: Extent) {
    out.entry(at)
        .and_modify(|all| {
            all.inside += more.inside;
            all.first = all.first.min(more.first);
            all.last = all.last.max(more.last);
        })
        .or_insert(more);
}

/// What to say of events of which a report found none.
pub(crate) fn explain(name: Option<&String>, extent: Option<&Extent>, period: &Period) -> Option<String> {
    let what = name.map_or_else(|| "event".to_owned(), |name| format!("event {name:?}"));
    let Some(extent) = extent else {
        return name.is_none().then(|| "there is no event at all yet".to_owned());
    };
    let day = |ms: i64| local_date(period.zone, Timestamp(ms));
    Some(match extent.inside {
        0 => format!("no {what} lies in the period; there are some from {} to {}", day(extent.first), day(extent.last)),
        n => format!(
            "none of the {n} events {}in the period passes the conditions",
            name.map_or_else(String::new, |n| format!("{n:?} "))
        ),
    })
}
