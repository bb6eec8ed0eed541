//! Reading steps: ids, the one action, where they lead.

use rapport_domain::kinds;
use serde_json::Value;

use super::{Object, Reader};
use crate::spec::{Action, END, MAX_STEPS, MAX_TEXT_CHARS, Step};

/// The actions, each a member of a step.
const ACTIONS: [&str; 17] = [
    "wait",
    "branch",
    "split",
    "experiment",
    "send",
    "update",
    "emit",
    "webhook",
    "list",
    "limit",
    "digest",
    "jump",
    "start",
    "stop",
    "winner",
    "message",
    "exit",
];
/// Members beside the action.
const BESIDE: [&str; 4] = ["next", "otherwise", "note", "position"];

impl Reader {
    pub(super) fn steps(&mut self, value: Option<&Value>) -> Option<Vec<Step>> {
        let Some(Value::Array(items)) = value else {
            self.report("spec.steps", "expected a list of steps");
            return None;
        };
        if items.is_empty() || items.len() > MAX_STEPS {
            self.report("spec.steps", format!("expected 1 to {MAX_STEPS} steps, found {}", items.len()));
            return None;
        }
        let steps: Vec<Option<Step>> = items.iter().enumerate().map(|(i, item)| self.step(i, item)).collect();
        steps.into_iter().collect()
    }

    fn step(&mut self, index: usize, value: &Value) -> Option<Step> {
        let at = format!("spec.steps[{index}]");
        let known: Vec<&str> = ["id"].into_iter().chain(ACTIONS).chain(BESIDE).collect();
        let map = self.object(&at, value, &known)?;
        let id = self.slug(&at, map, "id");
        if id.as_deref() == Some(END) {
            self.report(&format!("{at}.id"), "`end` is the end of the journey and cannot be a step's id");
        }
        let named: Vec<&str> = ACTIONS.into_iter().filter(|a| map.contains_key(*a)).collect();
        let [name] = named[..] else {
            self.fault(&at, kinds::NOT_EXACTLY_ONE, &[("known", &ACTIONS.join(", "))]);
            return None;
        };
        let note = self.text(&at, map, "note", MAX_TEXT_CHARS);
        let position = map.get("position").and_then(|p| self.position(&at, p));
        let action = self.action(&format!("{at}.{name}"), name, map.get(name)?);
        let (next, otherwise) = self.ways(&at, map, name, action.as_ref());
        Some(Step { id: id?, note, position, action: action?, next, otherwise })
    }

    /// `next` and `otherwise`, as far as the action has them. A branch has only `otherwise`, kept as what comes next.
    fn ways(
        &mut self,
        at: &str,
        map: &Object,
        name: &str,
        action: Option<&Action>,
    ) -> (Option<String>, Option<String>) {
        let mut refuse = |member: &str, why: &str| {
            if map.contains_key(member) {
                self.report(&format!("{at}.{member}"), why);
            }
        };
        match name {
            "branch" => {
                refuse("next", "branch continues with `otherwise`");
                return (self.text(at, map, "otherwise", 64), None);
            }
            "exit" => {
                refuse("next", "nothing follows an exit");
                refuse("otherwise", "nothing follows an exit");
                return (None, None);
            }
            "jump" | "split" | "experiment" | "winner" => {
                let why = format!("{name} names itself where it leads");
                refuse("next", &why);
                refuse("otherwise", &why);
                return (None, None);
            }
            _ => {}
        }
        if action.is_some_and(|a| a.second_exit().is_none()) {
            refuse("otherwise", &format!("{name} continues with `next`"));
            return (self.text(at, map, "next", 64), None);
        }
        (self.text(at, map, "next", 64), self.text(at, map, "otherwise", 64))
    }

    fn position(&mut self, at: &str, value: &Value) -> Option<(i64, i64)> {
        let at = format!("{at}.position");
        let map = self.object(&at, value, &["x", "y"])?;
        let read = |name: &str| map.get(name).and_then(Value::as_i64);
        if let (Some(x), Some(y)) = (read("x"), read("y")) {
            return Some((x, y));
        }
        self.report(&at, "expected whole numbers x and y");
        None
    }

    fn action(&mut self, at: &str, name: &str, value: &Value) -> Option<Action> {
        match name {
            "wait" => self.wait(at, value).map(Action::Wait),
            "branch" => self.branch(at, value).map(Action::Branch),
            "split" => self.shares(at, value).map(Action::Split),
            "experiment" => self.experiment(at, value).map(Action::Experiment),
            "send" => self.send(at, value).map(Action::Send),
            "update" => self.update(at, value).map(Action::Update),
            "emit" => self.emit(at, value).map(Action::Emit),
            "webhook" => self.webhook(at, value).map(Action::Webhook),
            "list" => self.list(at, value).map(Action::List),
            "limit" => self.limit(at, value).map(Action::Limit),
            "digest" => self.digest(at, value).map(Action::Digest),
            "start" => self.start(at, value).map(Action::Start),
            "stop" => self.stop(at, value).map(Action::Stop),
            "winner" => self.winner(at, value).map(Action::Winner),
            "message" => self.message(at, value).map(Action::Message),
            "jump" => match value {
                Value::String(s) if !s.trim().is_empty() => Some(Action::Jump(s.trim().to_owned())),
                _ => {
                    self.report(at, "expected the id of a step, or `end`");
                    None
                }
            },
            _ => match value {
                Value::String(s) if (1..=64).contains(&s.trim().chars().count()) => {
                    Some(Action::Exit(s.trim().to_owned()))
                }
                _ => {
                    self.report(at, "expected a reason of 1 to 64 characters");
                    None
                }
            },
        }
    }
}
