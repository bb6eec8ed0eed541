//! Every kind of report by name: for saved requests, which are JSON until they are asked.

use rapport_domain::{Problem, Timestamp, kinds as of};
use rapport_lake::{CancelFlag, Snapshot};
use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ask::{Ask, Insight, nearest};
use crate::error::InsightError;
use crate::people::People;
use crate::report::{About, Report};
use crate::table::Table;
use crate::{
    attribution, funnel, heatmap, journey, ladder, lifecycle, lift, paths, power, retention, rfm, trend, value,
};

/// A report of any kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// As JSON.
    pub report: Value,
    /// As rows.
    pub table: Table,
    /// What it says about itself.
    pub about: About,
}

/// A kind of report.
#[derive(Clone, Copy)]
pub struct Kind {
    /// How it is called in paths, commands and documents: `funnel`.
    pub name: &'static str,
    answer: fn(&Value, &mut Ask<'_>) -> Result<Outcome, InsightError>,
    table: fn(&Value) -> Option<(Table, About)>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

const fn kind<I: Insight>() -> Kind {
    let table = table::<I>;
    Kind { name: I::NAME, answer: answer::<I>, table, schema: |generator| generator.subschema_for::<I>() }
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    kind::<trend::TrendRequest>(),
    kind::<funnel::FunnelRequest>(),
    kind::<retention::RetentionRequest>(),
    kind::<lifecycle::LifecycleRequest>(),
    kind::<power::PowerUsersRequest>(),
    kind::<heatmap::HeatmapRequest>(),
    kind::<rfm::RfmRequest>(),
    kind::<paths::PathsRequest>(),
    kind::<attribution::AttributionRequest>(),
    kind::<journey::JourneyMapRequest>(),
    kind::<ladder::LadderRequest>(),
    kind::<lift::LiftRequest>(),
    kind::<value::ValueRequest>(),
];

/// The kind of that name.
///
/// # Errors
/// The nearest name, at `at`.
pub fn named(name: &str, at: &str) -> Result<&'static Kind, Problem> {
    KINDS.iter().find(|k| k.name == name).ok_or_else(|| {
        let names: Vec<&str> = KINDS.iter().map(|k| k.name).collect();
        Problem::of(at, of::NOT_ONE_OF, &[("known", &names.join(", ")), ("found", &name)]).with_suggestion(nearest(
            name,
            names.into_iter(),
            0.6,
        ))
    })
}

fn answer<I: Insight>(request: &Value, ask: &mut Ask<'_>) -> Result<Outcome, InsightError> {
    let request: I = read(request, "").map_err(|problem| InsightError::Invalid(vec![problem]))?;
    let report = request.answer(ask)?;
    let (table, about) = (report.table(), report.about().clone());
    Ok(Outcome { report: serde_json::to_value(report).unwrap_or_default(), table, about })
}

fn table<I: Insight>(report: &Value) -> Option<(Table, About)> {
    let report: I::Report = serde_json::from_value(report.clone()).ok()?;
    Some((report.table(), report.about().clone()))
}

/// Reads a document strictly; the fault names its path below `at`, and the nearest name where one is unknown.
pub(crate) fn read<T: DeserializeOwned>(value: &Value, at: &str) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        let at = match (at, path.as_str()) {
            ("", path) => path.to_owned(),
            (at, "") => at.to_owned(),
            (at, path) => format!("{at}.{path}"),
        };
        let message = error.into_inner().to_string();
        // serde writes: unknown field `x`, expected one of `a`, `b`.
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let like = match quoted.split_first() {
            Some((name, known)) if message.starts_with("unknown ") => nearest(name, known.iter().copied(), 0.7),
            _ => None,
        };
        Problem::new(if at.is_empty() { "request".to_owned() } else { at }, message).with_suggestion(like)
    })
}

impl Kind {
    /// Computes the report; see [`crate::run`].
    ///
    /// # Errors
    /// See [`Insight::answer`]; `Invalid` also when `request` is not of this kind.
    pub fn run(
        &self,
        request: &Value,
        snapshot: &Snapshot,
        people: &dyn People,
        now: Timestamp,
        cancel: &CancelFlag,
    ) -> Result<Outcome, InsightError> {
        (self.answer)(request, &mut Ask::new(snapshot, people, now, cancel))
    }

    /// Checks a request without reading events: answers what is unusual about it, such as events nobody sent yet.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn check(
        &self,
        request: &Value,
        snapshot: &Snapshot,
        people: &dyn People,
        now: Timestamp,
    ) -> Result<Vec<String>, InsightError> {
        let never = CancelFlag::new();
        let mut ask = Ask::new(snapshot, people, now, &never).only_checking();
        match (self.answer)(request, &mut ask) {
            Ok(_) | Err(InsightError::Checked) => Ok(std::mem::take(&mut ask.warnings)),
            Err(error) => Err(error),
        }
    }

    /// The rows of a report of this kind, and what it says about itself; `None` when it is of another kind or release.
    #[must_use]
    pub fn table(&self, report: &Value) -> Option<(Table, About)> {
        (self.table)(report)
    }

    /// The JSON Schema of its requests.
    pub(crate) fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }
}
