//! Reading requests strictly: unknown parameters and members are refused with the nearest known name.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use rapport_domain::{ErrorClass, Problem};
use serde::de::DeserializeOwned;

use crate::config::{DEFAULT_PAGE, MAX_BODY_BYTES, MAX_PAGE};
use crate::error::ApiError;

/// From this likeness on an unknown name is taken for a slip of a known one.
const LIKENESS: f64 = 0.75;

/// The nearest of `known` to `name`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|k| (strsim::jaro_winkler(name, k), k))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k.to_owned())
}

/// Turns serde's words about an unknown field or variant into a problem with the nearest name.
pub(crate) fn explain(at: &str, message: &str) -> Problem {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    match quoted.split_first() {
        Some((name, known)) if unknown => {
            let place = if at.is_empty() { (*name).to_owned() } else { format!("{at}.{name}") };
            let place = if message.starts_with("unknown field") { place } else { at.to_owned() };
            Problem::new(place, message).with_suggestion(nearest(name, known.iter().copied()))
        }
        _ => Problem::new(if at.is_empty() { "body" } else { at }, message),
    }
}

/// The query string, read strictly.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(query)) => Ok(Query(query)),
            Err(rejection) => {
                let text =
                    std::error::Error::source(&rejection).map_or_else(|| rejection.body_text(), |e| e.to_string());
                // serde_urlencoded puts the parameter before the message: `limit: invalid digit …`.
                let (at, message) = match text.split_once(": ") {
                    Some((at, message)) if !at.contains(' ') => (at, message),
                    _ => ("query", text.as_str()),
                };
                let at = if message.starts_with("unknown field") { "" } else { at };
                Err(ApiError::invalid(vec![explain(at, message)]))
            }
        }
    }
}

/// Path parameters; what is not of the expected form does not exist.
#[derive(Debug)]
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(At(value)),
            Err(_) => Err(ApiError::not_found(format!("such thing as {}", parts.uri.path()))),
        }
    }
}

/// The whole body, within the limit of management requests.
pub(crate) async fn bytes(request: Request) -> Result<axum::body::Bytes, ApiError> {
    bytes_up_to(request, MAX_BODY_BYTES).await
}

/// The whole body, of at most `most` bytes.
pub(crate) async fn bytes_up_to(request: Request, most: usize) -> Result<axum::body::Bytes, ApiError> {
    axum::body::to_bytes(request.into_body(), most).await.map_err(|_| {
        let detail = format!("the body is larger than {most} bytes, or was cut off");
        ApiError::new(ErrorClass::Invalid, "body_too_large", detail).with_status(StatusCode::PAYLOAD_TOO_LARGE)
    })
}

/// Reads JSON; faults name line and column.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|e| {
        let text = e.to_string();
        let (message, place) = text.rsplit_once(" at line ").unwrap_or((text.as_str(), ""));
        let mut problem = explain("", message);
        if !place.is_empty() {
            problem.message = format!("{} (line {place})", problem.message);
        }
        ApiError::invalid(vec![problem])
    })
}

/// A JSON body, read strictly.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("application/json");
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" && !kind.ends_with("+json") {
            let detail = format!("expected Content-Type: application/json, found {kind:?}");
            return Err(ApiError::new(ErrorClass::Invalid, "unsupported_media_type", detail)
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = bytes(request).await?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        json(text).map(Body)
    }
}

/// The number of rows asked for.
///
/// # Errors
/// When it is not 1 to [`MAX_PAGE`].
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(DEFAULT_PAGE);
    if (1..=MAX_PAGE).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::invalid_at("limit", format!("expected 1 to {MAX_PAGE}")))
}

/// An instant in a parameter.
///
/// # Errors
/// When it is not a time.
pub(crate) fn instant(at: &str, text: Option<&str>) -> Result<Option<rapport_domain::Timestamp>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    match rapport_domain::Timestamp::parse(text) {
        Some(found) => Ok(Some(found)),
        None => Err(ApiError::invalid_at(at, "expected a time such as 2026-01-31T08:00:00Z")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct Some_ {
        limit: Option<usize>,
        cursor: Option<String>,
    }

    #[test]
    fn names_the_nearest_known_name() {
        let error = json::<Some_>(br#"{"limt": 3}"#).unwrap_err();
        assert_eq!(error.errors[0].at, "limt");
        assert_eq!(error.errors[0].did_you_mean.as_deref(), Some("limit"));
        let error = json::<Some_>(b"{\"limit\": \n\"x\"}").unwrap_err();
        assert!(error.errors[0].message.contains("line 2"), "{:?}", error.errors);
    }
}
