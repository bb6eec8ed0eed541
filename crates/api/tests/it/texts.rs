//! What text messages take and cost, where a person decides about them.

use serde_json::{Value, json};

use crate::fixture::App;
use crate::reach::publish;

/// A shop whose carrier names prices for two countries.
async fn shop() -> App {
    let app = App::new();
    let channel = json!({"kind": "kannel", "base_url": "http://127.0.0.1:9", "username": "u", "secret": "s", "sender": "Shop",
        "price": {"DE": "0.075", "AT": "0.06"}, "currency": "EUR"});
    publish(&app, &[("channel/sms", channel), ("settings/workspace", json!({"default_country": "DE"}))]).await;
    app
}

#[tokio::test]
async fn text_messages_are_counted_and_priced_by_country() {
    let app = App::new();
    let count = async |app: &App, body: Value| app.api("POST", "/api/v1/sms/segments", body).await.expect(200);
    let bare = count(&app, json!({"body": "Grüße 😀", "country": "DE"})).await;
    assert_eq!((&bare["encoding"], &bare["segments"], &bare["foreign"]), (&json!("ucs2"), &json!(1), &json!(["😀"])));
    assert_eq!((&bare["price"], &bare["prices"]), (&Value::Null, &json!([])), "no channel, no price");

    let app = shop().await;
    let long = "a".repeat(161);
    let count_to = async |country: &str| count(&app, json!({"body": long, "country": country})).await;
    let german = count_to("de").await;
    assert_eq!(german["price"], json!({"country": "DE", "segment": "0.075", "amount": "0.15", "currency": "EUR"}));
    let french = count_to("FR").await;
    assert_eq!((&french["country"], &french["price"]), (&json!("FR"), &Value::Null), "an unknown price is not guessed");
    let countries: Vec<&Value> = french["prices"].as_array().unwrap().iter().map(|p| &p["country"]).collect();
    assert_eq!(countries, ["AT", "DE"]);
    assert_eq!(app.api("POST", "/api/v1/sms/segments", json!({"body": "x", "country": "Germany"})).await.status, 400);
}

#[tokio::test]
async fn a_preview_says_what_the_message_will_cost_this_customer() {
    let app = shop().await;
    let link = format!("https://shop.example/{}", "x".repeat(200));
    let spec = json!({"name": "S", "channel": "sms", "body": format!("Hi {{{{ profile.name }}}}: {link}")});
    let preview = async |traits: Value, spec: &Value| {
        let body = json!({"spec": spec, "traits": traits});
        app.api("POST", "/api/v1/templates/preview", body).await.expect(200)["sms"].clone()
    };
    // The link is sent short, so it is one segment though it is longer as it is written.
    let sms = preview(json!({"phone": "0151 23456789", "name": "Ada"}), &spec).await;
    assert_eq!(
        (&sms["segments"], &sms["price"]["amount"], &sms["country"]),
        (&json!(1), &json!("0.075"), &json!("DE"))
    );
    let mut whole = spec.clone();
    whole["short_links"] = json!(false);
    let sms = preview(json!({"phone": "+43 664 1234567", "name": "Ada"}), &whole).await;
    assert_eq!((&sms["segments"], &sms["price"]["amount"], &sms["country"]), (&json!(2), &json!("0.12"), &json!("AT")));
    let sms = preview(json!({"phone": "+33 6 12 34 56 78"}), &spec).await;
    assert_eq!((&sms["country"], &sms["price"]), (&json!("FR"), &Value::Null));
    let sms = preview(json!({}), &spec).await;
    assert_eq!(
        (&sms["country"], &sms["price"], sms["prices"].as_array().unwrap().len()),
        (&Value::Null, &Value::Null, 2)
    );
    let mail = json!({"name": "M", "subject": "s", "html": "<p>h</p>"});
    assert_eq!(preview(json!({}), &mail).await, Value::Null);
}

#[tokio::test]
async fn a_preview_names_what_is_missing_on_every_channel() {
    let app = App::new();
    let specs = [
        (json!({"name": "S", "channel": "sms", "body": "Hi {{ profile.name }}"}), "body"),
        (json!({"name": "P", "channel": "push", "title": "T", "data": {"who": "{{ profile.name }}"}}), "data.who"),
        (json!({"name": "V", "channel": "voice", "say": "Hi {{ profile.name }}"}), "say"),
        (
            json!({"name": "I", "channel": "inapp", "layout": "modal", "buttons": [{"id": "a", "label": "{{ profile.name }}"}]}),
            "buttons[0].label",
        ),
        (json!({"name": "H", "channel": "webhook", "body": {"a": [1, "{{ profile.name }}"]}}), "body.a[1]"),
    ];
    for (spec, part) in specs {
        let see = async |more: Value| {
            let mut body = json!({"spec": spec});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.api("POST", "/api/v1/templates/preview", body).await
        };
        let lax = see(json!({})).await.expect(200);
        assert_eq!(
            (&lax["missing"][0]["name"], &lax["missing"][0]["part"]),
            (&json!("profile.name"), &json!(part)),
            "{lax}"
        );
        let strict = see(json!({"strict": true})).await.expect(400);
        assert_eq!(strict["errors"][0]["at"], "profile.name", "{strict}");
        assert!(strict["errors"][0]["message"].as_str().unwrap().contains(part), "{strict}");
        let whole = see(json!({"strict": true, "traits": {"name": "Ada"}})).await.expect(200);
        assert_eq!(whole["missing"], json!([]));
    }
}

#[tokio::test]
async fn a_simulation_adds_up_what_its_text_messages_would_cost() {
    let app = shop().await;
    let body = "{% if event.properties.long %}Ünïcödé – long, and therefore dearer than it needs to be, because it takes two segments{% else %}Hi{% endif %}";
    publish(&app, &[("template/text", json!({"name": "T", "channel": "sms", "body": body}))]).await;
    let people =
        [("ada", "+4915123456789"), ("bob", "+436641234567"), ("eve", "+33612345678"), ("joe", "+4915123456790")];
    for (user, phone) in people {
        app.collect("/v1/identify", json!({"userId": user, "traits": {"phone": phone}})).await.expect(200);
        let event = json!({"userId": user, "event": "Ping", "properties": {"long": user == "joe"}});
        app.collect("/v1/track", event).await.expect(200);
    }
    let spec = json!({"name": "P", "trigger": {"event": {"name": "Ping"}},
        "steps": [{"id": "say", "send": {"channel": "sms", "template": "text"}}]});
    let body = json!({"spec": spec, "since": "7d"});
    let made = app.api("POST", "/api/v1/journeys/ping/simulate", body).await.expect(200);
    let cost = &made["journey"]["channels"]["sms"]["cost"];
    assert_eq!((&cost["segments"], &cost["unpriced"], &cost["unmade"]), (&json!(5), &json!(1), &json!(0)), "{made}");
    assert_eq!(cost["amounts"], json!({"EUR": "0.285"}));
    let de = json!({"messages": 2, "segments": 3, "amounts": {"EUR": "0.225"}, "unpriced": 0});
    assert_eq!((&cost["countries"]["DE"], &cost["countries"]["FR"]["unpriced"]), (&de, &json!(1)));
}

#[tokio::test]
async fn a_campaign_says_whom_it_reaches_and_what_that_costs_before_it_begins() {
    let app = shop().await;
    let text = json!({"name": "T", "channel": "sms", "body": "Hi {{ profile.name }}"});
    publish(
        &app,
        &[("template/text", text), ("segment/all", json!({"name": "All", "rule": "events(\"*\").exists()"}))],
    )
    .await;
    let people = [
        ("ada", json!("+4915123456789")),
        ("bob", json!("+33612345678")),
        ("eve", Value::Null),
        ("joe", json!("+436641234567")),
    ];
    for (user, phone) in people {
        app.collect("/v1/identify", json!({"userId": user, "traits": {"phone": phone}})).await.expect(200);
    }
    let no = json!({"userId": "joe", "event": "Unsubscribed", "properties": {"channel": "sms"}});
    app.collect("/v1/track", no).await.expect(200);
    let spec = json!({"name": "C", "audience": {"segment": "all"}, "channel": "sms", "template": "text"});
    app.until("/api/v1/segments/all", |s| s["count"] == 4).await;
    let made = app.api("POST", "/api/v1/campaigns/news/estimate", json!({"spec": spec})).await.expect(200);
    assert_eq!((&made["people"], &made["leaves"], &made["waits"]), (&json!(4), &json!(2), &json!(0)), "{made}");
    assert_eq!(made["skipped"], json!({"no_address": 1, "unsubscribed": 1}));
    assert_eq!((&made["cost"]["amounts"], &made["cost"]["unpriced"]), (&json!({"EUR": "0.075"}), &json!(1)));
    app.api("PUT", "/api/v1/resources/campaign/news", spec).await.expect(200);
    assert_eq!(app.api("POST", "/api/v1/campaigns/news/estimate", json!({})).await.expect(200), made);
    assert_eq!(app.api("POST", "/api/v1/campaigns/none/estimate", json!({})).await.status, 404);
    assert_eq!(app.get("/api/v1/messages").await.expect(200)["items"], json!([]), "nobody gets anything");
}

#[tokio::test]
async fn pictures_have_a_price_of_their_own_and_need_a_channel_that_carries_them() {
    let app = shop().await;
    let spec = json!({"name": "S", "channel": "sms", "body": "x".repeat(200), "media": ["https://shop.example/a.png"]});
    let put = async |path: &str, spec: &Value| {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec.clone()).await
    };
    let refused = put("template/mms", &spec).await;
    let refused = refused.expect(400);
    assert!(
        refused["code"] == "cannot_go_live" && refused.to_string().contains("no live channel carries media"),
        "{refused}"
    );
    let twilio = json!({"kind": "twilio", "username": "AC1", "secret": "t", "sender": "+4915112345678",
        "price": {"DE": "0.1"}, "media_price": {"DE": "0.3"}, "currency": "EUR"});
    put("channel/mms", &twilio).await.expect(200);
    put("template/mms", &spec).await.expect(200);
    let body = json!({"spec": spec, "traits": {"phone": "0151 23456789"}});
    let seen = app.api("POST", "/api/v1/templates/preview", body).await.expect(200);
    let price = &seen["sms"]["price"];
    assert_eq!(
        (&seen["sms"]["media"], &price["segment"], &price["amount"]),
        (&json!(true), &json!("0.30"), &json!("0.30"))
    );
}

#[tokio::test]
async fn a_text_message_is_looked_over_in_each_language() {
    let app = shop().await;
    let spec = json!({"name": "S", "channel": "sms", "language": "en", "body": "Sale! Reply STOP to end",
        "translations": {"de": {"body": "Ausverkauf \u{201e}heute\u{201c}"}}});
    let warned = app.api("PUT", "/api/v1/resources/template/sale?publish=true", spec.clone()).await.expect(200);
    assert!(warned["warnings"].to_string().contains("how to get no more"), "{warned}");
    let report = app.api("POST", "/api/v1/templates/sale/lint", json!({})).await.expect(200);
    let found: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["rule"].as_str().unwrap(), f["language"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(found, [("missing_stop", "de"), ("dear_characters", "de")], "{report}");
    let body = json!({"spec": spec, "locale": "de-CH"});
    let seen = app.api("POST", "/api/v1/templates/preview", body).await.expect(200);
    assert!(seen["content"]["body"].as_str().unwrap().starts_with("Ausverkauf"), "{seen}");
    let french = json!({"name": "O", "channel": "push", "language": "fr", "title": "Salut"});
    publish(&app, &[("template/other", french)]).await;
    let report = app.api("POST", "/api/v1/templates/sale/lint", json!({})).await.expect(200);
    let missing = report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "missing_language").unwrap();
    assert!(missing["message"].as_str().unwrap().contains("other templates speak fr"), "{missing}");
}
