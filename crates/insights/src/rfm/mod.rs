//! The RFM grid: who bought lately, often, and for how much.

use rapport_domain::event::EventView;
use rapport_domain::time::DAY_MS;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::core::buckets::Unit;
use crate::core::numbers::{millionths, number};
use crate::core::rfm::{SCORES, Scale, name, names};
use crate::drill::Drill;
use crate::error::InsightError;
use crate::report::{About, Figure, Report};
use crate::request::{drill, request};
use crate::select::{Matchers, Selection};
use crate::table::{Cell, Table};
use crate::walk::{Names, Walk};

/// The most profiles of a grid: 64 bytes each.
pub const MAX_BUYERS: usize = 4_000_000;

request! {
    /// Profiles by how lately and how often they bought, and for how much.
    pub struct RfmRequest {
        /// What counts as buying; expected.
        pub of: Selection,
        /// The property that is money; without it money is left out.
        pub property: Option<String>,
        /// Also list the profiles behind one number.
        pub drill: Option<RfmDrill>,
    }
}

drill! {
    /// Which profiles to list; all that is said must hold.
    pub struct RfmDrill {
        /// The name of cells: `champions`.
        pub name: Option<String>,
        /// The recency score, 1 (longest ago) to 5 (lately).
        pub recency: Option<usize>,
        /// The frequency score, 1 to 5.
        pub frequency: Option<usize>,
        /// The money score, 1 to 5.
        pub money: Option<usize>,
    }
}

/// An RFM grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RfmReport {
    /// Profiles that bought in the period.
    pub buyers: u64,
    /// The 25 cells, best first.
    pub cells: Vec<RfmCell>,
    /// The named groups of cells.
    pub groups: Vec<RfmGroup>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RfmCell {
    /// Recency score, 1 to 5.
    pub recency: usize,
    /// Frequency score, 1 to 5.
    pub frequency: usize,
    /// The group it belongs to.
    pub name: String,
    /// How many profiles.
    pub profiles: u64,
    /// What they spent.
    pub money: Figure,
}

/// Cells of one name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RfmGroup {
    /// The name.
    pub name: String,
    /// How many profiles.
    pub profiles: u64,
    /// Days since they bought last, on average.
    pub average_days_since: f64,
    /// How often they bought, on average.
    pub average_orders: f64,
    /// What they spent.
    pub money: Figure,
}

impl Report for RfmReport {
    fn table(&self) -> Table {
        let mut table = Table::new(["group", "profiles", "average_days_since", "average_orders", "money"]);
        for group in &self.groups {
            table.row([
                Cell::from(&group.name),
                group.profiles.into(),
                Cell::Number(group.average_days_since),
                Cell::Number(group.average_orders),
                group.money.into(),
            ]);
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

struct BuyerWalk {
    matchers: Matchers,
    property: Option<String>,
    range: (Timestamp, Timestamp),
}

/// What a profile bought.
#[derive(Clone, Copy, Debug, Default)]
struct Buyer {
    last: i64,
    orders: u64,
    money: i128,
}

impl Walk for BuyerWalk {
    type State = Buyer;
    type End = Buyer;

    fn begin(&self, _: ProfileId) -> Buyer {
        Buyer::default()
    }

    fn step(&self, state: &mut Buyer, event: &EventRef<'_>) {
        if self.matchers.mask(event) != 0 {
            state.last = event.ts().0;
            state.orders += 1;
            let money = self.property.as_ref().and_then(|p| number(&event.property(p)));
            state.money += money.map_or(0, |m| i128::from(millionths(m)));
        }
    }

    fn end(&self, _: ProfileId, state: Buyer) -> Option<Buyer> {
        (state.orders > 0).then_some(state)
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

/// The scales of a population.
struct Scales {
    recency: Scale,
    frequency: Scale,
    money: Scale,
}

impl Scales {
    fn of(buyers: &[Buyer]) -> Self {
        let scale = |value: fn(&Buyer) -> i128| Scale::new(buyers.iter().map(value).collect());
        Scales {
            recency: scale(|b| i128::from(b.last)),
            frequency: scale(|b| i128::from(b.orders)),
            money: scale(|b| b.money),
        }
    }

    /// Recency, frequency and money.
    fn scores(&self, buyer: &Buyer) -> [usize; 3] {
        [
            self.recency.score(i128::from(buyer.last)),
            self.frequency.score(i128::from(buyer.orders)),
            self.money.score(buyer.money),
        ]
    }
}

impl Insight for RfmRequest {
    const NAME: &'static str = "rfm";
    type Report = RfmReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<RfmReport, InsightError> {
        let period = ask.scope(self.scope(), Unit::Month)?;
        if self.of.event.is_none() {
            ask.problem("of.event", "expected the event of a purchase, such as Order Completed");
        }
        let matcher = ask.selection(&self.of, "of.");
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
            for (score, at) in
                [(drill.recency, "drill.recency"), (drill.frequency, "drill.frequency"), (drill.money, "drill.money")]
            {
                ask.number(score, 1, (1, SCORES), at);
            }
            if drill.name.as_deref().is_some_and(|n| !names().contains(&n)) {
                ask.problem("drill.name", format!("expected one of {}", names().join(", ")));
            }
        }
        let period = ask.sound(period)?;
        let property = self.property.clone();
        let walk = BuyerWalk { matchers: Matchers::new(vec![matcher]), property, range: period.range() };
        let add = |_, end: Buyer, out: &mut Vec<Buyer>| {
            if out.len() <= MAX_BUYERS {
                out.push(end);
            }
        };
        let buyers = ask.tally(&walk, add, |into, from: Vec<Buyer>| into.extend(from))?;
        if buyers.len() > MAX_BUYERS {
            let text = format!("more than {MAX_BUYERS} profiles bought; take a shorter period or a sample");
            return Err(InsightError::invalid("from", text));
        }
        let scales = Scales::of(&buyers);
        let profiles = match &self.drill {
            Some(drill) => Some(ask.drill(
                &walk,
                Drill::new(drill.page(), |end: &Buyer| {
                    let [recency, frequency, money] = scales.scores(end);
                    drill.name.as_deref().is_none_or(|n| n == name(recency, frequency))
                        && drill.recency.is_none_or(|r| r == recency)
                        && drill.frequency.is_none_or(|f| f == frequency)
                        && drill.money.is_none_or(|m| m == money)
                }),
            )?),
            None => None,
        };
        let (cells, groups) = grid(&buyers, &scales, period.to);
        Ok(RfmReport { buyers: buyers.len() as u64, cells, groups, about: ask.about(&period, profiles) })
    }
}

fn grid(buyers: &[Buyer], scales: &Scales, to: Timestamp) -> (Vec<RfmCell>, Vec<RfmGroup>) {
    // By cell: profiles, money, orders, milliseconds since the last order.
    let mut sums = [[(0u64, 0i128, 0u64, 0i128); SCORES]; SCORES];
    for buyer in buyers {
        let [recency, frequency, _] = scales.scores(buyer);
        let sum = &mut sums[recency - 1][frequency - 1];
        let since = i128::from(to.0 - buyer.last);
        *sum = (sum.0 + 1, sum.1 + buyer.money, sum.2 + buyer.orders, sum.3 + since);
    }
    let all = (1..=SCORES).rev().flat_map(|r| (1..=SCORES).rev().map(move |f| (r, f)));
    let cells = all.clone().map(|(recency, frequency)| {
        let (profiles, money, ..) = sums[recency - 1][frequency - 1];
        let name = name(recency, frequency).to_owned();
        RfmCell { recency, frequency, name, profiles, money: Figure(money as f64 / 1e6) }
    });
    let groups = names().into_iter().map(|group| {
        let own = all.clone().filter(|(r, f)| name(*r, *f) == group).map(|(r, f)| sums[r - 1][f - 1]);
        let sum = own.fold((0, 0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3));
        let mean = |total: f64| if sum.0 == 0 { 0.0 } else { total / sum.0 as f64 };
        RfmGroup {
            name: group.to_owned(),
            profiles: sum.0,
            average_days_since: mean(sum.3 as f64 / DAY_MS as f64),
            average_orders: mean(sum.2 as f64),
            money: Figure(sum.1 as f64 / 1e6),
        }
    });
    (cells.collect(), groups.collect())
}
