//! Mail after it left: what providers tell of it, the page that shows it, and tests of a template.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_delivery::catcher::Catcher;
use rapport_delivery::catcher::http::{Act, HttpCatcher};
use serde_json::{Value, json};

use crate::fixture::App;
use crate::reach::{app, marks, post, publish, sent};

async fn customer(app: &App) -> String {
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"email": "ada@shop.example", "name": "Ada"}}))
        .await
        .expect(200);
    app.settle().await;
    app.profile("ada").await
}

#[tokio::test]
async fn a_provider_tells_what_became_of_a_mail() {
    let app = app();
    let postmark =
        HttpCatcher::local(Act::answer(200, r#"{"ErrorCode":0,"MessageID":"pm-1","Message":"OK"}"#)).await.unwrap();
    let channel = json!({"kind": "postmark", "secret": "tok", "base_url": postmark.url(), "webhook_secret": "w0rd",
        "from": {"email": "hi@shop.example"}});
    publish(
        &app,
        &[
            ("channel/mail", channel),
            ("template/hello", json!({"name": "H", "subject": "Hi {{ profile.name }}", "html": "<p>Hello</p>"})),
        ],
    )
    .await;
    let profile = customer(&app).await;
    let id = sent(&app, "ada", "hello").await;
    let handed: Value = serde_json::from_slice(&postmark.take()[0].body).unwrap();
    assert_eq!(handed["Metadata"]["message_id"], id.as_str());

    let channels = app.get("/api/v1/channels").await.expect(200);
    let url = channels["items"][0]["receipts_url"].as_str().unwrap().to_owned();
    assert_eq!(channels["items"][0]["inbound_url"], Value::Null);
    let path = url.strip_prefix("http://").and_then(|u| u.find('/').map(|at| u[at..].to_owned())).unwrap();
    let tell = async |word: &str, body: Value| {
        let login = format!("Basic {}", STANDARD.encode(format!("rapport:{word}")));
        post(&app, &path, "application/json", &[("authorization", &login)], body.to_string()).await
    };
    let about = |kind: &str, more: Value| {
        let mut body = json!({"RecordType": kind, "Email": "ada@shop.example", "Recipient": "ada@shop.example", "Metadata": {"message_id": id}});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    let forged = tell("word", about("SpamComplaint", json!({}))).await;
    assert!(forged.status == 403 && forged.text().contains("signature"), "{}", forged.text());
    tell("w0rd", about("Delivery", json!({}))).await.expect(200);
    tell("w0rd", about("Open", json!({"UserAgent": "Mozilla/5.0"}))).await.expect(200);
    // Within a second after the hand-over nobody has read anything: a gateway follows links so.
    tell("w0rd", about("Click", json!({"OriginalLink": "https://shop.example/", "UserAgent": "Firefox"})))
        .await
        .expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    // The same link told twice is one click; another link is another.
    for link in ["https://shop.example/", "https://shop.example/", "https://shop.example/new"] {
        tell("w0rd", about("Click", json!({"OriginalLink": link, "UserAgent": "Firefox"}))).await.expect(200);
    }
    // A refusal for another reason than the address suppresses nobody; of somebody else's message nothing is recorded.
    let blocked = json!({"Type": "HardBounce", "Details": "smtp;550 5.7.1 blocked by policy"});
    tell("w0rd", about("Bounce", blocked)).await.expect(200);
    tell(
        "w0rd",
        json!({"RecordType": "SpamComplaint", "Email": "ada@shop.example", "Metadata": {"message_id": "m0001.999"}}),
    )
    .await
    .expect(200);
    assert_eq!(app.get("/api/v1/suppressions").await.expect(200)["items"], json!([]));
    let timeline = marks(&app, &id, "clicked").await.to_string();
    // What a proxy fetched is in the events as a machine's, and no mark on the message.
    assert!(timeline.contains("delivered") && !timeline.contains("opened"), "{timeline}");
    let of = async |name: &str| {
        let path = format!("/api/v1/profiles/{profile}/events?q={}", name.replace(' ', "%20"));
        app.get(&path).await.expect(200)["items"].as_array().unwrap().clone()
    };
    let (opened, clicked) = (of("Email Opened").await, of("Email Link Clicked").await);
    let of_people = |e: &&Value| e["event"].as_str().is_some_and(|n| !n.ends_with(" by Machine"));
    assert_eq!((opened.len(), &opened[0]["event"]), (1, &json!("Email Opened by Machine")));
    assert_eq!(clicked.len(), 3);
    assert_eq!(opened[0]["properties"]["agent"], "privacy_proxy");
    let mut links: Vec<&str> =
        clicked.iter().filter(of_people).filter_map(|e| e["properties"]["link"].as_str()).collect();
    links.sort_unstable();
    assert_eq!(links, ["https://shop.example/", "https://shop.example/new"]);
    assert_eq!(of("Email Bounced").await[0]["properties"]["bounce"], "soft");
    // The same notice again is the same; that the mailbox is gone is another.
    let gone = || about("Bounce", json!({"Type": "HardBounce", "Details": "smtp;550 5.1.1 user unknown"}));
    for notice in [about("Bounce", json!({"Type": "SoftBounce", "Details": "mailbox full"})), gone(), gone()] {
        tell("w0rd", notice).await.expect(200);
    }
    let mut how: Vec<Value> = of("Email Bounced").await.iter().map(|e| e["properties"]["bounce"].clone()).collect();
    how.sort_by_key(Value::to_string);
    assert_eq!(how, ["hard", "soft"]);
    app.api("DELETE", "/api/v1/suppressions/email/ada@shop.example", Value::Null).await;

    tell("w0rd", about("SpamComplaint", json!({}))).await.expect(200);
    let list = app.get("/api/v1/suppressions").await.expect(200);
    assert_eq!(
        (&list["items"][0]["address"], &list["items"][0]["reason"]),
        (&json!("ada@shop.example"), &json!("complaint"))
    );
    let consents = app.get(&format!("/api/v1/profiles/{profile}/consents")).await.expect(200);
    assert_eq!(consents["items"][0]["granted"], json!(false), "{consents}");
}

#[tokio::test]
async fn an_address_that_takes_nothing_for_long_is_suppressed_when_that_is_wanted() {
    let app = app();
    let postmark = HttpCatcher::local(Act::answer(200, r#"{"ErrorCode":0,"MessageID":"pm-1"}"#)).await.unwrap();
    let channel = json!({"kind": "postmark", "secret": "tok", "base_url": postmark.url(), "webhook_secret": "w0rd",
        "from": {"email": "hi@shop.example"}});
    let template = json!({"name": "H", "subject": "Hi", "html": "<p>Hello</p>"});
    let settings = json!({"company": {"name": "Shop"}, "soft_bounces": 2});
    let documents = [("channel/mail", channel), ("template/hello", template), ("settings/workspace", settings)];
    publish(&app, &documents).await;
    customer(&app).await;
    let channels = app.get("/api/v1/channels").await.expect(200);
    let url = channels["items"][0]["receipts_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://").and_then(|u| u.find('/').map(|at| u[at..].to_owned())).unwrap();
    let full = async || {
        let id = sent(&app, "ada", "hello").await;
        let body = json!({"RecordType": "Bounce", "Type": "SoftBounce", "Details": "mailbox full", "Email": "ada@shop.example",
            "Metadata": {"message_id": id}});
        let login = format!("Basic {}", STANDARD.encode("rapport:w0rd"));
        post(&app, &path, "application/json", &[("authorization", &login)], body.to_string()).await.expect(200);
        marks(&app, &id, "bounced").await;
        app.get("/api/v1/suppressions").await.expect(200)["items"].clone()
    };
    assert_eq!(full().await, json!([]));
    let list = full().await;
    let entry = (&list[0]["address"], &list[0]["reason"]);
    assert_eq!(entry, (&json!("ada@shop.example"), &json!("soft_bounces")), "{list}");
}

async fn mail_app(template: Value) -> (App, Catcher) {
    let (app, catcher) = (app(), Catcher::local().await.unwrap());
    let channel = json!({"kind": "smtp", "host": "127.0.0.1", "port": catcher.address().port(), "tls": "none", "from": {"email": "hi@shop.example"}});
    publish(&app, &[("channel/mail", channel), ("template/hello", template)]).await;
    (app, catcher)
}

fn html_of(raw: &[u8]) -> (String, String) {
    let parsed = mail_parser::MessageParser::default().parse(raw).unwrap();
    (parsed.subject().unwrap().to_owned(), parsed.body_html(0).unwrap().into_owned())
}

#[tokio::test]
async fn a_mail_can_be_seen_in_the_browser() {
    let html = "<p>Hello {{ profile.name }}, {{ event.total }}</p><a href=\"{{ browser_url }}\">In the browser</a>";
    let (app, catcher) = mail_app(json!({"name": "H", "subject": "Hi", "html": html, "track_opens": false})).await;
    let profile = customer(&app).await;
    let body = json!({"to": {"user_id": "ada"}, "template": "hello", "data": {"event": {"total": 42}}});
    app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
    app.until("/api/v1/messages?template=hello", |l| l["items"][0]["status"] == "sent").await;
    let (_, html) = html_of(&catcher.mails().remove(0).raw);
    let at = html.find("/v/").unwrap_or_else(|| panic!("{html}"));
    let path = html[at..].split('"').next().unwrap().to_owned();
    let open = async |path: &str| app.send(Request::get(path).body(Body::empty()).unwrap()).await;
    let page = open(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Hello Ada, 42") && page.header("x-robots-tag") == "noindex", "{}", page.text());
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(page.text().replace("\r\n", "\n").trim(), html.replace("\r\n", "\n").trim(), "the same mail");
    assert_eq!(open("/v/forged").await.status, 404);
    assert_eq!(open(&path.replace("/v/", "/u/")).await.status, 404, "a token of one purpose opens no other door");
    // A customer who is erased is erased here too.
    app.api("POST", &format!("/api/v1/profiles/{profile}/erase"), Value::Null).await.expect(202);
    app.settle().await;
    assert_eq!(open(&path).await.status, 410);
}

#[tokio::test]
async fn a_gateway_that_follows_every_link_is_no_person() {
    let html = "<p><a href=\"https://s.example/1\">1</a> <a href=\"https://s.example/2\">2</a> <a href=\"https://s.example/3\">3</a></p>";
    let (app, catcher) = mail_app(json!({"name": "H", "subject": "Hi", "html": html})).await;
    let profile = customer(&app).await;
    let id = sent(&app, "ada", "hello").await;
    let (_, html) = html_of(&catcher.mails().remove(0).raw);
    let links: Vec<String> =
        html.match_indices("/l/").map(|(at, _)| html[at..].split('"').next().unwrap().to_owned()).collect();
    let click = async |path: &str| {
        let request = Request::get(path).header("user-agent", "Mozilla/5.0 (X11) Firefox/140.0").body(Body::empty());
        assert_eq!(app.send(request.unwrap()).await.status, 302);
    };
    // Later than anybody would call too fast.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    for path in &links[..3] {
        click(path).await;
    }
    let named = async |name: &str, count: usize| {
        let path = format!("/api/v1/profiles/{profile}/events?q=Link%20Clicked");
        let of = |l: &Value| l["items"].as_array().unwrap().iter().filter(|e| e["event"] == name).count();
        app.until(&path, |l| of(l) == count).await
    };
    named("Email Link Clicked by Machine", 3).await;
    // The customer comes when that is over, and follows one.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    click(&links[1]).await;
    named("Email Link Clicked", 1).await;
    let timeline = marks(&app, &id, "clicked").await;
    assert!(timeline.to_string().contains("https://s.example/2"), "{timeline}");
}

#[tokio::test]
async fn a_template_is_tested_by_members_only() {
    let html = "<p>Hello {{ profile.name }} {{ event.sku }}</p><a href=\"https://shop.example/\">Shop</a>";
    let (app, catcher) = mail_app(json!({"name": "H", "subject": "Hi {{ profile.name }}", "html": html})).await;
    customer(&app).await;
    let member = app.a.email.clone();
    let test = async |body: Value| app.api("POST", "/api/v1/templates/hello/test", body).await;
    for (body, part) in [
        (json!({"to": []}), "1 to 10"),
        (json!({"to": ["ada@shop.example"]}), "a member of this workspace"),
        (json!({"to": [app.b.email]}), "a member of this workspace"),
        (json!({"to": [member], "channel": "nosuch"}), "no such live channel"),
        (json!({"to": [member], "version": 9}), "template hello"),
    ] {
        let answer = test(body.clone()).await;
        assert!((400..500).contains(&answer.status) && answer.text().contains(part), "{body}: {}", answer.text());
    }
    assert_eq!(catcher.received(), 0);
    let done = test(json!({"to": [member], "traits": {"name": "Eve"}})).await.expect(200);
    assert_eq!((&done["ok"], &done["messages"][0]["to"]), (&json!(true), &json!(member)), "{done}");
    assert!(done["missing"].to_string().contains("event.sku"), "{done}");
    let (subject, html) = html_of(&catcher.mails().remove(0).raw);
    assert_eq!(subject, "[Test] Hi Eve");
    // Links are as they are written, and no message is recorded.
    assert!(html.contains("href=\"https://shop.example/\"") && html.contains("Hello Eve"), "{html}");
    assert_eq!(app.get("/api/v1/messages").await.expect(200)["items"], json!([]));
    catcher.fail(
        rapport_delivery::catcher::Stage::Rcpt,
        rapport_delivery::catcher::FaultAction::Reply("550 5.1.1 no".to_owned()),
        1,
    );
    let refused = test(json!({"to": [member]})).await.expect(200);
    assert!(
        refused["ok"] == json!(false) && refused["messages"][0]["problem"].as_str().unwrap().contains("5.1.1"),
        "{refused}"
    );
    assert_eq!(app.get("/api/v1/suppressions").await.expect(200)["items"], json!([]));
}
