//! The write key of a request. Of several places the first that holds one decides, in this order: the
//! `Authorization` header (Basic with the key as user name and any password, or Bearer), the path or `?writeKey=`, the
//! batch's `writeKey`, the `writeKey` of the first item that has one. One request has one key.
//!
//! A missing or unknown key is refused with 401 and says so. Segment answers 200 there; a sender that is told nothing
//! loses its events without noticing.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::error::CollectError;

/// The write key in an `Authorization` header; `None` when the header names none (an empty user name).
///
/// # Errors
/// [`CollectError::InvalidAuthorization`] when the scheme is unknown or the value is not its form.
pub fn from_header(header: &str) -> Result<Option<Cow<'_, str>>, CollectError> {
    let invalid = |expected| CollectError::InvalidAuthorization { expected };
    let (scheme, value) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let value = value.trim();
    let key = if scheme.eq_ignore_ascii_case("basic") {
        let decoded = STANDARD.decode(value).or_else(|_| STANDARD_NO_PAD.decode(value));
        let decoded = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.ok_or_else(|| invalid("Basic with base64 of \"<write key>:\""))?;
        Cow::Owned(pair.split(':').next().unwrap_or_default().trim().to_owned())
    } else if scheme.eq_ignore_ascii_case("bearer") {
        Cow::Borrowed(value)
    } else {
        return Err(invalid("Basic (the write key as user name) or Bearer"));
    };
    Ok((!key.is_empty()).then_some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        for (header, key) in [
            ("Basic V0s6", Some("WK")),
            ("basic V0s=", Some("WK")),
            ("Basic V0s6cGFzcw==", Some("WK")),
            ("Basic V0s6cGFzcw", Some("WK")),
            ("Bearer WK", Some("WK")),
            ("Basic Og==", None),
            ("Bearer ", None),
        ] {
            assert_eq!(from_header(header).unwrap().as_deref(), key, "{header}");
        }
        for bad in ["Digest x", "Basic !!", "WK", ""] {
            assert!(matches!(from_header(bad), Err(CollectError::InvalidAuthorization { .. })), "{bad}");
        }
    }
}
