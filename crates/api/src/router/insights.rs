//! Reports over events: one endpoint a kind, all of one shape.

use rapport_insights as kinds;
use rapport_insights::Insight;

use super::management::{ASK, on};
use crate::described::Described;
use crate::endpoint::{Endpoint, Method};
use crate::routes::insights;

fn ask<I: Insight>(path: &'static str, summary: &str) -> Endpoint {
    debug_assert!(path.ends_with(I::NAME), "{path} is not that of {}", I::NAME);
    on(Method::Post, path, ASK, summary, insights::ask::<I>)
        .body::<Described<I>>()
        .header("Accept", "text/csv answers the table of the report as CSV; anything else JSON.")
        .answers::<Described<I::Report>>(200, "The report.")
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        ask::<kinds::trend::TrendRequest>("/api/v1/insights/trend", "What happened per hour, day, week or month"),
        ask::<kinds::funnel::FunnelRequest>("/api/v1/insights/funnel", "How many go from one event to the next"),
        ask::<kinds::retention::RetentionRequest>("/api/v1/insights/retention", "How many come back, and when"),
        ask::<kinds::lifecycle::LifecycleRequest>("/api/v1/insights/lifecycle", "Who is new, stays, comes back, goes"),
        ask::<kinds::power::PowerUsersRequest>("/api/v1/insights/power-users", "On how many days profiles are active"),
        ask::<kinds::heatmap::HeatmapRequest>("/api/v1/insights/heatmap", "When profiles are active"),
        ask::<kinds::rfm::RfmRequest>("/api/v1/insights/rfm", "Who bought lately, often, and for how much"),
        ask::<kinds::paths::PathsRequest>("/api/v1/insights/paths", "What follows what, how often and how soon"),
        ask::<kinds::attribution::AttributionRequest>("/api/v1/insights/attribution", "Which touches lead to a goal"),
        ask::<kinds::journey::JourneyMapRequest>(
            "/api/v1/insights/journey-map",
            "Stages, touchpoints, moments of truth",
        ),
        ask::<kinds::ladder::LadderRequest>("/api/v1/insights/ladder", "Who stands on which rung of engagement"),
        ask::<kinds::lift::LiftRequest>("/api/v1/insights/lift", "The treated against a control group"),
        ask::<kinds::value::ValueRequest>("/api/v1/insights/value", "What customers brought and will"),
        on(Method::Post, "/api/v1/insights/xes", ASK, "The events as an XES log", insights::xes)
            .body::<Described<kinds::xes::XesRequest>>()
            .sends(200, "application/xml", "The log (IEEE 1849), a trace for each profile."),
    ]
}
