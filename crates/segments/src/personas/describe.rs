//! The groups of a model and what sets each apart.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kmeans::{self, Clusters};
use super::matrix::{Column, Matrix};
use super::spec::PersonaSpec;

/// Customers the groups are sought among; all others are put into the nearest.
pub const MAX_FITTED: usize = 20_000;
/// Features named in a description.
const NAMED: usize = 3;
/// Standard deviations from which a difference is worth naming.
const NOTABLE: f64 = 0.3;

/// One feature in which a group differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The feature's name.
    pub feature: String,
    /// The value of a text feature that is more or less frequent.
    pub value: Option<String>,
    /// Mean in the group; of a text feature's value its share.
    pub mean: f64,
    /// Mean of everybody.
    pub mean_of_all: f64,
    /// How far apart the means are, in standard deviations of everybody.
    pub standardised: f64,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Persona {
    /// Its id within the model: `p1`, `p2`, …
    pub id: String,
    /// A short name: what is most particular about it.
    pub name: String,
    /// What sets it apart, in a sentence.
    pub description: String,
    /// Its members.
    pub count: u64,
    /// Every feature by how far it differs, the farthest first.
    pub differences: Vec<Difference>,
    /// Its centre, by column.
    pub centre: Vec<f64>,
}

/// The groups of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Personas {
    /// The groups, by id.
    pub personas: Vec<Persona>,
    /// The mean silhouette, from -1 to 1: how clear the groups are.
    pub silhouette: f64,
    /// The silhouette of every number of groups that was tried.
    pub tried: Vec<(usize, f64)>,
    /// Customers grouped.
    pub profiles: u64,
}

/// Finds the groups among `rows` (what each customer's features say), and the group of each row. Groups near one of
/// `before` keep its id.
#[must_use]
pub fn fit(spec: &PersonaSpec, rows: &[Vec<Value>], before: Option<&Personas>) -> (Personas, Vec<usize>) {
    let matrix = Matrix::new(spec.features.len(), rows);
    let step = rows.len().div_ceil(MAX_FITTED).max(1);
    let sample: Vec<Vec<f64>> = matrix.points.iter().step_by(step).cloned().collect();
    let mut tried = Vec::new();
    let mut best: Option<(f64, Clusters)> = None;
    for k in spec.min_personas..=spec.max_personas.min(rows.len()) {
        let found = kmeans::cluster(&sample, k, spec.seed);
        if found.centres.len() < k {
            break;
        }
        let clear = kmeans::silhouette(&sample, &found);
        tried.push((k, clear));
        // Of equally clear ones the fewer groups.
        if best.as_ref().is_none_or(|(known, _)| clear > known + 1e-9) {
            best = Some((clear, found));
        }
    }
    let (silhouette, clusters) = best.unwrap_or_else(|| (0.0, kmeans::cluster(&sample, 1, spec.seed)));
    let found: Vec<usize> = matrix.points.iter().map(|p| kmeans::nearest(p, &clusters.centres).0).collect();
    let order = order(&clusters.centres, &found, before);
    let mut personas = Vec::new();
    for (id, cluster) in &order {
        let members: Vec<usize> = (0..rows.len()).filter(|i| found[*i] == *cluster).collect();
        personas.push(describe(spec, &matrix, *id, &members, clusters.centres[*cluster].clone()));
    }
    let place: Vec<usize> =
        (0..clusters.centres.len()).map(|c| order.iter().position(|(_, x)| *x == c).unwrap_or(0)).collect();
    let groups = found.into_iter().map(|c| place[c]).collect();
    (Personas { personas, silhouette, tried, profiles: rows.len() as u64 }, groups)
}

/// Ids of the clusters: those of the nearest former groups, else new ones from the largest on.
fn order(centres: &[Vec<f64>], found: &[usize], before: Option<&Personas>) -> Vec<(usize, usize)> {
    let mut free: Vec<usize> = (0..centres.len()).collect();
    let mut named: Vec<(usize, usize)> = Vec::new();
    let former: Vec<&Persona> = before.map(|b| b.personas.iter().collect()).unwrap_or_default();
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for persona in &former {
        let Some(id) = persona.id.strip_prefix('p').and_then(|n| n.parse().ok()) else { continue };
        for (c, centre) in centres.iter().enumerate().filter(|(_, c)| c.len() == persona.centre.len()) {
            let distance: f64 = centre.iter().zip(&persona.centre).map(|(a, b)| (a - b) * (a - b)).sum();
            pairs.push((distance, id, c));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (_, id, cluster) in pairs {
        if free.contains(&cluster) && !named.iter().any(|(known, _)| *known == id) {
            named.push((id, cluster));
            free.retain(|c| *c != cluster);
        }
    }
    let size = |cluster: usize| found.iter().filter(|c| **c == cluster).count();
    free.sort_by_key(|c| (std::cmp::Reverse(size(*c)), *c));
    for cluster in free {
        let id = (1..).find(|id| !named.iter().any(|(known, _)| known == id)).unwrap_or(0);
        named.push((id, cluster));
    }
    named.sort_unstable();
    named
}

fn describe(spec: &PersonaSpec, matrix: &Matrix, id: usize, members: &[usize], centre: Vec<f64>) -> Persona {
    let mut differences: Vec<Difference> = (0..matrix.columns.len())
        .filter_map(|c| difference(spec, &matrix.columns[c], members.iter().filter_map(|m| matrix.raw[*m][c])))
        .collect();
    differences
        .sort_by(|a, b| b.standardised.abs().total_cmp(&a.standardised.abs()).then_with(|| a.feature.cmp(&b.feature)));
    let notable: Vec<&Difference> =
        differences.iter().filter(|d| d.standardised.abs() >= NOTABLE).take(NAMED).collect();
    let name = match notable.first() {
        Some(first) => notable.iter().take(2).fold(String::new(), |text, d| {
            let joint = if std::ptr::eq(*d, *first) { "" } else { ", " };
            format!("{text}{joint}{}", short(d))
        }),
        None => "Like everybody".to_owned(),
    };
    let description = if notable.is_empty() {
        "Differs from everybody in nothing much.".to_owned()
    } else {
        let parts: Vec<String> = notable.iter().map(|d| long(d)).collect();
        format!("{}.", parts.join("; "))
    };
    Persona { id: format!("p{id}"), name, description, count: members.len() as u64, differences, centre }
}

fn difference(spec: &PersonaSpec, column: &Column, numbers: impl Iterator<Item = f64>) -> Option<Difference> {
    let (count, sum) = numbers.fold((0u64, 0.0), |(n, sum), x| (n + 1, sum + x));
    if count == 0 || column.deviation <= f64::EPSILON {
        return None;
    }
    let mean = sum / count as f64;
    Some(Difference {
        feature: spec.features[column.feature].name.clone(),
        value: column.category.clone(),
        mean,
        mean_of_all: column.mean,
        standardised: (mean - column.mean) / column.deviation,
    })
}

fn short(d: &Difference) -> String {
    let subject = d.value.as_ref().map_or_else(|| d.feature.clone(), |v| format!("{} {v}", d.feature));
    format!("{} {subject}", if d.standardised > 0.0 { "high" } else { "low" })
}

fn long(d: &Difference) -> String {
    match &d.value {
        Some(value) => format!(
            "{} is {value} for {:.0} % (of everybody {:.0} %)",
            d.feature,
            d.mean * 100.0,
            d.mean_of_all * 100.0
        ),
        None => format!("{} {} on average (of everybody {})", d.feature, rounded(d.mean), rounded(d.mean_of_all)),
    }
}

/// Three significant digits.
fn rounded(n: f64) -> String {
    let digits = (2.0 - n.abs().max(1e-9).log10().floor()).clamp(0.0, 4.0) as usize;
    let text = format!("{n:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec() -> PersonaSpec {
        let spec = json!({"name": "Shoppers", "seed": 3, "features": [
            {"name": "orders", "value": "events(\"Order Completed\").count()"},
            {"name": "days since", "value": "traits.days"},
            {"name": "channel", "value": "traits.channel"},
        ]});
        super::super::validate(&spec).unwrap().0
    }

    /// Three kinds of customers, one after the other.
    fn rows(many: usize) -> Vec<Vec<Value>> {
        (0..many)
            .map(|i| match i % 3 {
                0 => vec![json!(20 + i % 7), json!(2 + i % 3), json!("app")],
                1 => vec![json!(1 + i % 2), json!(80 + i % 20), json!("web")],
                _ => vec![json!(5 + i % 3), json!(10 + i % 5), json!("store")],
            })
            .collect()
    }

    #[test]
    fn known_groups_are_found_named_and_keep_their_ids() {
        let (found, groups) = fit(&spec(), &rows(600), None);
        assert_eq!(found.personas.len(), 3, "{:?}", found.tried);
        assert!(found.silhouette > 0.5, "{}", found.silhouette);
        for i in 3..600 {
            assert_eq!(groups[i], groups[i % 3]);
        }
        assert_eq!(found.personas.iter().map(|p| p.count).collect::<Vec<_>>(), [200, 200, 200]);
        let heavy = &found.personas[groups[0]];
        assert!(heavy.name.contains("high orders"), "{heavy:?}");
        assert!(heavy.description.contains("of everybody"), "{}", heavy.description);
        let lapsed = &found.personas[groups[1]];
        assert!(lapsed.name.contains("high days since"), "{lapsed:?}");
        // With more customers, and the order of kinds turned round, each kind keeps its id.
        let mut more = rows(900);
        more.reverse();
        let (again, regrouped) = fit(&spec(), &more, Some(&found));
        assert_eq!(again.personas[regrouped[899]].id, heavy.id);
        assert_eq!(again.personas[regrouped[898]].id, lapsed.id);
        assert_eq!(fit(&spec(), &rows(600), None), (found, groups), "the same rows and seed give the same");
    }

    #[test]
    fn few_and_equal_customers_are_one_group() {
        let (found, groups) = fit(&spec(), &vec![vec![json!(1), json!(2), json!("x")]; 10], None);
        assert_eq!((found.personas.len(), groups), (1, vec![0; 10]));
        assert_eq!(found.personas[0].name, "Like everybody");
        assert_eq!(fit(&spec(), &[], None).0.personas.len(), 0);
    }

    #[test]
    fn numbers_are_shown_short() {
        for (n, text) in [(6.234, "6.23"), (1234.5, "1234"), (0.0512, "0.0512"), (20.0, "20"), (0.0, "0")] {
            assert_eq!(rounded(n), text);
        }
    }
}
