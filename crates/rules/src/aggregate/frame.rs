//! Windows whose bounds move: with time, with the profile's zone, with a trait.

use rapport_domain::Timestamp;
use rapport_domain::event::Scalar;
use rapport_domain::rule::{Calendar, CalendarUnit, Since, Window};
use rapport_domain::time::DAY_MS;

use crate::calendar;
use crate::eval::soonest;
use crate::plan::Facts;
use crate::value::instant;

/// The moving bounds of a window; every one applies.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    within_ms: Option<i64>,
    calendar: Option<Calendar>,
    since: Option<Since>,
}

/// The instants a frame holds at one moment: `from <= ts < until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Span {
    pub(crate) fn holds(self, ts: i64) -> bool {
        self.from <= ts && ts < self.until
    }
}

impl Frame {
    /// The frame of a window; `None` when nothing about it moves.
    pub(crate) fn of(window: &Window) -> Option<Frame> {
        let frame = || Frame { within_ms: window.within_ms, calendar: window.calendar, since: window.since.clone() };
        window.is_moving().then(frame)
    }

    /// Whether it has an end, so that newer events may be outside while older ones are inside.
    pub(crate) fn has_end(&self) -> bool {
        self.since.as_ref().is_some_and(|s| s.for_ms.is_some())
    }

    /// What it holds at `now`; `None` while its trait is no date.
    pub(crate) fn span(&self, facts: &dyn Facts, now: Timestamp) -> Option<Span> {
        let mut span = Span { from: i64::MIN, until: i64::MAX };
        if let Some(within) = self.within_ms {
            span.from = now.0.saturating_sub(within).saturating_add(1);
        }
        if let Some(Calendar { unit, count }) = self.calendar {
            let first = calendar::index(facts.zone(), unit, now) - i64::from(count) + 1;
            span.from = span.from.max(calendar::start(facts.zone(), unit, first).0);
        }
        if let Some(since) = &self.since {
            let begins = instant(&Scalar::of(facts.trait_value(&since.r#trait)))?;
            span.from = span.from.max(begins.0);
            span.until = since.for_ms.map_or(i64::MAX, |ms| begins.0.saturating_add(ms));
        }
        Some(span)
    }

    /// When an event of `ts` that is inside leaves by time alone.
    pub(crate) fn leaves(&self, facts: &dyn Facts, ts: i64) -> Option<Timestamp> {
        let rolling = self.within_ms.map(|ms| Timestamp(ts.saturating_add(ms)));
        let by_calendar = self.calendar.map(|Calendar { unit, count }| {
            let zone = facts.zone();
            calendar::start(zone, unit, calendar::index(zone, unit, Timestamp(ts)) + i64::from(count))
        });
        soonest(rolling, by_calendar)
    }

    /// Events up to this instant can never be inside again, whatever zone the profile moves to.
    pub(crate) fn horizon(&self, now: Timestamp) -> Option<i64> {
        let rolling = self.within_ms.map(|ms| now.0.saturating_sub(ms));
        let by_calendar = self.calendar.map(|Calendar { unit, count }| {
            let days = match unit {
                CalendarUnit::Day => 1,
                CalendarUnit::Week => 7,
                CalendarUnit::Month => 31,
            };
            // Two days for clock changes and for zones at either side of the date line.
            now.0.saturating_sub((i64::from(count) * days + 2) * DAY_MS)
        });
        rolling.max(by_calendar)
    }
}
