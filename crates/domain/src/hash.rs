//! The stable hash (XXH3, seedable) behind partitions, deduplication and buckets. Its answers are stored, so the
//! algorithm never changes under existing data.

use crate::ids::{Partition, WorkspaceId};

/// 64-bit XXH3 of `bytes` under `seed`.
#[must_use]
pub fn hash64(seed: u64, bytes: &[u8]) -> u64 {
    twox_hash::XxHash3_64::oneshot_with_seed(seed, bytes)
}

/// 128-bit XXH3 of `bytes` under `seed`.
#[must_use]
pub fn hash128(seed: u64, bytes: &[u8]) -> u128 {
    twox_hash::XxHash3_128::oneshot_with_seed(seed, bytes)
}

/// The partition of an identifier: `hash(workspace, namespace, value) % partitions`.
#[must_use]
pub fn partition_of(workspace: WorkspaceId, namespace: &str, value: &str, partitions: u16) -> Partition {
    let seed = hash64(u64::from(workspace.0), namespace.as_bytes());
    Partition((hash64(seed, value.as_bytes()) % u64::from(partitions.max(1))) as u16)
}

/// A stable point in `0.0..100.0` for `key` within `salt`: the same person always falls into the same bucket.
#[must_use]
pub fn bucket_percent(salt: &str, key: u64) -> f64 {
    (hash64(hash64(0, salt.as_bytes()), &key.to_le_bytes()) % 1_000_000) as f64 / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_answers_never_change() {
        assert_eq!(hash64(7, b"rapport"), 0x2ce4_ee1c_1a5d_34a7, "{:#x}", hash64(7, b"rapport"));
        assert_eq!(partition_of(WorkspaceId(1), "user_id", "u1", 16).0, 7);
    }

    #[test]
    fn buckets_are_even() {
        let below_ten = (0..100_000u64).filter(|k| bucket_percent("exp-1", *k) < 10.0).count();
        assert!((9_700..10_300).contains(&below_ten), "{below_ten}");
    }
}
