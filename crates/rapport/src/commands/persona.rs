//! `rapport persona`.

use anyhow::Result;
use serde_json::{Value, json};

use super::table::{Table, cell, count};
use super::{print, print_json};
use crate::cli::Persona;
use crate::client::{Client, segment};

/// Shows what a model found, or finds it anew.
pub(super) fn run(client: &Client, command: &Persona) -> Result<()> {
    let (found, json) = match command {
        Persona::Show { id, json } => (client.http().get(&format!("/api/v1/personas/{}", segment(id)), &[])?, json),
        Persona::Compute { id, json } => {
            (client.http().post(&format!("/api/v1/personas/{}/compute", segment(id)), &json!({}))?, json)
        }
    };
    if json.json {
        return print_json(&found);
    }
    let Value::Object(result) = &found["result"] else {
        return print("not computed yet: rapport persona compute\n");
    };
    let mut table = Table::new(&["persona", "profiles", "name", "what sets it apart"]);
    for persona in result["personas"].as_array().into_iter().flatten() {
        let [id, name, description] = ["id", "name", "description"].map(|n| cell(&persona[n]));
        table.row([id, count(&persona["count"]), name, description]);
    }
    let clear = result["silhouette"].as_f64().unwrap_or(0.0);
    print(&format!("{} profiles, silhouette {clear:.2}\n\n{}", count(&result["profiles"]), table.text()))
}
