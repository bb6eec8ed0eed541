//! The catcher, spoken to by hand.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::*;

/// Says `lines` and reads one answer to each; multi-line answers count as one.
async fn talk(catcher: &Catcher, lines: &[&str]) -> Vec<String> {
    let mut stream = BufReader::new(TcpStream::connect(catcher.address()).await.unwrap());
    let mut answers = Vec::new();
    for line in std::iter::once(&"").chain(lines) {
        if !line.is_empty() {
            stream.get_mut().write_all(line.as_bytes()).await.unwrap();
        }
        let mut answer = String::new();
        while answer.lines().last().is_none_or(|l| l.as_bytes().get(3) == Some(&b'-')) {
            if stream.read_line(&mut answer).await.unwrap() == 0 {
                break;
            }
        }
        answers.push(answer.trim().chars().take(3).collect());
    }
    answers
}

const TO: &str = "RCPT TO:<b@x.y>\r\n";
const FROM: &str = "MAIL FROM:<a@x.y>\r\n";

#[tokio::test]
async fn keeps_what_it_gets() {
    let catcher = Catcher::local().await.unwrap();
    let body = "Subject: =?utf-8?q?h=C3=A4?=\r\nX-A: 1\r\n 2\r\n\r\n..dot\r\nend\r\n.\r\n";
    let answers =
        talk(&catcher, &["EHLO me\r\n", FROM, TO, "DATA\r\n", body, "NOOP\r\n", "RSET\r\n", "QUIT\r\n"]).await;
    assert_eq!(answers, ["220", "250", "250", "250", "354", "250", "250", "250", "221"]);
    assert!(catcher.wait_for(1, Duration::from_secs(5)).await);
    let mail = catcher.mail(1).unwrap();
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("a@x.y", &["b@x.y".to_owned()][..]));
    assert_eq!((mail.subject().as_deref(), mail.header("X-A").as_deref()), (Some("hä"), Some("1 2")));
    assert!(mail.raw.ends_with(b"\r\n\r\n.dot\r\nend\r\n"), "{}", String::from_utf8_lossy(&mail.raw));
}

#[tokio::test]
async fn minds_the_order_and_malformed_commands() {
    let catcher = Catcher::local().await.unwrap();
    let answers =
        talk(&catcher, &["DATA\r\n", TO, "NONSENSE\r\n", "MAIL FROM:oops\r\n", "VRFY a\r\n", "QUIT\r\n"]).await;
    assert_eq!(answers[1..3], ["503", "503"]);
    assert!(answers[3].starts_with('5') && answers[4].starts_with('5') && answers[5] == "502", "{answers:?}");
    assert_eq!(catcher.received(), 0);
}

#[tokio::test]
async fn fails_on_request_as_often_as_asked() {
    let catcher = Catcher::local().await.unwrap();
    catcher.fail(Stage::Rcpt, FaultAction::Reply("450 4.2.1 later".into()), 1);
    catcher.fail(Stage::Data, FaultAction::Close, 1);
    let answers = talk(&catcher, &["EHLO me\r\n", FROM, TO, TO, "DATA\r\n"]).await;
    assert_eq!(answers, ["220", "250", "250", "450", "250", ""]);
    catcher.fail(Stage::Connect, FaultAction::Reply("421 busy".into()), 1);
    assert_eq!(talk(&catcher, &[]).await, ["421"]);
    assert_eq!(talk(&catcher, &[]).await, ["220"]);
    assert_eq!(catcher.connections(), 3);
}

#[tokio::test]
async fn keeps_no_more_than_its_limits() {
    let limits = CatcherLimits { messages: 3, bytes: 10_000 };
    let catcher = Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), limits).await.unwrap();
    for _ in 0..5 {
        talk(&catcher, &["EHLO me\r\n", FROM, TO, "DATA\r\n", "A: b\r\n\r\nx\r\n.\r\n"]).await;
    }
    let ids = |mails: Vec<Arc<CaughtMail>>| mails.iter().map(|m| m.id).collect::<Vec<_>>();
    assert_eq!((ids(catcher.mails()), catcher.received()), (vec![3, 4, 5], 5));
    assert_eq!(ids(catcher.page(Some(5), 1)), [4]);
    let large = format!("A: b\r\n\r\n{}\r\n.\r\n", "x".repeat(9_990));
    talk(&catcher, &["EHLO me\r\n", FROM, TO, "DATA\r\n", &large]).await;
    assert_eq!(ids(catcher.mails()), [6]);
    catcher.clear();
    assert_eq!(ids(catcher.mails()), [0; 0]);
}
