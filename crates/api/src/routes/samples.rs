//! A template as it looks in a real mailbox: sent to members of the team, marked as a test.
//!
//! It is not a message: the gate has no say in it, it is in no ledger, its links count nothing and unsubscribe nobody. So it
//! goes to members only (invariant I8).

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use rapport_delivery::channels::http::Http;
use rapport_delivery::channels::{self, Content, Decided, Means, Outgoing, Provider, Wire};
use rapport_delivery::core::address::{Target, parse_email};
use rapport_delivery::{ChannelSpec, Tokens};
use rapport_domain::{MessageChannel, ResourceKind, WorkspaceId};
use rapport_store::control::{members, resources};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::preview::{MissingView, PreviewInput, Stage};
use crate::auth::Caller;
use crate::document;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::reply::Reply;
use crate::state::ApiState;

/// People one test goes to, at most.
const MAX_TESTERS: usize = 10;
/// How long the provider may take for each.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whom to send a template to, and with what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleInput {
    /// Addresses of members of this workspace.
    to: Vec<String>,
    /// The id of a live mail channel; the first one when absent.
    channel: Option<String>,
    /// The version; the newest when absent, so that a draft can be seen before it is published.
    version: Option<u32>,
    /// The profile to render for; somebody without traits when absent.
    profile: Option<String>,
    /// Traits in the place of the profile's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    traits: Map<String, Value>,
    /// Values beside the profile: `event`, `journey`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// The language and region to see it in.
    locale: Option<String>,
}

/// What became of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SampleView {
    /// Whether every mail was taken.
    ok: bool,
    /// The channel it went by.
    channel: String,
    /// Each mail.
    mails: Vec<SampleMail>,
    /// Values the template asked for and nobody had.
    missing: Vec<MissingView>,
}

/// One mail of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SampleMail {
    /// To whom.
    to: String,
    /// The provider's answer, when it took it.
    answer: Option<String>,
    /// What went wrong, when it did not.
    problem: Option<String>,
}

/// Mails ready to leave.
struct Packed {
    channel: String,
    provider: Arc<dyn Provider>,
    wires: Vec<(String, Wire)>,
    missing: Vec<MissingView>,
}

/// `POST /api/v1/templates/{id}/test`.
pub(crate) async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<SampleInput>,
) -> Reply<SampleView> {
    if input.to.is_empty() || input.to.len() > MAX_TESTERS {
        return Err(ApiError::invalid_at("to", format!("expected 1 to {MAX_TESTERS} addresses of members")));
    }
    let (now, object) = (state.now(), format!("template/{id}"));
    let packed = state
        .run(move |state| {
            let packed = pack(state, caller.workspace, id, input)?;
            let detail = json!({"mails": packed.wires.len(), "channel": packed.channel});
            state.stores.control().write(|tx| caller.audit(tx, now, "template.test", &object, &detail))?;
            Ok::<_, ApiError>(packed)
        })
        .await?;
    let mut mails = Vec::new();
    for (to, wire) in packed.wires {
        let sent = packed.provider.send(&wire, &Decided).await;
        let (answer, problem) = match sent {
            Ok(receipt) => (Some(receipt.response), None),
            Err(fault) => (None, Some(fault.detail())),
        };
        mails.push(SampleMail { to, answer, problem });
    }
    let ok = mails.iter().all(|m| m.problem.is_none());
    Ok(Json(SampleView { ok, channel: packed.channel, mails, missing: packed.missing }))
}

fn pack(state: &ApiState, ws: WorkspaceId, id: String, input: SampleInput) -> Result<Packed, ApiError> {
    let control = state.stores.control();
    for (at, address) in input.to.iter().enumerate() {
        let member = control.read(|q| members::by_email(q, address))?;
        if member.is_none_or(|m| m.workspace != ws || m.disabled) {
            let what = format!("expected the address of a member of this workspace, found {address:?}");
            return Err(ApiError::invalid_at(format!("to[{at}]"), what));
        }
    }
    let (channel, spec) = mail_channel(state, ws, input.channel.as_deref())?;
    let preview = PreviewInput {
        id: Some(id),
        version: input.version,
        profile: input.profile,
        traits: input.traits,
        data: input.data,
        locale: input.locale,
        ..PreviewInput::default()
    };
    let mut stage = Stage::set(state, ws, preview)?;
    // Links as they are written: the ones that count would lead nowhere.
    (stage.template.spec.track_clicks, stage.template.spec.track_opens) = (false, false);
    let Content::Email(mut mail) = stage.play(state)? else {
        return Err(ApiError::invalid_at("template", "only a mail can be tested so; see the preview"));
    };
    mail.subject = format!("[Test] {}", mail.subject);
    let missing = std::mem::take(&mut mail.missing).into_iter().map(MissingView::from).collect();
    let content = Content::Email(mail);
    let wrong = |e: String| ApiError::invalid_at("channel", e);
    let http = Arc::new(Http::new(PATIENCE, false).map_err(wrong)?);
    let provider = channels::open(&spec, &Means { timeout: PATIENCE, http }).map_err(wrong)?;
    let signers = state.engine.delivery_deps().catalog.signers(ws)?;
    let tokens = Tokens::new(b"links of a preview are signed with a key nothing accepts");
    let links = stage.links(&tokens);
    let mut wires = Vec::new();
    for (at, to) in input.to.into_iter().enumerate() {
        let target = parse_email(&to).map(Target::Email);
        let target = target.ok_or_else(|| ApiError::invalid_at(format!("to[{at}]"), "expected an e-mail address"))?;
        let wire = provider.encode(&Outgoing {
            message: &stage.message,
            template: &stage.template.spec,
            content: &content,
            targets: &[target],
            country: None,
            channel: &channel,
            links: &links,
            signers: &signers,
            now: stage.now,
        });
        wires.push((to, wire.map_err(|e| ApiError::invalid_at("template", e))?));
    }
    Ok(Packed { channel, provider, wires, missing })
}

/// The channel of that id, or the first live one that carries mail.
fn mail_channel(state: &ApiState, ws: WorkspaceId, id: Option<&str>) -> Result<(String, ChannelSpec), ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Channel))?;
    for found in live.into_iter().filter(|r| id.is_none_or(|id| id == r.id)) {
        let opened = document::opened(state, ws, ResourceKind::Channel, &found.id, &found.spec)?;
        match ChannelSpec::validate(&opened) {
            Ok(spec) if spec.carries(MessageChannel::Email.as_str()) => return Ok((found.id, spec)),
            _ if id.is_some() => return Err(ApiError::invalid_at("channel", "expected a channel that carries mail")),
            _ => {}
        }
    }
    Err(ApiError::invalid_at("channel", "there is no such live channel that carries mail"))
}
