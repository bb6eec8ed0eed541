//! Properties and context through columns: what a fold reads is what the JSON said, and nothing is lost.

use proptest::prelude::*;
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::{Json, Partition, ProfileId};
use rapport_lake::{CancelFlag, EventRef, Fold, TimelineFilter};
use serde_json::{Map, Value, json};

use crate::support::*;

pub(crate) const PATHS: [&str; 8] = ["a", "b", "a.b", "c", "c.d", "c.d.e", "id", "absent"];
pub(crate) const CONTEXT: [&str; 4] = ["page.path", "page", "location.country", "locale"];

/// What every path of every event answers, with its id.
pub(crate) struct Collect;

impl Fold for Collect {
    type State = Vec<(String, Vec<String>)>;
    type Out = Vec<(String, Vec<String>)>;
    fn begin(&self, _: ProfileId) -> Self::State {
        Vec::new()
    }
    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        state.push(answers(event));
    }
    fn finish(&self, _: ProfileId, state: Self::State, out: &mut Self::Out) {
        out.extend(state);
    }
    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
    }
}

fn answers(event: &dyn EventView) -> (String, Vec<String>) {
    let id = match event.property("id") {
        Scalar::Text(id) => id.into_owned(),
        other => format!("{other:?}"),
    };
    let mut all: Vec<String> = PATHS.iter().map(|p| format!("{p} {:?}", event.property(p))).collect();
    all.extend(CONTEXT.iter().map(|p| format!("{p} {:?}", event.context(p))));
    (id, all)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(u64::MAX)),
        Just(json!(9_007_199_254_740_993i64)),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        Just(json!(-0.0)),
        Just(json!(20.0)),
        "[a-c]{0,3}".prop_map(Value::from),
        Just(Value::from("x".repeat(5000))),
        Just(json!(["a", 1])),
    ]
}

pub(crate) fn properties() -> impl Strategy<Value = Map<String, Value>> {
    let inner = || prop::collection::btree_map("[be]|d\\.e", scalar(), 0..3);
    let nested = prop_oneof![
        4 => scalar(),
        1 => inner().prop_map(|m| json!(m)),
        1 => inner().prop_map(|m| json!({"d": m, "b": 1})),
    ];
    let keys = prop::sample::select(vec!["a", "b", "c", "a.b", "c.d", "c.d.e", "größe"]);
    prop::collection::btree_map(keys.prop_map(str::to_owned), nested, 0..6).prop_map(|m| m.into_iter().collect())
}

pub(crate) fn context() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(json!({"page": {"path": "/p"}, "locale": "de"})),
        1 => scalar().prop_map(|v| json!({"page": {"path": v.clone()}, "page.path": "dotted", "locale": v})),
        1 => scalar().prop_map(|v| json!({"page": v, "location": {"country": "DE"}})),
        1 => Just(json!({})),
    ]
}

/// The same value as the lake gives back: a whole number has no point.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(n) if n.is_f64() => {
            let f = n.as_f64().unwrap();
            let whole = f.fract() == 0.0 && f.abs() <= 9_007_199_254_740_992.0 && f.to_bits() != (-0.0f64).to_bits();
            if whole { Value::from(f as i64) } else { value.clone() }
        }
        Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), plain(v))).collect()),
        Value::Array(list) => Value::Array(list.iter().map(plain).collect()),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn columns_answer_as_the_json_does(
        rows in prop::collection::vec((properties(), context(), 0..3u64), 1..60),
        cut in 0..60usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let lake = open(dir.path());
        let mut expected = Vec::new();
        let mut events = Vec::new();
        for (at, (mut map, context, local)) in rows.into_iter().enumerate() {
            let id = format!("i{at:02}");
            map.insert("id".into(), Value::from(id.as_str()));
            let mut row = event(profile(0, local), "E", at as i64, &id);
            row.event.properties = Json::from_text(&Value::Object(map).to_string());
            row.event.context = Json::from_text(&context.to_string());
            expected.push(answers(&row.event));
            events.push(row);
        }
        let sorted = |lake: &rapport_lake::Lake| {
            let mut all = lake.snapshot(WS).run(&Collect, &CancelFlag::new()).unwrap();
            all.sort();
            all
        };
        let (first, second) = events.split_at(cut.min(events.len()));
        lake.append(Partition(0), 1, first.to_vec());
        lake.flush().unwrap();
        lake.append(Partition(0), 2, second.to_vec());
        prop_assert_eq!(&sorted(&lake), &expected, "a file and memory");
        lake.flush().unwrap();
        prop_assert_eq!(&sorted(&lake), &expected, "two files");
        lake.compact_fully().unwrap();
        drop(lake);
        let lake = open(dir.path());
        prop_assert_eq!(&sorted(&lake), &expected, "one file, reopened");
        for local in 0..3 {
            for row in lake.timeline(WS, profile(0, local), None, &TimelineFilter::default(), 100).unwrap() {
                let original = events.iter().find(|e| e.event.message_id == row.event.message_id).unwrap();
                let wanted = plain(&Value::Object(original.event.properties.map().clone()));
                prop_assert_eq!(plain(&Value::Object(row.event.properties.map().clone())), wanted);
                prop_assert_eq!(&row.event.context, &original.event.context);
            }
        }
    }
}
