//! From a funnel's request to its report.

use rapport_domain::ProfileId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::correlation::{self, Correlation};
use super::walk::{FunnelEnd, FunnelWalk};
use super::{FunnelDrill, FunnelRequest, MAX_STEPS, MAX_UNORDERED_EVENTS, Order, Outcome};
use crate::ask::{Ask, Insight};
use crate::breakdown::Lines;
use crate::core::buckets::Buckets;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::report::{About, Report};
use crate::request::percent;
use crate::table::{Cell, Table};

/// A funnel's numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelReport {
    /// The steps in order; of an unordered funnel, any one step, any two…
    pub steps: Vec<FunnelStepReport>,
    /// Profiles that entered.
    pub entered: u64,
    /// Profiles that reached the last step.
    pub converted: u64,
    /// `converted` of `entered`, percent.
    pub conversion_percent: f64,
    /// The conversion window, milliseconds.
    pub window_ms: i64,
    /// One line per value of the breakdown, largest first and `(other)` last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<FunnelLine>>,
    /// Conversion by when profiles entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_time: Option<Vec<FunnelBucket>>,
    /// How long conversions took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Vec<FunnelBin>>,
    /// What sets those who converted apart, strongest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Vec<Correlation>>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// One step's numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelStepReport {
    /// What to call it.
    pub label: String,
    /// Profiles that reached the step.
    pub profiles: u64,
    /// Profiles that reached it and none after it; 0 for the last step.
    pub dropped: u64,
    /// `profiles` of those that entered, percent.
    pub conversion_percent: f64,
    /// Of those at the required step before, the percentage that reached this one from there; 100 for the first.
    pub step_conversion_percent: f64,
    /// Of an open funnel: profiles that came in here, with no step before within the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_here: Option<u64>,
    /// Median time from the first step to this (of an open funnel, from the step before), milliseconds; the mean of the two
    /// middle ones, rounded down, of an even number.
    pub median_ms: Option<i64>,
    /// Average of these times, milliseconds.
    pub average_ms: Option<f64>,
}

/// The profiles of one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelLine {
    /// The value.
    pub value: String,
    /// Profiles that reached each step.
    pub profiles: Vec<u64>,
    /// The last of `profiles` of those that entered, percent.
    pub conversion_percent: f64,
    /// Median time to the last step, milliseconds.
    pub median_ms: Option<i64>,
}

/// Those who entered in one bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelBucket {
    /// The bucket.
    pub bucket: String,
    /// How many entered in it.
    pub entered: u64,
    /// How many of them converted, whenever.
    pub converted: u64,
    /// `converted` of `entered`, percent.
    pub conversion_percent: f64,
}

/// Conversions that took about as long.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelBin {
    /// At least, ms.
    pub from_ms: i64,
    /// Less than, ms; of the last bin, at most.
    pub to_ms: i64,
    /// How many profiles.
    pub profiles: u64,
}

impl Report for FunnelReport {
    fn table(&self) -> Table {
        let mut table =
            Table::new(["step", "profiles", "conversion_percent", "step_conversion_percent", "dropped", "median_ms"]);
        for step in &self.steps {
            table.row([
                Cell::from(&step.label),
                step.profiles.into(),
                Cell::Percent(step.conversion_percent),
                Cell::Percent(step.step_conversion_percent),
                step.dropped.into(),
                Cell::duration(step.median_ms),
            ]);
        }
        for line in self.lines.iter().flatten() {
            for (step, profiles) in self.steps.iter().zip(&line.profiles) {
                let entered = line.profiles.first().copied().unwrap_or(0);
                table.row([
                    Cell::Text(format!("{}: {}", line.value, step.label)),
                    (*profiles).into(),
                    Cell::Percent(percent(*profiles, entered)),
                ]);
            }
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// What a funnel adds up for one line.
#[derive(Debug, Default)]
struct LineOut {
    /// By step: the time each profile took to reach it; of an open funnel, of those who came from a step before.
    times_ms: [Vec<i64>; MAX_STEPS],
    /// By step: profiles that were here, those that came here from the step before, and those that got no further.
    reached: [u64; MAX_STEPS],
    continued: [u64; MAX_STEPS],
    dropped: [u64; MAX_STEPS],
    entered: u64,
}

impl LineOut {
    fn add(&mut self, more: LineOut) {
        self.times_ms.iter_mut().zip(more.times_ms).for_each(|(a, b)| a.extend(b));
        for (all, more) in [
            (&mut self.reached, more.reached),
            (&mut self.continued, more.continued),
            (&mut self.dropped, more.dropped),
        ] {
            all.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        self.entered += more.entered;
    }
}

#[derive(Debug, Default)]
struct FunnelOut {
    lines: Vec<LineOut>,
    /// By bucket of `over`: entered and converted.
    buckets: Vec<(u64, u64)>,
    cut: bool,
}

impl FunnelOut {
    fn grow(&mut self, lines: usize, buckets: usize) {
        if self.lines.is_empty() {
            self.lines.resize_with(lines, LineOut::default);
            self.buckets.resize(buckets, (0, 0));
        }
    }

    fn merge(&mut self, from: FunnelOut) {
        if self.lines.is_empty() {
            *self = from;
            return;
        }
        self.cut |= from.cut;
        self.lines.iter_mut().zip(from.lines).for_each(|(all, more)| all.add(more));
        self.buckets.iter_mut().zip(from.buckets).for_each(|(a, b)| *a = (a.0 + b.0, a.1 + b.1));
    }
}

impl Insight for FunnelRequest {
    const NAME: &'static str = "funnel";
    type Report = FunnelReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<FunnelReport, InsightError> {
        let (walk, period, buckets) = self.check(ask)?;
        let lines = match walk.breakdown {
            Some(_) => {
                let top = self.top.unwrap_or(10);
                ask.rank(&walk, top, |end: &FunnelEnd, emit| emit(end.value.as_deref().unwrap_or_default(), 1))?
            }
            None => Lines::default(),
        };
        let last = self.steps.len() - 1;
        let count = buckets.as_ref().map_or(0, Buckets::len);
        let add = |_: ProfileId, end: FunnelEnd, out: &mut FunnelOut| {
            out.grow(lines.len(), count);
            out.cut |= end.cut;
            let line = &mut out.lines[end.value.as_ref().map_or(0, |v| lines.line(v))];
            line.entered += 1;
            line.dropped[end.furthest] += u64::from(end.furthest < last);
            for (step, reach) in end.reached.iter().enumerate() {
                let Some(reach) = reach else { continue };
                line.reached[step] += 1;
                line.continued[step] += u64::from(reach.continued);
                if reach.continued || !self.open {
                    line.times_ms[step].push(reach.at - reach.anchor);
                }
            }
            if let Some(at) = buckets.as_ref().and_then(|b| b.index(end.entered_at())) {
                out.buckets[at].0 += 1;
                out.buckets[at].1 += u64::from(end.furthest == last);
            }
        };
        let drill = match &self.drill {
            Some(drill) => Some(self.drilled(ask, drill, &walk, &lines, buckets.as_ref())?),
            None => None,
        };
        let (mut out, profiles) = ask.tally_with(&walk, add, FunnelOut::merge, drill)?;
        out.grow(lines.len(), count);
        if out.cut {
            ask.warnings.push(format!("profiles with more than {MAX_UNORDERED_EVENTS} such events were cut there"));
        }
        let correlation = match &self.correlate {
            Some(correlate) => Some(correlation::run(ask, self, correlate, &walk)?),
            None => None,
        };
        let about = ask.about(&period, profiles);
        Ok(self.report(out, &lines, buckets.as_ref(), correlation, about))
    }
}

impl FunnelRequest {
    fn drilled<'d>(
        &self,
        ask: &mut Ask<'_>,
        drill: &'d FunnelDrill,
        walk: &FunnelWalk,
        lines: &'d Lines,
        buckets: Option<&'d Buckets>,
    ) -> Result<Drill<'d, FunnelEnd>, InsightError> {
        let step = drill.step - 1;
        let line = drill.value.as_ref().map(|v| lines.named(Some(v)));
        if line == Some(None) {
            return Err(InsightError::not_shown("drill.value", "value"));
        }
        let bucket = drill.bucket.as_ref().map(|b| buckets.and_then(|all| all.labels().iter().position(|l| l == b)));
        if bucket == Some(None) {
            return Err(InsightError::not_shown("drill.bucket", "bucket"));
        }
        let marked = match &drill.mark {
            Some(mark) => Some(correlation::marked(ask, self, walk, mark)?),
            None => None,
        };
        let last = self.steps.len() - 1;
        let holds = move |end: &FunnelEnd| {
            let outcome = match drill.outcome {
                Outcome::Reached => end.reached[step].is_some(),
                // A profile that reached the last step has not dropped out.
                Outcome::Dropped => end.furthest == step && step < last,
            };
            let took = end.took_ms(step).unwrap_or(0);
            let entered = || buckets.and_then(|b| b.index(end.entered_at()));
            outcome
                && line.flatten().is_none_or(|line| end.value.as_ref().is_some_and(|v| lines.line(v) == line))
                && bucket.is_none_or(|bucket| entered() == bucket)
                && drill.least_ms.is_none_or(|least| took >= least)
                && drill.below_ms.is_none_or(|below| took < below)
                && marked.as_ref().is_none_or(|m| m.binary_search(&end.profile).is_ok())
        };
        Ok(Drill::new(drill.page(), holds))
    }

    fn report(
        &self,
        mut out: FunnelOut,
        lines: &Lines,
        buckets: Option<&Buckets>,
        correlation: Option<Vec<Correlation>>,
        about: About,
    ) -> FunnelReport {
        let window_ms = rapport_domain::time::parse_duration_ms(self.window.as_deref().unwrap_or("7d")).unwrap_or(0);
        let count = self.steps.len();
        let broken_down = lines.values.is_some().then(|| {
            let line = |(at, line): (usize, &mut LineOut)| FunnelLine {
                value: lines.name(at).unwrap_or_default(),
                profiles: line.reached[..count].to_vec(),
                conversion_percent: percent(line.reached[count - 1], line.entered),
                median_ms: median(&mut line.times_ms[count - 1]),
            };
            out.lines.iter_mut().enumerate().filter(|(_, l)| l.entered > 0).map(line).collect()
        });
        let mut all = out.lines.into_iter().fold(LineOut::default(), |mut all, more| {
            all.add(more);
            all
        });
        let histogram = self.histogram.map(|bins| histogram(&all.times_ms[count - 1], bins));
        let reached = all.reached;
        let steps: Vec<FunnelStepReport> = (0..count)
            .map(|at| {
                let before = (0..at).rev().find(|b| !self.steps[*b].optional);
                let came = if self.open { all.continued[at] } else { reached[at] };
                FunnelStepReport {
                    label: self.label(at),
                    profiles: reached[at],
                    dropped: all.dropped[at],
                    conversion_percent: percent(reached[at], all.entered),
                    step_conversion_percent: before
                        .map_or(percent(reached[at], reached[at]), |b| percent(came, reached[b])),
                    entered_here: self.open.then(|| reached[at] - all.continued[at]),
                    average_ms: average(&all.times_ms[at]),
                    median_ms: median(&mut all.times_ms[at]),
                }
            })
            .collect();
        let over_time = buckets.map(|buckets| {
            let one = |(bucket, (entered, converted)): (String, (u64, u64))| FunnelBucket {
                bucket,
                entered,
                converted,
                conversion_percent: percent(converted, entered),
            };
            buckets.labels().into_iter().zip(out.buckets).map(one).collect()
        });
        FunnelReport {
            entered: all.entered,
            converted: reached[count - 1],
            conversion_percent: percent(reached[count - 1], all.entered),
            window_ms,
            steps,
            lines: broken_down,
            over_time,
            histogram,
            correlation,
            about,
        }
    }

    fn label(&self, at: usize) -> String {
        match self.order {
            Order::Unordered => format!("any {} of {}", at + 1, self.steps.len()),
            _ => self.steps[at].selection().label(),
        }
    }
}

/// Equal bins from the shortest time to the longest.
fn histogram(times: &[i64], bins: usize) -> Vec<FunnelBin> {
    let (Some(least), Some(most)) = (times.iter().min(), times.iter().max()) else { return Vec::new() };
    let width = ((most - least) / bins as i64 + 1).max(1);
    let mut all: Vec<FunnelBin> = Vec::with_capacity(bins);
    for at in 0..bins as i64 {
        let from_ms = least + at * width;
        if from_ms <= *most {
            all.push(FunnelBin { from_ms, to_ms: from_ms + width, profiles: 0 });
        }
    }
    for time in times {
        all[((time - least) / width) as usize].profiles += 1;
    }
    all
}

fn average(times: &[i64]) -> Option<f64> {
    (!times.is_empty()).then(|| times.iter().map(|t| *t as f64).sum::<f64>() / times.len() as f64)
}

/// The middle; of an even number the mean of the two middle ones, rounded down.
pub(crate) fn median(times: &mut [i64]) -> Option<i64> {
    if times.is_empty() {
        return None;
    }
    let middle = times.len() / 2;
    let odd = times.len() % 2 == 1;
    let (below, upper, _) = times.select_nth_unstable(middle);
    let upper = *upper;
    Some(if odd { upper } else { (below.iter().copied().max().unwrap_or(upper) + upper).div_euclid(2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_averages_and_bins() {
        for (times, expected) in
            [(vec![], None), (vec![5], Some(5)), (vec![9, 1, 4], Some(4)), (vec![9, 1, 4, 5], Some(4))]
        {
            assert_eq!(median(&mut times.clone()), expected, "{times:?}");
        }
        assert_eq!((average(&[]), average(&[1, 2])), (None, Some(1.5)));
        let bins: Vec<_> = histogram(&[0, 4, 10, 10], 2).iter().map(|b| (b.from_ms, b.to_ms, b.profiles)).collect();
        assert_eq!(bins, [(0, 6, 2), (6, 12, 2)]);
        assert_eq!(histogram(&[7, 7], 5).iter().map(|b| b.profiles).sum::<u64>(), 2);
        assert!(histogram(&[], 5).is_empty());
    }
}
