//! The links in messages.

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::{Claim, Purpose};
use rapport_domain::{OutboxId, Partition, WorkspaceId};
use serde_json::{Value, json};

use crate::fixture::{Answer, App};

async fn customer(app: &App) -> String {
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"email": "ada@shop.example"}})).await.expect(200);
    app.profile("ada").await
}

fn token(app: &App, ws: WorkspaceId, profile: &str, purpose: Purpose) -> String {
    let message = OutboxId { partition: Partition(0), number: 1 };
    app.tokens.mint(&Claim { workspace: ws, message, profile: profile.parse().unwrap(), purpose })
}

async fn visit(app: &App, method: &str, path: &str, form: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("user-agent", "Mozilla/5.0 (X11) Firefox/140.0");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = app.send(request.body(Body::from(form.to_owned())).unwrap()).await;
    app.settle().await;
    answer
}

async fn consents(app: &App, id: &str) -> Vec<(Value, Value, Value)> {
    let list = app.get(&format!("/api/v1/profiles/{id}/consents")).await.expect(200);
    let show = |c: &Value| (c["channel"].clone(), c["topic"].clone(), c["granted"].clone());
    list["items"].as_array().unwrap().iter().map(show).collect()
}

#[tokio::test]
async fn unsubscribing_takes_a_post() {
    let app = App::new();
    let id = customer(&app).await;
    let purpose = Purpose::Unsubscribe { channel: "email".into(), topic: None };
    let path = format!("/u/{}", token(&app, app.a.id, &id, purpose));
    let page = visit(&app, "GET", &path, "").await;
    assert!(page.status == 200 && page.text().contains("<form method=\"post\">"));
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(consents(&app, &id).await, [], "a GET changes nothing");
    let done = visit(&app, "POST", &path, "List-Unsubscribe=One-Click").await;
    assert_eq!(done.status, 200);
    assert_eq!(consents(&app, &id).await, [(json!("email"), Value::Null, json!(false))]);
    let events = app.get(&format!("/api/v1/profiles/{id}/events?q=Unsubscribed")).await.expect(200);
    assert_eq!(events["items"][0]["properties"]["source"], "one-click unsubscribe");
    for forged in ["/u/x", "/u/AAAA", "/preferences/x", "/l/x"] {
        let answer = visit(&app, "GET", forged, "").await;
        assert_eq!(answer.status, 404, "{forged}");
    }
    assert_eq!(visit(&app, "POST", "/u/x", "List-Unsubscribe=One-Click").await.status, 404);
}

#[tokio::test]
async fn one_click_comes_in_either_encoding_of_a_form() {
    let app = App::new();
    let id = customer(&app).await;
    let purpose = |channel: &str| Purpose::Unsubscribe { channel: channel.into(), topic: None };
    let post = async |channel: &str, media: &str, body: &str| {
        let path = format!("/u/{}", token(&app, app.a.id, &id, purpose(channel)));
        let request = Request::builder().method("POST").uri(path).header("content-type", media);
        let answer = app.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        app.settle().await;
        answer.status
    };
    let part = "--b7\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b7--\r\n";
    assert_eq!(post("email", "Multipart/Form-Data; boundary=\"b7\"", part).await, 200);
    assert_eq!(post("sms", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").await, 200);
    let events = app.get(&format!("/api/v1/profiles/{id}/events?q=Unsubscribed")).await.expect(200);
    let mut said: Vec<(&Value, &Value)> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (&e["properties"]["channel"], &e["properties"]["source"]))
        .collect();
    said.sort_by_key(|s| s.0.to_string());
    let source = json!("one-click unsubscribe");
    assert_eq!(said, [(&json!("email"), &source), (&json!("sms"), &source)]);
    for broken in ["--b7\r\nContent-Disposition: form-data; name=\"List-Uns", "", "no form at all"] {
        assert_eq!(post("push", "multipart/form-data; boundary=b7", broken).await, 400, "{broken:?}");
    }
    assert_eq!(post("push", "multipart/form-data", part).await, 400, "without a boundary");
    assert_eq!(consents(&app, &id).await.len(), 2, "what is no form changes nothing");
}

#[tokio::test]
async fn topics_are_chosen() {
    let app = App::new();
    let id = customer(&app).await;
    for (topic, default) in [("news", "opt_in"), ("offers", "opt_out")] {
        let spec = json!({"name": topic, "default": default});
        app.api("PUT", &format!("/api/v1/resources/topic/{topic}?publish=true"), spec).await.expect(200);
    }
    let path = format!("/preferences/{}", token(&app, app.a.id, &id, Purpose::Preferences));
    let page = visit(&app, "GET", &path, "").await.text();
    assert!(page.contains("value=\"offers\" checked") && page.contains("value=\"news\">"), "{page}");
    let saved = visit(&app, "POST", &path, "topic=news&action=save").await.text();
    assert!(saved.contains("value=\"news\" checked") && saved.contains("value=\"offers\">"), "{saved}");
    // The team sees what the customer sees; nobody else's customers, and no link is in it.
    let shown = app.get(&format!("/api/v1/profiles/{id}/preferences")).await.expect(200);
    let html = shown["html"].as_str().unwrap();
    assert!(html.contains("value=\"news\" checked") && html.contains("value=\"offers\">"), "{html}");
    assert!(!html.contains("/preferences/"), "{html}");
    assert_eq!(app.get("/api/v1/profiles/p_0_99/preferences").await.status, 404);
    let mut stated = consents(&app, &id).await;
    stated.sort_by_key(|c| c.1.to_string());
    let email = json!("email");
    assert_eq!(stated, [(email.clone(), json!("news"), json!(true)), (email, json!("offers"), json!(false))]);
}

#[tokio::test]
async fn words_of_pages_are_seen_before_they_are_published() {
    let app = App::new();
    let known = app.get("/api/v1/pages").await.expect(200);
    let (pages, texts) = (known["pages"].as_array().unwrap(), known["texts"].as_array().unwrap());
    let named: Vec<&Value> = pages.iter().flat_map(|p| p["texts"].as_array().unwrap()).collect();
    assert!(texts.iter().all(|t| named.contains(&&t["name"])), "{known}");
    let leave = texts.iter().find(|t| t["name"] == "leave_topic").unwrap();
    assert_eq!(leave["values"], json!(["topic", "channel"]));
    assert!(leave["de"].as_str().unwrap().contains("nicht mehr"), "{leave}");
    let topic = json!({"name": "News", "translations": {"fr": {"name": "Nouvelles"}}});
    app.api("PUT", "/api/v1/resources/topic/news?publish=true", topic).await.expect(200);
    let spec = json!({"company": {"name": "Shop"}, "words": {"fr": {"leave_topic": "Plus de {topic} <{channel}>."}}});
    let ask = async |page: &str, language: &str, spec: &Value| {
        app.api("POST", "/api/v1/pages/preview", json!({"page": page, "language": language, "spec": spec})).await
    };
    for (language, spoken, said) in [
        ("fr-CA", "fr", "Plus de Nouvelles &lt;e-mail&gt;."),
        ("de-AT", "de", "Sie erhalten „News“ dann nicht mehr (E-Mail)."),
        ("pt", "en", "You will not get “News” by e-mail any more."),
    ] {
        let shown = ask("unsubscribe", language, &spec).await.expect(200);
        let html = shown["html"].as_str().unwrap();
        assert!(shown["language"] == spoken && html.contains(said) && html.contains("Shop"), "{shown}");
    }
    // Without settings of one's own those in effect: there are none yet.
    let stored = app.api("POST", "/api/v1/pages/preview", json!({"page": "saved", "language": "fr"})).await.expect(200);
    assert!(stored["language"] == "en" && !stored["html"].as_str().unwrap().contains("Shop"), "{stored}");
    for page in pages {
        ask(page["id"].as_str().unwrap(), "en", &spec).await.expect(200);
    }
    let none = ask("elsewhere", "en", &spec).await.expect(400);
    assert_eq!(none["errors"][0]["at"], "page");
    let wrong = ask("saved", "en", &json!({"words": {"fr": {"savee": "x"}}})).await.expect(400);
    assert_eq!(wrong["errors"][0]["at"], "spec.words.fr.savee");
}

#[tokio::test]
async fn pages_speak_the_workspaces_own_words() {
    let app = App::new();
    let settings = "/api/v1/resources/settings/workspace?publish=true";
    let wrong = app.api("PUT", settings, json!({"words": {"fr": {"savee": "Enregistrer"}, "?": {}}})).await.expect(400);
    assert!(wrong.to_string().contains("spec.words.fr.savee") && wrong.to_string().contains("\"save\""), "{wrong}");
    let words = json!({"fr": {"preferences_title": "Vos préférences", "save": "Enregistrer"}});
    app.api("PUT", settings, json!({"words": words})).await.expect(200);
    let topic = json!({"name": "News", "description": "Weekly.", "translations": {"fr": {"name": "Nouvelles"}}});
    app.api("PUT", "/api/v1/resources/topic/news?publish=true", topic).await.expect(200);
    for (user, locale, said) in [("ada", "fr-CA", "Nouvelles"), ("eve", "pt", "News")] {
        app.collect("/v1/identify", json!({"userId": user, "traits": {"locale": locale}})).await.expect(200);
        app.settle().await;
        let id = app.profile(user).await;
        let path = format!("/preferences/{}", token(&app, app.a.id, &id, Purpose::Preferences));
        let page = visit(&app, "GET", &path, "").await.text();
        assert!(page.contains(&format!("<span>{said}")) && page.contains("Weekly."), "{page}");
        assert_eq!(page.contains("Vos préférences") && page.contains(">Enregistrer<"), user == "ada", "{page}");
        assert!(page.contains("How often?"), "what is not said is as it is built in: {page}");
    }
}

#[tokio::test]
async fn clicks_and_opens_are_recorded_with_who_made_them() {
    let app = App::new();
    let id = customer(&app).await;
    let url = "https://shop.example/a?b=1";
    let click = format!("/l/{}", token(&app, app.a.id, &id, Purpose::Click { url: url.into() }));
    let answer = visit(&app, "GET", &click, "").await;
    assert_eq!((answer.status, answer.header("location")), (302, url));
    let open = format!("/o/{}", token(&app, app.a.id, &id, Purpose::Open));
    for path in [open.as_str(), "/o/forged"] {
        let answer = visit(&app, "GET", path, "").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/gif"));
    }
    for (name, link) in [("Email Link Clicked", json!(url)), ("Email Opened", Value::Null)] {
        let path = format!("/api/v1/profiles/{id}/events?q={}", name.replace(' ', "%20"));
        let events = app.get(&path).await.expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 1, "{name}");
        let properties = &events["items"][0]["properties"];
        assert_eq!((&properties["agent"], &properties["link"]), (&json!("human"), &link), "{events}");
    }
    // What a machine does is another event, that nothing counts.
    let request = Request::get(click.as_str()).header("user-agent", "Barracuda Sentinel (EE)").body(Body::empty());
    assert_eq!(app.send(request.unwrap()).await.status, 302);
    app.settle().await;
    let events = app.get(&format!("/api/v1/profiles/{id}/events?q=Link%20Clicked")).await.expect(200);
    let mut names: Vec<&str> = events["items"].as_array().unwrap().iter().filter_map(|e| e["event"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Email Link Clicked", "Email Link Clicked by Machine"]);
    let counted = json!({"rule": "messages('clicked').count() == 1 && messages('opened').count() == 1"});
    let preview = app.api("POST", "/api/v1/segments/preview", counted).await.expect(200);
    assert_eq!(preview["count"], 1, "{preview}");
    // A token of one purpose opens no other door.
    assert_eq!(visit(&app, "GET", &click.replace("/l/", "/u/"), "").await.status, 404);
    assert_eq!(visit(&app, "GET", &open.replace("/o/", "/preferences/"), "").await.status, 404);
}

#[tokio::test]
async fn pages_speak_the_customers_language_else_the_messages_else_the_browsers() {
    let app = App::new();
    let id = customer(&app).await;
    let leave = || Purpose::Unsubscribe { channel: "email".into(), topic: None };
    let path = format!("/u/{}", token(&app, app.a.id, &id, leave()));
    let see = async |method: &str, path: &str, accepts: &str| {
        let request = Request::builder().method(method).uri(path).header("accept-language", accepts);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        app.send(request.body(Body::empty()).unwrap()).await.text()
    };
    let german = |page: &str| page.contains("<html lang=\"de\">");
    // Nothing is known of them: the browser says it, to links that lead nowhere too.
    assert!(german(&see("GET", &path, "fr, de;q=0.5").await) && !german(&see("GET", &path, "fr").await));
    assert!(see("GET", "/preferences/x", "de").await.contains("Dieser Link funktioniert nicht"));
    assert!(see("GET", "/confirm/x", "en").await.contains("This link does not work"));
    // What the customer says comes before that, on every page.
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"locale": "de-AT"}})).await.expect(200);
    app.settle().await;
    let choices = format!("/preferences/{}", token(&app, app.a.id, &id, Purpose::Preferences));
    for (method, path) in [("GET", &path), ("POST", &path), ("GET", &choices), ("POST", &choices)] {
        let page = see(method, path, "en").await;
        assert!(german(&page) && !page.contains("Unsubscribe"), "{method} {page}");
    }
    // In a language that the pages do not speak the message's own is next.
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"locale": "fr-FR"}})).await.expect(200);
    let template =
        json!({"name": "N", "subject": "Hallo", "html": "<p>Hallo</p>", "language": "de", "transactional": true});
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 9, "tls": "none", "from": {"email": "hi@shop.example"}});
    for (path, spec) in [("template/n", template), ("channel/mail", channel)] {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200);
    }
    app.api("POST", "/api/v1/messages", json!({"template": "n", "to": {"profile": id}})).await.expect(202);
    app.settle().await;
    let sent = app.get(&format!("/api/v1/profiles/{id}/messages")).await.expect(200);
    let message = sent["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let claim = Claim { workspace: app.a.id, message, profile: id.parse().unwrap(), purpose: leave() };
    let path = format!("/u/{}", app.tokens.mint(&claim));
    assert!(german(&see("GET", &path, "en").await));
}
