//! Checking a rule while it is written.

use axum::Json;
use axum::extract::State;
use rapport_domain::Problem;
use rapport_rules::Severity;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::extract::Body;
use crate::reply::Reply;
use crate::state::ApiState;

/// A rule to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleInput {
    /// The rule: `events("Order Completed").count() >= 3`.
    pub(crate) rule: String,
}

/// What was found in a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleReport {
    /// Whether the rule can be used.
    ok: bool,
    /// The rule in its normal form.
    canonical: Option<String>,
    /// The rule as blocks, for the visual builder.
    #[schema(value_type = Option<Object>)]
    blocks: Option<Value>,
    /// What makes it unusable, each with `line:column`.
    #[schema(value_type = Vec<crate::problem::ProblemItem>)]
    problems: Vec<Problem>,
    /// Names nobody has seen yet.
    #[schema(value_type = Vec<crate::problem::ProblemItem>)]
    warnings: Vec<Problem>,
}

/// `POST /api/v1/rules/check`.
pub(crate) async fn check(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<RuleInput>,
) -> Reply<RuleReport> {
    let rule = match rapport_rules::parse(&input.rule) {
        Ok(rule) => rule,
        Err(problems) => {
            let report = RuleReport { ok: false, canonical: None, blocks: None, problems, warnings: Vec::new() };
            return Ok(Json(report));
        }
    };
    let catalogue = state.run(move |state| crate::rules::catalogue(state, caller.workspace)).await?;
    let (errors, warnings): (Vec<_>, Vec<_>) =
        rapport_rules::findings(&rule, &catalogue).into_iter().partition(|finding| finding.severity == Severity::Error);
    Ok(Json(RuleReport {
        ok: errors.is_empty(),
        canonical: Some(rapport_rules::print(&rule)),
        blocks: serde_json::to_value(&rule).ok(),
        problems: errors.into_iter().map(|f| f.problem).collect(),
        warnings: warnings.into_iter().map(|f| f.problem).collect(),
    }))
}
