//! Why a message was refused, by the words of the refusal.

use serde::Serialize;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The domain takes no mail.
    NoMailDomain,
    /// The receiving system has no room.
    SystemFull,
    /// The mailbox has no room.
    MailboxFull,
    /// The mailbox is there and closed for now.
    Suspended,
    /// The servers gave up after trying for some time.
    Expired,
    /// The receiver wants fewer messages.
    Throttled,
    /// The message is too large.
    TooLarge,
    /// The server does not carry mail for this address.
    Relaying,
    /// The sender's server has no name in the reverse DNS.
    ReverseDns,
    /// SPF, DKIM or DMARC.
    Authentication,
    /// The content was taken for spam.
    Spam,
    /// The content was taken for a virus.
    Virus,
    /// The sender's server is on a list, or has a bad name.
    Blocked,
    /// A rule of the receiver.
    Policy,
    /// The sender's address.
    Sender,
    /// The domain does not exist.
    HostUnknown,
    /// The recipient is elsewhere now.
    Moved,
    /// There is no such mailbox.
    UserUnknown,
    /// "Unknown" was said after the content was seen, or without saying of what: a filter, perhaps.
    Filtered,
    /// The words say nothing that is known here.
    Undefined,
}

/// Words by reason, in the order in which they count; `*` is a gap of at most [`MAX_GAP`] bytes.
const WORDS: &[(Reason, &[&str])] = &[
    (
        Reason::NoMailDomain,
        &[
            "null mx",
            "nullmx",
            "no smtp service",
            "not accept mail for",
            "does not accept mail",
            "couldn't find a mail exchanger or ip",
        ],
    ),
    (Reason::SystemFull, &["insufficient disk space", "mail system full"]),
    (
        Reason::MailboxFull,
        &[
            "mailbox*full",
            "over quota",
            "overquota",
            "quota exceed",
            "exceed*quota",
            "mailbox exceeds",
            "exceeded*storage",
            "storage*exceed",
            "mailbox size limit",
            "exceeded*mailbox",
            "mailbox*exceed",
            "mailbox is over",
            "out of storage",
            "inbox is full",
            "disk quota",
            "user is over",
            "too much mail data",
            "maildir over",
            "account is full",
            "quota for user",
        ],
    ),
    (
        Reason::Suspended,
        &[
            "account*disabled",
            "mailbox*disabled",
            "account*suspend",
            "account*inactive",
            "mailbox*inactive",
            "user*disabled",
            "user*suspended",
            "account*blocked",
            "mailbox*blocked",
            "mailbox is frozen",
            "account locked",
            "temporary locked",
            "recipient suspend",
            "disabled or discontinued",
            "invalid/inactive user",
            "is inactive",
            "account is not active",
            "address no longer accepts mail",
            "extended inactivity",
            "mailbox unavailable or access denied",
        ],
    ),
    (
        Reason::Expired,
        &[
            "host not found, try again",
            "malformed or unexpected name server reply",
            "try again",
            "too long;",
            "too long",
            "timed out",
            "time out",
            "timeout",
            "retry time not reached",
            "delivery*delayed",
            "could not be delivered for",
            "message expired",
            "delivery expired",
            "unable to deliver*after",
            "it has not been collected",
            "delivery attempts",
        ],
    ),
    (
        Reason::Throttled,
        &["too fast", "rate limit", "too many", "receiving mail at a rate", "receiving mail too quickly"],
    ),
    (Reason::TooLarge, &["too large", "too big", "message size", "exceeds*size", "maximum*size", "size limit"]),
    (
        Reason::Relaying,
        &[
            "relay*denied",
            "relaying denied",
            "not permitted to relay",
            "unable to relay",
            "relay access",
            "relaying is prohibited",
            "not a valid relay",
            "no relay",
        ],
    ),
    (
        Reason::ReverseDns,
        &[
            "reverse dns",
            "ptr record",
            "reverse hostname",
            "reverse mapping",
            "cannot find your reverse",
            "cannot find your hostname",
            "rdns",
            "fix reverse",
        ],
    ),
    (
        Reason::Authentication,
        &["dmarc", "spf check", "spf fail", "sender policy", "dkim", "unauthenticated", "failed spf"],
    ),
    (Reason::Spam, &["spam", "junk mail", "unsolicited"]),
    (Reason::Virus, &["virus", "infected"]),
    (
        Reason::Blocked,
        &[
            "blacklist",
            "black list",
            "blocklist",
            "block list",
            "blocked",
            "dnsbl",
            "rbl ",
            "banned",
            "reputation",
            "refused for abuse",
            "bad helo",
            "access denied. ip",
            "client host rejected",
            "helo command rejected",
            "not allowed to connect",
            "connection refused",
            "connections from",
        ],
    ),
    (Reason::Policy, &["policy", "prohibited", "content*denied", "content rejected"]),
    (
        Reason::Sender,
        &[
            "sender address rejected",
            "domain of sender",
            "sender domain",
            "envelope sender",
            "bad sender",
            "sender rejected",
            "sender is not",
            "unresolvable",
            "sender*not exist",
            "domain*sender",
            "invalid sender",
        ],
    ),
    (
        Reason::HostUnknown,
        &[
            "host unknown",
            "unknown host",
            "host not found",
            "domain does not exist",
            "domain not found",
            "recipient domain must exist",
            "no such domain",
            "name service error",
            "host or domain name not found",
            "unrouteable*domain",
            "couldn't find any host",
            "can't find*host",
            "domain name not found",
            "bad destination system",
            "unknown domain",
            "domain*must exist",
            "non-existent host",
            "relevant mx records point to non-existent",
            "dns*failed",
            "nxdomain",
            "invalid domain",
            "domain*does not exist",
        ],
    ),
    (Reason::Moved, &["5.1.6", "has moved", "address changed", "no longer available at"]),
    (
        Reason::UserUnknown,
        &[
            "user unknown",
            "unknown user",
            "unknown recipient",
            "recipient unknown",
            "unknown mailbox",
            "mailbox unknown",
            "unknown address",
            "address unknown",
            "unknown account",
            "unknown local",
            "local*unknown",
            "no such user",
            "no such recipient",
            "no such mailbox",
            "no such person",
            "no such account",
            "no such address",
            "no such local",
            "not exist",
            "doesn't exist",
            "not found",
            "not known",
            "user*unknown",
            "unknown*user",
            "invalid recipient",
            "invalid mailbox",
            "invalid user",
            "invalid address",
            "bad address",
            "bad destination",
            "illegal user",
            "not a valid",
            "no mailbox",
            "there is no",
            "not listed in",
            "recipient*rejected: access denied",
            "no account",
            "doesn't have*account",
            "does not have*account",
            "mailbox unavailable",
            "mailbox*not available",
            "undeliverable address",
            "no user",
            "this user doesn't",
            "not a known user",
            "is not a user",
            "address is invalid",
            "no local mailbox",
            "not on this server",
            "unroutable",
            "unrouteable address",
            "in the directory",
            "addressee unknown",
            "user account is unavailable",
            "ディレクトリのリストにありません",
            "ユーザー",
            "5.1.1",
        ],
    ),
];

/// Words for an unknown mailbox so short that they may be said of anything: they count only when it is clear that the
/// recipient was refused.
const TERSE: &[&str] = &["user unknown", "unknown user", "no such user", "invalid address", "doesn't have*account"];

/// The widest gap, bytes.
const MAX_GAP: usize = 60;

/// Whether the enhanced status alone says that the address does not work (RFC 3463 section 3.2).
pub(super) fn is_bad_address(status: &str) -> bool {
    matches!(status, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10")
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}

/// The reason a text gives, and whether the address does not work; `around` is where it stands. `None` when it gives none.
pub(super) fn judge(said: &str, around: &str) -> Option<(Reason, bool)> {
    let (text, around) = (plain(said), plain(around));
    let (reason, word) = WORDS.iter().find_map(|(reason, words)| {
        let word = words.iter().find(|w| wild(&text, w))?;
        Some((*reason, *word))
    })?;
    let about_address =
        matches!(reason, Reason::NoMailDomain | Reason::HostUnknown | Reason::Moved | Reason::UserUnknown);
    if !about_address {
        return Some((reason, false));
    }
    let about_sender =
        ["after mail from", "in reply to mail from", "mail from command", "after helo", "after ehlo", ">>> mail from"];
    if any(&text, &about_sender) {
        return Some((Reason::Sender, false));
    }
    if reason != Reason::UserUnknown {
        return Some((reason, true));
    }
    let after_content = ["end of data", "data command", "after data", ">>> data", "after pipelined", "after end of"];
    let sure = text.contains("5.1.1");
    let terse = TERSE.contains(&word);
    if terse && any(&text, &after_content) && !sure && !word.contains('*') {
        return Some((Reason::Filtered, false));
    }
    let whole = |needle: &str| text.contains(needle) || around.contains(needle);
    // "unknown user a@b.c" names whom; `mail.local` is the program that puts mail into mailboxes.
    let named = text.match_indices(word).any(|(at, w)| {
        let next = text[at + w.len()..].split_whitespace().next().unwrap_or_default();
        next.trim_matches(['<', '>', ':']).contains('@')
    });
    let evident =
        named || whole("mail.local") || whole("rcpt") || whole("5.1.") || whole("5.2.1") || any(&text, &after_content);
    if terse && !evident { Some((Reason::Filtered, false)) } else { Some((Reason::UserUnknown, true)) }
}

/// Lower case, runs of white space as one blank, straight quotation marks.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('\u{2019}', "'")
}

/// Whether the pattern's pieces follow one another in the text.
fn wild(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(first) = pieces.next() else { return false };
    let rest: Vec<&str> = pieces.collect();
    text.match_indices(first).any(|(at, found)| {
        let mut from = at + found.len();
        rest.iter().all(|piece| match text[from..].find(piece) {
            Some(gap) if gap <= MAX_GAP => {
                from += gap + piece.len();
                true
            }
            _ => false,
        })
    })
}
