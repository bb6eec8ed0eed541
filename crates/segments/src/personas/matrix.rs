//! From what features say to numbers that can be compared.
//!
//! A number becomes its distance from the mean in standard deviations, counted on a logarithmic scale when the numbers are
//! skewed as counts and sums of money are; a missing number stands at the mean. A text or truth value becomes one column for
//! each of its most frequent values.

use std::collections::BTreeMap;

use serde_json::Value;

/// Values of a text feature that get a column of their own.
const MAX_CATEGORIES: usize = 6;
/// Skewness above which a logarithmic scale is used.
const SKEWED: f64 = 1.0;
/// How far from the mean one customer may stand, in standard deviations: a few extreme ones are no group.
const FARTHEST: f64 = 4.0;
/// How much a column of a text feature counts against one of a number: a value has two ends, both away from the mean.
const CATEGORY_WEIGHT: f64 = 0.7;

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The feature it comes from.
    pub feature: usize,
    /// The value of a text feature that it stands for.
    pub category: Option<String>,
    /// Mean of the numbers themselves; for a category the share of customers.
    pub mean: f64,
    /// Standard deviation of the numbers themselves.
    pub deviation: f64,
    scale: Scale,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    logarithmic: bool,
    mean: f64,
    deviation: f64,
    weight: f64,
}

/// What features say, made comparable.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The columns.
    pub columns: Vec<Column>,
    /// Per customer the numbers themselves, by column; `None` where one is missing.
    pub raw: Vec<Vec<Option<f64>>>,
    /// Per customer the comparable numbers, by column.
    pub points: Vec<Vec<f64>>,
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

fn category(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

fn signed_log(n: f64) -> f64 {
    n.signum() * n.abs().ln_1p()
}

fn moments(numbers: &[f64]) -> (f64, f64, f64) {
    let count = numbers.len().max(1) as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let central = |power: i32| numbers.iter().map(|n| (n - mean).powi(power)).sum::<f64>() / count;
    let deviation = central(2).sqrt();
    let skewness = if deviation > 0.0 { central(3) / deviation.powi(3) } else { 0.0 };
    (mean, deviation, skewness)
}

impl Scale {
    fn of(numbers: &[f64], weight: f64) -> Scale {
        let (mean, deviation, skewness) = moments(numbers);
        if skewness.abs() <= SKEWED || weight < 1.0 {
            return Scale { logarithmic: false, mean, deviation, weight };
        }
        let logs: Vec<f64> = numbers.iter().map(|n| signed_log(*n)).collect();
        let (mean, deviation, _) = moments(&logs);
        Scale { logarithmic: true, mean, deviation, weight }
    }

    fn apply(self, n: Option<f64>) -> f64 {
        let Some(n) = n else { return 0.0 };
        if self.deviation <= f64::EPSILON {
            return 0.0;
        }
        let n = if self.logarithmic { signed_log(n) } else { n };
        ((n - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST) * self.weight
    }
}

impl Matrix {
    /// The matrix of `rows`: per customer what each of `features` features says.
    #[must_use]
    pub fn new(features: usize, rows: &[Vec<Value>]) -> Matrix {
        let mut matrix =
            Matrix { columns: Vec::new(), raw: vec![Vec::new(); rows.len()], points: vec![Vec::new(); rows.len()] };
        for feature in 0..features {
            let said: Vec<&Value> = rows.iter().map(|r| r.get(feature).unwrap_or(&Value::Null)).collect();
            let numbers = said.iter().filter(|v| number(v).is_some()).count();
            let texts = said.iter().filter(|v| category(v).is_some() && number(v).is_none()).count();
            if numbers >= texts {
                let values: Vec<Option<f64>> = said.iter().map(|v| number(v)).collect();
                matrix.add(feature, None, &values, 1.0);
                continue;
            }
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            said.iter().filter_map(|v| category(v)).for_each(|c| *counts.entry(c).or_default() += 1);
            let mut frequent: Vec<(String, usize)> = counts.into_iter().collect();
            frequent.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            for (name, _) in frequent.into_iter().take(MAX_CATEGORIES) {
                let is = |v: &&Value| Some(f64::from(u8::from(category(v).as_deref() == Some(&name))));
                let values: Vec<Option<f64>> = said.iter().map(is).collect();
                matrix.add(feature, Some(name), &values, CATEGORY_WEIGHT);
            }
        }
        matrix
    }

    fn add(&mut self, feature: usize, category: Option<String>, values: &[Option<f64>], weight: f64) {
        let there: Vec<f64> = values.iter().flatten().copied().collect();
        let (mean, deviation, _) = moments(&there);
        let scale = Scale::of(&there, weight);
        for (i, value) in values.iter().enumerate() {
            self.raw[i].push(*value);
            self.points[i].push(scale.apply(*value));
        }
        self.columns.push(Column { feature, category, mean, deviation, scale });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_centred_and_texts_get_columns() {
        let rows: Vec<Vec<Value>> =
            (0..10).map(|i| vec![json(i), if i < 7 { "pro".into() } else { "free".into() }, Value::Null]).collect();
        fn json(i: i32) -> Value {
            if i == 9 { Value::Null } else { i.into() }
        }
        let matrix = Matrix::new(3, &rows);
        let names: Vec<_> = matrix.columns.iter().map(|c| (c.feature, c.category.as_deref())).collect();
        assert_eq!(names, [(0, None), (1, Some("pro")), (1, Some("free")), (2, None)]);
        assert_eq!((matrix.columns[0].mean, matrix.columns[1].mean), (4.0, 0.7));
        assert_eq!(matrix.points[9][0], 0.0, "a missing number stands at the mean");
        assert!(matrix.points[0][0] < -1.0 && matrix.points[8][0] > 1.0);
        assert!(matrix.points.iter().all(|p| p[3] == 0.0), "what nobody has tells nothing");
    }

    #[test]
    fn skewed_numbers_are_compared_by_their_logarithms() {
        let rows: Vec<Vec<Value>> = (0..100).map(|i| vec![if i == 0 { 1e6.into() } else { (i % 5).into() }]).collect();
        let matrix = Matrix::new(1, &rows);
        assert!(matrix.points[0][0] <= FARTHEST);
        let spread = matrix.points[4][0] - matrix.points[5][0];
        assert!(spread > 0.5, "0 and 4 orders differ beside a million: {spread}");
    }
}
