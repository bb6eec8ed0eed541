//! What a simulation counts.

use std::collections::BTreeMap;

use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;
use rapport_delivery::core::caps::Contact;
use rapport_domain::time::DAY_MS;
use rapport_domain::{OutboundMessage, OutboxId, Partition, Profile, ProfileId, SkipReason, Timestamp};
use rapport_journeys::{Effect, Group};
use serde::Serialize;
use serde_json::{Value, json};

use super::cost::TextCost;
use super::dry::{DryStep, tell};
use super::gate::{Gate, Said};
use super::player::{Seen, Witness};

/// Days of a week, in milliseconds: the period floods are looked for in.
const WEEK_MS: i64 = 7 * DAY_MS;
/// People named as examples.
const SAMPLE: usize = 20;

/// Messages of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChannelTally {
    /// Decided.
    pub decided: u64,
    /// Of these, what would leave.
    pub sent: u64,
    /// Of these, what the gate would hold back, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Of these, what would wait at first, for the end of quiet hours or of a customer's pause.
    pub waited: u64,
    /// Of these, what still waits at the end.
    pub waiting: u64,
    /// What would leave, by local hour of the customer.
    pub by_hour: [u64; 24],
    /// What that would cost; text messages only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<TextCost>,
}

/// What happens at one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepTally {
    /// Passed, by exit.
    pub passed: BTreeMap<String, u64>,
    /// Runs that stand there at the end.
    pub at_end: u64,
}

/// The numbers of one journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JourneyTally {
    /// Runs begun.
    pub entered: u64,
    /// People who began one.
    pub people: u64,
    /// Of the runs, those of the control group.
    pub held_out: u64,
    /// Runs begun by day (UTC), `2026-03-01`.
    pub entered_by_day: BTreeMap<String, u64>,
    /// Triggers that began none, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Runs ended, by reason.
    pub exited: BTreeMap<String, u64>,
    /// Goals reached, by group.
    pub goals: BTreeMap<String, u64>,
    /// By step.
    pub steps: BTreeMap<String, StepTally>,
    /// Messages by channel.
    pub channels: BTreeMap<String, ChannelTally>,
    /// Messages withheld from the control group.
    pub withheld: u64,
}

impl JourneyTally {
    /// Adds the numbers of other people.
    pub fn merge(&mut self, other: JourneyTally) {
        fn add(into: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
            from.into_iter().for_each(|(name, count)| *into.entry(name).or_default() += count);
        }
        self.entered += other.entered;
        self.people += other.people;
        self.held_out += other.held_out;
        self.withheld += other.withheld;
        add(&mut self.entered_by_day, other.entered_by_day);
        add(&mut self.refused, other.refused);
        add(&mut self.exited, other.exited);
        add(&mut self.goals, other.goals);
        for (step, theirs) in other.steps {
            let mine = self.steps.entry(step).or_default();
            add(&mut mine.passed, theirs.passed);
            mine.at_end += theirs.at_end;
        }
        for (channel, theirs) in other.channels {
            let mine = self.channels.entry(channel).or_default();
            mine.decided += theirs.decided;
            mine.sent += theirs.sent;
            mine.waited += theirs.waited;
            mine.waiting += theirs.waiting;
            add(&mut mine.skipped, theirs.skipped);
            mine.by_hour.iter_mut().zip(theirs.by_hour).for_each(|(a, b)| *a += b);
            if let Some(theirs) = &theirs.cost {
                mine.cost.get_or_insert_default().merge(theirs);
            }
        }
    }
}

/// People who would get more messages in a week than is good, over all journeys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flood {
    /// Messages in seven days above which somebody counts.
    pub limit: u64,
    /// How many people.
    pub people: u64,
    /// The most anybody gets in seven days.
    pub worst: u64,
    /// Some of them.
    pub sample: Vec<String>,
}

/// What one of the people who enter goes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The profile's id.
    pub profile: String,
    /// In order: every step, and of each message also what the gate makes of it (`sent`, `waits`, or `skipped` with the
    /// reason).
    pub story: Vec<DryStep>,
}

/// Everything counted of some people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) profiles: u64,
    pub(crate) events: u64,
    /// Profiles of which something was left out because it would never end.
    pub(crate) cut: u64,
    pub(crate) journey: JourneyTally,
    /// Of the people who enter, those who also enter another live journey, by journey.
    pub(crate) overlap: BTreeMap<String, u64>,
    pub(crate) flood: Flood,
    pub(crate) people: Vec<Person>,
}

impl Tally {
    /// Keeps what so many people go through, those with the least ids.
    pub(crate) fn keep_people(&mut self, most: usize) {
        if self.people.len() > most {
            self.people.sort_by(|a, b| a.profile.cmp(&b.profile));
            self.people.truncate(most);
        }
    }

    /// Adds what was counted of others.
    pub(crate) fn merge(&mut self, other: Tally) {
        self.profiles += other.profiles;
        self.events += other.events;
        self.cut += other.cut;
        self.journey.merge(other.journey);
        other.overlap.into_iter().for_each(|(journey, people)| *self.overlap.entry(journey).or_default() += people);
        self.flood.people += other.flood.people;
        self.flood.worst = self.flood.worst.max(other.flood.worst);
        self.flood.sample.extend(other.flood.sample);
        self.flood.sample.truncate(SAMPLE);
        self.people.extend(other.people);
    }
}

/// Counts what one profile goes through.
pub(crate) struct Counter<'a> {
    journey: &'a str,
    gate: &'a Gate<'a>,
    zone: Tz,
    pub(crate) tally: JourneyTally,
    /// Other journeys it entered.
    others: Vec<String>,
    /// When messages would leave for it, by any journey.
    messages: Vec<Timestamp>,
    /// Messages that wait, each until then.
    waiting: Vec<(Timestamp, OutboundMessage)>,
    /// What reached it without being asked for; `None` until the first message is decided.
    contacts: Option<Vec<Contact>>,
    /// When it wrote on WhatsApp, the channel with a window for free text; in order.
    wrote: Vec<Timestamp>,
    /// Messages decided so far.
    decided: u64,
    /// What it goes through, when that is to be told.
    story: Option<Vec<DryStep>>,
}

impl<'a> Counter<'a> {
    pub(crate) fn new(journey: &'a str, gate: &'a Gate<'a>, zone: Tz, tells: bool) -> Self {
        Counter {
            journey,
            gate,
            zone,
            tally: JourneyTally::default(),
            others: Vec::new(),
            messages: Vec::new(),
            waiting: Vec::new(),
            contacts: None,
            wrote: Vec::new(),
            decided: 0,
            story: tells.then(Vec::new),
        }
    }

    /// Tells what the gate makes of one of the journey's messages.
    fn judged(&mut self, message: &OutboundMessage, at: Timestamp, what: &'static str, detail: Value) {
        let own = message.origin.as_ref().filter(|origin| origin.journey == self.journey);
        if let (Some(story), Some(origin)) = (&mut self.story, own) {
            story.push(DryStep { at, step: Some(origin.step.clone()), what, detail });
        }
    }

    /// The customer wrote on a channel with a window.
    pub(crate) fn wrote(&mut self, at: Timestamp) {
        self.wrote.push(at);
    }

    /// The numbers of a message's channel, when the simulated journey decided it.
    fn channel(&mut self, message: &OutboundMessage) -> Option<&mut ChannelTally> {
        let own = message.origin.as_ref().is_some_and(|origin| origin.journey == self.journey);
        own.then(|| self.tally.channels.entry(message.channel.clone()).or_default())
    }

    /// Somebody left a journey: what waits of that run is taken back.
    fn withdraw(&mut self, journey: &str, run: u64, now: Timestamp) {
        let of_run = |m: &OutboundMessage| m.origin.as_ref().is_some_and(|o| o.journey == journey && o.run == run);
        while let Some(index) = self.waiting.iter().position(|(_, message)| of_run(message)) {
            let (_, message) = self.waiting.remove(index);
            self.judged(&message, now, "skipped", json!(SkipReason::Exited.as_str()));
            if let Some(of) = self.channel(&message) {
                *of.skipped.entry(SkipReason::Exited.as_str().to_owned()).or_default() += 1;
            }
        }
    }

    /// Asks the gate about a message.
    fn ask(&mut self, message: OutboundMessage, profile: &Profile, now: Timestamp) {
        if self.contacts.is_none() {
            self.contacts = Some(self.gate.contacts(profile));
        }
        let contacts = self.contacts.as_deref().unwrap_or_default();
        let wrote = self.wrote.iter().rev().find(|at| **at <= now).copied();
        match self.gate.decide(&message, profile, contacts, wrote, now) {
            Said::Leaves(contact) => {
                self.messages.push(now);
                self.judged(&message, now, "sent", Value::Null);
                if let Some(known) = &mut self.contacts {
                    known.extend(contact);
                }
                let zone = profile.zone().unwrap_or(self.zone);
                let cost = self.gate.cost(&message, profile, now);
                let hour = zone.from_utc_datetime(&now.to_utc().naive_utc()).hour() as usize;
                if let Some(of) = self.channel(&message) {
                    of.sent += 1;
                    of.by_hour[hour] += 1;
                    if let Some(cost) = &cost {
                        of.cost.get_or_insert_default().merge(cost);
                    }
                }
            }
            Said::Skipped(reason) => {
                self.judged(&message, now, "skipped", json!(reason));
                if let Some(of) = self.channel(&message) {
                    *of.skipped.entry(reason.to_owned()).or_default() += 1;
                }
            }
            Said::Waits(until) => {
                self.judged(&message, now, "waits", json!({"until": until.to_rfc3339()}));
                if let Some(of) = self.channel(&message).filter(|_| message.created_at == now) {
                    of.waited += 1;
                }
                self.waiting.push((until, message));
            }
        }
    }

    /// The profile is through: adds its part to the whole.
    pub(crate) fn finish(mut self, profile: ProfileId, at_end: Vec<String>, limit: u64, into: &mut Tally) {
        for step in at_end {
            self.tally.steps.entry(step).or_default().at_end += 1;
        }
        if self.tally.entered > 0 {
            self.tally.people = 1;
            if let Some(story) = self.story.take() {
                into.people.push(Person { profile: profile.to_string(), story });
            }
            for other in std::mem::take(&mut self.others) {
                *into.overlap.entry(other).or_default() += 1;
            }
        }
        for (_, message) in std::mem::take(&mut self.waiting) {
            if let Some(of) = self.channel(&message) {
                of.waiting += 1;
            }
        }
        self.messages.sort_unstable();
        let worst = most_in_a_week(&self.messages);
        into.flood.worst = into.flood.worst.max(worst);
        if worst > limit {
            into.flood.people += 1;
            if into.flood.sample.len() < SAMPLE {
                into.flood.sample.push(profile.to_string());
            }
        }
        into.journey.merge(self.tally);
    }
}

/// The most messages within any seven days.
fn most_in_a_week(at: &[Timestamp]) -> u64 {
    let mut from = 0;
    let mut most = 0;
    for (to, now) in at.iter().enumerate() {
        while now.since_ms(at[from]) >= WEEK_MS {
            from += 1;
        }
        most = most.max(to - from + 1);
    }
    most as u64
}

impl Witness for Counter<'_> {
    fn passes(&mut self, profile: &Profile, to: Timestamp) {
        // Each is asked about at the instant it waited for, with the customer as they are then.
        while let Some(index) = first_due(&self.waiting, to) {
            let (at, message) = self.waiting.remove(index);
            self.ask(message, profile, at);
        }
    }

    fn saw(&mut self, seen: &Seen<'_>, effect: &Effect) {
        let (now, profile) = (seen.now, seen.profile);
        if let Effect::Exited { journey, run, reason, .. } = effect
            && reason.takes_back()
        {
            self.withdraw(journey, *run, now);
        }
        if let Some(story) = &mut self.story
            && let Some((step, what, detail)) = tell(effect, self.journey)
        {
            story.push(DryStep { at: now, step, what, detail });
        }
        let add = |map: &mut BTreeMap<String, u64>, name: &str| *map.entry(name.to_owned()).or_default() += 1;
        match effect {
            Effect::Entered { journey, group, .. } if *journey == self.journey => {
                self.tally.entered += 1;
                self.tally.held_out += u64::from(*group == Group::Control);
                add(&mut self.tally.entered_by_day, &now.to_utc().format("%Y-%m-%d").to_string());
            }
            Effect::Entered { journey, .. } if !self.others.contains(journey) => self.others.push(journey.clone()),
            Effect::NotEntered { journey, reason, .. } if *journey == self.journey => {
                add(&mut self.tally.refused, reason.as_str());
            }
            Effect::Exited { journey, reason, .. } if *journey == self.journey => {
                add(&mut self.tally.exited, reason.as_str());
            }
            Effect::Passed { journey, step, exit, .. } if *journey == self.journey => {
                add(&mut self.tally.steps.entry(step.clone()).or_default().passed, exit);
            }
            Effect::Goal { origin, group, .. } if origin.journey == self.journey => {
                add(&mut self.tally.goals, group.as_str());
            }
            Effect::Withheld { origin, .. } if origin.journey == self.journey => self.tally.withheld += 1,
            Effect::Send { origin, channel, template, topic, transactional, data, expires_at } => {
                self.decided += 1;
                let message = OutboundMessage {
                    id: OutboxId { partition: Partition(0), number: self.decided },
                    workspace: profile.workspace,
                    profile: profile.id,
                    channel: channel.clone(),
                    template: template.clone(),
                    origin: Some(origin.clone()),
                    topic: topic.clone(),
                    transactional: *transactional,
                    created_at: now,
                    expires_at: *expires_at,
                    data: data.clone(),
                };
                if let Some(of) = self.channel(&message) {
                    of.decided += 1;
                }
                self.ask(message, profile, now);
            }
            _ => {}
        }
    }
}

/// The message that waits the shortest, when that is over by `to`; of several the one decided first.
fn first_due(waiting: &[(Timestamp, OutboundMessage)], to: Timestamp) -> Option<usize> {
    let due = waiting.iter().enumerate().filter(|(_, (until, _))| *until <= to);
    due.min_by_key(|(_, (until, message))| (*until, message.id.number)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_week_counts() {
        let days = |days: &[i64]| days.iter().map(|d| Timestamp(d * DAY_MS)).collect::<Vec<_>>();
        assert_eq!(most_in_a_week(&[]), 0);
        assert_eq!(most_in_a_week(&days(&[0, 1, 2, 8, 9])), 3);
        assert_eq!(most_in_a_week(&days(&[0, 6, 7, 8, 9])), 4);
    }
}
