//! Access tokens for signing in to mail servers: a refresh token is exchanged for one (RFC 6749 section 6), or the application asks
//! for one by itself (section 4.4), which is kept until it ends and shown to the server by XOAUTH2.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::channels::form::Form;
use crate::channels::http::{Call, Http, Outbound};
use crate::spec::ChannelSpec;

/// A token is not used in its last minutes: a connection takes its time.
const SPARE: Duration = Duration::from_secs(120);

/// What a refresh token is exchanged with.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// Where tokens are given.
    pub token_url: String,
    /// The refresh token; empty where the application signs in by itself, with its secret.
    pub refresh_token: String,
    /// The application's id.
    pub client_id: String,
    /// Its secret; empty when it has none.
    pub client_secret: String,
    /// What is asked for; empty where that need not be said.
    pub scope: String,
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant").field("token_url", &self.token_url).finish_non_exhaustive()
    }
}

/// Who gives tokens, and the one there is.
pub(crate) struct TokenSource {
    url: String,
    form: Vec<(&'static str, String)>,
    http: Http,
    /// The token and until when it is used. The lock is held while one is fetched, so that many connections ask once.
    kept: Mutex<Option<(String, Instant)>>,
}

impl TokenSource {
    /// The source of a channel that signs in by XOAUTH2; `None` for one that does not.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub(super) fn of(spec: &ChannelSpec, timeout: Duration, outbound: &Outbound) -> Result<Option<Self>, String> {
        if spec.member("auth") != Some("xoauth2") {
            return Ok(None);
        }
        let said = |name: &str| spec.member(name).unwrap_or_default().to_owned();
        let grant = Grant {
            token_url: said("token_url"),
            refresh_token: spec.secret.clone().unwrap_or_default(),
            client_id: said("client_id"),
            client_secret: said("client_secret"),
            scope: said("scope"),
        };
        Self::new(&grant, timeout, outbound).map(Some)
    }

    /// A source for that grant, where `outbound` lets it be; `timeout` bounds each question.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub(crate) fn new(grant: &Grant, timeout: Duration, outbound: &Outbound) -> Result<Self, String> {
        let by_itself = grant.refresh_token.is_empty();
        let all = [
            ("grant_type", if by_itself { "client_credentials" } else { "refresh_token" }),
            ("refresh_token", &grant.refresh_token),
            ("client_id", &grant.client_id),
            ("client_secret", &grant.client_secret),
            ("scope", &grant.scope),
        ];
        let form = all.into_iter().filter(|(_, v)| !v.is_empty()).map(|(name, v)| (name, v.to_owned())).collect();
        let http = Http::new(timeout, outbound)?;
        Ok(TokenSource { url: grant.token_url.clone(), form, http, kept: Mutex::default() })
    }

    /// A token that holds.
    ///
    /// # Errors
    /// What the source answered instead.
    pub(crate) async fn token(&self) -> Result<String, String> {
        let mut kept = self.kept.lock().await;
        if let Some((token, until)) = kept.as_ref()
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let mut form = Form::default();
        for (name, value) in &self.form {
            form.add(name, value);
        }
        let call = Call::post(self.url.clone(), "application/x-www-form-urlencoded", form.finish());
        let answer = self.http.call(&call).await.map_err(|f| format!("asking for an access token: {}", f.detail()))?;
        let body = answer.json();
        let Some(token) = body["access_token"].as_str().filter(|_| answer.is_success()) else {
            let said = body["error_description"].as_str().or_else(|| body["error"].as_str());
            let said = said.map_or_else(|| answer.status.to_string(), crate::channels::http::short);
            return Err(format!("no access token was given: {said}"));
        };
        let holds = Duration::from_secs(body["expires_in"].as_u64().unwrap_or(3_600)).saturating_sub(SPARE);
        *kept = Some((token.to_owned(), Instant::now() + holds));
        Ok(token.to_owned())
    }

    /// The server did not take that token: the next one is a new one.
    pub(crate) async fn forget(&self, token: &str) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|(old, _)| old == token) {
            *kept = None;
        }
    }
}
