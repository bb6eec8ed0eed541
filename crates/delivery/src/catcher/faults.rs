//! Faults a catcher is asked to show.

/// Where in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Instead of the greeting.
    Connect,
    /// At MAIL.
    Mail,
    /// At RCPT.
    Rcpt,
    /// At DATA.
    Data,
    /// After the content; the mail is not kept.
    Content,
    /// After the content; the mail is kept, only the answer is lost.
    Answer,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultAction {
    /// This answer: `450 4.2.1 try later`.
    Reply(String),
    /// No answer, ever.
    Hang,
    /// The connection is closed.
    Close,
}

/// A fault and how often it is still to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub stage: Stage,
    /// What.
    pub action: FaultAction,
    /// How many more times.
    pub times: u32,
}
