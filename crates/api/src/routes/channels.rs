//! Channels: the ways out that are live, and whether they work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use rapport_delivery::channels::trial::{Trial, try_channel};
use rapport_delivery::{ChannelSpec, Claim, HookPart, Purpose};
use rapport_domain::{OutboxId, ProfileId, ResourceKind, WorkspaceId};
use rapport_store::control::{members, resources};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::document;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;

/// How long a trial may take.
const TRIAL: Duration = Duration::from_secs(20);

/// A live channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelView {
    /// Its id.
    id: String,
    /// The live version.
    version: u32,
    /// Which messages go out here: `email`.
    carries: String,
    /// Who carries them: `smtp`, `twilio`.
    kind: String,
    /// The server: `smtp.example.com:587`.
    server: String,
    /// Who mail is from unless a template says otherwise.
    from: String,
    /// Where the provider is to call when customers write, or the program when it changes a list; null when it does neither.
    inbound_url: Option<String>,
    /// Where a provider of mail is to tell what became of messages; null when it tells so by itself or not at all.
    receipts_url: Option<String>,
    /// Why it cannot be used; null when it can.
    problem: Option<String>,
}

/// `GET /api/v1/channels`: the live ones.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<ChannelView>> {
    let items = state
        .run(move |state| {
            let ws = caller.workspace;
            let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Channel))?;
            let settings = crate::routes::templates::settings(state, ws)?;
            let base = settings.public_url.unwrap_or_else(|| state.config.public_url.clone());
            let show = |r: rapport_domain::Resource| {
                let text = |at: &str| r.spec.pointer(at).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
                let read = read(state, ws, &r.id, &r.spec);
                let known = read.as_ref().ok();
                let carries = known.map_or_else(|| text("/kind"), |s| s.kind.carries().as_str().to_owned());
                let server = known.map_or_else(|| text("/host"), ChannelSpec::server);
                let from = known.map_or_else(|| text("/from/email"), |s| s.sender().to_owned());
                let writes = matches!(carries.as_str(), "sms" | "whatsapp" | "telegram" | "voice")
                    || known.is_some_and(|s| s.lists().next().is_some());
                let hook = |part| {
                    let purpose = Purpose::Hook { channel: r.id.clone(), part };
                    let claim =
                        Claim { workspace: ws, message: OutboxId::default(), profile: ProfileId::default(), purpose };
                    format!("{base}/hooks/{}", state.tokens.mint(&claim))
                };
                let inbound_url = writes.then(|| hook(HookPart::Inbound));
                let receipts_url = known.filter(|s| s.tells_by_webhook()).map(|_| hook(HookPart::Receipt));
                let problem = read.err().map(|e| e.to_string());
                ChannelView {
                    version: r.version,
                    carries,
                    kind: text("/kind"),
                    server,
                    from,
                    inbound_url,
                    receipts_url,
                    problem,
                    id: r.id,
                }
            };
            Ok::<_, ApiError>(live.into_iter().map(show).collect())
        })
        .await?;
    Ok(Json(Paged::whole(items)))
}

/// A channel's document with its secret.
fn read(state: &ApiState, ws: WorkspaceId, id: &str, spec: &serde_json::Value) -> Result<ChannelSpec, ApiError> {
    let opened = document::opened(state, ws, ResourceKind::Channel, id, spec)?;
    ChannelSpec::validate(&opened).map_err(ApiError::invalid)
}

/// What to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialInput {
    /// A member's address to send a short mail to; without it only connection and sign-in are tried.
    to: Option<String>,
    /// The version to try; the newest when absent, so that a draft can be tried before it is published.
    version: Option<u32>,
}

/// How a trial went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialView {
    /// Whether all of it worked.
    ok: bool,
    /// What was done, in order.
    done: Vec<String>,
    /// What went wrong, in the server's words.
    problem: Option<String>,
}

impl From<Trial> for TrialView {
    fn from(t: Trial) -> Self {
        TrialView { ok: t.problem.is_none(), done: t.done, problem: t.problem }
    }
}

/// `POST /api/v1/channels/{id}/test`. The mail goes to a member of the team only: what reaches customers passes the gate.
pub(crate) async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<TrialInput>,
) -> Reply<TrialView> {
    let ws = caller.workspace;
    let TrialInput { to, version } = input;
    let (object, now) = (format!("channel/{id}"), state.now());
    let (spec, to) = state
        .run(move |state| {
            let control = state.stores.control();
            let found = control.read(|q| resources::get(q, ws, ResourceKind::Channel, &id, version))?;
            let found = found.ok_or_else(|| ApiError::not_found(format!("such version of channel {id}")))?;
            if let Some(address) = &to {
                let member = control.read(|q| members::by_email(q, address))?;
                if member.is_none_or(|m| m.workspace != ws || m.disabled) {
                    return Err(ApiError::invalid_at("to", "expected the address of a member of this workspace"));
                }
            }
            let spec = read(state, ws, &id, &found.spec)?;
            control.write(|tx| caller.audit(tx, now, "channel.test", &object, &json!({"version": found.version})))?;
            Ok((spec, to))
        })
        .await?;
    Ok(Json(try_channel(&spec, to.as_deref(), (TRIAL, &state.config.outbound), now).await.into()))
}
