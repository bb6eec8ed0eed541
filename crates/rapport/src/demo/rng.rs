//! A small random number generator (SplitMix64; Steele, Lea, Flood 2014) with the same numbers on every platform: it
//! uses only integer arithmetic and the four exact floating point operations.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    /// The stream of `seed`.
    #[cfg(test)]
    pub(super) fn new(seed: u64) -> Self {
        Rng(seed)
    }

    /// A stream of its own for each `(seed, a, b)`, so that one customer's life does not depend on another's.
    pub(super) fn of(seed: u64, a: u64, b: u64) -> Self {
        let mut mix = Rng(seed ^ a.wrapping_mul(0xd6e8_feb8_6659_fd93));
        let first = mix.next();
        Rng(first ^ b.wrapping_mul(0xa076_1d64_78bd_642f))
    }

    /// Any 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number in `from..to`; `from` when the range is empty.
    pub(super) fn range(&mut self, from: i64, to: i64) -> i64 {
        let width = to.saturating_sub(from).max(1) as u64;
        from + (self.next() % width) as i64
    }

    /// A member of a list; the list must not be empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[(self.next() % list.len().max(1) as u64) as usize]
    }

    /// An index, each as likely as its weight says.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }
}
