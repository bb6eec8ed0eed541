//! Mail to members of the team: reports and alerts. It is not a message to a customer, so the gate has no say in it and
//! nothing of it is counted or tracked. Who may be named is the caller's to check: members only (invariant I8).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use rapport_domain::Timestamp;

use super::mime::Mail;
use super::smtp::SmtpProvider;
use crate::channels::http::Outbound;
use crate::channels::{Decided, SendFault};
use crate::core::address::parse_email;
use crate::spec::{ChannelSpec, ProviderKind};

/// A mail to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMail {
    /// What the Message-ID begins with: the same mail again has the same, so that a server or reader can tell.
    pub id: String,
    /// The member's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// Files: name and content, as CSV.
    pub files: Vec<(String, String)>,
}

/// A way for team mail: one server, connections kept between mails.
pub struct TeamPost {
    provider: SmtpProvider,
    from: Mailbox,
}

impl TeamPost {
    /// A way through the channel; it connects when the first mail comes. `timeout` bounds each attempt, `outbound` where access
    /// tokens may be fetched.
    ///
    /// # Errors
    /// It is no SMTP channel, TLS cannot be set up on this machine, or the sender's address is none.
    pub fn new(spec: &ChannelSpec, timeout: Duration, outbound: &Outbound) -> Result<Self, String> {
        if !Self::can_use(spec) {
            return Err("mail to members needs a channel of the kind smtp".to_owned());
        }
        let from = parse_email(&spec.from.email).ok_or("the channel's sender is not an e-mail address")?;
        let from = Mailbox::new(spec.from.name.clone().filter(|n| !n.is_empty()), from);
        Ok(TeamPost { provider: SmtpProvider::new(spec, timeout, outbound)?, from })
    }

    /// Whether mail to members can leave through the channel.
    #[must_use]
    pub fn can_use(spec: &ChannelSpec) -> bool {
        spec.kind == ProviderKind::Smtp
    }

    /// Hands a mail over; the answer is the server's.
    ///
    /// # Errors
    /// Whether trying again can help, and what happened.
    pub async fn send(&self, mail: &TeamMail, now: Timestamp) -> Result<String, SendFault> {
        let built = self.build(mail, now).map_err(|detail| SendFault::Permanent { detail, hard_bounce: false })?;
        self.provider.send(&built, &Decided).await
    }

    fn build(&self, mail: &TeamMail, now: Timestamp) -> Result<Mail, String> {
        let to = parse_email(&mail.to).ok_or_else(|| "the member's address is not valid".to_owned())?;
        let message_id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let part = |kind: ContentType, text: &str| SinglePart::builder().header(kind).body(text.to_owned());
        let shown = MultiPart::alternative()
            .boundary(format!("=_a.{}", mail.id))
            .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
            .singlepart(part(ContentType::TEXT_HTML, &mail.html));
        let csv = ContentType::parse("text/csv; charset=utf-8").map_err(|e| e.to_string())?;
        let mut body = MultiPart::mixed().boundary(format!("=_m.{}", mail.id)).multipart(shown);
        for (name, content) in &mail.files {
            body = body.singlepart(Attachment::new(name.clone()).body(content.clone(), csv.clone()));
        }
        let built = Message::builder()
            .message_id(Some(message_id.clone()))
            .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0)))
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject.as_str())
            // Nobody's out-of-office answer is wanted (RFC 3834 section 5).
            .raw_header(super::mime::plain("Auto-Submitted", "auto-generated".to_owned())?)
            .multipart(body)
            .map_err(|e| e.to_string())?;
        Ok(Mail { from: self.from.email.clone(), to, bytes: built.formatted(), message_id })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catcher::{Catcher, FaultAction, Stage};

    #[tokio::test]
    async fn a_mail_arrives_with_its_files() {
        let catcher = Catcher::local().await.unwrap();
        let spec = json!({"kind": "smtp", "host": "127.0.0.1", "port": catcher.address().port(), "tls": "none",
            "from": {"name": "Shop", "email": "hi@shop.example"}});
        let post = TeamPost::new(&ChannelSpec::validate(&spec).unwrap(), Duration::from_secs(10), &Outbound::default())
            .unwrap();
        let mail = TeamMail {
            id: "report.7.ab".into(),
            to: "ann@team.example".into(),
            subject: "Zahlen der Woche – Übersicht".into(),
            html: "<p>Hällo</p>".into(),
            text: "Hällo".into(),
            files: vec![("orders.csv".into(), "day,orders\n2026-03-01,5\n".into()), ("ä.csv".into(), "a\nü\n".into())],
        };
        catcher.fail(Stage::Mail, FaultAction::Reply("451 4.3.0 later".into()), 1);
        let failed = post.send(&mail, Timestamp(1)).await;
        assert!(matches!(&failed, Err(SendFault::Transient { detail, .. }) if detail.contains("later")), "{failed:?}");
        post.send(&mail, Timestamp(1)).await.unwrap();
        let got = catcher.mails().remove(0);
        assert_eq!(got.to, ["ann@team.example"]);
        let parsed = mail_parser::MessageParser::default().parse(&got.raw).unwrap();
        assert_eq!(parsed.message_id(), Some("report.7.ab@shop.example"));
        assert_eq!(parsed.subject(), Some("Zahlen der Woche – Übersicht"));
        assert_eq!(parsed.body_html(0).unwrap().trim(), "<p>Hällo</p>");
        assert_eq!(parsed.body_text(0).unwrap().trim(), "Hällo");
        let files: Vec<(String, String)> = parsed
            .attachments()
            .map(|a| {
                use mail_parser::MimeHeaders;
                let text = a.text_contents().unwrap_or_default().replace("\r\n", "\n");
                (a.attachment_name().unwrap_or_default().to_owned(), text)
            })
            .collect();
        assert_eq!(files, mail.files);
    }
}
