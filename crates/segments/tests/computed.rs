//! Computed traits and segments decide together: in order of what they read, and never in circles.

use proptest::prelude::*;
use rapport_domain::time::HOUR_MS;
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
    now: Timestamp,
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
        World { rules, binding, state: SegmentState::default(), profile, now: NOW }
    }

    fn decide(&mut self, touched: Touched) -> Decided {
        let (mut decided, now) = (Decided::default(), self.now);
        let (state, profile) = (&mut self.state, &mut self.profile);
        self.rules.evaluate(&self.binding, state, touched, profile, chrono_tz::UTC, now, &mut decided);
        decided
    }

    fn event(&mut self, name: &str, properties: Value) -> Decided {
        let Value::Object(properties) = properties else { panic!("properties are an object") };
        let event = Event::derived(WorkspaceId(1), name, "m".into(), self.now, properties);
        let mut touched = Touched::default();
        self.rules.observe(&self.binding, &mut self.state, &event, &mut touched);
        self.decide(touched)
    }

    /// Decides what time alone changes until then.
    fn pass(&mut self, to: Timestamp) -> Decided {
        self.now = to;
        let mut touched = Touched::default();
        self.rules.touch_due(&self.binding, &self.state, to, &mut touched);
        self.decide(touched)
    }

    fn value(&self, name: &str) -> Value {
        self.profile.traits.get(name).map_or(Value::Null, |t| t.value.clone())
    }
}

fn edges(decided: &Decided) -> Vec<(&str, bool)> {
    decided.edges.iter().map(|e| (e.segment.as_str(), e.entered)).collect()
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
    assert_eq!(edges(&decided), [("buyers", true), ("big", true)]);
    let decided = world.event("Order", json!({"total": 0}));
    assert_eq!(world.value("basket"), json!(15));
    assert_eq!(edges(&decided), [("big", false)]);
    assert_eq!(world.event("Other", json!({})), Decided::default());
}

#[test]
fn nobody_enters_what_the_same_event_takes_them_out_of() {
    let mut world = World::new(vec![
        segment("at_risk", "events('Order').exists() && !in_segment('vip')"),
        segment("vip", "events('Order').sum('total') > 100"),
    ]);
    assert_eq!(edges(&world.event("Order", json!({"total": 500}))), [("vip", true)]);
    let mut world = World::new(vec![
        segment("at_risk", "events('Order').within('30d').exists() && traits.ltv < 1000"),
        computed("ltv", "events('Order').sum('total')"),
    ]);
    assert_eq!(edges(&world.event("Order", json!({"total": 900}))), [("at_risk", true)]);
    world.pass(NOW.plus_ms(31 * 24 * HOUR_MS));
    let decided = world.event("Order", json!({"total": 500}));
    assert_eq!((edges(&decided), decided.traits.as_slice()), (Vec::new(), &["ltv".to_owned()][..]));
}

/// A rule over events and at most two of the rules before it.
fn rule_over((kind, bound, one, other): (u8, u8, usize, usize), before: usize) -> (bool, String) {
    let counted = match kind % 3 {
        0 => format!("events('A').count() > {bound}"),
        1 => format!("events('B').within('{}h').exists()", bound + 1),
        _ => format!("events('A').within('5h').count() <= {bound}"),
    };
    let asked = |of: usize| match (before > 0).then(|| of % before) {
        Some(i) => format!("(in_segment('r{i}') || traits.r{i} == true)"),
        None => "false".to_owned(),
    };
    let (one, other) = (asked(one), asked(other));
    let rule = match kind / 3 % 4 {
        0 => format!("{counted} && !{one}"),
        1 => format!("({one} && !{other}) || (!{one} && {other})"),
        2 => format!("({counted} || {one}) && !{other}"),
        _ => counted,
    };
    (kind / 12 % 2 == 0, rule)
}

proptest! {
    /// Whatever reads whatever, in whatever order it is written down: an event or an instant moves a segment once, and deciding
    /// everything anew changes nothing.
    #[test]
    fn each_rule_is_decided_once_and_after_what_it_reads(
        rules in prop::collection::vec((0..24_u8, 0..4_u8, 0..9_usize, 0..9_usize), 1..10),
        order in prop::collection::vec(any::<u32>(), 10),
        steps in prop::collection::vec((0..3_u8, 1..4_i64), 1..24),
    ) {
        let mut defs: Vec<(u32, RuleDef)> = Vec::new();
        for (i, parts) in rules.into_iter().enumerate() {
            let (is_segment, rule) = rule_over(parts, i);
            let id = format!("r{i}");
            defs.push((order[i], if is_segment { segment(&id, &rule) } else { computed(&id, &rule) }));
        }
        defs.sort_by_key(|d| d.0);
        let mut world = World::new(defs.into_iter().map(|d| d.1).collect());
        let mut all = Touched::default();
        world.rules.touch_all(&mut all);
        world.decide(all.clone());
        for (what, hours) in steps {
            let decided = match what {
                0 => world.event("A", json!({})),
                1 => world.event("B", json!({})),
                _ => world.pass(world.now.plus_ms(hours * HOUR_MS)),
            };
            let mut moved: Vec<&str> = decided.edges.iter().map(|e| e.segment.as_str()).collect();
            moved.extend(decided.traits.iter().map(String::as_str));
            moved.sort_unstable();
            prop_assert!(moved.windows(2).all(|w| w[0] != w[1]), "{:?}", decided);
            prop_assert_eq!(world.decide(all.clone()), Decided::default());
        }
    }
}

#[test]
fn a_window_takes_the_value_away_again() {
    let mut world = World::new(vec![computed("recent", "events('Order').within('1d').last('sku')")]);
    assert_eq!(world.event("Order", json!({"sku": "a"})).traits, ["recent"]);
    assert_eq!(world.value("recent"), json!("a"));
    let due = world.state.next_due().unwrap();
    assert_eq!(due, NOW.plus_ms(86_400_000));
    assert_eq!(world.pass(due).traits, ["recent"]);
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
