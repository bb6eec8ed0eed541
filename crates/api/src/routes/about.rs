//! What somebody may know before signing in.

use axum::Json;
use axum::extract::State;
use rapport_domain::ResourceKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::reply::Reply;
use crate::state::ApiState;

/// This installation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct About {
    /// The program's version.
    version: &'static str,
    /// Where it is reached, as its operator configured it; without a trailing slash.
    public_url: String,
    /// How to get in; the demo says so.
    sign_in_hint: Option<String>,
    /// Kinds of documents it keeps, for clients that are newer or older.
    kinds: Vec<&'static str>,
    /// Whether mail goes to the built-in mail server, where `/api/v1/inbox` shows it.
    mail_catcher: bool,
}

/// `GET /api/v1/about`.
pub(crate) async fn get(State(state): State<ApiState>) -> Reply<About> {
    Ok(Json(About {
        version: env!("CARGO_PKG_VERSION"),
        public_url: state.config.public_url.clone(),
        sign_in_hint: state.config.sign_in_hint.clone(),
        kinds: ResourceKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        mail_catcher: state.catcher.is_some(),
    }))
}
