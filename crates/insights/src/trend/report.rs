//! From a trend's request to its report.

use rapport_domain::{Problem, Timestamp, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::walk::{Hits, Plan, TrendOut, TrendWalk};
use super::{MAX_NUMBERS, MAX_ROLLING, MAX_SERIES, Measure, SeriesRequest, TrendDrill, TrendRequest};
use crate::ask::{Ask, Insight};
use crate::breakdown::{Breakdown, Lines};
use crate::core::buckets::{Buckets, Unit};
use crate::core::formula::Formula;
use crate::core::numbers::{DIGITS, Numbers};
use crate::drill::Drill;
use crate::error::InsightError;
use crate::period::Period;
use crate::report::{About, Figure, ProfilePage, Report};
use crate::request::MAX_BUCKETS;
use crate::rule::{self, RuleText};
use crate::select::{Matchers, Selection};
use crate::table::{Cell, Table};
use crate::values::ValuesWalk;

/// A trend's numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendReport {
    /// The length of a bucket.
    pub unit: Unit,
    /// The buckets: the first day of each, months as `2026-03`, hours with their offset.
    pub buckets: Vec<String>,
    /// By series: one line, or one per value of the breakdown, largest first and `(other)` last. Then the formulas.
    pub series: Vec<TrendSeries>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// One line of a trend.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendSeries {
    /// `A`, `B`… by the order of the request; of formulas `F1`, `F2`….
    pub name: String,
    /// What to call it.
    pub label: String,
    /// The breakdown's value; `(none)` where it is absent, `(other)` for the rest; absent without breakdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// By bucket; null where there is nothing to average.
    pub values: Vec<Option<Figure>>,
    /// The same measure of the whole period: of profiles, different ones.
    pub total: Option<Figure>,
    /// The period before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
}

/// The numbers of the period before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Previous {
    /// By bucket, in the order of the buckets of the report.
    pub values: Vec<Option<Figure>>,
    /// The whole period before.
    pub total: Option<Figure>,
}

impl Report for TrendReport {
    fn table(&self) -> Table {
        let name = |s: &TrendSeries| match &s.value {
            Some(value) if self.series.iter().all(|o| o.name == s.name) => value.clone(),
            Some(value) => format!("{}: {value}", s.label),
            None => s.label.clone(),
        };
        let mut table = Table::new(std::iter::once(self.unit.as_str().to_owned()).chain(self.series.iter().map(name)));
        for (at, bucket) in self.buckets.iter().enumerate() {
            let values = self.series.iter().map(|s| s.values.get(at).copied().flatten().into());
            table.row(std::iter::once(Cell::from(bucket)).chain(values));
        }
        table.row(std::iter::once(Cell::from("total")).chain(self.series.iter().map(|s| s.total.into())));
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// A request, checked.
struct Checked {
    series: Vec<SeriesRequest>,
    plans: Vec<Plan>,
    matchers: Matchers,
    formulas: Vec<(String, Formula)>,
    breakdown: Option<Breakdown>,
    top: usize,
    period: Period,
}

/// One line's numbers, buckets first, then the total.
type Row = (Vec<Option<f64>>, Option<f64>);

impl Insight for TrendRequest {
    const NAME: &'static str = "trend";
    type Report = TrendReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<TrendReport, InsightError> {
        let checked = self.check(ask)?;
        let buckets = checked.period.buckets(self.unit, &mut ask.problems);
        ask.sound(Some(()))?;
        let lines = match &checked.breakdown {
            Some(breakdown) => {
                let range = checked.period.range();
                let walk = ValuesWalk { matchers: &checked.matchers, breakdown, range };
                let profiles = checked.plans.iter().all(|p| p.measure.counts_profiles());
                ask.rank(&walk, checked.top, |end, emit| {
                    end.iter().for_each(|(value, n)| emit(value, if profiles { 1 } else { *n }));
                })?
            }
            None => Lines::default(),
        };
        if lines.len() * checked.plans.len() * buckets.len() > MAX_NUMBERS {
            let text =
                format!("the report would have more than {MAX_NUMBERS} numbers; take fewer values or larger buckets");
            return Err(InsightError::invalid("top", text));
        }
        let walk = checked.walk(checked.period, self.unit, &lines);
        let wanted = match &self.drill {
            Some(drill) => Some(self.drilled(drill, &checked, &walk, &buckets)?),
            None => None,
        };
        let (drill, rule) = wanted.unzip();
        let (rows, mut profiles) = self.rows(ask, &checked, &walk, drill)?;
        if let Some(page) = &mut profiles {
            page.rule = rule.flatten();
        }
        let before = match self.compare {
            true => {
                let period = checked.period.previous(self.unit, buckets.len());
                Some(self.rows(ask, &checked, &checked.walk(period, self.unit, &lines), None)?.0)
            }
            false => None,
        };
        Ok(TrendReport {
            unit: self.unit,
            buckets: buckets.labels(),
            series: checked.lines(&lines, &rows, before.as_deref(), buckets.len()),
            about: ask.about(&checked.period, profiles),
        })
    }
}

impl TrendRequest {
    fn check(&self, ask: &mut Ask<'_>) -> Result<Checked, InsightError> {
        let period = ask.scope(self.scope(), self.unit)?;
        let series = if self.series.is_empty() { vec![SeriesRequest::default()] } else { self.series.clone() };
        if series.len() > MAX_SERIES {
            ask.not_so_many("series", (1, MAX_SERIES), series.len());
        }
        let mut plans = Vec::new();
        let mut matchers = Vec::new();
        for (at, one) in series.iter().enumerate().take(MAX_SERIES) {
            let at = format!("series[{at}].");
            let selection = Selection { event: one.event.clone(), filter: one.filter.clone(), label: None };
            matchers.push(ask.selection(&selection, &at));
            plans.push(self.plan(ask, one, &at));
        }
        let mut formulas = Vec::new();
        for (at, one) in self.formulas.iter().enumerate() {
            match Formula::parse(&one.formula, series.len()) {
                Ok(formula) => formulas.push((one.label.clone().unwrap_or_else(|| one.formula.clone()), formula)),
                Err(text) => ask.problem(format!("formulas[{at}].formula"), text),
            }
        }
        if formulas.len() > MAX_SERIES {
            ask.too_many("formulas", MAX_SERIES, self.formulas.len());
        }
        ask.number(self.rolling, 1, (1, MAX_ROLLING), "rolling");
        let breakdown = ask.breakdown(self.breakdown.as_deref())?;
        let top = ask.top(self.top);
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let period = ask.sound(period)?;
        Ok(Checked { series, plans, matchers: Matchers::new(matchers), formulas, breakdown, top, period })
    }

    fn plan(&self, ask: &mut Ask<'_>, one: &SeriesRequest, at: &str) -> Plan {
        let measure = one.measure;
        let property = one.property.as_deref().filter(|p| !p.is_empty());
        if measure.needs_property() && property.is_none() {
            ask.problem(format!("{at}property"), "expected the property to add up, such as total");
        }
        if measure.trailing_days() > 1 && self.unit != Unit::Day {
            ask.problem(format!("{at}measure"), "is by day: expected unit day");
        }
        let adds_up = matches!(measure, Measure::Events | Measure::Profiles | Measure::Sum);
        if self.cumulative && !adds_up {
            ask.problem(format!("{at}measure"), "cannot be cumulative: expected events, profiles or sum");
        }
        let property = property.filter(|_| measure.needs_property());
        property.iter().for_each(|p| ask.property(p, &format!("{at}property")));
        let property =
            property.map(|p| p.strip_prefix("context.").map_or((false, p.to_owned()), |p| (true, p.to_owned())));
        Plan { measure, property }
    }

    /// Every line's numbers, those of formulas last; by series and then by line.
    fn rows(
        &self,
        ask: &mut Ask<'_>,
        checked: &Checked,
        walk: &TrendWalk<'_>,
        drill: Option<Drill<'_, Hits>>,
    ) -> Result<(Vec<Row>, Option<ProfilePage>), InsightError> {
        let (buckets, cumulative) = (walk.buckets.len() - walk.lead, self.cumulative);
        let add = |_, end, out: &mut TrendOut| walk.add(&end, cumulative, out);
        let (mut out, profiles) = ask.tally_with(walk, add, TrendOut::merge, drill)?;
        out.grow(walk.rows(), buckets);
        if out.rows.iter().flatten().any(|c| c.numbers.as_deref().is_some_and(Numbers::is_rounded)) {
            ask.warnings.push(format!("quantiles of many different values are rounded to {DIGITS} digits"));
        }
        let mut rows: Vec<Row> = Vec::with_capacity(out.rows.len());
        for (row, cells) in out.rows.iter().enumerate() {
            let measure = checked.plans[row / walk.lines.len()].measure;
            let mut values: Vec<Option<f64>> = cells.iter().map(|c| c.value(measure)).collect();
            let total = values.pop().flatten();
            if cumulative {
                let mut sum = 0.0;
                values.iter_mut().flatten().for_each(|v| {
                    sum += *v;
                    *v = sum;
                });
            }
            rows.push((values, total));
        }
        let lines = walk.lines.len();
        for (_, formula) in &checked.formulas {
            for line in 0..lines {
                let at = |bucket: usize| formula.value(&|series| rows[series * lines + line].0[bucket]);
                let values = (0..buckets).map(at).collect();
                rows.push((values, formula.value(&|series| rows[series * lines + line].1)));
            }
        }
        if let Some(span) = self.rolling.filter(|span| *span > 1) {
            rows.iter_mut().for_each(|(values, _)| *values = rolling(values, span));
        }
        Ok((rows, profiles))
    }

    /// The profiles behind a number, and the rule that holds them.
    fn drilled(
        &self,
        drill: &TrendDrill,
        checked: &Checked,
        walk: &TrendWalk<'_>,
        buckets: &Buckets,
    ) -> Result<(Drill<'static, Hits>, Option<String>), InsightError> {
        let labels = buckets.labels();
        let name = drill.series.as_deref().unwrap_or("A");
        let series = (0..checked.plans.len()).find(|at| series_name(*at) == name);
        let bucket = drill.bucket.as_ref().map(|b| labels.iter().position(|l| l == b));
        let line = walk.lines.named(drill.value.as_deref());
        let mut problems = Vec::new();
        if series.is_none() {
            let text = format!("expected a series of the request, A to {}", series_name(checked.plans.len() - 1));
            problems.push(Problem::new("drill.series", text));
        }
        if bucket == Some(None) {
            problems.push(Problem::of("drill.bucket", kinds::NOT_SHOWN, &[("what", &"bucket")]));
        }
        if line.is_none() {
            problems.push(Problem::of("drill.value", kinds::NOT_SHOWN, &[("what", &"value")]));
        }
        let (Some(series), Some(line), true) = (series, line, problems.is_empty()) else {
            return Err(InsightError::Invalid(problems));
        };
        let row = (series * walk.lines.len() + line) as u16;
        let measure = checked.plans[series].measure;
        let (first, end) = match bucket.flatten() {
            None => (walk.lead, walk.buckets.len()),
            Some(at) if self.cumulative => (walk.lead, walk.lead + at + 1),
            Some(at) => (walk.lead + at + 1 - measure.trailing_days(), walk.lead + at + 1),
        };
        let inside = first..end;
        let behind = Drill::new(drill.page(), move |end: &Hits| {
            end.list.iter().any(|h| h.row == row && inside.contains(&usize::from(h.bucket)))
        });
        let mut found = None;
        let bounds = walk.buckets.range_of(first).zip(walk.buckets.range_of(end - 1));
        let clip = if measure.trailing_days() > 1 { Timestamp::MIN } else { walk.range.0 };
        if let Some((first, last)) = bounds.filter(|_| checked.plans[series].property.is_none()) {
            let range = (first.0.max(clip), last.1.min(walk.range.1));
            let one = &checked.series[series];
            let selection = Selection { event: one.event.clone(), filter: one.filter.clone(), label: None };
            let query = rule::query(&selection, Some(range.0), Some(range.1));
            let value = self.breakdown.as_deref().map(|b| (b, drill.value.as_deref().unwrap_or_default()));
            let rule = RuleText::default().event_with(&query, value);
            found = rule.finish(self.scope());
        }
        Ok((behind, found))
    }
}

impl Checked {
    fn walk<'a>(&'a self, period: Period, unit: Unit, lines: &'a Lines) -> TrendWalk<'a> {
        let lead = self.plans.iter().map(|p| p.measure.trailing_days() - 1).max().unwrap_or(0);
        let first = if lead > 0 { Unit::Day.shift(period.first_day, -(lead as i64)) } else { period.first_day };
        let from = if lead > 0 { Timestamp::MIN } else { period.from };
        let all = Buckets::new(period.zone, unit, first, period.last_day, MAX_BUCKETS + 60);
        TrendWalk {
            matchers: &self.matchers,
            plans: &self.plans,
            buckets: all.within(from, period.to),
            lead,
            range: period.range(),
            breakdown: self.breakdown.as_ref(),
            lines,
        }
    }

    fn lines(&self, lines: &Lines, rows: &[Row], before: Option<&[Row]>, buckets: usize) -> Vec<TrendSeries> {
        let figures = |values: &[Option<f64>]| values.iter().map(|v| v.map(Figure)).collect::<Vec<_>>();
        let mut all = Vec::new();
        for (row, (values, total)) in rows.iter().enumerate() {
            let (series, line) = (row / lines.len(), row % lines.len());
            let value = lines.name(line);
            let is_rest = lines.values.is_some() && line + 1 == lines.len();
            if is_rest && total.is_none_or(|t| t == 0.0) && values.iter().all(|v| v.is_none_or(|v| v == 0.0)) {
                continue;
            }
            let (name, label) = match series.checked_sub(self.plans.len()) {
                None => (series_name(series), self.series[series].name()),
                Some(at) => (format!("F{}", at + 1), self.formulas[at].0.clone()),
            };
            let previous = before.map(|rows| {
                let (values, total) = &rows[row];
                // A month before may have fewer days than this one.
                let mut values = figures(values);
                values.resize(buckets, None);
                Previous { values, total: total.map(Figure) }
            });
            all.push(TrendSeries { name, label, value, values: figures(values), total: total.map(Figure), previous });
        }
        all
    }
}

impl SeriesRequest {
    fn name(&self) -> String {
        Selection { event: self.event.clone(), label: self.label.clone(), ..Selection::default() }.label()
    }
}

/// `A`, `B`, ….
fn series_name(at: usize) -> String {
    char::from(b'A' + (at % 26) as u8).to_string()
}

/// Each the average of itself and those before it, `span` in all; fewer at the beginning. Missing ones are left out.
fn rolling(values: &[Option<f64>], span: usize) -> Vec<Option<f64>> {
    let average = |at: usize| {
        let near = values[(at + 1).saturating_sub(span)..=at].iter().flatten();
        let (n, sum) = near.fold((0u32, 0.0), |(n, sum), v| (n + 1, sum + v));
        (n > 0).then(|| sum / f64::from(n))
    };
    (0..values.len()).map(average).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolling_averages_begin_short_and_skip_gaps() {
        let values = [Some(2.0), Some(4.0), None, Some(12.0)];
        assert_eq!(rolling(&values, 3), [Some(2.0), Some(3.0), Some(3.0), Some(8.0)]);
        assert_eq!(rolling(&[None, Some(1.0)], 2), [None, Some(1.0)]);
    }
}
