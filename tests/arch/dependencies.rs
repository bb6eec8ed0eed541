//! Edges point only to lower layers, stages do not know each other, and each special dependency has its one home.

use std::collections::BTreeMap;

use super::root;

/// The layer of each crate. A new crate is added here with a layer, on purpose.
const LAYERS: &[(&str, u8)] = &[
    ("domain", 0),
    ("rules", 1),
    ("log", 1),
    ("store", 1),
    ("lake", 1),
    ("liquid", 1),
    ("collect", 2),
    ("profiles", 2),
    ("segments", 2),
    ("journeys", 2),
    ("delivery", 2),
    ("insights", 2),
    ("engine", 3),
    ("api", 3),
    ("rapport", 4),
];

/// Dependencies that only some crates may name.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["api"]),
    ("utoipa", &["api"]),
    ("tower-http", &["api"]),
    ("clap", &["rapport"]),
    ("figment", &["rapport"]),
    ("anyhow", &["rapport"]),
    ("rusqlite", &["store"]),
    ("parquet", &["lake"]),
    ("lettre", &["delivery"]),
    ("cel", &["rules"]),
];

/// Crates without async.
const SYNC: &[&str] = &["domain", "rules", "profiles", "segments", "journeys", "insights", "store", "lake", "liquid"];

fn manifests() -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates/") {
        let folder = entry.expect("a readable entry").path();
        let Ok(text) = std::fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        let manifest: toml::Table = text.parse().expect("a valid manifest");
        let dependencies = manifest.get("dependencies").and_then(|d| d.as_table());
        let names = dependencies.map(|d| d.keys().cloned().collect()).unwrap_or_default();
        found.insert(folder.file_name().expect("a named folder").to_string_lossy().into_owned(), names);
    }
    found
}

fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(n, _)| *n == name).map(|(_, layer)| *layer)
}

#[test]
fn edges_point_to_lower_layers() {
    let mut wrong = Vec::new();
    for (name, dependencies) in manifests() {
        if name == "testkit" {
            continue;
        }
        let own = layer(&name).unwrap_or_else(|| panic!("crate {name} has no layer in tests/arch/dependencies.rs"));
        for dependency in dependencies.iter().filter_map(|d| d.strip_prefix("rapport-")) {
            let theirs =
                layer(dependency).unwrap_or_else(|| panic!("{name} depends on {dependency}, which has no layer"));
            // The API composes answers from the engine beside it; the engine knows nothing of the API.
            let beside = name == "api" && dependency == "engine";
            if theirs >= own && !beside {
                wrong.push(format!("{name} (L{own}) → {dependency} (L{theirs})"));
            }
        }
    }
    assert!(wrong.is_empty(), "edges that do not point down:\n{}", wrong.join("\n"));
}

#[test]
fn special_dependencies_stay_in_their_homes() {
    let mut wrong = Vec::new();
    for (name, dependencies) in manifests() {
        for (dependency, homes) in HOMES {
            if dependencies.iter().any(|d| d == dependency) && !homes.contains(&name.as_str()) {
                wrong.push(format!("{name} uses {dependency}; only {} may", homes.join(", ")));
            }
        }
        if SYNC.contains(&name.as_str()) && dependencies.iter().any(|d| d == "tokio") {
            wrong.push(format!("{name} uses tokio; it has no async"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
