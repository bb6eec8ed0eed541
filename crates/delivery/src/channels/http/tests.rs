//! The client against a server that behaves and misbehaves.

use super::*;
use crate::catcher::http::{Act, HttpCatcher};

fn post(url: String) -> Call {
    Call::post(url, "application/json", "{\"a\":1}").with("authorization", "Bearer x")
}

#[tokio::test]
async fn calls_and_answers() {
    let server = HttpCatcher::local(Act::answer(200, "{\"id\":7}")).await.unwrap();
    let http = Http::new(Duration::from_secs(5), false).unwrap();
    let answer = http.call(&post(format!("{}/x?y=1", server.url()))).await.unwrap();
    assert!(answer.is_success() && answer.json()["id"] == 7);
    let got = &server.caught()[0];
    assert_eq!((got.method.as_str(), got.path.as_str(), got.http2), ("POST", "/x?y=1", false));
    assert_eq!((got.header("authorization"), got.text()), (Some("Bearer x"), "{\"a\":1}".into()));
    let by_http2 = Call { http2: true, ..post(server.url()) };
    assert!(http.call(&by_http2).await.unwrap().is_success() && server.caught()[1].http2);
}

#[tokio::test]
async fn answers_are_sorted_by_what_to_do_next() {
    let server = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let http = Http::new(Duration::from_secs(5), false).unwrap();
    let seconds = |s: &str| vec![("retry-after", s.to_owned())];
    let at = |s: &str| {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
        Act::Answer(429, vec![date, ("retry-after", s.to_owned())], String::new())
    };
    for (act, expected) in [
        (Act::Answer(429, seconds("7"), "slow".into()), "Throttled { detail: \"429 slow\", retry_after: Some(7s) }"),
        (Act::Answer(429, seconds("soon"), "a\nb".into()), "Throttled { detail: \"429 a b\", retry_after: None }"),
        // A date in each of the three forms, from the answer's own date on; what is past is now.
        (at("Sun, 06 Nov 1994 08:50:37 GMT"), "Throttled { detail: \"429\", retry_after: Some(60s) }"),
        (at("Sunday, 06-Nov-94 08:50:37 GMT"), "Throttled { detail: \"429\", retry_after: Some(60s) }"),
        (at("Sun Nov  6 08:50:37 1994"), "Throttled { detail: \"429\", retry_after: Some(60s) }"),
        (at("Sun, 06 Nov 1994 08:00:00 GMT"), "Throttled { detail: \"429\", retry_after: Some(0ns) }"),
        (
            Act::Answer(503, seconds("9999999"), String::new()),
            "Throttled { detail: \"503\", retry_after: Some(86400s) }",
        ),
        (Act::answer(503, ""), "Transient { detail: \"503\", untaken: true }"),
        (Act::answer(502, ""), "Transient { detail: \"502\", untaken: false }"),
        (Act::answer(401, ""), "Transient { detail: \"401\", untaken: true }"),
        (Act::answer(400, "no"), "Permanent { detail: \"400 no\", hard_bounce: false }"),
        // A redirect is an answer: nothing is followed.
        (
            Act::Answer(302, vec![("location", "http://127.0.0.1:1/".into())], String::new()),
            "Permanent { detail: \"302\", hard_bounce: false }",
        ),
    ] {
        server.script([act]);
        let answer = http.call(&post(server.url())).await.unwrap();
        assert_eq!(format!("{:?}", answer.fault()), expected);
    }
}

#[tokio::test]
async fn servers_that_misbehave_cost_one_timeout_and_little_memory() {
    let server = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let http = Http::new(Duration::from_millis(300), false).unwrap();
    server.script([Act::Hang, Act::Close, Act::answer(200, &"x".repeat(MAX_ANSWER_BYTES + 1))]);
    for part in ["no answer of 127.0.0.1 within 0.3 s", "calling 127.0.0.1", "reading the answer"] {
        match http.call(&post(server.url())).await {
            Err(SendFault::Transient { detail, untaken: false }) => assert!(detail.contains(part), "{detail}"),
            other => panic!("{part}: {other:?}"),
        }
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = http.call(&post(format!("http://{free}"))).await;
    assert!(matches!(refused, Err(SendFault::Transient { untaken: true, .. })), "{refused:?}");
    for bad in ["not an address", "ftp://x.y/", "/path"] {
        assert!(matches!(http.call(&post(bad.into())).await, Err(SendFault::Permanent { .. })), "{bad}");
    }
}

#[tokio::test]
async fn guarded_calls_reach_no_private_address() {
    let server = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let http = Http::new(Duration::from_secs(5), false).unwrap();
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"] {
        let call = Call { guarded: true, ..post(format!("http://{host}:{port}/")) };
        let fault = http.call(&call).await.unwrap_err();
        assert!(fault.detail().contains("private address"), "{host}: {fault:?}");
    }
    assert_eq!(server.caught().len(), 0);
    let open = Http::new(Duration::from_secs(5), true).unwrap();
    let call = Call { guarded: true, ..post(server.url()) };
    assert!(open.call(&call).await.unwrap().is_success());
}
