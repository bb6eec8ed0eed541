//! Trying a channel before anybody relies on it: connection, protection, sign-in, and if asked a short mail to a member of
//! the team. Nothing here can reach a customer: who may be named is the caller's to check (invariant I8).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::{Mailbox, Message};
use rapport_domain::Timestamp;

use super::mime::Mail;
use super::smtp::SmtpProvider;
use crate::channels::Decided;
use crate::channels::http::Outbound;
use crate::core::address::parse_email;
use crate::spec::{ChannelSpec, TlsMode};

/// How a trial went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// What was done, in order.
    pub done: Vec<String>,
    /// What went wrong, in the server's words.
    pub problem: Option<String>,
}

/// Connects as the channel says, signs in, and sends a short mail to `to` if there is one; all within `timeout`.
pub async fn try_channel(
    spec: &ChannelSpec,
    to: Option<&str>,
    (timeout, outbound): (Duration, &Outbound),
    now: Timestamp,
) -> Trial {
    let mut trial = Trial::default();
    let ended = tokio::time::timeout(timeout, run(spec, to, now, (timeout, outbound), &mut trial.done)).await;
    trial.problem = match ended {
        Ok(result) => result.err(),
        Err(_) => Some(format!("no answer within {} s", timeout.as_secs())),
    };
    trial
}

async fn run(
    spec: &ChannelSpec,
    to: Option<&str>,
    now: Timestamp,
    (timeout, outbound): (Duration, &Outbound),
    done: &mut Vec<String>,
) -> Result<(), String> {
    let provider = SmtpProvider::new(spec, timeout, outbound)?;
    provider.connect().await?;
    let protection = match spec.tls {
        TlsMode::None => "without protection",
        TlsMode::StartTls => "with STARTTLS",
        TlsMode::Tls => "with TLS",
    };
    done.push(format!("connected to {}:{} {protection}", spec.host, spec.port));
    if let Some(user) = &spec.username {
        done.push(format!("signed in as {user}"));
    }
    let Some(to) = to else { return Ok(()) };
    let mail = short_mail(spec, to, now)?;
    match provider.send(&mail, &Decided).await {
        Ok(answer) => {
            done.push(format!("sent a mail to {to}: {answer}"));
            Ok(())
        }
        Err(fault) => Err(fault.detail()),
    }
}

fn short_mail(spec: &ChannelSpec, to: &str, now: Timestamp) -> Result<Mail, String> {
    let address = |text: &str| parse_email(text).ok_or_else(|| format!("{text} is not an e-mail address"));
    let (from, to) = (address(&spec.from.email)?, address(to)?);
    let message_id = format!("<test.{}@{}>", now.0, from.domain());
    let built = Message::builder()
        .message_id(Some(message_id.clone()))
        .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0)))
        .from(Mailbox::new(spec.from.name.clone(), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject("A test of this channel")
        .body("This channel works: Rapport could send this mail.\r\n".to_owned())
        .map_err(|e| e.to_string())?;
    Ok(Mail { from, to, bytes: built.formatted(), message_id })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catcher::{Catcher, FaultAction, Stage};

    fn channel(port: u16) -> ChannelSpec {
        let spec = json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none",
            "username": "shop", "secret": "s", "from": {"name": "Shop", "email": "hi@shop.example"}});
        ChannelSpec::validate(&spec).unwrap()
    }

    #[tokio::test]
    async fn says_what_works_and_what_does_not() {
        let catcher = Catcher::local().await.unwrap();
        let (spec, patience, now) = (channel(catcher.address().port()), Duration::from_secs(10), Timestamp(1));
        let outbound = Outbound::default();
        let trial = try_channel(&spec, None, (patience, &outbound), now).await;
        assert_eq!((trial.done.len(), trial.problem, catcher.received()), (2, None, 0), "nothing was sent");
        let trial = try_channel(&spec, Some("ann@team.example"), (patience, &outbound), now).await;
        assert!(trial.problem.is_none() && trial.done[2].contains("250"), "{trial:?}");
        assert_eq!(catcher.mails()[0].to, ["ann@team.example"]);
        catcher.fail(Stage::Mail, FaultAction::Reply("550 5.7.1 not from you".into()), 1);
        let trial = try_channel(&spec, Some("ann@team.example"), (patience, &outbound), now).await;
        assert!(trial.problem.as_deref().is_some_and(|p| p.contains("not from you")), "{trial:?}");
        drop(catcher);
        let nowhere = channel(1);
        let trial = try_channel(&nowhere, None, (patience, &outbound), now).await;
        assert!(trial.done.is_empty() && trial.problem.is_some_and(|p| p.contains("connecting to 127.0.0.1:1")));
    }
}
