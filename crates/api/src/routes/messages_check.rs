//! What the gate would say of a message, before anybody sends it.

use axum::Json;
use axum::extract::State;
use rapport_delivery::{Foreseen, GateDecision, foresee};
use rapport_domain::profile::namespace;
use rapport_domain::{Detail, Json as Data, OutboundMessage, OutboxId, Profile, WorkspaceId, identity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::messages_write::{check_template, owner};
use super::profiles::found;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Body;
use crate::reply::{Reply, Time};
use crate::state::ApiState;
use crate::view::profile_id;

/// A message to ask about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckInput {
    /// To whom.
    to: Somebody,
    /// The live template's id.
    template: String,
    /// The topic, when the template names none.
    topic: Option<String>,
    /// The customer asked for it (a receipt, a password).
    #[serde(default)]
    transactional: bool,
}

/// A customer there is, named in exactly one way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Somebody {
    /// A profile's id.
    profile: Option<String>,
    /// The business's id of a known customer.
    user_id: Option<String>,
    /// An e-mail address somebody has.
    email: Option<String>,
}

/// What the gate would say now.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct MessageCheck {
    /// `send`; `skip` when it would not leave at all; `defer` when it would wait.
    decision: &'static str,
    /// By which channel it goes.
    channel: String,
    /// Why it would be skipped, of the closed list.
    reason: Option<&'static str>,
    /// Why, in words.
    detail: Option<String>,
    /// The rule that decided: `consent`, `frequency_cap`, `quiet_hours`…
    rule: Option<&'static str>,
    /// What the rule saw; of a message that would leave, what every rule saw.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    /// Until when it would wait.
    until: Option<Time>,
}

/// `POST /api/v1/messages/check`: nothing is sent, counted or recorded.
pub(crate) async fn check(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<CheckInput>,
) -> Reply<MessageCheck> {
    let ws = caller.workspace;
    let profile = somebody(&state, ws, input.to).await?;
    let now = state.now();
    let (template, topic, transactional) = (input.template, input.topic, input.transactional);
    let said = state
        .run(move |state| {
            let channel = check_template(state, ws, &template, topic.as_deref())?;
            let message = OutboundMessage {
                id: OutboxId::default(),
                workspace: ws,
                profile: profile.id,
                channel,
                template,
                origin: None,
                topic,
                transactional,
                created_at: now,
                expires_at: now.plus_ms(super::messages_write::EXPIRES_MS),
                data: Data::default(),
            };
            let foreseen = foresee(&state.engine.delivery_deps(), &message, now)?;
            Ok::<_, ApiError>(view(foreseen, message.channel))
        })
        .await?;
    Ok(Json(said))
}

fn view(Foreseen { decision, seen }: Foreseen, channel: String) -> MessageCheck {
    let because = |decision, detail: Detail| {
        let rule = detail.rule();
        let values = detail.grounds.map(|grounds| grounds.values).unwrap_or_default();
        MessageCheck { decision, detail: Some(detail.text), rule, values, ..MessageCheck::default() }
    };
    let said = match decision {
        GateDecision::Send => MessageCheck { decision: "send", values: seen, ..MessageCheck::default() },
        GateDecision::Skip { reason, detail } => {
            MessageCheck { reason: Some(reason.as_str()), ..because("skip", detail) }
        }
        GateDecision::Defer { until, detail } => MessageCheck { until: Some(until.into()), ..because("defer", detail) },
        GateDecision::Expire { detail } => because("skip", detail),
    };
    MessageCheck { channel, ..said }
}

/// The customer, who is not made when there is none.
async fn somebody(state: &ApiState, ws: WorkspaceId, to: Somebody) -> Result<Profile, ApiError> {
    let (space, value) = match (to.profile, to.user_id, to.email) {
        (Some(id), None, None) => {
            let id = profile_id(&id)?;
            return state.run(move |state| found(state, ws, id)).await;
        }
        (None, Some(user), None) => (namespace::USER_ID, user),
        (None, None, Some(address)) => (namespace::EMAIL, address),
        _ => return Err(ApiError::invalid_at("to", "expected exactly one of profile, user_id, email")),
    };
    let value = identity::identifier(space, &value).map_or(value, |known| known.value);
    let profile = owner(state, ws, space, &value).await?;
    profile.ok_or_else(|| ApiError::not_found(format!("customer with this {space}")))
}
