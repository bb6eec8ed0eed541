//! Campaign lift: what those did who were treated, against a control group that was not.

mod walk;

use rapport_domain::ProfileId;
use rapport_domain::event::names;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::core::buckets::Unit;
use crate::core::proportions::{
    Estimate, Moments, Share, difference, mean_difference, needed, ratio, split_probability,
};
use crate::drill::Drill;
use crate::error::InsightError;
use crate::report::{About, Figure, Report};
use crate::request::{drill, request};
use crate::select::{Matcher, Matchers, Selection};
use crate::table::{Cell, Table};
use walk::{LiftEnd, LiftWalk};

/// In a group below this a rate says little.
const SMALL_GROUP: u64 = 100;
/// Below this many conversions together a comparison says little.
const FEW_CONVERSIONS: u64 = 10;
/// Below this probability chance did not split the groups.
const ODD_SPLIT: f64 = 0.001;

request! {
    /// Those who were treated against those who were not.
    pub struct LiftRequest {
        /// What counts as converting.
        pub goal: Selection,
        /// A number of the goal, such as `total`: what it is worth.
        pub value: Option<String>,
        /// The event with which a profile is treated: `Message Sent` when absent.
        pub treated: Option<Selection>,
        /// The event with which a profile is held out: `Message Skipped` for the reason `control_group` when absent. Not
        /// with `split`.
        pub control: Option<Selection>,
        /// How a control group is told that has no event of its own: everybody enters with `treated`.
        pub split: Option<LiftSplit>,
        /// How long after it a goal counts; 7d when absent.
        pub window: Option<String>,
        /// How sure the intervals are, percent: 50 to 99.9, 95 when absent.
        pub confidence_percent: Option<f64>,
        /// Also list the profiles behind one number.
        pub drill: Option<LiftDrill>,
    }
}

/// How a control group is told among those who entered. Exactly one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LiftSplit {
    /// The control group is a range of a bucket, as rules have it: `bucket("exp-1", 0, 10)`.
    pub bucket: Option<LiftBucket>,
    /// The control group is in this segment now.
    pub segment: Option<String>,
}

/// A range of a profile's stable point under a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftBucket {
    /// The name that separates one experiment's buckets from another's.
    pub salt: String,
    /// First percent inside.
    pub from: f64,
    /// First percent outside.
    pub to: f64,
}

/// One of the two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// Treated.
    #[default]
    Treated,
    /// Held out.
    Control,
}

drill! {
    /// Which number's profiles to list.
    pub struct LiftDrill {
        /// Of which group.
        pub arm: Arm,
        /// Only those who converted, or only those who did not; all when absent.
        pub converted: Option<bool>,
    }
}

/// A group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiftGroup {
    /// Profiles in it.
    pub profiles: u64,
    /// Those with a goal in the window.
    pub converted: u64,
    /// Their share, percent, with Wilson's interval.
    pub conversion_percent: Estimate,
    /// Goals in the window, several of a profile too.
    pub goals: u64,
    /// What the goals are worth together.
    pub value: Figure,
    /// Divided by all profiles of the group.
    pub value_per_profile: f64,
}

/// The lift.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiftReport {
    /// Those who were treated.
    pub treated: LiftGroup,
    /// Those who were not.
    pub control: LiftGroup,
    /// Conversion of the treated less that of the control group, percentage points (Newcombe).
    pub difference_points: Estimate,
    /// How many times the conversion of the control group that of the treated is (Katz); null when a group is empty.
    pub ratio: Option<Estimate>,
    /// Conversions that the treatment brought: the difference times the treated.
    pub extra_conversions: Estimate,
    /// Value per profile of the treated less that of the control group (Welch); null without `value` or with fewer than two
    /// profiles in a group.
    pub value_difference: Option<Estimate>,
    /// What the treatment brought in value: that times the treated.
    pub extra_value: Option<Estimate>,
    /// Whether the interval of the difference leaves 0 out.
    pub conclusive: bool,
    /// How sure the intervals are, percent.
    pub confidence_percent: f64,
    /// Profiles each of two equal groups needs for a difference such as this one to be found in 80 of 100 cases; null when
    /// there is none.
    pub needed_per_group: Option<u64>,
    /// Profiles whose window is not over: their goals may still come.
    pub maturing: u64,
    /// Profiles that were treated and held out; they count in the group they were in first.
    pub mixed: u64,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

impl Report for LiftReport {
    fn table(&self) -> Table {
        let columns = [
            "group",
            "profiles",
            "converted",
            "conversion_percent",
            "low_percent",
            "high_percent",
            "value_per_profile",
        ];
        let mut table = Table::new(columns);
        for (name, group) in [("treated", &self.treated), ("control", &self.control)] {
            let rate = group.conversion_percent;
            let worth = self.value_difference.map(|_| Figure(group.value_per_profile));
            table.row([
                name.into(),
                group.profiles.into(),
                group.converted.into(),
                Cell::Percent(rate.value),
                Cell::Percent(rate.low),
                Cell::Percent(rate.high),
                worth.into(),
            ]);
        }
        let mut row = |name: &str, e: Option<Estimate>, worth: Option<f64>| {
            let cell = |n: Option<f64>| n.map_or(Cell::Empty, Cell::Number);
            let e = |of: fn(Estimate) -> f64| cell(e.map(of));
            table.row([
                name.into(),
                Cell::Empty,
                Cell::Empty,
                e(|e| e.value),
                e(|e| e.low),
                e(|e| e.high),
                cell(worth),
            ]);
        };
        row("difference in points", Some(self.difference_points), self.value_difference.map(|v| v.value));
        row("ratio", self.ratio, None);
        row("extra conversions", Some(self.extra_conversions), self.extra_value.map(|v| v.value));
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// A group in the making.
#[derive(Debug, Default)]
struct Sums {
    converted: u64,
    goals: u64,
    value: i128,
    moments: Moments,
}

#[derive(Debug, Default)]
struct LiftOut {
    arms: [Sums; 2],
    maturing: u64,
    mixed: u64,
}

impl LiftOut {
    fn add(&mut self, end: &LiftEnd) {
        let sums = &mut self.arms[end.arm as usize];
        sums.converted += u64::from(end.goals > 0);
        sums.goals += end.goals;
        sums.value += end.value;
        sums.moments.add(end.value as f64 / 1e6);
        self.maturing += u64::from(end.maturing);
        self.mixed += u64::from(end.mixed);
    }

    fn merge(&mut self, from: LiftOut) {
        for (all, more) in self.arms.iter_mut().zip(from.arms) {
            all.converted += more.converted;
            all.goals += more.goals;
            all.value += more.value;
            all.moments.merge(more.moments);
        }
        self.maturing += from.maturing;
        self.mixed += from.mixed;
    }
}

impl Insight for LiftRequest {
    const NAME: &'static str = "lift";
    type Report = LiftReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<LiftReport, InsightError> {
        let (walk, period, confidence) = self.check(ask)?;
        let drill = self.drill.as_ref().map(|drill| {
            Drill::new(drill.page(), |end: &LiftEnd| {
                end.arm == drill.arm && drill.converted.is_none_or(|converted| converted == (end.goals > 0))
            })
        });
        let (out, profiles) =
            ask.tally_with(&walk, |_, end, out: &mut LiftOut| out.add(&end), LiftOut::merge, drill)?;
        self.warn(ask, &out);
        Ok(self.report(&out, confidence, ask.about(&period, profiles)))
    }
}

impl LiftRequest {
    fn check(&self, ask: &mut Ask<'_>) -> Result<(LiftWalk, crate::period::Period, f64), InsightError> {
        let period = ask.scope(self.scope(), Unit::Day)?;
        let goal = ask.selection(&self.goal, "goal.");
        let treated = match &self.treated {
            Some(own) => ask.selection(own, "treated."),
            None => ask.usual(names::MESSAGE_SENT, None),
        };
        let mut matchers = vec![goal, treated];
        let mut members: Option<Vec<ProfileId>> = None;
        let mut bucket = None;
        match &self.split {
            None => matchers.push(match &self.control {
                Some(own) => ask.selection(own, "control."),
                None => ask.usual(names::MESSAGE_SKIPPED, Some("e.reason == \"control_group\"")),
            }),
            Some(split) => {
                if self.control.is_some() {
                    ask.problem("control", "the control group is told by split; leave one of them out");
                }
                match (&split.bucket, &split.segment) {
                    (Some(b), None) => {
                        if !(0.0 <= b.from && b.from < b.to && b.to <= 100.0) || b.salt.is_empty() {
                            ask.problem("split.bucket", "expected a salt and 0 ≤ from < to ≤ 100");
                        }
                        bucket = Some(b.clone());
                    }
                    (None, Some(segment)) => members = Some(ask.members(segment, "split.segment")?.unwrap_or_default()),
                    _ => ask.problem("split", "expected either bucket or segment"),
                }
            }
        }
        let window_ms = ask.window(self.window.as_deref(), "7d", "window");
        let confidence = self.confidence_percent.unwrap_or(95.0);
        if !(50.0..=99.9).contains(&confidence) {
            ask.problem("confidence_percent", "expected 50 to 99.9");
        }
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let now = ask.now();
        let (period, window_ms) = ask.sound(period.zip(window_ms))?;
        let matchers: Vec<Matcher> = matchers;
        let walk = LiftWalk {
            matchers: Matchers::new(matchers),
            value: self.value.clone(),
            bucket,
            members,
            window_ms,
            entry: period.range(),
            now,
        };
        Ok((walk, period, confidence))
    }

    fn warn(&self, ask: &mut Ask<'_>, out: &LiftOut) {
        let [treated, control] = [&out.arms[0], &out.arms[1]].map(|a| a.moments.n);
        for (name, n) in [("treated", treated), ("control", control)] {
            if n < SMALL_GROUP {
                let text = format!(
                    "the {name} group has {n} profiles; below {SMALL_GROUP} the intervals are wide and little is said"
                );
                ask.warnings.push(text);
            }
        }
        let converted = out.arms[0].converted + out.arms[1].converted;
        if converted < FEW_CONVERSIONS {
            ask.warnings.push(match converted {
                0 => "nobody of either group has converted yet".to_owned(),
                _ => format!("only {converted} profiles converted in both groups together"),
            });
        }
        if out.maturing > 0 {
            let text = format!("the window of {} profiles is not over: their goals may still come", out.maturing);
            ask.warnings.push(text);
        }
        if out.mixed > 0 {
            let text = format!("{} profiles were treated and held out; they count where they were first", out.mixed);
            ask.warnings.push(text);
        }
        if let Some(share) = self.split.as_ref().and_then(|s| s.bucket.as_ref()).map(|b| (b.to - b.from) / 100.0) {
            let p = split_probability(control, treated, share);
            if p < ODD_SPLIT {
                let found = control as f64 * 100.0 / (control + treated).max(1) as f64;
                let text = format!(
                    "{found:.1} % are in the control group where {:.1} % were meant to be; chance does not do that (p = {p:.1e}), so something else decided who was counted",
                    share * 100.0
                );
                ask.warnings.push(text);
            }
        }
    }

    fn report(&self, out: &LiftOut, confidence_percent: f64, about: About) -> LiftReport {
        let confidence = confidence_percent / 100.0;
        let [treated, control] = &out.arms;
        let share = |sums: &Sums| Share { some: sums.converted, of: sums.moments.n };
        let group = |sums: &Sums| LiftGroup {
            profiles: sums.moments.n,
            converted: sums.converted,
            conversion_percent: share(sums).wilson(confidence).times(100.0),
            goals: sums.goals,
            value: Figure(sums.value as f64 / 1e6),
            value_per_profile: if sums.moments.n == 0 { 0.0 } else { sums.value as f64 / 1e6 / sums.moments.n as f64 },
        };
        let (a, b) = (share(treated), share(control));
        let points = difference(a, b, confidence);
        let worth = self.value.as_ref().and_then(|_| mean_difference(&treated.moments, &control.moments, confidence));
        LiftReport {
            treated: group(treated),
            control: group(control),
            difference_points: points.times(100.0),
            ratio: ratio(a, b, confidence),
            extra_conversions: points.times(a.of as f64),
            value_difference: worth,
            extra_value: worth.map(|w| w.times(a.of as f64)),
            conclusive: points.excludes(0.0),
            confidence_percent,
            needed_per_group: needed(a, b, confidence),
            maturing: out.maturing,
            mixed: out.mixed,
            about,
        }
    }
}
