//! Takes mail that comes back: a small SMTP and LMTP server (RFC 5321, RFC 2033) for notices only. It takes mail for
//! addresses it made itself, answers "ok" when what the mail says is recorded or is nothing, and asks to try again otherwise. It relays
//! nothing.

mod peers;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use smtp_proto::request::receiver::{DataReceiver, RequestReceiver};
use smtp_proto::{Error as ProtoError, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::core::bounce::MAX_NOTICE_BYTES;
use crate::error::DeliveryError;
use crate::telemetry;
use peers::Peers;

/// Connections at once; more wait to be accepted.
const MAX_CONNECTIONS: usize = 64;
/// Recipients of one mail.
const MAX_RECIPIENTS: usize = 20;
/// A connection that says nothing for this long is closed.
const IDLE: Duration = Duration::from_secs(120);
/// A connection is closed after this long, whatever it says: who hands over mail is done by then or comes again.
const SESSION: Duration = Duration::from_secs(600);
/// Commands in one connection.
const MAX_COMMANDS: u32 = 10_000;

/// What a receiver does with a mail: whether it was recorded, which it is not when it says nothing that is known here. The
/// error is said to the sender, who tries again.
pub type Receiving<'r> = Pin<Box<dyn Future<Output = Result<bool, String>> + Send + 'r>>;

/// Who records notices.
pub trait Receiver: Send + Sync + 'static {
    /// Whether mail to this address is taken.
    fn takes(&self, address: &str) -> bool;

    /// Records a mail to these addresses.
    fn receive<'r>(&'r self, to: &'r [String], raw: &'r [u8]) -> Receiving<'r>;
}

/// A running listener. Dropping it stops it.
#[derive(Debug)]
pub struct Intake {
    address: SocketAddr,
    task: AbortHandle,
}

impl Intake {
    /// Listens at `address` (port 0 takes a free one). Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub async fn start(address: SocketAddr, receiver: Arc<dyn Receiver>) -> Result<Self, DeliveryError> {
        let listener = TcpListener::bind(address).await.map_err(DeliveryError::Listen)?;
        let address = listener.local_addr().map_err(DeliveryError::Listen)?;
        let task = tokio::spawn(listen(listener, receiver)).abort_handle();
        Ok(Intake { address, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, receiver: Arc<dyn Receiver>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let peers = Peers::default();
    // The sessions end with this task.
    let mut sessions = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, from)) => {
                let (receiver, peer) = (Arc::clone(&receiver), peers.enter(from.ip()));
                sessions.spawn(async move {
                    let _place = (place, &peer);
                    let served = match &peer {
                        Some(_) => within(SESSION, stream, &*receiver).await,
                        None => turn_away(stream).await,
                    };
                    if let Err(error) = served {
                        tracing::debug!(%error, "a connection with returned mail ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the bounce listener cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while sessions.try_join_next().is_some() {}
    }
}

/// What is known of the mail being handed over.
#[derive(Default)]
struct Envelope {
    begun: bool,
    to: Vec<String>,
    /// LMTP answers once for each recipient.
    each: bool,
}

enum Next {
    Answer(String),
    Content,
    Quit,
}

/// Answers a connection that is one too many.
async fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    let answer = stream.write_all(b"421 4.7.0 too many connections from your address\r\n");
    tokio::time::timeout(Duration::from_secs(1), answer)
        .await
        .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
}

/// Serves a connection for at most `session`.
async fn within(session: Duration, stream: TcpStream, receiver: &dyn Receiver) -> std::io::Result<()> {
    let served = tokio::time::timeout(session, serve(stream, receiver)).await;
    served.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
}

async fn serve(mut stream: TcpStream, receiver: &dyn Receiver) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 rapport ESMTP\r\n").await?;
    let (mut requests, mut envelope) = (RequestReceiver::default(), Envelope::default());
    let mut content: Option<(DataReceiver, Vec<u8>)> = None;
    let mut buffer = vec![0u8; 16 * 1024];
    let mut commands = 0;
    loop {
        let read = tokio::time::timeout(IDLE, stream.read(&mut buffer)).await;
        let read = read.map_err(|_| std::io::ErrorKind::TimedOut)??;
        if read == 0 {
            return Ok(());
        }
        let mut bytes = buffer[..read].iter();
        loop {
            if let Some((reader, body)) = &mut content {
                if !reader.ingest(&mut bytes, body) {
                    if body.len() > MAX_NOTICE_BYTES {
                        return stream.write_all(b"552 5.3.4 message too large\r\n").await;
                    }
                    break;
                }
                let body = content.take().map(|(_, body)| body).unwrap_or_default();
                let done = std::mem::take(&mut envelope);
                let answer = match receiver.receive(&done.to, &body).await {
                    // What says nothing says no more when it is sent again.
                    Ok(is_recorded) => {
                        metrics::counter!(telemetry::NOTICES).increment(u64::from(is_recorded));
                        "250 2.0.0 taken\r\n".to_owned()
                    }
                    Err(problem) => format!("451 4.3.0 {}\r\n", one_line(&problem)),
                };
                let times = if done.each { done.to.len() } else { 1 };
                envelope.each = done.each;
                stream.write_all(answer.repeat(times).as_bytes()).await?;
                continue;
            }
            let next = match requests.ingest(&mut bytes) {
                Ok(request) => answer(receiver, &mut envelope, request),
                Err(ProtoError::NeedsMoreData { .. }) => break,
                Err(ProtoError::UnknownCommand | ProtoError::InvalidResponse { .. }) => {
                    Next::Answer("500 5.5.1 unknown command".to_owned())
                }
                Err(_) => Next::Answer("501 5.5.4 malformed command".to_owned()),
            };
            commands += 1;
            match next {
                _ if commands > MAX_COMMANDS => return stream.write_all(b"421 4.7.0 too many commands\r\n").await,
                Next::Answer(text) => stream.write_all(format!("{text}\r\n").as_bytes()).await?,
                Next::Content => {
                    content = Some((DataReceiver::new(), Vec::new()));
                    stream.write_all(b"354 go ahead, end with a single dot\r\n").await?;
                }
                Next::Quit => return stream.write_all(b"221 2.0.0 bye\r\n").await,
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

fn answer(receiver: &dyn Receiver, envelope: &mut Envelope, request: Request<std::borrow::Cow<'_, str>>) -> Next {
    let hello =
        || format!("250-rapport\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {MAX_NOTICE_BYTES}");
    Next::Answer(match request {
        Request::Ehlo { .. } => hello(),
        Request::Lhlo { .. } => {
            envelope.each = true;
            hello()
        }
        Request::Helo { .. } => "250 rapport".to_owned(),
        Request::Mail { .. } => {
            *envelope = Envelope { begun: true, to: Vec::new(), each: envelope.each };
            "250 2.1.0 ok".to_owned()
        }
        Request::Rcpt { .. } if !envelope.begun => "503 5.5.1 MAIL first".to_owned(),
        Request::Rcpt { .. } if envelope.to.len() >= MAX_RECIPIENTS => "452 4.5.3 too many recipients".to_owned(),
        Request::Rcpt { to } if !receiver.takes(&to.address) => "550 5.1.1 not an address of this server".to_owned(),
        Request::Rcpt { to } => {
            envelope.to.push(to.address.into_owned());
            "250 2.1.5 ok".to_owned()
        }
        Request::Data if envelope.to.is_empty() => "503 5.5.1 RCPT first".to_owned(),
        Request::Data => return Next::Content,
        Request::Rset => {
            *envelope = Envelope { each: envelope.each, ..Envelope::default() };
            "250 2.0.0 ok".to_owned()
        }
        Request::Noop { .. } => "250 2.0.0 ok".to_owned(),
        Request::Quit => return Next::Quit,
        _ => "502 5.5.1 not offered here".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use tokio::io::{AsyncBufReadExt, BufReader};

    use super::*;

    #[derive(Default)]
    struct Kept {
        mails: Mutex<Vec<(Vec<String>, Vec<u8>)>>,
        failing: Mutex<bool>,
    }

    impl Receiver for Kept {
        fn takes(&self, address: &str) -> bool {
            address.ends_with("@bounces.example")
        }

        fn receive<'r>(&'r self, to: &'r [String], raw: &'r [u8]) -> Receiving<'r> {
            Box::pin(async move {
                if *self.failing.lock() {
                    return Err("the log is full\r\nnow".to_owned());
                }
                self.mails.lock().push((to.to_vec(), raw.to_vec()));
                Ok(true)
            })
        }
    }

    /// What the server answers to each line, its extension list as one.
    async fn talk(intake: &Intake, lines: &[&str]) -> Vec<String> {
        let stream = BufReader::new(TcpStream::connect(intake.address()).await.unwrap());
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut reader = BufReader::new(&mut reader);
        let mut out = Vec::new();
        let mut greeting = String::new();
        reader.read_line(&mut greeting).await.unwrap();
        for line in lines {
            writer.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
            writer.flush().await.unwrap();
            loop {
                let mut answer = String::new();
                reader.read_line(&mut answer).await.unwrap();
                if answer.get(3..4) != Some("-") {
                    out.push(answer.trim_end().to_owned());
                    break;
                }
            }
        }
        out
    }

    #[tokio::test]
    async fn a_connection_that_says_a_little_now_and_then_ends_too() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            while stream.write_all(b"N").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let (stream, _) = listener.accept().await.unwrap();
        let ended = within(Duration::from_millis(300), stream, &Kept::default()).await;
        assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
        client.await.unwrap();
    }

    #[tokio::test]
    async fn takes_what_is_its_own_and_records_before_it_answers() {
        let kept = Arc::new(Kept::default());
        let intake = Intake::start(SocketAddr::from(([127, 0, 0, 1], 0)), kept.clone()).await.unwrap();
        let mail = "MAIL FROM:<>";
        let content = "Subject: x\r\n\r\n..dot\r\n.";
        let said = talk(
            &intake,
            &[
                "EHLO a",
                "RCPT TO:<b@bounces.example>",
                mail,
                "DATA",
                "RCPT TO:<a@b.example>",
                "RCPT TO:<b@bounces.example>",
                "DATA",
                content,
                "VRFY a",
                "QUIT",
            ],
        )
        .await;
        let codes: Vec<&str> = said.iter().map(|s| &s[..3]).collect();
        assert_eq!(codes, ["250", "503", "250", "503", "550", "250", "354", "250", "502", "221"], "{said:?}");
        assert_eq!(
            kept.mails.lock()[0],
            (vec!["b@bounces.example".to_owned()], b"Subject: x\r\n\r\n.dot\r\n".to_vec())
        );
        *kept.failing.lock() = true;
        let said = talk(&intake, &["HELO a", mail, "RCPT TO:<b@bounces.example>", "DATA", content]).await;
        assert_eq!(said[4], "451 4.3.0 the log is full  now");
        assert_eq!(kept.mails.lock().len(), 1);
    }
}
