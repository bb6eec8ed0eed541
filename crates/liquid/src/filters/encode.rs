//! Filters that encode, decode and hash.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Args, Context, Filter, filter};
use crate::error::{Res, argument};
use crate::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("base64_encode", 0, 0, |c, v, _| c.map_text(v, |s| STANDARD.encode(s).into())),
    filter("base64_url_safe_encode", 0, 0, |c, v, _| c.map_text(v, |s| URL_SAFE.encode(s).into())),
    filter("base64_decode", 0, 0, |c, v, a| decode(c, &v, a, &LENIENT)),
    filter("base64_url_safe_decode", 0, 0, |c, v, a| decode(c, &v, a, &LENIENT_URL)),
    filter("url_encode", 0, 0, |c, v, _| c.map_text(v, |s| percent(s, b"-_.~", true).into())),
    filter("url_escape", 0, 0, |c, v, _| c.map_text(v, |s| percent(s, b"-_.!~*'();/?:@&=+$,[]%#", false).into())),
    filter("url_param_escape", 0, 0, |c, v, _| c.map_text(v, |s| percent(s, b"-_.!~*'()", false).into())),
    filter("url_decode", 0, 0, url_decode),
    filter("md5", 0, 0, |c, v, _| c.text(hex(&Md5::digest(v.to_str().as_bytes())))),
    filter("sha1", 0, 0, |c, v, _| c.text(hex(&Sha1::digest(v.to_str().as_bytes())))),
    filter("sha256", 0, 0, |c, v, _| c.text(hex(&Sha256::digest(v.to_str().as_bytes())))),
    filter("sha512", 0, 0, |c, v, _| c.text(hex(&Sha512::digest(v.to_str().as_bytes())))),
    filter("hmac_sha1", 1, 1, |c, v, a| signed::<Hmac<Sha1>>(c, &v, a)),
    filter("hmac_sha256", 1, 1, |c, v, a| signed::<Hmac<Sha256>>(c, &v, a)),
    filter("hmac_sha512", 1, 1, |c, v, a| signed::<Hmac<Sha512>>(c, &v, a)),
    filter("json", 0, 0, json),
];

const fn lenient(alphabet: &alphabet::Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const LENIENT: GeneralPurpose = lenient(&alphabet::STANDARD);
const LENIENT_URL: GeneralPurpose = lenient(&alphabet::URL_SAFE);

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}

fn decode<'a>(
    c: &mut Context<'_, 'a>,
    input: &Value<'a>,
    args: &Args<'_, 'a>,
    engine: &GeneralPurpose,
) -> Res<Value<'a>> {
    let bytes = engine.decode(input.to_str().as_bytes()).map_err(|_| args.wrong("base64", input))?;
    let text = String::from_utf8(bytes).map_err(|_| args.wrong("base64 of text", input))?;
    c.text(text)
}

/// Every byte but letters, digits and `kept` as `%XX`; blanks as `+` where forms have them so.
fn percent(text: &str, kept: &[u8], plus: bool) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for byte in text.bytes() {
        match byte {
            b' ' if plus => out.push('+'),
            b if b.is_ascii_alphanumeric() || kept.contains(&b) => out.push(char::from(b)),
            b => {
                out.push('%');
                out.push_str(&hex(&[b]).to_ascii_uppercase());
            }
        }
    }
    out
}

fn url_decode<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let text = input.to_str();
    if !text.contains(['%', '+']) {
        drop(text);
        return Ok(input);
    }
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match (byte, digit(at), digit(at + 1)) {
            (b'+', ..) => out.push(b' '),
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits are at most 255.
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (other, ..) => out.push(*other),
        }
    }
    let decoded = String::from_utf8(out).map_err(|_| args.wrong("text in UTF-8", &input))?;
    c.text(decoded)
}

fn signed<'a, M: Mac + hmac::digest::KeyInit>(
    c: &mut Context<'_, 'a>,
    input: &Value<'a>,
    args: &Args<'_, 'a>,
) -> Res<Value<'a>> {
    let key = args.text(0);
    let mut mac = <M as Mac>::new_from_slice(key.as_bytes()).map_err(|_| args.wrong("a key", args.get(0)))?;
    mac.update(input.to_str().as_bytes());
    c.text(hex(&mac.finalize().into_bytes()))
}

fn json<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, _: &Args<'_, 'a>) -> Res<Value<'a>> {
    let text = serde_json::to_string(&input).map_err(|e| argument(format!("no JSON can be made of it: {e}")))?;
    c.text(text)
}
