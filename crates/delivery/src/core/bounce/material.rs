//! The parts of a notice that say something: the server's words, its report, and what is left of the message it is about.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{NoticeKind, Reason, Refused};
use crate::content::text_from_html;

/// Parts looked at, at most.
const MAX_PARTS: usize = 200;
/// Messages within messages, at most.
const MAX_DEPTH: u32 = 3;
/// Bytes of text kept of each kind.
const MAX_TEXT_BYTES: usize = 256 * 1024;
/// Words that may be tokens of ours, at most.
const MAX_TOKENS: usize = 20;

/// One recipient's fields of a delivery report (RFC 3464 section 2.3).
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) address: Option<String>,
    /// `failed`, `delayed`, …, lower case.
    pub(super) action: String,
    pub(super) status: String,
    pub(super) diagnostic: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Material {
    /// What the server says in words, without the message it is about.
    pub(super) told: String,
    /// The whole text.
    body: String,
    pub(super) reports: Vec<Report>,
    feedback: Option<String>,
    /// The message it is about, or its header.
    original: String,
    subject: String,
    from: String,
    /// The header of the notice, as it came.
    header: String,
}

/// Lines that begin the message a notice is about. What stands in the middle counts at the beginning of a line only.
const ORIGINAL: &[&str] = &[
    "received: from ",
    "return-path: <",
    "content-type: message/rfc822",
    "message-id: <",
    "x-originating",
    "------ this is a copy",
    "--- below this line is a copy",
    "-----original message",
    "----- original message",
    "----- unsent message",
    "----- message header",
    "---------- message header",
    "------- returned message",
    "--- the header of the original",
    "--- returned message",
    "message headers follow",
    "original message headers",
    "included is a copy of the message header",
    "original message follows",
];

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let mut end = most;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
}

impl Material {
    pub(super) fn gather(raw: &[u8]) -> Material {
        let mut material = Material::default();
        if let Some(message) = MessageParser::default().parse(raw) {
            material.subject = message.subject().unwrap_or_default().to_owned();
            material.walk(&message, 0);
        }
        let all = String::from_utf8_lossy(raw).replace("\r\n", "\n").replace('\r', "\n");
        let (header, rest) = all.split_once("\n\n").unwrap_or((all.as_str(), ""));
        material.header = header.to_owned();
        cut(&mut material.header, MAX_TEXT_BYTES);
        material.from = material.header_value("from").unwrap_or_default().to_lowercase();
        // Parts that cannot be told apart are read as one text.
        if material.body.trim().is_empty() && material.reports.is_empty() {
            material.body = rest.to_owned();
            material.reports_of(&all);
        }
        cut(&mut material.body, MAX_TEXT_BYTES);
        // A report that somebody forwarded in words, with a mark before each line.
        if material.reports.is_empty() && material.body.contains("\n> Final-Recipient:") {
            let bare = |line: &str| line.trim_start_matches(['>', ' ']).to_owned() + "\n";
            let text: String = material.body.lines().map(bare).collect();
            material.reports_of(&text);
        }
        let end = beginning_of_original(&material.body);
        material.told = material.body[..end].to_owned();
        material.original.push_str(&material.body[end..]);
        cut(&mut material.original, MAX_TEXT_BYTES);
        material
    }

    fn walk(&mut self, message: &Message<'_>, depth: u32) {
        for part in message.parts.iter().take(MAX_PARTS) {
            let kind = part.content_type();
            let is = |main: &str, sub: &str| {
                kind.is_some_and(|k| {
                    k.ctype().eq_ignore_ascii_case(main) && k.subtype().is_some_and(|s| s.eq_ignore_ascii_case(sub))
                })
            };
            if is("message", "delivery-status") || is("message", "global-delivery-status") {
                self.reports_of(&text(part));
            } else if is("message", "feedback-report") {
                self.feedback = Some(text(part));
            } else if is("text", "rfc822-headers") {
                self.original.push_str(&text(part));
            } else {
                match &part.body {
                    PartType::Text(t) if self.body.len() < MAX_TEXT_BYTES => {
                        self.body.push_str(t);
                        self.body.push('\n');
                    }
                    PartType::Html(t) if self.body.len() < MAX_TEXT_BYTES => {
                        self.body.push_str(&text_from_html(t));
                    }
                    PartType::Message(inner) => {
                        self.original.push_str(&String::from_utf8_lossy(inner.raw_message()));
                        // A report may have been forwarded as it was.
                        if depth < MAX_DEPTH && self.reports.is_empty() && is_report(inner) {
                            self.walk(inner, depth + 1);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Reads groups of fields, each with an empty line after it.
    fn reports_of(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut report = Report::default();
        let mut known = false;
        let lines = unfolded(&text);
        for line in lines.iter().map(String::as_str).chain([""]) {
            let Some((name, value)) = line.split_once(':') else {
                if line.trim().is_empty() && known {
                    if report.action.is_empty() {
                        "failed".clone_into(&mut report.action);
                    }
                    self.reports.push(std::mem::take(&mut report));
                    known = false;
                }
                continue;
            };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "final-recipient" => {
                    known = true;
                    report.address = address_in(value).or(report.address);
                }
                "original-recipient" => {
                    known = true;
                    report.address = report.address.or_else(|| address_in(value));
                }
                "action" => report.action = value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase(),
                "status" => report.status = status(value).unwrap_or_default(),
                "diagnostic-code" => value.clone_into(&mut report.diagnostic),
                _ => {}
            }
        }
    }

    /// The value of a header field of the notice itself.
    fn header_value(&self, name: &str) -> Option<String> {
        let found = unfolded(&self.header).into_iter().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        found.filter(|value| !value.is_empty())
    }

    /// The type of the feedback, when it is a complaint.
    pub(super) fn complaint(&self) -> Option<String> {
        if let Some(report) = &self.feedback {
            let kind = unfolded(report).into_iter().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.trim().eq_ignore_ascii_case("feedback-type").then(|| value.trim().to_ascii_lowercase())
            });
            return Some(kind.unwrap_or_else(|| "abuse".to_owned()));
        }
        let subject = self.subject.trim().to_lowercase();
        let told = subject.starts_with("complaint about message") || subject.starts_with("email feedback report");
        (told || self.notification_type().as_deref() == Some("complaint")).then(|| "abuse".to_owned())
    }

    /// Whose complaint it is, when that is said.
    pub(super) fn complainants(&self) -> Vec<Refused> {
        let report = self.feedback.as_deref().unwrap_or_default();
        let named = unfolded(report).into_iter().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let about = ["original-rcpt-to", "removal-recipient"].iter().any(|n| name.trim().eq_ignore_ascii_case(n));
            about.then(|| address_in(value)).flatten()
        });
        let one = |address| Refused {
            address: Some(address),
            hard: false,
            reason: Reason::Spam,
            status: None,
            detail: "complaint".to_owned(),
        };
        named.take(super::MAX_RECIPIENTS).map(one).collect()
    }

    /// The type of a notification in JSON that a provider mails.
    fn notification_type(&self) -> Option<String> {
        let (_, rest) = self.body.split_once("\"notificationType\"")?;
        let value = rest.split('"').nth(1)?;
        Some(value.to_ascii_lowercase())
    }

    /// What such a notification says, when it is not about a refusal.
    pub(super) fn notification(&self) -> Option<NoticeKind> {
        (self.notification_type()?.as_str() == "delivery").then_some(NoticeKind::Delivery)
    }

    /// Whether it comes from a mail server, by its sender or subject.
    pub(super) fn is_from_a_server(&self) -> bool {
        let from =
            ["mailer-daemon", "mailerdaemon", "postmaster", "post_master", "mail delivery", "mail-daemon", "mailer@"];
        let subject = self.subject.to_lowercase();
        let words = ["deliver", "undeliver", "fail", "return", "bounce", "non remis", "rejected", "warning: message"];
        let quoted = self.body.to_lowercase();
        from.iter().any(|w| self.from.contains(w))
            || words.iter().any(|w| subject.contains(w))
            || quoted.contains("mail delivery subsystem")
            // Some servers write as nobody in particular; the message they are about is with it.
            || (quoted.contains("could not be delivered to") && !self.original.is_empty())
            || self.notification_type().as_deref() == Some("bounce")
            || self.header_value("x-failed-recipients").is_some()
    }

    pub(super) fn is_auto_reply(&self) -> bool {
        if !self.reports.is_empty() || self.is_from_a_server() {
            return false;
        }
        let says = |name: &str| self.header_value(name).unwrap_or_default().to_lowercase();
        let subject = self.subject.trim().to_lowercase();
        let absent = [
            "automatic reply",
            "autoreply",
            "auto-reply",
            "auto reply",
            "auto response",
            "out of office",
            "out of the office",
            "automatische antwort",
            "abwesen",
        ];
        says("auto-submitted").starts_with("auto-replied")
            || !says("x-autoreply").is_empty()
            || !says("x-autorespond").is_empty()
            || says("precedence") == "auto_reply"
            || absent.iter().any(|w| subject.starts_with(w))
    }

    /// The Message-ID of the message the notice is about.
    pub(super) fn original_id(&self) -> Option<String> {
        let line = unfolded(&self.original).into_iter().find_map(|line| {
            let (name, value) = line.trim_start().split_once(':')?;
            name.trim().eq_ignore_ascii_case("message-id").then(|| value.trim().to_owned())
        })?;
        let id = line.trim_start_matches('<').split(['>', ' ']).next()?.to_owned();
        (!id.is_empty() && id.len() <= 300).then_some(id)
    }

    /// Words after `/u/`, `/l/`, `/o/` and `/preferences/`: tokens, if they are ours.
    pub(super) fn tokens(&self) -> Vec<String> {
        // Quoted-printable breaks long words with `=` at a line's end.
        tokens_in(&format!("{}\n{}", self.original, self.body).replace("=\r\n", "").replace("=\n", ""))
    }

    /// What is said in words about one recipient of several; about the only one, everything.
    pub(super) fn about(&self, report: &Report) -> String {
        let Some(address) = report.address.as_deref().filter(|_| self.reports.len() > 1) else {
            return self.told.clone();
        };
        let lower = self.told.to_ascii_lowercase();
        let Some(at) = lower.find(address) else { return String::new() };
        let others = self.reports.iter().filter_map(|r| r.address.as_deref()).filter(|a| *a != address);
        let next =
            others.filter_map(|other| lower[at + address.len()..].find(other).map(|n| at + address.len() + n)).min();
        let paragraph = lower[at..].find("\n\n").map(|n| at + n);
        let end = [next, paragraph].into_iter().flatten().min().unwrap_or(lower.len());
        self.told.get(at..end).unwrap_or_default().to_owned()
    }

    /// What the server was told when it refused, when the words say it.
    pub(super) fn phase(&self, around: &str) -> String {
        let line = around.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, rest)) = line.split_once("(in reply to ") {
            return format!("(in reply to {}", rest.split(')').next().unwrap_or_default());
        }
        let said = line.contains(">>> DATA <<<") && !line.contains(">>> RCPT");
        if said { "(in reply to end of data".to_owned() } else { String::new() }
    }

    /// The parts of a report in words that speak of one recipient each.
    pub(super) fn parts(&self) -> Vec<(Option<String>, String)> {
        let replies: Vec<&str> = self.told.lines().map(str::trim_start).filter(|l| is_reply(l)).collect();
        if replies.len() > 1 {
            return replies.into_iter().map(|l| (address_in(l), l.to_owned())).collect();
        }
        let mut starts = Vec::new();
        let mut at = 0;
        for line in self.told.split_inclusive('\n') {
            if let Some(address) = leading_address(line) {
                starts.push((at, address));
            }
            at += line.len();
        }
        if starts.len() < 2 {
            return vec![(self.first_address(), self.told.clone())];
        }
        let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([self.told.len()]);
        starts.iter().zip(ends).map(|((at, a), end)| (Some(a.clone()), self.told[*at..end].to_owned())).collect()
    }

    /// The first address the words mention.
    pub(super) fn first_address(&self) -> Option<String> {
        if let Some(named) = self.header_value("x-failed-recipients").and_then(|v| address_in(&v)) {
            return Some(named);
        }
        self.told.lines().find_map(|line| leading_address(line).or_else(|| address_in(line)))
    }
}

/// The addresses a mail in a mailbox came to, as its header says.
#[must_use]
pub fn recipients(raw: &[u8]) -> Vec<String> {
    const FIELDS: &[&str] = &["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];
    let text = String::from_utf8_lossy(&raw[..raw.len().min(MAX_TEXT_BYTES)]).replace("\r\n", "\n");
    let header = text.split("\n\n").next().unwrap_or_default();
    let mut out: Vec<String> = Vec::new();
    for line in unfolded(header) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if FIELDS.contains(&name.trim().to_ascii_lowercase().as_str()) {
            out.extend(value.split(',').filter_map(address_in).take(MAX_TOKENS));
        }
    }
    out.truncate(MAX_TOKENS);
    out
}

/// Words in a text that look like tokens of links of ours.
#[must_use]
pub fn tokens_in(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for path in ["/u/", "/preferences/", "/l/", "/o/"] {
        for (at, found) in text.match_indices(path) {
            let rest = &text[at + found.len()..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
            if (40..=4_096).contains(&end) && out.len() < MAX_TOKENS {
                out.push(rest[..end].to_owned());
            }
        }
    }
    out
}

fn is_report(message: &Message<'_>) -> bool {
    let mut kinds = message.parts.iter().filter_map(|part| part.content_type());
    kinds.any(|k| k.subtype().is_some_and(|s| s.eq_ignore_ascii_case("delivery-status")))
}

fn text(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(t) | PartType::Html(t) => t.clone().into_owned(),
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        PartType::Binary(b) | PartType::InlineBinary(b) => String::from_utf8_lossy(b).into_owned(),
        PartType::Multipart(_) => String::new(),
    }
}

/// Lines with the folded ones joined (RFC 5322 section 2.2.3).
fn unfolded(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        match out.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !last.is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => out.push(line.to_owned()),
        }
    }
    out
}

fn beginning_of_original(body: &str) -> usize {
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let start = line.trim_start_matches(['>', ' ']).to_ascii_lowercase();
        if at > 30 && ORIGINAL.iter().any(|mark| start.starts_with(mark)) {
            return at;
        }
        at += line.len();
    }
    body.len()
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '=')
}

/// The first address of a text, lower case.
fn address_in(text: &str) -> Option<String> {
    text.match_indices('@').find_map(|(at, _)| {
        let start =
            text[..at].rfind(|c| !is_local(c)).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
        let (local, domain) = (&text[start..at], rest[..end].trim_end_matches('.'));
        (!local.is_empty() && domain.contains('.')).then(|| format!("{local}@{domain}").to_ascii_lowercase())
    })
}

/// The address a line begins with.
fn leading_address(line: &str) -> Option<String> {
    let start = line.trim_start().trim_start_matches(['<', '"', '\'']);
    let address = address_in(start)?;
    start.to_ascii_lowercase().starts_with(&address).then_some(address)
}

/// Whether a line is a server's refusal of somebody: `550 5.1.1 <a@b.c>… User unknown`.
fn is_reply(line: &str) -> bool {
    let line = line.trim_start_matches("<<< ");
    let code = line.get(..3).unwrap_or_default();
    let refusal = code.starts_with(['4', '5']) && code.bytes().all(|b| b.is_ascii_digit());
    refusal && line[3..].starts_with([' ', '-']) && line.contains('@')
}

/// The first enhanced status of a refusal in a text.
pub(super) fn status(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let word = word.trim_matches('.');
        let parts: Vec<&str> = word.split('.').collect();
        let [class, subject, detail] = parts.as_slice() else { return None };
        let good =
            matches!(*class, "2" | "4" | "5") && (1..=3).contains(&subject.len()) && (1..=3).contains(&detail.len());
        good.then(|| word.to_owned())
    })
}
