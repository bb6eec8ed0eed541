//! What delivery asks of the rest, answered from the stores.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rapport_delivery::channels::email::dkim::Signer;
use rapport_delivery::content::built_in;
use rapport_delivery::core::address::Unreachable;
use rapport_delivery::core::caps::Contact;
use rapport_delivery::core::device::Device;
use rapport_delivery::repo::handovers::Handover;
use rapport_delivery::{
    Audience, Catalog, ChannelSpec, CouponSpec, DeliveryError, Deps, DomainSpec, JourneyState, Known, Ledger, Library,
    LiveChannel, LiveTemplate, Noting, OriginState, Outcomes, SettingsSpec, Sources, Suppressed, Suppressions,
    TopicSpec,
};
use rapport_domain::hours::HourScores;
use rapport_domain::message::{MessageOutcome, Origin};
use rapport_domain::{OutboundMessage, OutboxId, Profile, ProfileId, Resource, ResourceKind, Timestamp, WorkspaceId};
use rapport_store::control::{catalogs, coupons, resources, suppressions};

use serde_json::Value;

use crate::inbox::Input;
use crate::read;
use crate::shared::Shared;

/// The engine's answers to delivery.
pub(crate) struct Wiring {
    shared: Arc<Shared>,
    documents: Mutex<Documents>,
}

/// Prepared documents of one generation of resources.
#[derive(Default)]
struct Documents {
    generation: u64,
    templates: HashMap<(WorkspaceId, String), Option<Arc<LiveTemplate>>>,
    channels: HashMap<(WorkspaceId, String), Arc<Vec<Arc<LiveChannel>>>>,
    topics: HashMap<(WorkspaceId, String), Option<Arc<TopicSpec>>>,
    settings: HashMap<WorkspaceId, Arc<SettingsSpec>>,
    libraries: HashMap<WorkspaceId, Arc<Library>>,
    signers: HashMap<WorkspaceId, Arc<Vec<Arc<Signer>>>>,
}

/// Distinct names remembered per generation; names that do not exist count too.
const MAX_DOCUMENTS: usize = 10_000;

/// What delivery asks of the rest of the product: the dependencies of its relay.
pub fn deps(shared: &Arc<Shared>) -> Deps {
    let wiring = Arc::new(Wiring { shared: shared.clone(), documents: Mutex::default() });
    Deps {
        audience: wiring.clone(),
        catalog: wiring.clone(),
        suppressions: wiring.clone(),
        journeys: wiring.clone(),
        ledger: wiring.clone(),
        sources: wiring.clone(),
        outcomes: wiring,
        clock: shared.clock.clone(),
    }
}

impl Wiring {
    /// The documents of the present generation; an older set is dropped as a whole.
    fn documents(&self) -> parking_lot::MutexGuard<'_, Documents> {
        let mut documents = self.documents.lock();
        let generation = self.shared.live().generation;
        let size = documents.templates.len() + documents.channels.len() + documents.topics.len();
        if documents.generation != generation || size > MAX_DOCUMENTS {
            *documents = Documents { generation, ..Documents::default() };
        }
        documents
    }

    fn library(&self, ws: WorkspaceId) -> Result<Arc<Library>, DeliveryError> {
        if let Some(found) = self.documents().libraries.get(&ws) {
            return Ok(found.clone());
        }
        let prepared = library(&self.shared, ws)?;
        self.documents().libraries.insert(ws, prepared.clone());
        Ok(prepared)
    }

    fn live(&self, ws: WorkspaceId, kind: ResourceKind, id: &str) -> Result<Option<Resource>, DeliveryError> {
        self.shared.stores.control().read(|q| resources::live_one(q, ws, kind, id)).map_err(unavailable(kind.as_str()))
    }
}

/// The live blocks, brands and catalogues of a workspace.
///
/// # Errors
/// When they cannot be read.
pub(crate) fn library(shared: &Shared, ws: WorkspaceId) -> Result<Arc<Library>, DeliveryError> {
    let control = shared.stores.control();
    let mut live = Vec::new();
    for kind in [ResourceKind::Block, ResourceKind::Brand, ResourceKind::Catalog] {
        live.extend(control.read(|q| resources::live(q, ws, kind)).map_err(unavailable("library"))?);
    }
    let library = Library::prepare(&live);
    for problem in library.problems() {
        tracing::warn!(workspace.id = ws.0, %problem, "a live document has no effect");
    }
    Ok(library)
}

fn unavailable<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> DeliveryError {
    move |error| DeliveryError::Unavailable { what, detail: error.to_string() }
}

impl Audience for Wiring {
    fn profile(&self, ws: WorkspaceId, profile: ProfileId) -> Result<Option<Profile>, DeliveryError> {
        read::profiles::get(&self.shared, ws, profile).map_err(unavailable("profile"))
    }

    fn hours(&self, ws: WorkspaceId, profile: ProfileId) -> Result<HourScores, DeliveryError> {
        read::journeys::hours(&self.shared, ws, profile).map_err(unavailable("habits"))
    }
}

impl Catalog for Wiring {
    fn template(&self, ws: WorkspaceId, id: &str) -> Result<Option<Arc<LiveTemplate>>, DeliveryError> {
        let key = (ws, id.to_owned());
        if let Some(found) = self.documents().templates.get(&key) {
            return Ok(found.clone());
        }
        let found = match built_in::document(id) {
            Some(spec) => Some((1, spec)),
            None => self.live(ws, ResourceKind::Template, id)?.map(|r| (r.version, r.spec)),
        };
        let prepared = match found {
            Some((version, spec)) => {
                let library = self.library(ws)?;
                LiveTemplate::prepare_in(id, version, &spec, &library).ok().map(Arc::new)
            }
            None => None,
        };
        self.documents().templates.insert(key, prepared.clone());
        Ok(prepared)
    }

    fn channels(&self, ws: WorkspaceId, channel: &str) -> Result<Arc<Vec<Arc<LiveChannel>>>, DeliveryError> {
        let key = (ws, channel.to_owned());
        if let Some(found) = self.documents().channels.get(&key) {
            return Ok(found.clone());
        }
        let control = self.shared.stores.control();
        let live = control.read(|q| resources::live(q, ws, ResourceKind::Channel)).map_err(unavailable("channel"))?;
        let mut prepared = Vec::new();
        for r in live {
            // A secret that cannot be opened puts messages back until somebody repairs it; it loses none.
            let opened = self.shared.stores.vault().opened(ws, ResourceKind::Channel, &r.id, &r.spec);
            let Ok(spec) = ChannelSpec::validate(&opened.map_err(unavailable("channel"))?) else { continue };
            if spec.carries(channel) {
                prepared.push(Arc::new(LiveChannel { id: r.id, version: r.version, spec }));
            }
        }
        let prepared = Arc::new(prepared);
        self.documents().channels.insert(key, prepared.clone());
        Ok(prepared)
    }

    fn topic(&self, ws: WorkspaceId, id: &str) -> Result<Option<Arc<TopicSpec>>, DeliveryError> {
        let key = (ws, id.to_owned());
        if let Some(found) = self.documents().topics.get(&key) {
            return Ok(found.clone());
        }
        let live = self.live(ws, ResourceKind::Topic, id)?;
        let prepared = live.and_then(|r| TopicSpec::validate(&r.spec).ok()).map(Arc::new);
        self.documents().topics.insert(key, prepared.clone());
        Ok(prepared)
    }

    fn signers(&self, ws: WorkspaceId) -> Result<Arc<Vec<Arc<Signer>>>, DeliveryError> {
        if let Some(found) = self.documents().signers.get(&ws) {
            return Ok(found.clone());
        }
        let made = Arc::new(signers(&self.shared, ws)?);
        self.documents().signers.insert(ws, made.clone());
        Ok(made)
    }

    fn settings(&self, ws: WorkspaceId) -> Result<Arc<SettingsSpec>, DeliveryError> {
        if let Some(found) = self.documents().settings.get(&ws) {
            return Ok(found.clone());
        }
        let live = self.live(ws, ResourceKind::Settings, "workspace")?;
        let prepared = Arc::new(live.and_then(|r| SettingsSpec::validate(&r.spec).ok()).unwrap_or_default());
        self.documents().settings.insert(ws, prepared.clone());
        Ok(prepared)
    }
}

impl Sources for Wiring {
    fn catalog_item(&self, ws: WorkspaceId, catalog: &str, key: &str) -> Result<Option<Value>, DeliveryError> {
        let control = self.shared.stores.control();
        control.read(|q| catalogs::get(q, ws, catalog, key)).map_err(unavailable("catalogue"))
    }

    fn coupon(&self, ws: WorkspaceId, pool: &str, id: OutboxId, _: ProfileId) -> Result<Option<String>, DeliveryError> {
        let Some(document) = self.live(ws, ResourceKind::Coupon, pool)? else { return Ok(None) };
        let (control, now) = (self.shared.stores.control(), self.shared.clock.now());
        let given = control.write(|tx| coupons::give(tx, ws, pool, id, now)).map_err(unavailable("coupon codes"))?;
        Ok(given.or_else(|| CouponSpec::validate(&document.spec).ok()?.fallback))
    }
}

/// The signers of the live sending domains of a workspace; a domain whose keys cannot be used signs nothing and says so.
fn signers(shared: &Shared, ws: WorkspaceId) -> Result<Vec<Arc<Signer>>, DeliveryError> {
    let control = shared.stores.control();
    let live = control.read(|q| resources::live(q, ws, ResourceKind::Domain)).map_err(unavailable("domain"))?;
    let mut out = Vec::new();
    for r in live {
        let opened = shared.stores.vault().opened(ws, ResourceKind::Domain, &r.id, &r.spec);
        let spec = DomainSpec::validate(&opened.map_err(unavailable("domain"))?);
        let made = spec.map_err(|p| p.first().map_or_else(String::new, ToString::to_string)).and_then(Signer::new);
        match made {
            Ok(signer) => out.push(Arc::new(signer)),
            Err(problem) => tracing::warn!(workspace.id = ws.0, domain = %r.id, %problem, "a domain signs nothing"),
        }
    }
    Ok(out)
}

/// What the suppression list says of an address.
pub(crate) fn suppressed(
    shared: &Shared,
    ws: WorkspaceId,
    channel: &str,
    address: &str,
) -> Result<Option<Suppressed>, rapport_store::StoreError> {
    let found = shared.stores.control().read(|q| suppressions::get(q, ws, channel, address))?;
    Ok(found.map(|s| Suppressed { reason: s.reason, since: s.at, source: s.source }))
}

impl Suppressions for Wiring {
    fn suppressed(&self, ws: WorkspaceId, channel: &str, address: &str) -> Result<Option<Suppressed>, DeliveryError> {
        suppressed(&self.shared, ws, channel, address).map_err(unavailable("suppressions"))
    }

    fn suppress(&self, ws: WorkspaceId, channel: &str, address: &str, why: Unreachable) -> Result<(), DeliveryError> {
        let (control, now) = (self.shared.stores.control(), self.shared.clock.now());
        let added = control.write(|tx| suppressions::add(tx, ws, channel, address, why.reason(), now, "delivery"));
        added.map(drop).map_err(unavailable("suppressions"))
    }
}

impl JourneyState for Wiring {
    fn state(
        &self,
        message: &OutboundMessage,
        origin: &Origin,
        known: &Known<'_>,
    ) -> Result<OriginState, DeliveryError> {
        let (ws, id) = (message.workspace, message.id);
        let (kind, document) = match origin.journey.strip_prefix(rapport_journeys::campaign::PREFIX) {
            Some(campaign) => (ResourceKind::Campaign, campaign),
            None => (ResourceKind::Journey, origin.journey.as_str()),
        };
        if self.live(ws, kind, document)?.is_none() {
            return Ok(OriginState::NotLive);
        }
        let db = self.shared.stores.partition(id.partition)?;
        if db.read(|q| rapport_delivery::repo::is_withdrawn(q, ws, id))? {
            return Ok(OriginState::Exited);
        }
        Ok(match read::twins::standing(&self.shared, message, origin, known).map_err(unavailable("messages"))? {
            OriginState::Live if self.shared.live().journeys.is_paused(ws, &origin.journey) => OriginState::Paused,
            standing => standing,
        })
    }
}

impl Ledger for Wiring {
    fn is_sent(&self, ws: WorkspaceId, _: ProfileId, id: OutboxId) -> Result<bool, DeliveryError> {
        let db = self.shared.stores.partition(id.partition)?;
        db.read(|q| rapport_delivery::repo::is_sent(q, ws, id))
    }

    fn contacts(&self, profile: &Profile, since: Timestamp) -> Result<Vec<Contact>, DeliveryError> {
        read::messages::contacts(&self.shared, profile, since).map_err(unavailable("messages"))
    }

    fn wrote(&self, profile: &Profile, channel: &str) -> Result<Option<Timestamp>, DeliveryError> {
        read::messages::wrote(&self.shared, profile, channel).map_err(unavailable("what customers wrote"))
    }
}

impl Outcomes for Wiring {
    fn handing_over(&self, id: OutboxId, handover: Option<Handover>, noting: Noting) {
        self.shared.inbox(id.partition).push(Input::HandingOver(id, handover.map(Box::new), noting));
        self.shared.log.wake(id.partition);
    }

    fn finished(&self, id: OutboxId, outcome: MessageOutcome) {
        self.shared.inbox(id.partition).push(Input::Outcome(id, outcome));
        self.shared.log.wake(id.partition);
    }

    fn devices_gone(&self, ws: WorkspaceId, profile: ProfileId, devices: Vec<Device>) {
        self.shared.inbox(profile.home()).push(Input::DevicesGone(ws, profile, devices));
        self.shared.log.wake(profile.home());
    }

    fn opted_out(&self, message: &OutboundMessage) {
        let home = message.profile.home();
        self.shared.inbox(home).push(Input::OptedOut(Box::new(message.clone())));
        self.shared.log.wake(home);
    }
}
