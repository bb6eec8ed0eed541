//! Whom an item is about: which identifiers count, and the one that decides the partition.

use std::borrow::Cow;

use rapport_domain::hash::partition_of;
use rapport_domain::profile::namespace;
use rapport_domain::{Identifier, Partition, WorkspaceId};
use serde_json::{Map, Value};

use crate::core::field::{Fields, Text};
use crate::core::reason::{Warning, Warnings};

/// The longest identifier that counts, in bytes.
pub const MAX_IDENTIFIER_BYTES: usize = 512;

/// Values that programs send when they have no identifier, compared without case. Everything made of `0` and `-` alone
/// is blocked too (`0`, `00000000-0000-0000-0000-000000000000`, the empty text).
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

/// Whether a value never identifies anybody.
#[must_use]
pub fn is_blocked(value: &str) -> bool {
    let value = value.trim();
    value.len() > MAX_IDENTIFIER_BYTES
        || value.bytes().all(|b| b == b'0' || b == b'-')
        || (value.len() <= 16 && BLOCKED.iter().any(|b| value.eq_ignore_ascii_case(b)))
}

/// The identifiers of an item that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'a> {
    /// `userId`.
    pub user_id: Option<Cow<'a, str>>,
    /// `anonymousId`.
    pub anonymous_id: Option<Cow<'a, str>>,
    /// The first external id or e-mail trait, looked for only when both others are missing.
    pub other: Option<Identifier>,
}

impl<'a> Identity<'a> {
    /// The identifiers of an item; blocked ones are left out with a warning.
    #[must_use]
    pub fn of(fields: &Fields<'a>, shared_context: Option<&str>, warnings: &mut Warnings) -> Self {
        let user_id = usable(fields.user_id, warnings);
        let anonymous_id = usable(fields.anonymous_id, warnings);
        let other = match (&user_id, &anonymous_id) {
            (None, None) => {
                let context = object(fields.context);
                from_objects(&object(fields.traits), &context)
                    .or_else(|| from_objects(&Map::new(), &object(shared_context)))
            }
            _ => None,
        };
        Identity { user_id, anonymous_id, other }
    }

    /// The identifier whose hash decides the partition: `userId`, else `anonymousId`, else the other one.
    #[must_use]
    pub fn primary(&self) -> Option<(&str, &str)> {
        match (&self.user_id, &self.anonymous_id, &self.other) {
            (Some(user), _, _) => Some((namespace::USER_ID, user)),
            (None, Some(anonymous), _) => Some((namespace::ANONYMOUS_ID, anonymous)),
            (None, None, Some(other)) => Some((&other.namespace, &other.value)),
            (None, None, None) => None,
        }
    }

    /// The partition of the primary identifier.
    #[must_use]
    pub fn partition(&self, workspace: WorkspaceId, partitions: u16) -> Option<Partition> {
        self.primary().map(|(ns, value)| partition_of(workspace, ns, value, partitions))
    }
}

/// An identifier's value, unless it is missing or blocked.
pub(crate) fn usable<'a>(json: Option<&'a str>, warnings: &mut Warnings) -> Option<Cow<'a, str>> {
    match Text::of(json) {
        Text::Absent => None,
        Text::Is(text) if !is_blocked(&text) => Some(text),
        // An empty text is how many SDKs say "none"; it is nothing to warn of.
        Text::Is(text) if text.is_empty() => None,
        Text::Is(_) | Text::NotText => {
            warnings.add(Warning::BlockedIdentifier);
            None
        }
    }
}

fn object(json: Option<&str>) -> Map<String, Value> {
    json.and_then(|j| serde_json::from_str(j).ok()).unwrap_or_default()
}

/// The first identifier in `context.externalIds` (`[{id, type}]`), else the e-mail trait in `traits` or `context.traits`.
#[must_use]
pub fn from_objects(traits: &Map<String, Value>, context: &Map<String, Value>) -> Option<Identifier> {
    external_ids(context).next().or_else(|| {
        let context_traits = context.get("traits").and_then(Value::as_object);
        let email = [Some(traits), context_traits].into_iter().flatten().find_map(|t| t.get("email")?.as_str());
        email.filter(|e| e.contains('@') && !is_blocked(e)).map(|e| Identifier::new(namespace::EMAIL, e))
    })
}

/// The identifiers in `context.externalIds` that count, in the order given.
pub fn external_ids(context: &Map<String, Value>) -> impl Iterator<Item = Identifier> + '_ {
    let list = context.get("externalIds").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|entry| {
        let kind = entry.get("type")?.as_str()?.trim();
        let id = match entry.get("id")? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!kind.is_empty() && kind.len() <= 64 && !is_blocked(&id)).then(|| Identifier::new(kind, &id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(item: &str) -> (Option<(String, String)>, bool) {
        let (fields, _) = Fields::of(item);
        let mut warnings = Warnings::default();
        let identity = Identity::of(&fields, Some(r#"{"traits":{"email":"shared@x.y"}}"#), &mut warnings);
        (identity.primary().map(|(a, b)| (a.to_owned(), b.to_owned())), !warnings.is_empty())
    }

    #[test]
    fn primary_identifiers() {
        let yes = |ns: &str, v: &str| Some((ns.to_owned(), v.to_owned()));
        for (item, expected, warns) in [
            (r#"{"userId":"u1","anonymousId":"a1"}"#, yes("user_id", "u1"), false),
            (r#"{"userId":42}"#, yes("user_id", "42"), false),
            (r#"{"userId":null,"anonymousId":"a1"}"#, yes("anonymous_id", "a1"), false),
            (r#"{"userId":"","anonymousId":"a1"}"#, yes("anonymous_id", "a1"), false),
            (r#"{"userId":"undefined","anonymousId":"a1"}"#, yes("anonymous_id", "a1"), true),
            (r#"{"userId":["x"],"anonymousId":"a1"}"#, yes("anonymous_id", "a1"), true),
            (r#"{"userId":0,"traits":{"email":" Jo@X.y "}}"#, yes("email", "jo@x.y"), true),
            (r#"{"context":{"traits":{"email":"c@x.y"}}}"#, yes("email", "c@x.y"), false),
            (
                r#"{"traits":{"email":"jo@x.y"},"context":{"externalIds":[{"id":"none","type":"crm"},{"id":7,"type":"crm"}]}}"#,
                yes("crm", "7"),
                false,
            ),
            (r#"{"traits":{"email":"nobody"}}"#, yes("email", "shared@x.y"), false),
        ] {
            assert_eq!(of(item), (expected, warns), "{item}");
        }
    }

    #[test]
    fn blocked_values() {
        for value in [
            "",
            " ",
            "0",
            "000",
            "-1",
            "--",
            "NULL",
            "None",
            "N/A",
            "undefined",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(is_blocked(value), "{value}");
        }
        assert!(is_blocked(&"x".repeat(MAX_IDENTIFIER_BYTES + 1)));
        for value in ["u1", "10", "007", "nullable", "-17", "Guest 7"] {
            assert!(!is_blocked(value), "{value}");
        }
    }
}
