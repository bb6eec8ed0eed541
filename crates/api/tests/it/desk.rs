//! Saved insights, dashboards, goals, alerts and scheduled reports.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::catcher::{Catcher, CaughtMail, FaultAction, Stage};
use rapport_delivery::channels::http::Outbound;
use rapport_domain::{Timestamp, VirtualClock};
use rapport_engine::desk::{Mailroom, MailroomConfig};
use serde_json::{Value, json};

use crate::fixture::{Answer, App};

const DAY_MS: i64 = 86_400_000;

/// A shop on a Friday in March, at four in Berlin.
struct Shop {
    app: App,
    clock: VirtualClock,
    catcher: Catcher,
}

impl Shop {
    async fn new() -> Shop {
        let clock = VirtualClock::at(Timestamp::parse("2026-03-20T15:00:00Z").unwrap());
        let app = App::at(Arc::new(clock.clone()), |_| {});
        let catcher = Catcher::local().await.unwrap();
        let channel = json!({"kind": "smtp", "host": "127.0.0.1", "port": catcher.address().port(), "tls": "none",
            "from": {"name": "Shop", "email": "shop@example.com"}});
        let shop = Shop { app, clock, catcher };
        shop.publish("channel/mail", channel).await;
        shop
    }

    async fn publish(&self, path: &str, spec: Value) -> Value {
        self.app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200)
    }

    /// Orders of one customer each, by day.
    async fn orders(&self, days: &[(&str, usize)]) {
        let order = |day: &str, n: usize| {
            json!({"type": "track", "event": "Order Completed", "userId": format!("u{n}"), "messageId": format!("{day}-{n}"),
                "timestamp": format!("{day}T12:00:00Z"), "properties": {"total": 10, "country": if n.is_multiple_of(2) { "DE" } else { "FR" }}})
        };
        let batch: Vec<Value> = days.iter().flat_map(|(day, count)| (0..*count).map(|n| order(day, n))).collect();
        for part in batch.chunks(400) {
            self.app.collect("/v1/batch", json!({"batch": part})).await.expect(200);
        }
    }

    fn room(&self) -> Arc<Mailroom> {
        let config = MailroomConfig { outbound: Outbound::anywhere(), ..MailroomConfig::new("http://rapport.example") };
        Mailroom::new(self.app.state.engine.shared().clone(), config)
    }

    fn mails(&self) -> Vec<Arc<CaughtMail>> {
        self.catcher.mails()
    }
}

fn orders(measure: &str) -> Value {
    json!({"name": "Orders", "report": "trend", "number": "/series/0/total",
        "request": {"series": [{"event": "Order Completed", "measure": measure}], "from": "-6d"}})
}

async fn with_tag(app: &App, path: &str, tag: &str) -> Answer {
    let request = Request::builder().uri(path).header("authorization", format!("Bearer {}", app.a.token));
    app.send(request.header("if-none-match", tag).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_saved_insight_is_checked_and_comes_to_something() {
    let shop = Shop::new().await;
    shop.orders(&[("2026-03-13", 9), ("2026-03-14", 2), ("2026-03-20", 3)]).await;
    let path = "/api/v1/resources/insight/orders";
    let mut slip = orders("events");
    slip["request"]["series"][0]["event"] = "Order Complete".into();
    let bad = shop.app.api("PUT", path, slip).await.expect(400);
    assert_eq!(bad["errors"][0]["at"], "spec.request.series[0].event", "{bad}");
    assert_eq!(bad["errors"][0]["did_you_mean"], "Order Completed", "{bad}");
    let mut unknown = orders("events");
    unknown["request"]["seris"] = json!([]);
    let bad = shop.app.api("PUT", path, unknown).await.expect(400);
    assert_eq!(bad["errors"][0]["did_you_mean"], "series", "{bad}");
    let mut odd = orders("events");
    odd["request"]["series"][0]["filter"] = "e.totl > 5".into();
    let warned = shop.app.api("PUT", path, odd).await.expect(200);
    assert!(warned["warnings"][0]["message"].as_str().unwrap().contains("did you mean \"total\""), "{warned}");
    shop.app.api("PUT", path, orders("events")).await.expect(200);
    // A draft can be looked at.
    let found = shop.app.get("/api/v1/insights/orders/results").await.expect(200);
    assert_eq!((&found["number"], &found["report"], &found["version"]), (&json!(5.0), &json!("trend"), &json!(2)));
    assert_eq!(found["result"]["series"][0]["values"], json!([2, 0, 0, 0, 0, 0, 3]));
    let laid = "/api/v1/insights/orders/results?from=2026-03-13&to=2026-03-14&filter=e.country%20%3D%3D%20%22DE%22";
    assert_eq!(shop.app.get(laid).await.expect(200)["result"]["series"][0]["values"], json!([5, 1]));
    let faulty = shop.app.get("/api/v1/insights/orders/results?zone=Europe/Berln").await.expect(400);
    assert_eq!(faulty["errors"][0]["did_you_mean"], "Europe/Berlin");
    // The same answer has the same tag until an event comes.
    let first = shop.app.get("/api/v1/insights/orders/results").await;
    let tag = first.header("etag").to_owned();
    assert_eq!(with_tag(&shop.app, "/api/v1/insights/orders/results", &tag).await.status, 304);
    shop.orders(&[("2026-03-19", 1)]).await;
    let changed = with_tag(&shop.app, "/api/v1/insights/orders/results", &tag).await.expect(200);
    assert_eq!(changed["number"], 6.0);
    shop.app.get("/api/v1/insights/none/results").await.expect(404);
    assert_eq!(
        shop.app.as_token(&shop.app.b.token, "GET", "/api/v1/insights/orders/results", Value::Null).await.status,
        404
    );
}

#[tokio::test]
async fn annotations_are_shown_with_reports_of_their_days() {
    let shop = Shop::new().await;
    shop.orders(&[("2026-03-14", 1)]).await;
    shop.publish("annotation/sale", json!({"text": "Sale", "date": "2026-03-10", "until": "2026-03-14"})).await;
    shop.publish("annotation/old", json!({"text": "Opening", "date": "2026-01-01"})).await;
    let request = json!({"series": [{"event": "Order Completed"}], "from": "2026-03-14", "to": "2026-03-15"});
    let found = shop.app.api("POST", "/api/v1/insights/trend", request).await.expect(200);
    let expected = json!([{"id": "sale", "from": "2026-03-10", "to": "2026-03-14", "text": "Sale"}]);
    assert_eq!(found["annotations"], expected, "{found}");
}

#[tokio::test]
async fn a_dashboard_shows_what_it_can() {
    let shop = Shop::new().await;
    shop.orders(&[("2026-03-18", 4), ("2026-03-20", 2)]).await;
    shop.publish("insight/orders", orders("events")).await;
    let funnel = json!({"name": "Way", "report": "funnel", "request": {"steps": [{"event": "Order Completed"}]}});
    shop.publish("insight/way", funnel).await;
    let dashboard = json!({"name": "Shop", "overlay": {"from": "2026-03-18", "to": "2026-03-18"}, "items": [
        {"insight": "orders", "w": 6, "h": 2}, {"insight": "way", "x": 6, "w": 6, "h": 2, "title": "The way"},
        {"text": "Hello", "y": 2, "w": 12, "h": 1}]});
    shop.publish("dashboard/shop", dashboard.clone()).await;
    let found = shop.app.get("/api/v1/dashboards/shop/results").await.expect(200);
    assert_eq!(found["items"][0]["insight"]["number"], 4.0, "{found}");
    assert_eq!(
        (&found["items"][1]["title"], &found["items"][1]["insight"]["result"]["entered"]),
        (&json!("The way"), &json!(4))
    );
    assert_eq!(found["items"][2]["text"], "Hello");
    // The reader's period goes before the dashboard's.
    let other = shop.app.get("/api/v1/dashboards/shop/results?from=2026-03-20").await.expect(200);
    assert_eq!(other["items"][0]["insight"]["number"], 2.0);
    // What is gone says so; the rest stays.
    shop.app.api("DELETE", "/api/v1/resources/insight/way", Value::Null).await.expect(200);
    let rest = shop.app.get("/api/v1/dashboards/shop/results").await.expect(200);
    assert_eq!(rest["items"][1]["error"], "there is no insight \"way\"", "{rest}");
    assert_eq!(rest["items"][0]["insight"]["number"], 4.0);
    let bad = shop.app.api("PUT", "/api/v1/resources/dashboard/shop", dashboard).await.expect(400);
    assert_eq!(bad["errors"][0]["at"], "spec.items[1].insight", "{bad}");
}

fn goal(target: f64, alerts: Value) -> Value {
    json!({"name": "Orders of the week", "metric": {"insight": "orders", "number": "/series/0/total"}, "target": target,
        "period": "week", "unit": "orders", "zone": "Europe/Berlin", "alerts": alerts, "notify": ["owner@alpha.example"]})
}

#[tokio::test]
async fn a_goal_stands_by_the_course_of_former_periods() {
    let shop = Shop::new().await;
    // Of each former week four fifths come on Saturday, after the hour of now; this week has 20 by Friday.
    let mut days = vec![("2026-03-17", 20)];
    days.extend([("2026-03-10", 20), ("2026-03-14", 80), ("2026-03-03", 10), ("2026-03-07", 40)]);
    days.extend([("2026-02-24", 20), ("2026-02-28", 80)]);
    shop.orders(&days).await;
    shop.publish("insight/orders", orders("events")).await;
    shop.publish("goal/orders", goal(100.0, json!([]))).await;
    let found = shop.app.get("/api/v1/goals/orders/status?history=3").await.expect(200);
    assert_eq!(
        (&found["value"], &found["projection"], &found["pace_periods"]),
        (&json!(20.0), &json!(100.0), &json!(3)),
        "{found}"
    );
    assert_eq!((&found["standing"], &found["expected"]), (&json!("on_track"), &json!(20.0)));
    assert_eq!((&found["from"], &found["to"]), (&json!("2026-03-16"), &json!("2026-03-22")));
    let history: Vec<(&Value, &Value)> =
        found["history"].as_array().unwrap().iter().map(|h| (&h["value"], &h["standing"])).collect();
    assert_eq!(
        history,
        [(&json!(100.0), &json!("met")), (&json!(50.0), &json!("missed")), (&json!(100.0), &json!("met"))]
    );
    let preview = shop.app.api("POST", "/api/v1/goals/preview", goal(200.0, json!([]))).await.expect(200);
    assert_eq!((&preview["standing"], &preview["value"]), (&json!("behind"), &json!(20.0)));
    let mut bad = goal(1.0, json!([]));
    bad["metric"]["number"] = "/series/0/label".into();
    let bad = shop.app.api("POST", "/api/v1/goals/preview", bad).await.expect(400);
    assert!(bad["errors"][0]["message"].as_str().unwrap().contains("found the text \"Order Completed\""), "{bad}");
    let list = shop.app.get("/api/v1/goals").await.expect(200);
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["standing"]), (&json!("orders"), &json!("on_track")));
    // A metric of its own is checked like an insight.
    let mut own = goal(1.0, json!([]));
    own["metric"] =
        json!({"report": "funnel", "request": {"steps": [{"event": "Order Complted"}]}, "number": "/entered"});
    let bad = shop.app.api("PUT", "/api/v1/resources/goal/own", own).await.expect(400);
    assert_eq!(bad["errors"][0]["at"], "spec.metric.request.steps[0].event", "{bad}");
}

#[tokio::test]
async fn an_alert_begins_once_is_told_once_and_ends() {
    let shop = Shop::new().await;
    // Thursdays with about ten orders, and one with fifty.
    let thursdays = [("2026-03-19", 50), ("2026-03-12", 10), ("2026-03-05", 11), ("2026-02-26", 9), ("2026-02-19", 10)];
    shop.orders(&thursdays).await;
    shop.publish("insight/orders", orders("events")).await;
    let alerts = json!([{"name": "Odd day", "when": {"anomaly": {}}}, {"when": {"below": 5}}, {"when": {"above": 40}}]);
    let program = HttpCatcher::local(Act::answer(200, "ok")).await.unwrap();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    shop.publish("channel/ops", json!({"kind": "webhook", "url": program.url(), "secret": secret})).await;
    shop.publish("channel/chat", json!({"kind": "slack", "secret": program.url()})).await;
    let mut spec = goal(100.0, alerts);
    spec["post_to"] = json!(["ops", "chat"]);
    shop.publish("goal/orders", spec).await;
    // What is refused for a while is told later, and the others are not told again.
    program.script([Act::answer(500, "later")]);
    let status = shop.app.get("/api/v1/goals/orders/status?history=0").await.expect(200);
    let odd = &status["alerts"][0];
    assert_eq!(
        (&odd["holds"], &odd["oddity"]["expected"], &odd["oddity"]["weeks"]),
        (&json!(true), &json!(10.0), &json!(4)),
        "{status}"
    );
    assert_eq!((&status["alerts"][1]["holds"], &status["alerts"][2]["holds"]), (&json!(false), &json!(true)));
    let room = shop.room();
    room.round().await.unwrap();
    room.round().await.unwrap();
    let open = shop.app.get("/api/v1/alerts?open=true&goal=orders").await.expect(200);
    let names: Vec<&str> =
        open["items"].as_array().unwrap().iter().map(|a| a["event"]["alert"].as_str().unwrap()).collect();
    assert_eq!(names, ["the day's number is above 40", "Odd day"], "{open}");
    assert_eq!(open["items"][1]["event"]["type"], "goal.alert");
    assert!(open["items"][1]["told_at"].is_string(), "{open}");
    let mails = shop.mails();
    assert_eq!(mails.len(), 2, "each is told once");
    assert!(mails.iter().all(|m| m.to == ["owner@alpha.example"]));
    let posts = program.take();
    let (hooks, chats): (Vec<_>, Vec<_>) = posts.iter().partition(|p| p.header("webhook-id").is_some());
    assert_eq!((hooks.len(), chats.len()), (3, 2), "one was refused at first");
    assert_eq!(hooks[0].header("webhook-id"), hooks[2].header("webhook-id"));
    assert_eq!(hooks[2].json()["data"]["alert"], "Odd day", "{:?}", hooks[2].json());
    assert!(hooks.iter().all(|p| p.header("webhook-signature").is_some_and(|s| s.starts_with("v1,"))));
    assert!(chats[0].text().contains("http://rapport.example/goals/orders"), "{}", chats[0].text());
    // The next day is ordinary: the alerts end, and nothing more is told. Another mailroom knows what was told.
    shop.orders(&[("2026-03-20", 7), ("2026-03-13", 8), ("2026-03-06", 6), ("2026-02-27", 7), ("2026-02-20", 7)]).await;
    shop.clock.advance_ms(DAY_MS);
    shop.room().round().await.unwrap();
    let open = shop.app.get("/api/v1/alerts?open=true").await.expect(200);
    assert_eq!(open["items"], json!([]), "{open}");
    let all = shop.app.get("/api/v1/alerts").await.expect(200);
    assert!(all["items"][0]["ended_at"].is_string() && shop.mails().len() == 2, "{all}");
}

fn weekly(recipients: &[&str]) -> Value {
    json!({"name": "The week", "insights": ["orders"], "recipients": recipients,
        "schedule": {"every": "day", "at": "08:00", "zone": "Europe/Berlin"}})
}

/// Subject, text and the files of a mail.
fn opened(mail: &CaughtMail) -> (String, String, Vec<String>) {
    use mail_parser::MimeHeaders;
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    let files = parsed.attachments().map(|a| a.attachment_name().unwrap_or_default().to_owned()).collect();
    (parsed.subject().unwrap().to_owned(), parsed.body_text(0).unwrap().into_owned(), files)
}

#[tokio::test]
async fn a_report_is_sent_once_for_each_due_time() {
    let shop = Shop::new().await;
    shop.orders(&[("2026-03-19", 3), ("2026-03-20", 5)]).await;
    shop.publish("insight/orders", orders("events")).await;
    let member = json!({"email": "bo@alpha.example", "role": "viewer", "password": "long enough for it"});
    let member = shop.app.api("POST", "/api/v1/members", member).await.expect(201)["id"].clone();
    let stranger =
        shop.app.api("PUT", "/api/v1/resources/report/r", weekly(&["customer@example.org"])).await.expect(400);
    assert_eq!(stranger["errors"][0]["at"], "spec.recipients[0]", "{stranger}");
    shop.publish("report/r", weekly(&["owner@alpha.example", "bo@alpha.example"])).await;
    let next = |list: &Value| list["items"][0]["next_due"].clone();
    let list = shop.app.get("/api/v1/reports").await.expect(200);
    assert_eq!(next(&list), "2026-03-21T07:00:00.000Z", "{list}");
    let preview = shop.app.get("/api/v1/reports/r/preview").await.expect(200);
    assert_eq!(preview["subject"], "The week: 2026-03-19", "{preview}");
    assert!(preview["html"].as_str().unwrap().contains("2026-03-19"), "{preview}");
    // What was due before it went live is not owed.
    shop.room().round().await.unwrap();
    assert!(shop.mails().is_empty());
    shop.clock.set(Timestamp::parse("2026-03-21T07:00:05Z").unwrap());
    // One recipient's server is away at first; a restart lies between the two tries.
    shop.catcher.fail(Stage::Rcpt, FaultAction::Reply("451 4.3.0 later".into()), 1);
    shop.room().round().await.unwrap();
    assert_eq!(shop.mails().len(), 1);
    shop.room().round().await.unwrap();
    assert_eq!(shop.mails().len(), 1, "not before its time");
    shop.clock.advance_ms(2 * 60_000);
    shop.room().round().await.unwrap();
    shop.room().round().await.unwrap();
    let mails = shop.mails();
    let mut to: Vec<&str> = mails.iter().map(|m| m.to[0].as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["bo@alpha.example", "owner@alpha.example"], "each once");
    let (subject, text, files) = opened(&mails[0]);
    assert_eq!((subject.as_str(), files), ("The week: 2026-03-20", vec!["orders.csv".to_owned()]));
    assert!(text.contains("Orders: 5") && text.contains("2026-03-20"), "{text}");
    let runs = shop.app.get("/api/v1/reports/r/runs").await.expect(200);
    assert_eq!((runs["items"].as_array().unwrap().len(), &runs["items"][0]["state"]), (1, &json!("done")), "{runs}");
    // Who is no member any more gets nothing, though the document names them; whose turn it is, they do.
    shop.app.api("DELETE", &format!("/api/v1/members/{}", member.as_str().unwrap()), Value::Null).await.expect(204);
    shop.clock.set(Timestamp::parse("2026-03-22T07:01:00Z").unwrap());
    shop.room().round().await.unwrap();
    assert_eq!(shop.mails().len(), 3);
    let runs = shop.app.get("/api/v1/reports/r/runs").await.expect(200);
    assert_eq!(runs["items"][0]["mails"][0]["error"], "not a member of this workspace any more", "{runs}");
    // The server was down for three days: the last due time is sent, those before it are not.
    shop.clock.set(Timestamp::parse("2026-03-25T20:00:00Z").unwrap());
    shop.room().round().await.unwrap();
    shop.room().round().await.unwrap();
    assert_eq!(shop.mails().len(), 4);
    assert_eq!(opened(&shop.mails()[3]).0, "The week: 2026-03-24");
}

#[tokio::test]
async fn a_report_is_sent_when_asked_for() {
    let room: Arc<std::sync::OnceLock<Arc<Mailroom>>> = Arc::default();
    let clock = VirtualClock::at(Timestamp::parse("2026-03-20T15:00:00Z").unwrap());
    let kept = room.clone();
    let app = App::at(Arc::new(clock.clone()), move |parts| {
        let made = Mailroom::new(parts.engine.shared().clone(), MailroomConfig::new("http://rapport.example"));
        parts.mailroom = Some(made.clone());
        let _ = kept.set(made);
    });
    let catcher = Catcher::local().await.unwrap();
    let shop = Shop { app, clock, catcher };
    shop.orders(&[("2026-03-19", 3)]).await;
    shop.publish("insight/orders", orders("events")).await;
    shop.app.api("PUT", "/api/v1/resources/report/r", weekly(&["owner@alpha.example"])).await.expect(200);
    let run = shop.app.api("POST", "/api/v1/reports/r/run", json!({})).await.expect(202);
    assert_eq!((&run["state"], &run["mails"][0]["state"]), (&json!("running"), &json!("pending")));
    let room = room.get().unwrap();
    // Without a channel the run says why.
    room.round().await.unwrap();
    let runs = shop.app.get("/api/v1/reports/r/runs").await.expect(200);
    assert_eq!(runs["items"][0]["error"], "the workspace has no live SMTP channel", "{runs}");
    let port = shop.catcher.address().port();
    shop.publish("channel/mail", json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": {"email": "shop@example.com"}})).await;
    shop.app.api("POST", "/api/v1/reports/r/run", json!({})).await.expect(202);
    let other = json!({"recipients": ["eve@example.org"]});
    shop.app.api("POST", "/api/v1/reports/r/run", other).await.expect(400);
    room.round().await.unwrap();
    let (subject, text, _) = opened(&shop.mails()[0]);
    assert!(subject == "The week: 2026-03-19" && text.contains("Orders: 3"), "{subject}: {text}");
    shop.app.api("POST", "/api/v1/reports/none/run", json!({})).await.expect(404);
}
