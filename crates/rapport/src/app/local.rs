//! How commands on this machine reach a running server: its address and a token, in files only the owner can read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use parking_lot::Mutex;
use rapport_api::new_api_token;
use rapport_domain::{Clock, SystemClock, WorkspaceId};
use rapport_store::control::tokens::{self, NewToken};
use rapport_store::control::workspaces;
use rapport_store::{StoreError, Stores};
use serde_json::json;

/// The file with `{"url", "pid"}` of the server that has the data directory open.
pub const ADDRESS_FILE: &str = "rapport.addr";
/// The file with the token of commands.
pub const TOKEN_FILE: &str = "cli.token";
/// The name of that token.
const TOKEN_NAME: &str = "local cli";

/// Local access to a running installation. The token is made anew at each start and revoked at the end.
pub struct LocalAccess {
    stores: Arc<Stores>,
    dir: PathBuf,
    url: String,
    to_files: bool,
    token: Mutex<Option<(WorkspaceId, u64, String)>>,
}

impl LocalAccess {
    pub(super) fn new(stores: Arc<Stores>, dir: &Path, url: &str, to_files: bool) -> Self {
        LocalAccess { stores, dir: dir.to_owned(), url: url.to_owned(), to_files, token: Mutex::new(None) }
    }

    /// Where this machine reaches the server.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token of commands for the oldest workspace; `None` while there is no workspace.
    ///
    /// # Errors
    /// The control database or the token's file cannot be written.
    pub fn token(&self) -> Result<Option<String>> {
        let mut token = self.token.lock();
        if let Some((_, _, text)) = &*token {
            return Ok(Some(text.clone()));
        }
        let secret = new_api_token();
        let now = SystemClock.now();
        let made = self.stores.control().write(|tx| {
            let Some(workspace) = workspaces::list(tx)?.into_iter().next() else { return Ok(None) };
            revoke_former(tx, workspace.id)?;
            let new = NewToken {
                name: TOKEN_NAME,
                hash: &secret.hash,
                prefix: &secret.prefix,
                scopes: "admin",
                expires_at: None,
            };
            Ok::<_, StoreError>(Some((workspace.id, tokens::create(tx, workspace.id, new, now)?.id)))
        })?;
        let Some((ws, id)) = made else { return Ok(None) };
        if self.to_files {
            write_private(&self.dir.join(TOKEN_FILE), &secret.text)?;
        }
        *token = Some((ws, id, secret.text.clone()));
        Ok(Some(secret.text))
    }

    /// Writes the files.
    pub(super) fn announce(&self) -> Result<()> {
        if self.to_files {
            self.token()?;
            let text = json!({ "url": self.url, "pid": std::process::id() }).to_string();
            write_private(&self.dir.join(ADDRESS_FILE), &text)?;
        }
        Ok(())
    }

    /// The configuration changed: there may be a workspace now.
    pub(super) fn follow(&self) {
        if self.to_files
            && let Err(error) = self.token()
        {
            tracing::warn!(%error, "the token of local commands could not be written");
        }
    }

    /// Takes the files away and revokes the token.
    pub(super) fn withdraw(&self) {
        if self.to_files {
            let _ = fs::remove_file(self.dir.join(ADDRESS_FILE));
            let _ = fs::remove_file(self.dir.join(TOKEN_FILE));
        }
        if let Some((ws, id, _)) = self.token.lock().take() {
            let revoked = self.stores.control().write(|tx| tokens::revoke(tx, ws, id, SystemClock.now()));
            if let Err(error) = revoked {
                tracing::warn!(%error, "the token of local commands could not be revoked; the next start does it");
            }
        }
    }
}

/// Revokes what a process that died left behind.
fn revoke_former(tx: &rapport_store::Tx, ws: WorkspaceId) -> Result<(), StoreError> {
    let mut cursor = None;
    loop {
        let page = tokens::list(tx, ws, cursor.as_deref(), rapport_store::MAX_PAGE)?;
        for token in page.items.iter().filter(|t| t.name == TOKEN_NAME && t.revoked_at.is_none()) {
            tokens::revoke(tx, ws, token.id, SystemClock.now())?;
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

/// Writes a file whole, readable by its owner only.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let partial = path.with_extension("partial");
    let write = || {
        let _ = fs::remove_file(&partial);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&partial, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
