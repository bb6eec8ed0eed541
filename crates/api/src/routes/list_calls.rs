//! Lists that other programs change, by calls signed under the secret of their channel (Standard Webhooks).

use std::collections::BTreeSet;

use rapport_delivery::ChannelSpec;
use rapport_domain::WorkspaceId;
use serde::Deserialize;
use serde_json::Value;

use super::lists::{Cause, ListChange, Named, is_list, portion};
use crate::error::ApiError;
use crate::state::ApiState;

/// The most customers that one call of another program names.
const MAX_TOLD: usize = 1_000;
/// What another program tells to change a list.
const LIST_CHANGED: &str = "list.changed";

/// What another program says about a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    list: String,
    #[serde(default)]
    add: Vec<Named>,
    #[serde(default)]
    remove: Vec<Named>,
}

/// A signed call of the program behind a channel: `{"type": "list.changed", "data": {"list", "add", "remove"}}`. The same call twice
/// has one effect.
pub(super) async fn told(
    state: &ApiState,
    ws: WorkspaceId,
    (channel, spec): (&str, &ChannelSpec),
    call: &str,
    kind: &str,
    data: Value,
) -> Result<ListChange, ApiError> {
    if kind != LIST_CHANGED {
        return Err(ApiError::invalid_at("type", format!("expected {LIST_CHANGED:?}, found {kind:?}")));
    }
    let said: Told = serde_json::from_value(data).map_err(|e| ApiError::invalid_at("data", e.to_string()))?;
    if said.add.len() + said.remove.len() > MAX_TOLD {
        return Err(ApiError::invalid_at("data.add", format!("expected at most {MAX_TOLD} customers in one call")));
    }
    if !spec.lists().any(|list| list == said.list) {
        let detail =
            format!("{:?} is none of the lists that channel {channel} may change (its member `lists`)", said.list);
        return Err(ApiError::forbidden(detail));
    }
    is_list(state, ws, &said.list).await?;
    let cause = Cause { source: "webhook", call: Some(format!("hook-{channel}-{call}-{}", said.list)) };
    let (mut out, mut homes) = (ListChange::default(), BTreeSet::new());
    for (members, add) in [(said.remove, false), (said.add, true)] {
        let members = members.into_iter().map(|named| vec![named]).collect();
        out = portion(state, ws, &said.list, &cause, members, add, out, &mut homes).await?;
    }
    Ok(out)
}
