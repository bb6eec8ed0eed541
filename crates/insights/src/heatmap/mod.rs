//! When customers are active: hours by weekdays.

use std::collections::HashMap;

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp, time};
use rapport_lake::{EventFilter, EventRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::core::buckets::Unit;
use crate::core::offsets::Offsets;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::people::Column;
use crate::report::{About, Report};
use crate::request::{drill, request};
use crate::select::{Matchers, Selection};
use crate::table::{Cell, Table};
use crate::walk::{Names, Walk};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOURS: usize = 24;
const CELLS: usize = 7 * HOURS;

request! {
    /// Events, or profiles, per hour of the day and day of the week.
    pub struct HeatmapRequest {
        /// Which events; any when absent.
        pub of: Selection,
        /// Count each profile once an hour of the week, not every event.
        pub profiles: bool,
        /// Take the local time of each profile (its trait `timezone`), and `zone` only for those without.
        pub own_zone: bool,
        /// Also list the profiles behind one number.
        pub drill: Option<HeatmapDrill>,
    }
}

drill! {
    /// Which number's profiles to list.
    pub struct HeatmapDrill {
        /// The day of the week, 1 is Monday.
        pub weekday: usize,
        /// The hour, 0 to 23.
        pub hour: usize,
    }
}

/// Activity by weekday and hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeatmapReport {
    /// By day of the week from Monday: by hour from 0.
    pub hours: Vec<Vec<u64>>,
    /// The busiest hour: day of the week from 1, and hour; absent when nothing happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<(usize, usize)>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

impl Report for HeatmapReport {
    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once("hour").chain(WEEKDAYS));
        for hour in 0..HOURS {
            let counts = self.hours.iter().map(|day| day[hour].into());
            table.row(std::iter::once(Cell::Text(format!("{hour:02}:00"))).chain(counts));
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

struct HourWalk {
    matchers: Matchers,
    range: (Timestamp, Timestamp),
    /// The zones of profiles that have one of their own.
    zones: Column,
    own: HashMap<String, Offsets>,
    default: Offsets,
}

impl Walk for HourWalk {
    type State = (ProfileId, Vec<(u8, u32)>);
    type End = Vec<(u8, u32)>;

    fn begin(&self, profile: ProfileId) -> Self::State {
        (profile, Vec::new())
    }

    fn step(&self, (profile, cells): &mut Self::State, event: &EventRef<'_>) {
        if self.matchers.mask(event) == 0 {
            return;
        }
        let own = self.zones.get(*profile).and_then(|zone| self.own.get(zone));
        let (weekday, hour) = own.unwrap_or(&self.default).weekday_and_hour(event.ts());
        let cell = (weekday * HOURS + hour) as u8;
        match cells.iter_mut().find(|(known, _)| *known == cell) {
            Some((_, n)) => *n = n.saturating_add(1),
            None => cells.push((cell, 1)),
        }
    }

    fn end(&self, _: ProfileId, (_, cells): Self::State) -> Option<Self::End> {
        Some(cells)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.range)
    }
}

impl Insight for HeatmapRequest {
    const NAME: &'static str = "heatmap";
    type Report = HeatmapReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<HeatmapReport, InsightError> {
        let period = ask.scope(self.scope(), Unit::Day)?;
        let matcher = ask.selection(&self.of, "of.");
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
            ask.number(Some(drill.weekday), 1, (1, 7), "drill.weekday");
            ask.number(Some(drill.hour), 0, (0, HOURS - 1), "drill.hour");
        }
        let period = ask.sound(period)?;
        let zones = if self.own_zone { ask.trait_values("timezone")? } else { Column::default() };
        let offsets = |zone| Offsets::new(zone, period.from, period.to);
        let own = zones.values().filter_map(|name| Some((name.to_owned(), offsets(time::zone(name)?)))).collect();
        let default = offsets(period.zone);
        let walk = HourWalk { matchers: Matchers::new(vec![matcher]), range: period.range(), zones, own, default };
        let add = |_, end: Vec<(u8, u32)>, out: &mut Vec<u64>| {
            out.resize(CELLS, 0);
            for (cell, n) in end {
                out[usize::from(cell)] += if self.profiles { 1 } else { u64::from(n) };
            }
        };
        let merge = |into: &mut Vec<u64>, from: Vec<u64>| {
            into.resize(CELLS, 0);
            into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        };
        let drill = self.drill.as_ref().map(|drill| {
            let wanted = ((drill.weekday - 1) * HOURS + drill.hour) as u8;
            Drill::new(drill.page(), move |end: &Vec<(u8, u32)>| end.iter().any(|(cell, _)| *cell == wanted))
        });
        let (mut cells, profiles) = ask.tally_with(&walk, add, merge, drill)?;
        cells.resize(CELLS, 0);
        let peak = cells.iter().enumerate().rev().max_by_key(|(_, n)| **n).filter(|(_, n)| **n > 0);
        Ok(HeatmapReport {
            peak: peak.map(|(at, _)| (at / HOURS + 1, at % HOURS)),
            hours: cells.chunks(HOURS).map(<[u64]>::to_vec).collect(),
            about: ask.about(&period, profiles),
        })
    }
}
