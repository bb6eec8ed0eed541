//! Saved insights: a report's request under a name.

use rapport_domain::{Problem, kinds as of};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kinds::{self, KINDS};

/// How a report is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// Lines over time.
    Line,
    /// Areas over time, stacked.
    Area,
    /// Bars.
    Bar,
    /// Shares of a whole.
    Pie,
    /// One number.
    Number,
    /// Rows.
    Table,
    /// A grid of colours.
    Heatmap,
    /// Steps that narrow.
    Funnel,
    /// Flows between steps.
    Flow,
}

/// A saved insight: kind `insight`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Insight")]
pub struct InsightSpec {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which report: `trend`, `funnel`, `retention`, …
    pub report: String,
    /// The report's request, as `POST /api/v1/insights/{report}` takes it.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub request: Value,
    /// How it is drawn; the report's usual way when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// The number that stands for the whole, a JSON pointer into the report: `/series/0/total`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

impl InsightSpec {
    /// Reads and checks a document; its request is only read, not checked.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let found: InsightSpec = kinds::read(spec, "spec").map_err(|p| vec![p])?;
        let mut problems = Vec::new();
        super::name(&found.name, &mut problems);
        if let Err(problem) = kinds::named(&found.report, "spec.report") {
            problems.push(problem);
        }
        if !(found.request.is_object() || found.request.is_null()) {
            problems.push(Problem::new("spec.request", "expected an object"));
        }
        pointer(found.number.as_deref(), "spec.number", &mut problems);
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }
}

/// Notes a path to a number that is none.
pub(crate) fn pointer(path: Option<&str>, at: &str, problems: &mut Vec<Problem>) {
    if path.is_some_and(|p| !p.starts_with('/') || p.len() > 200) {
        problems.push(Problem::of(at, of::NOT_A_POINTER, &[]));
    }
}

/// The schema of the kind: the request is that of the report it names.
pub(crate) fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let requests: Vec<Value> = KINDS
        .iter()
        .map(|kind| {
            let request = kind.schema(&mut generator).to_value();
            json!({
                "if": {"properties": {"report": {"const": kind.name}}},
                "then": {"properties": {"request": request}},
            })
        })
        .collect();
    let mut schema = generator.into_root_schema_for::<InsightSpec>().to_value();
    schema["properties"]["report"]["enum"] = KINDS.iter().map(|k| k.name).collect();
    schema["required"] = json!(["name", "report"]);
    schema["allOf"] = requests.into();
    schema
}

#[cfg(test)]
mod tests {
    use rapport_domain::ResourceKind;

    use super::super::tests::faults;
    use super::*;

    #[test]
    fn faults_have_a_place() {
        let check = |spec: Value| faults(ResourceKind::Insight, &spec);
        assert!(check(json!({"name": "Orders", "report": "trend", "request": {}})).is_empty());
        for (spec, expected) in [
            (json!({"report": "trend"}), "spec.name: must not be empty"),
            (json!({"name": "x", "report": "trnd"}), "(did you mean \"trend\"?)"),
            (json!({"name": "x", "report": "trend", "requst": {}}), "(did you mean \"request\"?)"),
            (json!({"name": "x", "report": "trend", "request": [1]}), "spec.request: expected an object"),
            (json!({"name": "x", "report": "trend", "number": "series.0"}), "spec.number: expected a JSON pointer"),
            (json!({"name": "x", "report": "trend", "chart": "lines"}), "spec.chart: unknown variant `lines`"),
        ] {
            let found = check(spec);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?} {expected}");
        }
    }

    #[test]
    fn the_schema_knows_the_request_of_each_report() {
        let schema = schema();
        let funnel =
            schema["allOf"].as_array().unwrap().iter().find(|s| s["if"]["properties"]["report"]["const"] == "funnel");
        assert_eq!(funnel.unwrap()["then"]["properties"]["request"]["$ref"], "#/$defs/FunnelRequest");
        assert!(schema["$defs"]["FunnelRequest"]["properties"]["steps"].is_object(), "{schema}");
    }
}
