//! The load: clients that tell the stories of customers in batches, like real ones do it. They send again what was not
//! acknowledged, now and then give up on it, and now and then send again what was acknowledged long ago.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Fault;
use crate::args::Args;
use crate::http::Client;
use crate::rng::Rng;
use crate::server::Target;

/// Events in a batch, at most.
const MAX_BATCH: u64 = 40;
/// Events a client remembers to send again.
const REMEMBERED: usize = 400;
/// Of batches whose answer did not come, one in so many is given up.
const GIVE_UP: u64 = 10;
/// How long a client waits for a server.
const NO_SERVER: Duration = Duration::from_millis(5);

/// What an event is to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Anything else.
    Other,
    /// An order: the first one of a customer brings a mail.
    Order,
}

/// One event a client sent, however often.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Its `messageId`.
    pub(crate) id: String,
    /// Whose it is: `c0-17`.
    pub(crate) customer: Arc<str>,
    /// What it is.
    pub(crate) what: What,
    /// Whether a call that carried it was answered with 200.
    pub(crate) acknowledged: bool,
}

/// Counts for the progress line.
#[derive(Default)]
struct Counts {
    stop: AtomicBool,
    sent: AtomicU64,
    acknowledged: AtomicU64,
}

/// All clients.
pub(crate) struct Load {
    counts: Arc<Counts>,
    clients: Vec<JoinHandle<Result<Vec<Sent>, Fault>>>,
}

impl Load {
    /// Starts the clients.
    pub(crate) fn start(args: &Args, target: Target, write_key: &str) -> Self {
        let counts = Arc::new(Counts::default());
        let clients = (0..args.clients).map(|number| {
            let client = Sender {
                number,
                rng: Rng::new(args.seed.wrapping_add(0x5eed_0001 * u64::from(number + 1))),
                target: target.clone(),
                write_key: write_key.to_owned(),
                pause_ms: args.pause_ms,
                counts: counts.clone(),
                sent: Vec::new(),
                story: VecDeque::new(),
                customers: 0,
                remembered: VecDeque::new(),
            };
            std::thread::spawn(move || client.run())
        });
        Load { clients: clients.collect(), counts }
    }

    /// Events sent and acknowledged so far.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.counts.sent.load(Ordering::Relaxed), self.counts.acknowledged.load(Ordering::Relaxed))
    }

    /// Lets the clients finish the batch at hand, and returns everything that was sent.
    ///
    /// # Errors
    /// A client got an answer it must never get.
    pub(crate) fn finish(self) -> Result<Arc<[Sent]>, Fault> {
        self.counts.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for client in self.clients {
            all.extend(client.join().map_err(|_| "a client of the torture panicked".to_owned())??);
        }
        Ok(all.into())
    }
}

/// An event on its way: its place in `Sender::sent`, and its text, the same each time.
type Item = (usize, Arc<str>);

struct Sender {
    number: u32,
    rng: Rng,
    target: Target,
    write_key: String,
    pause_ms: u64,
    counts: Arc<Counts>,
    sent: Vec<Sent>,
    /// What is still to tell of the present customer.
    story: VecDeque<Item>,
    customers: u32,
    remembered: VecDeque<Item>,
}

impl Sender {
    fn run(mut self) -> Result<Vec<Sent>, Fault> {
        let mut client: Option<Client> = None;
        while !self.counts.stop.load(Ordering::Relaxed) {
            let batch = self.batch();
            self.deliver(&mut client, &batch)?;
            if self.rng.once_in(20) {
                self.deliver(&mut client, &batch)?;
            }
            std::thread::sleep(Duration::from_millis(self.rng.below(self.pause_ms + 1)));
        }
        Ok(self.sent)
    }

    /// Sends a batch until it is acknowledged, or given up.
    fn deliver(&mut self, client: &mut Option<Client>, batch: &[Item]) -> Result<(), Fault> {
        let texts: Vec<&str> = batch.iter().map(|(_, text)| &**text).collect();
        let body = format!("{{\"batch\":[{}]}}", texts.join(","));
        loop {
            let Some(address) = self.target.get() else {
                *client = None;
                std::thread::sleep(NO_SERVER);
                continue;
            };
            let known = client.take().filter(|c| c.address() == address);
            let mut at = known.unwrap_or_else(|| Client::new(address, &self.write_key));
            match at.call("POST", "/v1/batch", &body) {
                Ok(answer) if answer.status == 200 => {
                    *client = Some(at);
                    self.acknowledge(batch);
                    return Ok(());
                }
                Ok(answer) if answer.status == 429 || answer.status == 503 => {
                    let wait = answer.retry_after_s.map_or(Duration::from_millis(100), Duration::from_secs);
                    std::thread::sleep(wait.min(Duration::from_secs(2)));
                }
                Ok(answer) => return Err(format!("a batch was answered with {} {}", answer.status, answer.body)),
                Err(_) if self.rng.once_in(GIVE_UP) => return Ok(()),
                Err(_) => std::thread::sleep(NO_SERVER),
            }
        }
    }

    fn acknowledge(&mut self, batch: &[Item]) {
        for (index, _) in batch {
            if !std::mem::replace(&mut self.sent[*index].acknowledged, true) {
                self.counts.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// The next batch: new events, at times mixed with old ones, at times with one of them twice.
    fn batch(&mut self) -> Vec<Item> {
        let count = 1 + self.rng.below(MAX_BATCH);
        let mut batch: Vec<Item> = (0..count).map(|_| self.next_item()).collect();
        self.counts.sent.fetch_add(count, Ordering::Relaxed);
        if self.rng.once_in(10) {
            batch.push(batch[self.rng.below(count) as usize].clone());
        }
        let old = if self.rng.once_in(8) { self.rng.below(6) } else { 0 };
        for _ in 0..old.min(self.remembered.len() as u64) {
            batch.push(self.remembered[self.rng.below(self.remembered.len() as u64) as usize].clone());
        }
        for item in &batch[..count as usize] {
            if self.rng.once_in(4) {
                self.remembered.push_back(item.clone());
            }
        }
        while self.remembered.len() > REMEMBERED {
            self.remembered.pop_front();
        }
        batch
    }

    fn next_item(&mut self) -> Item {
        loop {
            if let Some(item) = self.story.pop_front() {
                return item;
            }
            self.tell();
        }
    }

    /// One customer: browses unknown, signs in, then browses, orders and sometimes looks in without signing in.
    fn tell(&mut self) {
        let customer: Arc<str> = format!("c{}-{}", self.number, self.customers).into();
        self.customers += 1;
        let (user, device) = (format!("user-{customer}"), format!("device-{customer}"));
        let email = format!("{customer}@example.com");
        for _ in 0..self.rng.below(5) {
            let page = json!({"type": "page", "anonymousId": device, "name": "Home", "properties": {"path": "/"}});
            self.add(&customer, What::Other, page);
        }
        let traits = json!({"email": email, "plan": "free", "age": 18 + self.rng.below(60)});
        let identify = json!({"type": "identify", "userId": user, "anonymousId": device, "traits": traits});
        self.add(&customer, What::Other, identify);
        for number in 0..8 + self.rng.below(24) {
            let (what, call) = match self.rng.below(8) {
                // The address is stated here too, so that a mail is due even when the identify call was given up.
                0 => {
                    let order = json!({"order_id": format!("{customer}-{number}"), "total": self.rng.below(9_000)});
                    let context = json!({"traits": {"email": email}});
                    let call = json!({"type": "track", "event": "Order Completed", "userId": user, "properties": order,
                        "context": context});
                    (What::Order, call)
                }
                1 => (What::Other, json!({"type": "page", "anonymousId": device, "properties": {"path": "/later"}})),
                _ => {
                    let viewed = json!({"sku": self.rng.below(500), "price": 19.5});
                    let call =
                        json!({"type": "track", "event": "Product Viewed", "userId": user, "properties": viewed});
                    (What::Other, call)
                }
            };
            self.add(&customer, what, call);
        }
    }

    fn add(&mut self, customer: &Arc<str>, what: What, mut call: Value) {
        let index = self.sent.len();
        let id = format!("t{}-{index}", self.number);
        call["messageId"] = Value::from(id.as_str());
        self.sent.push(Sent { id, customer: customer.clone(), what, acknowledged: false });
        self.story.push_back((index, call.to_string().into()));
    }
}
