//! The peers of the same run: a Python process that holds the same events and answers the same questions.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The peers' process. Ends with its input.
pub struct Peers {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

fn python() -> String {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    let made = cache.join("rapport/bench-python/bin/python");
    let made = made.is_file().then(|| made.to_string_lossy().into_owned());
    std::env::var("RAPPORT_BENCH_PYTHON").ok().or(made).unwrap_or_else(|| "python3".to_owned())
}

impl Peers {
    /// Starts them on the files of a lake; the interpreter is `RAPPORT_BENCH_PYTHON`, else the one `scripts/setup.sh bench`
    /// made, else `python3`.
    ///
    /// # Errors
    /// A sentence saying why there are none.
    pub fn start(lake: &Path, work: &Path) -> Result<Peers, String> {
        let python = python();
        let present = Command::new(&python).args(["-c", "import duckdb, chdb"]).stderr(Stdio::null()).status();
        if !present.is_ok_and(|s| s.success()) {
            return Err(format!("skipped: {python} cannot import duckdb and chdb (bash scripts/setup.sh bench)"));
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/lake.py");
        let mut child = Command::new(&python)
            .arg(script)
            .args([lake, work])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("skipped: {python}: {e}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("skipped: no pipes".to_owned());
        };
        let mut peers = Peers { child, input: Some(input), output: BufReader::new(output) };
        match peers.line()?.as_str() {
            "ready" => Ok(peers),
            other => Err(format!("skipped: the peers said {other:?}")),
        }
    }

    /// The id of their process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(n) if n > 0 => Ok(line.trim().to_owned()),
            _ => Err("skipped: the peers' process ended; see its message above".to_owned()),
        }
    }

    /// Seconds and answer of one query.
    ///
    /// # Errors
    /// A sentence when the process is gone or speaks nonsense.
    pub fn ask(&mut self, engine: &str, query: &str) -> Result<(f64, String), String> {
        let input = self.input.as_mut().ok_or("no input")?;
        writeln!(input, "{engine} {query}").and_then(|()| input.flush()).map_err(|e| e.to_string())?;
        let line = self.line()?;
        let (seconds, answer) = line.split_once(' ').ok_or_else(|| line.clone())?;
        Ok((seconds.parse().map_err(|_| line.clone())?, answer.to_owned()))
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
