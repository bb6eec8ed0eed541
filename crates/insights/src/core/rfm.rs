//! Recency, frequency and money: scores and the names of what they make.

/// Scores go from 1 to this.
pub const SCORES: usize = 5;

/// By recency score from 1, then frequency score from 1.
const NAMES: [[&str; SCORES]; SCORES] = [
    ["lost", "lost", "hibernating", "cannot lose", "cannot lose"],
    ["hibernating", "hibernating", "at risk", "at risk", "at risk"],
    ["about to sleep", "about to sleep", "needs attention", "loyal", "loyal"],
    ["promising", "potential loyal", "potential loyal", "loyal", "champions"],
    ["new", "potential loyal", "potential loyal", "champions", "champions"],
];

/// The name of a cell, by its scores from 1.
#[must_use]
pub fn name(recency: usize, frequency: usize) -> &'static str {
    NAMES[(recency - 1).min(SCORES - 1)][(frequency - 1).min(SCORES - 1)]
}

/// Every name, once.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut all: Vec<&str> = Vec::new();
    for name in NAMES.iter().rev().flat_map(|row| row.iter().rev()) {
        if !all.contains(name) {
            all.push(name);
        }
    }
    all
}

/// Fifths of a population: equal values have equal scores.
#[derive(Clone, Debug, Default)]
pub struct Scale {
    sorted: Vec<i128>,
}

impl Scale {
    /// The scale of these values.
    #[must_use]
    pub fn new(mut values: Vec<i128>) -> Self {
        values.sort_unstable();
        Scale { sorted: values }
    }

    /// 1 to 5: one more than the fifths of the population that are smaller.
    #[must_use]
    pub fn score(&self, value: i128) -> usize {
        let smaller = self.sorted.partition_point(|v| *v < value);
        (1 + SCORES * smaller / self.sorted.len().max(1)).min(SCORES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifths_and_ties() {
        let scale = Scale::new((1..=10).collect());
        assert_eq!((1..=10).map(|v| scale.score(v)).collect::<Vec<_>>(), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        let ties = Scale::new(vec![1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
        assert_eq!((ties.score(1), ties.score(2), ties.score(3)), (1, 5, 5));
        assert_eq!((name(5, 5), name(1, 1), name(1, 5), names().len()), ("champions", "lost", "cannot lose", 11));
    }
}
