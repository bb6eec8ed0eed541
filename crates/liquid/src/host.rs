//! What a template may ask its surroundings for.

use std::collections::HashMap;

use crate::template::Template;
use crate::value::Value;

/// The program around the template.
pub trait Host {
    /// The item of a catalogue; `None` when there is none under that key.
    ///
    /// # Errors
    /// Why the catalogue cannot answer.
    fn catalog_item(&self, catalog: &str, _key: &str) -> Result<Option<Value<'_>>, String> {
        Err(format!("there is no catalogue `{catalog}`"))
    }

    /// A code from a list of coupon codes. Asked twice for one message, it must answer the same.
    ///
    /// # Errors
    /// Why there is no code.
    fn coupon_code(&self, list: &str) -> Result<String, String> {
        Err(format!("there is no list of coupon codes `{list}`"))
    }

    /// A filter named in [`crate::ParseOptions::host_filters`].
    ///
    /// # Errors
    /// Why it cannot be applied.
    fn filter<'a>(
        &'a self,
        name: &str,
        _input: Value<'a>,
        _arguments: &[Value<'a>],
        _named: &[(&str, Value<'a>)],
    ) -> Result<Value<'a>, String> {
        Err(format!("there is no filter `{name}`"))
    }
}

/// A host without anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {}

/// Templates that other templates can show with `include` and `render`.
pub trait Partials {
    /// The partial called `name`, with its name as it is kept here: a variable of that name holds what the partial is
    /// given by `with` and `for`.
    fn partial(&self, name: &str) -> Option<(&str, &Template)>;

    /// The names there are, for suggestions.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// No partials.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPartials;

impl Partials for NoPartials {
    fn partial(&self, _name: &str) -> Option<(&str, &Template)> {
        None
    }
}

impl<S: std::hash::BuildHasher> Partials for HashMap<String, Template, S> {
    fn partial(&self, name: &str) -> Option<(&str, &Template)> {
        self.get_key_value(name).map(|(name, template)| (name.as_str(), template))
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.keys().cloned().collect();
        names.sort_unstable();
        names
    }
}
