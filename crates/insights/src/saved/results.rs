//! What saved documents come to: the shapes of answers, and of nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Chart, Overlay};
use crate::core::pace::{Direction, Nature, Standing};
use crate::core::robust::Oddity;

/// A saved insight and what it comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InsightResult {
    /// The insight's id.
    pub id: String,
    /// The version that was asked: the live one, or else the newest.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// Which report.
    pub report: String,
    /// How it is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// The number that stands for the whole, when the insight names one and the report has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
    /// The request as it was asked, with everything laid over it.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub request: Value,
    /// The report, as `POST /api/v1/insights/{report}` answers it.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub result: Value,
}

/// A dashboard and what everything on it comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DashboardResults {
    /// The dashboard's id.
    pub id: String,
    /// The version that was asked: the live one, or else the newest.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// What was laid over its insights.
    pub overlay: Overlay,
    /// The instant that relative days were seen from, RFC 3339.
    pub as_of: String,
    /// Changes whenever events come, go, or are counted for another profile.
    pub watermark: String,
    /// By item, in the order of the document.
    pub items: Vec<ItemResult>,
}

/// What an item of a dashboard comes to. Exactly one of `insight`, `goal`, `text` and `error`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemResult {
    /// What stands above it.
    pub title: String,
    /// Columns and rows: as in the document.
    pub x: u16,
    /// The first row.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
    /// Of an insight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight: Option<Box<InsightResult>>,
    /// Of a goal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Box<GoalStatus>>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why there is nothing: the others are shown all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How a goal stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoalStatus {
    /// The goal's id.
    pub id: String,
    /// The version that was asked: the live one, or else the newest.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// What is written after the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether the number grows through the period or is a level.
    pub nature: Nature,
    /// The number to reach or to keep below.
    pub target: f64,
    /// Which of the two.
    pub direction: Direction,
    /// The first day of the period.
    pub from: String,
    /// The last day of the period.
    pub to: String,
    /// The zone of the days.
    pub zone: String,
    /// The number so far; null when the report has none.
    pub value: Option<f64>,
    /// How it stands.
    pub standing: Standing,
    /// The share of the period's time that is over, percent.
    pub elapsed_percent: f64,
    /// What the number would be now on the way to just the target; of a level the target. Null when it is too early.
    pub expected: Option<f64>,
    /// What the number will be at the end if it goes on as expected. Null when it is too early.
    pub projection: Option<f64>,
    /// Of how many former periods the expected course is the median; 0: a straight line.
    pub pace_periods: usize,
    /// The last whole day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<DayReading>,
    /// The conditions of the goal's alerts, in its order, and whether they hold now.
    pub alerts: Vec<AlertState>,
    /// Former periods, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Reading>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// The number of a period that is over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// The number; null when the report has none.
    pub value: Option<f64>,
    /// Whether the target was kept.
    pub standing: Standing,
}

/// The number of a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayReading {
    /// The day.
    pub date: String,
    /// The number; null when the report has none.
    pub value: Option<f64>,
    /// The same weekday of the weeks before, newest first.
    pub past: Vec<Option<f64>>,
}

/// An alert's condition now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertState {
    /// What it is called.
    pub name: String,
    /// Whether its condition holds; null when that cannot be said, as of an anomaly with too few weeks.
    pub holds: Option<bool>,
    /// The day's number against the same weekday's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oddity: Option<Oddity>,
}

/// An alert: from when its condition held until it did no more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertRecord {
    /// Its id.
    pub id: u64,
    /// The goal.
    pub goal: String,
    /// Since when its condition held, RFC 3339.
    pub began_at: String,
    /// Until when; null while it holds.
    pub ended_at: Option<String>,
    /// When members were told; null when they were not yet.
    pub told_at: Option<String>,
    /// What a webhook would get.
    pub event: AlertEvent,
}

/// The event of an alert: what a webhook would get.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertEvent {
    /// Always `goal.alert`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The goal's id.
    pub goal: String,
    /// What people call the goal.
    pub goal_name: String,
    /// What the alert is called.
    pub alert: String,
    /// In a sentence.
    pub text: String,
    /// When it began, RFC 3339.
    pub at: String,
    /// The day it is about; absent when it is about the running period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The number.
    pub value: Option<f64>,
    /// The target.
    pub target: f64,
    /// What is written after the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The day's number against the same weekday's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oddity: Option<Oddity>,
}
