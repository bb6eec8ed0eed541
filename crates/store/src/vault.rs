//! Secrets at rest: passwords and keys of providers lie in the database sealed (ChaCha20-Poly1305, RFC 8439) under a key that
//! lies outside of it, so that a copy of the database gives none of them away.
//!
//! The key is `secret.key` in the data directory, readable by its owner only, or comes from the configuration
//! (`secret_key`). It is a list: the first key seals, all of them open. **Rotation**: put a new line above the old one and
//! restart: every secret is sealed anew when the installation is opened, then the old line can go.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_domain::{Pii, ResourceKind, WorkspaceId};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use crate::{Result, StoreError};

/// The file of the keys in the data directory.
pub const KEY_FILE: &str = "secret.key";
/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Most keys in the list.
const MAX_KEYS: usize = 16;
/// How a sealed text begins; a stored format.
const PREFIX: &str = "sealed:1:";

struct Key {
    /// Names the key in what it sealed: the beginning of its hash.
    name: String,
    key: LessSafeKey,
}

/// The keys, the present one first.
pub struct Vault {
    keys: Vec<Key>,
    random: SystemRandom,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Vault {
    /// The keys of a data directory: those configured, else those of [`KEY_FILE`], which is made when it is not there.
    pub(crate) fn open(dir: &Path, configured: Option<&Pii<String>>) -> Result<Self> {
        let random = SystemRandom::new();
        let (place, text) = match configured {
            Some(keys) => ("secret_key".to_owned(), keys.expose().clone()),
            None => {
                let file = dir.join(KEY_FILE);
                let text = read_or_make(&file, &random)
                    .map_err(|e| StoreError::Open { file: file.display().to_string(), detail: e.to_string() })?;
                (file.display().to_string(), text)
            }
        };
        let lines = text.split(|c: char| c.is_whitespace() || c == ',').filter(|line| !line.is_empty());
        let keys: Option<Vec<Key>> = lines.map(key).collect();
        match keys.filter(|keys| (1..=MAX_KEYS).contains(&keys.len())) {
            Some(keys) => Ok(Vault { keys, random }),
            None => {
                let detail = format!("expected 1 to {MAX_KEYS} keys, each {KEY_BYTES} bytes in base64, one a line");
                Err(StoreError::Open { file: place, detail })
            }
        }
    }

    /// `spec` with the secrets of its kind sealed, for storing. A secret that is the one in `previous` stays as it was
    /// sealed there, so that the same document stays the same.
    ///
    /// # Errors
    /// Only when the system has no randomness.
    pub fn sealed(
        &self,
        ws: WorkspaceId,
        kind: ResourceKind,
        id: &str,
        mut spec: Value,
        previous: Option<&Value>,
    ) -> Result<Value> {
        for member in kind.secrets() {
            let Some(Value::String(text)) = spec.get_mut(member) else { continue };
            let place = place(ws, kind, id, member);
            let before = previous.and_then(|p| p.get(member)?.as_str()).filter(|sealed| self.is_current(sealed));
            let same = before.filter(|sealed| self.unseal(&place, sealed).is_ok_and(|clear| clear == *text));
            *text = match same {
                Some(sealed) => sealed.to_owned(),
                None => self.seal(&place, text)?,
            };
        }
        Ok(spec)
    }

    /// `spec` with the secrets of its kind in clear, for using them. Never to be answered or logged.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a secret was sealed under a key that is not in the list any more.
    pub fn opened(&self, ws: WorkspaceId, kind: ResourceKind, id: &str, spec: &Value) -> Result<Value> {
        let mut spec = spec.clone();
        for member in kind.secrets() {
            if let Some(Value::String(text)) = spec.get_mut(member) {
                *text = self.unseal(&place(ws, kind, id, member), text)?;
            }
        }
        Ok(spec)
    }

    /// Whether every secret of `spec` is sealed under the present key.
    pub(crate) fn is_fresh(&self, kind: ResourceKind, spec: &Value) -> bool {
        kind.secrets().iter().filter_map(|m| spec.get(m)?.as_str()).all(|text| self.is_current(text))
    }

    fn is_current(&self, text: &str) -> bool {
        let name = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once(':')).map(|(name, _)| name);
        name.is_some_and(|name| self.keys.first().is_some_and(|key| key.name == name))
    }

    fn seal(&self, place: &str, clear: &str) -> Result<String> {
        let fault = |_| StoreError::Sealed { what: place.to_owned(), detail: "cannot be sealed".to_owned() };
        // The list is never empty.
        let key = self.keys.first().ok_or(ring::error::Unspecified).map_err(fault)?;
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(fault)?;
        let mut bytes = clear.as_bytes().to_vec();
        let aad = Aad::from(place.as_bytes());
        key.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes).map_err(fault)?;
        let sealed = STANDARD.encode([&nonce[..], &bytes].concat());
        Ok(format!("{PREFIX}{}:{sealed}", key.name))
    }

    /// The clear text of a sealed one; a text that was never sealed is itself.
    fn unseal(&self, place: &str, text: &str) -> Result<String> {
        let Some(rest) = text.strip_prefix(PREFIX) else { return Ok(text.to_owned()) };
        let fault = |detail: String| StoreError::Sealed { what: place.to_owned(), detail };
        let (name, sealed) = rest.split_once(':').ok_or_else(|| fault("is damaged".to_owned()))?;
        let Some(key) = self.keys.iter().find(|key| key.name == name) else {
            return Err(fault(format!(
                "was sealed under key {name}, which is not among the keys: put that key back, or write the secret anew"
            )));
        };
        let damaged = || fault("is damaged, or belongs to another document: write the secret anew".to_owned());
        let bytes = STANDARD.decode(sealed).map_err(|_| damaged())?;
        let (nonce, bytes) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
        let mut bytes = bytes.to_vec();
        let aad = Aad::from(place.as_bytes());
        let clear = key.key.open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut bytes);
        String::from_utf8(clear.map_err(|_| damaged())?.to_vec()).map_err(|_| damaged())
    }
}

/// What a secret belongs to: a sealed text put in another place does not open.
fn place(ws: WorkspaceId, kind: ResourceKind, id: &str, member: &str) -> String {
    format!("{} {id} of workspace {}: {member}", kind.as_str(), ws.0)
}

fn key(text: &str) -> Option<Key> {
    let bytes = STANDARD.decode(text).ok().filter(|b| b.len() == KEY_BYTES)?;
    let name = digest(&SHA256, &bytes).as_ref().iter().take(4).map(|b| format!("{b:02x}")).collect();
    Some(Key { name, key: LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok()?) })
}

fn read_or_make(file: &Path, random: &SystemRandom) -> std::io::Result<String> {
    match fs::read_to_string(file) {
        Ok(text) => {
            // As ssh does with its keys, but mended instead of refused: nobody else is to read it.
            if fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
                tracing::warn!(file = %file.display(), "the key file was readable by others; it is not any more");
                fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
            }
            Ok(text)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0; KEY_BYTES];
            random.fill(&mut bytes).map_err(|_| std::io::Error::other("no randomness"))?;
            let text = STANDARD.encode(bytes) + "\n";
            let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
            match written {
                Ok(mut made) => {
                    made.write_all(text.as_bytes())?;
                    made.sync_all()?;
                    Ok(text)
                }
                // Another process was first; its key counts.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => fs::read_to_string(file),
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WS: WorkspaceId = WorkspaceId(1);
    const KIND: ResourceKind = ResourceKind::Channel;

    fn keys(numbers: &[u8]) -> Pii<String> {
        Pii(numbers.iter().map(|n| STANDARD.encode([*n; KEY_BYTES])).collect::<Vec<_>>().join("\n"))
    }

    fn vault(numbers: &[u8]) -> Vault {
        Vault::open(Path::new("/nowhere"), Some(&keys(numbers))).unwrap()
    }

    #[test]
    fn a_secret_is_sealed_and_opens_in_its_place_only() {
        let vault = vault(&[1]);
        let clear = json!({"host": "h", "secret": "hunter2", "username": "u"});
        let sealed = vault.sealed(WS, KIND, "mail", clear.clone(), None).unwrap();
        let text = sealed["secret"].as_str().unwrap().to_owned();
        assert!(text.starts_with("sealed:1:") && !sealed.to_string().contains("hunter2"), "{sealed}");
        assert_eq!(vault.opened(WS, KIND, "mail", &sealed).unwrap(), clear);
        for (ws, id) in [(WorkspaceId(2), "mail"), (WS, "other")] {
            assert!(vault.opened(ws, KIND, id, &sealed).is_err(), "moved to {ws:?} {id}");
        }
        // The same secret again keeps its form, so that the same document stays the same version; another one does not.
        assert_eq!(vault.sealed(WS, KIND, "mail", clear.clone(), Some(&sealed)).unwrap(), sealed);
        assert_ne!(vault.sealed(WS, KIND, "mail", clear.clone(), None).unwrap(), sealed);
        for damage in ["sealed:1:", "sealed:1:00000000:AAAA", &text[..text.len() - 4], &text.replace(":1:", ":1:x")] {
            let error = vault.opened(WS, KIND, "mail", &json!({"secret": damage})).unwrap_err();
            assert_eq!(error.code(), "secret_sealed", "{damage}");
        }
        assert_eq!(vault.opened(WS, KIND, "mail", &json!({"secret": "old"})).unwrap()["secret"], "old", "from before");
        assert_eq!(vault.opened(WS, ResourceKind::Topic, "t", &json!({"secret": 1})).unwrap(), json!({"secret": 1}));
    }

    #[test]
    fn keys_are_rotated_by_a_new_first_line() {
        let sealed = vault(&[1]).sealed(WS, KIND, "mail", json!({"secret": "s"}), None).unwrap();
        let both = vault(&[2, 1]);
        assert!(vault(&[1]).is_fresh(KIND, &sealed) && !both.is_fresh(KIND, &sealed));
        let clear = both.opened(WS, KIND, "mail", &sealed).unwrap();
        let again = both.sealed(WS, KIND, "mail", clear.clone(), Some(&sealed)).unwrap();
        assert_eq!(vault(&[2]).opened(WS, KIND, "mail", &again).unwrap(), clear);
        let error = vault(&[2]).opened(WS, KIND, "mail", &sealed).unwrap_err().to_string();
        assert!(error.contains("not among the keys"), "{error}");
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sealed =
            Vault::open(dir.path(), None).unwrap().sealed(WS, KIND, "m", json!({"secret": "s"}), None).unwrap();
        let file = dir.path().join(KEY_FILE);
        let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let again = Vault::open(dir.path(), None).unwrap();
        assert_eq!((again.opened(WS, KIND, "m", &sealed).unwrap()["secret"].as_str(), mode()), (Some("s"), 0o600));
        fs::write(&file, "short\n").unwrap();
        assert!(Vault::open(dir.path(), None).unwrap_err().to_string().contains("32 bytes in base64"));
    }
}
