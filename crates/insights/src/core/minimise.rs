//! The lowest point of a function of a few numbers, without derivatives.

/// Looks for the lowest point near `start` by the simplex method of Nelder and Mead (1965), begun anew from where it ended
/// until that no longer helps. Answers the point and the function's value there; `evaluations` bounds the work. Points
/// where the function is not a number are avoided.
#[must_use]
pub fn minimise(start: &[f64], evaluations: usize, f: impl Fn(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let value = |point: &[f64]| {
        let found = f(point);
        if found.is_nan() { f64::INFINITY } else { found }
    };
    let mut best = (start.to_vec(), value(start));
    let mut left = evaluations;
    while left > 0 {
        let (point, found) = descend(&best.0, &mut left, &value);
        let gain = best.1 - found;
        if found <= best.1 {
            best = (point, found);
        }
        if gain.abs() <= 1e-9 * (1.0 + best.1.abs()) {
            break;
        }
    }
    best
}

fn descend(start: &[f64], left: &mut usize, value: &impl Fn(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let n = start.len();
    let mut simplex: Vec<(Vec<f64>, f64)> = Vec::with_capacity(n + 1);
    simplex.push((start.to_vec(), value(start)));
    for at in 0..n {
        let mut point = start.to_vec();
        point[at] += if point[at].abs() > 1e-3 { 0.2 * point[at].abs() } else { 0.1 };
        let found = value(&point);
        simplex.push((point, found));
    }
    *left = left.saturating_sub(n + 1);
    while *left > 0 {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (low, high) = (simplex[0].1, simplex[n].1);
        if (high - low).abs() <= 1e-11 * (low.abs() + 1e-12) {
            break;
        }
        let centre: Vec<f64> = (0..n).map(|i| simplex[..n].iter().map(|s| s.0[i]).sum::<f64>() / n as f64).collect();
        let towards = |factor: f64| -> Vec<f64> {
            centre.iter().zip(&simplex[n].0).map(|(c, worst)| c + factor * (c - worst)).collect()
        };
        let mut try_at = |factor: f64| {
            *left = left.saturating_sub(1);
            let point = towards(factor);
            let found = value(&point);
            (point, found)
        };
        let reflected = try_at(1.0);
        let better = if reflected.1 < low {
            let expanded = try_at(2.0);
            Some(if expanded.1 < reflected.1 { expanded } else { reflected })
        } else if reflected.1 < simplex[n - 1].1 {
            Some(reflected)
        } else {
            let contracted = try_at(if reflected.1 < high { 0.5 } else { -0.5 });
            (contracted.1 < reflected.1.min(high)).then_some(contracted)
        };
        match better {
            Some(point) => simplex[n] = point,
            None => {
                let best = simplex[0].0.clone();
                for (point, found) in &mut simplex[1..] {
                    point.iter_mut().zip(&best).for_each(|(x, b)| *x = f64::midpoint(*x, *b));
                    *found = value(point);
                }
                *left = left.saturating_sub(n);
            }
        }
    }
    simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
    simplex.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_valleys() {
        // Rosenbrock's valley, and one with an edge where there is no number.
        let (point, found) =
            minimise(&[-1.2, 1.0], 5_000, |p| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2));
        assert!(found < 1e-10 && (point[0] - 1.0).abs() < 1e-4 && (point[1] - 1.0).abs() < 1e-4, "{point:?} {found}");
        let (point, _) = minimise(&[2.0, 3.0, -1.0], 5_000, |p| {
            if p[0] < 0.5 { f64::NAN } else { (p[0] - 1.0).powi(2) + (p[1] + 2.0).powi(2) + p[2].powi(4) }
        });
        assert!((point[0] - 1.0).abs() < 1e-4 && (point[1] + 2.0).abs() < 1e-4 && point[2].abs() < 0.05, "{point:?}");
        assert_eq!(minimise(&[3.0], 0, |p| p[0]).0, [3.0]);
    }
}
