//! The id of a visitor whose browser keeps none: an item that says `"anonymousId": "$daily"` gets one that is the same for
//! this address and this browser until midnight UTC, and means nothing afterwards.
//!
//! The id is an HMAC-SHA256 (RFC 2104) under a salt that nobody stores; without it addresses cannot be tried out. Several
//! people behind one address may share an id, so it never joins a customer who is known by name.

use hmac::{Hmac, Mac};
use rapport_domain::WorkspaceId;
use sha2::Sha256;

use crate::core::field::Fields;
use crate::core::identity::usable;
use crate::core::reason::Warnings;

/// What stands in place of an id, as JSON.
pub const TOKEN: &str = "\"$daily\"";
/// Bytes of a salt.
pub const SALT_BYTES: usize = 32;

/// The id of a browser for the day of the salt.
#[must_use]
pub fn id(salt: &[u8; SALT_BYTES], workspace: WorkspaceId, ip: &str, agent: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else { return String::new() };
    mac.update(&workspace.0.to_be_bytes());
    // Lengths keep the parts apart.
    mac.update(&ip.len().to_be_bytes());
    mac.update(ip.as_bytes());
    mac.update(agent.as_bytes());
    let hash = mac.finalize().into_bytes();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("day-{hex}")
}

/// The item with the id in place of the token; `None` when it does not ask for one. Beside a user id, and when the visitor
/// has no id because it is no browser, nothing takes the token's place.
#[must_use]
pub fn written(item: &str, id: Option<&str>) -> Option<String> {
    if !item.contains(TOKEN) {
        return None;
    }
    let (fields, _) = Fields::of(item);
    let value = fields.anonymous_id.filter(|value| *value == TOKEN)?;
    let is_known = usable(fields.user_id, &mut Warnings::default()).is_some();
    // The value is a part of the item, so this is its position.
    let at = value.as_ptr() as usize - item.as_ptr() as usize;
    let id = id.filter(|_| !is_known).unwrap_or_default();
    let (before, after) = (item.get(..at)?, item.get(at + TOKEN.len()..)?);
    Some(format!("{before}\"{id}\"{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_browser_one_id_a_day() {
        let (today, tomorrow) = ([1; SALT_BYTES], [2; SALT_BYTES]);
        let of = |salt, ws, ip, agent| id(salt, WorkspaceId(ws), ip, agent);
        let ann = of(&today, 1, "192.0.2.1", "Browser/1");
        assert_eq!(ann, of(&today, 1, "192.0.2.1", "Browser/1"));
        assert_eq!(ann.len(), 36);
        for other in [
            of(&tomorrow, 1, "192.0.2.1", "Browser/1"),
            of(&today, 2, "192.0.2.1", "Browser/1"),
            of(&today, 1, "192.0.2.2", "Browser/1"),
            of(&today, 1, "192.0.2.1", "Browser/2"),
            of(&today, 1, "192.0.2.", "1Browser/1"),
        ] {
            assert_ne!(ann, other);
        }
    }

    #[test]
    fn only_where_an_item_asks_for_it() {
        for (item, id, expected) in [
            (r#"{"anonymousId":"$daily","event":"E"}"#, Some("day-1"), Some(r#"{"anonymousId":"day-1","event":"E"}"#)),
            (
                r#"{"event":"é" , "anonymousId" : "$daily"}"#,
                Some("day-1"),
                Some(r#"{"event":"é" , "anonymousId" : "day-1"}"#),
            ),
            (r#"{"anonymousId":"$daily","userId":"ann"}"#, Some("day-1"), Some(r#"{"anonymousId":"","userId":"ann"}"#)),
            (
                r#"{"anonymousId":"$daily","userId":null}"#,
                Some("day-1"),
                Some(r#"{"anonymousId":"day-1","userId":null}"#),
            ),
            (r#"{"anonymousId":"$daily"}"#, None, Some(r#"{"anonymousId":""}"#)),
            (r#"{"anonymousId":"a1","properties":{"anonymousId":"$daily"}}"#, Some("day-1"), None),
            (r#"{"anonymousId":"a1"}"#, Some("day-1"), None),
        ] {
            assert_eq!(written(item, id).as_deref(), expected, "{item}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(item in "\\PC{0,40}", more in "\\PC{0,20}") {
            let _ = written(&format!("{item}{TOKEN}{more}"), Some("day-1"));
            let _ = written(&format!("{{\"anonymousId\":{TOKEN}{item}"), None);
        }
    }
}
