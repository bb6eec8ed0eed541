//! Whether a source may keep an item, by what the customer consented to.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a source asks of an item's `context.consent.categoryPreferences` and of the browser's `Sec-GPC` signal.
/// The default asks nothing: categories are recorded and reach the rules, and no item is dropped. `Consent Changed` is
/// never dropped, since it tells of the refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentPolicy {
    /// Categories that must all be allowed; an item that refuses one is dropped.
    pub required: Vec<String>,
    /// Drop items that say nothing about a required category, too.
    pub refuse_unstated: bool,
    /// `Sec-GPC: 1` counts as refusing the required categories that the item says nothing about.
    pub gpc_refuses: bool,
}

impl ConsentPolicy {
    /// The first required category that the item does not allow, if any. `context` is the item's own, `shared` the
    /// batch's; the item's statement wins.
    #[must_use]
    pub fn refused(&self, context: Option<&str>, shared: Option<&str>, gpc: bool) -> Option<&str> {
        if self.required.is_empty() {
            return None;
        }
        let own = preferences(context);
        let batch = preferences(shared);
        let unstated_is_refused = self.refuse_unstated || (gpc && self.gpc_refuses);
        self.required.iter().map(String::as_str).find(|category| {
            let stated = own.get(*category).or_else(|| batch.get(*category)).and_then(Value::as_bool);
            !stated.unwrap_or(!unstated_is_refused)
        })
    }
}

fn preferences(context: Option<&str>) -> HashMap<String, Value> {
    #[derive(Deserialize)]
    struct Context {
        consent: Option<Consent>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Consent {
        category_preferences: Option<HashMap<String, Value>>,
    }
    let context: Option<Context> =
        context.filter(|c| c.contains("categoryPreferences")).and_then(|c| serde_json::from_str(c).ok());
    context.and_then(|c| c.consent?.category_preferences).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies() {
        let says = |ads: &str| format!(r#"{{"consent":{{"categoryPreferences":{{"analytics":true,"ads":{ads}}}}}}}"#);
        let policy = |required: &[&str], refuse_unstated, gpc_refuses| ConsentPolicy {
            required: required.iter().map(|r| (*r).to_owned()).collect(),
            refuse_unstated,
            gpc_refuses,
        };
        for (name, policy, own, shared, gpc, expected) in [
            ("asks nothing", policy(&[], true, true), Some(says("false")), None, true, None),
            ("allowed", policy(&["ads", "analytics"], true, false), Some(says("true")), None, false, None),
            ("refused", policy(&["analytics", "ads"], false, false), Some(says("false")), None, false, Some("ads")),
            ("unstated is kept", policy(&["ads"], false, false), None, None, false, None),
            ("unstated is dropped", policy(&["ads"], true, false), None, None, false, Some("ads")),
            (
                "not a truth value is unstated",
                policy(&["ads"], true, false),
                Some(says("\"yes\"")),
                None,
                false,
                Some("ads"),
            ),
            ("the batch's statement", policy(&["ads"], false, false), None, Some(says("false")), false, Some("ads")),
            (
                "the item's own wins",
                policy(&["ads"], false, false),
                Some(says("true")),
                Some(says("false")),
                false,
                None,
            ),
            ("signal refuses the unstated", policy(&["ads"], false, true), None, None, true, Some("ads")),
            ("signal does not undo a consent", policy(&["ads"], false, true), Some(says("true")), None, true, None),
            ("signal without policy", policy(&["ads"], false, false), None, None, true, None),
        ] {
            assert_eq!(policy.refused(own.as_deref(), shared.as_deref(), gpc), expected, "{name}");
        }
    }
}
