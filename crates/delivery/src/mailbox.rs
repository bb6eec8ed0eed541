//! Fetches mail that came back from a mailbox (IMAP, RFC 3501 and 9051), for those whose bounces cannot be sent to a listener.
//!
//! Unread mail is taken in the order it came, recorded, and then marked as read, or deleted if asked. What cannot be
//! recorded stays unread and is tried again in the next round. What says nothing about a message of ours stays unread and where
//! it is, for whoever else reads the mailbox; it is not looked at again until the next start.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_imap::{Authenticator, Client, Session};
use futures_util::StreamExt;
use parking_lot::Mutex;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

use crate::channels::email::{Grant, TokenSource};
use crate::channels::http::Outbound;
use crate::core::bounce::{MAX_NOTICE_BYTES, recipients};
use crate::intake::Receiver;
use crate::trust::{connector, explained};

/// How long connecting, signing in, and each mail may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Mails of one round; more wait for the next, which follows at once.
const MAX_ROUND: usize = 500;
/// The longest wait after rounds that failed.
const MAX_WAIT: Duration = Duration::from_secs(900);

/// A mailbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte; without it only for a server on this machine.
    pub tls: bool,
    /// A file with the certificates (PEM) of who signed the server's, in the place of whom this machine trusts.
    pub ca_file: Option<PathBuf>,
    /// Who signs in.
    pub username: String,
    /// The password; unused with `grant`.
    pub secret: String,
    /// Signing in by XOAUTH2 instead.
    pub grant: Option<Grant>,
    /// The folder: `INBOX`.
    pub folder: String,
    /// How often it is looked into.
    pub every: Duration,
    /// Whether mail is deleted once it is recorded.
    pub delete: bool,
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailbox").field("host", &self.host).field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Mails recorded.
    pub taken: usize,
    /// Mails that could not be recorded and stay unread.
    pub left: usize,
    /// Mails that are about nothing here and stay unread.
    pub foreign: usize,
    /// There is more than one round takes.
    pub more: bool,
}

/// A mailbox that is looked into again and again. Dropping it stops that.
#[derive(Debug)]
pub struct Poll(AbortHandle);

impl Drop for Poll {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Poll {
    /// Begins. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn start(mailbox: Mailbox, receiver: Arc<dyn Receiver>) -> Result<Self, String> {
        let reader = Reader::new(mailbox)?;
        let task = tokio::spawn(async move {
            let mut failed = 0u32;
            loop {
                let every = reader.mailbox.every;
                let wait = match reader.round(&*receiver).await {
                    Ok(round) => {
                        failed = 0;
                        if round != Round::default() {
                            tracing::info!(
                                taken = round.taken,
                                left = round.left,
                                foreign = round.foreign,
                                "looked into the mailbox for bounces"
                            );
                        }
                        if round.more && round.taken + round.foreign > 0 { Duration::ZERO } else { every }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the mailbox for bounces cannot be read");
                        failed = (failed + 1).min(10);
                        every.saturating_mul(1 << failed).min(MAX_WAIT.max(every))
                    }
                };
                tokio::time::sleep(wait).await;
            }
        });
        Ok(Poll(task.abort_handle()))
    }
}

/// Reads one mailbox.
pub struct Reader {
    mailbox: Mailbox,
    tls: Option<tokio_rustls::TlsConnector>,
    tokens: Option<TokenSource>,
    foreign: Mutex<Foreign>,
}

/// Unread mails that were looked at and are about nothing here.
#[derive(Default)]
struct Foreign {
    /// What the ids belong to (RFC 9051 section 2.3.1.1): under another value they name other mails.
    validity: Option<u32>,
    ids: BTreeSet<u32>,
}

/// A connection, protected or not.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for T {}

/// What XOAUTH2 shows.
struct Bearer(Option<String>);

impl Authenticator for Bearer {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        // A second question is the server's complaint, which is answered by nothing.
        self.0.take().unwrap_or_default()
    }
}

impl Reader {
    /// A reader; it connects when it is asked to read.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine, or `ca_file` cannot be read.
    pub fn new(mailbox: Mailbox) -> Result<Self, String> {
        let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()));
        let ca = mailbox.ca_file.as_ref().map(read).transpose()?;
        let tls = mailbox.tls.then(|| connector(ca.as_deref())).transpose()?;
        // The operator's own configuration names the place.
        let grant = mailbox.grant.as_ref();
        let tokens = grant.map(|grant| TokenSource::new(grant, PATIENCE, &Outbound::anywhere())).transpose()?;
        Ok(Reader { mailbox, tls, tokens, foreign: Mutex::default() })
    }

    /// Takes what is unread.
    ///
    /// # Errors
    /// What kept it from reading, in the server's words where it said any.
    pub async fn round(&self, receiver: &dyn Receiver) -> Result<Round, String> {
        let mut session = within("signing in", self.sign_in()).await?;
        let done = self.read(&mut session, receiver).await;
        // A server that does not say good-bye has still said everything else.
        let _ = tokio::time::timeout(Duration::from_secs(5), session.logout()).await;
        done
    }

    async fn sign_in(&self) -> Result<Session<Box<dyn Wire>>, String> {
        let (mailbox, say) = (&self.mailbox, |e: &dyn std::fmt::Display| e.to_string());
        let stream = TcpStream::connect((mailbox.host.as_str(), mailbox.port)).await.map_err(|e| say(&e))?;
        let _ = stream.set_nodelay(true);
        let wire: Box<dyn Wire> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let name = ServerName::try_from(mailbox.host.clone()).map_err(|e| say(&e))?;
                let hear = |e: std::io::Error| explained(e.to_string(), "`bounce_mailbox.ca_file`");
                Box::new(tls.connect(name, stream).await.map_err(hear)?)
            }
        };
        let mut client = Client::new(wire);
        let greeting = client.read_response().await.map_err(|e| say(&e))?;
        greeting.ok_or("the server closed the connection")?;
        let Some(tokens) = &self.tokens else {
            return client.login(&mailbox.username, &mailbox.secret).await.map_err(|(e, _)| say(&e));
        };
        let token = tokens.token().await?;
        let shown = format!("user={}\x01auth=Bearer {token}\x01\x01", mailbox.username);
        match client.authenticate("XOAUTH2", Bearer(Some(shown))).await {
            Ok(session) => Ok(session),
            Err((error, _)) => {
                tokens.forget(&token).await;
                Err(format!("{error} (XOAUTH2 as {})", mailbox.username))
            }
        }
    }

    async fn read(&self, session: &mut Session<Box<dyn Wire>>, receiver: &dyn Receiver) -> Result<Round, String> {
        let folder = &self.mailbox.folder;
        let say = |e: async_imap::error::Error| e.to_string();
        let opened = within("opening the folder", async { session.select(folder).await.map_err(say) }).await?;
        let unread = within("looking for mail", async { session.uid_search("UNSEEN UNDELETED").await.map_err(say) });
        let mut unread: Vec<u32> = unread.await?.into_iter().collect();
        unread.sort_unstable();
        {
            let mut foreign = self.foreign.lock();
            if foreign.validity != opened.uid_validity {
                *foreign = Foreign { validity: opened.uid_validity, ids: BTreeSet::new() };
            }
            foreign.ids.retain(|uid| unread.binary_search(uid).is_ok());
            unread.retain(|uid| !foreign.ids.contains(uid));
        }
        let mut round = Round { more: unread.len() > MAX_ROUND, ..Round::default() };
        for uid in unread.into_iter().take(MAX_ROUND) {
            let raw = within("fetching a mail", fetch(session, uid)).await?;
            // Another reader has taken it meanwhile, or the server does not give it out.
            let Some(raw) = raw else {
                round.left += 1;
                continue;
            };
            match receiver.receive(&recipients(&raw), &raw).await {
                Ok(true) => {}
                Ok(false) => {
                    self.foreign.lock().ids.insert(uid);
                    round.foreign += 1;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "a mail in the mailbox for bounces was not recorded");
                    round.left += 1;
                    continue;
                }
            }
            within("marking a mail", mark(session, uid, self.mailbox.delete)).await?;
            round.taken += 1;
        }
        Ok(round)
    }
}

async fn within<T>(what: &str, work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(|e| format!("{what}: {e}")),
        Err(_) => Err(format!("{what}: no answer within {} s", PATIENCE.as_secs())),
    }
}

/// A mail, as far as it is looked at.
async fn fetch(session: &mut Session<Box<dyn Wire>>, uid: u32) -> Result<Option<Vec<u8>>, String> {
    let part = format!("(UID BODY.PEEK[]<0.{MAX_NOTICE_BYTES}>)");
    let mut answers = session.uid_fetch(uid.to_string(), part).await.map_err(|e| e.to_string())?;
    let mut found = None;
    while let Some(answer) = answers.next().await {
        let answer = answer.map_err(|e| e.to_string())?;
        if answer.uid == Some(uid) {
            found = answer.body().map(<[u8]>::to_vec).or(found);
        }
    }
    Ok(found)
}

async fn mark(session: &mut Session<Box<dyn Wire>>, uid: u32, delete: bool) -> Result<(), String> {
    let flags = if delete { "+FLAGS.SILENT (\\Seen \\Deleted)" } else { "+FLAGS.SILENT (\\Seen)" };
    {
        let mut answers = session.uid_store(uid.to_string(), flags).await.map_err(|e| e.to_string())?;
        while let Some(answer) = answers.next().await {
            answer.map_err(|e| e.to_string())?;
        }
    }
    if delete {
        // Only this one (RFC 4315); a server that cannot keeps it as deleted.
        if let Ok(mut gone) = session.uid_expunge(uid.to_string()).await.map(Box::pin) {
            while gone.next().await.is_some() {}
        }
    }
    Ok(())
}
