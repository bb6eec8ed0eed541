//! What a simulation counts.

use std::collections::BTreeMap;

use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;
use rapport_domain::time::DAY_MS;
use rapport_domain::{ConsentState, Profile, ProfileId, Timestamp};
use rapport_journeys::{Effect, Group};
use serde::Serialize;

use super::player::Witness;

/// Days of a week, in milliseconds: the period floods are looked for in.
const WEEK_MS: i64 = 7 * DAY_MS;
/// People named as examples.
const SAMPLE: usize = 20;

/// Messages of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChannelTally {
    /// Decided.
    pub decided: u64,
    /// Of these, what the gate would not let pass by what is known of the customer, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Decided by local hour of the customer.
    pub by_hour: [u64; 24],
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
            add(&mut mine.skipped, theirs.skipped);
            mine.by_hour.iter_mut().zip(theirs.by_hour).for_each(|(a, b)| *a += b);
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

/// Everything counted of some people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) profiles: u64,
    pub(crate) events: u64,
    pub(crate) journey: JourneyTally,
    /// Of the people who enter, those who also enter another live journey, by journey.
    pub(crate) overlap: BTreeMap<String, u64>,
    pub(crate) flood: Flood,
    pub(crate) sample: Vec<(String, u64)>,
}

impl Tally {
    pub(crate) fn merge(&mut self, other: Tally) {
        self.profiles += other.profiles;
        self.events += other.events;
        self.journey.merge(other.journey);
        other.overlap.into_iter().for_each(|(journey, people)| *self.overlap.entry(journey).or_default() += people);
        self.flood.people += other.flood.people;
        self.flood.worst = self.flood.worst.max(other.flood.worst);
        self.flood.sample.extend(other.flood.sample);
        self.flood.sample.truncate(SAMPLE);
    }
}

/// Counts what one profile goes through.
#[derive(Debug)]
pub(crate) struct Counter {
    journey: String,
    pub(crate) tally: JourneyTally,
    /// Other journeys it entered.
    others: Vec<String>,
    /// When messages were decided for it, by any journey.
    messages: Vec<Timestamp>,
}

impl Counter {
    pub(crate) fn new(journey: &str) -> Self {
        let (tally, others, messages) = (JourneyTally::default(), Vec::new(), Vec::new());
        Counter { journey: journey.to_owned(), tally, others, messages }
    }

    /// The profile is through: adds its part to the whole.
    pub(crate) fn finish(mut self, profile: ProfileId, at_end: Vec<String>, limit: u64, into: &mut Tally) {
        for step in at_end {
            self.tally.steps.entry(step).or_default().at_end += 1;
        }
        if self.tally.entered > 0 {
            self.tally.people = 1;
            for other in self.others {
                *into.overlap.entry(other).or_default() += 1;
            }
        }
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

/// Why the gate would not let a message pass, as far as the profile says.
fn known_skip(profile: &Profile, channel: &str, topic: Option<&str>, transactional: bool) -> Option<&'static str> {
    if !transactional && profile.consent(channel, topic) == ConsentState::Denied {
        return Some("unsubscribed");
    }
    let no_email = channel == "email" && profile.trait_value("email").is_none();
    no_email.then_some("no_address")
}

impl Witness for Counter {
    fn saw(&mut self, now: Timestamp, profile: &Profile, zone: Tz, effect: &Effect) {
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
            Effect::Goal { origin, group } if origin.journey == self.journey => {
                add(&mut self.tally.goals, group.as_str());
            }
            Effect::Withheld { origin, .. } if origin.journey == self.journey => self.tally.withheld += 1,
            Effect::Send { origin, channel, topic, transactional, .. } => {
                let skip = known_skip(profile, channel, topic.as_deref(), *transactional);
                if skip.is_none() {
                    self.messages.push(now);
                }
                if origin.journey == self.journey {
                    let of = self.tally.channels.entry(channel.clone()).or_default();
                    of.decided += 1;
                    of.by_hour[zone.from_utc_datetime(&now.to_utc().naive_utc()).hour() as usize] += 1;
                    if let Some(reason) = skip {
                        add(&mut of.skipped, reason);
                    }
                }
            }
            _ => {}
        }
    }
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
