//! Devices: the browsers and apps of a customer that take notifications. Each is a trait of the profile, `$device_` and a
//! hash of its token, so that devices follow merges, exports and erasure like everything else known of the customer.

use rapport_domain::profile::namespace;
use rapport_domain::{MessageChannel, Profile, Timestamp, hash};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the names of devices begin with.
pub const PREFIX: &str = rapport_domain::profile::DEVICE_TRAIT;
/// Devices of one customer that are written to, the newest first.
pub const MAX_DEVICES: usize = 20;
/// The longest token or endpoint, bytes.
pub const MAX_TOKEN_BYTES: usize = 2_048;

/// What carries notifications to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A browser's push service.
    WebPush,
    /// Firebase Cloud Messaging.
    Fcm,
    /// Apple's push service.
    Apns,
}

impl DeviceKind {
    /// The channel whose messages it takes.
    #[must_use]
    pub fn channel(self) -> MessageChannel {
        match self {
            Self::WebPush => MessageChannel::WebPush,
            Self::Fcm | Self::Apns => MessageChannel::Push,
        }
    }
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What carries notifications to it.
    pub kind: DeviceKind,
    /// The token of an app, or the address of a browser's subscription.
    pub token: String,
    /// A browser's public key, base64url (RFC 8291).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p256dh: Option<String>,
    /// A browser's secret, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// When it was last seen.
    #[serde(default)]
    pub seen_at: i64,
}

impl Device {
    /// The name of its trait.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{PREFIX}{:016x}", hash::hash64(0, self.token.as_bytes()))
    }

    /// Its trait's value.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    /// What about it is not as it must be.
    ///
    /// # Errors
    /// The member and what was expected.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let url_safe = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
        if self.token.is_empty()
            || self.token.len() > MAX_TOKEN_BYTES
            || !self.token.bytes().all(|b| b.is_ascii_graphic())
        {
            return Err(("token", format!("expected a token of at most {MAX_TOKEN_BYTES} bytes without blanks")));
        }
        match self.kind {
            DeviceKind::WebPush => {
                if !self.token.starts_with("https://") && !self.token.starts_with("http://") {
                    return Err(("endpoint", "expected the subscription's https:// address".to_owned()));
                }
                let fits = |key: &Option<String>, len| key.as_deref().is_some_and(|k| url_safe(k) && k.len() >= len);
                if !fits(&self.p256dh, 87) {
                    return Err(("keys.p256dh", "expected 65 bytes as base64url".to_owned()));
                }
                if !fits(&self.auth, 22) {
                    return Err(("keys.auth", "expected 16 bytes as base64url".to_owned()));
                }
            }
            DeviceKind::Apns if !self.token.bytes().all(|b| b.is_ascii_hexdigit()) => {
                return Err(("token", "expected the device token in hexadecimal digits".to_owned()));
            }
            DeviceKind::Apns | DeviceKind::Fcm => {}
        }
        Ok(())
    }
}

/// The customer's devices, those seen last first; tokens stated as `context.device.token` are among them.
pub fn devices(profile: &Profile) -> impl Iterator<Item = Device> {
    let stated = profile.traits.range(PREFIX.to_owned()..).take_while(|(name, _)| name.starts_with(PREFIX));
    let mut found: Vec<Device> = stated
        .filter_map(|(_, t)| serde_json::from_value::<Device>(t.value.clone()).ok())
        .filter(|d| d.check().is_ok())
        .collect();
    let plain = profile.identifiers.iter().filter(|i| i.namespace == namespace::DEVICE_TOKEN);
    for identifier in plain {
        if !found.iter().any(|d| d.token == identifier.value) {
            // Tokens of Apple are 32 bytes in hexadecimal; those of Firebase have other letters too.
            let hex = identifier.value.len() == 64 && identifier.value.bytes().all(|b| b.is_ascii_hexdigit());
            let kind = if hex { DeviceKind::Apns } else { DeviceKind::Fcm };
            found.push(Device { kind, token: identifier.value.clone(), p256dh: None, auth: None, seen_at: 0 });
        }
    }
    found.sort_by_key(|d| std::cmp::Reverse(d.seen_at));
    found.truncate(MAX_DEVICES);
    found.into_iter()
}

/// A device seen at `now`.
#[must_use]
pub fn seen(device: Device, now: Timestamp) -> Device {
    Device { seen_at: now.0, ..device }
}

#[cfg(test)]
mod tests {
    use rapport_domain::profile::{Identifier, Trait};
    use rapport_domain::{ProfileId, WorkspaceId};
    use serde_json::json;

    use super::*;

    fn browser(token: &str, seen_at: i64) -> Device {
        let (p256dh, auth) = (Some("A".repeat(87)), Some("A".repeat(22)));
        Device { kind: DeviceKind::WebPush, token: token.into(), p256dh, auth, seen_at }
    }

    #[test]
    fn devices_are_traits_and_tokens() {
        let mut p = Profile::new(WorkspaceId(1), ProfileId(1), true, Timestamp(0));
        for device in [browser("https://push.example/1", 1), browser("https://push.example/2", 9)] {
            p.traits.insert(device.key(), Trait { value: device.value(), at: Timestamp(1) });
        }
        p.traits.insert(format!("{PREFIX}x"), Trait { value: json!({"kind": "fcm"}), at: Timestamp(1) });
        p.traits.insert(format!("{PREFIX}y"), Trait { value: Value::Null, at: Timestamp(1) });
        p.identifiers.push(Identifier::new("device_token", &"ab".repeat(32)));
        p.identifiers.push(Identifier::new("device_token", "fcm:token"));
        let found: Vec<(DeviceKind, String)> = devices(&p).map(|d| (d.kind, d.token)).collect();
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], (DeviceKind::WebPush, "https://push.example/2".into()));
        assert_eq!((found[2].0, found[3].0), (DeviceKind::Apns, DeviceKind::Fcm));
    }

    #[test]
    fn what_is_no_device_is_refused() {
        assert!(browser("https://push.example/1", 0).check().is_ok());
        assert_eq!(browser("ftp://push.example/1", 0).check().unwrap_err().0, "endpoint");
        assert_eq!(Device { auth: None, ..browser("https://x", 0) }.check().unwrap_err().0, "keys.auth");
        assert_eq!(
            Device { p256dh: Some("A".into()), ..browser("https://x", 0) }.check().unwrap_err().0,
            "keys.p256dh"
        );
        let apns = Device { kind: DeviceKind::Apns, token: "xyz".into(), p256dh: None, auth: None, seen_at: 0 };
        assert_eq!(apns.check().unwrap_err().0, "token");
    }
}
