//! From a request for paths to the report.

use std::collections::HashMap;
use std::hash::Hash;

use rapport_domain::ProfileId;
use rapport_domain::hash::hash64;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::walk::{Paths, PathsWalk};
use super::{
    Direction, MAX_ACTIVITIES, MAX_DEPTH, MAX_EDGES, MAX_PROFILE_EVENTS, MAX_SHOWN, MAX_VARIANTS, PathsDrill,
    PathsRequest,
};
use crate::ask::{Ask, Insight};
use crate::breakdown::code;
use crate::core::buckets::Unit;
use crate::core::numbers::Numbers;
use crate::core::paths::{Cut, Step};
use crate::drill::Drill;
use crate::error::InsightError;
use crate::period::Period;
use crate::report::{About, Report};
use crate::request::percent;
use crate::table::{Cell, Table};
use crate::walk::Names;

/// Paths, counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathsReport {
    /// How many paths.
    pub paths: u64,
    /// How many steps they have in all.
    pub steps: u64,
    /// Different activities.
    pub different_activities: usize,
    /// Different pairs that follow each other.
    pub different_edges: usize,
    /// Different paths.
    pub different_variants: usize,
    /// The activities, most frequent first.
    pub activities: Vec<Activity>,
    /// What directly follows what, most frequent first.
    pub edges: Vec<PathEdge>,
    /// What paths begin with.
    pub starts: Vec<Ending>,
    /// What they end with.
    pub ends: Vec<Ending>,
    /// The paths themselves, most frequent first.
    pub variants: Vec<Variant>,
    /// With an anchor: what follows what at which distance from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_anchor: Option<Vec<PathStep>>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

/// An activity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Activity {
    /// Its name.
    pub activity: String,
    /// How often it came.
    pub steps: u64,
    /// In how many paths.
    pub paths: u64,
}

/// Two activities that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathEdge {
    /// The first.
    pub from: String,
    /// The second.
    pub to: String,
    /// How often.
    pub count: u64,
    /// In how many paths.
    pub paths: u64,
    /// Median time from one to the other, ms.
    pub median_ms: i64,
    /// Average time, ms.
    pub average_ms: f64,
}

/// An activity at the beginning or end of paths.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ending {
    /// Its name.
    pub activity: String,
    /// Of how many paths.
    pub paths: u64,
}

/// Equal paths.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// The activities in order.
    pub path: Vec<String>,
    /// How many paths.
    pub paths: u64,
    /// Of all paths, percent.
    pub percent: f64,
}

/// Two activities at a distance from the anchor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathStep {
    /// The distance of the further one, from 1.
    pub step: usize,
    /// The earlier.
    pub from: String,
    /// The later.
    pub to: String,
    /// How many paths.
    pub paths: u64,
}

impl Report for PathsReport {
    fn table(&self) -> Table {
        if let Some(steps) = &self.from_anchor {
            let mut table = Table::new(["step", "from", "to", "paths"]);
            for s in steps {
                table.row([s.step.into(), Cell::from(&s.from), Cell::from(&s.to), s.paths.into()]);
            }
            return table;
        }
        let mut table = Table::new(["from", "to", "count", "paths", "median_ms"]);
        for e in &self.edges {
            let times = Cell::Duration(e.median_ms);
            table.row([Cell::from(&e.from), Cell::from(&e.to), e.count.into(), e.paths.into(), times]);
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// An edge in the making.
#[derive(Debug, Default)]
struct Edge {
    paths: u64,
    times: Numbers,
}

/// Paths in the making.
#[derive(Debug, Default)]
struct Mined {
    paths: u64,
    steps: u64,
    names: HashMap<u64, Box<str>>,
    activities: HashMap<u64, (u64, u64)>,
    edges: HashMap<(u64, u64), Edge>,
    starts: HashMap<u64, u64>,
    ends: HashMap<u64, u64>,
    variants: HashMap<u64, (u64, Vec<u64>)>,
    from_anchor: HashMap<(usize, u64, u64), u64>,
    /// What did not fit: activities, edges, variants; profiles cut short.
    full: [bool; 4],
}

/// The entry of a key in a map that holds at most so many.
fn slot<'m, K: Eq + Hash, V: Default>(
    map: &'m mut HashMap<K, V>,
    key: K,
    most: usize,
    full: &mut bool,
) -> Option<&'m mut V> {
    if map.len() >= most && !map.contains_key(&key) {
        *full = true;
        return None;
    }
    Some(map.entry(key).or_default())
}

impl Mined {
    fn add(&mut self, end: Paths, cut: Cut) {
        self.full[3] |= end.is_cut;
        for (code, name) in end.names {
            if let Some(known) = slot(&mut self.names, code, MAX_ACTIVITIES, &mut self.full[0]) {
                *known = name;
            }
        }
        for path in &end.paths {
            self.path(path, cut);
        }
    }

    fn path(&mut self, path: &[Step], cut: Cut) {
        let codes: Vec<u64> = path.iter().map(|s| s.0).collect();
        self.paths += 1;
        self.steps += path.len() as u64;
        *self.starts.entry(codes[0]).or_default() += 1;
        *self.ends.entry(codes[codes.len() - 1]).or_default() += 1;
        for (at, code) in codes.iter().enumerate() {
            if let Some(sum) = slot(&mut self.activities, *code, MAX_ACTIVITIES, &mut self.full[0]) {
                sum.0 += 1;
                sum.1 += u64::from(!codes[..at].contains(code));
            }
        }
        let mut seen: Vec<(u64, u64)> = Vec::new();
        for (at, pair) in path.windows(2).enumerate() {
            let key = (pair[0].0, pair[1].0);
            if let Some(edge) = slot(&mut self.edges, key, MAX_EDGES, &mut self.full[1]) {
                edge.times.add((pair[1].1 - pair[0].1) as f64, true);
                if !seen.contains(&key) {
                    edge.paths += 1;
                    seen.push(key);
                }
            }
            let step = match cut {
                Cut::Whole => continue,
                Cut::After(..) => at + 1,
                Cut::Before(..) => path.len() - 1 - at,
            };
            let distance = slot(&mut self.from_anchor, (step, key.0, key.1), MAX_EDGES, &mut self.full[1]);
            *distance.unwrap_or(&mut 0) += 1;
        }
        let bytes: Vec<u8> = codes.iter().flat_map(|c| c.to_le_bytes()).collect();
        let variant = slot(&mut self.variants, hash64(1, &bytes), MAX_VARIANTS, &mut self.full[2]);
        if let Some(variant) = variant {
            variant.0 += 1;
            variant.1 = codes;
        }
    }

    fn merge(&mut self, from: Mined) {
        self.paths += from.paths;
        self.steps += from.steps;
        self.full.iter_mut().zip(from.full).for_each(|(a, b)| *a |= b);
        let full = &mut self.full;
        for (code, name) in from.names {
            if let Some(known) = slot(&mut self.names, code, MAX_ACTIVITIES, &mut full[0]) {
                *known = name;
            }
        }
        for (code, n) in from.activities {
            if let Some(sum) = slot(&mut self.activities, code, MAX_ACTIVITIES, &mut full[0]) {
                *sum = (sum.0 + n.0, sum.1 + n.1);
            }
        }
        for (key, more) in from.edges {
            if let Some(edge) = slot(&mut self.edges, key, MAX_EDGES, &mut full[1]) {
                edge.paths += more.paths;
                edge.times.merge(more.times);
            }
        }
        for (key, n) in from.from_anchor {
            *slot(&mut self.from_anchor, key, MAX_EDGES, &mut full[1]).unwrap_or(&mut 0) += n;
        }
        for (key, (n, path)) in from.variants {
            if let Some(variant) = slot(&mut self.variants, key, MAX_VARIANTS, &mut full[2]) {
                *variant = (variant.0 + n, path);
            }
        }
        from.starts.into_iter().for_each(|(code, n)| *self.starts.entry(code).or_default() += n);
        from.ends.into_iter().for_each(|(code, n)| *self.ends.entry(code).or_default() += n);
    }

    fn name(&self, code: u64) -> String {
        self.names.get(&code).map_or_else(|| crate::breakdown::OTHER.to_owned(), |n| n.to_string())
    }

    fn endings(&self, counts: &HashMap<u64, u64>, top: usize) -> Vec<Ending> {
        let all = counts.iter().map(|(code, n)| Ending { activity: self.name(*code), paths: *n }).collect();
        largest(all, top, |e| (e.paths, e.activity.clone()))
    }
}

/// The `top` largest, then by name.
fn largest<T, K: Ord>(mut all: Vec<T>, top: usize, key: impl Fn(&T) -> (u64, K)) -> Vec<T> {
    all.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1))
    });
    all.truncate(top);
    all
}

impl Insight for PathsRequest {
    const NAME: &'static str = "paths";
    type Report = PathsReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<PathsReport, InsightError> {
        let (walk, period, top) = self.check(ask)?;
        let cut = walk.cut;
        let add = |_: ProfileId, end: Paths, out: &mut Mined| out.add(end, cut);
        let drill = self.drill.as_ref().map(|drill| Drill::new(drill.page(), drill.wants()));
        let (mined, profiles) = ask.tally_with(&walk, add, Mined::merge, drill)?;
        for (full, text) in mined.full.iter().zip([
            format!("more than {MAX_ACTIVITIES} activities: those seen later were left out"),
            format!("more than {MAX_EDGES} pairs of activities: those seen later were left out"),
            format!("more than {MAX_VARIANTS} different paths: those seen later were left out of variants"),
            format!("profiles with more than {MAX_PROFILE_EVENTS} events were cut there"),
        ]) {
            if *full {
                ask.warnings.push(text);
            }
        }
        let about = ask.about(&period, profiles);
        Ok(report(&mined, top, self.anchor.is_some(), about))
    }
}

impl PathsRequest {
    fn check(&self, ask: &mut Ask<'_>) -> Result<(PathsWalk, Period, usize), InsightError> {
        let period = ask.scope(self.scope(), Unit::Day)?;
        for (list, at) in [(&self.events, "events"), (&self.except, "except")] {
            if list.len() > MAX_SHOWN {
                ask.problem(at, format!("at most {MAX_SHOWN} are possible"));
            }
        }
        let mut events = ask.names(&self.events, "events");
        if let Names::AllBut(written) = &mut events {
            // What the request names is wanted.
            written.retain(|name| self.anchor.as_ref() != Some(name) && !self.name_by.contains_key(name));
        }
        (0..).zip(&self.except).for_each(|(i, name): (usize, _)| ask.event_name(name, &format!("except[{i}]")));
        let gap_ms = self.gap.as_deref().and_then(|gap| ask.window(Some(gap), "30m", "gap"));
        let depth = ask.number(self.depth, 5, (1, MAX_DEPTH), "depth");
        let top = ask.number(self.top, 100, (1, MAX_SHOWN), "top");
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let cut = match (&self.anchor, self.direction) {
            (None, _) => Cut::Whole,
            (Some(anchor), Direction::Next) => Cut::After(code(anchor), depth),
            (Some(anchor), Direction::Previous) => Cut::Before(code(anchor), depth),
        };
        let by = |(event, path): (&String, &String)| {
            let context = path.strip_prefix("context.");
            (event.clone(), context.is_some(), context.unwrap_or(path).to_owned())
        };
        let period = ask.sound(period)?;
        let walk = PathsWalk {
            events,
            except: self.except.clone(),
            name_by: self.name_by.iter().map(by).collect(),
            keep_repeats: self.keep_repeats,
            gap_ms,
            cut,
            range: period.range(),
        };
        Ok((walk, period, top))
    }
}

impl PathsDrill {
    fn wants(&self) -> impl Fn(&Paths) -> bool + Sync {
        let one = |name: &Option<String>| name.as_deref().map(code);
        let (activity, start, end) = (one(&self.activity), one(&self.start), one(&self.end));
        let edge = self.edge.as_ref().map(|(from, to)| (code(from), code(to)));
        let variant: Option<Vec<u64>> = self.variant.as_ref().map(|v| v.iter().map(|name| code(name)).collect());
        move |found: &Paths| {
            found.paths.iter().any(|path| {
                activity.is_none_or(|a| path.iter().any(|s| s.0 == a))
                    && start.is_none_or(|a| path.first().is_some_and(|s| s.0 == a))
                    && end.is_none_or(|a| path.last().is_some_and(|s| s.0 == a))
                    && edge.is_none_or(|e| path.windows(2).any(|w| (w[0].0, w[1].0) == e))
                    && variant.as_ref().is_none_or(|v| path.iter().map(|s| s.0).eq(v.iter().copied()))
            })
        }
    }
}

fn report(mined: &Mined, top: usize, anchored: bool, about: About) -> PathsReport {
    let activities = mined.activities.iter().map(|(code, (steps, paths))| Activity {
        activity: mined.name(*code),
        steps: *steps,
        paths: *paths,
    });
    let edges = largest(mined.edges.iter().collect(), top, |((from, to), edge)| {
        (edge.times.n(), (mined.name(*from), mined.name(*to)))
    });
    let edge = |((from, to), edge): (&(u64, u64), &Edge)| PathEdge {
        from: mined.name(*from),
        to: mined.name(*to),
        count: edge.times.n(),
        paths: edge.paths,
        median_ms: edge.times.quantile(0.5).map_or(0, |ms| ms.floor() as i64),
        average_ms: edge.times.average().unwrap_or(0.0),
    };
    let path = |codes: &[u64]| codes.iter().map(|c| mined.name(*c)).collect::<Vec<_>>();
    let variants = largest(mined.variants.values().collect(), top, |(n, codes)| (*n, path(codes)));
    let variant =
        |(n, codes): &(u64, Vec<u64>)| Variant { path: path(codes), paths: *n, percent: percent(*n, mined.paths) };
    let steps = mined.from_anchor.iter().map(|((step, from, to), paths)| PathStep {
        step: *step,
        from: mined.name(*from),
        to: mined.name(*to),
        paths: *paths,
    });
    let mut from_anchor = largest(steps.collect(), top, |s| (s.paths, (s.step, s.from.clone(), s.to.clone())));
    from_anchor.sort_by_key(|s| s.step);
    PathsReport {
        paths: mined.paths,
        steps: mined.steps,
        different_activities: mined.activities.len(),
        different_edges: mined.edges.len(),
        different_variants: mined.variants.len(),
        activities: largest(activities.collect(), top, |a| (a.steps, a.activity.clone())),
        edges: edges.into_iter().map(edge).collect(),
        starts: mined.endings(&mined.starts, top),
        ends: mined.endings(&mined.ends, top),
        variants: variants.into_iter().map(variant).collect(),
        from_anchor: anchored.then_some(from_anchor),
        about,
    }
}
