//! Why a message was sent or not: every decision with its time, rule and what that saw, also of messages of no journey.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::catcher::Catcher;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::fixture::App;
use crate::reach::{app, post, publish, sent};

/// Stands before a mail server: once shut, who comes waits at it.
struct Door {
    port: u16,
    shut: watch::Sender<bool>,
    inside: Arc<AtomicUsize>,
}

impl Door {
    async fn before(catcher: &Catcher) -> Door {
        let (listener, to) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), catcher.address());
        let port = listener.local_addr().unwrap().port();
        let (shut, inside) = (watch::Sender::new(false), Arc::new(AtomicUsize::new(0)));
        let (told, count) = (shut.clone(), inside.clone());
        tokio::spawn(async move {
            while let Ok((mut guest, _)) = listener.accept().await {
                let (mut told, count) = (told.subscribe(), count.clone());
                tokio::spawn(async move {
                    told.wait_for(|shut| !shut).await.unwrap();
                    let mut server = TcpStream::connect(to).await.unwrap();
                    count.fetch_add(1, Ordering::SeqCst);
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut guest, &mut server) => {}
                        _ = told.wait_for(|shut| *shut) => {}
                    }
                    count.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Door { port, shut, inside }
    }

    /// Shows everybody out and lets nobody in.
    async fn shut(&self) {
        self.shut.send_replace(true);
        while self.inside.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn open(&self) {
        self.shut.send_replace(false);
    }
}

/// A shop with a customer, whose mail goes through a door to a catcher.
async fn shop() -> (App, Catcher, Door) {
    let (app, catcher) = (app(), Catcher::local().await.unwrap());
    let door = Door::before(&catcher).await;
    let channel = json!({"kind": "smtp", "host": "127.0.0.1", "port": door.port, "tls": "none",
        "from": {"email": "hi@shop.example"}});
    let hello = json!({"name": "H", "subject": "Hello", "html": "<p>Hello</p>"});
    publish(&app, &[("channel/mail", channel), ("template/hello", hello)]).await;
    let traits = json!({"email": "ada@shop.example"});
    app.collect("/v1/identify", json!({"userId": "ada", "traits": traits})).await.expect(200);
    (app, catcher, door)
}

/// Asks for a message of a template to a user; its id.
async fn ask(app: &App, user: &str, template: &str) -> String {
    let body = json!({"to": {"user_id": user}, "template": template});
    let asked = app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
    asked["message"]["id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned()
}

/// The points of a message's way once it is over.
async fn way(app: &App, id: &str) -> Vec<Value> {
    let path = format!("/api/v1/messages/{id}");
    app.until(&path, |m| !matches!(m["status"].as_str(), Some("queued" | "deferred"))).await;
    let timeline = app.get(&format!("{path}/timeline")).await.expect(200);
    timeline["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn who_unsubscribes_between_making_and_sending_gets_nothing() {
    let (app, catcher, door) = shop().await;
    let offer = json!({"name": "O", "subject": "An offer", "html": "<p>{{ 'spring' | coupon_code }}</p>"});
    publish(&app, &[("coupon/spring", json!({"name": "Spring"})), ("template/offer", offer)]).await;
    let codes = Request::put("/api/v1/coupons/spring/codes").header("content-type", "text/plain");
    let codes = codes.header("authorization", format!("Bearer {}", app.a.token)).body(Body::from("A1\nA2\n"));
    app.send(codes.unwrap()).await.expect(200);
    sent(&app, "ada", "hello").await;
    let header = catcher.mails()[0].header("List-Unsubscribe").unwrap();
    let at = header.find("/u/").unwrap_or_else(|| panic!("{header}"));
    let link = header[at..].split('>').next().unwrap().to_owned();

    // The server takes its time to greet: the next mail is made, with a code of its own, and waits to be handed over.
    door.shut().await;
    let id = ask(&app, "ada", "offer").await;
    app.until("/api/v1/coupons/spring", |pool| pool["given"] == 1).await;
    let left = post(&app, &link, "application/x-www-form-urlencoded", &[], "List-Unsubscribe=One-Click".into()).await;
    assert_eq!(left.status, 200, "{}", left.text());
    assert_eq!(app.get(&format!("/api/v1/messages/{id}")).await.expect(200)["status"], "queued");
    // What the gate said within the last tenth of a second is not asked again.
    tokio::time::sleep(Duration::from_millis(150)).await;
    door.open();

    let way = way(&app, &id).await;
    assert_eq!(way.iter().map(|p| p["what"].as_str().unwrap()).collect::<Vec<_>>(), ["queued", "skipped"], "{way:?}");
    assert_eq!((&way[1]["reason"], &way[1]["rule"]), (&json!("unsubscribed"), &json!("consent")), "{way:?}");
    let saw = &way[1]["values"];
    assert_eq!((&saw["channel"], &saw["state"]), (&json!("email"), &json!("denied")), "{saw}");
    assert!(saw["since"].as_str() > way[0]["at"].as_str(), "she left after it was decided: {way:?}");
    assert_eq!(catcher.received(), 1, "nothing but the first mail left");
    let profile = app.profile("ada").await;
    let events = app.get(&format!("/api/v1/profiles/{profile}/events?q=Message%20Skipped")).await.expect(200);
    assert_eq!(events["items"][0]["properties"]["reason"], "unsubscribed", "{events}");
}

#[tokio::test]
async fn a_message_of_no_journey_tells_which_cap_counted_what() {
    let (app, _catcher, _door) = shop().await;
    let settings = json!({
        "time_zone": "Europe/Berlin", "frequency_caps": [{"max": 1, "per": "7d", "channels": ["email"]}],
        "pressure": {"limit": 9, "half_life": "3d"},
    });
    publish(&app, &[("settings/workspace", settings)]).await;
    let first = way(&app, &ask(&app, "ada", "hello").await).await;
    let saw = &first[1]["values"];
    assert_eq!((&first[0]["rule"], &first[1]["what"]), (&Value::Null, &json!("sent")), "{first:?}");
    let silent =
        json!({"channel": "email", "topic": null, "state": "unknown", "policy": "opt_out", "policy_of": "settings"});
    assert_eq!(saw["consent"], silent, "{saw}");
    let cap = |counted: u32| json!({"counted": counted, "allowed": 1, "max": 1, "per": "7d", "channels": ["email"]});
    assert_eq!((&saw["frequency_caps"], &saw["zone"]), (&json!([cap(0)]), &json!("Europe/Berlin")));
    assert_eq!(saw["pressure"]["limit"], 9.0, "{saw}");
    let second = way(&app, &ask(&app, "ada", "hello").await).await;
    let end = second.last().unwrap();
    assert_eq!(
        (&end["what"], &end["reason"], &end["rule"]),
        (&json!("skipped"), &json!("frequency_cap"), &json!("frequency_cap"))
    );
    assert_eq!(end["values"], cap(1), "{second:?}");
}
