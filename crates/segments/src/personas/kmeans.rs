//! k-means: groups whose members lie nearest to their own centre.
//!
//! Centres begin by k-means++ (Arthur and Vassilvitskii 2007) and move as Lloyd (1982) says; the best of several beginnings
//! is kept. How many groups there are is decided by the silhouette (Rousseeuw 1987) on a sample. Randomness is a seeded
//! sequence of its own, so a result never depends on another library's version.

/// Beginnings tried.
const BEGINNINGS: u64 = 6;
/// Moves of the centres at most.
const MAX_MOVES: usize = 60;
/// Points the silhouette is measured on.
const SILHOUETTE_POINTS: usize = 1_000;

/// Groups of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The centre of each group.
    pub centres: Vec<Vec<f64>>,
    /// The group of each point.
    pub group: Vec<usize>,
    /// Sum of the squared distances to the centres.
    pub inertia: f64,
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in 0..1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The nearest centre and the squared distance to it; of equally near ones the first.
#[must_use]
pub fn nearest(point: &[f64], centres: &[Vec<f64>]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (i, centre) in centres.iter().enumerate() {
        let distance = squared(point, centre);
        if distance < best.1 {
            best = (i, distance);
        }
    }
    best
}

fn begin(points: &[Vec<f64>], k: usize, sequence: &mut Sequence) -> Vec<Vec<f64>> {
    let first = (sequence.share() * points.len() as f64) as usize;
    let mut centres = vec![points[first.min(points.len() - 1)].clone()];
    let mut distances: Vec<f64> = points.iter().map(|p| squared(p, &centres[0])).collect();
    while centres.len() < k {
        let total: f64 = distances.iter().sum();
        if total <= 0.0 {
            break;
        }
        let mut left = sequence.share() * total;
        let chosen = distances.iter().position(|d| {
            left -= d;
            left < 0.0
        });
        let centre = points[chosen.unwrap_or(points.len() - 1)].clone();
        for (distance, point) in distances.iter_mut().zip(points) {
            *distance = distance.min(squared(point, &centre));
        }
        centres.push(centre);
    }
    centres
}

fn improve(points: &[Vec<f64>], mut centres: Vec<Vec<f64>>) -> Clusters {
    let mut group = vec![usize::MAX; points.len()];
    let mut inertia = 0.0;
    for _ in 0..MAX_MOVES {
        inertia = 0.0;
        let mut moved = false;
        for (own, point) in group.iter_mut().zip(points) {
            let (best, distance) = nearest(point, &centres);
            moved |= *own != best;
            *own = best;
            inertia += distance;
        }
        if !moved {
            break;
        }
        let width = points.first().map_or(0, Vec::len);
        let mut sums = vec![(0usize, vec![0.0; width]); centres.len()];
        for (own, point) in group.iter().zip(points) {
            sums[*own].0 += 1;
            sums[*own].1.iter_mut().zip(point).for_each(|(sum, x)| *sum += x);
        }
        for (centre, (count, sum)) in centres.iter_mut().zip(sums) {
            // A centre that lost everybody stays where it was.
            if count > 0 {
                *centre = sum.into_iter().map(|x| x / count as f64).collect();
            }
        }
    }
    Clusters { centres, group, inertia }
}

/// The best `k` groups found; fewer when there are fewer different points.
#[must_use]
pub fn cluster(points: &[Vec<f64>], k: usize, seed: u64) -> Clusters {
    if points.is_empty() || k == 0 {
        return Clusters { centres: Vec::new(), group: Vec::new(), inertia: 0.0 };
    }
    let tries = (0..BEGINNINGS).map(|i| {
        let mut sequence = Sequence(seed.wrapping_mul(BEGINNINGS).wrapping_add(i));
        improve(points, begin(points, k, &mut sequence))
    });
    let best = tries.reduce(|best, next| if next.inertia < best.inertia { next } else { best });
    best.unwrap_or(Clusters { centres: Vec::new(), group: Vec::new(), inertia: 0.0 })
}

/// The mean silhouette of the groups on a sample of points: from -1 to 1, the higher the clearer the groups.
#[must_use]
pub fn silhouette(points: &[Vec<f64>], clusters: &Clusters) -> f64 {
    let step = points.len().div_ceil(SILHOUETTE_POINTS).max(1);
    let sample: Vec<usize> = (0..points.len()).step_by(step).collect();
    let k = clusters.centres.len();
    if k < 2 || sample.len() < 2 {
        return 0.0;
    }
    let mut total = 0.0;
    for &i in &sample {
        let mut sums = vec![(0usize, 0.0f64); k];
        for &j in &sample {
            if i != j {
                let (count, sum) = &mut sums[clusters.group[j]];
                *count += 1;
                *sum += squared(&points[i], &points[j]).sqrt();
            }
        }
        let own = clusters.group[i];
        let mean = |(count, sum): (usize, f64)| if count == 0 { None } else { Some(sum / count as f64) };
        let others = (0..k).filter(|g| *g != own).filter_map(|g| mean(sums[g])).reduce(f64::min);
        // Somebody alone in a group is neither well nor badly placed.
        if let (Some(a), Some(b)) = (mean(sums[own]), others)
            && a.max(b) > 0.0
        {
            total += (b - a) / a.max(b);
        }
    }
    total / sample.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clouds(centres: &[(f64, f64)], each: usize) -> Vec<Vec<f64>> {
        let mut sequence = Sequence(5);
        let mut points = Vec::new();
        for i in 0..centres.len() * each {
            let (x, y) = centres[i % centres.len()];
            // The sum of some shares is near enough to a bell.
            let mut wobble = || (0..6).map(|_| sequence.share()).sum::<f64>() - 3.0;
            points.push(vec![x + wobble(), y + wobble()]);
        }
        points
    }

    #[test]
    fn known_groups_are_found_again() {
        let centres = [(0.0, 0.0), (8.0, 0.0), (0.0, 8.0), (8.0, 8.0)];
        let points = clouds(&centres, 100);
        let found = cluster(&points, 4, 1);
        for i in 0..points.len() {
            assert_eq!(found.group[i] == found.group[0], i % 4 == 0, "{i}");
        }
        assert_eq!(found, cluster(&points, 4, 1), "the same seed finds the same");
        let clear: Vec<f64> = (2..=6).map(|k| silhouette(&points, &cluster(&points, k, 1))).collect();
        let best = (0..clear.len()).max_by(|a, b| clear[*a].total_cmp(&clear[*b])).unwrap();
        assert_eq!(best + 2, 4, "{clear:?}");
    }

    #[test]
    fn odd_inputs() {
        assert!(cluster(&[], 3, 0).centres.is_empty());
        let same = vec![vec![1.0]; 5];
        assert_eq!(cluster(&same, 3, 0).centres.len(), 1);
        assert_eq!(silhouette(&same, &cluster(&same, 3, 0)), 0.0);
    }
}
