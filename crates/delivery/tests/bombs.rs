//! Returned mail that is small to send and large to read, through the listener: answered soon, in little memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use rapport_delivery::core::bounce::{self, Notice};
use rapport_delivery::intake::{Intake, Receiver, Receiving};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The longest a mail may take, with the wire, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// What reading all of them may add to the process, kB.
const MEMORY_KB: u64 = 300 << 10;

#[derive(Default)]
struct Reads(Mutex<Vec<Notice>>);

impl Receiver for Reads {
    fn takes(&self, _: &str) -> bool {
        true
    }

    fn receive<'r>(&'r self, _: &'r [String], raw: &'r [u8]) -> Receiving<'r> {
        Box::pin(async move {
            self.0.lock().push(bounce::read(raw));
            Ok(true)
        })
    }
}

/// The most memory the process has had, kB.
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().trim_end_matches(" kB").parse().ok())
}

fn lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut out = String::with_capacity(text.len() + text.len() / 38);
    for at in (0..text.len()).step_by(76) {
        out.push_str(&text[at..text.len().min(at + 76)]);
        out.push_str("\r\n");
    }
    out
}

/// Messages within messages, each encoded once more, as large as the listener takes.
fn dolls() -> String {
    let mut mail = "Subject: the smallest\r\n\r\n550 5.1.1 user unknown\r\n".to_owned();
    while mail.len() < 1_200_000 {
        mail = format!(
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            lines(mail.as_bytes())
        );
    }
    mail
}

fn report(part: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nSubject: Returned\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n\
         --q\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n--q\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; ann@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n{part}--q--\r\n"
    )
}

/// Sends a mail by SMTP and answers what the listener says to it.
async fn hand_over(intake: &Intake, mail: &str) -> String {
    let stream = TcpStream::connect(intake.address()).await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let mut answers = BufReader::new(reader).lines();
    let mut say = async |text: &str| {
        // A listener that has had enough closes before all is written.
        let _ = writer.write_all(text.as_bytes()).await;
    };
    let mut last = answers.next_line().await.unwrap().unwrap();
    for command in ["HELO a\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<b@bounces.example>\r\n", "DATA\r\n"] {
        say(command).await;
        last = answers.next_line().await.unwrap().unwrap();
    }
    assert!(last.starts_with("354"), "{last}");
    say(&mail.replace("\r\n.", "\r\n..")).await;
    say("\r\n.\r\n").await;
    answers.next_line().await.ok().flatten().unwrap_or_default()
}

#[tokio::test]
async fn mails_that_unfold_are_answered_soon_and_in_little_memory() {
    let reads = Arc::new(Reads::default());
    let intake = Intake::start(SocketAddr::from(([127, 0, 0, 1], 0)), reads.clone()).await.unwrap();
    // Ten megabytes of one byte, packed twice: some hundred bytes.
    let pack = |bytes: &[u8]| {
        use std::io::Write;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    };
    let packed = lines(&pack(&pack(&vec![b'0'; 10 << 20])));
    let attached = |media: &str| {
        report(&format!(
            "--q\r\nContent-Type: {media}\r\nContent-Encoding: gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n{packed}\r\n"
        ))
    };
    let small = "--q\r\nContent-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n";
    let words = format!(
        "From: MAILER-DAEMON@mx.example\r\nSubject: {}\r\n\r\n550 5.1.1 user unknown\r\n",
        "=?utf-8?B?w7w=?= ".repeat(60_000)
    );
    for (name, mail, answer, hard) in [
        ("dolls", dolls(), "250", None),
        (
            "dolls in a report",
            report(&format!("--q\r\nContent-Type: message/rfc822\r\n\r\n{}", dolls())),
            "250",
            Some(true),
        ),
        ("packed", attached("application/gzip"), "250", Some(true)),
        ("packed text", attached("text/plain"), "250", Some(true)),
        ("parts", report(&small.repeat(15_000)), "250", Some(true)),
        (
            "quoted",
            report(&format!(
                "--q\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
                "=3C=62=3E=\r\n".repeat(90_000)
            )),
            "250",
            Some(true),
        ),
        ("words", words, "250", None),
        ("too large", format!("{}\r\n", "x".repeat(76)).repeat(40_000), "552", None),
    ] {
        let (begun, before) = (Instant::now(), reads.0.lock().len());
        let said = hand_over(&intake, &mail).await;
        // What is too large is cut off; that the connection ends may come before the answer does.
        assert!(said.starts_with(answer) || (answer == "552" && said.is_empty()), "{name}: {said}");
        assert!(begun.elapsed() < PATIENCE, "{name} took {:?}", begun.elapsed());
        let reads = reads.0.lock();
        assert_eq!(reads.len() - before, usize::from(answer == "250"), "{name}");
        if let Some(hard) = hard {
            assert_eq!(reads.last().unwrap().is_hard(), hard, "{name}");
        }
    }
    let peak = peak_kb().unwrap_or_default();
    assert!(peak < MEMORY_KB, "reading them took {peak} kB");
}
