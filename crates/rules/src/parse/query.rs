//! Questions about events: `events(…)` and what may follow it.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel};
use rapport_domain::rule::{CompareOp, EventQuery, Expr, Literal, Measure, Mention, Operand, Window};

use super::lower::{Lowering, METHODS, Scope};
use super::terms::Type;
use crate::compile::mirrored;
use crate::limits::{MAX_EVENT_NAMES, MAX_RECENT};

impl Lowering {
    /// A measure used as a value.
    pub(super) fn measure(&mut self, at: &IdedExpr) -> Option<(Operand, Type)> {
        let query = self.query(at)?;
        let kind = match query.measure {
            Measure::Exists => return self.already_true(at, "exists"),
            Measure::First | Measure::Last => Type::Time,
            _ => Type::Number,
        };
        Some((Operand::Events(Box::new(query)), kind))
    }

    /// The whole chain from `events(…)` to the measure.
    pub(super) fn query(&mut self, at: &IdedExpr) -> Option<EventQuery> {
        if self.scope != Scope::Profile {
            return self.wrong(at, "events(…) cannot stand in a condition on one event");
        }
        let mut links: Vec<(&IdedExpr, &CallExpr)> = Vec::new();
        let mut node = at;
        while let Cel::Call(call) = &node.expr {
            links.push((node, call));
            match &call.target {
                Some(target) => node = target,
                None => break,
            }
        }
        links.reverse();
        let Some((base, steps)) =
            links.split_first().filter(|(b, _)| b.1.target.is_none() && b.1.func_name == "events")
        else {
            return self.wrong(at, "this can only follow events(…)");
        };
        self.count_aggregate(base.0)?;
        let mut ok = true;
        let mut query = EventQuery {
            names: self.event_names(base.0, base.1).unwrap_or_else(|| {
                ok = false;
                Vec::new()
            }),
            window: Window::default(),
            filter: None,
            measure: Measure::Count,
        };
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
        ok.then_some(names)
    }

    /// The name of an event.
    pub(super) fn event_name(&mut self, at: &IdedExpr) -> Option<String> {
        let name = self.text(at)?;
        if name.is_empty() {
            return self.wrong(at, "expected the name of an event");
        }
        self.mention(at, Mention::Event(name.clone()));
        Some(name)
    }

    /// One link of the chain; true for the measure.
    fn link(&mut self, at: &IdedExpr, call: &CallExpr, query: &mut EventQuery) -> Option<bool> {
        let name = call.func_name.as_str();
        let window = &mut query.window;
        match (name, call.args.as_slice()) {
            ("within", [length]) => {
                let ms = self.duration(length)?;
                self.once(at, name, window.within_ms.replace(ms).is_none())?;
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
            _ => None,
        };
        if let Some(measure) = plain {
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
            "within" => return self.wrong(at, "expected .within(\"30d\")"),
            "between" => return self.wrong(at, "expected .between(\"2026-01-01\", \"2026-02-01\")"),
            "before" | "after" => return self.wrong(at, format!("expected .{name}(\"2026-01-01\")")),
            "filter" => return self.wrong(at, "expected .filter(e, e.total > 50)"),
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
    let counts = matches!(query.measure, Measure::Count | Measure::Distinct(_) | Measure::Days);
    let exact = matches!(op, CompareOp::GreaterEqual | CompareOp::Less);
    let needed = if exact { n } else { n + 1.0 };
    (counts && query.window.within_ms.is_some() && needed > MAX_RECENT as f64)
        .then(|| format!("within(…) remembers the newest {MAX_RECENT} events; it cannot count up to {n}"))
}
