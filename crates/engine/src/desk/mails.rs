//! What a scheduled report says: its insights and goals as one mail with CSV files.

use std::sync::Arc;

use rapport_domain::{ResourceKind, Timestamp, time};
use rapport_insights::core::buckets::local_date;
use rapport_insights::kinds::Outcome;
use rapport_insights::mail::{self, Body, Page, Section};
use rapport_insights::saved::results::GoalStatus;
use rapport_insights::saved::{DashboardItem, DashboardSpec, MailingSpec, Overlay};
use rapport_insights::{About, InsightError};

use super::{Desk, DeskError, read};

/// The files of a mail, bytes together; larger ones are left out and named.
const MAX_FILES_BYTES: usize = 5 << 20;

/// A mail ready to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// File names and their CSV.
    pub files: Vec<(String, String)>,
}

/// One thing of a mail.
#[derive(Debug)]
enum Part {
    /// A report.
    Insight {
        /// What stands above it.
        title: String,
        /// The insight's id, which names its file.
        id: String,
        /// The number that stands for the whole.
        number: Option<f64>,
        /// What it came to.
        outcome: Arc<Outcome>,
    },
    /// A goal.
    Goal(String, Box<GoalStatus>),
    /// A text.
    Text(String, String),
    /// What could not be computed, and why.
    Lost(String, String),
}

/// The mail of a report. `base` is where the server is reached; `workspace` is its name.
///
/// # Errors
/// The dashboard is gone, or the query was stopped. An insight that cannot be computed says so in the mail.
pub fn digest(desk: &Desk<'_>, spec: &MailingSpec, workspace: &str, base: &str) -> Result<Digest, DeskError> {
    let overlay = spec.laid();
    let parts = match &spec.dashboard {
        Some(id) => desk.parts_of(id, &overlay)?,
        None => {
            let parts = spec.insights.iter().map(|id| desk.part(None, id, &overlay));
            parts.collect::<Result<Vec<_>, _>>()?
        }
    };
    let period = parts.iter().find_map(|part| match part {
        Part::Insight { outcome, .. } => Some(period(&outcome.about)),
        _ => None,
    });
    let period = period.unwrap_or_default();
    let mut files: Vec<(String, String)> = Vec::new();
    let mut sections = Vec::new();
    for part in parts {
        let mut section = section(&part);
        if let (Part::Insight { id, outcome, .. }, false) = (&part, spec.without_csv) {
            let (csv, held) = (outcome.table.csv(), files.iter().map(|f| f.1.len()).sum::<usize>());
            if held + csv.len() <= MAX_FILES_BYTES {
                let same = files.iter().filter(|f| f.0.starts_with(id.as_str())).count();
                let name = if same == 0 { format!("{id}.csv") } else { format!("{id}-{}.csv", same + 1) };
                files.push((name, csv));
            } else {
                section.notes.push("its CSV file would be too large for a mail".to_owned());
            }
        }
        sections.push(section);
    }
    let link = spec.dashboard.as_ref().map(|id| format!("{base}/dashboards/{id}"));
    let page = Page {
        title: spec.name.clone(),
        subtitle: period.clone(),
        sections,
        footer: format!("You get this as a member of {workspace}."),
        link,
    };
    let usual = if period.is_empty() { spec.name.clone() } else { format!("{}: {period}", spec.name) };
    let subject = spec.subject.clone().unwrap_or(usual);
    Ok(Digest { subject, html: mail::html(&page), text: mail::text(&page), files })
}

impl Desk<'_> {
    /// What is on a dashboard, in reading order.
    fn parts_of(&self, id: &str, overlay: &Overlay) -> Result<Vec<Part>, DeskError> {
        let resource = self.document(ResourceKind::Dashboard, id)?;
        let mut spec = read(&resource, |spec| DashboardSpec::read(spec).map_err(|p| vec![p]))?;
        let overlay = overlay.over(&spec.overlay);
        spec.items.sort_by_key(|i| (i.y, i.x));
        spec.items.iter().map(|item| self.part_of(item, &overlay)).collect()
    }

    fn part_of(&self, item: &DashboardItem, overlay: &Overlay) -> Result<Part, DeskError> {
        let title = item.title.clone();
        match (&item.insight, &item.goal) {
            (Some(id), _) => self.part(title, id, overlay),
            (None, Some(id)) => match self.goal(id, 0) {
                Ok(goal) => Ok(Part::Goal(title.unwrap_or_else(|| goal.name.clone()), Box::new(goal))),
                Err(error) => lost(title, id, error),
            },
            (None, None) => Ok(Part::Text(title.unwrap_or_default(), item.text.clone().unwrap_or_default())),
        }
    }

    fn part(&self, title: Option<String>, id: &str, overlay: &Overlay) -> Result<Part, DeskError> {
        match self.insight(id, overlay) {
            Ok((found, outcome)) => Ok(Part::Insight {
                title: title.unwrap_or(found.name),
                id: id.to_owned(),
                number: found.number,
                outcome,
            }),
            Err(error) => lost(title, id, error),
        }
    }
}

/// An insight that cannot be computed is named in the mail; a query that was stopped stops the mail.
fn lost(title: Option<String>, id: &str, error: DeskError) -> Result<Part, DeskError> {
    match error {
        DeskError::Insight(InsightError::Lake(_)) | DeskError::Store(_) => Err(error),
        other => Ok(Part::Lost(title.unwrap_or_else(|| id.to_owned()), other.to_string())),
    }
}

fn section(part: &Part) -> Section {
    let plain = |title: &str, body| Section { title: title.to_owned(), number: None, body, notes: Vec::new() };
    match part {
        Part::Insight { title, number, outcome, .. } => {
            let about = &outcome.about;
            let notes = about.annotations.iter().map(|n| format!("{}: {}", n.from, n.text));
            Section {
                number: number.map(mail::number),
                notes: notes.chain(about.warnings.iter().cloned()).collect(),
                ..plain(title, Body::Table(outcome.table.clone()))
            }
        }
        Part::Goal(title, goal) => plain(title, Body::Goal(goal.clone())),
        Part::Text(title, text) => plain(title, Body::Text(text.clone())),
        Part::Lost(title, error) => plain(title, Body::Error(error.clone())),
    }
}

/// A report's period in words: its first and last day.
fn period(about: &About) -> String {
    let zone = time::zone(&about.zone).unwrap_or(chrono_tz::UTC);
    let day = |text: &str, ms: i64| Timestamp::parse(text).map(|ts| local_date(zone, ts.plus_ms(ms)));
    match (day(&about.from, 0), day(&about.to, -1)) {
        (Some(from), Some(to)) if from == to => from.to_string(),
        (Some(from), Some(to)) => format!("{from} to {to}"),
        _ => String::new(),
    }
}
