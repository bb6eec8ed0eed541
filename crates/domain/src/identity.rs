//! Which values identify a customer, in what form, and which one decides an event's partition. The collector that routes
//! an event and the partition that looks its profile up both ask here, so they cannot disagree.

use serde_json::{Map, Value};

use crate::event::{Event, EventKind};
use crate::profile::{Identifier, namespace};

/// Longest identifier value in bytes; longer ones never match.
pub const MAX_IDENTIFIER_BYTES: usize = 512;
/// Longest namespace in bytes.
pub const MAX_NAMESPACE_BYTES: usize = 64;
/// Most entries of `context.externalIds` that are read.
pub const MAX_EXTERNAL_IDS: usize = 20;

/// Values that programs send when they have none, compared without regard to case.
const BLOCKED: [&str; 18] = [
    "-1",
    "anonymous",
    "blank",
    "empty",
    "false",
    "guest",
    "n/a",
    "na",
    "nan",
    "nil",
    "none",
    "null",
    "true",
    "undefined",
    "unknown",
    "[object object]",
    "(null)",
    "not set",
];
/// Fewest and most digits of a telephone number (E.164 allows 15; short service numbers identify nobody).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// Whether a value can never identify anybody: empty, `^[0-]*$`, a placeholder such as `null`, too long, or malformed for
/// its namespace (`email`, `phone`).
#[must_use]
pub fn is_blocked(namespace: &str, value: &str) -> bool {
    let value = value.trim();
    let placeholder = value.bytes().all(|b| matches!(b, b'0' | b'-'))
        || (value.len() <= 16 && BLOCKED.iter().any(|b| b.eq_ignore_ascii_case(value)));
    placeholder
        || value.len() > MAX_IDENTIFIER_BYTES
        || match namespace {
            namespace::EMAIL => !is_email(value),
            namespace::PHONE => phone(value).is_none(),
            _ => false,
        }
}

/// The identifier in its stored form, or `None` when the namespace is malformed or the value blocked. Namespaces are
/// lower-cased; e-mail addresses too; telephone numbers keep digits and a leading `+` (a leading `00` becomes `+`).
/// Look-ups must go through here, as events do.
#[must_use]
pub fn identifier(namespace: &str, value: &str) -> Option<Identifier> {
    let namespace = namespace.trim().to_ascii_lowercase();
    let namespace = match namespace.as_str() {
        // Segment's names for push tokens in `externalIds`.
        "ios.push_token" | "android.push_token" => namespace::DEVICE_TOKEN,
        other => other,
    };
    let named = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    if namespace.is_empty() || namespace.len() > MAX_NAMESPACE_BYTES || !namespace.bytes().all(named) {
        return None;
    }
    if is_blocked(namespace, value) {
        return None;
    }
    match namespace {
        namespace::PHONE => Some(Identifier { namespace: namespace.to_owned(), value: phone(value)? }),
        _ => Some(Identifier::new(namespace, value)),
    }
}

/// The identifier that decides an event's partition, and by which its owner looks the profile up: `userId`, else a user
/// id in `externalIds`, else `anonymousId`, else the first of the other `externalIds`, e-mail address, telephone number and
/// device token that is not blocked. `None` when the event names nobody.
#[must_use]
pub fn primary(event: &Event) -> Option<Identifier> {
    let (user, anonymous) = (event.user_id.as_deref(), event.anonymous_id.as_deref());
    let own = user.and_then(|v| identifier(namespace::USER_ID, v));
    own.or_else(|| external_user_id(event.context.map()))
        .or_else(|| anonymous.and_then(|v| identifier(namespace::ANONYMOUS_ID, v)))
        .or_else(|| stated(own_traits(event), event.context.map()).next())
}

/// The customer's traits that an event states itself: those of `identify`. A `group`'s are the account's.
#[must_use]
pub fn own_traits(event: &Event) -> Option<&Map<String, Value>> {
    (event.kind == EventKind::Identify).then(|| event.properties.map())
}

/// The user id in `context.externalIds`, if there is one.
#[must_use]
pub fn external_user_id(context: &Map<String, Value>) -> Option<Identifier> {
    external_ids(context).find(|i| i.namespace == namespace::USER_ID)
}

/// What else than user and anonymous id an event states: `context.externalIds`, the traits `email` and `phone` (of
/// `traits` and of `context.traits`), `context.device.token`. One event has one user, so user ids are not among them.
pub fn stated<'a>(
    traits: Option<&'a Map<String, Value>>,
    context: &'a Map<String, Value>,
) -> impl Iterator<Item = Identifier> + 'a {
    let others = external_ids(context).filter(|i| i.namespace != namespace::USER_ID);
    let copied = context.get("traits").and_then(Value::as_object);
    let named = [namespace::EMAIL, namespace::PHONE].into_iter().flat_map(move |name| {
        let values = [traits, copied].into_iter().flatten().filter_map(move |t| text(t.get(name)?));
        values.filter_map(move |value| identifier(name, &value))
    });
    let token = context.get("device").and_then(|d| text(d.get("token")?));
    others.chain(named).chain(token.and_then(|v| identifier(namespace::DEVICE_TOKEN, &v)))
}

/// `context.externalIds`: `[{id, type, collection, encoding}]`; other collections than users, and encoded (hashed) ids,
/// name something else.
fn external_ids(context: &Map<String, Value>) -> impl Iterator<Item = Identifier> + '_ {
    let list = context.get("externalIds").and_then(Value::as_array);
    list.into_iter().flatten().take(MAX_EXTERNAL_IDS).filter_map(|entry| {
        let is = |key: &str, expected: &str| match entry.get(key) {
            None | Some(Value::Null) => true,
            Some(value) => value.as_str() == Some(expected),
        };
        let usable = is("collection", "users") && is("encoding", "none");
        let value = text(entry.get("id")?)?;
        if usable { identifier(entry.get("type")?.as_str()?, &value) } else { None }
    })
}

/// Text, or a number's digits.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let plain = |s: &str| !s.is_empty() && !s.contains(char::is_whitespace);
    plain(local) && plain(domain) && value.len() <= 320
}

fn phone(value: &str) -> Option<String> {
    let value = value.trim();
    let (plus, rest) = match value.strip_prefix('+').or_else(|| value.strip_prefix("00")) {
        Some(rest) => ("+", rest),
        None => ("", value),
    };
    let separators = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}');
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let usable =
        rest.chars().all(separators) && PHONE_DIGITS.contains(&digits.len()) && digits.bytes().any(|d| d != b'0');
    usable.then(|| format!("{plus}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_values() {
        for (namespace, value, blocked) in [
            ("user_id", "", true),
            ("user_id", "   ", true),
            ("user_id", "0", true),
            ("user_id", "00000000-0000-0000-0000-000000000000", true),
            ("user_id", "--", true),
            ("user_id", "-1", true),
            ("user_id", "NULL", true),
            ("user_id", "Anonymous", true),
            ("user_id", "[object Object]", true),
            ("user_id", "10", false),
            ("user_id", "007", false),
            ("user_id", "-17", false),
            ("user_id", "nulla", false),
            ("user_id", "ｊö", false),
            ("email", "jo", true),
            ("email", "@x.y", true),
            ("email", "j o@x.y", true),
            ("email", "jo@x", false),
            ("phone", "12345", true),
            ("phone", "call me", true),
            ("phone", "+000000000", true),
            ("phone", "+49 (30) 123-456", false),
        ] {
            assert_eq!(is_blocked(namespace, value), blocked, "{namespace} {value:?}");
        }
        assert!(is_blocked("user_id", &"x".repeat(513)) && !is_blocked("user_id", &"x".repeat(512)));
    }

    #[test]
    fn values_are_normalised() {
        for (namespace, value, expected) in [
            ("email", " Jo@X.Y ", Some("email:jo@x.y")),
            ("phone", "0049 30/123-456", Some("phone:+4930123456")),
            ("phone", "(030) 123 456", Some("phone:030123456")),
            ("USER_ID", " U1 ", Some("user_id:U1")),
            ("ios.push_token", "t1", Some("device_token:t1")),
            ("crm.id", "7", Some("crm.id:7")),
            ("", "7", None),
            ("a b", "7", None),
            ("phone", "none", None),
        ] {
            let found = identifier(namespace, value).map(|i| format!("{}:{}", i.namespace, i.value));
            assert_eq!(found.as_deref(), expected, "{namespace} {value:?}");
        }
    }
}
