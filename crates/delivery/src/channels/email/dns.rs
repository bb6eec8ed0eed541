//! Asking the DNS about a sending domain.

use std::time::Duration;

use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::{Resolver, TokioResolver};

use super::dkim::records;
use crate::core::dns::{Verdict, dkim, dmarc, spf};
use crate::spec::DomainSpec;

/// Hosts whose reverse names are looked up, at most.
const MAX_HOSTS: usize = 5;

/// What one question came to: the records' texts, none when there are none.
async fn texts(resolver: &TokioResolver, name: &str, patience: Duration) -> Result<Vec<String>, String> {
    let asked = tokio::time::timeout(patience, resolver.txt_lookup(format!("{name}."))).await;
    match asked {
        Err(_) => Err(format!("no answer about {name} within {} s", patience.as_secs())),
        Ok(Ok(found)) => Ok(found.answers().iter().map(|r| r.data.to_string()).collect()),
        Ok(Err(NetError::Dns(DnsError::NoRecordsFound(_)))) => Ok(Vec::new()),
        Ok(Err(error)) => Err(format!("{name} could not be asked about: {error}")),
    }
}

/// Checks the records of a domain, and that the servers that send its mail have names (PTR). Each question waits for at most
/// `patience`.
///
/// # Errors
/// Why the DNS cannot be asked at all.
pub async fn examine(
    spec: &DomainSpec,
    hosts: &[String],
    patience: Duration,
) -> Result<Vec<(String, Verdict)>, String> {
    let offline = |e: NetError| format!("there is no name server to ask: {e}");
    let resolver = Resolver::builder_tokio().map_err(offline)?.build().map_err(offline)?;
    examine_by(&resolver, spec, hosts, patience).await
}

async fn examine_by(
    resolver: &TokioResolver,
    spec: &DomainSpec,
    hosts: &[String],
    patience: Duration,
) -> Result<Vec<(String, Verdict)>, String> {
    let domain = &spec.domain;
    // The first question tells whether anybody answers.
    let own = texts(resolver, domain, patience).await?;
    let mut out = vec![(format!("SPF of {domain}"), spf(&own))];
    for record in records(spec)? {
        let found = texts(resolver, &record.name, patience).await;
        let verdict = found.and_then(|found| match record.name.starts_with("_dmarc.") {
            true => dmarc(&found),
            false => dkim(&found, &record.value),
        });
        out.push((record.name, verdict));
    }
    for host in hosts.iter().take(MAX_HOSTS) {
        out.push((format!("PTR of {host}"), reverse(resolver, host, patience).await));
    }
    Ok(out)
}

/// Whether each address of a host has a name that leads back to it (RFC 1912 section 2.1).
async fn reverse(resolver: &TokioResolver, host: &str, patience: Duration) -> Verdict {
    let late = |_| format!("no answer within {} s", patience.as_secs());
    let found = tokio::time::timeout(patience, resolver.lookup_ip(host.to_owned())).await.map_err(late)?;
    let addresses: Vec<_> = found.map_err(|e| format!("{host} has no address: {e}"))?.iter().take(MAX_HOSTS).collect();
    for address in &addresses {
        let named = tokio::time::timeout(patience, resolver.reverse_lookup(*address)).await.map_err(late)?;
        let named = named.map_err(|_| format!("{address} has no name: ask who runs that server for a PTR record"))?;
        let Some(name) = named.answers().first().map(|r| r.data.to_string()) else {
            return Err(format!("{address} has no name: ask who runs that server for a PTR record"));
        };
        let back = tokio::time::timeout(patience, resolver.lookup_ip(name.clone())).await.map_err(late)?;
        if !back.is_ok_and(|ips| ips.iter().any(|ip| ip == *address)) {
            return Err(format!("{address} is called {name}, which does not lead back to it"));
        }
    }
    Ok(format!("{} addresses, each with a name", addresses.len()))
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
