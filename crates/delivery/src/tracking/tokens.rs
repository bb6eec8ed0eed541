//! Signed tokens for links in messages: unguessable, without personal data, bound to one purpose.
//!
//! A token is base64url of `version, purpose, workspace, partition, number, profile, payload, tag`; numbers are LEB128,
//! the tag is the first 16 bytes of HMAC-SHA256 (RFC 2104) over everything before it. It is a stored format: mail lies in
//! mailboxes for years, so old versions keep working.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use rapport_domain::time::MINUTE_MS;
use rapport_domain::{OutboxId, Partition, ProfileId, Timestamp, WorkspaceId};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::error::DeliveryError;

/// The longest token accepted, characters.
pub const MAX_TOKEN_CHARS: usize = 4096;
/// The longest destination a click link can carry, bytes; longer links are left as they are.
pub const MAX_URL_BYTES: usize = 2048;

const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Leaving a channel, or one topic on it.
    Unsubscribe {
        /// `email`.
        channel: String,
        /// The topic; `None` is the whole channel.
        topic: Option<String>,
    },
    /// The page where topics are chosen.
    Preferences,
    /// The picture that tells a mail was opened.
    Open,
    /// Where a device or a provider tells what became of the message.
    Receipt,
    /// Where a provider calls back about a channel.
    Hook {
        /// The channel's id.
        channel: String,
        /// What it calls about.
        part: HookPart,
    },
    /// A session of in-app messages.
    InApp {
        /// Until when it holds.
        expires_at: Timestamp,
    },
    /// Joining the customer to a chat of a messenger.
    Chat {
        /// Until when it holds, in whole minutes: what a messenger passes on is short (Telegram: 64 characters).
        expires_at: Timestamp,
    },
    /// Confirming a subscription that somebody asked for.
    Confirm {
        /// `email`.
        channel: String,
        /// The topic; `None` is the whole channel.
        topic: Option<String>,
    },
    /// The page that shows the message.
    View,
    /// A link in the message; the destination is signed with it, so it is no open redirect.
    Click {
        /// Where it leads.
        url: String,
    },
}

/// What a provider calls back about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HookPart {
    /// What became of a message.
    Receipt,
    /// Something a customer wrote.
    Inbound,
    /// Keys pressed in a call.
    Keys,
}

impl HookPart {
    const ALL: [HookPart; 3] = [Self::Receipt, Self::Inbound, Self::Keys];

    /// Its letter in tokens.
    fn letter(self) -> &'static str {
        match self {
            Self::Receipt => "r",
            Self::Inbound => "i",
            Self::Keys => "k",
        }
    }
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose data.
    pub workspace: WorkspaceId,
    /// The message that carried the link.
    pub message: OutboxId,
    /// Who got it.
    pub profile: ProfileId,
    /// What it is for.
    pub purpose: Purpose,
}

/// Makes and opens tokens.
#[derive(Clone)]
pub struct Tokens {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(‹redacted›)")
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length, so this cannot fail.
    Hmac::new_from_slice(secret).unwrap_or_else(|_| unreachable!("HMAC accepts any key length"))
}

impl Tokens {
    /// Tokens under `secret`: at least 32 random bytes, kept for as long as links should work. The signing key is derived
    /// from it, so the same secret may serve other uses.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let derived = keyed(secret).chain_update(b"rapport link tokens v1").finalize().into_bytes();
        Tokens { mac: keyed(&derived) }
    }

    /// The token of a claim.
    #[must_use]
    pub fn mint(&self, claim: &Claim) -> String {
        let mut bytes = Vec::with_capacity(96);
        let (kind, payload) = match &claim.purpose {
            Purpose::Unsubscribe { channel, topic: None } => (1, channel.clone()),
            Purpose::Unsubscribe { channel, topic: Some(topic) } => (2, format!("{channel}\n{topic}")),
            Purpose::Preferences => (3, String::new()),
            Purpose::Open => (4, String::new()),
            Purpose::Click { url } => (5, url.clone()),
            Purpose::Receipt => (6, String::new()),
            Purpose::Hook { channel, part } => (7, format!("{}{channel}", part.letter())),
            Purpose::InApp { expires_at } => (8, expires_at.0.to_string()),
            Purpose::Confirm { channel, topic: None } => (9, channel.clone()),
            Purpose::Confirm { channel, topic: Some(topic) } => (9, format!("{channel}\n{topic}")),
            Purpose::View => (10, String::new()),
            Purpose::Chat { expires_at } => (11, expires_at.0.div_euclid(MINUTE_MS).to_string()),
        };
        bytes.extend([VERSION, kind]);
        for number in
            [u64::from(claim.workspace.0), u64::from(claim.message.partition.0), claim.message.number, claim.profile.0]
        {
            put_number(&mut bytes, number);
        }
        bytes.extend(payload.as_bytes());
        let tag = self.tag(&bytes);
        bytes.extend(tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says.
    ///
    /// # Errors
    /// [`DeliveryError::InvalidToken`] when it was not made here, without saying what is wrong with it.
    pub fn open(&self, token: &str) -> Result<Claim, DeliveryError> {
        self.read(token).ok_or(DeliveryError::InvalidToken)
    }

    /// The local part of the address that refusals of a message come back to: `b.WORKSPACE.MESSAGE.TAG`, of characters whose
    /// case does not matter, because servers change it. The tag is 64 bits: an address can be tried only by sending mail.
    #[must_use]
    pub fn bounce_local(&self, workspace: WorkspaceId, message: OutboxId) -> String {
        let body = format!("b.{}.{message}", workspace.0);
        let tag = self.tag(body.as_bytes());
        let digits: String = tag[..8].iter().map(|b| format!("{b:02x}")).collect();
        format!("{body}.{digits}")
    }

    /// The message of such a local part.
    ///
    /// # Errors
    /// [`DeliveryError::InvalidToken`] when it was not made here.
    pub fn open_bounce(&self, local: &str) -> Result<(WorkspaceId, OutboxId), DeliveryError> {
        let lower = local.to_ascii_lowercase();
        let read = || {
            let mut parts = lower.strip_prefix("b.")?.split('.');
            let (workspace, message) = (WorkspaceId(parts.next()?.parse().ok()?), parts.next()?.parse().ok()?);
            let made = self.bounce_local(workspace, message);
            bool::from(made.as_bytes().ct_eq(lower.as_bytes())).then_some((workspace, message))
        };
        read().ok_or(DeliveryError::InvalidToken)
    }

    fn read(&self, token: &str) -> Option<Claim> {
        if token.len() > MAX_TOKEN_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
        if !bool::from(self.tag(body).ct_eq(tag)) {
            return None;
        }
        let (&[version, kind], mut rest) = body.split_first_chunk::<2>()?;
        if version != VERSION {
            return None;
        }
        let workspace = WorkspaceId(u32::try_from(take_number(&mut rest)?).ok()?);
        let partition = Partition(u16::try_from(take_number(&mut rest)?).ok()?);
        let message = OutboxId { partition, number: take_number(&mut rest)? };
        let profile = ProfileId(take_number(&mut rest)?);
        let payload = std::str::from_utf8(rest).ok()?;
        let purpose = match kind {
            1 => Purpose::Unsubscribe { channel: payload.to_owned(), topic: None },
            2 => {
                let (channel, topic) = payload.split_once('\n')?;
                Purpose::Unsubscribe { channel: channel.to_owned(), topic: Some(topic.to_owned()) }
            }
            3 => Purpose::Preferences,
            4 => Purpose::Open,
            5 => Purpose::Click { url: payload.to_owned() },
            6 => Purpose::Receipt,
            7 => {
                let part = HookPart::ALL.into_iter().find(|p| payload.starts_with(p.letter()))?;
                Purpose::Hook { channel: payload[1..].to_owned(), part }
            }
            8 => Purpose::InApp { expires_at: Timestamp(payload.parse().ok()?) },
            9 => {
                let (channel, topic) =
                    payload.split_once('\n').map_or((payload, None), |(c, t)| (c, Some(t.to_owned())));
                Purpose::Confirm { channel: channel.to_owned(), topic }
            }
            10 => Purpose::View,
            11 => Purpose::Chat { expires_at: Timestamp(payload.parse::<i64>().ok()?.checked_mul(MINUTE_MS)?) },
            _ => return None,
        };
        Some(Claim { workspace, message, profile, purpose })
    }

    /// The code of a short link: eight letters and digits (47 bits) that only this key gives for this message and place.
    #[must_use]
    pub fn short_code(&self, workspace: WorkspaceId, message: OutboxId, url: &str) -> String {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let tag = self.tag(format!("short\n{}\n{message}\n{url}", workspace.0).as_bytes());
        let (head, _) = tag.split_at(8);
        let mut rest = head.iter().fold(0u64, |n, b| (n << 8) | u64::from(*b));
        let mut letter = || {
            let at = (rest % 62) as usize;
            rest /= 62;
            LETTERS[at] as char
        };
        (0..8).map(|_| letter()).collect()
    }

    fn tag(&self, body: &[u8]) -> [u8; TAG_BYTES] {
        let full = self.mac.clone().chain_update(body).finalize().into_bytes();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&full[..TAG_BYTES]);
        tag
    }
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claims() -> impl Strategy<Value = Claim> {
        let purpose = prop_oneof![
            "[a-z]{1,8}".prop_map(|channel| Purpose::Unsubscribe { channel, topic: None }),
            ("[a-z]{1,8}", "[a-z0-9_-]{1,20}")
                .prop_map(|(channel, topic)| Purpose::Unsubscribe { channel, topic: Some(topic) }),
            Just(Purpose::Preferences),
            Just(Purpose::Open),
            Just(Purpose::Receipt),
            Just(Purpose::View),
            ("[a-z]{1,8}", prop::sample::select(HookPart::ALL.to_vec()))
                .prop_map(|(channel, part)| Purpose::Hook { channel, part }),
            any::<i64>().prop_map(|at| Purpose::InApp { expires_at: Timestamp(at) }),
            any::<i32>().prop_map(|at| Purpose::Chat { expires_at: Timestamp(i64::from(at) * MINUTE_MS) }),
            ("[a-z]{1,8}", prop::option::of("[a-z0-9_-]{1,20}"))
                .prop_map(|(channel, topic)| Purpose::Confirm { channel, topic }),
            "https://[a-z]{1,10}\\.example/\\PC{0,60}".prop_map(|url| Purpose::Click { url }),
        ];
        (any::<u32>(), any::<u16>(), any::<u64>(), any::<u64>(), purpose).prop_map(
            |(w, p, number, profile, purpose)| Claim {
                workspace: WorkspaceId(w),
                message: OutboxId { partition: Partition(p), number },
                profile: ProfileId(profile),
                purpose,
            },
        )
    }

    proptest! {
        #[test]
        fn opens_what_it_minted_and_nothing_else(claim in claims(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let tokens = Tokens::new(b"a secret of at least thirty-two bytes");
            let token = tokens.mint(&claim);
            prop_assert_eq!(tokens.open(&token).unwrap(), claim.clone());
            prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            // Any bit of the text, any bit of the bytes, any shorter text, another secret: refused.
            let mut text = token.clone().into_bytes();
            let place = at.index(text.len());
            text[place] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(text) {
                prop_assert!(tokens.open(&text).is_err());
            }
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            let place = at.index(bytes.len());
            bytes[place] ^= 1 << bit;
            prop_assert!(tokens.open(&URL_SAFE_NO_PAD.encode(&bytes)).is_err());
            prop_assert!(tokens.open(&token[..place]).is_err());
            prop_assert!(Tokens::new(b"another secret").open(&token).is_err());
        }

        #[test]
        fn any_text_is_refused_quietly(text in "\\PC{0,200}") {
            prop_assert!(Tokens::new(b"s").open(&text).is_err());
        }
    }

    #[test]
    fn addresses_of_refusals_name_their_message() {
        let tokens = Tokens::new(b"test");
        let message = OutboxId { partition: Partition(10), number: 4711 };
        let local = tokens.bounce_local(WorkspaceId(7), message);
        assert!(local.len() <= 64 && local.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.'));
        assert_eq!(tokens.open_bounce(&local.to_uppercase()).unwrap(), (WorkspaceId(7), message));
        for wrong in ["", "b.7", &local[1..], &local[..local.len() - 1], &local.replacen('7', "8", 1)] {
            assert!(tokens.open_bounce(wrong).is_err(), "{wrong}");
        }
        assert!(Tokens::new(b"other").open_bounce(&local).is_err());
    }

    #[test]
    fn links_to_chats_are_short() {
        let claim = Claim {
            workspace: WorkspaceId(2_000_000),
            message: OutboxId::default(),
            profile: ProfileId::new(Partition(u16::MAX), 1 << 40),
            purpose: Purpose::Chat { expires_at: Timestamp(4_102_444_800_000) },
        };
        let token = Tokens::new(b"test").mint(&claim);
        assert!(token.len() <= 64, "{}", token.len());
        assert_eq!(Tokens::new(b"test").open(&token).unwrap(), claim);
    }

    #[test]
    fn stored_tokens_keep_working() {
        let tokens = Tokens::new(b"fixture secret, never used elsewhere");
        let claim = Claim {
            workspace: WorkspaceId(7),
            message: OutboxId { partition: Partition(10), number: 4711 },
            profile: ProfileId::new(Partition(3), 99),
            purpose: Purpose::Unsubscribe { channel: "email".into(), topic: Some("news".into()) },
        };
        assert_eq!(tokens.open(FIXTURE).unwrap(), claim, "minted now: {}", tokens.mint(&claim));
    }

    const FIXTURE: &str = "AQIHCuck44CAgICAgIADZW1haWwKbmV3c84ZoHNCgeH78pysS4W_Q3g";
}
