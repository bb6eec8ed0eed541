#!/usr/bin/env python3
"""Breaks the product on purpose, one small change at a time, and says whether the parity property test of the rules or the
seeded simulation notices, or else the flows through the partition loop. Every line must say "caught". Names as arguments choose mutations;
without any all are tried. Each takes a build. The changed file is always put back; begin from a clean checkout all the same."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
AGGREGATE, SET = "crates/rules/src/aggregate/query.rs", "crates/segments/src/core/set.rs"
FRAME, PATTERN = "crates/rules/src/aggregate/frame.rs", "crates/rules/src/pattern.rs"
OWNER, FOLD = "crates/engine/src/owner", "crates/segments/src/fold.rs"

# Name, file, what stands there exactly once, what stands there instead.
MUTATIONS = [
    ("window edge off by one", FRAME, "now.0.saturating_sub(within).saturating_add(1)", "now.0.saturating_sub(within)"),
    ("end of between included", AGGREGATE, "ts >= self.until", "ts > self.until"),
    ("days of a window not looked at", AGGREGATE, "list.iter().filter(|e| span.holds(e.1)).collect()", "list.iter().collect()"),
    ("calendar window a day short", FRAME, "- i64::from(count) + 1;", "- i64::from(count) + 2;"),
    ("calendar event leaves too late", FRAME, "Timestamp(ts)) + i64::from(count))", "Timestamp(ts)) + i64::from(count) + 1)"),
    ("since a trait without its instant", FRAME, "self.from <= ts && ts < self.until", "self.from < ts && ts < self.until"),
    ("since a trait for too long", FRAME, "begins.0.saturating_add(ms))", "begins.0.saturating_add(ms + 1))"),
    ("first value of all is the last", AGGREGATE, "Keep::Oldest(1)", "Keep::Newest(1)"),
    ("absence takes its neighbours in", PATTERN, "step.nothing.is_some_and(|bit| groups[i].has(bit))", "step.nothing.is_some_and(|bit| groups[i].has(bit)) && i + 1 < g"),
    ("absence at the end over too early", PATTERN, "let over = groups[g].ts.saturating_add(ms);", "let over = groups[g].ts.saturating_add(ms - 1);"),
    ("gap between steps one too long", PATTERN, "ts.saturating_sub(groups[i].ts) > farthest", "ts.saturating_sub(groups[i].ts) > farthest + 1"),
    ("recent sequence never expires", PATTERN, "(true, self.recent_ms.map(|recent| Timestamp(end.saturating_add(recent))))", "(true, None)"),
    ("capital letters told apart", "crates/rules/src/eval.rs", "t.to_lowercase() == *p", "*t == p.as_str()"),
    ("local days by UTC", AGGREGATE, "let zone = facts.zone();", "let zone = chrono_tz::UTC;"),
    ("most frequent is the least", "crates/rules/src/stored.rs", "all.sort_by(|a, b| b.2.cmp(&a.2)", "all.sort_by(|a, b| a.2.cmp(&b.2)"),
    ("pre-release after its release", "crates/rules/src/version.rs", "(self.pre.is_empty(), &self.pre).cmp(&(other.pre.is_empty(), &other.pre))", "(other.pre.is_empty(), &self.pre).cmp(&(self.pre.is_empty(), &other.pre))"),
    ("late event ignored", "crates/rules/src/state.rs", "    let at = list.partition_point(|e| *e < entry);\n    if list.len() >= keep {", "    let at = list.partition_point(|e| *e < entry);\n    if at < list.len() {\n        return false;\n    }\n    if list.len() >= keep {"),
    ("filter negated", AGGREGATE, "is_some_and(|f| !scope", "is_some_and(|f| scope"),
    ("pruning takes an hour too much", AGGREGATE, "list.drain(..list.partition_point(|e| e.0 <= horizon));", "list.drain(..list.partition_point(|e| e.0 <= horizon + 3_600_000));"),
    ("change of time told too late", "crates/rules/src/eval.rs", "any_change = soonest(any_change, next)", "any_change = any_change.max(next)"),
    ("counting stops one short", "crates/rules/src/compile.rs", "n.floor() + 1.0", "n.floor()"),
    ("merge forgets a sum", AGGREGATE, "*sum = sum.saturating_add(more);", "let _ = (sum, more);"),
    ("sequence one millisecond short", "crates/rules/src/sequence.rs", "ts.saturating_sub(start) <= self.within_ms", "ts.saturating_sub(start) < self.within_ms"),
    ("merge of profiles forgets", SET, "Some(Some(theirs)) => aggregate.merge(state.aggregate_mut(*id), theirs),", "Some(Some(_)) => {}"),
    ("expiry timer not set", SET, "state.set_due(id, verdict.next_change);", "state.set_due(id, None);"),
    ("dependent segments not decided again", SET, "touched.0.push(*dependent);", "let _ = dependent;"),
    ("history of a new rule left out", SET, "self.aggregates[a as usize].merge(state.aggregate_mut(id), theirs);", "let _ = (id, &state, theirs);"),
    ("recomputation differs from live", FOLD, "if let Some(state) = slot {\n", "if event.ts().0 % 5 == 0 {\n        return;\n    }\n    if let Some(state) = slot {\n"),
    ("deduplication off", OWNER + "/ingest.rs", "let key = MessageKey::of(accepted.workspace, accepted.message_id);\n        if !self.seen.insert(&work.tx, work.now.utc_day(), key)? {", "let key = MessageKey::of(accepted.workspace, accepted.message_id);\n        if !self.seen.insert(&work.tx, work.now.utc_day(), key)? && false {"),
    ("change of a trait decides nothing", OWNER + "/pipeline.rs", "bound.rules.touch_trait(&change.name, touched);", "let _ = change;"),
    ("timer that moved not written", OWNER + "/slots.rs", "if due == *stored {", "if stored.is_some() {"),
    ("hand-over not noted", OWNER + "/gate.rs", "Some(handover) => handovers::begin(&work.tx, ws, id, handover, work.now)?,", "Some(_) => {}"),
    ("offset of a batch one too far", OWNER + "/mod.rs", "meta::set_offset(&work.tx, next_offset)?;", "meta::set_offset(&work.tx, next_offset + 1)?;"),
    ("account's members not asked again", OWNER + "/accounts.rs", "copies::mark_due(&work.tx, ws, &group_id, historical)?;", "let _ = historical;"),
    ("copy of an account never replaced", "crates/profiles/src/accounts/repo/copies.rs", "*version >= copy.version", "*version >= 1"),
    ("account of the first call counts", "crates/profiles/src/core/apply.rs", "&group.into(), event.ts, true)", "&group.into(), rapport_domain::Timestamp(-event.ts.0), true)"),
    ("members of an account not counted", "crates/rules/src/eval.rs", "p.facts.account_members().map_or(Value::NULL", "p.facts.account_members().filter(|n| *n > 3).map_or(Value::NULL"),
    ("call before its rules are known", OWNER + "/calls.rs", "if self.knows(ws, &journey) {", "if self.knows(ws, &journey) || true {"),
    ("profile has no turn before its events", OWNER + "/slots.rs", "        self.catch_up(work, &mut slot)?;\n", ""),
    ("history of new rules not waited for", OWNER + "/mod.rs", "if self.waits_for_history(now) {", "if self.waits_for_history(now) && false {"),
    ("whom a trait makes a member is not visited", "crates/rules/src/eventless.rs", "        _ => true,\n", "        _ => false,\n"),
    ("state that is added replaces", "crates/segments/src/repo.rs", "CAST(segment_state.doc || excluded.doc AS BLOB)", "excluded.doc"),
    ("expiry found by history alone not set", OWNER + "/sweep.rs", "if let Some(due) = state.next_due() {", "if let Some(due) = state.next_due().filter(|_| false) {"),
    ("entry that something counts is told to nobody", "crates/segments/src/core/set/touch.rs", "counted || !self.by_any_event.is_empty() || self.by_segment.contains_key(segment)", "counted && self.by_segment.contains_key(segment)"),
    ("letters forgotten before the log has them", OWNER + "/publish.rs", "    letters::push(&work.tx, *number, *target, bytes)?;", "    if *number % 7 != 0 { letters::push(&work.tx, *number, *target, bytes)?; }"),
    ("a letter of each batch is lost", OWNER + "/publish.rs", "for (number, target, bytes) in &work.letters {", "work.letters.pop();\n    for (number, target, bytes) in &work.letters {"),
]

PARITY = ["cargo", "test", "-q", "-p", "rapport-rules", "--test", "parity"]
SIMULATION = ["cargo", "test", "-q", "-p", "rapport-tests", "--test", "all"]


def passes(command):
    """Whether a command succeeds; its output goes nowhere unless MUTATE_VERBOSE is set."""
    quiet = None if os.environ.get("MUTATE_VERBOSE") else subprocess.DEVNULL
    return subprocess.run(command, cwd=ROOT, stdout=quiet, stderr=quiet, check=False).returncode == 0


def verdict(file):
    """What becomes of the product as it stands now. The parity test knows only the rules."""
    parity = [("parity test", PARITY, [])] if file.startswith("crates/rules/") else []
    for name, command, filters in parity + [("simulation", SIMULATION, ["sim::"]), ("flows", SIMULATION, ["flow::"])]:
        if not passes(command + ["--no-run"]):
            return "does not build"
        if not passes(command + filters):
            return f"caught by the {name}"
    return "ESCAPED"


def attempt(file, before, after):
    """The verdict with one change made."""
    path = ROOT / file
    text = path.read_text()
    if text.count(before) != 1:
        return f"its place is not in {file} exactly once: adapt this script"
    try:
        path.write_text(text.replace(before, after))
        return verdict(file)
    finally:
        path.write_text(text)


def main():
    wanted = sys.argv[1:]
    unknown = [name for name in wanted if name not in [m[0] for m in MUTATIONS]]
    if unknown:
        sys.exit(f"unknown: {unknown}; there are: " + "; ".join(m[0] for m in MUTATIONS))
    bad = 0
    for name, file, before, after in MUTATIONS:
        if wanted and name not in wanted:
            continue
        said = attempt(file, before, after)
        bad += not said.startswith("caught")
        print(f"{name:40} {said}", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
