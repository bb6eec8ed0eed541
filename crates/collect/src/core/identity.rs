//! Whom an item is about: which of its identifiers count, and the one that decides the partition. What counts is
//! [`rapport_domain::identity`]'s to say; this reads it from an item's text, cheaply where user or anonymous id decide.

use std::borrow::Cow;

use rapport_domain::hash::partition_of;
use rapport_domain::identity;
use rapport_domain::profile::namespace;
use rapport_domain::{EventKind, Identifier, Partition, WorkspaceId};
use serde_json::{Map, Value};

use crate::core::field::{Fields, Text};
use crate::core::reason::{Warning, Warnings};

/// The identifiers of an item that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'a> {
    /// `userId`.
    pub user_id: Option<Cow<'a, str>>,
    /// `anonymousId`.
    pub anonymous_id: Option<Cow<'a, str>>,
    /// A user id among the external ids, or, when the item names nobody else, the first other identifier it states.
    pub other: Option<Identifier>,
}

impl<'a> Identity<'a> {
    /// The identifiers of an item; blocked ones are left out with a warning.
    #[must_use]
    pub fn of(kind: EventKind, fields: &Fields<'a>, shared_context: Option<&str>, warnings: &mut Warnings) -> Self {
        let user_id = usable(fields.user_id, warnings);
        let anonymous_id = usable(fields.anonymous_id, warnings);
        let mentions = |name: &str| [fields.context, shared_context].into_iter().flatten().any(|c| c.contains(name));
        let needs_look = user_id.is_none() && (anonymous_id.is_none() || mentions("externalIds"));
        let other = needs_look.then(|| {
            // As the event will have it: the item's own members win.
            let mut context = object(shared_context);
            context.extend(object(fields.context));
            let traits = (kind == EventKind::Identify).then(|| object(fields.traits.or(fields.properties)));
            let user = identity::external_user_id(&context);
            let rest = || identity::stated(traits.as_ref(), &context).next().filter(|_| anonymous_id.is_none());
            user.or_else(rest)
        });
        Identity { user_id, anonymous_id, other: other.flatten() }
    }

    /// The identifier whose hash decides the partition: [`identity::primary`] of the event this becomes.
    #[must_use]
    pub fn primary(&self) -> Option<(&str, &str)> {
        let other = self.other.as_ref().map(|o| (o.namespace.as_str(), o.value.as_str()));
        let user = self.user_id.as_deref().map(|v| (namespace::USER_ID, v));
        let anonymous = self.anonymous_id.as_deref().map(|v| (namespace::ANONYMOUS_ID, v));
        user.or(other).or(anonymous)
    }

    /// The partition of the primary identifier.
    #[must_use]
    pub fn partition(&self, workspace: WorkspaceId, partitions: u16) -> Option<Partition> {
        self.primary().map(|(ns, value)| partition_of(workspace, ns, value, partitions))
    }
}

/// An id's value, unless it is missing or blocked.
pub(crate) fn usable<'a>(json: Option<&'a str>, warnings: &mut Warnings) -> Option<Cow<'a, str>> {
    match Text::of(json) {
        Text::Absent => None,
        Text::Is(text) if !identity::is_blocked(namespace::USER_ID, &text) => Some(text),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(item: &str) -> (Option<(String, String)>, bool) {
        let (fields, _) = Fields::of(item);
        let mut warnings = Warnings::default();
        let identity =
            Identity::of(EventKind::Identify, &fields, Some(r#"{"traits":{"email":"shared@x.y"}}"#), &mut warnings);
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
            (r#"{"context":{"traits":{"phone":"0049 30 123456"}}}"#, yes("phone", "+4930123456"), false),
            (
                r#"{"anonymousId":"a1","context":{"externalIds":[{"id":"u1","type":"USER_ID"}]}}"#,
                yes("user_id", "u1"),
                false,
            ),
            (
                r#"{"anonymousId":"a1","context":{"externalIds":[{"id":"x","type":"crm"}]}}"#,
                yes("anonymous_id", "a1"),
                false,
            ),
        ] {
            assert_eq!(of(item), (expected, warns), "{item}");
        }
    }
}
