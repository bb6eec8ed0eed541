//! Attribution: which touches lead to a goal.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::breakdown::{Breakdown, Lines};
use crate::core::buckets::Unit;
use crate::core::credit::{Markov, Model, Way, shares};
use crate::core::numbers::number;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::report::{About, Figure, Report};
use crate::request::{drill, request};
use crate::select::{Matchers, Selection};
use crate::table::{Cell, Table};
use crate::values::ValuesWalk;
use crate::walk::{Names, Walk};

/// The most kinds of touches that are named.
pub const MAX_TOUCHES: usize = 30;
/// Touches before one goal; the newest are kept.
pub const MAX_WAY: usize = 1_000;
const MODELS: usize = 5;

request! {
    /// How much of a goal each kind of touch is credited with, by six models.
    pub struct AttributionRequest {
        /// The goal; expected.
        pub goal: Selection,
        /// A number of the goal's events that is credited too, such as `total`.
        pub value: Option<String>,
        /// What counts as a touch, 1 to 30 kinds; each is a line of its own, unless `by` is given.
        pub touches: Vec<Selection>,
        /// The lines are the values of this property (or `context.…`) of the touches: `context.campaign.source`.
        pub by: Option<String>,
        /// How many values get a line of their own, at most 50; 10 when absent.
        pub top: Option<usize>,
        /// How long before the goal a touch counts; 30 days when absent.
        pub lookback: Option<String>,
        /// Of the time-decay model: days after which a touch counts half; 7 when absent.
        pub half_life_days: Option<f64>,
        /// Also list the profiles behind one number.
        pub drill: Option<AttributionDrill>,
    }
}

drill! {
    /// Which profiles to list: those who reached the goal after such a touch.
    pub struct AttributionDrill {
        /// The line as the report names it; all who reached the goal when absent.
        pub touch: Option<String>,
        /// Only where it was the first touch.
        pub first: bool,
        /// Only where it was the last.
        pub last: bool,
    }
}

/// Credit by touch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttributionReport {
    /// How often the goal was reached in the period.
    pub goals: u64,
    /// How often with a touch within the lookback.
    pub touched_goals: u64,
    /// What the goals' number adds up to.
    pub value: Figure,
    /// The touches, most last-touch credit first.
    pub touches: Vec<TouchCredit>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// What one kind of touch is credited with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TouchCredit {
    /// The kind.
    pub touch: String,
    /// Touches before goals and elsewhere.
    pub count: u64,
    /// Goals with at least one of them.
    pub assisted: u64,
    /// Goals credited.
    pub goals: Credit,
    /// The goals' number credited.
    pub value: Credit,
}

/// Credit by model. Each model's credit adds up to all touched goals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// All to the first touch.
    pub first: f64,
    /// All to the last.
    pub last: f64,
    /// Equal parts.
    pub linear: f64,
    /// 40 % first, 40 % last, the rest between.
    pub position: f64,
    /// More to later ones.
    pub time_decay: f64,
    /// By what would be lost without it, in a first-order Markov chain of the touches.
    pub markov: f64,
}

impl Report for AttributionReport {
    fn table(&self) -> Table {
        let columns = ["touch", "count", "assisted", "first", "last", "linear", "position", "time_decay", "markov"];
        let mut table = Table::new(columns);
        for t in &self.touches {
            let c = t.goals;
            let credit = [c.first, c.last, c.linear, c.position, c.time_decay, c.markov].map(Cell::Number);
            table.row([Cell::from(&t.touch), t.count.into(), t.assisted.into()].into_iter().chain(credit));
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// The goal is selection 0, the touches come after it.
struct WaysWalk<'a> {
    matchers: Matchers,
    by: Option<&'a Breakdown>,
    lines: &'a Lines,
    value: Option<&'a str>,
    lookback_ms: i64,
    period: (Timestamp, Timestamp),
}

/// One way of a profile.
struct Goal {
    way: Way,
    value: f64,
}

#[derive(Default)]
struct Ways {
    /// Touches since the last goal: line and when.
    open: Vec<(u16, i64)>,
    ways: Vec<Goal>,
}

impl WaysWalk<'_> {
    fn close(&self, state: &mut Ways, end: i64, converted: bool, value: f64) {
        let touches = std::mem::take(&mut state.open).into_iter();
        let touches: Vec<(u16, i64)> =
            touches.map(|(line, at)| (line, end - at)).filter(|(_, back)| *back <= self.lookback_ms).collect();
        if converted || !touches.is_empty() {
            state.ways.push(Goal { way: Way { touches, converted }, value });
        }
    }
}

impl Walk for WaysWalk<'_> {
    type State = Ways;
    type End = Vec<Goal>;

    fn begin(&self, _: ProfileId) -> Ways {
        Ways::default()
    }

    fn step(&self, state: &mut Ways, event: &EventRef<'_>) {
        let ts = event.ts().0;
        let (mut is_goal, mut touch) = (false, None);
        self.matchers.matching(event, |at| match at.checked_sub(1) {
            None => is_goal = true,
            Some(line) => drop(touch.get_or_insert(line)),
        });
        if let Some(line) = touch {
            let line = self.by.map_or(line, |by| self.lines.line(&by.value(event)));
            if state.open.len() >= MAX_WAY {
                state.open.remove(0);
            }
            state.open.push((line as u16, ts));
        }
        if is_goal && event.ts() >= self.period.0 {
            let value = self.value.and_then(|path| number(&event.property(path))).unwrap_or(0.0);
            self.close(state, ts, true, value);
        } else if is_goal {
            state.open.clear();
        }
    }

    fn end(&self, _: ProfileId, mut state: Ways) -> Option<Vec<Goal>> {
        self.close(&mut state, self.period.1.0, false, 0.0);
        (!state.ways.is_empty()).then_some(state.ways)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.period.0.plus_ms(-self.lookback_ms), self.period.1))
    }
}

/// What attribution adds up.
#[derive(Default)]
struct Credits {
    goals: u64,
    touched: u64,
    value: f64,
    /// By line: touches, assisted goals, and goals and value by model.
    lines: Vec<(u64, u64, [f64; MODELS], [f64; MODELS])>,
    touched_value: f64,
    chain: Option<Markov>,
}

impl Credits {
    fn grow(&mut self, lines: usize) {
        self.lines.resize(lines, (0, 0, [0.0; MODELS], [0.0; MODELS]));
        self.chain.get_or_insert_with(|| Markov::new(lines));
    }

    fn add(&mut self, goals: &[Goal], lines: usize, models: [Model; MODELS]) {
        self.grow(lines);
        for goal in goals {
            let touches = &goal.way.touches;
            if let Some(chain) = self.chain.as_mut().filter(|_| !touches.is_empty()) {
                chain.add(touches, goal.way.converted);
            }
            touches.iter().for_each(|(line, _)| self.lines[usize::from(*line)].0 += 1);
            if !goal.way.converted {
                continue;
            }
            self.goals += 1;
            self.value += goal.value;
            self.touched += u64::from(!touches.is_empty());
            self.touched_value += if touches.is_empty() { 0.0 } else { goal.value };
            for (at, (line, _)) in touches.iter().enumerate() {
                let again = touches[..at].iter().any(|t| t.0 == *line);
                self.lines[usize::from(*line)].1 += u64::from(!again);
            }
            for (at, model) in models.into_iter().enumerate() {
                for ((line, _), share) in touches.iter().zip(shares(touches, model)) {
                    let credit = &mut self.lines[usize::from(*line)];
                    credit.2[at] += share;
                    credit.3[at] += share * goal.value;
                }
            }
        }
    }

    fn merge(&mut self, from: Credits) {
        self.grow(from.lines.len().max(self.lines.len()));
        self.goals += from.goals;
        self.touched += from.touched;
        self.value += from.value;
        self.touched_value += from.touched_value;
        for (all, more) in self.lines.iter_mut().zip(from.lines) {
            all.0 += more.0;
            all.1 += more.1;
            all.2.iter_mut().zip(more.2).for_each(|(a, b)| *a += b);
            all.3.iter_mut().zip(more.3).for_each(|(a, b)| *a += b);
        }
        if let (Some(chain), Some(more)) = (&mut self.chain, &from.chain) {
            chain.merge(more);
        }
    }
}

impl Insight for AttributionRequest {
    const NAME: &'static str = "attribution";
    type Report = AttributionReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<AttributionReport, InsightError> {
        let period = ask.scope(self.scope(), Unit::Day)?;
        if self.goal.event.is_none() {
            ask.problem("goal.event", "expected the event of the goal, such as Order Completed");
        }
        if self.touches.is_empty() {
            ask.not_so_many("touches", (1, MAX_TOUCHES), 0);
        }
        let mut matchers = vec![ask.selection(&self.goal, "goal.")];
        matchers.extend(ask.selections(&self.touches, "touches", MAX_TOUCHES));
        let by = ask.breakdown(self.by.as_deref())?;
        if by.as_ref().is_some_and(Breakdown::is_of_profile) {
            ask.problem("by", "expected a property of the touches, or context.…");
        }
        let top = ask.top(self.top);
        let lookback_ms = ask.window(self.lookback.as_deref(), "30d", "lookback");
        let half_life = self.half_life_days.unwrap_or(7.0);
        if !(half_life > 0.0 && half_life <= 366.0) {
            ask.problem("half_life_days", "expected a number above 0, at most 366");
        }
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let (period, lookback_ms) = ask.sound(period.zip(lookback_ms))?;
        let labels = Lines::of(self.touches.iter().map(Selection::label).collect());
        let lines = match &by {
            None => labels,
            Some(by) => {
                let range = (period.from.plus_ms(-lookback_ms), period.to);
                let touches = Matchers::new(matchers[1..].to_vec());
                let walk = ValuesWalk { matchers: &touches, breakdown: by, range };
                ask.rank(&walk, top, |end, emit| end.iter().for_each(|(value, n)| emit(value, *n)))?
            }
        };
        let walk = WaysWalk {
            matchers: Matchers::new(matchers),
            by: by.as_ref(),
            lines: &lines,
            value: self.value.as_deref(),
            lookback_ms,
            period: period.range(),
        };
        let models = [Model::First, Model::Last, Model::Linear, Model::Position, Model::Decay(half_life)];
        let count = lines.len();
        let add = |_, end: Vec<Goal>, out: &mut Credits| out.add(&end, count, models);
        let drill = match &self.drill {
            Some(drill) => Some(Drill::new(drill.page(), drill.wants(&lines)?)),
            None => None,
        };
        let (mut credits, profiles) = ask.tally_with(&walk, add, Credits::merge, drill)?;
        credits.grow(count);
        Ok(report(&credits, &lines, ask.about(&period, profiles)))
    }
}

impl AttributionDrill {
    fn wants(&self, lines: &Lines) -> Result<impl Fn(&Vec<Goal>) -> bool + Sync + use<>, InsightError> {
        let line = match &self.touch {
            None => None,
            Some(touch) => match lines.named(Some(touch)) {
                Some(line) => Some(line as u16),
                None => return Err(InsightError::not_shown("drill.touch", "touch")),
            },
        };
        let (first, last) = (self.first, self.last);
        Ok(move |goals: &Vec<Goal>| {
            goals.iter().filter(|g| g.way.converted).any(|goal| {
                let touches = &goal.way.touches;
                let is = |touch: Option<&(u16, i64)>| touch.is_some_and(|t| line.is_none_or(|l| t.0 == l));
                line.is_none_or(|l| touches.iter().any(|t| t.0 == l))
                    && (!first || is(touches.first()))
                    && (!last || is(touches.last()))
            })
        })
    }
}

fn report(credits: &Credits, lines: &Lines, about: About) -> AttributionReport {
    let markov = credits.chain.as_ref().map(Markov::removal_shares).unwrap_or_default();
    let credit = |by: [f64; MODELS], markov: f64| Credit {
        first: by[0],
        last: by[1],
        linear: by[2],
        position: by[3],
        time_decay: by[4],
        markov,
    };
    let mut touches: Vec<TouchCredit> = (credits.lines.iter().enumerate())
        .filter(|(_, line)| line.0 > 0)
        .map(|(at, line)| {
            let share = markov.get(at).copied().unwrap_or(0.0);
            TouchCredit {
                touch: lines.name(at).unwrap_or_default(),
                count: line.0,
                assisted: line.1,
                goals: credit(line.2, share * credits.touched as f64),
                value: credit(line.3, share * credits.touched_value),
            }
        })
        .collect();
    touches.sort_by(|a, b| b.goals.last.total_cmp(&a.goals.last).then_with(|| a.touch.cmp(&b.touch)));
    AttributionReport {
        goals: credits.goals,
        touched_goals: credits.touched,
        value: Figure(credits.value),
        touches,
        about,
    }
}
