//! The collector against an in-memory log: requests of real SDKs, every form of body and key, and what is wrong with
//! each bad one.

mod common;

use std::io::Write;
use std::path::PathBuf;

use base64::Engine;
use common::{Bench, RECEIVED};
use rapport_collect::{Call, CollectError, KeyInfo, OwnedAccepted, RejectReason, RequestFacts};
use rapport_domain::hash::partition_of;
use rapport_domain::{ErrorClass, EventKind, Partition, ProfileId, SourceId, Timestamp, WorkspaceId};
use serde_json::{Value, json};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn facts(call: Call) -> RequestFacts<'static> {
    RequestFacts { authorization: Some("Basic V0s6"), ..RequestFacts::new(call, RECEIVED) }
}

/// Requests captured from SDKs, as they went over the wire.
#[test]
fn captured_requests_are_accepted_with_their_ids_times_and_types() {
    let data = std::env::var_os("RAPPORT_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(data.join("clients/wire_capture.jsonl")) else {
        println!("skipped: no captured requests at {}", data.display());
        return;
    };
    let mut seen = 0;
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let capture: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| capture.get(name).and_then(Value::as_str);
        let body = field("body").unwrap();
        let bytes = if field("enc") == Some("gzip") { gzip(body.as_bytes()) } else { body.as_bytes().to_vec() };
        let bench = Bench::new();
        let request = RequestFacts {
            authorization: field("auth"),
            content_type: field("ct"),
            content_encoding: field("enc"),
            user_agent: field("ua"),
            ..RequestFacts::new(Call::Batch, RECEIVED)
        };
        let accepted = bench.collector.accept(&bytes, &request).unwrap();
        assert!(accepted.rejected.is_empty(), "{line}: {:?}", accepted.rejected);
        assert!(bench.quality().is_empty(), "{line}: {:?}", bench.quality());
        let sent: Value = serde_json::from_str(body).unwrap();
        let items = sent["batch"].as_array().unwrap();
        let mut events = bench.events();
        assert_eq!((events.len(), accepted.accepted), (items.len(), items.len()));
        for item in items {
            let at = events.iter().position(|e| *e.message_id == *item["messageId"].as_str().unwrap()).unwrap();
            let event = events.remove(at);
            assert_eq!(event.kind.as_str(), item["type"]);
            assert_eq!(event.user_id.as_deref(), item["userId"].as_str());
            assert_eq!(event.anonymous_id, None, "null is no identifier");
            if event.kind == EventKind::Track {
                assert_eq!(*event.name, *item["event"].as_str().unwrap());
                assert_eq!(Value::Object(event.properties.map().clone()), item["properties"]);
            } else {
                assert_eq!(Value::Object(event.properties.map().clone()), item["traits"]);
            }
            assert_eq!(event.context.get("library.name"), item["context"].pointer("/library/name"));
            let time = |v: &Value| v.as_str().and_then(Timestamp::parse);
            let stated = time(&item["timestamp"]).or(time(&item["originalTimestamp"])).unwrap();
            let sent_at = time(&item["sentAt"]).or(time(&sent["sentAt"]));
            assert_eq!(event.ts.0, sent_at.map_or(stated.0, |s| RECEIVED.0 - (s.0 - stated.0)));
        }
        seen += 1;
    }
    assert!(seen >= 5, "{seen} captures");
}

#[test]
fn bodies_of_browsers_and_other_sdks() {
    let browser = r#"{"timestamp":"2026-11-21T19:18:29.000Z","integrations":{},"anonymousId":"a-1","event":"E","type":"track","properties":{"n":1},"context":{"page":{"path":"/"},"library":{"name":"analytics.js","version":"npm:next-1.70.0"}},"messageId":"ajs-1","writeKey":"WK","userId":null,"sentAt":"2026-11-21T19:18:29.100Z","_metadata":{}}"#;
    let batched = format!(r#"{{"writeKey":"WK","batch":[{browser}],"sentAt":"2026-11-21T19:18:29.100Z"}}"#);
    let form = format!("data={}", base64::engine::general_purpose::STANDARD.encode(browser).replace('+', "%2B"));
    for (name, call, content_type, body) in [
        ("analytics.js /v1/t", Call::One(EventKind::Track), "text/plain", browser.to_owned()),
        ("item with its own type", Call::Auto, "application/json; charset=utf-8", browser.to_owned()),
        ("analytics.js /v1/b", Call::Batch, "text/plain", batched.clone()),
        ("batch to any path", Call::Auto, "text/plain", batched),
        ("form", Call::One(EventKind::Track), "application/x-www-form-urlencoded", form),
        ("byte order mark", Call::Auto, "application/json", format!("\u{feff}{browser}")),
    ] {
        let bench = Bench::new();
        let request = RequestFacts {
            content_type: Some(content_type),
            origin_is_browser: true,
            ip: Some("203.0.113.9"),
            user_agent: Some("Browser/1"),
            gpc: true,
            ..RequestFacts::new(call, RECEIVED)
        };
        let accepted = bench.collector.accept(body.as_bytes(), &request).unwrap();
        assert_eq!(accepted.accepted, 1, "{name}: {:?}", accepted.rejected);
        let event = bench.events().remove(0);
        assert_eq!((event.kind, &*event.name, &*event.message_id), (EventKind::Track, "E", "ajs-1"), "{name}");
        assert_eq!(event.anonymous_id.as_deref(), Some("a-1"), "{name}");
        assert_eq!(event.ts.0, RECEIVED.0 - 100, "{name}");
        assert_eq!(event.properties.get("n"), Some(&json!(1)), "{name}");
        for (path, value) in [("ip", json!("203.0.113.9")), ("userAgent", json!("Browser/1")), ("gpc", json!(true))] {
            assert_eq!(event.context.get(path), Some(&value), "{name} {path}");
        }
        let partition = partition_of(WorkspaceId(1), "anonymous_id", "a-1", 16);
        assert_eq!(bench.partitions(), [partition], "{name}");
    }
}

#[test]
fn every_kind_by_path() {
    for (kind, body) in [
        (EventKind::Identify, r#"{"userId":"u","traits":{"email":"a@b.c"}}"#),
        (EventKind::Track, r#"{"userId":"u","event":"E"}"#),
        (EventKind::Page, r#"{"userId":"u","name":"Home"}"#),
        (EventKind::Screen, r#"{"userId":"u","name":"Home"}"#),
        (EventKind::Group, r#"{"userId":"u","groupId":"g","traits":{"plan":"pro"}}"#),
        (EventKind::Alias, r#"{"userId":"u","previousId":"a"}"#),
    ] {
        let bench = Bench::new();
        assert_eq!(bench.collector.accept(body.as_bytes(), &facts(Call::One(kind))).unwrap().accepted, 1, "{kind:?}");
        let event = bench.events().remove(0);
        assert_eq!((event.kind, event.historical), (kind, false));
        assert!(event.message_id.starts_with("rp-") && event.message_id.len() == 39, "{}", event.message_id);
        assert_eq!(bench.partitions(), [partition_of(WorkspaceId(1), "user_id", "u", 16)]);
    }
}

#[test]
fn a_bad_item_never_fails_its_batch_and_each_has_its_record() {
    let large = format!(r#"{{"type":"track","userId":"u","event":"E","properties":{{"a":"{}"}}}}"#, "x".repeat(33_000));
    let body = format!(
        r#"{{"sentAt":"never","batch":[{{"type":"track","userId":"u","event":"E","messageId":"good"}},7,
        {{"type":"buy","userId":"u","email":"jo@x.y"}},{{"type":"page","userId":"null"}},{large},
        {{"type":"page","userId":"u","messageId":"also good","timestamp":"soon"}}]}}"#
    );
    let bench = Bench::new();
    let accepted = bench.collector.accept(body.as_bytes(), &facts(Call::Batch)).unwrap();
    let rejected: Vec<_> = accepted.rejected.iter().map(|r| (r.index, r.reason)).collect();
    assert_eq!(
        rejected,
        [
            (1, RejectReason::NotAnObject),
            (2, RejectReason::UnknownType),
            (3, RejectReason::MissingIdentity),
            (4, RejectReason::EventTooLarge)
        ]
    );
    let mut ids: Vec<String> = bench.events().iter().map(|e| e.message_id.to_string()).collect();
    ids.sort();
    assert_eq!(ids, ["also good", "good"]);
    let records = bench.quality();
    let codes: Vec<_> = records.iter().map(|r| (r.rejected, r.code)).collect();
    assert_eq!(
        codes,
        [
            (false, "invalid_sent_at"),
            (true, "not_an_object"),
            (true, "unknown_type"),
            (true, "missing_identity"),
            (true, "event_too_large"),
            (false, "invalid_timestamp")
        ]
    );
    let sample = records[2].sample.expose();
    assert!(sample.contains("\"buy\"") && !sample.contains("jo@x.y"), "{sample}");
    assert!(records.iter().all(|r| r.sample.expose().len() <= 512 && r.at == RECEIVED));
}

#[test]
fn whole_requests_that_are_refused() {
    let many = format!(r#"{{"batch":[{}]}}"#, vec!["1"; 2_501].join(","));
    let big = format!(r#"{{"batch":["{}"]}}"#, "x".repeat(512_000));
    let one_big = format!(r#"{{"userId":"u","event":"E","p":"{}"}}"#, "x".repeat(32_768));
    let context = format!(r#"{{"batch":[],"context":{{"a":"{}"}}}}"#, "x".repeat(5_000));
    let track = Call::One(EventKind::Track);
    for (call, body, code, message) in [
        (Call::Batch, "{\"batch\":[\n{\"a\":1,}]}", "invalid_json", "line 2 column 8"),
        (Call::Batch, "", "invalid_json", "line 1 column 0"),
        (track, "{\"userId\":\"u\"", "invalid_json", "line 1 column 13"),
        (Call::Batch, "{\"batch\":{}}", "invalid_json", "line 1 column 9"),
        (Call::Batch, "[]", "missing_batch", "found a list"),
        (Call::Import, "{}", "missing_batch", "\"batch\""),
        (Call::Batch, &many, "too_many_events", "2501 events; at most 2500"),
        (Call::Batch, &big, "body_too_large", "512000 bytes"),
        (track, &one_big, "event_too_large", "32768 bytes"),
        (Call::Batch, &context, "invalid_context", "at most 4096"),
    ] {
        let bench = Bench::new();
        let error = bench.collector.accept(body.as_bytes(), &facts(call)).unwrap_err();
        assert_eq!((error.code(), error.class().status()), (code, 400), "{error}");
        assert!(error.to_string().contains(message), "{error}");
        let records = bench.quality();
        assert_eq!(records.len(), 1);
        assert_eq!(
            (records[0].rejected, records[0].code, &records[0].message),
            (true, "invalid_body", &error.to_string())
        );
        assert!(bench.events().is_empty());
    }
    let bench = Bench::new();
    let bomb = gzip(&vec![b' '; 100_000_000]);
    let request = RequestFacts { content_encoding: Some("gzip"), ..facts(Call::Batch) };
    let error = bench.collector.accept(&bomb, &request).unwrap_err();
    assert!(matches!(error, CollectError::BodyTooLarge { limit_bytes: 512_000 }), "{error}");
}

#[test]
fn write_keys_and_their_precedence() {
    let item = |key: &str| format!(r#"{{"userId":"u","type":"page"{key}}}"#);
    let batch = |key: &str, item: &str| format!(r#"{{"batch":[7,{item}]{key}}}"#);
    let own = r#","writeKey":"OTHER""#;
    for (name, authorization, query, body, expected) in [
        ("Basic wins", Some("Basic V0s6"), Some("OTHER"), batch(own, &item(own)), Ok(1)),
        ("Bearer", Some("Bearer WK"), None, batch("", &item("")), Ok(1)),
        ("query before body", None, Some("WK"), batch(own, &item("")), Ok(1)),
        ("empty user name is none", Some("Basic Og=="), None, batch(own, &item("")), Ok(2)),
        ("batch before item", None, None, batch(r#","writeKey":"WK""#, &item(own)), Ok(1)),
        ("item", None, None, batch("", &item(own)), Ok(2)),
        ("none", None, None, batch("", &item("")), Err("missing_write_key")),
        ("unknown", Some("Bearer X"), None, batch(own, &item("")), Err("unknown_write_key")),
        ("unknown in body", None, None, batch(r#","writeKey":"X""#, &item(own)), Err("unknown_write_key")),
        ("other scheme", Some("Digest X"), None, batch("", &item("")), Err("invalid_authorization")),
    ] {
        let bench = Bench::new();
        let request = RequestFacts { authorization, write_key: query, ..RequestFacts::new(Call::Batch, RECEIVED) };
        let result = bench.collector.accept(body.as_bytes(), &request);
        match (&result, expected) {
            (Ok(accepted), Ok(source)) => {
                assert_eq!(accepted.accepted, 1, "{name}");
                assert_eq!(bench.events()[0].source, SourceId(source), "{name}");
            }
            (Err(error), Err(code)) => {
                assert_eq!((error.code(), error.class()), (code, ErrorClass::Unauthorised), "{name}");
                assert!(bench.quality().is_empty(), "{name}");
            }
            _ => panic!("{name}: {result:?}"),
        }
    }
}

#[test]
fn consent_drops_items_not_batches() {
    let body = r#"{"batch":[
        {"type":"page","userId":"a","context":{"consent":{"categoryPreferences":{"analytics":false}}}},
        {"type":"page","userId":"b","context":{"consent":{"categoryPreferences":{"analytics":true}}}},
        {"type":"page","userId":"c"},
        {"type":"track","event":"Consent Changed","userId":"d","context":{"consent":{"categoryPreferences":{"analytics":false}}}}]}"#;
    for (gpc, rejected) in [(false, vec![0]), (true, vec![0, 2])] {
        let bench = Bench::new();
        let request = RequestFacts { write_key: Some("CONSENT"), gpc, ..RequestFacts::new(Call::Batch, RECEIVED) };
        let accepted = bench.collector.accept(body.as_bytes(), &request).unwrap();
        let found: Vec<_> = accepted.rejected.iter().map(|r| r.index).collect();
        assert_eq!(found, rejected, "gpc {gpc}");
        assert!(bench.quality().iter().all(|r| r.code == "consent"));
        assert!(bench.events().iter().all(|e| e.context.get("gpc").is_some() == gpc));
    }
}

#[test]
fn shared_context_reaches_every_item() {
    let body = r#"{"context":{"campaign":{"name":"May"},"locale":"de"},"batch":[
        {"type":"page","userId":"u","context":{"locale":"fr"}},{"type":"page","userId":"u"}]}"#;
    let bench = Bench::new();
    let _ = bench.accept(body, &facts(Call::Batch));
    let events = bench.events();
    let locales: Vec<_> = events.iter().map(|e| e.context.get("locale").cloned().unwrap()).collect();
    assert_eq!(locales, [json!("fr"), json!("de")]);
    assert!(events.iter().all(|e| e.context.get("campaign.name") == Some(&json!("May"))));
}

#[test]
fn imports_pixels_and_own_events() {
    let bench = Bench::new();
    let _ = bench.accept(r#"{"batch":[{"type":"page","userId":"u","timestamp":"2010-12-01"}]}"#, &facts(Call::Import));
    let pixel = "userId=u&event=Email%20Opened&properties.subject=Hi&writeKey=WK";
    let accepted = bench.collector.pixel(EventKind::Track, pixel, &RequestFacts::new(Call::Auto, RECEIVED)).unwrap();
    assert_eq!(accepted.accepted, 1);
    let key = KeyInfo::open(WorkspaceId(9), SourceId(9));
    let items = [r#"{"type":"page","userId":"u"}"#, "{}"];
    let accepted = bench.collector.accept_items(&items, &key, true).unwrap();
    assert_eq!((accepted.accepted, accepted.rejected[0].index), (1, 1));
    let events = bench.events();
    assert_eq!(events.iter().map(|e| e.historical).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(events[0].ts.to_rfc3339(), "2010-12-01T00:00:00.000Z");
    assert_eq!(events[1].properties.get("subject"), Some(&json!("Hi")));
    assert_eq!(events[2].workspace, WorkspaceId(9));
}

#[test]
fn two_items_with_one_id_are_both_logged() {
    let bench = Bench::new();
    let item = r#"{"type":"page","userId":"u","messageId":"m"}"#;
    let _ = bench.accept(&format!(r#"{{"batch":[{item},{item}]}}"#), &facts(Call::Batch));
    assert_eq!(bench.events().len(), 2, "the engine makes them one");
}

#[test]
fn a_full_log_refuses_with_advice_and_keeps_nothing() {
    let bench = Bench::on(rapport_log::MemoryLog::with_capacity(16, 300));
    let body = r#"{"batch":[{"type":"page","userId":"u","messageId":"m"}]}"#;
    let _ = bench.accept(body, &facts(Call::Batch));
    let error = (0..10).find_map(|_| bench.collector.accept(body.as_bytes(), &facts(Call::Batch)).err()).unwrap();
    assert_eq!((error.code(), error.class()), ("log_overloaded", ErrorClass::Throttled));
    assert!(error.retry_after_ms().is_some_and(|ms| ms > 0));
    assert!(bench.quality().is_empty(), "the sender tries again; nothing is lost");
}

#[test]
fn own_events_go_home_and_need_somebody() {
    let bench = Bench::new();
    let own = |profile, body: &str| OwnedAccepted {
        workspace: WorkspaceId(1),
        source: SourceId(0),
        kind: EventKind::Track,
        ts: RECEIVED.plus_ms(5_000),
        message_id: "r-1".into(),
        historical: false,
        profile,
        ip: None,
        body: body.into(),
    };
    let home = Partition(7);
    let receipt = own(Some(ProfileId::new(home, 3)), r#"{"event":"Email Opened"}"#);
    let ack = bench.collector.submit(std::slice::from_ref(&receipt)).unwrap();
    ack.wait_blocking().unwrap();
    assert_eq!((bench.partitions(), bench.events()[0].ts), (vec![home], RECEIVED));
    let nobody = bench.collector.submit(&[receipt, own(None, r#"{"event":"E"}"#)]).unwrap_err();
    assert_eq!(nobody.code(), "missing_identity");
    assert_eq!(bench.events().len(), 1, "nothing of a refused submission is kept");
}

#[test]
fn parse_only_counts_what_accept_would() {
    let bench = Bench::new();
    let body = r#"{"batch":[{"type":"page","userId":"u"},{"type":"page"}]}"#;
    let key = KeyInfo::open(WorkspaceId(1), SourceId(1));
    let parsed = bench.collector.parse_only(body.as_bytes(), &facts(Call::Batch), &key).unwrap();
    assert_eq!((parsed.accepted, parsed.rejected), (1, 1));
    assert!(bench.events().is_empty() && bench.quality().is_empty());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn random_bodies_never_panic(body in proptest::collection::vec(proptest::num::u8::ANY, 0..300), call in 0..4usize) {
        let call = [Call::Batch, Call::Import, Call::Auto, Call::One(EventKind::Track)][call];
        let _ = Bench::new().collector.accept(&body, &facts(call));
    }

    #[test]
    fn random_items_never_panic_and_none_disappears(
        items in proptest::collection::vec("[{}\\[\\]\",:a-z0-9\\\\]{0,20}|\\{\"type\":\"(page|track|x)\",\"userId\":(\"\\PC{0,5}\"|[0-9.e-]{1,4}|null|true)\\}", 0..8),
    ) {
        let bench = Bench::new();
        let valid: Vec<&str> = items.iter().map(String::as_str).filter(|i| serde_json::from_str::<Value>(i).is_ok()).collect();
        let body = format!(r#"{{"batch":[{}]}}"#, valid.join(","));
        let accepted = bench.collector.accept(body.as_bytes(), &facts(Call::Batch)).unwrap();
        proptest::prop_assert_eq!(accepted.accepted + accepted.rejected.len(), valid.len());
        proptest::prop_assert_eq!(bench.events().len(), accepted.accepted);
        proptest::prop_assert_eq!(bench.quality().iter().filter(|r| r.rejected).count(), accepted.rejected.len());
    }
}

/// A browser that keeps no id is one visitor for the day, never another customer, and somebody else tomorrow.
#[test]
fn a_browser_without_an_id_is_one_visitor_a_day() {
    const DAY_MS: i64 = 86_400_000;
    let bench = Bench::new();
    let body = r#"{"batch":[{"type":"page","anonymousId":"$daily"},
        {"type":"track","event":"A","anonymousId":"$daily","userId":"ann"}]}"#;
    let browser = |ip: &'static str, days: i64| RequestFacts {
        origin_is_browser: true,
        ip: Some(ip),
        user_agent: Some("Browser/1"),
        received_at: RECEIVED.plus_ms(days * DAY_MS),
        ..facts(Call::Batch)
    };
    for facts in [browser("192.0.2.1", 0), browser("192.0.2.1", 0), browser("192.0.2.2", 0), browser("192.0.2.1", 1)] {
        let _ = bench.accept(body, &facts);
    }
    let events = bench.events();
    let anonymous = events.iter().filter(|e| e.user_id.is_none());
    let mut visits = std::collections::BTreeMap::new();
    anonymous.for_each(|e| *visits.entry(e.anonymous_id.as_deref().unwrap().to_owned()).or_insert(0) += 1);
    assert!(visits.keys().all(|id| id.starts_with("day-")), "{visits:?}");
    let mut counts: Vec<i32> = visits.into_values().collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 1, 2]);
    let known: Vec<_> = events.iter().filter(|e| e.user_id.is_some()).collect();
    assert_eq!(known.len(), 4);
    assert!(known.iter().all(|e| e.anonymous_id.is_none()), "a shared address joins nobody to a customer");

    let accepted = bench.collector.accept(body.as_bytes(), &facts(Call::Batch)).unwrap();
    let reasons: Vec<_> = accepted.rejected.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [RejectReason::MissingIdentity], "without an address there is no id of the day");
}
