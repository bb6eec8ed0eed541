//! Questions about events: `events(…)` and what may follow it.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel};
use rapport_domain::event::names;
use rapport_domain::rule::{
    Calendar, CalendarUnit, CompareOp, EventQuery, Expr, Field, Literal, Measure, Mention, Operand, Since, Window,
};

use super::lower::{Lowering, METHODS, Scope, is_events};
use super::terms::Type;
use crate::compile::mirrored;
use crate::limits::{MAX_CALENDAR_UNITS, MAX_EVENT_NAMES, MAX_RECENT};

/// One call of a chain.
pub(super) type Link<'n> = (&'n IdedExpr, &'n CallExpr);

/// What can become of a message, the event that tells it, and whether that event names the channel.
const MESSAGES: [(&str, &str, bool); 10] = [
    ("queued", "Message Queued", true),
    ("sent", "Message Sent", true),
    ("skipped", "Message Skipped", true),
    ("failed", "Message Failed", true),
    ("delivered", "Email Delivered", false),
    ("opened", "Email Opened", false),
    ("clicked", "Email Link Clicked", false),
    ("bounced", "Email Bounced", false),
    ("complained", "Email Marked as Spam", false),
    ("unsubscribed", "Unsubscribed", true),
];

impl Lowering {
    /// A measure used as a value.
    pub(super) fn measure(&mut self, at: &IdedExpr) -> Option<(Operand, Type)> {
        let query = self.query(at)?;
        let kind = match query.measure {
            Measure::Exists => return self.already_true(at, "exists"),
            Measure::First | Measure::Last => Type::Time,
            Measure::FirstValue(_) | Measure::LastValue(_) | Measure::MostFrequent(_) => Type::Any,
            Measure::Values(_) => Type::List,
            _ => Type::Number,
        };
        Some((Operand::Events(Box::new(query)), kind))
    }

    /// The whole chain from `events(…)` to the measure.
    pub(super) fn query(&mut self, at: &IdedExpr) -> Option<EventQuery> {
        if self.scope != Scope::Profile {
            return self.wrong(at, "events(…) cannot stand in a condition on one event");
        }
        let Some((base, steps)) = self.chain(at) else {
            return self.wrong(at, "this can only follow events(…)");
        };
        self.count_aggregate(base.0)?;
        let mut ok = true;
        let mut query = self.base(base, &mut ok)?;
        let mut measured = false;
        for (node, call) in steps {
            if measured {
                return self.wrong(node, "nothing can follow the measure");
            }
            match self.link(node, call, &mut query) {
                Some(is_measure) => measured = is_measure,
                None => ok = false,
            }
        }
        if ok && !measured {
            return self.wrong(at, "expected a measure at the end, such as .count() or .exists()");
        }
        ok.then_some(query)
    }

    /// `events(…)` and the calls that follow it.
    pub(super) fn chain<'n>(&self, at: &'n IdedExpr) -> Option<(Link<'n>, Vec<Link<'n>>)> {
        let mut links: Vec<Link<'n>> = Vec::new();
        let mut node = at;
        while let Cel::Call(call) = &node.expr {
            links.push((node, call));
            match &call.target {
                Some(target) => node = target,
                None => break,
            }
        }
        let base = links.pop()?;
        links.reverse();
        (base.1.target.is_none() && is_events(base.0)).then_some((base, links))
    }

    /// What `events(…)` or `messages(…)` asks before anything follows; `ok` falls when a name is wrong.
    pub(super) fn base(&mut self, (at, call): Link<'_>, ok: &mut bool) -> Option<EventQuery> {
        let window = Window::default();
        if call.func_name == "messages" {
            let (names, filter) = self.messages(at, call)?;
            return Some(EventQuery { names, window, filter, measure: Measure::Count });
        }
        let names = self.event_names(at, call).unwrap_or_else(|| {
            *ok = false;
            Vec::new()
        });
        Some(EventQuery { names, window, filter: None, measure: Measure::Count })
    }

    /// `messages("opened", "email")`: the events that tell what became of messages.
    fn messages(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<(Vec<String>, Option<Box<Expr>>)> {
        let mut words = self.texts(at, call, 1..=2, "messages(\"opened\") or messages(\"sent\", \"email\")")?;
        let what = words.remove(0);
        let Some((_, event, names_channel)) = MESSAGES.iter().find(|(word, ..)| *word == what) else {
            let known = MESSAGES.map(|(word, ..)| word);
            return self.unknown(&call.args[0], "kind of message event", &what, &known);
        };
        let channel = words.pop();
        if !*names_channel && channel.as_deref().is_some_and(|c| c != "email") {
            return self.wrong(&call.args[1], format!("only e-mail is known to be {what}; leave the channel out"));
        }
        let filter = channel.filter(|_| *names_channel).map(|channel| {
            let left = Operand::Field(Field::Event("channel".to_owned()));
            let right = Operand::Literal(Literal::Text(channel));
            Box::new(Expr::Compare { left, op: CompareOp::Equal, right })
        });
        Some((vec![(*event).to_owned()], filter))
    }

    fn event_names(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Vec<String>> {
        if call.args.len() > MAX_EVENT_NAMES {
            return self.wrong(at, format!("events(…) takes up to {MAX_EVENT_NAMES} names"));
        }
        let mut names = Vec::new();
        let mut ok = true;
        for argument in &call.args {
            match self.event_name(argument) {
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
                None => ok = false,
            }
        }
        if names.len() > 1 && names.iter().any(|n| n == names::EVERY) {
            return self.wrong(at, "\"*\" is every event: leave the other names out");
        }
        ok.then_some(names)
    }

    /// The name of an event.
    pub(super) fn event_name(&mut self, at: &IdedExpr) -> Option<String> {
        let name = self.text(at)?;
        if name.is_empty() {
            return self.wrong(at, "expected the name of an event");
        }
        if name != names::EVERY {
            self.mention(at, Mention::Event(name.clone()));
        }
        Some(name)
    }

    /// One link of the chain; true for the measure.
    pub(super) fn link(&mut self, at: &IdedExpr, call: &CallExpr, query: &mut EventQuery) -> Option<bool> {
        let name = call.func_name.as_str();
        let window = &mut query.window;
        match (name, call.args.as_slice()) {
            ("within", [length]) => {
                let ms = self.duration(length)?;
                self.once(at, name, window.within_ms.replace(ms).is_none())?;
            }
            ("within_days" | "within_weeks" | "within_months", [count]) => {
                let unit = [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month];
                let unit = unit.into_iter().find(|u| u.as_str() == name)?;
                let calendar = Calendar { unit, count: self.units(count)? };
                self.once(at, name, window.calendar.replace(calendar).is_none())?;
            }
            ("since", [from, rest @ ..]) if rest.len() < 2 => {
                let since = self.since(from, rest.first())?;
                self.once(at, name, query.window.since.replace(since).is_none())?;
            }
            ("between", [from, until]) => {
                let (from, until) = (self.bound(from), self.bound(until));
                let (from_ts, until_ts) = (from?, until?);
                let free = window.from.replace(from_ts).is_none() & window.until.replace(until_ts).is_none();
                self.once(at, name, free)?;
            }
            ("after", [from]) => {
                let ts = self.bound(from)?;
                self.once(at, name, window.from.replace(ts).is_none())?;
            }
            ("before", [until]) => {
                let ts = self.bound(until)?;
                self.once(at, name, window.until.replace(ts).is_none())?;
            }
            ("filter", [variable, condition]) => {
                let added = self.filter(variable, condition)?;
                let all = query.filter.take().map(|f| *f).into_iter().chain([added]).collect();
                query.filter = Some(Box::new(Expr::all(all)));
                return Some(false);
            }
            _ => {
                query.measure = self.measure_of(at, call)?;
                return Some(true);
            }
        }
        if let Window { from: Some(from), until: Some(until), .. } = query.window
            && from >= until
        {
            return self.wrong(at, "the window is empty: it ends before it begins");
        }
        Some(false)
    }

    /// A number of calendar units.
    fn units(&mut self, at: &IdedExpr) -> Option<u32> {
        match self.literal(at)? {
            Literal::Number(n) if n.fract() == 0.0 && (1.0..=f64::from(MAX_CALENDAR_UNITS)).contains(&n) => {
                Some(n as u32)
            }
            _ => self.wrong(at, format!("expected a whole number from 1 to {MAX_CALENDAR_UNITS}")),
        }
    }

    /// `since(date(traits.signup))`, or for some time from then on: `since(date(traits.signup), "14d")`.
    fn since(&mut self, from: &IdedExpr, length: Option<&IdedExpr>) -> Option<Since> {
        let field = match &from.expr {
            Cel::Call(call) if call.func_name == "date" && call.target.is_none() && call.args.len() == 1 => {
                &call.args[0]
            }
            Cel::Literal(_) => {
                return self
                    .wrong(from, "expected a trait, as in .since(date(traits.signup)); for a date use .after(…)");
            }
            _ => from,
        };
        let field = self.field(field);
        let for_ms = match length {
            Some(length) => Some(self.duration(length)?),
            None => None,
        };
        match field? {
            Field::Trait(path) => Some(Since { r#trait: path, for_ms }),
            Field::Account(_) | Field::Event(_) => {
                self.wrong(from, "expected a trait, as in .since(date(traits.signup))")
            }
        }
    }

    fn once(&mut self, at: &IdedExpr, name: &str, free: bool) -> Option<()> {
        if free { Some(()) } else { self.wrong(at, format!("{name}(…) bounds what is bounded already")) }
    }

    fn bound(&mut self, at: &IdedExpr) -> Option<rapport_domain::Timestamp> {
        let text = self.text(at)?;
        self.instant(at, &text)
    }

    fn filter(&mut self, variable: &IdedExpr, condition: &IdedExpr) -> Option<Expr> {
        let name = match &variable.expr {
            Cel::Ident(name) if name != "traits" => name.clone(),
            _ => return self.wrong(variable, "expected a name for the event, as in .filter(e, e.total > 50)"),
        };
        let outer = std::mem::replace(&mut self.scope, Scope::Event(name));
        let condition = self.condition(condition);
        self.scope = outer;
        condition
    }

    fn measure_of(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Measure> {
        let name = call.func_name.as_str();
        let plain = match name {
            "count" => Some(Measure::Count),
            "exists" => Some(Measure::Exists),
            "first" => Some(Measure::First),
            "last" => Some(Measure::Last),
            "days" => Some(Measure::Days),
            "local_days" => Some(Measure::LocalDays),
            _ => None,
        };
        let of_value = matches!(name, "first" | "last") && !call.args.is_empty();
        if let Some(measure) = plain.filter(|_| !of_value) {
            return if call.args.is_empty() {
                Some(measure)
            } else {
                self.wrong(at, format!("{name}() takes nothing; conditions go into .filter(e, …) before it"))
            };
        }
        let of: fn(String) -> Measure = match name {
            "sum" => Measure::Sum,
            "min" => Measure::Min,
            "max" => Measure::Max,
            "avg" => Measure::Avg,
            "distinct" => Measure::Distinct,
            "first" => Measure::FirstValue,
            "last" => Measure::LastValue,
            "most_frequent" => Measure::MostFrequent,
            "values" => Measure::Values,
            "within" => return self.wrong(at, "expected .within(\"30d\")"),
            "between" => return self.wrong(at, "expected .between(\"2026-01-01\", \"2026-02-01\")"),
            "before" | "after" => return self.wrong(at, format!("expected .{name}(\"2026-01-01\")")),
            "filter" => return self.wrong(at, "expected .filter(e, e.total > 50)"),
            "since" => {
                return self.wrong(at, "expected .since(date(traits.signup)) or .since(date(traits.signup), \"14d\")");
            }
            "within_days" | "within_weeks" | "within_months" => {
                return self.wrong(at, format!("expected .{name}(7)"));
            }
            _ => return self.unknown(at, "method", name, &METHODS[..METHODS.len() - 1]),
        };
        let path = self.texts(at, call, 1..=1, &format!(".{name}(\"property\")"))?.remove(0);
        if path.split('.').any(str::is_empty) {
            return self.wrong(at, format!("expected .{name}(\"property\")"));
        }
        self.mention(&call.args[0], Mention::Property(path.clone()));
        Some(of(path))
    }
}

/// Why a comparison can never come true: a rolling window does not count that far.
pub(super) fn beyond_memory(expr: &Expr) -> Option<String> {
    let Expr::Compare { left, op, right } = expr else { return None };
    let (query, n, op) = match (left, right) {
        (Operand::Events(q), Operand::Literal(Literal::Number(n))) => (q, *n, *op),
        (Operand::Literal(Literal::Number(n)), Operand::Events(q)) => (q, *n, mirrored(*op)),
        _ => return None,
    };
    let counts = matches!(query.measure, Measure::Count | Measure::Distinct(_) | Measure::Days | Measure::LocalDays);
    let exact = matches!(op, CompareOp::GreaterEqual | CompareOp::Less);
    let needed = if exact { n } else { n + 1.0 };
    let remembers = query.window.is_moving() || query.measure == Measure::LocalDays;
    (counts && remembers && needed > MAX_RECENT as f64)
        .then(|| format!("this window remembers the newest {MAX_RECENT} events; it cannot count up to {n}"))
}
