//! How a profile is shown: its label, its document, and the text it is found by.

use rapport_domain::json::Json;
use rapport_domain::profile::{Identifier, Profile, ProfileSummary, namespace};
use rapport_domain::time::Timestamp;
use serde_json::{Map, Value, json};

use crate::core::account::Account;
use crate::core::traits;

/// Most bytes of the text a profile is found by.
pub const MAX_SEARCH_BYTES: usize = 1024;
/// Longest trait value, in bytes, that is searched.
const MAX_SEARCHED_VALUE_BYTES: usize = 128;
/// Traits whose text finds a profile, in order of importance.
const SEARCHED_TRAITS: [&str; 12] = [
    "email",
    "name",
    "first_name",
    "firstName",
    "last_name",
    "lastName",
    "username",
    "company",
    "phone",
    "city",
    "country",
    "plan",
];

/// What a profile is called: its `user_id`, else e-mail address, else anonymous id, else any identifier, else its own id.
#[must_use]
pub fn label(profile: &Profile) -> String {
    let named =
        [namespace::USER_ID, namespace::EMAIL, namespace::ANONYMOUS_ID].iter().find_map(|n| profile.identifier(n));
    let any = named.or_else(|| profile.identifiers.first().map(|i| i.value.as_str()));
    any.map_or_else(|| profile.id.to_string(), str::to_owned)
}

/// What other stages need of a profile they do not hold.
#[must_use]
pub fn summary(profile: &Profile) -> ProfileSummary {
    ProfileSummary { id: profile.id, label: label(profile), traits: Json::from(traits::plain(&profile.traits)) }
}

/// The profile's document for people and programs: everything but the inner states kept for undoing merges.
#[must_use]
pub fn to_json(profile: &Profile) -> Value {
    let consents: Vec<Value> = profile
        .consents
        .iter()
        .map(|c| {
            json!({"channel": c.channel, "topic": c.topic, "granted": c.granted, "at": time(c.at), "source": c.source})
        })
        .collect();
    let merges: Vec<Value> = profile
        .merges
        .iter()
        .map(|m| json!({"from": m.from, "at": time(m.at), "by": shown(&m.by), "label": label(&m.before)}))
        .collect();
    json!({
        "id": profile.id,
        "label": label(profile),
        "known": profile.known,
        "first_seen": time(profile.first_seen),
        "last_seen": time(profile.last_seen),
        "event_count": profile.event_count,
        "identifiers": profile.identifiers.iter().map(shown).collect::<Vec<_>>(),
        "traits": traits::plain(&profile.traits),
        "consents": consents,
        "groups": profile.groups,
        "merges": merges,
    })
}

/// Each trait with when it was stated, removed ones too: `{plan: {value, at}}`. For exports.
#[must_use]
pub fn trait_history(profile: &Profile) -> Map<String, Value> {
    let shown = |t: &rapport_domain::profile::Trait| json!({"value": t.value, "at": time(traits::stated_at(t.at))});
    profile.traits.iter().map(|(name, t)| (name.clone(), shown(t))).collect()
}

/// An account's document.
#[must_use]
pub fn account_to_json(account: &Account, members: u64) -> Value {
    json!({
        "id": account.group_id,
        "traits": traits::plain(&account.traits),
        "members": members,
        "first_seen": time(account.first_seen),
        "last_seen": time(account.last_seen),
    })
}

/// The lower-cased text a profile is found by: its identifiers, its own id, and its naming traits, bounded.
#[must_use]
pub fn search_text(profile: &Profile) -> String {
    let mut out = String::with_capacity(160);
    push(&mut out, &profile.id.to_string());
    for name in SEARCHED_TRAITS {
        if let Some(Value::String(text)) = profile.traits.get(name).and_then(traits::present) {
            push(&mut out, text);
        }
    }
    profile.identifiers.iter().for_each(|i| push(&mut out, &i.value));
    out
}

/// The lower-cased text an account is found by.
#[must_use]
pub fn account_search_text(account: &Account) -> String {
    let mut out = String::new();
    push(&mut out, &account.group_id);
    for text in account.traits.values().filter_map(|t| t.value.as_str()) {
        push(&mut out, text);
    }
    out
}

/// Appends a value on a line of its own, unless it is there already or there is no room.
fn push(out: &mut String, text: &str) {
    if text.is_empty() || text.len() > MAX_SEARCHED_VALUE_BYTES || out.len() + text.len() >= MAX_SEARCH_BYTES {
        return;
    }
    let start = out.len();
    if text.is_ascii() {
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.push_str(&text.to_lowercase());
    }
    let (before, added) = out.split_at(start);
    if before.lines().any(|line| line == added) {
        out.truncate(start);
    } else {
        out.push('\n');
    }
}

fn shown(identifier: &Identifier) -> Value {
    json!({"namespace": identifier.namespace, "value": identifier.value})
}

fn time(at: Timestamp) -> String {
    at.to_rfc3339()
}
