//! The smallest HTTP/1.1 client that does: one connection kept open, bodies with a length, every wait bounded. A client of
//! its own, so that a request cut off by a kill is never quietly sent again by a library.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long connecting, sending or waiting for an answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest answer read, bytes.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// `Retry-After`, seconds.
    pub(crate) retry_after_s: Option<u64>,
    /// Its body.
    pub(crate) body: String,
}

/// A client of one server.
pub(crate) struct Client {
    address: SocketAddr,
    bearer: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Sends `bearer` as its token or write key.
    pub(crate) fn new(address: SocketAddr, bearer: &str) -> Self {
        Client { address, bearer: bearer.to_owned(), connection: None }
    }

    /// Which server it talks to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// One call. After an error the next one opens a new connection.
    ///
    /// # Errors
    /// No connection, no complete answer.
    pub(crate) fn call(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            self.bearer,
            body.len()
        );
        connection.get_mut().write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let (answer, stays_open) = read(&mut connection)?;
        if stays_open {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn read(connection: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| broken("no status line"))?;
    let (mut length, mut retry_after_s, mut stays_open) = (None, None, true);
    loop {
        line.clear();
        if connection.read_line(&mut line)? == 0 {
            return Err(broken("the head was cut off"));
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse::<usize>().ok(),
            "retry-after" => retry_after_s = value.parse().ok(),
            "connection" => stays_open = !value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    let length = length.filter(|l| *l <= MAX_ANSWER_BYTES).ok_or_else(|| broken("no usable Content-Length"))?;
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(|_| broken("the body is not UTF-8"))?;
    Ok((Answer { status, retry_after_s, body }, stays_open))
}
