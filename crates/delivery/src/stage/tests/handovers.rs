//! What is noted before a message leaves that must not leave twice.

use super::*;
use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::http::Outbound;

/// A channel of text messages at this address.
fn texts(api: &HttpCatcher, id: &str, version: u32, more: Value) -> Arc<LiveChannel> {
    let spec =
        json!({"kind": "twilio", "username": "AC1", "secret": "t", "sender": "+4915112345678", "base_url": api.url()});
    let spec = ChannelSpec::validate(&crate::channels::testing::with(spec, more)).unwrap();
    Arc::new(LiveChannel { id: id.into(), version, spec })
}

fn sms(number: u64) -> OutboundMessage {
    OutboundMessage { channel: "sms".into(), ..message(number) }
}

async fn rig_of_texts() -> (Rig, HttpCatcher) {
    let config = RelayConfig { outbound: Outbound::anywhere(), ..RelayConfig::default() };
    let (rig, api) =
        (rig(config, json!({})).await, HttpCatcher::local(Act::answer(201, r#"{"sid": "SM1"}"#)).await.unwrap());
    *rig.world.template.lock() = template(json!({"name": "S", "channel": "sms", "body": "Hi https://shop.example/a"}));
    (rig, api)
}

#[tokio::test]
async fn what_costs_is_noted_before_it_leaves_with_all_that_its_record_needs() {
    let (rig, api) = rig_of_texts().await;
    *rig.world.channel.lock() = texts(&api, "sms", 2, json!({}));
    assert!(is_sent(&rig.attempt(sms(1), 0).await));
    let noted = std::mem::take(&mut *rig.world.noted.lock());
    let [(id, Some(handover))] = noted.as_slice() else { panic!("{noted:?}") };
    assert_eq!(*id, sms(1).id);
    let MessageOutcome::Sent { response, via, .. } = handover.clone().untold("the end came") else { panic!() };
    assert!(via.is_unsure && via.is_counted && via.channel == "sms" && via.short_links.len() == 1, "{via:?}");
    assert_eq!(response, "the end came; it may have been taken, so it is not sent again");
    // What may be handed over again needs no note, and mail never does.
    *rig.world.channel.lock() = texts(&api, "sms", 3, json!({"when_unsure": "retry"}));
    assert!(is_sent(&rig.attempt(sms(2), 0).await));
    *rig.world.template.lock() = template(json!({"name": "W", "subject": "Hi", "html": "<p>Hi</p>"}));
    *rig.world.channel.lock() = channel(rig.catcher.address().port(), 4, json!({}));
    assert!(is_sent(&rig.attempt(message(3), 0).await));
    // Unless its channel says that it, too, is better lost than doubled.
    *rig.world.channel.lock() = channel(rig.catcher.address().port(), 5, json!({"when_unsure": "keep"}));
    assert!(is_sent(&rig.attempt(message(4), 0).await));
    let noted: Vec<_> = rig.world.noted.lock().iter().map(|(id, handover)| (*id, handover.is_some())).collect();
    assert_eq!(noted, [(message(4).id, true)]);
    assert_eq!((api.caught().len(), rig.catcher.received()), (2, 2));
}

#[tokio::test]
async fn what_cannot_be_noted_does_not_leave() {
    let (rig, api) = rig_of_texts().await;
    *rig.world.channel.lock() = texts(&api, "sms", 2, json!({}));
    *rig.world.notes_nothing.lock() = true;
    let outcome = rig.attempt(sms(1), 0).await;
    let MessageOutcome::Deferred { attempt: false, detail, .. } = &outcome else { panic!("{outcome:?}") };
    assert!(detail.contains("could not be written down"), "{detail}");
    assert_eq!(api.caught().len(), 0, "nothing left");
    *rig.world.notes_nothing.lock() = false;
    assert!(is_sent(&rig.attempt(sms(1), 0).await));
    assert_eq!(api.caught().len(), 1);
}

#[tokio::test]
async fn the_next_channel_s_note_is_the_one_that_holds() {
    let (rig, api) = rig_of_texts().await;
    let second = |version, more| {
        let more = crate::channels::testing::with(json!({"priority": 50}), more);
        vec![texts(&api, "first", version, json!({})), texts(&api, "second", version, more)]
    };
    for (number, more, expected) in
        [(1, json!({}), [Some("first"), Some("second")]), (2, json!({"when_unsure": "retry"}), [Some("first"), None])]
    {
        *rig.world.more.lock() = second(number as u32 + 1, more);
        // The first one surely took nothing.
        api.script([Act::answer(401, "")]);
        assert!(is_sent(&rig.attempt(sms(number), 0).await));
        let noted = std::mem::take(&mut *rig.world.noted.lock());
        let channels: Vec<_> = noted.iter().map(|(_, h)| h.as_ref().map(|h| h.via.channel.as_str())).collect();
        assert_eq!(channels, expected);
    }
    assert_eq!(api.caught().len(), 4);
}
