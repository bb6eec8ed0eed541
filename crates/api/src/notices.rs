//! Mail that came back: which message it is about, what it says, and what follows.
//!
//! **Which message** is said for certain by an address we made for it, or by a signed link in what came back. A Message-ID
//! alone can be guessed: it counts only when the notice also names the customer's address. **What follows**: every notice
//! is an event on the customer's timeline; a hard bounce and a complaint put the address on the suppression list, and a
//! complaint withdraws consent. An address is suppressed only when it is the customer's own.

use axum::Json;
use axum::extract::{Request, State};
use rapport_collect::OwnedAccepted;
use rapport_delivery::channels::hooks::{Told, Visitor, What};
use rapport_delivery::core::address::is_restated;
use rapport_delivery::core::bounce::{self, MAX_LOOKED_AT, Notice, NoticeKind, soft_in_a_row};
use rapport_delivery::core::mark::{Mark, by_machine};
use rapport_delivery::intake::{Receiver, Receiving};
use rapport_delivery::repo::{LedgerEntry, LedgerFilter, MessageStatus};
use rapport_delivery::tracking::agent::{AgentClass, classify, is_machine};
use rapport_domain::event::names;
use rapport_domain::{MessageChannel, OutboxId, Profile, WorkspaceId, hash};
use rapport_engine::read;
use rapport_store::control::suppressions;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{self, Query};
use crate::reply::Reply;
use crate::routes::templates::settings;
use crate::state::ApiState;

/// The longest address of a link that is kept, characters.
const MAX_LINK_CHARS: usize = 2_048;

/// Records returned mail that a listener takes.
pub struct Notices(ApiState);

impl Notices {
    /// Records into this installation.
    #[must_use]
    pub fn new(state: ApiState) -> Self {
        Notices(state)
    }
}

impl Receiver for Notices {
    fn takes(&self, address: &str) -> bool {
        let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
        // Complaints come to addresses that people gave to providers: they are known by what they hold.
        self.0.tokens.open_bounce(local).is_ok()
            || matches!(local.to_ascii_lowercase().as_str(), "fbl" | "bounce" | "bounces" | "postmaster" | "abuse")
    }

    fn receive<'r>(&'r self, to: &'r [String], raw: &'r [u8]) -> Receiving<'r> {
        Box::pin(async move {
            let taken = take(&self.0, None, to, raw).await;
            taken.map(|view| view.message.is_some()).map_err(|e| {
                tracing::warn!(error.code = e.code, "returned mail was not recorded");
                e.detail
            })
        })
    }
}

/// To whom the mail came.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeQuery {
    /// The address it came to, which may name its message.
    to: Option<String>,
}

/// What a returned mail says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// `bounce`, `delay`, `delivery`, `complaint`, `auto_reply` or `other`.
    kind: String,
    /// Whether the address does not work.
    hard: bool,
    /// Why, of a bounce.
    reason: Option<String>,
    /// What the server said.
    detail: Option<String>,
    /// The message it is about; null when that is not known here, and then nothing was recorded.
    message: Option<String>,
    /// Whether the address was put on the suppression list.
    suppressed: bool,
}

/// `POST /api/v1/notices`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<NoticeQuery>,
    request: Request,
) -> Reply<NoticeView> {
    let raw = extract::bytes_up_to(request, bounce::MAX_NOTICE_BYTES).await?;
    let to: Vec<String> = query.to.into_iter().collect();
    Ok(Json(take(&state, Some(caller.workspace), &to, &raw).await?))
}

/// Which message, and whether that is certain.
struct Found {
    ws: WorkspaceId,
    id: OutboxId,
    certain: bool,
}

/// Reads a mail and records what it says; with a workspace, only about its own messages.
async fn take(state: &ApiState, ws: Option<WorkspaceId>, to: &[String], raw: &[u8]) -> Result<NoticeView, ApiError> {
    let notice = bounce::read(raw);
    let found = find(state, &notice, to).filter(|f| ws.is_none_or(|ws| ws == f.ws));
    let first = notice.recipients.first();
    let mut view = NoticeView {
        kind: name_of(notice.kind).to_owned(),
        hard: notice.is_hard(),
        reason: first.map(|r| name(&r.reason)),
        detail: first.map(|r| r.detail.clone()),
        message: None,
        suppressed: false,
    };
    let Some(found) = found else { return Ok(view) };
    let Some((entry, profile)) = known(state, found.ws, found.id).await? else { return Ok(view) };
    if let Some(suppressed) = record(state, &notice, found.certain, (&entry, &profile)).await? {
        view.message = Some(entry.id.to_string());
        view.suppressed = suppressed;
    }
    Ok(view)
}

/// A message and its customer.
async fn known(state: &ApiState, ws: WorkspaceId, id: OutboxId) -> Result<Option<(LedgerEntry, Profile)>, ApiError> {
    state
        .run(move |state| {
            let shared = state.engine.shared();
            let Some(entry) = read::messages::get(shared, ws, id)? else { return Ok(None) };
            let profile = read::profiles::get(shared, ws, entry.profile)?;
            Ok::<_, ApiError>(profile.map(|profile| (entry, profile)))
        })
        .await
}

/// Records what a notice says of a message and answers whether the address was suppressed; `None` when it may be about
/// another message.
async fn record(
    state: &ApiState,
    notice: &Notice,
    is_certain: bool,
    (entry, profile): (&LedgerEntry, &Profile),
) -> Result<Option<bool>, ApiError> {
    let ws = profile.workspace;
    let address = profile.address("email").map(|a| a.trim().to_lowercase());
    let names_it = notice.recipients.iter().any(|r| r.address.is_some() && r.address == address);
    if !is_certain && !names_it {
        return Ok(None);
    }
    let told = statements(state, notice, entry, profile);
    if !told.is_empty() {
        events::submit(state, &told, false).await?;
    }
    let reason = match notice.kind {
        NoticeKind::Bounce if notice.is_hard() => "hard_bounce",
        NoticeKind::Complaint => "complaint",
        NoticeKind::Bounce if comes_back_again_and_again(state, entry, profile).await? => "soft_bounces",
        _ => return Ok(Some(false)),
    };
    // A notice about somebody the message was forwarded to says nothing about the customer's own address; one that names nobody
    // is about the address the message went to, which is theirs unless they stated another since.
    let silent = notice.recipients.iter().all(|r| r.address.is_none())
        && !is_restated(profile, MessageChannel::Email, entry.created_at);
    let Some(address) = address.filter(|_| names_it || silent) else { return Ok(Some(false)) };
    let now = state.now();
    state.write(move |tx| Ok(suppressions::add(tx, ws, "email", &address, reason, now, "returned mail")?)).await?;
    Ok(Some(true))
}

/// Whether so many mails to the customer's address came back in a row, this one among them, as the settings say.
async fn comes_back_again_and_again(
    state: &ApiState,
    entry: &LedgerEntry,
    profile: &Profile,
) -> Result<bool, ApiError> {
    let (id, whose, now, this) = (profile.id, profile.clone(), state.now(), entry.id);
    state
        .run(move |state| {
            let (ws, shared) = (whose.workspace, state.engine.shared());
            let most = settings(state, ws)?.soft_bounces;
            if most == 0 {
                return Ok(false);
            }
            let filter = LedgerFilter {
                status: Some(MessageStatus::Sent),
                profiles: read::profiles::family(shared, ws, id)?,
                ..LedgerFilter::default()
            };
            // Of all channels: those of others are passed over.
            let found = read::messages::list(shared, ws, &filter, None, MAX_LOOKED_AT * 4)?;
            let is_mail = |e: &&LedgerEntry| e.channel == MessageChannel::Email.as_str();
            let to_it = |e: &&LedgerEntry| !is_restated(&whose, MessageChannel::Email, e.created_at);
            let mut sent = Vec::new();
            for mail in found.items.iter().filter(is_mail).take_while(to_it) {
                let marks = read::messages::marks(shared, ws, mail.id)?.into_iter().map(|m| m.mark);
                // The mark of this notice may be on its way.
                let marks = marks.chain((mail.id == this).then_some(Mark::Bounced)).collect();
                sent.push((mail.changed_at, marks));
            }
            Ok::<_, ApiError>(soft_in_a_row(sent, now) >= most)
        })
        .await
}

/// Records what a provider tells of a mail of this workspace; what is about no message of it has no effect.
pub(crate) async fn told(state: &ApiState, ws: WorkspaceId, told: &Told) -> Result<(), ApiError> {
    let by_link = || match &told.what {
        What::Notice(notice) => find(state, notice, &[]).filter(|f| f.ws == ws && f.certain).map(|f| f.id),
        _ => None,
    };
    let Some(id) = told.message.parse().ok().or_else(by_link) else { return Ok(()) };
    let Some((entry, profile)) = known(state, ws, id).await? else { return Ok(()) };
    if entry.channel != MessageChannel::Email.as_str() {
        return Ok(());
    }
    let mut properties = about(&entry);
    let event = match &told.what {
        What::Notice(notice) => return record(state, notice, true, (&entry, &profile)).await.map(drop),
        What::Opened(by) => seen(state, (&entry, Mark::Opened), by, &mut properties),
        What::Clicked { link, by } => {
            properties.insert("link".to_owned(), json!(link.chars().take(MAX_LINK_CHARS).collect::<String>()));
            seen(state, (&entry, Mark::Clicked), by, &mut properties)
        }
        What::Left => {
            properties.insert("source".to_owned(), json!("provider"));
            names::UNSUBSCRIBED.to_owned()
        }
    };
    let made = events::named(state, ws, profile.id, &event, properties, json!({}));
    // The same again is the same event.
    let what = format!("told-{id}-{event}");
    let message_id = match &told.what {
        // Another link is another click.
        What::Clicked { link, .. } => format!("{what}-{:016x}", hash::hash64(0, link.as_bytes())),
        _ => what,
    };
    let made = OwnedAccepted { message_id, ..made };
    events::submit(state, &[made], false).await
}

/// Who opened or clicked, as far as one can tell, and the event that tells of it.
fn seen(
    state: &ApiState,
    (entry, mark): (&LedgerEntry, Mark),
    by: &Visitor,
    properties: &mut Map<String, Value>,
) -> String {
    // Not every provider passes on what the program calls itself.
    let class = by.agent.as_deref().map_or(AgentClass::Human, |agent| classify(Some(agent)));
    properties.insert("agent".to_owned(), json!(class.as_str()));
    let sent_at = (entry.status == MessageStatus::Sent).then_some(entry.changed_at);
    let name = mark.event_name(MessageChannel::Email);
    if by.machine || is_machine(class, sent_at, state.now()) {
        properties.insert("machine".to_owned(), json!(true));
        return by_machine(name);
    }
    name.to_owned()
}

fn find(state: &ApiState, notice: &Notice, to: &[String]) -> Option<Found> {
    for address in to {
        let local = address.rsplit_once('@').map_or(address.as_str(), |(local, _)| local);
        if let Ok((ws, id)) = state.tokens.open_bounce(local) {
            return Some(Found { ws, id, certain: true });
        }
    }
    for token in &notice.tokens {
        if let Ok(claim) = state.tokens.open(token) {
            return Some(Found { ws: claim.workspace, id: claim.message, certain: true });
        }
    }
    // `<MESSAGE.WORKSPACE@domain>`.
    let (own, _) = notice.message_id.as_deref()?.split_once('@')?;
    let (id, ws) = own.split_once('.')?;
    Some(Found { ws: WorkspaceId(ws.parse().ok()?), id: id.parse().ok()?, certain: false })
}

fn name_of(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Bounce => "bounce",
        NoticeKind::Delay => "delay",
        NoticeKind::Delivery => "delivery",
        NoticeKind::Complaint => "complaint",
        NoticeKind::AutoReply => "auto_reply",
        NoticeKind::Other => "other",
    }
}

/// A value's name as it is serialised.
fn name(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What events say of the message they are about.
fn about(entry: &LedgerEntry) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("message_id".to_owned(), json!(entry.id.to_string()));
    properties.insert("channel".to_owned(), json!(entry.channel));
    properties.insert("template".to_owned(), json!(entry.template));
    for (key, value) in [("journey", &entry.journey), ("step", &entry.step)] {
        properties.extend(value.as_ref().map(|v| (key.to_owned(), json!(v))));
    }
    properties
}

/// The events a notice is; the same notice again is the same events.
fn statements(state: &ApiState, notice: &Notice, entry: &LedgerEntry, profile: &Profile) -> Vec<OwnedAccepted> {
    let mut properties = about(entry);
    let event = match notice.kind {
        NoticeKind::Bounce => {
            properties.insert("bounce".to_owned(), json!(if notice.is_hard() { "hard" } else { "soft" }));
            if let Some(first) = notice.recipients.first() {
                properties.insert("reason".to_owned(), json!(first.reason));
                properties.insert("status".to_owned(), json!(first.status));
                properties.insert("detail".to_owned(), json!(first.detail));
            }
            names::EMAIL_BOUNCED
        }
        NoticeKind::Complaint => {
            properties.insert("feedback".to_owned(), json!(notice.feedback));
            names::EMAIL_MARKED_AS_SPAM
        }
        NoticeKind::Delivery => names::EMAIL_DELIVERED,
        NoticeKind::AutoReply => names::EMAIL_AUTO_REPLIED,
        NoticeKind::Delay | NoticeKind::Other => return Vec::new(),
    };
    let make = |name: &str, properties: Map<String, Value>| {
        let made = events::named(state, profile.workspace, profile.id, name, properties, json!({}));
        // A mailbox that was full, and then is gone, is two notices.
        let how = if name == names::EMAIL_BOUNCED && notice.is_hard() { "-hard" } else { "" };
        OwnedAccepted { message_id: format!("notice-{}-{name}{how}", entry.id), ..made }
    };
    let mut out = vec![make(event, properties.clone())];
    if notice.kind == NoticeKind::Complaint {
        properties.insert("source".to_owned(), json!("complaint"));
        out.push(make(names::UNSUBSCRIBED, properties));
    }
    out
}
