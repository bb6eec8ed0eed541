//! Ways out. Each channel makes its message and carries it; only the relay calls them, after the gate (invariant I8).

pub mod email;

/// Why an attempt to hand a message over failed, as far as what to do next depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// It may work later: the network, a timeout, a login that does not work, a 4xx answer.
    Transient {
        /// What happened.
        detail: String,
    },
    /// The provider refuses this message for good.
    Permanent {
        /// What it answered.
        detail: String,
        /// The address itself is the reason: it should be suppressed.
        hard_bounce: bool,
    },
    /// The channel has no free place just now; nothing was tried.
    Busy,
}
