//! Signing in by XOAUTH2: to a server that takes one token, from a source that gives them.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::SmtpProvider;
use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::http::Outbound;
use crate::spec::ChannelSpec;

/// A server that knows one user and takes the tokens named; answers what it was shown.
async fn server(good: &'static [&'static str]) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let shown: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&shown);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                write.write_all(b"220 here\r\n").await.ok()?;
                while let Some(line) = lines.next_line().await.ok()? {
                    let answer = match line.split_once(' ') {
                        Some(("EHLO", _)) => "250-here\r\n250 AUTH XOAUTH2".to_owned(),
                        Some(("AUTH", rest)) => {
                            let shown = STANDARD.decode(rest.trim_start_matches("XOAUTH2 ")).ok()?;
                            let shown = String::from_utf8(shown).ok()?;
                            seen.lock().push(shown.clone());
                            let takes =
                                |token: &&str| shown == format!("user=ann@s.example\x01auth=Bearer {token}\x01\x01");
                            if good.iter().any(takes) { "235 2.7.0 welcome" } else { "535 5.7.8 bad token" }.to_owned()
                        }
                        _ => "250 ok".to_owned(),
                    };
                    write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
                }
                Some(())
            });
        }
    });
    (port, shown)
}

fn provider(port: u16, token_url: &str) -> SmtpProvider {
    let spec = json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": {"email": "ann@s.example"},
        "auth": "xoauth2", "username": "ann@s.example", "secret": "refresh+me", "token_url": token_url, "client_id": "app",
        "client_secret": "s&cret", "scope": "https://mail.google.com/"});
    SmtpProvider::new(
        &ChannelSpec::validate(&spec).unwrap_or_else(|p| panic!("{p:?}")),
        Duration::from_secs(5),
        &Outbound::anywhere(),
    )
    .unwrap()
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_when_it_is_not_taken() {
    let (port, shown) = server(&["one", "three"]).await;
    let source = HttpCatcher::local(Act::answer(200, r#"{"access_token":"one","expires_in":3600}"#)).await.unwrap();
    let smtp = provider(port, &source.url());
    for _ in 0..3 {
        smtp.connect().await.unwrap();
    }
    let asked = source.take();
    assert_eq!((asked.len(), shown.lock().len()), (1, 3));
    let form = String::from_utf8_lossy(&asked[0].body).into_owned();
    for part in [
        "grant_type=refresh_token",
        "refresh_token=refresh%2Bme",
        "client_id=app",
        "client_secret=s%26cret",
        "scope=https",
    ] {
        assert!(form.contains(part), "{form}");
    }
    // One that has ended, or that the server does not take.
    source.script([Act::answer(200, r#"{"access_token":"two"}"#), Act::answer(200, r#"{"access_token":"three"}"#)]);
    let other = provider(port, &source.url());
    let refused = other.connect().await.unwrap_err();
    assert!(refused.contains("XOAUTH2 as ann@s.example") && !refused.contains("two"), "{refused}");
    other.connect().await.unwrap();
    source.script([Act::answer(400, r#"{"error":"invalid_grant","error_description":"Token has been revoked."}"#)]);
    let revoked = provider(port, &source.url()).connect().await.unwrap_err();
    assert!(revoked.contains("Token has been revoked") && !revoked.contains("refresh"), "{revoked}");
}

#[tokio::test]
async fn an_application_signs_in_by_itself() {
    let (port, shown) = server(&["one"]).await;
    let source = HttpCatcher::local(Act::answer(200, r#"{"access_token":"one","expires_in":3600}"#)).await.unwrap();
    let spec = json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": {"email": "ann@s.example"},
        "auth": "xoauth2", "username": "ann@s.example", "token_url": source.url(), "client_id": "app",
        "scope": "https://outlook.office365.com/.default"});
    let problems = ChannelSpec::validate(&spec).unwrap_err();
    assert!(problems[0].to_string().starts_with("spec.secret: is required"), "{problems:?}");
    let spec = crate::channels::testing::with(spec, json!({"client_secret": "s3cret"}));
    let spec = ChannelSpec::validate(&spec).unwrap_or_else(|p| panic!("{p:?}"));
    SmtpProvider::new(&spec, Duration::from_secs(5), &Outbound::anywhere()).unwrap().connect().await.unwrap();
    assert_eq!(shown.lock().len(), 1);
    let form = String::from_utf8_lossy(&source.take()[0].body).into_owned();
    assert!(form.contains("grant_type=client_credentials") && form.contains("client_secret=s3cret"), "{form}");
    assert!(!form.contains("refresh_token"), "{form}");
}
