//! The trend report: events or profiles per day.

use rapport_domain::{Problem, Timestamp};
use rapport_lake::{CancelFlag, Snapshot};
use serde::{Deserialize, Serialize};

use crate::core::days::Days;
use crate::error::InsightError;
use crate::request::{self, MAX_TOP};
use crate::trend_fold::{MAX_VALUES, Matcher, Path, RankFold, TrendFold};

/// Events or profiles per calendar day of a zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendRequest {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Only events for which this holds, a rule's event predicate: `e.total > 50.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What is counted.
    #[serde(default)]
    pub measure: Measure,
    /// Beginning: a date of the zone, or a time; 30 days before the end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End: a date of the zone (included), or a time (excluded); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// IANA zone that decides where days begin; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// One series per value of this property (dotted path; `context.` before it for a context field).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<String>,
    /// How many values get a series of their own, at most 50; 10 when absent. The rest share `(other)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<usize>,
}

/// What a trend counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Every event.
    Events,
    /// Each profile once a day.
    #[default]
    Profiles,
}

/// A trend's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrendReport {
    /// The days, `YYYY-MM-DD`.
    pub days: Vec<String>,
    /// One series, or one per value of the breakdown, largest first, `(other)` last.
    pub series: Vec<TrendSeries>,
    /// The zone of the days.
    pub zone: String,
    /// Beginning of the period, RFC 3339.
    pub from: String,
    /// End of the period, RFC 3339, excluded.
    pub to: String,
    /// What a reader must know: names never seen, values beyond the limit, damaged files left out.
    pub warnings: Vec<String>,
}

/// One line of a trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrendSeries {
    /// The breakdown's value as text; `(none)` where the property is absent, `(other)` for the rest; absent without breakdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// By day.
    pub counts: Vec<u64>,
    /// Events in the period, or different profiles in the period (not the sum of the days).
    pub total: u64,
}

/// The name of the series of all values without one of their own.
const OTHER: &str = "(other)";

/// Computes a trend over a snapshot. `now` is only used where the request leaves the period open.
///
/// # Errors
/// `Invalid` with every fault of the request; `Lake` when the scan fails or was stopped.
pub fn run_trend(
    snapshot: &Snapshot,
    request: &TrendRequest,
    now: Timestamp,
    cancel: &CancelFlag,
) -> Result<TrendReport, InsightError> {
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    let zone = request.zone.as_deref();
    let period = request::period(request.from.as_deref(), request.to.as_deref(), zone, now, &mut problems);
    if let Some(event) = &request.event {
        request::event_name(event, "event", &request::known_events(snapshot), &mut problems, &mut warnings);
    }
    let filter = request::filter(request.filter.as_deref(), "filter", &mut problems);
    let top = request.top.unwrap_or(10);
    if !(1..=MAX_TOP).contains(&top) {
        problems.push(Problem::new("top", format!("expected 1 to {MAX_TOP}")));
    }
    let path = request.breakdown.as_deref().map(Path::parse);
    if path.as_ref().is_some_and(Path::is_empty) {
        problems.push(Problem::new("breakdown", "expected a property such as product.category or context.locale"));
    }
    let Some(period) = period.filter(|_| problems.is_empty()) else { return Err(InsightError::Invalid(problems)) };
    let matcher = Matcher { event: request.event.clone(), filter, range: (period.from, period.to), path };
    let values = match &matcher.path {
        Some(_) => Some(rank(snapshot, &matcher, request.measure, top, &mut warnings, cancel)?),
        None => None,
    };
    let days = Days::new(period.zone, period.first_day, period.last_day);
    let fold = TrendFold::new(matcher, days, request.measure, values);
    let mut out = snapshot.run(&fold, cancel)?;
    let lines = fold.lines();
    out.grow(lines, fold.days.len());
    let mut names: Vec<Option<String>> = fold.values.iter().flatten().cloned().map(Some).collect();
    names.push(fold.values.as_ref().map(|_| OTHER.to_owned()));
    let mut series: Vec<TrendSeries> = (names.into_iter().zip(out.counts).zip(out.totals))
        .map(|((value, counts), total)| TrendSeries { value, counts, total })
        .collect();
    if fold.values.is_some() && series.last().is_some_and(|s| s.total == 0) {
        series.pop();
    }
    warnings.extend(snapshot.warnings());
    warnings.dedup();
    Ok(TrendReport {
        days: fold.days.labels(),
        series,
        zone: period.zone.name().to_owned(),
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        warnings,
    })
}

/// The most frequent values of the breakdown, largest first, then by text.
fn rank(
    snapshot: &Snapshot,
    matcher: &Matcher,
    measure: Measure,
    top: usize,
    warnings: &mut Vec<String>,
    cancel: &CancelFlag,
) -> Result<Vec<String>, InsightError> {
    let out = snapshot.run(&RankFold { matcher, measure }, cancel)?;
    if out.overflowed {
        let text =
            format!("the breakdown has more than {MAX_VALUES} values; the largest were chosen among the first seen");
        warnings.push(text);
    }
    let mut ranked: Vec<(String, u64)> = out.counts.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(ranked.into_iter().take(top).map(|(value, _)| value).collect())
}
