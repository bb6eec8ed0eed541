//! Asking a name server of one's own, which answers a few names in the wire format of RFC 1035.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::net::UdpSocket;

use super::*;
use crate::channels::email::dkim::generate;

const A: u16 = 1;
const PTR: u16 = 12;
const TXT: u16 = 16;

/// What the server knows: names in lower case without the last dot; a name it does not know does not exist.
type Zone = HashMap<(String, u16), Vec<Vec<u8>>>;

/// Text as it stands in a record: pieces of at most 255 bytes, each after its length (RFC 1035 section 3.3.14).
fn text(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(255).flat_map(|part| [&[part.len() as u8], part].concat()).collect()
}

fn name(text: &str) -> Vec<u8> {
    let mut out: Vec<u8> =
        text.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    out.push(0);
    out
}

/// The name asked about, its kind, and where the question ends.
fn question(packet: &[u8]) -> Option<(String, u16, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*packet.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(packet.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]);
    Some((labels.join("."), kind, at + 4))
}

/// An answer with these records, or that there is no such name.
fn answer(packet: &[u8], end: usize, kind: u16, records: Option<&Vec<Vec<u8>>>) -> Vec<u8> {
    let count = records.map_or(0, Vec::len) as u16;
    let code = if records.is_some() { 0x80 } else { 0x83 };
    let mut out = [&packet[..2], &[0x85, code, 0, 1], &count.to_be_bytes(), &[0; 4], &packet[12..end]].concat();
    for data in records.into_iter().flatten() {
        // The name is that of the question; the record holds for a minute.
        out.extend([0xc0, 12]);
        out.extend(kind.to_be_bytes());
        out.extend([0, 1, 0, 0, 0, 60]);
        out.extend((data.len() as u16).to_be_bytes());
        out.extend(data);
    }
    out
}

/// A server that knows a zone; it says nothing about names that begin with `silent`.
async fn server(zone: Zone) -> TokioResolver {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut packet = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut packet).await {
            let packet = &packet[..length];
            let Some((asked, kind, end)) = question(packet) else { continue };
            if asked.starts_with("silent") {
                continue;
            }
            let known = zone.keys().any(|(name, _)| *name == asked);
            let (none, found) = (Vec::new(), zone.get(&(asked, kind)));
            let records = found.or(known.then_some(&none));
            socket.send_to(&answer(packet, end, kind, records), from).await.unwrap();
        }
    });
    let mut connection = ConnectionConfig::udp();
    connection.port = port;
    let here = NameServerConfig::new(Ipv4Addr::LOCALHOST.into(), true, vec![connection]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![here]);
    let mut builder = Resolver::builder_with_config(config, TokioRuntimeProvider::default());
    // Keys are long, and this server does not speak TCP.
    builder.options_mut().edns0 = true;
    builder.options_mut().attempts = 0;
    builder.build().unwrap()
}

fn domain() -> DomainSpec {
    let keys = generate().unwrap();
    let spec = serde_json::json!({"domain": "shop.example", "rsa_key": keys.rsa, "ed25519_key": keys.ed25519});
    DomainSpec::validate(&spec).unwrap()
}

#[tokio::test]
async fn a_domain_is_examined_by_what_the_dns_says() {
    let spec = domain();
    let own = records(&spec).unwrap();
    let [rsa, ed25519, _dmarc, ..] = &own[..] else { panic!("{own:?}") };
    assert!(rsa.value.len() > 255, "the key stands in several pieces");
    let address = |last: u8| vec![192, 0, 2, last];
    let zone: Zone = [
        ("shop.example", TXT, vec![text("google-site=1"), text("v=spf1 include:_spf.mail.example -all")]),
        (rsa.name.as_str(), TXT, vec![text(&rsa.value)]),
        (ed25519.name.as_str(), TXT, vec![text("v=DKIM1; k=ed25519; p=")]),
        ("_dmarc.shop.example", TXT, vec![text("v=DMARC1; p=quarantine")]),
        ("out.shop.example", A, vec![address(1), address(2)]),
        ("1.2.0.192.in-addr.arpa", PTR, vec![name("out.shop.example")]),
        ("2.2.0.192.in-addr.arpa", PTR, vec![name("out.shop.example")]),
        ("named.shop.example", A, vec![address(3)]),
        ("3.2.0.192.in-addr.arpa", PTR, vec![name("other.example")]),
        ("other.example", A, vec![address(9)]),
        ("bare.shop.example", A, vec![address(4)]),
    ]
    .into_iter()
    .map(|(name, kind, records)| ((name.to_owned(), kind), records))
    .collect();
    let resolver = server(zone).await;
    let hosts = ["out", "named", "bare", "gone", "silent"].map(|host| format!("{host}.shop.example"));
    let found = examine_by(&resolver, &spec, &hosts, patience(2_000)).await.unwrap();
    let says = |check, name: &str| {
        let one = found.iter().find(|f| f.check == check && f.name == name);
        one.unwrap_or_else(|| panic!("{name} in {found:?}"))
    };
    let spf = says(Check::Spf, "shop.example");
    assert_eq!((spf.found.clone(), &spf.verdict), (vec!["v=spf1 include:_spf.mail.example -all".to_owned()], &Ok(())));
    assert_eq!(says(Check::Dkim, &rsa.name).verdict, Ok(()));
    assert_eq!(says(Check::Dkim, &rsa.name).expected, rsa.value);
    assert_eq!(says(Check::Dmarc, "_dmarc.shop.example").verdict, Ok(()));
    let out = says(Check::Ptr, "out.shop.example");
    assert_eq!((out.found.len(), &out.verdict), (2, &Ok(())), "{out:?}");
    for (check, name, flaw, part) in [
        (Check::Dkim, ed25519.name.as_str(), Flaw::Wrong, "revokes the key"),
        (Check::Ptr, "named.shop.example", Flaw::Wrong, "192.0.2.3 is called other.example., which does not lead back"),
        (Check::Ptr, "bare.shop.example", Flaw::Missing, "192.0.2.4 has no name"),
        (Check::Ptr, "gone.shop.example", Flaw::Missing, "gone.shop.example has no address"),
    ] {
        let fault = says(check, name).verdict.as_ref().unwrap_err();
        assert!(fault.flaw == flaw && fault.advice.contains(part), "{name}: {fault:?}");
    }
    assert!(says(Check::Ptr, "silent.shop.example").verdict.is_err());
}

fn patience(ms: u64) -> Patience {
    let each = Duration::from_millis(ms);
    Patience { each, all: each * 10 }
}

#[tokio::test]
async fn a_domain_nobody_knows_or_answers_for() {
    let unknown = server(Zone::new()).await;
    let found = examine_by(&unknown, &domain(), &[], patience(2_000)).await.unwrap();
    let missing = |f: &Finding| f.verdict.as_ref().is_err_and(|fault| fault.flaw == Flaw::Missing);
    assert!(found.len() >= 4 && found.iter().all(missing), "{found:?}");
    let silent = DomainSpec { domain: "silent.example".into(), ..domain() };
    let error = examine_by(&unknown, &silent, &[], patience(300)).await.unwrap_err();
    assert!(error.contains("silent.example"), "{error}");
}

#[tokio::test]
async fn all_questions_together_have_an_end() {
    let zone: Zone = [(("shop.example".to_owned(), TXT), vec![text("v=spf1 -all")])].into();
    let resolver = server(zone).await;
    let hosts: Vec<String> = (0..5).map(|n| format!("silent{n}.shop.example")).collect();
    let begun = Instant::now();
    let limit = Patience { each: Duration::from_secs(20), all: Duration::from_millis(300) };
    let found = examine_by(&resolver, &domain(), &hosts, limit).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let unanswered = |f: &&Finding| f.verdict.as_ref().is_err_and(|fault| fault.flaw == Flaw::Unanswered);
    assert!(found.iter().filter(unanswered).count() >= 4, "{found:?}");
    assert!(is_public("mx.shop.example") && !is_public("127.0.0.1") && !is_public("::1") && !is_public("localhost"));
}
