//! The team's desk: saved insights, dashboards and goals as they stand now, over one snapshot of the events.
//!
//! A document is taken in its live version, or else its newest that is not archived, so that a draft can be looked at
//! before it is published. What leaves by itself (mails, alerts) goes by live versions only.

mod alerts;
mod cache;
mod dashboards;
mod goals;
mod mails;
mod runner;

use std::sync::Arc;

use rapport_domain::{Problem, Resource, ResourceKind, ResourceStatus, Timestamp, WorkspaceId};
use rapport_insights::InsightError;
use rapport_insights::kinds::{self, Outcome};
use rapport_insights::saved::results::InsightResult;
use rapport_insights::saved::{InsightSpec, Overlay};
use rapport_lake::{CancelFlag, Snapshot};
use rapport_store::control::{generation, resources};
use serde_json::Value;

use crate::read::people::Profiles;
use crate::shared::Shared;

pub(crate) use cache::Results;
pub use goals::MAX_HISTORY;
pub use mails::{Digest, digest};
pub use runner::{Mailroom, MailroomConfig};

/// Results are taken for as new as this: days begin at whole quarters of an hour everywhere.
const TICK_MS: i64 = 15 * 60 * 1000;

/// Why something on the desk cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such document.
    #[error("there is no {kind} {id:?}", kind = .kind.as_str())]
    Missing {
        /// Its kind.
        kind: ResourceKind,
        /// Its id.
        id: String,
    },
    /// A document cannot be used as it is.
    #[error("{kind} {id}: {problem}", kind = .kind.as_str())]
    Unusable {
        /// Its kind.
        kind: ResourceKind,
        /// Its id.
        id: String,
        /// Why not.
        problem: Box<Problem>,
    },
    /// A report could not be computed.
    #[error(transparent)]
    Insight(#[from] InsightError),
    /// The documents could not be read.
    #[error(transparent)]
    Store(#[from] rapport_store::StoreError),
}

/// The desk of one workspace at one moment.
pub struct Desk<'a> {
    shared: &'a Shared,
    ws: WorkspaceId,
    now: Timestamp,
    cancel: &'a CancelFlag,
    snapshot: Snapshot,
    watermark: u64,
    /// Of the documents.
    generation: u64,
    /// Live versions only.
    strict: bool,
}

impl<'a> Desk<'a> {
    /// The desk as it is at `now`.
    ///
    /// # Errors
    /// The documents cannot be read.
    pub fn open(
        shared: &'a Shared,
        ws: WorkspaceId,
        now: Timestamp,
        cancel: &'a CancelFlag,
    ) -> Result<Self, DeskError> {
        let generation = shared.stores.control().read(generation::current)?;
        let snapshot = shared.lake.snapshot(ws);
        let watermark = snapshot.watermark();
        Ok(Desk { shared, ws, now, cancel, snapshot, watermark, generation, strict: false })
    }

    /// The same with live versions only.
    #[must_use]
    pub(crate) fn live_only(self) -> Self {
        Desk { strict: true, ..self }
    }

    /// The events it shows; see [`Snapshot::watermark`].
    #[must_use]
    pub fn watermark(&self) -> u64 {
        self.watermark
    }

    /// A document's live version, or else its newest.
    ///
    /// # Errors
    /// `Missing` when there is none or it is archived.
    pub fn document(&self, kind: ResourceKind, id: &str) -> Result<Resource, DeskError> {
        let (ws, control) = (self.ws, self.shared.stores.control());
        let found = control.read(|q| match resources::live_one(q, ws, kind, id)? {
            None if !self.strict => resources::get(q, ws, kind, id, None),
            live => Ok(live),
        })?;
        let found = found.filter(|r| r.status != ResourceStatus::Archived);
        found.ok_or_else(|| DeskError::Missing { kind, id: id.to_owned() })
    }

    /// A saved insight with what it comes to.
    ///
    /// # Errors
    /// There is no such insight, or its report cannot be computed.
    pub fn insight(&self, id: &str, overlay: &Overlay) -> Result<(InsightResult, Arc<Outcome>), DeskError> {
        let resource = self.document(ResourceKind::Insight, id)?;
        let spec = read(&resource, InsightSpec::validate)?;
        let request = overlay.apply(&spec.request);
        let outcome = self.outcome(&spec.report, &request)?;
        let number = spec.number.as_deref().and_then(|at| outcome.report.pointer(at)).and_then(Value::as_f64);
        let result = InsightResult {
            id: resource.id,
            version: resource.version,
            name: spec.name,
            report: spec.report,
            chart: spec.chart,
            number,
            request,
            result: outcome.report.clone(),
        };
        Ok((result, outcome))
    }

    /// A report, from the results that are kept if it is among them.
    pub(crate) fn outcome(&self, report: &str, request: &Value) -> Result<Arc<Outcome>, DeskError> {
        let kind = kinds::named(report, "report").map_err(|p| InsightError::Invalid(vec![p]))?;
        let absolute =
            |at: &str| request[at].as_str().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        let tick = if absolute("from") && absolute("to") { 0 } else { self.now.0.div_euclid(TICK_MS) };
        // Annotations and segments are documents: a new generation of them is another result.
        let generation = self.generation;
        let key = format!("{} {} {generation} {tick} {report} {request}", self.ws.0, self.watermark);
        self.shared
            .results
            .get_or(key, || Ok(kind.run(request, &self.snapshot, &Profiles(self.shared), self.now, self.cancel)?))
    }

    /// The tag of an answer made of these documents: the same tag, the same answer.
    #[must_use]
    pub fn tag(&self, of: &str) -> String {
        let text = format!("{} {} {} {of}", self.watermark, self.generation, self.now.0.div_euclid(TICK_MS));
        format!("\"{:016x}\"", rapport_domain::hash::hash64(0, text.as_bytes()))
    }
}

/// Reads the document of a resource.
fn read<T>(resource: &Resource, of: impl Fn(&Value) -> Result<T, Vec<Problem>>) -> Result<T, DeskError> {
    of(&resource.spec).map_err(|mut problems| DeskError::Unusable {
        kind: resource.kind,
        id: resource.id.clone(),
        problem: Box::new(problems.swap_remove(0)),
    })
}
