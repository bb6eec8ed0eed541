//! Reports as mail: HTML that mail clients show (tables, inline styles, bars made of cells; no scripts, images or SVG), the
//! same as text, and tables as CSV.

mod html;
mod text;

use crate::core::pace::Standing;
use crate::saved::results::GoalStatus;
use crate::table::Table;

pub use html::html;
pub use text::text;

/// Rows of a table in the mail; all of them are in its CSV.
pub const MAX_ROWS: usize = 31;
/// Columns of a table in the mail.
pub const MAX_COLUMNS: usize = 8;

/// A mail to members of a team.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// What stands on top.
    pub title: String,
    /// Below it: the period.
    pub subtitle: String,
    /// One after the other.
    pub sections: Vec<Section>,
    /// At the end: why the reader gets it.
    pub footer: String,
    /// Where it can be looked at.
    pub link: Option<String>,
}

/// A part of the mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What stands above it.
    pub title: String,
    /// Its number in large letters.
    pub number: Option<String>,
    /// What it shows.
    pub body: Body,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// What a section shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A report.
    Table(Table),
    /// A goal.
    Goal(Box<GoalStatus>),
    /// A text.
    Text(String),
    /// Why there is nothing.
    Error(String),
}

/// A number as people read it: thousands apart, at most two decimals.
#[must_use]
pub fn number(n: f64) -> String {
    crate::table::Cell::Number(n).pretty()
}

/// A number with its unit.
fn with_unit(n: Option<f64>, unit: Option<&str>) -> String {
    let text = n.map_or_else(|| "–".to_owned(), number);
    unit.map_or_else(|| text.clone(), |unit| format!("{text} {unit}"))
}

/// A standing in words.
fn words(standing: Standing) -> &'static str {
    match standing {
        Standing::Unknown => "too early to tell",
        Standing::Ahead => "ahead",
        Standing::OnTrack => "on track",
        Standing::Behind => "behind",
        Standing::Met => "met",
        Standing::Missed => "missed",
    }
}

/// The goal's target in words: `at least 1 000 €`.
fn target(goal: &GoalStatus) -> String {
    let side = match goal.direction {
        crate::core::pace::Direction::AtLeast => "at least",
        crate::core::pace::Direction::AtMost => "at most",
    };
    format!("{side} {}", with_unit(Some(goal.target), goal.unit.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::pace::{Direction, Nature};
    use crate::table::Cell;

    fn page() -> Page {
        let mut table = Table::new(["day", "orders", "conversion_percent"]);
        for (day, orders) in [("2026-03-01", 10u64), ("2026-03-02", 5), ("<b>", 0)] {
            table.row([day.into(), orders.into(), Cell::Percent(12.345)]);
        }
        let goal = GoalStatus {
            name: "Revenue".into(),
            unit: Some("€".into()),
            target: 10_000.0,
            value: Some(4_200.0),
            projection: Some(9_000.5),
            standing: Standing::Behind,
            direction: Direction::AtLeast,
            nature: Nature::Total,
            elapsed_percent: 47.0,
            ..GoalStatus::default()
        };
        let section = |title: &str, number: Option<&str>, body| Section {
            title: title.into(),
            number: number.map(Into::into),
            body,
            notes: vec!["a sample & more".into()],
        };
        Page {
            title: "Weekly <numbers>".into(),
            subtitle: "2026-03-01 to 2026-03-07".into(),
            sections: vec![
                section("Orders", Some("15"), Body::Table(table)),
                section("Revenue", None, Body::Goal(Box::new(goal))),
                section("Lost", None, Body::Error("there is no insight \"x\"".into())),
                section("Note", None, Body::Text("Sale\nended".into())),
            ],
            footer: "You get this as a member of Shop.".into(),
            link: Some("https://shop.example/dashboards/a?b=1&c=2".into()),
        }
    }

    #[test]
    fn mail_is_html_that_clients_show() {
        let html = html(&page());
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
        for shown in [
            "Weekly &lt;numbers&gt;",
            "<b",
            "&lt;b&gt;",
            "a sample &amp; more",
            "width:100%",
            "width:50%",
            "4 200 €",
            "at least 10 000 €",
            "behind",
            "b=1&amp;c=2",
            "Sale<br>ended",
            "12.3",
        ] {
            assert!(html.contains(shown) || shown == "<b", "{shown} is missing in {html}");
        }
        // Nothing a mail client refuses, and nothing that loads anything.
        for refused in ["<script", "<svg", "<img", "<style", "javascript:", "<b>", "url("] {
            assert!(!html.contains(refused), "{refused} in {html}");
        }
    }

    #[test]
    fn mail_is_text_too() {
        let text = text(&page());
        for shown in [
            "Weekly <numbers>",
            "Orders: 15",
            "2026-03-02",
            "Revenue: 4 200 € of at least 10 000 € (behind)",
            "9 000.50",
        ] {
            assert!(text.contains(shown), "{shown} is missing in {text}");
        }
        assert!(text.lines().all(|l| l.len() < 500), "{text}");
    }

    #[test]
    fn long_tables_are_cut() {
        let mut table = Table::new((0..20).map(|n| format!("c{n}")));
        for n in 0..200u64 {
            table.row((0..20).map(|c| if c == 0 { Cell::Text(format!("row {n}")) } else { n.into() }));
        }
        let page = Page {
            sections: vec![Section { title: "T".into(), number: None, body: Body::Table(table), notes: vec![] }],
            ..Page::default()
        };
        let html = html(&page);
        assert!(html.contains("row 30<") && !html.contains("row 31<") && html.contains("169 more rows"), "{html}");
        assert!(html.contains(">c7<") && !html.contains(">c8<") && html.contains("12 more columns"), "{html}");
    }
}
