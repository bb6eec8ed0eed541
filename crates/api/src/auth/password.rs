//! Passwords: Argon2id with the crate's defaults (RFC 9106's second recommended choice, 19 MiB, two passes).

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use rand::RngCore;
use rapport_domain::{ErrorClass, Problem};

use crate::error::ApiError;

/// The shortest password, characters.
const MIN_CHARS: usize = 10;
/// The longest password, bytes: hashing has a bounded cost.
const MAX_BYTES: usize = 1024;

/// Checks a password somebody wants to have.
///
/// # Errors
/// When it is too short or too long.
pub(crate) fn check(password: &str) -> Result<(), Problem> {
    if password.chars().count() < MIN_CHARS || password.len() > MAX_BYTES {
        let message = format!("expected at least {MIN_CHARS} characters and at most {MAX_BYTES} bytes");
        return Err(Problem::new("password", message));
    }
    Ok(())
}

/// The hash to keep of a password. Takes some ten milliseconds and 19 MiB.
///
/// # Errors
/// Only when the system has no memory.
pub fn hash_password(password: &str) -> Result<String, ApiError> {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    let fault = |e: argon2::password_hash::Error| ApiError::fault("password_hash", ErrorClass::Fatal, e.to_string());
    let salt = SaltString::encode_b64(&bytes).map_err(fault)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(fault)?.to_string())
}

/// Whether a password is the one of a hash. With `None` (nobody has that address) it takes as long and says no.
#[must_use]
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    /// The hash of a password nobody has.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9i$7wPpoTHqnvQ4xEXOqJYm0Zy0VGfSyBRNZaL8k9zYz1Q";
    if password.len() > MAX_BYTES {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_verify() {
        let hash = hash_password("correct horse battery").unwrap();
        assert!(verify_password("correct horse battery", Some(&hash)));
        assert!(!verify_password("correct horse", Some(&hash)));
        assert!(!verify_password("correct horse battery", None));
        assert!(!verify_password("x", Some("not a hash")));
        assert!(check("short").is_err() && check("long enough").is_ok());
    }
}
