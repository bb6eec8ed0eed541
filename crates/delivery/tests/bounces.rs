//! The notices of the shared collection, and notices from hell.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use rapport_delivery::core::bounce::{MAX_NOTICE_BYTES, NoticeKind, Reason, read};
use rapport_delivery::intake::{Intake, Receiver, Receiving};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A folder of the shared data, when it is there: under `RAPPORT_DATA`, else beside the checkout.
fn folder(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("RAPPORT_DATA").map(PathBuf::from);
    let near = ["../../../shared/data", "../../../../shared/data"];
    let folders = base.into_iter().chain(near.map(|n| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(n)));
    folders.map(|f| f.join(name)).find(|f| f.is_dir())
}

#[derive(Deserialize)]
struct Expected {
    reason: String,
    hard: bool,
}

type Mail = (String, Vec<u8>, Option<Vec<Expected>>);

/// The collection with what is expected of each mail.
fn collection() -> Option<Vec<Mail>> {
    let base = folder("bounces")?;
    let text = std::fs::read_to_string(base.join("expected_rb-sisimai.json")).ok()?;
    let mut expected: BTreeMap<String, Vec<Expected>> = serde_json::from_str(&text).ok()?;
    let mut out = Vec::new();
    for entry in std::fs::read_dir(base.join("maildir/bsd")).ok()?.filter_map(Result::ok) {
        let name = entry.path().file_stem()?.to_string_lossy().into_owned();
        let known = expected.remove(&name);
        out.push((name, std::fs::read(entry.path()).ok()?, known));
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Some(out)
}

fn class(expected: &[Expected]) -> (NoticeKind, bool) {
    let all = |reason: &str| expected.iter().all(|e| e.reason == reason);
    if all("feedback") {
        (NoticeKind::Complaint, false)
    } else if all("vacation") {
        (NoticeKind::AutoReply, false)
    } else if all("delivered") {
        (NoticeKind::Delivery, false)
    } else {
        (NoticeKind::Bounce, expected.iter().any(|e| e.hard))
    }
}

/// Mails judged otherwise than expected, and why.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "lhost-amazonworkmail-02",
        "550 5.2.1 User Unknown: the server says that there is nobody; a filter is only guessed",
    ),
    ("lhost-messagingserver-06", "the same words in another server's report"),
    (
        "lhost-apachejames-01",
        "\"Invalid user address\", \"no such user here\": said of the recipient, and of nothing else",
    ),
    ("lhost-receivingses-01", "550 5.1.1 Mailbox does not exist: nothing could be plainer"),
    ("lhost-fml-03", "a mailing list's alert about a loop: no message to anybody was refused"),
];

#[test]
fn the_collection_is_read_as_expected() {
    let Some(mails) = collection() else {
        eprintln!("skipped: the collection of bounces is not here");
        return;
    };
    let (mut judged, mut differing) = (0, Vec::new());
    for (name, raw, expected) in &mails {
        let notice = read(raw);
        let Some(expected) = expected else { continue };
        judged += 1;
        // A delay is a bounce that may still turn out well; the collection does not tell them apart.
        let kind = if notice.kind == NoticeKind::Delay { NoticeKind::Bounce } else { notice.kind };
        let (want, found) = (class(expected), (kind, notice.is_hard()));
        if want != found {
            let reasons: Vec<&str> = expected.iter().map(|e| e.reason.as_str()).collect();
            let said: Vec<String> =
                notice.recipients.iter().map(|r| format!("{:?} {:?} {:.70}", r.reason, r.status, r.detail)).collect();
            eprintln!("{name}: expected {want:?} {reasons:?}, found {found:?} {said:?}");
            differing.push(name.as_str());
        }
    }
    let agreeing = judged - differing.len();
    eprintln!(
        "{agreeing} of {judged} agree ({:.1} %); {} mails read",
        100.0 * agreeing as f64 / judged as f64,
        mails.len()
    );
    let known = |name: &&str| DIFFERENT.iter().any(|(known, _)| known == name);
    assert!(differing.iter().all(known), "{differing:?}");
    assert!(agreeing * 100 >= judged * 97 && judged >= 280 && mails.len() >= 314, "{differing:?}");
}

const DSN: &str = "From: MAILER-DAEMON@mx.example\r\nTo: b@bounces.example\r\nSubject: Undelivered Mail\r\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\
<ann@shop.example>: host mx said: 550 5.1.1 User unknown (in reply to RCPT TO command)\r\n\r\n--x\r\n\
Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ann@shop.example\r\n\
Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n User unknown\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
Message-ID: <m024d.9@shop.example>\r\nList-Unsubscribe: <https://m.example/u/AQIHCuck44CAgICAgIADZW1haWwKbmV3c84ZoHNCgeH78pysS4W_Q3g>\r\n\
Subject: Hi\r\n\r\nbody\r\n--x--\r\n";

#[test]
fn a_report_says_whom_why_and_which_message() {
    let notice = read(DSN.as_bytes());
    assert_eq!((notice.kind, notice.is_hard()), (NoticeKind::Bounce, true));
    let [refused] = notice.recipients.as_slice() else { panic!("{notice:?}") };
    assert_eq!(refused.address.as_deref(), Some("ann@shop.example"));
    assert_eq!((refused.reason, refused.status.as_deref()), (Reason::UserUnknown, Some("5.1.1")));
    assert_eq!(notice.message_id.as_deref(), Some("m024d.9@shop.example"));
    assert_eq!(notice.tokens, ["AQIHCuck44CAgICAgIADZW1haWwKbmV3c84ZoHNCgeH78pysS4W_Q3g"]);
    let delayed = read(DSN.replace("Action: failed", "Action: delayed").as_bytes());
    assert_eq!((delayed.kind, delayed.is_hard()), (NoticeKind::Delay, false));
    let relayed = read(DSN.replace("Action: failed", "Action: relayed").as_bytes());
    assert_eq!(relayed.kind, NoticeKind::Delivery);
    let filtered = DSN.replace("5.1.1", "5.0.0").replace("RCPT TO", "end of DATA");
    assert_eq!(
        (read(filtered.as_bytes()).is_hard(), read(filtered.as_bytes()).recipients[0].reason),
        (false, Reason::Filtered)
    );
}

#[test]
fn people_and_machines_that_answer() {
    let mail = |from: &str, subject: &str, header: &str| {
        read(format!("From: {from}\r\nSubject: {subject}\r\n{header}\r\n\r\nI am away.\r\n").as_bytes()).kind
    };
    assert_eq!(mail("ann@shop.example", "Re: Offer", "Auto-Submitted: auto-replied"), NoticeKind::AutoReply);
    assert_eq!(mail("ann@shop.example", "Out of office: Offer", "X-A: b"), NoticeKind::AutoReply);
    assert_eq!(mail("ann@shop.example", "Re: Offer", "X-A: b"), NoticeKind::Other);
    let report = "From: fbl@isp.example\r\nSubject: x\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=y\r\n\r\n\
        --y\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\nOriginal-Rcpt-To: <ann@shop.example>\r\n\r\n\
        --y\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m1.1@s.example>\r\n\r\n--y--\r\n";
    let complaint = read(report.as_bytes());
    assert_eq!((complaint.kind, complaint.feedback.as_deref()), (NoticeKind::Complaint, Some("abuse")));
    assert_eq!(complaint.recipients[0].address.as_deref(), Some("ann@shop.example"));
    assert_eq!(complaint.message_id.as_deref(), Some("m1.1@s.example"));
}

#[test]
fn notices_from_hell_are_answered() {
    let nested = (0..400).fold("x".to_owned(), |inner, n| {
        format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n{inner}\r\n--b{n}--\r\n")
    });
    let wrapped = (0..400)
        .fold("Subject: x\r\n\r\nx".to_owned(), |inner, _| format!("Content-Type: message/rfc822\r\n\r\n{inner}"));
    let recipients = format!(
        "{}{}",
        DSN.split("Final-Recipient").next().unwrap(),
        "Final-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1\r\n\r\n".repeat(100_000)
    );
    let parts = format!("Content-Type: multipart/mixed; boundary=z\r\n\r\n{}", "--z\r\n\r\nx\r\n".repeat(100_000));
    for (name, raw) in [
        ("nested", nested),
        ("wrapped", wrapped),
        ("recipients", recipients),
        ("parts", parts),
        ("long", "a".repeat(20 << 20)),
        ("nothing", String::new()),
    ] {
        let begun = std::time::Instant::now();
        let notice = read(raw.as_bytes());
        assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
        assert!(notice.recipients.len() <= 100 && notice.recipients.iter().all(|r| r.detail.len() <= 2_000), "{name}");
    }
}

/// Reads what it gets, as the server's receiver does.
struct Reader;

impl Receiver for Reader {
    fn takes(&self, _: &str) -> bool {
        true
    }

    fn receive<'r>(&'r self, _: &'r [String], raw: &'r [u8]) -> Receiving<'r> {
        let raw = raw.to_vec();
        Box::pin(async move {
            let notice = tokio::task::spawn_blocking(move || read(&raw)).await.map_err(|e| e.to_string())?;
            Ok(notice.recipients.len() <= 100)
        })
    }
}

/// Base64 as mail has it, in lines of 76.
fn encoded(bytes: &[u8]) -> String {
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n").collect()
}

#[tokio::test]
async fn mail_that_unfolds_when_it_is_decoded_is_taken_by_the_listener_and_harms_nothing() {
    // A mail in base64 within a mail in base64, as often as the limit of a notice allows.
    let seed = format!("Subject: x\r\n\r\n{}", "x".repeat(2_000));
    let (mut onion, mut levels) = (seed, 0);
    loop {
        let next = format!(
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            encoded(onion.as_bytes())
        );
        if next.len() > MAX_NOTICE_BYTES {
            break;
        }
        (onion, levels) = (next, levels + 1);
    }
    assert!(levels > 10, "{levels}");
    let status = "Final-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1\r\n\r\n".repeat(MAX_NOTICE_BYTES / 100);
    let report = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=y\r\n\r\n--y\r\nContent-Type: message/delivery-status\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}--y--\r\n",
        encoded(status.as_bytes())
    );
    let word =
        format!("=?utf-8?b?{}?=", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [b'a'; 45]));
    let words = format!("Subject: {}x\r\n\r\nx", format!("{word}\r\n ").repeat(MAX_NOTICE_BYTES / 90));
    let quoted = format!(
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
        "=3Cb=3E=\r\n".repeat(MAX_NOTICE_BYTES / 10)
    );
    let intake = Intake::start(([127, 0, 0, 1], 0).into(), Arc::new(Reader)).await.unwrap();
    let mut stream = BufReader::new(TcpStream::connect(intake.address()).await.unwrap());
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    stream.write_all(b"HELO a\r\n").await.unwrap();
    stream.read_line(&mut line).await.unwrap();
    for (name, raw) in
        [("onion", onion), ("report", report), ("words", words), ("quoted", quoted), ("plain", DSN.to_owned())]
    {
        let begun = std::time::Instant::now();
        let ask = format!("{raw}\r\n.");
        for (say, expected) in
            [("MAIL FROM:<>", "250"), ("RCPT TO:<b@c.example>", "250"), ("DATA", "354"), (&ask, "250")]
        {
            stream.write_all(format!("{say}\r\n").as_bytes()).await.unwrap();
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            assert!(line.starts_with(expected), "{name}: {line}");
        }
        assert!(begun.elapsed().as_secs() < 20, "{name} took {:?}", begun.elapsed());
    }
}

proptest! {
    #[test]
    fn damaged_notices_never_panic(at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut raw = DSN.as_bytes().to_vec();
        let place = at.index(raw.len());
        raw[place] = byte;
        raw.truncate(cut.index(DSN.len()).max(place));
        let _ = read(&raw);
    }
}
