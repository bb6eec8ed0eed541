//! The client against a server that behaves and misbehaves.

use super::*;
use crate::catcher::http::{Act, HttpCatcher};

fn post(url: String) -> Call {
    Call::post(url, "application/json", "{\"a\":1}").with("authorization", "Bearer x")
}

/// A client whose calls may reach this machine.
fn near(timeout: Duration) -> Http {
    Http::new(timeout, &Outbound::of(&["127.0.0.1"]).unwrap()).unwrap()
}

#[tokio::test]
async fn calls_and_answers() {
    let server = HttpCatcher::local(Act::answer(200, "{\"id\":7}")).await.unwrap();
    let http = near(Duration::from_secs(5));
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
    let http = near(Duration::from_secs(5));
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
        (Act::answer(413, ""), "Permanent { detail: \"413\", hard_bounce: false }"),
        // No such place: the channel's address is wrong, not the message.
        (Act::answer(404, ""), "Transient { detail: \"404\", untaken: true }"),
        // A redirect is an answer: nothing is followed.
        (
            Act::Answer(302, vec![("location", "http://127.0.0.1:1/".into())], String::new()),
            "Transient { detail: \"302\", untaken: true }",
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
    let http = near(Duration::from_millis(300));
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
async fn private_addresses_are_called_only_where_they_are_named() {
    let server = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let client = |named: &[&str]| Http::new(Duration::from_secs(5), &Outbound::of(named).unwrap()).unwrap();
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let closed = client(&[]);
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"] {
        for (guarded, http2) in [(true, false), (false, false), (false, true)] {
            let call = Call { guarded, http2, ..post(format!("http://{host}:{port}/")) };
            let fault = closed.call(&call).await.unwrap_err();
            assert!(fault.detail().contains("private address"), "{host}: {fault:?}");
            assert!(fault.detail().contains("outbound.private_hosts = [\""), "{fault:?}");
            // What a channel's document names its operator can allow, so that it is tried again; another channel may be asked.
            let waits = matches!(fault, SendFault::Transient { untaken: true, .. });
            assert!(if guarded { matches!(fault, SendFault::Permanent { .. }) } else { waits }, "{fault:?}");
        }
    }
    assert_eq!(server.caught().len(), 0);
    let call = Call { guarded: true, ..post(server.url()) };
    for named in [vec!["*"], vec!["127.0.0.0/8"], vec![&*format!("127.0.0.1:{port}")]] {
        assert!(client(&named).call(&call).await.unwrap().is_success(), "{named:?}");
    }
    assert!(client(&["127.0.0.1:1", "localhost"]).call(&call).await.is_err(), "another port, and another name");
    let by_name = post(format!("http://localhost:{port}/"));
    assert!(client(&["localhost"]).call(&by_name).await.unwrap().is_success());
}

#[tokio::test]
async fn what_stands_behind_the_host_is_told_to_nobody() {
    let http = near(Duration::from_secs(1));
    for url in ["hooks.slack.example/services/T/B/s3cret", "https://api.example/bot1:s3 cret/x", "https:///s3cret"] {
        let fault = http.call(&post(url.to_owned())).await.unwrap_err();
        assert!(!fault.detail().contains("cret"), "{}", fault.detail());
    }
    for (url, server) in [
        ("https://User:pass@Shop.example/s3cret?k=s3cret", "shop.example"),
        ("http://127.0.0.1:99/x", "127.0.0.1:99"),
        ("nowhere in particular", ""),
    ] {
        assert_eq!(server_of(url), server, "{url}");
    }
}

#[tokio::test]
async fn no_call_asks_a_cloud_for_its_secrets() {
    let http = Http::new(Duration::from_secs(1), &Outbound::anywhere()).unwrap();
    for url in ["http://169.254.169.254/latest", "http://[fd00:ec2::254]/latest", "http://[::ffff:169.254.169.254]/"] {
        for http2 in [false, true] {
            let fault = http.call(&Call { http2, ..post(url.to_owned()) }).await.unwrap_err();
            assert!(fault.detail().contains("private address"), "{}", fault.detail());
        }
    }
}
