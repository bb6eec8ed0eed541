//! How somebody that messages are handed to fared lately, and how long they are left alone.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Faults in a row after which nothing more is sent for a while.
const FAULTS_TO_REST: u32 = 5;
/// How long a rest is that nobody asked for.
const REST: Duration = Duration::from_secs(30);
/// The longest rest that can be asked for.
const MAX_REST: Duration = Duration::from_secs(3_600);
/// Servers known at once by their faults; beyond it all are forgotten.
const MAX_HOSTS: usize = 4_096;

/// How one provider or server fared.
#[derive(Debug, Default)]
pub(crate) struct Health {
    faults: u32,
    rests_until: Option<Instant>,
}

impl Health {
    /// It took a message, or said for a good reason that it does not.
    pub(crate) fn took(&mut self) {
        *self = Health::default();
    }

    /// It failed; after some times in a row it rests.
    pub(crate) fn failed(&mut self) {
        self.faults += 1;
        if self.faults >= FAULTS_TO_REST {
            *self = Health { faults: 0, rests_until: Some(Instant::now() + REST) };
        }
    }

    /// It asked to be left alone. Answers how long it is.
    pub(crate) fn rest(&mut self, wanted: Option<Duration>) -> Duration {
        let rest = wanted.unwrap_or(REST).clamp(Duration::from_secs(1), MAX_REST);
        self.rests_until = Some(Instant::now() + rest);
        rest
    }

    /// How much longer it is left alone; `None` when it is up.
    pub(crate) fn rests(&self) -> Option<Duration> {
        let left = self.rests_until?.checked_duration_since(Instant::now())?;
        (!left.is_zero()).then_some(left)
    }
}

/// The servers of a channel whose places others name: browsers, templates, programs. What one of them does says nothing of the
/// others.
#[derive(Default)]
pub(crate) struct Hosts(Mutex<HashMap<String, Health>>);

impl Hosts {
    /// How much longer that one is left alone.
    pub(crate) fn rests(&self, host: &str) -> Option<Duration> {
        self.0.lock().get(host)?.rests()
    }

    /// It answered as it should.
    pub(crate) fn took(&self, host: &str) {
        self.0.lock().remove(host);
    }

    /// It failed.
    pub(crate) fn failed(&self, host: &str) {
        self.change(host, Health::failed);
    }

    /// It asked to be left alone. Answers how long it is.
    pub(crate) fn rest(&self, host: &str, wanted: Option<Duration>) -> Duration {
        self.change(host, |health| health.rest(wanted))
    }

    fn change<T>(&self, host: &str, change: impl FnOnce(&mut Health) -> T) -> T {
        let mut hosts = self.0.lock();
        if hosts.len() >= MAX_HOSTS && !hosts.contains_key(host) {
            hosts.retain(|_, health| health.rests().is_some());
            if hosts.len() >= MAX_HOSTS {
                hosts.clear();
            }
        }
        change(hosts.entry(host.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn faults_in_a_row_make_it_rest() {
        let mut health = Health::default();
        for _ in 0..FAULTS_TO_REST - 1 {
            health.failed();
        }
        health.took();
        health.failed();
        assert!(health.rests().is_none(), "a success forgets them");
        for _ in 0..FAULTS_TO_REST - 1 {
            health.failed();
        }
        assert_eq!(health.rests(), Some(REST));
        tokio::time::advance(REST).await;
        assert!(health.rests().is_none());
        assert_eq!(health.rest(Some(Duration::from_secs(1_000_000))), MAX_REST);
    }

    #[tokio::test(start_paused = true)]
    async fn one_server_says_nothing_of_another_and_not_all_are_kept() {
        let hosts = Hosts::default();
        assert_eq!(hosts.rest("evil.example", Some(Duration::from_secs(60))), Duration::from_secs(60));
        assert!(hosts.rests("evil.example").is_some() && hosts.rests("good.example").is_none());
        for n in 0..MAX_HOSTS + 10 {
            hosts.failed(&format!("h{n}.example"));
        }
        assert!(hosts.0.lock().len() < MAX_HOSTS && hosts.rests("evil.example").is_some());
        hosts.took("evil.example");
        assert!(hosts.rests("evil.example").is_none());
    }
}
