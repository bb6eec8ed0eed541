//! Customer value: what customers have brought, and what they will by the BG/NBD and Gamma-Gamma models.

mod report;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::core::value::{BuyingModel, SpendingModel};
use crate::report::Figure;
use crate::request::{drill, request};
use crate::select::Selection;
pub use report::ValueReport;

/// Customers with a repeat purchase that a model needs.
pub const ENOUGH_REPEATS: usize = 50;
/// The most customers a model is fitted to; of more, a stable choice.
pub const MAX_FITTED: usize = 20_000;
/// The most customers of a report.
pub const MAX_CUSTOMERS: usize = 2_000_000;

request! {
    /// What customers have brought and will.
    pub struct ValueRequest {
        /// What counts as a purchase; those of one local day are one. `Order Completed` when absent.
        pub of: Option<Selection>,
        /// The property that is money; `total` when absent.
        pub property: Option<String>,
        /// How far to look ahead from the end of the period; 365d when absent, at most 366d.
        pub horizon: Option<String>,
        /// How many of the most valuable customers to list, at most 50; 10 when absent.
        pub top: Option<usize>,
        /// Also list the customers of one fifth.
        pub drill: Option<ValueDrill>,
    }
}

drill! {
    /// Which fifth's customers to list.
    pub struct ValueDrill {
        /// 1 (the most valuable) to 5.
        pub fifth: usize,
    }
}

/// A fifth of the customers by what they are expected to bring, or without a model by what they have brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueFifth {
    /// 1 is the most valuable.
    pub fifth: usize,
    /// Customers in it.
    pub customers: u64,
    /// Their purchases in the period.
    pub purchases: u64,
    /// What they have brought in the period.
    pub value: Figure,
    /// The mean probability that they will buy again, percent; null without a model.
    pub alive_percent: Option<f64>,
    /// Purchases expected of them within the horizon.
    pub expected_purchases: Option<f64>,
    /// What they are expected to bring within the horizon.
    pub expected_value: Option<f64>,
}

/// A customer among the most valuable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueCustomer {
    /// Who.
    pub profile: String,
    /// Purchases in the period.
    pub purchases: u64,
    /// What they brought.
    pub value: Figure,
    /// The probability that the customer will buy again, percent; null without a model.
    pub alive_percent: Option<f64>,
    /// Purchases expected within the horizon.
    pub expected_purchases: Option<f64>,
    /// What the customer is expected to bring within the horizon.
    pub expected_value: Option<f64>,
}

/// What was expected against what came, where the horizon is over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueHoldout {
    /// Purchases the model expected.
    pub expected_purchases: f64,
    /// Purchases that came.
    pub purchases: u64,
    /// What the models expected in value.
    pub expected_value: f64,
    /// What came.
    pub value: Figure,
}
