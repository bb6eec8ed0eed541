//! `rapport doctor`: what could keep an installation from working, each with what to do.

use std::net::ToSocketAddrs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use rapport_delivery::channels::email::dns::{self, Patience};
use rapport_delivery::core::dns::Finding;
use rapport_delivery::{ChannelSpec, DomainSpec};
use rapport_domain::ResourceKind;
use rapport_log::FindingKind;
use rapport_store::control::{resources, workspaces};
use rapport_store::{StoreError, Stores};
use serde_json::{Value, json};

use super::{print, print_json};
use crate::app::ADDRESS_FILE;
use crate::client::Http;
use crate::config::Config;

/// Below this the disk is about to be full.
const LEAST_FREE_MIB: u64 = 1_024;
const CONNECT: Duration = Duration::from_secs(5);
/// Findings shown of one check.
const SHOWN: usize = 20;

/// What a check found: a line when all is well, else what is wrong.
type Check = Result<String>;

/// Runs every check; fails when one did.
pub(super) fn run(config: &Config, json: bool) -> Result<ExitCode> {
    let (mut failed, mut found) = (false, Vec::new());
    let mut report = |name: &str, check: Check| {
        let (ok, detail) = match check {
            Ok(detail) => (true, detail),
            Err(wrong) => (false, format!("{wrong:#}")),
        };
        failed |= !ok;
        if json {
            found.push(json!({"check": name, "ok": ok, "detail": detail}));
            return Ok(());
        }
        print(&format!("{}{name}: {detail}\n", if ok { "ok    " } else { "FAIL  " }))
    };
    checks(config, &mut report)?;
    if json {
        print_json(&Value::Array(found))?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn checks(config: &Config, report: &mut dyn FnMut(&str, Check) -> Result<()>) -> Result<()> {
    report("configuration", Ok(format!("valid; data in {}", config.data_dir.display())))?;
    report("data directory", writable(&config.data_dir))?;
    report("free space", free_space(&config.data_dir))?;
    if !config.data_dir.join("state").is_dir() {
        return report("installation", Err(anyhow!("there is none here yet: run `rapport init`")));
    }
    report("server", server(config))?;
    report("log", log(config))?;
    let stores = Stores::open(&config.data_dir, config.partitions, &config.db_options());
    match &stores {
        Ok(stores) => report("databases", databases(stores))?,
        Err(error) => report("databases", Err(anyhow!("{error}")))?,
    }
    report("lake", lake(config))?;
    for (name, check) in stores.iter().flat_map(providers) {
        report(&name, check)?;
    }
    for (name, check) in stores.iter().flat_map(domains) {
        report(&name, check)?;
    }
    Ok(())
}

fn writable(dir: &Path) -> Check {
    let probe = dir.join(format!(".doctor-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Ok("writable".to_owned()),
        Err(error) => bail!("{} cannot be written: {error}", dir.display()),
    }
}

fn free_space(dir: &Path) -> Check {
    let space = rustix::fs::statvfs(dir)?;
    let free_mib = (space.f_bavail * space.f_frsize) >> 20;
    if free_mib < LEAST_FREE_MIB {
        bail!("{free_mib} MiB free, expected at least {LEAST_FREE_MIB}: make room, or move the data directory");
    }
    Ok(format!("{free_mib} MiB"))
}

/// Whether a running server says that it is ready.
fn server(config: &Config) -> Check {
    let file = config.data_dir.join(ADDRESS_FILE);
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok("none is running here".to_owned()) };
    let announced: serde_json::Value = serde_json::from_str(&text)?;
    let url = announced["url"].as_str().unwrap_or_default();
    let http = Http::new(url, "");
    if !http.is_alive() {
        return Ok(format!("none is running here; the last one at {url} did not close properly, which is harmless"));
    }
    match http.get_text("/readyz", &[]) {
        Ok(_) => Ok(format!("ready at {url}")),
        Err(error) => bail!("at {url}, and not ready: {error}"),
    }
}

fn log(config: &Config) -> Check {
    let found = rapport_log::verify(&config.log_dir())?;
    let damage: Vec<String> = found
        .findings
        .iter()
        .filter(|f| f.kind == FindingKind::Corrupt)
        .map(|f| format!("{} byte {}: {}", f.file.display(), f.position, f.detail))
        .collect();
    if !damage.is_empty() {
        bail!("damaged, restore the file or a backup\n{}", shortened(&damage));
    }
    let torn = if found.findings.is_empty() {
        ""
    } else {
        "; an unfinished commit at the end, which is cut off at the next start"
    };
    Ok(format!("{} segments, {} records, {} MiB{torn}", found.segments, found.records, found.bytes >> 20))
}

fn databases(stores: &Stores) -> Check {
    stores.integrity_check()?;
    let count = stores.control().read(workspaces::list)?.len();
    Ok(format!("{} files, {} MiB, {count} workspaces", stores.partition_count() + 1, stores.size_bytes() >> 20))
}

fn lake(config: &Config) -> Check {
    if !config.lake_dir().is_dir() {
        return Ok("empty".to_owned());
    }
    let found = rapport_lake::check(&config.lake_dir())?;
    if found.findings.is_empty() {
        return Ok(format!("{} files, {} events", found.files, found.rows));
    }
    let damage: Vec<String> = found.findings.iter().map(|f| format!("{}: {}", f.path.display(), f.reason)).collect();
    bail!("damaged, restore the file or a backup; queries leave it out and say so\n{}", shortened(&damage))
}

fn shortened(lines: &[String]) -> String {
    let mut out: Vec<String> = lines.iter().take(SHOWN).map(|l| format!("      {l}")).collect();
    if lines.len() > SHOWN {
        out.push(format!("      and {} more", lines.len() - SHOWN));
    }
    out.join("\n")
}

/// Whether the servers of live channels take connections.
fn providers(stores: &Stores) -> Vec<(String, Check)> {
    let live = stores.control().read(|q| {
        let mut out = Vec::new();
        for workspace in workspaces::list(q)? {
            for channel in resources::live(q, workspace.id, ResourceKind::Channel)? {
                let spec = stores.vault().opened(workspace.id, ResourceKind::Channel, &channel.id, &channel.spec);
                out.push((format!("channel {} of {}", channel.id, workspace.slug), spec));
            }
        }
        Ok::<_, StoreError>(out)
    });
    match live {
        Ok(live) => live.into_iter().map(|(name, spec)| (name, reachable(spec))).collect(),
        Err(error) => vec![("channels".to_owned(), Err(error.into()))],
    }
}

/// What the DNS says of live sending domains and of the servers that send their mail.
fn domains(stores: &Stores) -> Vec<(String, Check)> {
    let live = stores.control().read(|q| {
        let mut out = Vec::new();
        for workspace in workspaces::list(q)? {
            let open = |kind, r: &rapport_domain::Resource| stores.vault().opened(workspace.id, kind, &r.id, &r.spec);
            let channels = resources::live(q, workspace.id, ResourceKind::Channel)?;
            let hosts: Vec<String> = channels
                .iter()
                .filter_map(|c| c.spec["host"].as_str().map(str::to_owned))
                .filter(|host| dns::is_public(host))
                .collect();
            for domain in resources::live(q, workspace.id, ResourceKind::Domain)? {
                let name = format!("domain {} of {}", domain.id, workspace.slug);
                out.push((name, open(ResourceKind::Domain, &domain), hosts.clone()));
            }
        }
        Ok::<_, StoreError>(out)
    });
    let live = match live {
        Ok(live) => live,
        Err(error) => return vec![("domains".to_owned(), Err(error.into()))],
    };
    let mut out = Vec::new();
    for (name, spec, hosts) in live {
        let spec = spec.map_err(|e| anyhow!("{e}")).and_then(|spec| {
            DomainSpec::validate(&spec)
                .map_err(|p| anyhow!("{}", p.first().map_or_else(String::new, ToString::to_string)))
        });
        match spec {
            Ok(spec) => out.extend(asked(&name, &spec, &hosts)),
            Err(error) => out.push((name, Err(error))),
        }
    }
    out
}

/// Asks the DNS about one domain; without a name server that is said once.
fn asked(name: &str, spec: &DomainSpec, hosts: &[String]) -> Vec<(String, Check)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let patience = Patience { each: CONNECT, all: CONNECT * 12 };
    let found = match runtime {
        Ok(runtime) => runtime.block_on(dns::examine(spec, hosts, patience)),
        Err(error) => return vec![(name.to_owned(), Err(error.into()))],
    };
    match found {
        Ok(found) => {
            let line = |f: Finding| {
                let title = format!("{name}, {} of {}", f.check.as_str().to_uppercase(), f.name);
                (title, f.verdict.map(|()| f.found.join("; ")).map_err(|fault| anyhow!("{}", fault.advice)))
            };
            found.into_iter().map(line).collect()
        }
        // Nobody to ask is no fault of the domain.
        Err(offline) => vec![(name.to_owned(), Ok(format!("not checked: {offline}")))],
    }
}

fn reachable(spec: Result<serde_json::Value, StoreError>) -> Check {
    let spec = ChannelSpec::validate(&spec?)
        .map_err(|problems| anyhow!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
    if spec.kind != rapport_delivery::ProviderKind::Smtp {
        return Ok(format!("{}: the document is complete; its test asks the provider", spec.server()));
    }
    let server = spec.server();
    let addresses = (spec.host.as_str(), spec.port).to_socket_addrs();
    let addresses: Vec<_> = addresses.map_err(|e| anyhow!("{} is not known: {e}", spec.host))?.collect();
    let mut last = anyhow!("{} has no address", spec.host);
    for address in addresses {
        match std::net::TcpStream::connect_timeout(&address, CONNECT) {
            Ok(_) => return Ok(format!("{server} takes connections")),
            Err(error) => last = anyhow!("{server} does not take connections: {error}"),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_tried() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let spec = |port: u16| json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": {"email": "a@example.com"}});
        assert!(reachable(Ok(spec(port))).unwrap().contains("takes connections"));
        drop(listener);
        assert!(reachable(Ok(spec(port))).unwrap_err().to_string().contains("does not take connections"));
        assert!(reachable(Ok(json!({}))).unwrap_err().to_string().contains("host"));
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert!(writable(dir.path()).is_ok() && free_space(dir.path()).is_ok());
        let error = writable(&dir.path().join("none")).unwrap_err().to_string();
        assert!(error.contains("none cannot be written"), "{error}");
    }
}
