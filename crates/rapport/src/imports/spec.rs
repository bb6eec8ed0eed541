//! What a queued import says: how rows become events, whose events they are, and whether they happen now.

use rapport_api::ImportSpec;
use rapport_collect::KeyInfo;
use rapport_collect::import::Mapping;
use rapport_domain::SourceId;
use rapport_store::Stores;
use rapport_store::control::imports::Import;
use rapport_store::control::sources;

use super::job::JobError;
use crate::app::key_info;

/// A readable import.
pub(super) struct JobSpec {
    /// How rows become events; events in Segment's form need none.
    pub(super) mapping: Option<Mapping>,
    /// The events trigger journeys.
    pub(super) live: bool,
    /// Whose events they are.
    pub(super) key: KeyInfo,
}

/// Reads what the API stored with the import.
pub(super) fn read(stores: &Stores, import: &Import) -> Result<JobSpec, JobError> {
    let stored: ImportSpec = serde_json::from_value(import.mapping.clone())
        .map_err(|e| JobError::Other(format!("the import's settings cannot be read: {e}")))?;
    let mapping = stored.mapping.as_deref().map(Mapping::parse).transpose()?;
    let (ws, id) = (import.workspace, SourceId(stored.source));
    let source = stores.control().read(|q| sources::get(q, ws, id))?;
    match source.filter(|s| !s.disabled) {
        Some(source) => match key_info(ws, source.id, &source.consent) {
            Some(key) => Ok(JobSpec { mapping, live: stored.live, key }),
            None => Err(JobError::Other("the source's consent policy cannot be read".to_owned())),
        },
        None => Err(JobError::Other("the source of this import is disabled or gone".to_owned())),
    }
}
