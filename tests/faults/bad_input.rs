//! Requests nobody should send, made from the published description: every endpoint gets malformed bodies, wrong types,
//! nonsense in paths and queries. No answer may be a fault of the server, and every refusal must say precisely what is
//! wrong, as RFC 9457 wants it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::server::{Answer, Client, Served, config, init};

/// Values for `{…}` in paths.
const PATHS: [&str; 8] =
    ["1", "none", "-1", "99999999999999999999999", "%00", "%F0%9F%92%A9", "..%2f..%2fetc", "%ff%fe"];
/// Query strings.
const QUERIES: [&str; 7] = [
    "limit=abc",
    "limit=-1",
    "limit=99999999999999999999",
    "cursor=%ff%00",
    "cursor=AAAA",
    "nonsense=1",
    "q=%25%25%5c&q=2",
];

/// Bodies that are no JSON, or not the JSON anybody wants.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str| [open.repeat(20_000), close.repeat(20_000)].concat().into_bytes();
    vec![
        ("empty", Vec::new()),
        ("cut off", b"{\"name\": \"x".to_vec()),
        ("no JSON", b"<xml/>".to_vec()),
        ("invalid UTF-8", b"{\"name\": \"\xff\xfe\"}".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("a text", b"\"x\"".to_vec()),
        ("a list", b"[]".to_vec()),
        ("deep lists", deep("[", "]")),
        ("deep objects", deep("{\"a\":", "}")),
        ("unknown fields", b"{\"surely_unknown\": 1}".to_vec()),
        ("lone surrogate", b"{\"name\": \"\\ud800\"}".to_vec()),
        ("NUL", b"{\"name\": \"\\u0000\", \"id\": \"\\u0000\"}".to_vec()),
        ("twice the same", b"{\"name\": 1, \"name\": 2}".to_vec()),
        ("two documents", b"{} {}".to_vec()),
    ]
}

/// What is wrong with an answer, if anything.
fn fault(answer: &Answer) -> Option<String> {
    if answer.status >= 500 {
        return Some("a fault of the server".to_owned());
    }
    if answer.status < 400 || !answer.media.starts_with("application/problem+json") {
        // Pages of the sign-in and of customers answer in HTML.
        let html = answer.media.starts_with("text/html");
        return (answer.status >= 400 && !html).then(|| format!("an error as {:?}", answer.media));
    }
    let problem: Value = serde_json::from_str(&answer.body).ok()?;
    let told = ["type", "title", "detail", "code"].iter().all(|m| problem[*m].as_str().is_some_and(|t| !t.is_empty()));
    (!told || problem["status"] != answer.status).then(|| "an incomplete problem".to_owned())
}

/// Whether the description of an operation says that this error comes in this media type, as scripts' does.
fn is_described(operation: &Value, answer: &Answer) -> bool {
    let media = answer.media.split(';').next().unwrap_or_default();
    answer.status < 500 && operation["responses"][answer.status.to_string()]["content"].get(media).is_some()
}

fn complain(faults: &mut Vec<String>, what: &str, operation: &Value, answer: &Answer) {
    if is_described(operation, answer) && !answer.media.starts_with("application/problem+json") {
        return;
    }
    if let Some(fault) = fault(answer) {
        let body: String = answer.body.chars().take(200).collect();
        faults.push(format!("{what}: {} {fault}: {body}", answer.status));
    }
}

/// Members of the right name and the wrong type, one at a time.
fn wrong_types(document: &Value, operation: &Value) -> Vec<Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = match schema["$ref"].as_str().and_then(|r| r.strip_prefix("#")) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => schema,
    };
    let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
    let wrong = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!("\u{0}"),
        json!(["x"]),
        json!({"x": {}}),
        json!("x".repeat(5_000)),
    ];
    names.flat_map(|name| wrong.iter().map(move |value| json!({name.as_str(): value}))).collect()
}

#[test]
fn every_endpoint_refuses_what_it_cannot_read_precisely() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let keys = init(&config);
    let served = Served::start(&config);
    let api = served.client(&keys.api_token);
    let document = api.get("/api/openapi.json").ok();
    let (mut faults, mut calls) = (Vec::new(), 0u32);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            // Signing out would end the session of nobody, and streams do not end.
            let json = [("content-type", "application/json")];
            for part in PATHS {
                let mut at = path.clone();
                while let Some((before, rest)) = at.split_once('{') {
                    at = format!("{before}{part}{}", rest.split_once('}').unwrap().1);
                }
                complain(&mut faults, &format!("{method} {at}"), operation, &api.send(&method, &at, &json, b"{}"));
                calls += 1;
                if !path.contains('{') {
                    break;
                }
            }
            let plain = path.replace(['{', '}'], "");
            for query in QUERIES {
                let at = format!("{plain}?{query}");
                complain(&mut faults, &format!("{method} {at}"), operation, &api.send(&method, &at, &json, b"{}"));
                calls += 1;
            }
            if operation["requestBody"].is_null() {
                continue;
            }
            for (name, body) in bodies() {
                let what = format!("{method} {plain} with {name}");
                complain(&mut faults, &what, operation, &api.send(&method, &plain, &json, &body));
                complain(
                    &mut faults,
                    &format!("{what} as text"),
                    operation,
                    &api.send(&method, &plain, &[("content-type", "text/plain")], &body),
                );
                calls += 2;
            }
            for body in wrong_types(&document, operation) {
                complain(
                    &mut faults,
                    &format!("{method} {plain} with {body:.80}"),
                    operation,
                    &api.call(&method, &plain, &body),
                );
                calls += 1;
            }
        }
    }
    println!("{calls} requests");
    assert!(faults.is_empty(), "{} of {calls}:\n{}", faults.len(), faults.join("\n"));
    assert!(served.app.engine().failures().is_empty());
    served.stop();
}

#[test]
fn broken_credentials_are_refused_and_nothing_else_happens() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let keys = init(&config);
    let served = Served::start(&config);
    let api = served.client(&keys.api_token);
    let long = "x".repeat(6_000);
    let cut = &keys.api_token[..keys.api_token.len() - 1];
    let mut tried = vec![("authorization", "Bearer".to_owned())];
    for token in ["", " ", "rk_", "a b", "%00", "\t", cut, long.as_str()] {
        tried.push(("authorization", format!("Bearer {token}")));
        tried.push(("authorization", format!("Basic {token}")));
        for name in ["rapport_session", "__Host-rapport_session", "session"] {
            tried.push(("cookie", format!("{name}={token}; {name}={token};;=;{name}")));
        }
    }
    for (name, value) in tried {
        // A cookie alone: no token beside it.
        let without = ("authorization", "");
        let headers =
            if name == "cookie" { vec![without, (name, value.as_str())] } else { vec![(name, value.as_str())] };
        for (method, path) in [("GET", "/api/v1/stats"), ("POST", "/api/v1/segments/preview")] {
            let answer = api.send(method, path, &headers, b"{\"rule\":\"true\"}");
            let what = format!("{method} {path} with {name}: {value:.60}");
            assert!(matches!(answer.status, 400 | 401 | 403 | 431), "{what}: {answer:?}");
            assert_eq!(fault(&answer), None, "{what}: {answer:?}");
        }
    }
    served.stop();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One body collection must refuse, with the code it must name.
struct Refused {
    name: &'static str,
    path: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    code: &'static str,
}

fn refused(
    name: &'static str,
    path: &'static str,
    headers: &[(&'static str, &'static str)],
    body: &[u8],
    code: &'static str,
) -> Refused {
    Refused { name, path, headers: headers.to_vec(), body: body.to_vec(), code }
}

#[test]
fn collection_names_what_is_wrong_with_a_body() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let keys = init(&config);
    let served = Served::start(&config);
    let collect = served.client(&keys.write_key);
    let json = [("content-type", "application/json")];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let zipped = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let huge = json!({"batch": [], "text": "x".repeat(600 << 10)}).to_string();
    let bomb = gzip(&vec![b' '; 200 << 20]);
    let big_event = json!({"userId": "u", "event": "E", "properties": {"t": "x".repeat(40 << 10)}}).to_string();
    let many: Vec<Value> = (0..2_501).map(|_| json!({"type": "page"})).collect();
    let deep = [b"{\"batch\":".to_vec(), b"[".repeat(100_000)].concat();
    for case in [
        refused("cut off", "/v1/batch", &json, b"{\"batch\": [", "invalid_json"),
        refused("not UTF-8", "/v1/batch", &json, b"{\"batch\": [\"\xff\"]}", "invalid_utf8"),
        refused("no batch", "/v1/batch", &json, b"{}", "missing_batch"),
        refused("batch of the wrong type", "/v1/batch", &json, b"{\"batch\": 1}", "invalid_json"),
        refused("deep", "/v1/batch", &json, &deep, "invalid_json"),
        refused("empty", "/v1/track", &json, b"", "invalid_json"),
        refused("too large", "/v1/batch", &json, huge.as_bytes(), "body_too_large"),
        refused("an event too large", "/v1/track", &json, big_event.as_bytes(), "event_too_large"),
        refused("too many", "/v1/batch", &json, json!({"batch": many}).to_string().as_bytes(), "too_many_events"),
        refused("no gzip", "/v1/batch", &zipped, b"plain", "invalid_compression"),
        refused("cut gzip", "/v1/batch", &zipped, &gzip(b"{\"batch\":[]}")[..12], "invalid_compression"),
        refused("a bomb", "/v1/batch", &zipped, &bomb, "body_too_large"),
        refused("unknown encoding", "/v1/batch", &[("content-encoding", "br")], b"{}", "unsupported_encoding"),
        refused("an empty form", "/v1/track", &form, b"nothing=1", "invalid_form"),
        refused("a form without sense", "/v1/track", &form, b"data=%%%", "invalid_form"),
    ] {
        let answer = collect.send("POST", case.path, &case.headers, &case.body);
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (400, Some(case.code)),
            "{}: {answer:?}",
            case.name
        );
        assert_eq!(fault(&answer), None, "{}: {answer:?}", case.name);
    }
    for (key, code) in [
        ("Bearer ", "missing_write_key"),
        ("Bearer wk_unknown", "unknown_write_key"),
        ("Digest x", "invalid_authorization"),
    ] {
        let answer =
            collect.send("POST", "/v1/track", &[("authorization", key)], b"{\"userId\":\"u\",\"event\":\"E\"}");
        assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some(code)), "{key:?}: {answer:?}");
    }
    // A bad item never fails its batch: it is in the view of rejected events with its reason.
    let api = Client::new(served.app.url(), &keys.api_token);
    let batch = json!({"batch": [{"type": "track", "userId": "u", "event": "E"}, 7, null, {"type": "track", "userId": "u"}, {"type": "fly", "userId": "u"}]});
    collect.call("POST", "/v1/batch", &batch).ok();
    super::server::until("rejected items are recorded", || {
        api.get("/api/v1/data-quality").ok()["items"].as_array().is_some_and(|items| items.len() >= 4)
    });
    served.stop();
}
