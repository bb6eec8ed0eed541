//! A campaign to half a million people: when its first mail leaves, what it takes of memory, whether a pause holds, whether
//! everybody gets it once, and how long messages that customers wait for take meanwhile. The mail server is in this process.

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rapport_delivery::catcher::{Catcher, CatcherLimits};
use rapport_domain::{Clock, SystemClock, Timestamp};
use serde_json::{Value, json};

use crate::latency::prepare;
use crate::load::percentile_ms;
use crate::server::Server;
use crate::{Row, Scale};

/// Recipients.
const PEOPLE: f64 = 500e3;
/// Who gets a second campaign, which is signed.
const SIGNED_AUDIENCE: &str = r#"traits.first_name == "Kim" && bucket("fifth", 0, 20)"#;
/// Between two messages that customers wait for.
const RECEIPT_EVERY: Duration = Duration::from_millis(100);
/// After a pause was answered, what is with the mail server already may still arrive.
const PAUSE_HOLDS_AFTER: Duration = Duration::from_secs(2);
/// How long the pause is.
const PAUSE: Duration = Duration::from_secs(5);
/// Memory is flat when the last fifth of the mails takes at most so many times what those before it took: with it in proportion
/// to the mails it would be 1.25 times.
const FLAT: f64 = 1.1;
/// Mails looked at again, because one before them may have come later.
const OUT_OF_ORDER: usize = 256;
/// The longest time without another mail of the campaign.
const STANDSTILL: Duration = Duration::from_secs(60);

/// The catcher's mails, counted as they come.
struct Sink {
    catcher: Catcher,
    /// Mails looked at, by id: with several connections they do not come in the order of their ids.
    seen: HashSet<u64>,
    /// Campaign mails by recipient.
    bulk: HashMap<String, u32>,
    /// When the first of them came.
    first: Option<Timestamp>,
    /// Receipts, by subject, with the time of arrival.
    receipts: HashMap<String, Timestamp>,
}

impl Sink {
    /// Looks at what came since the last time.
    fn look(&mut self) {
        let new = (self.catcher.received() as usize).saturating_sub(self.seen.len());
        for mail in self.catcher.page(None, new + OUT_OF_ORDER).iter().rev() {
            if !self.seen.insert(mail.id) {
                continue;
            }
            match mail.subject().filter(|s| s.starts_with("Receipt")) {
                Some(subject) => drop(self.receipts.insert(subject, mail.at)),
                None => {
                    *self.bulk.entry(mail.to.first().cloned().unwrap_or_default()).or_default() += 1;
                    self.first.get_or_insert(mail.at);
                }
            }
        }
    }

    fn look_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.look();
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until so many people got the campaign; answers whether they did.
    fn wait(&mut self, people: u64, mut each: impl FnMut()) -> bool {
        let mut last = (self.bulk.len(), Instant::now());
        while (self.bulk.len() as u64) < people {
            self.look_for(Duration::from_millis(200));
            each();
            if self.bulk.len() > last.0 {
                last = (self.bulk.len(), Instant::now());
            } else if last.1.elapsed() > STANDSTILL {
                return false;
            }
        }
        true
    }
}

/// Asks for one receipt after the other until told to stop; when each was asked for, by its subject.
fn receipts(url: &str, token: &str, people: u64, stop: &AtomicBool) -> HashMap<String, Timestamp> {
    let mut asked = HashMap::new();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let subject = format!("Receipt {n}");
        let body = json!({"to": {"user_id": format!("u{}", n * 7919 % people)}, "template": "receipt", "transactional": true,
                          "data": {"subject": subject}});
        asked.insert(subject, SystemClock.now());
        ureq::post(url).header("authorization", token).send_json(&body).expect("a receipt asked for");
        thread::sleep(RECEIPT_EVERY);
    }
    asked
}

fn documents() -> [(&'static str, &'static str, Value); 3] {
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ profile.first_name | default: 'friend' }}, spring is here.</mj-text>\
                <mj-button href=\"https://shop.example/spring\">See it</mj-button>\
                <mj-text><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>";
    [
        (
            "template",
            "spring",
            json!({"name": "Spring", "channel": "email", "topic": "offers", "subject": "Spring", "mjml": mjml}),
        ),
        (
            "template",
            "receipt",
            json!({"name": "Receipt", "channel": "email", "subject": "{{ subject }}", "html": "<p>Thank you.</p>"}),
        ),
        (
            "campaign",
            "spring",
            json!({"name": "Spring", "audience": {"rule": "traits.first_name == \"Kim\""}, "template": "spring"}),
        ),
    ]
}

/// Measures.
///
/// # Panics
/// When the pause does not hold, or somebody gets it twice or not at all.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let people = (PEOPLE * scale.0).max(2_000.0) as u64;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let limits = CatcherLimits { messages: 50_000, bytes: 1 << 30 };
    let catcher =
        runtime.block_on(Catcher::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), limits)).expect("a catcher");
    let server = Server::start(&[]);
    prepare(&server, &catcher);
    server.identify(people);
    for (kind, id, spec) in documents() {
        server.publish(kind, id, &spec);
    }
    // Until the customers' rows are written and the campaign's rule is decided for all of them.
    thread::sleep(Duration::from_secs(40));
    let mut sink = Sink { catcher, seen: HashSet::new(), bulk: HashMap::new(), first: None, receipts: HashMap::new() };
    let memory = |most: &mut f64| *most = server.memory_mb().max(*most);
    let before = server.memory_mb();
    let mut most = before;

    let stop = Arc::new(AtomicBool::new(false));
    let (url, token) = (format!("http://{}/api/v1/messages", server.address), format!("Bearer {}", server.api_token));
    let asking = thread::spawn({
        let stop = Arc::clone(&stop);
        move || receipts(&url, &token, people, &stop)
    });
    let begun = (SystemClock.now(), Instant::now());
    server.call("POST", "/api/v1/campaigns/spring/start", &json!({}));
    assert!(sink.wait(people / 5, || memory(&mut most)), "the campaign stands still: {:?}", sink.bulk.len());
    server.call("POST", "/api/v1/campaigns/spring/pause", &json!({}));
    sink.look_for(PAUSE_HOLDS_AFTER);
    let held = sink.bulk.len();
    sink.look_for(PAUSE);
    assert_eq!(sink.bulk.len(), held, "mails of a paused campaign");
    server.call("POST", "/api/v1/campaigns/spring/resume", &json!({"overdue": "run"}));
    let nearly_all = sink.wait(people / 5 * 4, || memory(&mut most));
    let early = most;
    let all = nearly_all && sink.wait(people, || memory(&mut most));
    let took = begun.1.elapsed() - PAUSE_HOLDS_AFTER - PAUSE;
    let told = || {
        (
            server.call("GET", "/api/v1/campaigns/spring", &Value::Null),
            server.call("GET", "/api/v1/stats", &Value::Null),
        )
    };
    assert!(all, "{} of {people} people got it: {:?}", sink.bulk.len(), told());
    stop.store(true, Ordering::Relaxed);
    let asked = asking.join().expect("receipts");
    sink.look_for(Duration::from_secs(2));
    let twice = sink.bulk.values().filter(|n| **n > 1).count();
    assert_eq!(twice, 0, "people who got it twice");
    let mut waited: Vec<Duration> = asked
        .iter()
        .map(|(subject, at)| {
            let came = sink.receipts.get(subject).unwrap_or_else(|| panic!("{subject} did not come"));
            Duration::from_millis(came.since_ms(*at).max(0) as u64)
        })
        .collect();
    waited.sort_unstable();
    let signed = signed(&server, &mut sink);
    let first = sink.first.map_or(f64::NAN, |at| at.since_ms(begun.0) as f64 / 1000.0);
    vec![
        Row::new(&format!("campaign to {} K people, from start to its first mail", people / 1000), "s", first)
            .at_most("s", 2.0),
        Row::new("  mails, paused and resumed once, each once", "mails/s", people as f64 / took.as_secs_f64()),
        Row::new("  receipts meanwhile, p50", "ms", percentile_ms(&waited, 0.5)),
        Row::new("  receipts meanwhile, p99", "ms", percentile_ms(&waited, 0.99)).at_most("ms", 250.0),
        Row::new("  most memory of the server during it", "MB", most).against("before it", before, None),
        Row::new("  the same against what it was before the last fifth of the mails", "", most / early)
            .at_most("", FLAT),
        signed,
    ]
}

/// A part of the people once more, by a domain that signs: the whole way of a mail, from the audience to the mail server.
fn signed(server: &Server, sink: &mut Sink) -> Row {
    server.call("POST", "/api/v1/domains", &json!({"domain": "example.com", "publish": true}));
    let everybody = json!({"rule": SIGNED_AUDIENCE});
    let people = server.call("POST", "/api/v1/segments/preview", &everybody)["count"].as_u64().expect("a count");
    let again = json!({"name": "Again", "audience": {"rule": SIGNED_AUDIENCE}, "template": "spring"});
    server.publish("campaign", "again", &again);
    sink.bulk.clear();
    let begun = Instant::now();
    server.call("POST", "/api/v1/campaigns/again/start", &json!({}));
    assert!(sink.wait(people, || ()), "the signed campaign stands still: {} of {people}", sink.bulk.len());
    let rate = people as f64 / begun.elapsed().as_secs_f64();
    let newest = sink.catcher.page(None, 1).into_iter().next().expect("a mail");
    let is_signed = newest.header("DKIM-Signature").is_some();
    assert!(is_signed, "the mail is not signed");
    Row::new("  a fifth of them once more, signed by RSA-2048 and Ed25519", "mails/s", rate)
        .at_least("mails/s", 1_500.0)
}
