//! Benchmarks: what is measured, one file each, and the table they fill. Every claim is a ratio of one run.

pub mod processed;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    what: String,
    unit: &'static str,
    value: f64,
    against: Option<(String, f64)>,
}

impl Row {
    /// A measured value.
    #[must_use]
    pub fn new(what: &str, unit: &'static str, value: f64) -> Self {
        Row { what: what.to_owned(), unit, value, against: None }
    }

    /// The same with the floor or peer it is compared with.
    #[must_use]
    pub fn against(mut self, peer: &str, value: f64) -> Self {
        self.against = Some((peer.to_owned(), value));
        self
    }
}

/// Prints the table.
pub fn print(rows: &[Row]) {
    println!("{:<64} {:>14} {:<9} ratio", "what", "measured", "unit");
    for row in rows {
        print!("{:<64} {:>14.1} {:<9}", row.what, row.value, row.unit);
        match &row.against {
            Some((peer, value)) => println!(" {:.2} × {peer} ({value:.1})", row.value / value),
            None => println!(),
        }
    }
}

/// Resident memory of this process in megabytes.
#[must_use]
pub fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}
