//! The session's cookie.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use rapport_domain::ErrorClass;

use crate::config::ApiConfig;
use crate::error::ApiError;

const NAME: &str = "rapport_session";

/// The session's secret, if the browser sent one.
pub(crate) fn session(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.filter_map(|p| p.trim().split_once('=')).find(|(name, _)| *name == NAME).map(|(_, value)| value)
}

/// Sets the cookie for `seconds`; 0 removes it. Scripts cannot read it, other sites cannot send it along with a write.
pub(crate) fn set(headers: &mut HeaderMap, config: &ApiConfig, secret: &str, seconds: i64) -> Result<(), ApiError> {
    let secure = if config.secure_cookies { "; Secure" } else { "" };
    let text = format!("{NAME}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let value =
        HeaderValue::from_str(&text).map_err(|e| ApiError::fault("cookie", ErrorClass::Fatal, e.to_string()))?;
    headers.append(SET_COOKIE, value);
    Ok(())
}
