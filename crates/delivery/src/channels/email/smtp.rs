//! Handing mail over by SMTP (RFC 5321).

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};

use super::mime::Mail;
use super::pool::Pool;
use crate::channels::http::Outbound;
use crate::channels::places::Places;
use crate::channels::{LastWord, SendFault};
use crate::core::bounce::{is_about_sender, is_refused_for_good};
use crate::spec::ChannelSpec;

/// The longest part of a server's answer that is kept, characters.
const MAX_ANSWER_CHARS: usize = 300;
/// How long a message waits for one of the channel's connections before it is put back.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// One SMTP server and the connections to it.
pub struct SmtpProvider {
    spec: ChannelSpec,
    pool: Pool,
    places: Places,
    timeout: Duration,
}

/// What the conversation had come to when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    /// The message was announced (DATA), and nothing of it sent.
    Announcement,
    Content,
}

struct Failed {
    step: Step,
    error: SmtpError,
}

impl SmtpProvider {
    /// A provider for the channel; it connects when the first message comes. `timeout` bounds one whole attempt. `outbound` says
    /// where access tokens may be fetched; the mail server itself may be anywhere.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(spec: &ChannelSpec, timeout: Duration, outbound: &Outbound) -> Result<Self, String> {
        let pool = Pool::new(spec, timeout.min(Duration::from_secs(10)), outbound)?;
        Ok(SmtpProvider { spec: spec.clone(), pool, places: Places::new(spec.pool_size), timeout })
    }

    /// The channel's document.
    pub(super) fn spec(&self) -> &ChannelSpec {
        &self.spec
    }

    /// Connects and signs in, and keeps the connection for the next message.
    ///
    /// # Errors
    /// What happened, with the server's address.
    pub async fn connect(&self) -> Result<(), String> {
        let connection = self.pool.connect().await.map_err(|detail| short(&detail))?;
        self.pool.keep(connection);
        Ok(())
    }

    /// Hands one message over, when `last_word` says so on a connection that is there; the answer is the server's.
    ///
    /// # Errors
    /// Whether trying again can help, and what happened. After a timeout the server may have taken the message: a retry
    /// carries the same Message-ID.
    pub async fn send(&self, mail: &Mail, last_word: &dyn LastWord) -> Result<String, SendFault> {
        let Some(_place) = self.places.take(last_word.is_awaited(), MAX_WAIT).await else {
            return Err(SendFault::Busy);
        };
        match tokio::time::timeout(self.timeout, self.attempt(mail, last_word)).await {
            Ok(result) => result,
            Err(_) => {
                let detail = format!("no answer within {} s", self.timeout.as_secs_f32());
                Err(SendFault::Transient { detail, untaken: false })
            }
        }
    }

    async fn attempt(&self, mail: &Mail, last_word: &dyn LastWord) -> Result<String, SendFault> {
        // A kept connection may have been closed by the server meanwhile; until the content was sent, starting over is safe.
        while let Some(mut connection) = self.pool.kept() {
            if !last_word.may_leave().await {
                self.pool.keep(connection);
                return Err(SendFault::Withheld);
            }
            match converse(&mut connection, mail).await {
                Err(failed) if failed.step == Step::Sender && is_lost(&failed.error) => {}
                result => return self.conclude(connection, result).await,
            }
        }
        let unreachable = |detail: String| SendFault::Transient { detail: short(&detail), untaken: true };
        let mut connection = self.pool.connect().await.map_err(unreachable)?;
        if !last_word.may_leave().await {
            self.pool.keep(connection);
            return Err(SendFault::Withheld);
        }
        let result = converse(&mut connection, mail).await;
        self.conclude(connection, result).await
    }

    async fn conclude(
        &self,
        mut connection: AsyncSmtpConnection,
        result: Result<String, Failed>,
    ) -> Result<String, SendFault> {
        match result {
            Ok(answer) => {
                self.pool.keep(connection);
                Ok(answer)
            }
            Err(failed) => {
                let refused = failed.error.status().is_some();
                if refused && !is_lost(&failed.error) && connection.command(Rset).await.is_ok() {
                    self.pool.keep(connection);
                }
                Err(classify(&failed))
            }
        }
    }
}

/// Whether the connection is gone or going: no answer at all, or 421 (RFC 5321 section 3.8).
fn is_lost(error: &SmtpError) -> bool {
    error.status().is_none_or(|code| u16::from(code) == 421)
}

async fn converse(connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<String, Failed> {
    let at = |step| move |error| Failed { step, error };
    let international = !(mail.from.as_ref() as &str).is_ascii() || !(mail.to.as_ref() as &str).is_ascii();
    let takes = connection.server_info().supports_feature(Extension::SmtpUtfEight);
    let parameters = if international && takes { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
    connection.command(MailFrom::new(Some(mail.from.clone()), parameters)).await.map_err(at(Step::Sender))?;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await.map_err(at(Step::Recipient))?;
    connection.command(Data).await.map_err(at(Step::Announcement))?;
    let answer = connection.command(Content(&mail.bytes)).await.map_err(at(Step::Content))?;
    let text: Vec<&str> = answer.message().collect();
    Ok(short(&format!("{} {}", answer.code(), text.join(" "))))
}

/// The message with leading dots doubled and the end mark, in one write (RFC 5321 section 4.5.2).
struct Content<'a>(&'a [u8]);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = std::str::from_utf8(self.0).map_err(|_| fmt::Error)?;
        let mut rest = text;
        if rest.starts_with('.') {
            f.write_str(".")?;
        }
        while let Some(at) = rest.find("\n.") {
            f.write_str(&rest[..=at])?;
            f.write_str(".")?;
            rest = &rest[at + 1..];
            // The dot itself stays in `rest`; step over it so that it is found once.
            f.write_str(&rest[..1])?;
            rest = &rest[1..];
        }
        f.write_str(rest)?;
        f.write_str(if text.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_ANSWER_CHARS).collect();
    line.trim().to_owned()
}

fn classify(failed: &Failed) -> SendFault {
    let text = std::error::Error::source(&failed.error).map_or_else(|| failed.error.to_string(), ToString::to_string);
    let Some(code) = failed.error.status().map(u16::from) else {
        let untaken = failed.step != Step::Content;
        return SendFault::Transient { detail: short(&failed.error.to_string()), untaken };
    };
    let detail = short(&format!("{code} {text}"));
    // 530, 535 and 538 are about logging in, refusals of MAIL and some others about the sender, not about the message: somebody can
    // repair the channel meanwhile.
    let is_ours = matches!(code, 530 | 535 | 538) || failed.step == Step::Sender || is_about_sender(&detail);
    if code < 500 || is_ours {
        // The server said that it did not take it.
        return SendFault::Transient { detail, untaken: true };
    }
    SendFault::Permanent { hard_bounce: failed.step == Step::Recipient && is_refused_for_good(&detail), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_stuffed_and_ended() {
        for (body, expected) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".a\r\n.\r\n..b\r\nc.d\r\n", "..a\r\n..\r\n...b\r\nc.d\r\n.\r\n"),
            ("\r\n.x", "\r\n..x\r\n.\r\n"),
        ] {
            assert_eq!(Content(body.as_bytes()).to_string(), expected, "{body:?}");
        }
    }

    #[test]
    fn what_is_said_of_the_sender_is_not_the_messages_fault() {
        for (answer, ours) in [
            ("550 5.4.5 Daily user sending limit exceeded", true),
            ("554 5.7.1 <ann@x.y>: Relay access denied", true),
            ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", true),
            ("550 5.7.26 unauthenticated sender", true),
            ("553 5.1.8 sender's domain does not exist", true),
            ("551 relaying denied", true),
            ("554 5.7.1 looks like spam", false),
            ("550 5.1.1 no such user", false),
            ("552 5.2.2 over quota", false),
            ("550 5.7.1 blocked by policy", false),
        ] {
            assert_eq!(is_about_sender(answer), ours, "{answer}");
        }
    }

    #[test]
    fn bounces_are_hard_only_when_the_address_is_the_reason() {
        for (answer, hard) in [
            ("550 5.1.1 no such user", true),
            ("550 user unknown", true),
            ("550 <ann@x.y>: Recipient address rejected: User unknown in local recipient table", true),
            ("550 No such user here", true),
            ("553 sorry, that domain isn't in my list; no such user", true),
            ("550 5.1.1 q7tz", true),
            ("550 5.7.1 blocked by policy", false),
            ("550 Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org", false),
            ("550 spam message rejected", false),
            ("550 rejected", false),
            ("551 relaying denied", false),
            ("553 5.7.2 sender verification failed", false),
            ("552 5.2.2 mailbox full", false),
            ("554 rejected", false),
        ] {
            assert_eq!(is_refused_for_good(answer), hard, "{answer}");
        }
    }
}
