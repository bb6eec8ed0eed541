//! From the bytes of a request to JSON text: decompression within bounds, byte order mark, encodings of forms.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::core::form;
use crate::error::CollectError;

/// The JSON text of a body of at most `max_bytes` (after decompression).
///
/// The content type hardly matters: SDKs send JSON as `application/json`, as `text/plain` (browsers, to avoid a CORS
/// preflight) and as `application/x-www-form-urlencoded`. Only a form whose body does not begin like JSON is read as a
/// form, and its `data` field taken. A gzip body without `Content-Encoding` is recognised.
///
/// # Errors
/// The body is too large, its encoding unknown or broken, or it is not UTF-8.
pub fn decode<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
    content_encoding: Option<&str>,
    max_bytes: usize,
) -> Result<Cow<'a, str>, CollectError> {
    let inflated = inflate(body, content_encoding, max_bytes)?;
    match inflated {
        Cow::Borrowed(bytes) => text(bytes, content_type),
        Cow::Owned(bytes) => text(&bytes, content_type).map(|t| Cow::Owned(t.into_owned())),
    }
}

fn text<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Result<Cow<'a, str>, CollectError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| CollectError::InvalidUtf8 { position: e.valid_up_to() })?;
    let begins = |c: &str, with: &str| c.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    let is_form = content_type.is_some_and(|c| begins(c.trim_start(), "application/x-www-form-urlencoded"));
    if !is_form || text.trim_start().starts_with(['{', '[']) {
        return Ok(Cow::Borrowed(text));
    }
    let data = form::pairs(text).find(|(name, _)| name == "data").map(|(_, value)| value);
    let data = data.ok_or(CollectError::InvalidForm { expected: "JSON, or a form with the field data" })?;
    form::json_or_base64(&data).map(Cow::Owned)
}

fn inflate<'a>(body: &'a [u8], encoding: Option<&str>, max_bytes: usize) -> Result<Cow<'a, [u8]>, CollectError> {
    let encoding = encoding.unwrap_or("").trim().to_ascii_lowercase();
    let too_large = CollectError::BodyTooLarge { limit_bytes: max_bytes };
    // No valid compressed body is larger than what it holds by more than a few bytes a block.
    if body.len() > max_bytes.saturating_add(1024) {
        return Err(too_large);
    }
    let gzipped = body.starts_with(&[0x1f, 0x8b]);
    match encoding.as_str() {
        "gzip" | "x-gzip" => bounded(MultiGzDecoder::new(body), body.len(), max_bytes).map(Cow::Owned),
        "" | "identity" | "none" if gzipped => {
            bounded(MultiGzDecoder::new(body), body.len(), max_bytes).map(Cow::Owned)
        }
        "" | "identity" | "none" if body.len() > max_bytes => Err(too_large),
        "" | "identity" | "none" => Ok(Cow::Borrowed(body)),
        // RFC 9110 means zlib by `deflate`; some clients send it raw.
        "deflate" => match bounded(ZlibDecoder::new(body), body.len(), max_bytes) {
            Err(CollectError::InvalidCompression { .. }) => {
                bounded(DeflateDecoder::new(body), body.len(), max_bytes).map(Cow::Owned)
            }
            other => other.map(Cow::Owned),
        },
        other => Err(CollectError::UnsupportedEncoding { encoding: other.chars().take(40).collect() }),
    }
}

fn bounded(reader: impl Read, compressed: usize, max_bytes: usize) -> Result<Vec<u8>, CollectError> {
    let mut out = Vec::with_capacity((compressed.saturating_mul(6)).min(max_bytes));
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(limit).read_to_end(&mut out).map_err(|e| CollectError::InvalidCompression { detail: e.to_string() })?;
    if out.len() > max_bytes {
        return Err(CollectError::BodyTooLarge { limit_bytes: max_bytes });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::Engine;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const JSON: &str = r#"{"a":"é+b%20c"}"#;
    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=UTF-8");

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut e = GzEncoder::new(Vec::new(), Compression::default());
        e.write_all(bytes).unwrap();
        e.finish().unwrap()
    }

    #[test]
    fn encodings_of_the_same_body() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(JSON.as_bytes()).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(JSON.as_bytes()).unwrap();
        let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(JSON);
        for (name, body, content_type, encoding) in [
            ("plain", JSON.as_bytes().to_vec(), None, None),
            ("text", JSON.as_bytes().to_vec(), Some("text/plain"), Some("identity")),
            ("JSON as form", JSON.as_bytes().to_vec(), FORM, None),
            ("gzip", gzip(JSON.as_bytes()), None, Some("GZIP")),
            ("gzip, JSON as form", gzip(JSON.as_bytes()), FORM, Some("gzip")),
            ("gzip without header", gzip(JSON.as_bytes()), None, None),
            (
                "two gzip members",
                [gzip(&JSON.as_bytes()[..5]), gzip(&JSON.as_bytes()[5..])].concat(),
                None,
                Some("gzip"),
            ),
            ("zlib", zlib.finish().unwrap(), None, Some("deflate")),
            ("raw deflate", raw.finish().unwrap(), None, Some("deflate")),
            ("byte order mark", [b"\xef\xbb\xbf", JSON.as_bytes()].concat(), None, None),
            ("form", b"x=1&data=%7B%22a%22%3A%22%C3%A9%2Bb%2520c%22%7D".to_vec(), FORM, None),
            ("form with base64", format!("data={base64}").into_bytes(), FORM, None),
        ] {
            assert_eq!(decode(&body, content_type, encoding, 100).unwrap(), JSON, "{name}");
        }
    }

    #[test]
    fn bad_bodies_are_named() {
        let bomb = gzip(&vec![b' '; 50_000_000]);
        assert!(bomb.len() < 100_000);
        assert!(matches!(
            decode(&bomb, None, Some("gzip"), 500_000),
            Err(CollectError::BodyTooLarge { limit_bytes: 500_000 })
        ));
        assert!(matches!(decode(&[b' '; 11], None, None, 10), Err(CollectError::BodyTooLarge { .. })));
        let cut = gzip(JSON.as_bytes());
        assert!(matches!(decode(&cut[..15], None, Some("gzip"), 100), Err(CollectError::InvalidCompression { .. })));
        assert!(matches!(decode(b"{}", None, Some("gzip"), 100), Err(CollectError::InvalidCompression { .. })));
        assert!(matches!(decode(b"{}", None, Some("zstd"), 100), Err(CollectError::UnsupportedEncoding { .. })));
        assert!(matches!(decode(b"{\"a\":\"\xff\"}", None, None, 100), Err(CollectError::InvalidUtf8 { position: 6 })));
        assert!(matches!(decode(b"a=1", FORM, None, 100), Err(CollectError::InvalidForm { .. })));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200), which in 0..4usize) {
            let encoding = [None, Some("gzip"), Some("deflate"), Some("br")][which];
            let _ = decode(&body, FORM, encoding, 100);
        }
    }
}
