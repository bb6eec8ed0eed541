//! Many customers at once: who fits, how many they are, what they are called, and doing the same for each of them.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use rapport_domain::record::{AskedMessage, Letter, LetterBody};
use rapport_domain::time::DAY_MS;
use rapport_domain::{EventKind, Partition, Profile, ProfileId, WorkspaceId};
use rapport_engine::read;
use rapport_lake::CancelFlag;
use rapport_profiles::{Filter, Sort};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::audiences::live_segment;
use super::lists::{self, Cause, ListChange, Named};
use super::messages_write::check_template;
use super::rules::RuleInput;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{Body, Query};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;
use crate::view::{ProfileSummary, profile_id};

/// Customers named in one request.
const MAX_NAMED: usize = 500;
/// Customers that one call of [`bulk`] reaches at most, and when it does not say.
const MAX_AT_ONCE: usize = 1_000;
/// How long a message asked for here is worth sending.
const EXPIRES_MS: i64 = 3 * DAY_MS;
/// Everybody a rule holds is wanted, not a sample.
const EVERYBODY: usize = usize::MAX >> 2;

/// Who is meant; what is absent does not matter.
#[derive(Clone, Debug, Default, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matching {
    /// Words, each of which must occur in an identifier, the id or a naming trait.
    pub(crate) q: Option<String>,
    /// With or without a `user_id`.
    pub(crate) known: Option<bool>,
    /// With or without an e-mail address.
    pub(crate) has_email: Option<bool>,
    /// In the live segment with this id.
    pub(crate) segment: Option<String>,
    /// Whom this rule holds now: `traits.plan == "pro"`.
    pub(crate) rule: Option<String>,
}

impl Matching {
    /// Works out a filter that asks for no more than rows tell; `cancel` ends a rule that takes too long.
    fn filter(self, state: &ApiState, ws: WorkspaceId, cancel: &CancelFlag) -> Result<Filter, ApiError> {
        let shared = state.engine.shared();
        let mut among: Option<Vec<ProfileId>> = None;
        if let Some(segment) = self.segment.filter(|id| !id.is_empty()) {
            live_segment(state, ws, &segment)?;
            among = Some(read::segments::member_ids(shared, ws, &segment)?);
        }
        if let Some(rule) = self.rule.filter(|text| !text.is_empty()) {
            let rule = RuleInput { rule: Some(rule), blocks: None }.rule()?;
            let mut held = read::segments::preview(shared, ws, &rule, EVERYBODY, cancel)?.sample;
            if let Some(members) = &among {
                // Both are in order of id.
                held.retain(|id| members.binary_search(id).is_ok());
            }
            among = Some(held);
        }
        Ok(Filter { text: self.q, known: self.known, has_email: self.has_email, among })
    }
}

/// A page of those who match.
pub(crate) async fn page(
    state: &ApiState,
    ws: WorkspaceId,
    matching: Matching,
    sort: Sort,
    cursor: Option<String>,
    limit: usize,
) -> Result<read::profiles::Page<Profile>, ApiError> {
    let look = move |state: &ApiState, cancel: &CancelFlag| {
        let filter = matching.filter(state, ws, cancel)?;
        Ok::<_, ApiError>(read::profiles::list(
            state.engine.shared(),
            ws,
            &filter,
            sort,
            cursor.as_deref(),
            limit as u32,
        )?)
    };
    state.query(look).await
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountView {
    /// Exact.
    count: u64,
}

/// `GET /api/v1/profiles/count`.
pub(crate) async fn count(
    State(state): State<ApiState>,
    caller: Caller,
    Query(matching): Query<Matching>,
) -> Reply<CountView> {
    let ws = caller.workspace;
    let look = move |state: &ApiState, cancel: &CancelFlag| {
        let filter = matching.filter(state, ws, cancel)?;
        Ok::<_, ApiError>(read::profiles::count_of(state.engine.shared(), ws, &filter)?)
    };
    Ok(Json(CountView { count: state.query(look).await? }))
}

/// Whose names.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SummariesQuery {
    /// Ids of profiles, 500 at most, with commas between them.
    ids: String,
}

/// A customer under the id that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedSummary {
    /// As it was asked for; an id from before a merge is not the profile's own.
    asked: String,
    /// The customer as of now.
    profile: ProfileSummary,
}

/// `GET /api/v1/profiles/summaries`: what lists show of customers they know by id; those who are gone are left out.
pub(crate) async fn summaries(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SummariesQuery>,
) -> Reply<Paged<NamedSummary>> {
    let ids: BTreeSet<String> = query.ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() || ids.len() > MAX_NAMED {
        return Err(ApiError::invalid_at("ids", format!("expected 1 to {MAX_NAMED} ids of profiles")));
    }
    let items = state
        .run(move |state| {
            let mut items = Vec::with_capacity(ids.len());
            for asked in ids {
                let Ok(id) = profile_id(&asked) else { continue };
                if let Some(profile) = read::profiles::get(state.engine.shared(), caller.workspace, id)? {
                    items.push(NamedSummary { asked, profile: ProfileSummary::from(&profile) });
                }
            }
            Ok::<_, ApiError>(items)
        })
        .await?;
    Ok(Json(Paged::whole(items)))
}

/// What to do, for whom. Exactly one of `set`, `list` and `template` says what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkInput {
    /// For whom; everybody when empty.
    matching: Matching,
    /// Traits to set; null removes one.
    #[schema(value_type = Option<Object>)]
    set: Option<Map<String, Value>>,
    /// The list to put them on.
    list: Option<String>,
    /// The live template to send them. The gate decides for each.
    template: Option<String>,
    /// The `next_cursor` of the call before.
    cursor: Option<String>,
    /// Customers reached by this call, 1 to 1,000; 1,000 when absent.
    limit: Option<usize>,
}

/// How far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkView {
    /// Customers this call reached.
    reached: usize,
    /// Give this as `cursor` to go on; null when everybody was reached.
    next_cursor: Option<String>,
}

/// What is done for each of them.
enum Act {
    Set(String),
    List(String),
    Send { channel: String, template: String, request: String },
}

impl BulkInput {
    async fn act(&self, state: &ApiState, caller: &Caller, headers: &HeaderMap) -> Result<Act, ApiError> {
        let ws = caller.workspace;
        match (&self.set, &self.list, &self.template) {
            (Some(traits), None, None) => {
                let body = json!({"traits": traits}).to_string();
                if traits.is_empty() || body.len() > state.collector.config().max_event_bytes {
                    return Err(ApiError::invalid_at("set", "expected one trait or more, within the size of an event"));
                }
                Ok(Act::Set(body))
            }
            (None, Some(list), None) => {
                lists::is_list(state, ws, list).await?;
                Ok(Act::List(list.clone()))
            }
            (None, None, Some(template)) => {
                let wanted = template.clone();
                let channel = state.run(move |state| check_template(state, ws, &wanted, None)).await?;
                let key = headers.get("idempotency-key").and_then(|v| v.to_str().ok());
                let request = key.map_or_else(|| Uuid::now_v7().to_string(), |key| format!("{}-{key}", caller.actor));
                Ok(Act::Send { channel, template: template.clone(), request })
            }
            _ => Err(ApiError::invalid_at("set", "expected exactly one of `set`, `list` and `template`")),
        }
    }

    /// As the audit log tells it.
    fn noted(&self, reached: usize) -> Value {
        let m = &self.matching;
        let traits: Option<Vec<&String>> = self.set.as_ref().map(|set| set.keys().collect());
        json!({
            "reached": reached, "set": traits, "list": self.list, "template": self.template,
            "matching": {"q": m.q.is_some(), "known": m.known, "has_email": m.has_email, "segment": m.segment, "rule": m.rule},
        })
    }
}

/// `POST /api/v1/profiles/bulk`: the same for everybody who matches, a portion a call, in order of id: who matches no more
/// because of it does not move the others. A portion under an `Idempotency-Key` sends each customer one message, also when it
/// is asked for again after a fault; the next portion takes a key of its own.
pub(crate) async fn bulk(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Body(input): Body<BulkInput>,
) -> Reply<BulkView> {
    let at_once = input.limit.unwrap_or(MAX_AT_ONCE);
    if !(1..=MAX_AT_ONCE).contains(&at_once) {
        return Err(ApiError::invalid_at("limit", format!("expected 1 to {MAX_AT_ONCE}")));
    }
    let ws = caller.workspace;
    let act = input.act(&state, &caller, &headers).await?;
    let found = page(&state, ws, input.matching.clone(), Sort::Id, input.cursor.clone(), at_once).await?;
    let whom: Vec<ProfileId> = found.items.iter().map(|p| p.id).collect();
    let (now, noted, by) = (state.now(), input.noted(whom.len()), caller.clone());
    state.write(move |tx| by.audit(tx, now, "profiles.bulk", "profiles", &noted)).await?;
    perform(&state, ws, &act, &whom).await?;
    Ok(Json(BulkView { reached: whom.len(), next_cursor: found.next }))
}

/// Does it for a portion; it is durable when this returns, and applied where a list is looked at next.
async fn perform(state: &ApiState, ws: WorkspaceId, act: &Act, whom: &[ProfileId]) -> Result<(), ApiError> {
    match act {
        Act::Set(body) => {
            let about = |id: &ProfileId| events::about_text(state, ws, *id, EventKind::Identify, body.clone());
            let made: Vec<_> = whom.iter().map(about).collect();
            events::submit(state, &made, false).await?;
            applied(state, whom).await;
        }
        Act::List(list) => {
            let members = whom.iter().map(|id| vec![Named::of(*id)]).collect();
            let cause = Cause { source: "api", call: None };
            let mut homes = BTreeSet::new();
            lists::portion(state, ws, list, &cause, members, true, ListChange::default(), &mut homes).await?;
            applied(state, whom).await;
        }
        Act::Send { channel, template, request } => {
            let mut durable = Vec::with_capacity(whom.len());
            for id in whom {
                let key = events::once(ws, &format!("message-{request} {template} {id}"));
                let asked = AskedMessage {
                    channel: channel.clone(),
                    template: template.clone(),
                    topic: None,
                    transactional: false,
                    data: "{}".to_owned(),
                    expires_at: state.now().plus_ms(EXPIRES_MS),
                    request: format!("{:032x}", key.0),
                };
                let body = LetterBody::Send { profile: *id, asked };
                let letter = Letter { workspace: ws, key, at: state.now(), hops: 0, body };
                durable.push(state.collector.send_letter(id.home(), letter)?);
            }
            for receipt in durable {
                receipt.await?;
            }
        }
    }
    Ok(())
}

async fn applied(state: &ApiState, whom: &[ProfileId]) {
    for home in whom.iter().map(|id| id.home()).collect::<BTreeSet<Partition>>() {
        events::applied(state, home).await;
    }
}
