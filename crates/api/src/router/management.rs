//! Management: the workspace, who works in it, and what a team configures.

use std::sync::LazyLock;

use axum::handler::Handler;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_store::control::members::Role;
use serde_json::Value;

use crate::auth::{ADMIN, Access, EDITOR, VIEWER};
use crate::endpoint::{Endpoint, Method};
use crate::reply::Paged;
use crate::routes::{
    approval, audiences, audit, campaigns, channels, imports, journeys, journeys_ask, journeys_write, keys, lists,
    members, profiles_write, push, quality, resources, resources_write, rules, search, segments, session, simulations,
    stats, suppressions, templates, tokens, workspaces,
};
use crate::state::ApiState;

use Method::{Delete, Get, Patch, Post, Put};

/// Asking is not changing: these need no more than reading, although they are POSTs.
pub(super) const ASK: Access = Access::Role(Role::Viewer);

pub(super) fn on<H, T>(method: Method, path: &'static str, access: Access, summary: &str, handler: H) -> Endpoint
where
    H: Handler<T, ApiState>,
    T: 'static,
{
    // `/api/v1/{noun}/…`
    let tag = path.split('/').nth(3).unwrap_or("api").trim_end_matches(".json");
    Endpoint::new(method, path, access, tag, summary, handler)
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = workspace();
    all.extend(people());
    all.extend(documents());
    all.extend(work());
    all.extend(audiences());
    all.extend(super::insights::endpoints());
    all
}

/// The description, made once.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    // Plain data with text keys: writing it as JSON cannot fail.
    crate::openapi::document(crate::router::endpoints()).to_json().unwrap_or_default()
});

/// `GET /api/openapi.json`.
async fn openapi() -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], DOCUMENT.as_str()).into_response()
}

fn workspace() -> Vec<Endpoint> {
    vec![
        on(Get, "/api/openapi.json", Access::Public, "This document", openapi).sends(
            200,
            "application/json",
            "OpenAPI 3.1.",
        ),
        on(Post, "/api/v1/session", Access::Public, "Sign in", session::create)
            .body::<session::Credentials>()
            .answers::<session::SessionView>(201, "Signed in; the cookie is set.")
            .forgets(),
        on(Get, "/api/v1/session", VIEWER, "Who is asking", session::get)
            .answers::<session::Whoami>(200, "The member or token."),
        on(Put, "/api/v1/session/password", VIEWER, "Change the own password", session::change_password)
            .body::<session::PasswordInput>()
            .answers::<session::SessionView>(200, "Changed; other sessions ended, this one has a new cookie.")
            .forgets(),
        on(Delete, "/api/v1/session", VIEWER, "Sign out", session::delete).sends(204, "", "Signed out."),
        on(Get, "/api/v1/stats", VIEWER, "Exact counts", stats::get).answers::<stats::Stats>(200, "The counts."),
        on(Get, "/api/v1/workspaces", VIEWER, "The workspaces the caller may see", workspaces::list).answers::<Paged<
            workspaces::WorkspaceView,
        >>(
            200, "One."
        ),
        on(Get, "/api/v1/workspaces/current", VIEWER, "The workspace", workspaces::get)
            .answers::<workspaces::WorkspaceView>(200, "The workspace."),
        on(Patch, "/api/v1/workspaces/current", ADMIN, "Change the workspace", workspaces::update)
            .body::<workspaces::WorkspacePatch>()
            .answers::<workspaces::WorkspaceView>(200, "The workspace as it is now."),
        on(Get, "/api/v1/audit", ADMIN, "Who did what", audit::list).query::<audit::AuditQuery>().answers::<Paged<
            audit::AuditView,
        >>(
            200, "A page."
        ),
        on(Get, "/api/v1/problems", VIEWER, "Live documents without effect, and what was cut short", stats::problems)
            .answers::<Paged<crate::problem::ProblemItem>>(200, "All of them."),
        on(Get, "/api/v1/data-quality", VIEWER, "What was not accepted, and why", quality::list)
            .query::<quality::QualityQuery>()
            .answers::<Paged<quality::RejectedView>>(200, "A page."),
        on(Get, "/api/v1/data-quality/counts", VIEWER, "Exact counts by day and reason", quality::counts)
            .query::<quality::CountsQuery>()
            .answers::<Paged<quality::ReasonCountView>>(200, "All of the days asked for."),
    ]
}

fn people() -> Vec<Endpoint> {
    vec![
        on(Get, "/api/v1/members", VIEWER, "List members", members::list)
            .query::<members::PageQuery>()
            .answers::<Paged<members::MemberView>>(200, "A page."),
        on(Post, "/api/v1/members", ADMIN, "Add a member", members::create)
            .body::<members::MemberInput>()
            .answers::<members::MemberView>(201, "The member.")
            .forgets(),
        on(Patch, "/api/v1/members/{id}", ADMIN, "Change a member", members::update)
            .body::<members::MemberPatch>()
            .answers::<members::MemberView>(200, "The member as it is now."),
        on(Delete, "/api/v1/members/{id}", ADMIN, "Refuse a member", members::delete).sends(
            204,
            "",
            "The member can sign in no more.",
        ),
        on(Get, "/api/v1/tokens", ADMIN, "List API tokens", tokens::list)
            .query::<members::PageQuery>()
            .answers::<Paged<tokens::TokenView>>(200, "A page."),
        on(Post, "/api/v1/tokens", ADMIN, "Create an API token", tokens::create)
            .body::<tokens::TokenInput>()
            .answers::<tokens::TokenCreated>(201, "The token, with its secret this once.")
            .forgets(),
        on(Delete, "/api/v1/tokens/{id}", ADMIN, "Revoke an API token", tokens::delete).sends(204, "", "Revoked."),
        on(Get, "/api/v1/sources", VIEWER, "List sources of events", keys::sources)
            .answers::<Paged<keys::SourceView>>(200, "All of them."),
        on(Post, "/api/v1/sources", ADMIN, "Add a source with its first write key", keys::create_source)
            .body::<keys::SourceInput>()
            .answers::<keys::SourceView>(201, "The source."),
        on(Patch, "/api/v1/sources/{slug}", ADMIN, "Change a source", keys::update_source)
            .body::<keys::SourcePatch>()
            .answers::<keys::SourceView>(200, "The source as it is now."),
        on(Get, "/api/v1/keys", VIEWER, "List write keys", keys::list)
            .answers::<Paged<keys::KeyView>>(200, "All of them."),
        on(Post, "/api/v1/keys", ADMIN, "Add a write key to a source", keys::create)
            .body::<keys::KeyInput>()
            .answers::<keys::KeyView>(201, "The key."),
        on(Delete, "/api/v1/keys/{key}", ADMIN, "Revoke a write key", keys::delete).sends(204, "", "Revoked."),
        on(Get, "/api/v1/suppressions", VIEWER, "List suppressed addresses", suppressions::list)
            .query::<suppressions::SuppressionQuery>()
            .answers::<Paged<suppressions::SuppressionView>>(200, "A page."),
        on(Post, "/api/v1/suppressions", EDITOR, "Suppress an address", suppressions::create)
            .body::<suppressions::SuppressionInput>()
            .answers::<suppressions::SuppressionView>(201, "The suppression; 200 when it was there already."),
        on(Get, "/api/v1/suppressions/export", EDITOR, "The suppressed addresses as CSV", suppressions::export)
            .query::<suppressions::SuppressionExportQuery>()
            .sends(200, "text/csv", "A row an address: channel, address, reason, since, source."),
        on(Post, "/api/v1/suppressions/upload", EDITOR, "Suppress uploaded addresses", suppressions::upload)
            .query::<suppressions::SuppressionUploadQuery>()
            .takes(&["text/csv"], "CSV whose header has `address`, `email` or `phone`, and perhaps `channel`, `reason` and `since`; 500,000 rows and 32 MiB at most.")
            .answers::<suppressions::SuppressionUpload>(200, "What became of the rows.")
            .forgets(),
        on(Delete, "/api/v1/suppressions/{channel}/{address}", ADMIN, "Lift a suppression", suppressions::delete)
            .sends(204, "", "Lifted."),
    ]
}

fn documents() -> Vec<Endpoint> {
    use resources as r;
    use resources_write as w;
    vec![
        on(Get, "/api/v1/search", VIEWER, "Documents of every kind by what they are called", search::search)
            .query::<search::SearchQuery>()
            .answers::<Paged<search::FoundView>>(200, "Those that fit best, best first."),
        on(Get, "/api/v1/resources/{kind}", VIEWER, "List documents", r::list)
            .query::<r::ResourceQuery>()
            .answers::<Paged<r::ResourceView>>(200, "A page."),
        on(Get, "/api/v1/resources/{kind}/schema", VIEWER, "The JSON Schema of a kind", r::schema)
            .answers::<Value>(200, "A JSON Schema."),
        on(Get, "/api/v1/resources/{kind}/{id}", VIEWER, "A document", r::get)
            .query::<r::VersionQuery>()
            .answers::<r::ResourceView>(200, "The version, with its number as ETag."),
        on(Put, "/api/v1/resources/{kind}/{id}", EDITOR, "Write a document", w::put)
            .query::<w::WriteQuery>()
            .header("If-Match", "The ETag of the newest version; 412 when it changed. \"0\": there must be none.")
            .takes(&["application/json", "application/yaml"], "The spec, or a document {kind, id, spec}.")
            .answers::<r::ResourceView>(200, "The new draft, or the version that says the same already."),
        on(Delete, "/api/v1/resources/{kind}/{id}", EDITOR, "Archive a document", w::archive)
            .query::<w::ArchiveQuery>()
            .answers::<w::Archived>(200, "It has no effect any more."),
        on(Post, "/api/v1/resources/{kind}/{id}/publish", EDITOR, "Make a version live", w::publish)
            .header("If-Match", "The ETag of the newest version; 412 when it changed.")
            .body::<w::PublishInput>()
            .answers::<r::ResourceView>(200, "The live version."),
        on(Post, "/api/v1/resources/{kind}/{id}/archive", EDITOR, "Archive a document", w::archive)
            .query::<w::ArchiveQuery>()
            .answers::<w::Archived>(200, "It has no effect any more."),
        on(Post, "/api/v1/resources/{kind}/{id}/status", EDITOR, "Move a version", w::status)
            .body::<w::StatusInput>()
            .answers::<r::ResourceView>(200, "The version."),
        on(Post, "/api/v1/resources/{kind}/{id}/approve", EDITOR, "Approve a version in review", approval::approve)
            .body::<approval::ApproveInput>()
            .answers::<r::ResourceView>(200, "The version, approved."),
        on(Get, "/api/v1/resources/{kind}/{id}/versions", VIEWER, "The versions of a document", r::versions)
            .query::<members::PageQuery>()
            .answers::<Paged<r::ResourceView>>(200, "A page, newest first."),
        on(Get, "/api/v1/resources/{kind}/{id}/diff", VIEWER, "What differs between two versions", r::diff)
            .query::<r::DiffQuery>()
            .answers::<r::DiffView>(200, "Each difference with its place."),
    ]
}

fn audiences() -> Vec<Endpoint> {
    vec![
        on(Post, "/api/v1/segments/overlap", ASK, "How segments overlap", audiences::overlap)
            .body::<audiences::OverlapInput>()
            .answers::<audiences::OverlapView>(200, "Every combination that has a customer."),
        on(Get, "/api/v1/segments/{id}/history", VIEWER, "How large a segment was", audiences::sizes)
            .query::<audiences::PeriodQuery>()
            .answers::<Paged<audiences::SizeView>>(200, "By the hour for two weeks, by the day before."),
        on(Get, "/api/v1/segments/{id}/feed", VIEWER, "Who entered and left a segment", audiences::feed)
            .query::<audiences::PeriodQuery>()
            .answers::<Paged<audiences::CrossingView>>(200, "The newest first."),
        on(Get, "/api/v1/segments/{id}/explain/{profile}", VIEWER, "Why a customer is in a segment", audiences::explain)
            .answers::<audiences::ExplanationView>(200, "The rule taken apart, with the events that prove it."),
        on(Post, "/api/v1/segments/{id}/members", EDITOR, "Add to a list, and remove from it", lists::update)
            .query::<super::super::routes::profiles_write::WaitQuery>()
            .body::<lists::MembersInput>()
            .answers::<lists::ListChange>(200, "What was changed."),
        on(Post, "/api/v1/segments/{id}/upload", EDITOR, "Add uploaded identifiers to a list", lists::upload)
            .query::<lists::UploadQuery>()
            .takes(&["text/csv"], "CSV whose header names the namespace of each column: `user_id`, `email`, `profile`. Of a row the first that finds somebody counts; 500,000 rows and 32 MiB at most.")
            .answers::<lists::ListChange>(200, "What was changed.")
            .forgets(),
        on(Get, "/api/v1/segments/{id}/export", EDITOR, "A segment's members as CSV", lists::export)
            .query::<lists::ExportQuery>()
            .sends(200, "text/csv", "A row a member: profile, user_id, email, since, and the traits asked for."),
        on(Get, "/api/v1/segments/{id}/exports", EDITOR, "Files of a segment's members, by its schedule", lists::exported)
            .answers::<Paged<lists::ExportFile>>(200, "The newest first; thirty are kept."),
        on(Get, "/api/v1/segments/{id}/exports/{name}", EDITOR, "One of these files", lists::exported_file).sends(
            200,
            "text/csv",
            "The file as it was written.",
        ),
        on(Get, "/api/v1/personas", VIEWER, "The live persona models with what they found", audiences::models).answers::<Paged<
            audiences::PersonaModelView,
        >>(
            200, "All of them."
        ),
        on(Get, "/api/v1/personas/{id}", VIEWER, "A persona model with what it found", audiences::model)
            .answers::<audiences::PersonaModelView>(200, "The model."),
        on(Post, "/api/v1/personas/{id}/compute", EDITOR, "Find a model's personas anew", audiences::compute)
            .answers::<audiences::PersonaModelView>(200, "The model with what it found."),
    ]
}

fn work() -> Vec<Endpoint> {
    vec![
        on(Post, "/api/v1/rules/check", ASK, "Check a rule", rules::check)
            .body::<rules::RuleInput>()
            .answers::<rules::RuleReport>(200, "What was found."),
        on(Post, "/api/v1/rules/parse", ASK, "A rule's text as blocks", rules::parse)
            .body::<rules::RuleText>()
            .answers::<rules::BothFaces>(200, "Both faces of the rule."),
        on(Post, "/api/v1/rules/print", ASK, "A rule's blocks as text: also the formatter", rules::print)
            .body::<rules::RuleInput>()
            .answers::<rules::BothFaces>(200, "Both faces of the rule."),
        on(Get, "/api/v1/rules/schema", VIEWER, "The JSON Schema of a rule's blocks", rules::schema).sends(
            200,
            "application/schema+json",
            "JSON Schema 2020-12.",
        ),
        on(
            Get,
            "/api/v1/rules/catalogue",
            VIEWER,
            "What rules can be about: events, traits, segments, functions",
            rules::known,
        )
        .answers::<rules::RuleCatalogueView>(200, "Everything seen, most frequent first."),
        on(Get, "/api/v1/rules/values", VIEWER, "Values a trait or a property of events has had", rules::values)
            .query::<rules::ValuesQuery>()
            .answers::<rules::ValuesView>(200, "The most frequent first."),
        on(Post, "/api/v1/rules/cost", ASK, "What a rule costs to keep current", audiences::cost)
            .body::<rules::RuleInput>()
            .answers::<rules::CostView>(200, "The cost, for each profile."),
        on(Post, "/api/v1/rules/complete", ASK, "What can stand at a place of a rule's text", rules::complete)
            .body::<rules::CompleteInput>()
            .answers::<rules::CompletionView>(200, "Suggestions, the likeliest first."),
        on(Post, "/api/v1/rules/explain", ASK, "Why a rule holds for a customer or not", audiences::explain_rule)
            .body::<audiences::ExplainInput>()
            .answers::<audiences::ExplanationView>(200, "The rule taken apart, with the events that prove it."),
        on(Get, "/api/v1/segments", VIEWER, "The live segments with their counts", segments::list).answers::<Paged<
            segments::SegmentView,
        >>(
            200, "All of them."
        ),
        on(Post, "/api/v1/segments/preview", ASK, "Who a rule would hold", segments::preview)
            .body::<rules::RuleInput>()
            .answers::<segments::PreviewView>(200, "How many, and some of them."),
        on(Get, "/api/v1/segments/{id}", VIEWER, "A live segment with its count", segments::get)
            .answers::<segments::SegmentView>(200, "The segment."),
        on(Get, "/api/v1/segments/{id}/members", VIEWER, "Who is in a segment, or was", segments::members)
            .query::<segments::MembersQuery>()
            .answers::<Paged<segments::SegmentMember>>(200, "A page."),
        on(Get, "/api/v1/journeys", VIEWER, "The live journeys with their numbers", journeys::list).answers::<Paged<
            journeys::JourneyView,
        >>(
            200,
            "All of them.",
        ),
        on(Get, "/api/v1/journeys/{id}", VIEWER, "A live journey with its numbers", journeys::get)
            .answers::<journeys::JourneyView>(200, "The journey."),
        on(Get, "/api/v1/journeys/{id}/profiles", VIEWER, "Who is where in a journey", journeys::profiles)
            .query::<journeys::RunQuery>()
            .answers::<Paged<journeys::RunView>>(200, "A page."),
        on(Get, "/api/v1/journeys/{id}/stats", VIEWER, "What happens at each step of a journey", journeys::stats)
            .answers::<journeys::StatsView>(200, "Exact numbers, by version, step and exit."),
        on(Post, "/api/v1/journeys/{id}/simulate", ASK, "What a journey would have done", journeys_ask::simulate)
            .body::<journeys_ask::SimulationInput>()
            .answers::<Value>(200, "Entries, steps, messages, overlap, floods, and the live version's for comparison."),
        on(Post, "/api/v1/simulations", ASK, "Begin a simulation that nobody has to wait for", simulations::create)
            .body::<simulations::SimulationOrder>()
            .answers::<simulations::SimulationView>(202, "It waits for its turn, or is played."),
        on(Get, "/api/v1/simulations", VIEWER, "The simulations under way, and the last ones", simulations::list)
            .query::<simulations::SimulationsQuery>()
            .answers::<Paged<simulations::SimulationView>>(200, "The newest first, without what came of them."),
        on(
            Get,
            "/api/v1/simulations/{id}",
            VIEWER,
            "A simulation: how far it is, or what came of it",
            simulations::get,
        )
        .answers::<simulations::SimulationView>(200, "The simulation."),
        on(Delete, "/api/v1/simulations/{id}", ASK, "End a simulation, and forget it", simulations::delete).sends(
            204,
            "",
            "It is ended and forgotten.",
        ),
        on(Post, "/api/v1/journeys/{id}/dry-run", ASK, "Step one customer through a journey", journeys_ask::dry_run)
            .body::<journeys_ask::DryRunInput>()
            .answers::<Value>(200, "What would happen, in order."),
        on(
            Get,
            "/api/v1/journeys/{id}/explain",
            VIEWER,
            "Why somebody is, was or was not in a journey",
            journeys_ask::explain,
        )
        .query::<journeys_ask::ExplainQuery>()
        .answers::<Value>(200, "Runs, what is recorded, and every decision with its rule and values."),
        on(Post, "/api/v1/journeys/{id}/trigger", EDITOR, "Begin a journey for somebody", journeys_write::trigger)
            .query::<profiles_write::WaitQuery>()
            .header("Idempotency-Key", "The same key begins once.")
            .body::<journeys_write::TriggerInput>()
            .answers::<journeys_write::Triggered>(202, "Taken; the journey decides whether it begins."),
        on(Post, "/api/v1/journeys/{id}/enter", EDITOR, "Send an audience through a journey", journeys_write::enter)
            .body::<journeys_write::EnterInput>()
            .answers::<journeys_write::Entering>(202, "How many people."),
        on(Post, "/api/v1/journeys/{id}/pause", EDITOR, "Pause a journey", journeys_write::pause)
            .answers::<journeys_write::PauseView>(200, "It is paused."),
        on(Post, "/api/v1/journeys/{id}/resume", EDITOR, "Go on after a pause", journeys_write::resume)
            .body::<journeys_write::ResumeInput>()
            .answers::<journeys_write::PauseView>(200, "It goes on."),
        on(Post, "/api/v1/journeys/{id}/migrate", EDITOR, "Move people to another version", journeys_write::migrate)
            .body::<journeys_write::MigrateInput>()
            .answers::<journeys_write::Migrating>(202, "It began."),
        on(Get, "/api/v1/campaigns", VIEWER, "The campaigns, and how far each is", campaigns::list)
            .query::<members::PageQuery>()
            .answers::<Paged<campaigns::CampaignView>>(200, "A page."),
        on(Get, "/api/v1/campaigns/{id}", VIEWER, "A campaign, and how far it is", campaigns::get)
            .answers::<campaigns::CampaignView>(200, "The campaign."),
        on(
            Post,
            "/api/v1/campaigns/{id}/estimate",
            ASK,
            "What a campaign comes to if it began now",
            campaigns::estimate,
        )
        .body::<campaigns::EstimateInput>()
        .answers::<Value>(200, "Whom its first message reaches, whom not and why, and what text messages cost."),
        on(Post, "/api/v1/campaigns/{id}/start", EDITOR, "Begin a campaign now", campaigns::start)
            .answers::<campaigns::Started>(202, "How many people."),
        on(Post, "/api/v1/campaigns/{id}/pause", EDITOR, "Pause a campaign", campaigns::pause)
            .answers::<journeys_write::PauseView>(200, "It is paused."),
        on(Post, "/api/v1/campaigns/{id}/resume", EDITOR, "Go on after a pause", campaigns::resume)
            .body::<journeys_write::ResumeInput>()
            .answers::<journeys_write::PauseView>(200, "It goes on."),
        on(Post, "/api/v1/campaigns/{id}/cancel", EDITOR, "End a campaign", campaigns::cancel)
            .answers::<campaigns::CampaignView>(200, "Nobody else gets it."),
        on(Post, "/api/v1/campaigns/{id}/test", EDITOR, "Send every variant to some people", campaigns::test)
            .body::<campaigns::TestInput>()
            .answers::<campaigns::Tested>(202, "On their way."),
        on(Get, "/api/v1/templates", VIEWER, "The live templates with what became of their messages", templates::list)
            .answers::<Paged<templates::TemplateView>>(200, "All of them."),
        on(Get, "/api/v1/channels", VIEWER, "The live channels, and whether they can be used", channels::list)
            .answers::<Paged<channels::ChannelView>>(200, "All of them."),
        on(Post, "/api/v1/channels/vapid", ADMIN, "A new pair of keys for web push", push::vapid)
            .answers::<push::KeyPair>(200, "The private key is not kept here."),
        on(Post, "/api/v1/channels/{id}/test", ADMIN, "Try a channel, with a mail to a member", channels::test)
            .body::<channels::TrialInput>()
            .answers::<channels::TrialView>(200, "How it went."),
        on(Get, "/api/v1/imports", VIEWER, "List imports", imports::list)
            .query::<members::PageQuery>()
            .answers::<Paged<imports::ImportView>>(200, "A page."),
        on(Post, "/api/v1/imports", EDITOR, "Import a file", imports::create)
            .query::<imports::ImportQuery>()
            .takes(&["application/octet-stream", "multipart/form-data"], "The file; multipart: file and mapping.")
            .answers::<imports::ImportView>(201, "Queued.")
            .forgets(),
        on(Get, "/api/v1/imports/{id}", VIEWER, "An import and its progress", imports::get)
            .answers::<imports::ImportView>(200, "The import."),
        on(Post, "/api/v1/imports/{id}/cancel", EDITOR, "Stop an import", imports::cancel)
            .answers::<imports::ImportView>(200, "The import."),
        on(Post, "/api/v1/imports/{id}/resume", EDITOR, "Go on with a failed import", imports::resume)
            .answers::<imports::ImportView>(200, "The import."),
        on(Get, "/api/v1/imports/{id}/rejects", VIEWER, "The rejected rows", imports::rejects).sends(
            200,
            "text/csv",
            "Line, reason and the row's beginning.",
        ),
    ]
}
