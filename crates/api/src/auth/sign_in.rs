//! Signing in: a password, throttled by account and by address.

use std::net::IpAddr;

use rapport_domain::time::{DAY_MS, SECOND_MS};
use rapport_domain::{ErrorClass, Timestamp};
use rapport_store::control::members::Member;
use rapport_store::control::throttle::{self, Throttle};
use rapport_store::control::{audit, members, sessions};
use serde_json::json;

use super::password::verify_password;
use super::secret::{self, NewSecret};
use crate::config::{FREE_FAILURES_PER_ACCOUNT, FREE_FAILURES_PER_ADDRESS, MAX_SIGN_IN_WAIT_MS};
use crate::error::ApiError;
use crate::state::ApiState;

/// A session just begun.
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) member: Member,
    /// The cookie's secret.
    pub(crate) secret: NewSecret,
    /// What changing requests send beside the cookie.
    pub(crate) csrf: String,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
}

/// The keys failures are counted under, with how many are free. Addresses of people are hashed: the table outlives them.
fn keys(email: &str, ip: Option<IpAddr>) -> Vec<(String, u32)> {
    let hex = |text: &str| secret::hash_secret(text).iter().take(16).map(|b| format!("{b:02x}")).collect::<String>();
    let account = (format!("account:{}", hex(&email.trim().to_lowercase())), FREE_FAILURES_PER_ACCOUNT);
    let address = ip.map(|ip| (format!("address:{}", hex(&ip.to_string())), FREE_FAILURES_PER_ADDRESS));
    std::iter::once(account).chain(address).collect()
}

/// How long to wait after so many failures: nothing for the free ones, then twice as long each time.
fn wait_ms(failures: u32, free: u32) -> i64 {
    match failures.checked_sub(free) {
        None => 0,
        Some(over) => (SECOND_MS << over.min(20)).min(MAX_SIGN_IN_WAIT_MS),
    }
}

/// Signs a member in.
///
/// # Errors
/// 401 for a wrong address or password, without saying which; 429 after too many failures.
pub(crate) async fn sign_in(
    state: &ApiState,
    email: String,
    password: String,
    ip: Option<IpAddr>,
) -> Result<SignedIn, ApiError> {
    state.password(move |state| attempt(state, &email, &password, ip)).await
}

fn attempt(state: &ApiState, email: &str, password: &str, ip: Option<IpAddr>) -> Result<SignedIn, ApiError> {
    let (now, control) = (state.now(), state.stores.control());
    let keys = keys(email, ip);
    let member = control.read(|q| {
        for (key, _) in &keys {
            let wait = throttle::get(q, key)?.until.since_ms(now);
            if wait > 0 {
                let error = ApiError::new(ErrorClass::Throttled, "sign_in_throttled", "too many failed sign-ins; wait");
                return Err(ApiError { retry_after_ms: Some(wait.unsigned_abs()), ..error });
            }
        }
        Ok(members::by_email(q, email)?)
    })?;
    let hash = member.as_ref().map(|m| m.password_hash.expose().as_str());
    let right = verify_password(password, hash);
    let Some(member) = member.filter(|m| right && !m.disabled) else {
        control.write(|tx| {
            for (key, free) in &keys {
                let failures = throttle::get(tx, key)?.failures.saturating_add(1);
                let until = now.plus_ms(wait_ms(failures, *free));
                throttle::set(tx, key, Throttle { failures, until }, now)?;
            }
            Ok::<_, ApiError>(())
        })?;
        return Err(ApiError::new(ErrorClass::Unauthorised, "wrong_credentials", "the address or password is wrong"));
    };
    let (secret, csrf) = (secret::new_session(), secret::new_csrf());
    let expires_at = now.plus_ms(state.config.session_ms);
    control.write(|tx| {
        // Only the account's: whoever has one account may not try others from the same address without end.
        throttle::clear(tx, &keys[0].0)?;
        // Signing in is rare enough to sweep beside it.
        throttle::expire(tx, now.plus_ms(-DAY_MS))?;
        sessions::expire(tx, now)?;
        sessions::create(tx, member.workspace, member.id, &secret.hash, &csrf, now, expires_at)?;
        let object = format!("member/{}", member.id);
        audit::append(tx, member.workspace, now, &member.email, "session.create", &object, &json!({}))?;
        Ok::<_, ApiError>(())
    })?;
    Ok(SignedIn { member, secret, csrf, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<i64> = [0, 4, 5, 6, 7, 40].iter().map(|n| wait_ms(*n, 5)).collect();
        assert_eq!(waits, [0, 0, 1_000, 2_000, 4_000, MAX_SIGN_IN_WAIT_MS]);
    }
}
