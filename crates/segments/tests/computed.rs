//! Computed traits and segments decide together: in order of what they read, and never in circles.

use rapport_domain::{Event, Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_rules::{parse, parse_formula};
use rapport_segments::{Binding, Decided, RuleDef, RuleSet, SegmentState, Touched};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_768_003_200_000);

fn computed(id: &str, value: &str) -> RuleDef {
    RuleDef::computed(id, parse_formula(value).unwrap_or_else(|p| panic!("{value}: {p:?}")))
}

fn segment(id: &str, rule: &str) -> RuleDef {
    RuleDef::segment(id, parse(rule).unwrap_or_else(|p| panic!("{rule}: {p:?}")))
}

struct World {
    rules: RuleSet,
    binding: Binding,
    state: SegmentState,
    profile: Profile,
}

impl World {
    fn new(defs: Vec<RuleDef>) -> World {
        let (rules, problems) = RuleSet::compile(defs);
        assert!(problems.is_empty(), "{problems:?}");
        let binding = Binding {
            aggregates: (0..rules.aggregates().len() as u64).map(|i| (i, true)).collect(),
            rules: (0..rules.rules().count() as u64).map(|i| (i, true)).collect(),
        };
        let profile = Profile::new(WorkspaceId(1), ProfileId(7), true, NOW);
        World { rules, binding, state: SegmentState::default(), profile }
    }

    fn decide(&mut self, touched: Touched, now: Timestamp) -> Decided {
        let mut decided = Decided::default();
        let (state, profile) = (&mut self.state, &mut self.profile);
        self.rules.evaluate(&self.binding, state, touched, profile, chrono_tz::UTC, now, &mut decided);
        decided
    }

    fn event(&mut self, name: &str, properties: Value) -> Decided {
        let Value::Object(properties) = properties else { panic!("properties are an object") };
        let event = Event::derived(WorkspaceId(1), name, "m".into(), NOW, properties);
        let mut touched = Touched::default();
        self.rules.observe(&self.binding, &mut self.state, &event, &mut touched);
        self.decide(touched, NOW)
    }

    fn value(&self, name: &str) -> Value {
        self.profile.traits.get(name).map_or(Value::Null, |t| t.value.clone())
    }
}

#[test]
fn one_event_changes_a_chain_of_traits_and_the_segment_behind_it() {
    // Named against the order of what they read.
    let mut world = World::new(vec![
        segment("big", "traits.basket >= 20 && in_segment('buyers')"),
        computed("basket", "traits.revenue / traits.orders"),
        computed("revenue", "events('Order').sum('total')"),
        computed("orders", "events('Order').count()"),
        segment("buyers", "traits.orders > 0"),
    ]);
    let decided = world.event("Order", json!({"total": 30}));
    assert_eq!(
        (world.value("revenue"), world.value("orders"), world.value("basket")),
        (json!(30), json!(1), json!(30))
    );
    let mut edges: Vec<(&str, bool)> = decided.edges.iter().map(|e| (e.segment.as_str(), e.entered)).collect();
    edges.sort_unstable();
    assert_eq!(edges, [("big", true), ("buyers", true)]);
    let decided = world.event("Order", json!({"total": 0}));
    assert_eq!(world.value("basket"), json!(15));
    assert_eq!(decided.edges.iter().map(|e| (e.segment.as_str(), e.entered)).collect::<Vec<_>>(), [("big", false)]);
    assert_eq!(world.event("Other", json!({})), Decided::default());
}

#[test]
fn a_window_takes_the_value_away_again() {
    let mut world = World::new(vec![computed("recent", "events('Order').within('1d').last('sku')")]);
    assert_eq!(world.event("Order", json!({"sku": "a"})).traits, ["recent"]);
    assert_eq!(world.value("recent"), json!("a"));
    let due = world.state.next_due().unwrap();
    assert_eq!(due, NOW.plus_ms(86_400_000));
    let mut touched = Touched::default();
    world.rules.touch_due(&world.binding, &world.state, due, &mut touched);
    assert_eq!(world.decide(touched, due).traits, ["recent"]);
    assert_eq!((world.value("recent"), world.state.next_due()), (Value::Null, None));
}

#[test]
fn values_of_every_type() {
    let mut world = World::new(vec![
        computed("yes", "events('Order').exists() && traits.none == null"),
        computed("at", "events('Order').last()"),
        computed("list", "events('Order').values('sku')"),
        computed("often", "events('Order').most_frequent('sku')"),
        computed("place", "distance(traits.home, 0, 0)"),
    ]);
    for sku in ["a", "b", "b"] {
        world.event("Order", json!({"sku": sku}));
    }
    let all = ["yes", "at", "list", "often", "place"].map(|name| world.value(name));
    assert_eq!(all, [json!(true), json!("2026-01-10T00:00:00.000Z"), json!(["b", "a"]), json!("b"), Value::Null]);
}

#[test]
fn circles_are_refused_by_name() {
    let (rules, problems) = RuleSet::compile(vec![
        computed("a", "traits.b + 1"),
        computed("b", "traits.a.x + 1"),
        computed("c", "traits.c"),
        segment("s", "traits.d == true"),
        computed("d", "in_segment('s')"),
        segment("fine", "traits.a > 1 && in_segment('s')"),
    ]);
    let mut named: Vec<&str> = problems.iter().map(|p| p.at.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["computed trait a", "computed trait b", "computed trait c", "computed trait d", "segment s"]);
    assert_eq!(rules.rules().map(|r| r.0).collect::<Vec<_>>(), ["segment:fine"]);
    let of = |at: &str| problems.iter().find(|p| p.at == at).map(|p| p.message.clone()).unwrap_or_default();
    assert!(
        of("computed trait a").contains(": computed trait a → computed trait b → computed trait a;"),
        "{problems:?}"
    );
    assert!(of("computed trait c").contains(": computed trait c → computed trait c;"), "{problems:?}");
    assert!(of("segment s").contains(": segment s → computed trait d → segment s;"), "{problems:?}");
}
