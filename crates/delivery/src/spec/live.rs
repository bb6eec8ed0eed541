//! A template in effect.

use std::collections::BTreeMap;
use std::sync::Arc;

use rapport_domain::{MessageChannel, Problem};
use serde_json::Value;

use super::calendar::{CalendarEvent, CompiledEvent};
use super::template::TemplateSpec;
use crate::content::{self, Body, Library, Tree};

/// A template that is in effect, compiled once.
#[derive(Debug)]
pub struct LiveTemplate {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What it says.
    pub spec: TemplateSpec,
    /// What it shares with others.
    pub(crate) library: Arc<Library>,
    body: Result<Body, String>,
    translations: BTreeMap<String, Body>,
    /// The content of a channel other than e-mail.
    content: Option<Tree>,
    /// The same in other languages.
    contents: BTreeMap<String, Tree>,
    pub(crate) calendar: Option<CompiledEvent>,
}

impl LiveTemplate {
    /// Checks and compiles a document that uses no blocks and no brand.
    ///
    /// # Errors
    /// As [`TemplateSpec::validate`].
    pub fn prepare(id: &str, version: u32, spec: &Value) -> Result<Self, Vec<Problem>> {
        Self::prepare_in(id, version, spec, &Arc::default())
    }

    /// Checks and compiles a document with the library of its workspace. A layout that is missing is no fault of the
    /// document: messages say so when they are made.
    ///
    /// # Errors
    /// As [`TemplateSpec::validate`].
    pub fn prepare_in(id: &str, version: u32, spec: &Value, library: &Arc<Library>) -> Result<Self, Vec<Problem>> {
        let spec = TemplateSpec::validate(spec)?;
        let said = |problems: Vec<Problem>| problems.first().map_or_else(String::new, ToString::to_string);
        let body = Body::prepare("spec", &spec.written(), library).map_err(said);
        let mut translations = BTreeMap::new();
        for (language, own) in &spec.translations {
            if let Ok(body) = Body::prepare("spec", &spec.translated(own), library) {
                translations.insert(language.clone(), body);
            }
        }
        let calendar = spec.calendar.as_ref().map(CalendarEvent::compile).transpose()?;
        let tree = |content: &Value, at: &str| {
            let channel = MessageChannel::parse(&spec.channel).unwrap_or(MessageChannel::Email);
            let markup = |path: &str| super::content::markup(channel, content, path);
            Tree::compile_as(content, &markup).map_err(|e| vec![Problem::new(at, e.to_string())])
        };
        let content = spec.content.as_ref().map(|content| tree(content, "spec")).transpose()?;
        let mut contents = BTreeMap::new();
        for (language, content) in &spec.contents {
            contents.insert(language.clone(), tree(content, &format!("spec.translations.{language}"))?);
        }
        let library = Arc::clone(library);
        Ok(LiveTemplate { id: id.to_owned(), version, library, body, translations, content, contents, calendar, spec })
    }

    /// Phrases that the template's brand does not use.
    #[must_use]
    pub fn banned_phrases(&self) -> &[String] {
        self.library.brand(self.spec.brand.as_deref()).map_or(&[], |brand| &brand.banned_phrases)
    }

    /// Pictures of its MJML without `alt`, by their addresses.
    #[must_use]
    pub fn undescribed(&self) -> Vec<String> {
        self.spec.mjml.as_deref().map(content::mjml::undescribed).unwrap_or_default()
    }

    /// The content for a customer with this language and region, and the language it is in.
    ///
    /// # Errors
    /// Why the template cannot be used, such as a layout that is not there.
    pub(crate) fn body(&self, locale: &str) -> Result<(&Body, Option<&str>), String> {
        match self.translated(&self.translations, locale) {
            Some((body, language)) => Ok((body, Some(language))),
            None => self.body.as_ref().map(|body| (body, self.spec.language.as_deref())).map_err(Clone::clone),
        }
    }

    /// The content of a channel other than e-mail for a customer with this language and region.
    pub(crate) fn content(&self, locale: &str) -> Option<&Tree> {
        self.translated(&self.contents, locale).map(|(tree, _)| tree).or(self.content.as_ref())
    }

    /// The translation that is nearest to a language and region, unless the template's own language is.
    fn translated<'t, T>(&self, all: &'t BTreeMap<String, T>, locale: &str) -> Option<(&'t T, &'t str)> {
        let own = self.spec.language.as_deref();
        for tag in crate::core::locale::chain(locale) {
            if let Some((language, found)) = all.get_key_value(&tag) {
                return Some((found, language));
            }
            if own.is_some_and(|own| own.eq_ignore_ascii_case(&tag)) {
                break;
            }
        }
        None
    }
}
