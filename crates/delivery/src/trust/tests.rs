//! Real handshakes: servers whose certificates are good, signed by nobody known, out of date, or for another name.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::email::{Grant, SmtpProvider};
use crate::channels::http::Outbound;
use crate::intake::{Receiver, Receiving};
use crate::mailbox::{Mailbox, Reader, Round};
use crate::spec::ChannelSpec;

/// An authority and the certificates it gives, made by OpenSSL.
struct Authority(tempfile::TempDir);

impl Authority {
    /// `None` when there is no OpenSSL here.
    fn new() -> Option<Authority> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("skipped: there is no openssl here");
            return None;
        }
        let authority = Authority(tempfile::tempdir().unwrap());
        let conf = "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\nunique_subject=no\npolicy=any\n\
                    [any]\ncommonName=supplied\n[req]\ndistinguished_name=dn\n[dn]\n[authority]\nbasicConstraints=critical,CA:TRUE\n";
        authority.write("conf", conf);
        authority.write("index.txt", "");
        authority.write("serial", "01\n");
        authority.run(&format!(
            "req -x509 {KEY} -keyout ca.key -out ca.pem -subj /CN=Authority -extensions authority -config conf"
        ));
        Some(authority)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, arguments: &str) {
        let run = Command::new("openssl").args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(run.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&run.stderr));
    }

    fn pem(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A server's side of TLS with a certificate for `names`, valid in these years; signed by itself or by the authority.
    fn server(&self, id: &str, names: &str, years: (u32, u32), by_itself: bool) -> TlsAcceptor {
        self.write(&format!("{id}.ext"), &format!("subjectAltName={names}\n"));
        if by_itself {
            self.run(&format!("req -x509 {KEY} -keyout {id}.key -out {id}.pem -subj /CN={id} -addext subjectAltName={names} -config conf"));
        } else {
            self.run(&format!("req -new {KEY} -keyout {id}.key -out {id}.csr -subj /CN={id} -config conf"));
            let (from, to) = years;
            self.run(&format!(
                "ca -batch -config conf -cert ca.pem -keyfile ca.key -in {id}.csr -out {id}.pem -extfile {id}.ext -notext \
                 -startdate {from}0101000000Z -enddate {to}0101000000Z"
            ));
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain =
            CertificateDer::pem_file_iter(self.path(&format!("{id}.pem"))).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(self.path(&format!("{id}.key"))).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/// What a server answers each line of one connection; nothing ends it.
type Answers = Box<dyn FnMut(&str) -> Option<String> + Send>;

/// Speaks as the server, after the greeting.
async fn speak<S: AsyncRead + AsyncWrite>(stream: S, greeting: &str, mut answer: Answers) -> Option<()> {
    let mut stream = Box::pin(BufReader::new(stream));
    stream.write_all(greeting.as_bytes()).await.ok()?;
    let mut line = String::new();
    while stream.read_line(&mut line).await.ok()? > 0 {
        let answer = answer(line.trim_end())?;
        stream.write_all(answer.as_bytes()).await.ok()?;
        line.clear();
    }
    None
}

/// A server of mail, or of a mailbox, that begins with TLS, or goes over to it after STARTTLS.
async fn listen(tls: TlsAcceptor, greeting: &'static str, answers: fn() -> Answers, starttls: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                if starttls {
                    let mut plain = BufReader::new(&mut stream);
                    plain.write_all(greeting.as_bytes()).await.ok()?;
                    let mut line = String::new();
                    while !line.starts_with("STARTTLS") {
                        line.clear();
                        plain.read_line(&mut line).await.ok()?;
                        let said = if line.starts_with("EHLO") { "250-here\r\n250 STARTTLS\r\n" } else { "220 go\r\n" };
                        plain.write_all(said.as_bytes()).await.ok()?;
                    }
                    drop(plain);
                }
                let stream = tls.accept(stream).await.ok()?;
                speak(stream, if starttls { "" } else { greeting }, answers()).await
            });
        }
    });
    port
}

fn smtp() -> Answers {
    Box::new(|line| Some(if line.starts_with("EHLO") { "250 here\r\n" } else { "250 ok\r\n" }.to_owned()))
}

fn imap() -> Answers {
    Box::new(done)
}

fn done(line: &str) -> Option<String> {
    let (tag, rest) = line.split_once(' ').unwrap_or_default();
    let untagged = if rest.starts_with("UID SEARCH") { "* SEARCH\r\n" } else { "" };
    Some(format!("{untagged}{tag} OK done\r\n"))
}

struct Nobody;

impl Receiver for Nobody {
    fn takes(&self, _: &str) -> bool {
        true
    }

    fn receive<'r>(&'r self, _: &'r [String], _: &'r [u8]) -> Receiving<'r> {
        Box::pin(std::future::ready(Ok(true)))
    }
}

fn channel(port: u16, more: Value) -> ChannelSpec {
    let base = json!({"kind": "smtp", "host": "localhost", "port": port, "from": {"email": "hi@shop.example"}});
    ChannelSpec::validate(&crate::channels::testing::with(base, more)).unwrap_or_else(|p| panic!("{p:?}"))
}

fn mailbox(port: u16, ca_file: Option<&Path>) -> Mailbox {
    Mailbox {
        host: "localhost".to_owned(),
        port,
        tls: true,
        ca_file: ca_file.map(Path::to_owned),
        username: "ann".to_owned(),
        secret: "s3cret".to_owned(),
        grant: None,
        folder: "INBOX".to_owned(),
        every: Duration::from_secs(60),
        delete: false,
    }
}

#[tokio::test]
async fn servers_are_believed_by_their_certificates_alone() {
    let Some(authority) = Authority::new() else { return };
    let (now, here) = ((2020, 2100), "DNS:localhost");
    authority.server("itself", here, now, true);
    for (id, names, years, by_itself, ca, expected) in [
        ("good", here, now, false, Some("ca.pem"), None),
        ("unknown", here, now, false, None, Some("UnknownIssuer")),
        ("other", here, now, false, Some("itself.pem"), Some("UnknownIssuer")),
        ("own", here, now, true, Some("own.pem"), None),
        ("alone", here, now, true, Some("ca.pem"), Some("UnknownIssuer")),
        ("old", here, (2020, 2021), false, Some("ca.pem"), Some("expired")),
        ("early", here, (2098, 2100), false, Some("ca.pem"), Some("not valid yet")),
        ("wrong", "DNS:mail.example", now, false, Some("ca.pem"), Some("not valid for name")),
    ] {
        let tls = authority.server(id, names, years, by_itself);
        let pem = |name: &str| json!({"ca": authority.pem(name)});
        for (mode, starttls) in [("tls", false), ("starttls", true)] {
            let port = listen(tls.clone(), "220 here\r\n", smtp, starttls).await;
            let more = crate::channels::testing::with(ca.map_or_else(|| json!({}), pem), json!({"tls": mode}));
            let provider =
                SmtpProvider::new(&channel(port, more), Duration::from_secs(10), &Outbound::default()).unwrap();
            judge(provider.connect().await, expected, &format!("{mode} {id}"));
        }
        let port = listen(tls.clone(), "* OK here\r\n", imap, false).await;
        let file = ca.map(|name| authority.path(name));
        let round = Reader::new(mailbox(port, file.as_deref())).unwrap().round(&Nobody).await;
        judge(round.map(|round| assert_eq!(round, Round::default())), expected, &format!("imap {id}"));
    }
    // A server that takes no TLS at all gets no word.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(speak(stream, "220 here\r\n", smtp()));
        }
    });
    for mode in ["tls", "starttls"] {
        let spec = channel(port, json!({"tls": mode}));
        let provider = SmtpProvider::new(&spec, Duration::from_secs(3), &Outbound::default()).unwrap();
        assert!(provider.connect().await.unwrap_err().starts_with("connecting to localhost"), "{mode}");
    }
}

#[track_caller]
fn judge(done: Result<(), String>, expected: Option<&str>, case: &str) {
    match (done, expected) {
        (Ok(()), None) => {}
        (Err(said), Some(part)) => {
            assert!(said.contains(part), "{case}: {said}");
            assert!(part != "UnknownIssuer" || said.contains("name its authority in"), "{case}: {said}");
        }
        (other, _) => panic!("{case}: {other:?}"),
    }
}

#[test]
fn authorities_are_certificates() {
    let base = json!({"kind": "smtp", "host": "localhost", "from": {"email": "hi@shop.example"}});
    for (more, part) in [
        (json!({"ca": "no"}), "expected certificates in PEM"),
        (json!({"ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}), "cannot be read"),
    ] {
        let problems = ChannelSpec::validate(&crate::channels::testing::with(base.clone(), more)).unwrap_err();
        assert!(problems[0].to_string().contains(part), "{problems:?}");
    }
    let Some(authority) = Authority::new() else { return };
    let open = json!({"ca": authority.pem("ca.pem"), "tls": "none"});
    let problems = ChannelSpec::validate(&crate::channels::testing::with(base, open)).unwrap_err();
    assert!(problems[0].to_string().contains("only with tls"), "{problems:?}");
    let missing = Reader::new(mailbox(1, Some(Path::new("/no/such.pem")))).err().unwrap();
    assert!(missing.starts_with("/no/such.pem: "), "{missing}");
}

/// A mailbox whose server takes the token `good`, and complains of others as Google's does.
fn by_token() -> Answers {
    let mut waits: Option<String> = None;
    Box::new(move |line| {
        let Some(tag) = waits.clone() else {
            let (tag, rest) = line.split_once(' ')?;
            if rest.starts_with("AUTHENTICATE XOAUTH2") {
                waits = Some(tag.to_owned());
                return Some("+ \r\n".to_owned());
            }
            return done(line);
        };
        let shown = String::from_utf8(STANDARD.decode(line).ok()?).ok()?;
        let (answer, over) = match shown.as_str() {
            "user=ann\x01auth=Bearer good\x01\x01" => (format!("{tag} OK welcome\r\n"), true),
            "" => (format!("{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"), true),
            _ => (format!("+ {}\r\n", STANDARD.encode(r#"{"status":"400","schemes":"Bearer"}"#)), false),
        };
        if over {
            waits = None;
        }
        Some(answer)
    })
}

#[tokio::test]
async fn a_mailbox_is_signed_in_to_by_token_over_tls() {
    let Some(authority) = Authority::new() else { return };
    let port =
        listen(authority.server("box", "DNS:localhost", (2020, 2100), false), "* OK here\r\n", by_token, false).await;
    let source = HttpCatcher::local(Act::answer(200, r#"{"access_token":"good","expires_in":3600}"#)).await.unwrap();
    let grant =
        Grant { token_url: source.url(), refresh_token: "r".into(), client_id: "app".into(), ..Grant::default() };
    let file = authority.path("ca.pem");
    let reader = || Reader::new(Mailbox { grant: Some(grant.clone()), ..mailbox(port, Some(&file)) }).unwrap();
    let kept = reader();
    for _ in 0..2 {
        assert_eq!(kept.round(&Nobody).await.unwrap(), Round::default());
    }
    assert_eq!(source.take().len(), 1, "the token is kept");
    source.script([Act::answer(200, r#"{"access_token":"bad","expires_in":3600}"#)]);
    let refused = reader();
    let said = refused.round(&Nobody).await.unwrap_err();
    assert!(said.contains("XOAUTH2 as ann") && said.contains("Invalid credentials") && !said.contains("bad"), "{said}");
    // What was not taken is not shown again.
    assert_eq!(refused.round(&Nobody).await.unwrap(), Round::default());
    source.script([Act::answer(400, r#"{"error":"invalid_grant"}"#)]);
    assert!(reader().round(&Nobody).await.unwrap_err().contains("invalid_grant"));
}
