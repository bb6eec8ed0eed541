//! Commands as clients of the management API: they can do nothing that another program with a token could not.
//!
//! The server is the one named (`--server`, `RAPPORT_SERVER`), else the one that has the data directory open, else one
//! started inside this process for the time of the command.

mod embedded;
mod http;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::app::{ADDRESS_FILE, TOKEN_FILE};
use crate::config::Config;
use embedded::Embedded;

pub use http::{Answer, ApiFailure, Http, segment};

/// How long a command waits at its end until what it caused is applied.
const SETTLE: Duration = Duration::from_secs(600);

/// Which server to talk to.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Target {
    /// The server's address, such as https://rapport.example.com [default: the one on this data directory]
    #[arg(long, value_name = "URL", global = true, env = "RAPPORT_SERVER")]
    pub server: Option<String>,
    /// An API token of that server
    #[arg(long, value_name = "TOKEN", global = true, env = "RAPPORT_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

/// A connected client.
pub struct Client {
    http: Http,
    embedded: Option<Embedded>,
}

/// What a server says of itself in its data directory.
#[derive(Debug, Deserialize)]
struct Announced {
    url: String,
}

impl Client {
    /// Finds the server, or starts one in this process.
    ///
    /// # Errors
    /// There is no workspace yet, the token is missing, or the data cannot be opened; the message says what to do.
    pub fn connect(target: &Target, config: &Config) -> Result<Client> {
        if let Some(server) = stated(&target.server) {
            let Some(token) = stated(&target.token) else {
                bail!("--server needs --token (or RAPPORT_TOKEN): an API token made in Settings, API tokens");
            };
            return Ok(Client { http: Http::new(server, token), embedded: None });
        }
        if let Some(url) = running(&config.data_dir)? {
            let token = match stated(&target.token) {
                Some(token) => token.to_owned(),
                None => local_token(&config.data_dir)?,
            };
            return Ok(Client { http: Http::new(&url, &token), embedded: None });
        }
        // Nothing is made where there is nothing: the directory may be mistyped.
        if !config.data_dir.join("state").exists() {
            bail!(no_workspace(&config.data_dir));
        }
        let embedded = Embedded::start(config)?;
        let token = match stated(&target.token) {
            Some(token) => token.to_owned(),
            None => embedded.token().with_context(|| no_workspace(&config.data_dir))?,
        };
        Ok(Client { http: Http::new(embedded.url(), &token), embedded: Some(embedded) })
    }

    /// The API.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Whether the server runs inside this process.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Ends the client; a server of its own applies what is left and closes.
    ///
    /// # Errors
    /// The last rows could not be written.
    pub fn close(self) -> Result<()> {
        match self.embedded {
            Some(embedded) => embedded.close(SETTLE),
            None => Ok(()),
        }
    }
}

/// An option's text; an empty one, as `RAPPORT_SERVER=` leaves it, says nothing.
fn stated(option: &Option<String>) -> Option<&str> {
    option.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn no_workspace(dir: &Path) -> String {
    let demo = dir.join("demo");
    if demo.join(ADDRESS_FILE).exists() {
        return format!(
            "there is no workspace in {}; the demo shop is in {}: give --data {1}",
            dir.display(),
            demo.display()
        );
    }
    format!("there is no workspace in {} yet: run `rapport init` first", dir.display())
}

/// The address of the server that has the directory open; `None` when there is none.
fn running(dir: &Path) -> Result<Option<String>> {
    let file = dir.join(ADDRESS_FILE);
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok(None) };
    let announced: Announced =
        serde_json::from_str(&text).with_context(|| format!("{}: expected {{\"url\", \"pid\"}}", file.display()))?;
    // A server that was killed leaves its file behind.
    Ok(Http::new(&announced.url, "").is_alive().then_some(announced.url))
}

fn local_token(dir: &Path) -> Result<String> {
    let file = dir.join(TOKEN_FILE);
    match std::fs::read_to_string(&file) {
        Ok(token) => Ok(token.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(no_workspace(dir)),
        Err(error) => Err(error).with_context(|| {
            format!("{} cannot be read; run as the user of the server, or give --token", file.display())
        }),
    }
}
