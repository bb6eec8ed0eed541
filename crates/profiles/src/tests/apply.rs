//! What an event changes.

use proptest::prelude::*;
use rapport_domain::ConsentStatus;
use rapport_domain::event::Event;
use rapport_domain::ids::SourceId;
use rapport_domain::profile::{Consent, Profile};
use rapport_domain::time::Timestamp;
use serde_json::{Value, json};

use super::{anonymous, event, id, known};
use crate::core::identifiers::{REFUSAL_MS, refuse};
use crate::core::traits;
use crate::{Applied, apply, apply_confirming};

fn shown(profile: &Profile) -> Value {
    Value::Object(traits::plain(&profile.traits))
}

fn changes(applied: &Applied) -> String {
    let side = |v: &Option<Value>| v.as_ref().map_or("-".to_owned(), Value::to_string);
    let all: Vec<_> =
        applied.trait_changes.iter().map(|c| format!("{} {}>{}", c.name, side(&c.from), side(&c.to))).collect();
    all.join(", ")
}

#[test]
fn traits_by_time_of_statement() {
    let mut p = known(1);
    let mut say = |ts, item: Value| {
        let applied = apply(&mut p, &event(ts, item));
        (changes(&applied), shown(&p))
    };
    let identify = |t: Value| json!({"type": "identify", "userId": "u", "traits": t});
    assert_eq!(
        say(10, identify(json!({"plan": "pro", "n": 1}))),
        ("n ->1, plan ->\"pro\"".into(), json!({"plan": "pro", "n": 1}))
    );
    assert_eq!(say(5, identify(json!({"plan": "free"}))).0, "", "late");
    assert_eq!(say(10, identify(json!({"n": 2}))).0, "n 1>2", "the later arrival of one instant");
    assert_eq!(say(20, identify(json!({"plan": null}))), ("plan \"pro\">-".into(), json!({"n": 2})));
    assert_eq!(say(15, identify(json!({"plan": "free"}))).0, "", "older than the removal");
    assert_eq!(say(21, identify(json!({"plan": "free", "n": 2}))).0, "plan ->\"free\"");
    // Copies in the context fill gaps only, and among themselves the later counts.
    let copied = |t: Value| json!({"userId": "u", "event": "A", "context": {"traits": t}});
    assert_eq!(say(90, copied(json!({"plan": "stale", "city": "Rome"}))).0, "city ->\"Rome\"");
    assert_eq!(say(80, copied(json!({"city": "Bari"}))).0, "");
    assert_eq!(say(91, copied(json!({"city": "Oslo"}))).0, "city \"Rome\">\"Oslo\"");
    assert_eq!(say(1, identify(json!({"city": "Bonn"}))).0, "city \"Oslo\">\"Bonn\"");
    // Libraries that put an identify's traits into the context.
    let inside = json!({"type": "identify", "userId": "u", "context": {"traits": {"plan": "max"}}});
    assert_eq!(say(30, inside).0, "plan \"free\">\"max\"");
}

#[test]
fn trait_limits() {
    let mut p = known(1);
    let many: serde_json::Map<_, _> = (0..505).map(|n| (format!("t{n:03}"), Value::from(n))).collect();
    let applied = apply(&mut p, &event(1, json!({"type": "identify", "userId": "u", "traits": many})));
    assert_eq!((p.traits.len(), applied.refused_traits.len()), (500, 5));
    assert_eq!(applied.refused_traits[0], ("t500".to_owned(), "trait_limit"));
    // A removed trait makes room.
    apply(&mut p, &event(2, json!({"type": "identify", "userId": "u", "traits": {"t000": null}})));
    let applied = apply(&mut p, &event(3, json!({"type": "identify", "userId": "u", "traits": {"new": 1}})));
    assert!(applied.refused_traits.is_empty() && p.traits.len() == 500 && !p.traits.contains_key("t000"));
    let bad = json!({"": 1, "x".repeat(129): 1, "t001": "y".repeat(8191), "t002": "y".repeat(8190)});
    let applied = apply(&mut p, &event(4, json!({"type": "identify", "userId": "u", "traits": bad})));
    let mut reasons: Vec<_> = applied.refused_traits.iter().map(|r| r.1).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["trait_name", "trait_name", "trait_size"]);
    assert_eq!(applied.trait_changes.len(), 1);
}

#[test]
fn identifier_limits() {
    for (namespace, most, drops) in [
        ("email", 5, false),
        ("phone", 5, false),
        ("crm", 10, false),
        ("anonymous_id", 50, true),
        ("device_token", 20, true),
    ] {
        let mut p = known(1);
        p.identifiers.push(id("user_id", "u"));
        let one = |n: usize| {
            let value = if namespace == "email" { format!("a{n}@b.c") } else { format!("30123{n:04}") };
            json!({"userId": "u", "context": {"externalIds": [{"type": namespace, "id": value}]}})
        };
        for n in 0..most {
            assert_eq!(apply(&mut p, &event(1, one(n))).new_identifiers.len(), 1, "{namespace} {n}");
        }
        let over = apply(&mut p, &event(2, one(most)));
        assert_eq!(p.identifiers.len(), most + 1, "{namespace}");
        assert_eq!(over.new_identifiers.len(), usize::from(drops), "{namespace}");
        assert_eq!(over.dropped_identifiers.len(), usize::from(drops), "{namespace}");
        assert_eq!(over.refused.iter().map(|r| r.1).collect::<Vec<_>>(), if drops { vec![] } else { vec!["limit"] });
        // It is not said again with every event.
        assert!(apply(&mut p, &event(3, one(most))).refused.is_empty(), "{namespace}");
    }
}

#[test]
fn user_ids_belong_to_known_profiles_and_are_one() {
    let mut p = anonymous(1);
    let applied = apply(&mut p, &event(1, json!({"userId": "u"})));
    assert_eq!(applied.refused, [(id("user_id", "u"), "anonymous_profile")]);
    assert!(apply(&mut p, &event(2, json!({"userId": "u"}))).refused.is_empty(), "said once");
    let mut p = known(1);
    assert_eq!(apply(&mut p, &event(1, json!({"userId": "u"}))).new_identifiers, [id("user_id", "u")]);
    assert_eq!(apply(&mut p, &event(1, json!({"userId": "v"}))).refused, [(id("user_id", "v"), "other_user_id")]);
}

#[test]
fn a_refused_identifier_is_asked_for_again_after_a_week() {
    let mut p = known(1);
    let shared = |ts| event(ts, json!({"userId": "u", "anonymousId": "family-tablet"}));
    assert_eq!(apply(&mut p, &shared(1)).new_identifiers.len(), 2);
    assert!(refuse(&mut p, &id("anonymous_id", "family-tablet"), Timestamp(2)));
    assert!(!refuse(&mut p, &id("anonymous_id", "family-tablet"), Timestamp(2)), "once");
    assert_eq!(p.identifiers, [id("user_id", "u")]);
    assert!(apply(&mut p, &shared(3)).new_identifiers.is_empty());
    assert!(apply(&mut p, &shared(1 + REFUSAL_MS)).new_identifiers.is_empty());
    assert_eq!(apply(&mut p, &shared(2 + REFUSAL_MS)).new_identifiers.len(), 1);
    for n in 0..60 {
        refuse(&mut p, &id("crm", &format!("{n}")), Timestamp(1000 + n));
    }
    assert_eq!((p.refused.len(), &p.refused[49].identifier.value[..]), (50, "59"));
}

#[test]
fn consents_of_events_and_contexts() {
    let mut p = known(1);
    let mut say = |ts, item: Value| {
        let list = apply(&mut p, &event(ts, item)).consent_changes;
        list.iter()
            .map(|c| {
                format!(
                    "{}{}{}",
                    c.channel,
                    c.topic.as_ref().map_or(String::new(), |t| format!("/{t}")),
                    match c.status {
                        ConsentStatus::Granted => "+",
                        ConsentStatus::Denied => "-",
                        ConsentStatus::Pending => "?",
                    }
                )
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    let changed = |granted: bool| json!({"event": "Consent Changed", "properties": {"channel": "Email", "granted": granted, "source": "form"}});
    assert_eq!(say(10, changed(true)), "email+");
    assert_eq!(say(11, changed(true)), "", "nothing new");
    assert_eq!(say(5, changed(false)), "", "late");
    assert_eq!(say(11, changed(false)), "email-", "of one instant the refusal");
    assert_eq!(say(11, changed(true)), "");
    assert_eq!(say(12, json!({"event": "Consent Changed", "properties": {"channel": "email", "granted": "yes"}})), "");
    assert_eq!(say(12, json!({"event": "Unsubscribed", "properties": {"topic": "news"}})), "email/news-");
    assert_eq!(say(13, json!({"event": "Unsubscribed", "properties": {"channel": "sms"}})), "sms-");
    let context = json!({"consent": {"channels": {"push": true, "odd": 1}, "topics": {"email": {"news": true}},
        "categoryPreferences": {"Advertising": false}}});
    assert_eq!(say(14, json!({"event": "A", "context": context})), "push+ email/news+ tracking/Advertising-");
    assert_eq!(say(15, json!({"type": "identify", "traits": {"email_opt_in": true}})), "", "traits are not consent");
    assert_eq!(p.consents.iter().find(|c| c.channel == "email" && c.topic.is_none()).map(|c| &*c.source), Some("form"));
}

#[test]
fn what_has_to_be_confirmed_waits_for_rapports_own_word() {
    let mut p = known(1);
    let must_confirm = |channel: &str, topic: Option<&str>| channel == "email" && topic == Some("news");
    let mut say = |ts, source: u32, properties: Value| {
        let mut event = event(ts, json!({"event": "Consent Changed", "properties": properties}));
        event.source = SourceId(source);
        let applied = apply_confirming(&mut p, &event, &must_confirm);
        let status = |list: &[Consent]| list.iter().map(|c| c.status).collect::<Vec<_>>();
        (status(&applied.consent_changes), status(&applied.asked_again))
    };
    use ConsentStatus::{Denied, Granted, Pending};
    let news = |granted: bool| json!({"channel": "email", "topic": "news", "granted": granted});
    let mut confirmed = news(true);
    confirmed["confirmed"] = json!(true);
    assert_eq!(say(1, 3, json!({"channel": "email", "topic": "offers", "granted": true})), (vec![Granted], vec![]));
    assert_eq!(say(2, 3, news(true)), (vec![Pending], vec![]));
    assert_eq!(say(2, 3, news(true)), (vec![], vec![]), "the same event again");
    assert_eq!(say(3, 3, news(true)), (vec![], vec![Pending]), "asked again");
    assert_eq!(say(4, 3, confirmed.clone()), (vec![], vec![Pending]), "a write key confirms nothing");
    assert_eq!(say(5, 0, confirmed.clone()), (vec![Granted], vec![]));
    assert_eq!(say(6, 3, news(true)), (vec![], vec![]), "what is confirmed stays so");
    assert_eq!(say(7, 3, news(false)), (vec![Denied], vec![]));
    assert_eq!(say(8, 3, news(true)), (vec![Pending], vec![]), "leaving and coming back is to be confirmed again");
    assert_eq!(say(8, 3, news(false)), (vec![Denied], vec![]), "of one instant the refusal");
    // What the context of each event repeats asks for nothing again.
    let context = json!({"consent": {"topics": {"email": {"news": true}}}});
    for (ts, expected) in [(9, vec![Pending]), (10, vec![]), (11, vec![])] {
        let event = event(ts, json!({"event": "Page", "context": context}));
        let applied = apply_confirming(&mut p, &event, &must_confirm);
        assert_eq!(applied.consent_changes.iter().map(|c| c.status).collect::<Vec<_>>(), expected);
        assert_eq!(applied.asked_again, []);
    }
}

#[test]
fn a_full_list_of_consents_still_takes_refusals() {
    let mut p = known(1);
    let topic = |n: i64, granted: bool| json!({"event": "Consent Changed", "properties": {"channel": "email", "topic": format!("t{n}"), "granted": granted}});
    for n in 0..200 {
        apply(&mut p, &event(n, topic(n, true)));
    }
    assert!(apply(&mut p, &event(300, topic(300, true))).consent_changes.is_empty());
    assert_eq!(apply(&mut p, &event(301, topic(301, false))).consent_changes.len(), 1);
    assert_eq!(p.consents.len(), 200);
    assert!(!p.consents.iter().any(|c| c.topic.as_deref() == Some("t0")), "the oldest grant made room");
}

#[test]
fn groups_and_counts() {
    let mut p = known(1);
    let join = |g: &str| json!({"type": "group", "userId": "u", "groupId": g, "traits": {"name": "Acme"}});
    assert_eq!(apply(&mut p, &event(50, join("g1"))).joined_group.as_deref(), Some("g1"));
    assert_eq!(apply(&mut p, &event(40, join("g1"))).joined_group, None);
    assert_eq!(apply(&mut p, &event(60, join("null"))).joined_group, None);
    assert_eq!(p.traits.keys().collect::<Vec<_>>(), ["$account"], "an account's traits are not the customer's");
    // Of several accounts the one of the latest call counts.
    let late = apply(&mut p, &event(20, join("g2")));
    assert_eq!((late.joined_group.as_deref(), late.account_moved, p.account_id()), (Some("g2"), false, Some("g1")));
    assert!(apply(&mut p, &event(60, join("g2"))).account_moved);
    assert_eq!(p.account_id(), Some("g2"));
    let own = Event { source: SourceId(0), ..event(99, json!({"event": "Message Sent"})) };
    apply(&mut p, &own);
    assert_eq!((p.event_count, p.first_seen, p.last_seen), (5, Timestamp(0), Timestamp(60)));
    (0..120).for_each(|n| drop(apply(&mut p, &event(61, join(&format!("x{n}"))))));
    assert_eq!(p.groups.len(), 100);
}

fn any_event() -> impl Strategy<Value = Value> {
    let value = prop_oneof![Just(json!(null)), (0..3i64).prop_map(Value::from), Just(json!({"a": [1]}))];
    let traits = proptest::collection::btree_map("[abc]", value, 0..3);
    (0..4, traits, any::<bool>()).prop_map(|(kind, traits, granted)| match kind {
        0 => json!({"type": "identify", "userId": "u", "traits": traits}),
        1 => json!({"event": "A", "userId": "u", "context": {"traits": traits}}),
        2 => json!({"event": "Consent Changed", "properties": {"channel": "email", "granted": granted}}),
        _ => json!({"event": "Unsubscribed", "userId": "u"}),
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(
        events in proptest::collection::vec(any_event(), 1..10).prop_flat_map(|e| {
            let numbered: Vec<_> = e.into_iter().enumerate().collect();
            (Just(numbered.clone()), Just(numbered).prop_shuffle())
        })
    ) {
        let run = |list: &[(usize, Value)]| {
            let mut p = known(1);
            list.iter().for_each(|(n, item)| drop(apply(&mut p, &event(100 + *n as i64, item.clone()))));
            (p.traits, p.consents, p.event_count, p.last_seen)
        };
        prop_assert_eq!(run(&events.0), run(&events.1));
    }

    #[test]
    fn repeating_an_event_changes_nothing_more(item in any_event()) {
        let mut p = known(1);
        apply(&mut p, &event(1, item.clone()));
        prop_assert!(apply(&mut p, &event(1, item)).is_empty());
    }
}
