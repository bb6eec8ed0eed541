//! Whether the process lives, whether it can do its work, and its metrics.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_domain::{ErrorClass, Problem};
use rapport_engine::read::stats;
use rapport_store::control::settings;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::reply::{Done, Reply};
use crate::state::ApiState;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> Json<Done> {
    Done::json()
}

/// How ready the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Always true in this answer.
    ready: bool,
    /// Partitions that run.
    partitions: u16,
    /// Records accepted and not yet applied.
    lag_records: u64,
}

/// `GET /readyz`: partitions run, storage can be written, and the engine keeps up.
pub(crate) async fn readyz(State(state): State<ApiState>) -> Reply<Ready> {
    let now = state.now();
    let stamp = now.0.to_le_bytes();
    let written = state.write(move |tx| Ok(settings::put(tx, "ready_probe", &stamp)?)).await;
    let mut problems = Vec::new();
    if let Err(error) = written {
        problems.push(Problem::new("storage", format!("cannot be written{}", because(error.code()))));
    }
    if let Some(error) = state.log.trouble() {
        problems.push(Problem::new("log", format!("cannot take events{}", because(error.code()))));
    }
    if let Some(why) = state.lake.trouble() {
        tracing::error!(error.detail = %why, "the lake cannot write files");
        problems.push(Problem::new("lake", "cannot write files, events stay in memory; see the log"));
    }
    for (partition, trouble) in state.engine.troubles() {
        let why = because(trouble.code);
        problems.push(Problem::new(format!("partition {}", partition.0), format!("tries a batch again{why}")));
    }
    for (partition, why) in state.engine.failures() {
        tracing::error!(partition.id = partition.0, error.detail = %why, "a partition stands still");
        problems.push(Problem::new(format!("partition {}", partition.0), "stands still; see the log"));
    }
    let lag_records = state.engine.lag_records();
    if lag_records > state.config.max_lag_records {
        problems.push(Problem::new("lag", format!("{lag_records} records are not applied yet")));
    }
    if problems.is_empty() {
        return Ok(Json(Ready { ready: true, partitions: state.log.partitions(), lag_records }));
    }
    let error = ApiError::new(ErrorClass::Transient, "not_ready", "the server is not ready");
    Err(ApiError { errors: problems, ..error }.with_status(StatusCode::SERVICE_UNAVAILABLE))
}

/// The reason of a problem for everybody to read: no paths.
fn because(code: &str) -> String {
    match code {
        "store_disk_full" | "log_storage_full" => format!(": the disk is full, make room ({code})"),
        _ => format!(" ({code}); see the log"),
    }
}

/// `GET /metrics`: for Prometheus.
pub(crate) async fn metrics(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let handle = state.metrics.clone().ok_or_else(|| ApiError::not_found("metrics recorder"))?;
    metrics::gauge!("rapport_engine_lag_records").set(state.engine.lag_records() as f64);
    let text = state.run(move |_| Ok::<_, ApiError>(handle.render())).await?;
    let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(CONTENT_TYPE, media)], text).into_response())
}

/// How the partitions stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Partitions {
    /// One entry each.
    #[schema(value_type = Vec<Object>)]
    partitions: Vec<stats::PartitionStanding>,
}

/// `GET /api/v1/partitions`: lag, timers, outbox of each.
pub(crate) async fn partitions(State(state): State<ApiState>) -> Reply<Partitions> {
    let partitions = state.run(|state| stats::partitions(state.engine.shared())).await?;
    Ok(Json(Partitions { partitions }))
}
