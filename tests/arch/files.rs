//! The shape of files: a header that says what it is, a size a reader can hold, SQL and async only where they belong.

use super::sources;

/// Lines a source file may have.
const MAX_LINES: usize = 500;

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "files without a //! header:\n{}", silent.join("\n"));
}

#[test]
fn files_stay_readable() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "files above {MAX_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_undone() {
    let words = ["todo!", "unimplemented!", "FIXME", "dbg!("];
    let undone: Vec<_> = sources()
        .into_iter()
        .filter(|(path, _)| !path.starts_with("tests/arch"))
        .flat_map(|(path, text)| {
            let found: Vec<_> =
                words.iter().filter(|w| text.contains(**w)).map(|w| format!("{}: {w}", path.display())).collect();
            found
        })
        .collect();
    assert!(undone.is_empty(), "{}", undone.join("\n"));
}

#[test]
fn core_is_pure() {
    let forbidden = [
        ".await",
        "async fn",
        "SystemTime::now",
        "Instant::now",
        "Utc::now",
        "rand::",
        "std::fs",
        "std::net",
        "std::thread",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !path.components().any(|c| c.as_os_str() == "core") || !path.starts_with("crates") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        wrong.extend(forbidden.iter().filter(|f| code.contains(**f)).map(|f| format!("{}: {f}", path.display())));
    }
    assert!(wrong.is_empty(), "core/ must be pure:\n{}", wrong.join("\n"));
}

#[test]
fn sql_stays_in_repo_files() {
    let verbs = ["\"SELECT ", "\"INSERT INTO", "\"UPDATE ", "\"DELETE FROM", "\"CREATE TABLE"];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let allowed = path.starts_with("crates/store")
            || name == "repo.rs"
            || path.components().any(|c| c.as_os_str() == "repo")
            || !path.starts_with("crates");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if !allowed && verbs.iter().any(|v| code.contains(v)) {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "SQL outside store and repo.rs:\n{}", wrong.join("\n"));
}
