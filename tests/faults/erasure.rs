//! Somebody asks to be forgotten: after the stated time no file of the data directory holds a byte of what was known.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::server::{Client, Mailbox, Served, config, init, publish_shop, until};

/// Texts that only the forgotten customer has, each in another place of the product.
const TRACES: [&str; 12] = [
    "zq-user-4711",
    "zq-device-0815",
    "zq-mail@forgotten.example",
    "zq-first-name",
    "zq-former-name",
    "zq-page-title",
    "zq-property-value",
    "zq-order-number",
    "zq-rejected-note",
    "zq-long-text",
    "zq-imported-event",
    "zq-rejected-row",
];

/// Every file below `dir` that holds one of the traces, with the trace.
fn found(dir: &Path) -> Vec<(PathBuf, &'static str)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(found(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let holds = |trace: &str| bytes.windows(trace.len()).any(|w| w.eq_ignore_ascii_case(trace.as_bytes()));
        out.extend(TRACES.iter().filter(|trace| holds(trace)).map(|trace| (path.clone(), *trace)));
    }
    out
}

fn send(collect: &Client, batch: Value) {
    collect.call("POST", "/v1/batch", &json!({"batch": batch})).ok();
}

/// Everything a customer can leave: two identities, changed traits, events, an order and its mail, an account, a rejected
/// event, and enough text for overflow pages.
fn live(collect: &Client) {
    let (user, device) = (TRACES[0], TRACES[1]);
    send(
        collect,
        json!([
            {"type": "page", "anonymousId": device, "name": "Home", "properties": {"title": TRACES[5]}},
            {"type": "identify", "userId": user, "anonymousId": device, "traits": {"email": TRACES[2], "first_name": TRACES[4]}},
            {"type": "track", "userId": user, "event": "Product Viewed", "properties": {"sku": TRACES[6]}},
            {"type": "group", "userId": user, "groupId": "acme", "traits": {"name": "Acme"}},
        ]),
    );
    send(
        collect,
        json!([
            {"type": "identify", "userId": user, "traits": {"first_name": TRACES[3], "about": TRACES[9].repeat(900)}},
            {"type": "track", "userId": user, "event": "Order Completed", "properties": {"order": TRACES[7]}},
            {"type": "track", "userId": user, "properties": {"note": TRACES[8]}},
        ]),
    );
}

/// A file with one of the customer's events and one row that is refused.
fn import(api: &Client) {
    let (user, event, row) = (TRACES[0], TRACES[10], TRACES[11]);
    let good = json!({"type": "track", "userId": user, "event": "Imported", "properties": {"text": event}});
    let bad = json!({"type": "track", "userId": user, "note": row});
    let file = format!("{good}\n{bad}\n");
    let media = [("content-type", "application/octet-stream")];
    let id = api.send("POST", "/api/v1/imports?name=rows.jsonl", &media, file.as_bytes()).ok()["id"].clone();
    until("the import is done", || {
        let state = api.get(&format!("/api/v1/imports/{}", id.as_str().map_or(id.to_string(), str::to_owned))).ok();
        assert_ne!(state["state"], "failed", "{state}");
        state["state"] == "done"
    });
}

/// Others who stay, so that pages and files are shared with the one who goes.
fn others(collect: &Client, from: u32) {
    for user in from..from + 40 {
        send(
            collect,
            json!([
                {"type": "identify", "userId": format!("other-{user}"), "traits": {"email": format!("other-{user}@example.com"), "first_name": "Ann"}},
                {"type": "track", "userId": format!("other-{user}"), "event": "Order Completed", "properties": {"text": "y".repeat(500)}},
            ]),
        );
    }
}

#[test]
fn after_an_erasure_no_file_holds_what_was_known() {
    let (dir, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::open());
    let config = config(dir.path());
    let keys = init(&config);
    let served = Served::start(&config);
    let (api, collect) = (served.client(&keys.api_token), served.client(&keys.write_key));
    publish_shop(&api, mailbox.catcher.address().port());
    others(&collect, 0);
    live(&collect);
    import(&api);
    others(&collect, 100);
    served.settle(&api);
    until("the lake has files", || served.app.engine().shared().lake().flush().is_ok());
    until("the rejected event is recorded", || {
        let items = api.get("/api/v1/data-quality").ok();
        items["items"].as_array().is_some_and(|items| !items.is_empty())
    });
    // More of the customer after the files were written, so that memory and the open segment hold something too.
    send(&collect, json!([{"type": "page", "userId": TRACES[0], "name": "Home", "properties": {"title": TRACES[5]}}]));
    served.settle(&api);
    let before = found(dir.path());
    for trace in TRACES {
        assert!(before.iter().any(|(_, t)| *t == trace), "{trace} is nowhere: the test looks in the wrong place");
    }

    let id = api.get(&format!("/api/v1/profiles/by/user_id/{}", TRACES[0])).ok()["id"].as_str().unwrap().to_owned();
    api.call("POST", &format!("/api/v1/profiles/{id}/erase"), &json!({})).ok();
    until("the profile is gone", || api.get(&format!("/api/v1/profiles/{id}")).status == 404);
    until("files are purged", || !served.app.engine().shared().is_purging());
    let left = found(dir.path());
    assert!(left.is_empty(), "after the erasure: {left:?}");
    served.stop();
    let left = found(dir.path());
    assert!(left.is_empty(), "after the end of the process: {left:?}");

    let served = Served::start(&config);
    let api = served.client(&keys.api_token);
    assert_eq!(api.get(&format!("/api/v1/profiles/{id}")).status, 404);
    let stats = api.get("/api/v1/stats").ok();
    assert_eq!(stats["profiles"], 80, "the others are still there: {stats}");
    assert!(found(dir.path()).is_empty());
    served.stop();
}
