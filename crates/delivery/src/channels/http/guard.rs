//! Which addresses this server calls: the public internet, and the private hosts that its operator named. Asked of the very
//! address that is then connected to, so that a name that changes its mind gains nothing.

use std::error::Error;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest name of a host (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;

/// What this server may call: the public internet, and of the rest what its operator named (`outbound.private_hosts`). The
/// default names nothing. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbound(Arc<[Private]>);

/// A private host or network that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Private {
    what: Named,
    /// The only port; `None` is every port.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// Every private address.
    Any,
    /// The addresses whose first bits are those of this one.
    Network(IpAddr, u8),
    /// Wherever that name leads, in lower case.
    Name(String),
    /// Wherever names lead that end so (`.internal`), in lower case.
    Below(String),
}

impl Outbound {
    /// Every private address, as `*` says.
    #[must_use]
    pub fn anywhere() -> Self {
        Outbound(Arc::new([Private { what: Named::Any, port: None }]))
    }

    /// What an operator named: `*`, names (`kannel`, `*.internal`), addresses (`10.0.0.5`, `fd00::5`), each with a port if that is
    /// the only one (`kannel:13013`, `[fd00::5]:80`), and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// The first that is none of these.
    pub fn of<T: AsRef<str>>(named: &[T]) -> Result<Self, String> {
        named
            .iter()
            .map(|text| Private::parse(text.as_ref()))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| Outbound(all.into()))
    }

    /// Whether a call of `host` (as its address has it) may go to this address. Those where clouds tell machines their secrets
    /// have to be named themselves.
    fn allows(&self, host: &str, to: SocketAddr) -> bool {
        let ip = inner(to.ip());
        let host = host.trim_end_matches('.').to_lowercase();
        is_public(ip)
            || self.0.iter().filter(|private| private.port.is_none_or(|port| port == to.port())).any(|private| {
                match &private.what {
                    Named::Network(network, bits) => contains(*network, *bits, ip),
                    _ if is_link_local(ip) => false,
                    Named::Any => true,
                    Named::Name(name) => *name == host,
                    Named::Below(end) => host.ends_with(end.as_str()),
                }
            })
    }

    /// Why a call there would be refused, as far as the address itself tells: numbers and `localhost`; what other names lead to is
    /// known when they are called. `None` when nothing is known against it.
    #[must_use]
    pub fn objection(&self, url: &str) -> Option<String> {
        let uri: Uri = url.parse().ok()?;
        let (host, port) = server_of(&uri);
        let ip = match host.parse::<IpAddr>() {
            Ok(ip) => ip,
            Err(_) if host.eq_ignore_ascii_case("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Err(_) => return None,
        };
        let to = SocketAddr::new(ip, port);
        (!self.allows(host, to)).then(|| Refusal::of(host, to).to_string())
    }

    /// The addresses of a call's server that it may go to.
    async fn places(&self, uri: &Uri) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
        let (host, port) = server_of(uri);
        let mut found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => tokio::net::lookup_host((host, port)).await?.collect(),
        };
        let first = found.first().copied();
        found.retain(|to| self.allows(host, *to));
        match first {
            Some(to) if found.is_empty() => Err(Box::new(Refusal::of(host, to))),
            _ => Ok(found),
        }
    }
}

/// The host of an address, without the brackets of IPv6, and its port.
fn server_of(uri: &Uri) -> (&str, u16) {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    (host, uri.port_u16().unwrap_or(usual))
}

impl Private {
    fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "expected *, a name (kannel, *.internal), an address (10.0.0.5), each with a port if that is the only one \
                 (kannel:13013), or a network (10.0.0.0/8), found {text:?}"
            )
        };
        let whole = |ip: IpAddr| Named::Network(inner(ip), if inner(ip).is_ipv4() { 32 } else { 128 });
        if text == "*" {
            return Ok(Private { what: Named::Any, port: None });
        }
        if let Some((network, bits)) = text.split_once('/') {
            let (ip, bits) = network.parse::<IpAddr>().ok().zip(bits.parse::<u8>().ok()).ok_or_else(expected)?;
            let most = if ip.is_ipv4() { 32 } else { 128 };
            return (bits <= most)
                .then_some(Private { what: Named::Network(ip, bits), port: None })
                .ok_or_else(expected);
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Private { what: whole(ip), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| expected())?)),
            None => (text, None),
        };
        if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Private { what: whole(ip), port });
        }
        let name = host.trim_end_matches('.').to_lowercase();
        let (below, name) = match name.strip_prefix("*.") {
            Some(rest) => (true, rest.to_owned()),
            None => (false, name),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.starts_with('.') || !name.chars().all(fits) {
            return Err(expected());
        }
        let what = if below { Named::Below(format!(".{name}")) } else { Named::Name(name) };
        Ok(Private { what, port })
    }
}

/// A call that was not made, because of where it would go.
#[derive(Debug)]
pub(super) struct Refusal {
    host: String,
    /// What the operator would name to allow it.
    named: String,
}

impl Refusal {
    fn of(host: &str, to: SocketAddr) -> Self {
        // A name is not enough for addresses where clouds tell their secrets.
        let named = if is_link_local(inner(to.ip())) { to.to_string() } else { server(host, to) };
        Refusal { host: host.to_owned(), named }
    }

    /// Whether that is why a call failed.
    pub(super) fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Refusal> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(refusal) = error.downcast_ref() {
                return Some(refusal);
            }
            next = error.source();
        }
        None
    }
}

fn server(host: &str, to: SocketAddr) -> String {
    if host.parse::<IpAddr>().is_ok() { to.to_string() } else { format!("{host}:{}", to.port()) }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { host, named } = self;
        write!(
            f,
            "{host} is at a private address, which this server calls only when its operator allows it: \
             outbound.private_hosts = [\"{named}\"] in its configuration"
        )
    }
}

impl Error for Refusal {}

/// Connects calls over TCP to what they may reach.
#[derive(Clone, Debug)]
pub(super) struct Connector(pub(super) Outbound);

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let outbound = self.0.clone();
        Box::pin(async move {
            let mut tcp = HttpConnector::new_with_resolver(Found(outbound.places(&uri).await?));
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            tcp.set_connect_timeout(Some(CONNECT));
            Ok(tcp.call(uri).await?)
        })
    }
}

/// What a name was resolved to, and nothing else.
#[derive(Clone, Debug)]
struct Found(Vec<SocketAddr>);

impl Service<Name> for Found {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

fn contains(network: IpAddr, bits: u8, ip: IpAddr) -> bool {
    let (network, ip, width) = match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => (u128::from(network.to_bits()), u128::from(ip.to_bits()), 32),
        (IpAddr::V6(network), IpAddr::V6(ip)) => (network.to_bits(), ip.to_bits(), 128),
        _ => return false,
    };
    let rest = width - u32::from(bits).min(width);
    network.checked_shr(rest).unwrap_or(0) == ip.checked_shr(rest).unwrap_or(0)
}

/// The address that is meant: IPv6 carries IPv4 addresses (mapped, NAT64, 6to4).
fn inner(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let s = v6.segments();
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        [0x64, 0xff9b, .., high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        _ => address.to_canonical(),
    }
}

/// Whether an address is one of the machine's own link, where clouds tell machines who they are (169.254.169.254,
/// fd00:ec2::254, 100.100.100.200).
fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4 == Ipv4Addr::new(100, 100, 100, 200),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    }
}

/// Whether an address is on the public internet, as far as its number tells (RFC 6890 and its registry).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match inner(address) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Global unicast is 2000::/3; documentation and the benchmarking and ORCHID ranges within it are not.
    s[0] & 0xe000 == 0x2000 && !(s[0] == 0x2001 && (s[1] == 0xdb8 || s[1] < 0x200))
}

#[cfg(test)]
mod tests;
