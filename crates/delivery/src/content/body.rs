//! The content of a template in one language, ready to render.

use rapport_domain::Problem;

use super::engine::{Compiled, Markup, MissingName, Scene, View, compile_as, compile_whole};
use super::library::{Library, content_place};
use super::mjml::{self, HtmlTemplate};
use super::{ContentError, MAX_TEMPLATE_BYTES};

/// The HTML part.
#[derive(Debug)]
pub(crate) enum HtmlBody {
    /// HTML with Liquid: written so, or compiled from MJML once.
    Html(Compiled),
    /// MJML whose Liquid has to run first.
    Mjml(Compiled),
}

impl HtmlBody {
    /// Renders the part.
    pub(crate) fn render(
        &self,
        data: &View<'_>,
        scene: &Scene<'_>,
        missing: &mut Vec<MissingName>,
    ) -> Result<String, ContentError> {
        match self {
            HtmlBody::Html(html) => html.render_noting(data, scene, ("html", missing)),
            HtmlBody::Mjml(source) => mjml::to_html(&source.render_noting(data, scene, ("mjml", missing))?),
        }
    }
}

/// A body as a document has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'w> {
    pub(crate) subject: &'w str,
    pub(crate) html: Option<&'w str>,
    pub(crate) mjml: Option<&'w str>,
    pub(crate) text: Option<&'w str>,
    pub(crate) preheader: Option<&'w str>,
    /// The block around it.
    pub(crate) layout: Option<&'w str>,
}

/// A body ready to render.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) subject: Compiled,
    pub(crate) html: HtmlBody,
    pub(crate) text: Option<Compiled>,
    pub(crate) preheader: Option<Compiled>,
}

impl Body {
    /// Reads every part; `at` is the path of the document.
    ///
    /// # Errors
    /// What is wrong with each part.
    pub(crate) fn prepare(at: &str, written: &Written<'_>, library: &Library) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut read = |key: &str, source: &str, markup| {
            let compiled = compile_as(source, markup);
            compiled.map_err(|e| problems.push(Problem::new(format!("{at}.{key}"), e.to_string()))).ok()
        };
        let subject = read("subject", written.subject, Markup::Text);
        let text = written.text.map(|t| read("text", t, Markup::Text));
        let preheader = written.preheader.map(|t| read("preheader", t, Markup::Text));
        // Each source is read by itself first, so that faults have its own lines; then within its layout.
        let html = match (written.html, written.mjml) {
            (Some(source), None) => read("html", source, Markup::Html).map(|own| ("html", own, source)),
            (None, Some(source)) => read("mjml", source, Markup::Mjml).map(|own| ("mjml", own, source)),
            _ => {
                problems.push(Problem::new(format!("{at}.html"), "is required: either html or mjml"));
                None
            }
        };
        let html = html.and_then(|(key, own, source)| {
            let made = html_body(own, source, key == "mjml", written.layout, library);
            made.map_err(|e| problems.push(Problem::new(format!("{at}.{key}"), e.to_string()))).ok()
        });
        match (subject, html) {
            (Some(subject), Some(html)) if problems.is_empty() => {
                Ok(Body { subject, html, text: text.flatten(), preheader: preheader.flatten() })
            }
            _ => Err(problems),
        }
    }
}

/// What is wrong with the Liquid of each part by itself, for content that only its layout makes whole.
pub(crate) fn faults_of_parts(at: &str, written: &Written<'_>) -> Vec<Problem> {
    let parts = [
        ("subject", Some(written.subject), Markup::Text),
        ("text", written.text, Markup::Text),
        ("preheader", written.preheader, Markup::Text),
        ("html", written.html, Markup::Html),
        ("mjml", written.mjml, Markup::Mjml),
    ];
    let fault = |(key, source, markup): (&str, Option<&str>, Markup)| {
        let error = compile_as(source?, markup).err()?;
        Some(Problem::new(format!("{at}.{key}"), error.to_string()))
    };
    parts.into_iter().filter_map(fault).collect()
}

fn html_body(
    own: Compiled,
    source: &str,
    is_mjml: bool,
    layout: Option<&str>,
    library: &Library,
) -> Result<HtmlBody, ContentError> {
    let markup = if is_mjml { Markup::Mjml } else { Markup::Html };
    let plain = |message: String| ContentError { part: None, position: None, message };
    let (own, source) = match layout {
        None => (own, std::borrow::Cow::Borrowed(source)),
        Some(id) => {
            let layout = library.layout(id, markup).map_err(plain)?;
            let place = content_place(layout).unwrap_or(layout.len()..layout.len());
            let whole = format!("{}{source}{}", &layout[..place.start], &layout[place.end..]);
            (compile_as(&whole, markup)?, std::borrow::Cow::Owned(whole))
        }
    };
    if !is_mjml {
        return Ok(HtmlBody::Html(own));
    }
    match mjml::prepare(&source, library)? {
        HtmlTemplate::EachTime => Ok(HtmlBody::Mjml(own)),
        HtmlTemplate::Once(html) if html.len() > MAX_TEMPLATE_BYTES => {
            Err(plain(format!("its HTML would be {} bytes, at most {MAX_TEMPLATE_BYTES} are allowed", html.len())))
        }
        // What is nested too deep in one piece may still be rendered block by block.
        HtmlTemplate::Once(html) => Ok(compile_whole(&html).map_or(HtmlBody::Mjml(own), HtmlBody::Html)),
    }
}
