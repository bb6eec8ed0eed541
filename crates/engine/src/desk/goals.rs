//! Goals: the number of the running period against its target, and of the periods before.

use chrono::NaiveDate;
use rapport_domain::{Problem, ResourceKind, Timestamp};
use rapport_insights::InsightError;
use rapport_insights::core::buckets::{Unit, day_start, local_date};
use rapport_insights::core::pace::{self, Nature, Pace};
use rapport_insights::core::robust;
use rapport_insights::saved::goal::DEFAULT_WEEKS;
use rapport_insights::saved::results::{AlertState, DayReading, GoalStatus, Reading};
use rapport_insights::saved::{AlertWhen, GoalSpec, InsightSpec, Overlay};
use serde_json::Value;

use super::{Desk, DeskError, read};

/// Former periods whose course is looked at.
const COURSE_PERIODS: i64 = 6;
/// The most former periods of a history.
pub const MAX_HISTORY: usize = 60;

/// A goal, ready to be asked about any period.
struct Asked {
    spec: GoalSpec,
    insight: InsightSpec,
    zone: chrono_tz::Tz,
}

impl Desk<'_> {
    /// How a goal stands, with `history` former periods.
    ///
    /// # Errors
    /// There is no such goal or insight, or its report cannot be computed or has no such number.
    pub fn goal(&self, id: &str, history: usize) -> Result<GoalStatus, DeskError> {
        let resource = self.document(ResourceKind::Goal, id)?;
        let spec = read(&resource, |spec| GoalSpec::read(spec).map_err(|p| vec![p]))?;
        let mut status = self.stand(spec, history)?;
        (status.id, status.version) = (resource.id, resource.version);
        Ok(status)
    }

    /// How a goal's document stands.
    ///
    /// # Errors
    /// As [`Desk::goal`].
    pub fn stand(&self, spec: GoalSpec, history: usize) -> Result<GoalStatus, DeskError> {
        let insight = match (spec.own(), &spec.metric.insight) {
            (Some(own), _) => own,
            (None, id) => {
                let saved = self.document(ResourceKind::Insight, id.as_deref().unwrap_or_default())?;
                read(&saved, InsightSpec::validate)?
            }
        };
        let zone = spec.zone();
        let asked = Asked { spec, insight, zone };
        let (spec, span) = (&asked.spec, asked.spec.period.span());
        let today = local_date(zone, self.now);
        let (first, last) = span.around(today, 0);
        let (begin, end) = (day_start(zone, first), day_start(zone, Unit::Day.shift(last, 1)));
        let elapsed = self.now.since_ms(begin) as f64 / end.since_ms(begin) as f64;
        let (value, warnings) = self.number(&asked, first, None)?;
        let pace = match spec.nature {
            Nature::Level => Pace { share: 1.0, periods: 0 },
            Nature::Total => Pace::of(elapsed, &self.course(&asked, today)?),
        };
        let target = spec.aim();
        let early = spec.nature == Nature::Total && pace.share < pace::LEAST_SHARE;
        let day = if spec.alerts.iter().any(|a| a.when.of_day()) { Some(self.day(&asked, today)?) } else { None };
        let standing = target.standing(value, pace);
        let alerts = spec.alerts.iter().map(|alert| state(alert, standing, day.as_ref())).collect();
        let mut readings = Vec::new();
        for n in 1..=history.min(MAX_HISTORY) as i64 {
            let (from, to) = span.around(today, -n);
            let (value, _) = self.number(&asked, from, Some(End::Day(to)))?;
            let standing = target.final_standing(value);
            readings.push(Reading { from: from.to_string(), to: to.to_string(), value, standing });
        }
        Ok(GoalStatus {
            id: String::new(),
            version: 0,
            name: spec.name.clone(),
            unit: spec.unit.clone(),
            nature: spec.nature,
            target: spec.target,
            direction: spec.direction,
            from: first.to_string(),
            to: last.to_string(),
            zone: zone.name().to_owned(),
            value,
            standing,
            elapsed_percent: elapsed * 100.0,
            expected: (!early).then_some(spec.target * pace.share),
            projection: value.and_then(|v| pace::projection(v, spec.nature, pace)),
            pace_periods: pace.periods,
            day,
            alerts,
            history: readings,
            warnings,
        })
    }

    /// Of former periods with a number, the part of it they had when they were as old as this one is.
    fn course(&self, asked: &Asked, today: NaiveDate) -> Result<Vec<f64>, DeskError> {
        let span = asked.spec.period.span();
        let since = self.now.since_ms(day_start(asked.zone, span.around(today, 0).0));
        let mut shares = Vec::new();
        for n in 1..=COURSE_PERIODS {
            let (first, last) = span.around(today, -n);
            let Some(whole) = self.number(asked, first, Some(End::Day(last)))?.0.filter(|v| *v > 0.0) else { continue };
            let end = day_start(asked.zone, Unit::Day.shift(last, 1));
            let point = day_start(asked.zone, first).plus_ms(since);
            let part = match point < end {
                true => self.number(asked, first, Some(End::Instant(point)))?.0.unwrap_or(0.0),
                false => whole,
            };
            shares.push((part / whole).clamp(0.0, 1.0));
        }
        Ok(shares)
    }

    /// The last whole day and the same weekday before.
    fn day(&self, asked: &Asked, today: NaiveDate) -> Result<DayReading, DeskError> {
        let weeks = asked.spec.alerts.iter().filter_map(|a| match a.when {
            AlertWhen::Anomaly { weeks, .. } => Some(weeks.unwrap_or(DEFAULT_WEEKS)),
            _ => None,
        });
        let date = Unit::Day.shift(today, -1);
        let of = |day: NaiveDate| self.number(asked, day, Some(End::Day(day))).map(|found| found.0);
        let mut past = Vec::new();
        for n in 1..=weeks.max().unwrap_or(0) as i64 {
            past.push(of(Unit::Week.shift(date, -n))?);
        }
        Ok(DayReading { date: date.to_string(), value: of(date)?, past })
    }

    /// The goal's number from a day on, with the report's warnings.
    fn number(&self, asked: &Asked, from: NaiveDate, to: Option<End>) -> Result<(Option<f64>, Vec<String>), DeskError> {
        // Before the first event there is no number, not a 0.
        let first = self.snapshot.times().map(|(first, _)| local_date(asked.zone, first));
        if let Some(End::Day(day)) = to
            && first.is_none_or(|first| day < first)
        {
            return Ok((None, Vec::new()));
        }
        let overlay = Overlay {
            from: Some(from.to_string()),
            to: to.map(|end| match end {
                End::Day(day) => day.to_string(),
                End::Instant(ts) => ts.to_rfc3339(),
            }),
            zone: Some(asked.zone.name().to_owned()),
            ..Overlay::default()
        };
        let outcome = self.outcome(&asked.insight.report, &overlay.apply(&asked.insight.request))?;
        let at = &asked.spec.metric.number;
        match outcome.report.pointer(at) {
            Some(Value::Number(n)) => Ok((n.as_f64(), outcome.about.warnings.clone())),
            Some(Value::Null) => Ok((None, outcome.about.warnings.clone())),
            Some(Value::String(text)) => Err(no_number(at, &format!("the text {text:?}"))),
            Some(_) => Err(no_number(at, "something else")),
            // A period without events has no rows, so no number either.
            None if is_of_list(&outcome.report, at) => Ok((None, outcome.about.warnings.clone())),
            None => Err(no_number(at, "nothing")),
        }
    }
}

#[derive(Clone, Copy)]
enum End {
    Day(NaiveDate),
    Instant(Timestamp),
}

/// Whether the pointer leads through a list that is too short: there may be a number another time.
fn is_of_list(report: &Value, pointer: &str) -> bool {
    let mut at = report;
    for part in pointer.split('/').skip(1) {
        let next = match (at, part.parse::<usize>()) {
            (Value::Array(list), Ok(n)) if n >= list.len() => return true,
            (Value::Array(list), Ok(n)) => list.get(n),
            (other, _) => other.get(part),
        };
        let Some(next) = next else { return false };
        at = next;
    }
    false
}

fn no_number(at: &str, found: &str) -> DeskError {
    let text = format!("expected a number of the report at {at}, found {found}");
    InsightError::Invalid(vec![Problem::new("spec.metric.number", text)]).into()
}

/// Whether an alert's condition holds.
fn state(alert: &rapport_insights::saved::AlertRule, standing: pace::Standing, day: Option<&DayReading>) -> AlertState {
    let name = alert.name.clone().unwrap_or_else(|| alert.when.text());
    let value = day.and_then(|d| d.value);
    let mut oddity = None;
    let holds = match &alert.when {
        AlertWhen::Above(limit) => value.map(|v| v > *limit),
        AlertWhen::Below(limit) => value.map(|v| v < *limit),
        AlertWhen::Behind => match standing {
            pace::Standing::Unknown => None,
            standing => Some(standing == pace::Standing::Behind),
        },
        AlertWhen::Anomaly { weeks, sensitivity } => {
            let weeks = weeks.unwrap_or(DEFAULT_WEEKS);
            let past: Vec<f64> = day.iter().flat_map(|d| d.past.iter().take(weeks).flatten().copied()).collect();
            oddity = value.and_then(|v| robust::oddity(v, &past, sensitivity.unwrap_or(robust::SENSITIVITY)));
            oddity.map(|o| o.odd)
        }
    };
    AlertState { name, holds, oddity }
}
