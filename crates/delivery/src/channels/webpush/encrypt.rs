//! Encryption of one notification for one browser: ECDH on P-256, HKDF and AES-128-GCM (RFC 8291, RFC 8188).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use ring::aead;
use sha2::Sha256;

/// The record size in the header: everything is one record.
const RECORD_BYTES: u32 = 4_096;

/// What must never be used twice: the server's key pair of this notification and the salt.
pub struct Salted {
    secret: SecretKey,
    salt: [u8; 16],
}

impl Salted {
    /// Fresh ones.
    #[must_use]
    pub fn random() -> Self {
        let rng = ring::rand::SystemRandom::new();
        loop {
            let (mut key, mut salt) = ([0; 32], [0; 16]);
            let filled = ring::rand::SecureRandom::fill(&rng, &mut key)
                .and_then(|()| ring::rand::SecureRandom::fill(&rng, &mut salt));
            // A number that is no key comes once in 2^32; a system without randomness is not waited for.
            match (filled, SecretKey::from_slice(&key)) {
                (Ok(()), Ok(secret)) => return Salted { secret, salt },
                (Ok(()), Err(_)) => {}
                (Err(_), _) => std::thread::sleep(std::time::Duration::from_millis(10)),
            }
        }
    }

    /// Given ones, to compare with published vectors.
    ///
    /// # Errors
    /// When they are no key or no salt.
    pub fn given(secret: &[u8], salt: &[u8]) -> Result<Self, String> {
        let secret = SecretKey::from_slice(secret).map_err(|_| "not a key of P-256".to_owned())?;
        Ok(Salted { secret, salt: salt.try_into().map_err(|_| "a salt has 16 bytes".to_owned())? })
    }
}

/// HKDF's extract-and-expand for at most 32 bytes (RFC 5869).
fn hkdf(salt: &[u8], input: &[u8], info: &[u8]) -> [u8; 32] {
    let mac = |key: &[u8]| {
        // HMAC takes keys of any length, so this cannot fail.
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC accepts any key length"))
    };
    let extracted = mac(salt).chain_update(input).finalize().into_bytes();
    mac(&extracted).chain_update(info).chain_update([1]).finalize().into_bytes().into()
}

fn decode(text: Option<&str>, what: &str) -> Result<Vec<u8>, String> {
    let text = text.unwrap_or_default().trim_end_matches('=');
    URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("the browser's {what} is not base64url"))
}

/// The body of a push message: header, then the one encrypted record.
///
/// # Errors
/// When the browser's keys are none.
pub fn encrypt(p256dh: Option<&str>, auth: Option<&str>, payload: &[u8], salted: &Salted) -> Result<Vec<u8>, String> {
    let (browser, auth) = (decode(p256dh, "key")?, decode(auth, "secret")?);
    let public = PublicKey::from_sec1_bytes(&browser).map_err(|_| "the browser's key is not on P-256".to_owned())?;
    let ours = salted.secret.public_key().to_encoded_point(false);
    let shared = p256::ecdh::diffie_hellman(salted.secret.to_nonzero_scalar(), public.as_affine());
    let info = [b"WebPush: info\0".as_slice(), &browser, ours.as_bytes()].concat();
    let input = hkdf(&auth, shared.raw_secret_bytes(), &info);
    let key = hkdf(&salted.salt, &input, b"Content-Encoding: aes128gcm\0");
    let nonce = hkdf(&salted.salt, &input, b"Content-Encoding: nonce\0");

    let sealing = aead::UnboundKey::new(&aead::AES_128_GCM, &key[..16]).map_err(|_| "not a key".to_owned())?;
    let nonce = aead::Nonce::try_assume_unique_for_key(&nonce[..12]).map_err(|_| "not a nonce".to_owned())?;
    // The delimiter of the last record, and no padding.
    let mut record = [payload, &[2]].concat();
    aead::LessSafeKey::new(sealing)
        .seal_in_place_append_tag(nonce, aead::Aad::empty(), &mut record)
        .map_err(|_| "the notification could not be encrypted".to_owned())?;

    let mut body = Vec::with_capacity(86 + record.len());
    body.extend(salted.salt);
    body.extend(RECORD_BYTES.to_be_bytes());
    body.push(ours.as_bytes().len() as u8);
    body.extend(ours.as_bytes());
    body.extend(record);
    Ok(body)
}
