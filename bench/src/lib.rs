//! Benchmarks: what is measured, one file each, and the table they fill. Every claim is a ratio of one run, against a floor
//! or a peer that ran beside it; targets are of the design.

pub mod accept;
pub mod activation;
mod bed;
pub mod campaign;
pub mod idle;
pub mod journeys;
pub mod lake;
pub mod latency;
pub mod liquid;
pub mod load;
pub mod mail;
pub mod peer;
pub mod processed;
pub mod server;

/// How large the runs are; 1 is the size the targets speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scale(pub f64);

/// What a value is held against.
#[derive(Clone, Debug)]
enum Held {
    /// Something measured in the same run, and the ratio to reach, if one is set.
    Against { peer: String, value: f64, ratio: Option<f64> },
    /// A most.
    AtMost { what: &'static str, value: f64 },
    /// A least.
    AtLeast { what: &'static str, value: f64 },
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    what: String,
    unit: &'static str,
    value: f64,
    held: Vec<Held>,
}

impl Row {
    /// A measured value.
    #[must_use]
    pub fn new(what: &str, unit: &'static str, value: f64) -> Self {
        Row { what: what.to_owned(), unit, value, held: Vec::new() }
    }

    /// The same with the floor or peer it is compared with, and the ratio it should reach.
    #[must_use]
    pub fn against(mut self, peer: &str, value: f64, ratio: Option<f64>) -> Self {
        self.held.push(Held::Against { peer: peer.to_owned(), value, ratio });
        self
    }

    /// The same with a limit it should stay within.
    #[must_use]
    pub fn at_most(mut self, what: &'static str, value: f64) -> Self {
        self.held.push(Held::AtMost { what, value });
        self
    }

    /// The same with a value it should reach.
    #[must_use]
    pub fn at_least(mut self, what: &'static str, value: f64) -> Self {
        self.held.push(Held::AtLeast { what, value });
        self
    }
}

/// Prints the table.
pub fn print(rows: &[Row]) {
    println!("{:<64} {:>14} {:<9} held against", "what", "measured", "unit");
    let verdict = |met: bool| if met { "met" } else { "NOT MET" };
    for row in rows {
        let digits = if row.value.abs() < 10.0 { 2 } else { 1 };
        print!("{:<64} {:>14.digits$} {:<9}", row.what, row.value, row.unit);
        for held in &row.held {
            match held {
                Held::Against { peer, value, ratio } => {
                    let reached = row.value / value;
                    print!(" {reached:.2} × {peer} ({value:.0})");
                    if let Some(ratio) = ratio {
                        print!(", target {ratio:.2}: {}", verdict(reached >= *ratio));
                    }
                }
                Held::AtMost { what, value } => print!(" {what} ≤ {value}: {}", verdict(row.value <= *value)),
                Held::AtLeast { what, value } => print!(" {what} ≥ {value}: {}", verdict(row.value >= *value)),
            }
        }
        println!();
    }
}

/// Processor time a process has used so far, ended threads included, seconds; without that of running threads whose name
/// begins with one of `except`. Unlike the time on the clock it does not depend on what else the machine does.
#[must_use]
pub fn processor_s(process: u32, except: &[&str]) -> f64 {
    let ticks = |stat: &str| stat.split(' ').skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum::<u64>();
    let used = |path: &std::path::Path, counts: &dyn Fn(&str) -> bool| {
        let stat = std::fs::read_to_string(path.join("stat")).unwrap_or_default();
        let (name, rest) = stat.split_once('(').and_then(|(_, r)| r.rsplit_once(") ")).unwrap_or_default();
        if counts(name) { ticks(rest) } else { 0 }
    };
    let process = std::path::PathBuf::from(format!("/proc/{process}"));
    let tasks = std::fs::read_dir(process.join("task")).into_iter().flatten().flatten();
    let left_out: u64 = tasks.map(|t| used(&t.path(), &|name| except.iter().any(|e| name.starts_with(e)))).sum();
    // The kernel counts in hundredths of a second for everybody who reads it here.
    used(&process, &|_| true).saturating_sub(left_out) as f64 / 100.0
}

/// Resident memory in megabytes of a process: its id, or `self`.
#[must_use]
pub fn memory_mb(process: &str) -> f64 {
    status_mb(process, "VmRSS:")
}

/// The most resident memory a process ever had, in megabytes.
#[must_use]
pub fn peak_mb(process: &str) -> f64 {
    status_mb(process, "VmHWM:")
}

fn status_mb(process: &str, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}
