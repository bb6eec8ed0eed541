//! Progress of long work: a bar with rate and remaining time on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows how far something is.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    total: u64,
    begun: Instant,
    /// Where it stood when it began here: the rate counts from there.
    from: Option<u64>,
    printed: Instant,
}

impl Progress {
    /// Of `total` units of `what` (`bytes`, `events`); 0 is unknown.
    #[must_use]
    pub(crate) fn new(what: &str, total: u64) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::no_length() };
            let number = if what == "bytes" { "{bytes} of {total_bytes}" } else { "{human_pos} of {human_len}" };
            let template = format!("{{spinner}} {{msg}} [{{bar:32}}] {number}, {{eta}} left");
            bar.with_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Progress { bar, what: what.to_owned(), total, begun: Instant::now(), from: None, printed: Instant::now() }
    }

    /// It stands at `done` units; `note` says more (rows, events a second).
    pub(crate) fn at(&mut self, done: u64, note: &str) {
        let from = *self.from.get_or_insert(done);
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(note.to_owned());
            return;
        }
        if self.printed.elapsed() < LINE_EVERY {
            return;
        }
        self.printed = Instant::now();
        eprintln!("{}", line(&self.what, done, self.total, done - from.min(done), self.begun.elapsed(), note));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `42 % of 1000 events, 120 events/s, 5 s left: note`.
fn line(what: &str, done: u64, total: u64, here: u64, elapsed: Duration, note: &str) -> String {
    let rate = here as f64 / elapsed.as_secs_f64().max(0.001);
    let share = match total {
        0 => format!("{done} {what}"),
        _ => format!("{} % of {total} {what}", done.min(total) * 100 / total),
    };
    let left = match total.saturating_sub(done) {
        left if total > 0 && left > 0 && rate > 0.0 => format!(", {:.0} s left", left as f64 / rate),
        _ => String::new(),
    };
    let note = if note.is_empty() { String::new() } else { format!(": {note}") };
    format!("{share}, {rate:.0} {what}/s{left}{note}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_share_rate_and_rest() {
        let second = Duration::from_secs(1);
        for (done, total, here, note, expected) in [
            (250, 1000, 250, "", "25 % of 1000 events, 250 events/s, 3 s left"),
            (1000, 1000, 500, "done", "100 % of 1000 events, 500 events/s: done"),
            (7, 0, 7, "", "7 events, 7 events/s"),
            (0, 10, 0, "", "0 % of 10 events, 0 events/s"),
        ] {
            assert_eq!(line("events", done, total, here, second, note), expected);
        }
    }
}
