//! Links of a template, asked of servers of this machine.

use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::channels::http::Outbound;
use serde_json::{Value, json};

use crate::fixture::App;

fn app() -> App {
    App::with(|parts| parts.config.outbound = Outbound::of(&["127.0.0.1"]).unwrap())
}

/// What was found, by the last part of the address.
fn found(report: &Value) -> Vec<(String, String)> {
    let text = |link: &Value, name: &str| link[name].as_str().unwrap_or_default().to_owned();
    let last = |url: String| url.rsplit('/').next().unwrap_or_default().to_owned();
    let links = report["links"].as_array().unwrap();
    links.iter().map(|link| (last(text(link, "url")), text(link, "status"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(url, status)| ((*url).to_owned(), (*status).to_owned())).collect()
}

#[tokio::test]
async fn the_links_of_a_mail_are_asked_in_every_language() {
    let app = app();
    let shop = HttpCatcher::local(Act::answer(200, "a page")).await.unwrap();
    let gone = HttpCatcher::local(Act::answer(404, "")).await.unwrap();
    let moved = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    moved.script([Act::Answer(301, vec![("location", "/new".to_owned())], String::new())]);
    let (shop_url, gone_url, moved_url) = (shop.url(), gone.url(), moved.url());
    let html = format!(
        "<a href=\"{shop_url}/boots\">Boots</a> <a href=\"{gone_url}/hats\">Hats</a> <a href=\"{moved_url}/socks\">Socks</a> \
         <a href=\"mailto:a@shop.example\">Mail</a> <a href=\"http://10.1.2.3/inside\">In</a> \
         <img src=\"{shop_url}/logo.png\" alt=\"Shop\"> <a href=\"{{{{ unsubscribe_url }}}}\">Leave</a>"
    );
    let german = format!("<a href=\"{shop_url}/boots\">Stiefel</a> <a href=\"{gone_url}/stiefel\">Mehr</a>");
    let spec = json!({"name": "W", "subject": "Hi", "html": html, "translations": {"de": {"html": german}}});
    let report = app.api("POST", "/api/v1/templates/links", json!({"spec": spec})).await.expect(200);
    let expected = [
        ("boots", "works"),
        ("hats", "broken"),
        ("socks", "moved"),
        ("inside", "refused"),
        ("logo.png", "works"),
        ("stiefel", "broken"),
    ];
    assert_eq!(found(&report), pairs(&expected), "{report}");
    assert_eq!((&report["ok"], &report["left_out"]), (&json!(false), &json!(0)), "{report}");
    assert!(report["own"].as_u64().is_some_and(|n| n >= 1), "leaving leads nowhere in a preview: {report}");
    let links = &report["links"];
    assert_eq!((&links[1]["code"], &links[1]["language"]), (&json!(404), &Value::Null));
    assert_eq!(links[2]["leads_to"], format!("{moved_url}/new"));
    assert!(links[3]["detail"].as_str().unwrap().contains("outbound.private_hosts = [\"10.1.2.3:80\"]"), "{report}");
    assert_eq!((&links[4]["kind"], &links[5]["language"]), (&json!("picture"), &json!("de")));
    // HEAD is enough where it is answered, and no link is tracked on the way.
    assert!(shop.caught().iter().all(|c| c.method == "HEAD" && !c.path.contains("/l/")), "{:?}", shop.caught());
    assert_eq!(shop.caught().len(), 2, "each once");
}

#[tokio::test]
async fn links_of_other_channels_are_asked_and_programs_are_not() {
    let app = app();
    let shop = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let url = shop.url();
    let check = async |spec: Value| app.api("POST", "/api/v1/templates/links", json!({"spec": spec})).await;
    let text = json!({"name": "S", "channel": "sms", "body": format!("Now: {url}/sale!")});
    assert_eq!(found(&check(text).await.expect(200)), pairs(&[("sale", "works")]));
    let hook = json!({"name": "H", "channel": "webhook", "url": format!("{url}/hook"), "body": {"a": 1}});
    assert_eq!(check(hook).await.expect(200), json!({"ok": true, "links": [], "own": 0, "left_out": 0}));
    assert_eq!(shop.caught().len(), 1);
    // A stored one, by its id; one that cannot be rendered says so.
    let spec = json!({"name": "S", "channel": "sms", "body": format!("{url}/a {url}/a")});
    app.api("PUT", "/api/v1/resources/template/s", json!({"kind": "template", "id": "s", "spec": spec})).await;
    let report = app.api("POST", "/api/v1/templates/s/links", json!({})).await.expect(200);
    assert_eq!(found(&report), pairs(&[("a", "works")]));
    assert_eq!(app.api("POST", "/api/v1/templates/none/links", json!({})).await.status, 404);
    assert_eq!(check(json!({"name": "S", "channel": "sms", "body": "{{ x"})).await.status, 400);
}

#[tokio::test]
async fn a_channel_at_a_private_address_is_warned_about_when_it_is_written() {
    let app = app();
    let write = async |url: &str| {
        let spec = json!({"kind": "kannel", "base_url": url, "username": "u", "secret": "p", "sender": "Shop"});
        app.api("PUT", "/api/v1/resources/channel/k", json!({"kind": "channel", "id": "k", "spec": spec})).await.json()
    };
    let warned = write("http://10.0.0.5:13013").await;
    assert_eq!(warned["warnings"][0]["at"], "spec.base_url", "{warned}");
    assert!(warned.to_string().contains("outbound.private_hosts = [\\\"10.0.0.5:13013\\\"]"), "{warned}");
    let fine = write("http://127.0.0.1:13013").await;
    assert!(fine["warnings"].as_array().is_none_or(Vec::is_empty), "{fine}");
}
