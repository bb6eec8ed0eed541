//! `serve --print-config`: each value with where it came from.

use figment::Figment;
use figment::value::Value;

use super::layers::{entries, file_of, place};

/// One `key = value  # origin` a line; valid as `rapport.toml`.
pub(super) fn print(figment: &Figment) -> String {
    let mut entries = entries(figment);
    // Plain keys must come before those with a section, or they would be read as part of one; dotted keys need no order.
    entries.sort_by_key(|(path, _)| path.contains('.'));
    let lines: Vec<(String, String)> = entries
        .iter()
        .map(|(path, value)| (format!("{path} = {}", shown(path, value)), origin(figment, path)))
        .collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    lines.iter().map(|(line, origin)| format!("{line:width$}  # {origin}\n")).collect()
}

fn origin(figment: &Figment, path: &str) -> String {
    let Some(metadata) = figment.find_metadata(path) else { return "default".to_owned() };
    if let Some(file) = file_of(metadata) {
        return file.display().to_string();
    }
    match metadata.name.as_ref() {
        "the environment" | "the command line" => place(figment, path),
        _ => "default".to_owned(),
    }
}

/// Keys whose values are secrets.
const SECRETS: [&str; 3] = ["secret_key", "bounce_mailbox.secret", "bounce_mailbox.client_secret"];

/// A value for people to see: that there is a secret, not which.
fn shown(path: &str, value: &Value) -> String {
    let text = literal(value);
    if SECRETS.contains(&path) && text != "\"\"" { "\"********\"".to_owned() } else { text }
}

/// A value as TOML writes it. JSON's texts, numbers, truth values and lists are TOML's too.
fn literal(value: &Value) -> String {
    let json: serde_json::Value = value.deserialize().unwrap_or_default();
    json.to_string()
}
