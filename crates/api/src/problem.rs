//! The one place where errors become HTTP: status by class, body by RFC 9457 (`application/problem+json`). What went
//! wrong inside is logged, never answered.

use std::collections::BTreeMap;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rapport_domain::{ErrorClass, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::codes::{self, ItemCode, ProblemCode};
use crate::error::ApiError;

/// The media type of RFC 9457.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What a failed request is answered with (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// A name of the kind of problem, `urn:rapport:problem:<code>`.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request, for people.
    detail: String,
    /// A stable name of the problem, for programs.
    #[schema(value_type = ProblemCode)]
    code: &'static str,
    /// Each thing that is wrong with the input, with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<ProblemItem>)]
    errors: Vec<Problem>,
}

/// One thing wrong with an input.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemItem {
    /// Where: a JSON path, a parameter, or `line:column` in a rule or template.
    at: String,
    /// What is wrong and what was expected.
    message: String,
    /// The nearest known name, when a name was unknown.
    #[schema(required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
    /// A stable name of what is wrong, where it is of a kind that many inputs can have.
    #[schema(required = false, value_type = Option<ItemCode>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// What the message says beside the words of its kind, by name.
    #[schema(required = false, value_type = BTreeMap<String, String>)]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<&'static str, String>,
}

impl From<Problem> for ProblemItem {
    fn from(p: Problem) -> Self {
        ProblemItem { at: p.at, message: p.message, did_you_mean: p.did_you_mean, code: p.code, values: p.values }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(internal) = &self.internal {
            tracing::error!(error.code = self.code, error.detail = %internal, "a request failed");
        }
        debug_assert!(codes::PROBLEMS.contains(&self.code), "{} is not in the list of codes", self.code);
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = ProblemBody {
            kind: format!("urn:rapport:problem:{}", self.code),
            title,
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            errors: self.errors,
        };
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = self.retry_after_ms {
            headers.insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000).max(1)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"rapport\""));
        }
        response
    }
}

/// An error of another crate with what the caller may know of it.
fn known(class: ErrorClass, code: &'static str, detail: String, errors: Vec<Problem>) -> ApiError {
    match class {
        ErrorClass::Transient | ErrorClass::Fatal => ApiError::fault(code, class, detail),
        _ => ApiError { errors, ..ApiError::new(class, code, detail) },
    }
}

impl From<rapport_store::StoreError> for ApiError {
    fn from(error: rapport_store::StoreError) -> Self {
        let errors = match &error {
            rapport_store::StoreError::Invalid { what, detail } => vec![Problem::new(what, detail)],
            _ => Vec::new(),
        };
        known(error.class(), error.code(), error.to_string(), errors)
    }
}

impl From<rapport_collect::CollectError> for ApiError {
    fn from(error: rapport_collect::CollectError) -> Self {
        let retry_after_ms = error.retry_after_ms();
        let mapped = known(error.class(), error.code(), error.to_string(), Vec::new());
        ApiError { retry_after_ms: retry_after_ms.or(mapped.retry_after_ms), ..mapped }
    }
}

impl From<rapport_log::LogError> for ApiError {
    fn from(error: rapport_log::LogError) -> Self {
        rapport_collect::CollectError::from(error).into()
    }
}

impl From<rapport_collect::import::ImportError> for ApiError {
    fn from(error: rapport_collect::import::ImportError) -> Self {
        let errors = match &error {
            rapport_collect::import::ImportError::Mapping(problems) => problems.clone(),
            _ => Vec::new(),
        };
        known(error.class(), error.code(), error.to_string(), errors)
    }
}

impl From<rapport_insights::InsightError> for ApiError {
    fn from(error: rapport_insights::InsightError) -> Self {
        let errors = error.problems().to_vec();
        match error {
            rapport_insights::InsightError::Lake(lake) => lake.into(),
            other => known(other.class(), other.code(), other.to_string(), errors),
        }
    }
}

/// Errors that say of themselves all there is to know.
macro_rules! by_class {
    ($($error:ty),+) => {
        $(impl From<$error> for ApiError {
            fn from(error: $error) -> Self {
                known(error.class(), error.code(), error.to_string(), Vec::new())
            }
        })+
    };
}

by_class!(rapport_engine::EngineError, rapport_lake::LakeError, rapport_delivery::DeliveryError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_detail_stays_inside() {
        let error = rapport_store::StoreError::Io { file: "/secret/path.db".into(), detail: "bad sector".into() };
        let error = ApiError::from(error);
        assert_eq!((error.status.as_u16(), error.code), (503, "store_io"));
        assert!(!error.detail.contains("secret"), "{}", error.detail);
        assert!(error.internal.as_deref().is_some_and(|i| i.contains("bad sector")));
        let response = error.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
    }

    #[test]
    fn overload_says_when_to_come_back() {
        let error = rapport_collect::CollectError::from(rapport_log::LogError::Overloaded { retry_after_ms: 2_400 });
        let response = ApiError::from(error).into_response();
        assert_eq!((response.status().as_u16(), response.headers()[RETRY_AFTER].to_str().unwrap()), (429, "3"));
        let full = rapport_collect::CollectError::from(rapport_log::LogError::StorageFull { action: "write" });
        assert_eq!(ApiError::from(full).status.as_u16(), 503);
    }
}
