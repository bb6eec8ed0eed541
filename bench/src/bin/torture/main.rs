//! `kill -9` torture: the real binary is killed at random moments under load, a hundred times on one data directory (and
//! now and then asked to end); then
//! what was acknowledged is compared with what is in the lake, in the state and in the mailboxes.
//!
//! Consumes the `rapport` binary next to this one; emits one summary line, and every violation; owns a temporary
//! directory, which stays when something is wrong. Exit code 1 on any violation, 2 on a command line that makes no sense.

mod args;
mod http;
mod load;
mod mails;
mod rng;
mod server;
mod settle;
mod setup;
mod verdict;

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use args::Args;
use load::{Load, Sent};
use mails::Mailbox;
use rng::Rng;
use server::Server;
use verdict::{Lives, Verdict};

/// What went wrong, in words.
type Fault = String;
/// One kill in so many comes before the server is ready.
const EARLY_KILLS: u64 = 5;
/// Of the others, one in so many is no kill but an order to end, under load: after it nothing may come twice.
const ORDERLY_ENDS: u64 = 10;
/// The longest time after its start at which an early kill comes, milliseconds.
const EARLY_MS: u64 = 600;
/// How long a server under load lives, milliseconds.
const LIFE_MS: std::ops::Range<u64> = 50..1_500;
/// How long a server may take until it is ready; it replays what it had not committed.
pub(crate) const READY: Duration = Duration::from_secs(60);

/// Milliseconds since 1970 now.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn main() -> ExitCode {
    let args = match Args::read(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("torture: {error}\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    let dir = match tempfile::Builder::new().prefix("rapport-torture-").tempdir() {
        Ok(dir) => dir,
        Err(error) => {
            eprintln!("torture: no temporary directory: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("torture: {} rounds, seed {}, in {}", args.rounds, args.seed, dir.path().display());
    let faults = match run(&args, dir.path()) {
        Ok(verdict) => {
            println!("{}", verdict.summary(args.rounds));
            verdict.faults
        }
        Err(fault) => vec![fault],
    };
    if faults.is_empty() {
        return ExitCode::SUCCESS;
    }
    for fault in &faults {
        eprintln!("torture: VIOLATION: {fault}");
    }
    let kept = dir.keep();
    eprintln!("torture: seed {}; data and server.log are kept in {}", args.seed, kept.display());
    ExitCode::FAILURE
}

fn run(args: &Args, dir: &std::path::Path) -> Result<Verdict, Fault> {
    let mailbox = Mailbox::open()?;
    let mut server = Server::new(&args.binary, dir)?;
    setup::prepare(&mut server, &mailbox)?;
    let load = Load::start(args, server.target(), &server.keys().write_key);
    let (mut rng, mut ends) = (Rng::new(args.seed), Rng::new(!args.seed));
    let begun = Instant::now();
    let (mut starts, mut orderly) = (Vec::new(), HashSet::new());
    for round in 1..=args.rounds {
        let (ready, is_orderly) = one_round(&mut server, &mut rng, &mut ends)?;
        starts.extend(ready);
        orderly.extend(is_orderly.then(|| server.life()));
        if round % 10 == 0 || round == args.rounds {
            let (sent, acknowledged) = load.progress();
            let mean_ms = starts.iter().map(Duration::as_millis).sum::<u128>() / starts.len().max(1) as u128;
            let mib = |kind| server.disk_bytes(kind) as f64 / f64::from(1 << 20);
            println!(
                "torture: round {round}, {} s: {sent} sent, {acknowledged} acknowledged; ready after {mean_ms} ms on \
                 average; MiB on disk: state {:.1}, log {:.1}, lake {:.1}",
                begun.elapsed().as_secs(),
                mib("state"),
                mib("log"),
                mib("lake")
            );
            starts.clear();
        }
        server.start()?;
    }
    server.wait_ready()?;
    let sent = load.finish()?;
    settle::settle(&server)?;
    let mut verdict = Verdict::new(&sent, &mailbox.mails(), &Lives::of(&server, orderly)?);
    verdict.examine(&server, &sent)?;
    restart_cleanly(&mut server, &mut verdict, &sent)?;
    verdict.no_panics(&server.log());
    Ok(verdict)
}

/// Ends a server that was just started: kills it while it opens its data, or kills it (now and then asks it to end) a while
/// after it took load. Answers how long it took to be ready, if it was let, and whether it ended in order.
fn one_round(server: &mut Server, rng: &mut Rng, ends: &mut Rng) -> Result<(Option<Duration>, bool), Fault> {
    if rng.below(EARLY_KILLS) == 0 {
        std::thread::sleep(Duration::from_millis(rng.below(EARLY_MS)));
        return server.kill().map(|()| (None, false));
    }
    let ready = server.wait_ready()?;
    std::thread::sleep(Duration::from_millis(LIFE_MS.start + rng.below(LIFE_MS.end - LIFE_MS.start)));
    let is_orderly = ends.once_in(ORDERLY_ENDS);
    if is_orderly {
        server.end()?
    } else {
        server.kill()?
    }
    Ok((Some(ready), is_orderly))
}

/// After an orderly end everything must still be there.
fn restart_cleanly(server: &mut Server, verdict: &mut Verdict, sent: &Arc<[Sent]>) -> Result<(), Fault> {
    server.end()?;
    server.start()?;
    server.wait_ready()?;
    settle::settle(server)?;
    verdict.examine_lake(server, sent, "after an orderly restart")?;
    server.end()
}
