//! Text messages before they are sent: how many segments a text takes, and what that costs.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use rapport_delivery::channels::text_price;
use rapport_delivery::core::sms::{Encoding, segments};
use rapport_domain::{MessageChannel, OutboxId, Partition, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Body;
use crate::reply::Reply;
use crate::state::ApiState;

/// A text to count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsInput {
    /// The text.
    body: String,
    /// The country it goes to (ISO 3166), such as `DE`.
    country: Option<String>,
}

/// What a text message takes and costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SmsView {
    /// Whether it has media: it is paid for as one message, whatever its text takes.
    media: bool,
    /// `gsm7` or `ucs2`.
    encoding: &'static str,
    /// Septets or 16-bit units.
    units: usize,
    /// Messages that are paid for.
    segments: usize,
    /// Units that fit into the last segment still.
    left: usize,
    /// Characters outside the GSM alphabet, which make the message dearer.
    foreign: Vec<String>,
    /// The country it goes to, when that is known.
    country: Option<String>,
    /// What it costs there; null when the country is not known, or no live channel names a price for it.
    price: Option<SmsPrice>,
    /// What it would cost in every country that a live channel names a price for; `*` is every other one.
    prices: Vec<SmsPrice>,
}

/// What a text message costs in one country.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SmsPrice {
    /// ISO 3166; `*` is every country without a price of its own.
    country: String,
    /// One segment, or one message with media; a decimal number.
    segment: String,
    /// The whole message.
    amount: String,
    /// ISO 4217; empty when the channel does not say.
    currency: String,
}

/// What a text takes and costs, by the live channels of the workspace.
pub(super) fn view(
    state: &ApiState,
    ws: WorkspaceId,
    (body, media): (&str, bool),
    country: Option<&str>,
) -> Result<SmsView, ApiError> {
    let channels = state.engine.delivery_deps().catalog.channels(ws, MessageChannel::Sms.as_str())?;
    let s = segments(body);
    // No message has the number 0; of channels that share their messages any will do for an estimate.
    let id = OutboxId { partition: Partition(0), number: 0 };
    let price = |country: Option<&str>| {
        let (segment, currency) = text_price(&channels, country, id, media)?;
        Some(SmsPrice {
            country: country.unwrap_or("*").to_owned(),
            segment: segment.to_string(),
            amount: segment.times(if media { 1 } else { s.segments as u64 }).to_string(),
            currency,
        })
    };
    let named: Vec<_> = channels.iter().map(|c| c.spec.prices()).collect();
    let countries: BTreeSet<&str> = named.iter().flat_map(|p| p.iter().map(|(country, _)| country)).collect();
    // What holds for every other country comes last.
    let own = countries.iter().filter(|c| **c != "*").map(|c| price(Some(c)));
    let prices = own.chain([price(None)]).flatten().collect();
    Ok(SmsView {
        media,
        encoding: if s.encoding == Encoding::Gsm7 { "gsm7" } else { "ucs2" },
        units: s.units,
        segments: s.segments,
        left: s.left,
        foreign: s.foreign.iter().map(char::to_string).collect(),
        price: country.and_then(|c| price(Some(c))),
        country: country.map(str::to_owned),
        prices,
    })
}

/// `POST /api/v1/sms/segments`: how many segments a text takes, and what that costs.
pub(crate) async fn sms(State(state): State<ApiState>, caller: Caller, Body(input): Body<SmsInput>) -> Reply<SmsView> {
    let country = input.country.map(|c| c.to_uppercase());
    if country.as_deref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
        return Err(ApiError::invalid_at("country", "expected a country of ISO 3166 such as DE"));
    }
    let ws = caller.workspace;
    Ok(Json(state.run(move |state| view(state, ws, (&input.body, false), country.as_deref())).await?))
}
