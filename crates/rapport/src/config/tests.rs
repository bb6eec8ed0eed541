//! Precedence, places and error texts.

use std::path::Path;

use rapport_delivery::channels::http::Outbound;

use super::*;

fn read(file: Option<&str>, variables: &[(&str, &str)], flags: Flags) -> Result<Loaded, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
    }
    let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    // Texts must not depend on where the test's directory lies.
    let here = dir.path().display().to_string() + "/";
    layers::load(&flags, variables, dir.path())
        .map_err(|e| ConfigError(e.0.iter().map(|line| line.replace(&here, "")).collect()))
}

#[test]
fn each_layer_goes_above_the_one_before() {
    let flag = |listen: &str| Flags { listen: Some(listen.to_owned()), ..Flags::default() };
    let file = Some("listen = \"file:1\"");
    let variable = [("RAPPORT_LISTEN", "env:2"), ("PATH", "/bin")];
    for (file, variables, flags, expected, origin) in [
        (None, &[][..], Flags::default(), "127.0.0.1:8080", "# default"),
        (file, &[], Flags::default(), "file:1", "rapport.toml"),
        (file, &variable, Flags::default(), "env:2", "# RAPPORT_LISTEN"),
        (None, &variable, Flags::default(), "env:2", "# RAPPORT_LISTEN"),
        (file, &variable, flag("flag:3"), "flag:3", "# --listen"),
        (None, &[], flag("flag:3"), "flag:3", "# --listen"),
    ] {
        let loaded = read(file, variables, flags).unwrap();
        assert_eq!(loaded.config.listen, expected);
        let printed = loaded.print();
        let line = printed.lines().find(|l| l.starts_with("listen = ")).unwrap();
        assert!(line.contains(&format!("\"{expected}\"")) && line.ends_with(origin), "{line}");
    }
}

#[test]
fn nested_values_come_from_every_layer() {
    let file = "[log]\nsegment_mib = 8\nqueue_mib = 16\n[telemetry]\nformat = \"json\"\n";
    let variables =
        [("RAPPORT_LOG__QUEUE_MIB", "24"), ("RAPPORT_TRUSTED_PROXIES", "[\"10.0.0.1\"]"), ("RAPPORT_DATA_DIR", "42")];
    let config = read(Some(file), &variables, Flags::default()).unwrap().config;
    assert_eq!((config.log.segment_mib, config.log.queue_mib), (8, 24));
    assert_eq!(config.telemetry.format, LogFormat::Json);
    assert_eq!(config.trusted_proxies, ["10.0.0.1".parse::<IpAddr>().unwrap()]);
    assert_eq!(config.data_dir, Path::new("42"), "a path that looks like a number stays a path");
    assert_eq!(config.lake, Config::default().lake);
}

#[test]
fn what_is_printed_reads_back_as_the_same() {
    let loaded = read(Some("partitions = 4\ncollect.max_event_bytes = 2048"), &[], Flags::default()).unwrap();
    let again = read(Some(&loaded.print()), &[], Flags::default()).unwrap();
    assert_eq!(again.config, loaded.config);
}

#[test]
fn errors_name_place_and_expectation() {
    let flag = |format: &str| Flags { log_format: Some(format.to_owned()), ..Flags::default() };
    for (file, variables, flags, expected) in [
        ("lisen = \"a:1\"", &[][..], Flags::default(), "lisen in rapport.toml: unknown key (did you mean listen?)"),
        (
            "[log]\nsegmant_mib = 1",
            &[],
            Flags::default(),
            "log.segmant_mib in rapport.toml: unknown key (did you mean log.segment_mib?)",
        ),
        (
            "",
            &[("RAPPORT_LOG__SEGMENTS_MIB", "1")],
            Flags::default(),
            "RAPPORT_LOG__SEGMENTS_MIB: unknown key (did you mean RAPPORT_LOG__SEGMENT_MIB?)",
        ),
        ("zzz = 1", &[], Flags::default(), "zzz in rapport.toml: unknown key"),
        (
            "partitions = \"many\"",
            &[],
            Flags::default(),
            "partitions in rapport.toml: expected a whole number, found string \"many\"",
        ),
        ("log = 3", &[], Flags::default(), "log in rapport.toml: expected a section, found signed int `3`"),
        ("partitions = 0", &[], Flags::default(), "partitions in rapport.toml: expected 1 to 128"),
        (
            "",
            &[("RAPPORT_LISTEN", "nowhere")],
            Flags::default(),
            "RAPPORT_LISTEN: expected host:port such as 127.0.0.1:8080",
        ),
        (
            "",
            &[("RAPPORT_IMPORTS__AT_ONCE", "99")],
            Flags::default(),
            "RAPPORT_IMPORTS__AT_ONCE: expected 1 to 8, found 99",
        ),
        (
            "public_url = \"example.com\"",
            &[],
            Flags::default(),
            "public_url in rapport.toml: expected http:// or https:// and a host, without a query",
        ),
        (
            "[bounce_mailbox]\nhost = \"imap.example.com\"\nusername = \"ann\"\nsecret = \"s3cret\"\ntls = false",
            &[],
            Flags::default(),
            "bounce_mailbox.tls in rapport.toml: expected true: a secret is not sent over an open connection, except on this machine",
        ),
        (
            "[bounce_mailbox]\nhost = \"imap.example.com\"\nusername = \"ann\"",
            &[],
            Flags::default(),
            "bounce_mailbox.secret: expected the password or refresh token",
        ),
        (
            "[outbound]\nprivate_hosts = [\"kannel\", \"http://crm\"]",
            &[],
            Flags::default(),
            "outbound.private_hosts in rapport.toml: expected *, a name (kannel, *.internal), an address (10.0.0.5), each with a port \
             if that is the only one (kannel:13013), or a network (10.0.0.0/8), found \"http://crm\"",
        ),
        ("", &[], flag("xml"), "--log-format: expected text or json, found xml"),
        (
            "",
            &[],
            Flags { config: Some("other.toml".into()), ..Flags::default() },
            "other.toml: there is no such file (named by --config)",
        ),
    ] {
        let error = read(Some(file), variables, flags).unwrap_err();
        assert_eq!(error.0, [expected]);
    }
    let syntax = read(Some("listen = \n"), &[], Flags::default()).unwrap_err();
    assert!(syntax.0[0].contains("rapport.toml") && syntax.0[0].contains("line 1"), "{syntax}");
}

#[test]
fn a_mailbox_signs_in_by_password_or_token() {
    let base = "[bounce_mailbox]\nhost = \"imap.example.com\"\nusername = \"ann\"\nsecret = \"s3cret\"\n";
    assert_eq!(Config::default().mailbox(), None);
    let loaded = read(Some(base), &[], Flags::default()).unwrap();
    let mailbox = loaded.config.mailbox().unwrap();
    assert_eq!((mailbox.port, mailbox.secret.as_str(), &mailbox.grant), (993, "s3cret", &None));
    assert!(loaded.print().contains("bounce_mailbox.secret = \"********\"") && !loaded.print().contains("s3cret"));
    let by_token = format!("{base}token_url = \"https://id.example/token\"\nclient_id = \"app\"\n");
    let mailbox = read(Some(&by_token), &[], Flags::default()).unwrap().config.mailbox().unwrap();
    assert_eq!(mailbox.grant.unwrap().refresh_token, "s3cret");
    assert!(read(Some(&format!("{base}client_id = \"app\"\n")), &[], Flags::default()).is_err());
    let by_itself = by_token.replace("secret = \"s3cret\"", "client_secret = \"s3cret\"");
    let grant = read(Some(&by_itself), &[], Flags::default()).unwrap().config.mailbox().unwrap().grant.unwrap();
    assert_eq!((grant.refresh_token.as_str(), grant.client_secret.as_str()), ("", "s3cret"));
}

#[test]
fn the_file_is_looked_for_in_the_data_directory_too() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    std::fs::write(dir.path().join("data/rapport.toml"), "listen = \"data:1\"").unwrap();
    let flags = Flags { data_dir: Some("data".into()), ..Flags::default() };
    let load = || layers::load(&flags, Vec::new(), dir.path()).unwrap().config.listen;
    assert_eq!(load(), "data:1");
    std::fs::write(dir.path().join("rapport.toml"), "listen = \"here:1\"").unwrap();
    assert_eq!(load(), "here:1");
}

#[test]
fn other_variables_are_not_keys() {
    let variables = [("RAPPORT_SERVER", "http://x"), ("RAPPORT_TOKEN", "t"), ("RAPPORTS", "1")];
    assert_eq!(read(None, &variables, Flags::default()).unwrap().config, Config::default());
}

#[test]
fn private_hosts_are_named_in_every_layer() {
    let of = |file: &str, variables: &[(&str, &str)]| {
        read(Some(file), variables, Flags::default()).unwrap().config.outbound()
    };
    assert_eq!(of("", &[]), Outbound::default());
    let kannel = Outbound::of(&["kannel:13013"]).unwrap();
    assert_eq!(of("outbound.private_hosts = [\"kannel:13013\"]", &[]), kannel);
    assert_eq!(of("", &[("RAPPORT_OUTBOUND__PRIVATE_HOSTS", "[\"kannel:13013\"]")]), kannel);
    assert_eq!(of("", &[("RAPPORT_DELIVERY__ALLOW_PRIVATE_ADDRESSES", "true")]), Outbound::anywhere());
}
