//! Which identifiers an event states for its customer.

use rapport_domain::event::{Event, EventKind};
use rapport_domain::profile::{Identifier, namespace};
use serde_json::Value;

/// Most identifiers taken from one event; further ones are ignored.
pub const MAX_CLAIMS: usize = 20;
/// Longest identifier value in bytes; longer ones never match.
pub const MAX_IDENTIFIER_BYTES: usize = 512;
/// Longest namespace in bytes.
pub const MAX_NAMESPACE_BYTES: usize = 64;

/// Values that programs send when they have none, compared without regard to case. Collect warns of the same ones.
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
/// Look-ups must go through here, as claims do.
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

/// The identifier that decides an event's partition: `user_id`, else `anonymous_id`, else the first of `externalIds`,
/// e-mail, phone and device token that is not blocked. `None` when the event names nobody.
///
/// The collector looks less closely (it normalises no telephone numbers and takes no user id from `externalIds` when
/// there is an `anonymousId`), so an event may arrive at another partition than this identifier's: that one forwards it.
#[must_use]
pub fn routing_identifier(event: &Event) -> Option<Identifier> {
    user_id(event).or_else(|| anonymous_id(event)).or_else(|| claims(event).into_iter().next())
}

/// All identifiers an event states for its profile, normalised, without blocked ones and duplicates, at most
/// [`MAX_CLAIMS`]: `user_id`, `anonymous_id`, `context.externalIds`, the traits `email` and `phone` (of `identify` and
/// `context.traits`), `context.device.token`, and the `previousId` of `alias`, which counts as an anonymous id: the
/// former *user* id of an alias is [`alias_of`].
#[must_use]
pub fn claims(event: &Event) -> Vec<Identifier> {
    let mut out: Vec<Identifier> = Vec::with_capacity(4);
    let mut add = |claim: Option<Identifier>| {
        if let Some(claim) = claim
            && out.len() < MAX_CLAIMS
            && !out.contains(&claim)
        {
            out.push(claim);
        }
    };
    add(user_id(event));
    add(anonymous_id(event));
    for claim in external_ids(event) {
        // One event has one user: the call's own `userId` counts.
        if claim.namespace != namespace::USER_ID {
            add(Some(claim));
        }
    }
    for (name, namespace) in [("email", namespace::EMAIL), ("phone", namespace::PHONE)] {
        if event.kind == EventKind::Identify {
            add(event.properties.map().get(name).and_then(text).and_then(|v| identifier(namespace, &v)));
        }
        let stated = event.context.map().get("traits").and_then(|t| t.get(name));
        add(stated.and_then(text).and_then(|v| identifier(namespace, &v)));
    }
    let token = event.context.map().get("device").and_then(|d| d.get("token"));
    add(token.and_then(text).and_then(|v| identifier(namespace::DEVICE_TOKEN, &v)));
    if event.kind == EventKind::Alias {
        add(event.previous_id.as_deref().and_then(|v| identifier(namespace::ANONYMOUS_ID, v)));
    }
    out
}

/// The former user id that an `alias` call says is the same customer. Its owner, if there is one, is asked by a `Link`
/// of namespace `user_id`, which [`super::resolve::decide_alias`] answers; it is never attached by the call itself.
#[must_use]
pub fn alias_of(event: &Event) -> Option<Identifier> {
    if event.kind != EventKind::Alias {
        return None;
    }
    let former = identifier(namespace::USER_ID, event.previous_id.as_deref()?)?;
    (Some(&former) != user_id(event).as_ref()).then_some(former)
}

fn user_id(event: &Event) -> Option<Identifier> {
    let own = event.user_id.as_deref().and_then(|v| identifier(namespace::USER_ID, v));
    own.or_else(|| external_ids(event).find(|i| i.namespace == namespace::USER_ID))
}

fn anonymous_id(event: &Event) -> Option<Identifier> {
    event.anonymous_id.as_deref().and_then(|v| identifier(namespace::ANONYMOUS_ID, v))
}

/// `context.externalIds`: `[{id, type, collection, encoding}]`; other collections than users, and encoded (hashed) ids,
/// name something else.
fn external_ids(event: &Event) -> impl Iterator<Item = Identifier> + '_ {
    let list = event.context.map().get("externalIds").and_then(Value::as_array);
    list.into_iter().flatten().take(MAX_CLAIMS).filter_map(|entry| {
        let is = |key: &str, expected: &str| match entry.get(key) {
            None | Some(Value::Null) => true,
            Some(value) => value.as_str() == Some(expected),
        };
        let usable = is("collection", "users") && is("encoding", "none");
        let value = entry.get("id").and_then(text)?;
        if usable { identifier(entry.get("type")?.as_str()?, &value) } else { None }
    })
}

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
