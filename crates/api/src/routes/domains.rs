//! Sending domains: keys made here, the records that publish them, and what the DNS says of them.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_delivery::channels::email::dkim::{DnsRecord, generate, records};
use rapport_delivery::channels::email::dns::{self, Patience};
use rapport_delivery::core::dns::Finding;
use rapport_delivery::{DomainSpec, ProviderKind};
use rapport_domain::{ErrorClass, Problem, ResourceKind, resource};
use rapport_store::control::resources::{self, Change};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::document;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// How long a check waits for the DNS.
const PATIENCE: Patience = Patience { each: Duration::from_secs(3), all: Duration::from_secs(10) };

/// A record to be published in the DNS.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// Where.
    name: String,
    /// `TXT`.
    kind: &'static str,
    /// What.
    value: String,
    /// What for.
    purpose: &'static str,
}

impl From<DnsRecord> for RecordView {
    fn from(r: DnsRecord) -> Self {
        RecordView { name: r.name, kind: r.kind, value: r.value, purpose: r.purpose }
    }
}

/// A sending domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DomainView {
    /// Its id.
    id: String,
    /// The live version.
    version: u32,
    /// The domain.
    domain: String,
    /// Where refusals come back to.
    bounce_domain: Option<String>,
    /// What is to be published; it signs as soon as it is live, so publish first.
    records: Vec<RecordView>,
    /// Why it cannot sign; null when it can.
    problem: Option<String>,
}

fn view(id: String, version: u32, spec: &DomainSpec) -> DomainView {
    let (records, problem) = match records(spec) {
        Ok(found) => (found.into_iter().map(RecordView::from).collect(), None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    DomainView { id, version, domain: spec.domain.clone(), bounce_domain: spec.bounce_domain.clone(), records, problem }
}

/// `GET /api/v1/domains`: the live ones.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<DomainView>> {
    let items = state
        .run(move |state| {
            let ws = caller.workspace;
            let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Domain))?;
            let mut out = Vec::new();
            for r in live {
                let opened = document::opened(state, ws, ResourceKind::Domain, &r.id, &r.spec)?;
                let spec = DomainSpec::validate(&opened).map_err(ApiError::invalid)?;
                out.push(view(r.id, r.version, &spec));
            }
            Ok::<_, ApiError>(out)
        })
        .await?;
    Ok(Json(Paged::whole(items)))
}

/// A domain to send from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DomainInput {
    /// The domain of the senders' addresses.
    domain: String,
    /// Its id; made from the domain when absent.
    id: Option<String>,
    /// Where refusals come back to.
    bounce_domain: Option<String>,
    /// Sign with it at once. Otherwise it is a draft until it is published as a document: after its records are in the DNS.
    #[serde(default)]
    publish: bool,
}

/// `POST /api/v1/domains`: makes the keys; their private halves are sealed and never shown.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<DomainInput>,
) -> Result<(StatusCode, Json<DomainView>), ApiError> {
    let domain = input.domain.trim().to_ascii_lowercase();
    let id = input.id.unwrap_or_else(|| domain.replace('.', "-"));
    if !resource::is_slug(&id) {
        return Err(ApiError::invalid_at("id", "expected 1-64 lower-case letters, digits, - and _"));
    }
    let now = state.now();
    let made = state
        .run(move |state| {
            let (ws, control, kind) = (caller.workspace, state.stores.control(), ResourceKind::Domain);
            let existing = control.read(|q| resources::get(q, ws, kind, &id, None))?;
            if existing.is_some() {
                let text = "there is one already; PUT /api/v1/resources/domain/{id} changes it";
                return Err(ApiError::invalid(vec![Problem::new("id", text)]));
            }
            let keys = generate().map_err(|e| ApiError::fault("keys", rapport_domain::ErrorClass::Fatal, e))?;
            let mut spec = json!({"domain": domain, "rsa_key": keys.rsa, "ed25519_key": keys.ed25519});
            if let Some(bounces) = input.bounce_domain {
                spec["bounce_domain"] = json!(bounces);
            }
            let read = DomainSpec::validate(&spec).map_err(ApiError::invalid)?;
            let sealed = state.stores.vault().sealed(ws, kind, &id, spec, None)?;
            let change = Change { by: &caller.actor, at: now };
            let version = control.write(|tx| {
                let mut written = resources::put(tx, ws, kind, &id, &sealed, change, None)?;
                let object = format!("domain/{id}");
                caller.audit(tx, now, "resource.put", &object, &json!({"version": written.version}))?;
                if input.publish {
                    written = resources::publish(tx, ws, kind, &id, Some(written.version), change)?;
                    caller.audit(tx, now, "resource.publish", &object, &json!({"version": written.version}))?;
                }
                Ok::<_, ApiError>(written.version)
            })?;
            Ok(view(id, version, &read))
        })
        .await?;
    if input.publish {
        state.run(|state| state.engine.refresh()).await?;
    }
    Ok((StatusCode::CREATED, Json(made)))
}

/// What the DNS says of a sending domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DomainCheck {
    /// The domain.
    domain: String,
    /// Whether all is well.
    ok: bool,
    /// When the DNS was asked.
    checked_at: Time,
    /// Each check: SPF, every key, DMARC, and the names of the servers that send mail.
    findings: Vec<DomainFinding>,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DomainFinding {
    /// `spf`, `dkim`, `dmarc` or `ptr`.
    check: &'static str,
    /// The name that was asked about: a domain or a server.
    name: String,
    /// `ok`, `missing`, `wrong`, or `unanswered` when the DNS did not answer in time and nothing is known.
    status: &'static str,
    /// What would be well.
    expected: String,
    /// What there is.
    found: Vec<String>,
    /// What is wrong and what to do; null when all is well.
    advice: Option<String>,
}

impl From<Finding> for DomainFinding {
    fn from(f: Finding) -> Self {
        let fault = f.verdict.err();
        DomainFinding {
            check: f.check.as_str(),
            name: f.name,
            status: fault.as_ref().map_or("ok", |fault| fault.flaw.as_str()),
            expected: f.expected,
            found: f.found,
            advice: fault.map(|fault| fault.advice),
        }
    }
}

/// `GET /api/v1/domains/{id}/check`: asks the DNS about the newest version, live or not, so that records can be checked before
/// anything is signed.
pub(crate) async fn check(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<DomainCheck> {
    let (spec, hosts) = state
        .run(move |state| {
            let (ws, control) = (caller.workspace, state.stores.control());
            let found = control.read(|q| resources::get(q, ws, ResourceKind::Domain, &id, None))?;
            let found = found.ok_or_else(|| ApiError::not_found(format!("domain {id}")))?;
            let opened = document::opened(state, ws, ResourceKind::Domain, &id, &found.spec)?;
            let spec = DomainSpec::validate(&opened).map_err(ApiError::invalid)?;
            let channels = control.read(|q| resources::live(q, ws, ResourceKind::Channel))?;
            let smtp = channels.iter().filter(|c| c.spec["kind"] == ProviderKind::Smtp.as_str());
            let hosts = smtp.filter_map(|c| c.spec["host"].as_str()).filter(|host| dns::is_public(host));
            Ok::<_, ApiError>((spec, hosts.map(str::to_owned).collect::<Vec<_>>()))
        })
        .await?;
    let unanswered = |detail: String| ApiError::new(ErrorClass::Transient, "dns_unanswered", detail);
    let found = dns::examine(&spec, &hosts, PATIENCE).await.map_err(unanswered)?;
    let ok = found.iter().all(|f| f.verdict.is_ok());
    let findings = found.into_iter().map(DomainFinding::from).collect();
    Ok(Json(DomainCheck { domain: spec.domain, ok, checked_at: state.now().into(), findings }))
}
