//! Has the crate built anew when the built browser files appear or change. Debug builds read them when they are asked for.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return;
    }
    for package in ["sdk", "dashboard"] {
        let dist = format!("../../web/{package}/dist");
        let source = format!("../../web/{package}");
        // What does not exist would count as changed each time, so until it is built its source is watched.
        let watched = [dist, source].into_iter().find(|path| Path::new(path).exists());
        if let Some(path) = watched {
            println!("cargo:rerun-if-changed={path}");
        }
    }
}
