//! The first workspace of an installation: its owner and first keys, made together or not at all.

use anyhow::{Result, bail};
use rand::Rng;
use rapport_api::{hash_password, new_api_token, new_write_key};
use rapport_domain::Timestamp;
use rapport_store::control::members::{self, NewMember, Role};
use rapport_store::control::tokens::{self, NewToken};
use rapport_store::control::{audit, sources, workspaces};
use rapport_store::{StoreError, Stores};
use serde::Serialize;
use serde_json::json;

/// Letters and digits that are not mistaken for one another; 32 of them, so each is 5 bits.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const PASSWORD_CHARS: usize = 20;

/// The workspace to make.
#[derive(Clone, Debug)]
pub struct NewWorkspace {
    /// Its name in paths.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its IANA time zone.
    pub time_zone: String,
    /// The owner's address.
    pub email: String,
    /// The owner's password; `None` makes one.
    pub password: Option<String>,
}

/// What was made. The secrets are in no other place.
#[derive(Clone, Debug, Serialize)]
pub struct Created {
    /// The workspace's slug.
    pub workspace: String,
    /// A key that sends events.
    pub write_key: String,
    /// A token of the management API that may do everything.
    pub api_token: String,
    /// Who signs in.
    pub owner: Owner,
}

/// Who signs in.
#[derive(Clone, Debug, Serialize)]
pub struct Owner {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Makes the first workspace.
///
/// # Errors
/// There is one already, or slug, address or time zone are not of the expected form.
pub fn create(stores: &Stores, new: &NewWorkspace, now: Timestamp) -> Result<Created> {
    let password = new.password.clone().unwrap_or_else(new_password);
    let password_hash = hash_password(&password)?;
    let (write_key, token) = (new_write_key(), new_api_token());
    let made = stores.control().write(|tx| {
        if let Some(first) = workspaces::list(tx)?.into_iter().next() {
            return Ok(Err(first.slug));
        }
        let ws = workspaces::create(tx, &new.slug, &new.name, &new.time_zone, now)?.id;
        let name = new.email.split('@').next().unwrap_or_default();
        let owner = NewMember { email: &new.email, name, role: Role::Owner, password_hash: &password_hash };
        members::create(tx, ws, owner, now)?;
        let source = sources::create(tx, ws, "default", "Default", "server", now)?;
        sources::add_key(tx, ws, source.id, &write_key, now)?;
        let first = NewToken {
            name: "first token",
            hash: &token.hash,
            prefix: &token.prefix,
            scopes: "admin",
            expires_at: None,
        };
        tokens::create(tx, ws, first, now)?;
        audit::append(tx, ws, now, "system", "workspace.create", &format!("workspace/{}", new.slug), &json!({}))?;
        Ok::<_, StoreError>(Ok(()))
    })?;
    if let Err(slug) = made {
        bail!("this data directory is initialised already: it has the workspace {slug}; keys are made in Settings");
    }
    let owner = Owner { email: new.email.trim().to_lowercase(), password };
    Ok(Created { workspace: new.slug.clone(), write_key, api_token: token.text, owner })
}

/// A password nobody can guess: 100 random bits.
pub(crate) fn new_password() -> String {
    let mut rng = rand::rng();
    (0..PASSWORD_CHARS).map(|_| char::from(LETTERS[usize::from(rng.random::<u8>() & 31)])).collect()
}

#[cfg(test)]
mod tests {
    use rapport_store::DbOptions;

    use super::*;

    #[test]
    fn a_workspace_is_made_once_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let stores = Stores::open(dir.path(), 1, &DbOptions::default()).unwrap();
        let mut new = NewWorkspace {
            slug: "shop".to_owned(),
            name: "Shop".to_owned(),
            time_zone: "UTC".to_owned(),
            email: "no address".to_owned(),
            password: None,
        };
        assert!(create(&stores, &new, Timestamp(1)).is_err());
        new.email = "Ann@example.com".to_owned();
        let made = create(&stores, &new, Timestamp(1)).unwrap();
        let (key, member) = stores
            .control()
            .read(|q| {
                Ok::<_, StoreError>((
                    sources::lookup_key(q, &made.write_key)?,
                    members::by_email(q, &made.owner.email)?,
                ))
            })
            .unwrap();
        let member = member.unwrap();
        assert_eq!((key.unwrap().0, member.role), (member.workspace, Role::Owner));
        assert!(rapport_api::verify_password(&made.owner.password, Some(&member.password_hash.0)));
        assert_eq!(made.owner.password.len(), PASSWORD_CHARS);
        let again = create(&stores, &new, Timestamp(2)).unwrap_err().to_string();
        assert!(again.contains("initialised already") && again.contains("shop"), "{again}");
    }
}
