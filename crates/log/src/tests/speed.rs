//! One measurement, run by hand: `cargo test --release -p rapport-log -- --ignored --nocapture speed`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rapport_domain::Partition;

use crate::{AppendBatch, Log, LogConfig, SegmentLog};

const APPENDERS: usize = 64;
const BATCH: usize = 100;
const RECORD_BYTES: usize = 300;

#[test]
#[ignore = "a measurement, not a check"]
fn speed() {
    let dir = tempfile::tempdir_in(std::env::var_os("RAPPORT_BENCH_DIR").unwrap_or_else(|| ".".into())).unwrap();
    let log = Arc::new(SegmentLog::open(&LogConfig::new(dir.path())).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let until = Instant::now() + Duration::from_secs(5);
    let appending = Arc::new(AtomicBool::new(true));
    let readers: Vec<_> = (0..16u16)
        .map(|p| {
            let (log, appending) = (Arc::clone(&log), Arc::clone(&appending));
            thread::spawn(move || {
                let (mut next, mut bytes) = (0, 0);
                while appending.load(Ordering::Acquire) || log.head(Partition(p)) > next {
                    log.wait(Partition(p), next, Duration::from_millis(50));
                    let read = log.read(Partition(p), next, 2_000, 1 << 20).unwrap();
                    bytes += read.iter().map(|(_, r)| r.len()).sum::<usize>();
                    next = read.next_offset();
                    log.release(Partition(p), next);
                }
                bytes
            })
        })
        .collect();
    let began = Instant::now();
    let (appended, worst) = runtime.block_on(async {
        let tasks: Vec<_> = (0..APPENDERS)
            .map(|task| {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let record = [task as u8; RECORD_BYTES];
                    let (mut done, mut worst) = (0usize, Duration::ZERO);
                    while Instant::now() < until {
                        let mut batch = AppendBatch::with_capacity(BATCH, BATCH * RECORD_BYTES);
                        (0..BATCH).for_each(|n| batch.push_bytes(Partition(((task + n * 7) % 16) as u16), &record));
                        let asked = Instant::now();
                        log.append(batch).unwrap().await.unwrap();
                        worst = worst.max(asked.elapsed());
                        done += BATCH;
                    }
                    (done, worst)
                })
            })
            .collect();
        let mut total = (0, Duration::ZERO);
        for task in tasks {
            let (done, worst) = task.await.unwrap();
            total = (total.0 + done, total.1.max(worst));
        }
        total
    });
    let took = began.elapsed();
    appending.store(false, Ordering::Release);
    let read: usize = readers.into_iter().map(|r| r.join().unwrap()).sum();
    assert_eq!(read, appended * RECORD_BYTES);
    println!(
        "{appended} records of {RECORD_BYTES} bytes in {took:?}: {:.0} records/s durable and read; slowest batch {worst:?}",
        appended as f64 / took.as_secs_f64()
    );
}
