//! Where the messages go: a mail server in this process, which outlives every kill and keeps all it got.

use std::net::SocketAddr;

use rapport_delivery::catcher::{Catcher, CatcherLimits};
use tokio::runtime::Runtime;

use crate::Fault;
use crate::server::life_in;

/// What may be kept: everything a long run sends.
const LIMITS: CatcherLimits = CatcherLimits { messages: 4_000_000, bytes: 8 << 30 };

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// To whom.
    pub(crate) to: String,
    /// Its Message-ID.
    pub(crate) message_id: String,
    /// The life of the server that wrote it; 0 when it does not say. See [`crate::server::life_url`].
    pub(crate) life: u32,
}

/// The mail server.
pub(crate) struct Mailbox {
    catcher: Catcher,
    /// Runs the catcher; last, so that it ends after it.
    _runtime: Runtime,
}

impl Mailbox {
    /// Starts it on a free port.
    pub(crate) fn open() -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| format!("no runtime for the mail server: {e}"))?;
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let catcher = runtime.block_on(Catcher::start(anywhere, LIMITS)).map_err(|e| format!("no mail server: {e}"))?;
        Ok(Mailbox { catcher, _runtime: runtime })
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.catcher.address().port()
    }

    /// Everything that arrived, in order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let kept = self.catcher.mails();
        kept.iter()
            .map(|mail| Mail {
                to: mail.to.join(","),
                message_id: mail.header("Message-ID").unwrap_or_default(),
                life: mail.header("List-Unsubscribe").as_deref().and_then(life_in).unwrap_or_default(),
            })
            .collect()
    }
}
