//! Calls of other systems that journeys decided: made beside the relay, so that a target that hangs, redirects or answers
//! garbage holds nobody up. A call waits in its partition's table until its answer is recorded there, so nothing here
//! needs to survive a crash; made again it has the same `Idempotency-Key`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rapport_domain::{Clock, Partition, Timestamp, WorkspaceId};
use tokio::sync::{Semaphore, watch};

use crate::channels::http::{Call, Http, Outbound, short};
use crate::channels::{SendFault, webhook};
use crate::error::DeliveryError;

/// Calls taken and not answered, at most, and of these to one server: one that hangs leaves room for others.
const MAX_TAKEN: usize = 2_048;
const MAX_OF_SERVER: usize = 128;
/// Calls under way at once, and of these to one server.
const AT_ONCE: usize = 64;
const AT_ONE_SERVER: usize = 8;
/// Servers remembered; beyond it the list starts anew.
const MAX_SERVERS: usize = 1_000;
/// How often to look for calls.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long an answer may take to be recorded before the call is made again.
const RECORDED_WITHIN: Duration = Duration::from_secs(600);
/// The most of an answer that is kept, bytes.
const MAX_KEPT: usize = 8 * 1024;
/// The longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// Names a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId {
    /// The partition that decided it.
    pub partition: Partition,
    /// Its number there.
    pub number: u64,
}

/// A call to make.
#[derive(Clone, Debug, PartialEq)]
pub struct OutsideCall {
    /// Its name.
    pub id: CallId,
    /// Whose.
    pub workspace: WorkspaceId,
    /// Where.
    pub url: String,
    /// `POST` and the like.
    pub method: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    pub body: String,
    /// It is a call by Standard Webhooks, signed with these bytes; not signed when there are none.
    pub secret: Option<Vec<u8>>,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Attempts in all.
    pub attempts: u32,
    /// After this no answer is waited for.
    pub expires_at: Timestamp,
}

/// The server of an address, by which calls have their bounds.
#[must_use]
pub fn server_of(url: &str) -> String {
    url.split('/').nth(2).unwrap_or_default().to_ascii_lowercase()
}

/// What there is room for, and what is taken.
#[derive(Debug, Default)]
pub struct Room(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    /// Calls under way (`None`), and those answered that may not be gone from the table yet, with when.
    calls: HashMap<CallId, Option<Instant>>,
    /// How many are under way, by server.
    busy: HashMap<String, usize>,
    under_way: usize,
}

impl Taken {
    fn left_of(&self, server: &str) -> usize {
        let busy = self.busy.get(server).copied().unwrap_or(0);
        MAX_OF_SERVER.saturating_sub(busy).min(MAX_TAKEN.saturating_sub(self.under_way))
    }

    fn over(&mut self, server: &str) {
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(busy) = self.busy.get_mut(server) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(server);
            }
        }
    }
}

impl Room {
    /// How many more calls may be taken.
    #[must_use]
    pub fn left(&self) -> usize {
        MAX_TAKEN.saturating_sub(self.0.lock().under_way)
    }

    /// How many more of one server ([`server_of`]).
    #[must_use]
    pub fn left_of(&self, server: &str) -> usize {
        self.0.lock().left_of(server)
    }

    /// Whether a call is taken already.
    #[must_use]
    pub fn is_taken(&self, id: CallId) -> bool {
        self.0.lock().calls.contains_key(&id)
    }

    /// Takes a call, if there is room for it. It is made then.
    pub fn take(&self, id: CallId, server: &str) -> bool {
        let mut taken = self.0.lock();
        let fits = !taken.calls.contains_key(&id) && taken.left_of(server) > 0;
        if fits {
            taken.calls.insert(id, None);
            *taken.busy.entry(server.to_owned()).or_default() += 1;
            taken.under_way += 1;
        }
        fits
    }

    /// A call was answered; it is gone from the table soon.
    fn answered(&self, id: CallId, server: &str) {
        let mut taken = self.0.lock();
        taken.over(server);
        taken.calls.insert(id, Some(Instant::now()));
    }

    /// A call is to be made again.
    fn put_back(&self, id: CallId, server: &str) {
        let mut taken = self.0.lock();
        taken.over(server);
        taken.calls.remove(&id);
    }

    fn forget_answered(&self) {
        self.0.lock().calls.retain(|_, answered| answered.is_none_or(|at| at.elapsed() < RECORDED_WITHIN));
    }
}

/// Where calls come from and answers go.
pub trait CallSource: Send + Sync {
    /// Calls to make, which it takes from the room there is. Reads storage.
    ///
    /// # Errors
    /// When the state cannot be read.
    fn due(&self, room: &Room) -> Result<Vec<OutsideCall>, DeliveryError>;

    /// How a call ended: the status of a success and its body, or 0 and the last fault.
    ///
    /// # Errors
    /// When it cannot be recorded now; it is tried again.
    fn answered(&self, id: CallId, status: u16, body: &str) -> Result<(), DeliveryError>;
}

struct Inner {
    source: Arc<dyn CallSource>,
    clock: Arc<dyn Clock>,
    http: Http,
    room: Room,
    permits: Semaphore,
    servers: Mutex<HashMap<String, Arc<Semaphore>>>,
    pause: Duration,
}

/// The running caller; dropping it ends it.
#[derive(Debug)]
pub struct Caller {
    _stop: watch::Sender<bool>,
}

impl Caller {
    /// Starts on the present Tokio runtime. Calls go where `outbound` lets them; `pause` is the first pause between two attempts,
    /// doubled each time.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn start(
        source: Arc<dyn CallSource>,
        clock: Arc<dyn Clock>,
        outbound: &Outbound,
        pause: Duration,
    ) -> Result<Caller, DeliveryError> {
        let http = Http::new(Duration::from_secs(60), outbound).map_err(DeliveryError::Http)?;
        let inner = Arc::new(Inner {
            source,
            clock,
            http,
            room: Room::default(),
            permits: Semaphore::new(AT_ONCE),
            servers: Mutex::default(),
            pause,
        });
        let (stop, mut stopped) = watch::channel(false);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    // The sender is gone: the caller was dropped.
                    _ = stopped.changed() => return,
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
                look(&inner).await;
            }
        });
        Ok(Caller { _stop: stop })
    }
}

/// Takes what is due and makes each call on a task of its own.
async fn look(inner: &Arc<Inner>) {
    let reader = Arc::clone(inner);
    let found = tokio::task::spawn_blocking(move || {
        reader.room.forget_answered();
        reader.source.due(&reader.room)
    });
    match found.await {
        Ok(Ok(calls)) => {
            for call in calls {
                tokio::spawn(make(Arc::clone(inner), call));
            }
        }
        Ok(Err(error)) => tracing::warn!(%error, "calls of other systems cannot be read; they wait"),
        Err(error) => tracing::error!(%error, "looking for calls ended in a panic"),
    }
}

async fn make(inner: Arc<Inner>, call: OutsideCall) {
    let (status, body) = attempts(&inner, &call).await;
    metrics::counter!("rapport_journeys_calls_total", "ok" => if status > 0 { "true" } else { "false" }).increment(1);
    let (source, id, server) = (Arc::clone(&inner.source), call.id, server_of(&call.url));
    for _ in 0..10 {
        let (source, body) = (Arc::clone(&source), body.clone());
        let told = tokio::task::spawn_blocking(move || source.answered(id, status, &body)).await;
        if matches!(told, Ok(Ok(()))) {
            inner.room.answered(id, &server);
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    tracing::warn!("the answer of a call could not be recorded; it is made again");
    inner.room.put_back(id, &server);
}

/// Tries until there is a success, a final fault, or no attempt or time left.
async fn attempts(inner: &Inner, call: &OutsideCall) -> (u16, String) {
    let mut fault = "it expired before it could be made".to_owned();
    for attempt in 0..call.attempts.max(1) {
        if inner.clock.now() >= call.expires_at {
            break;
        }
        match once(inner, call).await {
            Ok(answer) => return answer,
            Err((detail, true)) => {
                fault = detail;
                let pause = inner.pause.saturating_mul(1 << attempt.min(10)).min(MAX_PAUSE);
                if attempt + 1 < call.attempts {
                    tokio::time::sleep(pause).await;
                }
            }
            Err((detail, false)) => return (0, detail),
        }
    }
    (0, fault)
}

/// One attempt: the answer, or the fault and whether another attempt can help.
async fn once(inner: &Inner, call: &OutsideCall) -> Result<(u16, String), (String, bool)> {
    let server = server_of(&call.url);
    let lane = {
        let mut servers = inner.servers.lock();
        if servers.len() > MAX_SERVERS {
            servers.clear();
        }
        Arc::clone(servers.entry(server).or_insert_with(|| Arc::new(Semaphore::new(AT_ONE_SERVER))))
    };
    // The server's lane first: a server that hangs must not use up the places of all.
    let _lane = lane.acquire().await;
    let _place = inner.permits.acquire().await;
    let key = format!("rp-call-{:x}-{:x}-{:x}", call.workspace.0, call.id.partition.0, call.id.number);
    let request = match &call.secret {
        Some(secret) => {
            let secret = Some(secret.as_slice()).filter(|bytes| !bytes.is_empty());
            webhook::signed(&call.url, &key, inner.clock.now(), secret, call.body.clone())
        }
        None => Call::post(call.url.clone(), "application/json", call.body.clone()),
    };
    let mut request = request.with("idempotency-key", key);
    request.method = call.method.parse().unwrap_or(hyper::Method::POST);
    if request.method == hyper::Method::GET || request.method == hyper::Method::DELETE {
        request.body = Default::default();
    }
    request.named = call.headers.clone();
    request.guarded = true;
    let answer = match tokio::time::timeout(call.timeout, inner.http.call(&request)).await {
        Err(_) => return Err((format!("no answer within {} s", call.timeout.as_secs_f32()), true)),
        Ok(Err(SendFault::Permanent { detail, .. })) => return Err((detail, false)),
        Ok(Err(fault)) => return Err((short(&format!("{fault:?}")), true)),
        Ok(Ok(answer)) => answer,
    };
    if answer.is_success() {
        let kept = &answer.body[..answer.body.len().min(MAX_KEPT)];
        return Ok((answer.status, String::from_utf8_lossy(kept).into_owned()));
    }
    if (300..400).contains(&answer.status) {
        return Err((format!("{}: redirects are not followed", answer.status), false));
    }
    let again = matches!(answer.status, 408 | 425 | 429) || answer.status >= 500;
    Err((answer.shown(), again))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rapport_domain::SystemClock;

    use super::*;

    struct Table {
        calls: Mutex<Vec<OutsideCall>>,
        answers: Mutex<Vec<(u64, u16, String)>>,
    }

    impl CallSource for Table {
        fn due(&self, room: &Room) -> Result<Vec<OutsideCall>, DeliveryError> {
            Ok(self.calls.lock().iter().filter(|c| room.take(c.id, &server_of(&c.url))).cloned().collect())
        }

        fn answered(&self, id: CallId, status: u16, body: &str) -> Result<(), DeliveryError> {
            self.answers.lock().push((id.number, status, body.to_owned()));
            Ok(())
        }
    }

    /// A server that answers each path in its own bad or good way.
    fn server(hits: Arc<AtomicUsize>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hits = hits.clone();
                std::thread::spawn(move || answer(stream, &hits));
            }
        });
        format!("http://{address}")
    }

    fn answer(mut stream: std::net::TcpStream, hits: &AtomicUsize) {
        let mut buffer = [0u8; 4096];
        let read = stream.read(&mut buffer).unwrap_or(0);
        let head = String::from_utf8_lossy(&buffer[..read]).into_owned();
        assert!(head.to_lowercase().contains("idempotency-key: rp-call-1-0-"), "{head}");
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let reply = |status: &str, body: &str| {
            format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        };
        let text = match path.as_str() {
            "/ok" => reply("200 OK", r#"{"score":1}"#),
            "/garbage" => reply("200 OK", "<html>"),
            "/redirect" => {
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned()
            }
            "/flaky" if hits.fetch_add(1, Ordering::SeqCst) < 2 => reply("503 Unavailable", "later"),
            "/flaky" => reply("200 OK", "{}"),
            "/refuse" => reply("400 Bad Request", "no"),
            "/nonsense" => "this is not http\r\n\r\n".to_owned(),
            _ => {
                // Hangs until the client gives up.
                let _ = stream.read(&mut buffer);
                return;
            }
        };
        let _ = stream.write_all(text.as_bytes());
    }

    #[test]
    fn one_server_leaves_room_for_others() {
        let id = |number| CallId { partition: Partition(0), number };
        let room = Room::default();
        let taken = (0..5_000).filter(|n| room.take(id(*n), "slow.example")).count();
        assert_eq!((taken, room.left_of("slow.example")), (MAX_OF_SERVER, 0));
        assert!(room.is_taken(id(0)) && !room.take(id(0), "other.example"), "a call is made once");
        let others = (5_000..15_000).filter(|n| room.take(id(*n), &format!("{n}.example"))).count();
        assert_eq!((others, room.left(), room.left_of("new.example")), (MAX_TAKEN - MAX_OF_SERVER, 0, 0));
        room.answered(id(0), "slow.example");
        room.put_back(id(1), "slow.example");
        assert_eq!((room.left(), room.left_of("slow.example"), room.left_of("new.example")), (2, 2, 2));
        assert!(room.is_taken(id(0)) && !room.is_taken(id(1)), "what was answered may not be recorded yet");
        assert_eq!(server_of("https://Hooks.example:8443/a/b?c=https://d"), "hooks.example:8443");
        assert_eq!(server_of("nonsense"), "");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_target_comes_to_an_end_and_none_holds_others_up() {
        let hits = Arc::new(AtomicUsize::new(0));
        let base = server(hits.clone());
        let paths = ["ok", "garbage", "redirect", "flaky", "refuse", "nonsense", "hang"];
        let call = |number: u64, path: &str| OutsideCall {
            id: CallId { partition: Partition(0), number },
            workspace: WorkspaceId(1),
            url: format!("{base}/{path}"),
            method: "POST".to_owned(),
            headers: vec![("x-own".to_owned(), "1".to_owned())],
            body: "{}".to_owned(),
            secret: None,
            timeout: Duration::from_millis(500),
            attempts: 3,
            expires_at: Timestamp::MAX,
        };
        let calls = (1..).zip(paths).map(|(n, path)| call(n, path)).collect();
        let table = Arc::new(Table { calls: Mutex::new(calls), answers: Mutex::default() });
        let source: Arc<dyn CallSource> = table.clone();
        let pause = Duration::from_millis(10);
        let running = Caller::start(source, Arc::new(SystemClock), &Outbound::anywhere(), pause).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while table.answers.lock().len() < paths.len() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(running);
        let mut answers = table.answers.lock().clone();
        answers.sort();
        let statuses: Vec<u16> = answers.iter().map(|a| a.1).collect();
        assert_eq!(statuses, [200, 200, 0, 200, 0, 0, 0], "{answers:?}");
        assert_eq!((answers[0].2.as_str(), answers[1].2.as_str()), (r#"{"score":1}"#, "<html>"));
        assert!(answers[2].2.contains("redirects are not followed") && answers[6].2.contains("no answer within"));
        assert_eq!(hits.load(Ordering::SeqCst), 3, "two refusals and a success");

        // Private addresses are refused where they are not allowed.
        let table = Arc::new(Table { calls: Mutex::new(vec![call(9, "ok")]), answers: Mutex::default() });
        let source: Arc<dyn CallSource> = table.clone();
        let running = Caller::start(source, Arc::new(SystemClock), &Outbound::default(), pause).unwrap();
        while table.answers.lock().is_empty() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(running);
        let said = table.answers.lock()[0].2.clone();
        assert!(said.contains("private address") && said.contains("outbound.private_hosts"), "{said}");
    }
}
