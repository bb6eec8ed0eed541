//! Links that come back: signed tokens, the links that carry them, and the pages they lead to.

pub mod agent;
pub mod confirm;
pub mod links;
pub mod pages;
pub mod samples;
mod style;
pub mod tokens;
pub mod words;

pub use agent::{AgentClass, classify};
pub use pages::{ChannelChoice, ConsentChange, Page, Theme, TopicChoice, Wishes};
pub use words::{OwnWords, Words, accepted};
