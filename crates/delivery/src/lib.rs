//! Stage 7: the one door through which a message can leave (invariant I8).
//!
//! **Consumes** outbound messages that a partition's transaction decided, live documents (templates, channels, topics,
//! settings), profiles and the suppression list. **Emits** one outcome per attempt: sent, skipped with a reason of the
//! closed list, deferred or failed; and consent changes asked for on the customer-facing pages. **Owns** the gate's
//! decision, rendering, the mail channel, signed links, and the ledger of messages in each partition's state.
//!
//! `core/` decides, `content/` renders, `channels/` carry, `tracking/` signs links and answers them, `repo.rs` remembers,
//! `stage.rs` runs it all, `catcher/` is a mail server that keeps what it gets, for tests and the demo.

pub mod calls;
pub mod catcher;
pub mod channels;
pub mod content;
pub mod core;
pub mod deps;
pub mod error;
pub mod hub;
pub mod intake;
pub mod links;
pub mod mailbox;
pub mod repo;
#[cfg(test)]
mod shared_data;
pub mod spec;
pub mod stage;
pub mod telemetry;
pub mod tracking;
mod trust;

pub use channels::compose::Composition;
pub use channels::email::{ComposeFault, Composed};
pub use content::Library;
pub use core::gate::{GateDecision, GateInput, Suppressed, decide};
pub use deps::{
    Audience, Catalog, Deps, JourneyState, Known, Ledger, NoSources, Noting, OriginState, Outcomes, Sources,
    Suppressions,
};
pub use error::DeliveryError;
pub use spec::{
    BlockSpec, BrandSpec, CatalogSpec, ChannelSpec, Confirmations, CouponSpec, DomainSpec, DoubleOptIn, LiveChannel,
    LiveTemplate, ProviderKind, SettingsSpec, TemplateSpec, TopicSpec,
};
pub use stage::{Foreseen, Relay, RelayConfig, RelayHandle, Waiting, foresee};
pub use tracking::tokens::{Claim, HookPart, Purpose, Tokens};
