//! How a profile is called, and the text it is found by.

use rapport_domain::profile::{Profile, namespace};
use serde_json::Value;

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
