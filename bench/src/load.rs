//! A closed-loop load generator: each connection sends its next request when it has the answer to the last one. One
//! thread, so that the server keeps most of the machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Digits that make a message id unique; see [`Request`].
pub const ID_DIGITS: usize = 12;
/// The mark in a body that is replaced by a running number of [`ID_DIGITS`] digits.
pub const ID_MARK: &str = "############";
/// The longest answer, bytes.
const MAX_ANSWER: usize = 8 * 1024;

/// A request prepared once and sent many times, each time with other message ids.
#[derive(Clone, Debug)]
pub struct Request {
    bytes: Vec<u8>,
    marks: Vec<usize>,
}

impl Request {
    /// A POST of `body`, in which every [`ID_MARK`] becomes a number of its own whenever it is sent.
    #[must_use]
    pub fn post(path: &str, key: &str, body: &str) -> Self {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        let bytes = [head.as_bytes(), body.as_bytes()].concat();
        let marks = body.match_indices(ID_MARK).map(|(at, _)| head.len() + at).collect();
        Request { bytes, marks }
    }

    fn number(&mut self, next: &AtomicU64) {
        let first = next.fetch_add(self.marks.len() as u64, Ordering::Relaxed);
        for (place, number) in self.marks.iter().zip(first..) {
            let mut rest = number;
            for at in (*place..place + ID_DIGITS).rev() {
                self.bytes[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Requests answered with 200, a second.
    pub per_second: f64,
    /// Requests answered otherwise.
    pub refused: u64,
    /// Time from sending to answer of each request, sorted.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    /// The latency that `share` of the requests did not exceed, milliseconds.
    #[must_use]
    pub fn percentile_ms(&self, share: f64) -> f64 {
        percentile_ms(&self.latencies, share)
    }
}

/// The value of a sorted list that `share` of it does not exceed, milliseconds.
#[must_use]
pub fn percentile_ms(sorted: &[Duration], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).map_or(f64::NAN, |d| d.as_secs_f64() * 1000.0)
}

/// Sends `requests` round and round over `connections` for `time`.
#[must_use]
pub fn run(address: SocketAddr, requests: &[Request], connections: usize, time: Duration) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let next = Arc::new(AtomicU64::new(1));
    let start = Instant::now();
    let outcome = runtime.block_on(async {
        let mut tasks = Vec::new();
        for number in 0..connections {
            let mut mine = requests.to_vec();
            let turn = number % mine.len();
            mine.rotate_left(turn);
            tasks.push(tokio::spawn(one(address, mine, Arc::clone(&next), start + time)));
        }
        let mut total = Outcome::default();
        for task in tasks {
            let (latencies, refused) = task.await.expect("a connection that works");
            total.refused += refused;
            total.latencies.extend(latencies);
        }
        total
    });
    let mut outcome = outcome;
    outcome.per_second = (outcome.latencies.len() as u64 - outcome.refused) as f64 / start.elapsed().as_secs_f64();
    outcome.latencies.sort_unstable();
    outcome
}

async fn one(
    address: SocketAddr,
    mut requests: Vec<Request>,
    next: Arc<AtomicU64>,
    until: Instant,
) -> (Vec<Duration>, u64) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("nodelay");
    let (mut latencies, mut refused) = (Vec::new(), 0);
    let mut answer = vec![0; MAX_ANSWER];
    for at in 0.. {
        let sent = Instant::now();
        if sent >= until {
            break;
        }
        let count = requests.len();
        let request = &mut requests[at % count];
        request.number(&next);
        stream.write_all(&request.bytes).await.expect("sent");
        if exchange(&mut stream, &mut answer).await != 200 {
            refused += 1;
            // What every client does when it is told to come back later.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        latencies.push(sent.elapsed());
    }
    (latencies, refused)
}

/// Reads one answer; its status.
async fn exchange(stream: &mut TcpStream, buffer: &mut [u8]) -> u16 {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("an answer");
        assert!(read > 0, "the connection was closed");
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text.split("content-length:").nth(1).and_then(|t| t.split("\r\n").next()?.trim().parse().ok());
        let body: usize = length.unwrap_or(0);
        if filled >= head + 4 + body {
            return text.get(9..12).and_then(|s| s.parse().ok()).unwrap_or(0);
        }
    }
}
