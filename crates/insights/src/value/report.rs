//! From purchases to what customers are worth.

use rapport_domain::{ProfileId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::walk::{Purchases, ValueWalk};
use super::{ENOUGH_REPEATS, MAX_CUSTOMERS, MAX_FITTED, ValueCustomer, ValueFifth, ValueHoldout, ValueRequest};
use crate::ask::{Ask, Insight};
use crate::core::buckets::Unit;
use crate::core::value::{Buyer, BuyingModel, SpendingModel};
use crate::error::InsightError;
use crate::period::Period;
use crate::report::{About, Figure, ProfilePage, Report};
use crate::request::Page;
use crate::select::Matchers;
use crate::table::{Cell, Table};

/// Days in the models' unit of time.
const WEEK_DAYS: f64 = 7.0;
const WEEK_MS: f64 = 7.0 * 86_400_000.0;

/// What customers have brought and will.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueReport {
    /// Customers whose first purchase lies in the period.
    pub customers: u64,
    /// Those of them who bought again in it.
    pub repeat_customers: u64,
    /// Their purchases in the period; those of one day are one.
    pub purchases: u64,
    /// What they have brought in the period.
    pub value: Figure,
    /// Divided by all customers.
    pub value_per_customer: f64,
    /// How far ahead was looked, ms.
    pub horizon_ms: i64,
    /// How they buy, times in weeks; null with too few repeat customers.
    pub buying: Option<BuyingModel>,
    /// How they spend; null with too few repeat customers.
    pub spending: Option<SpendingModel>,
    /// Purchases expected of them within the horizon.
    pub expected_purchases: Option<f64>,
    /// What they are expected to bring within the horizon.
    pub expected_value: Option<f64>,
    /// By fifth, the most valuable first.
    pub fifths: Vec<ValueFifth>,
    /// The most valuable customers.
    pub top: Vec<ValueCustomer>,
    /// What was expected against what came; null while the horizon is not over.
    pub holdout: Option<ValueHoldout>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

impl Report for ValueReport {
    fn table(&self) -> Table {
        let mut table = Table::new([
            "fifth",
            "customers",
            "purchases",
            "value",
            "alive_percent",
            "expected_purchases",
            "expected_value",
        ]);
        for fifth in &self.fifths {
            let number = |n: Option<f64>| n.map_or(Cell::Empty, Cell::Number);
            table.row([
                Cell::Text(fifth.fifth.to_string()),
                fifth.customers.into(),
                fifth.purchases.into(),
                fifth.value.into(),
                fifth.alive_percent.map_or(Cell::Empty, Cell::Percent),
                number(fifth.expected_purchases),
                number(fifth.expected_value),
            ]);
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// A customer with what is expected of it.
struct Valued {
    purchases: Purchases,
    forecast: Option<Forecast>,
}

#[derive(Clone, Copy)]
struct Forecast {
    alive: f64,
    purchases: f64,
    value: f64,
}

impl Valued {
    fn worth(&self) -> f64 {
        self.forecast.map_or(self.purchases.value as f64 / 1e6, |f| f.value)
    }
}

fn buyer(p: &Purchases, period: &Period) -> Buyer {
    let weeks = |days: i64| days as f64 / WEEK_DAYS;
    let repeats = f64::from(p.days - 1);
    let spend = if p.days > 1 { (p.value - p.first_value) as f64 / 1e6 / repeats } else { 0.0 };
    let (recency, age) = ((p.last - p.first).num_days(), (period.last_day - p.first).num_days());
    Buyer { repeats, recency: weeks(recency), age: weeks(age), spend }
}

impl Insight for ValueRequest {
    const NAME: &'static str = "value";
    type Report = ValueReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<ValueReport, InsightError> {
        let (walk, period, horizon_ms) = self.check(ask)?;
        let add = |_: ProfileId, end: Purchases, out: &mut Vec<Purchases>| {
            if out.len() <= MAX_CUSTOMERS {
                out.push(end);
            }
        };
        let found = ask.tally(&walk, add, |into, from: Vec<Purchases>| into.extend(from))?;
        if found.len() > MAX_CUSTOMERS {
            let text = format!("more than {MAX_CUSTOMERS} customers; take a shorter period, a segment or a sample");
            return Err(InsightError::invalid("from", text));
        }
        let buyers: Vec<Buyer> = found.iter().map(|p| buyer(p, &period)).collect();
        let models = fit(ask, &buyers);
        let horizon = horizon_ms as f64 / WEEK_MS;
        let forecast = |buyer: &Buyer| {
            models.map(|(buying, spending)| {
                let purchases = buying.expected(buyer, horizon);
                Forecast { alive: buying.alive(buyer), purchases, value: purchases * spending.expected(buyer) }
            })
        };
        let valued = found.into_iter().zip(&buyers);
        let mut all: Vec<Valued> =
            valued.map(|(purchases, buyer)| Valued { purchases, forecast: forecast(buyer) }).collect();
        all.sort_by(|a, b| b.worth().total_cmp(&a.worth()).then(a.purchases.profile.cmp(&b.purchases.profile)));
        let is_over = period.to.plus_ms(horizon_ms) <= ask.now();
        let profiles = self.drill.as_ref().map(|drill| page(fifth(&all, drill.fifth), drill.page()));
        Ok(self.report(&all, models, horizon_ms, is_over, ask.about(&period, profiles)))
    }
}

/// The models, if there are enough customers who bought again.
fn fit(ask: &mut Ask<'_>, buyers: &[Buyer]) -> Option<(BuyingModel, SpendingModel)> {
    let stride = buyers.len().div_ceil(MAX_FITTED).max(1);
    let sample: Vec<Buyer> = buyers.iter().step_by(stride).copied().collect();
    let repeating = sample.iter().filter(|b| b.repeats > 0.0).count();
    if repeating < ENOUGH_REPEATS {
        let text = format!("{repeating} customers bought again; a prediction needs {ENOUGH_REPEATS}, so there is none");
        ask.warnings.push(text);
        return None;
    }
    if stride > 1 {
        ask.warnings.push(format!("the models are fitted to {} of {} customers", sample.len(), buyers.len()));
    }
    Some((BuyingModel::fit(&sample), SpendingModel::fit(&sample)))
}

/// A fifth of the customers, who come most valuable first.
fn fifth(all: &[Valued], number: usize) -> &[Valued] {
    let bound = |n: usize| all.len() * n / 5;
    &all[bound(number - 1)..bound(number)]
}

fn page(of: &[Valued], page: Page) -> ProfilePage {
    let mut ids: Vec<ProfileId> = of.iter().map(|v| v.purchases.profile).collect();
    ids.sort_unstable();
    let total = ids.len() as u64;
    ids.retain(|id| page.after.is_none_or(|after| *id > after));
    let more = ids.len() > page.limit;
    ids.truncate(page.limit);
    let next = ids.last().copied().filter(|_| more);
    ProfilePage { total, profiles: ids, next, rule: None }
}

impl ValueRequest {
    fn check(&self, ask: &mut Ask<'_>) -> Result<(ValueWalk, Period, i64), InsightError> {
        let period = ask.scope(self.scope(), Unit::Month)?;
        let of = match &self.of {
            Some(own) => ask.selection(own, "of."),
            None => ask.usual(ORDER_COMPLETED, None),
        };
        let property = self.property.clone().unwrap_or_else(|| "total".to_owned());
        ask.property(&property, "property");
        let horizon_ms = ask.window(self.horizon.as_deref(), "365d", "horizon");
        ask.top(self.top);
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
            ask.number(Some(drill.fifth), 1, (1, 5), "drill.fifth");
        }
        let (period, horizon_ms) = ask.sound(period.zip(horizon_ms))?;
        let until: Timestamp = period.to.plus_ms(horizon_ms);
        let walk =
            ValueWalk { matchers: Matchers::new(vec![of]), property, zone: period.zone, period: period.range(), until };
        Ok((walk, period, horizon_ms))
    }

    fn report(
        &self,
        all: &[Valued],
        models: Option<(BuyingModel, SpendingModel)>,
        horizon_ms: i64,
        is_over: bool,
        about: About,
    ) -> ValueReport {
        let line = |number: usize| {
            let of = fifth(all, number);
            let sums = sums(of);
            let each = |n: f64| models.map(|_| n);
            ValueFifth {
                fifth: number,
                customers: of.len() as u64,
                purchases: sums.purchases,
                value: Figure(sums.value as f64 / 1e6),
                alive_percent: each(sums.alive * 100.0 / (of.len().max(1)) as f64),
                expected_purchases: each(sums.expected),
                expected_value: each(sums.expected_value),
            }
        };
        let whole = sums(all);
        let top = all.iter().take(self.top.unwrap_or(10)).map(|v| ValueCustomer {
            profile: v.purchases.profile.to_string(),
            purchases: u64::from(v.purchases.days),
            value: Figure(v.purchases.value as f64 / 1e6),
            alive_percent: v.forecast.map(|f| f.alive * 100.0),
            expected_purchases: v.forecast.map(|f| f.purchases),
            expected_value: v.forecast.map(|f| f.value),
        });
        let value = whole.value as f64 / 1e6;
        ValueReport {
            customers: all.len() as u64,
            repeat_customers: all.iter().filter(|v| v.purchases.days > 1).count() as u64,
            purchases: whole.purchases,
            value: Figure(value),
            value_per_customer: if all.is_empty() { 0.0 } else { value / all.len() as f64 },
            horizon_ms,
            buying: models.map(|m| m.0),
            spending: models.map(|m| m.1),
            expected_purchases: models.map(|_| whole.expected),
            expected_value: models.map(|_| whole.expected_value),
            fifths: (1..=5).map(line).collect(),
            top: top.collect(),
            holdout: models.filter(|_| is_over).map(|_| ValueHoldout {
                expected_purchases: whole.expected,
                purchases: whole.later,
                expected_value: whole.expected_value,
                value: Figure(whole.later_value as f64 / 1e6),
            }),
            about,
        }
    }
}

/// The usual purchase (Segment's e-commerce events).
const ORDER_COMPLETED: &str = "Order Completed";

#[derive(Default)]
struct Sums {
    purchases: u64,
    value: i128,
    alive: f64,
    expected: f64,
    expected_value: f64,
    later: u64,
    later_value: i128,
}

fn sums(of: &[Valued]) -> Sums {
    let mut all = Sums::default();
    for v in of {
        all.purchases += u64::from(v.purchases.days);
        all.value += v.purchases.value;
        all.later += u64::from(v.purchases.later_days);
        all.later_value += v.purchases.later_value;
        if let Some(f) = v.forecast {
            all.alive += f.alive;
            all.expected += f.purchases;
            all.expected_value += f.value;
        }
    }
    all
}
