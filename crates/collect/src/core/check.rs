//! One item: accepted with everything the log needs to know, or rejected with a reason. Never its neighbours' fate.

use std::borrow::Cow;

use rapport_domain::event::names;
use rapport_domain::hash::hash128;
use rapport_domain::{EventKind, Partition, Timestamp, WorkspaceId};

use crate::core::consent::ConsentPolicy;
use crate::core::field::{self, Fields, Text};
use crate::core::identity::{self, Identity};
use crate::core::reason::{RejectReason, Warning, Warnings};
use crate::core::scan;
use crate::core::when;

/// The longest event name, in bytes.
pub const MAX_EVENT_NAME_BYTES: usize = 512;
/// The longest `messageId` kept as it is, in characters (Segment's limit). A longer one is replaced by its hash, so
/// that repeating the call still has one effect.
pub const MAX_MESSAGE_ID_CHARS: usize = 100;

/// What is the same for all items of a request.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'a> {
    /// Whose data it is.
    pub workspace: WorkspaceId,
    /// How many partitions there are.
    pub partitions: u16,
    /// When the request arrived.
    pub received_at: Timestamp,
    /// The call the path names; `None` when each item names its own.
    pub kind: Option<EventKind>,
    /// The batch's `sentAt`.
    pub sent_at: Option<Timestamp>,
    /// The batch's `timestamp`, for items without one.
    pub timestamp: Option<Timestamp>,
    /// The batch's `context`, JSON.
    pub context: Option<&'a str>,
    /// The source's consent policy.
    pub policy: &'a ConsentPolicy,
    /// The browser sent `Sec-GPC: 1`.
    pub gpc: bool,
    /// The largest item, in bytes of JSON.
    pub max_event_bytes: usize,
    /// The deepest nesting.
    pub max_depth: u32,
}

/// An item that is accepted.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    /// The item's JSON; borrowed unless it had to be mended.
    pub body: Cow<'a, str>,
    /// The call.
    pub kind: EventKind,
    /// When it happened.
    pub ts: Timestamp,
    /// Its `messageId`; `None` when the client gave none.
    pub message_id: Option<Cow<'a, str>>,
    /// Where it belongs.
    pub partition: Partition,
    /// The `context` of the item itself, JSON.
    pub context: Option<&'a str>,
    /// What was odd.
    pub warnings: Warnings,
}

/// Why an item is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The reason.
    pub reason: RejectReason,
    /// What was expected and what was there.
    pub message: String,
}

impl Rejection {
    /// A rejection.
    pub fn new(reason: RejectReason, message: impl Into<String>) -> Self {
        Rejection { reason, message: message.into() }
    }
}

/// Reads the members of an item and notices what no reader could bear.
///
/// # Errors
/// The item is no object, too large, too deep, or holds an impossible number.
pub fn read<'a>(item: &'a str, max_event_bytes: usize, max_depth: u32) -> Result<(Fields<'a>, bool), Rejection> {
    use RejectReason as R;
    if !item.starts_with('{') {
        let message = format!("expected an object, found {}", kind_of(item));
        return Err(Rejection::new(R::NotAnObject, message));
    }
    if item.len() > max_event_bytes {
        let message = format!("the event has {} bytes of JSON; at most {max_event_bytes} are allowed", item.len());
        return Err(Rejection::new(R::EventTooLarge, message));
    }
    let (fields, found) = Fields::of(item);
    if found.depth > max_depth {
        let message =
            format!("objects and lists lie {} deep in each other; at most {max_depth} are allowed", found.depth);
        return Err(Rejection::new(R::TooDeep, message));
    }
    if found.number_out_of_range {
        let message = "a number is outside the range of 64-bit floating point";
        return Err(Rejection::new(R::NumberOutOfRange, message));
    }
    Ok((fields, found.lone_surrogate))
}

/// Decides on one item whose members were read by [`read`].
///
/// # Errors
/// The item is rejected.
pub fn check<'a>(
    item: &'a str,
    fields: &Fields<'a>,
    broken_text: bool,
    shared: &Shared<'_>,
) -> Result<Checked<'a>, Rejection> {
    let mut warnings = Warnings::default();
    let kind = kind(fields, shared.kind)?;
    required_members(kind, fields)?;
    let refused = shared.policy.refused(fields.context, shared.context, shared.gpc);
    // That somebody said no has to be known, too.
    if let Some(category) = refused.filter(|_| !is_statement(kind, fields)) {
        let message = format!("the source needs consent for {category:?}, which was not given");
        return Err(Rejection::new(RejectReason::Consent, message));
    }
    let identity = Identity::of(kind, fields, shared.context, &mut warnings);
    let Some(partition) = identity.partition(shared.workspace, shared.partitions) else {
        let message = if warnings.is_empty() {
            "expected userId or anonymousId (or context.externalIds, an email or phone trait, or a device token)"
        } else {
            "userId and anonymousId hold only values that never identify (such as 0, null, unknown)"
        };
        return Err(Rejection::new(RejectReason::MissingIdentity, message));
    };
    let ts = instant_of(fields, shared, &mut warnings);
    for member in [fields.properties, fields.traits, fields.context] {
        if !field::is_object_or_absent(member) {
            warnings.add(Warning::NotAnObjectMember);
        }
    }
    let body = if broken_text {
        warnings.add(Warning::BrokenText);
        Cow::Owned(scan::without_lone_surrogates(item))
    } else {
        Cow::Borrowed(item)
    };
    let message_id = message_id(fields, &mut warnings);
    Ok(Checked { body, kind, ts, message_id, partition, context: fields.context, warnings })
}

/// Whether the item says what the customer consents to, and that alone.
fn is_statement(kind: EventKind, fields: &Fields<'_>) -> bool {
    kind == EventKind::Track && Text::of(fields.event).filled().is_some_and(|name| name == names::CONSENT_CHANGED)
}

fn kind(fields: &Fields<'_>, by_path: Option<EventKind>) -> Result<EventKind, Rejection> {
    if let Some(kind) = by_path {
        return Ok(kind);
    }
    let Some(text) = Text::of(fields.kind).filled() else {
        let message = "type: expected one of track, identify, page, screen, group, alias";
        return Err(Rejection::new(RejectReason::UnknownType, message));
    };
    EventKind::parse(&text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let message = format!("type: expected one of track, identify, page, screen, group, alias, found {shown:?}");
        Rejection::new(RejectReason::UnknownType, message)
    })
}

fn required_members(kind: EventKind, fields: &Fields<'_>) -> Result<(), Rejection> {
    use RejectReason as R;
    match kind {
        EventKind::Track => match Text::of(fields.event).filled() {
            None => Err(Rejection::new(R::MissingEventName, "event: expected the name of what happened")),
            Some(name) if name.len() > MAX_EVENT_NAME_BYTES => {
                let message =
                    format!("event: the name has {} bytes; at most {MAX_EVENT_NAME_BYTES} are allowed", name.len());
                Err(Rejection::new(R::EventNameTooLong, message))
            }
            Some(name) if names::is_reserved(&name) => {
                let message = format!(
                    "event: {name:?} is recorded by Rapport alone; lists are changed through the management API"
                );
                Err(Rejection::new(R::ReservedEventName, message))
            }
            Some(_) => Ok(()),
        },
        EventKind::Group if !identifies(fields.group_id) => {
            Err(Rejection::new(R::MissingGroupId, "groupId: expected the account's id"))
        }
        EventKind::Alias if !identifies(fields.previous_id) => {
            Err(Rejection::new(R::MissingPreviousId, "previousId: expected the customer's former id"))
        }
        _ => Ok(()),
    }
}

fn identifies(json: Option<&str>) -> bool {
    identity::usable(json, &mut Warnings::default()).is_some()
}

/// `timestamp`, else `originalTimestamp`, else the batch's `timestamp`, corrected by the item's `sentAt`, else the batch's.
fn instant_of(fields: &Fields<'_>, shared: &Shared<'_>, warnings: &mut Warnings) -> Timestamp {
    let mut read = |json, warning| {
        field::instant(json).unwrap_or_else(|_| {
            warnings.add(warning);
            None
        })
    };
    let stated = read(fields.timestamp, Warning::InvalidTimestamp)
        .or_else(|| read(fields.original_timestamp, Warning::InvalidTimestamp))
        .or(shared.timestamp);
    let sent_at = read(fields.sent_at, Warning::InvalidSentAt).or(shared.sent_at);
    when::corrected(stated, sent_at, shared.received_at)
}

fn message_id<'a>(fields: &Fields<'a>, warnings: &mut Warnings) -> Option<Cow<'a, str>> {
    let id = Text::of(fields.message_id).filled()?;
    if id.len() <= MAX_MESSAGE_ID_CHARS || id.chars().count() <= MAX_MESSAGE_ID_CHARS {
        return Some(id);
    }
    warnings.add(Warning::LongMessageId);
    Some(Cow::Owned(format!("rp-h{:032x}", hash128(0, id.as_bytes()))))
}

/// What a JSON text is, in words.
pub(crate) fn kind_of(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "a truth value",
        Some(b'n') => "null",
        Some(_) => "a number",
        None => "nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVED: Timestamp = Timestamp(1_795_288_710_000);

    fn decide(item: &str, kind: Option<EventKind>) -> Result<Checked<'_>, Rejection> {
        let policy = ConsentPolicy { required: vec!["ads".into()], ..Default::default() };
        let shared = Shared {
            workspace: WorkspaceId(1),
            partitions: 16,
            received_at: RECEIVED,
            kind,
            sent_at: None,
            timestamp: None,
            context: None,
            policy: &policy,
            gpc: false,
            max_event_bytes: 700,
            max_depth: 6,
        };
        let (fields, broken) = read(item, shared.max_event_bytes, shared.max_depth)?;
        check(item, &fields, broken, &shared)
    }

    #[test]
    fn reasons() {
        use RejectReason as R;
        let long_name = format!(r#"{{"type":"track","userId":"u","event":"{}"}}"#, "n".repeat(513));
        let large =
            format!(r#"{{"type":"track","userId":"u","event":"E","properties":{{"a":"{}"}}}}"#, "x".repeat(700));
        for (item, reason, message) in [
            ("7", R::NotAnObject, "found a number"),
            ("null", R::NotAnObject, "found null"),
            ("[]", R::NotAnObject, "found a list"),
            (r#"{"userId":"u"}"#, R::UnknownType, "type: expected one of"),
            (r#"{"type":"Track","userId":"u"}"#, R::UnknownType, "found \"Track\""),
            (r#"{"type":"track","event":"E"}"#, R::MissingIdentity, "expected userId or anonymousId"),
            (r#"{"type":"track","event":"E","userId":"null"}"#, R::MissingIdentity, "never identify"),
            (r#"{"type":"track","userId":"u"}"#, R::MissingEventName, "event:"),
            (r#"{"type":"track","userId":"u","event":" "}"#, R::MissingEventName, "event:"),
            (&long_name, R::EventNameTooLong, "513 bytes"),
            (r#"{"type":"group","userId":"u"}"#, R::MissingGroupId, "groupId"),
            (r#"{"type":"alias","userId":"u","previousId":"undefined"}"#, R::MissingPreviousId, "previousId"),
            (&large, R::EventTooLarge, "at most 700"),
            (r#"{"type":"page","userId":"u","properties":{"a":[[[[[1]]]]]}}"#, R::TooDeep, "lie 7 deep"),
            (r#"{"type":"page","userId":"u","properties":{"a":-1e999}}"#, R::NumberOutOfRange, "64-bit"),
            (
                r#"{"type":"page","userId":"u","context":{"consent":{"categoryPreferences":{"ads":false}}}}"#,
                R::Consent,
                "\"ads\"",
            ),
        ] {
            let rejection = decide(item, None).unwrap_err();
            assert_eq!(rejection.reason, reason, "{item}");
            assert!(rejection.message.contains(message), "{item}: {}", rejection.message);
        }
    }

    #[test]
    fn the_path_names_the_call() {
        let checked = decide(r#"{"userId":"u","event":"E"}"#, Some(EventKind::Track)).unwrap();
        assert_eq!(checked.kind, EventKind::Track);
        assert_eq!(decide(r#"{"type":"page","userId":"u"}"#, Some(EventKind::Screen)).unwrap().kind, EventKind::Screen);
    }

    #[test]
    fn times() {
        for (members, expected) in [
            ("", RECEIVED.0),
            (r#","timestamp":"2026-11-21T19:18:20.000Z""#, 1_795_288_700_000),
            (r#","originalTimestamp":"2026-11-21T19:18:20.000Z""#, 1_795_288_700_000),
            (
                r#","originalTimestamp":"2026-11-21T19:18:20.000Z","sentAt":"2026-11-21T19:18:25.000Z""#,
                RECEIVED.0 - 5_000,
            ),
            (r#","timestamp":1795288700,"originalTimestamp":1"#, 1_795_288_700_000),
            (r#","timestamp":"2036-11-21T19:18:20.000Z""#, RECEIVED.0),
        ] {
            let item = format!(r#"{{"type":"page","userId":"u"{members}}}"#);
            let checked = decide(&item, None).unwrap();
            assert_eq!((checked.ts.0, checked.warnings.is_empty()), (expected, true), "{item}");
        }
    }

    #[test]
    fn oddities_are_accepted_with_a_warning() {
        let long = format!(r#","messageId":"{}""#, "m".repeat(101));
        for (members, warning) in [
            (r#","timestamp":"yesterday""#, Warning::InvalidTimestamp),
            (r#","sentAt":"soon""#, Warning::InvalidSentAt),
            (r#","anonymousId":"null""#, Warning::BlockedIdentifier),
            (r#","properties":"a=1""#, Warning::NotAnObjectMember),
            (&long, Warning::LongMessageId),
            (r#","properties":{"a":"\ud83d"}"#, Warning::BrokenText),
        ] {
            let item = format!(r#"{{"type":"page","userId":"u"{members}}}"#);
            let checked = decide(&item, None).unwrap();
            assert_eq!(checked.warnings.iter().collect::<Vec<_>>(), [warning], "{item}");
            assert!(serde_json::from_str::<serde_json::Value>(&checked.body).is_ok());
        }
    }

    #[test]
    fn message_ids() {
        let id = |m: &str| {
            let item = format!(r#"{{"type":"page","userId":"u","messageId":{m}}}"#);
            decide(&item, None).unwrap().message_id.map(Cow::into_owned)
        };
        assert_eq!(id("\"m1\"").as_deref(), Some("m1"));
        assert_eq!(id("17").as_deref(), Some("17"));
        assert_eq!(id("null"), None);
        assert_eq!(id("\"\""), None);
        assert_eq!(id(&format!("\"{}\"", "é".repeat(100))).map(|i| i.chars().count()), Some(100));
        let long = id(&format!("\"{}\"", "m".repeat(101)));
        assert_eq!(long.as_ref().map(String::len), Some(36));
        assert_eq!(long, id(&format!("\"{}\"", "m".repeat(101))), "the same long id is the same id");
        assert_ne!(long, id(&format!("\"{}\"", "m".repeat(102))));
    }
}
