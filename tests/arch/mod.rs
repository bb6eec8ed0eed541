//! The architecture as tests: layers, who may use which dependency, and the shape of files.

mod dependencies;
mod files;

use std::path::{Path, PathBuf};

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project's root").to_owned()
}

/// Every `.rs` file of the project, with its text; build output is left out.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["crates", "tests", "bench"] {
        walk(&root().join(folder), &mut found);
    }
    assert!(found.len() > 50, "the walk over the sources found only {} files", found.len());
    found
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() && path.file_name().is_none_or(|n| n != "target" && n != "node_modules") {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).expect("a readable source file");
            found.push((path.strip_prefix(root()).expect("inside the project").to_owned(), text));
        }
    }
}
