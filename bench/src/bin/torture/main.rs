//! `kill -9` torture: the real binary is killed at random moments under load, a hundred times on one data directory; then
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

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use args::Args;
use load::{Load, Sent};
use mails::Mailbox;
use rng::Rng;
use server::Server;
use verdict::Verdict;

/// What went wrong, in words.
type Fault = String;
/// One kill in so many comes before the server is ready.
const EARLY_KILLS: u64 = 5;
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
    let mut rng = Rng::new(args.seed);
    let mut kills = Vec::new();
    let begun = Instant::now();
    for round in 1..=args.rounds {
        kills.push(one_round(&mut server, &mut rng)?);
        if round % 10 == 0 || round == args.rounds {
            let (sent, acknowledged) = load.progress();
            let seconds = begun.elapsed().as_secs();
            println!("torture: round {round}, {seconds} s: {sent} sent, {acknowledged} acknowledged");
        }
        server.start()?;
    }
    server.wait_ready()?;
    let sent = load.finish()?;
    settle::settle(&server)?;
    let mut verdict = Verdict::new(&sent, &mailbox.mails(), &kills);
    verdict.examine(&server, &sent)?;
    restart_cleanly(&mut server, &mut verdict, &sent)?;
    verdict.no_panics(&server.log());
    Ok(verdict)
}

/// Kills a server that was just started: while it opens its data, or a while after it took load. Returns when.
fn one_round(server: &mut Server, rng: &mut Rng) -> Result<i64, Fault> {
    if rng.below(EARLY_KILLS) == 0 {
        std::thread::sleep(Duration::from_millis(rng.below(EARLY_MS)));
    } else {
        server.wait_ready()?;
        std::thread::sleep(Duration::from_millis(LIFE_MS.start + rng.below(LIFE_MS.end - LIFE_MS.start)));
    }
    server.kill()
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
