//! Trying a channel before anybody relies on it. Nothing here can reach a customer (invariant I8).

use std::sync::Arc;
use std::time::Duration;

use rapport_domain::{MessageChannel, Timestamp};

pub use super::email::Trial;
use super::http::Http;
use super::{Means, email};
use crate::spec::ChannelSpec;

/// Does what shows that the channel works, within `timeout`: for mail it connects, signs in and sends a short mail to
/// `to`, a member of the team, if there is one; other providers are asked something that changes nothing.
pub async fn try_channel(spec: &ChannelSpec, to: Option<&str>, timeout: Duration, now: Timestamp) -> Trial {
    if spec.kind == crate::spec::ProviderKind::Smtp {
        return email::try_channel(spec, to, timeout, now).await;
    }
    let mut trial = Trial::default();
    let work = async {
        let http = Arc::new(Http::new(timeout, false)?);
        super::open(spec, &Means { timeout, http })?.probe().await
    };
    match tokio::time::timeout(timeout, work).await {
        Ok(Ok(said)) => trial.done.push(said),
        Ok(Err(problem)) => trial.problem = Some(problem),
        Err(_) => trial.problem = Some(format!("no answer within {} s", timeout.as_secs())),
    }
    if to.is_some() && spec.kind.carries() != MessageChannel::Email && trial.problem.is_none() {
        trial.done.push("no message was sent: only mail channels send one to a member".to_owned());
    }
    trial
}
