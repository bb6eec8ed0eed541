//! The pages for the team.

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::catcher::Catcher;
use serde_json::json;
use std::sync::Arc;

use crate::fixture::{Answer, App, PASSWORD};

async fn page(app: &App, cookie: &str, path: &str) -> Answer {
    app.send(Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
}

async fn form(app: &App, cookie: &str, path: &str, origin: &str, body: String) -> Answer {
    let request = Request::builder().method("POST").uri(path).header("cookie", cookie).header("origin", origin);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn signed_in(app: &App) -> String {
    let body = format!("email={}&password={}", app.a.email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let answer = form(app, "", "/login", "http://rapport.example", body).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/ui"), "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_pages_show_what_there_is_and_escape_it() {
    let app = App::new();
    let evil = "<script>alert(1)</script>";
    let body = json!({"userId": evil, "traits": {"name": evil, "email": "ada@shop.example"}});
    app.collect("/v1/identify", body).await.expect(200);
    app.collect("/v1/track", json!({"userId": evil, "event": evil, "properties": {"x": evil}})).await.expect(200);
    let spec = json!({"name": evil, "rule": "traits.plan != \"x\" || events(\"A\").exists()"});
    let made = app.api("PUT", "/api/v1/resources/segment/all?publish=true", spec).await;
    assert_eq!(made.status, 200, "{}", made.text());
    app.settle().await;
    let cookie = signed_in(&app).await;
    let id = app.get("/api/v1/profiles").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let profile = format!("/ui/profiles/{id}");
    let paths =
        ["/ui", "/ui/profiles?q=ada", &profile, "/ui/segments", "/ui/segments/all", "/ui/journeys", "/ui/messages"];
    for path in paths {
        let answer = page(&app, &cookie, path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-security-policy").contains("script-src 'self'"), "{path}");
        assert!(!answer.text().contains(evil), "{path}");
        assert!(answer.text().contains("Sign out"), "{path}");
    }
    assert!(page(&app, &cookie, &profile).await.text().contains("&lt;script&gt;"));
    let missing = page(&app, &cookie, "/ui/profiles/nobody").await;
    assert!(missing.status == 404 && missing.text().contains("There is nothing here."), "{}", missing.text());
    assert_eq!(page(&app, &cookie, "/ui/inbox").await.status, 404, "there is no built-in mail server");
    for (path, media) in [("/ui/app.css", "text/css"), ("/ui/app.js", "text/javascript")] {
        assert!(page(&app, "", path).await.header("content-type").starts_with(media));
    }
}

#[tokio::test]
async fn signing_in_and_out_by_forms() {
    let app = App::with(|parts| parts.config.sign_in_hint = Some("demo <hint>".to_owned()));
    assert!(page(&app, "", "/").await.text().contains("href=\"/login\""));
    assert!(page(&app, "", "/login").await.text().contains("demo &lt;hint&gt;"));
    let away = page(&app, "", "/ui").await;
    assert_eq!((away.status, away.header("location")), (303, "/login"));
    let wrong = form(&app, "", "/login", "http://rapport.example", "email=a%40b.c&password=x".to_owned()).await;
    assert!(wrong.status == 422 && wrong.text().contains("role=\"alert\""));
    let foreign = form(&app, "", "/login", "https://evil.example", "email=a&password=b".to_owned()).await;
    assert_eq!(foreign.status, 403, "another site must not sign anybody in");
    let cookie = signed_in(&app).await;
    assert_eq!(page(&app, &cookie, "/").await.header("location"), "/ui");
    assert_eq!(form(&app, &cookie, "/logout", "", String::new()).await.status, 403);
    let who = page(&app, &cookie, "/api/v1/session").await.json();
    let csrf = who["csrf_token"].as_str().unwrap();
    assert_eq!(form(&app, &cookie, "/logout", "", format!("csrf={csrf}")).await.header("location"), "/login");
    assert_eq!(page(&app, &cookie, "/ui").await.status, 303);
}

#[tokio::test]
async fn the_inbox_shows_a_workspace_its_own_mail() {
    let catcher = Arc::new(Catcher::local().await.unwrap());
    let kept = catcher.clone();
    let app = App::with(move |parts| parts.catcher = Some(kept));
    for (ws, subject) in [(app.a.id.0, "For alpha"), (app.b.id.0, "For beta")] {
        let mail = format!(
            "Message-ID: <m001.{ws}@shop.example>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/html\r\n\r\n<p>{subject}</p><script>x</script>\r\n"
        );
        deliver(&catcher, &mail).await;
    }
    let cookie = signed_in(&app).await;
    let list = page(&app, &cookie, "/ui/inbox").await.text();
    assert!(list.contains("For alpha") && !list.contains("For beta"), "{list}");
    assert!(page(&app, &cookie, "/ui/inbox/1").await.text().contains("<iframe"));
    let html = page(&app, &cookie, "/ui/inbox/1/html").await;
    assert!(html.header("content-security-policy").starts_with("sandbox allow-popups"), "{:?}", html.headers);
    assert_eq!(page(&app, &cookie, "/ui/inbox/2").await.status, 404);
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
