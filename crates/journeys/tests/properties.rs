//! What must hold of any sequence of events, edges, timers and merges.

mod common;

use std::sync::{Arc, LazyLock};

use common::{LOYAL, START, True, WS, compile, def, event, second_order};
use proptest::prelude::*;
use rapport_domain::time::{HOUR_MS, MINUTE_MS};
use rapport_domain::{ProfileId, Timestamp};
use rapport_journeys::{Effect, JourneySet, Runs, repo};
use serde_json::json;

/// Compiled once: reading rules is slow in a debug build.
static JOURNEYS: LazyLock<Arc<JourneySet>> = LazyLock::new(|| Arc::new(journeys()));

fn journeys() -> JourneySet {
    let cart = json!({
        "name": "Cart", "trigger": { "event": { "name": "Product Added", "key": "cart_id" } }, "reentry": { "after": "6h" },
        "exit_when": LOYAL,
        "steps": [
            { "id": "rest", "wait": "2h" },
            { "id": "mail", "send": { "channel": "email", "template": "cart" } },
            { "id": "morning", "wait": { "for": "1h", "until": "09:00" } },
            { "id": "mark", "update": { "set": { "n": 1 } } },
            { "id": "again", "branch": [{ "when": LOYAL, "goto": "end" }, { "when": "traits.loop == true", "goto": "rest" }], "otherwise": "daily" },
            { "id": "daily", "wait": { "until": "09:00" } },
            { "id": "more", "branch": [{ "when": "traits.loop == true", "goto": "daily" }], "otherwise": "out" },
            { "id": "out", "exit": "done" },
        ]
    });
    let back = json!({
        "name": "Back", "trigger": { "segment": { "id": "lapsed", "on": "exited" } }, "reentry": "always",
        "steps": [{ "id": "rest", "wait": "30m" }, { "id": "mail", "send": { "channel": "email", "template": "back" } }]
    });
    let mix = json!({
        "name": "Mix", "trigger": { "event": { "name": "Product Added", "key": "cart_id" } }, "reentry": { "concurrent": 2 },
        "goal": { "event": { "name": "Order Completed" }, "exit": false },
        "steps": [
            { "id": "first", "wait": { "event": { "name": "Order Completed" }, "for": "5h" }, "next": "split", "otherwise": "collect" },
            { "id": "split", "split": [{ "percent": 30, "goto": "best" }, { "percent": 70, "goto": "tell" }] },
            { "id": "best", "wait": { "best_hour": "24h" } },
            { "id": "tell", "emit": { "event": "Told", "properties": { "cart": "{{ journey.key }}" } } },
            { "id": "list", "list": { "add": "vip" } },
            { "id": "stop", "stop": { "journey": "back" }, "next": "day" },
            { "id": "collect", "digest": { "event": "Product Added", "for": "3h", "keep": 2 } },
            { "id": "ask", "webhook": { "url": "https://x.test" }, "otherwise": "day" },
            { "id": "day", "wait": { "until": "08:00", "weekdays": ["tue", "sat"] } },
            { "id": "try", "experiment": { "id": "x", "arms": [{ "percent": 50, "goto": "mail" }, { "percent": 50, "goto": "loop" }] } },
            { "id": "loop", "branch": [{ "when": "traits.loop == true", "goto": "first" }], "otherwise": "mail" },
            { "id": "mail", "send": { "channel": "sms", "template": "t", "data": { "n": "{{ digest.count }}" } } },
        ]
    });
    compile(vec![
        def("mix", 1, true, &mix),
        def("second-order", 1, true, &second_order()),
        def("cart", 1, true, &cart),
        def("back", 1, true, &back),
    ])
}

#[derive(Clone, Debug)]
enum Act {
    Order(u32),
    Cart(u8),
    Lapsed(bool),
    Pass(i64),
    Truth(u8, bool),
    Absorb,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0u32..120).prop_map(Act::Order),
        (0u8..4).prop_map(Act::Cart),
        any::<bool>().prop_map(Act::Lapsed),
        (0i64..(40 * HOUR_MS)).prop_map(Act::Pass),
        (0u8..3, any::<bool>()).prop_map(|(i, on)| Act::Truth(i, on)),
        Just(Act::Absorb),
    ]
}

struct Play {
    set: Arc<JourneySet>,
    runs: Runs,
    now: Timestamp,
    world: True,
    effects: Vec<(Timestamp, Effect)>,
}

impl Play {
    fn new() -> Self {
        Play { set: JOURNEYS.clone(), runs: Runs::default(), now: START, world: True::default(), effects: Vec::new() }
    }

    fn note(&mut self, out: Vec<Effect>) {
        let now = self.now;
        self.effects.extend(out.into_iter().map(|e| (now, e)));
    }

    fn fire(&mut self) {
        let mut out = Vec::new();
        self.set.on_timer(WS, &mut self.runs, &self.world, self.now, &mut out);
        self.note(out);
    }

    fn settle(&mut self) {
        for _ in 0..50 {
            if self.runs.next_due().is_none_or(|due| due > self.now) {
                return;
            }
            self.fire();
        }
        panic!("a run stays due for ever: {:#?}", self.runs);
    }

    /// Moves on; timers fire when due, and at every `extra` step in between for nothing.
    fn pass(&mut self, ms: i64, extra: Option<i64>) {
        let until = self.now.plus_ms(ms);
        loop {
            let due = self.runs.next_due().unwrap_or(Timestamp::MAX);
            let tick = extra.map_or(Timestamp::MAX, |e| self.now.plus_ms(e));
            let next = due.min(tick);
            if next > until {
                break;
            }
            self.now = self.now.max(next);
            self.fire();
        }
        self.now = until;
    }

    fn act(&mut self, act: &Act, extra: Option<i64>) {
        let mut out = Vec::new();
        match act {
            Act::Order(total) => {
                let e = event("Order Completed", self.now, json!({ "total": total }));
                self.set.on_event(&mut self.runs, &e, &self.world, self.now, &mut out);
            }
            Act::Cart(id) => {
                let e = event("Product Added", self.now, json!({ "cart_id": id }));
                self.set.on_event(&mut self.runs, &e, &self.world, self.now, &mut out);
            }
            Act::Lapsed(entered) => {
                let edge = ("lapsed", *entered, self.now);
                self.set.on_segment(WS, &mut self.runs, edge, false, &self.world, self.now, &mut out);
            }
            Act::Pass(ms) => self.pass(*ms, extra),
            Act::Truth(which, on) => {
                let rule = [LOYAL, "traits.loop == true", common::GONE][usize::from(*which)].to_owned();
                if *on {
                    self.world.rules.insert(rule)
                } else {
                    self.world.rules.remove(&rule)
                };
            }
            Act::Absorb => {
                // The other profile lived through an order and a cart an hour ago.
                let mut other = Play { now: self.now.plus_ms(-HOUR_MS), world: self.world.clone(), ..Play::new() };
                other.act(&Act::Order(99), None);
                other.act(&Act::Cart(1), None);
                other.note(Vec::new());
                other.now = self.now;
                other.settle();
                JourneySet::merge(&mut self.runs, ProfileId(99), other.runs, &mut out);
                let before = other.effects.into_iter();
                self.effects
                    .extend(before.filter(|(_, e)| matches!(e, Effect::Entered { .. } | Effect::Exited { .. })));
            }
        }
        // As the engine does after every change: whose exit rule is true now leaves at once.
        self.set.leave(WS, &mut self.runs, &self.world, self.now, &mut out);
        self.note(out);
        self.settle();
    }

    fn check(&self) {
        for (i, run) in self.runs.active.iter().enumerate() {
            assert!(run.due_at.is_some_and(|due| due > self.now), "stuck: {run:#?}");
            for other in &self.runs.active[..i] {
                assert!((&run.journey, &run.key) != (&other.journey, &other.key), "two runs at once: {run:#?}");
                assert_ne!(run.id, other.id);
            }
        }
        let count = |f: fn(&Effect) -> bool| self.effects.iter().filter(|(_, e)| f(e)).count();
        let entered = count(|e| matches!(e, Effect::Entered { .. }));
        let exited = count(|e| matches!(e, Effect::Exited { .. }));
        assert_eq!(entered, exited + self.runs.active.len(), "every entry is active or has one exit");
        let past: u32 = self.runs.history.iter().map(|h| h.entered - h.exited).sum();
        assert_eq!(past as usize, self.runs.active.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn never_two_runs_at_once_and_none_is_stuck(acts in prop::collection::vec(act(), 1..40)) {
        let mut play = Play::new();
        for act in &acts {
            play.act(act, None);
            play.check();
        }
        // Without further events and with every loop open, all runs come to an end.
        play.world.rules.remove("traits.loop == true");
        play.pass(20 * 24 * HOUR_MS, None);
        prop_assert!(play.runs.active.is_empty(), "{:#?}", play.runs);
    }

    #[test]
    fn more_timer_calls_change_nothing(acts in prop::collection::vec(act(), 1..30), extra in (MINUTE_MS..5 * HOUR_MS)) {
        let (mut plain, mut busy) = (Play::new(), Play::new());
        for act in &acts {
            plain.act(act, None);
            busy.act(act, Some(extra));
        }
        prop_assert_eq!(&plain.effects, &busy.effects);
        prop_assert_eq!(repo::encode(&plain.runs).unwrap(), repo::encode(&busy.runs).unwrap());
    }

    #[test]
    fn stored_runs_read_back(acts in prop::collection::vec(act(), 1..30)) {
        let (mut kept, mut stored) = (Play::new(), Play::new());
        for act in &acts {
            kept.act(act, None);
            stored.runs = repo::decode(&repo::encode(&stored.runs).unwrap()).unwrap();
            stored.act(act, None);
        }
        prop_assert_eq!(&kept.effects, &stored.effects);
        prop_assert_eq!(kept.runs, stored.runs);
    }
}
