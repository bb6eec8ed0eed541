//! The funnel report: how many profiles go from one event to the next, and how fast.

use rapport_domain::time::parse_duration_ms;
use rapport_domain::{Problem, ProfileId, Timestamp};
use rapport_lake::{CancelFlag, Snapshot};
use serde::{Deserialize, Serialize};

use crate::error::InsightError;
use crate::funnel_fold::{Drill, FunnelFold, FunnelOut, Step};
use crate::request::{self, MAX_FUNNEL_STEPS, MAX_PAGE, MAX_WINDOW_MS, percent};

/// An ordered funnel. Profiles enter with a first step inside the period; later steps may follow until the window ends,
/// also after the period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelRequest {
    /// The steps, 1 to 12.
    pub steps: Vec<FunnelStep>,
    /// The longest time from the first step to the last (`7d`, `36h`; inclusive), at most 366 days; 7 days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// Beginning: a date of the zone, or a time; 30 days before the end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End: a date of the zone (included), or a time (excluded); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// IANA zone of the dates; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Also list the profiles at one step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<DrillRequest>,
}

/// One step of a funnel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelStep {
    /// The event's name.
    pub event: String,
    /// Only events of that name for which this holds, a rule's event predicate: `e.total > 50.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What to call the step; the event's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Which profiles to list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillRequest {
    /// The step, from 1.
    pub step: usize,
    /// Those who reached it, or those who got there and no further.
    pub outcome: Outcome,
    /// Continue after this profile, the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ProfileId>,
    /// Profiles on a page, at most 1,000; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Which profiles of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reached the step, whether or not they went on.
    Reached,
    /// Reached the step and not the next.
    Dropped,
}

/// A funnel's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunnelReport {
    /// The steps in order.
    pub steps: Vec<FunnelStepReport>,
    /// Profiles that reached the first step.
    pub entered: u64,
    /// Profiles that reached the last.
    pub converted: u64,
    /// `converted` of `entered`, percent.
    pub conversion_percent: f64,
    /// Beginning of the period, RFC 3339.
    pub from: String,
    /// End of the period, RFC 3339, excluded.
    pub to: String,
    /// The conversion window, milliseconds.
    pub window_ms: i64,
    /// The profiles asked for with `drill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiles: Option<ProfilePage>,
    /// What a reader must know: names never seen, damaged files left out.
    pub warnings: Vec<String>,
}

/// One step's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunnelStepReport {
    /// The event's name.
    pub event: String,
    /// What to call it.
    pub label: String,
    /// Profiles that reached the step.
    pub profiles: u64,
    /// Profiles that reached it and not the next; 0 for the last step.
    pub dropped: u64,
    /// `profiles` of those that entered, percent.
    pub conversion_percent: f64,
    /// `profiles` of those that reached the step before, percent; 100 for the first of a funnel with entries.
    pub step_conversion_percent: f64,
    /// Median time from the first step to this, milliseconds; the mean of the two middle ones, rounded down, of an even number.
    pub median_ms: Option<i64>,
    /// Average time from the first step to this, milliseconds.
    pub average_ms: Option<f64>,
}

/// Some profiles, by id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProfilePage {
    /// Their ids.
    pub profiles: Vec<ProfileId>,
    /// Give this as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ProfileId>,
}

/// Computes a funnel over a snapshot. `now` is only used where the request leaves the period open.
///
/// # Errors
/// `Invalid` with every fault of the request; `Lake` when the scan fails or was stopped.
pub fn run_funnel(
    snapshot: &Snapshot,
    request: &FunnelRequest,
    now: Timestamp,
    cancel: &CancelFlag,
) -> Result<FunnelReport, InsightError> {
    let mut warnings = Vec::new();
    let fold = plan(snapshot, request, now, &mut warnings)?;
    let out = snapshot.run(&fold, cancel)?;
    warnings.extend(snapshot.warnings());
    Ok(report(request, &fold, out, warnings))
}

fn plan(
    snapshot: &Snapshot,
    request: &FunnelRequest,
    now: Timestamp,
    warnings: &mut Vec<String>,
) -> Result<FunnelFold, InsightError> {
    let mut problems = Vec::new();
    let zone = request.zone.as_deref();
    let period = request::period(request.from.as_deref(), request.to.as_deref(), zone, now, &mut problems);
    if request.steps.is_empty() || request.steps.len() > MAX_FUNNEL_STEPS {
        let text = format!("expected 1 to {MAX_FUNNEL_STEPS} steps, there are {}", request.steps.len());
        problems.push(Problem::new("steps", text));
    }
    let known = request::known_events(snapshot);
    let mut steps = Vec::new();
    for (at, step) in request.steps.iter().enumerate().take(MAX_FUNNEL_STEPS) {
        request::event_name(&step.event, &format!("steps[{at}].event"), &known, &mut problems, warnings);
        let filter = request::filter(step.filter.as_deref(), &format!("steps[{at}].filter"), &mut problems);
        steps.push(Step { event: step.event.clone(), filter });
    }
    let text = request.window.as_deref().unwrap_or("7d");
    let window_ms = parse_duration_ms(text).filter(|ms| (1..=MAX_WINDOW_MS).contains(ms));
    if window_ms.is_none() {
        problems.push(Problem::new(
            "window",
            format!("expected a duration such as 7d or 36h, at most 366d, found {text:?}"),
        ));
    }
    let drill = request.drill.as_ref().and_then(|d| drill(d, request.steps.len(), &mut problems));
    match (period, window_ms) {
        (Some(period), Some(window_ms)) if problems.is_empty() => {
            Ok(FunnelFold::new(steps, window_ms, (period.from, period.to), drill))
        }
        _ => Err(InsightError::Invalid(problems)),
    }
}

fn drill(request: &DrillRequest, steps: usize, problems: &mut Vec<Problem>) -> Option<Drill> {
    let limit = request.limit.unwrap_or(100);
    if !(1..=MAX_PAGE).contains(&limit) {
        problems.push(Problem::new("drill.limit", format!("expected 1 to {MAX_PAGE}")));
    }
    if !(1..=steps).contains(&request.step) {
        problems.push(Problem::new("drill.step", format!("expected 1 to {steps}")));
    }
    Some(Drill { step: request.step, dropped: request.outcome == Outcome::Dropped, after: request.after, limit })
}

fn report(request: &FunnelRequest, fold: &FunnelFold, out: FunnelOut, warnings: Vec<String>) -> FunnelReport {
    let mut times = out.times_ms;
    times.resize(request.steps.len(), Vec::new());
    let reached: Vec<u64> = times.iter().map(|t| t.len() as u64).collect();
    let entered = reached.first().copied().unwrap_or(0);
    let converted = reached.last().copied().unwrap_or(0);
    let steps = (request.steps.iter().zip(times).enumerate())
        .map(|(at, (step, mut times))| FunnelStepReport {
            event: step.event.clone(),
            label: step.label.clone().unwrap_or_else(|| step.event.clone()),
            profiles: reached[at],
            dropped: reached.get(at + 1).map_or(0, |next| reached[at] - next),
            conversion_percent: percent(reached[at], entered),
            step_conversion_percent: percent(reached[at], if at == 0 { entered } else { reached[at - 1] }),
            average_ms: average(&times),
            median_ms: median(&mut times),
        })
        .collect();
    let profiles = fold.drill.as_ref().map(|drill| {
        let mut profiles = out.profiles;
        let more = profiles.len() > drill.limit;
        profiles.truncate(drill.limit);
        ProfilePage { next: if more { profiles.last().copied() } else { None }, profiles }
    });
    FunnelReport {
        steps,
        entered,
        converted,
        conversion_percent: percent(converted, entered),
        from: fold.period.0.to_rfc3339(),
        to: fold.period.1.to_rfc3339(),
        window_ms: fold.window_ms,
        profiles,
        warnings,
    }
}

fn average(times: &[i64]) -> Option<f64> {
    (!times.is_empty()).then(|| times.iter().map(|t| *t as f64).sum::<f64>() / times.len() as f64)
}

fn median(times: &mut [i64]) -> Option<i64> {
    if times.is_empty() {
        return None;
    }
    let middle = times.len() / 2;
    let odd = times.len() % 2 == 1;
    let (below, upper, _) = times.select_nth_unstable(middle);
    let upper = *upper;
    Some(if odd { upper } else { (below.iter().copied().max().unwrap_or(upper) + upper).div_euclid(2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_averages() {
        for (times, expected) in
            [(vec![], None), (vec![5], Some(5)), (vec![9, 1, 4], Some(4)), (vec![9, 1, 4, 5], Some(4))]
        {
            assert_eq!(median(&mut times.clone()), expected, "{times:?}");
        }
        assert_eq!((average(&[]), average(&[1, 2])), (None, Some(1.5)));
    }
}
