//! Double opt-in: a subscription counts once the customer confirmed it by a link sent to them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::catcher::Catcher;
use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_domain::time::{DAY_MS, MINUTE_MS};
use rapport_domain::{Timestamp, VirtualClock};
use serde_json::{Value, json};

use crate::fixture::{Answer, App};
use crate::reach::{open_gate, publish};

/// A shop whose newsletter has to be confirmed, and its mail.
struct Shop {
    app: App,
    clock: VirtualClock,
    mail: Catcher,
    profile: String,
}

impl Shop {
    async fn new(traits: Value) -> Shop {
        let clock = VirtualClock::at(Timestamp::parse("2026-03-20T15:00:00Z").unwrap());
        let app = App::at(Arc::new(clock.clone()), |_| {});
        open_gate(&app);
        let mail = Catcher::local().await.unwrap();
        let channel = json!({"kind": "smtp", "host": "127.0.0.1", "port": mail.address().port(), "tls": "none",
            "from": {"email": "hi@shop.example"}});
        let topic = json!({"name": "The News", "default": "opt_out", "double_opt_in": {"expires": "3d"}});
        let template = json!({"name": "N", "topic": "news", "subject": "News", "html": "<p>News</p>"});
        let settings = json!({"company": {"name": "Shop"}});
        publish(
            &app,
            &[
                ("channel/mail", channel),
                ("topic/news", topic),
                ("template/news", template),
                ("settings/workspace", settings),
            ],
        )
        .await;
        app.collect("/v1/identify", json!({"userId": "ada", "traits": traits})).await.expect(200);
        let profile = app.profile("ada").await;
        Shop { app, clock, mail, profile }
    }

    /// The status of the newsletter's consent.
    async fn status(&self) -> Value {
        let list = self.app.get(&format!("/api/v1/profiles/{}/consents", self.profile)).await.expect(200);
        let news = list["items"].as_array().unwrap().iter().find(|c| c["topic"] == "news").cloned();
        news.map_or(Value::Null, |c| c["status"].clone())
    }

    /// Ada subscribes with the form of a page.
    async fn subscribe(&self) {
        let properties = json!({"channel": "email", "topic": "news", "granted": true, "source": "footer form"});
        let event = json!({"userId": "ada", "event": "Consent Changed", "properties": properties});
        self.app.collect("/v1/track", event).await.expect(200);
    }

    /// The link of the newest mail, when there are so many.
    async fn link(&self, mails: u64) -> String {
        assert!(self.mail.wait_for(mails, Duration::from_secs(10)).await, "{} mails", self.mail.received());
        let html = self.mail.mails().iter().max_by_key(|m| m.id).unwrap().html().unwrap();
        let at = html.find("/confirm/").unwrap_or_else(|| panic!("{html}"));
        html[at..].split('"').next().unwrap().to_owned()
    }

    /// Why a newsletter to ada is held back; null when it leaves.
    async fn newsletter(&self) -> Value {
        let body = json!({"to": {"user_id": "ada"}, "template": "news"});
        let asked = self.app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
        let path = format!("/api/v1/messages/{}", asked["message"]["id"].as_str().unwrap());
        self.app.until(&path, |m| m["status"] == "sent" || m["status"] == "skipped").await["reason"].clone()
    }

    async fn visit(&self, method: &str, path: &str, form: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = self.app.send(request.body(Body::from(form.to_owned())).unwrap()).await;
        self.app.settle().await;
        answer
    }
}

#[tokio::test]
async fn a_subscription_counts_once_its_link_was_used_by_hand() {
    let shop = Shop::new(json!({"email": "ada@shop.example", "locale": "de-AT"})).await;
    assert_eq!(shop.newsletter().await, Value::Null, "who said nothing gets what is opt-out");
    shop.mail.clear();
    let before = shop.mail.received();
    shop.subscribe().await;
    assert_eq!(shop.status().await, "pending");
    let link = shop.link(before + 1).await;
    let mail = shop.mail.mails().remove(0);
    assert_eq!(mail.subject().unwrap(), "Bitte bestätigen Sie Ihre Anmeldung");
    assert!(mail.html().unwrap().contains("„The News“ von Shop") && mail.html().unwrap().contains("gilt 3 Tage"));
    assert_eq!(mail.header("List-Unsubscribe"), None, "it is no newsletter");
    assert_eq!(shop.newsletter().await, "unconfirmed");

    // Link scanners follow links; that confirms nothing, and neither does a form without the page's button.
    for (method, form) in [("GET", ""), ("HEAD", ""), ("POST", ""), ("POST", "List-Unsubscribe=One-Click")] {
        shop.visit(method, &link, form).await;
    }
    let page = shop.visit("GET", &link, "").await;
    assert!(
        page.status == 200 && page.text().contains("„The News“") && page.text().contains("<form"),
        "{}",
        page.text()
    );
    assert_eq!(shop.status().await, "pending");
    shop.clock.advance_ms(1);
    let done = shop.visit("POST", &link, "confirm=yes").await;
    assert!(done.status == 200 && done.text().contains("ist bestätigt"), "{}", done.text());
    assert_eq!(shop.status().await, "granted");
    assert_eq!(shop.newsletter().await, Value::Null);
    let events = shop.app.get(&format!("/api/v1/profiles/{}/events?q=confirmation%20link", shop.profile)).await;
    assert_eq!(events.expect(200)["items"][0]["properties"]["confirmed"], json!(true));

    // Used again it does nothing, said again nobody is asked, and after leaving the old link does not bring anybody back.
    assert_eq!(shop.visit("POST", &link, "confirm=yes").await.status, 200);
    let received = shop.mail.received();
    shop.subscribe().await;
    assert_eq!((shop.status().await, shop.mail.received()), (json!("granted"), received));
    let out = json!({"userId": "ada", "event": "Unsubscribed", "properties": {"topic": "news"}});
    shop.clock.advance_ms(1);
    shop.app.collect("/v1/track", out).await.expect(200);
    let over = shop.visit("POST", &link, "confirm=yes").await;
    assert!(over.status == 410 && over.text().contains("bestätigt nichts mehr"), "{}", over.text());
    assert_eq!(shop.status().await, "denied");
    assert_eq!(shop.visit("GET", "/confirm/x", "").await.status, 404);
    assert_eq!(shop.visit("GET", &link.replace("/confirm/", "/u/"), "").await.status, 404);
}

#[tokio::test]
async fn links_expire_and_asking_again_is_limited() {
    let shop = Shop::new(json!({"email": "ada@shop.example"})).await;
    shop.subscribe().await;
    let first = shop.link(1).await;
    // Asked again at once nothing is sent; five minutes later a second mail is.
    shop.clock.advance_ms(MINUTE_MS);
    shop.subscribe().await;
    shop.clock.advance_ms(5 * MINUTE_MS);
    shop.subscribe().await;
    shop.link(2).await;
    shop.clock.advance_ms(DAY_MS);
    shop.subscribe().await;
    let third = shop.link(3).await;
    shop.clock.advance_ms(DAY_MS);
    shop.subscribe().await;
    let sent = shop.app.get("/api/v1/messages?limit=10").await.expect(200);
    assert_eq!(sent["items"].as_array().unwrap().len(), 3, "three in a week, whoever asks: {sent}");
    // The first is three days old, the third is not.
    shop.clock.advance_ms(DAY_MS + 1);
    let over = shop.visit("POST", &first, "confirm=yes").await;
    assert!(over.status == 410 && over.text().contains("does not confirm any more"), "{}", over.text());
    assert_eq!(shop.status().await, "pending");
    assert_eq!(shop.newsletter().await, "unconfirmed");
    assert_eq!(shop.visit("POST", &third, "confirm=yes").await.status, 200);
    assert_eq!(shop.status().await, "granted");
}

#[tokio::test]
async fn the_api_can_say_that_it_was_confirmed_and_a_write_key_cannot() {
    let shop = Shop::new(json!({"email": "ada@shop.example"})).await;
    let path = format!("/api/v1/profiles/{}/consents", shop.profile);
    let mut properties = json!({"channel": "email", "topic": "news", "granted": true, "confirmed": true});
    let event = json!({"userId": "ada", "event": "Consent Changed", "properties": properties});
    shop.app.collect("/v1/track", event).await.expect(200);
    assert_eq!(shop.status().await, "pending");
    shop.clock.advance_ms(1);
    properties["confirmed"] = json!(false);
    let stated = shop.app.api("POST", &path, properties.clone()).await.expect(201);
    assert_eq!(stated["items"][0]["status"], "pending", "{stated}");
    shop.clock.advance_ms(1);
    properties["confirmed"] = json!(true);
    let stated = shop.app.api("POST", &path, properties).await.expect(201);
    assert_eq!(stated["items"][0]["status"], "granted", "{stated}");
    assert_eq!(shop.newsletter().await, Value::Null);
}

#[tokio::test]
async fn a_template_of_ones_own_asks_by_text_message_and_a_keyword_confirms() {
    let shop = Shop::new(json!({"phone": "+4915123456789"})).await;
    let kannel = HttpCatcher::local(Act::answer(202, "0: Accepted for delivery")).await.unwrap();
    let channel = json!({"kind": "kannel", "base_url": kannel.url(), "username": "u", "secret": "s", "sender": "Shop"});
    let own = json!({"name": "Ask", "channel": "sms", "body": "{{ subscription.name }}? {{ confirm_url }}"});
    let settings = json!({"company": {"name": "Shop"},
        "double_opt_in": {"channels": ["sms"], "templates": {"sms": "ask"}}});
    publish(&shop.app, &[("channel/sms", channel), ("template/ask", own), ("settings/workspace", settings)]).await;
    publish(&shop.app, &[("topic/offers", json!({"name": "Offers"}))]).await;
    let consent = json!({"channel": "sms", "topic": "offers", "granted": true});
    let path = format!("/api/v1/profiles/{}/consents", shop.profile);
    let stated = shop.app.api("POST", &path, consent).await.expect(201);
    assert_eq!(stated["items"][0]["status"], "pending", "{stated}");
    assert!(kannel.wait_for(1, Duration::from_secs(10)).await);
    let call = kannel.take().remove(0);
    let said = format!("{} {}", call.path, call.text());
    assert!(said.contains("Offers") && said.contains("confirm%2F"), "{said}");
    // Who writes START from the number has shown that it is theirs.
    let whole = json!({"channel": "sms", "granted": true});
    assert!(shop.app.api("POST", &path, whole).await.expect(201).to_string().contains("pending"));
    let channels = shop.app.get("/api/v1/channels").await.expect(200);
    let sms = channels["items"].as_array().unwrap().iter().find(|c| c["id"] == "sms").unwrap().clone();
    let hook = sms["inbound_url"].as_str().unwrap().strip_prefix("http://rapport.example").unwrap().to_owned();
    shop.clock.advance_ms(1);
    let hook = format!("{hook}?from=%2B4915123456789&to=1&text=START&id=7");
    assert_eq!(shop.visit("GET", &hook, "").await.status, 200);
    let list = shop.app.get(&path).await.expect(200);
    let of = |topic: Value| {
        list["items"].as_array().unwrap().iter().find(|c| c["topic"] == topic).unwrap()["status"].clone()
    };
    assert_eq!((of(Value::Null), of(json!("offers"))), (json!("granted"), json!("pending")), "{list}");
}

#[tokio::test]
async fn a_template_that_cannot_ask_is_told_of_before_it_goes_live() {
    let app = App::new();
    let text = json!({"name": "T", "channel": "sms", "body": "{{ confirm_url }}"});
    let deaf = json!({"name": "D", "subject": "s", "html": "<p>Thank you</p>"});
    let asks = json!({"name": "A", "subject": "s", "html": "<a href=\"{{ confirm_url }}\">Yes</a>"});
    publish(&app, &[("template/text", text), ("template/deaf", deaf), ("template/asks", asks)]).await;
    let put = async |template: &str, query: &str| {
        let spec = json!({"name": "N", "double_opt_in": {"templates": {"email": template}}});
        app.api("PUT", &format!("/api/v1/resources/topic/news?publish=true{query}"), spec).await
    };
    for (template, said) in [("none", "is not live"), ("text", "is for sms"), ("deaf", "has no confirm_url")] {
        let refused = put(template, "").await;
        assert!(refused.status == 409 && refused.text().contains(said), "{template}: {}", refused.text());
    }
    put("asks", "").await.expect(200);
    put("none", "&confirm=true").await.expect(200);
}
