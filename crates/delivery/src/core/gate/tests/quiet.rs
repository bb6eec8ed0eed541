//! Quiet hours: until when a message waits, and when it is not worth waiting.

use super::*;

#[test]
fn after_quiet_hours_the_best_hour_is_waited_for_where_the_template_says_so() {
    // Six in the evening before ten in the morning before everything else.
    let mut hours = [0.01; 24];
    (hours[18], hours[10], hours[22]) = (0.3, 0.2, 0.9);
    let until = |change: &dyn Fn(&mut Case)| {
        let mut case = case();
        case.night();
        case.hours = Some(hours);
        case.template.as_mut().unwrap().quiet = QuietPolicy::BestHour;
        change(&mut case);
        match case.decide() {
            GateDecision::Defer { until, detail } => {
                assert!(detail.starts_with("quiet hours"), "{detail}");
                until.to_rfc3339()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(until(&|_| {}), "2026-07-02T18:00:00.000Z", "ten in the evening would be quiet again");
    assert_eq!(until(&|c| c.message.expires_at = at("2026-07-02T18:00:00Z")), "2026-07-02T10:00:00.000Z");
    assert_eq!(until(&|c| c.message.expires_at = at("2026-07-02T08:30:00Z")), "2026-07-02T08:00:00.000Z");
    assert_eq!(until(&|c| c.template.as_mut().unwrap().quiet = QuietPolicy::Wait), "2026-07-02T08:00:00.000Z");
    assert_eq!(until(&|c| c.hours = None), "2026-07-02T08:00:00.000Z");
    // By the customer's clock: six in the evening in Berlin.
    let berlin = |c: &mut Case| c.settings.time_zone = chrono_tz::Europe::Berlin;
    assert_eq!(until(&berlin), "2026-07-02T16:00:00.000Z");
    // Within the step's window.
    let window = json!({"journey": {"window": {"from": "09:00", "to": "12:00"}}});
    let windowed = |c: &mut Case| c.message.data = Json::from(window.as_object().unwrap().clone());
    assert_eq!(until(&windowed), "2026-07-02T10:00:00.000Z");
}

#[test]
fn quiet_hours_defer_or_expire() {
    let until = |change: fn(&mut Case)| match after(change) {
        GateDecision::Defer { until, detail } => {
            assert!(detail.starts_with("quiet hours"));
            until.to_rfc3339()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(until(Case::night), "2026-07-02T08:00:00.000Z");
    assert_eq!(
        until(|c| {
            c.night();
            c.settings.time_zone = chrono_tz::Europe::Berlin;
        }),
        "2026-07-02T06:00:00.000Z"
    );
    // The customer's own zone goes before the workspace's: 23:00Z is 16:00 in Los Angeles.
    sends(|c| {
        c.night();
        let zone = Trait { value: json!("America/Los_Angeles"), at: Timestamp(1) };
        c.profile.as_mut().unwrap().traits.insert("timezone".into(), zone);
    });
    sends(|c| {
        c.night();
        c.settings.quiet_hours[0].channels = vec!["sms".into()];
    });
    sends(|c| {
        c.night();
        c.settings.quiet_hours[0].topics = vec!["news".into()];
    });
    fn later(c: &mut Case) {
        c.night();
        let time = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        let (channels, topics) = (vec!["email".into()], vec!["news".into()]);
        c.settings.quiet_hours.push(QuietHours { start: time(20), end: time(10), channels, topics });
    }
    assert_eq!(until(later), "2026-07-02T08:00:00.000Z", "the second is about a topic");
    let of_topic = |c: &mut Case| {
        later(c);
        c.topic(ConsentPolicy::OptOut);
    };
    assert_eq!(until(of_topic), "2026-07-02T10:00:00.000Z", "the one that ends last counts");
    skips(SkipReason::QuietHoursExpired, |c| {
        c.night();
        c.message.expires_at = at("2026-07-02T08:00:00Z");
    });
}
