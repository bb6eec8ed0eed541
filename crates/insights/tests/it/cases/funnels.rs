//! Funnels: order, ties, windows, repeats, exclusions, optional steps, entries.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rapport_domain::time::HOUR_MS;
use rapport_domain::{ProfileId, Timestamp};
use rapport_insights::funnel::{Exclusion, FunnelRequest, FunnelStep, Order};
use rapport_insights::{Nobody, run};
use rapport_lake::CancelFlag;

use super::{BASE, rows};
use crate::support::*;

/// Reason, events by the hour, request, profiles by step. The request: steps (`?` optional, `{filter}`, `*` any event),
/// then words: `24h` window, `strict`, `unordered`, `open`, `p10-20` period in hours, `x:X` or `x2-3:X` exclusions.
pub(super) const CASES: &[(&str, &str, &str, &[u64])] = &[
    ("one event is one step", "A0", "A", &[1]),
    ("two in order are two steps", "A0 B1", "A,B 24h", &[1, 1]),
    ("the second before the first is no second step", "B0 A1", "A,B 24h", &[1, 0]),
    ("at one instant the order of arrival counts", "A0 B0", "A,B 24h", &[1, 1]),
    ("at one instant what arrived before is before", "B0 A0", "A,B 24h", &[1, 0]),
    ("the end of the window is inside", "A0 B24", "A,B 24h", &[1, 1]),
    ("a millisecond after the window is outside", "A0 B24+1", "A,B 24h", &[1, 0]),
    ("a later anchor may reach what the first cannot", "A0 A1 B25", "A,B 24h", &[1, 1]),
    ("an anchor after the conversion takes nothing away", "A0 B1 A2", "A,B 24h", &[1, 1]),
    ("one event is not two steps of the same name", "A0", "A,A 24h", &[1, 0]),
    ("two events are two steps of the same name", "A0 A1", "A,A 24h", &[1, 1]),
    ("two events of one instant are two steps", "A0 A0", "A,A 24h", &[1, 1]),
    ("two events are not three steps", "A0 A1", "A,A,A 24h", &[1, 1, 0]),
    ("other events in between do not matter", "A0 X1 B2", "A,B 24h", &[1, 1]),
    ("a name may come again later in the funnel", "A0 B1 A2 C3", "A,B,A,C 24h", &[1, 1, 1, 1]),
    ("a required step cannot be skipped", "A0 C1", "A,B,C 24h", &[1, 0, 0]),
    ("a third step before the second is none", "A0 C1 B2", "A,B,C 24h", &[1, 1, 0]),
    ("a third step before and after the second is one", "A0 C1 B2 C3", "A,B,C 24h", &[1, 1, 1]),
    ("the window runs from the first step, not from the one before", "A0 B20 C30", "A,B,C 24h", &[1, 1, 0]),
    ("a second whole chain may succeed", "A0 B20 A22 B23 C30", "A,B,C 24h", &[1, 1, 1]),
    ("a later anchor does not lend its window to an earlier chain", "A0 B1 A20 C40", "A,B,C 24h", &[1, 1, 0]),
    ("a late second of a second anchor changes nothing", "A0 B1 A2 B30", "A,B 24h", &[1, 1]),
    ("steps of two profiles make no chain", "A0|B1", "A,B 24h", &[1, 0]),
    ("profiles are counted, not chains", "A0 B1 A2 B3|A0", "A,B 24h", &[2, 1]),
    ("who never does the first step never enters", "B0 C1", "A,B,C 24h", &[0, 0, 0]),
    ("a first step before the period is none", "A9 B11", "A,B 24h p10-20", &[0, 0]),
    ("the first instant of the period is inside", "A10 B11", "A,B 24h p10-20", &[1, 1]),
    ("the end of the period is outside", "A20 B21", "A,B 24h p10-20", &[0, 0]),
    ("a later step may come after the period", "A19 B30", "A,B 24h p10-20", &[1, 1]),
    ("a later step after the period and the window is none", "A19 B44", "A,B 24h p10-20", &[1, 0]),
    ("a first step before the period lends no chain to one inside", "A9 B12 A13", "A,B 24h p10-20", &[1, 0]),
    ("a filter lets a later event be the step", "A0 B1:3 B2:9", "A,B{e.n>5} 24h", &[1, 1]),
    ("an event that fails the filter is no step", "A0 B1:3", "A,B{e.n>5} 24h", &[1, 0]),
    ("an event without the property fails the filter", "A0 B1", "A,B{e.n>5} 24h", &[1, 0]),
    ("a filter of the first step chooses the anchor", "A0:1 A1:9 B25", "A{e.n>5},B 24h", &[1, 1]),
    ("a filter of the first step refuses an anchor", "A0:9 A1:1 B25", "A{e.n>5},B 24h", &[1, 0]),
    ("one name with two filters is two steps", "P0:1 P1:2", "P{e.n==1},P{e.n==2} 24h", &[1, 1]),
    ("one name with two filters keeps its order", "P0:2 P1:1", "P{e.n==1},P{e.n==2} 24h", &[1, 0]),
    ("an event that fits two steps is one of them", "P0:1", "P,P{e.n==1} 24h", &[1, 0]),
    ("two events that fit two steps are both", "P0:1 P1:1", "P,P{e.n==1} 24h", &[1, 1]),
    ("any event can be a step", "X0 B1", "*,B 24h", &[1, 1]),
    ("any event is still one event", "B0", "*,B 24h", &[1, 0]),
    ("strict: directly after is a step", "A0 B1", "A,B 24h strict", &[1, 1]),
    ("strict: another event in between breaks", "A0 X1 B2", "A,B 24h strict", &[1, 0]),
    ("strict: a repeated first step begins anew", "A0 A1 B2", "A,B 24h strict", &[1, 1]),
    ("strict: a break before the third keeps the second", "A0 B1 X2 C3", "A,B,C 24h strict", &[1, 1, 0]),
    ("strict: a second try may be whole", "A0 B1 A2 B3 C4", "A,B,C 24h strict", &[1, 1, 1]),
    ("strict: at one instant what arrived in between breaks", "A0 X0 B0", "A,B 24h strict", &[1, 0]),
    ("strict: at one instant what arrived after does not break", "A0 B0 X0", "A,B 24h strict", &[1, 1]),
    ("strict: the same name twice may begin late", "A0 A1 A2 B3", "A,A,B 24h strict", &[1, 1, 1]),
    ("strict: a repeated second step breaks", "A0 B1 B2 C3", "A,B,C 24h strict", &[1, 1, 0]),
    ("strict: an event that fails the filter stands in between", "A0 B1:1 B2:9", "A,B{e.n>5} 24h strict", &[1, 0]),
    ("strict: events before the first do not matter", "X0 A1 B2", "A,B 24h strict", &[1, 1]),
    ("strict: events after the last do not matter", "A0 B1 X2", "A,B 24h strict", &[1, 1]),
    ("strict: the window holds too", "A0 B25", "A,B 24h strict", &[1, 0]),
    ("strict: the second of a first outside the period is none", "A9 B10", "A,B 24h strict p10-20", &[0, 0]),
    ("unordered: the second first is two steps", "B0 A1", "A,B 24h unordered", &[1, 1]),
    ("unordered: in order is two steps", "A0 B1", "A,B 24h unordered", &[1, 1]),
    ("unordered: too far apart is one", "A0 B24+1", "A,B 24h unordered", &[1, 0]),
    ("unordered: exactly the window apart is two", "B0 A24", "A,B 24h unordered", &[1, 1]),
    ("unordered: a later pair may be near enough", "A0 B30 A40", "A,B 24h unordered", &[1, 1]),
    ("unordered: one event is not two steps of one name", "A0", "A,A 24h unordered", &[1, 0]),
    ("unordered: two events are two steps of one name", "A0 A1", "A,A 24h unordered", &[1, 1]),
    ("unordered: three in any order are three", "C0 A1 B2", "A,B,C 24h unordered", &[1, 1, 1]),
    ("unordered: the same step three times is one", "A0 A1 A2", "A,B,C 24h unordered", &[1, 0, 0]),
    (
        "unordered: an event that fits two steps leaves the other what it needs",
        "P0:1 P1:2",
        "P,P{e.n==1} 24h unordered",
        &[1, 1],
    ),
    ("unordered: two events that fit one step are one", "P0:2 P1:2", "A,P{e.n==2} 24h unordered", &[1, 0]),
    ("unordered: all at one instant are all", "A0 B0 C0", "A,B,C 24h unordered", &[1, 1, 1]),
    ("unordered: the first of the set must lie in the period", "B9 A11", "A,B 24h unordered p10-20", &[1, 0]),
    ("unordered: the others may come after the period", "B19 A30", "A,B 24h unordered p10-20", &[1, 1]),
    ("unordered: who does none does not enter", "X0", "A,B 24h unordered", &[0, 0]),
    ("unordered: an excluded event in between breaks", "B0 X1 A2", "A,B 24h unordered x:X", &[1, 0]),
    ("unordered: an excluded event before does not", "X0 A1 B2", "A,B 24h unordered x:X", &[1, 1]),
    ("unordered: a whole set after the excluded event counts", "A0 X1 B2 A3", "A,B 24h unordered x:X", &[1, 1]),
    ("an excluded event in between ends the chain", "A0 X1 B2", "A,B 24h x:X", &[1, 0]),
    ("an excluded event after the last step does not matter", "A0 B1 X2", "A,B 24h x:X", &[1, 1]),
    ("an excluded event before the first step does not matter", "X0 A1 B2", "A,B 24h x:X", &[1, 1]),
    ("a new first step after an excluded event begins anew", "A0 X1 A2 B3", "A,B 24h x:X", &[1, 1]),
    ("an exclusion of later steps leaves earlier ones alone", "A0 X1 B2 C3", "A,B,C 24h x2-3:X", &[1, 1, 1]),
    ("an exclusion of later steps ends what stands there", "A0 B1 X2 C3", "A,B,C 24h x2-3:X", &[1, 1, 0]),
    ("a chain may take its second step again after that", "A0 B1 X2 B3 C4", "A,B,C 24h x2-3:X", &[1, 1, 1]),
    ("an excluded event at the instant of the step, but after it, does not matter", "A0 B1 X1", "A,B 24h x:X", &[1, 1]),
    ("an excluded event at the instant of the step, before it, ends the chain", "A0 X1 B1", "A,B 24h x:X", &[1, 0]),
    ("an exclusion's filter lets others pass", "A0 X1:1 B2", "A,B 24h x:X{e.n>5}", &[1, 1]),
    ("an exclusion's filter catches", "A0 X1:9 B2", "A,B 24h x:X{e.n>5}", &[1, 0]),
    ("an exclusion in the middle of three keeps the second", "A0 B1 X2 C3", "A,B,C 24h x:X", &[1, 1, 0]),
    ("an excluded first step replaces the one before", "A0 A1 B2", "A,B 24h x:A", &[1, 1]),
    ("two exclusions both hold", "A0 Y1 B2|A0 X1 B2|A0 B2", "A,B 24h x:X x:Y", &[3, 1]),
    ("an optional step may be left out", "A0 C1", "A,B?,C 24h", &[1, 0, 1]),
    ("an optional step may be taken", "A0 B1 C2", "A,B?,C 24h", &[1, 1, 1]),
    ("an optional step alone does not convert", "A0 B1", "A,B?,C 24h", &[1, 1, 0]),
    ("an optional step after the conversion was taken too", "A0 C1 B2", "A,B?,C 24h", &[1, 1, 1]),
    ("two optional steps may both be left out", "A0 D1", "A,B?,C?,D 24h", &[1, 0, 0, 1]),
    ("one of two optional steps may be taken", "A0 C1 D2", "A,B?,C?,D 24h", &[1, 0, 1, 1]),
    ("optional steps do not open the funnel", "C0 D1", "A,B?,C?,D 24h", &[0, 0, 0, 0]),
    ("strict: left out, the next follows directly", "A0 C1", "A,B?,C 24h strict", &[1, 0, 1]),
    ("strict: left out, another event still breaks", "A0 X1 C2", "A,B?,C 24h strict", &[1, 0, 0]),
    ("the window holds through optional steps", "A0 B23 C25", "A,B?,C 24h", &[1, 1, 0]),
    ("open: a profile may enter late", "B0 C1", "A,B,C 24h open", &[0, 1, 1]),
    ("open: a profile may enter twice and skip between", "A0 C1", "A,B,C 24h open", &[1, 0, 1]),
    ("open: going through counts each step", "A0 B1 C2", "A,B,C 24h open", &[1, 1, 1]),
    ("open: who enters after the period does not", "C20", "A,B,C 24h open p10-20", &[0, 0, 0]),
    ("open: who entered inside may go on after the period", "B19 C25", "A,B,C 24h open p10-20", &[0, 1, 1]),
    ("open: the window is from step to step", "A0 B20 C40", "A,B,C 24h open", &[1, 1, 1]),
];

fn step(text: &str) -> (Option<String>, Option<String>, bool) {
    let (name, filter) = match text.split_once('{') {
        Some((name, rest)) => (name, Some(rest.trim_end_matches(['}', '?']).replace("==", " == ").replace('>', " > "))),
        None => (text, None),
    };
    let event = name.trim_end_matches('?');
    ((event != "*").then(|| event.to_owned()), filter, text.ends_with('?'))
}

pub(super) fn request(text: &str) -> FunnelRequest {
    let mut words = text.split(' ');
    let steps = words.next().unwrap().split(',').map(|text| {
        let (event, filter, optional) = step(text);
        FunnelStep { event, filter, optional, label: None }
    });
    let mut request = FunnelRequest { steps: steps.collect(), ..FunnelRequest::default() };
    let mut period = (0, 240);
    for word in words {
        match word {
            "strict" => request.order = Order::Strict,
            "unordered" => request.order = Order::Unordered,
            "open" => request.open = true,
            _ if word.starts_with('p') => {
                let (from, to) = word[1..].split_once('-').unwrap();
                period = (from.parse().unwrap(), to.parse().unwrap());
            }
            _ if word.starts_with('x') => {
                let (between, text) = word[1..].split_once(':').unwrap();
                let (event, filter, _) = step(text);
                let between = between.split_once('-').map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
                let (after_step, before_step) = (between.map(|b| b.0), between.map(|b| b.1));
                request.exclude.push(Exclusion { event, filter, after_step, before_step });
            }
            window => request.window = Some(window.to_owned()),
        }
    }
    request.from = Some(Timestamp(BASE + period.0 * HOUR_MS).to_rfc3339());
    request.to = Some(Timestamp(BASE + period.1 * HOUR_MS).to_rfc3339());
    request
}

fn real(rows: &[Row], request: &FunnelRequest) -> Vec<u64> {
    let (_dir, lake) = lake(rows);
    let report = run(request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
    report.steps.iter().map(|s| s.profiles).collect()
}

/// The definition, by trying every chain there is.
struct Naive<'a> {
    events: Vec<&'a Row>,
    request: &'a FunnelRequest,
    window_ms: i64,
    period: (i64, i64),
}

fn fits(row: &Row, event: &Option<String>, filter: &Option<String>) -> bool {
    let n = row.3["n"].as_f64();
    let passes = |filter: &String| match filter.split_whitespace().collect::<Vec<_>>()[..] {
        ["e.n", ">", than] => n.is_some_and(|n| n > than.parse().unwrap()),
        ["e.n", "==", what] => n == Some(what.parse().unwrap()),
        _ => panic!("{filter}"),
    };
    event.as_ref().is_none_or(|e| *e == row.1) && filter.as_ref().is_none_or(passes)
}

impl Naive<'_> {
    fn is(&self, at: usize, step: usize) -> bool {
        let step = &self.request.steps[step];
        fits(self.events[at], &step.event, &step.filter)
    }

    fn enters(&self, at: usize) -> bool {
        (self.period.0..self.period.1).contains(&self.events[at].2)
    }

    fn excluded(&self, at: usize, step: usize) -> bool {
        let last = self.request.steps.len();
        self.request.exclude.iter().any(|x| {
            let between = x.after_step.unwrap_or(1)..x.before_step.unwrap_or(last);
            between.contains(&(step + 1)) && fits(self.events[at], &x.event, &x.filter)
        })
    }

    fn follow(&self, at: usize, step: usize, anchor: i64, reached: &mut BTreeSet<usize>) {
        reached.insert(step);
        for next in at + 1..self.events.len() {
            let broken = (at + 1..=next).any(|e| self.excluded(e, step));
            let late = self.events[next].2 > anchor + self.window_ms;
            let far = self.request.order == Order::Strict && next > at + 1;
            if broken || late || far {
                break;
            }
            for to in step + 1..self.request.steps.len() {
                if self.is(next, to) {
                    self.follow(next, to, anchor, reached);
                }
                if !self.request.steps[to].optional {
                    break;
                }
            }
        }
    }

    /// An open chain's way on: the window counts from each step to the next.
    fn go_on(&self, at: usize, step: usize, reached: &mut BTreeSet<usize>) {
        reached.insert(step);
        if step + 1 < self.request.steps.len() {
            let near = |next: &usize| self.events[*next].2 <= self.events[at].2 + self.window_ms;
            for next in (at + 1..self.events.len()).take_while(near).filter(|n| self.is(*n, step + 1)) {
                self.go_on(next, step + 1, reached);
            }
        }
    }

    fn reached(&self) -> BTreeSet<usize> {
        let (steps, mut reached) = (self.request.steps.len(), BTreeSet::new());
        for at in (0..self.events.len()).filter(|at| self.enters(*at)) {
            if self.request.order == Order::Unordered {
                let best = self.most(at, at, 0);
                reached.extend(0..best);
            } else if self.request.open {
                (0..steps).filter(|s| self.is(at, *s)).for_each(|step| self.go_on(at, step, &mut reached));
            } else if self.is(at, 0) {
                self.follow(at, 0, self.events[at].2, &mut reached);
            }
        }
        reached
    }

    /// The most different steps that events from `at` on can be, beginning with `anchor`.
    fn most(&self, anchor: usize, at: usize, used: u32) -> usize {
        let Some(event) = self.events.get(at) else { return 0 };
        // An excluded event ends what was before it and may begin anew.
        let broken = at != anchor && self.excluded(at, 0);
        if event.2 > self.events[anchor].2 + self.window_ms || broken {
            return 0;
        }
        let skip = if at == anchor { 0 } else { self.most(anchor, at + 1, used) };
        let free = (0..self.request.steps.len()).filter(|s| used & (1 << s) == 0 && self.is(at, *s));
        free.map(|s| 1 + self.most(anchor, at + 1, used | 1 << s)).max().unwrap_or(0).max(skip)
    }
}

fn naive(rows: &[Row], request: &FunnelRequest) -> Vec<u64> {
    let mut profiles: BTreeMap<ProfileId, Vec<&Row>> = BTreeMap::new();
    rows.iter().for_each(|r| profiles.entry(r.0).or_default().push(r));
    let mut counts = vec![0; request.steps.len()];
    let ms = |text: &Option<String>| Timestamp::parse(text.as_ref().unwrap()).unwrap().0;
    for (_, mut events) in profiles {
        events.sort_by_key(|r| r.2);
        let window_ms = rapport_domain::time::parse_duration_ms(request.window.as_deref().unwrap_or("7d")).unwrap();
        let naive = Naive { events, request, window_ms, period: (ms(&request.from), ms(&request.to)) };
        naive.reached().into_iter().for_each(|step| counts[step] += 1);
    }
    counts
}

#[test]
fn each_case_is_what_its_reason_says() {
    for (reason, events, text, expected) in CASES {
        let (rows, request) = (rows(events, HOUR_MS), request(text));
        assert_eq!(real(&rows, &request), *expected, "{reason}: {events} by {text}");
        assert_eq!(naive(&rows, &request), *expected, "{reason}: {events} by {text}, by the definition");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_funnel_is_what_the_definition_says(
        events in prop::collection::vec((0..3u8, 0..4u8, 0..14i64), 0..24),
        steps in prop::collection::vec((0..3u8, any::<bool>()), 1..5),
        order in 0..4u8, window in 1..14i64, excluded in prop::option::of(0..4u8), from in 0..8i64,
    ) {
        let name = |n: u8| ["A", "B", "C", "X"][usize::from(n)];
        let mut by_profile = vec![String::new(); 3];
        events.iter().for_each(|(p, n, at)| by_profile[usize::from(*p)].push_str(&format!(" {}{at}", name(*n))));
        let rows = rows(&by_profile.join("|"), HOUR_MS);
        let last = steps.len() - 1;
        let steps = steps.iter().enumerate().map(|(at, (n, optional))| {
            let may = *optional && at > 0 && at < last && order < 2;
            format!("{}{}", name(*n), if may { "?" } else { "" })
        });
        let steps: Vec<String> = steps.collect();
        let words = ["", " strict", " unordered", " open"][usize::from(order)];
        let exclusion = excluded.filter(|_| last > 0 && order < 3).map(|n| format!(" x:{}", name(n))).unwrap_or_default();
        let text = format!("{} {window}h{words}{exclusion} p{from}-{}", steps.join(","), from + 8);
        let request = request(&text);
        prop_assert_eq!(real(&rows, &request), naive(&rows, &request), "{:?} by {}", by_profile, text);
    }
}
