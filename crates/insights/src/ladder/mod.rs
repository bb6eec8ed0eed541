//! The engagement ladder: on which rung each customer stands, and who climbs or falls.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};
use rapport_rules::{AggState, EventsOnly, Plan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::core::buckets::Unit;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::period::Period;
use crate::report::{About, Report};
use crate::request::{drill, request};
use crate::table::{Cell, Table};
use crate::walk::{Names, Walk};

/// The most rungs.
pub const MAX_RUNGS: usize = 12;
/// The most points in time.
pub const MAX_TIMES: usize = 400;

/// The rungs of a ladder that says nothing else, lowest first; each but the lowest with its rule.
pub const DEFAULT_RUNGS: [(&str, &str); 6] = [
    ("unaware", "true"),
    ("informed", "events(\"Page Viewed\", \"Screen Viewed\", \"Email Opened\").within(\"90d\").exists()"),
    (
        "enticed",
        "events(\"Product Viewed\", \"Product Added\", \"Cart Viewed\", \"Checkout Started\", \"Email Link Clicked\").within(\"60d\").exists()",
    ),
    ("active", "events(\"Order Completed\").within(\"90d\").exists()"),
    (
        "reciprocating",
        "events(\"Order Completed\").within(\"180d\").count() >= 2 || (events(\"Order Completed\").within(\"180d\").exists() && events(\"Survey Answered\", \"Product Reviewed\").within(\"180d\").exists())",
    ),
    ("advocate", "events(\"Invite Sent\", \"Product Shared\", \"Referral Completed\").within(\"365d\").exists()"),
];

request! {
    /// Profiles by the highest rung whose rule holds, at the end of each bucket.
    pub struct LadderRequest {
        /// The rungs, lowest first, 2 to 12; unaware, informed, enticed, active, reciprocating, advocate when empty.
        pub rungs: Vec<Rung>,
        /// The length of a bucket: day, week or month.
        pub unit: Unit,
        /// Also list the profiles behind one number.
        pub drill: Option<LadderDrill>,
    }
}

/// One rung.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rung {
    /// What it is called.
    pub name: String,
    /// Who stands on it, in the rule language, about events alone: traits and segments are known only as of now. The
    /// lowest rung holds whoever has an event and stands on no other; it needs none.
    pub rule: String,
}

drill! {
    /// Which number's profiles to list.
    pub struct LadderDrill {
        /// The time as the report names it.
        pub at: String,
        /// The rung they stand on then.
        pub rung: String,
        /// Only those who stood on this rung at the time before.
        pub from: Option<String>,
    }
}

/// A ladder over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LadderReport {
    /// The rungs, lowest first.
    pub rungs: Vec<String>,
    /// The buckets at whose ends was looked; the first is the one before the period, at whose end the period begins.
    pub times: Vec<String>,
    /// By time, by rung: how many profiles stand on it.
    pub standing: Vec<Vec<u64>>,
    /// Who moved, or came, between a time and the one before; those who stayed are left out.
    pub flows: Vec<Flow>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// Profiles that moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// The time at which they were seen on the new rung.
    pub at: String,
    /// The rung they were on at the time before; absent for those without an event until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The rung they are on.
    pub to: String,
    /// How many.
    pub profiles: u64,
}

impl Report for LadderReport {
    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once("time".to_owned()).chain(self.rungs.iter().cloned()));
        for (time, counts) in self.times.iter().zip(&self.standing) {
            table.row(std::iter::once(Cell::from(time)).chain(counts.iter().map(|n| (*n).into())));
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

struct LadderWalk {
    /// Of every rung but the lowest.
    plans: Vec<Plan>,
    /// When to look, ascending.
    times: Vec<Timestamp>,
    zone: chrono_tz::Tz,
}

struct Climb {
    profile: ProfileId,
    states: Vec<Vec<AggState>>,
    /// By time: the rung, none before the first event.
    rungs: Vec<Option<u8>>,
    seen: bool,
}

impl LadderWalk {
    /// Looks at every time up to `until`.
    fn look(&self, state: &mut Climb, until: Option<Timestamp>) {
        while let Some(at) = self.times.get(state.rungs.len()).filter(|at| until.is_none_or(|u| **at <= u)) {
            let rung = state.seen.then(|| self.rung(state, *at));
            state.rungs.push(rung);
        }
    }

    fn rung(&self, state: &Climb, at: Timestamp) -> u8 {
        let facts = EventsOnly(state.profile, self.zone);
        let holds = |rung: &usize| {
            let states = &state.states[*rung];
            self.plans[*rung].evaluate(&facts, &|i| states.get(i), at).holds
        };
        (0..self.plans.len()).rev().find(holds).map_or(0, |rung| rung as u8 + 1)
    }
}

impl Walk for LadderWalk {
    type State = Climb;
    type End = Vec<Option<u8>>;

    fn begin(&self, profile: ProfileId) -> Climb {
        let states = self.plans.iter().map(|p| vec![AggState::default(); p.aggregates().len()]).collect();
        Climb { profile, states, rungs: Vec::new(), seen: false }
    }

    fn step(&self, state: &mut Climb, event: &EventRef<'_>) {
        self.look(state, Some(event.ts()));
        state.seen = true;
        for (plan, states) in self.plans.iter().zip(&mut state.states) {
            for (aggregate, own) in plan.aggregates().iter().zip(states) {
                if aggregate.listens_to(event.name()) {
                    aggregate.observe(own, event);
                }
            }
        }
    }

    fn end(&self, _: ProfileId, mut state: Climb) -> Option<Self::End> {
        self.look(&mut state, None);
        Some(state.rungs)
    }

    fn names(&self) -> Names {
        // Who has any event stands on the lowest rung at least, also who did nothing.
        Names::every()
    }

    fn filters(&self) -> Vec<EventFilter> {
        Vec::new()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp::MIN, self.times.last().copied().unwrap_or(Timestamp::MIN)))
    }
}

/// What a ladder adds up: by time, by rung before (0 is none) and rung.
#[derive(Debug, Default)]
struct Flows(Vec<[[u64; MAX_RUNGS + 1]; MAX_RUNGS]>);

impl Insight for LadderRequest {
    const NAME: &'static str = "ladder";
    type Report = LadderReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<LadderReport, InsightError> {
        let period = ask.scope(self.scope(), self.unit)?;
        let rungs = self.rungs();
        let plans = plans(ask, &rungs);
        let looks = period.map(|p| self.looks(ask, &p));
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let (period, (labels, times)) = ask.sound(period.zip(looks))?;
        let walk = LadderWalk { plans, times, zone: period.zone };
        let count = labels.len();
        let add = |_, end: Vec<Option<u8>>, out: &mut Flows| {
            out.0.resize(count, [[0; MAX_RUNGS + 1]; MAX_RUNGS]);
            let mut before = 0;
            for (at, rung) in end.iter().enumerate() {
                if let Some(rung) = rung {
                    out.0[at][usize::from(*rung)][before] += 1;
                    before = usize::from(*rung) + 1;
                }
            }
        };
        let merge = |into: &mut Flows, from: Flows| {
            into.0.resize(count, [[0; MAX_RUNGS + 1]; MAX_RUNGS]);
            for (all, more) in into.0.iter_mut().flatten().flatten().zip(from.0.iter().flatten().flatten()) {
                *all += more;
            }
        };
        let names: Vec<String> = rungs.into_iter().map(|r| r.name).collect();
        let drill = match &self.drill {
            Some(drill) => {
                let at = labels.iter().position(|l| *l == drill.at);
                let rung = names.iter().position(|n| *n == drill.rung);
                let from = drill.from.as_ref().map(|f| names.iter().position(|n| n == f));
                let (Some(at), Some(rung)) = (at, rung) else {
                    return Err(InsightError::invalid("drill", "expected a time and a rung as the report names them"));
                };
                if from == Some(None) || (from.is_some() && at == 0) {
                    return Err(InsightError::invalid("drill.from", "expected a rung, at a time after the first"));
                }
                Some(Drill::new(drill.page(), move |end: &Vec<Option<u8>>| {
                    let stood = |at: usize, rung: usize| end[at].map(usize::from) == Some(rung);
                    stood(at, rung) && from.flatten().is_none_or(|from| stood(at - 1, from))
                }))
            }
            None => None,
        };
        let (mut flows, profiles) = ask.tally_with(&walk, add, merge, drill)?;
        flows.0.resize(count, [[0; MAX_RUNGS + 1]; MAX_RUNGS]);
        Ok(report(names, labels, &flows, ask.about(&period, profiles)))
    }
}

impl LadderRequest {
    fn rungs(&self) -> Vec<Rung> {
        if !self.rungs.is_empty() {
            return self.rungs.clone();
        }
        DEFAULT_RUNGS.iter().map(|(name, rule)| Rung { name: (*name).to_owned(), rule: (*rule).to_owned() }).collect()
    }

    /// The end of the bucket before the period, and of each of the period's; the last no later than the period's end.
    fn looks(&self, ask: &mut Ask<'_>, period: &Period) -> (Vec<String>, Vec<Timestamp>) {
        let buckets = period.whole_buckets(self.unit, 1, &mut ask.problems);
        if buckets.len() > MAX_TIMES {
            ask.problem("from", format!("the period has {} times, at most {MAX_TIMES} are possible", buckets.len()));
        }
        let ends = (0..buckets.len()).filter_map(|at| buckets.range_of(at)).map(|r| r.1.min(period.to));
        (buckets.labels(), ends.collect())
    }
}

fn plans(ask: &mut Ask<'_>, rungs: &[Rung]) -> Vec<Plan> {
    if !(2..=MAX_RUNGS).contains(&rungs.len()) {
        ask.not_so_many("rungs", (2, MAX_RUNGS), rungs.len());
    }
    let mut plans = Vec::new();
    for (at, rung) in rungs.iter().enumerate() {
        if rung.name.trim().is_empty() || rungs[..at].iter().any(|r| r.name == rung.name) {
            ask.problem(format!("rungs[{at}].name"), "expected a name of its own");
        }
        if at == 0 {
            continue;
        }
        match rapport_rules::parse(&rung.rule) {
            Ok(rule) => {
                let plan = Plan::new(&rule);
                let only_events =
                    plan.trait_names().is_empty() && plan.segment_names().is_empty() && !plan.uses_consent();
                if !only_events || plan.uses_scores() {
                    let text =
                        "can only ask about events: traits, segments, consent and scores are known only as of now";
                    ask.problem(format!("rungs[{at}].rule"), text);
                }
                plans.push(plan);
            }
            Err(faults) => {
                for fault in faults {
                    let problem = rapport_domain::Problem { at: format!("rungs[{at}].rule {}", fault.at), ..fault };
                    ask.problems.push(problem);
                }
            }
        }
    }
    plans
}

fn report(rungs: Vec<String>, times: Vec<String>, flows: &Flows, about: About) -> LadderReport {
    let mut standing = Vec::new();
    let mut moves = Vec::new();
    for (at, by_rung) in flows.0.iter().enumerate() {
        standing.push(by_rung.iter().take(rungs.len()).map(|from| from.iter().sum()).collect());
        for (to, by_before) in by_rung.iter().enumerate().filter(|_| at > 0) {
            for (before, n) in by_before.iter().enumerate().filter(|(before, n)| **n > 0 && *before != to + 1) {
                let from = before.checked_sub(1).map(|rung| rungs[rung].clone());
                moves.push(Flow { at: times[at].clone(), from, to: rungs[to].clone(), profiles: *n });
            }
        }
    }
    LadderReport { rungs, times, standing, flows: moves, about }
}
