//! What values a property or trait has had: suggestions while a rule is written.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventRef, Fold};
use rapport_profiles::repo as profiles;

use crate::error::EngineError;
use crate::shared::Shared;

/// Different values counted in one partition; further ones are not told apart any more.
const MAX_DIFFERENT: usize = 2_000;
/// Profiles looked at in one partition for the values of a trait.
const MAX_PROFILES: usize = 2_000;
/// Characters of a suggested text; longer ones are no suggestion.
const MAX_CHARS: usize = 120;

/// A value and how often it was seen where one looked.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenValue {
    /// The value: a text, number or boolean.
    pub value: serde_json::Value,
    /// How often.
    pub count: u64,
}

type Counts = HashMap<String, (serde_json::Value, u64)>;

fn add(counts: &mut Counts, value: serde_json::Value, by: u64) {
    let key = value.to_string();
    if let Some(found) = counts.get_mut(&key) {
        found.1 += by;
    } else if counts.len() < MAX_DIFFERENT {
        counts.insert(key, (value, by));
    }
}

/// Which values are wanted: those with this text in them, upper and lower case alike; all when it is empty.
struct Sought(String);

impl Sought {
    fn new(text: Option<&str>) -> Self {
        Sought(text.unwrap_or_default().trim().to_lowercase())
    }

    fn fits(&self, shown: impl FnOnce() -> String) -> bool {
        self.0.is_empty() || shown().to_lowercase().contains(&self.0)
    }
}

/// Members of a list count one by one: that is what a rule asks with `contains`.
fn note(counts: &mut Counts, sought: &Sought, scalar: &Scalar<'_>) {
    match scalar {
        Scalar::Text(text) if text.chars().count() <= MAX_CHARS => {
            if sought.fits(|| text.to_string()) {
                add(counts, text.as_ref().into(), 1);
            }
        }
        Scalar::Number(n) => {
            if sought.fits(|| number(*n).to_string()) {
                add(counts, number(*n), 1);
            }
        }
        Scalar::Bool(b) => {
            if sought.fits(|| b.to_string()) {
                add(counts, (*b).into(), 1);
            }
        }
        Scalar::Json(json) => {
            json.as_array().into_iter().flatten().take(20).for_each(|v| {
                if !v.is_array() && !v.is_object() {
                    note(counts, sought, &Scalar::of(Some(v)));
                }
            });
        }
        Scalar::Text(_) | Scalar::Null => {}
    }
}

fn number(n: f64) -> serde_json::Value {
    // Whole numbers as people write them: 5, not 5.0.
    if n.fract() == 0.0 && n.abs() < 9e15 { (n as i64).into() } else { n.into() }
}

fn most_frequent(counts: Counts, limit: usize) -> Vec<SeenValue> {
    let mut all: Vec<(String, SeenValue)> =
        counts.into_iter().map(|(key, (value, count))| (key, SeenValue { value, count })).collect();
    all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(&b.0)));
    all.into_iter().take(limit).map(|(_, seen)| seen).collect()
}

struct Values<'a> {
    event: Option<&'a str>,
    property: &'a str,
    from: Timestamp,
    sought: Sought,
}

impl Fold for Values<'_> {
    type State = Counts;
    type Out = Counts;

    fn begin(&self, _: ProfileId) -> Counts {
        Counts::new()
    }

    fn step(&self, state: &mut Counts, event: &EventRef<'_>) {
        match self.property.strip_prefix("context.") {
            Some(path) => note(state, &self.sought, &event.context(path)),
            None => note(state, &self.sought, &event.property(self.property)),
        }
    }

    fn finish(&self, _: ProfileId, state: Counts, out: &mut Counts) {
        state.into_values().for_each(|(value, count)| add(out, value, count));
    }

    fn merge(&self, into: &mut Counts, from: Counts) {
        from.into_values().for_each(|(value, count)| add(into, value, count));
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.event.map(|name| vec![name.to_owned()])
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.from, Timestamp::MAX))
    }
}

/// How many values are wanted, and which.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    /// The most frequent so many.
    pub limit: usize,
    /// Only those with this text in them, upper and lower case alike.
    pub text: Option<&'a str>,
}

/// The most frequent values of an event's property (or `context.…`) since `from`; of any event's without `event`.
pub fn of_property(
    shared: &Shared,
    ws: WorkspaceId,
    (event, property): (Option<&str>, &str),
    from: Timestamp,
    which: Which<'_>,
    cancel: &CancelFlag,
) -> Result<Vec<SeenValue>, EngineError> {
    let values = Values { event, property, from, sought: Sought::new(which.text) };
    let counts = shared.lake.snapshot(ws).run(&values, cancel)?;
    Ok(most_frequent(counts, which.limit))
}

/// The most frequent values of a trait among some profiles of each partition.
pub fn of_trait(
    shared: &Shared,
    ws: WorkspaceId,
    path: &str,
    which: Which<'_>,
    cancel: &CancelFlag,
) -> Result<Vec<SeenValue>, EngineError> {
    let (mut counts, sought) = (Counts::new(), Sought::new(which.text));
    for (_, db) in shared.stores.partitions() {
        cancel.check()?;
        let mut looked_at = 0;
        db.read(|q| {
            profiles::iterate(q, ws, |profile| {
                note(&mut counts, &sought, &Scalar::of(profile.trait_value(path)));
                looked_at += 1;
                if looked_at < MAX_PROFILES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        })?;
    }
    Ok(most_frequent(counts, which.limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_count_by_member_and_long_texts_are_left_out() {
        let mut counts = Counts::new();
        for value in
            [json!(["a", "b", {"x": 1}]), json!("a"), json!(2.0), json!(null), json!("x".repeat(500)), json!(true)]
        {
            note(&mut counts, &Sought::new(None), &Scalar::of(Some(&value)));
        }
        let found = most_frequent(counts, 3);
        assert_eq!(found[0], SeenValue { value: json!("a"), count: 2 });
        assert_eq!(found[1..].iter().map(|v| v.value.clone()).collect::<Vec<_>>(), [json!("b"), json!(2)]);
    }

    #[test]
    fn values_are_sought_by_what_is_in_them() {
        let values = [json!("Pan"), json!(["Span", "pot"]), json!(120), json!(2.5), json!(true)];
        let found = |text: &str| {
            let mut counts = Counts::new();
            values.iter().for_each(|v| note(&mut counts, &Sought::new(Some(text)), &Scalar::of(Some(v))));
            most_frequent(counts, 10).into_iter().map(|v| v.value).collect::<Vec<_>>()
        };
        assert_eq!(found("PAN"), [json!("Pan"), json!("Span")]);
        assert_eq!((found("2"), found("tru")), (vec![json!(120), json!(2.5)], vec![json!(true)]));
        assert_eq!((found(" ").len(), found("x").len()), (6, 0));
    }
}
