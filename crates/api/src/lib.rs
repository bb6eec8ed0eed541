//! Layer 3: the HTTP face of the product.
//!
//! Consumes HTTP requests of event sources, members, programs and customers; emits events and letters to the log through
//! the collector, and changes of the control database; owns sessions, the mapping of errors to statuses, and the OpenAPI
//! document. `router.rs` is the index: every endpoint with who may call it.
//!
//! What is deliberately absent: SQL and decisions. Handlers ask the stores' and the engine's functions, on blocking
//! threads, and never touch a database themselves.

mod auth;
mod bursts;
mod codes;
mod config;
mod customer;
mod dashboard;
mod dependants;
mod described;
mod document;
mod embedded;
mod endpoint;
mod error;
mod events;
mod extract;
mod golive;
mod guard;
mod notices;
mod openapi;
mod outward;
mod problem;
mod reply;
mod router;
mod routes;
mod rules;
mod serve;
mod simulations;
mod state;
mod telemetry;
mod view;

pub use auth::password::{hash_password, verify_password};
pub use auth::secret::{NewSecret, hash_secret, new_api_token, new_write_key};
pub use auth::{Access, Caller};
pub use config::ApiConfig;
pub use endpoint::{Endpoint, Method};
pub use error::ApiError;
pub use notices::Notices;
pub use openapi::document as openapi;
pub use router::{endpoints, router};
pub use routes::imports::ImportSpec;
pub use serve::serve;
pub use state::{ApiParts, ApiState, ImportRunner};
