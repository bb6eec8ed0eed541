//! What it costs to have it: start and memory of an installation with nothing in it.

use std::time::Duration;

use crate::Row;
use crate::server::Server;

/// The rows of the table.
#[must_use]
pub fn measure() -> Vec<Row> {
    let mut server = Server::start(&[]);
    std::thread::sleep(Duration::from_secs(5));
    let memory = server.memory_mb();
    server.restart();
    let start = server.started_in.as_secs_f64() * 1000.0;
    vec![
        Row::new("idle, nothing in it, after five seconds", "MB", memory).at_most("target", 60.0),
        Row::new("start to ready, nothing in it", "ms", start).at_most("target", 300.0),
    ]
}
