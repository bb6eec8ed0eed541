//! `rapport profile`.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};
use rapport_domain::ProfileId;
use serde_json::{Value, json};

use super::table::{Table, cell};
use super::{Usage, print, print_json};
use crate::cli::{Profile, Who};
use crate::client::{Client, segment};

/// Newest events shown.
const EVENTS: &str = "20";

/// Shows, erases or exports a customer.
pub(super) fn run(client: &Client, profile: &Profile) -> Result<()> {
    match profile {
        Profile::Show { who, json } => show(client, who, json.json),
        Profile::Erase { who, yes } => erase(client, who, *yes),
        Profile::Export { who } => {
            let id = id(&find(client, who)?);
            print_json(&client.http().get(&format!("/api/v1/profiles/{id}/export"), &[])?)
        }
    }
}

/// Where the API has the profile.
fn path(who: &str) -> Result<String, Usage> {
    if who.parse::<ProfileId>().is_ok() {
        return Ok(format!("/api/v1/profiles/{who}"));
    }
    match who.split_once(':') {
        Some((namespace, value)) if !namespace.is_empty() && !value.is_empty() => {
            Ok(format!("/api/v1/profiles/by/{}/{}", segment(namespace), segment(value)))
        }
        _ => Err(Usage(format!(
            "expected a profile id such as p_0g00000000s9q, or namespace:value such as user_id:42, found {who:?}"
        ))),
    }
}

fn find(client: &Client, who: &Who) -> Result<Value> {
    Ok(client.http().get(&path(&who.who)?, &[])?)
}

/// The id of a customer.
pub(super) fn id_of(client: &Client, who: &Who) -> Result<String> {
    find(client, who).map(|profile| id(&profile))
}

fn id(profile: &Value) -> String {
    cell(&profile["id"])
}

fn show(client: &Client, who: &Who, json: bool) -> Result<()> {
    let profile = find(client, who)?;
    let path = format!("/api/v1/profiles/{}/events", id(&profile));
    let events = client.http().get(&path, &[("limit", EVENTS)])?;
    if json {
        return print_json(&json!({ "profile": profile, "events": events["items"] }));
    }
    let list = |name: &str, show: &dyn Fn(&Value) -> String| {
        let all: Vec<String> = profile[name].as_array().into_iter().flatten().map(show).collect();
        all.join(", ")
    };
    let mut about = Table::new(&["", ""]);
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            about.row([name.to_owned(), text]);
        }
    };
    row("profile", format!("{}  {}", id(&profile), cell(&profile["label"])));
    row("identifiers", list("identifiers", &|i| format!("{}:{}", cell(&i["namespace"]), cell(&i["value"]))));
    row("seen", format!("{} to {}", cell(&profile["first_seen"]), cell(&profile["last_seen"])));
    row("events", cell(&profile["event_count"]));
    row("segments", list("segments", &|s| cell(&s["segment"])));
    row("groups", list("groups", &cell));
    let consent = |c: &Value| {
        let topic = c["topic"].as_str().map(|t| format!("/{t}")).unwrap_or_default();
        format!("{}{topic} {}", cell(&c["channel"]), cell(&c["status"]))
    };
    row("consent", list("consents", &consent));
    row("merged", list("merges", &|m| cell(&m["from"])));
    for (name, value) in profile["traits"].as_object().into_iter().flatten() {
        row(name, cell(value));
    }
    let mut timeline = Table::new(&["when", "event", "properties"]);
    for event in events["items"].as_array().into_iter().flatten() {
        let properties: String = cell(&event["properties"]).chars().take(100).collect();
        timeline.row([cell(&event["timestamp"]), cell(&event["event"]), properties]);
    }
    print(&format!("{}\n{}", about.text().trim_start(), timeline.text()))
}

fn erase(client: &Client, who: &Who, yes: bool) -> Result<()> {
    let profile = find(client, who)?;
    let id = id(&profile);
    if !yes && !confirmed(&format!("Erase {id} ({}) everywhere? This cannot be undone.", cell(&profile["label"])))? {
        bail!("nothing was erased");
    }
    let erasing = client.http().post(&format!("/api/v1/profiles/{id}/erase"), &json!({}))?;
    let reaches: Vec<String> =
        erasing["reaches"].as_array().into_iter().flatten().map(|r| format!("  {}\n", cell(r))).collect();
    print(&format!("{id} is being erased:\n{}", reaches.concat()))
}

fn confirmed(question: &str) -> Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Usage("nobody can be asked here; say --yes to erase".to_owned()).into());
    }
    eprint!("{question} Type yes: ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_named_by_id_or_identifier() {
        for (who, expected) in [
            ("p_0000000000001", Some("/api/v1/profiles/p_0000000000001")),
            ("user_id:a/b", Some("/api/v1/profiles/by/user_id/a%2Fb")),
            ("email:ann@example.com", Some("/api/v1/profiles/by/email/ann%40example.com")),
            ("crm:a:b", Some("/api/v1/profiles/by/crm/a%3Ab")),
            ("42", None),
            (":x", None),
            ("x:", None),
        ] {
            assert_eq!(path(who).ok().as_deref(), expected, "{who}");
        }
    }
}
