//! Event names as small numbers, per workspace and process. The numbers are never stored.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// The names of one workspace. Codes count up from 0 and stay for the life of the process.
#[derive(Debug, Default)]
pub(crate) struct Names {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    codes: HashMap<Arc<str>, u32>,
    names: Arc<Vec<Arc<str>>>,
}

impl Names {
    /// The code of `name`, given now if it is new.
    pub(crate) fn code(&self, name: &str) -> u32 {
        if let Some(code) = self.inner.read().codes.get(name) {
            return *code;
        }
        let mut inner = self.inner.write();
        if let Some(code) = inner.codes.get(name) {
            return *code;
        }
        let shared: Arc<str> = Arc::from(name);
        let code = inner.names.len() as u32;
        Arc::make_mut(&mut inner.names).push(Arc::clone(&shared));
        inner.codes.insert(shared, code);
        code
    }

    /// All names so far, by code.
    pub(crate) fn all(&self) -> Arc<Vec<Arc<str>>> {
        Arc::clone(&self.inner.read().names)
    }
}
