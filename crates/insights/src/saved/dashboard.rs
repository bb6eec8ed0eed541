//! Dashboards: saved insights and goals on a grid of twelve columns, with a period and a filter for all of them.

use std::fmt::Display;

use rapport_domain::{Problem, ResourceKind, kinds as of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Chart, MAX_TEXT, Overlay, Shelf, most, name, refer};
use crate::kinds;

/// Columns of the grid.
pub const COLUMNS: u16 = 12;
/// The most rows of the grid.
pub const MAX_ROWS: u16 = 500;
/// The most items.
pub const MAX_ITEMS: usize = 40;

/// A dashboard: kind `dashboard`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Dashboard")]
pub struct DashboardSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The period, zone, segment and filter of all its insights; what is absent stays as each insight has it.
    pub overlay: Overlay,
    /// What is on it.
    pub items: Vec<DashboardItem>,
}

/// Something on a dashboard: exactly one of `insight`, `goal` and `text`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DashboardItem {
    /// A saved insight, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insight: Option<String>,
    /// A goal, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// A text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What stands above it; the name of the insight or goal when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it is drawn here; as the insight says when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// The first column, from 0.
    #[schemars(range(min = 0, max = 11))]
    pub x: u16,
    /// The first row, from 0.
    #[schemars(range(min = 0, max = 499))]
    pub y: u16,
    /// Columns, 1 to 12.
    #[schemars(range(min = 1, max = 12))]
    pub w: u16,
    /// Rows, at least 1.
    #[schemars(range(min = 1, max = 50))]
    pub h: u16,
}

impl DashboardItem {
    fn overlaps(&self, other: &DashboardItem) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }
}

impl DashboardSpec {
    /// Reads a document that was checked before.
    ///
    /// # Errors
    /// It is not of this shape.
    pub fn read(spec: &Value) -> Result<Self, Problem> {
        kinds::read(spec, "spec")
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value, shelf: &dyn Shelf) -> Result<Self, Vec<Problem>> {
        let found = Self::read(spec).map_err(|p| vec![p])?;
        let mut problems = Vec::new();
        name(&found.name, &mut problems);
        found.overlay.check("spec.overlay", shelf, &mut problems);
        most(MAX_ITEMS, found.items.len(), "spec.items", &mut problems);
        for (n, item) in found.items.iter().enumerate() {
            let at = format!("spec.items[{n}]");
            found.item(item, n, &at, shelf, &mut problems);
        }
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }

    fn item(&self, item: &DashboardItem, n: usize, at: &str, shelf: &dyn Shelf, problems: &mut Vec<Problem>) {
        let (insight, goal, text) = (&item.insight, &item.goal, &item.text);
        match (insight, goal, text) {
            (Some(id), None, None) => refer(id, ResourceKind::Insight, &format!("{at}.insight"), shelf, problems),
            (None, Some(id), None) => refer(id, ResourceKind::Goal, &format!("{at}.goal"), shelf, problems),
            (None, None, Some(text)) if text.len() <= MAX_TEXT => {}
            (None, None, Some(text)) => {
                let values: [(&str, &dyn Display); 2] = [("max", &MAX_TEXT), ("found", &text.len())];
                problems.push(Problem::of(format!("{at}.text"), of::TOO_LONG, &values));
            }
            _ => problems.push(Problem::of(at, of::NOT_EXACTLY_ONE, &[("known", &"insight, goal, text")])),
        }
        let fits = (1..=COLUMNS).contains(&item.w) && item.x + item.w.min(COLUMNS) <= COLUMNS;
        if item.x >= COLUMNS || !fits {
            problems.push(Problem::of(at, of::OUTSIDE_COLUMNS, &[("columns", &COLUMNS)]));
        }
        if !(1..=50).contains(&item.h) || item.y >= MAX_ROWS {
            problems.push(Problem::of(at, of::OUTSIDE_ROWS, &[("rows", &MAX_ROWS)]));
        }
        if fits && let Some(other) = self.items[..n].iter().position(|other| other.w <= COLUMNS && item.overlaps(other))
        {
            problems.push(Problem::of(at, of::TILES_OVERLAP, &[("other", &other)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::faults;
    use super::*;

    #[test]
    fn faults_have_a_place() {
        let check = |items: Value| {
            let spec = json!({"name": "Shop", "overlay": {"from": "-30d", "segment": "vip"}, "items": items});
            faults(ResourceKind::Dashboard, &spec)
        };
        let good = json!([{"insight": "orders", "w": 6, "h": 2}, {"goal": "revenue", "x": 6, "w": 6, "h": 2}, {"text": "Hi", "y": 2, "w": 12, "h": 1}]);
        assert!(check(good).is_empty());
        for (item, expected) in [
            (json!({"insight": "ordrs", "w": 1, "h": 1}), "(did you mean \"orders\"?)"),
            (json!({"w": 1, "h": 1}), "spec.items[0]: expected exactly one of"),
            (json!({"insight": "orders", "text": "x", "w": 1, "h": 1}), "expected exactly one of"),
            (json!({"insight": "orders", "x": 7, "w": 6, "h": 1}), "within 12 columns"),
            (json!({"insight": "orders", "w": 1}), "expected h from 1 to 50"),
            (json!({"insight": "orders", "w": 1, "h": 1, "width": 3}), "unknown field `width`"),
        ] {
            let found = check(json!([item]));
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?} {expected}");
        }
        let over = json!([{"text": "a", "w": 6, "h": 3}, {"text": "b", "x": 5, "y": 2, "w": 2, "h": 1}]);
        assert_eq!(check(over), ["spec.items[1]: lies over items[0]"]);
        let spec = json!({"name": "", "overlay": {"zone": "Europe/Berln", "filter": "e.a =="}, "items": []});
        let found = faults(ResourceKind::Dashboard, &spec);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].starts_with("spec.overlay.zone: ") && found[1].contains("Europe/Berlin"), "{found:?}");
        assert!(found[2].starts_with("spec.overlay.filter 1:"), "{found:?}");
    }
}
