//! Keeping an uploaded file: written as it arrives, never held in memory, removed again unless it is wanted.

use std::path::PathBuf;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use rapport_domain::ErrorClass;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::config::MAX_BODY_BYTES;
use crate::error::ApiError;
use crate::state::ApiState;

/// The longest file name kept, bytes.
const MAX_NAME_BYTES: usize = 200;

/// A file that arrived.
pub(crate) struct Upload {
    /// Where it lies.
    pub(crate) file: PathBuf,
    /// What it was called.
    pub(crate) name: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// The mapping that came with it.
    pub(crate) mapping: Option<String>,
    wanted: bool,
}

impl Upload {
    /// The file stays.
    pub(crate) fn is_wanted(&mut self) {
        self.wanted = true;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.wanted
            && let Err(error) = std::fs::remove_file(&self.file)
        {
            tracing::debug!(%error, "an unwanted upload was not there to remove");
        }
    }
}

fn broken(what: impl std::fmt::Display) -> ApiError {
    ApiError::invalid_at("body", format!("the upload broke off or is not well-formed: {what}"))
}

fn disk(error: std::io::Error) -> ApiError {
    ApiError::fault("upload_storage", ErrorClass::Transient, error.to_string())
}

/// A file being written.
struct Writing {
    file: File,
    kept: Upload,
    limit_bytes: u64,
}

impl Writing {
    /// A new file whose name ends as `name` does, since the ending tells the format.
    async fn begin(state: &ApiState, name: &str) -> Result<Self, ApiError> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let ending: String = name.split_once('.').map_or("", |(_, e)| e).chars().take(40).collect();
        if name.len() > MAX_NAME_BYTES || !ending.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
            let detail = format!("expected a file name such as orders.csv.gz, at most {MAX_NAME_BYTES} bytes");
            return Err(ApiError::invalid_at("name", detail));
        }
        let dir = &state.config.import_dir;
        tokio::fs::create_dir_all(dir).await.map_err(disk)?;
        let path = dir.join(format!("{}.{ending}", Uuid::now_v7()));
        let file = File::create_new(&path).await.map_err(disk)?;
        let kept = Upload { file: path, name: name.to_owned(), bytes: 0, mapping: None, wanted: false };
        Ok(Writing { file, kept, limit_bytes: state.config.max_import_bytes })
    }

    async fn write(&mut self, chunk: &Bytes) -> Result<(), ApiError> {
        self.kept.bytes += chunk.len() as u64;
        if self.kept.bytes > self.limit_bytes {
            let detail = format!("the file is larger than {} bytes", self.limit_bytes);
            return Err(
                ApiError::new(ErrorClass::Invalid, "file_too_large", detail).with_status(StatusCode::PAYLOAD_TOO_LARGE)
            );
        }
        self.file.write_all(chunk).await.map_err(disk)
    }

    async fn end(self) -> Result<Upload, ApiError> {
        self.file.sync_all().await.map_err(disk)?;
        if self.kept.bytes == 0 {
            return Err(ApiError::invalid_at("body", "expected a file, found nothing"));
        }
        Ok(self.kept)
    }
}

/// Keeps the file of a request: a multipart body with a part `file` (and perhaps `mapping`), or the body itself.
pub(crate) async fn keep(state: &ApiState, name: Option<String>, request: Request) -> Result<Upload, ApiError> {
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if media.to_ascii_lowercase().starts_with("multipart/form-data") {
        let parts = Multipart::from_request(request, &()).await.map_err(|e| broken(e.body_text()))?;
        return from_parts(state, parts).await;
    }
    let name =
        name.ok_or_else(|| ApiError::invalid_at("name", "expected ?name= with the file's name, or a multipart body"))?;
    let mut writing = Writing::begin(state, &name).await?;
    let mut body = request.into_body();
    while let Some(chunk) = next(&mut body).await? {
        writing.write(&chunk).await?;
    }
    writing.end().await
}

/// The body's next bytes.
async fn next(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        match frame.transpose().map_err(broken)? {
            None => return Ok(None),
            // What is not data are trailers.
            Some(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

async fn from_parts(state: &ApiState, mut parts: Multipart) -> Result<Upload, ApiError> {
    let (mut kept, mut mapping): (Option<Upload>, Option<String>) = (None, None);
    while let Some(mut part) = parts.next_field().await.map_err(|e| broken(e.body_text()))? {
        match part.name() {
            Some("file") if kept.is_none() => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut writing = Writing::begin(state, &name).await?;
                while let Some(chunk) = part.chunk().await.map_err(|e| broken(e.body_text()))? {
                    writing.write(&chunk).await?;
                }
                kept = Some(writing.end().await?);
            }
            Some("mapping") if mapping.is_none() => {
                let mut text = Vec::new();
                while let Some(chunk) = part.chunk().await.map_err(|e| broken(e.body_text()))? {
                    if text.len() + chunk.len() > MAX_BODY_BYTES {
                        return Err(ApiError::invalid_at("mapping", format!("larger than {MAX_BODY_BYTES} bytes")));
                    }
                    text.extend_from_slice(&chunk);
                }
                let text = String::from_utf8(text).map_err(|_| ApiError::invalid_at("mapping", "not UTF-8"))?;
                mapping = Some(text);
            }
            other => {
                let found = other.unwrap_or("a part without a name").to_owned();
                return Err(ApiError::invalid_at(
                    "body",
                    format!("expected one file and at most one mapping, found {found}"),
                ));
            }
        }
    }
    let mut kept = kept.ok_or_else(|| ApiError::invalid_at("file", "is required"))?;
    kept.mapping = mapping;
    Ok(kept)
}
