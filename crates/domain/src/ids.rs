//! Identifiers: small integers inside, opaque strings outside.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash;

/// A tenant. Every query takes one first (invariant I7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspaceId(pub u32);

/// A source of events: one website, app, server or import, with write keys of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub u32);

/// One of the `P` ordered streams the data is divided into; `P` is fixed when the data directory is created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Partition(pub u16);

/// Partitions of an embedded installation.
pub const DEFAULT_PARTITIONS: u16 = 16;

/// One customer. The top 8 bits are the home partition, the rest counts up within it, so an id names its home.
/// Outside it is an opaque string such as `p_0g00000000s9q` (base 32, 13 digits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileId(pub u64);

impl ProfileId {
    const LOCAL_BITS: u32 = 56;

    /// The id with that home and local number.
    #[must_use]
    pub fn new(home: Partition, local: u64) -> Self {
        ProfileId((u64::from(home.0) << Self::LOCAL_BITS) | (local & ((1 << Self::LOCAL_BITS) - 1)))
    }

    /// The partition that owns the profile.
    #[must_use]
    pub fn home(self) -> Partition {
        Partition((self.0 >> Self::LOCAL_BITS) as u16)
    }
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"p_0000000000000";
        for (i, digit) in text[2..].iter_mut().enumerate() {
            *digit = DIGITS[((self.0 >> (60 - 5 * i as u32)) & 31) as usize];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The text is not a profile id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a profile id such as p_0g00000000s9q")]
pub struct InvalidProfileId;

impl FromStr for ProfileId {
    type Err = InvalidProfileId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("p_").ok_or(InvalidProfileId)?.as_bytes();
        if digits.len() != 13 || digits[0] > b'f' {
            return Err(InvalidProfileId);
        }
        digits
            .iter()
            .try_fold(0u64, |id, d| {
                let value = DIGITS.iter().position(|x| x == d).ok_or(InvalidProfileId)? as u64;
                Ok((id << 5) | value)
            })
            .map(ProfileId)
    }
}

impl Serialize for ProfileId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_u64(self.0) }
    }
}

impl<'de> Deserialize<'de> for ProfileId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            u64::deserialize(deserializer).map(ProfileId)
        }
    }
}

/// What makes two records one (invariant I3): a 128-bit hash of the workspace and the client's `messageId`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageKey(pub u128);

impl MessageKey {
    /// The key of a client's message.
    #[must_use]
    pub fn of(workspace: WorkspaceId, message_id: &str) -> Self {
        MessageKey(hash::hash128(u64::from(workspace.0), message_id.as_bytes()))
    }
}

/// The stable id of one intended message or forwarded record (invariant I4): the partition whose transaction decided it
/// and the running number it got there. It becomes the Message-ID or idempotency key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutboxId {
    /// The partition that decided it.
    pub partition: Partition,
    /// Its number within that partition, from 1.
    pub number: u64,
}

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{:02x}{:x}", self.partition.0, self.number)
    }
}

impl FromStr for OutboxId {
    type Err = InvalidOutboxId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('m').filter(|d| d.len() > 2 && d.is_ascii()).ok_or(InvalidOutboxId)?;
        let partition = u16::from_str_radix(&digits[..2], 16).map_err(|_| InvalidOutboxId)?;
        let number = u64::from_str_radix(&digits[2..], 16).map_err(|_| InvalidOutboxId)?;
        Ok(OutboxId { partition: Partition(partition), number })
    }
}

/// The text is not a message id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a message id such as m0a1f")]
pub struct InvalidOutboxId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_ids_round_trip_and_know_their_home() {
        for (home, local) in [(0, 0), (3, 1), (15, 123_456_789), (255, (1 << 56) - 1)] {
            let id = ProfileId::new(Partition(home), local);
            assert_eq!(id.home(), Partition(home));
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for bad in ["", "p_", "p_zzzzzzzzzzzzz", "0g00000000s9q", "p_0g00000000s9", "p_0g00000000s9!"] {
            assert_eq!(bad.parse::<ProfileId>(), Err(InvalidProfileId), "{bad}");
        }
    }

    #[test]
    fn outbox_ids_round_trip() {
        let id = OutboxId { partition: Partition(10), number: 31 };
        assert_eq!(id.to_string(), "m0a1f");
        assert_eq!("m0a1f".parse(), Ok(id));
        assert!("0a1f".parse::<OutboxId>().is_err());
    }
}
