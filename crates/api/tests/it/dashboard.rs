//! The dashboard's page and files, and the mail catcher's inbox.

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::catcher::Catcher;
use std::sync::Arc;

use crate::fixture::{Answer, App};

async fn ask(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::builder().uri(path), |r, (name, value)| r.header(*name, *value));
    app.send(request.body(Body::empty()).unwrap()).await
}

const BROWSER: [(&str, &str); 1] = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];

#[tokio::test]
async fn every_address_of_a_browser_gets_the_page_under_a_strict_policy() {
    let app = App::new();
    let mut seen = Vec::new();
    for path in ["/", "/login", "/customers/p_1?tab=events", "/insights/funnel"] {
        let answer = ask(&app, path, &BROWSER).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.text().contains("__CSP_NONCE__"), "{path}");
        seen.push(policy);
    }
    seen.dedup();
    assert_eq!(seen.len(), 4, "each answer has a nonce of its own");
}

#[tokio::test]
async fn what_is_no_page_is_a_problem() {
    let app = App::new();
    for path in ["/api/v1/nothing", "/assets/nothing.js", "/assets/%2e%2e%2fCargo.toml"] {
        let answer = ask(&app, path, &BROWSER).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    let answer = ask(&app, "/customers", &[("accept", "application/json")]).await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
}

#[tokio::test]
async fn anybody_may_know_how_to_sign_in() {
    let app = App::with(|parts| parts.config.sign_in_hint = Some("demo <hint>".to_owned()));
    let about = ask(&app, "/api/v1/about", &[]).await.expect(200);
    assert_eq!(about["sign_in_hint"], "demo <hint>");
    assert_eq!(about["mail_catcher"], false);
    assert!(about["kinds"].as_array().unwrap().contains(&"segment".into()), "{about}");
}

#[tokio::test]
async fn the_inbox_shows_a_workspace_its_own_mail() {
    let catcher = Arc::new(Catcher::local().await.unwrap());
    let kept = catcher.clone();
    let app = App::with(move |parts| parts.catcher = Some(kept));
    for (ws, subject) in [(app.a.id.0, "For alpha"), (app.b.id.0, "For beta"), (app.a.id.0, "Again for alpha")] {
        let mail = format!(
            "Message-ID: <m001.{ws}@shop.example>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/html\r\n\r\n<p>{subject}</p><script>x</script>\r\n"
        );
        deliver(&catcher, &mail).await;
    }
    let page = app.get("/api/v1/inbox?limit=1").await.expect(200);
    assert_eq!(page["items"][0]["subject"], "Again for alpha");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/api/v1/inbox?cursor={cursor}")).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]["subject"]), (1, &"For alpha".into()));
    let found = app.get("/api/v1/inbox?q=%20AGAIN").await.expect(200);
    assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["id"]), (1, &3.into()), "{found}");
    assert_eq!(app.get("/api/v1/inbox?q=beta").await.expect(200)["items"], serde_json::json!([]), "another's mail");
    let mail = app.get("/api/v1/inbox/1").await.expect(200);
    assert_eq!((&mail["has_html"], &mail["subject"]), (&true.into(), &"For alpha".into()));
    let html = app.get("/api/v1/inbox/1/html").await;
    assert!(html.header("content-security-policy").starts_with("sandbox allow-popups"), "{:?}", html.headers);
    for other in ["/api/v1/inbox/2", "/api/v1/inbox/2/html", "/api/v1/inbox/x"] {
        assert_eq!(app.get(other).await.status, 404, "{other}");
    }
}

/// Hands a mail to the catcher by SMTP.
async fn deliver(catcher: &Catcher, mail: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let before = catcher.received();
    let mut stream = tokio::net::TcpStream::connect(catcher.address()).await.unwrap();
    let mut answer = [0; 1024];
    let _ = stream.read(&mut answer).await.unwrap();
    for line in ["EHLO test", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"] {
        stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        let _ = stream.read(&mut answer).await.unwrap();
    }
    stream.write_all(format!("{mail}.\r\n").as_bytes()).await.unwrap();
    assert!(catcher.wait_for(before + 1, std::time::Duration::from_secs(10)).await);
}
