//! What sets those who converted apart from those who only entered.

use std::collections::{BTreeSet, HashMap};

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::walk::{FunnelEnd, FunnelWalk};
use super::{Correlate, FunnelRequest};
use crate::ask::Ask;
use crate::breakdown::{Breakdown, NONE};
use crate::core::odds::Split;
use crate::error::InsightError;
use crate::walk::{Names, Walk};

/// Profiles that enter a funnel whose correlation is asked for: 32 bytes each.
pub const MAX_ENTERED: usize = 2_000_000;
/// Different marks that are counted.
const MAX_MARKS: usize = 100_000;
/// Marks that are shown.
const SHOWN: usize = 50;

/// How a mark goes with conversion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Correlation {
    /// The mark: an event's name, or `traits.plan = pro`.
    pub mark: String,
    /// Profiles that have it and converted.
    pub converted: u64,
    /// Profiles that have it and did not.
    pub not_converted: u64,
    /// How many times the odds of converting are with it what they are without; half a profile is added to each count.
    pub odds_ratio: f64,
    /// Lower end of the 95 % interval; the many marks that were tried are not allowed for.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Whether the interval leaves out 1.
    pub significant: bool,
}

/// A profile's time in the funnel.
#[derive(Clone, Copy, Debug)]
struct Span {
    profile: ProfileId,
    from: i64,
    /// When it converted, or the end of its window.
    until: i64,
    converted: bool,
}

/// The marks of each profile that entered.
struct MarksWalk<'a> {
    funnel: &'a FunnelWalk,
    spans: Vec<Span>,
    events: bool,
    properties: Vec<(String, Breakdown)>,
    /// Names of steps, which are no marks.
    steps: BTreeSet<String>,
}

#[derive(Debug)]
struct Marks {
    converted: bool,
    names: BTreeSet<String>,
}

impl MarksWalk<'_> {
    fn span(&self, profile: ProfileId) -> Option<&Span> {
        self.spans.binary_search_by_key(&profile, |s| s.profile).ok().map(|at| &self.spans[at])
    }
}

impl Walk for MarksWalk<'_> {
    type State = Option<(Span, BTreeSet<u32>, Marks, bool)>;
    type End = Marks;

    fn begin(&self, profile: ProfileId) -> Self::State {
        let span = *self.span(profile)?;
        let mut names = BTreeSet::new();
        for (path, breakdown) in &self.properties {
            if let Breakdown::Profile(column, none) = breakdown {
                names.insert(format!("{path} = {}", column.get(profile).unwrap_or(none)));
            }
        }
        Some((span, BTreeSet::new(), Marks { converted: span.converted, names }, false))
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        let Some((span, codes, marks, entered)) = state else { return };
        let ts = event.ts().0;
        if ts < span.from || ts > span.until {
            return;
        }
        if !*entered
            && ts == span.from
            && self.funnel.matchers.whole_mask(event) & ((1 << self.funnel.shape.steps) - 1) != 0
        {
            *entered = true;
            for (path, breakdown) in self.properties.iter().filter(|(_, b)| !b.is_of_profile()) {
                marks.names.insert(format!("{path} = {}", breakdown.value(event)));
            }
        }
        if self.events && codes.insert(event.name_code()) && !self.steps.contains(event.name()) {
            marks.names.insert(event.name().to_owned());
        }
    }

    fn end(&self, _: ProfileId, state: Self::State) -> Option<Marks> {
        state.map(|(_, _, marks, _)| marks)
    }

    fn names(&self) -> Names {
        // What was written about a customer may be what makes the difference: a message, a segment.
        if self.events { Names::every() } else { self.funnel.names() }
    }

    fn filters(&self) -> Vec<EventFilter> {
        // Which of its own events is the entering one is told by time, not by the conditions of steps.
        Vec::new()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        self.funnel.range()
    }
}

fn walk<'a>(
    ask: &mut Ask<'_>,
    request: &FunnelRequest,
    correlate: &Correlate,
    funnel: &'a FunnelWalk,
) -> Result<MarksWalk<'a>, InsightError> {
    let mut properties = Vec::new();
    for path in &correlate.properties {
        properties.extend(ask.breakdown(Some(path))?.map(|b| (path.clone(), b)));
    }
    ask.sound(Some(()))?;
    let last = funnel.shape.steps - 1;
    let add = |profile: ProfileId, end: FunnelEnd, out: &mut Vec<Span>| {
        let from = end.reached[0].map_or(end.entered_at().0, |r| r.anchor);
        let converted = end.furthest == last;
        let (from, until) = match end.reached[last] {
            Some(reach) if converted => (reach.anchor, reach.at),
            _ => (from, from.saturating_add(funnel.shape.window_ms)),
        };
        if out.len() <= MAX_ENTERED {
            out.push(Span { profile, from, until, converted });
        }
    };
    let spans = ask.tally(funnel, add, |into, from: Vec<Span>| into.extend(from))?;
    if spans.len() > MAX_ENTERED {
        let text = format!("more than {MAX_ENTERED} profiles entered; take a shorter period or a sample");
        return Err(InsightError::invalid("correlate", text));
    }
    let steps = request.steps.iter().filter_map(|s| s.event.clone()).collect();
    Ok(MarksWalk { funnel, spans, events: correlate.events, properties, steps })
}

/// The marks, strongest first.
pub(super) fn run(
    ask: &mut Ask<'_>,
    request: &FunnelRequest,
    correlate: &Correlate,
    funnel: &FunnelWalk,
) -> Result<Vec<Correlation>, InsightError> {
    let walk = walk(ask, request, correlate, funnel)?;
    type Counts = HashMap<String, (u64, u64)>;
    let count = |out: &mut Counts, mark: String, more: (u64, u64)| {
        let room = out.len() < MAX_MARKS;
        match out.get_mut(&mark) {
            Some(known) => *known = (known.0 + more.0, known.1 + more.1),
            None if room => drop(out.insert(mark, more)),
            None => {}
        }
    };
    let add = |_, end: Marks, out: &mut Counts| {
        let one = (u64::from(end.converted), u64::from(!end.converted));
        end.names.into_iter().for_each(|mark| count(out, mark, one));
    };
    let merge = |into: &mut Counts, from: Counts| from.into_iter().for_each(|(mark, n)| count(into, mark, n));
    let marks = ask.tally(&walk, add, merge)?;
    if marks.len() >= MAX_MARKS {
        ask.warnings.push(format!("more than {MAX_MARKS} different marks; those seen later were left out"));
    }
    let all = walk.spans.len() as u64;
    let converted = walk.spans.iter().filter(|s| s.converted).count() as u64;
    let least = correlate.least_profiles.unwrap_or(10);
    let mut found: Vec<(f64, Correlation)> = (marks.into_iter())
        .filter(|(mark, (yes, no))| yes + no >= least && yes + no < all && !mark.ends_with(NONE))
        .map(|(mark, (yes, no))| {
            let split = Split {
                with_success: yes,
                with_failure: no,
                without_success: converted - yes,
                without_failure: all - converted - no,
            };
            let odds = split.odds();
            let one = Correlation {
                mark,
                converted: yes,
                not_converted: no,
                odds_ratio: odds.ratio,
                low: odds.low,
                high: odds.high,
                significant: odds.low > 1.0 || odds.high < 1.0,
            };
            (odds.strength, one)
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.mark.cmp(&b.1.mark)));
    Ok(found.into_iter().take(SHOWN).map(|(_, one)| one).collect())
}

/// The profiles with a mark, ascending.
pub(super) fn marked(
    ask: &mut Ask<'_>,
    request: &FunnelRequest,
    funnel: &FunnelWalk,
    mark: &str,
) -> Result<Vec<ProfileId>, InsightError> {
    let Some(correlate) = &request.correlate else {
        return Err(InsightError::invalid("drill.mark", "expected correlate in the request, whose marks these are"));
    };
    let walk = walk(ask, request, correlate, funnel)?;
    let add = |profile, end: Marks, out: &mut Vec<ProfileId>| {
        if end.names.contains(mark) {
            out.push(profile);
        }
    };
    ask.tally(&walk, add, |into, from: Vec<ProfileId>| into.extend(from))
}
