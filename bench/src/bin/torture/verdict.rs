//! The comparison at the end: acknowledged, stored, counted, mailed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

use rapport_domain::Timestamp;
use serde_json::{Value, json};

use crate::Fault;
use crate::load::{Sent, What};
use crate::mails::Mail;
use crate::server::Server;
use crate::setup::{RULE, SEGMENT};

/// Violations of one kind that are named one by one; more are only counted.
const NAMED: usize = 5;
/// Customers whose profile is looked at.
const PROFILES: usize = 200;

/// What is known of the lives of the server, for judging mails.
#[derive(Debug, Default)]
pub(crate) struct Lives {
    /// Lives that were asked to end and did: they had time to record everything they sent.
    pub(crate) orderly: HashSet<u32>,
    /// The life that recorded each message that the ledger has as sent, by the message's id.
    pub(crate) recorded: HashMap<String, u32>,
}

impl Lives {
    /// Asks the server for its ledger.
    ///
    /// # Errors
    /// It does not answer.
    pub(crate) fn of(server: &Server, orderly: HashSet<u32>) -> Result<Self, Fault> {
        let (mut recorded, mut cursor) = (HashMap::new(), String::new());
        loop {
            let page = server.ask("GET", &format!("/api/v1/messages?status=sent&limit=500{cursor}"), "")?;
            for message in page["items"].as_array().into_iter().flatten() {
                let (id, at) = (message["id"].as_str(), message["changed_at"].as_str().and_then(Timestamp::parse));
                let (id, at) = id.zip(at).ok_or_else(|| format!("a message without id and time: {message}"))?;
                recorded.insert(id.to_owned(), server.life_at(at.0));
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(Lives { orderly, recorded }),
            }
        }
    }
}

/// The ledger's id of a Message-ID, which is `<id.workspace@host>`.
fn ledger_id(message_id: &str) -> &str {
    message_id.trim_start_matches('<').split('.').next().unwrap_or_default()
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Everything that is wrong.
    pub(crate) faults: Vec<Fault>,
    acknowledged: usize,
    in_lake: usize,
    lost: usize,
    doubled: usize,
    mails: usize,
    resent: usize,
    unanswered: usize,
    /// Who got mail.
    mailed: HashSet<String>,
    /// How often each id is in the lake, as first found.
    stored: HashMap<String, u32>,
}

impl Verdict {
    /// Judges the mails.
    ///
    /// A copy says which life wrote it ([`Mail::life`]), so nothing here depends on when the mail server read it. Two copies
    /// by one life are a double. Copies by two lives have a kill between them; that excuses the later one only when the
    /// earlier life did not end in order, and when the life of the last copy is the one that recorded the message: had an
    /// earlier one recorded it, the later one must not have sent it.
    pub(crate) fn new(sent: &[Sent], mails: &[Mail], lives: &Lives) -> Self {
        let acknowledged = sent.iter().filter(|s| s.acknowledged).count();
        let mut verdict = Verdict { acknowledged, mails: mails.len(), ..Verdict::default() };
        let mut by_recipient: BTreeMap<&str, Vec<&Mail>> = BTreeMap::new();
        for mail in mails {
            by_recipient.entry(&mail.to).or_default().push(mail);
        }
        let (mut twice, mut uncalled, mut unrecorded) = (Vec::new(), Vec::new(), Vec::new());
        for (to, copies) in &mut by_recipient {
            if copies.iter().any(|m| m.message_id != copies[0].message_id || m.message_id.is_empty()) {
                twice.push(format!("{to}: {:?}", copies.iter().map(|m| &m.message_id).collect::<Vec<_>>()));
                continue;
            }
            // A mail that a killed life had handed over may be read after the first one of the next life.
            copies.sort_by_key(|m| m.life);
            let by: Vec<u32> = copies.iter().map(|m| m.life).collect();
            let recorded = lives.recorded.get(ledger_id(&copies[0].message_id));
            let story = || format!("{to} {}: sent by the lives {by:?}, recorded by {recorded:?}", copies[0].message_id);
            verdict.resent += by.len() - 1;
            let excused = |pair: &[u32]| pair[0] != pair[1] && !lives.orderly.contains(&pair[0]);
            if by[0] == 0 || !by.windows(2).all(excused) {
                uncalled.push(story());
            }
            if recorded != by.last() {
                unrecorded.push(story());
            }
        }
        verdict.mailed = by_recipient.keys().map(|to| (*to).to_owned()).collect();
        verdict.name("recipients got more than one message of one journey", &twice);
        verdict.name("messages were sent again without a kill", &uncalled);
        verdict.name("messages were not recorded by the life that sent them last", &unrecorded);
        verdict
    }

    fn name(&mut self, what: &str, found: &[String]) {
        if !found.is_empty() {
            let shown = found.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
            self.faults.push(format!("{} {what}: {shown}", found.len()));
        }
    }

    fn expect(&mut self, what: &str, found: u64, expected: u64) {
        if found != expected {
            self.faults.push(format!("{what}: {found} instead of {expected}"));
        }
    }

    /// Everything that needs the server.
    ///
    /// # Errors
    /// It does not answer.
    pub(crate) fn examine(&mut self, server: &Server, sent: &Arc<[Sent]>) -> Result<(), Fault> {
        self.stored = lake(server)?;
        self.compare(sent);
        self.examine_counts(server)?;
        self.examine_effects(server, sent)?;
        self.examine_profiles(server, sent)
    }

    /// The lake once more: it must hold what it held.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) fn examine_lake(&mut self, server: &Server, sent: &[Sent], when: &str) -> Result<(), Fault> {
        let again = lake(server)?;
        let mut changed: Vec<String> = Vec::new();
        for s in sent {
            let (before, now) = (self.stored.get(&s.id), again.get(&s.id));
            if before != now {
                changed.push(format!("{} {when}: {} instead of {}", s.id, now.unwrap_or(&0), before.unwrap_or(&0)));
            }
        }
        self.name("events changed in the lake", &changed);
        self.examine_counts(server)
    }

    fn compare(&mut self, sent: &[Sent]) {
        let (mut lost, mut doubled) = (Vec::new(), Vec::new());
        for s in sent {
            match self.stored.get(&s.id) {
                None if s.acknowledged => lost.push(format!("{} of {}", s.id, s.customer)),
                Some(count) if *count > 1 => doubled.push(format!("{} of {}, {count} times", s.id, s.customer)),
                Some(_) if !s.acknowledged => self.unanswered += 1,
                _ => {}
            }
        }
        let known: HashSet<&str> = sent.iter().map(|s| s.id.as_str()).collect();
        let foreign: Vec<String> = self.stored.keys().filter(|id| !known.contains(id.as_str())).cloned().collect();
        self.in_lake = sent.iter().filter(|s| s.acknowledged && self.stored.contains_key(&s.id)).count();
        (self.lost, self.doubled) = (lost.len(), doubled.len());
        self.name("acknowledged events are not in the lake", &lost);
        self.name("events are in the lake more than once", &doubled);
        self.name("events in the lake were never sent", &foreign);
    }

    /// The exact counts agree with the lake and with one another.
    fn examine_counts(&mut self, server: &Server) -> Result<(), Fault> {
        let stats = server.ask("GET", "/api/v1/stats", "")?;
        let events = &stats["events"];
        let stored = self.stored.len() as u64;
        self.expect("stats: processed", count(events, "processed")?, stored);
        self.expect("stats: in_lake", count(events, "in_lake")?, stored);
        self.expect("stats: rejected", count(events, "rejected")?, 0);
        let duplicates = count(events, "duplicates")?;
        self.expect("stats: accepted", count(events, "accepted")?, stored + duplicates);
        let messages = &stats["messages"];
        let mailed = self.mailed.len() as u64;
        self.expect("stats: messages sent", count(messages, "sent")?, mailed);
        self.expect("stats: messages skipped", count(messages, "skipped")?, 0);
        self.expect("stats: messages failed", count(messages, "failed")?, 0);
        Ok(())
    }

    /// One mail for everybody who ordered; the live segment, its recomputation and what was sent agree.
    fn examine_effects(&mut self, server: &Server, sent: &[Sent]) -> Result<(), Fault> {
        let mut orders: BTreeMap<&str, u64> = BTreeMap::new();
        for s in sent.iter().filter(|s| s.what == What::Order && self.stored.contains_key(&s.id)) {
            *orders.entry(&s.customer).or_default() += 1;
        }
        let due: HashSet<String> = orders.keys().map(|c| format!("{c}@example.com")).collect();
        let missing: Vec<String> = due.difference(&self.mailed).cloned().collect();
        let undue: Vec<String> = self.mailed.difference(&due).cloned().collect();
        self.name("customers who ordered got no mail", &missing);
        self.name("recipients got mail without an order", &undue);
        let regulars = orders.values().filter(|n| **n >= 2).count() as u64;
        let live = server.ask("GET", &format!("/api/v1/segments/{SEGMENT}"), "")?;
        self.expect("members of the live segment", count(&live, "count")?, regulars);
        let rule = json!({"rule": RULE}).to_string();
        let preview = server.ask("POST", "/api/v1/segments/preview", &rule)?;
        self.expect("members of the segment when recomputed", count(&preview, "count")?, regulars);
        Ok(())
    }

    /// The state of some customers whose every event was acknowledged: one profile, each event counted once.
    fn examine_profiles(&mut self, server: &Server, sent: &[Sent]) -> Result<(), Fault> {
        let mut whole: BTreeMap<&str, Option<u64>> = BTreeMap::new();
        for s in sent {
            let count = whole.entry(&s.customer).or_insert(Some(0));
            *count = count.filter(|_| s.acknowledged).map(|n| n + 1);
        }
        let whole: Vec<(&str, u64)> = whole.into_iter().filter_map(|(c, n)| Some((c, n?))).collect();
        let step = whole.len().div_ceil(PROFILES).max(1);
        let mut wrong = Vec::new();
        for (customer, events) in whole.iter().step_by(step) {
            let known = server.ask("GET", &format!("/api/v1/profiles/by/user_id/user-{customer}"), "")?;
            if known["event_count"] != json!(events) {
                wrong.push(format!("{customer} counts {} events instead of {events}", known["event_count"]));
            }
            let device = server.ask("GET", &format!("/api/v1/profiles/by/anonymous_id/device-{customer}"), "")?;
            if device["id"] != known["id"] {
                wrong.push(format!("{customer}'s device is {} and not {}", device["id"], known["id"]));
            }
        }
        self.name("profiles are wrong", &wrong);
        Ok(())
    }

    /// Nothing may have panicked, in any life.
    pub(crate) fn no_panics(&mut self, log: &str) {
        let panics: Vec<String> = log.lines().filter(|l| l.contains("panicked at")).map(str::to_owned).collect();
        self.name("panics in server.log", &panics);
    }

    /// The one line.
    pub(crate) fn summary(&self, rounds: u32) -> String {
        format!(
            "torture: {rounds} rounds, {} acknowledged, {} in the lake, {} lost, {} doubled, {} mails, {} re-sent with the \
             same Message-ID ({} more were stored whose answer never arrived)",
            self.acknowledged, self.in_lake, self.lost, self.doubled, self.mails, self.resent, self.unanswered
        )
    }
}

fn count(object: &Value, name: &str) -> Result<u64, Fault> {
    object[name].as_u64().ok_or_else(|| format!("no {name} in {object}"))
}

/// How often each client's event is in the lake, through the front door: everybody's whole timeline.
fn lake(server: &Server) -> Result<HashMap<String, u32>, Fault> {
    let path = server.work().join("events.jsonl");
    server.command(&["export", "events", "--out", &path.display().to_string()])?;
    let file = File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut found = HashMap::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| format!("{}: {e}", path.display()))?;
        let event: Value = serde_json::from_str(&line).map_err(|e| format!("an exported line is no JSON: {e}"))?;
        // Source 0 is Rapport itself: what it recorded of its own doing.
        if event["source"] != json!(0) {
            let id =
                event["message_id"].as_str().ok_or_else(|| format!("an exported event has no message_id: {line}"))?;
            *found.entry(id.to_owned()).or_insert(0) += 1;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: &str, acknowledged: bool) -> Sent {
        Sent { id: id.to_owned(), customer: "c0-1".into(), what: What::Other, acknowledged }
    }

    fn mail(to: &str, message_id: &str, life: u32) -> Mail {
        Mail { to: to.to_owned(), message_id: message_id.to_owned(), life }
    }

    #[test]
    fn the_lake_is_compared_with_what_was_sent() {
        let all = [sent("a", true), sent("b", true), sent("c", false), sent("d", false)];
        for (name, stored, faults, lost, doubled) in [
            ("whole", vec![("a", 1), ("b", 1)], 0, 0, 0),
            ("stored without an answer", vec![("a", 1), ("b", 1), ("c", 1)], 0, 0, 0),
            ("lost", vec![("a", 1)], 1, 1, 0),
            ("doubled", vec![("a", 1), ("b", 2)], 1, 0, 1),
            ("doubled without an answer", vec![("a", 1), ("b", 1), ("d", 3)], 1, 0, 1),
            ("foreign", vec![("a", 1), ("b", 1), ("x", 1)], 1, 0, 0),
        ] {
            let stored = stored.into_iter().map(|(id, count)| (id.to_owned(), count)).collect();
            let mut verdict = Verdict { stored, ..Verdict::default() };
            verdict.compare(&all);
            assert_eq!((verdict.faults.len(), verdict.lost, verdict.doubled), (faults, lost, doubled), "{name}");
        }
    }

    #[test]
    fn a_second_copy_needs_a_kill_before_the_message_was_recorded() {
        // Life 8 ended in order, all others were killed.
        for (name, mails, recorded, faults, resent) in [
            ("once each", vec![mail("x", "1", 1), mail("y", "2", 2)], vec![("1", 1), ("2", 2)], 0, 0),
            ("again after a kill", vec![mail("x", "1", 1), mail("x", "1", 2)], vec![("1", 2)], 0, 1),
            ("read out of order", vec![mail("x", "1", 3), mail("x", "1", 2)], vec![("1", 3)], 0, 1),
            ("again without a kill", vec![mail("x", "1", 2), mail("x", "1", 2)], vec![("1", 2)], 1, 1),
            ("again after an orderly end", vec![mail("x", "1", 8), mail("x", "1", 9)], vec![("1", 9)], 1, 1),
            ("again although recorded", vec![mail("x", "1", 1), mail("x", "1", 2)], vec![("1", 1)], 1, 1),
            ("never recorded", vec![mail("x", "1", 1)], vec![], 1, 0),
            ("recorded by a life that did not send", vec![mail("x", "1", 1)], vec![("1", 2)], 1, 0),
            ("by nobody", vec![mail("x", "1", 0)], vec![("1", 0)], 1, 0),
            ("two messages", vec![mail("x", "1", 1), mail("x", "2", 2)], vec![("1", 1), ("2", 2)], 1, 0),
            ("no id", vec![mail("x", "", 1)], vec![], 1, 0),
        ] {
            let recorded = recorded.into_iter().map(|(id, life): (&str, u32)| (id.to_owned(), life)).collect();
            let verdict = Verdict::new(&[], &mails, &Lives { orderly: HashSet::from([8]), recorded });
            assert_eq!((verdict.faults.len(), verdict.resent), (faults, resent), "{name}: {:?}", verdict.faults);
        }
    }
}
