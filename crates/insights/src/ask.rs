//! Asking for a report: from a request to folds over a snapshot, with the faults of the request collected on the way.

use std::cell::RefCell;
use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use rapport_domain::event::names;
use rapport_domain::time::parse_duration_ms;
use rapport_domain::{Problem, ProfileId, Timestamp, kinds};
use rapport_lake::{CancelFlag, Snapshot};
use rapport_rules::{Predicate, parse_predicate};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::breakdown::{Breakdown, Lines, MAX_VALUES, NONE, Ranking, code};
use crate::columnar::Condition;
use crate::core::buckets::Unit;
use crate::drill::Drill;
use crate::error::InsightError;
use crate::found::{self, Found, Marks, Whereabouts};
use crate::people::{Column, People};
use crate::period::Period;
use crate::report::{About, ProfilePage, Report};
use crate::request::{MAX_PAGE, MAX_TOP, MAX_WINDOW_MS, Page, Scope};
use crate::select::{Matcher, Of, Selection};
use crate::walk::{Names, Population, Tally, Walk};

/// From this likeness on an unknown name is taken for a slip of a known one.
const LIKENESS: f64 = 0.8;

/// A kind of report: its request.
pub trait Insight: Serialize + DeserializeOwned + JsonSchema + Default + Send + Sync + 'static {
    /// How it is called in paths and commands: `funnel`.
    const NAME: &'static str;
    /// What it answers.
    type Report: Report;

    /// Computes the report.
    ///
    /// # Errors
    /// `Invalid` with every fault of the request; `Lake` when a scan fails or was stopped; `Unavailable` when traits or
    /// segments cannot be read.
    fn answer(&self, ask: &mut Ask<'_>) -> Result<Self::Report, InsightError>;
}

/// What reports are computed from.
pub struct Ask<'a> {
    snapshot: &'a Snapshot,
    people: &'a dyn People,
    now: Timestamp,
    cancel: &'a CancelFlag,
    /// The request is only checked: see [`Ask::only_checking`].
    checking: bool,
    known: Vec<(String, u64)>,
    /// Of those the names of what no customer did.
    written: Arc<[String]>,
    population: Population,
    /// Known names that the request names.
    asked: Vec<String>,
    found: RefCell<Found>,
    /// The properties that events were seen with, once they were needed.
    properties: Option<Vec<String>>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<String>,
}

/// Computes a report over a snapshot. `now` is only used where the request leaves the period open.
///
/// # Errors
/// See [`Insight::answer`].
pub fn run<I: Insight>(
    request: &I,
    snapshot: &Snapshot,
    people: &dyn People,
    now: Timestamp,
    cancel: &CancelFlag,
) -> Result<I::Report, InsightError> {
    request.answer(&mut Ask::new(snapshot, people, now, cancel))
}

impl<'a> Ask<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, people: &'a dyn People, now: Timestamp, cancel: &'a CancelFlag) -> Self {
        let known = snapshot.event_names();
        let written = known.iter().map(|(name, _)| name).filter(|name| !names::is_activity(name)).cloned().collect();
        Ask {
            known,
            written,
            population: Population::default(),
            asked: Vec::new(),
            found: RefCell::default(),
            properties: None,
            problems: Vec::new(),
            warnings: Vec::new(),
            snapshot,
            people,
            now,
            cancel,
            checking: false,
        }
    }

    /// Ends where events would be read: with [`InsightError::Checked`] when the request has no fault.
    pub(crate) fn only_checking(self) -> Self {
        Ask { checking: true, ..self }
    }
}

impl Ask<'_> {
    /// Reads what every request says: the period, and whose events count.
    pub(crate) fn scope(&mut self, scope: Scope<'_>, unit: Unit) -> Result<Option<Period>, InsightError> {
        if let Some(percent) = scope.sample_percent {
            if !(percent > 0.0 && percent < 100.0) {
                self.problem("sample_percent", "expected a number above 0 and below 100");
            }
            self.population.sample = Some(percent);
            self.warnings.push(format!("a sample: {percent} % of the profiles, by a stable choice, not scaled up"));
        }
        if let Some(segment) = scope.segment {
            self.population.members = self.members(segment, "segment")?;
        }
        self.population.condition = self.filter(scope.filter, "filter").map(Condition::new);
        let period = Period::read(scope, unit, self.now, &mut self.problems);
        self.population.period = period.as_ref().map(Period::range);
        Ok(period)
    }

    /// The instant of asking.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn problem(&mut self, at: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::new(at, message));
    }

    /// Something is not within a range.
    pub(crate) fn not_between(&mut self, at: impl Into<String>, (from, to): (usize, usize)) {
        self.problems.push(Problem::of(at, kinds::NOT_BETWEEN, &[("from", &from), ("to", &to)]));
    }

    /// There is more of something than can be.
    pub(crate) fn too_many(&mut self, at: impl Into<String>, max: usize, found: usize) {
        self.problems.push(Problem::of(at, kinds::TOO_MANY, &[("max", &max), ("found", &found)]));
    }

    /// The period is longer than this report takes.
    pub(crate) fn too_many_days(&mut self, days: impl std::fmt::Display, max: usize) {
        self.problems.push(Problem::of("from", kinds::PERIOD_TOO_LONG, &[("days", &days), ("max", &max)]));
    }

    /// The request asks for who is behind something that it does not have.
    pub(crate) fn not_shown(&mut self, at: &str, what: &str) {
        self.problems.push(Problem::of(at, kinds::NOT_SHOWN, &[("what", &what)]));
    }

    /// There is too little of something, or too much.
    pub(crate) fn not_so_many(&mut self, at: impl Into<String>, (from, to): (usize, usize), found: usize) {
        self.problems.push(Problem::of(at, kinds::NOT_SO_MANY, &[("from", &from), ("to", &to), ("found", &found)]));
    }

    /// Ends here when the request has faults; hands out `value` otherwise, which a faultless request has.
    pub(crate) fn sound<T>(&mut self, value: Option<T>) -> Result<T, InsightError> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(InsightError::Invalid(std::mem::take(&mut self.problems))),
        }
    }

    pub(crate) fn members(&mut self, segment: &str, at: &str) -> Result<Option<Vec<ProfileId>>, InsightError> {
        let ws = self.snapshot.workspace();
        let members = self.people.members(ws, segment)?;
        if members.is_none() {
            let known = self.people.segments(ws)?;
            let like = nearest(segment, known.iter().map(String::as_str), 0.5);
            self.problems.push(Problem::of(at, kinds::NO_LIVE_SEGMENT, &[("id", &segment)]).with_suggestion(like));
        }
        Ok(members)
    }

    /// The values of a trait.
    pub(crate) fn trait_values(&self, path: &str) -> Result<Column, InsightError> {
        self.people.trait_values(self.snapshot.workspace(), path)
    }

    /// Checks an event name against those seen. A likely slip is a problem; a name like no other only warns, since the
    /// event may just not have happened yet.
    pub(crate) fn event_name(&mut self, name: &str, at: &str) {
        if name.trim().is_empty() {
            return self.problems.push(Problem::of(at, kinds::EMPTY, &[]));
        }
        if self.known.iter().any(|(k, _)| k == name) {
            if !self.asked.iter().any(|a| a == name) {
                self.asked.push(name.to_owned());
            }
            return;
        }
        let problem = Problem::of(at, kinds::NO_EVENT_NAMED, &[("name", &name)]);
        match nearest(name, self.known.iter().map(|(k, _)| k.as_str()), LIKENESS) {
            Some(like) => self.problems.push(problem.with_suggestion(Some(like))),
            None => self.warnings.push(problem.message),
        }
    }

    /// Reads a filter; its faults are reported at `at`.
    pub(crate) fn filter(&mut self, text: Option<&str>, at: &str) -> Option<Predicate> {
        let text = text.map(str::trim).filter(|t| !t.is_empty())?;
        match parse_predicate(text) {
            Ok(predicate) => {
                predicate.properties().iter().for_each(|path| self.property(path, at));
                Some(predicate)
            }
            Err(faults) => {
                self.problems.extend(faults.into_iter().map(|p| Problem { at: format!("{at} {}", p.at), ..p }));
                None
            }
        }
    }

    /// Warns of a property that no event was seen with, and names the nearest.
    pub(crate) fn property(&mut self, path: &str, at: &str) {
        if path.starts_with("context.") || self.properties.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        if self.properties.is_none() {
            // Without the list nothing is said.
            self.properties = Some(self.people.properties(self.snapshot.workspace()).unwrap_or_default());
        }
        let known = self.properties.as_deref().unwrap_or_default();
        // A list or object is known by its own name.
        let is_known = |k: &String| k == path || path.starts_with(k.as_str()) && path[k.len()..].starts_with('.');
        if known.is_empty() || known.iter().any(|k| is_known(k) || k.starts_with(&format!("{path}."))) {
            return;
        }
        let like = nearest(path, known.iter().map(String::as_str), LIKENESS);
        let like = like.map(|like| format!(" (did you mean {like:?}?)")).unwrap_or_default();
        self.warnings.push(format!("{at}: no event was seen with a property {path:?}{like}"));
    }

    /// Reads a selection at `at`, which is empty or ends with a dot.
    pub(crate) fn selection(&mut self, selection: &Selection, at: &str) -> Matcher {
        let of = match selection.event.as_deref() {
            None => Of::Activity(Arc::clone(&self.written)),
            Some(names::EVERY) => Of::Every,
            Some(name) => {
                self.event_name(name, &format!("{at}event"));
                Of::Name(name.to_owned())
            }
        };
        let filter = self.filter(selection.filter.as_deref(), &format!("{at}filter")).map(Condition::new);
        Matcher { of, filter }
    }

    /// Reads a list of event names: what customers did when it is empty, every event with `*`.
    pub(crate) fn names(&mut self, list: &[String], at: &str) -> Names {
        if list.iter().any(|name| name == names::EVERY) {
            return Names::every();
        }
        (0..).zip(list).for_each(|(i, name): (usize, _)| self.event_name(name, &format!("{at}[{i}]")));
        if list.is_empty() { Names::AllBut(self.written.to_vec()) } else { Names::Only(list.to_vec()) }
    }

    /// The names of what no customer did.
    pub(crate) fn written(&self) -> Arc<[String]> {
        Arc::clone(&self.written)
    }

    /// A selection of events that Rapport makes itself: nobody wrote it, so its name is no slip.
    pub(crate) fn usual(&mut self, event: &str, filter: Option<&str>) -> Matcher {
        Matcher { of: Of::Name(event.to_owned()), filter: self.filter(filter, event).map(Condition::new) }
    }

    /// Reads a list of selections, of which at most `most` are possible.
    pub(crate) fn selections(&mut self, list: &[Selection], at: &str, most: usize) -> Vec<Matcher> {
        if list.len() > most {
            self.too_many(at, most, list.len());
        }
        (0..).zip(list).take(most).map(|(i, s): (usize, _)| self.selection(s, &format!("{at}[{i}]."))).collect()
    }

    /// Reads a duration of at most a year; `default` when absent.
    pub(crate) fn window(&mut self, text: Option<&str>, default: &str, at: &str) -> Option<i64> {
        let text = text.unwrap_or(default);
        let found = parse_duration_ms(text).filter(|ms| (1..=MAX_WINDOW_MS).contains(ms));
        if found.is_none() {
            self.problems.push(Problem::of(at, kinds::NOT_A_WINDOW, &[("found", &text)]));
        }
        found
    }

    /// Reads a number that must lie in a range.
    pub(crate) fn number(&mut self, value: Option<usize>, default: usize, range: (usize, usize), at: &str) -> usize {
        let value = value.unwrap_or(default);
        if !(range.0..=range.1).contains(&value) {
            self.not_between(at, range);
        }
        value
    }

    /// Reads a breakdown.
    pub(crate) fn breakdown(&mut self, text: Option<&str>) -> Result<Option<Breakdown>, InsightError> {
        let Some(text) = text else { return Ok(None) };
        let (kind, path) = match text.split_once('.') {
            Some((kind @ ("context" | "traits" | "segments"), path)) => (kind, path),
            _ => ("", text),
        };
        if path.is_empty() {
            let expected = "expected a property such as product.category, context.locale, traits.plan or segments.vip";
            self.problem("breakdown", expected);
            return Ok(None);
        }
        Ok(Some(match kind {
            "context" => Breakdown::Context(path.to_owned()),
            "traits" => Breakdown::Profile(self.trait_values(path)?, NONE.to_owned()),
            "segments" => {
                let mut column = Column::default();
                self.members(path, "breakdown")?.iter().flatten().for_each(|p| column.push(*p, path));
                Breakdown::Profile(column, format!("not {path}"))
            }
            _ => {
                self.property(path, "breakdown");
                Breakdown::Property(path.to_owned())
            }
        }))
    }

    /// Reads how many values get a line of their own.
    pub(crate) fn top(&mut self, top: Option<usize>) -> usize {
        self.number(top, 10, (1, MAX_TOP), "top")
    }

    /// Reads a page.
    pub(crate) fn page(&mut self, page: Page) {
        if !(1..=MAX_PAGE).contains(&page.limit) {
            self.not_between("drill.limit", (1, MAX_PAGE));
        }
    }

    /// Adds up what profiles come to.
    pub(crate) fn tally<W: Walk, O: Default + Send>(
        &self,
        walk: &W,
        add: impl Fn(ProfileId, W::End, &mut O) + Sync,
        merge: impl Fn(&mut O, O) + Sync,
    ) -> Result<O, InsightError> {
        if self.checking {
            return Err(InsightError::Checked);
        }
        let marks = Marks::default();
        let fold = Tally { walk, population: &self.population, add, merge, marks: &marks, out: PhantomData };
        let out = self.snapshot.run(&fold, self.cancel)?;
        self.found.borrow_mut().add(&walk.names(), &marks);
        Ok(out)
    }

    /// The same, and in the same scan the profiles behind one number.
    pub(crate) fn tally_with<W: Walk, O: Default + Send>(
        &self,
        walk: &W,
        add: impl Fn(ProfileId, W::End, &mut O) + Sync,
        merge: impl Fn(&mut O, O) + Sync,
        drill: Option<Drill<'_, W::End>>,
    ) -> Result<(O, Option<ProfilePage>), InsightError> {
        let Some(drill) = drill else { return Ok((self.tally(walk, add, merge)?, None)) };
        let both = |profile: ProfileId, end: W::End, out: &mut (O, ProfilePage)| {
            drill.look(profile, &end, &mut out.1);
            add(profile, end, &mut out.0);
        };
        let (out, page) = self.tally(walk, both, |into, from: (O, ProfilePage)| {
            merge(&mut into.0, from.0);
            drill.join(&mut into.1, from.1);
        })?;
        Ok((out, Some(drill.finish(page))))
    }

    /// The profiles behind a number that is only known after the scan that counts it.
    pub(crate) fn drill<W: Walk>(&self, walk: &W, drill: Drill<'_, W::End>) -> Result<ProfilePage, InsightError> {
        let (_, page) = self.tally_with(walk, |_, _, _: &mut ()| {}, |_, ()| {}, Some(drill))?;
        Ok(page.unwrap_or_default())
    }

    /// The largest values: `emit` says which values a profile has, and how much each weighs. Largest first, then by text.
    pub(crate) fn rank<W: Walk>(
        &mut self,
        walk: &W,
        top: usize,
        emit: impl Fn(&W::End, &mut dyn FnMut(&str, u64)) + Sync,
    ) -> Result<Lines, InsightError> {
        let count = |only: Option<&HashSet<u64>>| {
            let add = |_: ProfileId, end: W::End, out: &mut Ranking| {
                emit(&end, &mut |text, n| {
                    if only.is_none_or(|only| only.contains(&code(text))) {
                        out.add(text, n);
                    }
                });
            };
            self.tally(walk, add, Ranking::merge)
        };
        let all = count(None)?;
        let candidates = all.candidates(top);
        let unnamed = candidates.iter().any(|(code, _)| all.text(*code).is_none());
        let named = match unnamed {
            true => &count(Some(&candidates.iter().map(|c| c.0).collect()))?,
            false => &all,
        };
        let mut values: Vec<(u64, &str)> =
            candidates.iter().filter_map(|(code, n)| Some((*n, named.text(*code)?))).collect();
        values.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let lines = Lines::of(values.into_iter().take(top).map(|(_, text)| text.to_owned()).collect());
        if all.overflowed {
            let text = format!(
                "the breakdown has more than {MAX_VALUES} values; the largest were chosen among the first seen"
            );
            self.warnings.push(text);
        }
        Ok(lines)
    }

    /// Of events of which the report found none: says where there are some.
    fn say_where(&mut self, period: &Period) {
        let missed = self.found.borrow().missed(&self.asked).map(|m| m.into_iter().cloned().collect::<Vec<_>>());
        if missed.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        let everything = self.found.borrow().every;
        let names = match &missed {
            Some(names) => Names::Only(names.clone()),
            None if everything => Names::every(),
            None => Names::AllBut(self.written.to_vec()),
        };
        let look = Whereabouts { names, period: period.range() };
        // A report without this is better than none.
        let Ok(extents) = self.snapshot.run(&look, self.cancel) else { return };
        match missed {
            None if extents.is_empty() && !everything && !self.written.is_empty() => {
                let text = "customers have done nothing yet; the event \"*\" also counts what was written about them";
                self.warnings.push(text.to_owned());
            }
            None => self.warnings.extend(found::explain(None, extents.get(&0), period)),
            Some(names) => {
                let texts =
                    names.iter().enumerate().filter_map(|(at, n)| found::explain(Some(n), extents.get(&at), period));
                self.warnings.extend(texts.collect::<Vec<_>>());
            }
        }
    }

    /// What the report says of itself.
    pub(crate) fn about(&mut self, period: &Period, profiles: Option<ProfilePage>) -> About {
        self.say_where(period);
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.extend(self.snapshot.warnings());
        let mut seen = HashSet::new();
        warnings.retain(|w| seen.insert(w.clone()));
        let days = (period.first_day.to_string(), period.last_day.to_string());
        let notes = self.people.annotations(self.snapshot.workspace()).unwrap_or_else(|error| {
            warnings.push(format!("annotations are left out: {error}"));
            Vec::new()
        });
        // Dates as text have the order of the days.
        let annotations = notes.into_iter().filter(|n| n.from <= days.1 && n.to >= days.0).collect();
        About {
            from: period.from.to_rfc3339(),
            to: period.to.to_rfc3339(),
            zone: period.zone.name().to_owned(),
            sample_percent: self.population.sample,
            profiles,
            annotations,
            warnings,
        }
    }
}

/// The nearest of `known` to `name`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, least: f64) -> Option<String> {
    let wanted = name.to_lowercase();
    known
        .map(|k| (strsim::normalized_damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k.to_owned())
}
