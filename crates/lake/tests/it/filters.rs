//! Filters on columns: the answer is that of reading each event's JSON, whatever lies in memory, files or other profiles.

use proptest::prelude::*;
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::rule::{CompareOp, Literal};
use rapport_domain::{Event, Json, Partition, ProfileId, SourceId, Timestamp};
use rapport_lake::{CancelFlag, EventFilter, EventRef, Field, Filter, Fold, LakeError, Test};
use serde_json::{Value, json};

use crate::columns::{CONTEXT, PATHS, context, properties};
use crate::support::*;

/// The id of each stepped event and which filters it passed.
struct Passing {
    names: Option<Vec<String>>,
    filters: Vec<EventFilter>,
}

type Passed = Vec<(u64, String, Vec<usize>)>;

impl Fold for Passing {
    type State = Passed;
    type Out = Passed;
    fn begin(&self, _: ProfileId) -> Passed {
        Vec::new()
    }
    fn step(&self, state: &mut Passed, event: &EventRef<'_>) {
        let Scalar::Text(id) = event.property("id") else { panic!("an id") };
        let passed = (0..self.filters.len()).filter(|at| event.passed(*at)).collect();
        state.push((event.profile().0, id.into_owned(), passed));
    }
    fn finish(&self, _: ProfileId, state: Passed, out: &mut Passed) {
        out.extend(state);
    }
    fn merge(&self, into: &mut Passed, from: Passed) {
        into.extend(from);
    }
    fn event_names(&self) -> Option<Vec<String>> {
        self.names.clone()
    }
    fn filters(&self) -> Vec<EventFilter> {
        self.filters.clone()
    }
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        (-3i8..4).prop_map(|n| Literal::Number(f64::from(n))),
        Just(Literal::Number(9_007_199_254_740_993.0)),
        prop::sample::select(vec!["", "a", "ab", "1", " 2.0", "true", "E", "/p", "DE"])
            .prop_map(|t| Literal::Text(t.to_owned())),
    ]
}

fn op() -> impl Strategy<Value = CompareOp> {
    use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    prop::sample::select(vec![Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual])
}

fn test() -> impl Strategy<Value = Test> {
    let part = || prop::sample::select(vec!["a", "b", "/", "p", ""]).prop_map(str::to_owned);
    prop_oneof![
        3 => (op(), literal()).prop_map(|(op, l)| Test::Compare(op, l)),
        1 => (op(), -3000i64..3000).prop_map(|(op, at)| Test::Date(op, Timestamp(at))),
        1 => prop::collection::vec(literal(), 0..3).prop_map(Test::In),
        1 => part().prop_map(Test::Contains),
        1 => part().prop_map(Test::StartsWith),
        1 => part().prop_map(Test::EndsWith),
        1 => prop::sample::select(vec!["^a+$", "[bc]", "x{3}"]).prop_map(|r| Test::Matches(regex::Regex::new(r).unwrap())),
        1 => Just(Test::Has),
        1 => (op(), 0..4u8).prop_map(|(op, n)| Test::Size(op, f64::from(n))),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let field = prop_oneof![
        6 => prop::sample::select(PATHS.to_vec()).prop_map(|p| Field::Property(p.to_owned())),
        3 => prop::sample::select(CONTEXT.to_vec()).prop_map(|p| Field::Context(p.to_owned())),
        1 => Just(Field::Event),
        1 => Just(Field::Source),
    ];
    let leaf = (field, test()).prop_map(|(field, test)| Filter::Test(field, test));
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Any),
            inner.prop_map(|f| Filter::Not(Box::new(f))),
        ]
    })
}

fn passes(filter: &Filter, event: &Event) -> bool {
    filter.matches(&|field| match field {
        Field::Property(path) => event.property(path),
        Field::Context(path) => event.context(path),
        Field::Event => Scalar::Text((&*event.name).into()),
        Field::Source => Scalar::Number(f64::from(event.source.0)),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn columns_pass_what_the_json_passes(
        rows in prop::collection::vec((properties(), context(), 0..4u64, 0..3usize, 0..2u32), 1..80),
        filters in prop::collection::vec((prop::option::of(0..2usize), filter()), 1..4),
        named in any::<bool>(),
        cut in 0..80usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let lake = open(dir.path());
        let names = named.then(|| vec!["F".to_owned(), "E".to_owned()]);
        let filters: Vec<EventFilter> = filters.into_iter().map(|(event, filter)| EventFilter { event, filter }).collect();
        // Profile 3 is absorbed by one of another partition.
        let (absorbed, into) = (profile(0, 3), profile(1, 1));
        lake.merged(WS, absorbed, into);
        let (mut expected, mut events) = (Vec::new(), Vec::new());
        for (at, (mut map, context, local, name, source)) in rows.into_iter().enumerate() {
            let id = format!("i{at:02}");
            map.insert("id".into(), Value::from(id.as_str()));
            let mut row = event(profile(0, local), ["E", "F", "G"][name], at as i64, &id);
            row.event.properties = Json::from_text(&Value::Object(map).to_string());
            row.event.context = Json::from_text(&context.to_string());
            row.event.source = SourceId(source);
            let place = names.as_ref().map(|n| n.iter().position(|n| **n == *row.event.name));
            let mine = |f: &EventFilter| match (f.event, place) {
                (_, Some(None)) => false,
                (None, _) => true,
                (Some(event), Some(Some(place))) => event == place,
                (Some(_), None) => false,
            };
            let passed: Vec<usize> = (filters.iter().enumerate())
                .filter(|(_, f)| mine(f) && passes(&f.filter, &row.event))
                .map(|(at, _)| at)
                .collect();
            let free = place != Some(None) && !filters.iter().any(mine);
            if free || !passed.is_empty() {
                let owner = if row.profile == absorbed { into } else { row.profile };
                expected.push((owner.0, id, passed));
            }
            events.push(row);
        }
        expected.sort();
        let fold = Passing { names, filters };
        let sorted = |lake: &rapport_lake::Lake| {
            let mut all = lake.snapshot(WS).run(&fold, &CancelFlag::new()).unwrap();
            all.sort();
            all
        };
        let (first, second) = events.split_at(cut.min(events.len()));
        lake.append(Partition(0), 1, first.to_vec());
        lake.flush().unwrap();
        lake.append(Partition(0), 2, second.to_vec());
        prop_assert_eq!(&sorted(&lake), &expected, "a file and memory");
        lake.flush().unwrap();
        lake.compact_fully().unwrap();
        prop_assert_eq!(&sorted(&lake), &expected, "one file");
    }
}

#[test]
fn many_blocks_and_row_groups_pass_the_same_rows() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    // More than one row group, with a property that only the second half of the profiles has.
    let total = 140_000u64;
    let rows = (0..total).map(|n| {
        let mut row = event(profile(0, n / 10), ["E", "F"][(n % 2) as usize], n as i64, "x");
        let plan = ["pro", "free", "trial"][(n % 3) as usize];
        let late =
            if n >= 135_000 { json!({"plan": plan, "n": n, "id": "x"}) } else { json!({"plan": plan, "id": "x"}) };
        row.event.properties = Json::from_text(&late.to_string());
        row
    });
    lake.append(Partition(0), 1, rows.collect());
    lake.flush().unwrap();
    let property = |name: &str, test| Filter::Test(Field::Property(name.to_owned()), test);
    let number = |op, n| Test::Compare(op, Literal::Number(n));
    let pro = || property("plan", Test::Compare(CompareOp::Equal, Literal::Text("pro".into())));
    for (filter, expected) in [
        (pro(), total.div_ceil(3)),
        (Filter::Not(Box::new(pro())), total - total.div_ceil(3)),
        (property("n", number(CompareOp::GreaterEqual, 139_000.0)), 1000),
        (property("n", number(CompareOp::Less, 135_000.0)), 0),
        (property("n", number(CompareOp::NotEqual, 135_000.0)), total - 1),
        (Filter::Any(vec![property("n", number(CompareOp::Greater, 1e9)), property("absent", Test::Has)]), 0),
    ] {
        let fold = Passing { names: None, filters: vec![EventFilter { event: None, filter: filter.clone() }] };
        let found = lake.snapshot(WS).run(&fold, &CancelFlag::new()).unwrap();
        assert_eq!(found.len() as u64, expected, "{filter:?}");
    }
    let always = EventFilter { event: None, filter: Filter::All(vec![]) };
    let fold = Passing { names: None, filters: vec![always; 65] };
    assert!(matches!(
        lake.snapshot(WS).run(&fold, &CancelFlag::new()),
        Err(LakeError::Filters { found: 65, most: 64 })
    ));
}
