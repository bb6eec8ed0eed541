//! A mail through a real Postfix, refused by the server behind it, and back as a bounce.

use std::process::{Command, Stdio};

use rapport_delivery::catcher::{Catcher, FaultAction, Stage};

use super::*;

/// A Postfix of one's own in a directory, stopped when dropped.
struct Postfix {
    dir: tempfile::TempDir,
}

const MASTER: &str = "127.0.0.1:PORT inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
";

impl Postfix {
    /// Listens at `port`; mail for `refused.example` goes to `behind`, for `bounces.example` to `back`. `None` when there is no
    /// Postfix here, or no right to start one.
    fn start(port: u16, behind: u16, back: u16) -> Option<Postfix> {
        let found = Command::new("postconf").arg("mail_version").output().ok()?;
        let root = Command::new("id").arg("-u").output().ok()?.stdout == b"0\n";
        if !found.status.success() || !root {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().display();
        for folder in ["etc", "queue", "data"] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
        }
        // Postfix works as a user of its own and looks into the folders above.
        let run = |program: &str, args: &[&str]| {
            let done = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(done.unwrap().success(), "{program} {args:?}");
        };
        run("chmod", &["755", &at.to_string()]);
        run("chown", &["postfix", &format!("{at}/data")]);
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\ncommand_directory = /usr/sbin\n\
             daemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\ninet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\nmyhostname = mx.example\nmydestination =\nmynetworks = 127.0.0.0/8\ndisable_dns_lookups = yes\n\
             smtp_host_lookup = native\nalias_maps =\nalias_database =\nlocal_recipient_maps =\nmaillog_file = {at}/log\n\
             maillog_file_prefixes = {at}\ntransport_maps = inline:{{ refused.example=smtp:[127.0.0.1]:{behind} \
             bounces.example=smtp:[127.0.0.1]:{back} }}\n"
        );
        std::fs::write(dir.path().join("etc/main.cf"), main).unwrap();
        std::fs::write(dir.path().join("etc/master.cf"), MASTER.replace("PORT", &port.to_string())).unwrap();
        run("postfix", &["-c", &format!("{at}/etc"), "start"]);
        Some(Postfix { dir })
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let etc = self.dir.path().join("etc");
        let stopped = Command::new("postfix").arg("-c").arg(etc).arg("stop").stderr(Stdio::null()).status();
        assert!(stopped.is_ok_and(|s| s.success()), "Postfix was stopped");
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn call(url: &str, token: &str, method: &str, path: &str, body: Value) -> Value {
    let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    let (url, bearer) = (format!("{url}{path}"), format!("Bearer {token}"));
    let answer = match method {
        "GET" => agent.get(url).header("authorization", bearer).call(),
        "PUT" => agent.put(url).header("authorization", bearer).send_json(body),
        _ => agent.post(url).header("authorization", bearer).send_json(body),
    };
    let mut answer = answer.unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    assert!(answer.status().is_success(), "{method} {path}: {} {text}", answer.status());
    serde_json::from_str(&text).unwrap_or_default()
}

#[test]
fn a_mail_refused_behind_a_real_server_comes_back_and_suppresses() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let behind = runtime.block_on(Catcher::local()).unwrap();
    behind.fail(Stage::Rcpt, FaultAction::Reply("550 5.1.1 no such user here".to_owned()), 100);
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.bounce_listen = "127.0.0.1:0".to_owned();
    let made = init(&config);
    let served = Served::start(&config);
    let back = served.app.bounce_address().unwrap().port();
    let port = free_port();
    let Some(postfix) = Postfix::start(port, behind.address().port(), back) else {
        eprintln!("skipped: there is no Postfix here, or no right to start one");
        return served.stop();
    };
    let (url, token) = (served.app.local().url().to_owned(), made.api_token.clone());
    let api = |method: &str, path: &str, body: Value| call(&url, &token, method, path, body);
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": {"email": "hi@shop.example"}});
    api("PUT", "/api/v1/resources/channel/mail?publish=true", channel);
    let domain = json!({"domain": "shop.example", "bounce_domain": "bounces.example", "publish": true});
    api("POST", "/api/v1/domains", domain);
    let template = json!({"name": "Hello", "subject": "Hi", "html": "<p>Hello</p>"});
    api("PUT", "/api/v1/resources/template/hello?publish=true", template);
    api("POST", "/api/v1/messages", json!({"to": {"email": "ann@refused.example"}, "template": "hello"}));
    let suppressed = || api("GET", "/api/v1/suppressions", json!({}))["items"].clone();
    until("the bounce is recorded", || suppressed() != json!([]));
    let entry = suppressed()[0].clone();
    assert_eq!((&entry["address"], &entry["reason"]), (&json!("ann@refused.example"), &json!("hard_bounce")));
    let profile = api("GET", "/api/v1/profiles/by/email/ann@refused.example", json!({}));
    let events = format!("/api/v1/profiles/{}/events", profile["id"].as_str().unwrap());
    let bounced = |events: &Value| {
        let all = events["items"].as_array().unwrap();
        all.iter().find(|e| e["event"] == "Email Bounced").map(|e| e["properties"].clone())
    };
    until("the profile shows it", || bounced(&api("GET", &events, json!({}))).is_some());
    let properties = bounced(&api("GET", &events, json!({}))).unwrap();
    assert_eq!((&properties["bounce"], &properties["status"]), (&json!("hard"), &json!("5.1.1")), "{properties}");
    drop(postfix);
    served.stop();
}
