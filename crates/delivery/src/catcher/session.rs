//! One conversation. The requests are read by the `smtp-proto` crate; what is answered is decided here.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use smtp_proto::request::receiver::{DataReceiver, RequestReceiver};
use smtp_proto::{Error as ProtoError, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{FaultAction, MAX_MESSAGE_BYTES, Stage, State};

/// A connection that says nothing for this long is closed.
const IDLE: Duration = Duration::from_secs(120);
/// Recipients of one message.
const MAX_RECIPIENTS: usize = 100;

/// What is known of the message being handed over.
#[derive(Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

/// What follows an answer.
enum Next {
    Answer(Cow<'static, str>),
    Content,
    Quit,
    Hang,
    Close,
}

pub(super) async fn serve(mut stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let greeting = match state.fault(Stage::Connect) {
        None => "220 mail catcher ready".to_owned(),
        Some(FaultAction::Reply(reply)) => reply,
        Some(FaultAction::Close) => return Ok(()),
        Some(FaultAction::Hang) => return hang().await,
    };
    stream.write_all(format!("{greeting}\r\n").as_bytes()).await?;
    let (mut requests, mut envelope) = (RequestReceiver::default(), Envelope::default());
    let mut content: Option<(DataReceiver, Vec<u8>)> = None;
    let mut buffer = vec![0u8; 16 * 1024];
    loop {
        let read =
            tokio::time::timeout(IDLE, stream.read(&mut buffer)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        if read == 0 {
            return Ok(());
        }
        let mut bytes = buffer[..read].iter();
        loop {
            let next = if let Some((receiver, body)) = &mut content {
                if !receiver.ingest(&mut bytes, body) {
                    if body.len() > MAX_MESSAGE_BYTES {
                        stream.write_all(b"552 5.3.4 message too large\r\n").await?;
                        return Ok(());
                    }
                    break;
                }
                let body = content.take().map(|(_, body)| body).unwrap_or_default();
                received(state, std::mem::take(&mut envelope), body)
            } else {
                match requests.ingest(&mut bytes) {
                    Ok(request) => answer(state, &mut envelope, request),
                    Err(ProtoError::NeedsMoreData { .. }) => break,
                    Err(ProtoError::UnknownCommand | ProtoError::InvalidResponse { .. }) => {
                        Next::Answer("500 5.5.1 unknown command".into())
                    }
                    Err(_) => Next::Answer("501 5.5.4 malformed command".into()),
                }
            };
            match next {
                Next::Answer(text) => stream.write_all(format!("{text}\r\n").as_bytes()).await?,
                Next::Content => {
                    content = Some((DataReceiver::new(), Vec::new()));
                    stream.write_all(b"354 go ahead, end with a single dot\r\n").await?;
                }
                Next::Quit => return stream.write_all(b"221 2.0.0 bye\r\n").await,
                Next::Hang => return hang().await,
                Next::Close => return Ok(()),
            }
        }
    }
}

async fn hang() -> io::Result<()> {
    std::future::pending().await
}

fn failing(state: &State, stage: Stage) -> Option<Next> {
    Some(match state.fault(stage)? {
        FaultAction::Reply(reply) => Next::Answer(reply.into()),
        FaultAction::Hang => Next::Hang,
        FaultAction::Close => Next::Close,
    })
}

fn answer(state: &State, envelope: &mut Envelope, request: Request<Cow<'_, str>>) -> Next {
    let stage = match &request {
        Request::Mail { .. } => Some(Stage::Mail),
        Request::Rcpt { .. } => Some(Stage::Rcpt),
        Request::Data => Some(Stage::Data),
        _ => None,
    };
    if let Some(failure) = stage.and_then(|s| failing(state, s)) {
        return failure;
    }
    Next::Answer(match request {
        Request::Ehlo { .. } => {
            format!("250-mail catcher\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 SIZE {MAX_MESSAGE_BYTES}")
                .into()
        }
        Request::Helo { .. } => "250 mail catcher".into(),
        Request::Auth { .. } => "235 2.7.0 welcome".into(),
        Request::Mail { from } => {
            *envelope = Envelope { from: Some(from.address.into_owned()), to: Vec::new() };
            "250 2.1.0 ok".into()
        }
        Request::Rcpt { .. } if envelope.from.is_none() => "503 5.5.1 MAIL first".into(),
        Request::Rcpt { .. } if envelope.to.len() >= MAX_RECIPIENTS => "452 4.5.3 too many recipients".into(),
        Request::Rcpt { to } => {
            envelope.to.push(to.address.into_owned());
            "250 2.1.5 ok".into()
        }
        Request::Data if envelope.to.is_empty() => "503 5.5.1 RCPT first".into(),
        Request::Data => return Next::Content,
        Request::Rset => {
            *envelope = Envelope::default();
            "250 2.0.0 ok".into()
        }
        Request::Noop { .. } => "250 2.0.0 ok".into(),
        Request::Quit => return Next::Quit,
        _ => "502 5.5.1 not offered here".into(),
    })
}

fn received(state: &State, envelope: Envelope, body: Vec<u8>) -> Next {
    if let Some(failure) = failing(state, Stage::Content) {
        return failure;
    }
    state.keep(envelope.from.unwrap_or_default(), envelope.to, body);
    failing(state, Stage::Answer).unwrap_or_else(|| {
        Next::Answer(format!("250 2.0.0 kept as {}", state.received.load(std::sync::atomic::Ordering::SeqCst)).into())
    })
}
