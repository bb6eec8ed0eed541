//! The command line.

use std::path::PathBuf;

use crate::now_ms;

/// What `--help` and a wrong command line show.
pub(crate) const USAGE: &str = "\
usage: torture [--rounds N] [--seed N] [--clients N] [--pause-ms N] [--binary FILE]
  --rounds    kills (100)
  --seed      decides what is sent and when it is killed (the time)
  --clients   threads that send (3)
  --pause-ms  longest pause of a client between two batches (30)
  --binary    the program (rapport beside this one)";

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    /// Kills.
    pub(crate) rounds: u32,
    /// Decides what is sent and when it is killed; how it interleaves is up to the machine.
    pub(crate) seed: u64,
    /// Threads that send.
    pub(crate) clients: u32,
    /// Longest pause between two batches of a client, milliseconds.
    pub(crate) pause_ms: u64,
    /// The program.
    pub(crate) binary: PathBuf,
}

impl Args {
    /// Reads the command line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let beside = std::env::current_exe().map_err(|e| format!("this program's own path is unknown: {e}"))?;
        let mut args = Args {
            rounds: 100,
            seed: now_ms().unsigned_abs(),
            clients: 3,
            pause_ms: 30,
            binary: beside.with_file_name("rapport"),
        };
        while let Some(name) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--rounds" => args.rounds = number(&name, &value()?, 1)?,
                "--seed" => args.seed = number(&name, &value()?, 0)?,
                "--clients" => args.clients = number(&name, &value()?, 1)?,
                "--pause-ms" => args.pause_ms = number(&name, &value()?, 0)?,
                "--binary" => args.binary = value()?.into(),
                _ => return Err(format!("unknown argument {name}")),
            }
        }
        if !args.binary.is_file() {
            return Err(format!("{} is missing; build it with: cargo build --bin rapport", args.binary.display()));
        }
        Ok(args)
    }
}

fn number<N: std::str::FromStr + PartialOrd>(name: &str, text: &str, least: N) -> Result<N, String> {
    text.parse().ok().filter(|n| *n >= least).ok_or_else(|| format!("{name}: {text:?} is no number it can take"))
}
