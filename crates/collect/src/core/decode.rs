//! From the log's record to the event that later stages read. The same code that accepted the item reads it again, so
//! both agree on what its identifiers, name and properties are.

use rapport_domain::{AcceptedEvent, Event, EventKind, Json};
use serde_json::Value;

use crate::core::field::{Fields, Text};
use crate::core::identity;
use crate::core::reason::Warnings;

/// The event of a record. Never fails: a member that cannot be read is absent.
///
/// `page` and `screen` calls carry `name` and `category` among their properties; `identify` and `group` carry their
/// traits as properties. The batch's context and the client's address fill what the item's own context lacks.
#[must_use]
pub fn decode(accepted: &AcceptedEvent<'_>) -> Event {
    let (fields, _) = Fields::of(accepted.body);
    let mut ignored = Warnings::default();
    let mut id = |json| identity::usable(json, &mut ignored).map(|id| id.as_ref().into());
    let name = match accepted.kind {
        EventKind::Track => Text::of(fields.event).filled().unwrap_or_default(),
        other => other.event_name().into(),
    };
    Event {
        workspace: accepted.workspace,
        source: accepted.source,
        kind: accepted.kind,
        name: name.as_ref().into(),
        message_id: accepted.message_id.into(),
        ts: accepted.ts,
        received_at: accepted.received_at,
        user_id: id(fields.user_id),
        anonymous_id: id(fields.anonymous_id),
        group_id: id(fields.group_id),
        previous_id: id(fields.previous_id),
        properties: properties(accepted.kind, &fields),
        context: context(&fields, accepted.shared_context, accepted.ip),
        historical: accepted.historical,
    }
}

fn properties(kind: EventKind, fields: &Fields<'_>) -> Json {
    match kind {
        EventKind::Identify | EventKind::Group => object(fields.traits.or(fields.properties)),
        EventKind::Track | EventKind::Alias => object(fields.properties),
        EventKind::Page | EventKind::Screen => {
            let stated = object(fields.properties);
            let lacking: Vec<_> = [("name", fields.name), ("category", fields.category)]
                .into_iter()
                .filter_map(|(key, json)| Some((key, Text::of(json).filled()?)))
                .filter(|(key, _)| stated.get(key).is_none())
                .collect();
            if lacking.is_empty() {
                return stated;
            }
            let mut map = stated.map().clone();
            map.extend(lacking.into_iter().map(|(key, text)| (key.to_owned(), Value::String(text.into_owned()))));
            Json::from(map)
        }
    }
}

fn object(json: Option<&str>) -> Json {
    Json::from_text(json.filter(|j| j.starts_with('{')).unwrap_or("{}"))
}

fn context(fields: &Fields<'_>, shared: Option<&str>, ip: Option<&str>) -> Json {
    let own = object(fields.context);
    if shared.is_none() && ip.is_none() {
        return own;
    }
    let mut map = object(shared).map().clone();
    if let Some(ip) = ip {
        map.insert("ip".to_owned(), Value::from(ip));
    }
    map.extend(own.map().iter().map(|(k, v)| (k.clone(), v.clone())));
    Json::from(map)
}

#[cfg(test)]
mod tests {
    use rapport_domain::{SourceId, Timestamp, WorkspaceId};
    use serde_json::json;

    use super::*;

    fn event(kind: EventKind, body: &str, shared: Option<&str>, ip: Option<&str>) -> Event {
        decode(&AcceptedEvent {
            workspace: WorkspaceId(1),
            source: SourceId(2),
            kind,
            received_at: Timestamp(20),
            ts: Timestamp(10),
            message_id: "m",
            historical: false,
            profile: None,
            hops: 0,
            ip,
            shared_context: shared,
            body,
        })
    }

    #[test]
    fn members_by_call() {
        let track = event(
            EventKind::Track,
            r#"{"event":" Order Completed ","userId":7,"anonymousId":"null","properties":{"a":1}}"#,
            None,
            None,
        );
        assert_eq!((&*track.name, track.user_id.as_deref(), track.anonymous_id), ("Order Completed", Some("7"), None));
        assert_eq!(track.properties.get("a"), Some(&json!(1)));

        let page =
            event(EventKind::Page, r#"{"name":"Home","category":"Top","properties":{"name":"Own"}}"#, None, None);
        assert_eq!(&*page.name, "Page Viewed");
        assert_eq!(page.properties, Json::from_text(r#"{"name":"Own","category":"Top"}"#));

        let group = event(EventKind::Group, r#"{"groupId":"g","traits":{"plan":"pro"}}"#, None, None);
        assert_eq!((group.group_id.as_deref(), group.properties.get("plan")), (Some("g"), Some(&json!("pro"))));

        let alias = event(EventKind::Alias, r#"{"userId":"n","previousId":"o"}"#, None, None);
        assert_eq!((alias.user_id.as_deref(), alias.previous_id.as_deref()), (Some("n"), Some("o")));
    }

    #[test]
    fn the_items_own_context_wins() {
        let body = r#"{"context":{"ip":"1.1.1.1","page":{"path":"/"}}}"#;
        let merged = event(EventKind::Page, body, Some(r#"{"page":{"path":"/x"},"gpc":true}"#), Some("2.2.2.2"));
        assert_eq!(merged.context, Json::from_text(r#"{"ip":"1.1.1.1","page":{"path":"/"},"gpc":true}"#));
        let filled = event(EventKind::Page, "{}", None, Some("2.2.2.2"));
        assert_eq!(filled.context.get("ip"), Some(&json!("2.2.2.2")));
        assert!(event(EventKind::Page, r#"{"context":"x"}"#, None, None).context.is_empty());
    }

    proptest::proptest! {
        /// Wherever an item says who it is about, the partition that gets it is the one that looks it up.
        #[test]
        fn the_primary_identifier_is_the_one_that_routed(
            kind in 0..6u8,
            members in proptest::collection::vec(0..PARTS.len(), 0..5),
            shared in 0..SHARED.len(),
        ) {
            let kind = EventKind::from_code(kind).unwrap();
            let body = format!("{{{}}}", members.iter().map(|i| PARTS[*i]).collect::<Vec<_>>().join(","));
            let (fields, _) = Fields::of(&body);
            let routed = identity::Identity::of(kind, &fields, SHARED[shared], &mut Warnings::default());
            let found = rapport_domain::identity::primary(&event(kind, &body, SHARED[shared], Some("1.2.3.4")));
            proptest::prop_assert_eq!(
                routed.primary(),
                found.as_ref().map(|i| (i.namespace.as_str(), i.value.as_str())),
                "{:?} {}", kind, body
            );
        }
    }

    const SHARED: [Option<&str>; 3] =
        [None, Some(r#"{"traits":{"email":"s@x.y"}}"#), Some(r#"{"externalIds":[{"id":"s","type":"user_id"}]}"#)];

    const PARTS: [&str; 16] = [
        r#""userId":"u""#,
        r#""userId":"null""#,
        r#""userId":7.0"#,
        r#""anonymousId":"a""#,
        r#""anonymousId":"0""#,
        r#""traits":{"email":"Jo@x.y"}"#,
        r#""traits":{"email":"nobody","phone":"0049 30/123456"}"#,
        r#""properties":{"email":"p@x.y"}"#,
        r#""previousId":"p""#,
        r#""context":{"externalIds":[{"type":"crm","id":5.0}]}"#,
        r#""context":{"externalIds":[{"type":"CRM","id":"x","collection":"accounts"},{"type":"CRM","id":"y"}]}"#,
        r#""context":{"externalIds":[{"type":"user_id","id":"e"}]}"#,
        r#""context":{"externalIds":[{"type":"crm","id":"h","encoding":"sha256"}],"traits":{"email":"c@x.y"}}"#,
        r#""context":{"traits":{"phone":"none","email":" C@X.y "}}"#,
        r#""context":{"device":{"token":"t"}}"#,
        r#""context":"broken""#,
    ];
}
