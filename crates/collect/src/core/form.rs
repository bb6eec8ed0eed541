//! Forms and query strings, and the pixel: a call as an image address.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use crate::error::CollectError;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The name-value pairs of a form or query string, decoded; malformed escapes stay as they are.
pub fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decoded(name), percent_decoded(value))
    })
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        let hex = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (b, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(*b),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// JSON text that may be base64, standard or URL-safe, padded or not.
///
/// # Errors
/// [`CollectError::InvalidForm`] when it is neither.
pub fn json_or_base64(data: &str) -> Result<String, CollectError> {
    let data = data.trim();
    if data.starts_with('{') {
        return Ok(data.to_owned());
    }
    let standard: String = data
        .chars()
        .map(|c| match c {
            '-' => '+',
            // A plus sign in a query string reads as a space.
            ' ' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let decoded = BASE64.decode(standard).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or(CollectError::InvalidForm { expected: "data: JSON, or base64 of JSON" })
}

/// The JSON item of a pixel's query string: `data` (JSON or base64 of it), or one parameter a member with dots for
/// nesting (`userId=u1&event=Opened&properties.subject=Hi`), all values texts. At most 100 parameters are read.
///
/// # Errors
/// [`CollectError::InvalidForm`] when `data` is neither JSON nor base64.
pub fn pixel_item(query: &str) -> Result<String, CollectError> {
    const MAX_PARAMETERS: usize = 100;
    let mut item = Map::new();
    for (name, value) in pairs(query).take(MAX_PARAMETERS) {
        if name == "data" {
            return json_or_base64(&value);
        }
        put(&mut item, &name, value);
    }
    Ok(Value::Object(item).to_string())
}

fn put(into: &mut Map<String, Value>, path: &str, value: String) {
    match path.split_once('.') {
        Some((head, rest)) if !head.is_empty() && !rest.is_empty() => {
            let inner = into.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
        _ => {
            into.insert(path.to_owned(), Value::String(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels() {
        let expected = r#"{"event":"Opened","properties":{"a":{"b":"x y"},"subject":"é"},"userId":"u1"}"#;
        let query = "userId=u1&event=Opened&properties.subject=%C3%A9&properties.a.b=x+y";
        let as_value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(as_value(&pixel_item(query).unwrap()), as_value(expected));
        let standard = base64::engine::general_purpose::STANDARD.encode(expected);
        let safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(expected);
        for data in [standard.as_str(), &safe, expected] {
            assert_eq!(pixel_item(&format!("data={data}")).unwrap(), expected);
        }
        assert!(matches!(pixel_item("data=%21%21"), Err(CollectError::InvalidForm { .. })));
    }

    #[test]
    fn malformed_escapes_stay() {
        let found: Vec<_> = pairs("a=%zz&b=%4&=x&c&&d=%41").collect();
        let expected = [("a", "%zz"), ("b", "%4"), ("", "x"), ("c", ""), ("d", "A")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(query in "\\PC{0,80}") {
            let _ = pixel_item(&query);
        }
    }
}
