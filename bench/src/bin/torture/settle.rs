//! Waiting until nothing is under way any more.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Fault;
use crate::server::Server;

/// How long it may go on without any progress.
const STANDSTILL: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Quiet looks in a row that count as settled: a letter may be between two partitions for a moment.
const QUIET_LOOKS: u32 = 5;

/// Waits until records, letters, messages and outcomes are all dealt with.
///
/// # Errors
/// It goes on without progress, or a partition stands still.
pub(crate) fn settle(server: &Server) -> Result<(), Fault> {
    let (mut quiet, mut seen, mut moved) = (0, Value::Null, Instant::now());
    while quiet < QUIET_LOOKS {
        std::thread::sleep(LOOK_EVERY);
        let now = server.ask("GET", "/api/v1/partitions", "")?;
        let pending = pending(&now)?;
        quiet = if pending == 0 { quiet + 1 } else { 0 };
        if now != seen {
            (seen, moved) = (now, Instant::now());
        }
        if pending > 0 && moved.elapsed() > STANDSTILL {
            return Err(format!("no progress for {} s, {pending} things pending: {seen}", STANDSTILL.as_secs()));
        }
    }
    Ok(())
}

/// How much is under way, over all partitions.
fn pending(standing: &Value) -> Result<u64, Fault> {
    let partitions = standing["partitions"].as_array().filter(|p| !p.is_empty());
    let partitions = partitions.ok_or_else(|| format!("no partitions in {standing}"))?;
    let mut sum = 0;
    for partition in partitions {
        if let Some(why) = partition["failure"].as_str() {
            return Err(format!("partition {} stands still: {why}", partition["partition"]));
        }
        for what in ["lag", "outbox", "letters", "inbox"] {
            let count = partition[what].as_u64();
            sum += count.ok_or_else(|| format!("partition {} says no {what}", partition["partition"]))?;
        }
        sum += u64::from(partition["activating"] == true);
    }
    Ok(sum)
}
