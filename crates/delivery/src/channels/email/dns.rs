//! Asking the DNS about a sending domain.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::{Resolver, TokioResolver};

use super::dkim::records;
use crate::core::dns::{Check, Fault, Finding, Flaw, SPF, Verdict, dkim, dmarc, is_spf, spf};
use crate::spec::DomainSpec;

/// Hosts whose reverse names are looked up, and addresses of one of them, at most.
const MAX_HOSTS: usize = 5;

/// How long is waited for the DNS.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one question.
    pub each: Duration,
    /// For all of them; what is not answered by then counts as unanswered.
    pub all: Duration,
}

/// Whether a mail server's names in the DNS matter: not those of this machine.
#[must_use]
pub fn is_public(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    !host.is_empty() && host != "localhost" && !address.is_ok_and(|a| a.is_loopback())
}

/// Checks the records of a domain, and that the servers that send its mail have names (PTR).
///
/// # Errors
/// Why the DNS cannot be asked at all, or that the domain's keys are none.
pub async fn examine(spec: &DomainSpec, hosts: &[String], patience: Patience) -> Result<Vec<Finding>, String> {
    let offline = |e: NetError| format!("there is no name server to ask: {e}");
    let resolver = Resolver::builder_tokio().map_err(offline)?.build().map_err(offline)?;
    examine_by(&resolver, spec, hosts, patience).await
}

async fn examine_by(
    resolver: &TokioResolver,
    spec: &DomainSpec,
    hosts: &[String],
    patience: Patience,
) -> Result<Vec<Finding>, String> {
    let asking = Asking { resolver, each: patience.each, until: Instant::now() + patience.all };
    let domain = &spec.domain;
    // The first question tells whether anybody answers.
    let own = asking.texts(domain).await.map_err(|fault| fault.advice)?;
    let verdict = spf(&own);
    let found = own.into_iter().filter(|r| is_spf(r)).collect();
    let mut out = vec![Finding { check: Check::Spf, name: domain.clone(), expected: SPF.to_owned(), found, verdict }];
    for record in records(spec)? {
        let check = if record.name.starts_with("_dmarc.") { Check::Dmarc } else { Check::Dkim };
        let (found, verdict) = match asking.texts(&record.name).await {
            Ok(found) if check == Check::Dmarc => (found.clone(), dmarc(&found)),
            Ok(found) => (found.clone(), dkim(&found, &record.value)),
            Err(fault) => (Vec::new(), Err(fault)),
        };
        out.push(Finding { check, name: record.name, expected: record.value, found, verdict });
    }
    for host in hosts.iter().take(MAX_HOSTS) {
        let mut found = Vec::new();
        let verdict = asking.reverse(host, &mut found).await;
        let expected = "a name for each address that leads back to it".to_owned();
        out.push(Finding { check: Check::Ptr, name: host.clone(), expected, found, verdict });
    }
    Ok(out)
}

/// Questions with a limit for each and for all.
struct Asking<'r> {
    resolver: &'r TokioResolver,
    each: Duration,
    until: Instant,
}

impl Asking<'_> {
    /// One answer, or that there was none in time.
    async fn wait<T>(&self, name: &str, answer: impl Future<Output = T>) -> Result<T, Fault> {
        let patience = self.each.min(self.until.saturating_duration_since(Instant::now()));
        tokio::time::timeout(patience, answer).await.map_err(|_| {
            Fault::new(Flaw::Unanswered, format!("no answer about {name} in time: ask again, or ask its name servers"))
        })
    }

    /// The texts of a name's records, none when there are none.
    async fn texts(&self, name: &str) -> Result<Vec<String>, Fault> {
        match self.wait(name, self.resolver.txt_lookup(format!("{name}."))).await? {
            Ok(found) => Ok(found.answers().iter().map(|r| r.data.to_string()).collect()),
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Ok(Vec::new()),
            Err(error) => Err(Fault::new(Flaw::Unanswered, format!("{name} could not be asked about: {error}"))),
        }
    }

    /// Whether each address of a host has a name that leads back to it (RFC 1912 section 2.1); `found` takes what there is.
    async fn reverse(&self, host: &str, found: &mut Vec<String>) -> Verdict {
        let looked = self.wait(host, self.resolver.lookup_ip(host.to_owned())).await?;
        let looked = looked.map_err(|e| Fault::new(Flaw::Missing, format!("{host} has no address: {e}")))?;
        let addresses: Vec<_> = looked.iter().take(MAX_HOSTS).collect();
        for address in addresses {
            let nameless = || {
                Fault::new(Flaw::Missing, format!("{address} has no name: ask who runs that server for a PTR record"))
            };
            let named = self.wait(host, self.resolver.reverse_lookup(address)).await?.map_err(|_| nameless())?;
            let name = named.answers().first().map(|r| r.data.to_string()).ok_or_else(nameless)?;
            found.push(format!("{address} {name}"));
            let back = self.wait(&name, self.resolver.lookup_ip(name.clone())).await?;
            if !back.is_ok_and(|ips| ips.iter().any(|ip| ip == address)) {
                let advice = format!("{address} is called {name}, which does not lead back to it");
                return Err(Fault::new(Flaw::Wrong, advice));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
