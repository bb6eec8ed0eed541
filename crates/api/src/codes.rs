//! The closed lists of names that programs, and words in other languages, go by. They are enumerations of the OpenAPI document,
//! so that a client is told at its build when one comes that it has no word for.

use rapport_collect::{RejectReason, Warning};
use rapport_delivery::content::lint;
use rapport_domain::{SkipReason, kinds};
use rapport_journeys::{ExitReason, Refusal};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The rule of a finding that is about no part: the message cannot be rendered.
pub(crate) const NOT_RENDERED: &str = "not_rendered";

/// Every code an answer can have: this crate's own, and those of the crates it answers for.
pub(crate) const PROBLEMS: &[&str] = &[
    "answer_too_large",
    "body_too_large",
    "both_known",
    "busy",
    "cannot_go_live",
    "catcher_cannot_listen",
    "conflict",
    "cookie",
    "csrf",
    "delivery_ledger_damaged",
    "delivery_unavailable",
    "dns_unanswered",
    "engine_system",
    "engine_unreadable",
    "event_too_large",
    "export_encode",
    "export_read",
    "file_too_large",
    "forbidden",
    "http_unusable",
    "idempotency_in_progress",
    "idempotency_key_reused",
    "import_invalid_position",
    "import_io",
    "import_other_file",
    "import_parquet",
    "import_unknown_format",
    "inapp_unauthorised",
    "invalid",
    "invalid_authorization",
    "invalid_compression",
    "invalid_context",
    "invalid_cursor",
    "invalid_form",
    "invalid_insight",
    "invalid_json",
    "invalid_link",
    "invalid_resource",
    "invalid_rule",
    "invalid_utf8",
    "journey_invalid",
    "journey_runs_unreadable",
    "keys",
    "lake_corrupt",
    "lake_io",
    "lake_partitions",
    "log_ahead",
    "log_batch_too_large",
    "log_closed",
    "log_corrupt",
    "log_invalid_config",
    "log_io",
    "log_locked",
    "log_overloaded",
    "log_partitions_differ",
    "log_storage_full",
    "log_trimmed",
    "log_unknown_partition",
    "log_unsupported_version",
    "mapping_invalid",
    "mapping_needed",
    "mapping_syntax",
    "method_not_allowed",
    "missing_batch",
    "missing_identity",
    "missing_write_key",
    "needs_approval",
    "needs_confirmation",
    "no_certificates",
    "no_mailroom",
    "not_failed",
    "not_found",
    "not_in_review",
    "not_kept",
    "not_paused",
    "not_ready",
    "only_checked",
    "other_number",
    "own_version",
    "panic",
    "parquet_unreadable",
    "password_hash",
    "paused",
    "people_unavailable",
    "profiles_encode",
    "provider_unreachable",
    "query_cancelled",
    "query_filters",
    "query_timed_out",
    "query_worker_failed",
    "report",
    "run_exists",
    "scheduled",
    "secret_sealed",
    "segment_not_ready",
    "segment_state_unreadable",
    "sign_in_throttled",
    "store_busy",
    "store_corrupt",
    "store_decode",
    "store_disk_full",
    "store_fenced",
    "store_io",
    "store_newer_schema",
    "store_open",
    "store_partition_count",
    "store_rolled_back",
    "store_sql",
    "too_many_events",
    "unauthorised",
    "unencodable_record",
    "unknown_write_key",
    "unsupported_encoding",
    "unsupported_media_type",
    "upload_storage",
    "version_changed",
    "wrong_credentials",
    "wrong_trigger",
];

/// Declares the schema of a text that is one of a list.
macro_rules! one_of {
    ($($(#[$about:meta])* $name:ident = $list:expr, $said:expr;)+) => {
        $($(#[$about])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String);
                text.enum_values(Some($list)).description(Some($said)).into()
            }
        }

        impl ToSchema for $name {})+
    };
}

one_of! {
    /// The code of an answer that is a problem.
    ProblemCode = PROBLEMS.iter().copied(), "What went wrong, for programs.";
    /// The code of one thing that is wrong with an input.
    ItemCode = kinds::ALL.iter().map(|kind| kind.code), meanings();
    /// The rule of a finding in a message.
    FindingRule = lint::RULES.iter().copied().chain([NOT_RENDERED]), "What a finding is about.";
    /// Why an event was not accepted, or what was odd about one that was.
    RefusalReason = refusals(), "Why an event was not accepted, or what was odd about one that was.";
    /// Why a journey lets somebody not in.
    JourneyRefusal = Refusal::ALL.map(Refusal::as_str), "Why a journey lets somebody not in.";
    /// Why somebody left a journey.
    JourneyExit = ExitReason::NAMES, "Why somebody left a journey; an exit step has a reason of its own.";
    /// Why a message was not sent.
    SkipCode = SkipReason::ALL.map(SkipReason::as_str), "Why a message was not sent.";
}

fn refusals() -> impl Iterator<Item = &'static str> {
    RejectReason::ALL.into_iter().map(RejectReason::as_str).chain(Warning::ALL.into_iter().map(Warning::as_str))
}

/// Each code of an item with what it says; what stands in braces is among the item's values.
fn meanings() -> String {
    let lines = kinds::ALL.iter().map(|kind| format!("- `{}`: {}", kind.code, kind.text));
    [String::from("What is wrong:")].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
