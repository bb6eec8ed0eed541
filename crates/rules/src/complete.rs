//! What can stand at a place of a rule's text: suggestions for an editor. It reads unfinished text, so it looks at the words
//! around the place instead of parsing.

use std::collections::BTreeMap;

use rapport_domain::event::names;
use rapport_domain::rule::ValueType;
use serde::Serialize;

use crate::check::Catalogue;
use crate::forms::{FORMS, Form, Place};

/// The most suggestions.
const MAX_SUGGESTIONS: usize = 50;

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// What to put in the place of the word under the cursor.
    pub text: String,
    /// `event`, `property`, `trait`, `segment`, `function`, `method`, `duration` or `value`.
    pub kind: &'static str,
    /// A sentence about it, or its type.
    pub detail: String,
}

/// A field whose values would be suggestions; who has them adds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValuesOf {
    /// A trait, by its path.
    Trait(String),
    /// A property of one of these events; of any when there are none.
    Property(Vec<String>, String),
}

/// What can stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word under the cursor begins, in characters.
    pub from: usize,
    /// What has been written of it.
    pub written: String,
    /// The suggestions that begin with it, or hold it.
    pub items: Vec<Suggestion>,
    /// A field whose values belong here.
    pub values_of: Option<ValuesOf>,
}

/// What can stand at `position` (in characters) of a text.
#[must_use]
pub fn complete(text: &str, position: usize, catalogue: &Catalogue) -> Completion {
    let before: Vec<char> = text.chars().take(position).collect();
    let open = open_text(&before);
    let context = Context { before: &before[..open.unwrap_or(before.len())], catalogue };
    let mut out = match open {
        Some(quote) => {
            let written: String = before[quote + 1..].iter().collect();
            let (items, values_of) = context.in_text();
            Completion { from: quote + 1, written, items, values_of }
        }
        None => {
            let start = before.iter().rposition(|c| !is_word(*c)).map_or(0, |i| i + 1);
            let written: String = before[start..].iter().collect();
            let items = Context { before: &before[..start], catalogue }.at_word();
            Completion { from: start, written, items, values_of: None }
        }
    };
    let wanted = out.written.to_lowercase();
    out.items.retain(|item| item.text.to_lowercase().contains(&wanted));
    out.items.sort_by_key(|item| !item.text.to_lowercase().starts_with(&wanted));
    out.items.truncate(MAX_SUGGESTIONS);
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the quoted text begins that is open at the end.
fn open_text(before: &[char]) -> Option<usize> {
    let mut open: Option<usize> = None;
    let mut i = 0;
    while i < before.len() {
        match (open, before[i]) {
            (Some(_), '\\') => i += 1,
            (Some(quote), c) if c == before[quote] => open = None,
            (None, '"' | '\'') => open = Some(i),
            _ => {}
        }
        i += 1;
    }
    open
}

struct Context<'a> {
    /// Everything before the word or quoted text under the cursor.
    before: &'a [char],
    catalogue: &'a Catalogue,
}

fn suggestion(text: impl Into<String>, kind: &'static str, detail: impl Into<String>) -> Suggestion {
    Suggestion { text: text.into(), kind, detail: detail.into() }
}

fn of_form(form: &Form) -> Suggestion {
    let kind = if form.place == Place::Function { "function" } else { "method" };
    suggestion(form.name, kind, form.meaning)
}

fn traits(known: &BTreeMap<String, ValueType>) -> Vec<Suggestion> {
    known.iter().map(|(name, kind)| suggestion(name, "trait", format!("{kind:?}").to_lowercase())).collect()
}

impl Context<'_> {
    /// Names of the calls that are open here, the innermost first.
    fn open_calls(&self) -> Vec<String> {
        let mut depth = 0usize;
        let mut found = Vec::new();
        for (i, c) in self.before.iter().enumerate().rev() {
            match c {
                ')' | ']' => depth += 1,
                '(' | '[' if depth > 0 => depth -= 1,
                '(' => found.push(self.word_before(i)),
                _ => {}
            }
        }
        found
    }

    fn word_before(&self, end: usize) -> String {
        let start = self.before[..end].iter().rposition(|c| !is_word(*c)).map_or(0, |i| i + 1);
        self.before[start..end].iter().collect()
    }

    /// The events that the last `events(…)` before the place names.
    fn events(&self) -> Vec<String> {
        let text: String = self.before.iter().collect();
        let Some(at) = text.rfind("events(") else { return Vec::new() };
        let inside = &text[at + "events(".len()..];
        let inside = inside.split(')').next().unwrap_or(inside);
        let named = inside.split(['"', '\'']).skip(1).step_by(2).filter(|name| *name != names::EVERY);
        named.map(str::to_owned).collect()
    }

    /// The name that stands for the event in an open `filter(e, …`.
    fn variable(&self) -> Option<String> {
        let text: String = self.before.iter().collect();
        let at = text.rfind(".filter(")?;
        let (name, rest) = text[at + ".filter(".len()..].split_once(',')?;
        let closed = rest.chars().fold(0i32, |depth, c| depth + i32::from(c == '(') - i32::from(c == ')')) < 0;
        (!closed).then(|| name.trim().to_owned())
    }

    fn properties(&self) -> Vec<Suggestion> {
        let events = self.events();
        let known = self.catalogue.events.iter().filter(|(name, _)| events.is_empty() || events.contains(name));
        let mut all: Vec<Suggestion> = known
            .flat_map(|(_, properties)| properties)
            .map(|(name, kind)| suggestion(name, "property", format!("{kind:?}").to_lowercase()))
            .collect();
        all.sort_by(|a, b| a.text.cmp(&b.text));
        all.dedup_by(|a, b| a.text == b.text);
        all
    }

    fn in_text(&self) -> (Vec<Suggestion>, Option<ValuesOf>) {
        let calls = self.open_calls();
        let call = calls.first().map_or("", String::as_str);
        let items = match call {
            "events" | "sequence" => {
                self.catalogue.events.keys().map(|name| suggestion(name, "event", "an event that was seen")).collect()
            }
            "in_segment" | "segment_since" if !self.before.ends_with(&[' ']) => {
                self.catalogue.segments.iter().map(|id| suggestion(id, "segment", "a live segment")).collect()
            }
            "sum" | "min" | "max" | "avg" | "distinct" | "first" | "last" | "most_frequent" | "values" => {
                self.properties()
            }
            "within" | "duration" | "since" => ["1h", "1d", "7d", "30d", "90d", "365d"]
                .map(|length| suggestion(length, "duration", "a length of time"))
                .into(),
            "messages" => ["sent", "opened", "clicked", "delivered", "bounced", "skipped", "failed", "unsubscribed"]
                .map(|what| suggestion(what, "value", "what became of messages"))
                .into(),
            _ => Vec::new(),
        };
        let values_of = if items.is_empty() { self.compared_field() } else { None };
        (items, values_of)
    }

    /// The field that the text under the cursor is compared with: `traits.plan == "`, `e.sku.contains("`, `x in ["`.
    fn compared_field(&self) -> Option<ValuesOf> {
        let text: String = self.before.iter().collect();
        let head = text.trim_end();
        let head = match head.rfind(|c: char| "=!<>".contains(c)) {
            Some(at) if head[at..].trim_matches(|c: char| "=!<>".contains(c)).trim().is_empty() => {
                head[..at].trim_end_matches(|c: char| "=!<> ".contains(c))
            }
            _ => {
                let at = head.rfind('(').filter(|at| !head[*at..].contains(')'));
                let at_in = head.rfind(" in [");
                match at_in.max(at) {
                    Some(place) if at_in == Some(place) => &head[..place],
                    Some(place) => head[..place].rsplit_once('.')?.0,
                    None => return None,
                }
            }
        };
        let start = head
            .rfind(|c: char| !is_word(c) && c != '.')
            .map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        let (root, path) = head[start..].split_once('.')?;
        if path.is_empty() {
            return None;
        }
        match root {
            "traits" => Some(ValuesOf::Trait(path.to_owned())),
            // What calls stated of accounts are properties of those calls.
            "account" => Some(ValuesOf::Property(vec![names::GROUP_JOINED.to_owned()], path.to_owned())),
            name if self.variable().as_deref() == Some(name) => {
                Some(ValuesOf::Property(self.events(), path.to_owned()))
            }
            _ => None,
        }
    }

    fn at_word(&self) -> Vec<Suggestion> {
        let of = |places: &'static [Place]| FORMS.iter().filter(move |f| places.contains(&f.place)).map(of_form);
        if self.before.last() != Some(&'.') {
            let variable = self.variable();
            let mut all: Vec<Suggestion> = match &variable {
                Some(name) => vec![suggestion(name, "property", "the event")],
                None => vec![
                    suggestion("traits", "trait", "the profile's traits"),
                    suggestion("account", "trait", "the traits of the profile's account"),
                ],
            };
            all.extend(of(&[Place::Function]));
            return all;
        }
        let root = self.word_before(self.before.len() - 1);
        if root == "traits" {
            return traits(&self.catalogue.traits);
        }
        if root == "account" && self.variable().is_none() {
            return traits(&self.catalogue.accounts);
        }
        if self.variable() == Some(root) {
            return self.properties();
        }
        if self.before.get(self.before.len().wrapping_sub(2)) == Some(&')') {
            return of(&[Place::Events, Place::Measure]).collect();
        }
        of(&[Place::Field]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let order = [("total".to_owned(), ValueType::Number), ("sku".to_owned(), ValueType::Text)].into();
        Catalogue {
            events: [("Order Completed".to_owned(), order), ("Page Viewed".to_owned(), [].into())].into(),
            traits: [("plan".to_owned(), ValueType::Text), ("age".to_owned(), ValueType::Number)].into(),
            accounts: [("seats".to_owned(), ValueType::Number)].into(),
            segments: ["vip".to_owned()].into(),
        }
    }

    #[test]
    fn suggestions_fit_the_place() {
        for (text, written, first) in [
            ("", "", "traits"),
            ("ev", "ev", "events"),
            ("traits.p", "p", "plan"),
            ("acc", "acc", "account"),
            ("account.", "", "seats"),
            ("events('Or", "Or", "Order Completed"),
            ("sequence(['Page Viewed', \"ord", "ord", "Order Completed"),
            ("events('Order Completed').wi", "wi", "within"),
            ("events('Order Completed').within('", "", "1h"),
            ("events('Order Completed').sum('to", "to", "total"),
            ("events('Order Completed').filter(e, e.t", "t", "total"),
            ("in_segment('", "", "vip"),
            ("traits.plan.sta", "sta", "startsWith"),
            ("messages('op", "op", "opened"),
        ] {
            let found = complete(text, text.chars().count(), &catalogue());
            assert_eq!(found.written, written, "{text}");
            assert_eq!(found.from + written.chars().count(), text.chars().count(), "{text}");
            assert_eq!(found.items.first().map(|i| i.text.as_str()), Some(first), "{text}: {found:?}");
        }
    }

    #[test]
    fn values_are_asked_for_where_a_field_is_compared() {
        let plan = Some(ValuesOf::Trait("plan".to_owned()));
        let sku = Some(ValuesOf::Property(vec!["Order Completed".to_owned()], "sku".to_owned()));
        for (text, wanted) in [
            ("traits.plan == 'p", plan.clone()),
            ("true && traits.plan!=\"", plan.clone()),
            ("traits.plan in ['a', '", plan.clone()),
            ("traits.plan.contains('", plan),
            ("events('Order Completed').filter(e, e.sku == '", sku),
            ("account.plan == '", Some(ValuesOf::Property(vec!["Group Joined".to_owned()], "plan".to_owned()))),
            ("consent('", None),
        ] {
            assert_eq!(complete(text, text.chars().count(), &catalogue()).values_of, wanted, "{text}");
        }
    }

    #[test]
    fn no_text_and_no_place_is_a_danger() {
        for text in ["'", "\"\\", "((", ".", "traits.", "é('ü", "e.", ").", "== '", " in ['", ".filter(", "events("] {
            for position in 0..=text.chars().count() + 3 {
                let found = complete(text, position, &catalogue());
                assert!(found.from <= text.chars().count(), "{text}");
            }
        }
    }
}
