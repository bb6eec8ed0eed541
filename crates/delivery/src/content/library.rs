//! What templates of a workspace share: blocks, brands, and the names of its catalogues.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use rapport_domain::{Problem, Resource, ResourceKind};
use rapport_liquid::{Partials, Template};

use super::engine::{Compiled, Markup, compile_as};
use super::text_from_html;
use crate::spec::{BlockSpec, BrandSpec};

/// The brand used by templates that name none.
pub(crate) const DEFAULT_BRAND: &str = "default";

/// Live blocks and brands, prepared once for all messages.
#[derive(Debug, Default)]
pub struct Library {
    blocks: BTreeMap<String, Block>,
    brands: BTreeMap<String, BrandSpec>,
    catalogs: Vec<String>,
    problems: Vec<Problem>,
}

/// A block in the forms it has.
#[derive(Debug)]
struct Block {
    spec: BlockSpec,
    html: Option<Compiled>,
    mjml: Option<Compiled>,
    text: Option<Compiled>,
}

static EMPTY: LazyLock<Library> = LazyLock::new(Library::default);

impl Library {
    /// A library without anything.
    #[must_use]
    pub fn empty() -> &'static Library {
        &EMPTY
    }

    /// Prepares live documents; those of other kinds are passed over. What cannot be used is left out and listed in
    /// [`Library::problems`].
    #[must_use]
    pub fn prepare<'r>(live: impl IntoIterator<Item = &'r Resource>) -> Arc<Library> {
        let mut library = Library::default();
        for resource in live {
            let done = match resource.kind {
                ResourceKind::Block => BlockSpec::validate(&resource.spec).and_then(Block::prepare).map(|block| {
                    library.blocks.insert(resource.id.clone(), block);
                }),
                ResourceKind::Brand => BrandSpec::validate(&resource.spec).map(|brand| {
                    library.brands.insert(resource.id.clone(), brand);
                }),
                ResourceKind::Catalog => {
                    library.catalogs.push(resource.id.clone());
                    Ok(())
                }
                _ => Ok(()),
            };
            if let Err(found) = done {
                let place = format!("{} {}", resource.kind.as_str(), resource.id);
                library.problems.extend(found.into_iter().map(|p| Problem { at: format!("{place}, {}", p.at), ..p }));
            }
        }
        Arc::new(library)
    }

    /// Live documents that cannot be used.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The brand of that id; without an id the one called `default`, else the only one.
    #[must_use]
    pub fn brand(&self, id: Option<&str>) -> Option<&BrandSpec> {
        match id {
            Some(id) => self.brands.get(id),
            None => self.brands.get(DEFAULT_BRAND).or_else(|| {
                let mut all = self.brands.values();
                all.next().filter(|_| all.next().is_none())
            }),
        }
    }

    /// The names of the catalogues.
    pub(crate) fn catalogs(&self) -> &[String] {
        &self.catalogs
    }

    /// The source of a block that can stand in MJML.
    pub(crate) fn mjml_of(&self, id: &str) -> Option<&str> {
        let block = self.blocks.get(id)?;
        block.spec.mjml.as_deref().or(block.spec.html.as_deref())
    }

    /// The source of a layout in this markup.
    ///
    /// # Errors
    /// There is no such block, it has no such form, or it has no place for the content.
    pub(crate) fn layout(&self, id: &str, markup: Markup) -> Result<&str, String> {
        let block = self.blocks.get(id).ok_or_else(|| format!("there is no live block {id:?} to use as layout"))?;
        let (form, source) = match markup {
            Markup::Html => ("html", block.spec.html.as_deref()),
            Markup::Mjml => ("mjml", block.spec.mjml.as_deref()),
            Markup::Text | Markup::TelegramHtml | Markup::MarkdownV2 | Markup::Mrkdwn => {
                ("text", block.spec.text.as_deref())
            }
        };
        let source =
            source.ok_or_else(|| format!("the block {id:?} has no {form}, which this template is written in"))?;
        match content_place(source) {
            Some(_) => Ok(source),
            None => Err(format!("the block {id:?} is no layout: it has no {{{{ content }}}}")),
        }
    }
}

/// Where `{{ content }}` stands in a layout.
pub(crate) fn content_place(layout: &str) -> Option<std::ops::Range<usize>> {
    layout.match_indices("{{").find_map(|(start, _)| {
        let end = start + layout[start..].find("}}")? + 2;
        let inside = layout[start + 2..end - 2].trim_matches('-').trim();
        (inside == "content").then_some(start..end)
    })
}

impl Block {
    fn prepare(spec: BlockSpec) -> Result<Self, Vec<Problem>> {
        let read = |key: &str, source: Option<&str>, markup| {
            let compiled = source.map(|source| compile_as(source, markup)).transpose();
            compiled.map_err(|e| vec![Problem::new(format!("spec.{key}"), e.to_string())])
        };
        let html = read("html", spec.html.as_deref(), Markup::Html)?;
        let mjml = read("mjml", spec.mjml.as_deref(), Markup::Mjml)?;
        // Liquid in HTML that is made into text stays where it is: braces mean nothing to HTML.
        let made = spec.text.is_none().then(|| spec.html.as_deref().map(text_from_html)).flatten();
        let text = read("text", spec.text.as_deref().or(made.as_deref()), Markup::Text).ok().flatten();
        Ok(Block { html, mjml, text, spec })
    }
}

/// The blocks as a part of a message sees them.
pub(super) struct Partial<'l> {
    pub(super) library: &'l Library,
    pub(super) markup: Markup,
}

impl Partials for Partial<'_> {
    fn partial(&self, name: &str) -> Option<(&str, &Template)> {
        let (name, block) = self.library.blocks.get_key_value(name)?;
        let form = match self.markup {
            Markup::Html => block.html.as_ref(),
            // HTML may stand in MJML: in `mj-text` and `mj-raw`.
            Markup::Mjml => block.mjml.as_ref().or(block.html.as_ref()),
            Markup::Text | Markup::TelegramHtml | Markup::MarkdownV2 | Markup::Mrkdwn => block.text.as_ref(),
        };
        form.map(|compiled| (name.as_str(), compiled.template()))
    }

    fn names(&self) -> Vec<String> {
        self.library.blocks.keys().cloned().collect()
    }
}
