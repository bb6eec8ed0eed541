//! What messages are made of, over HTTP: previews, lint, catalogues, coupon codes, pictures, domains, returned mail.

use axum::http::Request;
use serde_json::{Value, json};

use crate::fixture::App;

async fn publish(app: &App, kind: &str, id: &str, spec: Value) -> Value {
    app.api("PUT", &format!("/api/v1/resources/{kind}/{id}?publish=true"), spec).await.expect(200)
}

/// Sends a body that is no JSON.
async fn raw(app: &App, method: &str, path: &str, media: &str, body: Vec<u8>) -> crate::fixture::Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", media);
    let request = request.header("authorization", format!("Bearer {}", app.a.token));
    app.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_template_is_seen_in_every_language_with_its_blocks() {
    let app = App::new();
    publish(
        &app,
        "block",
        "footer",
        json!({"name": "Footer", "mjml": "<mj-text>{{ brand.name }} {{ label }}</mj-text>"}),
    )
    .await;
    publish(&app, "block", "frame", json!({"name": "Frame", "mjml": "<mjml><mj-body><mj-section><mj-column>{{ content }}{% render 'footer', label: 'bye' %}</mj-column></mj-section></mj-body></mjml>"})).await;
    publish(
        &app,
        "brand",
        "default",
        json!({"name": "Shop & Co", "colours": {"primary": "#112233"}, "banned_phrases": ["cheap"]}),
    )
    .await;
    let spec = json!({"name": "W", "subject": "Hi {{ profile.name }}", "language": "en", "layout": "frame",
        "mjml": "<mj-button href=\"https://shop.example/x\" background-color=\"{{ brand.colours.primary }}\">{{ profile.name }} {{ event.total }}</mj-button>",
        "utm": {"source": "rapport"}, "track_clicks": false,
        "translations": {"de": {"subject": "Hallo {{ profile.name }}", "mjml": "<mj-text>billig, cheap</mj-text>"}},
        "calendar": {"summary": "Fitting", "start": "2026-07-01 18:00", "end": "2026-07-01 19:00"}});
    publish(&app, "template", "w", spec).await;
    let see = async |input: Value| app.api("POST", "/api/v1/templates/w/preview", input).await;
    let seen = see(json!({"traits": {"name": "<b>Ada</b>"}, "data": {"event": {"total": 5}}})).await.expect(200);
    let html = seen["html"].as_str().unwrap();
    assert_eq!(seen["subject"], "Hi <b>Ada</b>");
    assert!(
        html.contains("&lt;b&gt;Ada&lt;/b&gt; 5") && html.contains("#112233") && html.contains("Shop &amp; Co bye"),
        "{html}"
    );
    assert!(html.contains("https://shop.example/x?utm_source=rapport"), "{html}");
    assert!(seen["calendar"].as_str().unwrap().contains("DTSTART:20260701T"));
    assert_eq!(seen["missing"], json!([]));
    let seen = see(json!({"traits": {"name": "Ada"}, "locale": "de-AT"})).await.expect(200);
    assert_eq!(seen["subject"], "Hallo Ada");
    let seen = see(json!({"locale": "fr"})).await.expect(200);
    assert_eq!(seen["missing"][0]["name"], "profile.name");
    let strict = see(json!({"strict": true})).await.expect(400);
    let named: Vec<&str> = strict["errors"].as_array().unwrap().iter().map(|e| e["at"].as_str().unwrap()).collect();
    assert!(named.contains(&"profile.name") && named.contains(&"event.total"), "{strict}");
    let report = app.api("POST", "/api/v1/templates/w/lint", json!({})).await.expect(200);
    let found = report["findings"].as_array().unwrap();
    assert!(found.iter().any(|f| f["rule"] == "banned_phrase" && f["language"] == "de"), "{report}");
    let bad = json!({"spec": {"name": "x", "subject": "s", "html": "<a href=\"/x\">shop</a>"}});
    let report = app.api("POST", "/api/v1/templates/lint", bad).await.expect(200);
    assert!(report["ok"] == false && report["findings"][0]["rule"] == "broken_link", "{report}");
    let warned =
        publish(&app, "template", "x", json!({"name": "x", "subject": "s", "html": "<a href=\"/x\">shop</a>"})).await;
    assert!(warned["warnings"].to_string().contains("not whole"), "{warned}");
    let gone = json!({"spec": {"name": "x", "subject": "s", "html": "x", "layout": "nowhere"}});
    let refused = app.api("POST", "/api/v1/templates/preview", gone).await.expect(400);
    assert!(refused.to_string().contains("no live block"), "{refused}");
}

#[tokio::test]
async fn templates_look_things_up() {
    let app = App::new();
    publish(&app, "catalog", "products", json!({"name": "Products", "key": "sku"})).await;
    publish(&app, "coupon", "spring", json!({"name": "Spring"})).await;
    let rows = "sku,title,price\nb1,Boot,80\nh1,\"Hat, red\",20\n";
    let path = "/api/v1/catalogs/products/rows";
    let put = raw(&app, "PUT", path, "text/csv", rows.as_bytes().to_vec()).await;
    assert_eq!((put.status, put.json()["rows"].clone()), (200, json!(2)), "{}", put.text());
    let more = app.api("PUT", path, json!([{"sku": 7, "title": "Sock"}])).await.expect(200);
    assert_eq!(more["rows"], 3);
    assert_eq!(app.api("PUT", path, json!([{"title": "no key"}])).await.status, 400);
    let listed = app.get(&format!("{path}?q=hat")).await.expect(200);
    assert_eq!(listed["items"][0]["row"]["title"], "Hat, red");
    let codes = raw(&app, "PUT", "/api/v1/coupons/spring/codes", "text/plain", b"A1\nA2\n".to_vec()).await;
    assert_eq!((codes.status, codes.json()["left"].clone()), (200, json!(2)));
    let html = "{% assign p = catalogs.products[event.sku] %}{{ p.title }}/{{ p.price | plus: 1 }} {{ 'spring' | coupon_code }}";
    let spec = json!({"name": "t", "subject": "s", "html": html, "transactional": true, "track_opens": false});
    let seen = app
        .api("POST", "/api/v1/templates/preview", json!({"spec": spec, "data": {"event": {"sku": "h1"}}}))
        .await
        .expect(200);
    assert_eq!(seen["html"], "Hat, red/21 SAMPLE-CODE");
    assert_eq!(app.get("/api/v1/coupons/spring").await.expect(200)["given"], 0, "a preview gives no code away");
    app.api("DELETE", &format!("{path}/b1"), json!({})).await.expect(200);
    assert_eq!(app.api("PUT", &format!("{path}?replace=true"), json!([{"sku": "z"}])).await.expect(200)["rows"], 1);
    assert_eq!(app.get("/api/v1/catalogs/none/rows").await.status, 404);
}

#[tokio::test]
async fn pictures_are_checked_by_content_and_served() {
    let app = App::new();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x07".to_vec();
    let kept = raw(&app, "POST", "/api/v1/media?name=logo.png", "image/png", png.clone()).await;
    let view = kept.json();
    assert_eq!((kept.status, &view["width"], &view["media_type"]), (201, &json!(5), &json!("image/png")), "{view}");
    assert_eq!(raw(&app, "POST", "/api/v1/media", "image/png", png).await.status, 200, "the same picture again");
    for (bytes, media) in [(&b"<svg onload=alert(1)></svg>"[..], "image/png"), (b"", "image/png")] {
        assert_eq!(raw(&app, "POST", "/api/v1/media", media, bytes.to_vec()).await.status, 400);
    }
    assert_eq!(raw(&app, "POST", "/api/v1/media", "image/png", vec![0; 6 << 20]).await.status, 413);
    let path = format!("/media/{}", view["id"].as_str().unwrap());
    let shown = app.as_token("", "GET", &path, json!({})).await;
    assert_eq!(
        (shown.status, shown.header("content-type"), shown.header("x-content-type-options")),
        (200, "image/png", "nosniff")
    );
    assert!(shown.header("cache-control").contains("immutable"));
    assert_eq!(app.get("/api/v1/media").await.expect(200)["items"].as_array().unwrap().len(), 1);
    app.api("DELETE", &format!("/api/v1{path}"), json!({})).await.expect(200);
    assert_eq!(app.as_token("", "GET", &path, json!({})).await.status, 404);
}

#[tokio::test]
async fn a_domain_gets_keys_that_are_never_shown() {
    let app = App::new();
    let made =
        app.api("POST", "/api/v1/domains", json!({"domain": "Mail.shop.example", "publish": true})).await.expect(201);
    let records = made["records"].as_array().unwrap();
    assert_eq!(records[0]["name"], "rapport._domainkey.mail.shop.example");
    assert!(records[0]["value"].as_str().unwrap().starts_with("v=DKIM1; k=rsa; p=MII") && records.len() == 3, "{made}");
    let stored = app.get("/api/v1/resources/domain/mail-shop-example").await.expect(200);
    assert_eq!((&stored["spec"]["rsa_key"], &stored["spec"]["ed25519_key"]), (&json!("********"), &json!("********")));
    let listed = app.get("/api/v1/domains").await.expect(200);
    assert_eq!((&listed["items"][0]["records"], &listed["items"][0]["problem"]), (&made["records"], &Value::Null));
    assert_eq!(app.api("POST", "/api/v1/domains", json!({"domain": "mail.shop.example"})).await.status, 400);
    assert_eq!(app.api("POST", "/api/v1/domains", json!({"domain": "not a domain", "id": "x"})).await.status, 400);
    // Drafts too; whether anybody answers depends on the machine.
    app.api("POST", "/api/v1/domains", json!({"domain": "draft.rapport.invalid"})).await.expect(201);
    let checked = app.get("/api/v1/domains/draft-rapport-invalid/check").await;
    match checked.status {
        200 => {
            let said = checked.expect(200);
            let of = |check: &str| said["findings"].as_array().unwrap().iter().filter(|f| f["check"] == check).count();
            assert_eq!((&said["domain"], &said["ok"]), (&json!("draft.rapport.invalid"), &json!(false)), "{said}");
            assert_eq!((of("spf"), of("dkim"), of("dmarc")), (1, 2, 1), "{said}");
            let advised = |f: &Value| f["advice"].is_string() == (f["status"] != "ok") && f["expected"].is_string();
            assert!(said["findings"].as_array().unwrap().iter().all(advised), "{said}");
        }
        _ => assert_eq!(checked.expect(503)["code"], "dns_unanswered"),
    }
    assert_eq!(app.get("/api/v1/domains/nobody/check").await.status, 404);
}

#[tokio::test]
async fn returned_mail_that_names_no_message_changes_nothing() {
    let app = App::new();
    let bounce = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail\r\n\r\n<ann@shop.example>: 550 5.1.1 User unknown\r\n";
    let answer =
        raw(&app, "POST", "/api/v1/notices?to=b.1.m001.0011223344556677@b.example", "message/rfc822", bounce.into())
            .await;
    let view = answer.json();
    assert_eq!((answer.status, &view["kind"], &view["hard"]), (200, &json!("bounce"), &json!(true)), "{view}");
    assert_eq!((&view["message"], &view["suppressed"]), (&Value::Null, &json!(false)));
    assert_eq!(app.get("/api/v1/suppressions").await.expect(200)["items"], json!([]));
}
