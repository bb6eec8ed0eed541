//! Whether the links of a template work, asked of the network because its author wants to know.

use axum::Json;
use axum::extract::State;
use rapport_delivery::channels::Content;
use rapport_delivery::channels::http::Http;
use rapport_delivery::content::lint::{self, WebAddress};
use rapport_delivery::links::{self, Checked, EACH, MAX_LINKS, Verdict};
use rapport_domain::{ErrorClass, MessageChannel, WorkspaceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::preview::{PreviewInput, Stage};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::reply::Reply;
use crate::state::ApiState;

/// What was found at the links of a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkReport {
    /// Whether none is broken, refused or failing.
    ok: bool,
    /// Each link once, in the order of the message; those of its languages after its own.
    links: Vec<LinkView>,
    /// Links of this server that were not asked, as those of a preview lead nowhere: unsubscribing, preferences.
    own: usize,
    /// Links beyond the hundred that are asked at once.
    left_out: usize,
}

/// One link.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// The address, as customers would get it.
    url: String,
    /// `link`, or `picture`.
    kind: &'static str,
    /// `works`, `moved` (for good: use the new address), `broken`, `unsure` (its server answers no programs), `failing` (no
    /// answer, or a fault of its server), `refused` (not asked: no address, or a private one) or `unchecked` (no time was left).
    status: &'static str,
    /// The HTTP status that was answered last.
    code: Option<u16>,
    /// Where it leads, when that is another address.
    leads_to: Option<String>,
    /// What was found, for people.
    detail: String,
    /// The language it stands in; null is the template's own.
    language: Option<String>,
}

impl LinkView {
    fn of((address, language): (WebAddress, Option<String>), checked: Checked) -> Self {
        LinkView {
            url: address.url,
            kind: if address.is_picture { "picture" } else { "link" },
            status: checked.verdict.as_str(),
            code: checked.status,
            leads_to: checked.leads_to,
            detail: checked.detail,
            language,
        }
    }
}

/// `POST /api/v1/templates/links`.
pub(crate) async fn check(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<PreviewInput>,
) -> Reply<LinkReport> {
    Ok(Json(report(&state, caller.workspace, input).await?))
}

/// `POST /api/v1/templates/{id}/links`.
pub(crate) async fn check_of(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<PreviewInput>,
) -> Reply<LinkReport> {
    let input = PreviewInput { id: Some(id), ..input };
    Ok(Json(report(&state, caller.workspace, input).await?))
}

async fn report(state: &ApiState, ws: WorkspaceId, input: PreviewInput) -> Result<LinkReport, ApiError> {
    let _place = state.link_place()?;
    let (mut found, own) = state.run(move |state| addresses(state, ws, input)).await?;
    let left_out = found.len().saturating_sub(MAX_LINKS);
    found.truncate(MAX_LINKS);
    let http = Http::new(EACH, &state.config.outbound)
        .map_err(|detail| ApiError::fault("no_certificates", ErrorClass::Transient, detail))?;
    let urls: Vec<String> = found.iter().map(|(address, _)| address.url.clone()).collect();
    let checked = links::check(&http, &urls).await;
    let is_bad = |c: &Checked| matches!(c.verdict, Verdict::Broken | Verdict::Failing | Verdict::Refused);
    let ok = !checked.iter().any(is_bad);
    let links = found.into_iter().zip(checked).map(|(link, checked)| LinkView::of(link, checked)).collect();
    Ok(LinkReport { ok, links, own, left_out })
}

/// A link and the language it was found in.
type Placed = (WebAddress, Option<String>);

/// The links as customers would get them, in every language, and how many are this server's own.
fn addresses(state: &ApiState, ws: WorkspaceId, input: PreviewInput) -> Result<(Vec<Placed>, usize), ApiError> {
    let mut stage = Stage::set(state, ws, input)?;
    stage.untracked();
    let mut found: Vec<Placed> = Vec::new();
    // Where a webhook goes is a program, which is not asked for fun.
    if MessageChannel::parse(&stage.message.channel) == Some(MessageChannel::Webhook) {
        return Ok((found, 0));
    }
    let mut languages = vec![None];
    languages.extend(stage.languages().into_iter().map(Some));
    for language in languages {
        stage.speak(language.as_deref());
        let (content, _) = stage.play(state)?;
        let here = match &content {
            Content::Email(mail) => lint::addresses(&mail.html, &mail.text),
            Content::Other(content) => lint::addresses_of(content),
        };
        for address in here {
            if !found.iter().any(|(known, _)| known.url == address.url) {
                found.push((address, language.clone()));
            }
        }
    }
    let all = found.len();
    found.retain(|(address, _)| !is_own(&address.url, &stage.base));
    let own = all - found.len();
    Ok((found, own))
}

/// Whether an address is this server's.
fn is_own(url: &str, base: &str) -> bool {
    url.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}
