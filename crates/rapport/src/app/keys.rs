//! Write keys in memory, following the configuration's generation.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rapport_collect::{KeyInfo, WriteKeys};
use rapport_domain::{SourceId, WorkspaceId};
use rapport_store::control::{generation, sources};
use rapport_store::{StoreError, Stores};
use serde_json::Value;

type Table = HashMap<String, Arc<KeyInfo>>;

/// What the collector knows of a source. A policy that cannot be read lets nothing in: the other way round would store
/// what nobody agreed to.
pub(crate) fn key_info(workspace: WorkspaceId, source: SourceId, consent: &Value) -> Option<KeyInfo> {
    match serde_json::from_value(consent.clone()) {
        Ok(consent) => Some(KeyInfo { workspace, source, consent }),
        Err(error) => {
            tracing::error!(workspace.id = workspace.0, source.id = source.0, %error, "a source's consent policy cannot be read; its events are refused");
            None
        }
    }
}

/// Every valid write key. A known key costs a look into a table; an unknown one asks first whether the table is old.
pub(crate) struct StoreKeys {
    stores: Arc<Stores>,
    table: ArcSwap<Table>,
    generation: AtomicU64,
    reading: Mutex<()>,
}

impl StoreKeys {
    /// The keys of these stores.
    ///
    /// # Errors
    /// The control database cannot be read.
    pub(crate) fn open(stores: Arc<Stores>) -> Result<Self, StoreError> {
        let keys = StoreKeys {
            stores,
            table: ArcSwap::default(),
            generation: AtomicU64::new(u64::MAX),
            reading: Mutex::new(()),
        };
        keys.refresh()?;
        Ok(keys)
    }

    /// Reads the table anew when the configuration changed since; answers whether it did. Called several times a second,
    /// so that a revoked key stops working.
    ///
    /// # Errors
    /// The control database cannot be read; the former table stays in effect.
    pub(crate) fn refresh(&self) -> Result<bool, StoreError> {
        let _one = self.reading.lock();
        let control = self.stores.control();
        // The generation is read first: a change between the two reads makes another reading.
        let current = control.read(generation::current)?;
        if current == self.generation.load(Ordering::Acquire) {
            return Ok(false);
        }
        let keys = control.read(sources::all_keys)?;
        let info = |(key, ws, source, consent): (String, WorkspaceId, SourceId, Value)| {
            Some((key, Arc::new(key_info(ws, source, &consent)?)))
        };
        let table: Table = keys.into_iter().filter_map(info).collect();
        self.table.store(Arc::new(table));
        self.generation.store(current, Ordering::Release);
        Ok(true)
    }
}

impl WriteKeys for StoreKeys {
    fn resolve(&self, key: &str) -> Option<Arc<KeyInfo>> {
        if let Some(found) = self.table.load().get(key) {
            return Some(found.clone());
        }
        match self.refresh() {
            Ok(true) => self.table.load().get(key).cloned(),
            Ok(false) => None,
            Err(error) => {
                tracing::error!(%error, "write keys could not be read");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::Timestamp;
    use rapport_store::DbOptions;
    use rapport_store::control::workspaces;

    use super::*;

    #[test]
    fn new_keys_work_at_once_and_revoked_ones_after_a_refresh() {
        let dir = tempfile::tempdir().unwrap();
        let stores = Arc::new(Stores::open(dir.path(), 1, &DbOptions::default()).unwrap());
        let keys = StoreKeys::open(stores.clone()).unwrap();
        assert_eq!(keys.resolve("k1"), None);
        let now = Timestamp(1);
        let (ws, source) = stores
            .control()
            .write(|tx| {
                let ws = workspaces::create(tx, "w", "W", "UTC", now)?.id;
                let source = sources::create(tx, ws, "web", "Web", "website", now)?.id;
                sources::add_key(tx, ws, source, "k1", now)?;
                Ok::<_, StoreError>((ws, source))
            })
            .unwrap();
        assert_eq!(keys.resolve("k1").as_deref(), Some(&KeyInfo::open(ws, source)));
        assert!(!keys.refresh().unwrap());
        stores.control().write(|tx| sources::revoke_key(tx, ws, "k1", now)).unwrap();
        assert!(keys.refresh().unwrap());
        assert_eq!(keys.resolve("k1"), None);
    }
}
