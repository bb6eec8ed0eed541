//! Who goes first, and whose faults are whose.

use super::*;
use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::http::Outbound;
use crate::channels::testing::with;

fn awaited(number: u64) -> OutboundMessage {
    OutboundMessage { transactional: true, ..message(number) }
}

#[tokio::test]
async fn a_receipt_goes_at_once_while_a_campaign_warms_a_sender_up() {
    let plan = json!({"warm_up": {"from": "2026-07-01", "first_day": 50, "until": 1_000}});
    let rig = rig(RelayConfig::default(), plan).await;
    assert_eq!(rig.relay.offer((1..=40).map(|n| Waiting::new(message(n))).collect()), 40);
    rig.ended(40).await;
    let until = |number| match &rig.world.outcomes.lock()[&message(number).id][0] {
        MessageOutcome::Sent { .. } => 0,
        MessageOutcome::Deferred { until, attempt: false, .. } => until.since_ms(message(number).created_at) / 60_000,
        other => panic!("{other:?}"),
    };
    let mut places: Vec<i64> = (1..=40).map(until).collect();
    places.sort_unstable();
    assert_eq!((places[0], places[1]), (0, 28), "one every 28.8 minutes");
    assert!((1_100..1_130).contains(&places[39]), "{places:?}");
    // Each of these stands at no end of a line of 19 hours.
    for number in 41..=43 {
        assert!(is_sent(&rig.attempt(awaited(number), 0).await), "{number}");
    }
    // What nobody waits for stands there, and what could not leave in time is told at once.
    let short = OutboundMessage { expires_at: message(44).created_at.plus_ms(3_600_000), ..message(44) };
    let outcome = rig.attempt(short, 0).await;
    assert!(
        matches!(&outcome, MessageOutcome::Failed { detail } if detail.contains("after it expires")),
        "{outcome:?}"
    );
    assert_eq!(rig.catcher.received(), 4);
}

#[tokio::test]
async fn what_is_tried_is_known_until_its_outcome_is_recorded() {
    let config = RelayConfig { send_timeout: Duration::from_secs(2), ..RelayConfig::default() };
    let rig = rig(config, json!({})).await;
    let mut twin = message(2);
    twin.origin.as_mut().unwrap().journey = "twin".into();
    rig.catcher.fail(Stage::Content, FaultAction::Hang, 1);
    assert_eq!(rig.relay.offer(vec![Waiting::new(message(1))]), 1);
    while rig.catcher.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let unsettled = |outcome: &MessageOutcome| match outcome {
        MessageOutcome::Deferred { until, attempt: false, detail } => {
            let wait = until.since_ms(message(1).created_at);
            assert!((3_000..6_000).contains(&wait) && detail.contains("on its way"), "{wait} {detail}");
        }
        other => panic!("{other:?}"),
    };
    unsettled(&rig.attempt(twin.clone(), 0).await);
    rig.ended(2).await;
    // The attempt is over, but nobody recorded it.
    unsettled(&rig.attempt(twin.clone(), 0).await);
    rig.relay.settled(&[message(1).id]);
    assert_eq!(skipped(&rig.attempt(twin, 0).await).0, SkipReason::Duplicate);
}

#[tokio::test]
async fn a_program_that_wants_to_be_left_alone_is_left_alone_by_itself() {
    let rig = rig(RelayConfig { outbound: Outbound::anywhere(), ..RelayConfig::default() }, json!({})).await;
    let hostile = HttpCatcher::local(Act::Answer(429, vec![("retry-after", "3600".to_owned())], String::new())).await;
    let (hostile, good) = (hostile.unwrap(), HttpCatcher::local(Act::answer(204, "")).await.unwrap());
    let spec = ChannelSpec::validate(&json!({"kind": "webhook", "url": good.url()})).unwrap();
    *rig.world.channel.lock() = Arc::new(LiveChannel { id: "hooks".into(), version: 2, spec });
    *rig.world.template.lock() =
        template(json!({"name": "H", "channel": "webhook", "url": "{{ event.url }}", "body": {"a": 1}}));
    let call = |number, place: &str| {
        let data = Json::from_text(&json!({"event": {"url": place}}).to_string());
        OutboundMessage { channel: "webhook".into(), data, ..message(number) }
    };
    for number in 1..=3 {
        let outcome = rig.attempt(call(number, &hostile.url()), 0).await;
        let MessageOutcome::Deferred { until, attempt: false, .. } = outcome else { panic!("{outcome:?}") };
        assert!(until.since_ms(message(1).created_at) >= 3_590_000, "{until}");
    }
    assert_eq!(hostile.caught().len(), 1, "it was asked once");
    assert!(is_sent(&rig.attempt(call(4, &good.url()), 0).await), "the others have done nothing");
    // Nor do faults in a row of one say anything of another.
    hostile.always(Act::answer(500, "oops"));
    let other = HttpCatcher::local(Act::answer(500, "oops")).await.unwrap();
    for number in 5..=9 {
        deferred(&rig.attempt(call(number, &other.url()), 0).await);
    }
    let rests = rig.attempt(call(10, &other.url()), 0).await;
    assert!(matches!(&rests, MessageOutcome::Deferred { attempt: false, detail, .. } if detail.contains("left alone")));
    assert_eq!(other.caught().len(), 5);
    assert!(is_sent(&rig.attempt(call(11, &good.url()), 0).await));
}

#[tokio::test]
async fn a_device_that_hangs_takes_no_time_from_the_others() {
    let service = HttpCatcher::local(Act::answer(201, "")).await.unwrap();
    service.script(vec![Act::Hang; 3]);
    let call = |n: usize| {
        let mut call = crate::channels::http::Call::post(format!("{}/{n}", service.url()), "text/plain", "x");
        call.guarded = true;
        call
    };
    let wire = crate::channels::Wire::Calls((0..6).map(call).collect());
    let channel = with(json!({"kind": "webhook", "url": service.url()}), json!({}));
    let means = crate::channels::testing::means(Duration::from_millis(400));
    let provider = crate::channels::open(&ChannelSpec::validate(&channel).unwrap(), &means).unwrap();
    let begun = Instant::now();
    let receipt = provider.send(&wire, &crate::channels::Decided).await.unwrap();
    assert!(receipt.response.starts_with("3 of 6"), "{}", receipt.response);
    assert!(begun.elapsed() < Duration::from_millis(1_000), "{:?}", begun.elapsed());
}
