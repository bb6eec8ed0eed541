//! The power-user curve: on how many days of a period profiles are active (L7, L28, L30).

use chrono::Datelike;
use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::breakdown::{Breakdown, Lines};
use crate::core::buckets::{Buckets, Unit, local_date};
use crate::drill::Drill;
use crate::error::InsightError;
use crate::report::{About, Report};
use crate::request::{drill, percent, request};
use crate::select::{Matchers, Selection};
use crate::table::{Cell, Table};
use crate::walk::{Names, Walk};

/// The most days of a curve.
pub const MAX_CURVE_DAYS: usize = 90;

request! {
    /// Profiles by the number of days on which they were active.
    pub struct PowerUsersRequest {
        /// What counts as being active; any event of the customer's own doing when absent.
        pub of: Selection,
        /// The days that end with `to`, 2 to 90: 7 for L7, 28 for L28; 28 when absent. Not together with `from`.
        pub days: Option<usize>,
        /// One curve per value of a trait (`traits.…`) or of membership (`segments.…`), or `cohort`: per calendar month of the
        /// first such event ever.
        pub breakdown: Option<String>,
        /// How many values get a curve of their own, at most 50; 10 when absent.
        pub top: Option<usize>,
        /// Also list the profiles behind one number.
        pub drill: Option<PowerUsersDrill>,
    }
}

drill! {
    /// Which number's profiles to list.
    pub struct PowerUsersDrill {
        /// Active on at least so many days.
        pub least_days: usize,
        /// And on at most so many; the same when absent.
        pub most_days: Option<usize>,
        /// The value of the breakdown.
        pub value: Option<String>,
    }
}

/// Power-user curves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PowerUsersReport {
    /// Days of the period.
    pub days: usize,
    /// One, or one per value of the breakdown.
    pub curves: Vec<Curve>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// One curve.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curve {
    /// The value of the breakdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Profiles active on exactly 1, 2, … days.
    pub profiles: Vec<u64>,
    /// All of them.
    pub active: u64,
    /// Days on which a profile was active, on average.
    pub average_days: f64,
    /// The last quarter of the curve (rounded up) holds more profiles than the quarter before it: there are power users.
    pub smiles: bool,
}

impl Report for PowerUsersReport {
    fn table(&self) -> Table {
        let mut columns = vec!["days".to_owned()];
        for curve in &self.curves {
            let name = curve.value.clone().unwrap_or_else(|| "profiles".to_owned());
            columns.extend([name.clone(), format!("{name}_percent")]);
        }
        let mut table = Table::new(columns);
        for at in 0..self.days {
            let cells = self
                .curves
                .iter()
                .flat_map(|c| [c.profiles[at].into(), Cell::Percent(percent(c.profiles[at], c.active))]);
            table.row(std::iter::once(Cell::from(at + 1)).chain(cells));
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

struct DaysWalk {
    matchers: Matchers,
    days: Buckets,
    period: (Timestamp, Timestamp),
    zone: chrono_tz::Tz,
    of_profile: Option<Breakdown>,
    by_cohort: bool,
}

#[derive(Debug, Default)]
struct Days {
    first: Option<Timestamp>,
    days: u128,
    value: Option<String>,
}

impl Walk for DaysWalk {
    type State = Days;
    type End = Days;

    fn begin(&self, _: ProfileId) -> Days {
        Days::default()
    }

    fn step(&self, state: &mut Days, event: &EventRef<'_>) {
        let inside = event.ts() >= self.period.0;
        let day = self.days.index(event.ts()).filter(|_| inside).map_or(0, |day| 1u128 << day);
        let known = state.first.is_some() && state.days & day == day;
        if !known && self.matchers.mask(event) != 0 {
            state.first.get_or_insert(event.ts());
            state.days |= day;
        }
    }

    fn end(&self, profile: ProfileId, mut state: Days) -> Option<Days> {
        if let Some(Breakdown::Profile(column, none)) = &self.of_profile {
            state.value = Some(column.get(profile).unwrap_or(none).to_owned());
        } else if let Some(first) = state.first.filter(|_| self.by_cohort) {
            let day = local_date(self.zone, first);
            state.value = Some(format!("{:04}-{:02}", day.year(), day.month()));
        }
        (state.days != 0).then_some(state)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        let from = if self.by_cohort { Timestamp::MIN } else { self.period.0 };
        Some((from, self.period.1))
    }
}

impl Insight for PowerUsersRequest {
    const NAME: &'static str = "power-users";
    type Report = PowerUsersReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<PowerUsersReport, InsightError> {
        let days = ask.number(self.days, 28, (2, MAX_CURVE_DAYS), "days");
        let mut period = ask.scope(self.scope(), Unit::Day)?;
        if let Some(period) = period.as_mut().filter(|_| self.from.is_none()) {
            let first = Unit::Day.shift(period.last_day, 1 - days as i64);
            (period.first_day, period.from) = (first, crate::core::buckets::day_start(period.zone, first));
        } else if self.days.is_some() {
            ask.problem("days", "expected either days or from");
        }
        let matcher = ask.selection(&self.of, "of.");
        let by_cohort = self.breakdown.as_deref() == Some("cohort");
        let of_profile = if by_cohort { None } else { ask.breakdown(self.breakdown.as_deref())? };
        if of_profile.as_ref().is_some_and(|b| !b.is_of_profile()) {
            ask.problem("breakdown", "expected traits.…, segments.… or cohort: a profile has one value");
        }
        let top = ask.top(self.top);
        let buckets = period.map(|p| p.buckets(Unit::Day, &mut ask.problems));
        let count = buckets.as_ref().map_or(0, Buckets::len);
        if count > MAX_CURVE_DAYS {
            ask.too_many_days(count, MAX_CURVE_DAYS);
        }
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
            ask.number(Some(drill.least_days), 1, (1, count.max(1)), "drill.least_days");
        }
        let (period, buckets) = ask.sound(period.zip(buckets))?;
        let walk = DaysWalk {
            matchers: Matchers::new(vec![matcher]),
            days: buckets,
            period: period.range(),
            zone: period.zone,
            of_profile,
            by_cohort,
        };
        let lines = match self.breakdown {
            Some(_) => ask.rank(&walk, top, |end: &Days, emit| emit(end.value.as_deref().unwrap_or_default(), 1))?,
            None => Lines::default(),
        };
        let cells = lines.len() * count;
        let add = |_, end: Days, out: &mut Vec<u64>| {
            out.resize(cells, 0);
            let line = end.value.as_ref().map_or(0, |v| lines.line(v));
            out[line * count + end.days.count_ones() as usize - 1] += 1;
        };
        let merge = |into: &mut Vec<u64>, from: Vec<u64>| {
            into.resize(cells, 0);
            into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        };
        let drill = match &self.drill {
            Some(drill) => {
                let Some(line) = lines.named(drill.value.as_deref()) else {
                    return Err(InsightError::not_shown("drill.value", "value"));
                };
                let wanted = drill.least_days..=drill.most_days.unwrap_or(drill.least_days);
                let lines = &lines;
                Some(Drill::new(drill.page(), move |end: &Days| {
                    wanted.contains(&(end.days.count_ones() as usize))
                        && end.value.as_ref().map_or(0, |v| lines.line(v)) == line
                }))
            }
            None => None,
        };
        let (mut out, profiles) = ask.tally_with(&walk, add, merge, drill)?;
        out.resize(cells, 0);
        let curve = |line: usize| curve(lines.name(line), out[line * count..(line + 1) * count].to_vec());
        let curves = (0..lines.len()).map(curve).filter(|c| c.active > 0 || lines.values.is_none()).collect();
        Ok(PowerUsersReport { days: count, curves, about: ask.about(&period, profiles) })
    }
}

fn curve(value: Option<String>, profiles: Vec<u64>) -> Curve {
    let active: u64 = profiles.iter().sum();
    let all_days: u64 = profiles.iter().zip(1..).map(|(n, days)| n * days).sum();
    let quarter = profiles.len().div_ceil(4);
    let end = profiles.len() - quarter;
    let last: u64 = profiles[end..].iter().sum();
    let before: u64 = profiles[end.saturating_sub(quarter)..end].iter().sum();
    let average_days = if active == 0 { 0.0 } else { all_days as f64 / active as f64 };
    Curve { value, profiles, active, average_days, smiles: last > before }
}
