//! What a mail that came back says: a bounce (RFC 3464, and the many older forms), a complaint (RFC 5965), an answer by a
//! machine (RFC 3834), or none of them.
//!
//! **Hard** means that the address does not work and never will: mail to it only harms the sender's name. That is said
//! only of unknown mailboxes, unknown domains, addresses that moved, and domains that take no mail; and of a mailbox
//! only when the refusal was about the recipient, not given after the content was seen: filters answer "user unknown" then
//! to whom they do not want. Everything else is **soft**.

mod material;
mod reason;
mod row;

use serde::Serialize;

use material::{Material, Report};
pub use material::{recipients, tokens_in};
pub use reason::Reason;
use reason::{is_bad_address, judge};
pub use row::{MAX_LOOKED_AT, soft_in_a_row};

/// The longest notice that is looked at, bytes; what follows is left out.
pub const MAX_NOTICE_BYTES: usize = 2 << 20;
/// Recipients of one notice, at most.
const MAX_RECIPIENTS: usize = 100;
/// The longest text of a refusal that is kept, characters.
const MAX_DETAIL_CHARS: usize = 300;

/// What a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The message was not delivered.
    Bounce,
    /// It was not delivered yet; the server goes on trying.
    Delay,
    /// It was delivered, relayed or expanded.
    Delivery,
    /// The recipient calls it spam, or left by their provider.
    Complaint,
    /// A machine answered for the recipient: an absence, a ticket.
    AutoReply,
    /// None of these.
    Other,
}

/// One recipient of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Whom the message did not reach, as far as the notice says.
    pub address: Option<String>,
    /// The address itself does not work.
    pub hard: bool,
    /// Why.
    pub reason: Reason,
    /// The enhanced status (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
    /// What the server said.
    pub detail: String,
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What it is.
    pub kind: NoticeKind,
    /// Each recipient it speaks of; one at least when it is a bounce.
    pub recipients: Vec<Refused>,
    /// The feedback's type of a complaint: `abuse`, `opt-out`, ….
    pub feedback: Option<String>,
    /// The Message-ID of the message it is about, without angle brackets.
    pub message_id: Option<String>,
    /// Words in it that look like tokens of links of ours, which say for certain which message it is about.
    pub tokens: Vec<String>,
}

impl Notice {
    /// Whether any recipient's address does not work.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        self.kind == NoticeKind::Bounce && self.recipients.iter().any(|r| r.hard)
    }
}

/// Reads a mail as it arrived. Whatever its form, something is answered.
#[must_use]
pub fn read(raw: &[u8]) -> Notice {
    let material = Material::gather(&raw[..raw.len().min(MAX_NOTICE_BYTES)]);
    let (message_id, tokens) = (material.original_id(), material.tokens());
    let notice = |kind, recipients, feedback| Notice { kind, recipients, feedback, message_id, tokens };
    if let Some(feedback) = material.complaint() {
        return notice(NoticeKind::Complaint, material.complainants(), Some(feedback));
    }
    if let Some(kind) = material.notification() {
        return notice(kind, Vec::new(), None);
    }
    if material.is_auto_reply() {
        return notice(NoticeKind::AutoReply, Vec::new(), None);
    }
    if !material.reports.is_empty() {
        let (kind, recipients) = reported(&material);
        return notice(kind, recipients, None);
    }
    if !material.is_from_a_server() {
        return notice(NoticeKind::Other, Vec::new(), None);
    }
    notice(NoticeKind::Bounce, told(&material), None)
}

/// Why a recipient was refused, by a status and the words of the refusal, and whether the address does not work; `None` when
/// they say nothing that is known here.
#[must_use]
pub fn weigh(status: &str, words: &str) -> Option<(Reason, bool)> {
    let said = format!("{status} {words}");
    let bad = || is_bad_address(status).then_some((Reason::UserUnknown, true));
    (!words.trim().is_empty()).then(|| judge(&said, &said)).flatten().or_else(bad)
}

/// Whether a server that refused a recipient in the conversation, in reply to RCPT (RFC 5321 section 3.3), says that the address
/// does not work; weighed as in mail that came back. Codes alone do not say that: 550 is policy and block lists too.
#[must_use]
pub fn is_refused_for_good(answer: &str) -> bool {
    let status = material::status(answer).unwrap_or_default();
    weigh(&status, &format!("{answer} (in reply to RCPT TO)")).is_some_and(|(_, hard)| hard)
}

/// Whether what a server answered in the conversation is about who sends, which somebody can repair, not about the message: its
/// address, its quota, its login, the right to relay. By the status codes of RFC 3463 and RFC 7372 (5.1.7 and 5.1.8 the sender's
/// address, 5.7.20 to 5.7.27 its proofs), those in use (5.4.5 Google's daily limit, 5.7.60 Exchange's "send as") and by words.
#[must_use]
pub fn is_about_sender(answer: &str) -> bool {
    let status = material::status(answer).unwrap_or_default();
    let by_status = match status.as_str() {
        "5.1.7" | "5.1.8" | "5.4.5" | "5.7.60" => true,
        other => other.strip_prefix("5.7.").and_then(|n| n.parse().ok()).is_some_and(|n: u32| (20..=27).contains(&n)),
    };
    let text = answer.to_lowercase();
    let says = |words: &[&str]| words.iter().all(|w| text.contains(w));
    by_status
        || [&["relay", "denied"][..], &["relay", "unable"], &["not permitted to relay"], &["relaying", "not allowed"]]
            .into_iter()
            .any(says)
        || [&["daily", "limit"][..], &["daily", "quota"], &["sending", "quota"], &["sender", "not verified"]]
            .into_iter()
            .any(says)
}

/// A machine-readable report: one answer a recipient.
fn reported(material: &Material) -> (NoticeKind, Vec<Refused>) {
    let mut recipients = Vec::new();
    let (mut delayed, mut delivered) = (0, 0);
    for report in material.reports.iter().take(MAX_RECIPIENTS) {
        match report.action.as_str() {
            "delivered" | "relayed" | "expanded" | "deliverable" => delivered += 1,
            action => {
                delayed += usize::from(action == "delayed");
                recipients.push(refused(material, report));
            }
        }
    }
    let kind = match recipients.len() {
        0 if delivered > 0 => NoticeKind::Delivery,
        n if n > 0 && delayed == n => NoticeKind::Delay,
        _ => NoticeKind::Bounce,
    };
    (kind, recipients)
}

fn refused(material: &Material, report: &Report) -> Refused {
    let around = material.about(report);
    let said = format!("{} {} {}", report.status, report.diagnostic, material.phase(&around));
    let status = format!("{} {around}", report.status);
    let judged = (!report.diagnostic.is_empty()).then(|| judge(&said, &around)).flatten();
    let judged = judged.or_else(|| judge(&status, &material.told));
    let (reason, hard) = judged.unwrap_or_else(|| match (is_bad_address(&report.status), report.action.as_str()) {
        (true, _) => (Reason::UserUnknown, true),
        (false, "delayed") => (Reason::Expired, false),
        (false, _) => (Reason::Undefined, false),
    });
    let detail = if report.diagnostic.is_empty() { &around } else { &report.diagnostic };
    Refused {
        address: report.address.clone(),
        // A server that goes on trying has not given up on the address.
        hard: hard && report.action != "delayed",
        reason,
        status: (!report.status.is_empty()).then(|| report.status.clone()),
        detail: short(detail),
    }
}

/// A report in words only.
fn told(material: &Material) -> Vec<Refused> {
    let mut out: Vec<Refused> = Vec::new();
    for (address, part) in material.parts().into_iter().take(MAX_RECIPIENTS) {
        if let Some((reason, hard)) = judge(&part, &material.told) {
            out.push(Refused { address, hard, reason, status: material::status(&part), detail: short(&part) });
        }
    }
    if out.is_empty() {
        let status = material::status(&material.told);
        let (reason, hard) = judge(&material.told, &material.told).unwrap_or_else(|| {
            let bad = status.as_deref().is_some_and(is_bad_address);
            if bad { (Reason::UserUnknown, true) } else { (Reason::Undefined, false) }
        });
        out.push(Refused { address: material.first_address(), hard, reason, status, detail: short(&material.told) });
    }
    out
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(MAX_DETAIL_CHARS).collect()
}
