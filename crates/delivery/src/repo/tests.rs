//! The ledger over a real database.

use rapport_domain::message::{MessageOutcome, Origin, SentVia};
use rapport_domain::{Detail, MessageChannel, Partition, SkipReason};
use rapport_store::{Db, DbOptions};
use serde_json::json;

use super::*;
use crate::core::mark::Mark;

const WS: WorkspaceId = WorkspaceId(1);

fn open() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(folder.path().join("p.db"), &DbOptions::default()).unwrap();
    db.migrate(COMPONENT, MIGRATIONS).unwrap();
    (folder, db)
}

fn id(number: u64) -> OutboxId {
    OutboxId { partition: Partition(3), number }
}

fn message(number: u64, profile: u64, journey: Option<&str>) -> OutboundMessage {
    OutboundMessage {
        id: id(number),
        workspace: WS,
        profile: ProfileId(profile),
        channel: "email".into(),
        template: if number.is_multiple_of(2) { "even".into() } else { "odd_1".into() },
        origin: journey.map(|j| Origin { journey: j.into(), version: 2, run: 5, step: "mail".into() }),
        topic: None,
        transactional: false,
        created_at: Timestamp(1_000 + number as i64 / 2),
        expires_at: Timestamp::MAX,
        data: Json::default(),
    }
}

fn sent(subject: &str) -> MessageOutcome {
    MessageOutcome::Sent { subject: subject.into(), response: "250 ok".into(), via: Box::default() }
}

fn skipped(reason: SkipReason) -> MessageOutcome {
    MessageOutcome::Skipped { reason, detail: "why".into() }
}

fn write<T>(db: &Db, work: impl FnOnce(&Tx) -> Result<T, DeliveryError>) -> T {
    db.write(work).unwrap()
}

#[test]
fn a_message_is_followed_from_decision_to_end() {
    let (_folder, db) = open();
    write(&db, |tx| {
        record_queued(tx, &message(1, 10, Some("j")), None)?;
        record_queued(tx, &message(1, 10, Some("j")), None)
    });
    let seen = || db.read(|r| get(r, WS, id(1))).unwrap().unwrap();
    assert_eq!((seen().status, seen().journey.as_deref(), seen().run), (MessageStatus::Queued, Some("j"), Some(5)));
    let deferred = MessageOutcome::Deferred { until: Timestamp(5), detail: "451".into(), attempt: true };
    assert!(write(&db, |tx| record_outcome(tx, WS, id(1), &deferred, Timestamp(2))));
    assert_eq!((seen().status, seen().attempts, seen().detail.as_deref()), (MessageStatus::Deferred, 1, Some("451")));
    let counts_now = || db.read(|r| counts(r, WS)).unwrap();
    assert_eq!(counts_now(), LedgerCounts { pending: 1, ..Default::default() });
    assert!(!db.read(|r| is_sent(r, WS, id(1))).unwrap());
    assert!(write(&db, |tx| record_outcome(tx, WS, id(1), &sent("Hi"), Timestamp(3))));
    assert!(db.read(|r| is_sent(r, WS, id(1))).unwrap());
    assert_eq!((seen().attempts, seen().subject.as_deref(), seen().changed_at), (2, Some("Hi"), Timestamp(3)));
    // A second decision about it does not take it back.
    assert!(!write(&db, |tx| record_outcome(tx, WS, id(1), &skipped(SkipReason::Duplicate), Timestamp(4))));
    assert_eq!(counts_now(), LedgerCounts { sent: 1, ..Default::default() });
    // One that nobody knows the outcome of counts as sent, and apart.
    write(&db, |tx| record_queued(tx, &message(7, 10, Some("j")), None));
    let mut unsure = sent("Hi");
    if let MessageOutcome::Sent { via, .. } = &mut unsure {
        via.is_unsure = true;
    }
    assert!(write(&db, |tx| record_outcome(tx, WS, id(7), &unsure, Timestamp(4))));
    assert_eq!(counts_now(), LedgerCounts { sent: 2, ..Default::default() });
    let lines = db.read(|r| count_lines(r, WS)).unwrap();
    assert!(lines.iter().any(|l| l.reason.as_deref() == Some(UNKNOWN_OUTCOME) && l.messages == 1), "{lines:?}");
    // Another workspace sees none of it.
    assert_eq!(db.read(|r| get(r, WorkspaceId(2), id(1))).unwrap(), None);
    assert!(!db.read(|r| is_sent(r, WorkspaceId(2), id(1))).unwrap());
    assert!(!write(&db, |tx| record_outcome(tx, WS, id(99), &sent("x"), Timestamp(4))));
}

#[test]
fn lists_filter_and_page_without_gaps() {
    let (_folder, db) = open();
    write(&db, |tx| {
        for n in 1..=25 {
            record_queued(tx, &message(n, n % 3, (n % 5 == 0).then_some("win%back")), None)?;
        }
        record_outcome(tx, WS, id(4), &sent("Hello 100%"), Timestamp(9))?;
        record_outcome(tx, WS, id(5), &skipped(SkipReason::NoAddress), Timestamp(9))
    });
    let numbers = |filter: &LedgerFilter| -> Vec<u64> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = db.read(|r| list(r, WS, filter, cursor, 4)).unwrap();
            let Some(last) = page.last() else { return all };
            cursor = Some(LedgerCursor::decode(&LedgerCursor::after(last).encode()).unwrap());
            all.extend(page.iter().map(|e| e.id.number));
        }
    };
    let any = LedgerFilter::default;
    assert_eq!(numbers(&any()), (1..=25).rev().collect::<Vec<_>>());
    assert_eq!(numbers(&LedgerFilter { status: Some(MessageStatus::Sent), ..any() }), [4]);
    assert_eq!(numbers(&LedgerFilter { journey: Some("win%back".into()), ..any() }), [25, 20, 15, 10, 5]);
    assert_eq!(
        numbers(&LedgerFilter { profiles: vec![ProfileId(0), ProfileId(99)], template: Some("even".into()), ..any() }),
        [24, 18, 12, 6]
    );
    let search = |text: &str| numbers(&LedgerFilter { q: Some(text.into()), ..any() });
    assert_eq!(search("100%"), [4]);
    assert_eq!(search("win%"), [25, 20, 15, 10, 5]);
    assert_eq!(search("d_1").len(), 13);
    assert_eq!(search(&id(7).to_string()), [7]);
    assert_eq!(search("x%"), [0; 0]);
    assert_eq!(numbers(&LedgerFilter { channel: Some("email".into()), ..any() }).len(), 25);
    assert_eq!(numbers(&LedgerFilter { channel: Some("sms".into()), ..any() }), [0; 0]);
    let all = db.read(|r| list(r, WS, &any(), None, 100)).unwrap();
    let at = all[12].created_at;
    let since = LedgerFilter { from: Some(at), ..any() };
    let before = LedgerFilter { to: Some(at), ..any() };
    let of = |filter: &LedgerFilter| all.iter().filter(|e| (e.created_at >= at) == filter.from.is_some()).count();
    assert_eq!((numbers(&since).len(), numbers(&before).len()), (of(&since), of(&before)));
    assert_eq!(of(&since) + of(&before), 25);
    // Counted row by row they are what the lists hold.
    let tally = |filter: &LedgerFilter| db.read(|r| counts_of(r, WS, filter)).unwrap();
    assert_eq!(tally(&any()), LedgerCounts { pending: 23, sent: 1, skipped: 1, failed: 0 });
    let searched = LedgerFilter { q: Some("win%".into()), ..any() };
    assert_eq!(tally(&searched), LedgerCounts { pending: 4, sent: 0, skipped: 1, failed: 0 });
    for bad in ["", "x", "5-", "-m031", "5-p"] {
        assert!(LedgerCursor::decode(bad).is_err(), "{bad}");
    }
}

#[test]
fn counts_are_exact_and_survive_erasure() {
    let (_folder, db) = open();
    write(&db, |tx| {
        for n in 1..=6 {
            record_queued(tx, &message(n, n % 2, None), None)?;
        }
        record_outcome(tx, WS, id(1), &sent("s"), Timestamp(9))?;
        record_outcome(tx, WS, id(2), &skipped(SkipReason::NoAddress), Timestamp(9))?;
        record_outcome(tx, WS, id(3), &MessageOutcome::Failed { detail: "f".into() }, Timestamp(9))
    });
    let counted = || db.read(|r| counts(r, WS)).unwrap();
    assert_eq!(counted(), LedgerCounts { pending: 3, sent: 1, skipped: 1, failed: 1 });
    let lines = db.read(|r| count_lines(r, WS)).unwrap();
    assert!(lines.iter().any(|l| l.template == "even" && l.reason.as_deref() == Some("no_address") && l.messages == 1));
    assert_eq!(write(&db, |tx| remove_profile(tx, WS, ProfileId(1))), 3);
    assert_eq!(counted(), LedgerCounts { pending: 2, sent: 1, skipped: 1, failed: 1 });
    let left = db.read(|r| list(r, WS, &LedgerFilter::default(), None, 50)).unwrap();
    assert!(left.iter().all(|e| e.profile == ProfileId(0)) && left.len() == 3);
    assert_eq!(write(&db, |tx| remove_profile(tx, WorkspaceId(2), ProfileId(0))), 0);
}

#[test]
fn what_a_left_journey_decided_is_withdrawn() {
    let (_folder, db) = open();
    write(&db, |tx| {
        record_queued(tx, &message(1, 10, Some("j")), None)?;
        record_queued(tx, &message(2, 10, Some("j")), None)?;
        record_queued(tx, &message(3, 10, Some("other")), Some("call-1"))?;
        record_outcome(tx, WS, id(2), &sent("out"), Timestamp(3))?;
        assert_eq!(withdraw(tx, WS, ProfileId(10), "j", 5)?, 1, "what is sent is sent");
        assert_eq!(withdraw(tx, WS, ProfileId(10), "j", 6)?, 0, "another run");
        Ok(())
    });
    let withdrawn = |n| db.read(|r| is_withdrawn(r, WS, id(n))).unwrap();
    assert_eq!([1, 2, 3].map(withdrawn), [true, false, false]);
    // A message that is put off stays withdrawn.
    let deferred = MessageOutcome::Deferred { until: Timestamp(5), detail: "quiet".into(), attempt: false };
    write(&db, |tx| record_outcome(tx, WS, id(1), &deferred, Timestamp(4)));
    assert!(withdrawn(1));
    let asked = LedgerFilter { request: Some("call-1".into()), ..LedgerFilter::default() };
    assert_eq!(db.read(|r| list(r, WS, &asked, None, 5)).unwrap().iter().map(|e| e.id).collect::<Vec<_>>(), [id(3)]);
    // Each call that waits for its message looks so: not through all that were ever sent.
    let plan = "EXPLAIN QUERY PLAN SELECT number FROM messages WHERE workspace = ?1 AND created_at <= ?2 \
                AND (created_at < ?2 OR partition < ?3) AND request = ?4 ORDER BY created_at DESC, partition DESC LIMIT ?5";
    let values = params![WS, Timestamp::MAX, Partition(3), "call-1", 1];
    let steps: Vec<String> = db.read(|r| r.query(plan, &values, |row| row.get(3))).unwrap();
    assert!(steps.iter().any(|step| step.contains("messages_by_request")), "{steps:?}");
}

#[test]
fn when_customers_wrote_is_kept_by_channel_and_forgotten_with_them() {
    let (_folder, db) = open();
    let (ada, whatsapp) = (ProfileId(1), MessageChannel::WhatsApp);
    let last = |ws, profile, channel: &str| db.read(|q| inbound::last(q, ws, profile, channel)).unwrap();
    assert_eq!(last(WS, ada, "whatsapp"), None);
    // A webhook that is told late does not set the clock back.
    for at in [50, 90, 70] {
        write(&db, |tx| inbound::note(tx, WS, ada, whatsapp, Timestamp(at)));
    }
    assert_eq!(last(WS, ada, "whatsapp"), Some(Timestamp(90)));
    assert_eq!((last(WS, ada, "sms"), last(WorkspaceId(2), ada, "whatsapp")), (None, None));
    write(&db, |tx| remove_profile(tx, WS, ada));
    assert_eq!(last(WS, ada, "whatsapp"), None);
}

#[test]
fn a_long_detail_is_cut_between_characters() {
    let (_folder, db) = open();
    let words = "ü".repeat(400);
    write(&db, |tx| {
        record_queued(tx, &message(1, 10, None), None)?;
        timeline::mark(tx, WS, id(1), Mark::Bounced, Timestamp(100), Some(&format!("x{words}")))?;
        Ok(())
    });
    let marks = db.read(|q| timeline::marks(q, WS, id(1))).unwrap();
    assert_eq!(marks[0].detail.as_deref(), Some(format!("x{}", "ü".repeat(249)).as_str()));
}

#[test]
fn answers_known_before_open_the_window_after_an_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(folder.path().join("p.db"), &DbOptions::default()).unwrap();
    db.migrate(COMPONENT, &MIGRATIONS[..4]).unwrap();
    write(&db, |tx| {
        for (number, channel) in [(1, "whatsapp"), (2, "whatsapp"), (3, "sms")] {
            // As that release wrote it.
            let sql = "INSERT INTO messages (workspace, partition, number, profile, channel, template, journey, status, reason, \
                       attempts, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, 't', '', 'sent', '', 1, 1, 1)";
            tx.execute(sql, &params![WS, id(number).partition, number, ProfileId(10), channel])?;
            timeline::mark(tx, WS, id(number), Mark::Replied, Timestamp(100 + number as i64), None)?;
        }
        Ok(())
    });
    db.migrate(COMPONENT, MIGRATIONS).unwrap();
    let last = |channel: &str| db.read(|q| inbound::last(q, WS, ProfileId(10), channel)).unwrap();
    assert_eq!((last("whatsapp"), last("sms")), (Some(Timestamp(102)), None));
}

#[test]
fn every_decision_is_kept_with_its_grounds() {
    let (_folder, db) = open();
    let quiet = |n: i64| Detail::of("quiet_hours", "quiet hours", json!({"n": n}));
    let deferred = |detail: Detail, attempt| MessageOutcome::Deferred { until: Timestamp(5), detail, attempt };
    write(&db, |tx| record_queued(tx, &message(1, 10, None), None));
    let told = || db.read(|r| decisions::of(r, WS, id(1))).unwrap();
    assert_eq!(told(), [], "nothing is decided yet");
    let outcomes = [
        deferred(quiet(1), false),
        deferred(quiet(2), false),
        deferred("451".into(), true),
        deferred("451".into(), true),
        MessageOutcome::Failed { detail: "gone".into() },
    ];
    for (outcome, at) in outcomes.iter().zip(2..) {
        assert!(write(&db, |tx| record_outcome(tx, WS, id(1), outcome, Timestamp(at))));
    }
    let mut left = sent("Hi");
    if let MessageOutcome::Sent { via, .. } = &mut left {
        via.seen.insert("counted".into(), json!(false));
    }
    write(&db, |tx| {
        record_replay(tx, WS, id(1), Timestamp(7))?;
        record_outcome(tx, WS, id(1), &left, Timestamp(8))
    });
    let found = told();
    let short: Vec<_> = found.iter().map(|d| (d.at.0, d.status.as_str(), d.rule.as_deref(), d.values.text())).collect();
    assert_eq!(
        short,
        [
            (2, "deferred", Some("quiet_hours"), r#"{"n":2}"#),
            (4, "deferred", None, "{}"),
            (5, "deferred", None, "{}"),
            (6, "failed", None, "{}"),
            (8, "sent", None, r#"{"counted":false}"#),
        ],
        "what a rule says again is one decision, each attempt is its own"
    );
    write(&db, |tx| remove_profile(tx, WS, ProfileId(10)));
    assert_eq!(told(), []);
    let left = "SELECT COUNT(*) FROM message_decisions";
    assert_eq!(db.read(|r| r.query_row(left, &params![], |row| row.get::<u64>(0))).unwrap(), Some(0));
}

#[test]
fn what_can_be_tried_again_is_kept_and_the_oldest_goes() {
    let (_folder, db) = open();
    let rejected =
        |detail: &str| MessageOutcome::Skipped { reason: SkipReason::ProviderRejected, detail: detail.into() };
    assert!(dead::is_kept(&rejected("400 no")) && dead::is_kept(&MessageOutcome::Failed { detail: "x".into() }));
    assert!(!dead::is_kept(&rejected("hard bounce: 400 no")) && !dead::is_kept(&sent("Hi")));
    write(&db, |tx| {
        for n in 1..=3 {
            dead::bury(tx, &message(n, 10, None), Timestamp(1))?;
        }
        // As if many had been buried in between.
        tx.execute("UPDATE dead_letters SET rowid = rowid + 20000 WHERE number = 3", &params![])?;
        dead::bury(tx, &message(4, 10, None), Timestamp(2))
    });
    let there = |n| db.read(|r| dead::is_there(r, WS, id(n))).unwrap();
    assert_eq!([1, 2, 3, 4].map(there), [false, false, true, true]);
    write(&db, |tx| record_queued(tx, &message(4, 10, None), None));
    assert!(write(&db, |tx| record_outcome(tx, WS, id(4), &rejected("400 no"), Timestamp(3))));
    write(&db, |tx| record_replay(tx, WS, id(4), Timestamp(4)));
    let entry = db.read(|r| get(r, WS, id(4))).unwrap().unwrap();
    assert_eq!((entry.status, entry.reason), (MessageStatus::Queued, None));
}

#[test]
fn what_is_handed_over_is_noted_until_its_outcome() {
    let (_folder, db) = open();
    let noted = || db.read(handovers::all).unwrap();
    let handover = |channel: &str| {
        let via = SentVia {
            channel: channel.into(),
            topic: Some("offers".into()),
            is_counted: true,
            seen: [("consent".to_owned(), json!("given"))].into_iter().collect(),
            short_links: vec![("abc".into(), "https://shop.example/a".into())],
            ..SentVia::default()
        };
        handovers::Handover { subject: "Hi".into(), via }
    };
    write(&db, |tx| {
        handovers::begin(tx, WS, id(1), &handover("first"), Timestamp(1))?;
        handovers::begin(tx, WS, id(2), &handover("first"), Timestamp(1))?;
        handovers::begin(tx, WS, id(1), &handover("second"), Timestamp(2))
    });
    assert_eq!(noted(), [(id(1), handover("second")), (id(2), handover("first"))]);
    write(&db, |tx| handovers::end(tx, WS, id(1)));
    // Nobody stays in it who was erased.
    write(&db, |tx| record_queued(tx, &message(2, 10, None), None));
    write(&db, |tx| remove_profile(tx, WS, ProfileId(10)));
    assert_eq!(noted(), []);
    // As the first version with notes wrote one.
    let old = r#"INSERT INTO handovers VALUES (1, 3, 7, 5, '', '{"channel":"sms","topic":null,"counted":true,"viewable":false,"seen":{},"short_links":[]}')"#;
    write(&db, |tx| Ok(tx.execute(old, &params![])?));
    assert!(
        matches!(noted().as_slice(), [(found, h)] if *found == id(7) && h.via.channel == "sms" && h.via.is_counted)
    );
    let damaged = "UPDATE handovers SET via = '{'";
    write(&db, |tx| Ok(tx.execute(damaged, &params![])?));
    assert!(db.read(handovers::all).is_err());
}
