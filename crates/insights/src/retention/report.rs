//! From a retention request to its triangle.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::walk::{RetentionWalk, Visits};
use super::{Cohorts, Counting, MAX_COHORTS, RetentionDrill, RetentionRequest};
use crate::ask::{Ask, Insight};
use crate::breakdown::Lines;
use crate::core::buckets::{Buckets, Unit};
use crate::core::retention::Columns;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::period::Period;
use crate::report::{About, Figure, Report};
use crate::request::percent;
use crate::select::Matchers;
use crate::table::{Cell, Table};

/// A retention report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetentionReport {
    /// The length of a cohort.
    pub unit: Unit,
    /// The columns: units after the cohort's, `0` is the cohort itself.
    pub columns: Vec<String>,
    /// The cohorts in order; with a breakdown, those of the largest value first.
    pub cohorts: Vec<Cohort>,
    /// By column: profiles that came back of all those whose column is complete, percent; null when none is.
    pub average_percent: Vec<Option<f64>>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// One cohort.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cohort {
    /// The bucket it began in.
    pub cohort: String,
    /// The value of the breakdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// By column that has begun: how many came back; the first is the cohort's size.
    pub returned: Vec<u64>,
    /// The same of the cohort's size, percent.
    pub percent: Vec<f64>,
    /// So many columns, from the first, are over; later ones may still grow.
    pub complete: usize,
    /// By column: what the property of its returning events adds up to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sums: Option<Vec<Figure>>,
}

impl Report for RetentionReport {
    fn table(&self) -> Table {
        let with_value = self.cohorts.iter().any(|c| c.value.is_some());
        let mut columns = vec![self.unit.as_str().to_owned()];
        columns.extend(with_value.then(|| "value".to_owned()));
        columns.push("profiles".to_owned());
        columns.extend(self.columns.iter().skip(1).map(|c| format!("{c}_percent")));
        let mut table = Table::new(columns);
        for cohort in &self.cohorts {
            let mut row = vec![Cell::from(&cohort.cohort)];
            row.extend(with_value.then(|| cohort.value.as_ref().into()));
            row.push(cohort.returned.first().copied().into());
            row.extend(cohort.percent.iter().skip(1).map(|p| Cell::Percent(*p)));
            row.resize(self.columns.len() + 1 + usize::from(with_value), Cell::Empty);
            table.row(row);
        }
        let mut row = vec![Cell::from("average")];
        row.resize(2 + usize::from(with_value), Cell::Empty);
        row.extend(self.average_percent.iter().skip(1).map(|p| p.map_or(Cell::Empty, Cell::Percent)));
        table.row(row);
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// What retention adds up, by line, cohort and column.
#[derive(Debug, Default)]
struct Triangle {
    returned: Vec<u64>,
    sums: Vec<i128>,
}

/// A request, checked.
struct Checked {
    columns: Columns,
    buckets: Buckets,
    /// Buckets that are over when the period ends.
    over: usize,
    period: Period,
}

impl Insight for RetentionRequest {
    const NAME: &'static str = "retention";
    type Report = RetentionReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<RetentionReport, InsightError> {
        let period = ask.scope(self.scope(), self.unit)?;
        let start = ask.selection(&self.start, "start.");
        let returning = match &self.returning {
            Some(returning) => ask.selection(returning, "returning."),
            None => start.clone(),
        };
        let breakdown = ask.breakdown(self.breakdown.as_deref())?;
        let top = ask.top(self.top);
        let checked = self.check(ask, period)?;
        let walk = RetentionWalk {
            matchers: Matchers::new(vec![start, returning]),
            buckets: &checked.buckets,
            until: checked.period.to,
            first_time: self.cohorts == Cohorts::FirstTime,
            property: self.property.clone(),
            breakdown,
        };
        let lines = match walk.breakdown {
            Some(_) => ask.rank(&walk, top, |end: &Visits, emit| {
                end.cohorts.iter().for_each(|(_, value)| emit(value.as_deref().unwrap_or_default(), 1));
            })?,
            None => Lines::default(),
        };
        let (width, height) = (checked.columns.count(), checked.buckets.len());
        let or_after = self.counting == Counting::OnOrAfter;
        let cells = lines.len() * width * height;
        let add = |_, end: Visits, out: &mut Triangle| {
            out.returned.resize(cells, 0);
            out.sums.resize(cells, 0);
            for (cohort, value) in &end.cohorts {
                let cohort = usize::from(*cohort);
                let line = value.as_ref().map_or(0, |v| lines.line(v));
                let row = (line * height + cohort) * width;
                for column in 0..checked.columns.begun(height - cohort) {
                    let there = checked.columns.holds(column, cohort, &end.returns, or_after);
                    out.returned[row + column] += u64::from(there);
                }
                for (bucket, sum) in end.returns.iter().zip(&end.sums) {
                    let after = usize::from(*bucket).checked_sub(cohort);
                    if let Some(column) = after.and_then(|after| checked.columns.column_of(after)) {
                        out.sums[row + column] += sum;
                    }
                }
            }
        };
        let merge = |into: &mut Triangle, from: Triangle| {
            into.returned.resize(cells, 0);
            into.sums.resize(cells, 0);
            into.returned.iter_mut().zip(from.returned).for_each(|(a, b)| *a += b);
            into.sums.iter_mut().zip(from.sums).for_each(|(a, b)| *a += b);
        };
        let drill = match &self.drill {
            Some(drill) => Some(self.drilled(drill, &checked, &lines)?),
            None => None,
        };
        let (mut out, profiles) = ask.tally_with(&walk, add, merge, drill)?;
        out.returned.resize(cells, 0);
        out.sums.resize(cells, 0);
        let about = ask.about(&checked.period, profiles);
        Ok(self.report(&checked, &lines, &out, about))
    }
}

impl RetentionRequest {
    fn check(&self, ask: &mut Ask<'_>, period: Option<Period>) -> Result<Checked, InsightError> {
        let buckets = period.map(|p| p.whole_buckets(self.unit, 0, &mut ask.problems));
        let count = buckets.as_ref().map_or(0, Buckets::len);
        if count > MAX_COHORTS {
            let text = format!("the period has {count} cohorts, at most {MAX_COHORTS} are possible");
            ask.problem("from", text);
        }
        let columns = match &self.brackets {
            None => Columns::each(count.saturating_sub(1)),
            Some(ends) => Columns::brackets(ends).unwrap_or_else(|text| {
                ask.problem("brackets", text);
                Columns::each(0)
            }),
        };
        if columns.count() > MAX_COHORTS {
            ask.problem("brackets", format!("at most {MAX_COHORTS} are possible"));
        }
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let (period, buckets) = ask.sound(period.zip(buckets))?;
        let over = (0..buckets.len()).take_while(|at| buckets.range_of(*at).is_some_and(|r| r.1 <= period.to)).count();
        Ok(Checked { columns, buckets, over, period })
    }

    fn drilled<'d>(
        &self,
        drill: &'d RetentionDrill,
        checked: &'d Checked,
        lines: &'d Lines,
    ) -> Result<Drill<'d, Visits>, InsightError> {
        let cohort = checked.buckets.labels().iter().position(|l| *l == drill.cohort);
        let line = lines.named(drill.value.as_deref());
        let Some(cohort) = cohort else {
            return Err(InsightError::not_shown("drill.cohort", "cohort"));
        };
        let Some(line) = line else {
            return Err(InsightError::not_shown("drill.value", "value"));
        };
        let begun = checked.columns.begun(checked.buckets.len() - cohort);
        if drill.column >= begun {
            let text = format!("expected 0 to {}: later columns of that cohort have not begun", begun - 1);
            return Err(InsightError::invalid("drill.column", text));
        }
        let or_after = self.counting == Counting::OnOrAfter;
        Ok(Drill::new(drill.page(), move |end: &Visits| {
            let belongs = |(of, value): &(u16, Option<String>)| {
                usize::from(*of) == cohort && value.as_ref().map_or(0, |v| lines.line(v)) == line
            };
            end.cohorts.iter().any(belongs) && checked.columns.holds(drill.column, cohort, &end.returns, or_after)
        }))
    }

    fn report(&self, checked: &Checked, lines: &Lines, out: &Triangle, about: About) -> RetentionReport {
        let (width, height) = (checked.columns.count(), checked.buckets.len());
        let labels = checked.buckets.labels();
        let mut cohorts = Vec::new();
        // By column: those who came back, of those who could.
        let mut totals = vec![(0u64, 0u64); width];
        for line in 0..lines.len() {
            let row = |cohort: usize| (line * height + cohort) * width;
            let is_rest = lines.values.is_some() && line + 1 == lines.len();
            if is_rest && (0..height).all(|cohort| out.returned[row(cohort)] == 0) {
                continue;
            }
            for (cohort, label) in labels.iter().enumerate() {
                let begun = checked.columns.begun(height - cohort);
                let complete = checked.columns.complete(checked.over.saturating_sub(cohort)).min(begun);
                let returned = out.returned[row(cohort)..row(cohort) + begun].to_vec();
                for (total, n) in totals.iter_mut().zip(&returned).take(complete) {
                    *total = (total.0 + n, total.1 + returned[0]);
                }
                let sums = &out.sums[row(cohort)..row(cohort) + begun];
                cohorts.push(Cohort {
                    cohort: label.clone(),
                    value: lines.name(line),
                    percent: returned.iter().map(|n| percent(*n, returned[0])).collect(),
                    returned,
                    complete,
                    sums: self.property.is_some().then(|| sums.iter().map(|s| Figure(*s as f64 / 1e6)).collect()),
                });
            }
        }
        let average = |(n, of): (u64, u64)| (of > 0).then(|| percent(n, of));
        RetentionReport {
            unit: self.unit,
            columns: checked.columns.labels(),
            cohorts,
            average_percent: totals.into_iter().map(average).collect(),
            about,
        }
    }
}
