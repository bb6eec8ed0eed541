//! Random profiles whose facts change within the stream: traits, consents, memberships, scores, accounts, time zones.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use rapport_domain::time::{HOUR_MS, MINUTE_MS};
use rapport_domain::{ConsentState, ProfileId, Timestamp};
use rapport_rules::{Facts, Plan};
use serde_json::{Map, Value, json};

use crate::rules::START;

/// A profile's facts at one instant.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    id: u64,
    traits: Map<String, Value>,
    pub(crate) account: Option<(Map<String, Value>, u64)>,
    /// Segments with since when the person has been in them.
    segments: BTreeMap<&'static str, Timestamp>,
    consents: BTreeMap<Option<&'static str>, ConsentState>,
    churn: Option<f64>,
    pub(crate) zone: chrono_tz::Tz,
}

impl Facts for Person {
    fn profile(&self) -> ProfileId {
        ProfileId(self.id)
    }
    fn trait_value(&self, path: &str) -> Option<&Value> {
        rapport_domain::json::lookup(&self.traits, path)
    }
    fn account_value(&self, path: &str) -> Option<&Value> {
        rapport_domain::json::lookup(&self.account.as_ref()?.0, path)
    }
    fn account_members(&self) -> Option<u64> {
        self.account.as_ref().map(|a| a.1)
    }
    fn accounts(&self) -> u64 {
        self.account.as_ref().map_or(0, |a| 1 + a.1 % 3)
    }
    fn in_segment(&self, id: &str) -> bool {
        self.segments.contains_key(id)
    }
    fn segment_since(&self, id: &str) -> Option<Timestamp> {
        self.segments.get(id).copied()
    }
    fn consent(&self, _: &str, topic: Option<&str>) -> ConsentState {
        self.consents.get(&topic).copied().unwrap_or(ConsentState::Unknown)
    }
    fn score(&self, _: &str) -> Option<f64> {
        self.churn
    }
    fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }
}

/// One fact as it is from an instant on.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// A trait; `None` takes it away.
    Trait(&'static str, Option<Value>),
    Consent(Option<&'static str>, ConsentState),
    Member(&'static str, bool),
    Churn(Option<f64>),
    Account(Option<(Map<String, Value>, u64)>),
    Zone(chrono_tz::Tz),
}

/// A fact that changes at an instant.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) at: i64,
    pub(crate) fact: Fact,
}

impl Fact {
    /// Whether a live rule is decided again because of it: what the rule set of the segments tells the owner of a profile.
    pub(crate) fn concerns(&self, plan: &Plan) -> bool {
        match self {
            Fact::Trait(name, _) => plan.trait_names().iter().any(|path| path.split('.').next() == Some(name)),
            Fact::Consent(..) => plan.uses_consent(),
            Fact::Member(segment, _) => plan.segment_names().iter().any(|s| s == segment),
            Fact::Churn(_) => plan.uses_scores(),
            Fact::Account(_) => plan.uses_accounts(),
            Fact::Zone(_) => plan.uses_zone(),
        }
    }
}

impl Person {
    pub(crate) fn apply(&mut self, change: &Change) {
        match change.fact.clone() {
            Fact::Trait(name, Some(value)) => drop(self.traits.insert(name.to_owned(), value)),
            Fact::Trait(name, None) => drop(self.traits.remove(name)),
            Fact::Consent(topic, state) => drop(self.consents.insert(topic, state)),
            // Who is in it already stays in it since then.
            Fact::Member(segment, true) => drop(self.segments.entry(segment).or_insert(Timestamp(change.at))),
            Fact::Member(segment, false) => drop(self.segments.remove(segment)),
            Fact::Churn(score) => self.churn = score,
            Fact::Account(account) => self.account = account,
            Fact::Zone(zone) => self.zone = zone,
        }
    }

    /// The same person with what changed by then.
    pub(crate) fn as_of(&self, changes: &[Change], now: i64) -> Person {
        let mut then = self.clone();
        changes.iter().filter(|c| c.at <= now).for_each(|c| then.apply(c));
        then
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-2i32..10).prop_map(|n| json!(f64::from(n) / 2.0)),
        2 => (0i32..4).prop_map(|n| json!(n)),
        2 => select(vec![json!("x"), json!("y"), json!(" 3 "), json!("True"), json!("X"), json!("xy3")]),
        1 => select(vec![json!(null), json!(true), json!(["x", 3]), json!({"b": 1}), json!(0.1), json!(1e-7)]),
        1 => select(vec![json!("2.3.0-rc.1"), json!("v10"), json!(2.3), json!({"lat": 52.1, "lon": 13.0}), json!({"lat": 50, "lon": 3.5})]),
    ]
}

/// Traits of somebody, or properties of something.
pub(crate) fn object() -> impl Strategy<Value = Map<String, Value>> {
    let any = (select(vec!["n", "n", "t", "l", "a", "x y", "1st", "v", "p"]), json_value());
    // Values that come again, and versions that are near each other.
    let again = (select(vec!["n", "t", "t"]), select(vec![json!("x"), json!("y"), json!("X"), json!(1)]));
    let version = (Just("v"), select(vec![json!("2.3.0-rc.1"), json!("2.3.0"), json!(2.3), json!("v10")]));
    let member = prop_oneof![4 => any, 3 => again, 1 => version];
    prop::collection::vec(member, 0..4).prop_map(|v| v.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

fn date() -> impl Strategy<Value = Value> {
    let at = |h: i64| START + h * HOUR_MS;
    prop_oneof![
        1 => Just(Value::Null),
        1 => (0i64..90).prop_map(move |h| Timestamp(at(h)).to_rfc3339().into()),
        // Where many events are, so that what begins there ends where others are.
        2 => (0i64..6).prop_map(move |n| Timestamp(at(n * 15)).to_rfc3339().into()),
        1 => (0i64..90).prop_map(move |h| (at(h) / 1_000).into()),
    ]
}

fn consent() -> impl Strategy<Value = ConsentState> {
    select(vec![ConsentState::Granted, ConsentState::Denied, ConsentState::Unknown])
}

fn churn() -> impl Strategy<Value = Option<f64>> {
    prop::option::of((0i32..5).prop_map(|n| f64::from(n) / 4.0))
}

/// The clocks of three of them change within the streams.
fn zone() -> impl Strategy<Value = chrono_tz::Tz> {
    select(vec![
        chrono_tz::Asia::Tokyo,
        chrono_tz::Europe::Berlin,
        chrono_tz::America::New_York,
        chrono_tz::Australia::Sydney,
        chrono_tz::Asia::Kathmandu,
    ])
}

fn account() -> impl Strategy<Value = Option<(Map<String, Value>, u64)>> {
    prop::option::of((object(), 0u64..6))
}

/// Somebody as they are when the stream begins.
pub(crate) fn person() -> impl Strategy<Value = Person> {
    (any::<u64>(), object(), account(), date(), any::<bool>(), consent(), churn(), zone()).prop_map(
        |(id, mut traits, account, date, vip, consent, churn, zone)| {
            traits.insert("d".to_owned(), date);
            let since = Timestamp(START + 20 * HOUR_MS);
            let segments = vip.then_some(("vip", since)).into_iter().collect();
            let consents = BTreeMap::from([(None, consent)]);
            Person { id, traits, account, segments, consents, churn, zone }
        },
    )
}

fn fact() -> impl Strategy<Value = Fact> {
    let name = select(vec!["n", "n", "t", "t", "l", "a", "x y", "1st", "v", "p"]);
    let topic = select(vec![None, Some("news")]);
    prop_oneof![
        4 => (name, prop::option::weighted(0.8, json_value())).prop_map(|(name, value)| Fact::Trait(name, value)),
        2 => date().prop_map(|date| Fact::Trait("d", Some(date))),
        3 => (topic, consent()).prop_map(|(topic, state)| Fact::Consent(topic, state)),
        3 => (select(vec!["vip", "lost"]), any::<bool>()).prop_map(|(id, is_in)| Fact::Member(id, is_in)),
        2 => churn().prop_map(Fact::Churn),
        2 => account().prop_map(Fact::Account),
        1 => zone().prop_map(Fact::Zone),
    ]
}

/// What changes, in order of time: many things, of which [`heard`] keeps those that matter.
pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    // Often at the instants where events are.
    let hour = prop_oneof![1 => 0i64..140, 2 => (0i64..8).prop_map(|n| n * 15)];
    let at = (hour, select(vec![0, 0, 1, MINUTE_MS])).prop_map(|(h, ms)| START + h * HOUR_MS + ms);
    let one = (at, fact()).prop_map(|(at, fact)| Change { at, fact });
    let some = prop::collection::vec(one, 1..48).prop_map(|mut all| {
        all.sort_by_key(|c| c.at);
        all
    });
    prop_oneof![1 => Just(Vec::new()), 4 => some]
}

/// A few of the changes that the rule hears of, and one that it does not.
pub(crate) fn heard(changes: Vec<Change>, plan: &Plan) -> Vec<Change> {
    let (mut concerning, mut others) = (0, 0);
    let mut keep = |change: &Change| {
        let (count, most) = if change.fact.concerns(plan) { (&mut concerning, 5) } else { (&mut others, 1) };
        *count += 1;
        *count <= most
    };
    changes.into_iter().filter(|c| keep(c)).collect()
}
