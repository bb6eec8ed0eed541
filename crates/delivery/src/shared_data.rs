//! Where the data shared between checkouts lies, for tests that use it.

use std::path::PathBuf;

/// The folder, when it is there: under `RAPPORT_DATA`, else beside the checkout.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("RAPPORT_DATA").map(PathBuf::from);
    let near = ["../../../shared/data", "../../../../shared/data"];
    let folders = base.into_iter().chain(near.map(|n| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(n)));
    folders.map(|f| f.join(name)).find(|f| f.is_dir())
}
