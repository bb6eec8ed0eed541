//! Who gets the credit for a conversion: the touches on the way to it.

use rapport_domain::time::DAY_MS;

/// One customer's way: touches in order of time with the time each lies before the end, and whether it ended well.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Channel of each touch, and ms before the end.
    pub touches: Vec<(u16, i64)>,
    /// Whether it ended with the goal.
    pub converted: bool,
}

/// How credit is shared among the touches of a way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// All to the first.
    First,
    /// All to the last.
    Last,
    /// Equal parts.
    Linear,
    /// 40 % to the first, 40 % to the last, the rest equally to those between; halves of two.
    Position,
    /// A touch counts half as much for each half-life (days) that it lies back.
    Decay(f64),
}

/// The share of each touch of a way, adding up to 1.
#[must_use]
pub fn shares(touches: &[(u16, i64)], model: Model) -> Vec<f64> {
    let n = touches.len();
    match (model, n) {
        (_, 0) => Vec::new(),
        (Model::First, _) => (0..n).map(|at| f64::from(u8::from(at == 0))).collect(),
        (Model::Last, _) => (0..n).map(|at| f64::from(u8::from(at + 1 == n))).collect(),
        (Model::Position, 1) => vec![1.0],
        (Model::Position, 2) => vec![0.5, 0.5],
        (Model::Position, _) => {
            (0..n).map(|at| if at == 0 || at + 1 == n { 0.4 } else { 0.2 / (n - 2) as f64 }).collect()
        }
        (Model::Linear, _) => vec![1.0 / n as f64; n],
        (Model::Decay(days), _) => {
            // From the nearest touch, so that long ways do not vanish.
            let nearest = touches.iter().map(|t| t.1).min().unwrap_or(0);
            let weight = |back: i64| 0.5f64.powf((back - nearest) as f64 / (days * DAY_MS as f64));
            let weights: Vec<f64> = touches.iter().map(|t| weight(t.1)).collect();
            let all: f64 = weights.iter().sum();
            weights.into_iter().map(|w| w / all).collect()
        }
    }
}

/// Transitions between channels: a first-order Markov chain from the start over channels to success or failure
/// (Anderl et al. 2016, "Mapping the customer journey").
#[derive(Clone, Debug)]
pub struct Markov {
    channels: usize,
    /// `counts[from][to]`: channels, then start (as from) and success, failure (as to).
    counts: Vec<Vec<u64>>,
}

impl Markov {
    /// An empty chain.
    #[must_use]
    pub fn new(channels: usize) -> Self {
        Markov { channels, counts: vec![vec![0; channels + 2]; channels + 1] }
    }

    /// Adds a way that so many customers went.
    pub fn add(&mut self, touches: &[(u16, i64)], converted: bool) {
        let mut at = self.channels;
        for (channel, _) in touches {
            self.counts[at][usize::from(*channel)] += 1;
            at = usize::from(*channel);
        }
        self.counts[at][if converted { self.channels } else { self.channels + 1 }] += 1;
    }

    /// Adds another chain.
    pub fn merge(&mut self, from: &Markov) {
        for (all, more) in self.counts.iter_mut().zip(&from.counts) {
            all.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
    }

    /// The probability of success from the start; a `removed` channel leads to failure.
    #[must_use]
    pub fn success(&self, removed: Option<usize>) -> f64 {
        // x = Q x + r, where x is the probability from each state: solved by elimination with pivoting.
        let n = self.channels + 1;
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(n);
        for from in 0..n {
            let total: u64 = self.counts[from].iter().sum();
            let share = |to: usize| if total == 0 { 0.0 } else { self.counts[from][to] as f64 / total as f64 };
            let mut row = vec![0.0; n + 1];
            row[from] = 1.0;
            if Some(from) != removed {
                for (to, cell) in row.iter_mut().enumerate().take(self.channels) {
                    *cell -= share(to);
                }
                row[n] = share(self.channels);
            }
            rows.push(row);
        }
        solve(&mut rows).get(self.channels).copied().unwrap_or(0.0)
    }

    /// The share of each channel in all success, by how much would be lost without it; adding up to 1.
    #[must_use]
    pub fn removal_shares(&self) -> Vec<f64> {
        let whole = self.success(None);
        if whole <= 0.0 {
            return vec![0.0; self.channels];
        }
        let effect = |channel| (1.0 - self.success(Some(channel)) / whole).max(0.0);
        let effects: Vec<f64> = (0..self.channels).map(effect).collect();
        let all: f64 = effects.iter().sum();
        effects.into_iter().map(|e| if all > 0.0 { e / all } else { 0.0 }).collect()
    }
}

/// Solves a system of equations given as rows with the right side last (Gauss-Jordan).
fn solve(rows: &mut [Vec<f64>]) -> Vec<f64> {
    let n = rows.len();
    for column in 0..n {
        let best = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        let Some(pivot) = best.filter(|p| rows[*p][column].abs() > 1e-12) else { continue };
        rows.swap(column, pivot);
        let scale = rows[column][column];
        rows[column].iter_mut().for_each(|cell| *cell /= scale);
        let own = rows[column].clone();
        for row in (0..n).filter(|r| *r != column) {
            let factor = rows[row][column];
            if factor != 0.0 {
                rows[row].iter_mut().zip(&own).for_each(|(cell, o)| *cell -= factor * o);
            }
        }
    }
    rows.iter().map(|row| row[n]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_gives_all_credit() {
        let day = DAY_MS;
        let touches = [(0, 14 * day), (1, 7 * day), (0, 0)];
        for (model, expected) in [
            (Model::First, vec![1.0, 0.0, 0.0]),
            (Model::Last, vec![0.0, 0.0, 1.0]),
            (Model::Linear, vec![1.0 / 3.0; 3]),
            (Model::Position, vec![0.4, 0.2, 0.4]),
            (Model::Decay(7.0), vec![1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0]),
        ] {
            let found = shares(&touches, model);
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{model:?}: {found:?}");
            assert!((shares(&touches[..1], model)[0] - 1.0).abs() < 1e-12);
            assert!((shares(&touches[..2], model).iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(shares(&[], model).is_empty());
        }
    }

    #[test]
    fn the_textbook_chain() {
        // Three ways: 1 → 2 → 3 converts, 1 fails, 2 → 3 fails. By hand: P = 1/3; without 1: 1/6; without 2 or 3: 0.
        let mut chain = Markov::new(3);
        chain.add(&[(0, 0), (1, 0), (2, 0)], true);
        chain.add(&[(0, 0)], false);
        chain.add(&[(1, 0), (2, 0)], false);
        assert!((chain.success(None) - 1.0 / 3.0).abs() < 1e-12);
        assert!((chain.success(Some(0)) - 1.0 / 6.0).abs() < 1e-12);
        assert!(chain.success(Some(1)).abs() < 1e-12);
        let shares = chain.removal_shares();
        assert!((shares[0] - 0.2).abs() < 1e-12 && (shares[1] - 0.4).abs() < 1e-12, "{shares:?}");
        assert_eq!(Markov::new(2).removal_shares(), [0.0, 0.0]);
        let mut circle = Markov::new(1);
        circle.add(&[(0, 0), (0, 0), (0, 0)], true);
        assert!((circle.success(None) - 1.0).abs() < 1e-12);
    }
}
