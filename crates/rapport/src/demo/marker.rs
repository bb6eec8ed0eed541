//! What the demo remembers of itself between starts: which shop it is, and how much of its history was fed.

use std::path::Path;

use anyhow::{Context, Result};
use rapport_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::write_private;
use crate::cli::Demo;

const FILE: &str = "demo.json";

/// The demo of a data directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Marker {
    pub(super) seed: u64,
    pub(super) customers: u32,
    pub(super) days: u32,
    /// The instant up to which there is history; the same shop is made from it at every start.
    pub(super) anchor: Timestamp,
    /// Events of the history that are durable.
    pub(super) fed: u64,
    /// Whether that is all of it.
    pub(super) done: bool,
    /// How often the demo was started.
    pub(super) starts: u32,
    /// The owner's password, unless it is the usual one.
    pub(super) password: Option<String>,
}

impl Marker {
    pub(super) fn new(args: &Demo, anchor: Timestamp, password: Option<String>) -> Self {
        let (seed, customers, days) = (args.seed, args.customers, args.days);
        Marker { seed, customers, days, anchor, fed: 0, done: false, starts: 0, password }
    }

    pub(super) fn read(dir: &Path) -> Result<Option<Self>> {
        let file = dir.join(FILE);
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let read = serde_json::from_str(&text);
                Ok(Some(read.with_context(|| format!("{}: remove the demo's data and begin anew", file.display()))?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
        }
    }

    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        write_private(&dir.join(FILE), &serde_json::to_string(self)?)
    }

    /// Whether the whole history is durable.
    pub(super) fn is_fed(&self) -> bool {
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_is_remembered() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Marker::read(dir.path()).unwrap(), None);
        let marker = Marker {
            seed: 7,
            customers: 10,
            days: 3,
            anchor: Timestamp(99),
            fed: 5,
            done: false,
            starts: 1,
            password: Some("p".to_owned()),
        };
        marker.write(dir.path()).unwrap();
        assert_eq!(Marker::read(dir.path()).unwrap(), Some(marker));
        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(Marker::read(dir.path()).unwrap_err().to_string().contains("demo.json"));
    }
}
