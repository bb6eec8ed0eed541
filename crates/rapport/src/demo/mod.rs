//! A shop that looks alive, for `rapport demo`: customers with habits, on their own clocks, through seasons and sales.
//!
//! Everything follows from a seed: the same seed, size and `now` give the same events, byte for byte, on every
//! platform. First [`Shop::history`] gives what happened up to `now`, in order of time; then [`Shop::live`] gives what
//! happens since, for as long as somebody asks. Nothing here does I/O or asks a clock.
//!
//! All persons are made up; every address is under `example.com`, `.org` or `.net`, which belong to nobody (RFC 2606).

mod calendar;
mod catalogue;
mod event;
mod marker;
mod people;
mod places;
mod readers;
pub(crate) mod resources;
mod rng;
pub(crate) mod run;
mod session;
#[cfg(test)]
mod tests;
mod traffic;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use serde_json::Value;

use calendar::{day_factor, hour_factor, local_day, moment};
use people::Person;
use rng::Rng;

pub(crate) use run::DATA_DIR;

/// Customers of the usual demo shop.
pub(crate) const CUSTOMERS: u32 = 20_000;
/// Days of history of the usual demo shop.
pub(crate) const DAYS: u32 = 400;
/// The seed of the usual demo shop.
pub(crate) const SEED: u64 = 7;

/// Visits a day of a customer, on average over the history.
const VISITS_A_DAY: f64 = 1.0 / 64.0;
/// Live traffic is the history going on, day after day. So many times busier is its first hour, so that whoever has just
/// started the shop sees it live: an event every few seconds, and in that hour no more than a part of a day's.
const LIVELY: f64 = 8.0;
const LIVELY_MS: i64 = HOUR_MS;
const TICK_MS: i64 = 100;
/// How long before `now` the live traffic has been going on, so that it does not begin from nothing.
const WARM_UP_MS: i64 = 15 * MINUTE_MS;
/// After a pause live traffic catches up for this long at most.
const MAX_CATCH_UP_MS: i64 = MINUTE_MS;
/// No zone is further ahead of UTC.
const FURTHEST_EAST_MS: i64 = 14 * HOUR_MS;
/// Passers-by per customer.
const PASSERS: f64 = 0.3;

/// One event: an item of Segment's batch call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShopEvent {
    /// When it happened; also in the body as `timestamp`.
    pub(crate) at: Timestamp,
    /// The item.
    pub(crate) body: Value,
}

/// The shop and everything that is still to happen in it.
#[derive(Debug)]
pub(crate) struct Shop {
    seed: u64,
    people: Vec<Person>,
    now: Timestamp,
    next_day: i64,
    /// Live traffic was made up to here.
    live_at: Timestamp,
    /// Until then it is [`LIVELY`].
    lively_until: Timestamp,
    ticks: u64,
    pending: BinaryHeap<Reverse<Pending>>,
    pushed: u64,
}

/// An event that is to happen, in order of time and then of making.
#[derive(Debug)]
struct Pending {
    event: ShopEvent,
    number: u64,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Pending {}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.event.at, self.number).cmp(&(other.event.at, other.number))
    }
}

impl Shop {
    /// A shop that has been open for `days` up to `now`.
    pub(crate) fn new(seed: u64, customers: u32, days: u32, now: Timestamp) -> Self {
        let today = now.utc_day();
        let from = today - i64::from(days);
        let everybody = customers + (f64::from(customers) * PASSERS) as u32;
        Shop {
            seed,
            people: (0..everybody).map(|number| Person::new(seed, number, customers, from, today + 1)).collect(),
            now,
            next_day: from,
            live_at: now.plus_ms(-WARM_UP_MS),
            lively_until: now.plus_ms(LIVELY_MS),
            ticks: 0,
            pending: BinaryHeap::new(),
            pushed: 0,
        }
    }

    /// About how many events [`Shop::history`] gives, for a progress bar.
    pub(crate) fn history_estimate(customers: u32, days: u32) -> u64 {
        u64::from(customers) * u64::from(days) / 8
    }

    /// Everything that happened up to `now`, in order of time; goes on where an earlier call stopped.
    pub(crate) fn history(&mut self) -> impl Iterator<Item = ShopEvent> + '_ {
        std::iter::from_fn(|| self.next_of_history())
    }

    /// What happened since the last call (or since the history's end) up to `now`, in order of time.
    pub(crate) fn live(&mut self, now: Timestamp) -> Vec<ShopEvent> {
        let since = now.plus_ms(-MAX_CATCH_UP_MS);
        let paused = self.live_at < since;
        if paused {
            self.live_at = since;
            self.lively_until = now.plus_ms(LIVELY_MS);
            // Nobody came on the days in between.
            self.next_day = self.next_day.max(now.utc_day() - 1);
        }
        while self.next_day <= now.utc_day() + 1 {
            self.play_day();
        }
        self.tick_until(now);
        while paused && self.pop(since).is_some() {}
        let mut out = Vec::new();
        while let Some(event) = self.pop(now) {
            out.push(event);
        }
        out
    }

    /// Customer `number` looks around from `at` on, brought by a link in a mail.
    pub(crate) fn come(&mut self, number: u32, at: Timestamp) {
        let Some(person) = self.people.get_mut(number as usize) else { return };
        let mut made = Vec::new();
        let rng = Rng::of(self.seed, at.0 as u64, 3 + u64::from(number));
        session::visit(self.seed, person, rng, at, true, &mut made);
        self.keep(made);
    }

    fn next_of_history(&mut self) -> Option<ShopEvent> {
        // One day more than today: in the east it may have begun.
        let last_day = self.now.utc_day() + 1;
        loop {
            // Nothing that is still to be made can be earlier than this.
            let days = Timestamp(self.next_day * DAY_MS - FURTHEST_EAST_MS);
            let settled = if self.next_day > last_day { self.now } else { days.min(self.live_at).min(self.now) };
            if let Some(event) = self.pop(settled.plus_ms(-1)) {
                return Some(event);
            }
            if self.next_day > last_day {
                self.tick_until(self.now);
                return self.pop(self.now);
            }
            self.play_day();
        }
    }

    fn pop(&mut self, until: Timestamp) -> Option<ShopEvent> {
        let due = self.pending.peek().is_some_and(|Reverse(next)| next.event.at <= until);
        if due { self.pending.pop().map(|Reverse(next)| next.event) } else { None }
    }

    fn play_day(&mut self) {
        let day = self.next_day;
        self.next_day += 1;
        let factor = day_factor(day);
        let mut made = Vec::new();
        for person in &mut self.people {
            let visits = person.visits_on(day, factor);
            if visits <= 0.0 {
                continue;
            }
            let mut rng = Rng::of(self.seed, u64::from(person.number) << 20 | (day as u64 & 0xf_ffff), 1);
            if rng.chance(visits) {
                let at = moment(person.zone(), day, &mut rng);
                session::visit(self.seed, person, rng, at, false, &mut made);
            }
        }
        self.keep(made);
    }

    fn tick_until(&mut self, now: Timestamp) {
        let mut made = Vec::new();
        while self.live_at.plus_ms(TICK_MS) <= now {
            self.live_at = self.live_at.plus_ms(TICK_MS);
            self.ticks += 1;
            let mut rng = Rng::of(self.seed, self.ticks, 2);
            if rng.chance(self.visits_per_tick()) {
                let index = self.who_is_awake(&mut rng);
                session::visit(self.seed, &mut self.people[index], rng, self.live_at, true, &mut made);
            }
        }
        self.keep(made);
    }

    /// Visits that begin in the present tick, beside those of the day.
    fn visits_per_tick(&self) -> f64 {
        if self.live_at >= self.lively_until {
            return 0.0;
        }
        let customers = self.people.len() as f64 / (1.0 + PASSERS);
        customers * VISITS_A_DAY * LIVELY * TICK_MS as f64 / DAY_MS as f64
    }

    /// Somebody, more likely where it is a good hour for shopping.
    fn who_is_awake(&self, rng: &mut Rng) -> usize {
        let day = local_day("UTC", self.live_at);
        let mut index = 0;
        for _ in 0..32 {
            index = rng.range(0, self.people.len() as i64) as usize;
            let person = &self.people[index];
            let here = person.first_day < day || person.visits == 0;
            if here && rng.chance(hour_factor(person.zone(), self.live_at)) {
                break;
            }
        }
        index
    }

    fn keep(&mut self, made: Vec<ShopEvent>) {
        for event in made {
            self.pushed += 1;
            self.pending.push(Reverse(Pending { event, number: self.pushed }));
        }
    }
}
