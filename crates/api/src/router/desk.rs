//! The team's desk: what saved insights, dashboards and goals come to, scheduled reports and alerts.

use rapport_insights::saved::GoalSpec;
use rapport_insights::saved::results::{AlertRecord, DashboardResults, GoalStatus, InsightResult};

use super::management::{ASK, on};
use crate::auth::{EDITOR, VIEWER};
use crate::described::Described;
use crate::endpoint::{Endpoint, Method};
use crate::reply::Paged;
use crate::routes::members::PageQuery;
use crate::routes::{desk, reports};

use Method::{Get, Post};

const SAME: &str = "The ETag of an answer: 304 when nothing changed since.";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        on(Get, "/api/v1/insights/{id}/results", VIEWER, "What a saved insight comes to", desk::insight)
            .query::<desk::OverlayQuery>()
            .header("If-None-Match", SAME)
            .header("Accept", "text/csv answers the table of the report as CSV; anything else JSON.")
            .answers::<Described<InsightResult>>(200, "The insight with its report."),
        on(Get, "/api/v1/dashboards/{id}/results", VIEWER, "What everything on a dashboard comes to", desk::dashboard)
            .query::<desk::OverlayQuery>()
            .header("If-None-Match", SAME)
            .answers::<Described<DashboardResults>>(200, "By item."),
        on(Get, "/api/v1/goals", VIEWER, "How the goals stand", desk::goals).query::<PageQuery>().answers::<Paged<
            Described<GoalStatus>,
        >>(
            200,
            "A page of at most 20.",
        ),
        on(Post, "/api/v1/goals/preview", ASK, "How a goal would stand", desk::preview_goal)
            .body::<Described<GoalSpec>>()
            .answers::<Described<GoalStatus>>(200, "How it would stand."),
        on(Get, "/api/v1/goals/{id}/status", VIEWER, "How a goal stands, and stood", desk::goal)
            .query::<desk::HistoryQuery>()
            .header("If-None-Match", SAME)
            .answers::<Described<GoalStatus>>(200, "How it stands."),
        on(Get, "/api/v1/alerts", VIEWER, "Alerts of goals", reports::alerts)
            .query::<reports::AlertQuery>()
            .answers::<Paged<Described<AlertRecord>>>(200, "A page, newest first."),
        on(Get, "/api/v1/reports", VIEWER, "Scheduled reports and when they are sent", reports::list)
            .query::<PageQuery>()
            .answers::<Paged<reports::ReportView>>(200, "A page."),
        on(Get, "/api/v1/reports/{id}/preview", VIEWER, "A report's mail without sending it", reports::preview)
            .header("Accept", "text/html answers the page itself; anything else JSON.")
            .answers::<reports::ReportPreview>(200, "Subject, HTML, text and files."),
        on(Post, "/api/v1/reports/{id}/run", EDITOR, "Send a report now", reports::run)
            .body::<reports::RunInput>()
            .answers::<reports::ReportRunView>(202, "It is on its way."),
        on(Get, "/api/v1/reports/{id}/runs", VIEWER, "What was sent of a report", reports::runs)
            .query::<PageQuery>()
            .answers::<Paged<reports::ReportRunView>>(200, "A page, newest first."),
    ]
}
