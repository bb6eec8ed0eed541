//! The relay against providers over HTTP.

use super::*;
use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::http::Outbound;

/// Providers of this machine may be called.
fn near() -> RelayConfig {
    RelayConfig { outbound: Outbound::of(&["127.0.0.1"]).unwrap(), ..RelayConfig::default() }
}

#[tokio::test]
async fn what_may_have_been_taken_is_not_sent_twice_where_it_costs() {
    let config = RelayConfig {
        send_timeout: Duration::from_millis(300),
        outbound: Outbound::anywhere(),
        ..RelayConfig::default()
    };
    let rig = rig(config, json!({})).await;
    let api = HttpCatcher::local(Act::answer(201, r#"{"sid": "SM1", "status": "queued"}"#)).await.unwrap();
    *rig.world.template.lock() = template(json!({"name": "S", "channel": "sms", "body": "Hi https://shop.example/a"}));
    let text = |version, more: Value| {
        let spec = json!({"kind": "twilio", "username": "AC1", "secret": "t", "sender": "+4915112345678", "base_url": api.url()});
        let spec = crate::channels::testing::with(spec, more);
        *rig.world.channel.lock() =
            Arc::new(LiveChannel { id: "sms".into(), version, spec: ChannelSpec::validate(&spec).unwrap() });
    };
    let sms = |number| OutboundMessage { channel: "sms".into(), ..message(number) };
    text(2, json!({}));
    for (number, act, said) in
        [(1, Act::Hang, "no answer of"), (2, Act::Close, "calling"), (3, Act::answer(500, "oops"), "500 oops")]
    {
        api.script([act]);
        let MessageOutcome::Sent { response, via, .. } = rig.attempt(sms(number), 0).await else { panic!("{said}") };
        assert!(via.is_unsure && response.contains(said) && response.contains("not sent again"), "{response}");
        assert!(via.is_counted && via.short_links.len() == 1, "its link works and caps count it: {via:?}");
    }
    // What was surely not taken is tried again, and a channel can say that it prefers doubles.
    api.script([Act::answer(503, "")]);
    assert!(deferred(&rig.attempt(sms(4), 0).await).1.contains("503"));
    text(3, json!({"when_unsure": "retry"}));
    api.script([Act::Close]);
    deferred(&rig.attempt(sms(5), 0).await);
    assert!(matches!(rig.attempt(sms(5), 1).await, MessageOutcome::Sent { via, .. } if !via.is_unsure));
    assert_eq!(api.caught().len(), 6);
}

#[tokio::test]
async fn a_message_over_the_limit_is_not_made_until_it_has_a_place() {
    let rig = rig(near(), json!({"throttles": [{"domains": ["example.com"], "per_minute": 2}]})).await;
    *rig.world.template.lock() =
        template(json!({"name": "W", "subject": "Hi", "html": "<p>{{ 'spring' | coupon_code }}</p>"}));
    assert!(is_sent(&rig.attempt(message(1), 0).await));
    for _ in 0..3 {
        let outcome = rig.attempt(message(2), 0).await;
        assert!(matches!(&outcome, MessageOutcome::Deferred { attempt: false, .. }), "{outcome:?}");
    }
    assert_eq!(rig.world.coupons.load(Ordering::SeqCst), 1, "the one that waits holds no code");
    // Nor is anything made for a provider that asked to be left alone.
    let api =
        HttpCatcher::local(Act::Answer(429, vec![("retry-after", "60".to_owned())], String::new())).await.unwrap();
    let spec = json!({"kind": "postmark", "secret": "t", "base_url": api.url(), "from": {"email": "hi@shop.example"}});
    *rig.world.channel.lock() =
        Arc::new(LiveChannel { id: "pm".into(), version: 2, spec: ChannelSpec::validate(&spec).unwrap() });
    for number in 3..6 {
        assert!(matches!(rig.attempt(message(number), 0).await, MessageOutcome::Deferred { attempt: false, .. }));
    }
    assert_eq!((rig.world.coupons.load(Ordering::SeqCst), api.caught().len()), (2, 1));
}

#[tokio::test]
async fn pictures_go_only_where_they_are_carried() {
    let rig = rig(near(), json!({})).await;
    let gateway = HttpCatcher::local(Act::answer(202, "0: Accepted for delivery")).await.unwrap();
    let spec = json!({"kind": "kannel", "base_url": gateway.url(), "username": "u", "secret": "p", "sender": "Shop"});
    *rig.world.channel.lock() =
        Arc::new(LiveChannel { id: "k".into(), version: 2, spec: ChannelSpec::validate(&spec).unwrap() });
    let sms = |number| OutboundMessage { channel: "sms".into(), ..message(number) };
    let plain = json!({"name": "S", "channel": "sms", "body": "Hi"});
    *rig.world.template.lock() = template(plain.clone());
    assert!(is_sent(&rig.attempt(sms(1), 0).await));
    let media = json!(["https://shop.example/a.png"]);
    *rig.world.template.lock() = template(crate::channels::testing::with(plain, json!({"media": media})));
    let outcome = rig.attempt(sms(2), 0).await;
    let (reason, detail) = skipped(&outcome);
    assert!(reason == SkipReason::NotLive && detail.contains("no media (MMS)"), "{detail}");
    assert_eq!(gateway.caught().len(), 1);
}

#[tokio::test]
async fn a_provider_at_a_private_address_that_nobody_named_is_waited_for() {
    let rig = rig(RelayConfig::default(), json!({})).await;
    let gateway = HttpCatcher::local(Act::answer(202, "0: Accepted for delivery")).await.unwrap();
    let spec = json!({"kind": "kannel", "base_url": gateway.url(), "username": "u", "secret": "p", "sender": "Shop"});
    *rig.world.channel.lock() =
        Arc::new(LiveChannel { id: "k".into(), version: 2, spec: ChannelSpec::validate(&spec).unwrap() });
    *rig.world.template.lock() = template(json!({"name": "S", "channel": "sms", "body": "Hi"}));
    let outcome = rig.attempt(OutboundMessage { channel: "sms".into(), ..message(1) }, 0).await;
    let said = deferred(&outcome).1;
    let port = gateway.url().rsplit(':').next().unwrap().to_owned();
    assert!(said.contains(&format!("outbound.private_hosts = [\"127.0.0.1:{port}\"]")), "{said}");
    assert_eq!(gateway.caught().len(), 0);
}
