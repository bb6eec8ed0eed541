//! The link that confirms a subscription.

use axum::extract::{Request, State};
use axum::response::Response;
use rapport_delivery::core::confirm::{Standing, standing};
use rapport_delivery::tracking::confirm;
use rapport_delivery::{Confirmations, Purpose};
use rapport_domain::time::DAY_MS;
use rapport_store::control::resources;

use super::customer::form;
use crate::customer::{Accepts, Visit, answer};
use crate::error::ApiError;
use crate::events;
use crate::extract::At;
use crate::state::ApiState;

/// How long a link confirms when nobody asks for confirmation any more.
const EXPIRES_MS: i64 = 7 * DAY_MS;

/// What the link leads to.
struct Asked {
    visit: Visit,
    standing: Standing,
    topic_name: Option<String>,
}

async fn open(state: &ApiState, token: &str, accepts: &Accepts) -> Result<Option<Asked>, ApiError> {
    let Some(visit) = accepts.visit(state, token).await? else { return Ok(None) };
    let Purpose::Confirm { channel, topic } = visit.claim.purpose.clone() else { return Ok(None) };
    let ws = visit.claim.workspace;
    let live = state.run(move |state| Ok::<_, ApiError>(state.stores.control().read(|q| resources::all_live(q, ws))?));
    let confirmations = Confirmations::of(&live.await?);
    let of = (channel.as_str(), topic.as_deref());
    let expires_ms = confirmations.for_subscription(of.0, of.1).map_or(EXPIRES_MS, |asks| asks.expires_ms);
    let standing = match (&visit.profile, &visit.message) {
        (Some(profile), Some(message)) => standing(profile, of, message.created_at, expires_ms, state.now()),
        _ => Standing::Over,
    };
    let topic_name = topic.map(|t| visit.topic_name(&t).map_or(t.clone(), str::to_owned));
    Ok(Some(Asked { visit, standing, topic_name }))
}

/// `GET /confirm/{token}`: asks; changes nothing, because machines follow links too.
pub(crate) async fn get(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
) -> Result<Response, ApiError> {
    let Some(asked) = open(&state, &token, &accepts).await? else { return Ok(accepts.invalid_link()) };
    let Asked { visit, standing, topic_name } = asked;
    Ok(answer(confirm::page(&visit.claim, standing, topic_name.as_deref(), &visit.theme)))
}

/// `POST /confirm/{token}`: confirms, by the page's button.
pub(crate) async fn post(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
    request: Request,
) -> Result<Response, ApiError> {
    let visitor = events::visitor(&state, request.extensions(), request.headers());
    let form = form(request).await?;
    let Some(asked) = open(&state, &token, &accepts).await? else { return Ok(accepts.invalid_link()) };
    let Asked { visit, standing, topic_name } = asked;
    let (page, change) = confirm::result(&visit.claim, standing, &form, topic_name.as_deref(), &visit.theme);
    visit.state(&state, change.as_slice(), &visitor).await?;
    Ok(answer(page))
}
