//! A mailbox for bounces: read from a real Dovecot, and from servers that do not behave.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rapport_delivery::intake::{Receiver, Receiving};
use rapport_delivery::mailbox::{Mailbox, Reader, Round};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Keeps what it is given; refuses mails with this word.
#[derive(Default)]
struct Kept {
    mails: Mutex<Vec<(Vec<String>, Vec<u8>)>>,
    refused: Mutex<Option<&'static str>>,
}

impl Receiver for Kept {
    fn takes(&self, _: &str) -> bool {
        true
    }

    fn receive<'r>(&'r self, to: &'r [String], raw: &'r [u8]) -> Receiving<'r> {
        Box::pin(async move {
            let text = String::from_utf8_lossy(raw).into_owned();
            if self.refused.lock().is_some_and(|word| text.contains(word)) {
                return Err("the log is full".to_owned());
            }
            if !text.contains("bounces.example") {
                return Ok(false);
            }
            self.mails.lock().push((to.to_vec(), raw.to_vec()));
            Ok(true)
        })
    }
}

fn mailbox(port: u16) -> Mailbox {
    Mailbox {
        host: "127.0.0.1".to_owned(),
        port,
        tls: false,
        ca_file: None,
        username: "ann".to_owned(),
        secret: "s3cret".to_owned(),
        grant: None,
        folder: "INBOX".to_owned(),
        every: Duration::from_secs(60),
        delete: false,
    }
}

/// A Dovecot of one's own, stopped when dropped.
struct Dovecot {
    child: Child,
    dir: tempfile::TempDir,
    port: u16,
}

impl Dovecot {
    /// `None` when there is no Dovecot here, or no right to start one.
    fn start() -> Option<Dovecot> {
        let number = |args: &[&str]| -> Option<u32> {
            let out = Command::new("id").args(args).output().ok()?;
            String::from_utf8(out.stdout).ok()?.trim().parse().ok()
        };
        let version = Command::new("dovecot").arg("--version").output().ok()?;
        let is_known = String::from_utf8_lossy(&version.stdout).starts_with("2.3");
        if !is_known || number(&["-u"])? != 0 {
            return None;
        }
        let (uid, gid) = (number(&["-u", "mail"])?, number(&["-g", "mail"])?);
        let dir = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = dir.path().display();
        let conf = format!(
            "protocols = imap\nbase_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nssl = no\ndisable_plaintext_auth = no\nauth_failure_delay = 0\n\
             listen = 127.0.0.1\nmail_location = maildir:{at}/mail/%u\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n\
             passdb {{\n driver = static\n args = password=s3cret\n}}\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={at}/mail/%u\n}}\n\
             service imap-login {{\n inet_listener imap {{\n address = 127.0.0.1\n port = {port}\n }}\n inet_listener imaps {{\n port = 0\n }}\n}}\n"
        );
        std::fs::write(dir.path().join("dovecot.conf"), conf).unwrap();
        for folder in ["mail", "mail/ann", "mail/ann/cur", "mail/ann/new", "mail/ann/tmp", "run", "state"] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
        }
        let run = |program: &str, args: &[&str]| {
            assert!(Command::new(program).args(args).status().unwrap().success(), "{program} {args:?}");
        };
        run("chmod", &["755", &at.to_string()]);
        run("chown", &["-R", "mail:mail", &format!("{at}/mail")]);
        let conf = format!("{at}/dovecot.conf");
        let child = Command::new("dovecot").args(["-F", "-c", &conf]).stderr(Stdio::null()).spawn().unwrap();
        let dovecot = Dovecot { child, dir, port };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = std::fs::read_to_string(dovecot.dir.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(20), "Dovecot does not listen: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(dovecot)
    }

    fn folder(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join("mail/ann").join(name)
    }

    fn deliver(&self, name: &str, mail: &str) {
        let file = self.folder("tmp").join(name);
        std::fs::write(&file, mail).unwrap();
        assert!(Command::new("chown").arg("mail:mail").arg(&file).status().unwrap().success());
        std::fs::rename(&file, self.folder("new").join(name)).unwrap();
    }

    fn count(&self, folder: &str) -> usize {
        std::fs::read_dir(self.folder(folder)).map_or(0, Iterator::count)
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let conf = self.dir.path().join("dovecot.conf");
        let stopped = Command::new("doveadm").arg("-c").arg(conf).arg("stop").stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|s| s.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_real_mailbox_is_read_once_and_nothing_unrecorded_is_lost() {
    let Some(dovecot) = Dovecot::start() else {
        eprintln!("skipped: there is no Dovecot 2.3 here, or no right to start one");
        return;
    };
    let kept = Kept::default();
    let reader = Reader::new(mailbox(dovecot.port)).unwrap();
    assert_eq!(reader.round(&kept).await.unwrap(), Round::default());
    let bounce = |n: u32| {
        format!(
            "Delivered-To: b.1.m0001.{n}.0011223344556677@bounces.example\r\nTo: Ann <x@y.example>\r\nSubject: Returned {n}\r\n\r\nno such user {n}\r\n"
        )
    };
    for n in 1..=3 {
        dovecot.deliver(&format!("{n}.a.b"), &bounce(n));
    }
    // Longer than what is looked at: only its beginning is fetched.
    dovecot.deliver("4.a.b", &format!("{}{}", bounce(4), "x".repeat(78).add_lines(60_000)));
    *kept.refused.lock() = Some("Returned 2");
    assert_eq!(reader.round(&kept).await.unwrap(), Round { taken: 3, left: 1, ..Round::default() });
    {
        let mails = kept.mails.lock();
        assert_eq!(mails[0].0, ["b.1.m0001.1.0011223344556677@bounces.example", "x@y.example"]);
        assert!(mails[2].1.len() <= 2 << 20, "{}", mails[2].1.len());
    }
    // What was not recorded is tried again; the rest is not read twice.
    *kept.refused.lock() = None;
    assert_eq!(reader.round(&kept).await.unwrap(), Round { taken: 1, ..Round::default() });
    assert_eq!(reader.round(&kept).await.unwrap(), Round::default());
    assert_eq!((kept.mails.lock().len(), dovecot.count("cur")), (4, 4));
    let deleting = Reader::new(Mailbox { delete: true, ..mailbox(dovecot.port) }).unwrap();
    dovecot.deliver("5.a.b", &bounce(5));
    assert_eq!(deleting.round(&kept).await.unwrap().taken, 1);
    assert_eq!((dovecot.count("cur"), dovecot.count("new")), (4, 0), "only what was taken is deleted");
    // A letter to a person stays where it is, unread, and is looked at once; what comes after it is taken.
    dovecot.deliver("6.a.b", "To: ann@shop.example\r\nSubject: Where is my order?\r\n\r\nIt did not come.\r\n");
    assert_eq!(deleting.round(&kept).await.unwrap(), Round { foreign: 1, ..Round::default() });
    dovecot.deliver("7.a.b", &bounce(7));
    assert_eq!(deleting.round(&kept).await.unwrap(), Round { taken: 1, ..Round::default() });
    let seen = |folder| {
        std::fs::read_dir(dovecot.folder(folder))
            .unwrap()
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().contains("6.a.b"))
            .map(|e| {
                e.file_name().to_string_lossy().split_once(":2,").is_some_and(|(_, flags)| flags.contains(['S', 'T']))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!([seen("cur"), seen("new")].concat(), [false], "kept, and not marked");
    assert_eq!(reader.round(&kept).await.unwrap(), Round { foreign: 1, ..Round::default() });
    let wrong = Reader::new(Mailbox { secret: "no".to_owned(), ..mailbox(dovecot.port) }).unwrap();
    let refused = wrong.round(&kept).await.unwrap_err();
    assert!(refused.starts_with("signing in: ") && refused.to_lowercase().contains("auth"), "{refused}");
    let nowhere = Reader::new(Mailbox { folder: "No such".to_owned(), ..mailbox(dovecot.port) }).unwrap();
    assert!(nowhere.round(&kept).await.unwrap_err().starts_with("opening the folder: "));
}

trait Lines {
    fn add_lines(&self, lines: usize) -> String;
}

impl Lines for String {
    fn add_lines(&self, lines: usize) -> String {
        format!("{self}\r\n").repeat(lines)
    }
}

/// A server that answers each command by its name with these lines; `TAG` is the command's.
async fn server(answers: &'static [(&'static str, &'static str)]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                write.write_all(b"* OK here\r\n").await.ok()?;
                let mut lines = BufReader::new(read).lines();
                while let Some(line) = lines.next_line().await.ok()? {
                    let mut words = line.split(' ');
                    let (tag, name) = (words.next()?, words.next().unwrap_or_default());
                    let name = if name == "UID" { words.next().unwrap_or_default() } else { name };
                    let answer = answers.iter().find(|(n, _)| *n == name).map_or("TAG OK done\r\n", |(_, a)| a);
                    write.write_all(answer.replace("TAG", tag).as_bytes()).await.ok()?;
                }
                Some(())
            });
        }
    });
    port
}

#[tokio::test]
async fn servers_that_do_not_behave_are_told_of() {
    for (answers, part) in [
        (&[("LOGIN", "TAG NO [UNAVAILABLE] later\r\n")][..], "later"),
        (&[("SELECT", "TAG NO no such folder\r\n")], "opening the folder"),
        (&[("SEARCH", "nonsense\r\n")], "looking for mail"),
    ] {
        let reader = Reader::new(mailbox(server(answers).await)).unwrap();
        let error = reader.round(&Kept::default()).await.unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    // A mail that another reader took meanwhile, and one that is not given out.
    for fetched in ["TAG OK done\r\n", "TAG NO not now\r\n"] {
        let answers = Box::leak(Box::new([("SEARCH", "* SEARCH 7\r\nTAG OK done\r\n"), ("FETCH", fetched)]));
        let reader = Reader::new(mailbox(server(answers).await)).unwrap();
        assert_eq!(reader.round(&Kept::default()).await.unwrap(), Round { left: 1, ..Round::default() });
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(Reader::new(mailbox(closed)).unwrap().round(&Kept::default()).await.unwrap_err().contains("signing in"));
}
