//! What the collector asks of its surroundings: who a write key belongs to, and where quality records go.

use std::sync::Arc;

use rapport_domain::{SourceId, WorkspaceId};

use crate::core::consent::ConsentPolicy;
use crate::core::reason::QualityRecord;

/// Whom a write key belongs to, and what its source asks of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The source.
    pub source: SourceId,
    /// What consent its events need.
    pub consent: ConsentPolicy,
}

impl KeyInfo {
    /// A key of a source that asks for no consent.
    #[must_use]
    pub fn open(workspace: WorkspaceId, source: SourceId) -> Self {
        KeyInfo { workspace, source, consent: ConsentPolicy::default() }
    }
}

/// Looks write keys up. Asked once a request, so an implementation keeps what it found (bounded).
pub trait WriteKeys: Send + Sync {
    /// Whom `key` belongs to; `None` when it is unknown or revoked.
    fn resolve(&self, key: &str) -> Option<Arc<KeyInfo>>;
}

/// Takes quality records. Must not block: the caller holds up a request.
pub trait QualitySink: Send + Sync {
    /// Records what was wrong with items of one request.
    fn record(&self, workspace: WorkspaceId, source: SourceId, records: Vec<QualityRecord>);
}

/// A sink that keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoQuality;

impl QualitySink for NoQuality {
    fn record(&self, _: WorkspaceId, _: SourceId, _: Vec<QualityRecord>) {}
}
