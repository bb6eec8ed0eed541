//! From a request for a journey map to the map.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::walk::{JourneyEnd, JourneyWalk, Mark};
use super::{JourneyMapDrill, JourneyMapRequest, MAX_STAGES, MAX_TOUCHES, MAX_TOUCHPOINTS};
use crate::ask::{Ask, Insight};
use crate::core::buckets::Unit;
use crate::core::numbers::Numbers;
use crate::core::odds::Split;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::period::Period;
use crate::report::{About, Report};
use crate::request::percent;
use crate::select::Matchers;
use crate::table::{Cell, Table};

/// The most channels of touchpoints, and moments, that are told apart.
const MAX_KINDS: usize = 20_000;
/// Moments that are shown.
const SHOWN: usize = 50;

/// A journey map.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JourneyMapReport {
    /// Profiles with a touch in the period: a journey each.
    pub journeys: u64,
    /// Of them, those whose journey ended well.
    pub well: u64,
    /// The stages in order.
    pub stages: Vec<StageReport>,
    /// Their touchpoints by channel, most frequent first within a stage.
    pub touchpoints: Vec<TouchpointReport>,
    /// What sets journeys that ended well apart: pain points first (most conversions lost), then what helps.
    pub moments: Vec<Moment>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageReport {
    /// What it is called.
    pub stage: String,
    /// Profiles that were in it.
    pub profiles: u64,
    /// Profiles for whom it was the last, and whose journey did not end well.
    pub dropped: u64,
    /// `dropped` of `profiles`, percent.
    pub drop_percent: f64,
    /// Median time from the first touch in it to the first in a later stage, ms.
    pub median_ms: Option<i64>,
    /// Effort: touches of a profile in it, on average.
    pub touches_per_profile: f64,
    /// Satisfaction: the mean of the answers given while in it.
    pub satisfaction: Option<f64>,
    /// How many answers.
    pub answers: u64,
}

/// A touchpoint by a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TouchpointReport {
    /// Its stage.
    pub stage: String,
    /// What it is called.
    pub touchpoint: String,
    /// The channel; absent when the request names no field for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Touches.
    pub touches: u64,
    /// Different profiles.
    pub profiles: u64,
}

/// A moment of truth: something after which journeys end better or worse.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// A touchpoint, one that was needed again and again, one by a channel, or one after another.
    pub moment: String,
    /// Profiles that had it, of those whose journey ended one way or the other.
    pub profiles: u64,
    /// Of them, journeys that ended well, percent.
    pub well_percent: f64,
    /// Of those without it, percent.
    pub without_percent: f64,
    /// Good ends lost: affected profiles times what their rate lacks; below 0 where it helps.
    pub lost: f64,
    /// How many times the odds of a good end are with it what they are without.
    pub odds_ratio: f64,
    /// Whether the 95 % interval of the odds ratio leaves out 1.
    pub significant: bool,
}

impl Report for JourneyMapReport {
    fn table(&self) -> Table {
        let mut table = Table::new([
            "stage",
            "profiles",
            "dropped",
            "drop_percent",
            "median_ms",
            "touches",
            "satisfaction",
            "worst_moment",
        ]);
        for stage in &self.stages {
            let own = |label: &str| {
                let points = self.touchpoints.iter().filter(|t| t.stage == stage.stage);
                points.into_iter().any(|t| label.starts_with(t.touchpoint.as_str()))
            };
            let worst = self.moments.iter().find(|m| m.lost > 0.0 && own(&m.moment));
            table.row([
                Cell::from(&stage.stage),
                stage.profiles.into(),
                stage.dropped.into(),
                Cell::Percent(stage.drop_percent),
                Cell::duration(stage.median_ms),
                Cell::Number(stage.touches_per_profile),
                stage.satisfaction.map_or(Cell::Empty, Cell::Number),
                worst.map(|m| &m.moment).into(),
            ]);
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// A stage in the making.
#[derive(Debug, Default)]
struct StageSum {
    profiles: u64,
    dropped: u64,
    touches: u64,
    times: Numbers,
    scores: Numbers,
}

#[derive(Debug, Default)]
struct MapOut {
    profiles: u64,
    well: u64,
    decided: u64,
    decided_well: u64,
    stages: [StageSum; MAX_STAGES],
    touchpoints: HashMap<(usize, String), (u64, u64)>,
    /// Profiles of decided journeys: ended well, and not.
    moments: HashMap<String, (u64, u64)>,
    full: bool,
    cut: bool,
}

impl MapOut {
    fn add(&mut self, end: JourneyEnd) {
        self.profiles += 1;
        self.well += u64::from(end.well);
        self.cut |= end.cut;
        let furthest = end.furthest();
        for (at, sum) in self.stages.iter_mut().enumerate() {
            let Some((_, touches)) = end.stages[at] else { continue };
            sum.profiles += 1;
            sum.touches += touches;
            sum.dropped += u64::from(furthest == Some(at) && !end.well);
            if let Some(ms) = end.time_in_ms(at) {
                sum.times.add(ms as f64, true);
            }
        }
        end.scores.iter().for_each(|(stage, score)| self.stages[*stage].scores.add(*score, false));
        let mut own: BTreeMap<(usize, String), u64> = BTreeMap::new();
        end.touches.into_iter().for_each(|touch| *own.entry(touch).or_default() += 1);
        for (touch, n) in own {
            self.touchpoint(touch, (n, 1));
        }
        if end.decided {
            self.decided += 1;
            self.decided_well += u64::from(end.well);
            let one = (u64::from(end.well), u64::from(!end.well));
            end.moments.into_iter().for_each(|moment| self.moment(moment, one));
        }
    }

    fn touchpoint(&mut self, key: (usize, String), more: (u64, u64)) {
        let room = self.touchpoints.len() < MAX_KINDS;
        match self.touchpoints.get_mut(&key) {
            Some(sum) => *sum = (sum.0 + more.0, sum.1 + more.1),
            None if room => drop(self.touchpoints.insert(key, more)),
            None => self.full = true,
        }
    }

    fn moment(&mut self, key: String, more: (u64, u64)) {
        let room = self.moments.len() < MAX_KINDS;
        match self.moments.get_mut(&key) {
            Some(sum) => *sum = (sum.0 + more.0, sum.1 + more.1),
            None if room => drop(self.moments.insert(key, more)),
            None => self.full = true,
        }
    }

    fn merge(&mut self, from: MapOut) {
        self.profiles += from.profiles;
        self.well += from.well;
        self.decided += from.decided;
        self.decided_well += from.decided_well;
        self.full |= from.full;
        self.cut |= from.cut;
        for (all, more) in self.stages.iter_mut().zip(from.stages) {
            all.profiles += more.profiles;
            all.dropped += more.dropped;
            all.touches += more.touches;
            all.times.merge(more.times);
            all.scores.merge(more.scores);
        }
        from.touchpoints.into_iter().for_each(|(key, more)| self.touchpoint(key, more));
        from.moments.into_iter().for_each(|(key, more)| self.moment(key, more));
    }
}

impl Insight for JourneyMapRequest {
    const NAME: &'static str = "journey-map";
    type Report = JourneyMapReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<JourneyMapReport, InsightError> {
        let (walk, period) = self.check(ask)?;
        let drill = self.drill.as_ref().map(|drill| self.drilled(drill));
        let (out, profiles) = ask.tally_with(&walk, |_, end, out: &mut MapOut| out.add(end), MapOut::merge, drill)?;
        if out.full {
            ask.warnings.push(format!("more than {MAX_KINDS} channels or moments: those seen later were left out"));
        }
        if out.cut {
            ask.warnings.push(format!("profiles with more than {MAX_TOUCHES} touches were cut there"));
        }
        let about = ask.about(&period, profiles);
        Ok(self.report(&out, &walk, about))
    }
}

impl JourneyMapRequest {
    fn check(&self, ask: &mut Ask<'_>) -> Result<(JourneyWalk, Period), InsightError> {
        let period = ask.scope(self.scope(), Unit::Day)?;
        if self.stages.is_empty() || self.stages.len() > MAX_STAGES {
            ask.not_so_many("stages", (1, MAX_STAGES), self.stages.len());
        }
        if self.good.event.is_none() {
            ask.problem("good.event", "expected the event a journey ends well with, such as Order Completed");
        }
        let (mut matchers, mut marks) = (vec![ask.selection(&self.good, "good.")], vec![Mark::Good]);
        for (selection, at, mark) in [(&self.bad, "bad.", Mark::Bad), (&self.survey, "survey.", Mark::Survey)] {
            if let Some(selection) = selection {
                matchers.push(ask.selection(selection, at));
                marks.push(mark);
            }
        }
        let mut touchpoints = Vec::new();
        for (at, stage) in self.stages.iter().enumerate().take(MAX_STAGES) {
            if stage.name.trim().is_empty() {
                ask.problem(format!("stages[{at}].name"), "expected a name");
            }
            if stage.touchpoints.is_empty() {
                ask.problem(format!("stages[{at}].touchpoints"), "expected at least one");
            }
            let own = ask.selections(&stage.touchpoints, &format!("stages[{at}].touchpoints"), MAX_TOUCHPOINTS);
            for (matcher, selection) in own.into_iter().zip(&stage.touchpoints) {
                marks.push(Mark::Touchpoint(touchpoints.len()));
                matchers.push(matcher);
                touchpoints.push((at, selection.label()));
            }
        }
        // With good, bad and survey they are looked up in a set of 32.
        if touchpoints.len() > MAX_TOUCHPOINTS - 3 {
            ask.problem("stages", format!("at most {} touchpoints are possible", MAX_TOUCHPOINTS - 3));
        }
        let channel = ask.breakdown(self.channel.as_deref())?;
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
            if drill.stage.as_ref().is_some_and(|s| self.stages.iter().all(|stage| stage.name != *s)) {
                ask.not_shown("drill.stage", "stage");
            }
        }
        let period = ask.sound(period)?;
        let walk = JourneyWalk {
            matchers: Matchers::new(matchers),
            marks,
            touchpoints,
            channel,
            score: self.score.clone().unwrap_or_else(|| "score".to_owned()),
            needs_bad: self.bad.is_some(),
            range: period.range(),
        };
        Ok((walk, period))
    }

    fn drilled<'d>(&'d self, drill: &'d JourneyMapDrill) -> Drill<'d, JourneyEnd> {
        let stage = drill.stage.as_ref().and_then(|s| self.stages.iter().position(|stage| stage.name == *s));
        Drill::new(drill.page(), move |end: &JourneyEnd| {
            let there = stage.is_none_or(|s| end.stages[s].is_some());
            let dropped = !drill.dropped || (!end.well && stage.is_none_or(|s| end.furthest() == Some(s)));
            let moment = drill.moment.as_ref().is_none_or(|m| end.decided && end.moments.contains(m));
            there && dropped && moment && drill.well.is_none_or(|well| well == end.well)
        })
    }

    fn report(&self, out: &MapOut, walk: &JourneyWalk, about: About) -> JourneyMapReport {
        let stage = |(stage, sum): (&super::StageRequest, &StageSum)| StageReport {
            stage: stage.name.clone(),
            profiles: sum.profiles,
            dropped: sum.dropped,
            drop_percent: percent(sum.dropped, sum.profiles),
            median_ms: sum.times.quantile(0.5).map(|ms| ms.floor() as i64),
            touches_per_profile: if sum.profiles == 0 { 0.0 } else { sum.touches as f64 / sum.profiles as f64 },
            satisfaction: sum.scores.average(),
            answers: sum.scores.n(),
        };
        let mut touchpoints: Vec<(usize, TouchpointReport)> = (out.touchpoints.iter())
            .map(|((at, channel), (touches, profiles))| {
                let (stage, label) = &walk.touchpoints[*at];
                let one = TouchpointReport {
                    stage: self.stages[*stage].name.clone(),
                    touchpoint: label.clone(),
                    channel: walk.channel.is_some().then(|| channel.clone()),
                    touches: *touches,
                    profiles: *profiles,
                };
                (*stage, one)
            })
            .collect();
        touchpoints.sort_by(|(a, x), (b, y)| {
            let names = || (&x.touchpoint, &x.channel).cmp(&(&y.touchpoint, &y.channel));
            a.cmp(b).then(y.touches.cmp(&x.touches)).then_with(names)
        });
        JourneyMapReport {
            journeys: out.profiles,
            well: out.well,
            stages: self.stages.iter().zip(&out.stages).map(stage).collect(),
            touchpoints: touchpoints.into_iter().map(|(_, t)| t).collect(),
            moments: moments(out, self.least_profiles.unwrap_or(10)),
            about,
        }
    }
}

/// What helps and what hurts, most conversions lost first.
fn moments(out: &MapOut, least: u64) -> Vec<Moment> {
    let mut all: Vec<Moment> = (out.moments.iter())
        .filter(|(_, (yes, no))| yes + no >= least && yes + no < out.decided)
        .map(|(moment, (yes, no))| {
            let (with, without) = (yes + no, out.decided - yes - no);
            let split = Split {
                with_success: *yes,
                with_failure: *no,
                without_success: out.decided_well - yes,
                without_failure: without - (out.decided_well - yes),
            };
            let odds = split.odds();
            let (rate, other) = (percent(*yes, with), percent(split.without_success, without));
            Moment {
                moment: moment.clone(),
                profiles: with,
                well_percent: rate,
                without_percent: other,
                lost: (other - rate) / 100.0 * with as f64,
                odds_ratio: odds.ratio,
                significant: odds.low > 1.0 || odds.high < 1.0,
            }
        })
        .collect();
    all.sort_by(|a, b| b.lost.total_cmp(&a.lost).then_with(|| a.moment.cmp(&b.moment)));
    if all.len() > SHOWN {
        // The worst and the best.
        all.drain(SHOWN / 2..all.len() - SHOWN / 2);
    }
    all
}
