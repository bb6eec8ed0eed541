//! Names, addresses and networks, and what they open.

use super::*;

fn allows(named: &[&str], host: &str, to: &str) -> bool {
    Outbound::of(named).unwrap().allows(host, to.parse().unwrap())
}

#[test]
fn what_is_named_may_be_called_and_nothing_beside_it() {
    for (named, host, to, expected) in [
        // Nothing is named: the public internet, and no more.
        (&[][..], "api.example", "8.8.8.8:443", true),
        (&[], "localhost", "127.0.0.1:80", false),
        (&[], "kannel", "10.0.0.5:13013", false),
        (&[], "api.example", "169.254.169.254:80", false),
        // A name, wherever it leads; its port, if one is said.
        (&["kannel"], "Kannel.", "10.0.0.5:13013", true),
        (&["kannel"], "other", "10.0.0.5:13013", false),
        (&["kannel"], "kannel.evil.example", "10.0.0.5:13013", false),
        (&["kannel:13013"], "kannel", "10.0.0.5:13013", true),
        (&["kannel:13013"], "kannel", "10.0.0.5:22", false),
        (&["*.internal"], "crm.eu.internal", "10.0.0.5:80", true),
        (&["*.internal"], "internal", "10.0.0.5:80", false),
        (&["*.internal"], "crminternal", "10.0.0.5:80", false),
        // An address, by whatever name.
        (&["10.0.0.5"], "kannel", "10.0.0.5:80", true),
        (&["10.0.0.5"], "kannel", "10.0.0.6:80", false),
        (&["10.0.0.5"], "x", "[::ffff:10.0.0.5]:80", true),
        (&["127.0.0.1:8080"], "localhost", "127.0.0.1:8081", false),
        (&["[fd00::5]:80"], "x", "[fd00::5]:80", true),
        (&["fd00::5"], "x", "[fd00::6]:80", false),
        // Networks.
        (&["10.0.0.0/8"], "x", "10.200.1.1:80", true),
        (&["10.0.0.0/8"], "x", "11.0.0.1:80", true),
        (&["10.0.0.0/8"], "x", "172.16.0.1:80", false),
        (&["192.168.7.0/24", "127.0.0.0/8"], "x", "192.168.8.1:80", false),
        (&["fd00::/8"], "x", "[fd12::1]:80", true),
        (&["0.0.0.0/0"], "x", "172.16.0.1:80", true),
        (&["0.0.0.0/0"], "x", "[fd12::1]:80", false),
        // All that is private, but what tells machines their secrets has to be named itself.
        (&["*"], "x", "172.16.0.1:80", true),
        (&["*"], "x", "[::1]:80", true),
        (&["*", "metadata"], "metadata", "169.254.169.254:80", false),
        (&["*"], "x", "[fd00:ec2::254]:80", false),
        (&["*"], "x", "100.100.100.200:80", false),
        (&["*"], "x", "[64:ff9b::a9fe:a9fe]:80", false),
        (&["169.254.169.254"], "metadata", "169.254.169.254:80", true),
    ] {
        assert_eq!(allows(named, host, to), expected, "{named:?}: {host} at {to}");
    }
    assert!(Outbound::anywhere().allows("x", "127.0.0.1:1".parse().unwrap()));
    assert_eq!(Outbound::anywhere(), Outbound::of(&["*"]).unwrap());
}

#[test]
fn what_names_nothing_is_refused_with_what_was_expected() {
    for wrong in
        ["", "http://kannel", "10.0.0.0/33", "10.0.0/8", "kannel:", "kannel:99999", "a b", "*.", "*x", "fd00::/200"]
    {
        let said = Outbound::of(&["fine", wrong]).unwrap_err();
        assert!(said.contains("a network (10.0.0.0/8)") && said.ends_with(&format!("found {wrong:?}")), "{said}");
    }
}

#[test]
fn a_refusal_says_what_would_allow_it() {
    for (host, to, named) in [
        ("kannel", "10.0.0.5:13013", "kannel:13013"),
        ("127.0.0.1", "127.0.0.1:80", "127.0.0.1:80"),
        ("::1", "[::1]:80", "[::1]:80"),
        ("metadata", "169.254.169.254:80", "169.254.169.254:80"),
    ] {
        let to: SocketAddr = to.parse().unwrap();
        let said = Refusal::of(host, to).to_string();
        assert!(said.contains(&format!("outbound.private_hosts = [\"{named}\"]")), "{said}");
        assert!(Outbound::of(&[named]).unwrap().allows(host, to), "{named}");
    }
}

#[test]
fn what_an_address_itself_tells_is_known_before_it_is_called() {
    let outbound = Outbound::of(&["127.0.0.1:13013"]).unwrap();
    for (url, named) in [
        ("http://10.0.0.5/hook", Some("10.0.0.5:80")),
        ("https://[fd00::5]/hook", Some("[fd00::5]:443")),
        ("http://localhost:9/", Some("localhost:9")),
        ("http://127.0.0.1:13013/cgi-bin", None),
        ("http://localhost:13013/", None),
        ("https://crm.internal/", None),
        ("https://8.8.8.8/", None),
        ("no address", None),
    ] {
        let said = outbound.objection(url);
        assert_eq!(said.is_some(), named.is_some(), "{url}: {said:?}");
        assert!(named.is_none_or(|named| said.unwrap().contains(&format!("[\"{named}\"]"))), "{url}");
    }
}

#[test]
fn tells_public_from_private() {
    for private in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.8",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "ff02::1",
    ] {
        assert!(!is_public(private.parse().unwrap()), "{private}");
    }
    for public in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "2001:4860::8888"] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
}
