//! The members of an item that the collector reads; everything else passes untouched.

use std::borrow::Cow;

use rapport_domain::Timestamp;

use crate::core::scan::{self, Findings};

/// The members of an item, each as the JSON text of its value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    /// `type`.
    pub kind: Option<&'a str>,
    /// `event`.
    pub event: Option<&'a str>,
    /// `userId`.
    pub user_id: Option<&'a str>,
    /// `anonymousId`.
    pub anonymous_id: Option<&'a str>,
    /// `groupId`.
    pub group_id: Option<&'a str>,
    /// `previousId`.
    pub previous_id: Option<&'a str>,
    /// `messageId`.
    pub message_id: Option<&'a str>,
    /// `timestamp`.
    pub timestamp: Option<&'a str>,
    /// `originalTimestamp`.
    pub original_timestamp: Option<&'a str>,
    /// `sentAt`.
    pub sent_at: Option<&'a str>,
    /// `writeKey`.
    pub write_key: Option<&'a str>,
    /// `name` of `page` and `screen`.
    pub name: Option<&'a str>,
    /// `category` of `page` and `screen`.
    pub category: Option<&'a str>,
    /// `properties`.
    pub properties: Option<&'a str>,
    /// `traits`.
    pub traits: Option<&'a str>,
    /// `context`, or `options`, its name in the first versions of analytics.js.
    pub context: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// The members of an item's JSON; of members that appear twice the last counts.
    #[must_use]
    pub fn of(item: &'a str) -> (Self, Findings) {
        let mut fields = Fields::default();
        let findings = scan::walk(item, |key, value| {
            if !key.contains('\\') {
                return fields.set(key, value);
            }
            if let Ok(plain) = serde_json::from_str::<String>(&format!("\"{key}\"")) {
                fields.set(&plain, value);
            }
        });
        (fields, findings)
    }

    fn set(&mut self, key: &str, value: &'a str) {
        let slot = match key {
            "type" => &mut self.kind,
            "event" => &mut self.event,
            "userId" => &mut self.user_id,
            "anonymousId" => &mut self.anonymous_id,
            "groupId" => &mut self.group_id,
            "previousId" => &mut self.previous_id,
            "messageId" => &mut self.message_id,
            "timestamp" => &mut self.timestamp,
            "originalTimestamp" => &mut self.original_timestamp,
            "sentAt" => &mut self.sent_at,
            "writeKey" => &mut self.write_key,
            "name" => &mut self.name,
            "category" => &mut self.category,
            "properties" => &mut self.properties,
            "traits" => &mut self.traits,
            "context" => &mut self.context,
            "options" if self.context.is_none() => &mut self.context,
            _ => return,
        };
        *slot = Some(value);
    }
}

/// A value read as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// Not there, or `null`.
    Absent,
    /// A text or a number's digits, white space around it removed.
    Is(Cow<'a, str>),
    /// `true`, `false`, a list or an object.
    NotText,
}

impl<'a> Text<'a> {
    /// The text of a member. Numbers count as their digits, and whole ones written `17850.0` as `17850`.
    #[must_use]
    pub fn of(json: Option<&'a str>) -> Self {
        let Some(json) = json else { return Text::Absent };
        match json.as_bytes().first() {
            Some(b'"') => {
                let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or("");
                if !inner.contains('\\') {
                    return Text::Is(Cow::Borrowed(inner.trim()));
                }
                match serde_json::from_str::<String>(json) {
                    Ok(text) => Text::Is(Cow::Owned(text.trim().to_owned())),
                    Err(_) => Text::NotText,
                }
            }
            Some(b'0'..=b'9' | b'-') => Text::Is(Cow::Borrowed(whole(json))),
            Some(b'n') | None => Text::Absent,
            _ => Text::NotText,
        }
    }

    /// The text, if it is one and not empty.
    #[must_use]
    pub fn filled(self) -> Option<Cow<'a, str>> {
        match self {
            Text::Is(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

fn whole(number: &str) -> &str {
    match number.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|b| b == b'0') => digits,
        _ => number,
    }
}

/// A value read as an instant: text or a number of seconds or milliseconds. `Ok(None)` when absent, `null` or empty.
///
/// # Errors
/// The value is there and cannot be read as a time.
pub fn instant(json: Option<&str>) -> Result<Option<Timestamp>, Unreadable> {
    match Text::of(json) {
        Text::Absent => Ok(None),
        Text::Is(text) if text.is_empty() => Ok(None),
        Text::Is(text) => Timestamp::parse(&text).map(Some).ok_or(Unreadable),
        Text::NotText => Err(Unreadable),
    }
}

/// The value is no time that [`Timestamp::parse`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Whether a member's value is an object, or absent.
#[must_use]
pub fn is_object_or_absent(json: Option<&str>) -> bool {
    json.is_none_or(|j| j.starts_with('{') || j == "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (json, expected) in [
            (r#""u1""#, Text::Is("u1".into())),
            (r#"" u1 ""#, Text::Is("u1".into())),
            (r#""\u0075\n1""#, Text::Is("u\n1".into())),
            ("17850", Text::Is("17850".into())),
            ("17850.0", Text::Is("17850".into())),
            ("123456789012345678901234567890", Text::Is("123456789012345678901234567890".into())),
            ("1.5", Text::Is("1.5".into())),
            ("null", Text::Absent),
            ("true", Text::NotText),
            ("[1]", Text::NotText),
            (r#"{"a":1}"#, Text::NotText),
        ] {
            assert_eq!(Text::of(Some(json)), expected, "{json}");
        }
        assert_eq!(Text::of(None), Text::Absent);
    }

    #[test]
    fn the_last_of_two_members_counts_and_escaped_keys_are_read() {
        let (fields, _) =
            Fields::of(r#"{"userId":"a","userId":"b","anonymous\u0049d":"c","options":{},"context":{"a":1}}"#);
        assert_eq!(fields.user_id, Some(r#""b""#));
        assert_eq!(fields.anonymous_id, Some(r#""c""#));
        assert_eq!(fields.context, Some(r#"{"a":1}"#));
    }

    #[test]
    fn instants() {
        assert_eq!(instant(Some("1795288707330")), Ok(Some(Timestamp(1_795_288_707_330))));
        assert_eq!(instant(Some(r#""2010-12-01""#)), Ok(Some(Timestamp(1_291_161_600_000))));
        assert_eq!(instant(Some(r#""yesterday""#)), Err(Unreadable));
        assert_eq!(instant(Some("null")), Ok(None));
        assert_eq!(instant(Some("{}")), Err(Unreadable));
    }
}
