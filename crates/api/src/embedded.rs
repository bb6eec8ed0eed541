//! Built browser files that are part of the binary: which form of a file a request gets, and how long it may be kept.
//!
//! The build puts compressed forms beside a file (`a.js.br`, `a.js.gz`); nothing is compressed when it is asked for.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

/// Encodings by preference: the name in HTTP, and the end of the compressed file's name.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The answer that carries a file in the smallest form the request accepts, or 304 when it has it already; `None` when
/// there is no such file. `age` is its `Cache-Control`.
pub(crate) fn file<E: Embed>(path: &str, headers: &HeaderMap, age: &'static str) -> Option<Response> {
    if path.ends_with(".br") || path.ends_with(".gz") || path.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    let plain = E::get(path)?;
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let compressed = ENCODINGS
        .iter()
        .filter(|(name, _)| accepts(accepted, name))
        .find_map(|(name, end)| Some((*name, E::get(&format!("{path}{end}"))?)));
    let (encoding, file) = match compressed {
        Some((name, file)) => (Some(name), file),
        None => (None, plain),
    };
    let tag = tag_of(&file);
    let known = headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let fresh = known.split(',').any(|k| k.trim().trim_start_matches("W/") == tag);
    let status = if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let body = if fresh { Body::empty() } else { Body::from(file.data.into_owned()) };
    let fixed: [(HeaderName, HeaderValue); 4] = [
        (CONTENT_TYPE, HeaderValue::from_static(media_of(path))),
        (CACHE_CONTROL, HeaderValue::from_static(age)),
        (VARY, HeaderValue::from_static("accept-encoding")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let mut response = (status, fixed, body).into_response();
    response.headers_mut().extend(HeaderValue::from_str(&tag).ok().map(|tag| (ETAG, tag)));
    response.headers_mut().extend(encoding.map(|name| (CONTENT_ENCODING, HeaderValue::from_static(name))));
    Some(response)
}

/// Whether `Accept-Encoding` allows an encoding: named, and not with weight 0 (RFC 9110, 12.5.3).
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_none_or(|q| q > 0.0)
    })
}

/// The entity tag: the beginning of the content's SHA-256.
fn tag_of(file: &EmbeddedFile) -> String {
    let hex: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The media type by the end of the name.
fn media_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "tgz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use rust_embed::{EmbeddedFile, Metadata};

    use super::*;

    struct Files;

    impl Embed for Files {
        fn get(path: &str) -> Option<EmbeddedFile> {
            let (text, hash) = match path {
                "a.js" => ("plain", 1),
                "a.js.gz" => ("gz", 2),
                "a.js.br" => ("br", 3),
                "b.css" => ("style", 4),
                _ => return None,
            };
            let metadata = Metadata::__rust_embed_new([hash; 32], None, None);
            Some(EmbeddedFile { data: Cow::Borrowed(text.as_bytes()), metadata })
        }

        fn iter() -> impl Iterator<Item = Cow<'static, str>> + 'static {
            std::iter::empty()
        }
    }

    fn ask(path: &str, encodings: &str, known: &str) -> Option<(u16, Option<String>, Option<String>)> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, encodings.parse().unwrap());
        headers.insert(IF_NONE_MATCH, known.parse().unwrap());
        let response = file::<Files>(path, &headers, "no-cache")?;
        let of = |name: HeaderName| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
        Some((response.status().as_u16(), of(CONTENT_ENCODING), of(ETAG)))
    }

    #[test]
    fn the_smallest_form_that_is_accepted() {
        let tag = |n: u8| Some(format!("\"{}\"", format!("{n:02x}").repeat(12)));
        let named = |name: &str| Some(name.to_owned());
        for (path, encodings, known, expected) in [
            ("a.js", "gzip, deflate, br", "", Some((200, named("br"), tag(3)))),
            ("a.js", "gzip, br;q=0", "", Some((200, named("gzip"), tag(2)))),
            ("a.js", "identity", "", Some((200, None, tag(1)))),
            ("b.css", "br", "", Some((200, None, tag(4)))),
            ("a.js", "br", "W/\"030303030303030303030303\"", Some((304, named("br"), tag(3)))),
            ("a.js", "gzip", "\"030303030303030303030303\"", Some((200, named("gzip"), tag(2)))),
            ("a.js.gz", "gzip", "", None),
            ("c.js", "", "", None),
            ("../a.js", "", "", None),
        ] {
            assert_eq!(ask(path, encodings, known), expected, "{path} {encodings} {known}");
        }
    }
}
