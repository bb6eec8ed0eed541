//! A Bloom filter that grows in layers (Almeida et al., "Scalable Bloom Filters", 2007) up to a stated size.
//!
//! Keys are 128-bit hashes already, so their two halves serve for double hashing (Kirsch, Mitzenmacher 2006).

/// Bits for each key: with 8 probes a full layer answers a new key with "maybe" once in about 1,700 times.
const BITS_PER_KEY: usize = 16;
const PROBES: u64 = 8;
/// Bytes of the first layer: 8,192 keys. Each further layer is four times as large.
const FIRST_LAYER_BYTES: usize = 16 * 1024;
const GROWTH: usize = 4;

/// A set that answers "certainly not" or "maybe".
#[derive(Debug)]
pub(super) struct Bloom {
    layers: Vec<Layer>,
    bytes: usize,
    max_bytes: usize,
}

#[derive(Debug)]
struct Layer {
    words: Vec<u64>,
    free: usize,
}

impl Bloom {
    /// An empty filter that grows to about `max_bytes`. Beyond, it stays correct and says "maybe" more often.
    pub(super) fn new(max_bytes: usize) -> Self {
        Bloom { layers: Vec::new(), bytes: 0, max_bytes }
    }

    /// Whether `key` may have been added.
    pub(super) fn may_contain(&self, key: u128) -> bool {
        self.layers.iter().rev().any(|layer| layer.may_contain(key))
    }

    /// Adds `key`.
    pub(super) fn add(&mut self, key: u128) {
        if self.layers.last().is_none_or(|layer| layer.free == 0) {
            let bytes = self.layers.last().map_or(FIRST_LAYER_BYTES, |l| l.words.len() * 8 * GROWTH);
            if self.layers.is_empty() || self.bytes + bytes <= self.max_bytes {
                self.layers.push(Layer { words: vec![0; bytes / 8], free: bytes * 8 / BITS_PER_KEY });
                self.bytes += bytes;
            }
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.add(key);
        }
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Layer {
    fn bits(&self, key: u128) -> impl Iterator<Item = u64> + use<> {
        // Layer sizes are powers of two, so masking is the remainder. An odd step visits every bit.
        let mask = self.words.len() as u64 * 64 - 1;
        let (start, step) = (key as u64, ((key >> 64) as u64) | 1);
        (0..PROBES).map(move |i| start.wrapping_add(i.wrapping_mul(step)) & mask)
    }

    fn may_contain(&self, key: u128) -> bool {
        self.bits(key).all(|bit| self.words[(bit / 64) as usize] & (1 << (bit % 64)) != 0)
    }

    fn add(&mut self, key: u128) {
        for bit in self.bits(key) {
            self.words[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        self.free = self.free.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::{MessageKey, WorkspaceId};

    use super::*;

    fn key(i: u32) -> u128 {
        MessageKey::of(WorkspaceId(1), &i.to_string()).0
    }

    #[test]
    fn never_forgets_and_seldom_invents() {
        let mut bloom = Bloom::new(8 << 20);
        (0..100_000).for_each(|i| bloom.add(key(i)));
        assert!((0..100_000).all(|i| bloom.may_contain(key(i))));
        let invented = (100_000..200_000).filter(|i| bloom.may_contain(key(*i))).count();
        assert!(invented < 500, "{invented} of 100,000");
    }

    #[test]
    fn stays_within_its_size_and_correct_beyond_it() {
        let mut bloom = Bloom::new(100 * 1024);
        (0..200_000).for_each(|i| bloom.add(key(i)));
        assert!(bloom.bytes() <= 100 * 1024, "{}", bloom.bytes());
        assert!((0..200_000).all(|i| bloom.may_contain(key(i))));
    }
}
